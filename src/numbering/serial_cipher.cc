#include "numbering/serial_cipher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "base/assert.h"
#include "base/crypto.h"
#include "numbering/feistel.h"
#include "numbering/feistel_vaes.h"

namespace packtrail::numbering {
namespace {

using feistel::Block;
using feistel::Direction;
using feistel::Modulus;
using feistel::Reduction;
using feistel::Rounds;
using feistel::Uint128;

// Serials per slice of a batch: their halves stay in the first-level cache.
constexpr std::size_t kSlice = 64;

// What space() says when there are more serials than 64-bit counters.
constexpr std::uint64_t kWide = ~std::uint64_t{0};

// The vector engine writes and reads the bytes of serials: characters, zeros, size.
static_assert(sizeof(gs1::SerialNumber) == feistel::kRow && alignof(gs1::SerialNumber) == 1 &&
              std::is_trivially_copyable_v<gs1::SerialNumber> &&
              std::is_standard_layout_v<gs1::SerialNumber>);

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Aes = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

void encrypt_blocks(EVP_CIPHER_CTX* aes, const std::uint8_t* in, std::uint8_t* out,
                    std::size_t size) {
  int written = 0;
  PACKTRAIL_ASSERT(EVP_EncryptUpdate(aes, out, &written, in, static_cast<int>(size)) == 1);
}

std::uint64_t load_be64(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

std::uint32_t load_be32(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

void xor_be64(std::uint8_t* bytes, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ (value >> (8 * (7 - i))));
  }
}

std::uint64_t reduce_any(Reduction kind, const Modulus& modulus, std::uint64_t high,
                         std::uint32_t low) {
  switch (kind) {
    case Reduction::Y64:
      return feistel::reduce<Reduction::Y64>(modulus, high, low);
    case Reduction::Y96Large:
      return feistel::reduce<Reduction::Y96Large>(modulus, high, low);
    case Reduction::Y96Small:
      return feistel::reduce<Reduction::Y96Small>(modulus, high, low);
  }
  return 0;
}

// The ladder over OpenSSL, at most kLanes serials at once.
template <Direction kWay>
void run_lanes_portable(const Rounds& rounds, EVP_CIPHER_CTX* aes, std::uint64_t* left,
                        std::uint64_t* right, std::size_t count) {
  std::uint64_t* a = kWay == Direction::Encrypt ? left : right;
  std::uint64_t* b = kWay == Direction::Encrypt ? right : left;
  std::array<std::uint8_t, 16 * feistel::kLanes> in;
  std::array<std::uint8_t, 16 * feistel::kLanes> out;
  for (std::size_t step = 0; step < feistel::kRounds; ++step) {
    const std::size_t i = kWay == Direction::Encrypt ? step : feistel::kRounds - 1 - step;
    for (std::size_t lane = 0; lane < count; ++lane) {
      std::memcpy(in.data() + 16 * lane, rounds.input[i].data(), 16);
      xor_be64(in.data() + 16 * lane + 8, b[lane]);
    }
    encrypt_blocks(aes, in.data(), out.data(), 16 * count);
    const Modulus& modulus = rounds.modulus[i % 2];
    const Reduction kind = i % 2 == 0 ? rounds.left : rounds.right;
    for (std::size_t lane = 0; lane < count; ++lane) {
      const std::uint8_t* y = out.data() + 16 * lane;
      const std::uint64_t reduced = reduce_any(kind, modulus, load_be64(y), load_be32(y + 8));
      const std::uint64_t next = feistel::combine<kWay>(modulus, a[lane], reduced);
      a[lane] = b[lane];
      b[lane] = next;
    }
  }
}

Modulus make_modulus(std::uint64_t m, Reduction kind) {
  constexpr auto kAll = static_cast<Uint128>(~std::uint64_t{0});
  const auto bits = static_cast<unsigned>(std::bit_width(m));
  Modulus modulus;
  modulus.m = m;
  // A power of two would need 2^64 here; one less only leaves one more M in the unfinished result.
  const Uint128 wide = (static_cast<Uint128>(1) << (63 + bits)) / m;
  const auto normalised = static_cast<std::uint64_t>(std::min(wide, kAll));
  if (kind == Reduction::Y96Large) {
    modulus.shift = bits - 1;
    modulus.reciprocal = normalised;
  } else {
    modulus.reciprocal = static_cast<std::uint64_t>((static_cast<Uint128>(1) << 64) / m);
  }
  modulus.text_reciprocal = normalised;
  modulus.text_shift = 64 - bits;
  return modulus;
}

Error cipher_error(std::string field, std::string message, std::string rule) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::move(field),
               .rule = std::move(rule),
               .remedy = "choose another serial number format"};
}

}  // namespace

