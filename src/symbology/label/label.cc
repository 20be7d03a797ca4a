#include "symbology/label/label.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "base/escape.h"
#include "symbology/bit_matrix.h"
#include "symbology/make/datamatrix.h"

namespace packtrail::symbology {
namespace {

enum class Presence : std::uint8_t { Required, Optional };

void append(std::string& out, std::string_view text) { out.append(text); }
void append(std::string& out, std::integral auto number) { out.append(std::to_string(number)); }

// The parts one after the other.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (append(out, parts), ...);
  return out;
}

Error bad(std::string_view field, std::string message, std::size_t offset, std::size_t length) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::string(field),
               .offset = offset,
               .length = length};
}

// Bytes of the UTF-8 sequence that starts at `at`, 0 when it is none (RFC 3629: no overlong forms,
// no surrogates, at most U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned second_min = 0x80, second_max = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) second_min = 0xA0;
    if (first == 0xED) second_max = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) second_min = 0x90;
    if (first == 0xF4) second_max = 0x8F;
  } else {
    return 0;
  }
  if (byte(1) < second_min || byte(1) > second_max) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  return length;
}

Status check_text(std::string_view field, std::string_view text, Presence presence) {
  if (text.empty() && presence == Presence::Required) return bad(field, "is empty", 0, 0);
  if (text.size() > kLabelTextMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = cat(text.size(), " bytes are too long for a label"),
                 .field = std::string(field),
                 .rule = cat("kLabelTextMax ", kLabelTextMax)};
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) return bad(field, "is not UTF-8", at, 1);
    const auto first = static_cast<unsigned char>(text[at]);
    // C0, DEL, C1, and the two code points that XML 1.0 forbids (U+FFFE, U+FFFF).
    const bool control =
        first < 0x20 || first == 0x7F ||
        (first == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0) ||
        (text.substr(at, 3) == "\xEF\xBF\xBE" || text.substr(at, 3) == "\xEF\xBF\xBF");
    if (control) return bad(field, "holds a control character", at, length);
    at += length;
  }
  return {};
}

Status check_digits(std::string_view field, std::string_view text, std::size_t min,
                    std::size_t max) {
  if (text.size() < min || text.size() > max) {
    return bad(field,
               cat("has ", text.size(), " digits, ", min, min == max ? "" : " to ",
                   min == max ? "" : std::to_string(max), " are needed"),
               0, text.size());
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return bad(field, "holds more than digits", i, 1);
  }
  return {};
}

// A value that goes into the symbol. A bracket in it would begin another element.
Status check_element(std::string_view field, std::string_view text) {
  PACKTRAIL_TRY(check_text(field, text, Presence::Required));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c < '!' || c > 'z' || std::string_view("#$@[\\]^`").find(c) != std::string_view::npos) {
      return bad(field, "holds a character outside of GS1's set 82", i, 1);
    }
  }
  if (text.size() > 20) return bad(field, "is longer than 20 characters", 20, text.size() - 20);
  return {};
}

Status check(const PackLabel& label) {
  PACKTRAIL_TRY(check_text("product_name", label.product_name, Presence::Required));
  PACKTRAIL_TRY(check_text("strength", label.strength, Presence::Optional));
  PACKTRAIL_TRY(check_text("form", label.form, Presence::Optional));
  PACKTRAIL_TRY(check_digits("gtin", label.gtin, 14, 14));
  PACKTRAIL_TRY(check_element("serial", label.serial));
  PACKTRAIL_TRY(check_text("expiry_text", label.expiry_text, Presence::Required));
  PACKTRAIL_TRY(check_digits("expiry_yymmdd", label.expiry_yymmdd, 6, 6));
  PACKTRAIL_TRY(check_element("lot", label.lot));
  return {};
}

Status check(const CaseLabel& label) {
  PACKTRAIL_TRY(check_text("product_name", label.product_name, Presence::Required));
  PACKTRAIL_TRY(check_digits("quantity", label.quantity, 1, 8));
  PACKTRAIL_TRY(check_text("lot", label.lot, Presence::Required));
  PACKTRAIL_TRY(check_text("expiry_text", label.expiry_text, Presence::Required));
  PACKTRAIL_TRY(check_digits("content_gtin", label.content_gtin, 14, 14));
  PACKTRAIL_TRY(check_digits("sscc", label.sscc, 18, 18));
  return {};
}

// Field data after ^FH: `_` introduces two hexadecimal digits, so ^, ~ and _ itself go that way.
std::string zpl(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '^':
        out += "_5E";
        break;
      case '~':
        out += "_7E";
        break;
      case '_':
        out += "_5F";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Data of ^BX, which reads `_` as its own escape: a literal one is written twice. ^FH would read
// it first, so the symbol's field has none; its characters exclude ^ and ~ (character set 82).
std::string zpl_matrix(std::string_view value) {
  std::string out;
  for (const char c : value) {
    out += c;
    if (c == '_') out += '_';
  }
  return out;
}

std::string millimetres(long micrometres) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%ld.%03ld", micrometres / 1000, micrometres % 1000);
  return text.data();
}

