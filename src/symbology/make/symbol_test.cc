#include <gtest/gtest.h>
#include <png.h>

#include <set>
#include <string>

#include "symbology/make/datamatrix.h"
#include "symbology/raster.h"
#include "symbology/read/reader.h"
#include "symbology/testing/pictures.h"

namespace packtrail::symbology {
namespace {

using test::Chance;

std::string text_of(const Symbol& symbol) { return {symbol.data.begin(), symbol.data.end()}; }

// Serials over all of character set 82, length 1 to 20.
std::string any_serial(Chance& chance) {
  static const std::string kSet82 =
      "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  std::string serial(1 + chance.next() % 20, ' ');
  for (char& c : serial) c = kSet82[chance.next() % kSet82.size()];
  return serial;
}

TEST(Gs1DataMatrix, ReadsBackWhatWasMadeForAnySerial) {
  Chance chance(20260101);
  SymbolReader reader;
  for (int i = 0; i < (test::kSanitized ? 60 : 400); ++i) {
    const std::string serial = any_serial(chance);
    const std::string lot = any_serial(chance);
    const auto symbol =
        make_gs1_datamatrix("[01]09506000134352[21]" + serial + "[17]271231[10]" + lot);
    ASSERT_TRUE(symbol) << symbol.error().to_text();
    const auto image = render(*symbol, {});
    ASSERT_TRUE(image);
    const ReadResult read = reader.read(*image);
    ASSERT_TRUE(read) << serial;
    EXPECT_EQ(read->identifier, "]d2");
    EXPECT_TRUE(read->is_gs1_datamatrix());
    EXPECT_EQ(text_of(*read), "010950600013435221" + serial + "\x1D" + "1727123110" + lot);
  }
}

TEST(Gs1DataMatrix, TakesTheSmallestSquareThatFits) {
  const auto pack = make_gs1_datamatrix("[01]09506000134352[21]ABC123DEF456GH[17]271231[10]LOT123");
  ASSERT_TRUE(pack);
  EXPECT_EQ(pack->width(), 24);
  EXPECT_EQ(pack->height(), 24);
  const auto key = make_gs1_datamatrix("[01]09506000134352");
  ASSERT_TRUE(key);
  EXPECT_LT(key->width(), 24);
  EXPECT_EQ(key->width(), key->height());
}

TEST(Gs1DataMatrix, ReadsSymbolsOfSeveralRegions) {
  std::string long_text = "[01]09506000134352[21]ABC123DEF456GH";
  std::string expected = "010950600013435221ABC123DEF456GH\x1D";
  for (int i = 0; i < 3; ++i) {
    const std::string value(60, static_cast<char>('a' + i));
    const std::string ai = std::to_string(91 + i);
    long_text += "[" + ai + "]" + value;
    expected += ai + value + (i < 2 ? "\x1D" : "");
  }
  const auto symbol = make_gs1_datamatrix(long_text);
  ASSERT_TRUE(symbol) << symbol.error().to_text();
  EXPECT_GT(symbol->width(), 26);  // Above that, four regions with inner finder patterns.
  SymbolReader reader;
  const auto image = render(*symbol, {});
  ASSERT_TRUE(image);
  const ReadResult read = reader.read(*image);
  ASSERT_TRUE(read);
  EXPECT_EQ(text_of(*read), expected);
}

TEST(Gs1DataMatrix, RefusesWhatIsNoElementData) {
  const std::string cases[] = {
      "",
      "0109506000134352",    // No brackets.
      "(01)09506000134352",  // Parentheses may be data.
      "[01]09506000134353",  // Check digit.
      "[01]0950600013435",   // Length.
      "[01]0950600013435A",
      "[00]395060001343520002",
      "[01]09506000134352[21]",     // Empty.
      "[01]09506000134352[21]A~B",  // Character outside of set 82.
      "[01]09506000134352[21]A B",
      "[01]09506000134352[21]A\x1D"
      "10X",
      "[01]09506000134352[17]271331",  // Month 13.
      "[01]09506000134352[21]123456789012345678901",
      "[01]09506000134352[21",
      "[01]09506000134352[2x]A",
      "[01]09506000134352[]A",
      "[99999]A",
      "[03]09506000134353[21]A",  // The encoder does not know (03); we check it.
      "x[01]09506000134352",
  };
  for (const std::string& text : cases) {
    const auto symbol = make_gs1_datamatrix(text);
    ASSERT_FALSE(symbol) << text;
    EXPECT_EQ(symbol.error().code, Errc::InvalidArgument) << text;
    EXPECT_FALSE(symbol.error().message.empty());
  }
}

TEST(Gs1DataMatrix, CarriesIdentifiersThatTheEncoderDoesNotKnow) {
  const auto symbol = make_gs1_datamatrix("[01]09506000134352[21]A1[716]012345678");
  ASSERT_TRUE(symbol) << symbol.error().to_text();
  const auto image = render(*symbol, {});
  ASSERT_TRUE(image);
  SymbolReader reader;
  const ReadResult read = reader.read(*image);
  ASSERT_TRUE(read);
  EXPECT_EQ(text_of(*read),
            "010950600013435221A1\x1D"
            "716012345678");
}

TEST(Gs1DataMatrix, NamesItsTextLimit) {
  const std::string head = "[01]09506000134352[21]";
  for (const int over : {0, 1}) {
    std::string text = head + std::string(kElementTextMax - head.size(), '1');
    text.append(static_cast<std::size_t>(over), '1');
    const auto symbol = make_gs1_datamatrix(text);
    ASSERT_FALSE(symbol);  // A serial of that length is wrong in any case, but not for its size.
    EXPECT_EQ(symbol.error().code, over == 0 ? Errc::InvalidArgument : Errc::ResourceExhausted);
  }
}

TEST(Gs1128, ReadsBackAnSscc) {
  const auto symbol = make_gs1_128("[00]395060001343520001");
  ASSERT_TRUE(symbol) << symbol.error().to_text();
  EXPECT_TRUE(symbol->is_linear());
  // Start C, FNC1, 10 pairs of digits, check character: 13 * 11 modules, and a stop of 13.
  EXPECT_EQ(symbol->width(), 13 * 11 + 13);
  const auto image = render(*symbol, PrintSpec::logistic(203));
  ASSERT_TRUE(image);
  SymbolReader reader({.symbols = SymbolSet::AllPrinted});
  const ReadResult read = reader.read(*image);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->is_gs1_128());
  EXPECT_EQ(text_of(*read), "00395060001343520001");
}

TEST(Gs1128, HoldsFortyEightCharacters) {
  const std::string head = "[00]395060001343520001";  // 20 characters of data.
  const auto with = [&](std::size_t size) {
    return make_gs1_128(head + "[91]" + std::string(size - 22, 'A'));
  };
  EXPECT_TRUE(with(47));
  EXPECT_TRUE(with(48));
  EXPECT_FALSE(with(49));
  EXPECT_FALSE(make_gs1_128("[00]395060001343520002"));
}

TEST(Raster, UsesWholeDotsWithinTheAllowedRange) {
  const struct {
    int dpi, min, max, dots, um;
  } cases[] = {{203, 255, 990, 3, 375}, {300, 255, 990, 4, 339},  {600, 255, 990, 7, 296},
               {300, 400, 990, 5, 423}, {600, 900, 990, 22, 931}, {203, 1, 9999, 3, 375}};
  for (const auto& c : cases) {
    PrintSpec spec;
    spec.dpi = c.dpi;
    spec.x_dimension_um_min = c.min;
    spec.x_dimension_um_max = c.max;
    const auto module = module_of(spec);
    ASSERT_TRUE(module) << c.dpi;
    EXPECT_EQ(module->dots, c.dots);
    EXPECT_EQ(module->x_dimension_um, c.um);
  }
  const auto logistic = module_of(PrintSpec::logistic(300));
  ASSERT_TRUE(logistic);
  EXPECT_EQ(logistic->dots, 6);
}

TEST(Raster, RefusesWhatNoPrinterCanPrintWithinTheRange) {
  PrintSpec spec;
  spec.x_dimension_um_min = 260;
  spec.x_dimension_um_max = 300;  // 3 dots are 254, 4 are 339.
  EXPECT_FALSE(module_of(spec));
  EXPECT_EQ(module_of(spec).error().field, "x_dimension");
  spec = {};
  spec.x_dimension_um_max = 254;  // Below what packs may have.
  EXPECT_FALSE(module_of(spec));
  spec = {};
  spec.x_dimension_um_min = 991;
  spec.x_dimension_um_max = 2000;
  EXPECT_FALSE(module_of(spec));
  for (const int dpi : {0, 72, 299, 301, 1200}) {
    spec = {};
    spec.dpi = dpi;
    EXPECT_FALSE(module_of(spec)) << dpi;
  }
  for (const int quiet : {-1, 21}) {
    spec = {};
    spec.quiet_zone_modules = quiet;
    EXPECT_FALSE(module_of(spec)) << quiet;
  }
  BitMatrix symbol(10, 10);
  EXPECT_FALSE(render_pixels(symbol, 0, 1));
  EXPECT_TRUE(render_pixels(symbol, 64, 20));
  EXPECT_FALSE(render_pixels(symbol, 65, 1));
  EXPECT_FALSE(render_pixels(BitMatrix(1152, 1), 64, 0));  // 73,728 pixels wide.
}

TEST(Raster, DrawsEveryModuleAsASquareOfDots) {
  BitMatrix symbol(3, 2);
  symbol.set(0, 0, true);
  symbol.set(2, 1, true);
  const auto image = render_pixels(symbol, 2, 1);
  ASSERT_TRUE(image);
  ASSERT_EQ(image->width, 10);
  ASSERT_EQ(image->height, 8);
  int dark = 0;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 10; ++x) {
      const bool expected =
          ((x == 2 || x == 3) && (y == 2 || y == 3)) || ((x == 6 || x == 7) && (y == 4 || y == 5));
      EXPECT_EQ(image->at(x, y) == 0, expected) << x << "," << y;
      dark += image->at(x, y) == 0 ? 1 : 0;
    }
  }
  EXPECT_EQ(dark, 8);
}

