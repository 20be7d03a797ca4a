#include "access/password.h"

#include <argon2.h>

#include <array>

namespace packtrail::access {
namespace {

constexpr std::uint32_t kPasses = 3;
constexpr std::uint32_t kMemoryKib = 64 * 1024;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;

}  // namespace

Result<std::string> hash_password(std::string_view password, Random& random) {
  if (password.size() < kPasswordSizeMin || password.size() > kPasswordSizeMax) {
    return Error{.message = "the password has " + std::to_string(password.size()) + " bytes",
                 .field = "password",
                 .rule = "a password has " + std::to_string(kPasswordSizeMin) + " to " +
                         std::to_string(kPasswordSizeMax) + " bytes",
                 .remedy = "choose a longer phrase; any characters are allowed"};
  }
  std::array<std::uint8_t, kSaltSize> salt{};
  random.fill(salt);
  std::string encoded(
      argon2_encodedlen(kPasses, kMemoryKib, kLanes, kSaltSize, kHashSize, Argon2_id), '\0');
  const int failed =
      argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(),
                            salt.data(), salt.size(), kHashSize, encoded.data(), encoded.size());
  if (failed != ARGON2_OK) {
    return Error{
        .code = Errc::Unavailable,
        .message = std::string("password hashing failed: ") + argon2_error_message(failed)};
  }
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool verify_password(std::string_view password, const std::string& hash) {
  if (password.size() > kPasswordSizeMax) return false;
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::string make_password(Random& random) {
  constexpr std::string_view kAlphabet = "23456789abcdefghjkmnpqrstuvwxyz";  // 31 characters.
  std::string password;
  while (password.size() < 20) {
    std::array<std::uint8_t, 1> byte{};
    random.fill(byte);
    const std::size_t index = byte[0] & 31;  // Rejects 31: no character is more likely.
    if (index < kAlphabet.size()) password += kAlphabet[index];
  }
  return password;
}

}  // namespace packtrail::access
