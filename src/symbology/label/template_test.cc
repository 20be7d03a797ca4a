#include "symbology/label/template.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gs1/pzn.h"
#include "symbology/label/printer.h"
#include "symbology/read/reader.h"

namespace packtrail::symbology {
namespace {

namespace fs = std::filesystem;

std::string file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

LabelTemplate shipped(const char* name) {
  const auto path = fs::path(PACKTRAIL_SOURCE_DIR) / "packs/labels" / (std::string(name) + ".toml");
  auto form = LabelTemplate::parse(file(path));
  EXPECT_TRUE(form) << name << ": " << form.error().to_text();
  return *std::move(form);
}

constexpr const char* kSmall = R"(
name = "t"
title = "T"
width_mm = 40
height_mm = 14
languages = ["en", "hi"]
[captions.en]
21 = "SN:"
[captions.hi]
21 = "क्रम:"
[[symbol]]
name = "s"
kind = "gs1-datamatrix"
elements = ["01=gtin", "21=serial", "17=expiry?"]
x_mm = 1
y_mm = 1
[[text]]
text = "{product_name} {strength?}"
x_mm = 12
y_mm = 1
width_mm = 26
size_pt = 7
[[hri]]
symbol = "s"
style = "captions"
ais = ["21", "17"]
dates = "MM/YYYY"
exempt_ais = ["21"]
exempt_sides_mm = 100
x_mm = 12
y_mm = 5
width_mm = 26
size_pt = 6
)";

LabelData small_data() {
  return {{"product_name", "Sanovit"}, {"strength", "500 mg"},
          {"gtin", "09506000134352"},  {"serial", "A1"},
          {"expiry", "2027-12"},       {"product_name.hi", "सैनोविट"}};
}

std::vector<std::string> texts_of(const Page& page) {
  std::vector<std::string> out;
  for (const PageText& text : page.texts) out.push_back(text.text);
  return out;
}

using Texts = std::vector<std::string>;

TEST(LabelTemplates, EveryShippedOneComesOutInEveryLanguageAndFormAndReads) {
  int count = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(PACKTRAIL_SOURCE_DIR) / "packs/labels")) {
    if (entry.path().extension() != ".toml") continue;
    ++count;
    const LabelTemplate form = shipped(entry.path().stem().c_str());
    EXPECT_EQ(form.name, entry.path().stem());
    for (const std::string& language : form.languages) {
      SCOPED_TRACE(form.name + " " + language);
      const auto page = lay_out(form, form.sample, {language, 0});
      ASSERT_TRUE(page) << page.error().to_text();
      const auto image = to_image(*page);
      ASSERT_TRUE(image) << image.error().to_text();
      for (const PageSymbol& placed : page->symbols) {
        GreyImage cut(placed.plan.width_dots, placed.plan.height_dots);
        for (int y = 0; y < cut.height; ++y) {
          std::copy_n(image->row(placed.y_dots + y) + placed.x_dots, cut.width, cut.row(y));
        }
        if (carrier_of(placed.symbol.kind) == Carrier::Itf14) continue;  // No reader of ours.
        SymbolReader reader({.symbols = SymbolSet::AllPrinted});
        const auto read = reader.read(cut);
        ASSERT_TRUE(read) << placed.name;
        EXPECT_EQ(as_text(read->data), placed.symbol.data);
      }
    }
    const auto proof = to_proof_sheet(form, form.sample);
    ASSERT_TRUE(proof) << proof.error().to_text();
    EXPECT_EQ(as_text(*proof).substr(0, 5), "%PDF-");
  }
  EXPECT_GE(count, 9);
}

