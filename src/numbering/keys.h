// numbering/keys.h - the master key of a site, where it comes from, and what is derived from it.
//
// Secrets are never printed, compared with ==, or copied by accident; they are wiped when they go.
// Thread safety: values belong to one thread at a time; KeySource may be called from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong.h"

namespace packtrail::numbering {

// Names a master key; written with every pool, so an old pool finds its key after a change of keys.
using KeyId = Strong<std::string, struct KeyIdTag>;

class MasterKey {
 public:
  static constexpr std::size_t kSize = 32;

  static Result<MasterKey> from_bytes(ByteView bytes);  // Exactly kSize bytes.
  ~MasterKey();
  MasterKey(MasterKey&& other) noexcept;
  MasterKey& operator=(MasterKey&& other) noexcept;
  MasterKey(const MasterKey&) = delete;
  MasterKey& operator=(const MasterKey&) = delete;

  [[nodiscard]] ByteView reveal() const { return bytes_; }  // For derivation only.

 private:
  MasterKey() = default;
  std::array<std::uint8_t, kSize> bytes_{};
};

// Eight bytes that tell a wrong key from the right one and nothing about either: stored in the
// clear beside every pool.
struct KeyCheckValue {
  static constexpr std::size_t kSize = 8;
  std::array<std::uint8_t, kSize> bytes{};

  static KeyCheckValue of(const MasterKey& key);
  static Result<KeyCheckValue> from_hex(std::string_view text);  // 16 lower-case hex digits.
  [[nodiscard]] std::string to_hex() const;
  friend bool operator==(const KeyCheckValue&, const KeyCheckValue&) = default;
};

// Where master keys come from: a file, a key management service, a hardware module.
class KeySource {
 public:
  virtual ~KeySource() = default;
  // NotFound when the source has no such key, Unavailable when it cannot be asked now.
  [[nodiscard]] virtual Result<MasterKey> master_key(const KeyId& id) = 0;
};

}  // namespace packtrail::numbering
