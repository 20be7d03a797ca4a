#include "gs1/ai_table.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "gs1/ai_sample.h"
#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

// What the Syntax Dictionary says of one AI, in its own words.
struct Listed {
  std::string flags;
  std::vector<std::string> components;  // "[N3],iso3166"
  std::string required;
  std::string excluded;
  std::string link_key;  // "dlpkey=22,10,21|235"
  std::string title;
};

std::map<std::string, Listed> read_dictionary() {
  std::map<std::string, Listed> listed;
  std::ifstream file(PACKTRAIL_SOURCE_DIR "/../shared/data/gs1/gs1-syntax-dictionary.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Listed entry;
    const std::size_t hash = line.find(" # ");
    if (hash != std::string::npos) entry.title = line.substr(hash + 3);
    while (!entry.title.empty() && entry.title.back() == ' ') entry.title.pop_back();
    std::istringstream words(line.substr(0, hash));
    std::string range;
    words >> range;
    for (std::string word; words >> word;) {
      if (word.find_first_not_of("*?!\"") == std::string::npos) {
        entry.flags = word;
      } else if (word.rfind("req=", 0) == 0) {
        EXPECT_TRUE(entry.required.empty()) << "a second req= on " << range;
        entry.required = word.substr(4);
      } else if (word.rfind("ex=", 0) == 0) {
        EXPECT_TRUE(entry.excluded.empty()) << "a second ex= on " << range;
        entry.excluded = word.substr(3);
      } else if (word.rfind("dlpkey", 0) == 0) {
        entry.link_key = word;
      } else {
        entry.components.push_back(word);
      }
    }
    const auto dash = range.find('-');
    const std::string first = range.substr(0, dash);
    const std::string last = dash == std::string::npos ? first : range.substr(dash + 1);
    for (int number = std::stoi(first); number <= std::stoi(last); ++number) {
      const std::string digits = std::to_string(number);
      listed[std::string(first.size() - digits.size(), '0') + digits] = entry;
    }
  }
  return listed;
}

// A component of ours in the dictionary's words.
std::string dictionary_words(const AiComponent& component) {
  std::string text(1, "NXYZ"[static_cast<std::size_t>(component.charset)]);
  if (component.size_min != component.size_max) text += "..";
  text += std::to_string(component.size_max);
  if (component.optional) text = "[" + text + "]";
  for (const AiRule rule : component.rules()) text.append(",").append(to_string(rule));
  return text;
}

std::string with_commas(std::string_view alternatives) {
  std::string text(alternatives);
  std::replace(text.begin(), text.end(), '|', ',');
  return text;
}

std::string dictionary_key(std::string_view link_key) {
  if (link_key.empty()) return "";
  std::string text(link_key.substr(3));
  for (char& c : text) c = c == ' ' ? ',' : c;
  if (!text.empty()) text[0] = '=';
  return "dlpkey" + text;
}

TEST(AiTable, EqualsTheSyntaxDictionaryAiByAi) {
  const auto dictionary = read_dictionary();
  if (dictionary.empty()) GTEST_SKIP() << "GS1 Syntax Dictionary not present";
  EXPECT_EQ(dictionary.size(), kAiCount);
  std::set<std::string> ours;
  for (const AiEntry& entry : ai_table()) {
    for (unsigned number = entry.first; number <= entry.last; ++number) {
      const std::string ai(to_text({static_cast<std::uint16_t>(number), entry.digits}).view());
      ours.insert(ai);
      const auto found = dictionary.find(ai);
      ASSERT_NE(found, dictionary.end()) << ai;
      const Listed& listed = found->second;
      std::vector<std::string> components;
      unsigned low = 0;
      unsigned high = 0;
      for (const AiComponent& component : entry.components()) {
        components.push_back(dictionary_words(component));
        low += component.optional ? 0U : component.size_min;
        high += component.size_max;
      }
      EXPECT_EQ(components, listed.components) << ai;
      EXPECT_EQ(entry.size_min, low) << ai;
      EXPECT_EQ(entry.size_max, high) << ai;
      EXPECT_EQ(entry.predefined, listed.flags.find('*') != std::string::npos) << ai;
      EXPECT_EQ(entry.link_attribute, listed.flags.find('?') != std::string::npos) << ai;
      EXPECT_EQ(with_commas(entry.required), listed.required) << ai;
      EXPECT_EQ(with_commas(entry.excluded), listed.excluded) << ai;
      EXPECT_EQ(dictionary_key(entry.link_key), listed.link_key) << ai;
      EXPECT_EQ(entry.title, listed.title) << ai;
    }
  }
  EXPECT_EQ(ours.size(), dictionary.size());
}