std::string open_svg(long width_um, long height_um) {
  const std::string w = millimetres(width_um), h = millimetres(height_um);
  return cat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", w, "mm\" height=\"", h,
             "mm\" viewBox=\"0 0 ", w, " ", h, "\">\n<rect width=\"", w, "\" height=\"", h,
             "\" fill=\"#fff\"/>\n");
}

// One path of runs of dark modules, in module units; every run is its own closed rectangle.
std::string symbol_svg(const BitMatrix& symbol, long x_um, long y_um, long module_um,
                       long height_um) {
  std::string out = cat(
      "<path class=\"symbol\" shape-rendering=\"crispEdges\" fill=\"#000\" transform=\"translate(",
      millimetres(x_um), " ", millimetres(y_um), ") scale(", millimetres(module_um), " ",
      millimetres(symbol.is_linear() ? height_um : module_um), ")\" d=\"");
  for (int y = 0; y < symbol.height(); ++y) {
    for (int x = 0; x < symbol.width();) {
      int end = x;
      while (end < symbol.width() && symbol.get(end, y)) ++end;
      if (end > x) out += cat("M", x, " ", y, "h", end - x, "v1h-", end - x, "z");
      x = end + 1;
    }
  }
  return out + "\"/>\n";
}

std::string text_svg(long x_um, long y_um, long size_um, std::string_view weight,
                     std::string_view text) {
  return cat("<text x=\"", millimetres(x_um), "\" y=\"", millimetres(y_um), "\" font-size=\"",
             millimetres(size_um), "\" font-weight=\"", weight,
             "\" font-family=\"Arial, Helvetica, sans-serif\" xml:space=\"preserve\">",
             escape_markup(text), "</text>\n");
}

// The text size at which `text` fits `width`, at most `size`; both in the same unit. A wide letter
// takes about 0.62 of its size, and cutting a name or a strength off would be dangerous.
long fitted(std::string_view text, long size, long width) {
  const auto characters = static_cast<long>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
  return characters == 0 ? size : std::max(1L, std::min(size, width * 100 / (characters * 62)));
}

std::string joined(std::string_view a, std::string_view b) {
  std::string out(a);
  if (!a.empty() && !b.empty()) out += ' ';
  out.append(b);
  return out;
}

std::string sscc_text(const CaseLabel& label) { return cat("[00]", label.sscc); }

int dots_of(long micrometres, int dpi) {
  return static_cast<int>((micrometres * dpi + 12'700) / 25'400);
}

std::string field_at(int x, int y) { return cat("^FO", x, ",", y); }

std::string text_zpl(int x, int y, int height, std::string_view text) {
  return cat(field_at(x, y), "^A0N,", height, ",", height, "^FH_^FD", zpl(text), "^FS\n");
}

// What people read beside the symbol: label on the carton and its value.
using Line = std::pair<std::string_view, std::string_view>;
std::array<Line, 4> readable_lines(const PackLabel& label) {
  return {Line{"PC ", label.gtin}, Line{"SN ", label.serial}, Line{"EXP ", label.expiry_text},
          Line{"LOT ", label.lot}};
}

}  // namespace

std::string element_text(const PackLabel& label) {
  return cat("[01]", label.gtin, "[21]", label.serial, "[17]", label.expiry_yymmdd, "[10]",
             label.lot);
}

