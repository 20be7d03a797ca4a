#include "numbering/audit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <limits>

#include "base/bytes.h"
#include "numbering/market_profile.h"
#include "numbering/serial_cipher.h"

namespace packtrail::numbering {
namespace {

// A generator for tests: xorshift64* with a good seed.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {
    for (int i = 0; i < 8; ++i) next();
  }
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dU;
  }
  std::uint64_t below(std::uint64_t limit) { return (next() >> 11) % limit; }

 private:
  std::uint64_t state_;
};

std::string text_of(std::uint64_t value, std::string_view characters, std::size_t length) {
  std::string text(length, characters[0]);
  for (std::size_t i = length; i-- > 0; value /= characters.size()) {
    text[i] = characters[value % characters.size()];
  }
  return text;
}

const std::string_view k30 = Alphabet::unambiguous().characters();

std::string random_text(Dice& dice, std::string_view characters, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += characters[dice.below(characters.size())];
  return text;
}

AuditReport audit(std::size_t count, const std::function<std::string(std::uint64_t)>& make,
                  bool with_alphabet = true, const Alphabet& alphabet = Alphabet::unambiguous()) {
  AuditOptions options;
  if (with_alphabet) options.alphabet = alphabet;
  NumberAudit numbers = *NumberAudit::create(options);
  for (std::uint64_t i = 0; i < count; ++i) numbers.add(make(i));
  return numbers.report();
}

const AuditFamily& family(const AuditReport& report, std::string_view name) {
  for (const AuditFamily& one : report.families) {
    if (one.name == name) return one;
  }
  std::abort();
}

