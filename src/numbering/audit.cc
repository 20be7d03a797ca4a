#include "numbering/audit.h"

#include <algorithm>
#include <array>
#include <bit>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstdio>
#include <unordered_map>

#include "base/bytes.h"
#include "gs1/charset.h"

namespace packtrail::numbering {
namespace {

constexpr std::size_t kCodes = 128;  // CSET 82 is a part of ASCII.
constexpr double kExpectedMin = 10;  // Per cell of a chi-square test.
constexpr std::uint64_t kSerialMin = 500;
constexpr std::size_t kRunsWarmUp = 101;  // Numbers whose median divides high from low.

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser.
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9U;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebU;
  return x ^ x >> 31;
}

std::uint64_t fingerprint(std::string_view text) {
  std::uint64_t hash = 0x9e3779b97f4a7c15U + text.size();
  for (const char c : text) hash = mix(hash ^ static_cast<unsigned char>(c)) + 0x9e3779b97f4a7c15U;
  return mix(hash);
}

// Both tails: numbers that are too even were not drawn at random either.
double chi_square_p(double statistic, double freedom) {
  const double above = boost::math::gamma_q(freedom / 2, statistic / 2);
  const double below = boost::math::gamma_p(freedom / 2, statistic / 2);
  return std::min(1.0, 2 * std::min(above, below));
}

double normal_p(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

// The chance of `hits` or more when `expected` are expected (Poisson).
double poisson_p(std::uint64_t hits, double expected) {
  if (hits == 0) return 1;
  if (expected <= 0) return 0;
  return boost::math::gamma_p(static_cast<double>(hits), expected);
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

// Fingerprints of the numbers whose fingerprint ends in `level` zero bits. When there are too many
// the level rises, so what is kept is a fair sample at any time.
class Sample {
 public:
  void insert(std::uint64_t print) {
    if (!takes(print)) return;
    const auto [at, fresh] = seen_.emplace(print, 1);
    if (!fresh) {
      ++duplicates_;
      ++at->second;
      return;
    }
    while (seen_.size() > NumberAudit::kFingerprintsMax) {
      ++level_;
      duplicates_ = 0;
      for (auto it = seen_.begin(); it != seen_.end();) {
        if (takes(it->first)) {
          duplicates_ += it->second - 1;
          ++it;
        } else {
          it = seen_.erase(it);
        }
      }
    }
  }
  [[nodiscard]] bool takes(std::uint64_t print) const {
    return (print & ((std::uint64_t{1} << level_) - 1)) == 0;
  }
  [[nodiscard]] bool holds(std::uint64_t print) const { return seen_.contains(print); }
  [[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }
  [[nodiscard]] std::size_t size() const { return seen_.size(); }
  [[nodiscard]] double part() const { return std::ldexp(1.0, -static_cast<int>(level_)); }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> seen_;
  unsigned level_ = 0;
  std::uint64_t duplicates_ = 0;
};

// Autocorrelation of a sequence for all lags, in one pass.
class Correlation {
 public:
  void add(double x) {
    if (count_ == 0) origin_ = x;
    x -= origin_;  // Numbers that differ little keep their differences.
    for (std::size_t lag = 1; lag <= NumberAudit::kLags && lag <= count_; ++lag) {
      products_[lag - 1] += x * last_[(count_ - lag) % NumberAudit::kLags];
    }
    last_[count_ % NumberAudit::kLags] = x;
    if (count_ < NumberAudit::kLags) first_[count_] = x;
    ++count_;
    sum_ += x;
    squares_ += x * x;
  }
  // Standard normal when the members are independent; 0 when they never change.
  [[nodiscard]] double z(std::size_t lag) const {
    const auto n = static_cast<double>(count_);
    const double mean = sum_ / n;
    const double variance = squares_ / n - mean * mean;
    if (!(variance > 1e-9 * mean * mean)) return 0;
    // Sum over t of (x[t] - mean)(x[t - lag] - mean): the ends lack one partner each.
    double ends = 0;
    for (std::size_t i = 0; i < lag; ++i) {
      ends += first_[i] + last_[(count_ - 1 - i) % NumberAudit::kLags];
    }
    const double pairs = n - static_cast<double>(lag);
    const double cross = products_[lag - 1] - mean * (2 * sum_ - ends) + pairs * mean * mean;
    // The sample mean pulls the expectation down by one n-th.
    return cross / (pairs * variance) * std::sqrt(n) + 1 / std::sqrt(n);
  }

 private:
  std::uint64_t count_ = 0;
  double origin_ = 0;
  double sum_ = 0;
  double squares_ = 0;
  std::array<double, NumberAudit::kLags> products_{};
  std::array<double, NumberAudit::kLags> first_{};
  std::array<double, NumberAudit::kLags> last_{};
};

using Number = std::array<char, NumberAudit::kLengthMax>;
struct Probe {
  Number number;
  Number before;  // The one issued just before it.
};

constexpr std::string_view kLookAlikes[] = {"0Oo", "1Il", "2Zz", "UVuv"};

}  // namespace

const char* to_string(AuditVerdict verdict) {
  switch (verdict) {
    case AuditVerdict::Pass:
      return "pass";
    case AuditVerdict::Fail:
      return "fail";
    case AuditVerdict::TooFew:
      return "too_few";
  }
  return "";
}

struct NumberAudit::State {
  AuditOptions options;
  std::uint64_t numbers = 0;
  std::uint64_t tested = 0;
  std::uint64_t other_length = 0;
  std::uint64_t outside = 0;
  std::uint64_t against_rules = 0;
  std::size_t length = 0;  // Of what is tested: without the prefix.
  std::optional<SerialFilter> filter;
  Sample sample;
  std::vector<std::uint64_t> singles;  // [position][code].
  std::vector<std::uint32_t> pairs;    // [position][code][code of the next position].
  Correlation value;
  std::array<Correlation, kLengthMax> digits;
  // Runs: above and below the median of the first numbers; up and down.
  std::vector<double> warm_up;
  double median = 0;
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint64_t level_runs = 0;
  bool was_high = false;
  std::uint64_t slopes = 0;
  std::uint64_t slope_runs = 0;
  bool was_up = false;
  double last_value = 0;
  Number last{};
  std::vector<Probe> probes;
  std::uint64_t dice = 1;

  std::uint64_t roll() { return mix(dice += 0x9e3779b97f4a7c15U); }

  [[nodiscard]] double digit_of(char c) const {
    return options.alphabet ? options.alphabet->value_of(c) : static_cast<unsigned char>(c);
  }
  [[nodiscard]] bool fits(std::string_view number) const {
    return std::all_of(number.begin(), number.end(), [&](char c) {
      return options.alphabet ? options.alphabet->value_of(c) != Alphabet::kNoDigit
                              : gs1::is_in(c, gs1::kCset82);
    });
  }

  void add_runs(double x) {
    if (tested > 0 && x != last_value) {
      const bool up = x > last_value;
      if (slopes == 0 || up != was_up) ++slope_runs;
      was_up = up;
      ++slopes;
    }
    last_value = x;
    if (warm_up.size() < kRunsWarmUp) {
      warm_up.push_back(x);
      if (warm_up.size() == kRunsWarmUp) {
        std::vector<double> sorted = warm_up;
        std::sort(sorted.begin(), sorted.end());
        median = sorted[kRunsWarmUp / 2];
      }
      return;
    }
    const bool is_high = x > median;
    if (high + low == 0 || is_high != was_high) ++level_runs;
    was_high = is_high;
    ++(is_high ? high : low);
  }
};

namespace {

// Collects one family and compares with the limit when all are known.
struct Collected {
  AuditFamily family;
  std::vector<double> p_values;

  void add(double p, double statistic, std::string at) {
    if (p_values.empty() || p < family.worst_p) {
      family.worst_p = p;
      family.statistic = statistic;
      family.worst_at = std::move(at);
    }
    p_values.push_back(p);
  }
};

Collected family(const char* name, const char* asks) {
  Collected collected;
  collected.family.name = name;
  collected.family.asks = asks;
  return collected;
}

// number + delta in the alphabet, wrapping.
std::string shifted(std::string_view number, std::string_view characters, int delta) {
  std::string text(number);
  const auto radix = static_cast<int>(characters.size());
  for (std::size_t i = text.size(); i-- > 0 && delta != 0;) {
    const int digit = static_cast<int>(characters.find(text[i])) + delta;
    delta = digit < 0 ? -1 : digit >= radix ? 1 : 0;
    text[i] = characters[static_cast<std::size_t>((digit + radix) % radix)];
  }
  return text;
}

// number + (number - before), digit by digit with carries.
std::string extrapolated(std::string_view number, std::string_view before,
                         std::string_view characters) {
  std::string text(number);
  const auto radix = static_cast<int>(characters.size());
  int carry = 0;
  for (std::size_t i = text.size(); i-- > 0;) {
    int digit = 2 * static_cast<int>(characters.find(number[i])) -
                static_cast<int>(characters.find(before[i])) + carry;
    carry = digit < 0 ? -1 : digit / radix;
    digit -= carry * radix;
    text[i] = characters[static_cast<std::size_t>(digit)];
  }
  return text;
}

}  // namespace

Result<NumberAudit> NumberAudit::create(AuditOptions options) {
  if (!(options.false_alarm >= 1e-9 && options.false_alarm <= 0.1)) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the chance of a false alarm is " + number_text(options.false_alarm),
                 .field = "false_alarm",
                 .rule = "1e-9 to 0.1",
                 .remedy = "0.001 is usual"};
  }
  const auto refuse = [](std::string field, std::string message, std::string rule) {
    return Error{.code = Errc::InvalidArgument,
                 .message = std::move(message),
                 .field = std::move(field),
                 .rule = std::move(rule),
                 .remedy = "take a market profile, whose parts fit together"};
  };
  if (options.length_min < 1 || options.length_max > kLengthMax ||
      options.length_min > options.length_max) {
    return refuse("length", "the lengths make no range",
                  "1 to " + std::to_string(kLengthMax) + ", the smaller one first");
  }
  if (options.rules != SerialRules{}) {
    if (!options.alphabet) {
      return refuse("alphabet", "there are rules and no alphabet", "rules speak of an alphabet");
    }
    PACKTRAIL_TRY(SerialFilter::create(*options.alphabet, options.length_max, options.rules));
  }
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  state->singles.resize(kLengthMax * kCodes);
  return NumberAudit(std::move(state));
}

NumberAudit::NumberAudit(std::unique_ptr<State> state) : state_(std::move(state)) {}
NumberAudit::~NumberAudit() = default;
NumberAudit::NumberAudit(NumberAudit&&) noexcept = default;
NumberAudit& NumberAudit::operator=(NumberAudit&&) noexcept = default;

void NumberAudit::add(std::string_view number) {
  State& s = *state_;
  ++s.numbers;
  if (!s.fits(number)) {
    ++s.outside;
    return;
  }
  const SerialRules& rules = s.options.rules;
  if (s.length == 0 && number.size() >= s.options.length_min &&
      number.size() <= s.options.length_max && number.size() > rules.prefix.size()) {
    if (rules != SerialRules{}) {
      auto filter = SerialFilter::create(*s.options.alphabet, number.size(), rules);
      if (filter) s.filter = *std::move(filter);
    }
    s.length = number.size() - rules.prefix.size();
    s.pairs.resize((s.length - 1) * kCodes * kCodes);
  }
  if (s.length == 0 || number.size() != s.length + rules.prefix.size()) {
    ++s.other_length;
    return;
  }
  if (!number.starts_with(rules.prefix) || (s.filter && !s.filter->admits(number))) {
    ++s.against_rules;
    return;
  }
  number.remove_prefix(rules.prefix.size());
  s.sample.insert(fingerprint(number));
  double value = 0;
  double weight = 1;
  const double radix =
      s.options.alphabet ? static_cast<double>(s.options.alphabet->radix()) : double{kCodes};
  for (std::size_t i = 0; i < s.length; ++i) {
    const auto code = static_cast<unsigned char>(number[i]);
    ++s.singles[i * kCodes + code];
    if (i + 1 < s.length) {
      ++s.pairs[(i * kCodes + code) * kCodes + static_cast<unsigned char>(number[i + 1])];
    }
    const double digit = s.digit_of(number[i]);
    s.digits[i].add(digit);
    weight /= radix;
    value += digit * weight;
  }
  s.value.add(value);
  s.add_runs(value);
  Number current{};
  std::copy(number.begin(), number.end(), current.begin());
  if (s.tested > 0) {  // A fair choice of kProbesMax among all, whatever their number.
    if (s.probes.size() < kProbesMax) {
      s.probes.push_back({current, s.last});
    } else if (const std::uint64_t at = s.roll() % s.tested; at < kProbesMax) {
      s.probes[at] = {current, s.last};
    }
  }
  s.last = current;
  ++s.tested;
}

AuditReport NumberAudit::report() const {
  const State& s = *state_;
  AuditReport report;
  report.numbers = s.numbers;
  report.tested = s.tested;
  const std::string_view prefix = s.options.rules.prefix;
  report.length = s.length == 0 ? 0 : s.length + prefix.size();
  report.against_rules = s.against_rules;
  report.other_length = s.other_length;
  report.outside = s.outside;
  report.duplicates = s.sample.duplicates();
  report.duplicate_sample = s.sample.part();
  const auto n = static_cast<double>(s.tested);

  std::array<bool, kCodes> found{};
  for (std::size_t i = 0; i < s.length; ++i) {
    for (std::size_t c = 0; c < kCodes; ++c) found[c] |= s.singles[i * kCodes + c] != 0;
  }
  if (s.options.alphabet) {
    report.characters = s.options.alphabet->characters();
  } else {
    for (std::size_t c = 0; c < kCodes; ++c) {
      if (found[c]) report.characters += static_cast<char>(c);
    }
  }
  const auto radix = static_cast<double>(report.characters.size());
  report.space = std::pow(radix, static_cast<double>(s.length));
  if (s.filter) report.space *= s.filter->share();
  // What even numbers would show: the same everywhere, or what the rules leave of it.
  const std::size_t kinds_of = report.characters.size();
  const std::vector<double> pair_shares =
      s.filter ? s.filter->pair_shares(*s.options.alphabet, report.length, prefix)
               : std::vector<double>();
  const auto pair_share = [&](std::size_t place, std::size_t a, std::size_t b) {
    return pair_shares.empty() ? 1 / (radix * radix)
                               : pair_shares[(place * kinds_of + a) * kinds_of + b];
  };
  const auto single_share = [&](std::size_t place, std::size_t a) {
    if (pair_shares.empty()) return 1 / radix;
    double share = 0;
    for (std::size_t b = 0; b < kinds_of; ++b) {
      share += place + 1 < s.length ? pair_share(place, a, b) : pair_share(place - 1, b, a);
    }
    return share;
  };
  const auto place_text = [&](std::size_t i) { return std::to_string(prefix.size() + i + 1); };
  report.guess_chance = n / report.space;
  for (const std::string_view group : kLookAlikes) {
    std::string present;
    for (const char c : group) {
      if (found[static_cast<unsigned char>(c)]) present += c;
    }
    if (present.size() > 1) report.look_alikes += (report.look_alikes.empty() ? "" : " ") + present;
  }

  std::vector<Collected> families;
  Collected position = family("position_chi_square", "is every character as frequent as the next?");
  if (n >= kExpectedMin * radix && radix > 1) {
    for (std::size_t i = 0; i < s.length; ++i) {
      double statistic = 0;
      double cells = 0;
      for (std::size_t a = 0; a < kinds_of; ++a) {
        const double expected = n * single_share(i, a);
        if (expected <= 0) continue;  // The rules do not admit it here, and none came in.
        const auto code = static_cast<unsigned char>(report.characters[a]);
        const double count = static_cast<double>(s.singles[i * kCodes + code]);
        statistic += (count - expected) * (count - expected) / expected;
        ++cells;
      }
      if (cells < 2) continue;
      position.add(chi_square_p(statistic, cells - 1), statistic, "position " + place_text(i));
    }
  }
  families.push_back(std::move(position));

  Collected pair =
      family("pair_chi_square", "is every pair of neighbours as frequent as the next?");
  if (n >= kExpectedMin * radix * radix && radix > 1) {
    for (std::size_t i = 0; i + 1 < s.length; ++i) {
      double statistic = 0;
      double cells = 0;
      for (std::size_t a = 0; a < kinds_of; ++a) {
        for (std::size_t b = 0; b < kinds_of; ++b) {
          const double expected = n * pair_share(i, a, b);
          if (expected <= 0) continue;
          const auto first = static_cast<unsigned char>(report.characters[a]);
          const auto second = static_cast<unsigned char>(report.characters[b]);
          const double count = static_cast<double>(s.pairs[(i * kCodes + first) * kCodes + second]);
          statistic += (count - expected) * (count - expected) / expected;
          ++cells;
        }
      }
      if (cells < 2) continue;
      pair.add(chi_square_p(statistic, cells - 1), statistic,
               "positions " + place_text(i) + " and " + place_text(i + 1));
    }
  }
  families.push_back(std::move(pair));

  Collected value = family("serial_correlation", "does a number follow from one issued before it?");
  Collected digit =
      family("position_correlation", "does a character follow from its like in a number before?");
  if (s.tested >= kSerialMin) {
    for (std::size_t lag = 1; lag <= kLags; ++lag) {
      const double z = s.value.z(lag);
      value.add(normal_p(z), z, "lag " + std::to_string(lag));
      for (std::size_t i = 0; i < s.length; ++i) {
        const double of_digit = s.digits[i].z(lag);
        digit.add(normal_p(of_digit), of_digit,
                  "position " + place_text(i) + ", lag " + std::to_string(lag));
      }
    }
  }
  families.push_back(std::move(value));
  families.push_back(std::move(digit));

  Collected runs = family("runs", "do high and low, rising and falling numbers take turns?");
  if (s.tested >= kSerialMin) {
    const auto high = static_cast<double>(s.high);
    const auto low = static_cast<double>(s.low);
    const double both = high + low;
    const double product = 2 * high * low;
    const double variance = product * (product - both) / (both * both * (both - 1));
    const double level = variance > 0 ? (static_cast<double>(s.level_runs) - product / both - 1) /
                                            std::sqrt(variance)
                                      : std::sqrt(both);  // All on one side of the early median.
    runs.add(normal_p(level), level, "above and below the median");
    const auto slopes = static_cast<double>(s.slopes) + 1;  // Numbers without repetitions.
    const double slope = (static_cast<double>(s.slope_runs) - (2 * slopes - 1) / 3) /
                         std::sqrt((16 * slopes - 29) / 90);
    if (s.slopes > 1) runs.add(normal_p(slope), slope, "up and down");
  }
  families.push_back(std::move(runs));

  Collected guess = family("guess_rate", "are relatives of issued numbers issued too?");
  if (s.probes.size() >= 100 && radix > 1) {
    std::uint64_t dice = 7;
    const auto roll = [&] { return mix(dice += 0x9e3779b97f4a7c15U); };
    struct Kind {
      const char* at;
      std::uint64_t guesses = 0;
      std::uint64_t hits = 0;
    };
    Kind kinds[] = {{"a neighbour (plus or minus 1, 2, 3)"},
                    {"the next step from two numbers issued one after the other"},
                    {"the same beginning, other last characters"}};
    const auto ask = [&](Kind& kind, const std::string& text, std::string_view origin) {
      const std::uint64_t print = fingerprint(text);
      if (text == origin || !s.sample.takes(print)) return;
      if (s.filter && !s.filter->admits(std::string(prefix) + text)) return;  // Nobody tries it.
      ++kind.guesses;
      kind.hits += s.sample.holds(print) ? 1 : 0;
    };
    for (const Probe& probe : s.probes) {
      const std::string_view number(probe.number.data(), s.length);
      const std::string_view before(probe.before.data(), s.length);
      for (const int delta : {-3, -2, -1, 1, 2, 3}) {
        ask(kinds[0], shifted(number, report.characters, delta), number);
      }
      ask(kinds[1], extrapolated(number, before, report.characters), number);
      for (int i = 0; i < 8; ++i) {
        std::string other(number);
        for (std::size_t at = s.length - std::min<std::size_t>(s.length, 3); at < s.length; ++at) {
          other[at] = report.characters[roll() % report.characters.size()];
        }
        ask(kinds[2], other, number);
      }
    }
    for (const Kind& kind : kinds) {
      const double expected = static_cast<double>(kind.guesses) * report.guess_chance;
      report.guesses += kind.guesses;
      report.guess_hits += kind.hits;
      report.guess_hits_expected += expected;
      if (kind.guesses < 100) continue;
      guess.add(poisson_p(kind.hits, expected), static_cast<double>(kind.hits), kind.at);
    }
  }
  families.push_back(std::move(guess));

  std::size_t tests = 0;
  for (const Collected& one : families) tests += one.p_values.size();
  report.p_limit = s.options.false_alarm / static_cast<double>(std::max<std::size_t>(1, tests));
  bool fail = false;
  for (Collected& one : families) {
    AuditFamily& result = one.family;
    result.tests = one.p_values.size();
    for (const double p : one.p_values) result.failed += p < report.p_limit ? 1U : 0U;
    result.verdict = result.tests == 0    ? AuditVerdict::TooFew
                     : result.failed != 0 ? AuditVerdict::Fail
                                          : AuditVerdict::Pass;
    if (result.failed != 0) {
      fail = true;
      report.reasons.push_back(result.name + ": " + std::to_string(result.failed) + " of " +
                               std::to_string(result.tests) + " tests say no, worst at " +
                               result.worst_at + " (p = " + number_text(result.worst_p) + ")");
    }
    report.families.push_back(std::move(result));
  }
  const auto refuse = [&](bool wrong, std::string why) {
    if (!wrong) return;
    fail = true;
    report.reasons.push_back(std::move(why));
  };
  refuse(report.duplicates != 0, "duplicates: " + std::to_string(report.duplicates) +
                                     " numbers came again (of a sample of " +
                                     number_text(100 * report.duplicate_sample) + " %)");
  refuse(report.outside != 0, "alphabet: " + std::to_string(report.outside) +
                                  " numbers hold a character outside the alphabet");
  refuse(report.other_length != 0,
         "length: " + std::to_string(report.other_length) + " numbers have not " +
             (report.length != 0 ? std::to_string(report.length)
                                 : std::to_string(s.options.length_min) + " to " +
                                       std::to_string(s.options.length_max)) +
             " characters");
  refuse(report.against_rules != 0,
         "rules: " + std::to_string(report.against_rules) +
             " numbers have another prefix or first character, or hold an excluded word");
  refuse(s.tested != 0 && report.guess_chance > kGuessRule,
         "guess rule: a blind guess hits with " + number_text(report.guess_chance) +
             ", more than 1 in 10,000 (Regulation (EU) 2016/161, Article 4(c))");
  if (!report.look_alikes.empty()) {
    report.warnings.push_back("people confuse these characters: " + report.look_alikes);
  }
  const auto any = [&](auto has) {
    return std::any_of(report.characters.begin(), report.characters.end(), has);
  };
  if (any([](char c) { return c >= 'a' && c <= 'z'; }) &&
      any([](char c) { return c >= 'A' && c <= 'Z'; })) {
    report.warnings.emplace_back(
        "small and capital letters: scanners that act as keyboards exchange them under caps lock");
  }
  if (!s.options.alphabet) {
    report.warnings.emplace_back(
        "no alphabet was given: characters that never came cannot be missed");
  }
  const bool all_made = std::all_of(report.families.begin(), report.families.end(),
                                    [](const AuditFamily& one) { return one.tests != 0; });
  for (const AuditFamily& one : report.families) {
    if (one.tests == 0) report.reasons.push_back(one.name + ": too few numbers for this test");
  }
  report.verdict = fail ? AuditVerdict::Fail : all_made ? AuditVerdict::Pass : AuditVerdict::TooFew;
  return report;
}

std::string AuditReport::to_json() const {
  namespace json = boost::json;
  json::array all;
  for (const AuditFamily& one : families) {
    all.push_back({{"name", one.name},
                   {"tests", one.tests},
                   {"failed", one.failed},
                   {"worst_p", one.worst_p},
                   {"statistic", one.statistic},
                   {"worst_at", one.worst_at},
                   {"verdict", to_string(one.verdict)}});
  }
  return json::serialize(json::object{{"verdict", to_string(verdict)},
                                      {"numbers", numbers},
                                      {"tested", tested},
                                      {"length", length},
                                      {"other_length", other_length},
                                      {"outside_alphabet", outside},
                                      {"against_rules", against_rules},
                                      {"duplicates", duplicates},
                                      {"duplicate_sample", duplicate_sample},
                                      {"characters", characters},
                                      {"look_alikes", look_alikes},
                                      {"space", space},
                                      {"guess_chance", guess_chance},
                                      {"guesses", guesses},
                                      {"guess_hits", guess_hits},
                                      {"guess_hits_expected", guess_hits_expected},
                                      {"p_limit", p_limit},
                                      {"families", std::move(all)},
                                      {"reasons", json::array(reasons.begin(), reasons.end())},
                                      {"warnings", json::array(warnings.begin(), warnings.end())}});
}

std::string AuditReport::to_text() const {
  std::string text = "verdict: " + std::string(to_string(verdict)) + "\n";
  text += "numbers: " + std::to_string(numbers) + " of " + std::to_string(length) +
          " characters out of " + std::to_string(characters.size()) + "\n";
  text += "a blind guess hits with " + number_text(guess_chance) + "; " + std::to_string(guesses) +
          " guesses from issued numbers hit " + std::to_string(guess_hits) + ", expected " +
          number_text(guess_hits_expected) + "\n";
  text += "a test fails below p = " + number_text(p_limit) + "\n";
  for (const AuditFamily& one : families) {
    text += "  " + one.name + ": " + to_string(one.verdict);
    if (one.tests != 0) {
      text += ", " + std::to_string(one.tests) + " tests, worst p = " + number_text(one.worst_p) +
              " at " + one.worst_at;
    }
    text += "\n";
  }
  for (const std::string& reason : reasons) text += "reason: " + reason + "\n";
  for (const std::string& warning : warnings) text += "warning: " + warning + "\n";
  return text;
}

}  // namespace packtrail::numbering