struct SerialCipher::State {
  explicit State(const Alphabet& characters) : alphabet(characters) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { wipe({reinterpret_cast<std::uint8_t*>(&rounds), sizeof rounds}); }

  Rounds rounds;
  Alphabet alphabet;
  std::size_t length = 0;
  std::size_t left_size = 0;   // u: characters of the left half.
  std::size_t right_size = 0;  // v = u or u + 1.
  std::uint64_t space = 0;
  Engine engine = Engine::Evp;
  feistel::Vaes vaes;
  Aes aes;
  std::vector<std::array<char, 2>> pairs;  // Text of every two-digit number.

  void prepare(ByteView tweak, std::size_t number_size);

  template <Direction kWay>
  void run(std::uint64_t* left, std::uint64_t* right, std::size_t count) const {
    if (engine != Engine::Evp) {
      feistel::run_aes_ni<kWay>(rounds, left, right, count);
      return;
    }
    // OpenSSL's context is not shared between threads: each call works on a copy.
    const Aes own(EVP_CIPHER_CTX_new());
    PACKTRAIL_ASSERT(own != nullptr && EVP_CIPHER_CTX_copy(own.get(), aes.get()) == 1);
    for (std::size_t at = 0; at < count; at += feistel::kLanes) {
      run_lanes_portable<kWay>(rounds, own.get(), left + at, right + at,
                               std::min(feistel::kLanes, count - at));
    }
  }

  // The same for left and right of a slice: 64-byte aligned arrays of kSlice numbers.
  template <Direction kWay>
  void run_batch(std::uint64_t* left, std::uint64_t* right, std::size_t count) const {
    const std::size_t vectors = vector_part(count);
    if (vectors != 0) feistel::run_vaes<kWay>(rounds, vaes, left, right, vectors);
    if (vectors < count) run<kWay>(left + vectors, right + vectors, count - vectors);
  }

  // How many of `count` serials go through the 512-bit engine.
  [[nodiscard]] std::size_t vector_part(std::size_t count) const {
    return engine == Engine::Vaes ? count / feistel::kVaesLanes * feistel::kVaesLanes : 0;
  }

  void write(const std::uint64_t* left, const std::uint64_t* right,
             std::span<gs1::SerialNumber> out) const {
    const std::size_t vectors = vector_part(out.size());
    if (vectors != 0) {
      feistel::write_vaes(vaes.text, left, right, vectors,
                          reinterpret_cast<std::uint8_t*>(out.data()));
    }
    for (std::size_t i = vectors; i < out.size(); ++i) write_one(left[i], right[i], out[i]);
  }

  void read(std::span<const gs1::SerialNumber> serials, std::uint64_t* left, std::uint64_t* right,
            bool* fits) const {
    const std::size_t vectors = vector_part(serials.size());
    if (vectors != 0) {
      std::array<std::uint8_t, kSlice / feistel::kVaesLanes> groups;
      feistel::read_vaes(vaes.text, reinterpret_cast<const std::uint8_t*>(serials.data()), vectors,
                         left, right, groups.data());
      for (std::size_t i = 0; i < vectors; ++i) fits[i] = (groups[i / 8] >> i % 8 & 1) != 0;
    }
    for (std::size_t i = vectors; i < serials.size(); ++i) {
      fits[i] = to_halves(serials[i], left[i], right[i]);
      if (!fits[i]) left[i] = right[i] = 0;
    }
  }

