#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <sstream>

#include "base/crypto.h"
#include "numbering/alphabet.h"
#include "numbering/ff1.h"
#include "numbering/life.h"
#include "numbering/pool.h"
#include "numbering/serial_cipher.h"

namespace packtrail::numbering {
namespace {

constexpr std::string_view kBase36 = "0123456789abcdefghijklmnopqrstuvwxyz";

Numerals to_numerals(std::string_view text) {
  Numerals numerals;
  for (const char c : text) numerals.push_back(static_cast<std::uint16_t>(kBase36.find(c)));
  return numerals;
}

Bytes hex(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return *from_hex(lower);
}

void expect_sample(const std::string& key, std::uint32_t radix, const std::string& tweak,
                   const std::string& plain, const std::string& cipher) {
  const Ff1 ff1 = *Ff1::create(hex(key), radix);
  EXPECT_EQ(*ff1.encrypt(to_numerals(plain), hex(tweak)), to_numerals(cipher)) << plain;
  EXPECT_EQ(*ff1.decrypt(to_numerals(cipher), hex(tweak)), to_numerals(plain)) << cipher;
}

TEST(Ff1, OfficialSamples) {
  const std::string k128 = "2B7E151628AED2A6ABF7158809CF4F3C";
  const std::string k192 = k128 + "EF4359D8D580AA4F";
  const std::string k256 = k192 + "7F036D6F04FC6A94";
  const std::string t1 = "39383736353433323130";
  const std::string t2 = "3737373770717273373737";
  expect_sample(k128, 10, "", "0123456789", "2433477484");
  expect_sample(k128, 10, t1, "0123456789", "6124200773");
  expect_sample(k128, 36, t2, "0123456789abcdefghi", "a9tv40mll9kdu509eum");
  expect_sample(k192, 10, "", "0123456789", "2830668132");
  expect_sample(k192, 10, t1, "0123456789", "2496655549");
  expect_sample(k192, 36, t2, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr");
  expect_sample(k256, 10, "", "0123456789", "6657667009");
  expect_sample(k256, 10, t1, "0123456789", "1001623463");
  expect_sample(k256, 36, t2, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd");
}

// Reads `"name": "value"` or a number out of one flat JSON object.
std::string member(const std::string& object, const std::string& name) {
  std::size_t at = object.find("\"" + name + "\":");
  if (at == std::string::npos) return {};
  at = object.find_first_not_of(" ", at + name.size() + 3);
  if (object[at] == '"') return object.substr(at + 1, object.find('"', at + 1) - at - 1);
  return object.substr(at, object.find_first_of(",\n}", at) - at);
}

TEST(Ff1, SamplesOfTheSharedFile) {
  std::ifstream file(PACKTRAIL_SOURCE_DIR "/../shared/data/vectors/ff1-nist-samples.json");
  if (!file) GTEST_SKIP() << "FF1 sample file not present";
  std::stringstream text;
  text << file.rdbuf();
  std::string object;
  std::size_t count = 0;
  while (std::getline(text, object, '}')) {
    const std::string key = member(object, "key");
    if (key.empty()) continue;
    expect_sample(key, static_cast<std::uint32_t>(std::stoul(member(object, "radix"))),
                  member(object, "tweak"), member(object, "plaintext"),
                  member(object, "ciphertext"));
    ++count;
  }
  EXPECT_EQ(count, 9U);
}

TEST(Ff1, LargeRadixAndLongTextsRoundTrip) {
  EXPECT_TRUE(rc::check("decrypt(encrypt(x)) == x", [] {
    const auto radix = *rc::gen::inRange<std::uint32_t>(2, 65537);
    const auto size = *rc::gen::inRange<std::size_t>(7, 60);
    const auto key = *rc::gen::container<Bytes>(32, rc::gen::arbitrary<std::uint8_t>());
    const auto tweak = *rc::gen::arbitrary<Bytes>();
    Numerals plain;
    for (std::size_t i = 0; i < size; ++i) {
      plain.push_back(static_cast<std::uint16_t>(*rc::gen::inRange<std::uint32_t>(0, radix)));
    }
    const Ff1 ff1 = *Ff1::create(key, radix);
    const auto cipher = ff1.encrypt(plain, tweak);
    RC_ASSERT(cipher.has_value());
    RC_ASSERT(*ff1.decrypt(*cipher, tweak) == plain);
  }));
}

TEST(Ff1, IsAPermutationOfAWholeDomain) {
  const Ff1 ff1 = *Ff1::create(Bytes(32, 7), 10);
  const std::size_t digits = 4;
  std::vector<bool> seen(10000);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    Numerals plain(digits);
    for (std::size_t j = digits, rest = i; j-- > 0; rest /= 10) {
      plain[j] = static_cast<std::uint16_t>(rest % 10);
    }
    std::size_t out = 0;
    const Numerals cipher = *ff1.encrypt(plain, {});
    for (const auto digit : cipher) out = out * 10 + digit;
    ASSERT_FALSE(seen[out]);
    seen[out] = true;
  }
}

TEST(Ff1, Limits) {
  EXPECT_FALSE(Ff1::create(Bytes(15), 10));
  EXPECT_TRUE(Ff1::create(Bytes(16), 10));
  EXPECT_FALSE(Ff1::create(Bytes(33), 10));
  EXPECT_FALSE(Ff1::create(Bytes(32), 1));
  EXPECT_FALSE(Ff1::create(Bytes(32), 65537));
  const Ff1 ff1 = *Ff1::create(Bytes(32), 10);
  EXPECT_FALSE(ff1.encrypt({5}, {}));
  EXPECT_TRUE(ff1.encrypt({5, 5}, {}));
  EXPECT_FALSE(ff1.encrypt({5, 10}, {}));
  EXPECT_TRUE(ff1.encrypt(Numerals(Ff1::kLengthMax), {}));
  EXPECT_FALSE(ff1.encrypt(Numerals(Ff1::kLengthMax + 1), {}));
  EXPECT_TRUE(ff1.encrypt({5, 5}, Bytes(Ff1::kTweakMax)));
  EXPECT_FALSE(ff1.encrypt({5, 5}, Bytes(Ff1::kTweakMax + 1)));
  EXPECT_FALSE((*Ff1::create(Bytes(32), 9)).encrypt({1, 1}, {}));
  EXPECT_TRUE((*Ff1::create(Bytes(32), 2)).encrypt(Numerals(7), {}));
  EXPECT_FALSE((*Ff1::create(Bytes(32), 2)).encrypt(Numerals(6), {}));
}

// FF1 of a counter, by the definition.
std::string oracle(const Ff1& ff1, const Alphabet& alphabet, std::size_t length,
                   std::uint64_t counter, ByteView tweak) {
  Numerals plain(length);
  for (std::size_t i = length; i-- > 0; counter /= alphabet.radix()) {
    plain[i] = static_cast<std::uint16_t>(counter % alphabet.radix());
  }
  std::string text;
  const Numerals cipher = *ff1.encrypt(plain, tweak);
  for (const auto numeral : cipher) text += alphabet.at(numeral);
  return text;
}

constexpr std::string_view kAll64 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

TEST(SerialCipher, EqualsTheDefinitionForEveryRadixAndLength) {
  std::uint64_t state = 88172645463325252U;
  const auto next = [&] {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  };
  std::size_t compared = 0;
  for (std::size_t radix = 2; radix <= 64; ++radix) {
    const Alphabet alphabet = *Alphabet::parse(kAll64.substr(0, radix));
    for (std::size_t length = 2; length <= 20; ++length) {
      Bytes key(32);
      for (auto& byte : key) byte = static_cast<std::uint8_t>(next());
      Bytes tweak(next() % 40);
      for (auto& byte : tweak) byte = static_cast<std::uint8_t>(next());
      const auto fast = SerialCipher::create(key, tweak, alphabet, length);
      if (!fast) continue;
      const auto portable =
          SerialCipher::create(key, tweak, alphabet, length, SerialCipher::Engine::Evp);
      ASSERT_TRUE(portable);
      ASSERT_EQ(portable->engine(), SerialCipher::Engine::Evp);
      const Ff1 ff1 = *Ff1::create(key, static_cast<std::uint32_t>(radix));
      const std::uint64_t space = fast->space();
      for (const std::uint64_t counter :
           {std::uint64_t{0}, std::uint64_t{1}, space - 1, next() % space, next() % space}) {
        const std::string text = oracle(ff1, alphabet, length, counter, tweak);
        ASSERT_EQ(fast->encode(counter).text(), text) << radix << " " << length << " " << counter;
        ASSERT_EQ(portable->encode(counter).text(), text);
        const auto serial = *gs1::SerialNumber::parse(text);
        ASSERT_EQ(fast->decode(serial), counter);
        ASSERT_EQ(portable->decode(serial), counter);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 4000U);
}

TEST(SerialCipher, BatchesEqualSingleCalls) {
  for (const std::size_t length : {9U, 12U, 13U, 20U}) {
    for (const auto engine : {SerialCipher::Engine::Fastest, SerialCipher::Engine::Evp}) {
      const auto cipher = *SerialCipher::create(Bytes(32, 9), Bytes(24, 3), Alphabet::unambiguous(),
                                                length, engine);
      std::uint64_t half = 1;
      for (std::size_t i = 0; i < length - length / 2; ++i) half *= 30;
      // Around the carry from the right half into the left one, in every batch size near the lanes.
      for (std::size_t size = 0; size < 150; size += size < 20 ? 1 : 43) {
        const std::uint64_t first = half - size / 2;
        std::vector<gs1::SerialNumber> serials(size, *gs1::SerialNumber::parse("0"));
        cipher.encode(first, serials);
        std::vector<std::optional<std::uint64_t>> counters(size);
        cipher.decode(serials, counters);
        for (std::size_t i = 0; i < size; ++i) {
          ASSERT_EQ(serials[i], cipher.encode(first + i));
          ASSERT_EQ(counters[i], first + i);
        }
      }
    }
  }
}

TEST(SerialCipher, IsAPermutationOfAWholeDomain) {
  const auto cipher = *SerialCipher::create(Bytes(32, 1), {}, Alphabet::numeric(), 6);
  ASSERT_EQ(cipher.space(), 1000000U);
  std::vector<gs1::SerialNumber> serials(1000000, *gs1::SerialNumber::parse("0"));
  cipher.encode(0, serials);
  std::vector<bool> seen(serials.size());
  for (const auto& serial : serials) {
    const auto at = static_cast<std::size_t>(std::stoul(std::string(serial.text())));
    ASSERT_FALSE(seen[at]);
    seen[at] = true;
  }
}

TEST(SerialCipher, ForeignSerialsDoNotDecode) {
  const auto cipher = *SerialCipher::create(Bytes(32, 1), {}, Alphabet::unambiguous(), 12);
  for (const char* text : {"2", "22222222222", "2222222222222", "22222222222O", "0NNNNNNNNNNN",
                           "22222a222222", "22222-222222"}) {
    EXPECT_FALSE(cipher.decode(*gs1::SerialNumber::parse(text))) << text;
  }
  std::vector<gs1::SerialNumber> mixed{cipher.encode(5), *gs1::SerialNumber::parse("0"),
                                       cipher.encode(6)};
  std::vector<std::optional<std::uint64_t>> counters(3);
  cipher.decode(mixed, counters);
  EXPECT_EQ(counters[0], 5U);
  EXPECT_FALSE(counters[1]);
  EXPECT_EQ(counters[2], 6U);
  // 30^20 is more than 64 bits: most texts of this format belong to no counter.
  const auto wide = *SerialCipher::create(Bytes(32, 1), {}, Alphabet::unambiguous(), 20);
  EXPECT_EQ(wide.space(), ~std::uint64_t{0});
  std::size_t decoded = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string text = "22222222222222222" + std::to_string(222 + i % 8);
    decoded += wide.decode(*gs1::SerialNumber::parse(text)).has_value() ? 1 : 0;
  }
  EXPECT_EQ(decoded, 0U);
}

TEST(SerialCipher, Limits) {
  const Alphabet& ten = Alphabet::numeric();
  EXPECT_FALSE(SerialCipher::create(Bytes(31), {}, ten, 12));
  EXPECT_TRUE(SerialCipher::create(Bytes(32), {}, ten, 12));
  EXPECT_FALSE(SerialCipher::create(Bytes(33), {}, ten, 12));
  EXPECT_FALSE(SerialCipher::create(Bytes(32), {}, ten, 5));  // 10^5 < 10^6.
  EXPECT_TRUE(SerialCipher::create(Bytes(32), {}, ten, 6));
  EXPECT_TRUE(SerialCipher::create(Bytes(32), {}, ten, 20));
  EXPECT_FALSE(SerialCipher::create(Bytes(32), {}, ten, 21));
  EXPECT_FALSE(SerialCipher::create(Bytes(32), {}, ten, 1));
  EXPECT_TRUE(SerialCipher::create(Bytes(32), Bytes(SerialCipher::kTweakMax), ten, 12));
  EXPECT_FALSE(SerialCipher::create(Bytes(32), Bytes(SerialCipher::kTweakMax + 1), ten, 12));
}

TEST(Alphabet, Limits) {
  EXPECT_FALSE(Alphabet::parse("A"));
  EXPECT_TRUE(Alphabet::parse("AB"));
  EXPECT_TRUE(Alphabet::parse(kAll64));
  EXPECT_FALSE(Alphabet::parse(std::string(kAll64) + "!"));
  EXPECT_EQ(Alphabet::parse("ABCA").error().offset, 3U);
  EXPECT_EQ(Alphabet::parse("AB~").error().offset, 2U);
  const Alphabet& alphabet = Alphabet::unambiguous();
  EXPECT_EQ(alphabet.radix(), 30U);
  for (const char c : std::string("01OIUZ")) EXPECT_EQ(alphabet.value_of(c), Alphabet::kNoDigit);
  for (std::size_t i = 0; i < alphabet.radix(); ++i)
    EXPECT_EQ(alphabet.value_of(alphabet.at(i)), i);
}

PoolSpec demo_spec() {
  return {.id = PoolId("demo"),
          .gtin = *gs1::Gtin::parse("09506000134352"),
          .key_id = KeyId("site-1"),
          .planned_quantity = 5000};
}

TEST(Pool, ProvesTheGuessRule) {
  const auto pool = Pool::create(demo_spec());
  ASSERT_TRUE(pool) << pool.error().to_text();
  EXPECT_EQ(pool->space(), 531441000000000000U);  // 30^12.
  EXPECT_EQ(pool->safe_size(), 5314410000000U);
  EXPECT_EQ(pool->alarm_size(), 531441000000U);
  EXPECT_FALSE(pool->alarms_at(pool->alarm_size() - 1));
  EXPECT_TRUE(pool->alarms_at(pool->alarm_size()));

  PoolSpec spec = demo_spec();
  spec.length = 8;  // 30^8 < 10^13 < 30^9.
  EXPECT_EQ(Pool::create(spec).error().field, "pool.length");
  spec.length = 9;
  EXPECT_TRUE(Pool::create(spec));
  spec.alphabet = Alphabet::numeric();
  spec.length = 12;
  EXPECT_FALSE(Pool::create(spec));
  spec.length = 13;  // Exactly 10^13: safe size 10^8, guess rule 10^9.
  spec.planned_quantity = 100'000'000;
  EXPECT_TRUE(Pool::create(spec));
  spec.planned_quantity = 100'000'001;
  EXPECT_NE(Pool::create(spec).error().message.find("safe size"), std::string::npos);
  spec.planned_quantity = 1'000'000'001;
  EXPECT_NE(Pool::create(spec).error().rule.find("2016/161"), std::string::npos);
  spec.planned_quantity = 0;
  EXPECT_FALSE(Pool::create(spec));
}

TEST(Pool, RefusesWhatIsNotWellFormed) {
  PoolSpec spec = demo_spec();
  spec.length = 20;
  EXPECT_TRUE(Pool::create(spec));
  spec.length = 21;
  EXPECT_EQ(Pool::create(spec).error().field, "pool.length");
  spec = demo_spec();
  for (const std::string& id :
       {std::string(), std::string("a b"), std::string(65, 'a'), std::string("a/b")}) {
    spec.id = PoolId(id);
    EXPECT_EQ(Pool::create(spec).error().field, "pool.id");
  }
  spec.id = PoolId(std::string(64, 'a'));
  EXPECT_TRUE(Pool::create(spec));
  spec.key_id = KeyId("");
  EXPECT_EQ(Pool::create(spec).error().field, "pool.key_id");
  spec = demo_spec();
  spec.format_version = 2;
  EXPECT_EQ(Pool::create(spec).error().field, "pool.format_version");
}

TEST(Pool, AllocatesUpToTheSafeSize) {
  const auto pool = *Pool::create(demo_spec());
  const std::uint64_t safe = pool.safe_size();
  EXPECT_TRUE(pool.check_allocation(0, safe));
  EXPECT_TRUE(pool.check_allocation(safe - 1, 1));
  EXPECT_EQ(pool.check_allocation(safe - 1, 2).error().code, Errc::ResourceExhausted);
  EXPECT_EQ(pool.check_allocation(safe, 1).error().code, Errc::ResourceExhausted);
  EXPECT_EQ(pool.check_allocation(safe + 1, 1).error().code, Errc::ResourceExhausted);
  EXPECT_FALSE(pool.check_allocation(1, ~std::uint64_t{0}));
  EXPECT_EQ(pool.check_allocation(0, 0).error().code, Errc::InvalidArgument);
}

TEST(Pool, CipherDependsOnEveryPart) {
  const auto key = *MasterKey::from_bytes(Bytes(32, 5));
  const auto kcv = KeyCheckValue::of(key);
  const auto serial_of = [&](const PoolSpec& spec) {
    return std::string(Pool::create(spec)->cipher(key, kcv)->encode(0).text());
  };
  const PoolSpec spec = demo_spec();
  std::vector<std::string> serials{serial_of(spec)};
  EXPECT_EQ(serial_of(spec), serials[0]);
  PoolSpec other = spec;
  other.id = PoolId("demo2");
  serials.push_back(serial_of(other));
  other = spec;
  other.epoch = 1;
  serials.push_back(serial_of(other));
  other = spec;
  other.gtin = *gs1::Gtin::parse("09521141123454");
  serials.push_back(serial_of(other));
  other = spec;
  other.length = 11;
  serials.push_back(serial_of(other));
  const auto other_key = *MasterKey::from_bytes(Bytes(32, 6));
  serials.emplace_back(
      Pool::create(spec)->cipher(other_key, KeyCheckValue::of(other_key))->encode(0).text());
  for (std::size_t i = 0; i < serials.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(serials[i], serials[j]);
  }
}

TEST(Pool, DocumentedDerivation) {
  // docs/formats/serial-numbers.md, computed by its words.
  const auto key = *MasterKey::from_bytes(Bytes(32, 5));
  Bytes info;
  for (const char c : std::string("packtrail/ff1/v1"
                                  "09506000134352"))
    info.push_back(static_cast<std::uint8_t>(c));
  info.insert(info.end(), {0, 0, 0, 3});
  const Bytes derived = hkdf_sha256(key.reveal(), as_bytes("packtrail/serial-numbers"), info, 32);
  const std::string tweak = std::string(
                                "09506000134352"
                                "demo") +
                            '\x01';
  PoolSpec spec = demo_spec();
  spec.epoch = 3;
  const auto cipher = *Pool::create(spec)->cipher(key, KeyCheckValue::of(key));
  const Ff1 ff1 = *Ff1::create(derived, 30);
  for (const std::uint64_t counter : {0U, 1U, 4999U}) {
    EXPECT_EQ(cipher.encode(counter).text(),
              oracle(ff1, Alphabet::unambiguous(), 12, counter, as_bytes(tweak)));
  }
}

TEST(Pool, WrongKeyIsNoticed) {
  const auto key = *MasterKey::from_bytes(Bytes(32, 5));
  const auto wrong = *MasterKey::from_bytes(Bytes(32, 6));
  const auto pool = *Pool::create(demo_spec());
  EXPECT_TRUE(pool.cipher(key, KeyCheckValue::of(key)));
  EXPECT_EQ(pool.cipher(wrong, KeyCheckValue::of(key)).error().code, Errc::FailedPrecondition);
  EXPECT_FALSE(MasterKey::from_bytes(Bytes(31)));
  EXPECT_FALSE(MasterKey::from_bytes(Bytes(33)));
  const auto kcv = KeyCheckValue::of(key);
  EXPECT_EQ(*KeyCheckValue::from_hex(kcv.to_hex()), kcv);
  EXPECT_FALSE(KeyCheckValue::from_hex("00"));
}

TEST(SsccSeries, CountsToItsEnd) {
  SsccSeries series{*gs1::CompanyPrefix::parse("9506000"), 3, 134352000};
  EXPECT_EQ(series.peek()->digits(), "395060001343520001");
  EXPECT_EQ(series.capacity(), 1000000000U);
  series.next = 999999998;
  EXPECT_EQ(series.remaining(), 2U);
  EXPECT_TRUE(series.peek(1));
  EXPECT_EQ(series.peek(2).error().code, Errc::ResourceExhausted);
  series.next = 1000000000;
  EXPECT_EQ(series.remaining(), 0U);
  EXPECT_FALSE(series.peek());
}

TEST(SerialState, NamesRoundTrip) {
  for (std::size_t i = 0; i < kSerialStateCount; ++i) {
    const auto state = static_cast<SerialState>(i);
    EXPECT_EQ(parse_serial_state(to_string(state)), state);
  }
  EXPECT_EQ(to_string(SerialState::Commissioned), "Commissioned");
  EXPECT_EQ(static_cast<int>(SerialState::Released), 11);
  EXPECT_FALSE(parse_serial_state("commissioned"));
}

}  // namespace
}  // namespace packtrail::numbering
