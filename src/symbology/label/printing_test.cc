// Pages in printer languages: the pixels are taken back out of the commands and read.
#include <gtest/gtest.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>

#include "gs1/element_string.h"
#include "symbology/label/page.h"
#include "symbology/label/printer.h"
#include "symbology/read/reader.h"

// fontconfig keeps the fonts it found until the program ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }

namespace packtrail::symbology {
namespace {

constexpr const char* kDemo = "[01]09506000134352[21]ABC123DEF456GH[17]271231[10]LOT123";

Page demo_page(SymbolKind kind, std::string_view text = kDemo, int dpi = 300,
               LabelUse use = LabelUse::HealthcarePack) {
  auto made = carries_link(kind)
                  ? make_link_symbol("https://id.gs1.org/01/09506000134352/21/A1", {.kind = kind})
                  : make_symbol(*gs1::ElementString::parse(text), {.kind = kind});
  EXPECT_TRUE(made) << made.error().to_text();
  const auto plan = plan_print(*made, {.dpi = dpi, .use = use});
  EXPECT_TRUE(plan) << plan.error().to_text();
  return page_of(*std::move(made), *plan);
}

void draw_bit(GreyImage& canvas, int x, int y, bool black) {
  if (black && x >= 0 && y >= 0 && x < canvas.width && y < canvas.height) canvas.at(x, y) = 0;
}

// Everything that follows `at` up to a comma, as a number; moves behind the comma.
int number(std::string_view text, std::size_t& at) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  EXPECT_EQ(failed, std::errc());
  at = static_cast<std::size_t>(end - text.data()) + 1;
  return value;
}

int hex_value(char c) { return c <= '9' ? c - '0' : c - 'A' + 10; }

// Draws each ^FO..^GFA of a ZPL format as the ZPL II Programming Guide describes them.
GreyImage zpl_pixels(const std::string& zpl, int width, int height) {
  GreyImage canvas(width, height);
  for (std::size_t at = zpl.find("^GFA,"); at != std::string::npos; at = zpl.find("^GFA,", at)) {
    std::size_t origin = zpl.rfind("^FO", at) + 3;
    const int left = number(zpl, origin), top = number(zpl, origin);
    at += 5;
    const int total = number(zpl, at);
    EXPECT_EQ(number(zpl, at), total);
    EXPECT_LE(static_cast<std::size_t>(total), kGraphicBytesMax);
    const int row_bytes = number(zpl, at);
    const auto row_size = static_cast<std::size_t>(row_bytes) * 2;
    std::string rows, row, last(row_size, '0');
    std::size_t count = 0;
    const auto end_row = [&] {
      rows += row;
      last = row;
      row.clear();
    };
    for (; zpl[at] != '^'; ++at) {
      const char c = zpl[at];
      if (c == ':') {
        EXPECT_TRUE(row.empty());
        row = last;
      } else if (c == ',' || c == '!') {
        row.append(row_size - row.size(), c == ',' ? '0' : 'F');
      } else if (c >= 'g' && c <= 'z') {
        count += static_cast<std::size_t>(c - 'g' + 1) * 20;
      } else if (c >= 'G' && c <= 'Y') {
        count += static_cast<std::size_t>(c - 'G' + 1);
      } else {
        row.append(count == 0 ? 1 : count, c);
        count = 0;
      }
      EXPECT_LE(row.size(), row_size);
      if (row.size() == row_size) end_row();
    }
    EXPECT_EQ(rows.size(), static_cast<std::size_t>(total) * 2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const int y = static_cast<int>(i / row_size), x = static_cast<int>(i % row_size) * 4;
      for (int b = 0; b < 4; ++b) {
        draw_bit(canvas, left + x + b, top + y, ((hex_value(rows[i]) >> (3 - b)) & 1) != 0);
      }
    }
  }
  return canvas;
}

// GW and BITMAP: 0 is black.
GreyImage binary_pixels(const Bytes& bytes, std::string_view command, int width, int height) {
  const std::string_view text = as_text(bytes);
  GreyImage canvas(width, height);
  for (std::size_t at = text.find(command); at != std::string_view::npos;
       at = text.find(command, at)) {
    at += command.size();
    const int left = number(text, at), top = number(text, at);
    const int row_bytes = number(text, at), rows = number(text, at);
    if (command == "BITMAP ") {
      EXPECT_EQ(number(text, at), 0);  // Overwrite.
    }
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < row_bytes * 8; ++x) {
        const auto byte =
            static_cast<unsigned char>(text[at + static_cast<std::size_t>(y * row_bytes + x / 8)]);
        draw_bit(canvas, left + x, top + y, ((byte >> (7 - x % 8)) & 1) == 0);
      }
    }
    at += static_cast<std::size_t>(row_bytes) * static_cast<std::size_t>(rows);
  }
  return canvas;
}

