// rooms: numbering
//
// Signed codes: the value of (8030) and the file of keys come back as they were read, and nothing
// verifies that was not signed.
#include <cstdlib>
#include <string>

#include "numbering/signed_code.h"

using namespace packtrail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(ByteView(data, size));
  const auto value = numbering::SignedCodeValue::parse(text);
  if (value && value->to_text() != text) std::abort();
  const auto keys = numbering::VerifierKeys::parse(text);
  if (keys) {
    for (const auto& key : keys->keys()) {
      const auto again = NotePublicKey::parse(key.to_text());
      if (!again || !(*again == key)) std::abort();
    }
  }
  const auto secret = NoteSecretKey::parse(text);
  if (secret && secret->reveal() != text) std::abort();

  static const auto kKey = *NoteSecretKey::from_seed("example.com/fuzz", Bytes(32, 1));
  static const auto kKeys = *numbering::VerifierKeys::parse(kKey.public_key().to_text());
  const auto elements = gs1::ElementString::parse(text);
  if (!elements) return 0;
  // The corpus holds no signature of this key.
  if (numbering::verify_code(*elements, kKeys).accepted()) std::abort();
  const auto code = numbering::sign_code(*elements, kKey);
  if (code && !numbering::verify_code(*code, kKeys).accepted()) std::abort();
  return 0;
}
