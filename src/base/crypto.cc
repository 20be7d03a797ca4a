// The low-level SHA256_* calls are deprecated in OpenSSL 3 but avoid its per-call fetch, which
// costs more than hashing a Merkle node does.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>

#include "base/assert.h"

namespace packtrail {

struct Sha256::State {
  SHA256_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
Sha256::~Sha256() = default;

Sha256& Sha256::update(ByteView bytes) {
  SHA256_Update(&state_->context, bytes.data(), bytes.size());
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  SHA256_Final(digest.data(), &state_->context);
  SHA256_Init(&state_->context);
  return digest;
}

Digest sha256(ByteView bytes) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

Digest hmac_sha256(ByteView key, ByteView message) {
  Digest digest;
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(),
                          message.size(), digest.data(), &size);
  PACKTRAIL_ASSERT(made != nullptr && size == digest.size());
  return digest;
}

Bytes hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t size) {
  PACKTRAIL_ASSERT(size <= 255 * 32);
  // RFC 5869 2.2: an absent salt is a string of HashLen zeros.
  const Digest zero_salt{};
  const Digest prk = hmac_sha256(salt.empty() ? ByteView(zero_salt) : salt, key);
  Bytes output;
  Bytes block;
  for (std::uint8_t counter = 1; output.size() < size; ++counter) {
    block.insert(block.end(), info.begin(), info.end());
    block.push_back(counter);
    const Digest next = hmac_sha256(prk, block);
    output.insert(output.end(), next.begin(), next.end());
    block.assign(next.begin(), next.end());
  }
  output.resize(size);
  return output;
}

bool constant_time_equal(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<std::uint8_t> secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace packtrail
