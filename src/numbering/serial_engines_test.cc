// Every engine of SerialCipher against the definition, Ff1.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <map>
#include <memory>

#include "numbering/alphabet.h"
#include "numbering/feistel.h"
#include "numbering/feistel_vaes.h"
#include "numbering/ff1.h"
#include "numbering/pool.h"
#include "numbering/serial_cipher.h"

namespace packtrail::numbering {
namespace {

using Engine = SerialCipher::Engine;

constexpr Engine kEngines[] = {Engine::Evp, Engine::AesNi, Engine::Vaes};
constexpr std::string_view kAll64 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

Alphabet alphabet_of(std::size_t radix) { return *Alphabet::parse(kAll64.substr(0, radix)); }

// Ciphers of every engine that runs here and takes this format; OpenSSL's is always among them.
std::vector<SerialCipher> ciphers_of(ByteView key, ByteView tweak, std::size_t radix,
                                     std::size_t length) {
  std::vector<SerialCipher> all;
  for (const Engine engine : kEngines) {
    auto cipher = SerialCipher::create(key, tweak, alphabet_of(radix), length, engine);
    if (cipher) {
      EXPECT_EQ(cipher->engine(), engine);
      all.push_back(*std::move(cipher));
    }
  }
  return all;
}

std::string text_of(const Ff1& ff1, std::size_t radix, std::size_t length, std::uint64_t counter,
                    ByteView tweak) {
  Numerals plain(length);
  for (std::size_t i = length; i-- > 0; counter /= radix) {
    plain[i] = static_cast<std::uint16_t>(counter % radix);
  }
  std::string text;
  const Numerals cipher = *ff1.encrypt(plain, tweak);
  for (const auto numeral : cipher) text += kAll64[numeral];
  return text;
}

// The batch of `size` serials from `first`, by every engine, against single calls of the first.
void expect_equal(const std::vector<SerialCipher>& ciphers, std::uint64_t first, std::size_t size) {
  ASSERT_FALSE(ciphers.empty());
  const auto zero = *gs1::SerialNumber::parse("0");
  std::vector<gs1::SerialNumber> expected(size, zero);
  for (std::size_t i = 0; i < size; ++i) expected[i] = ciphers[0].encode(first + i);
  for (const SerialCipher& cipher : ciphers) {
    std::vector<gs1::SerialNumber> serials(size + 1, zero);
    cipher.encode(first, std::span(serials).first(size));
    ASSERT_EQ(serials[size], zero) << "written past the end";
    serials.pop_back();
    ASSERT_EQ(serials, expected) << static_cast<int>(cipher.engine());
    std::vector<std::optional<std::uint64_t>> counters(size + 1, 77);
    cipher.decode(serials, std::span(counters).first(size));
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(counters[i], first + i);
    ASSERT_EQ(counters[size], 77U);
  }
}

// The samples of SP 800-38G with AES-256 whose domains serial formats may have.
TEST(SerialEngines, OfficialSamples) {
  const Bytes key = *from_hex("2b7e151628aed2a6abf7158809cf4f3cef4359d8d580aa4f7f036d6f04fc6a94");
  struct Sample {
    std::size_t radix;
    const char* tweak;
    std::string_view plain;
    std::string_view cipher;
  };
  for (const Sample& sample :
       {Sample{10, "", "0123456789", "6657667009"},
        Sample{10, "39383736353433323130", "0123456789", "1001623463"},
        Sample{36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"}}) {
    feistel::Uint128 counter = 0;
    for (const char c : sample.plain) counter = counter * sample.radix + kAll64.find(c);
    const auto ciphers =
        ciphers_of(key, *from_hex(sample.tweak), sample.radix, sample.plain.size());
    const auto serial = *gs1::SerialNumber::parse(sample.cipher);
    for (const SerialCipher& cipher : ciphers) {
      if (counter >> 64 != 0) {
        // The third plaintext is above 64-bit counters: its ciphertext belongs to none.
        EXPECT_FALSE(cipher.decode(serial));
        continue;
      }
      EXPECT_EQ(cipher.encode(static_cast<std::uint64_t>(counter)), serial);
      EXPECT_EQ(cipher.decode(serial), static_cast<std::uint64_t>(counter));
      std::vector<gs1::SerialNumber> batch(64, serial);
      std::vector<std::optional<std::uint64_t>> counters(64);
      cipher.decode(batch, counters);
      for (const auto& one : counters) EXPECT_EQ(one, static_cast<std::uint64_t>(counter));
    }
  }
}

TEST(SerialEngines, EveryRadixAndLengthAtBothEndsOfTheSpace) {
  std::size_t formats = 0;
  std::map<Engine, std::size_t> seen;
  for (std::size_t radix = 2; radix <= 64; ++radix) {
    for (std::size_t length = 2; length <= 20; ++length) {
      const Bytes key(32, static_cast<std::uint8_t>(radix * length));
      const Bytes tweak(length, 3);
      const auto ciphers = ciphers_of(key, tweak, radix, length);
      if (ciphers.empty()) continue;
      ++formats;
      for (const auto& cipher : ciphers) ++seen[cipher.engine()];
      const std::uint64_t space = ciphers[0].space();
      const Ff1 ff1 = *Ff1::create(key, static_cast<std::uint32_t>(radix));
      for (const std::uint64_t counter : {std::uint64_t{0}, space - 1}) {
        ASSERT_EQ(ciphers[0].encode(counter).text(), text_of(ff1, radix, length, counter, tweak));
      }
      // Zero halves, the carry between halves, the greatest halves.
      expect_equal(ciphers, 0, 17);
      expect_equal(ciphers, space / 3, 9);
      expect_equal(ciphers, space - 17, 17);
    }
  }
  EXPECT_GT(formats, 800U);
  EXPECT_EQ(seen[Engine::Evp], formats);
  EXPECT_EQ(seen[Engine::AesNi], feistel::has_aes_ni() ? formats : 0U);
  EXPECT_EQ(seen[Engine::Vaes] > 400U, feistel::has_vaes());
}

TEST(SerialEngines, EveryBatchSize) {
  for (const std::size_t length : {6U, 9U, 12U, 13U, 16U, 17U, 19U, 20U}) {
    const auto ciphers = ciphers_of(Bytes(32, 9), Bytes(24, 3), 30, length);
    std::uint64_t half = 1;
    for (std::size_t i = 0; i < length - length / 2; ++i) half *= 30;
    for (std::size_t size = 0; size <= 200; ++size) {
      expect_equal(ciphers, 5 * half - size / 2, size);  // The carry is in the middle.
    }
  }
}

TEST(SerialEngines, RandomFormatsKeysAndCounters) {
  EXPECT_TRUE(rc::check("all engines give FF1", [] {
    const auto radix = *rc::gen::inRange<std::size_t>(2, 65);
    std::size_t least = 2;  // The domain must have a million texts.
    while (std::pow(static_cast<double>(radix), static_cast<double>(least)) < 1e6) ++least;
    const auto length = *rc::gen::inRange<std::size_t>(least, 21);
    const auto key = *rc::gen::container<Bytes>(32, rc::gen::arbitrary<std::uint8_t>());
    const auto tweak = *rc::gen::arbitrary<Bytes>();
    const auto ciphers = ciphers_of(key, tweak, radix, length);
    RC_ASSERT(!ciphers.empty());
    const std::uint64_t counter = *rc::gen::arbitrary<std::uint64_t>() % ciphers[0].space();
    const Ff1 ff1 = *Ff1::create(key, static_cast<std::uint32_t>(radix));
    RC_ASSERT(ciphers[0].encode(counter).text() == text_of(ff1, radix, length, counter, tweak));
    expect_equal(ciphers, std::min(counter, ciphers[0].space() - 40), 40);
    RC_ASSERT(!::testing::Test::HasFailure());
  }));
}

// Radix 10 and 2^k around the limits of the reductions: y of 64 or 96 bits, halves below and above
// 2^32, and the last format that 52-bit arithmetic takes.
TEST(SerialEngines, BoundariesOfEveryReduction) {
  struct Edge {
    std::size_t radix;
    std::size_t length;
    bool vaes;
  };
  for (const Edge& edge :
       {Edge{16, 16, true},   // Right half 2^32: y has 64 bits.
        Edge{16, 17, true},   // 2^32 and 2^36.
        Edge{17, 15, true},   // 17^7 < 2^32 < 17^8.
        Edge{40, 12, true},   // 40^6 < 2^32.
        Edge{41, 12, true},   // 41^6 > 2^32.
        Edge{32, 20, true},   // 2^50.
        Edge{36, 20, true},   // 3.66e15.
        Edge{37, 20, false},  // 4.81e15 > 3.97e15.
        Edge{53, 18, true},   // 3.30e15.
        Edge{54, 18, true},   // 3.90e15.
        Edge{55, 18, false}, Edge{64, 16, true}, Edge{64, 18, false}, Edge{64, 20, false}}) {
    const auto ciphers = ciphers_of(Bytes(32, 0x11), {}, edge.radix, edge.length);
    const std::size_t engines =
        1U + feistel::has_aes_ni() + (edge.vaes && feistel::has_vaes() ? 1U : 0U);
    ASSERT_EQ(ciphers.size(), engines) << edge.radix << " " << edge.length;
    const std::uint64_t space = ciphers[0].space();
    for (const std::uint64_t first : {std::uint64_t{0}, space / 7, space - 300}) {
      expect_equal(ciphers, first, 300);
    }
    const auto fastest =
        SerialCipher::create(Bytes(32, 0x11), {}, alphabet_of(edge.radix), edge.length);
    EXPECT_EQ(fastest->engine(), ciphers.back().engine());
  }
}

// What the 52-bit arithmetic claims, at the edges of its operands: no AES in between.
TEST(SerialEngines, BarrettAtTheEdges) {
  EXPECT_TRUE(rc::check("reduce is y modulo m", [] {
    const auto bits = *rc::gen::inRange<unsigned>(33, 61);
    const std::uint64_t m = (std::uint64_t{1} << bits) - *rc::gen::inRange<std::uint64_t>(0, 1000);
    feistel::Modulus modulus;
    modulus.m = m;
    const auto width = static_cast<unsigned>(std::bit_width(m));
    const auto wide = (static_cast<feistel::Uint128>(1) << (63 + width)) / m;
    modulus.reciprocal = wide >> 64 != 0 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(wide);
    modulus.shift = width - 1;
    const std::uint64_t high = *rc::gen::element<std::uint64_t>(
        0, 1, ~std::uint64_t{0}, m, m - 1, *rc::gen::arbitrary<std::uint64_t>());
    const auto low = *rc::gen::element<std::uint32_t>(0, ~std::uint32_t{0}, 5);
    const std::uint64_t got = feistel::reduce<feistel::Reduction::Y96Large>(modulus, high, low);
    const auto y = (static_cast<feistel::Uint128>(high) << 32) | low;
    RC_ASSERT(got % m == static_cast<std::uint64_t>(y % m));
    RC_ASSERT(got / m < 3);
    RC_ASSERT(feistel::finish(modulus, got) == static_cast<std::uint64_t>(y % m));
  }));
}

TEST(SerialEngines, ForeignTextsInABatch) {
  for (const std::size_t length : {12U, 18U}) {
    for (const SerialCipher& cipher : ciphers_of(Bytes(32, 1), {}, 30, length)) {
      const std::string good(cipher.encode(5).text());
      std::vector<gs1::SerialNumber> batch;
      std::vector<bool> fits;
      const auto add = [&](const std::string& text, bool fit) {
        batch.push_back(*gs1::SerialNumber::parse(text));
        fits.push_back(fit);
      };
      for (std::size_t at = 0; at < length; ++at) {  // One wrong character, in every place.
        std::string wrong = good;
        wrong[at] = at % 2 == 0 ? 'Z' : '%';
        add(wrong, false);
        add(good, true);
      }
      add(good.substr(1), false);
      add(good + "2", false);
      add("z", false);
      for (std::size_t i = 0; i < 30; ++i) add(good, true);
      std::vector<std::optional<std::uint64_t>> counters(batch.size());
      cipher.decode(batch, counters);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        ASSERT_EQ(counters[i], fits[i] ? std::optional<std::uint64_t>(5) : std::nullopt)
            << length << " " << i << " engine " << static_cast<int>(cipher.engine());
      }
    }
  }
}

// The vector engine writes serials as bytes: this is the layout it assumes.
TEST(SerialEngines, LayoutOfASerial) {
  const auto serial = *gs1::SerialNumber::parse("ABC");
  const auto* const bytes = reinterpret_cast<const char*>(&serial);
  EXPECT_EQ(std::string(bytes, feistel::kRow), std::string("ABC") + std::string(17, '\0') + '\3');
}

TEST(SerialEngines, DomainOfAMillion) {
  for (const Engine engine : kEngines) {
    const auto low = SerialCipher::create(Bytes(32), {}, alphabet_of(10), 5, engine);
    ASSERT_FALSE(low);
    EXPECT_EQ(low.error().code, Errc::InvalidArgument);
    EXPECT_NE(low.error().rule.find("1000000"), std::string::npos);
  }
  EXPECT_TRUE(SerialCipher::create(Bytes(32), {}, alphabet_of(10), 6, Engine::Evp));
  EXPECT_FALSE(SerialCipher::create(Bytes(32), {}, alphabet_of(2), 19, Engine::Evp));
  EXPECT_TRUE(SerialCipher::create(Bytes(32), {}, alphabet_of(2), 20, Engine::Evp));
}

// After a change of keys or epochs, numbers of before still find their counter through the pool
// that issued them, and through no other.
TEST(KeyRotation, OldNumbersDecodeThroughTheirOwnPool) {
  const auto old_key = *MasterKey::from_bytes(Bytes(32, 5));
  const auto new_key = *MasterKey::from_bytes(Bytes(32, 6));
  const PoolSpec spec{.id = PoolId("site"),
                      .gtin = *gs1::Gtin::parse("09506000134352"),
                      .key_id = KeyId("2025"),
                      .planned_quantity = 5000};
  PoolSpec next_epoch = spec;
  next_epoch.epoch = 1;
  PoolSpec next_key = spec;
  next_key.key_id = KeyId("2026");

  struct Issued {
    SerialCipher cipher;
    std::vector<gs1::SerialNumber> serials;
  };
  std::vector<Issued> all;
  const std::pair<const PoolSpec*, const MasterKey*> made[] = {
      {&spec, &old_key}, {&next_epoch, &old_key}, {&next_key, &new_key}};
  for (const auto& [pool_spec, key] : made) {
    const Pool pool = *Pool::create(*pool_spec);
    SerialCipher cipher = *pool.cipher(*key, KeyCheckValue::of(*key));
    std::vector<gs1::SerialNumber> serials(500, cipher.encode(0));
    cipher.encode(0, serials);
    all.push_back({std::move(cipher), std::move(serials)});
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) {
      std::size_t claimed = 0;
      for (std::size_t counter = 0; counter < 500; ++counter) {
        const auto decoded = all[j].cipher.decode(all[i].serials[counter]);
        if (i == j) {
          ASSERT_EQ(decoded, counter);
        } else {
          claimed += decoded && *decoded < 5000 ? 1 : 0;
        }
      }
      EXPECT_EQ(claimed, 0U) << i << " read as " << j;
    }
  }
  // The old pool with the new key is refused: it would give other numbers.
  const Pool pool = *Pool::create(spec);
  EXPECT_FALSE(pool.cipher(new_key, KeyCheckValue::of(old_key)));
}

}  // namespace
}  // namespace packtrail::numbering