  // Digits of x as a fraction of the half's modulus: each multiplication by radix^2 moves the next
  // two into the high word. Exact for x < m < 2^61: the fraction lies in [x, x + 1) / m.
  std::uint8_t* write_half(const Modulus& modulus, std::uint64_t x, std::size_t size,
                           std::uint8_t* out) const {
    const std::uint64_t radix = alphabet.radix();
    std::uint64_t fraction =
        2 * (feistel::multiply_high(x << modulus.text_shift, modulus.text_reciprocal) + 2);
    if (size % 2 != 0) {
      const Uint128 product = static_cast<Uint128>(fraction) * radix;
      *out++ = static_cast<std::uint8_t>(alphabet.at(static_cast<std::size_t>(product >> 64)));
      fraction = static_cast<std::uint64_t>(product);
    }
    for (std::size_t i = 0; i < size / 2; ++i) {
      const Uint128 product = static_cast<Uint128>(fraction) * (radix * radix);
      std::memcpy(out, pairs[static_cast<std::size_t>(product >> 64)].data(), 2);
      fraction = static_cast<std::uint64_t>(product);
      out += 2;
    }
    return out;
  }

  // Straight into the value: putting the text together elsewhere and copying it would wait for
  // every small store.
  void write_one(std::uint64_t left, std::uint64_t right, gs1::SerialNumber& to) const {
    auto* const row = reinterpret_cast<std::uint8_t*>(&to);
    std::memset(row, 0, feistel::kRow);
    write_half(rounds.modulus[1], right, right_size,
               write_half(rounds.modulus[0], left, left_size, row));
    row[feistel::kRow - 1] = static_cast<std::uint8_t>(length);
  }

  // False when the text is not of this format.
  bool to_halves(const gs1::SerialNumber& serial, std::uint64_t& left, std::uint64_t& right) const {
    const std::string_view text = serial.text();
    if (text.size() != length) return false;
    const std::uint64_t radix = alphabet.radix();
    unsigned seen = 0;
    const auto read = [&](std::size_t from, std::size_t to) {
      std::uint64_t number = 0;
      for (std::size_t i = from; i < to; ++i) {
        const std::uint8_t value = alphabet.value_of(text[i]);
        seen |= value;
        number = number * radix + value;
      }
      return number;
    };
    left = read(0, left_size);
    right = read(left_size, length);
    return (seen & 0x80U) == 0;  // kNoDigit has the high bit, values below 64 do not.
  }

  [[nodiscard]] std::optional<std::uint64_t> to_counter(std::uint64_t left,
                                                        std::uint64_t right) const {
    const Uint128 counter = static_cast<Uint128>(left) * rounds.modulus[1].m + right;
    if (counter >> 64 != 0) return std::nullopt;
    const auto value = static_cast<std::uint64_t>(counter);
    if (value >= space) return std::nullopt;
    return value;
  }
};

// CBC-MAC over P and all of Q but its last block; the letters are SP 800-38G's.
void SerialCipher::State::prepare(ByteView tweak, std::size_t b) {
  const std::size_t t = tweak.size();
  Bytes message{1,
                2,
                1,
                0,
                0,
                static_cast<std::uint8_t>(alphabet.radix()),
                10,
                static_cast<std::uint8_t>(left_size),
                0,
                0,
                0,
                static_cast<std::uint8_t>(length),
                0,
                0,
                static_cast<std::uint8_t>(t >> 8),
                static_cast<std::uint8_t>(t)};
  message.insert(message.end(), tweak.begin(), tweak.end());
  message.insert(message.end(), (16 - (t + b + 1) % 16) % 16, 0);
  message.insert(message.end(), b + 1, 0);
  Block mac{};
  const std::size_t last = message.size() - 16;
  for (std::size_t at = 0; at < last; at += 16) {
    for (std::size_t j = 0; j < 16; ++j) mac[j] ^= message[at + j];
    encrypt_blocks(aes.get(), mac.data(), mac.data(), 16);
  }
  for (std::size_t i = 0; i < feistel::kRounds; ++i) {
    Block& input = rounds.input[i];
    for (std::size_t j = 0; j < 16; ++j) {
      input[j] = static_cast<std::uint8_t>(mac[j] ^ message[last + j]);
    }
    input[15 - b] = static_cast<std::uint8_t>(input[15 - b] ^ i);
  }
  wipe(mac);
  wipe(message);
}

