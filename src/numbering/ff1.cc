#include "numbering/ff1.h"

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/assert.h"
#include "base/crypto.h"

namespace packtrail::numbering {
namespace {

struct BnFree {
  void operator()(BIGNUM* n) const { BN_clear_free(n); }
  void operator()(BN_CTX* c) const { BN_CTX_free(c); }
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using Big = std::unique_ptr<BIGNUM, BnFree>;
using BigContext = std::unique_ptr<BN_CTX, BnFree>;
using Aes = std::unique_ptr<EVP_CIPHER_CTX, BnFree>;
using Block = std::array<std::uint8_t, 16>;

Big big(std::uint64_t value = 0) {
  Big n(BN_new());
  PACKTRAIL_ASSERT(n != nullptr && BN_set_word(n.get(), value) == 1);
  return n;
}

// radix^exponent.
Big power(std::uint32_t radix, std::size_t exponent) {
  Big n = big(1);
  for (std::size_t i = 0; i < exponent; ++i) PACKTRAIL_ASSERT(BN_mul_word(n.get(), radix) == 1);
  return n;
}

// NUM_radix(X).
Big num(const std::uint16_t* from, std::size_t size, std::uint32_t radix) {
  Big n = big();
  for (std::size_t i = 0; i < size; ++i) {
    PACKTRAIL_ASSERT(BN_mul_word(n.get(), radix) == 1 && BN_add_word(n.get(), from[i]) == 1);
  }
  return n;
}

// STR^m_radix(x).
void str(const BIGNUM* value, std::uint32_t radix, std::uint16_t* to, std::size_t size) {
  const Big rest(BN_dup(value));
  for (std::size_t i = size; i-- > 0;) {
    to[i] = static_cast<std::uint16_t>(BN_div_word(rest.get(), radix));
  }
  PACKTRAIL_ASSERT(BN_is_zero(rest.get()));
}

void append_be(Bytes& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

Error text_error(std::string message, std::string rule) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "FF1",
               .rule = std::move(rule),
               .remedy = "see NIST SP 800-38G 5.1 and the limits of this program"};
}

}  // namespace

struct Ff1::State {
  Bytes key;
  std::uint32_t radix = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { wipe(key); }