TEST(LabelTemplates, SsccLabelsKeepToTheLogisticLabelGuideline) {
  for (const char* name : {"sscc-a6", "sscc-4x6"}) {
    const LabelTemplate form = shipped(name);
    const auto page = lay_out(form, form.sample);
    ASSERT_TRUE(page) << page.error().to_text();
    const auto& sscc = page->symbols.back();
    EXPECT_EQ(sscc.symbol.data, "00395060001343520001");
    for (const PageSymbol& placed : page->symbols) {
      EXPECT_LE(placed.y_dots, sscc.y_dots);  // The SSCC is at the bottom.
      if (carrier_of(placed.symbol.kind) != Carrier::Gs1128) continue;
      EXPECT_GE(placed.plan.module.x_dimension_um, 495);
      EXPECT_LE(placed.plan.module.x_dimension_um, 1016);
      EXPECT_GE(placed.plan.bar_height_dots * 25.4 / placed.plan.dpi, 31.75);
      EXPECT_EQ(placed.plan.quiet_zone_modules, 10);
      EXPECT_GE(placed.x_dots, 0);
    }
    // Capitals of at least 3 mm, readable lines too; no text may shrink below.
    const auto capital =
        shape_text({.name = "t", .text = "H", .width_mm = 40, .size_pt = 12}, form.fonts);
    ASSERT_TRUE(capital);
    EXPECT_GE(capital->ink_height_mm, 2.99);
    for (const PageText& text : page->texts) {
      EXPECT_GE(text.size_pt, 12) << text.name;
      EXPECT_TRUE(text.size_pt_min == 0 || text.size_pt_min >= 12) << text.name;
    }
    // A lot of 20 characters, and the count that the bars have room for.
    LabelData data = form.sample;
    data["lot"] = "ABCDEF0123456789GHJK";
    data["count"] = "1234";
    const auto longest = lay_out(form, data);
    ASSERT_TRUE(longest) << name << longest.error().to_text();
    const auto checked = check_page(*longest);
    EXPECT_TRUE(checked) << name << checked.error().to_text();
  }
}

TEST(LabelTemplate, FillsFieldsCaptionsAndLanguages) {
  const auto form = LabelTemplate::parse(kSmall);
  ASSERT_TRUE(form) << form.error().to_text();
  EXPECT_EQ(form->fields(),
            (Texts{"gtin", "product_name", "serial", "expiry?", "pack_sides_mm?", "strength?"}));
  auto page = lay_out(*form, small_data());
  ASSERT_TRUE(page) << page.error().to_text();
  // The table's title stands in where the language has no caption; a month as a whole is day 00.
  EXPECT_EQ(texts_of(*page), (Texts{"Sanovit 500 mg", "SN: A1", "USE BY or EXPIRY 12/2027"}));
  EXPECT_EQ(page->symbols.at(0).symbol.data,
            "010950600013435221A1\x1D"
            "17271200");
  page = lay_out(*form, small_data(), {"hi", 0});
  ASSERT_TRUE(page);
  EXPECT_EQ(texts_of(*page).at(0), "सैनोविट 500 mg");
  EXPECT_EQ(texts_of(*page).at(1), "क्रम: A1");
  // Art. 7(2): small packs.
  LabelData data = small_data();
  data["pack_sides_mm"] = "100";
  EXPECT_EQ(texts_of(*lay_out(*form, data)), (Texts{"Sanovit 500 mg", "USE BY or EXPIRY 12/2027"}));
  data["pack_sides_mm"] = "101";
  EXPECT_EQ(texts_of(*lay_out(*form, data)).size(), 3U);
  data.erase("strength");
  data.erase("expiry");
  EXPECT_EQ(texts_of(*lay_out(*form, data)), (Texts{"SN: A1"}));
  data.erase("serial");
  EXPECT_EQ(lay_out(*form, data).error().field, "serial");
  EXPECT_EQ(lay_out(*form, small_data(), {"fr", 0}).error().field, "language");
}

TEST(LabelTemplate, RefusesWrongDataByField) {
  const auto form = LabelTemplate::parse(kSmall);
  ASSERT_TRUE(form);
  const auto fault = [&](const char* field, const char* value) {
    LabelData data = small_data();
    data[field] = value;
    const auto page = lay_out(*form, data);
    if (!page) return page.error().field;
    const auto shapes = check_page(*page);
    return shapes ? std::string() : shapes.error().field;
  };
  EXPECT_EQ(fault("gtin", "09506000134353"), "gtin");
  EXPECT_EQ(fault("serial", "A B"), "serial");
  EXPECT_EQ(fault("expiry", "2027-13"), "expiry");
  EXPECT_EQ(fault("expiry", "2027-02-30"), "expiry");
  EXPECT_EQ(fault("product_name", "a\nb"), "{product_name} {strength?}");
  EXPECT_EQ(fault("product_name", "a\xFF"), "{product_name} {strength?}");
  EXPECT_EQ(fault("product_name",
                  "a\xE2\x80\xAE"
                  "b"),
            "{product_name} {strength?}");  // RLO.
  EXPECT_EQ(fault("product_name", "A name that is much too long for the room it has"),
            "{product_name} {strength?}");
}

