#include "ledger/fact.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/assert.h"
#include "base/crypto.h"
#include "ledger/canonical.h"
#include "ledger/merkle.h"
#include "ledger/wire.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::ledger {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Error invalid(std::string message, std::string field = {}) {
  return {.code = Errc::InvalidArgument,
          .message = std::move(message),
          .field = std::move(field),
          .rule = "canonical encoding (docs/formats/facts.md)"};
}

std::map<std::uint32_t, std::vector<ListField>> find_list_fields() {
  std::map<std::uint32_t, std::vector<ListField>> found;
  const auto* bodies = v1::Fact::descriptor()->FindOneofByName("body");
  for (int i = 0; i < bodies->field_count(); ++i) {
    const FieldDescriptor* body = bodies->field(i);
    auto& lists = found[static_cast<std::uint32_t>(body->number())];
    for (int j = 0; j < body->message_type()->field_count(); ++j) {
      const FieldDescriptor* field = body->message_type()->field(j);
      const auto number = static_cast<std::uint32_t>(field->number());
      if (field->message_type() == v1::EpcList::descriptor()) {
        lists.push_back({number, ListField::Kind::Epcs});
      } else if (field->message_type() == v1::QuantityList::descriptor()) {
        lists.push_back({number, ListField::Kind::Quantities});
      }
    }
    std::sort(lists.begin(), lists.end(),
              [](const ListField& a, const ListField& b) { return a.number < b.number; });
  }
  return found;
}

const ListField* find_list(std::span<const ListField> lists, std::uint32_t number) {
  for (const ListField& list : lists) {
    if (list.number == number) return &list;
  }
  return nullptr;
}

const Message* body_of(const v1::Fact& fact) {
  const std::uint32_t type = body_type(fact);
  if (type == 0) return nullptr;
  return &fact.GetReflection()->GetMessage(
      fact, v1::Fact::descriptor()->FindFieldByNumber(static_cast<int>(type)));
}

// Calls `take(list field, EpcList or QuantityList)` for each list that is present.
template <class Take>
Status for_each_list(const v1::Fact& fact, Take&& take) {
  const Message* body = body_of(fact);
  if (body == nullptr) return {};
  for (const ListField& list : list_fields(body_type(fact))) {
    const auto* field = body->GetDescriptor()->FindFieldByNumber(static_cast<int>(list.number));
    const auto* reflection = body->GetReflection();
    if (!reflection->HasField(*body, field)) continue;
    PACKTRAIL_TRY(take(list, reflection->GetMessage(*body, field)));
  }
  return {};
}

Bytes serialized(const Message& message) {
  Bytes bytes(message.ByteSizeLong());
  const bool whole = message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  PACKTRAIL_ASSERT(whole);
  return bytes;
}

// Checks the bytes before decoding them, so the decoder has nothing left to refuse or to log.
Status decode_canonical(ByteView bytes, v1::Fact& out) {
  if (bytes.size() > kFactSizeMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "a fact has at most " + std::to_string(kFactSizeMax) + " bytes"};
  }
  PACKTRAIL_TRY(check_canonical_fact(bytes));
  if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return invalid("not a fact");
  }
  return {};
}

Result<std::uint64_t> count_of(const v1::EpcRun& run) {
  if (run.object_class() == 0) {
    if (run.spans_size() != 0) return invalid("a run of texts holds spans");
    return static_cast<std::uint64_t>(run.texts_size());
  }
  if (run.texts_size() != 0 || run.spans_size() % 2 != 0) {
    return invalid("a run of numbers holds texts, or an odd number of spans");
  }
  std::uint64_t count = 0;
  for (int i = 1; i < run.spans_size(); i += 2) {
    if (run.spans(i) <= 0) return invalid("a span is empty");
    count += static_cast<std::uint64_t>(run.spans(i));
  }
  return count;
}

