// gs1/repair.h - what a text that does not read may have been before it was damaged.
//
// Codes are damaged between symbol and screen in few ways: the scanner's separators are dropped or
// spelled out, a keyboard layout or caps lock changes characters, somebody types O for 0, a second
// barcode is glued to the first. Each way is undone, and what then reads in full is suggested with
// its cause and what speaks for it. Nothing is ever applied here.
//
// Thread safety: free functions. Cost: up to some hundred parses; only for texts that are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gs1/recognise.h"

namespace packtrail::gs1 {

// In the order in which they are believed where several would do.
enum class DamageCause : std::uint8_t {
  VisibleSeparator,     // GS arrived as visible text: "<GS>", "^]", "\x1d", "%1D", "|" ...
  ScannedTwice,         // The same code twice in one field.
  EanGlued,             // The pack's EAN/UPC barcode was scanned into the same field.
  CapsLock,             // Small and capital letters changed places.
  Blanks,               // Blanks, tabs, line breaks or invisible characters in between.
  YzSwap,               // Y and Z changed places, nothing else: QWERTZ against QWERTY.
  KeyboardLayout,       // Scanner and computer disagree about the keyboard.
  LetterForDigit,       // O for 0, I or l for 1 where only digits may stand.
  SymbologyIdentifier,  // The AIM identifier is damaged, or is one of a symbol without FNC1.
  LostSeparator,        // The separators after values of variable length are gone.
  GtinForm,             // A GTIN-8, -12 or -13 where 14 digits stand, or with a wrong check digit
                        // for its new indicator.
  TransposedDigits,     // Two neighbouring digits changed places.
  SchemeCase,           // "Https://": a phone wrote the first letter of a link as a capital.
};
inline constexpr std::size_t kDamageCauseCount = 13;
[[nodiscard]] const char* to_string(DamageCause cause);  // "visible_separator", ...

struct Suggestion {
  std::vector<DamageCause> causes;  // At least one; the first is the main one.
  std::string explanation;          // One sentence: what probably happened.
  std::string repaired;             // Reads in full by recognise.
  std::string evidence;  // What now validates: "check digit of (01), a real date in (17)".
};

inline constexpr std::size_t kSuggestionsMax = 5;
inline constexpr std::size_t kRepairTextMax = 512;  // Longer texts get no suggestions.

// For a text that recognise refuses: the likeliest first, at most kSuggestionsMax, each `repaired`
// once. `today` judges whether an expiry date is plausible.
[[nodiscard]] std::vector<Suggestion> suggest_repairs(std::string_view text, Date today);

// For a text that reads: what it looks like if it was damaged after all; empty for all but the
// clearest cases (separators spelled out, expiry and lot run into the serial number, the pack's own
// EAN at the end of a value, a Digital Link in capitals with a value in small letters).
[[nodiscard]] std::vector<Suggestion> suspect_damage(std::string_view text, const Recognised& read,
                                                     Date today);

}  // namespace packtrail::gs1
