#include "symbology/label/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

namespace packtrail::symbology {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// Rows of whole bytes, the leftmost dot in the highest bit, 1 is black.
struct Bits {
  int row_bytes = 0;
  int rows = 0;
  Bytes bytes;
  [[nodiscard]] ByteView row(int y) const {
    return ByteView(bytes).subspan(
        static_cast<std::size_t>(y) * static_cast<std::size_t>(row_bytes),
        static_cast<std::size_t>(row_bytes));
  }
};

Bits bits_of(const GreyImage& image) {
  Bits out{(image.width + 7) / 8, image.height, {}};
  out.bytes.assign(static_cast<std::size_t>(out.row_bytes) * static_cast<std::size_t>(out.rows), 0);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (image.at(x, y) >= 128) continue;
      auto& byte = out.bytes[static_cast<std::size_t>(y) * static_cast<std::size_t>(out.row_bytes) +
                             static_cast<std::size_t>(x / 8)];
      byte = static_cast<std::uint8_t>(byte | (0x80U >> (x % 8)));
    }
  }
  return out;
}

// The part of a picture that holds ink; nothing when there is none.
struct Cut {
  GreyImage image;
  int x = 0;
  int y = 0;
};
std::optional<Cut> cut_to_ink(const GreyImage& image) {
  int left = image.width, right = -1, top = image.height, bottom = -1;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (image.at(x, y) >= 128) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  }
  if (right < 0) return std::nullopt;
  Cut cut{GreyImage(right - left + 1, bottom - top + 1), left, top};
  for (int y = 0; y < cut.image.height; ++y) {
    std::copy_n(image.row(top + y) + left, cut.image.width, cut.image.row(y));
  }
  return cut;
}

// ---- GS1-128 in explicit subsets, which is how ^BC and 128M take it.

enum class Subset : std::uint8_t { B, C };
struct Code128 {
  struct Step {
    enum class What : std::uint8_t { Start, Switch, Fnc1, Pair, Single } what;
    Subset subset = Subset::C;   // Start, Switch.
    std::string_view text = {};  // Pair, Single.
  };
  std::vector<Step> steps;
  // Modules: every symbol character 11, check character 11, stop 13.
  [[nodiscard]] int width() const { return static_cast<int>(steps.size()) * 11 + 24; }
};

std::size_t digits_from(std::string_view data, std::size_t at) {
  std::size_t count = 0;
  while (at + count < data.size() && is_digit(data[at + count])) ++count;
  return count;
}

// ISO/IEC 15417 annex E, without subset A, which GS1 data does not need.
Code128 code128_of(std::string_view data) {
  using What = Code128::Step::What;
  Code128 out;
  Subset now = digits_from(data, 0) >= 4 || data.size() == 2 ? Subset::C : Subset::B;
  out.steps.push_back({What::Start, now});
  out.steps.push_back({What::Fnc1});
  for (std::size_t at = 0; at < data.size();) {
    const std::size_t run = digits_from(data, at);
    if (data[at] == gs1::kGroupSeparator) {
      out.steps.push_back({What::Fnc1});
      ++at;
    } else if (now == Subset::C) {
      if (run >= 2) {
        out.steps.push_back({What::Pair, now, data.substr(at, 2)});
        at += 2;
      } else {
        now = Subset::B;
        out.steps.push_back({What::Switch, now});
      }
    } else if (run >= 4 && run % 2 == 0) {
      now = Subset::C;
      out.steps.push_back({What::Switch, now});
    } else {
      out.steps.push_back({What::Single, now, data.substr(at, 1)});
      ++at;
    }
  }
  return out;
}

// ---- ZPL

