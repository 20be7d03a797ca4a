// numbering/signed_code.h - the digital signature AI (8030): a code that proves who issued it.
//
// Packtrail's profile: an Ed25519 signature over all other elements of the code, with a short key
// id, in 90 characters of base64url. Verified offline with public keys. It works the same in an
// element string and in a Digital Link. docs/formats/signed-code.md fixes every byte. Inspired by
// ISO/IEC 20248, not conformant to it.
//
// A signature proves that the elements are what the holder of the key wrote. It does not prove that
// a pack is genuine: a copied code verifies too.
//
// Thread safety: free functions and values; a VerifierKeys may be shared once it is made.
// Cost: about 25 us to sign, 70 us to verify; a refusal may cost 40 ms, to say which elements were
// added.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ed25519.h"
#include "base/result.h"
#include "gs1/element_string.h"

namespace packtrail::numbering {

inline constexpr std::uint8_t kSignedCodeProfile = 0x11;  // Version 1, algorithm 1 (Ed25519).
inline constexpr std::size_t kSignedCodeTextSize = 90;    // Characters of the value of (8030).
inline constexpr std::size_t kSignedCodeSize = 67;        // Bytes in them.

// The value of (8030), taken apart.
struct SignedCodeValue {
  std::uint8_t profile = kSignedCodeProfile;
  std::array<std::uint8_t, 2> key_id{};  // The first two bytes of the key's hash.
  std::array<std::uint8_t, kEd25519SignatureBytes> signature{};

  // InvalidArgument when the text is not kSignedCodeTextSize characters of base64url with zero
  // spare bits (a shorter one was cut), and when the profile is not kSignedCodeProfile.
  static Result<SignedCodeValue> parse(std::string_view text);
  [[nodiscard]] std::string to_text() const;
};

// What is signed: docs/formats/signed-code.md. Elements in any order give the same text; (8030) is
// left out.
[[nodiscard]] std::string signed_text(const gs1::ElementString& elements,
                                      const SignedCodeValue& value);

// The elements with (8030) at their end. InvalidArgument when they carry a signature already, when
// no serialised key is among them as the AI table asks of (8030), or when other partner rules are
// broken; Unavailable when the crypto library fails.
Result<gs1::ElementString> sign_code(const gs1::ElementString& elements, const NoteSecretKey& key);

// Public keys that are trusted, as lines of a text; empty lines and lines that begin with '#' are
// skipped.
class VerifierKeys {
 public:
  static constexpr std::size_t kKeysMax = 1000;
  static constexpr std::size_t kTextMax = 512 * 1024;  // Bytes.

  // InvalidArgument with "line N" for a line that is no public key or repeats one;
  // ResourceExhausted above the limits; InvalidArgument when there is none.
  static Result<VerifierKeys> parse(std::string_view text);
  [[nodiscard]] const std::vector<NotePublicKey>& keys() const { return keys_; }

 private:
  VerifierKeys() = default;
  std::vector<NotePublicKey> keys_;
};

// Why a code is not accepted; the error's text says it for people.
enum class SignedCodeFault : std::uint8_t {
  Unsigned,     // There is no (8030).
  Malformed,    // Cut, too long, or not base64url.
  Profile,      // Another version or algorithm.
  UnknownKey,   // No trusted key has this id.
  Added,        // Elements were added after signing; without them the signature is right.
  Altered,      // The elements or the signature are not what the key signed.
  NoKeyOfPack,  // Signed by a trusted key, but the elements name no serialised thing.
};
// "unsigned", "malformed", ...: stable, for machines.
[[nodiscard]] const char* to_string(SignedCodeFault fault);

struct SignedCodeVerdict {
  const NotePublicKey* signer = nullptr;              // Of the keys given; null when refused.
  SignedCodeFault fault = SignedCodeFault::Unsigned;  // Only when refused.
  Error error{.message = {}};                         // Only when refused.

  [[nodiscard]] bool accepted() const { return signer != nullptr; }
};

[[nodiscard]] SignedCodeVerdict verify_code(const gs1::ElementString& elements,
                                            const VerifierKeys& keys);

}  // namespace packtrail::numbering
