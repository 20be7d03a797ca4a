#include "gs1/ndc.h"

#include <cstring>
#include <optional>

#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

struct Segments {
  std::uint8_t labeler;
  std::uint8_t product;
  std::uint8_t package;
  std::string_view text;
};
constexpr Segments kShapes[] = {
    {4, 4, 2, "4-4-2"}, {5, 3, 2, "5-3-2"}, {5, 4, 1, "5-4-1"},
    {5, 4, 2, "5-4-2"}, {6, 4, 2, "6-4-2"},
};
constexpr NdcShape kNdc10[] = {NdcShape::k442, NdcShape::k532, NdcShape::k541};

const Segments& segments_of(NdcShape shape) { return kShapes[static_cast<std::size_t>(shape)]; }

std::size_t size_of(NdcShape shape) {
  const Segments& s = segments_of(shape);
  return std::size_t{s.labeler} + s.product + s.package;
}

bool is_ndc10(NdcShape shape) { return size_of(shape) == 10; }

Error ndc_error(std::string message, std::size_t offset, std::size_t length, std::string rule,
                std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "NDC",
               .offset = offset,
               .length = length,
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

void pad(std::string& out, std::string_view segment, std::size_t width) {
  out.append(width - segment.size(), '0').append(segment);
}

bool is_digits(std::string_view text, std::size_t size) {
  return text.size() == size && find_outside(text, kDigit) == size;
}

}  // namespace

std::string_view to_string(NdcShape shape) { return segments_of(shape).text; }

Result<Ndc> Ndc::parse(std::string_view hyphenated) {
  const std::string rule = "labeler-product-package: 4-4-2, 5-3-2, 5-4-1, 5-4-2 or 6-4-2 digits";
  const std::size_t first = hyphenated.find('-');
  const std::size_t second =
      first == std::string_view::npos ? first : hyphenated.find('-', first + 1);
  if (second == std::string_view::npos) {
    return ndc_error("the NDC has no hyphens, so its shape is open", 0, hyphenated.size(), rule,
                     "write the hyphens, or say which shape it has");
  }
  for (std::size_t i = 0; i < std::size(kShapes); ++i) {
    const Segments& s = kShapes[i];
    if (first != s.labeler || second != first + 1 + s.product ||
        hyphenated.size() != second + 1 + s.package) {
      continue;
    }
    std::string digits(hyphenated.substr(0, first));
    digits.append(hyphenated.substr(first + 1, s.product)).append(hyphenated.substr(second + 1));
    const std::size_t bad = find_outside(digits, kDigit);
    if (bad == digits.size()) return of_digits(digits, static_cast<NdcShape>(i));
    const std::size_t hyphens = bad < first ? 0U : bad + 1 < second ? 1U : 2U;
    return ndc_error("the NDC holds a character that is not a digit", bad + hyphens, 1, rule,
                     "replace the character by a digit");
  }
  return ndc_error("the segments of the NDC have other lengths", 0, hyphenated.size(), rule,
                   "compare with the label");
}

Result<Ndc> Ndc::of_digits(std::string_view digits, NdcShape shape) {
  if (!is_digits(digits, size_of(shape))) {
    const std::size_t bad = find_outside(digits, kDigit);
    return ndc_error(
        bad < digits.size() ? "the NDC holds a character that is not a digit"
                            : "the NDC has " + std::to_string(digits.size()) + " digits",
        bad, bad < digits.size() ? 1U : 0U,
        std::to_string(size_of(shape)) + " digits for shape " + std::string(to_string(shape)),
        "give all digits, or another shape");
  }
  Ndc ndc;
  std::memcpy(ndc.digits_.data(), digits.data(), digits.size());
  ndc.shape_ = shape;
  return ndc;
}

std::vector<Ndc> Ndc::of_ndc11(std::string_view digits) {
  std::vector<Ndc> out;
  if (!is_digits(digits, 11)) return out;
  // The place of the zero that an NDC-10 was filled with.
  constexpr std::size_t kFill[] = {0, 5, 9};
  for (const NdcShape shape : kNdc10) {
    const std::size_t at = kFill[static_cast<std::size_t>(shape)];
    if (digits[at] != '0') continue;
    out.push_back(
        *of_digits(std::string(digits.substr(0, at)).append(digits.substr(at + 1)), shape));
  }
  if (out.empty()) out.push_back(*of_digits(digits, NdcShape::k542));
  return out;
}

std::vector<Ndc> Ndc::of_ndc12(std::string_view digits) {
  if (!is_digits(digits, 12)) return {};
  if (digits[0] == '0') return of_ndc11(digits.substr(1));
  return {*of_digits(digits, NdcShape::k642)};
}

std::vector<Ndc> Ndc::of_gtin(const Gtin& gtin) {
  std::vector<Ndc> out;
  if (gtin.digits().substr(1, 2) != "03") return out;
  for (const NdcShape shape : kNdc10) out.push_back(*of_digits(gtin.digits().substr(3, 10), shape));
  return out;
}

Result<Ndc> Ndc::of_gtin(const Gtin& gtin, NdcShape shape) {
  if (gtin.digits().substr(1, 2) != "03") {
    return ndc_error("the GTIN holds no NDC", 1, 2, "indicator, 03, ten digits, check digit",
                     "look the product up in its master data");
  }
  if (!is_ndc10(shape)) {
    return ndc_error("a GTIN holds ten digits, the shape has " + std::to_string(size_of(shape)), 0,
                     0, "4-4-2, 5-3-2 or 5-4-1", "choose one of these shapes");
  }
  return of_digits(gtin.digits().substr(3, 10), shape);
}

std::string_view Ndc::digits() const { return {digits_.data(), size_of(shape_)}; }
std::string_view Ndc::labeler() const { return digits().substr(0, segments_of(shape_).labeler); }
std::string_view Ndc::product() const {
  return digits().substr(segments_of(shape_).labeler, segments_of(shape_).product);
}
std::string_view Ndc::package() const {
  return digits().substr(std::size_t{segments_of(shape_).labeler} + segments_of(shape_).product);
}

std::string Ndc::hyphenated() const {
  std::string out(labeler());
  return out.append(1, '-').append(product()).append(1, '-').append(package());
}

Result<std::string> Ndc::ndc11() const {
  if (shape_ == NdcShape::k642) {
    return ndc_error("the labeler needs six digits", 0, 6, "NDC-11 is 5-4-2 digits",
                     "use the NDC-12");
  }
  return ndc12().substr(1);
}

std::string Ndc::ndc12() const {
  std::string out;
  pad(out, labeler(), 6);
  pad(out, product(), 4);
  pad(out, package(), 2);
  return out;
}

Result<Gtin> Ndc::gtin(unsigned indicator) const {
  if (indicator > 8) {
    return ndc_error("the indicator digit is " + std::to_string(indicator), 0, 0,
                     "0 for the pack itself, 1 to 8 for its groupings", "choose the digit");
  }
  if (!is_ndc10(shape_)) {
    return ndc_error(shape_ == NdcShape::k642 ? "the labeler needs six digits"
                                              : "the NDC has eleven digits of its own",
                     0, digits().size(), "a GTIN of prefix 03 has room for ten digits of an NDC",
                     "give the GTIN that the labeler assigned under its GS1 Company Prefix");
  }
  std::string body(1, static_cast<char>('0' + indicator));
  return *Gtin::complete(body.append("03").append(digits()));
}

}  // namespace packtrail::gs1
