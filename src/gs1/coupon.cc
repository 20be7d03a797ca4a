#include "gs1/coupon.h"

#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

// Reads a coupon from the left and keeps the first fault; every take after it does nothing.
class CouponReader {
 public:
  explicit CouponReader(std::string_view digits) : digits_(digits) {
    const std::size_t bad = find_outside(digits, kDigit);
    if (bad != digits.size()) fault_ = RuleFault{bad, 1, "a coupon holds digits alone"};
  }

  // A field of `size` digits; empty when it is cut off.
  std::string_view take(std::size_t size, const char* cut_off) {
    if (fault_) return {};
    if (digits_.size() - at_ < size) {
      fault_ = RuleFault{digits_.size(), 0, cut_off};
      return {};
    }
    at_ += size;
    return digits_.substr(at_ - size, size);
  }
  // One digit of `allowed`; '\0' when it is another or missing.
  char take_one(std::string_view allowed, const char* wrong) {
    const std::string_view digit = take(1, wrong);
    if (digit.empty()) return '\0';
    if (allowed.find(digit[0]) == std::string_view::npos) {
      fault_ = RuleFault{at_ - 1, 1, wrong};
      return '\0';
    }
    return digit[0];
  }
  // A length indicator of `allowed`, then indicator + `plus` digits.
  std::string_view take_variable(std::string_view allowed, std::size_t plus, const char* wrong) {
    const char indicator = take_one(allowed, wrong);
    return indicator == '\0' ? std::string_view()
                             : take(static_cast<std::size_t>(indicator - '0') + plus, wrong);
  }
  // A YYMMDD date that is a real day.
  std::string_view take_date(const char* wrong) {
    const std::size_t begin = at_;
    const std::string_view date = take(6, wrong);
    if (!fault_ && find_fault(AiRule::Yymmdd, date)) fault_ = RuleFault{begin, 6, wrong};
    return date;
  }
  // Whether the optional field `number` comes next; takes its number.
  bool take_option(char number) {
    if (fault_ || at_ == digits_.size() || digits_[at_] != number) return false;
    ++at_;
    return true;
  }
  void refuse(std::size_t offset, std::size_t length, const char* what) {
    if (!fault_) fault_ = RuleFault{offset, length, what};
  }
  [[nodiscard]] std::size_t at() const { return at_; }

  // What the whole coupon is worth: a fault, or digits left over.
  std::optional<RuleFault> finish() {
    if (!fault_ && at_ != digits_.size()) {
      fault_ = RuleFault{at_, digits_.size() - at_, "digits that belong to no field"};
    }
    return fault_;
  }

 private:
  std::string_view digits_;
  std::size_t at_ = 0;
  std::optional<RuleFault> fault_;
};

constexpr std::string_view kPrefixLengths = "0123456";
constexpr std::size_t kPrefixPlus = 6;
constexpr std::size_t kOfferCode = 6;
constexpr std::string_view kAnyDigit = "0123456789";

void take_requirement(CouponReader& reader) {
  reader.take_variable("12345", 0, "purchase requirement: length 1 to 5, then its digits");
  reader.take_one("012349", "purchase requirement code 0 to 4 or 9");
  reader.take(3, "purchase family code of 3 digits");
}

// The company prefix of a second or third purchase; 9 stands for the one of the first.
void take_other_prefix(CouponReader& reader) {
  const char* const wrong = "company prefix of the purchase: length 0 to 6 or 9, then its digits";
  const char indicator = reader.take_one("01234569", wrong);
  if (indicator == '\0' || indicator == '9') return;
  reader.take(static_cast<std::size_t>(indicator - '0') + kPrefixPlus, wrong);
}

void take_dates(CouponReader& reader) {
  std::string_view expiry;
  const std::size_t begin = reader.at();
  if (reader.take_option('3')) expiry = reader.take_date("expiration date YYMMDD, a real day");
  if (!reader.take_option('4')) return;
  const std::string_view start = reader.take_date("start date YYMMDD, a real day");
  if (!expiry.empty() && start > expiry) {
    reader.refuse(begin, reader.at() - begin, "the coupon expires before it starts");
  }
}

}  // namespace

std::optional<RuleFault> coupon_fault(std::string_view digits) {
  CouponReader reader(digits);
  reader.take_variable(kPrefixLengths, kPrefixPlus, "company prefix: length 0 to 6, then digits");
  reader.take(kOfferCode, "offer code of 6 digits");
  reader.take_variable("12345", 0, "save value: length 1 to 5, then its digits");
  take_requirement(reader);
  if (reader.take_option('1')) {
    reader.take_one("0123", "additional purchase rules code 0 to 3");
    take_requirement(reader);
    take_other_prefix(reader);
  }
  if (reader.take_option('2')) {
    take_requirement(reader);
    take_other_prefix(reader);
  }
  take_dates(reader);
  if (reader.take_option('5')) {
    reader.take_variable(kAnyDigit, 6, "serial number: length 0 to 9, then 6 to 15 digits");
  }
  if (reader.take_option('6')) {
    reader.take_variable("1234567", 6, "retailer: length 1 to 7, then 7 to 13 digits");
  }
  if (reader.take_option('9')) {
    reader.take_one("01256", "save value code 0, 1, 2, 5 or 6");
    reader.take_one("012", "save value applies to item 0, 1 or 2");
    reader.take_one(kAnyDigit, "store coupon flag");
    reader.take_one("01", "don't multiply flag 0 or 1");
  }
  return reader.finish();
}

std::optional<RuleFault> positive_offer_fault(std::string_view digits) {
  CouponReader reader(digits);
  reader.take_one("01", "coupon format 0 or 1");
  reader.take_variable(kPrefixLengths, kPrefixPlus, "funder: length 0 to 6, then 6 to 12 digits");
  reader.take(kOfferCode, "offer code of 6 digits");
  reader.take_variable(kAnyDigit, 6, "serial number: length 0 to 9, then 6 to 15 digits");
  return reader.finish();
}

}  // namespace packtrail::gs1