TEST(PrinterPixels, EveryLanguageGivesBackTheSamePixels) {
  for (const SymbolKind kind :
       {SymbolKind::Gs1DataMatrix, SymbolKind::Gs1DataMatrixRect, SymbolKind::Gs1Dmre,
        SymbolKind::Gs1Qr, SymbolKind::LinkQr, SymbolKind::LinkDataMatrix}) {
    const Page page = demo_page(kind);
    const auto image = to_image(page);
    ASSERT_TRUE(image);
    const int w = page.width_dots(), h = page.height_dots();
    EXPECT_EQ(zpl_pixels(*to_zpl(page, PrintForm::Raster, Graphic::Hex), w, h), *image);
    EXPECT_EQ(zpl_pixels(*to_zpl(page, PrintForm::Raster, Graphic::Compressed), w, h), *image);
    EXPECT_EQ(binary_pixels(*to_epl(page, PrintForm::Raster), "GW", w, h), *image);
    EXPECT_EQ(binary_pixels(*to_tspl(page, PrintForm::Raster), "BITMAP ", w, h), *image);
  }
}

TEST(PrinterPixels, AreReadByTheCamera) {
  const Page page = demo_page(SymbolKind::Gs1DataMatrix);
  const auto zpl = to_zpl(page, PrintForm::Raster);
  ASSERT_TRUE(zpl);
  SymbolReader reader;
  const auto read = reader.read(zpl_pixels(*zpl, page.width_dots(), page.height_dots()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->identifier, "]d2");
  EXPECT_EQ(as_text(read->data), page.symbols[0].symbol.data);
}

TEST(PrinterPixels, LargeLabelsGoInBands) {
  Page page = demo_page(SymbolKind::Gs1DataMatrix);
  page.width_mm = 102;
  page.height_mm = 152;
  page.rules.push_back({60, 60, 20, 30});
  const auto zpl = to_zpl(page, PrintForm::Raster);
  ASSERT_TRUE(zpl) << zpl.error().to_text();
  EXPECT_GT(zpl->find("^GFA", zpl->find("^GFA") + 1), 0U);
  EXPECT_NE(zpl->find("^GFA", zpl->find("^GFA") + 1), std::string::npos);
  EXPECT_EQ(zpl_pixels(*zpl, page.width_dots(), page.height_dots()), *to_image(page));
}

TEST(PrinterNative, DrawsWhatTheLanguageCan) {
  const Page matrix = demo_page(SymbolKind::Gs1DataMatrix);
  EXPECT_NE(
      to_zpl(matrix, PrintForm::Native)
          ->find("^BXN,4,200,24,24,,_^FD_1010950600013435221ABC123DEF456GH_11727123110LOT123^FS"),
      std::string::npos);
  EXPECT_NE(
      as_text(*to_tspl(matrix, PrintForm::Native))
          .find("c126,x4,r0,a0,24,24,\"~1010950600013435221ABC123DEF456GH~11727123110LOT123\""),
      std::string_view::npos);
  // EPL's matrix command has no FNC1: pixels.
  const auto epl = to_epl(matrix, PrintForm::Native);
  EXPECT_EQ(binary_pixels(*epl, "GW", matrix.width_dots(), matrix.height_dots()),
            *to_image(matrix));
  // So do links: not every model draws them.
  for (const SymbolKind kind : {SymbolKind::LinkQr, SymbolKind::LinkDataMatrix}) {
    const Page link = demo_page(kind);
    EXPECT_EQ(binary_pixels(*to_epl(link, PrintForm::Native), "GW", link.width_dots(),
                            link.height_dots()),
              *to_image(link));
  }
  const Page sscc =
      demo_page(SymbolKind::Gs1128, "(00)395060001343520001", 300, LabelUse::LogisticUnit);
  EXPECT_NE(to_zpl(sscc, PrintForm::Native)->find("^FD>;>800395060001343520001^FS"),
            std::string::npos);
  EXPECT_NE(as_text(*to_tspl(sscc, PrintForm::Native)).find("\"!105!10200395060001343520001\""),
            std::string_view::npos);
  const Page itf =
      demo_page(SymbolKind::Itf14, "(01)19506000134359", 300, LabelUse::GeneralDistribution);
  EXPECT_NE(to_zpl(itf, PrintForm::Native)->find("^B2N,375,N,N,N^FD19506000134359^FS"),
            std::string::npos);
  EXPECT_NE(as_text(*to_epl(itf, PrintForm::Native)).find(",0,2,6,18,375,N,\"19506000134359\""),
            std::string_view::npos);
}

TEST(PrinterNative, DataCannotBeginACommand) {
  // Underscores, quotes and what TSPL takes as control codes.
  const char* text = "[01]09506000134352[21]_1\"!105>8[10]%a;b_";
  const Page page = demo_page(SymbolKind::Gs1DataMatrix, text);
  EXPECT_NE(to_zpl(page, PrintForm::Native)->find("21__1\"!105>8_110%a;b__^FS"), std::string::npos);
  EXPECT_NE(as_text(*to_tspl(page, PrintForm::Native)).find("21_1\\[\"]!105>8~110%a;b_\""),
            std::string_view::npos);
  const Page bars =
      demo_page(SymbolKind::Gs1128, "[01]09506000134352[21]A>!B", 300, LabelUse::LogisticUnit);
  const auto zpl = to_zpl(bars, PrintForm::Native);
  EXPECT_NE(zpl->find(">0!B^FS"), std::string::npos) << *zpl;
  // "!" would be read as a control code: pixels instead.
  EXPECT_EQ(as_text(*to_tspl(bars, PrintForm::Native)).find("BARCODE"), std::string_view::npos);

  Page label = page;
  label.width_mm = 60;
  label.height_mm = 20;
  label.texts.push_back(
      {.name = "t", .text = "A^XZ~JA_B\"C", .x_mm = 15, .y_mm = 2, .width_mm = 40, .size_pt = 7});
  const auto with_text = to_zpl(label, PrintForm::Native);
  ASSERT_TRUE(with_text) << with_text.error().to_text();
  EXPECT_NE(with_text->find("^FDA_5EXZ_7EJA_5FB\"C^FS"), std::string::npos);
  EXPECT_EQ(with_text->find("^XZ"), with_text->size() - 4);
  // A backslash begins an escape in ^FB and in TEXT: such a text goes as pixels.
  label.symbols.clear();
  label.texts[0].text = "C:\\& A";
  EXPECT_EQ(as_text(*to_tspl(label, PrintForm::Native)).find("TEXT"), std::string_view::npos);
  const auto escape = to_zpl(label, PrintForm::Native);
  ASSERT_TRUE(escape);
  EXPECT_EQ(escape->find("^FD"), std::string::npos);
  EXPECT_EQ(zpl_pixels(*escape, label.width_dots(), label.height_dots()), *to_image(label));
}

TEST(PrinterNative, PrintsTheSizeThatWasAskedFor) {
  const auto sized = [](SymbolKind kind, SymbolSize size) {
    const SymbolRequest request{.kind = kind, .size = size};
    auto made = carries_link(kind)
                    ? make_link_symbol("https://id.gs1.org/01/09506000134352/21/A1", request)
                    : make_symbol(*gs1::ElementString::parse(kDemo), request);
    EXPECT_TRUE(made) << made.error().to_text();
    const auto plan = plan_print(*made, {});
    return page_of(*std::move(made), *plan);
  };
  for (const SymbolKind kind : {SymbolKind::Gs1DataMatrix, SymbolKind::LinkDataMatrix}) {
    const Page page = sized(kind, {32, 32});
    EXPECT_NE(to_zpl(page, PrintForm::Native)->find("^BXN,4,200,32,32,,_^FD"), std::string::npos);
    EXPECT_NE(as_text(*to_tspl(page, PrintForm::Native)).find(",128,128,c126,x4,r0,a0,32,32,\""),
              std::string_view::npos);
  }
  // No language has a size for QR: pixels.
  const Page qr = sized(SymbolKind::LinkQr, {41, 41});
  const int w = qr.width_dots(), h = qr.height_dots();
  EXPECT_EQ(zpl_pixels(*to_zpl(qr, PrintForm::Native), w, h), *to_image(qr));
  EXPECT_EQ(binary_pixels(*to_tspl(qr, PrintForm::Native), "BITMAP ", w, h), *to_image(qr));
  EXPECT_EQ(binary_pixels(*to_epl(qr, PrintForm::Native), "GW", w, h), *to_image(qr));
  EXPECT_NE(to_zpl(demo_page(SymbolKind::LinkQr), PrintForm::Native)->find("^BQN"),
            std::string::npos);
}

TEST(PrinterNative, OtherScriptsGoAsPixels) {
  Page label;
  label.width_mm = 60;
  label.height_mm = 12;
  label.texts.push_back(
      {.name = "hindi", .text = "क्षमता", .x_mm = 2, .y_mm = 2, .width_mm = 50, .size_pt = 10});
  label.texts.push_back({.name = "latin", .text = "plain", .x_mm = 2, .y_mm = 7, .width_mm = 50});
  const auto zpl = to_zpl(label, PrintForm::Native);
  ASSERT_TRUE(zpl) << zpl.error().to_text();
  EXPECT_NE(zpl->find("^FDplain^FS"), std::string::npos);
  Page hindi = label;
  hindi.texts.pop_back();
  EXPECT_EQ(zpl_pixels(*zpl, label.width_dots(), label.height_dots()), *to_image(hindi));
}

}  // namespace
}  // namespace packtrail::symbology