TEST(Audit, PassesFf1) {
  for (const std::size_t length : {12U, 20U}) {
    const auto cipher =
        *SerialCipher::create(Bytes(32, 0x42), Bytes(16, 1), Alphabet::unambiguous(), length);
    const auto report =
        audit(30'000, [&](std::uint64_t i) { return std::string(cipher.encode(i).text()); });
    EXPECT_EQ(report.verdict, AuditVerdict::Pass) << report.to_text();
    EXPECT_EQ(report.tested, 30'000U);
    EXPECT_EQ(report.guess_hits, 0U);
    EXPECT_GT(report.guesses, 50'000U);
    EXPECT_TRUE(report.look_alikes.empty());
  }
  const auto digits = *SerialCipher::create(Bytes(32, 0x42), {}, Alphabet::numeric(), 16);
  const auto report = audit(
      20'000, [&](std::uint64_t i) { return std::string(digits.encode(i).text()); }, true,
      Alphabet::numeric());
  EXPECT_EQ(report.verdict, AuditVerdict::Pass) << report.to_text();
}

AuditOptions of(const MarketProfile& profile) {
  AuditOptions options;
  options.alphabet = profile.alphabet;
  options.rules = profile.rules;
  options.length_min = profile.length_min;
  options.length_max = profile.length_max;
  return options;
}

TEST(Audit, PassesTheNumbersOfEveryProfileOfOnesOwnIssue) {
  std::size_t profiles = 0;
  for (const MarketProfile& profile : builtin_profiles()) {
    if (profile.issuer != MarketProfile::Issuer::Owner) continue;
    ++profiles;
    const std::string& prefix = profile.rules.prefix;
    const auto cipher = *SerialCipher::create(Bytes(32, 0x42), Bytes(16, 1), profile.alphabet,
                                              profile.length - prefix.size());
    const auto filter = *SerialFilter::create(profile.alphabet, profile.length, profile.rules);
    const auto made = [&](std::size_t count, auto change) {
      NumberAudit numbers = *NumberAudit::create(of(profile));
      for (std::uint64_t i = 0, n = 0; n < count; ++i) {
        const std::string text = prefix + std::string(cipher.encode(i).text());
        if (!filter.admits(text)) continue;
        numbers.add(change(text, n++));
      }
      return numbers.report();
    };
    const auto good = made(30'000, [](std::string text, std::uint64_t) { return text; });
    EXPECT_EQ(good.verdict, AuditVerdict::Pass) << profile.name << "\n" << good.to_text();
    EXPECT_EQ(good.length, profile.length);
    EXPECT_NEAR(std::min(good.space, 0x1p64) / static_cast<double>(filter.usable()), 1, 1e-9)
        << profile.name;
    EXPECT_EQ(good.guess_hits, 0U);
    // A constant character behind the prefix, and a counter, are seen all the same.
    const auto fixed = made(30'000, [&](std::string text, std::uint64_t) {
      text[prefix.size() + 2] = '7';
      return text;
    });
    EXPECT_EQ(fixed.verdict, AuditVerdict::Fail) << profile.name;
    EXPECT_EQ(family(fixed, "position_chi_square").worst_at,
              "position " + std::to_string(prefix.size() + 3));
    const auto counted = made(5'000, [&](std::string text, std::uint64_t n) {
      return text.substr(0, prefix.size() + 1) +
             text_of(n, profile.alphabet.characters(), text.size() - prefix.size() - 1);
    });
    EXPECT_EQ(counted.verdict, AuditVerdict::Fail) << profile.name;
  }
  EXPECT_GE(profiles, 4U);
}

TEST(Audit, RulesAreKept) {
  AuditOptions options;
  options.alphabet = Alphabet::unambiguous();
  options.rules = {.prefix = "7", .first_characters = "", .excluded_words = {"ASS"}};
  NumberAudit numbers = *NumberAudit::create(options);
  Dice dice(4);
  for (int i = 0; i < 100; ++i) numbers.add("7" + random_text(dice, "23456789", 11));
  numbers.add("823456789234");
  numbers.add("7ASS56789234");
  numbers.add("7A");
  numbers.add("7A0456789234");
  const auto report = numbers.report();
  EXPECT_EQ(report.tested, 100U);
  EXPECT_EQ(report.against_rules, 2U);
  EXPECT_EQ(report.other_length, 1U);
  EXPECT_EQ(report.outside, 1U);
  EXPECT_EQ(report.verdict, AuditVerdict::Fail);

  AuditOptions without = options;
  without.alphabet.reset();
  EXPECT_EQ(NumberAudit::create(without).error().field, "alphabet");
  options.length_min = 21;
  EXPECT_EQ(NumberAudit::create(options).error().field, "length");
  options.length_min = 5;
  options.length_max = 4;
  EXPECT_EQ(NumberAudit::create(options).error().field, "length");
  options.length_max = 21;
  EXPECT_EQ(NumberAudit::create(options).error().field, "length");
  options.length_max = 20;
  EXPECT_TRUE(NumberAudit::create(options));
}

// The shares are those of all texts, counted one by one.
TEST(Audit, PairSharesAreExact) {
  const auto alphabet = *Alphabet::parse("ABCDEFGHIJ");
  const SerialRules rules{
      .prefix = "", .first_characters = "ABCDEFG", .excluded_words = {"ABA", "CCC", "BADG"}};
  const auto filter = *SerialFilter::create(alphabet, 4, rules);
  const auto shares = filter.pair_shares(alphabet, 4, "");
  ASSERT_EQ(shares.size(), 3U * 100U);
  std::vector<double> counted(shares.size(), 0);
  for (std::uint64_t n = 0; n < 10'000; ++n) {
    const std::string text = text_of(n, "ABCDEFGHIJ", 4);
    if (!filter.admits(text)) continue;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto a = static_cast<std::size_t>(text[i] - 'A');
      const auto b = static_cast<std::size_t>(text[i + 1] - 'A');
      counted[i * 100 + a * 10 + b] += 1;
    }
  }
  for (std::size_t i = 0; i < shares.size(); ++i) {
    EXPECT_NEAR(shares[i], counted[i] / static_cast<double>(filter.usable()), 1e-12) << i;
  }
  EXPECT_TRUE(filter.pair_shares(alphabet, 4, "ABC").empty());
}

// At most false_alarm of good samples may fail; 1 of 1000 each, so 3 of 200 would be a scandal.
TEST(Audit, FalseAlarmsAreBounded) {
  int failed = 0;
  const int samples = std::getenv("PACKTRAIL_LONG") != nullptr ? 2000 : 120;
  for (int seed = 0; seed < samples; ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    const auto report = audit(
        2'000, [&](std::uint64_t) { return random_text(dice, k30.substr(0, 10), 14); }, true,
        *Alphabet::parse(k30.substr(0, 10)));
    EXPECT_NE(report.verdict, AuditVerdict::TooFew);
    failed += report.verdict == AuditVerdict::Fail ? 1 : 0;
  }
  EXPECT_LE(failed, samples >= 2000 ? 9 : 2);
}

struct Bad {
  const char* name;
  std::function<std::string(std::uint64_t)> make;
  const char* family;  // That must say no.
  bool with_alphabet = true;
};

TEST(Audit, FailsBadGenerators) {
  Dice dice(5);
  std::uint64_t lcg = 12345;
  const std::string_view k32 = "0123456789ABCDEFGHJKLMNPQRSTVWXY";
  const Bad bad[] = {
      {"sequential", [](std::uint64_t i) { return text_of(7'000'000 + i, k30, 12); }, "guess_rate"},
      {"sequential, by correlation", [](std::uint64_t i) { return text_of(i << 20, k30, 12); },
       "serial_correlation"},
      {"steps of 17", [](std::uint64_t i) { return text_of(17 * i + 99, k30, 12); }, "guess_rate"},
      {"clock in the front",
       [&](std::uint64_t i) {
         return text_of(1'700'000'000 + i / 10, k30, 7) + random_text(dice, k30, 5);
       },
       "position_chi_square"},
      {"constant prefix", [&](std::uint64_t) { return "ABC" + random_text(dice, k30, 9); },
       "position_chi_square"},
      {"small alphabet", [&](std::uint64_t) { return random_text(dice, k30.substr(0, 28), 12); },
       "position_chi_square"},
      {"modulo bias",
       [&](std::uint64_t) {
         std::string text;
         for (int i = 0; i < 12; ++i) text += k30[(dice.next() >> 40 & 0xff) % 30];
         return text;
       },
       "position_chi_square"},
      {"low bits of a linear congruential generator",
       [&](std::uint64_t) {
         std::string text;
         lcg = lcg * 6364136223846793005U + 1442695040888963407U;
         for (int i = 0; i < 12; ++i) text += k32[lcg >> (5 * i) & 31U];
         return text;
       },
       "position_chi_square", false},
      {"every character repeated",
       [&](std::uint64_t) {
         std::string text;
         for (int i = 0; i < 6; ++i) text.append(2, k30[dice.below(30)]);
         return text;
       },
       "pair_chi_square"},
      {"high and low in turn",
       [&](std::uint64_t i) {
         return std::string(1, k30[dice.below(15) + (i % 2 == 0 ? 0U : 15U)]) +
                random_text(dice, k30, 11);
       },
       "runs"},
      {"only so many endings",
       [&](std::uint64_t) { return random_text(dice, k30.substr(0, 3), 9) + "222"; },
       "position_chi_square"},
      {"one digit follows the same digit",
       [&, last = std::uint64_t{0}](std::uint64_t) mutable {
         last = (last + dice.below(8)) % 30;
         return random_text(dice, k30, 5) + k30[last] + random_text(dice, k30, 6);
       },
       "position_correlation"},
  };
  for (const Bad& one : bad) {
    const auto report = audit(20'000, one.make, one.with_alphabet);
    EXPECT_EQ(report.verdict, AuditVerdict::Fail) << one.name;
    EXPECT_EQ(family(report, one.family).verdict, AuditVerdict::Fail) << one.name << "\n"
                                                                      << report.to_text();
    EXPECT_FALSE(report.reasons.empty());
  }
}

TEST(Audit, DuplicatesAndForeignTexts) {
  Dice dice(9);
  std::vector<std::string> numbers;
  for (int i = 0; i < 3000; ++i) numbers.push_back(random_text(dice, k30, 12));
  const auto with = [&](const std::string& text) {
    return audit(numbers.size() + 1,
                 [&](std::uint64_t i) { return i < numbers.size() ? numbers[i] : text; });
  };
  const auto again = with(numbers[17]);
  EXPECT_EQ(again.duplicates, 1U);
  EXPECT_EQ(again.verdict, AuditVerdict::Fail);
  EXPECT_EQ(with("0O0O0O0O0O0O").outside, 1U);
  EXPECT_EQ(with("0O0O0O0O0O0O").verdict, AuditVerdict::Fail);
  EXPECT_EQ(with("22").other_length, 1U);
  EXPECT_EQ(with("").other_length, 1U);
  EXPECT_EQ(with(std::string(1000, '2')).other_length, 1U);
  EXPECT_EQ(with(std::string("A\0B", 3)).outside, 1U);
  EXPECT_EQ(with(random_text(dice, k30, 12)).verdict, AuditVerdict::TooFew);  // 3,001 for pairs.
}

TEST(Audit, LookAlikesWarn) {
  Dice dice(4);
  const auto report = audit(
      1000, [&](std::uint64_t) { return random_text(dice, "0123456789ABCDIOl", 12); }, false);
  EXPECT_EQ(report.look_alikes, "0O 1Il");
  EXPECT_GE(report.warnings.size(), 2U);
}

TEST(Audit, GuessRuleOfTheSpace) {
  Dice dice(4);
  // 500 of 10^6: a blind guess hits with 5e-4.
  const auto report = audit(
      500, [&](std::uint64_t) { return random_text(dice, "0123456789", 6); }, true,
      Alphabet::numeric());
  EXPECT_EQ(report.verdict, AuditVerdict::Fail);
  EXPECT_NEAR(report.guess_chance, 5e-4, 1e-9);
}

TEST(Audit, TooFewSaysNothing) {
  const NumberAudit nothing = *NumberAudit::create({});
  EXPECT_EQ(nothing.report().verdict, AuditVerdict::TooFew);
  EXPECT_NE(nothing.report().to_json().find("\"too_few\""), std::string::npos);
  Dice dice(1);
  const auto report = audit(50, [&](std::uint64_t) { return random_text(dice, k30, 12); });
  EXPECT_EQ(report.verdict, AuditVerdict::TooFew);
  EXPECT_FALSE(report.reasons.empty());
  for (const std::size_t count : {1U, 2U, 3U, 500U}) {
    const auto same = audit(
        count, [](std::uint64_t) { return std::string("2"); }, false);
    EXPECT_EQ(same.tested, count);
  }
}

// More numbers than are remembered: memory stays, and a repetition in the sample is still found.
TEST(Audit, SamplesWhenThereAreMany) {
  const std::size_t count = NumberAudit::kFingerprintsMax + 200'000;
  const auto report = audit(
      count, [&](std::uint64_t i) { return text_of(i % (count - 100'000), "0123456789", 12); },
      true, Alphabet::numeric());
  EXPECT_LT(report.duplicate_sample, 1.0);
  EXPECT_GT(report.duplicates, 40'000U);
  EXPECT_LT(report.duplicates, 60'000U);
}

TEST(Audit, Limits) {
  for (const double p : {0.0, 0.2, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(NumberAudit::create({.alphabet = {}, .false_alarm = p}));
  }
  EXPECT_TRUE(NumberAudit::create({.alphabet = {}, .false_alarm = 0.1}));
  EXPECT_TRUE(NumberAudit::create({.alphabet = {}, .false_alarm = 1e-9}));
}

}  // namespace
}  // namespace packtrail::numbering
