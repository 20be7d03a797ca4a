// access/password.h - Argon2id (RFC 9106), 64 MiB, 3 passes.
#pragma once

#include <string>
#include <string_view>

#include "base/ports.h"
#include "base/result.h"

namespace packtrail::access {

inline constexpr std::size_t kPasswordSizeMin = 12;   // NIST SP 800-63B-4: length, no composition.
inline constexpr std::size_t kPasswordSizeMax = 256;  // Bytes.

// "$argon2id$v=19$m=65536,t=3,p=1$...". Fails outside the size limits.
Result<std::string> hash_password(std::string_view password, Random& random);

// About 0.1 s by design. False for a malformed hash as well.
[[nodiscard]] bool verify_password(std::string_view password, const std::string& hash);

// A random password of 20 unambiguous characters (about 98 bits).
[[nodiscard]] std::string make_password(Random& random);

}  // namespace packtrail::access