std::string zpl_field(std::string_view text) {  // After ^FH_.
  std::string out;
  for (const char c : text) {
    if (c == '^' || c == '~' || c == '_') {
      out += fmt::format("_{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out;
}

// Run lengths of ZPL's compression: G..Y are 1..19, g..z are 20..400 in twenties.
void append_run(std::string& out, std::size_t count, char digit) {
  while (count >= 400) {
    out += 'z';
    count -= 400;
    if (count == 0) {
      out += digit;
      return;
    }
  }
  if (count >= 20) out += static_cast<char>('g' + count / 20 - 1);
  if (count % 20 > 0 && !(count == 1)) out += static_cast<char>('G' + count % 20 - 1);
  out += digit;
}

std::string zpl_row(ByteView row) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  for (const std::uint8_t byte : row) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string compressed(const std::string& hex) {
  std::string out;
  for (std::size_t at = 0; at < hex.size();) {
    std::size_t end = at;
    while (end < hex.size() && hex[end] == hex[at]) ++end;
    if (end == hex.size() && hex[at] == '0') return out + ',';
    if (end == hex.size() && hex[at] == 'F') return out + '!';
    append_run(out, end - at, hex[at]);
    at = end;
  }
  return out;
}

std::string zpl_graphic(const GreyImage& image, int x, int y, Graphic graphic) {
  const Bits bits = bits_of(image);
  const int band =
      std::max(1, static_cast<int>(kGraphicBytesMax / static_cast<std::size_t>(bits.row_bytes)));
  std::string out;
  for (int top = 0; top < bits.rows; top += band) {
    const int rows = std::min(band, bits.rows - top);
    const int total = rows * bits.row_bytes;
    out += fmt::format("^FO{},{}^GFA,{},{},{},", x, y + top, total, total, bits.row_bytes);
    std::string last;
    for (int i = 0; i < rows; ++i) {
      std::string row = zpl_row(bits.row(top + i));
      if (graphic == Graphic::Hex) {
        out += row;
      } else if (row == last) {
        out += ':';
      } else {
        out += compressed(row);
        last = std::move(row);
      }
    }
    out += "^FS\n";
  }
  return out;
}

std::string zpl_matrix_data(std::string_view data) {  // The escape of ^BX is _, _1 is FNC1.
  std::string out;
  for (const char c : data) {
    if (c == gs1::kGroupSeparator) {
      out += "_1";
    } else if (c == '_') {
      out += "__";
    } else {
      out += c;
    }
  }
  return out;
}

// "" where the language cannot.
std::string zpl_symbol(const PageSymbol& placed) {
  const PrintPlan& plan = placed.plan;
  const std::string& data = placed.symbol.data;
  const int x = placed.x_dots + plan.x_origin_dots(), y = placed.y_dots + plan.y_origin_dots();
  const int dots = plan.module.dots;
  const bool clean = data.find_first_of("^~") == std::string::npos;
  switch (placed.symbol.kind) {
    case SymbolKind::Gs1DataMatrix:
    case SymbolKind::LinkDataMatrix: {
      if (!clean) return "";
      const bool gs1 = placed.symbol.kind == SymbolKind::Gs1DataMatrix;
      const BitMatrix& modules = placed.symbol.modules;
      return fmt::format("^FO{},{}^BXN,{},200,{},{},,_^FD{}{}^FS\n", x, y, dots, modules.width(),
                         modules.height(), gs1 ? "_1" : "", zpl_matrix_data(data));
    }
    case SymbolKind::LinkQr:
      if (!clean || dots > 10 || placed.symbol.size == SizeChoice::AsAsked) return "";
      return fmt::format("^FO{},{}^BQN,2,{}^FDLA,{}^FS\n", x, y, dots, data);
    case SymbolKind::Gs1128: {
      const Code128 code = code128_of(data);
      if (code.width() != placed.symbol.modules.width() || !clean) return "";
      std::string field;
      for (const auto& step : code.steps) {
        using What = Code128::Step::What;
        if (step.what == What::Start) field += step.subset == Subset::C ? ">;" : ">:";
        if (step.what == What::Switch) field += step.subset == Subset::C ? ">5" : ">6";
        if (step.what == What::Fnc1) field += ">8";
        if (step.text == ">") {
          field += ">0";
        } else {
          field += step.text;
        }
      }
      return fmt::format("^BY{}\n^FO{},{}^BCN,{},N,N,N^FD{}^FS\n", dots, x, y, plan.bar_height_dots,
                         field);
    }
    case SymbolKind::Itf14:
      return fmt::format(
          "^FO{},{}^GB{},{},{}^FS\n^FO{},{}^GB{},{},{}^FS\n^BY{},3.0\n"
          "^FO{},{}^B2N,{},N,N,N^FD{}^FS\n",
          placed.x_dots, placed.y_dots, plan.width_dots, plan.bearer_dots, plan.bearer_dots,
          placed.x_dots, placed.y_dots + plan.height_dots - plan.bearer_dots, plan.width_dots,
          plan.bearer_dots, plan.bearer_dots, dots, x, y, plan.bar_height_dots, data);
    default:
      return "";
  }
}

// ---- EPL and TSPL

void append(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

// Both send pixels with 0 for black.
void append_inverted(Bytes& out, const Bits& bits) {
  for (const std::uint8_t byte : bits.bytes) out.push_back(static_cast<std::uint8_t>(~byte));
}

void append_epl_graphic(Bytes& out, const GreyImage& image, int x, int y) {
  const Bits bits = bits_of(image);
  append(out, fmt::format("GW{},{},{},{},", x, y, bits.row_bytes, bits.rows));
  append_inverted(out, bits);
  append(out, "\n");
}

std::string epl_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// Matrix symbols are sent as pixels: b draws QR on Japanese models only, and DataMatrix on some,
// with a quiet zone of its own around it and without FNC1.
std::string epl_symbol(const PageSymbol& placed) {
  const PrintPlan& plan = placed.plan;
  const std::string& data = placed.symbol.data;
  const int x = placed.x_dots + plan.x_origin_dots(), y = placed.y_dots + plan.y_origin_dots();
  const int dots = plan.module.dots;
  switch (placed.symbol.kind) {
    case SymbolKind::Itf14:
      if (dots > 10) return "";
      return fmt::format("LO{},{},{},{}\nLO{},{},{},{}\nB{},{},0,2,{},{},{},N,{}\n", placed.x_dots,
                         placed.y_dots, plan.width_dots, plan.bearer_dots, placed.x_dots,
                         placed.y_dots + plan.height_dots - plan.bearer_dots, plan.width_dots,
                         plan.bearer_dots, x, y, dots, 3 * dots, plan.bar_height_dots,
                         epl_quoted(data));
    default:
      return "";
  }
}

void append_tspl_graphic(Bytes& out, const GreyImage& image, int x, int y) {
  const Bits bits = bits_of(image);
  append(out, fmt::format("BITMAP {},{},{},{},0,", x, y, bits.row_bytes, bits.rows));
  append_inverted(out, bits);
  append(out, "\r\n");
}

std::string tspl_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') {
      out += "\\[\"]";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string tspl_symbol(const PageSymbol& placed) {
  const PrintPlan& plan = placed.plan;
  const std::string& data = placed.symbol.data;
  const int x = placed.x_dots + plan.x_origin_dots(), y = placed.y_dots + plan.y_origin_dots();
  const int dots = plan.module.dots;
  if (data.find_first_of("\\~") != std::string::npos) return "";
  switch (placed.symbol.kind) {
    case SymbolKind::Gs1DataMatrix:
    case SymbolKind::LinkDataMatrix: {
      const int side = placed.symbol.modules.width() * dots;
      std::string content = placed.symbol.kind == SymbolKind::Gs1DataMatrix ? "~1" : "";
      for (const char c : data) {
        if (c == gs1::kGroupSeparator) {
          content += "~1";
        } else {
          content += c;
        }
      }
      return fmt::format("DMATRIX {},{},{},{},c126,x{},r0,a0,{},{},{}\r\n", x, y, side, side, dots,
                         placed.symbol.modules.height(), placed.symbol.modules.width(),
                         tspl_quoted(content));
    }
    case SymbolKind::LinkQr:
      if (dots > 10 || placed.symbol.size == SizeChoice::AsAsked) return "";
      return fmt::format("QRCODE {},{},L,{},A,0,M2,{}\r\n", x, y, dots, tspl_quoted(data));
    case SymbolKind::Gs1128: {
      const Code128 code = code128_of(data);
      // '!' introduces the control codes of 128M.
      if (code.width() != placed.symbol.modules.width() || data.find('!') != std::string::npos) {
        return "";
      }
      std::string field;
      for (const auto& step : code.steps) {
        using What = Code128::Step::What;
        if (step.what == What::Start) field += step.subset == Subset::C ? "!105" : "!104";
        if (step.what == What::Switch) field += step.subset == Subset::C ? "!099" : "!100";
        if (step.what == What::Fnc1) field += "!102";
        field += step.text;
      }
      return fmt::format("BARCODE {},{},\"128M\",{},0,0,{},{},{}\r\n", x, y, plan.bar_height_dots,
                         dots, dots, tspl_quoted(field));
    }
    case SymbolKind::Itf14:
      return fmt::format(
          "BAR {},{},{},{}\r\nBAR {},{},{},{}\r\n"
          "BARCODE {},{},\"25\",{},0,0,{},{},{}\r\n",
          placed.x_dots, placed.y_dots, plan.width_dots, plan.bearer_dots, placed.x_dots,
          placed.y_dots + plan.height_dots - plan.bearer_dots, plan.width_dots, plan.bearer_dots, x,
          y, plan.bar_height_dots, dots, 3 * dots, tspl_quoted(data));
    default:
      return "";
  }
}

// Where a text's first line begins and how tall its letters are, in dots.
struct NativeText {
  int x, y, size, width, line_height;
  char justify;  // L, C, R: as ^FB has it.
};
NativeText native_text(const Page& page, const PageText& text, const TextShape& shape) {
  const int lines = std::max(1, shape.lines);
  const double line_mm = shape.height_mm / lines;
  const double size_mm = shape.size_pt * 25.4 / 72;
  return {page.dots(text.x_mm),
          page.dots(text.y_mm + (line_mm - size_mm) / 2),
          page.dots(size_mm),
          page.dots(text.width_mm),
          page.dots(line_mm),
          text.align == Align::Centre ? 'C' : text.align == Align::End ? 'R' : 'L'};
}

struct Split {
  std::vector<TextShape> shapes;
  std::vector<bool> native_text;  // In the order of page.texts.
  Page pixels;                    // What the language does not draw itself.
};

bool never_native(const PageText&) { return false; }
// A backslash begins an escape within ^FB and within TEXT.
bool zpl_native(const PageText& text) {
  return is_ascii(text.text) && text.text.find('\\') == std::string::npos;
}
// TEXT has no width to centre in.
bool tspl_native(const PageText& text) { return zpl_native(text) && text.align == Align::Start; }

Result<Split> split(const Page& page, bool (*draws)(const PageText&)) {
  Split out;
  out.shapes = PACKTRAIL_TRY(check_page(page));
  out.pixels = page;
  out.pixels.texts.clear();
  out.pixels.symbols.clear();
  out.pixels.rules.clear();
  for (const PageText& text : page.texts) {
    const bool native = draws(text);
    out.native_text.push_back(native);
    if (!native) out.pixels.texts.push_back(text);
  }
  return out;
}

// Each text as a picture of its own, so that little more than its letters is sent.
template <class Send>
Status send_texts(const Page& pixels, const Send& send) {
  for (const PageText& text : pixels.texts) {
    Page one = pixels;
    one.texts = {text};
    if (const auto cut = cut_to_ink(PACKTRAIL_TRY(to_image(one)))) send(cut->image, cut->x, cut->y);
  }
  return {};
}

}  // namespace

Result<std::string> to_zpl(const Page& page, PrintForm form, Graphic graphic) {
  std::string out =
      fmt::format("^XA\n^CI28\n^PW{}\n^LL{}\n", page.width_dots(), page.height_dots());
  if (form == PrintForm::Raster) {
    out += zpl_graphic(PACKTRAIL_TRY(to_image(page)), 0, 0, graphic);
    return out + "^XZ\n";
  }
  const Split parts = PACKTRAIL_TRY(split(page, zpl_native));
  for (const PageRule& rule : page.rules) {
    const int w = std::max(1, page.dots(rule.width_mm)), h = std::max(1, page.dots(rule.height_mm));
    out += fmt::format("^FO{},{}^GB{},{},{}^FS\n", page.dots(rule.x_mm), page.dots(rule.y_mm), w, h,
                       std::min(w, h));
  }
  for (const PageSymbol& symbol : page.symbols) {
    std::string native = zpl_symbol(symbol);
    if (native.empty()) {
      native = zpl_graphic(PACKTRAIL_TRY(render(symbol.symbol, symbol.plan)), symbol.x_dots,
                           symbol.y_dots, graphic);
    }
    out += native;
  }
  for (std::size_t i = 0; i < page.texts.size(); ++i) {
    if (!parts.native_text[i]) continue;
    const NativeText at = native_text(page, page.texts[i], parts.shapes[i]);
    for (std::size_t line = 0; line < parts.shapes[i].line_texts.size(); ++line) {
      out += fmt::format("^FO{},{}^A0N,{},{}^FB{},1,0,{}^FH_^FD{}^FS\n", at.x,
                         at.y + static_cast<int>(line) * at.line_height, at.size, at.size, at.width,
                         at.justify, zpl_field(parts.shapes[i].line_texts[line]));
    }
  }
  PACKTRAIL_TRY(send_texts(parts.pixels, [&](const GreyImage& image, int x, int y) {
    out += zpl_graphic(image, x, y, graphic);
  }));
  return out + "^XZ\n";
}

Result<Bytes> to_epl(const Page& page, PrintForm form) {
  Bytes out;
  append(out,
         fmt::format("\nN\nq{}\nQ{},{}\n", page.width_dots(), page.height_dots(), page.dots(2)));
  if (form == PrintForm::Raster) {
    append_epl_graphic(out, PACKTRAIL_TRY(to_image(page)), 0, 0);
    append(out, "P1\n");
    return out;
  }
  const Split parts = PACKTRAIL_TRY(split(page, never_native));
  for (const PageRule& rule : page.rules) {
    append(out, fmt::format("LO{},{},{},{}\n", page.dots(rule.x_mm), page.dots(rule.y_mm),
                            std::max(1, page.dots(rule.width_mm)),
                            std::max(1, page.dots(rule.height_mm))));
  }
  for (const PageSymbol& symbol : page.symbols) {
    const std::string native = epl_symbol(symbol);
    if (native.empty()) {
      append_epl_graphic(out, PACKTRAIL_TRY(render(symbol.symbol, symbol.plan)), symbol.x_dots,
                         symbol.y_dots);
    } else {
      append(out, native);
    }
  }
  PACKTRAIL_TRY(send_texts(parts.pixels, [&](const GreyImage& image, int x, int y) {
    append_epl_graphic(out, image, x, y);
  }));
  append(out, "P1\n");
  return out;
}

Result<Bytes> to_tspl(const Page& page, PrintForm form, double gap_mm) {
  if (!(gap_mm >= 0 && gap_mm <= 25.4)) {
    return Error{.code = Errc::InvalidArgument,
                 .message = fmt::format("a gap of {:g} mm is out of range", gap_mm),
                 .field = "gap",
                 .rule = "0 to 25.4 mm"};
  }
  Bytes out;
  append(out,
         fmt::format("SIZE {:.2f} mm,{:.2f} mm\r\nGAP {:.1f} mm,0 mm\r\nDIRECTION 1\r\nCLS\r\n",
                     page.width_mm, page.height_mm, gap_mm));
  if (form == PrintForm::Raster) {
    append_tspl_graphic(out, PACKTRAIL_TRY(to_image(page)), 0, 0);
    append(out, "PRINT 1,1\r\n");
    return out;
  }
  const Split parts = PACKTRAIL_TRY(split(page, tspl_native));
  for (const PageRule& rule : page.rules) {
    append(out, fmt::format("BAR {},{},{},{}\r\n", page.dots(rule.x_mm), page.dots(rule.y_mm),
                            std::max(1, page.dots(rule.width_mm)),
                            std::max(1, page.dots(rule.height_mm))));
  }
  for (const PageSymbol& symbol : page.symbols) {
    const std::string native = tspl_symbol(symbol);
    if (native.empty()) {
      append_tspl_graphic(out, PACKTRAIL_TRY(render(symbol.symbol, symbol.plan)), symbol.x_dots,
                          symbol.y_dots);
    } else {
      append(out, native);
    }
  }
  for (std::size_t i = 0; i < page.texts.size(); ++i) {
    if (!parts.native_text[i]) continue;
    const NativeText at = native_text(page, page.texts[i], parts.shapes[i]);
    const int points = static_cast<int>(std::floor(parts.shapes[i].size_pt));
    for (std::size_t line = 0; line < parts.shapes[i].line_texts.size(); ++line) {
      append(out, fmt::format("TEXT {},{},\"0\",0,{},{},{}\r\n", at.x,
                              at.y + static_cast<int>(line) * at.line_height, points, points,
                              tspl_quoted(parts.shapes[i].line_texts[line])));
    }
  }
  PACKTRAIL_TRY(send_texts(parts.pixels, [&](const GreyImage& image, int x, int y) {
    append_tspl_graphic(out, image, x, y);
  }));
  append(out, "PRINT 1,1\r\n");
  return out;
}

}  // namespace packtrail::symbology
