// As in merkle.cc: low-level SHA-256 for many short messages, here with HMAC's two key blocks
// hashed once.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ledger/commitment.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/assert.h"
#include "base/crypto.h"
#include "ledger/merkle.h"

namespace packtrail::ledger {
namespace {

constexpr std::size_t kSaltsPerCall = 128;

void put_u64(std::uint8_t* out, std::uint64_t value) {
  for (int i = 7; i >= 0; --i, value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}
void put_u32(std::uint8_t* out, std::uint32_t value) {
  for (int i = 3; i >= 0; --i, value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}

// AES-256-ECB over the counters of one list: a pseudo-random permutation of distinct blocks.
class SaltCipher {
 public:
  SaltCipher(const EVP_CIPHER* cipher, const Digest& key) : context_(EVP_CIPHER_CTX_new()) {
    PACKTRAIL_ASSERT(context_ != nullptr);
    PACKTRAIL_ASSERT(EVP_EncryptInit_ex2(context_, cipher, key.data(), nullptr, nullptr) == 1);
    EVP_CIPHER_CTX_set_padding(context_, 0);
  }
  ~SaltCipher() { EVP_CIPHER_CTX_free(context_); }
  SaltCipher(const SaltCipher&) = delete;
  SaltCipher& operator=(const SaltCipher&) = delete;

  // Salts of the elements first .. first + count - 1.
  void fill(std::uint32_t field, std::uint64_t first, std::size_t count, std::span<Salt> out) {
    for (std::size_t i = 0; i < count; ++i) {
      put_u64(out[i].data(), field);
      put_u64(out[i].data() + 8, first + i);
    }
    int written = 0;
    const int size = static_cast<int>(count * kSaltSize);
    PACKTRAIL_ASSERT(EVP_EncryptUpdate(context_, out[0].data(), &written, out[0].data(), size) ==
                         1 &&
                     written == size);
  }

 private:
  EVP_CIPHER_CTX* context_;
};

}  // namespace

struct Committer::State {
  SHA256_CTX inner;  // HMAC-SHA256 (RFC 2104) after its key block, and the same of the outer hash.
  SHA256_CTX outer;
  EVP_CIPHER* cipher = nullptr;

  ~State() {
    EVP_CIPHER_free(cipher);
    wipe({reinterpret_cast<std::uint8_t*>(&inner), sizeof(inner)});
    wipe({reinterpret_cast<std::uint8_t*>(&outer), sizeof(outer)});
  }
};

Committer::Committer(ByteView key) : state_(std::make_unique<State>()) {
  PACKTRAIL_ASSERT(key.size() == kCommitmentKeySize);
  std::array<std::uint8_t, 64> block{};
  std::copy(key.begin(), key.end(), block.begin());
  for (auto& byte : block) byte ^= 0x36;
  SHA256_Init(&state_->inner);
  SHA256_Update(&state_->inner, block.data(), block.size());
  for (auto& byte : block) byte ^= 0x36 ^ 0x5C;
  SHA256_Init(&state_->outer);
  SHA256_Update(&state_->outer, block.data(), block.size());
  wipe(block);
  state_->cipher = EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr);
  PACKTRAIL_ASSERT(state_->cipher != nullptr);
}

Committer::~Committer() = default;

Digest Committer::fact_key(ByteView body, std::span<const ListTexts> lists) const {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, body.data(), body.size());
  std::array<std::uint8_t, 12> header;
  std::array<std::uint8_t, 256> piece;  // Length and text in one update: most texts fit.
  for (const ListTexts& list : lists) {
    put_u32(header.data(), list.field);
    put_u64(header.data() + 4, list.texts.size());
    SHA256_Update(&context, header.data(), header.size());
    for (const std::string_view text : list.texts) {
      PACKTRAIL_ASSERT(text.size() <= 0xFFFFFFFF);
      put_u32(piece.data(), static_cast<std::uint32_t>(text.size()));
      if (text.size() <= piece.size() - 4) {
        if (!text.empty()) std::memcpy(piece.data() + 4, text.data(), text.size());
        SHA256_Update(&context, piece.data(), 4 + text.size());
      } else {
        SHA256_Update(&context, piece.data(), 4);
        SHA256_Update(&context, text.data(), text.size());
      }
    }
  }
  Digest content;
  SHA256_Final(content.data(), &context);
  context = state_->inner;
  SHA256_Update(&context, content.data(), content.size());
  Digest key;
  SHA256_Final(key.data(), &context);
  context = state_->outer;
  SHA256_Update(&context, key.data(), key.size());
  SHA256_Final(key.data(), &context);
  return key;
}

template <class Take>
void Committer::leaves(const Digest& fact_key, const ListTexts& list, Take&& take) const {
  SaltCipher cipher(state_->cipher, fact_key);
  std::array<Salt, kSaltsPerCall> salts;
  for (std::size_t first = 0; first < list.texts.size(); first += kSaltsPerCall) {
    const std::size_t count = std::min(kSaltsPerCall, list.texts.size() - first);
    cipher.fill(list.field, first, count, salts);
    for (std::size_t i = 0; i < count; ++i) {
      take(first + i, salts[i], leaf_hash(salts[i], as_bytes(list.texts[first + i])));
    }
  }
}

HashedLists Committer::commit(ByteView body, std::span<const ListTexts> lists) const {
  HashedLists hashed;
  if (lists.empty()) return hashed;
  hashed.entries.reserve(lists.size());
  Digest key = fact_key(body, lists);
  for (const ListTexts& list : lists) {
    Frontier frontier;
    leaves(key, list, [&](std::size_t, const Salt&, const Digest& leaf) { frontier.append(leaf); });
    hashed.entries.push_back({list.field, list.texts.size(), frontier.root()});
  }
  wipe(key);
  return hashed;
}

Opening Committer::open(ByteView body, std::span<const ListTexts> lists, std::uint32_t field,
                        std::uint64_t index) const {
  Opening opening;
  Digest key = fact_key(body, lists);
  bool found = false;
  for (const ListTexts& list : lists) {
    if (list.field != field) continue;
    PACKTRAIL_ASSERT(index < list.texts.size());
    found = true;
    std::vector<Digest> hashes;
    hashes.reserve(list.texts.size());
    leaves(key, list, [&](std::size_t i, const Salt& salt, const Digest& leaf) {
      hashes.push_back(leaf);
      if (i == index) opening.salt = salt;
    });
    opening.path = inclusion_path(index, hashes);
  }
  PACKTRAIL_ASSERT(found);
  wipe(key);
  return opening;
}

std::string quantity_text(std::string_view epc_class, std::string_view quantity,
                          std::string_view uom) {
  std::string text;
  text.reserve(epc_class.size() + quantity.size() + uom.size() + 2);
  text.append(epc_class).append("|").append(quantity).append("|").append(uom);
  return text;
}

}  // namespace packtrail::ledger
