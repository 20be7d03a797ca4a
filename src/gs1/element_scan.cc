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
  bool predefined = false;
  std::uint8_t size_min = 0;
  std::uint8_t size_max = 0;
};

Plan plan_of(const AiEntry& entry) {
  Plan plan;
  plan.predefined = entry.predefined;
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

  Plans() {
    row_of_.fill(kNone);
    for (std::size_t row = 0; row < kAiRowCount; ++row) {
      const AiEntry& entry = ai_table()[row];
      plans_[row] = plan_of(entry);
      const unsigned scale = entry.digits == 2 ? 100 : entry.digits == 3 ? 10 : 1;
      for (unsigned number = entry.first; number <= entry.last; ++number) {
        row_of_[number * scale] = static_cast<std::uint8_t>(row);
        digits_of_[number * scale / 100] = entry.digits;
      }
    }
  }
  [[nodiscard]] std::uint8_t digits_of(unsigned pair) const { return digits_of_[pair]; }
  [[nodiscard]] std::uint8_t row_of(unsigned padded) const { return row_of_[padded]; }
  [[nodiscard]] const Plan& plan(std::size_t row) const { return plans_[row]; }

 private:
  std::array<std::uint8_t, 10000> row_of_{};
  std::array<std::uint8_t, 100> digits_of_{};
  std::array<Plan, kAiRowCount> plans_{};
};
const Plans kPlans;

struct Found {
  Ai ai;
  std::uint8_t row = Plans::kNone;
};

// The AI at `at`, at least two characters before the end.
Found find_at(std::string_view text, std::size_t at) {
  unsigned digit[4] = {};
  digit[0] = static_cast<unsigned char>(text[at]) - unsigned{'0'};
  digit[1] = static_cast<unsigned char>(text[at + 1]) - unsigned{'0'};
  if (digit[0] > 9 || digit[1] > 9) return {};
  const unsigned pair = digit[0] * 10 + digit[1];
  const std::uint8_t digits = kPlans.digits_of(pair);
  if (digits < 2 || text.size() - at < digits) return {};
  unsigned padded = pair * 100;
  unsigned number = pair;
  if (digits > 2) {
    digit[2] = static_cast<unsigned char>(text[at + 2]) - unsigned{'0'};
    if (digit[2] > 9) return {};
    padded += digit[2] * 10;
    number = number * 10 + digit[2];
  }
  if (digits > 3) {
    digit[3] = static_cast<unsigned char>(text[at + 3]) - unsigned{'0'};
    if (digit[3] > 9) return {};
    padded += digit[3];
    number = number * 10 + digit[3];
  }
  return {{static_cast<std::uint16_t>(number), digits}, kPlans.row_of(padded)};
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

bool parts_hold(const AiEntry& entry, const TextBits& bits, std::string_view text,
                std::size_t begin, std::size_t size) {
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

bool value_holds(std::size_t row, const Plan& plan, const TextBits& bits, std::string_view text,
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

bool scan_elements(std::string_view text, ElementScan& scan) noexcept {
  if (text.size() > ElementScan::kTextMax) return false;
  const TextBits bits(text);
  std::size_t at = gs1_aim_prefix(text);
  at += static_cast<std::size_t>(at < text.size() && text[at] == kGroupSeparator);
  while (at < text.size()) {
    if (text.size() - at < 2) return false;
    const Found found = find_at(text, at);
    if (found.row == Plans::kNone) return false;
    const Plan& plan = kPlans.plan(found.row);
    const std::size_t begin = at + found.ai.digits;
    const std::size_t end = plan.predefined ? begin + plan.size_max : bits.next_separator(begin);
    const std::size_t size = end - begin;
    if (end > text.size() || size < plan.size_min || size > plan.size_max) return false;
    if (!value_holds(found.row, plan, bits, text, begin, size)) return false;
    at = end + static_cast<std::size_t>(bits.is_separator(end));
    if (scan.present_.contains(found.row)) {
      bool again = false;
      for (std::size_t i = 0; i < scan.count_; ++i) {
        const ScannedElement& known = scan.elements_[i];
        if (!(known.ai == found.ai)) continue;
        if (ElementScan::value(text, known) != text.substr(begin, size)) return false;
        again = true;
      }
      if (again) continue;
      scan.repeated_.insert(found.row);
    }
    if (scan.count_ == ElementScan::kElementsMax) return false;
    scan.present_.insert(found.row);
    scan.elements_[scan.count_++] = {found.ai, static_cast<std::uint16_t>(begin),
                                     static_cast<std::uint8_t>(size), found.row};
  }
  return scan.count_ > 0;
}

}  // namespace packtrail::gs1
