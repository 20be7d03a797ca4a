#include "symbology/make/datamatrix.h"

#include <string>

#include "gs1/element_string.h"
#include "symbology/make/symbol.h"

namespace packtrail::symbology {
namespace {

Result<BitMatrix> make(std::string_view text, SymbolKind kind) {
  if (text.size() > kElementTextMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = std::to_string(text.size()) + " bytes of element data exceed a limit",
                 .field = "element data",
                 .rule = "kElementTextMax " + std::to_string(kElementTextMax)};
  }
  if (text.empty() || text[0] != '[') {
    return Error{.code = Errc::InvalidArgument,
                 .message = "element data starts with an AI in square brackets",
                 .field = "element data",
                 .offset = 0,
                 .length = text.empty() ? std::size_t{0} : std::size_t{1},
                 .remedy = "pass element data as [01]...[21]..."};
  }
  const auto elements = gs1::ElementString::parse_bracketed(text);
  if (!elements) {
    Error error = elements.error();
    if (error.field != "element data") error.message = "(" + error.field + ") " + error.message;
    error.field = "element data";
    return error;
  }
  auto made = PACKTRAIL_TRY(
      make_symbol(*elements, {.kind = kind, .partners = Partners::AnywhereOnTheItem}));
  return std::move(made.modules);
}

}  // namespace

Result<BitMatrix> make_gs1_datamatrix(std::string_view bracketed_square) {
  return make(bracketed_square, SymbolKind::Gs1DataMatrix);
}

Result<BitMatrix> make_gs1_128(std::string_view bracketed_square) {
  return make(bracketed_square, SymbolKind::Gs1128);
}

}  // namespace packtrail::symbology