Result<std::string> to_svg(const PackLabel& label, const PrintSpec& spec) {
  PACKTRAIL_TRY(check(label));
  const Module module = PACKTRAIL_TRY(module_of(spec));
  const BitMatrix symbol = PACKTRAIL_TRY(make_gs1_datamatrix(element_text(label)));
  constexpr long kMargin = 2'000, kTextSize = 2'500, kLineHeight = 3'200;
  const long quiet = static_cast<long>(spec.quiet_zone_modules) * module.x_dimension_um;
  const long side = symbol.width() * static_cast<long>(module.x_dimension_um) + 2 * quiet;
  const long text_x = kMargin + side + kMargin;
  const long head = 2 * kLineHeight + kMargin;
  const long body = std::max(side, 4 * kLineHeight);
  const long width = text_x + 45'000, inside = width - 2 * kMargin;
  std::string out = open_svg(width, head + body + kMargin);
  const std::string second = joined(label.strength, label.form);
  out += text_svg(kMargin, kMargin + kTextSize, fitted(label.product_name, 3'000, inside), "bold",
                  label.product_name);
  if (!second.empty()) {
    out += text_svg(kMargin, kMargin + kTextSize + kLineHeight, fitted(second, kTextSize, inside),
                    "normal", second);
  }
  out += symbol_svg(symbol, kMargin + quiet, head + quiet, module.x_dimension_um, 0);
  long y = head + kTextSize;
  for (const auto& [name, value] : readable_lines(label)) {
    out += text_svg(text_x, y, kTextSize, "normal", cat(name, value));
    y += kLineHeight;
  }
  return out + "</svg>\n";
}

Result<std::string> to_svg(const CaseLabel& label, const PrintSpec& spec) {
  PACKTRAIL_TRY(check(label));
  const Module module = PACKTRAIL_TRY(module_of(spec));
  const BitMatrix symbol = PACKTRAIL_TRY(make_gs1_128(sscc_text(label)));
  constexpr long kMargin = 4'000, kTextSize = 4'500, kLineHeight = 6'000;
  const long quiet = static_cast<long>(spec.quiet_zone_modules) * module.x_dimension_um;
  const long bars = symbol.width() * static_cast<long>(module.x_dimension_um);
  const long bars_y = kMargin + 6 * kLineHeight;
  std::string out = open_svg(std::max(bars + 2 * (quiet + kMargin), 105'000L),
                             bars_y + spec.bar_height_um + kLineHeight + kMargin);
  const std::array<std::pair<std::string_view, std::string_view>, 5> lines = {
      {{"", label.product_name},
       {"CONTENT (02): ", label.content_gtin},
       {"COUNT (37): ", label.quantity},
       {"BATCH/LOT (10): ", label.lot},
       {"EXPIRY: ", label.expiry_text}}};
  long y = kMargin + kTextSize;
  for (const auto& [name, value] : lines) {
    out += text_svg(kMargin, y, kTextSize, name.empty() ? "bold" : "normal", cat(name, value));
    y += kLineHeight;
  }
  out += symbol_svg(symbol, kMargin + quiet, bars_y, module.x_dimension_um, spec.bar_height_um);
  out += text_svg(kMargin + quiet, bars_y + spec.bar_height_um + kTextSize + 500, kTextSize,
                  "normal", cat("(00) ", label.sscc));
  return out + "</svg>\n";
}

Result<std::string> to_zpl(const PackLabel& label, const PrintSpec& spec) {
  PACKTRAIL_TRY(check(label));
  const Module module = PACKTRAIL_TRY(module_of(spec));
  const BitMatrix symbol = PACKTRAIL_TRY(make_gs1_datamatrix(element_text(label)));
  const int line = dots_of(3'200, spec.dpi), size = dots_of(2'500, spec.dpi);
  const int margin = dots_of(2'000, spec.dpi);
  const int quiet = spec.quiet_zone_modules * module.dots;
  const int top = margin + 2 * line;
  std::string out = "^XA\n^CI28\n";
  const int text_x = margin + symbol.width() * module.dots + 2 * quiet + margin;
  const long inside = text_x + dots_of(45'000, spec.dpi) - 2L * margin;
  const std::string second = joined(label.strength, label.form);
  out += text_zpl(margin, margin, static_cast<int>(fitted(label.product_name, size, inside)),
                  label.product_name);
  if (!second.empty()) {
    out += text_zpl(margin, margin + line, static_cast<int>(fitted(second, size, inside)), second);
  }
  // Module height, quality 200 (ECC 200), columns and rows, so that the printer makes the symbol
  // that was planned, escape character _, in which _1 is FNC1.
  out += cat(field_at(margin + quiet, top + quiet), "^BXN,", module.dots, ",200,", symbol.width(),
             ",", symbol.height(), ",,_^FD_101", label.gtin, "21", zpl_matrix(label.serial), "_117",
             label.expiry_yymmdd, "10", zpl_matrix(label.lot), "^FS\n");
  int y = top;
  for (const auto& [name, value] : readable_lines(label)) {
    out += text_zpl(text_x, y, size, cat(name, value));
    y += line;
  }
  return out + "^XZ\n";
}

Result<std::string> to_zpl(const CaseLabel& label, const PrintSpec& spec) {
  PACKTRAIL_TRY(check(label));
  const Module module = PACKTRAIL_TRY(module_of(spec));
  PACKTRAIL_TRY(make_gs1_128(sscc_text(label)));  // Refuses a wrong check digit.
  const int line = dots_of(6'000, spec.dpi), size = dots_of(4'500, spec.dpi);
  const int margin = dots_of(4'000, spec.dpi);
  std::string out = "^XA\n^CI28\n";
  int y = margin;
  const std::array<std::string, 5> lines = {
      label.product_name, cat("CONTENT (02): ", label.content_gtin),
      cat("COUNT (37): ", label.quantity), cat("BATCH/LOT (10): ", label.lot),
      cat("EXPIRY: ", label.expiry_text)};
  for (const std::string& text : lines) {
    out += text_zpl(margin, y, size, text);
    y += line;
  }
  y += line;
  const int height = dots_of(spec.bar_height_um, spec.dpi);
  const int x = margin + spec.quiet_zone_modules * module.dots;
  // Start in subset C (>;), then FNC1 (>8); ^BY sets the module width in dots.
  out += cat("^BY", module.dots, "\n", field_at(x, y), "^BCN,", height, ",N,N,N^FD>;>800",
             label.sscc, "^FS\n");
  out += text_zpl(x, y + height + size / 4, size, cat("(00) ", label.sscc));
  return out + "^XZ\n";
}

}  // namespace packtrail::symbology
