#include "gs1/element_scan.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <memory>
#include <random>

#include "gs1/ai_sample.h"
#include "gs1/charset.h"
#include "gs1/check_digit.h"
#include "gs1/element_string.h"
#include "gs1/pack_code.h"
#include "gs1/text_bits.h"

namespace packtrail::gs1 {
namespace {

const Date kToday = *Date::parse("2026-11-20");

// A copy that ends where its allocation ends, so that a sanitizer sees every read behind it.
struct Tight {
  explicit Tight(std::string_view text) : size(text.size()), bytes(new char[text.size()]) {
    std::copy(text.begin(), text.end(), bytes.get());
  }
  [[nodiscard]] std::string_view view() const { return {bytes.get(), size}; }
  std::size_t size;
  std::unique_ptr<char[]> bytes;
};

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  static constexpr std::string_view kOften = "0123456789AZaz!\"%&'?_#$@[]`{/:\x1d";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t r = random();
    text += r % 4 == 0 ? static_cast<char>(r >> 8U) : kOften[(r >> 8U) % kOften.size()];
  }
  return text;
}

TEST(TextBits, EqualThePortableOnesAndTheCharacterTable) {
  std::mt19937_64 random(7);
  for (std::size_t size = 0; size <= TextBits::kTextMax; ++size) {
    const Tight text(random_bytes(random, size));
    const TextBits bits(text.view());
    EXPECT_EQ(bits, TextBits::portable(text.view())) << size;
    for (std::size_t at = 0; at <= size; ++at) {
      const bool inside = at < size;
      const char c = inside ? text.view()[at] : '\0';
      EXPECT_EQ(bits.is_separator(at), !inside || c == '\x1d');
      EXPECT_EQ(bits.is_clear(TextBits::Row::NotDigit, at, 1), inside && is_digit(c));
      EXPECT_EQ(bits.is_clear(TextBits::Row::NotCset82, at, 1), inside && is_in(c, kCset82));
    }
    if (size > ShortTextBits::kTextMax) continue;
    const ShortTextBits low(text.view());
    for (std::size_t at = 0; at <= size; ++at) {
      EXPECT_EQ(low.is_separator(at), bits.is_separator(at));
      EXPECT_EQ(low.next_separator(at), bits.next_separator(at));
      for (std::size_t part = 0; at + part <= size; ++part) {
        for (const auto row : {TextBits::Row::NotDigit, TextBits::Row::NotCset82}) {
          EXPECT_EQ(low.is_clear(row, at, part), bits.is_clear(row, at, part));
        }
      }
    }
  }
}

TEST(TextBits, EveryByteValue) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string text(20, static_cast<char>(byte));
    EXPECT_EQ(TextBits(text), TextBits::portable(text)) << byte;
  }
}

TEST(TextBits, CheckDigitsOfEverySize) {
  std::mt19937_64 random(11);
  for (std::size_t size = 2; size <= 18; ++size) {
    for (int round = 0; round < 300; ++round) {
      std::string text(18, '9');
      for (char& c : text) c = static_cast<char>('0' + random() % 10);
      const std::string_view digits = std::string_view(text).substr(18 - size);
      EXPECT_EQ(check_digit_holds(text.data() + 18, size), has_valid_check_digit(digits)) << digits;
    }
  }
}

// The scan and the definition say the same of `text`: accepted or not, and what is in it.
void compare(std::string_view bytes) {
  const Tight text(bytes);
  ElementScan scan;
  const bool scanned = scan_elements(text.view(), scan);
  const auto elements = ElementString::parse_raw_stepwise(text.view());
  ASSERT_EQ(scanned, elements.has_value()) << bytes;
  if (scanned) {
    ASSERT_EQ(scan.elements().size(), elements->size()) << bytes;
    for (std::size_t i = 0; i < elements->size(); ++i) {
      const ScannedElement& element = scan.elements()[i];
      EXPECT_EQ(element.ai, (*elements)[i].ai) << bytes;
      EXPECT_EQ(ElementScan::value(text.view(), element), (*elements)[i].value) << bytes;
      EXPECT_EQ(&ai_table()[element.row], find_ai(element.ai));
    }
    EXPECT_EQ(scan.partners_hold(), partner_faults(*elements).empty()) << bytes;
  }
  const auto owned = ElementString::parse_raw(text.view());
  ASSERT_EQ(owned.has_value(), elements.has_value()) << bytes;
  if (owned) {
    EXPECT_EQ(*owned, *elements) << bytes;
  } else {
    EXPECT_EQ(owned.error().to_text(), elements.error().to_text()) << bytes;
  }
  // The reader of pack codes against the same definition.
  const auto code = read_pack_code(text.view(), kToday);
  const bool other = !bytes.empty() && std::string_view("([hHu").find(bytes[0]) != bytes.npos;
  if (other) return;
  const auto general =
      elements ? to_pack_code(*elements, kToday) : Result<PackCode>(elements.error());
  ASSERT_EQ(code.has_value(), general.has_value()) << bytes;
  if (code) {
    EXPECT_EQ(*code, *general) << bytes;
  }
}

