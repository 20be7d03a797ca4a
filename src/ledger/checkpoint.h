// ledger/checkpoint.h - signed tree heads in the C2SP tlog-checkpoint and signed-note formats.
//
// A checkpoint is three lines (origin, size in decimal, root in base64), an empty line, and
// signature lines "— name base64(key id || signature)". Packtrail signs with Ed25519 (type 0x01)
// under the origin as key name; more signature lines (witnesses) may follow. Parsing is strict: a
// text that is accepted is exactly what `to_text` writes. Format: docs/formats/checkpoint.md.
//
// Thread safety: pure functions and values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ledger/ports.h"

namespace packtrail::ledger {

inline constexpr std::size_t kOriginSizeMax = 255;            // Bytes.
inline constexpr std::size_t kCheckpointSizeMax = 16 * 1024;  // Bytes.
inline constexpr std::size_t kNoteSignaturesMax = 32;
inline constexpr std::size_t kEd25519KeySize = 32;
inline constexpr std::size_t kEd25519SignatureSize = 64;

using NoteKeyId = std::array<std::uint8_t, 4>;

// What is signed.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};

  [[nodiscard]] std::string to_text() const;  // The three lines, each ended by a newline.
};

struct NoteSignature {
  std::string name;
  NoteKeyId key_id{};
  Bytes signature;  // Without the key id; 64 bytes for Ed25519.
};

struct SignedCheckpoint {
  Checkpoint head;
  std::vector<NoteSignature> signatures;  // At least one.

  // InvalidArgument with field and offset for anything that `to_text` would not write.
  static Result<SignedCheckpoint> parse(std::string_view text);
  [[nodiscard]] std::string to_text() const;
};

// An origin serves as key name too: 1..kOriginSizeMax bytes of printable ASCII without space, '+'.
Status check_origin(std::string_view origin);

// First four bytes of SHA-256(name || 0x0A || 0x01 || public key).
[[nodiscard]] NoteKeyId ed25519_key_id(std::string_view name, ByteView public_key);

// RFC 8032 Ed25519 over `message`. False for a wrong signature or a key of a wrong size.
[[nodiscard]] bool ed25519_verify(ByteView public_key, ByteView message, ByteView signature);

// The checkpoint with one signature under `head.origin`. Fails as the signer fails.
Result<std::string> sign_checkpoint(const Checkpoint& head, const HeadSigner& signer);

// Every signature line of this name and key verifies, and there is one. Lines of other keys are
// not looked at. DataLoss when a line of this key does not verify, InvalidArgument when none is.
Status verify_checkpoint(const SignedCheckpoint& checkpoint, std::string_view name,
                         ByteView public_key);

}  // namespace packtrail::ledger
