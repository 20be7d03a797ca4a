#include "gs1/element_scan.h"

#include <cstring>

#include "gs1/charset.h"
#include "gs1/element_string.h"
#include "gs1/text_bits.h"

namespace packtrail::gs1 {
namespace {

static_assert(ElementScan::kTextMax <= TextBits::kTextMax);

// How a row is checked. The first two need no branch of their own.
enum class Check : std::uint8_t {
  Digits,      // Nothing but digits.
  Text,        // Nothing but CSET 82.
  Key,         // Digits with a check digit, 13 to 18 of them; they begin with a company prefix.
  DayOrMonth,  // YYMMDD or YYMM00.
  Parts,       // Everything else: part by part.
};

struct Plan {
  Check check = Check::Parts;
  TextBits::Row foreign = TextBits::Row::NotDigit;
  std::size_t fixed = 0;  // All ones for a predefined length: the value ends without a separator.
  std::uint8_t size_min = 0;
  std::uint8_t size_max = 0;
};

Plan plan_of(const AiEntry& entry) {
  Plan plan;
  plan.fixed = entry.predefined ? ~std::size_t{0} : 0;
  plan.size_min = entry.size_min;
  plan.size_max = entry.size_max;
  if (entry.component_count != 1) return plan;
  const AiComponent& component = entry.component_list[0];
  if (component.charset == AiCharset::Cset82) plan.foreign = TextBits::Row::NotCset82;
  const bool digits = component.charset == AiCharset::Digits;
  if (component.rule_count == 0) {
    if (digits) plan.check = Check::Digits;
    if (component.charset == AiCharset::Cset82) plan.check = Check::Text;
  } else if (digits && component.rule_list[0] == AiRule::Csum && component.size_min >= 13 &&
             component.size_max <= 18 && component.size_min + entry.digits >= 16) {
    // All digits, so that the company prefix rules hold of themselves.
    plan.check = Check::Key;
  } else if (digits && component.rule_count == 1 && component.rule_list[0] == AiRule::Yymmd0) {
    plan.check = Check::DayOrMonth;
  }
  return plan;
}

// By the first two digits: how many digits the AI has. By the AI, filled up with zeros to four
// digits: its row.
class Plans {
 public:
  static constexpr std::uint8_t kNone = 255;
  static_assert(kAiRowCount <= kNone);

  struct Pair {
    std::uint32_t mask = 0;  // 0xFF for each further digit of the AI, from the lowest byte on.
    std::uint32_t reciprocal = 0;  // Takes the zeros away again: (padded * reciprocal) >> 16.
    std::uint8_t digits = 0;       // 0 when no AI begins so.
  };

  Plans() {
    row_of_.fill(kNone);
    for (std::size_t row = 0; row < kAiRowCount; ++row) {
      const AiEntry& entry = ai_table()[row];
      plans_[row] = plan_of(entry);
      const unsigned scale = entry.digits == 2 ? 100 : entry.digits == 3 ? 10 : 1;
      for (unsigned number = entry.first; number <= entry.last; ++number) {
        row_of_[number * scale] = static_cast<std::uint8_t>(row);
        pairs_[number * scale / 100] = {entry.digits == 2   ? 0x0000U
                                        : entry.digits == 3 ? 0x00FFU
                                                            : 0xFFFFU,
                                        (1U << 16U) / scale + static_cast<unsigned>(scale > 1),
                                        entry.digits};
      }
    }
  }
  [[nodiscard]] const Pair& pair(unsigned number) const { return pairs_[number]; }
  [[nodiscard]] std::uint8_t row_of(unsigned padded) const { return row_of_[padded]; }
  [[nodiscard]] const Plan& plan(std::size_t row) const { return plans_[row]; }

 private:
  std::array<std::uint8_t, 10000> row_of_{};
  std::array<Pair, 100> pairs_{};
  std::array<Plan, kAiRowCount> plans_{};
};
const Plans kPlans;

// In whole words: what is written in bytes and read back as a word waits for the cache.
struct Found {
  unsigned number = 0;
  unsigned digits = 0;
  unsigned row = Plans::kNone;
};

// The AI at `at`, at least two characters before the end. How many digits it has does not branch.
[[gnu::always_inline]] inline Found find_at(std::string_view text, std::size_t at) {
  const auto digit = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) - unsigned{'0'} : 0xFFU;
  };
  const unsigned tens = digit(0);
  const unsigned ones = digit(1);
  if (tens > 9 || ones > 9) return {};
  const Plans::Pair& pair = kPlans.pair(tens * 10 + ones);
  const unsigned third = digit(2) & pair.mask & 0xFFU;
  const unsigned fourth = digit(3) & pair.mask >> 8U;
  if (third > 9 || fourth > 9 || pair.digits == 0) return {};
  const unsigned padded = tens * 1000 + ones * 100 + third * 10 + fourth;
  return {padded * pair.reciprocal >> 16U, pair.digits, kPlans.row_of(padded)};
}

