// base/ed25519.h - Ed25519 signatures (RFC 8032), and keys as the text that C2SP signed-note uses.
//
// A public key has a name: NAME+HASH+KEYDATA, where HASH is 8 hex digits of SHA-256(NAME || 0x0A ||
// 0x01 || key) and KEYDATA the base64 of 0x01 || key. The secret one is PRIVATE+KEY+NAME+HASH+...
// of its seed. The same texts are read and written by other programs that speak signed-note.
//
// Thread safety: free functions and values. Secrets are wiped when they go.
// Cost: about 25 us a signature, 70 us a verification.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace packtrail {

inline constexpr std::size_t kEd25519SeedSize = 32;
inline constexpr std::size_t kEd25519PublicSize = 32;
inline constexpr std::size_t kEd25519SignatureBytes = 64;
inline constexpr std::size_t kNoteNameMax = 255;  // Bytes of a key's name.

// False for a wrong signature, and for a key or signature of a wrong size.
[[nodiscard]] bool ed25519_check(ByteView public_key, ByteView message, ByteView signature);

// First four bytes of SHA-256(name || 0x0A || 0x01 || public key).
[[nodiscard]] std::array<std::uint8_t, 4> note_key_hash(std::string_view name, ByteView public_key);

// 1..kNoteNameMax bytes of printable ASCII without space and '+'.
[[nodiscard]] bool is_note_name(std::string_view name);

class NotePublicKey {
 public:
  // The text of a public key. InvalidArgument with the offset of the part that is wrong: the name,
  // the hash, the type, the size.
  static Result<NotePublicKey> parse(std::string_view text);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] ByteView key() const { return key_; }
  [[nodiscard]] std::array<std::uint8_t, 4> hash() const { return note_key_hash(name_, key_); }
  [[nodiscard]] std::string to_text() const;  // What parse accepts.
  friend bool operator==(const NotePublicKey&, const NotePublicKey&) = default;

 private:
  friend class NoteSecretKey;
  NotePublicKey() = default;
  std::string name_;
  std::array<std::uint8_t, kEd25519PublicSize> key_{};
};

class NoteSecretKey {
 public:
  // `seed` from a good generator. InvalidArgument on a bad name or a seed that is not
  // kEd25519SeedSize bytes; Unavailable when the crypto library refuses Ed25519.
  static Result<NoteSecretKey> from_seed(std::string_view name, ByteView seed);
  // The text of a secret key; the error never shows what it held.
  static Result<NoteSecretKey> parse(std::string_view text);
  ~NoteSecretKey();
  NoteSecretKey(NoteSecretKey&& other) noexcept;
  NoteSecretKey& operator=(NoteSecretKey&&) = delete;
  NoteSecretKey(const NoteSecretKey&) = delete;
  NoteSecretKey& operator=(const NoteSecretKey&) = delete;

  [[nodiscard]] const NotePublicKey& public_key() const { return public_key_; }
  [[nodiscard]] std::string reveal() const;  // What parse accepts; the caller wipes it.
  [[nodiscard]] Result<std::array<std::uint8_t, kEd25519SignatureBytes>> sign(
      ByteView message) const;

 private:
  NoteSecretKey() = default;
  NotePublicKey public_key_;
  std::array<std::uint8_t, kEd25519SeedSize> seed_{};
};

}  // namespace packtrail
