// gs1/partners.h - which AIs need each other and which exclude each other (GenSpecs 4.13, 4.14).
//
// The rules hold for everything that is on one item, and an item may carry several symbols: a
// serial number alone is a right element string and still a wrong item. So reading a text
// (ElementString::parse) does not check partners; who has all carriers of an item does, with their
// elements in one ElementString. Thread safety: free functions. Cost: a few bit operations per AI;
// the listing of faults takes the heap.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gs1/ai_table.h"
#include "gs1/element_string.h"

namespace packtrail::gs1 {

struct PartnerFault {
  enum class Kind : std::uint8_t {
    Missing,   // None of the alternatives of `ai` is complete.
    Excluded,  // `other` may not be on the item together with `ai`.
  };
  Kind kind = Kind::Missing;
  Ai ai;                  // The AI whose rule is broken.
  Ai other{};             // For Excluded.
  std::string_view rule;  // As in the table: "01+21|03+21", "255|37".

  // Field is `ai`; rule and remedy name the partners. No offset: the fault is between two elements.
  [[nodiscard]] Error to_error() const;
};

// Every broken partner rule, in the order of the elements. A pair that excludes each other from
// both sides comes once per side that says so.
[[nodiscard]] std::vector<PartnerFault> partner_faults(const ElementString& elements);

// The first of partner_faults as an error.
Status check_partners(const ElementString& elements);

// The rows of the AI table as a set, for readers that check many messages.
class AiRowSet {
 public:
  void insert(std::size_t row) { words_[row >> 6U] |= std::uint64_t{1} << (row & 63U); }
  [[nodiscard]] bool contains(std::size_t row) const {
    return (words_[row >> 6U] >> (row & 63U) & 1U) != 0;
  }
  [[nodiscard]] bool meets(const AiRowSet& other) const {
    return ((words_[0] & other.words_[0]) | (words_[1] & other.words_[1]) |
            (words_[2] & other.words_[2]) | (words_[3] & other.words_[3])) != 0;
  }
  [[nodiscard]] AiRowSet without(std::size_t row) const {
    AiRowSet rest = *this;
    rest.words_[row >> 6U] &= ~(std::uint64_t{1} << (row & 63U));
    return rest;
  }

 private:
  std::array<std::uint64_t, 4> words_{};
  static_assert(kAiRowCount <= 256);
};

// Whether `row` has its partners among `present`. `repeated` holds the rows of which two different
// AIs are present: (3102) with (3103). The same answer as partner_faults, without the reasons.
[[nodiscard]] bool partners_hold(std::size_t row, const AiRowSet& present,
                                 const AiRowSet& repeated);

}  // namespace packtrail::gs1