TEST(LabelTemplate, RefusesDataThatNoFieldTakes) {
  const auto form = LabelTemplate::parse(kSmall);
  ASSERT_TRUE(form);
  for (const char* wrong : {"strenght", "product_name.fr", "strenght.hi", "hi", ""}) {
    LabelData data = small_data();
    data[wrong] = "x";
    const auto page = lay_out(*form, data);
    ASSERT_FALSE(page) << wrong;
    EXPECT_EQ(page.error().field, wrong);
  }
  LabelData data = small_data();
  data["pack_sides_mm"] = "90";
  data["expiry.hi"] = "2028-01";
  EXPECT_TRUE(lay_out(*form, data));
  for (const int dpi : {-1, 1, 250, 301, 1200}) {
    EXPECT_EQ(lay_out(*form, small_data(), {"", dpi}).error().field, "dpi") << dpi;
  }
}

TEST(LabelTemplate, TakesAnEmptyTranslationAsMissing) {
  const auto form = LabelTemplate::parse(kSmall);
  ASSERT_TRUE(form);
  LabelData data = small_data();
  data["product_name.hi"] = "";
  EXPECT_EQ(texts_of(*lay_out(*form, data, {"hi", 0})).at(0), "Sanovit 500 mg");
  data["product_name"] = "";
  EXPECT_EQ(lay_out(*form, data, {"hi", 0}).error().field, "product_name");
  std::string text = kSmall;
  text.replace(text.find("\"SN:\""), 5, "\"\"");
  EXPECT_EQ(texts_of(*lay_out(*LabelTemplate::parse(text), small_data())).at(1), "SERIAL A1");
}

TEST(LabelTemplate, ChecksGermanMedicineNumbersAndThatTheyAgree) {
  const LabelTemplate form = shipped("germany-pack");
  const auto pzn = gs1::Pzn::parse(form.sample.at("pzn"));
  ASSERT_TRUE(pzn) << pzn.error().to_text();
  EXPECT_EQ(form.sample.at("ppn"), gs1::Ppn::of(*pzn).text());
  const auto fault = [&](const char* field, std::string value) {
    LabelData data = form.sample;
    data[field] = std::move(value);
    const auto page = lay_out(form, data);
    return page ? std::string() : page.error().field;
  };
  EXPECT_EQ(fault("pzn", "01234562"), "");
  EXPECT_EQ(fault("ppn", ""), "");             // It is optional.
  EXPECT_EQ(fault("pzn", "01234563"), "pzn");  // Check digit.
  EXPECT_EQ(fault("ppn", "110123456235"), "ppn");
  EXPECT_EQ(fault("ntin", "09506000134352"), "ntin");  // A GTIN, but no NTIN.
  const auto other = gs1::Pzn::complete("7654321");
  ASSERT_TRUE(other);
  // Right in itself, but of another medicine; the fields are compared in the order of their names.
  EXPECT_EQ(fault("pzn", std::string(other->digits())), "pzn");
  EXPECT_EQ(fault("ppn", std::string(gs1::Ppn::of(*other).text())), "ppn");
}

