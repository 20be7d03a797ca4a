// gs1/pack_code.h - what the code on a medicine pack says: AIs (01) (21) (17) (10).
//
// Thread safety: immutable value. Cost: 72 bytes; reading takes no heap when it succeeds.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "gs1/element_string.h"
#include "gs1/expiry.h"
#include "gs1/sgtin.h"

namespace packtrail::gs1 {

struct PackCode {
  Gtin gtin;
  SerialNumber serial;
  std::optional<Expiry> expiry;
  std::optional<Lot> lot;

  [[nodiscard]] Sgtin sgtin() const { return {gtin, serial}; }

  // Raw for a printer or symbol, without FNC1 at the start: 01, 21 <GS>, 17, 10.
  [[nodiscard]] std::string to_element_string() const;
  // "(01)..(21)..(17)..(10).."; square brackets when serial or lot hold a round one.
  [[nodiscard]] std::string to_bracketed() const;
  // "https://id.gs1.org/01/../10/../21/..?17=..". `stem` as to_digital_link; it is not checked.
  [[nodiscard]] std::string to_digital_link(std::string_view stem) const;

  friend auto operator<=>(const PackCode&, const PackCode&) = default;
};

inline constexpr std::size_t kPackCodeTextMax = 2048;  // Longer texts are refused unread.

// Reads any text a pack's identity comes in: bracketed element string, raw element string with or
// without AIM identifier, Digital Link URI, EPC URN of an SGTIN. `reference` places the century of
// the expiry date. Other AIs are checked and left out. Fails when a value is wrong, when (01) or
// (21) is missing, and when the text is none of these; the error names AI, offset, rule and remedy.
Result<PackCode> read_pack_code(std::string_view text, Date reference);

// The same from an element string that is already taken apart.
Result<PackCode> to_pack_code(const ElementString& elements, Date reference);

}  // namespace packtrail::gs1
