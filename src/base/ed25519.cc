#include "base/ed25519.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/crypto.h"

namespace packtrail {
namespace {

constexpr std::uint8_t kTypeEd25519 = 0x01;
constexpr std::string_view kSecretPrefix = "PRIVATE+KEY+";
constexpr std::size_t kHashDigits = 8;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

Error key_error(const char* message, std::size_t offset, std::size_t length) {
  return Error{.code = Errc::InvalidArgument,
               .message = message,
               .field = "key",
               .offset = offset,
               .length = length,
               .rule = "NAME+HASH+KEYDATA for Ed25519 (C2SP signed-note)",
               .remedy = "Copy the whole line of the key."};
}

struct Parts {
  std::string_view name;
  std::string_view hash;
  Bytes data;  // Without the type. May be secret.
};

// NAME+HASH+KEYDATA; `at` is where `text` begins in what the caller was given.
Result<Parts> split(std::string_view text, std::size_t at) {
  Parts parts;
  const std::size_t first = text.find('+');
  parts.name = text.substr(0, first);
  if (first == std::string_view::npos || !is_note_name(parts.name)) {
    return key_error("the key has no name of a key", at, parts.name.size());
  }
  parts.hash = text.substr(first + 1, kHashDigits);
  if (text.size() <= first + 1 + kHashDigits || text[first + 1 + kHashDigits] != '+' ||
      !from_hex(parts.hash)) {
    return key_error("the key's hash is not 8 lower-case hex digits", at + first + 1,
                     parts.hash.size());
  }
  const std::size_t data_at = first + kHashDigits + 2;
  auto bytes = from_base64(text.substr(data_at));
  if (!bytes || bytes->size() != kEd25519PublicSize + 1 || bytes->front() != kTypeEd25519) {
    if (bytes) wipe(*bytes);
    return key_error("the key's data is no Ed25519 key in base64", at + data_at,
                     text.size() - data_at);
  }
  parts.data.assign(bytes->begin() + 1, bytes->end());
  wipe(*bytes);
  return parts;
}

std::string join(const NotePublicKey& key, ByteView data) {
  Bytes typed{kTypeEd25519};
  typed.insert(typed.end(), data.begin(), data.end());
  std::string text = key.name() + "+" + to_hex(key.hash()) + "+" + to_base64(typed);
  wipe(typed);
  return text;
}

}  // namespace

bool ed25519_check(ByteView public_key, ByteView message, ByteView signature) {
  if (public_key.size() != kEd25519PublicSize || signature.size() != kEd25519SignatureBytes) {
    return false;
  }
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const Context context(EVP_MD_CTX_new());
  return key != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

std::array<std::uint8_t, 4> note_key_hash(std::string_view name, ByteView public_key) {
  Bytes bytes(name.begin(), name.end());
  bytes.push_back('\n');
  bytes.push_back(kTypeEd25519);
  bytes.insert(bytes.end(), public_key.begin(), public_key.end());
  const Digest digest = sha256(bytes);
  return {digest[0], digest[1], digest[2], digest[3]};
}

bool is_note_name(std::string_view name) {
  return !name.empty() && name.size() <= kNoteNameMax &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != '+'; });
}

Result<NotePublicKey> NotePublicKey::parse(std::string_view text) {
  if (text.starts_with(kSecretPrefix)) {
    Error error = key_error("this is a secret key", 0, kSecretPrefix.size());
    error.remedy = "Take it away from here, and give the public key.";
    return error;
  }
  const Parts parts = PACKTRAIL_TRY(split(text, 0));
  NotePublicKey key;
  key.name_ = parts.name;
  std::copy(parts.data.begin(), parts.data.end(), key.key_.begin());
  if (to_hex(key.hash()) != parts.hash) {
    return key_error("the key's hash belongs to another name or key", parts.name.size() + 1,
                     parts.hash.size());
  }
  return key;
}

std::string NotePublicKey::to_text() const { return join(*this, key_); }

Result<NoteSecretKey> NoteSecretKey::from_seed(std::string_view name, ByteView seed) {
  if (!is_note_name(name)) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "not a name of a key",
                 .field = "name",
                 .rule =
                     "1 to 255 printable ASCII characters without space and '+' (C2SP "
                     "signed-note)",
                 .remedy = "Use a name under a domain that you control, as example.com/codes."};
  }
  if (seed.size() != kEd25519SeedSize) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the seed has " + std::to_string(seed.size()) + " bytes",
                 .field = "seed",
                 .rule = "32 bytes (RFC 8032)"};
  }
  NoteSecretKey key;
  std::copy(seed.begin(), seed.end(), key.seed_.begin());
  key.public_key_.name_ = name;
  const Key pair(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  std::size_t size = kEd25519PublicSize;
  if (pair == nullptr ||
      EVP_PKEY_get_raw_public_key(pair.get(), key.public_key_.key_.data(), &size) != 1) {
    return Error{.code = Errc::Unavailable, .message = "the crypto library refuses Ed25519"};
  }
  return key;
}

Result<NoteSecretKey> NoteSecretKey::parse(std::string_view text) {
  if (!text.starts_with(kSecretPrefix)) {
    return key_error("a secret key begins with PRIVATE+KEY+", 0, 0);
  }
  Parts parts = PACKTRAIL_TRY(split(text.substr(kSecretPrefix.size()), kSecretPrefix.size()));
  auto key = from_seed(parts.name, parts.data);
  wipe(parts.data);
  if (key && to_hex(key->public_key_.hash()) != parts.hash) {
    return key_error("the key's hash belongs to another name or key",
                     kSecretPrefix.size() + parts.name.size() + 1, parts.hash.size());
  }
  return key;
}

NoteSecretKey::~NoteSecretKey() { wipe(seed_); }

NoteSecretKey::NoteSecretKey(NoteSecretKey&& other) noexcept
    : public_key_(std::move(other.public_key_)), seed_(other.seed_) {
  wipe(other.seed_);
}

std::string NoteSecretKey::reveal() const {
  std::string rest = join(public_key_, seed_);
  std::string text = std::string(kSecretPrefix) + rest;
  wipe({reinterpret_cast<std::uint8_t*>(rest.data()), rest.size()});
  return text;
}

Result<std::array<std::uint8_t, kEd25519SignatureBytes>> NoteSecretKey::sign(
    ByteView message) const {
  const Key pair(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()));
  const Context context(EVP_MD_CTX_new());
  std::array<std::uint8_t, kEd25519SignatureBytes> signature{};
  std::size_t size = signature.size();
  if (pair == nullptr || context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return Error{.code = Errc::Unavailable, .message = "the crypto library did not sign"};
  }
  return signature;
}

}  // namespace packtrail
