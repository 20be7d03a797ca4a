// gs1/national_number.h - National Healthcare Reimbursement Numbers, AIs (710) to (717).
//
// GS1 only says X..20; the form and the check digit are each country's. Where the country's rule is
// public it is applied, otherwise the result says that only the characters were checked.
// Thread safety: immutable value and free functions. Cost: 24 bytes, no heap but the texts.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/ai_table.h"
#include "gs1/component_text.h"
#include "gs1/gtin.h"

namespace packtrail::gs1 {

enum class NationalScheme : std::uint8_t {
  kPzn,     // 710 Germany: Pharmazentralnummer.
  kCip,     // 711 France: Code Identifiant de Presentation.
  kCn,      // 712 Spain: Codigo Nacional.
  kAnvisa,  // 713 Brazil: medicine registration.
  kAim,     // 714 Portugal: registration number.
  kNdc,     // 715 United States: National Drug Code.
  kAic,     // 716 Italy: Autorizzazione all'Immissione in Commercio.
  kSrn,     // 717 Costa Rica: Sanitary Register Number.
};
// The scheme of AI 710..717; nothing for another AI.
[[nodiscard]] std::optional<NationalScheme> national_scheme(Ai ai);
[[nodiscard]] Ai ai_of(NationalScheme scheme);
[[nodiscard]] std::string_view title_of(NationalScheme scheme);  // "PZN (Germany)".

enum class NationalCheck : std::uint8_t {
  kCheckDigit,  // Form and check digit are right.
  kForm,        // The form is right; it has no check digit, or its rule is not public.
  kCharacters,  // No form is public: only X..20.
};

struct NationalTextTag {
  static constexpr std::string_view kAi = "710";
  static constexpr std::string_view kName = "national number";
  static constexpr std::size_t kSizeMax = 20;
};

class NationalNumber {
 public:
  // Forms: PZN 8 digits; CIP 13 digits of prefix 3400, or 7 digits; CN 6 digits, or 7 with check
  // digit; ANVISA 13 digits; AIM 7 digits; NDC 10 to 12 digits or with hyphens; AIC 9 digits, or 6
  // characters in base 32; SRN any X..20.
  static Result<NationalNumber> parse(NationalScheme scheme, std::string_view text);

  [[nodiscard]] NationalScheme scheme() const { return scheme_; }
  [[nodiscard]] std::string_view text() const { return text_.text(); }
  [[nodiscard]] NationalCheck check() const { return check_; }
  // The GTIN that holds the number, where the country has such a rule (NTIN): PZN, CIP-13, CN.
  [[nodiscard]] std::optional<Gtin> ntin() const;
  friend auto operator<=>(const NationalNumber&, const NationalNumber&) = default;

 private:
  NationalNumber(NationalScheme scheme, ComponentText<NationalTextTag> text, NationalCheck check)
      : scheme_(scheme), text_(text), check_(check) {}
  NationalScheme scheme_;
  ComponentText<NationalTextTag> text_;
  NationalCheck check_;
};

// AIC between its 9 digits and its 6 characters in base 32 (the alphabet leaves out A, E, I, O).
// Nothing when the form is wrong or the number too large; the check digit is not looked at.
[[nodiscard]] std::optional<std::string> aic_to_base32(std::string_view nine_digits);
[[nodiscard]] std::optional<std::string> aic_from_base32(std::string_view six_characters);

}  // namespace packtrail::gs1