TEST(LabelTemplate, NamesWhatIsWrongInItsText) {
  const struct {
    const char *what, *by, *field;
  } cases[] = {
      {"name = \"t\"", "", "name"},
      {"width_mm = 40", "width_mm = 400.1", "width_mm"},
      {"width_mm = 40", "width_mm = 2.9", "width_mm"},
      {"width_mm = 40", "width_mm = \"40\"", "width_mm"},
      {"title = \"T\"", "title = \"T\"\ncolour = 3", "colour"},
      {"languages = [\"en\", \"hi\"]", "languages = []", "languages"},
      {"languages = [\"en\", \"hi\"]", "languages = [\"en\"]", "captions.hi"},
      {"kind = \"gs1-datamatrix\"", "kind = \"code-39\"", "symbol[0].kind"},
      {"\"21=serial\"", "\"21\"", "symbol[0].elements"},
      {"\"21=serial\"", "\"99999=serial\"", "symbol[0].elements"},
      {"symbol = \"s\"", "symbol = \"other\"", "hri"},
      {"{strength?}", "{strength", "{product_name} {strength"},
      {"name = \"t\"", "name = \"../../escaped\"", "name"},
      {"name = \"t\"", "name = \"\"", "name"},
      {"name = \"t\"", "name = \"T\"", "name"},
      {"height_mm = 14", "height_mm = 14\ndpi = 250", "dpi"},
      {"height_mm = 14", "height_mm = 14\ndpi = 300.7", "dpi"},
      {"size_pt = 7", "size_pt = 7\nmin_pt = 7.25", "text[0].min_pt"},
      {"size_pt = 7", "size_pt = 7\nlines = 1.7", "text[0].lines"},
      {"size_pt = 7", "size_pt = 7\nlines = 0", "text[0].lines"},
      {"[\"en\", \"hi\"]", "[\"en\", \"hi\", \"en\"]", "languages"},
      {"[\"en\", \"hi\"]", "[\"en\", \"hi\", \"\"]", "languages"},
      {"ais = [\"21\", \"17\"]", "ais = [\"21\", \"10\"]", "hri"},
      {"exempt_ais = [\"21\"]", "exempt_ais = [\"10\"]", "hri"},
      {"[captions.en]", "[kinds]\ngtin = \"gtin\"\n[captions.en]", "kinds.gtin"},
      {"[captions.en]", "[kinds]\npzn = \"pzn\"\n[captions.en]", "kinds.pzn"},
      {"[captions.en]", "[sample]\nstrenght = \"5\"\n[captions.en]", "sample.strenght"},
      {"size_pt = 7", "size_pt = 1.9", "text[0].size_pt"},
      {"[[text]]", "[text]", "text"},
      {"[[symbol]]", "[[[symbol", "line 11"},
      {"size_pt = 7", "size_pt = 7\u02A1", "line 22"},
      {"size_pt = 7", "size_pt = 7 # \u02A1\n\u02A1 = 1", "line 23"},
  };
  for (const auto& c : cases) {
    std::string text = kSmall;
    text.replace(text.find(c.what), std::string_view(c.what).size(), c.by);
    const auto form = LabelTemplate::parse(text);
    ASSERT_FALSE(form) << c.what << " -> " << c.by;
    EXPECT_EQ(form.error().field, c.field) << form.error().to_text();
  }
  const auto named = [](std::size_t size) {
    std::string text = kSmall;
    text.replace(text.find("\"t\"") + 1, 1, std::string(size, 'a'));
    return LabelTemplate::parse(text);
  };
  EXPECT_TRUE(named(kTemplateNameMax - 1));
  EXPECT_TRUE(named(kTemplateNameMax));
  EXPECT_EQ(named(kTemplateNameMax + 1).error().field, "name");
  EXPECT_EQ(LabelTemplate::parse(std::string(kTemplateTextMax + 1, ' ')).error().code,
            Errc::ResourceExhausted);
  EXPECT_EQ(LabelTemplate::parse(std::string(kTemplateTextMax, ' ')).error().field, "name");
}

TEST(LabelShaping, DevanagariJoinsIntoConjuncts) {
  const PageText text{.name = "t", .text = "क्षमता", .width_mm = 40, .size_pt = 10};
  const auto shape = shape_text(text, "Noto Sans Devanagari");
  ASSERT_TRUE(shape) << shape.error().to_text();
  // Six code points: KA, VIRAMA and SSA become one; MA; TA; its vowel sign.
  EXPECT_EQ(shape->clusters, 4);
  EXPECT_LT(shape->glyphs, 6);
  // Kept apart by a zero width non-joiner, KA shows its virama: other glyphs.
  PageText apart = text;
  apart.text = "क्\u200Cषमता";
  const auto unshaped = shape_text(apart, "Noto Sans Devanagari");
  ASSERT_TRUE(unshaped) << unshaped.error().to_text();
  EXPECT_GT(unshaped->glyphs, shape->glyphs);
  EXPECT_GT(unshaped->width_mm, shape->width_mm + 0.2);
}

TEST(LabelShaping, CyrillicKeepsALetterAGlyphAndRightToLeftTurns) {
  const auto russian = shape_text({.name = "t", .text = "Таблетки", .width_mm = 40}, kLabelFonts);
  ASSERT_TRUE(russian);
  EXPECT_EQ(russian->glyphs, 8);
  EXPECT_EQ(russian->clusters, 8);
  EXPECT_FALSE(russian->right_to_left);
  ASSERT_FALSE(russian->fonts.empty());
  EXPECT_EQ(russian->fonts[0], "Noto Sans");
  const auto arabic = shape_text({.name = "t", .text = "أقراص 500", .width_mm = 40}, kLabelFonts);
  ASSERT_TRUE(arabic) << arabic.error().to_text();
  EXPECT_TRUE(arabic->right_to_left);
  // Its ink is at the right of the box.
  Page page;
  page.width_mm = 40;
  page.height_mm = 8;
  page.texts.push_back({.name = "t", .text = "أقراص", .x_mm = 1, .y_mm = 1, .width_mm = 38});
  const auto image = to_image(page);
  ASSERT_TRUE(image);
  int left = 0, right = 0;
  for (int y = 0; y < image->height; ++y) {
    for (int x = 0; x < image->width; ++x) {
      if (image->at(x, y) == 0) ++(x < image->width / 2 ? left : right);
    }
  }
  EXPECT_EQ(left, 0);
  EXPECT_GT(right, 100);
}

