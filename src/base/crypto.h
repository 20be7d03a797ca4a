// base/crypto.h - the few primitives every room may use, over OpenSSL 3.
//
// Thread safety: free functions are safe from any thread; a Sha256 object belongs to one thread.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"

namespace packtrail {

// Incremental SHA-256 (FIPS 180-4). Reusable: `finish` resets it.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Sha256& update(ByteView bytes);
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Digest sha256(ByteView bytes);
[[nodiscard]] Digest hmac_sha256(ByteView key, ByteView message);  // RFC 2104.

// RFC 5869 with SHA-256: derives `size` bytes (<= 255 * 32).
[[nodiscard]] Bytes hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t size);

// Compares without leaking where the difference is. Different sizes compare unequal at once.
[[nodiscard]] bool constant_time_equal(ByteView a, ByteView b);

// Overwrites memory that held a secret; the compiler may not remove it.
void wipe(std::span<std::uint8_t> secret);

}  // namespace packtrail
