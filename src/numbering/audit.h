// numbering/audit.h - can somebody guess these numbers? Statistics on serial numbers, whoever made
// them.
//
// Numbers go in one by one in the order they were issued; the report says for each family of tests
// how many were made, the worst p-value and where, and the verdict. The families and their limits
// are described in docs/user/pool-audit.md. The chance that good numbers fail is at most
// AuditOptions::false_alarm altogether: every p-value is compared with that, divided by the number
// of tests (Bonferroni). Passing proves nothing: a secret-less permutation passes too.
//
// Thread safety: one thread at a time. Cost: about 1 us per number; memory is bounded, about 60 MB
// however many numbers come.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "numbering/alphabet.h"
#include "numbering/serial_rules.h"

namespace packtrail::numbering {

struct AuditOptions {
  // The alphabet the numbers should use; nothing: the characters that occur, in ASCII order.
  std::optional<Alphabet> alphabet;
  double false_alarm = 1e-3;  // 1e-9 to 0.1.
  // What the numbers may look like; needs the alphabet. The prefix is not tested, since it says
  // nothing; the rest is compared with numbers drawn evenly among those that the rules admit.
  SerialRules rules = {};
  std::size_t length_min = 1;  // Of the whole number, 1 to 20.
  std::size_t length_max = 20;
};

enum class AuditVerdict : std::uint8_t {
  Pass,
  Fail,
  TooFew,  // Not enough numbers for this family; says nothing.
};
[[nodiscard]] const char* to_string(AuditVerdict verdict);  // "pass", "fail", "too_few".

struct AuditFamily {
  std::string name;        // "position_chi_square", stable.
  std::string asks;        // What it looks for, for people.
  std::size_t tests = 0;   // How many were made.
  std::size_t failed = 0;  // How many of them said no.
  double worst_p = 1;      // Smallest p-value; 1 when none was made.
  double statistic = 0;    // Of the worst: chi-square, z, or a count.
  std::string worst_at;    // "position 3", "positions 3 and 4", "lag 2".
  AuditVerdict verdict = AuditVerdict::TooFew;
};

struct AuditReport {
  std::uint64_t numbers = 0;        // Read, good and bad.
  std::uint64_t tested = 0;         // Of the common length and alphabet.
  std::size_t length = 0;           // Characters of the first number.
  std::uint64_t other_length = 0;   // Numbers of another length.
  std::uint64_t outside = 0;        // Numbers with a character outside the alphabet.
  std::uint64_t against_rules = 0;  // Numbers that the rules do not admit.
  std::uint64_t duplicates = 0;     // Found in the sample below.
  double duplicate_sample = 1;      // Part of the numbers whose repetition is noticed.
  std::string characters;           // The alphabet given, or the characters found.
  std::string look_alikes;          // Found characters that people confuse: "0O 1I".
  double space = 0;                 // characters^length, less what the rules do not admit.
  double guess_chance = 0;          // tested / space: what a blind guess hits.
  std::uint64_t guesses = 0;        // Made from issued numbers.
  std::uint64_t guess_hits = 0;     // Of them issued too.
  double guess_hits_expected = 0;   // When nothing can be learnt from issued numbers.
  double p_limit = 0;               // A test fails below this.
  std::vector<AuditFamily> families;
  AuditVerdict verdict = AuditVerdict::TooFew;
  std::vector<std::string> reasons;   // Why it failed, or what could not be tested.
  std::vector<std::string> warnings;  // What is allowed but unwise.

  [[nodiscard]] std::string to_json() const;
  [[nodiscard]] std::string to_text() const;
};

class NumberAudit {
 public:
  static constexpr std::size_t kLengthMax = 20;               // AI (21).
  static constexpr std::size_t kLags = 8;                     // Serial correlation up to here.
  static constexpr std::size_t kFingerprintsMax = 1U << 20U;  // Remembered numbers.
  static constexpr std::size_t kProbesMax = 4096;             // Numbers that guesses start from.
  static constexpr double kGuessRule = 1e-4;  // Regulation (EU) 2016/161, Article 4(c).

  // InvalidArgument when false_alarm or a length is outside its limits, when there are rules and no
  // alphabet, and as SerialFilter::create for length_max.
  static Result<NumberAudit> create(AuditOptions options);
  ~NumberAudit();
  NumberAudit(NumberAudit&&) noexcept;
  NumberAudit& operator=(NumberAudit&&) noexcept;

  // The next number, in the order of issue. Any text; what is no number is counted as such.
  void add(std::string_view number);
  [[nodiscard]] AuditReport report() const;

 private:
  struct State;
  explicit NumberAudit(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::numbering