std::string sample_text(std::mt19937_64& random) {
  static constexpr std::string_view kPrefixes[] = {"",    "]d2",  "]C1", "]Q3",    "]e0",
                                                   "]J1", "\x1d", "]d1", "]d2\x1d"};
  static constexpr std::size_t kPharma[] = {1, 4, 10, 12};  // Rows of 01, 10, 17, 21.
  std::string text(kPrefixes[random() % std::size(kPrefixes)]);
  const bool pharma = random() % 2 == 0;
  for (std::size_t i = 1 + random() % 5; i > 0; --i) {
    const std::size_t row = pharma ? kPharma[random() % 4] : random() % kAiRowCount;
    const AiEntry& entry = ai_table()[row];
    const auto number =
        static_cast<std::uint16_t>(entry.first + random() % (entry.last - entry.first + 1U));
    const std::size_t size = entry.size_min + random() % (entry.size_max - entry.size_min + 1U);
    text += to_text({number, entry.digits}).view();
    text += sample_value(entry, size, random()).value_or("");
    if (!entry.predefined || random() % 8 == 0) text += '\x1d';
  }
  if (random() % 2 == 0 && text.back() == '\x1d') text.pop_back();
  return text;
}

TEST(ElementScan, AgreesWithElementStringOnRightAndMutatedTexts) {
  std::mt19937_64 random(20261120);
  std::size_t accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string good = sample_text(random);
    compare(good);
    ElementScan scan;
    accepted += static_cast<std::size_t>(scan_elements(good, scan));
    std::string broken = good;
    for (std::size_t i = 1 + random() % 3; i > 0 && !broken.empty(); --i) {
      const std::size_t at = random() % broken.size();
      switch (random() % 4) {
        case 0:
          broken[at] = static_cast<char>('0' + random() % 10);
          break;
        case 1:
          broken[at] = random_bytes(random, 1)[0];
          break;
        case 2:
          broken.erase(at, 1 + random() % 3);
          break;
        default:
          broken.insert(at, random_bytes(random, 1));
      }
    }
    compare(broken);
    compare(good.substr(0, random() % (good.size() + 1)));
  }
  EXPECT_GT(accepted, 4000U);
}

TEST(ElementScan, EveryAiAlone) {
  std::mt19937_64 random(5);
  for (const AiEntry& entry : ai_table()) {
    for (unsigned number = entry.first; number <= entry.last; ++number) {
      for (std::size_t size = entry.size_min; size <= entry.size_max; ++size) {
        const auto value = sample_value(entry, size, random());
        if (!value) continue;
        const std::string ai(to_text({static_cast<std::uint16_t>(number), entry.digits}).view());
        compare(ai + *value);
        std::string longer = ai + *value + "0";
        compare(longer);
        std::string changed = ai + *value;
        char& c = changed[ai.size() + random() % value->size()];
        c = static_cast<char>('0' + random() % 10);
        compare(changed);
      }
    }
  }
}

TEST(ElementScan, Limits) {
  std::string text;
  for (int i = 0; i < 32; ++i) text += std::to_string(3100 + i / 6 * 10 + i % 6) + "000001";
  compare(text);
  ElementScan full;
  EXPECT_TRUE(scan_elements(text, full));
  EXPECT_EQ(full.elements().size(), ElementScan::kElementsMax);
  compare(text + "3152000001");
  compare(text + "3100000001");  // Again with the same value: not one more.
  std::string long_text;
  for (int i = 91; i <= 95; ++i) {
    long_text.append(std::to_string(i)).append(90, 'A').append(1, kGroupSeparator);
  }
  ASSERT_EQ(long_text.size(), 465U);
  long_text.append("96").append(45, 'A');
  ASSERT_EQ(long_text.size(), ElementScan::kTextMax);
  compare(long_text);
  ElementScan at_limit;
  EXPECT_TRUE(scan_elements(long_text, at_limit));
  ElementScan above;
  EXPECT_FALSE(scan_elements(long_text + "A", above));
  EXPECT_TRUE(ElementString::parse_raw(long_text + "A"));
  compare("");
  ElementScan none;
  EXPECT_FALSE(scan_elements(std::string_view(), none));
  compare("\x1d");
  compare("]d2");
}

}  // namespace
}  // namespace packtrail::gs1