Result<SerialCipher> SerialCipher::create(ByteView key, ByteView tweak, const Alphabet& alphabet,
                                          std::size_t length, Engine engine) {
  if (key.size() != kKeySize) {
    return cipher_error("key", "key has " + std::to_string(key.size()) + " bytes", "32 bytes");
  }
  if (tweak.size() > kTweakMax) {
    return cipher_error("tweak", "tweak has " + std::to_string(tweak.size()) + " bytes",
                        "at most " + std::to_string(kTweakMax) + " bytes");
  }
  if (length < kLengthMin || length > kLengthMax) {
    return cipher_error("length", "length is " + std::to_string(length),
                        "2 to 20 characters (GS1 AI 21)");
  }
  auto state = std::make_unique<State>(alphabet);
  state->length = length;
  state->left_size = length / 2;
  state->right_size = length - length / 2;
  std::uint64_t halves[2] = {1, 1};
  for (std::size_t i = 0; i < state->left_size; ++i) halves[0] *= alphabet.radix();
  for (std::size_t i = 0; i < state->right_size; ++i) halves[1] *= alphabet.radix();
  PACKTRAIL_ASSERT(halves[1] < kHalfMax);  // 64^10 is 2^60.
  const Uint128 whole = static_cast<Uint128>(halves[0]) * halves[1];
  state->space = whole >> 64 != 0 ? kWide : static_cast<std::uint64_t>(whole);
  if (state->space < kDomainMin) {
    return cipher_error("length", "there are only " + std::to_string(state->space) + " serials",
                        "at least " + std::to_string(kDomainMin) + " (SP 800-38G Rev. 1 draft)");
  }
  const auto b = static_cast<std::size_t>(std::bit_width(halves[1] - 1) + 7) / 8;
  if (b > 4) {
    state->rounds.right = Reduction::Y96Large;
    state->rounds.left = halves[0] >> 32 != 0 ? Reduction::Y96Large : Reduction::Y96Small;
  }
  state->rounds.modulus[0] = make_modulus(halves[0], state->rounds.left);
  state->rounds.modulus[1] = make_modulus(halves[1], state->rounds.right);
  state->aes.reset(EVP_CIPHER_CTX_new());
  PACKTRAIL_ASSERT(
      state->aes != nullptr &&
      EVP_EncryptInit_ex(state->aes.get(), EVP_aes_256_ecb(), nullptr, key.data(), nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(state->aes.get(), 0) == 1);
  state->prepare(tweak, b);
  state->engine = engine;
  const bool vaes = feistel::has_vaes() && halves[1] <= feistel::kVaesHalfMax;
  if (engine == Engine::Fastest) {
    state->engine = vaes ? Engine::Vaes : feistel::has_aes_ni() ? Engine::AesNi : Engine::Evp;
  } else if ((engine == Engine::Vaes && !vaes) ||
             (engine == Engine::AesNi && !feistel::has_aes_ni())) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "this processor cannot run the engine for this format",
                 .field = "engine",
                 .rule = "numbering/serial_cipher.h, Engine",
                 .remedy = "use the fastest engine there is"};
  }
  if (state->engine != Engine::Evp) feistel::expand_key_aes_ni(key.data(), state->rounds);
  if (state->engine == Engine::Vaes) {
    feistel::prepare_vaes(state->rounds, alphabet, length, state->vaes);
  }
  for (const char first : alphabet.characters()) {
    for (const char second : alphabet.characters()) state->pairs.push_back({first, second});
  }
  return SerialCipher(std::move(state));
}