TEST(AiTable, UsesEveryRuleAndKnowsItsName) {
  std::set<AiRule> used;
  for (const AiEntry& entry : ai_table()) {
    for (const AiComponent& component : entry.components()) {
      used.insert(component.rules().begin(), component.rules().end());
    }
  }
  EXPECT_EQ(used.size(), kAiRuleCount - 1);
  for (const AiRule rule : used) {
    EXPECT_EQ(ai_rule(to_string(rule)), rule);
    EXPECT_FALSE(rule_text(rule).empty());
  }
  EXPECT_FALSE(ai_rule("cset82"));
  EXPECT_FALSE(ai_rule(""));
}

TEST(AiTable, PrintsOneLinePerRow) {
  const std::string text = ai_table_text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), static_cast<long>(kAiRowCount));
  EXPECT_NE(text.find("01 PL N14:csum,gcppos2 ex=255|37 key 22 10 21|235 # GTIN\n"),
            std::string::npos);
  EXPECT_NE(text.find("3100-3105 PL N6 req=01|02 ex=310n # NET WEIGHT (kg)\n"), std::string::npos);
  EXPECT_NE(text.find("7007 L N6:yymmdd ~N6:yymmdd req=01|02 # HARVEST DATE\n"), std::string::npos);
  EXPECT_NE(text.find("8110 L X<70:couponcode # \n"), std::string::npos);
}

TEST(AiTable, FindsEveryAiAndNoOther) {
  std::set<std::string> known;
  for (const AiEntry& entry : ai_table()) {
    for (unsigned number = entry.first; number <= entry.last; ++number) {
      const Ai ai{static_cast<std::uint16_t>(number), entry.digits};
      const std::string text(to_text(ai).view());
      known.insert(text);
      EXPECT_EQ(find_ai(ai), &entry);
      ASSERT_TRUE(Ai::parse(text)) << text;
      EXPECT_EQ(*Ai::parse(text), ai);
      const LeadingAi leading = leading_ai(text + "9999");
      EXPECT_EQ(leading.entry, &entry) << text;
      EXPECT_EQ(leading.ai, ai) << text;
    }
  }
  for (unsigned digits = 2; digits <= 4; ++digits) {
    const unsigned limit = digits == 2 ? 100 : digits == 3 ? 1000 : 10000;
    for (unsigned number = 0; number < limit; ++number) {
      const std::string raw = std::to_string(number);
      const std::string text = std::string(digits - raw.size(), '0') + raw;
      EXPECT_EQ(Ai::parse(text).has_value(), known.count(text) == 1) << text;
    }
  }
}

// The sizes an AI takes: its limits, and every length at which an optional part ends.
std::set<std::size_t> sizes_of(const AiEntry& entry) {
  std::set<std::size_t> sizes;
  std::size_t low = 0;
  std::size_t high = 0;
  for (const AiComponent& component : entry.components()) {
    if (component.optional) sizes.insert(high);
    low = high + component.size_min;
    high += component.size_max;
  }
  for (std::size_t size = low; size <= high; ++size) sizes.insert(size);
  return sizes;
}

bool accepts(const AiEntry& entry, unsigned number, std::string_view value) {
  return check_ai_value({static_cast<std::uint16_t>(number), entry.digits}, entry, value)
      .has_value();
}

