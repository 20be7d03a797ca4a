#include "numbering/keys.h"

#include <algorithm>

#include "base/crypto.h"

namespace packtrail::numbering {

Result<MasterKey> MasterKey::from_bytes(ByteView bytes) {
  if (bytes.size() != kSize) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "master key has " + std::to_string(bytes.size()) + " bytes",
                 .field = "master key",
                 .rule = "exactly 32 bytes",
                 .remedy = "give the whole key"};
  }
  MasterKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

MasterKey::~MasterKey() { wipe(bytes_); }

MasterKey::MasterKey(MasterKey&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }

MasterKey& MasterKey::operator=(MasterKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wipe(other.bytes_);
  }
  return *this;
}

KeyCheckValue KeyCheckValue::of(const MasterKey& key) {
  const Digest digest = hmac_sha256(key.reveal(), as_bytes("packtrail/key-check/v1"));
  KeyCheckValue value;
  std::copy_n(digest.begin(), kSize, value.bytes.begin());
  return value;
}

Result<KeyCheckValue> KeyCheckValue::from_hex(std::string_view text) {
  const auto bytes = packtrail::from_hex(text);
  if (!bytes || bytes->size() != kSize) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the text is no key check value",
                 .field = "key check value",
                 .rule = "16 lower-case hexadecimal digits",
                 .remedy = "take it from the pool's record"};
  }
  KeyCheckValue value;
  std::copy(bytes->begin(), bytes->end(), value.bytes.begin());
  return value;
}

std::string KeyCheckValue::to_hex() const { return packtrail::to_hex(bytes); }

}  // namespace packtrail::numbering