SerialCipher::SerialCipher(std::unique_ptr<State> state) : state_(std::move(state)) {}
SerialCipher::~SerialCipher() = default;
SerialCipher::SerialCipher(SerialCipher&&) noexcept = default;
SerialCipher& SerialCipher::operator=(SerialCipher&&) noexcept = default;

std::uint64_t SerialCipher::space() const { return state_->space; }
std::size_t SerialCipher::length() const { return state_->length; }
const Alphabet& SerialCipher::alphabet() const { return state_->alphabet; }
SerialCipher::Engine SerialCipher::engine() const { return state_->engine; }

gs1::SerialNumber SerialCipher::encode(std::uint64_t counter) const {
  PACKTRAIL_ASSERT(counter < state_->space);
  std::uint64_t left = counter / state_->rounds.modulus[1].m;
  std::uint64_t right = counter % state_->rounds.modulus[1].m;
  state_->run<Direction::Encrypt>(&left, &right, 1);
  auto serial = gs1::SerialNumber::of_valid({}, 1);  // Overwritten.
  state_->write_one(left, right, serial);
  return serial;
}

std::optional<std::uint64_t> SerialCipher::decode(const gs1::SerialNumber& serial) const {
  std::uint64_t left = 0;
  std::uint64_t right = 0;
  if (!state_->to_halves(serial, left, right)) return std::nullopt;
  state_->run<Direction::Decrypt>(&left, &right, 1);
  return state_->to_counter(left, right);
}

void SerialCipher::encode(std::uint64_t first, std::span<gs1::SerialNumber> out) const {
  PACKTRAIL_ASSERT(out.size() <= state_->space && first <= state_->space - out.size());
  const std::uint64_t m = state_->rounds.modulus[1].m;
  std::uint64_t high = first / m;
  std::uint64_t low = first % m;
  alignas(64) std::array<std::uint64_t, kSlice> left;
  alignas(64) std::array<std::uint64_t, kSlice> right;
  while (!out.empty()) {
    const std::size_t count = std::min(kSlice, out.size());
    if (m - low > count) {  // No carry into the left half.
      for (std::size_t i = 0; i < count; ++i) {
        left[i] = high;
        right[i] = low + i;
      }
      low += count;
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        left[i] = high;
        right[i] = low;
        if (++low == m) {
          low = 0;
          ++high;
        }
      }
    }
    state_->run_batch<Direction::Encrypt>(left.data(), right.data(), count);
    state_->write(left.data(), right.data(), out.first(count));
    out = out.subspan(count);
  }
}

void SerialCipher::decode(std::span<const gs1::SerialNumber> serials,
                          std::span<std::optional<std::uint64_t>> counters) const {
  PACKTRAIL_ASSERT(serials.size() == counters.size());
  alignas(64) std::array<std::uint64_t, kSlice> left;
  alignas(64) std::array<std::uint64_t, kSlice> right;
  std::array<bool, kSlice> fits;
  while (!serials.empty()) {
    const std::size_t count = std::min(kSlice, serials.size());
    state_->read(serials.first(count), left.data(), right.data(), fits.data());
    state_->run_batch<Direction::Decrypt>(left.data(), right.data(), count);
    if (state_->space != kWide) {
      const std::uint64_t m = state_->rounds.modulus[1].m;
      for (std::size_t i = 0; i < count; ++i) {
        // Every pair of halves is a counter of the space.
        const std::uint64_t counter = left[i] * m + right[i];
        counters[i] = fits[i] ? std::optional(counter) : std::nullopt;
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        counters[i] = fits[i] ? state_->to_counter(left[i], right[i]) : std::nullopt;
      }
    }
    serials = serials.subspan(count);
    counters = counters.subspan(count);
  }
}

}  // namespace packtrail::numbering