// Every AI: all lengths it allows are accepted, one below and one above are refused, a foreign
// character at each place is refused at that place.
TEST(AiTable, EachAiAtBelowAndAboveItsLimits) {
  std::size_t ais = 0;
  for (const AiEntry& entry : ai_table()) {
    const std::set<std::size_t> sizes = sizes_of(entry);
    ASSERT_FALSE(sizes.empty());
    EXPECT_EQ(*sizes.rbegin(), entry.size_max);
    for (unsigned number = entry.first; number <= entry.last; ++number) {
      ++ais;
      const Ai ai{static_cast<std::uint16_t>(number), entry.digits};
      const std::string name(to_text(ai).view());
      std::size_t accepted = 0;
      std::string longest;
      for (std::size_t size = 0; size <= entry.size_max + 1U; ++size) {
        const auto sample = sample_value(entry, size, size * 7919 + number);
        if (sizes.count(size) == 0) {
          EXPECT_FALSE(sample) << name << " " << size;
          std::string other = longest.empty() ? std::string(size, '1') : longest;
          other.resize(size, '1');
          const auto refused = check_ai_value(ai, entry, other);
          ASSERT_FALSE(refused) << name << " takes " << other;
          EXPECT_EQ(refused.error().field, name);
          EXPECT_LE(*refused.error().offset + refused.error().length, size) << name;
          continue;
        }
        if (!sample) continue;  // No value of this length keeps the rules; counted below.
        ++accepted;
        longest = *sample;
        const auto checked = check_ai_value(ai, entry, *sample);
        EXPECT_TRUE(checked) << name << " " << *sample << "\n" << checked.error().to_text();
      }
      const bool ruled = entry.components().back().rule_count > 0;
      if (!ruled) {
        EXPECT_EQ(accepted, sizes.size()) << name;
      }
      ASSERT_FALSE(longest.empty()) << name;
      for (std::size_t at = 0; at < longest.size(); ++at) {
        for (const char foreign : {'~', ' ', '\x1d', '\0', '\x80'}) {
          std::string broken = longest;
          broken[at] = foreign;
          const auto refused = check_ai_value(ai, entry, broken);
          ASSERT_FALSE(refused) << name << " at " << at;
          EXPECT_EQ(refused.error().offset, at) << name;
          EXPECT_EQ(refused.error().length, 1U) << name;
        }
      }
    }
  }
  EXPECT_EQ(ais, kAiCount);
}

// A part that keeps the character set and the length and breaks `rule`.
std::string_view breaking(AiRule rule, std::size_t size) {
  switch (rule) {
    case AiRule::GcpPos1:
    case AiRule::GcpPos2:
      return "AAAAAAAAAA";
    case AiRule::HasNonDigit:
      return "1234567890";
    case AiRule::NonZero:
      return "0000000000";
    case AiRule::NoZeroPrefix:
      return "0123456789";
    case AiRule::Zero:
      return "1";
    case AiRule::YesNo:
    case AiRule::Winding:
      return "2";
    case AiRule::Iso5218:
      return "3";
    case AiRule::Hyphen:
      return "+";
    case AiRule::Yymmdd:
      return "271200";
    case AiRule::Yymmd0:
      return "270230";
    case AiRule::Yyyymmdd:
      return "20231301";
    case AiRule::Hh:
      return "24";
    case AiRule::Mi:
    case AiRule::Ss:
      return "60";
    case AiRule::Hhmi:
      return "2360";
    case AiRule::Latitude:
      return "1800000001";
    case AiRule::Longitude:
      return "3600000001";
    case AiRule::Iso3166:
      return "999";
    case AiRule::Iso3166Or999:
      return "998";
    case AiRule::Iso3166Alpha2:
      return "XX";
    case AiRule::Iso4217:
      return "000";
    case AiRule::Iban:
      return "NL99ABNA0417164301";
    case AiRule::MediaType:
      return "11";
    case AiRule::PackageType:
      return size > 3 ? "1A1A" : "0";
    case AiRule::ImporterIndex:
      return "+";
    case AiRule::PercentEncoded:
      return "A%2";
    case AiRule::PieceOfTotal:
      return "0302";
    case AiRule::PositionInSequence:
      return "3/2";
    case AiRule::CouponCode:
      return "7123";
    case AiRule::CouponPositiveOffer:
      return "2123";
    case AiRule::Csum:
    case AiRule::CsumAlpha:
    case AiRule::None:
      break;
  }
  return "";
}

