// gs1/element_scan.h - a raw element string taken apart and checked in place, for hot loops.
//
// Every AI of the table, every length, character set and check rule: what scan_elements accepts is
// what ElementString::parse_raw_stepwise accepts, with the same elements. It says yes or no; the
// reasons come from there. Thread safety: free functions; the result views nothing and holds places
// in the text. Cost: tens of nanoseconds, no heap; an ElementScan is 264 bytes, left unset.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "gs1/ai_table.h"
#include "gs1/partners.h"

namespace packtrail::gs1 {

struct ScannedElement {
  Ai ai;
  std::uint16_t begin = 0;  // Of the value, in the text.
  std::uint8_t size = 0;    // No value is longer than 90 characters.
  std::uint8_t row = 0;     // In ai_table().
};

class ElementScan {
 public:
  static constexpr std::size_t kElementsMax = 32;
  static constexpr std::size_t kTextMax = 512;  // Longer texts are left to ElementString.

  ElementScan() {}  // Empty. NOLINT(modernize-use-equals-default): leaves the places unset.

  // In the order of the text; an AI that came again with the same value stands once.
  [[nodiscard]] std::span<const ScannedElement> elements() const {
    return {elements_.data(), count_};
  }
  // The value of an element in the text that was scanned.
  [[nodiscard]] static std::string_view value(std::string_view text,
                                              const ScannedElement& element) {
    return text.substr(element.begin, element.size);
  }
  // The partner rules of gs1/partners.h, over the elements of this text alone.
  [[nodiscard]] bool partners_hold() const;

 private:
  friend bool scan_elements(std::string_view text, ElementScan& scan) noexcept;
  template <class Bits>
  bool read(std::string_view text, const Bits& bits);
  std::array<ScannedElement, kElementsMax> elements_;
  std::size_t count_ = 0;
  AiRowSet present_;
  AiRowSet repeated_;
};

// Reads `text` into `scan`, which must be new. False when parse_raw_stepwise refuses the text, and
// when it is longer than ElementScan::kTextMax.
[[nodiscard]] bool scan_elements(std::string_view text, ElementScan& scan) noexcept;

}  // namespace packtrail::gs1
