#include "symbology/make/datamatrix.h"

#include <zint.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace packtrail::symbology {
namespace {

constexpr int kGs1128CharactersMax = 48;  // GS1 General Specifications 5.4.1.

struct DeleteZint {
  void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
};

// The encoder's state is 29 KB and costs more to allocate than an SSCC to encode.
zint_symbol* encoder() {
  thread_local const std::unique_ptr<zint_symbol, DeleteZint> symbol{ZBarcode_Create()};
  return symbol.get();
}

Error bad(std::string message, std::size_t offset, std::size_t length, std::string rule = {}) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "element data",
               .offset = offset,
               .length = length,
               .rule = std::move(rule),
               .remedy = "pass element data as [01]...[21]..., formed and checked by gs1/"};
}

// Identifiers that the encoder's table of 2022 does not know, and whose data it can hold.
constexpr std::array<std::string_view, 5> kNewerAis = {"03", "716", "717", "7041", "8030"};

struct Shape {
  bool has_newer_ai = false;
  int data_characters = 0;  // AIs and values.
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// GS1 mod-10: weights 3, 1 from the right, the check digit last.
bool check_digit_fits(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int weight = (digits.size() - i) % 2 == 0 ? 3 : 1;
    sum += weight * (digits[i] - '0');
  }
  return sum % 10 == 0;
}

// Identifiers whose whole value is digits with a check digit; the encoder checks these as well,
// except beside an AI that it does not know.
std::size_t checked_length(std::string_view ai) {
  if (ai == "00") return 18;
  if (ai == "01" || ai == "02" || ai == "03") return 14;
  if (ai.size() == 3 && ai.substr(0, 2) == "41" && ai[2] <= '7') return 13;
  return 0;
}

Status check_element(std::string_view ai, std::string_view value, std::size_t offset) {
  if (value.empty()) return bad("AI " + std::string(ai) + " has no value", offset, 0);
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    // Character set 82; the narrower sets of single AIs are the encoder's and gs1's business.
    const bool in_set =
        c >= '!' && c <= 'z' && std::string_view("#$@[\\]^`").find(c) == std::string_view::npos;
    if (!in_set) {
      return bad("AI " + std::string(ai) + " holds a character that no GS1 value may hold",
                 offset + i, 1, "GS1 General Specifications, figure 7.11-1 (character set 82)");
    }
  }
  const std::size_t length = checked_length(ai);
  if (length == 0) return {};
  if (value.size() != length || !std::all_of(value.begin(), value.end(), is_digit)) {
    return bad("AI " + std::string(ai) + " takes " + std::to_string(length) + " digits", offset,
               value.size());
  }
  if (!check_digit_fits(value)) {
    return bad("AI " + std::string(ai) + " has a wrong check digit", offset + length - 1, 1,
               "GS1 General Specifications 7.9.1");
  }
  return {};
}

Result<Shape> check_text(std::string_view text) {
  if (text.size() > kElementTextMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = std::to_string(text.size()) + " bytes of element data exceed a limit",
                 .field = "element data",
                 .rule = "kElementTextMax " + std::to_string(kElementTextMax)};
  }
  if (text.empty() || text[0] != '[') {
    return bad("element data starts with an AI in square brackets", 0, text.empty() ? 0 : 1);
  }
  Shape shape;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t close = text.find(']', at);
    if (close == std::string_view::npos) return bad("an AI is not closed", at, text.size() - at);
    const std::string_view ai = text.substr(at + 1, close - at - 1);
    if (ai.size() < 2 || ai.size() > 4 || !std::all_of(ai.begin(), ai.end(), is_digit)) {
      return bad("an AI has 2 to 4 digits", at, close + 1 - at);
    }
    const std::size_t end = std::min(text.find('[', close), text.size());
    PACKTRAIL_TRY(check_element(ai, text.substr(close + 1, end - close - 1), close + 1));
    shape.has_newer_ai |= std::find(kNewerAis.begin(), kNewerAis.end(), ai) != kNewerAis.end();
    shape.data_characters += static_cast<int>(end - at - 2);
    at = end;
  }
  return shape;
}

Result<BitMatrix> encode(std::string_view text, int symbology) {
  const Shape shape = PACKTRAIL_TRY(check_text(text));
  if (symbology == BARCODE_GS1_128 && shape.data_characters > kGs1128CharactersMax) {
    return bad("GS1-128 holds at most 48 characters, this data has " +
                   std::to_string(shape.data_characters),
               0, text.size(), "GS1 General Specifications 5.4.1");
  }
  zint_symbol* symbol = encoder();
  if (symbol == nullptr) {
    return Error{.code = Errc::ResourceExhausted, .message = "no memory for the symbol encoder"};
  }
  ZBarcode_Clear(symbol);
  symbol->symbology = symbology;
  symbol->input_mode = GS1_MODE | (shape.has_newer_ai ? GS1NOCHECK_MODE : 0);
  symbol->option_1 = -1;
  symbol->option_2 = 0;
  symbol->option_3 = symbology == BARCODE_DATAMATRIX ? DM_SQUARE : 0;
  symbol->output_options = 0;
  symbol->show_hrt = 0;
  symbol->eci = 0;
  symbol->height = 0;
  // Without this a wrong check digit is only a warning, and the symbol is made.
  symbol->warn_level = WARN_FAIL_ALL;
  const int outcome = ZBarcode_Encode(symbol, reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()));
  if (outcome != 0) {
    std::string reason(symbol->errtxt);
    ZBarcode_Clear(symbol);
    return bad("the symbol encoder refuses the data: " + reason, 0, text.size());
  }
  const int height = symbology == BARCODE_DATAMATRIX ? symbol->rows : 1;
  if (symbol->width < 1 || symbol->width > BitMatrix::kSideMax || height < 1 ||
      (symbology != BARCODE_DATAMATRIX && symbol->rows != 1)) {
    return bad("the symbol encoder gave an unexpected shape", 0, text.size());
  }
  BitMatrix out(symbol->width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < symbol->width; ++x) {
      out.set(x, y, ((symbol->encoded_data[y][x >> 3] >> (x & 7)) & 1) != 0);
    }
  }
  ZBarcode_Clear(symbol);
  return out;
}

}  // namespace

Result<BitMatrix> make_gs1_datamatrix(std::string_view bracketed_square) {
  return encode(bracketed_square, BARCODE_DATAMATRIX);
}

Result<BitMatrix> make_gs1_128(std::string_view bracketed_square) {
  return encode(bracketed_square, BARCODE_GS1_128);
}

}  // namespace packtrail::symbology
