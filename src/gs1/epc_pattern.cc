#include "gs1/epc_pattern.h"

#include <algorithm>
#include <array>

#include "gs1/charset.h"
#include "gs1/digital_link.h"
#include "gs1/epc_shape.h"

namespace packtrail::gs1 {
namespace {

constexpr std::string_view kPrefix = "urn:epc:idpat:";
constexpr std::size_t kFieldsMax = 5;  // ITIP: prefix, reference, piece, total, serial.

Error pattern_error(std::string message, std::size_t offset, std::size_t length) {
  return Error{
      .code = Errc::InvalidArgument,
      .message = std::move(message),
      .field = "EPC pattern",
      .offset = offset,
      .length = length,
      .rule = "urn:epc:idpat:SCHEME:..., the last fields '*' (GS1 EPC Tag Data Standard 8)",
      .remedy = "replace fields by '*' from the right, and keep the others as in the URN"};
}

const EpcShape* shape_named(std::string_view name) {
  for (std::size_t i = 0; i + 1 < kEpcSchemeCount; ++i) {
    const EpcShape& shape = shape_of(static_cast<EpcScheme>(i));
    if (shape.name == name && shape.urn.starts_with("urn:epc:id:")) return &shape;
  }
  return nullptr;
}

bool is_digits(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && find_outside(text, kDigit) == text.size();
}

}  // namespace

Result<EpcPattern> EpcPattern::parse(std::string_view text) {
  if (!text.starts_with(kPrefix) || text.size() > kEpcTextMax) {
    return pattern_error("the text is no EPC pattern", 0, std::min(text.size(), kEpcTextMax));
  }
  const std::size_t colon = std::min(text.find(':', kPrefix.size()), text.size());
  const EpcShape* shape = shape_named(text.substr(kPrefix.size(), colon - kPrefix.size()));
  if (shape == nullptr || colon == text.size()) {
    return pattern_error("no scheme has this name", kPrefix.size(), colon - kPrefix.size());
  }
  const std::size_t count =
      2U + (shape->pieces ? 2U : 0U) + (shape->tail == EpcTail::None ? 0U : 1U);
  std::array<std::string_view, kFieldsMax> fields{};
  std::array<std::size_t, kFieldsMax> starts{};
  std::size_t at = colon + 1;
  std::size_t wild = count;  // The first field that is '*'.
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end =
        i + 1 == count ? text.size() : std::min(text.find('.', at), text.size());
    fields[i] = text.substr(at, end - at);
    starts[i] = at;
    if (fields[i] == "*") wild = std::min(wild, i);
    if (fields[i].empty() && !(i == 1 && shape->digits == 12)) {
      return pattern_error("a field is empty", at, 0);
    }
    if (i > wild && fields[i] != "*") {
      return pattern_error("a field behind a '*' is none", at, fields[i].size());
    }
    at = std::min(end + 1, text.size());
  }
  if (wild == count) return pattern_error("no field is '*'", colon + 1, text.size() - colon - 1);
  EpcPattern out;
  out.scheme_ = shape->scheme;
  out.text_ = text;
  if (wild == 0) return out;
  if (!is_digits(fields[0], kUrnGcpMin, kUrnGcpMax)) {
    return pattern_error("the company prefix is not 6 to 12 digits", starts[0], fields[0].size());
  }
  out.prefix_ = fields[0];
  if (wild == 1) return out;
  out.has_reference_ = true;
  if (shape->digits != 0) {
    const std::size_t size = shape->digits - std::min<std::size_t>(shape->digits, fields[0].size());
    if (!is_digits(fields[1], size, size)) {
      return pattern_error("company prefix and reference do not have " +
                               std::to_string(shape->digits) + " digits together",
                           starts[1], fields[1].size());
    }
    const std::size_t lead = shape->led ? 1 : 0;
    out.lead_ = fields[1].substr(0, lead);
    out.reference_ = fields[1].substr(lead);
  } else {
    std::array<char, 32> decoded;
    const auto size = percent_decode(fields[1], decoded.data(), decoded.size());
    const std::string_view reference(decoded.data(), size.value_or(0));
    std::string whole(fields[0]);
    whole.append(reference);
    const bool good = std::all_of(fields[1].begin(), fields[1].end(),
                                  [](char c) { return c == '%' || is_in(c, kUrnPlain); });
    if (!good || reference.empty() || !make_epc(shape->scheme, whole, {}, {})) {
      return pattern_error("the reference is not the scheme's", starts[1], fields[1].size());
    }
    out.reference_ = reference;
  }
  for (std::size_t i = 2; shape->pieces && i < std::min<std::size_t>(wild, 4); ++i) {
    if (!is_digits(fields[i], 2, 2) || fields[i] == "00") {
      return pattern_error("piece and total are two digits each", starts[i], fields[i].size());
    }
    out.pieces_.append(fields[i]);
  }
  if (out.pieces_.size() == 4 && !PieceOfTotal::try_parse(out.pieces_)) {
    return pattern_error("the piece is above the total", starts[2], 5);
  }
  return out;
}

bool EpcPattern::matches(const Epc& value) const {
  const auto parts = parts_of(value);
  if (!parts || parts->shape->scheme != scheme_ || is_class(value)) return false;
  const std::string_view body = parts->body();
  if (!body.starts_with(prefix_) || !parts->pieces.starts_with(pieces_)) return false;
  return !has_reference_ || (parts->lead() == lead_ && body.substr(prefix_.size()) == reference_);
}

}  // namespace packtrail::gs1