  // A context of its own per call, so const methods share nothing.
  [[nodiscard]] Aes aes() const {
    Aes context(EVP_CIPHER_CTX_new());
    const EVP_CIPHER* cipher = key.size() == 16   ? EVP_aes_128_ecb()
                               : key.size() == 24 ? EVP_aes_192_ecb()
                                                  : EVP_aes_256_ecb();
    PACKTRAIL_ASSERT(context != nullptr &&
                     EVP_EncryptInit_ex(context.get(), cipher, nullptr, key.data(), nullptr) == 1 &&
                     EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
    return context;
  }

  static Block ciph(EVP_CIPHER_CTX* aes, const Block& in) {
    Block out;
    int size = 0;
    PACKTRAIL_ASSERT(EVP_EncryptUpdate(aes, out.data(), &size, in.data(), 16) == 1 && size == 16);
    return out;
  }

  // Algorithm 6, PRF: the last block of CBC-MAC.
  static Block prf(EVP_CIPHER_CTX* aes, const Bytes& message) {
    Block mac{};
    for (std::size_t at = 0; at < message.size(); at += 16) {
      for (std::size_t j = 0; j < 16; ++j) mac[j] ^= message[at + j];
      mac = ciph(aes, mac);
    }
    return mac;  // The caller wipes it.
  }

  [[nodiscard]] Status check(const Numerals& text, ByteView tweak) const {
    if (text.size() < 2 || text.size() > kLengthMax) {
      return text_error("text has " + std::to_string(text.size()) + " numerals",
                        "2 to " + std::to_string(kLengthMax) + " numerals");
    }
    if (tweak.size() > kTweakMax) {
      return text_error("tweak has " + std::to_string(tweak.size()) + " bytes",
                        "at most " + std::to_string(kTweakMax) + " bytes");
    }
    if (std::any_of(text.begin(), text.end(), [&](std::uint16_t n) { return n >= radix; })) {
      return text_error("a numeral is not below the radix", "numerals 0 to radix - 1");
    }
    const Big domain = power(radix, std::min<std::size_t>(text.size(), 8));
    if (BN_cmp(domain.get(), big(kDomainMin).get()) < 0) {
      return text_error("radix^length is too small", "at least " + std::to_string(kDomainMin));
    }
    return {};
  }

  enum class Direction : std::uint8_t { Encrypt, Decrypt };
  [[nodiscard]] Result<Numerals> run(const Numerals& text, ByteView tweak, Direction way) const;
};

// Algorithms 7 and 8; the letters are the standard's.
Result<Numerals> Ff1::State::run(const Numerals& text, ByteView tweak, Direction way) const {
  PACKTRAIL_TRY(check(text, tweak));
  const Aes context = aes();
  const BigContext scratch(BN_CTX_new());
  PACKTRAIL_ASSERT(scratch != nullptr);
  const std::size_t n = text.size();
  const std::size_t t = tweak.size();
  const std::size_t u = n / 2;
  const std::size_t v = n - u;
  const Big modulus[2] = {power(radix, u), power(radix, v)};
  const Big last = power(radix, v);
  PACKTRAIL_ASSERT(BN_sub_word(last.get(), 1) == 1);
  const auto b = static_cast<std::size_t>(BN_num_bits(last.get()) + 7) / 8;
  const std::size_t d = 4 * ((b + 3) / 4) + 4;

  Bytes head{1, 2, 1};
  append_be(head, radix, 3);
  append_be(head, 10, 1);
  append_be(head, u % 256, 1);
  append_be(head, n, 4);
  append_be(head, t, 4);
  head.insert(head.end(), tweak.begin(), tweak.end());
  head.insert(head.end(), (16 - (t + b + 1) % 16) % 16, 0);

  Big A = num(text.data(), u, radix);
  Big B = num(text.data() + u, v, radix);
  for (int step = 0; step < 10; ++step) {
    const int i = way == Direction::Encrypt ? step : 9 - step;
    const BIGNUM* m = modulus[i % 2].get();
    Bytes message;
    message.reserve(head.size() + 1 + b);
    message.assign(head.begin(), head.end());
    append_be(message, static_cast<std::uint64_t>(i), 1);
    Bytes number(b);
    const Big& kept = way == Direction::Encrypt ? B : A;
    PACKTRAIL_ASSERT(BN_bn2binpad(kept.get(), number.data(), static_cast<int>(b)) >= 0);
    message.insert(message.end(), number.begin(), number.end());
    Block R = prf(context.get(), message);
    Bytes S;
    S.reserve(d + R.size());  // Never moved, so no copy stays behind.
    S.assign(R.begin(), R.end());
    for (std::uint64_t j = 1; S.size() < d; ++j) {
      Block counter = R;
      for (std::size_t k = 0; k < 8; ++k) {
        counter[15 - k] = static_cast<std::uint8_t>(counter[15 - k] ^ (j >> (8 * k)));
      }
      Block more = ciph(context.get(), counter);
      S.insert(S.end(), more.begin(), more.end());
      wipe(counter);
      wipe(more);
    }
    const Big y(BN_bin2bn(S.data(), static_cast<int>(d), nullptr));
    // Half of the text stands in the message, and R and S follow from the key.
    wipe(message);
    wipe(number);
    wipe(R);
    wipe(S);
    Big c = big();
    PACKTRAIL_ASSERT(y != nullptr);
    if (way == Direction::Encrypt) {
      PACKTRAIL_ASSERT(BN_mod_add(c.get(), A.get(), y.get(), m, scratch.get()) == 1);
      A = std::move(B);
      B = std::move(c);
    } else {
      PACKTRAIL_ASSERT(BN_mod_sub(c.get(), B.get(), y.get(), m, scratch.get()) == 1);
      B = std::move(A);
      A = std::move(c);
    }
  }
  Numerals out(n);
  str(A.get(), radix, out.data(), u);
  str(B.get(), radix, out.data() + u, v);
  return out;
}

Result<Ff1> Ff1::create(ByteView key, std::uint32_t radix) {
  if (key.size() != 16 && key.size() != 24 && key.size() != 32) {
    return text_error("key has " + std::to_string(key.size()) + " bytes", "16, 24 or 32 bytes");
  }
  if (radix < kRadixMin || radix > kRadixMax) {
    return text_error("radix is " + std::to_string(radix), "2 to 65536");
  }
  auto state = std::make_unique<State>();
  state->key.assign(key.begin(), key.end());
  state->radix = radix;
  return Ff1(std::move(state));
}

Ff1::Ff1(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ff1::~Ff1() = default;
Ff1::Ff1(Ff1&&) noexcept = default;
Ff1& Ff1::operator=(Ff1&&) noexcept = default;

Result<Numerals> Ff1::encrypt(const Numerals& plain, ByteView tweak) const {
  return state_->run(plain, tweak, State::Direction::Encrypt);
}

Result<Numerals> Ff1::decrypt(const Numerals& cipher, ByteView tweak) const {
  return state_->run(cipher, tweak, State::Direction::Decrypt);
}

}  // namespace packtrail::numbering
