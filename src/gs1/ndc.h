// gs1/ndc.h - the US National Drug Code: NDC-10 in three shapes, NDC-11, NDC-12, and its GTIN.
//
// Labeler, product, package. NDC-10 is 4-4-2, 5-3-2 or 5-4-1 digits; NDC-11 is 5-4-2 and NDC-12 is
// 6-4-2, with zeros before short segments (21 CFR 207.33, as amended with effect in 2033). A GTIN
// holds indicator, "03", ten digits and the check digit - without the hyphens, so from a GTIN, an
// NDC-11 or an NDC-12 alone the shape is open: say it, or choose among candidates.
// Thread safety: immutable values. Cost: 13 bytes, no heap but the texts.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gs1/gtin.h"

namespace packtrail::gs1 {

enum class NdcShape : std::uint8_t {
  k442,  // NDC-10.
  k532,  // NDC-10.
  k541,  // NDC-10.
  k542,  // A five-digit labeler with eleven digits of its own: NDC-12 only, written as NDC-11.
  k642,  // A six-digit labeler: NDC-12 only.
};
[[nodiscard]] std::string_view to_string(NdcShape shape);  // "4-4-2".

class Ndc {
 public:
  // "0777-3105-02": the hyphens give the shape.
  static Result<Ndc> parse(std::string_view hyphenated);
  // Digits without hyphens; as many as the shape has.
  static Result<Ndc> of_digits(std::string_view digits, NdcShape shape);
  // What eleven digits 5-4-2 can stand for: the NDC-10s that fill one segment with a zero, and
  // k542 when none does. Empty unless they are eleven digits.
  static std::vector<Ndc> of_ndc11(std::string_view digits);
  // The same for twelve digits 6-4-2; a labeler that needs six digits is the only candidate.
  static std::vector<Ndc> of_ndc12(std::string_view digits);
  // The three readings of the ten digits; empty unless the GTIN has prefix 03.
  static std::vector<Ndc> of_gtin(const Gtin& gtin);
  // The reading with this shape. Fails on another GTIN, and on a shape that a GTIN cannot hold.
  static Result<Ndc> of_gtin(const Gtin& gtin, NdcShape shape);

  [[nodiscard]] NdcShape shape() const { return shape_; }
  [[nodiscard]] std::string_view digits() const;  // 10 to 12, without hyphens.
  [[nodiscard]] std::string_view labeler() const;
  [[nodiscard]] std::string_view product() const;
  [[nodiscard]] std::string_view package() const;
  [[nodiscard]] std::string hyphenated() const;
  // "00777310502"; a labeler of six digits has none.
  [[nodiscard]] Result<std::string> ndc11() const;
  [[nodiscard]] std::string ndc12() const;  // "000777310502".
  // `indicator` 0..8. Only an NDC-10 has a GTIN.
  [[nodiscard]] Result<Gtin> gtin(unsigned indicator) const;
  friend auto operator<=>(const Ndc&, const Ndc&) = default;

 private:
  Ndc() = default;
  std::array<char, 12> digits_{};
  NdcShape shape_ = NdcShape::k442;
};

}  // namespace packtrail::gs1
