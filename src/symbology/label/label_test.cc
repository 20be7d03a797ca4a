#include "symbology/label/label.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "symbology/make/datamatrix.h"
#include "symbology/read/reader.h"

namespace packtrail::symbology {
namespace {

PackLabel pack_label() {
  return {.product_name = "Sanovit",
          .strength = "500 mg",
          .form = "film-coated tablets",
          .gtin = "09506000134352",
          .serial = "ABC123DEF456GH",
          .expiry_text = "2027-12-31",
          .expiry_yymmdd = "271231",
          .lot = "LOT123"};
}

CaseLabel case_label() {
  return {.product_name = "Sanovit 500 mg",
          .quantity = "50",
          .lot = "LOT123",
          .expiry_text = "2027-12-31",
          .content_gtin = "09506000134352",
          .sscc = "395060001343520001"};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// Reads the modules back out of the SVG's path.
BitMatrix symbol_in(const std::string& svg, int width, int height) {
  BitMatrix out(width, height);
  const std::size_t start = svg.find(" d=\"");
  const char* at = svg.c_str() + start + 4;
  int x = 0, y = 0, run = 0, back = 0, used = 0;
  while (std::sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &run, &back, &used) == 4) {
    EXPECT_EQ(run, back);
    for (int i = 0; i < run; ++i) out.set(x + i, y, true);
    at += used;
  }
  EXPECT_EQ(*at, '"');
  return out;
}

TEST(PackLabelSvg, ItsSymbolReads) {
  const auto svg = to_svg(pack_label());
  ASSERT_TRUE(svg) << svg.error().to_text();
  const BitMatrix drawn = symbol_in(*svg, 24, 24);
  EXPECT_EQ(drawn, *make_gs1_datamatrix(element_text(pack_label())));
  SymbolReader reader;
  const auto image = render_pixels(drawn, 4, 2);
  ASSERT_TRUE(image);
  const ReadResult read = reader.read(*image);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::string(read->data.begin(), read->data.end()),
            "010950600013435221ABC123DEF456GH\x1D"
            "1727123110LOT123");
  for (const char* text : {">Sanovit<", ">500 mg film-coated tablets<", "PC 09506000134352",
                           "SN ABC123DEF456GH", "EXP 2027-12-31", "LOT LOT123"}) {
    EXPECT_TRUE(contains(*svg, text)) << text;
  }
  EXPECT_TRUE(contains(*svg, "scale(0.339 0.339)"));  // Four dots at 300 dpi.
}

TEST(CaseLabelSvg, ItsBarsRead) {
  const auto svg = to_svg(case_label());
  ASSERT_TRUE(svg) << svg.error().to_text();
  const BitMatrix drawn = symbol_in(*svg, 156, 1);
  EXPECT_EQ(drawn, *make_gs1_128("[00]395060001343520001"));
  EXPECT_TRUE(contains(*svg, "(00) 395060001343520001"));
  EXPECT_TRUE(contains(*svg, "COUNT (37): 50"));
}

TEST(PackLabelZpl, IsWhatAPrinterExpects) {
  const auto zpl = to_zpl(pack_label());
  ASSERT_TRUE(zpl) << zpl.error().to_text();
  EXPECT_EQ(zpl->substr(0, 4), "^XA\n");
  EXPECT_EQ(zpl->substr(zpl->size() - 4), "^XZ\n");
  EXPECT_TRUE(contains(
      *zpl, "^BXN,4,200,24,24,,_^FD_1010950600013435221ABC123DEF456GH_11727123110LOT123^FS"));
  EXPECT_TRUE(contains(*zpl, "^FH_^FDSN ABC123DEF456GH^FS"));
}

TEST(CaseLabelZpl, IsWhatAPrinterExpects) {
  const auto zpl = to_zpl(case_label(), PrintSpec::logistic(203));
  ASSERT_TRUE(zpl) << zpl.error().to_text();
  EXPECT_TRUE(contains(*zpl, "^BY4\n"));
  EXPECT_TRUE(contains(*zpl, ",N,N,N^FD>;>800395060001343520001^FS"));
  EXPECT_TRUE(contains(*zpl, "^FH_^FDBATCH/LOT (10): LOT123^FS"));
}

TEST(Label, TextsCannotBreakOut) {
  PackLabel label = pack_label();
  label.product_name = "\"/><script>alert('x')</script>&amp; ^FS^XZ~JR _5E";
  label.serial = "A_B>&<\"'";
  label.lot = "_1X";
  const auto svg = to_svg(label);
  ASSERT_TRUE(svg) << svg.error().to_text();
  EXPECT_FALSE(contains(*svg, "<script"));
  EXPECT_TRUE(
      contains(*svg, "&quot;/&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;"));
  EXPECT_EQ(count(*svg, "<"), count(*to_svg(pack_label()), "<"));

  const auto zpl = to_zpl(label);
  ASSERT_TRUE(zpl) << zpl.error().to_text();
  EXPECT_EQ(count(*zpl, "^"), count(*to_zpl(pack_label()), "^"));
  EXPECT_EQ(count(*zpl, "~"), 0U);
  EXPECT_TRUE(contains(*zpl, "_5EFS_5EXZ_7EJR _5F5E"));
  // In the symbol a literal _ is doubled, so that "_1" in a lot is no FNC1.
  EXPECT_TRUE(contains(*zpl, "21A__B>&<\"'_11727123110__1X^FS"));
  EXPECT_TRUE(contains(*zpl, "^FH_^FDLOT _5F1X^FS"));
}

TEST(Label, RefusesTextsThatAreNone) {
  const std::pair<const char*, std::string> names[] = {
      {"empty", ""},
      {"line feed", "A\nB"},
      {"null", std::string("A\0B", 3)},
      {"delete", "A\x7F"},
      {"C1 control", "A\xC2\x85"},
      {"lone continuation", "A\x80"},
      {"overlong", "\xC0\xAF"},
      {"surrogate", "\xED\xA0\x80"},
      {"cut", "A\xE2\x82"},
      {"above U+10FFFF", "\xF4\x90\x80\x80"},
      {"not a character", "\xEF\xBF\xBE"},
  };
  for (const auto& [what, name] : names) {
    PackLabel pack = pack_label();
    pack.product_name = name;
    const auto svg = to_svg(pack);
    ASSERT_FALSE(svg) << what;
    EXPECT_EQ(svg.error().field, "product_name") << what;
    CaseLabel unit = case_label();
    unit.product_name = name;
    EXPECT_FALSE(to_zpl(unit)) << what;
  }
  PackLabel pack = pack_label();
  pack.product_name = "Paracétamol \xE2\x82\xAC \xF0\x9F\x92\x8A हिन्दी";
  EXPECT_TRUE(to_svg(pack));
}

TEST(Label, FieldsThatEnterASymbolAreStrict) {
  const auto refused = [](auto change, const char* field) {
    PackLabel label = pack_label();
    change(label);
    const auto svg = to_svg(label);
    EXPECT_FALSE(svg) << field;
    if (!svg) {
      EXPECT_EQ(svg.error().field, field) << svg.error().to_text();
    }
    EXPECT_FALSE(to_zpl(label)) << field;
  };
  refused([](PackLabel& l) { l.serial = "A[10]B"; }, "serial");
  refused([](PackLabel& l) { l.lot = "A^FSB"; }, "lot");
  refused([](PackLabel& l) { l.serial = std::string(21, 'A'); }, "serial");
  refused([](PackLabel& l) { l.serial = ""; }, "serial");
  refused([](PackLabel& l) { l.gtin = "0950600013435"; }, "gtin");
  refused([](PackLabel& l) { l.gtin = "09506000134353"; }, "element data");
  refused([](PackLabel& l) { l.expiry_yymmdd = "27-12"; }, "expiry_yymmdd");
  CaseLabel unit = case_label();
  unit.sscc = "395060001343520002";
  EXPECT_FALSE(to_svg(unit));
  EXPECT_FALSE(to_zpl(unit));
  unit = case_label();
  unit.quantity = "123456789";
  EXPECT_FALSE(to_svg(unit));
}

TEST(Label, NamesItsTextLimit) {
  for (const std::size_t size : {kLabelTextMax - 1, kLabelTextMax, kLabelTextMax + 1}) {
    PackLabel label = pack_label();
    label.product_name = std::string(size, 'x');
    EXPECT_EQ(to_svg(label).has_value(), size <= kLabelTextMax) << size;
  }
}

// A strength cut off at the edge of a carton is a danger: long names get smaller instead.
TEST(PackLabelSvg, LongNamesShrinkToFit) {
  PackLabel label = pack_label();
  label.product_name = "Sanovit (fictitious demo product) with a rather long name";
  label.strength = "500 mg";
  const auto svg = to_svg(label, PrintSpec{});
  ASSERT_TRUE(svg) << svg.error().to_text();
  double width = 0, size = 0;
  ASSERT_EQ(std::sscanf(std::strstr(svg->c_str(), "width=\""), "width=\"%lfmm", &width), 1);
  const std::size_t text = svg->find("font-size=\"");
  ASSERT_EQ(std::sscanf(svg->c_str() + text, "font-size=\"%lf", &size), 1);
  EXPECT_LE(0.62 * size * static_cast<double>(label.product_name.size()), width);
  EXPECT_TRUE(contains(*svg, label.product_name));
  EXPECT_TRUE(contains(*svg, ">500 mg film-coated tablets<"));
}

}  // namespace
}  // namespace packtrail::symbology
