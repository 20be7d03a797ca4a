// gs1/element_string.h - a GS1 element string: an ordered list of AIs and their values.
//
// Two texts: raw as a scanner transmits it, FNC1 as GS (0x1D), and bracketed as people write it.
// The values are owned here; views taken from an ElementString live as long as it is not changed.
//
// Thread safety: a value. Cost: about 1.2 KB on the stack, no heap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/ai_table.h"

namespace packtrail::gs1 {

inline constexpr char kGroupSeparator = '\x1d';  // How a scanner transmits a separating FNC1.

class ElementString {
 public:
  static constexpr std::size_t kElementsMax = 32;
  static constexpr std::size_t kValueBytesMax = 1024;  // All values together.
  static constexpr std::size_t kTextMax = 2048;        // Longer input is refused unread.

  struct Element {
    Ai ai;
    std::string_view value;
  };

  ElementString() {}  // Empty. NOLINT(modernize-use-equals-default): leaves the buffer unset.
  ElementString(const ElementString& other);
  ElementString& operator=(const ElementString& other);

  // Raw: an optional AIM identifier (]d2 ]C1 ]Q3 ]e0 ]J1), an optional leading GS, then AIs and
  // values. A GS after a predefined-length AI and one at the end are tolerated. Every value is
  // checked by check_ai_value; an AI may come again only with the same value, and is kept once.
  // Errors name the AI and the offset in `text`.
  static Result<ElementString> parse_raw(std::string_view text);
  // The same, AI by AI: the definition of what parse_raw answers, several times slower.
  static Result<ElementString> parse_raw_stepwise(std::string_view text);

  // "(01)...(21)..." or "[01]...[21]...". Round brackets: no value may hold '(' or ')'. Square
  // brackets, which are not in CSET 82, hold every value.
  static Result<ElementString> parse_bracketed(std::string_view text);

  // Bracketed when the first character is '(' or '[', else raw.
  static Result<ElementString> parse(std::string_view text);

  // Appends a checked element. As parse_raw: a repeated equal element is dropped. ResourceExhausted
  // above kElementsMax or kValueBytesMax.
  Status add(Ai ai, std::string_view value);

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] Element operator[](std::size_t index) const;  // index < size().
  [[nodiscard]] std::optional<std::string_view> find(Ai ai) const;
  [[nodiscard]] std::optional<std::string_view> find(std::string_view ai) const;

  // Without AIM identifier and leading FNC1; GS after every value that needs one and is not last.
  [[nodiscard]] std::string to_raw() const;
  // Round brackets, or square ones when a value holds a round bracket.
  [[nodiscard]] std::string to_bracketed() const;

  friend bool operator==(const ElementString& a, const ElementString& b);

 private:
  struct Slot {
    Ai ai;
    std::uint16_t begin;
    std::uint16_t size;
  };
  Status add_checked(Ai ai, std::string_view value, std::size_t offset);
  void append(Ai ai, std::string_view value);  // Checked already, and there is room for it.

  std::size_t count_ = 0;
  std::size_t used_ = 0;
  std::array<Slot, kElementsMax> slots_;
  std::array<char, kValueBytesMax> bytes_;
};

// The number of characters of the AIM symbology identifier at the start of `text` that announce GS1
// data (]d2 ]C1 ]Q3 ]e0 ]J1): 3, or 0 when there is none.
[[nodiscard]] std::size_t gs1_aim_prefix(std::string_view text);

// What an AIM symbology identifier of three characters says (ISO/IEC 15424): "GS1 DataMatrix" for
// "]d2". Empty when it is none of the symbologies that carry GS1 data, with or without FNC1.
[[nodiscard]] std::string_view aim_symbology(std::string_view identifier);

}  // namespace packtrail::gs1
