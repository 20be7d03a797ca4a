#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "gs1/ai_sample.h"
#include "gs1/digital_link.h"
#include "gs1/element_scan.h"
#include "gs1/element_string.h"
#include "gs1/epc.h"
#include "gs1/pack_code.h"

namespace packtrail::bench {
namespace {

constexpr std::size_t kMessages = 65536;  // More than a branch predictor remembers.
constexpr std::int64_t kRunNs = 1'000'000'000;

// The texts of a bench, one behind the other as in a file.
class Texts {
 public:
  void add(std::string_view text) {
    begins_.push_back(bytes_.size());
    bytes_.append(text);
  }
  [[nodiscard]] std::size_t size() const { return begins_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    const std::size_t end = i + 1 < begins_.size() ? begins_[i + 1] : bytes_.size();
    return std::string_view(bytes_).substr(begins_[i], end - begins_[i]);
  }
  [[nodiscard]] double bytes_each() const {
    return static_cast<double>(bytes_.size()) / static_cast<double>(size());
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> begins_;
};

using Random = std::mt19937_64;

std::size_t between(Random& random, std::size_t low, std::size_t high) {
  return std::uniform_int_distribution<std::size_t>(low, high)(random);
}

std::string characters(Random& random, std::string_view from, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += from[between(random, 0, from.size() - 1)];
  return text;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kPlain = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
constexpr std::string_view kPrefixes[] = {"", "]d2", "]C1", "]Q3", "]e0", "]J1"};

gs1::PackCode make_code(Random& random, const Date& today) {
  std::string body = "9521" + characters(random, kDigits, 9);
  const std::string lot = characters(random, kPlain, between(random, 4, 14));
  std::string date;
  for (const std::size_t part :
       {between(random, 27, 35), between(random, 1, 12), between(random, 0, 28)}) {
    date += {static_cast<char>('0' + part / 10), static_cast<char>('0' + part % 10)};
  }
  return {*gs1::Gtin::complete(body),
          *gs1::SerialNumber::parse(characters(random, kPlain, between(random, 8, 20))),
          gs1::Expiry::try_parse(date, today), *gs1::Lot::parse(lot)};
}

// The four elements of a pack in any order, with any GS1 prefix.
std::string mixed_raw(const gs1::PackCode& code, Random& random) {
  std::vector<std::string> elements{
      "01" + std::string(code.gtin.digits()), "21" + std::string(code.serial.text()),
      "17" + std::string(code.expiry->yymmdd()), "10" + std::string(code.lot->text())};
  std::shuffle(elements.begin(), elements.end(), random);
  std::string text(kPrefixes[between(random, 0, std::size(kPrefixes) - 1)]);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    text += elements[i];
    const bool fixed = elements[i][0] == '0' || elements[i].compare(0, 2, "17") == 0;
    if (!fixed && i + 1 < elements.size()) text += gs1::kGroupSeparator;
  }
  return text;
}

// Adds AI after AI with what it requires, until nothing is missing. False when they exclude each
// other or a value cannot be made.
bool add_with_partners(gs1::ElementString& elements, std::size_t row, Random& random) {
  const gs1::AiEntry& entry = gs1::ai_table()[row];
  const gs1::Ai ai{static_cast<std::uint16_t>(between(random, entry.first, entry.last)),
                   entry.digits};
  if (elements.find(ai)) return true;
  std::optional<std::string> value;
  for (int tries = 0; !value && tries < 20; ++tries) {
    value = gs1::sample_value(entry, between(random, entry.size_min, entry.size_max), random());
  }
  if (!value || !elements.add(ai, *value)) return false;
  for (int tries = 0; tries < 8; ++tries) {
    const auto faults = gs1::partner_faults(elements);
    if (faults.empty()) return true;
    if (faults[0].kind == gs1::PartnerFault::Kind::Excluded) return false;
    // One of the alternatives, by chance; a pattern stands for any AI it matches.
    std::vector<std::string> alternatives(1);
    for (const char c : faults[0].rule) {
      if (c == '|') {
        alternatives.emplace_back();
      } else {
        alternatives.back() += c;
      }
    }
    std::string chosen = alternatives[between(random, 0, alternatives.size() - 1)] + "+";
    while (!chosen.empty()) {
      std::string one = chosen.substr(0, chosen.find('+'));
      chosen.erase(0, one.size() + 1);
      std::replace(one.begin(), one.end(), 'n', '0');
      const auto partner = gs1::Ai::parse(one);
      if (!partner) return false;
      const auto partner_row =
          static_cast<std::size_t>(gs1::find_ai(*partner) - gs1::ai_table().data());
      if (!add_with_partners(elements, partner_row, random)) return false;
    }
  }
  return false;
}

// An element string of one or two AIs drawn over all 541, and of what they require, in any order.
std::string any_raw(Random& random, const std::vector<std::size_t>& rows_by_ai) {
  for (;;) {
    gs1::ElementString elements;
    bool good = true;
    for (std::size_t i = between(random, 1, 2); i > 0 && good; --i) {
      good = add_with_partners(elements, rows_by_ai[between(random, 0, rows_by_ai.size() - 1)],
                               random);
    }
    if (!good || !gs1::check_partners(elements)) continue;
    std::vector<std::size_t> order(elements.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    gs1::ElementString mixed;
    for (const std::size_t i : order) {
      if (!mixed.add(elements[i].ai, elements[i].value)) good = false;
    }
    std::string text(kPrefixes[between(random, 0, std::size(kPrefixes) - 1)]);
    text += mixed.to_raw();
    if (good && text.size() <= gs1::ElementScan::kTextMax) return text;
  }
}

// Calls `read` with every text, again and again for kRunNs; texts per second. `read` returns false
// when it refused one, which ends the bench.
template <class Read>
Result<double> rate(const Clock& clock, const Texts& texts, const Read& read) {
  const auto read_each = [&] {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (!read(texts[i])) return false;
    }
    return true;
  };
  std::uint64_t rounds = 0;
  bool good = read_each();  // Tables and caches hot.
  const std::int64_t started = clock.monotonic_ns();
  std::int64_t ended = started;
  while (good && ended - started < kRunNs) {
    good = read_each();
    ++rounds;
    ended = clock.monotonic_ns();
  }
  if (!good) return Error{.code = Errc::DataLoss, .message = "a right text was refused"};
  return static_cast<double>(rounds * texts.size()) * 1e9 / static_cast<double>(ended - started);
}

struct Messages {
  Texts pharma;
  Texts all;
  Texts links;
  Texts urns;
  std::size_t elements = 0;  // In `all`.
};

Result<Messages> make_messages(const Date& today) {
  Random random(20261120);
  Messages messages;
  std::vector<std::size_t> rows_by_ai;
  for (std::size_t row = 0; row < gs1::kAiRowCount; ++row) {
    const gs1::AiEntry& entry = gs1::ai_table()[row];
    rows_by_ai.insert(rows_by_ai.end(), entry.last - entry.first + 1U, row);
  }
  for (std::size_t i = 0; i < kMessages; ++i) {
    const gs1::PackCode code = make_code(random, today);
    messages.pharma.add(mixed_raw(code, random));
    messages.all.add(any_raw(random, rows_by_ai));
    messages.links.add(code.to_digital_link("https://id.gs1.org"));
    messages.urns.add(PACKTRAIL_TRY(gs1::to_urn(code.sgtin(), between(random, 6, 12))));
    gs1::ElementScan scan;
    if (gs1::scan_elements(messages.all[i], scan)) messages.elements += scan.elements().size();
    // A fast wrong answer is no figure: what is read is what was written.
    const auto read = gs1::read_pack_code(messages.pharma[i], today);
    if (!read || !(*read == code)) {
      return Error{.code = Errc::DataLoss, .message = "a code did not come back"};
    }
  }
  return messages;
}

}  // namespace

Result<Report> run_gs1(const Ports& ports) {
  const Date today = *Date::from_ymd(2026, 11, 20);
  const Messages messages = PACKTRAIL_TRY(make_messages(today));
  Report report{"gs1", {}, {}};
  const auto figure = [&](const char* name, double value) {
    report.figures.push_back({name, value, "1/s"});
  };
  std::uint64_t sum = 0;
  const auto read_code = [&](std::string_view text) {
    const auto code = gs1::read_pack_code(text, today);
    if (code) sum += static_cast<unsigned char>(code->serial.text().back());
    return code.has_value();
  };
  const auto scan_all = [&](std::string_view text) {
    gs1::ElementScan scan;
    const bool good = gs1::scan_elements(text, scan) && scan.partners_hold();
    if (good) sum += scan.elements().size();
    return good;
  };
  const auto read_all = [&](std::string_view text) {
    const auto elements = gs1::ElementString::parse_raw(text);
    if (elements) sum += elements->size();
    return elements.has_value();
  };
  figure("element_pharma_per_s", PACKTRAIL_TRY(rate(ports.clock, messages.pharma, read_code)));
  figure("element_all_per_s", PACKTRAIL_TRY(rate(ports.clock, messages.all, scan_all)));
  figure("element_all_owned_per_s", PACKTRAIL_TRY(rate(ports.clock, messages.all, read_all)));
  figure("digital_link_per_s", PACKTRAIL_TRY(rate(ports.clock, messages.links, read_code)));
  figure("urn_per_s", PACKTRAIL_TRY(rate(ports.clock, messages.urns, read_code)));
  if (sum == 0) return Error{.code = Errc::DataLoss, .message = "nothing was read"};
  report.conditions.emplace_back("messages", std::to_string(kMessages) +
                                                 ", mixed order, prefix and lengths, one pass "
                                                 "after the other");
  report.conditions.emplace_back(
      "pharma", "(01)(21)(17)(10) in any order to PackCode, " +
                    std::to_string(static_cast<int>(messages.pharma.bytes_each())) + " bytes each");
  report.conditions.emplace_back(
      "all",
      "one or two AIs of all 541 and the partners they need, every rule and the partners "
      "checked, " +
          std::to_string(static_cast<int>(messages.all.bytes_each())) + " bytes and " +
          std::to_string(static_cast<double>(messages.elements) / kMessages).substr(0, 4) +
          " elements each");
  report.conditions.emplace_back("all_owned", "the same into an ElementString, without partners");
  report.conditions.emplace_back("threads", "1");
  add_machine(report);
  return report;
}

}  // namespace packtrail::bench