TEST(LabelShaping, NamesCharactersThatNoFontShows) {
  // U+E123 is for private use.
  const auto shape = shape_text({.name = "name", .text = "A\uE123B", .width_mm = 40}, kLabelFonts);
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().field, "name");
  EXPECT_NE(shape.error().message.find("U+E123"), std::string::npos) << shape.error().message;
}

TEST(LabelPage, RefusesWhatRunsIntoASymbolOrOffTheLabel) {
  const auto form = LabelTemplate::parse(kSmall);
  const auto page = lay_out(*form, small_data());
  ASSERT_TRUE(page);
  ASSERT_TRUE(check_page(*page));
  Page moved = *page;
  moved.texts[0].x_mm = 5;
  EXPECT_NE(check_page(moved).error().message.find("quiet zone"), std::string::npos);
  moved = *page;
  moved.texts[0].y_mm = 13;
  EXPECT_NE(check_page(moved).error().message.find("outside"), std::string::npos);
  moved = *page;
  moved.symbols[0].x_dots = moved.width_dots() - 10;
  EXPECT_NE(check_page(moved).error().message.find("outside"), std::string::npos);
  moved = *page;
  moved.rules.push_back({1.2, 1.2, 3, 0.2});
  EXPECT_NE(check_page(moved).error().message.find("quiet zone"), std::string::npos);
  moved = *page;
  moved.texts[1].y_mm = moved.texts[0].y_mm + 1;
  EXPECT_NE(check_page(moved).error().message.find("runs into the text"), std::string::npos);
  moved = *page;
  moved.symbols.push_back(moved.symbols[0]);
  EXPECT_NE(check_page(moved).error().message.find("runs into the symbol"), std::string::npos);
}

TEST(LabelPage, VectorFormsAreTheSameBytesEachTimeAndTrueToSize) {
  const auto form = LabelTemplate::parse(kSmall);
  const auto page = lay_out(*form, small_data(), {"hi", 0});
  ASSERT_TRUE(page);
  const auto svg = to_svg(*page);
  ASSERT_TRUE(svg);
  EXPECT_NE(svg->find("width=\"40mm\""), std::string::npos) << svg->substr(0, 300);
  EXPECT_EQ(*to_svg(*page), *svg);
  const auto pdf = to_pdf(*page);
  ASSERT_TRUE(pdf);
  EXPECT_EQ(*to_pdf(*page), *pdf);
  EXPECT_EQ(as_text(*pdf).find("CreationDate"), std::string_view::npos);
  EXPECT_NE(as_text(*pdf).find("MediaBox [ 0 0 113.38"), std::string_view::npos);
  EXPECT_TRUE(to_preview(*page, 4));
  EXPECT_TRUE(to_preview(*page, 40));
  EXPECT_FALSE(to_preview(*page, 3.9));
  EXPECT_FALSE(to_preview(*page, 41));
}

TEST(LabelData, ReadsFieldsAndLanguages) {
  const auto data = parse_label_data("a = \"1\"\nb = 7\n[hi]\na = \"x\"\n");
  ASSERT_TRUE(data);
  EXPECT_EQ(*data, (LabelData{{"a", "1"}, {"b", "7"}, {"a.hi", "x"}}));
  EXPECT_EQ(parse_label_data("a = 1.5").error().field, "a");
  EXPECT_EQ(parse_label_data("[hi.x]\na = \"b\"").error().field, "x.hi");
  EXPECT_FALSE(parse_label_data("a ="));
  LabelData changed = *data;
  EXPECT_TRUE(set_field(changed, "a=b=c"));
  EXPECT_EQ(changed["a"], "b=c");
  EXPECT_FALSE(set_field(changed, "a"));
  EXPECT_FALSE(set_field(changed, "=a"));
}

}  // namespace
}  // namespace packtrail::symbology
