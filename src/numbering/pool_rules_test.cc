// Rules of a pool's texts, market profiles, forecasts.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include "numbering/forecast.h"
#include "numbering/market_profile.h"
#include "numbering/pool.h"

namespace packtrail::numbering {
namespace {

Alphabet letters(std::string_view characters) { return *Alphabet::parse(characters); }

// Every text of a small form, one by one.
std::uint64_t count_all(const Alphabet& alphabet, std::size_t length, const SerialRules& rules,
                        const SerialFilter& filter) {
  std::uint64_t passed = 0;
  std::string text = rules.prefix;
  const auto visit = [&](const auto& self) -> void {
    if (text.size() == length) {
      const bool first = rules.first_characters.empty() ||
                         rules.first_characters.find(text[0]) != std::string::npos;
      bool clean = first;
      for (const std::string& word : rules.excluded_words) {
        clean = clean && text.find(word) == std::string::npos;
      }
      EXPECT_EQ(filter.admits(text), clean) << text;
      passed += clean ? 1 : 0;
      return;
    }
    for (const char c : alphabet.characters()) {
      text.push_back(c);
      self(self);
      text.pop_back();
    }
  };
  visit(visit);
  return passed;
}

TEST(SerialRules, TheUsableSpaceIsCountedExactly) {
  const SerialRules kCases[] = {
      {},
      {.prefix = "A", .first_characters = {}, .excluded_words = {}},
      {.prefix = {}, .first_characters = "BC", .excluded_words = {}},
      {.prefix = {}, .first_characters = {}, .excluded_words = {"ABC", "BCB", "CCC"}},
      {.prefix = {}, .first_characters = "AB", .excluded_words = {"AAA", "AAAB", "BABA"}},
      {.prefix = "AB", .first_characters = {}, .excluded_words = {"ABA", "BBB"}},
  };
  for (const SerialRules& rules : kCases) {
    const Alphabet alphabet = letters("ABC");
    const auto filter = SerialFilter::create(alphabet, 7, rules);
    ASSERT_TRUE(filter) << filter.error().to_text();
    EXPECT_EQ(count_all(alphabet, 7, rules, *filter), filter->usable());
    EXPECT_EQ(filter->excludes(), filter->usable() != filter->space());
  }
}

TEST(SerialRules, WordsCountInEitherCase) {
  const auto filter = SerialFilter::create(
      letters("aAbBsS"), 5, {.prefix = {}, .first_characters = {}, .excluded_words = {"aSs"}});
  EXPECT_FALSE(filter->admits("bASSb"));
  EXPECT_FALSE(filter->admits("bassb"));
  EXPECT_TRUE(filter->admits("basBs"));
}

TEST(SerialRules, WrongRulesAreNamed) {
  const auto field = [](SerialRules rules) {
    const auto made = SerialFilter::create(letters("0123456789"), 4, rules);
    return made ? std::string("accepted") : made.error().field;
  };
  EXPECT_EQ(field({.prefix = "1234", .first_characters = {}, .excluded_words = {}}), "pool.prefix");
  EXPECT_EQ(field({.prefix = "A", .first_characters = {}, .excluded_words = {}}), "pool.prefix");
  EXPECT_EQ(field({.prefix = {}, .first_characters = "1A", .excluded_words = {}}),
            "pool.first_characters");
  EXPECT_EQ(field({.prefix = {}, .first_characters = "121", .excluded_words = {}}),
            "pool.first_characters");
  EXPECT_EQ(field({.prefix = "7", .first_characters = "12", .excluded_words = {}}),
            "pool.first_characters");
  EXPECT_EQ(field({.prefix = {}, .first_characters = {}, .excluded_words = {"12"}}),
            "pool.excluded_words[0]");
  EXPECT_EQ(field({.prefix = "123", .first_characters = {}, .excluded_words = {"999", "123"}}),
            "pool.excluded_words[1]");
  EXPECT_EQ(field({.prefix = {},
                   .first_characters = {},
                   .excluded_words = std::vector<std::string>(kExcludedWordsMax + 1, "999")}),
            "pool.excluded_words");
  EXPECT_EQ(field({.prefix = {},
                   .first_characters = {},
                   .excluded_words = std::vector<std::string>(kExcludedWordsMax, "999")}),
            "accepted");
}

PoolSpec spec_of(std::size_t length, std::uint64_t planned) {
  return {.id = PoolId("p"),
          .gtin = *gs1::Gtin::complete("0952123454321"),
          .alphabet = Alphabet::numeric(),
          .length = length,
          .key_id = KeyId("k"),
          .planned_quantity = planned};
}

TEST(PoolRules, TheSafeSizeCountsWhatTheRulesExclude) {
  auto spec = spec_of(14, 1);
  EXPECT_EQ(Pool::create(spec)->safe_size(), 1'000'000'000U);
  spec.rules.first_characters = "123456789";
  EXPECT_EQ(Pool::create(spec)->safe_size(), 900'000'000U);
  spec.planned_quantity = 900'000'000;
  EXPECT_TRUE(Pool::create(spec));
  spec.planned_quantity = 900'000'001;
  EXPECT_FALSE(Pool::create(spec));
  // A prefix leaves the permutation the characters behind it.
  spec = spec_of(14, 1);
  spec.rules.prefix = "7";
  EXPECT_EQ(Pool::create(spec)->space(), 10'000'000'000'000U);
  spec.length = 13;
  EXPECT_EQ(Pool::create(spec).error().field, "pool.length");
  // More than 3 of 4 texts excluded is refused.
  spec = spec_of(20, 1);
  spec.rules.first_characters = "123";
  EXPECT_TRUE(Pool::create(spec));
  spec.rules.first_characters = "12";
  EXPECT_EQ(Pool::create(spec).error().field, "pool.first_characters");
}

TEST(PoolRules, APrefixStandsBeforeThePermutation) {
  auto spec = spec_of(14, 1);
  spec.rules.prefix = "7";
  const auto pool = *Pool::create(spec);
  const auto key = *MasterKey::from_bytes(Bytes(32, 3));
  const auto codec = *pool.codec(key, KeyCheckValue::of(key));
  const auto plain = *pool.cipher(key, KeyCheckValue::of(key));
  std::vector<gs1::SerialNumber> many(100, codec.encode(0));
  codec.encode(0, many);
  for (std::uint64_t i = 0; i < many.size(); ++i) {
    EXPECT_EQ(many[i], codec.encode(i));
    EXPECT_EQ(many[i].text(), "7" + std::string(plain.encode(i).text()));
    EXPECT_EQ(codec.decode(many[i]), i);
    std::string other(many[i].text());
    other[0] = '6';
    EXPECT_FALSE(codec.decode(*gs1::SerialNumber::parse(other)));
    EXPECT_FALSE(codec.decode(plain.encode(i)));
  }
}

// ---- Market profiles -----------------------------------------------------------------------

TEST(MarketProfile, EveryBuiltInFileIsGoodAndNamedAfterItself) {
  for (const ProfileFile& file : builtin_profile_files()) {
    const auto profile = MarketProfile::parse(file.text, file.name);
    ASSERT_TRUE(profile) << profile.error().to_text();
    std::string name(file.name);
    std::replace(name.begin(), name.end(), '_', '-');
    EXPECT_EQ(profile->name, name + "/1");
    EXPECT_TRUE(builtin_profile(name));
    if (profile->issuer == MarketProfile::Issuer::Elsewhere) continue;
    for (const std::size_t length : {profile->length_min, profile->length, profile->length_max}) {
      auto spec = spec_of(12, 1'000'000);
      ASSERT_TRUE(profile->apply(spec, length));
      const auto pool = Pool::create(spec);
      ASSERT_TRUE(pool) << name << " " << length << " " << pool.error().to_text();
      EXPECT_EQ(pool->spec().format, profile->name);
    }
    auto spec = spec_of(12, 1);
    EXPECT_EQ(profile->apply(spec, profile->length_min - 1).error().field, "length");
    EXPECT_EQ(profile->apply(spec, profile->length_max + 1).error().field, "length");
  }
  EXPECT_EQ(builtin_profile("xx").error().code, Errc::NotFound);
}

TEST(MarketProfile, NationalShapes) {
  const auto admits = [](std::string_view profile, std::string_view serial) {
    return builtin_profile(profile)->check(*gs1::SerialNumber::parse(serial)).has_value();
  };
  EXPECT_TRUE(admits("br", "0123456789012"));
  EXPECT_FALSE(admits("br", "012345678901"));
  EXPECT_TRUE(admits("uz", "7ABCDEFGHJKLM"));
  EXPECT_FALSE(admits("uz", "8ABCDEFGHJKLM"));
  EXPECT_FALSE(admits("numeric", "01234567890123"));
  EXPECT_TRUE(admits("ru", "Ab3dEf7hIjK9m"));
  EXPECT_FALSE(admits("ru", "Ab3dEf7hIjK9m0"));
  EXPECT_TRUE(admits("cn", "81234567890123456789"));
  EXPECT_FALSE(admits("cn", "71234567890123456789"));
  EXPECT_FALSE(admits("eu", "AAAASSAAAAAA"));
  auto spec = spec_of(12, 1);
  EXPECT_EQ(builtin_profile("cn")->apply(spec, 0).error().code, Errc::FailedPrecondition);
  EXPECT_EQ(builtin_profile("ru")->companions.size(), 2U);
}

TEST(MarketProfile, CompanionsAreThereInTheirSize) {
  const auto ru = *builtin_profile("ru");
  const auto check = [&](const std::string& key, std::size_t code) {
    return ru.check_companions(
        *gs1::ElementString::parse_bracketed("[91]" + key + "[92]" + std::string(code, 'A')));
  };
  EXPECT_TRUE(check("EE05", 44));
  EXPECT_EQ(check("EE05", 43).error().message, "(92) has 43 characters, not 44");
  EXPECT_FALSE(check("EE055", 44));
  EXPECT_EQ(ru.check_companions({}).error().message,
            "(91) has no value, and needs one of 4 characters");
  EXPECT_TRUE(builtin_profile("eu")->check_companions({}));
}

TEST(MarketProfile, AWrongFileNamesLineAndKey) {
  const std::string head =
      "[profile]\nname = \"x\"\nversion = 1\ntitle = \"t\"\nmarket = \"EU\"\nissuer = \"owner\"\n"
      "source = \"s\"\n";
  const auto error = [](const std::string& text) {
    const auto made = MarketProfile::parse(text, "x.toml");
    return made ? std::string("accepted") : made.error().field;
  };
  EXPECT_EQ(error(head + "[serial]\nalphabet = \"0123456789\"\nlength = 14\n"), "accepted");
  EXPECT_EQ(error(head), "x.toml line 1, serial");
  EXPECT_EQ(error(head + "[serial]\nalphabet = \"00\"\nlength = 14\n"), "x.toml line 9, alphabet");
  EXPECT_EQ(error(head + "[serial]\nalphabet = \"01\"\nlength = 21\n"), "x.toml line 10, length");
  EXPECT_EQ(error(head + "[serial]\nalphabet = \"01\"\nlength = 14\nwords = 1\n"),
            "x.toml line 11, words");
  EXPECT_EQ(error(head + "[serial]\nalphabet = \"01\"\nlength = 14\nprefix = \"2\"\n"),
            "x.toml line 8, prefix");
  EXPECT_EQ(error(head + "[serial]\nalphabet = \"01\"\nlength = 14\n[[companion]]\nai = \"91\"\n"
                         "size = 4\n"),
            "x.toml line 11, companion");
  EXPECT_EQ(error("["), "x.toml line 1, file");
  // A letter beyond ASCII stands in quotes and comments only.
  EXPECT_EQ(error("# \u00e9\n" + head + "[serial]\nalphabet = \"01\"\nlength = 14\n"), "accepted");
  EXPECT_EQ(error(head + "\u00e9 = 1\n"), "x.toml line 8, file");
  EXPECT_EQ(error(std::string(kProfileSizeMax + 1, '#')), "x.toml line 1, file");
}

// ---- Forecast ------------------------------------------------------------------------------

TEST(Forecast, RateAndTimes) {
  constexpr std::int64_t kHour = kUsageStepUs;
  const std::int64_t now = 1'000'000 * kHour;
  const std::int64_t since = now - 48 * kHour;  // Made two days ago.
  std::vector<Usage> usage;
  for (std::int64_t i = 1; i <= 48; ++i) usage.push_back({now - i * kHour, 50});
  usage.push_back({now - 8 * 24 * kHour, 1'000'000});  // Before the window.
  usage.push_back({now + kHour, 1'000'000});           // Not yet.
  const auto calm = forecast(240'000, 1'000, usage, since, now);
  EXPECT_DOUBLE_EQ(calm.per_day, 1'200);
  EXPECT_EQ(calm.alarm, SupplyAlarm::None);
  EXPECT_EQ(*calm.empty_at_us, now + 200 * 24 * kHour);
  EXPECT_EQ(forecast(3'601, 0, usage, since, now).alarm, SupplyAlarm::None);
  EXPECT_EQ(forecast(3'600, 0, usage, since, now).alarm, SupplyAlarm::Starvation);
  EXPECT_EQ(forecast(10'000, 10'000, usage, since, now).alarm, SupplyAlarm::Low);
  EXPECT_EQ(forecast(10'001, 10'000, usage, since, now).alarm, SupplyAlarm::None);
  EXPECT_EQ(forecast(0, 0, usage, since, now).alarm, SupplyAlarm::Empty);
  const auto idle = forecast(5, 0, {}, since, now);
  EXPECT_FALSE(idle.empty_at_us);
  EXPECT_EQ(idle.alarm, SupplyAlarm::None);
}

// One large draw is spread over a day at least, and over the window in an old pool.
TEST(Forecast, OneBurstIsNoStarvation) {
  constexpr std::int64_t kHour = kUsageStepUs;
  const std::int64_t now = 1'000'000 * kHour;
  const std::vector<Usage> usage{{now, 7'000}};
  EXPECT_DOUBLE_EQ(forecast(100'000, 0, usage, now, now).per_day, 7'000);
  EXPECT_DOUBLE_EQ(forecast(100'000, 0, usage, now - 23 * kHour, now).per_day, 7'000);
  EXPECT_DOUBLE_EQ(forecast(100'000, 0, usage, now - 48 * kHour, now).per_day, 3'500);
  EXPECT_DOUBLE_EQ(forecast(100'000, 0, usage, 0, now).per_day, 1'000);
  EXPECT_EQ(forecast(100'000, 0, usage, now, now).alarm, SupplyAlarm::None);
  EXPECT_EQ(forecast(21'000, 0, usage, now, now).alarm, SupplyAlarm::Starvation);
  EXPECT_EQ(forecast(21'000, 0, usage, 0, now).alarm, SupplyAlarm::None);
}

}  // namespace
}  // namespace packtrail::numbering