// Every AI, every rule it has: a value that breaks this rule alone is refused, and the error names
// the rule and a place inside the part.
TEST(AiTable, EachAiWithEachRuleBroken) {
  std::set<AiRule> seen;
  for (const AiEntry& entry : ai_table()) {
    std::string good;
    for (std::size_t size = entry.size_max; good.empty() && size > 0; --size) {
      good = sample_value(entry, size, 17 + entry.first).value_or("");
    }
    ASSERT_FALSE(good.empty());
    std::size_t at = 0;
    for (const AiComponent& component : entry.components()) {
      const std::string part = good.substr(at, component.size_max);
      for (const AiRule rule : component.rules()) {
        std::string broken = part;
        if (rule == AiRule::Csum) {
          broken.back() = static_cast<char>('0' + (broken.back() - '0' + 1) % 10);
        } else if (rule == AiRule::CsumAlpha) {
          broken.back() = broken.back() == 'A' ? 'B' : 'A';
        } else {
          const std::string_view text = breaking(rule, part.size());
          ASSERT_FALSE(text.empty());
          const bool varies = component.size_min != component.size_max;
          broken = varies ? std::string(text.substr(0, component.size_max))
                          : std::string(text.substr(0, part.size()));
          broken.resize(varies ? broken.size() : part.size(), text.back());
        }
        EXPECT_FALSE(keeps_rule(rule, broken)) << to_string(rule) << " " << broken;
        const std::string value = good.substr(0, at) + broken + good.substr(at + part.size());
        for (unsigned number = entry.first; number <= entry.last; ++number) {
          const Ai ai{static_cast<std::uint16_t>(number), entry.digits};
          const auto refused = check_ai_value(ai, entry, value);
          ASSERT_FALSE(refused) << to_text(ai).view() << " " << value;
          EXPECT_GE(*refused.error().offset, at);
          EXPECT_LE(*refused.error().offset + refused.error().length, at + broken.size());
          EXPECT_FALSE(refused.error().rule.empty());
          EXPECT_FALSE(refused.error().remedy.empty());
        }
        seen.insert(rule);
      }
      at += part.size();
    }
    EXPECT_TRUE(accepts(entry, entry.first, good));
  }
  EXPECT_EQ(seen.size(), kAiRuleCount - 1);
}

TEST(AiTable, NamesThePlaceOfTheFault) {
  struct Case {
    const char* ai;
    const char* value;
    std::size_t offset;
    std::size_t length;
  };
  const Case table[] = {
      {"17", "271301", 2, 2},
      {"17", "270230", 4, 2},
      {"421", "999AB", 0, 3},
      {"4302", "A%2", 1, 2},
      {"8006", "095060001343520302", 14, 4},
      {"8013", "1987654Ad4X4bL5ttr2310c2J", 23, 2},
      {"8007", "NL90ABNA0417164300", 2, 2},
      {"7007", "26112026", 6, 2},
      {"8110", "0123456123456111101230", 21, 1},
      {"4309", "18000000010000000000", 0, 10},
  };
  for (const Case& c : table) {
    const Ai ai = *Ai::parse(c.ai);
    const auto refused = check_ai_value(ai, *find_ai(ai), c.value);
    ASSERT_FALSE(refused) << c.ai << " " << c.value;
    EXPECT_EQ(refused.error().offset, c.offset) << refused.error().to_text();
    EXPECT_EQ(refused.error().length, c.length) << refused.error().to_text();
  }
}

}  // namespace
}  // namespace packtrail::gs1