unsigned two(const char* digits) {
  return static_cast<unsigned>((digits[0] - '0') * 10 + (digits[1] - '0'));
}

// As AiRule::Yymmd0, for six digits.
bool day_or_month_holds(const char* digits) {
  static constexpr std::array<std::uint8_t, 128> kDays{0,  31, 28, 31, 30, 31, 30,
                                                       31, 31, 30, 31, 30, 31};
  const unsigned year = two(digits);
  const unsigned month = two(digits + 2);
  const unsigned leap = static_cast<unsigned>(month == 2 && year % 4 == 0);
  return kDays[month] != 0 && two(digits + 4) <= kDays[month] + leap;
}

CharClass class_of(AiCharset charset) {
  return charset == AiCharset::Digits   ? kDigit
         : charset == AiCharset::Cset82 ? kCset82
         : charset == AiCharset::Cset39 ? kCset39
                                        : kCset64;
}

template <class Bits>
bool parts_hold(const AiEntry& entry, const Bits& bits, std::string_view text, std::size_t begin,
                std::size_t size) {
  std::size_t at = 0;
  for (const AiComponent& component : entry.components()) {
    const std::size_t left = size - at;
    if (component.optional && left == 0) break;
    if (left < component.size_min) return false;
    const std::size_t part_size = left < component.size_max ? left : component.size_max;
    const std::string_view part = text.substr(begin + at, part_size);
    if (component.charset == AiCharset::Digits) {
      if (!bits.is_clear(TextBits::Row::NotDigit, begin + at, part_size)) return false;
    } else if (component.charset == AiCharset::Cset82) {
      if (!bits.is_clear(TextBits::Row::NotCset82, begin + at, part_size)) return false;
    } else if (find_outside(part, class_of(component.charset)) != part_size) {
      return false;
    }
    for (const AiRule rule : component.rules()) {
      if (!keeps_rule(rule, part)) return false;
    }
    at += part_size;
  }
  return at == size;
}

template <class Bits>
bool value_holds(std::size_t row, const Plan& plan, const Bits& bits, std::string_view text,
                 std::size_t begin, std::size_t size) {
  if (plan.check == Check::Parts) return parts_hold(ai_table()[row], bits, text, begin, size);
  if (!bits.is_clear(plan.foreign, begin, size)) return false;
  if (plan.check <= Check::Text) return true;
  return plan.check == Check::Key ? check_digit_holds(text.data() + begin + size, size)
                                  : day_or_month_holds(text.data() + begin);
}

}  // namespace

bool ElementScan::partners_hold() const {
  for (const ScannedElement& element : elements()) {
    if (!gs1::partners_hold(element.row, present_, repeated_)) return false;
  }
  return true;
}

template <class Bits>
bool ElementScan::read(std::string_view text, const Bits& bits) {
  std::size_t at = gs1_aim_prefix(text);
  at += static_cast<std::size_t>(at < text.size() && text[at] == kGroupSeparator);
  while (at < text.size()) {
    if (text.size() - at < 2) return false;
    const Found found = find_at(text, at);
    if (found.row == Plans::kNone) return false;
    const Plan& plan = kPlans.plan(found.row);
    const std::size_t begin = at + found.digits;
    if (begin > text.size()) return false;
    const std::size_t separator = bits.next_separator(begin);
    const std::size_t end = separator + ((begin + plan.size_max - separator) & plan.fixed);
    const std::size_t size = end - begin;
    if (end > text.size() || size < plan.size_min || size > plan.size_max) return false;
    if (!value_holds(found.row, plan, bits, text, begin, size)) return false;
    at = end + static_cast<std::size_t>(bits.is_separator(end));
    if (present_.contains(found.row)) {
      bool again = false;
      for (std::size_t i = 0; i < count_; ++i) {
        if (elements_[i].ai.number != found.number || elements_[i].row != found.row) continue;
        if (value(text, elements_[i]) != text.substr(begin, size)) return false;
        again = true;
      }
      if (again) continue;
      repeated_.insert(found.row);
    }
    if (count_ == kElementsMax) return false;
    present_.insert(found.row);
    elements_[count_++] = {
        {static_cast<std::uint16_t>(found.number), static_cast<std::uint8_t>(found.digits)},
        static_cast<std::uint16_t>(begin),
        static_cast<std::uint8_t>(size),
        static_cast<std::uint8_t>(found.row)};
  }
  return count_ > 0;
}

bool scan_elements(std::string_view text, ElementScan& scan) noexcept {
  if (text.size() <= ShortTextBits::kTextMax) return scan.read(text, ShortTextBits(text));
  return text.size() <= ElementScan::kTextMax && scan.read(text, TextBits(text));
}

}  // namespace packtrail::gs1
