// rooms: ledger
//
// Stored and hashed forms of facts. The check on the wire form must agree with decoding and
// encoding again; what is accepted must keep its meaning through the hashed form.
#include <google/protobuf/stubs/logging.h>

#include <cstdlib>

#include "ledger/canonical.h"
#include "ledger/fact.h"
#include "packtrail/ledger/v1/fact.pb.h"

using namespace packtrail;

static void require(bool condition) {
  if (!condition) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const google::protobuf::LogSilencer silencer;
  const ByteView bytes(data, size);
  const Status canonical = ledger::check_canonical_fact(bytes);
  ledger::v1::Fact fact;
  bool is_same = fact.ParseFromArray(data, static_cast<int>(size));
  if (is_same) {
    fact.DiscardUnknownFields();
    is_same = fact.SerializeAsString() == as_text(bytes) && ledger::body_type(fact) != 0;
  }
  if (canonical) require(is_same);
  if (is_same && !canonical) {  // The only rule that protobuf does not have in this form.
    require(canonical.error().message == "messages are nested too deeply");
  }

  ledger::v1::Fact decoded;
  if (ledger::decode_fact(bytes, decoded)) {
    const auto again = ledger::encode_fact(decoded);
    require(again && as_text(*again) == as_text(bytes));
  }
  ledger::v1::Fact hashed;
  if (ledger::decode_hashed_form(bytes, hashed)) {
    // A hashed form is its own hashed form under its own commitments.
    const auto same = ledger::hashed_form(bytes, ledger::commitments_of(hashed));
    require(same && as_text(*same) == as_text(bytes));
  }
  return 0;
}