// Elements of a list as stored; refuses what has no canonical meaning.
Result<std::uint64_t> count_of_stored(const ListField& field, const Message& message) {
  if (field.kind == ListField::Kind::Epcs) {
    const auto& list = static_cast<const v1::EpcList&>(message);
    if (list.has_commitment()) return invalid("a stored list carries a commitment");
    std::uint64_t count = 0;
    for (const v1::EpcRun& run : list.runs()) count += PACKTRAIL_TRY(count_of(run));
    return count;
  }
  const auto& list = static_cast<const v1::QuantityList&>(message);
  if (list.has_commitment()) return invalid("a stored list carries a commitment");
  for (const v1::QuantityElement& element : list.elements()) {
    // The leaf text joins the three with '|'; the last two may not contain it.
    if (element.quantity().find('|') != std::string::npos ||
        element.uom().find('|') != std::string::npos) {
      return invalid("'|' in a quantity or a unit of measure");
    }
  }
  return static_cast<std::uint64_t>(list.elements_size());
}

Status check_stored_lists(const v1::Fact& fact) {
  return for_each_list(fact, [](const ListField& field, const Message& list) -> Status {
    PACKTRAIL_TRY(count_of_stored(field, list));
    return {};
  });
}

Bytes commitment_message(const HashedLists::Entry& entry) {
  v1::EpcList list;  // QuantityList has the same field 2.
  list.mutable_commitment()->set_count(entry.count);
  list.mutable_commitment()->set_root(entry.root.data(), entry.root.size());
  return serialized(list);
}

// The body with each non-empty list replaced by the next entry of `lists`.
Result<Bytes> hashed_body(ByteView body, std::uint32_t type, const HashedLists& lists) {
  const auto fields = list_fields(type);
  Bytes out;
  out.reserve(512);
  auto entry = lists.entries.begin();
  WireReader reader(body);
  for (WireField field; reader.next(field);) {
    if (find_list(fields, field.number) == nullptr || field.content.empty()) {
      out.insert(out.end(), field.whole.begin(), field.whole.end());
      continue;
    }
    if (entry == lists.entries.end() || entry->field != field.number) {
      return invalid("no commitment for list field " + std::to_string(field.number));
    }
    append_length_delimited(out, field.number, commitment_message(*entry));
    ++entry;
  }
  if (!reader.ok()) return invalid("malformed body");
  if (entry != lists.entries.end()) {
    return invalid("a commitment for list field " + std::to_string(entry->field) +
                   ", which the body does not hold");
  }
  return out;
}

const v1::EpcCommitment* commitment_in(const ListField& field, const Message& message) {
  if (field.kind == ListField::Kind::Epcs) {
    const auto& list = static_cast<const v1::EpcList&>(message);
    return list.has_commitment() ? &list.commitment() : nullptr;
  }
  const auto& list = static_cast<const v1::QuantityList&>(message);
  return list.has_commitment() ? &list.commitment() : nullptr;
}

void put_big_endian(std::uint8_t* out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i, value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}

}  // namespace

std::span<const ListField> list_fields(std::uint32_t type) {
  static const auto found = find_list_fields();
  const auto at = found.find(type);
  if (at == found.end()) return {};
  return at->second;
}

std::uint32_t body_type(const v1::Fact& fact) {
  return static_cast<std::uint32_t>(fact.body_case());
}

Result<Bytes> encode_fact(const v1::Fact& fact) {
  // ByteSizeLong first: SerializeToArray takes an int.
  if (fact.ByteSizeLong() > kFactSizeMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "a fact has at most " + std::to_string(kFactSizeMax) + " bytes",
                 .remedy = "Split the event's EPC list into several events."};
  }
  // Serialising logs texts that are not UTF-8; here they become an error value instead.
  const google::protobuf::LogSilencer silencer;
  Bytes stored = serialized(fact);
  PACKTRAIL_TRY(check_canonical_fact(stored));
  PACKTRAIL_TRY(check_stored_lists(fact));
  return stored;
}

Status decode_fact(ByteView stored, v1::Fact& out) {
  Status decoded = decode_canonical(stored, out);
  if (decoded) decoded = check_stored_lists(out);
  if (decoded) return {};
  Error error = std::move(decoded).error();
  error.code = Errc::DataLoss;
  return error;
}