TEST(Image, PngReadsBackPixelByPixel) {
  Chance chance(7);
  GreyImage image(37, 21);
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(chance.next());
  const auto bytes = to_png(image, 300);
  ASSERT_TRUE(bytes);
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  ASSERT_NE(png_image_begin_read_from_memory(&header, bytes->data(), bytes->size()), 0);
  header.format = PNG_FORMAT_GRAY;
  ASSERT_EQ(header.width, 37U);
  ASSERT_EQ(header.height, 21U);
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(header));
  ASSERT_NE(png_image_finish_read(&header, nullptr, pixels.data(), 0, nullptr), 0);
  EXPECT_EQ(pixels, image.pixels);
  EXPECT_EQ(*to_png(image, 300), *bytes);
}

TEST(Image, LimitsAreNamed) {
  EXPECT_FALSE(check_image(GreyImage{}));
  EXPECT_TRUE(check_image(GreyImage(1, 1)));
  EXPECT_TRUE(check_image(GreyImage(kImageSideMax, 1)));
  const auto too_wide = check_image(GreyImage(kImageSideMax + 1, 1));
  ASSERT_FALSE(too_wide);
  EXPECT_EQ(too_wide.error().code, Errc::ResourceExhausted);
  EXPECT_TRUE(check_image(GreyImage(kImageSideMax, kImageSideMax / 2)));
  EXPECT_FALSE(check_image(GreyImage(kImageSideMax, kImageSideMax / 2 + 1)));
  GreyImage torn(4, 4);
  torn.pixels.pop_back();
  EXPECT_FALSE(check_image(torn));
  EXPECT_FALSE(to_png(torn));
}

}  // namespace
}  // namespace packtrail::symbology