Status check_lists(const v1::Fact& fact, const HashedLists& lists) {
  auto entry = lists.entries.begin();
  const auto check = [&](const ListField& field, const Message& list) -> Status {
    if (list.ByteSizeLong() == 0) return {};
    const std::uint64_t count = PACKTRAIL_TRY(count_of_stored(field, list));
    if (entry == lists.entries.end() || entry->field != field.number || entry->count != count) {
      return invalid("no commitment to the " + std::to_string(count) + " elements of list field " +
                     std::to_string(field.number));
    }
    ++entry;
    return {};
  };
  PACKTRAIL_TRY(for_each_list(fact, check));
  if (entry != lists.entries.end()) return invalid("a commitment to a list that is not there");
  return {};
}

Result<Bytes> hashed_form(ByteView stored, const HashedLists& lists) {
  Bytes out;
  out.reserve(512);
  WireReader reader(stored);
  for (WireField field; reader.next(field);) {
    if (field.wire_type != 2) return invalid("malformed fact");
    if (field.number == static_cast<std::uint32_t>(v1::Fact::kEnvelopeFieldNumber)) {
      out.insert(out.end(), field.whole.begin(), field.whole.end());
    } else {
      append_length_delimited(out, field.number,
                              PACKTRAIL_TRY(hashed_body(field.content, field.number, lists)));
    }
  }
  if (!reader.ok()) return invalid("malformed fact");
  return out;
}

Status decode_hashed_form(ByteView hashed, v1::Fact& out) {
  PACKTRAIL_TRY(decode_canonical(hashed, out));
  return for_each_list(out, [](const ListField& field, const Message& message) -> Status {
    if (message.ByteSizeLong() == 0) return {};  // An empty list stands as it is.
    const v1::EpcCommitment* commitment = commitment_in(field, message);
    const bool only_commitment =
        field.kind == ListField::Kind::Epcs
            ? static_cast<const v1::EpcList&>(message).runs_size() == 0
            : static_cast<const v1::QuantityList&>(message).elements_size() == 0;
    if (!only_commitment || commitment == nullptr ||
        commitment->root().size() != std::tuple_size_v<Digest>) {
      return invalid("a list of a hashed form holds something else than its commitment");
    }
    return {};
  });
}

HashedLists commitments_of(const v1::Fact& hashed_fact) {
  HashedLists lists;
  const Status done =
      for_each_list(hashed_fact, [&](const ListField& field, const Message& message) -> Status {
        const v1::EpcCommitment* commitment = commitment_in(field, message);
        if (commitment == nullptr || commitment->root().size() != 32) return {};
        HashedLists::Entry entry{field.number, commitment->count(), {}};
        std::copy(commitment->root().begin(), commitment->root().end(), entry.root.begin());
        lists.entries.push_back(entry);
        return {};
      });
  PACKTRAIL_ASSERT(done.has_value());
  return lists;
}

Digest fact_leaf(LedgerId id, std::uint64_t position, std::int64_t record_time_us,
                 std::uint32_t type, ByteView hashed) {
  std::array<std::uint8_t, 68> data;
  std::copy(id.value().begin(), id.value().end(), data.begin());
  put_big_endian(data.data() + 16, position, 8);
  put_big_endian(data.data() + 24, static_cast<std::uint64_t>(record_time_us), 8);
  put_big_endian(data.data() + 32, type, 4);
  const Digest digest = sha256(hashed);
  std::copy(digest.begin(), digest.end(), data.begin() + 36);
  return leaf_hash(data);
}

Bytes body_without_lists(const v1::Fact& fact) {
  const Message* body = body_of(fact);
  if (body == nullptr) return {};
  Bytes whole = serialized(*body);
  const auto fields = list_fields(body_type(fact));
  if (fields.empty()) return whole;
  Bytes out;
  WireReader reader(whole);
  for (WireField field; reader.next(field);) {
    if (find_list(fields, field.number) != nullptr) continue;
    out.insert(out.end(), field.whole.begin(), field.whole.end());
  }
  PACKTRAIL_ASSERT(reader.ok());
  return out;
}

}  // namespace packtrail::ledger
