// Every kind of symbol: made, printed, read back to the same bytes.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <zint.h>

#include <memory>
#include <string>

#include "gs1/ai_sample.h"
#include "gs1/element_string.h"
#include "symbology/make/symbol.h"
#include "symbology/read/reader.h"
#include "symbology/testing/pictures.h"

namespace packtrail::symbology {
namespace {

using test::Chance;

constexpr const char* kDemo = "[01]09506000134352[21]ABC123DEF456GH[17]271231[10]LOT123";
constexpr const char* kDemoLink =
    "https://id.gs1.org/01/09506000134352/10/LOT123/21/ABC123DEF456GH?17=271231";
constexpr SymbolKind kElementKinds[] = {SymbolKind::Gs1DataMatrix,
                                        SymbolKind::Gs1DataMatrixRect,
                                        SymbolKind::Gs1DataMatrixAny,
                                        SymbolKind::Gs1Dmre,
                                        SymbolKind::Gs1Qr,
                                        SymbolKind::Gs1128};

gs1::ElementString elements(std::string_view text) {
  auto parsed = gs1::ElementString::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().to_text();
  return *std::move(parsed);
}

Result<MadeSymbol> make(std::string_view text, SymbolKind kind,
                        std::optional<SymbolSize> size = std::nullopt) {
  return make_symbol(elements(text),
                     {.kind = kind, .size = size, .partners = Partners::AnywhereOnTheItem});
}

LabelUse use_of(SymbolKind kind) {
  return kind == SymbolKind::Gs1128  ? LabelUse::LogisticUnit
         : kind == SymbolKind::Itf14 ? LabelUse::GeneralDistribution
                                     : LabelUse::HealthcarePack;
}

const char* identifier_of(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::Gs1Qr:
      return "]Q3";
    case SymbolKind::LinkQr:
      return "]Q1";
    case SymbolKind::LinkDataMatrix:
      return "]d1";
    case SymbolKind::Gs1128:
      return "]C1";
    default:
      return "]d2";
  }
}

// Printed at 300 dpi and read.
void expect_reads(const MadeSymbol& symbol) {
  const auto plan = plan_print(symbol, {.use = use_of(symbol.kind)});
  ASSERT_TRUE(plan) << plan.error().to_text();
  const auto image = render(symbol, *plan);
  ASSERT_TRUE(image) << image.error().to_text();
  SymbolReader reader({.symbols = SymbolSet::AllPrinted});
  const auto read = reader.read(*image);
  ASSERT_TRUE(read) << to_string(symbol.kind) << " " << symbol.modules.height() << "x"
                    << symbol.modules.width() << " " << symbol.data;
  EXPECT_EQ(read->identifier, identifier_of(symbol.kind));
  EXPECT_EQ(as_text(read->data), symbol.data);
}

SymbolSize size_of(const MadeSymbol& symbol) {
  return {symbol.modules.height(), symbol.modules.width()};
}

TEST(SymbolKinds, HaveNamesBothWays) {
  for (int i = 0; i < kSymbolKindCount; ++i) {
    const auto kind = static_cast<SymbolKind>(i);
    EXPECT_EQ(symbol_kind(to_string(kind)), kind);
  }
  EXPECT_FALSE(symbol_kind("code-39"));
}

TEST(SymbolKinds, TheDemoStringHasKnownSizes) {
  EXPECT_EQ(size_of(*make(kDemo, SymbolKind::Gs1DataMatrix)), (SymbolSize{24, 24}));
  EXPECT_EQ(size_of(*make(kDemo, SymbolKind::Gs1DataMatrixRect)), (SymbolSize{16, 48}));
  EXPECT_EQ(size_of(*make(kDemo, SymbolKind::Gs1DataMatrixAny)), (SymbolSize{24, 24}));
  EXPECT_EQ(size_of(*make(kDemo, SymbolKind::Gs1Qr)), (SymbolSize{25, 25}));
  EXPECT_EQ(size_of(*make_link_symbol(kDemoLink, {.kind = SymbolKind::LinkQr})),
            (SymbolSize{33, 33}));
  EXPECT_EQ(size_of(*make_link_symbol(kDemoLink, {.kind = SymbolKind::LinkDataMatrix})),
            (SymbolSize{32, 32}));
}

TEST(SymbolKinds, EachReadsBack) {
  for (const SymbolKind kind : kElementKinds) {
    const auto made =
        make(kind == SymbolKind::Gs1128 ? "[01]09506000134352[21]A1b/c" : kDemo, kind);
    ASSERT_TRUE(made) << made.error().to_text();
    expect_reads(*made);
  }
  for (const SymbolKind kind : {SymbolKind::LinkQr, SymbolKind::LinkDataMatrix}) {
    const auto made = make_link_symbol(kDemoLink, {.kind = kind});
    ASSERT_TRUE(made) << made.error().to_text();
    expect_reads(*made);
  }
}

TEST(SymbolKinds, EverySizeOfRectanglesAndSquaresReadsBack) {
  const SymbolSize sizes[] = {{8, 32}, {12, 26}, {12, 36}, {16, 36}, {16, 48}};
  for (const SymbolSize size : sizes) {
    const auto made = make("[01]09506000134352", SymbolKind::Gs1DataMatrixRect, size);
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ(size_of(*made), size);
    expect_reads(*made);
  }
  for (const int side : {14, 16, 18, 20, 22, 24, 26, 32, 36, 40, 44, 48, 52, 64, 72, 80, 88, 96}) {
    const auto made = make("[21]A1", SymbolKind::Gs1DataMatrix, SymbolSize{side, side});
    ASSERT_TRUE(made) << side;
    EXPECT_EQ(made->modules.width(), side);
    expect_reads(*made);
  }
}

TEST(SymbolKinds, TheSmallestRectangleOfEachKindIsTaken) {
  // A growing lot takes growing symbols: never a larger one while a smaller would do.
  for (const SymbolKind kind : {SymbolKind::Gs1DataMatrixRect, SymbolKind::Gs1Dmre}) {
    for (int n = 1; n <= 20; ++n) {
      const std::string text = "[10]" + std::string(static_cast<std::size_t>(n), 'A');
      const auto made = make(text, kind);
      ASSERT_TRUE(made) << n;
      for (const SymbolSize size : {SymbolSize{8, 18}, SymbolSize{8, 32}, SymbolSize{12, 26},
                                    SymbolSize{8, 48}, SymbolSize{8, 64}}) {
        if (size.rows * size.columns >= made->modules.width() * made->modules.height()) continue;
        EXPECT_FALSE(make(text, kind, size)) << n << " " << size.rows << "x" << size.columns;
      }
    }
  }
}

TEST(SymbolKinds, WhatDoesNotFitNamesTheSmallestSizeThatWould) {
  auto made = make(kDemo, SymbolKind::Gs1DataMatrix, SymbolSize{22, 22});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().remedy.find("24x24"), std::string::npos);
  EXPECT_TRUE(make(kDemo, SymbolKind::Gs1DataMatrix, SymbolSize{24, 24}));
  EXPECT_TRUE(make(kDemo, SymbolKind::Gs1DataMatrix, SymbolSize{26, 26}));
  made = make(kDemo, SymbolKind::Gs1DataMatrixRect, SymbolSize{16, 36});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().remedy.find("16x48"), std::string::npos);
  made = make(kDemo, SymbolKind::Gs1Qr, SymbolSize{21, 21});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().remedy.find("25x25"), std::string::npos);
  made = make(std::string(kDemo) + "[91]" + std::string(60, 'x'), SymbolKind::Gs1DataMatrixRect);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().remedy.find("a square symbol would take"), std::string::npos);
  for (const SymbolSize size : {SymbolSize{23, 23}, SymbolSize{24, 26}, SymbolSize{16, 48}}) {
    EXPECT_EQ(make(kDemo, SymbolKind::Gs1DataMatrix, size).error().field, "symbol");
  }
  EXPECT_FALSE(make("[00]395060001343520001", SymbolKind::Gs1128, SymbolSize{1, 156}));
}

TEST(SymbolKinds, CapacityEndsWhereTheStandardSaysSo) {
  // 144x144 holds 1558 codewords (ISO/IEC 16022 table 7): FNC1, then two digits each. The most an
  // element string holds is less, so the limit is met with rectangles: 16x48 holds 49 codewords.
  const auto digits = [](std::size_t n) { return "[91]" + std::string(n, '1'); };
  EXPECT_TRUE(make(digits(90), SymbolKind::Gs1DataMatrixRect));
  // 8x18 holds 5 codewords: FNC1, (91), three pairs.
  EXPECT_EQ(size_of(*make(digits(6), SymbolKind::Gs1DataMatrixRect)), (SymbolSize{8, 18}));
  EXPECT_EQ(size_of(*make(digits(7), SymbolKind::Gs1DataMatrixRect)), (SymbolSize{8, 32}));
  // 24x24 holds 36, 26x26 holds 44.
  EXPECT_EQ(size_of(*make(digits(68), SymbolKind::Gs1DataMatrix)), (SymbolSize{24, 24}));
  EXPECT_EQ(size_of(*make(digits(69), SymbolKind::Gs1DataMatrix)), (SymbolSize{26, 26}));
  // Two company values: 49 codewords are FNC1, (91) and 60 digits (31), FNC1, (92) and 30 digits.
  const std::string two = digits(60) + "[92]";
  EXPECT_TRUE(make(two + std::string(30, '1'), SymbolKind::Gs1DataMatrixRect));
  EXPECT_FALSE(make(two + std::string(31, '1'), SymbolKind::Gs1DataMatrixRect));
}

TEST(SymbolKinds, Gs1128EndsAtFortyEightCharacters) {
  EXPECT_TRUE(make("[91]" + std::string(46, 'A'), SymbolKind::Gs1128));
  const auto made = make("[91]" + std::string(47, 'A'), SymbolKind::Gs1128);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().rule, "GS1 General Specifications 5.4.1");
}

TEST(SymbolKinds, Itf14IsAGtinInBearerBars) {
  const auto made = make("[01]19506000134359", SymbolKind::Itf14);
  ASSERT_TRUE(made) << made.error().to_text();
  EXPECT_EQ(made->data, "19506000134359");
  // Start 4, seven pairs of 18, stop 5.
  EXPECT_EQ(made->modules.width(), 4 + 7 * 18 + 5);
  // Decode the bars: each digit has two wide of five elements.
  static constexpr const char* kWide[] = {"00110", "10001", "01001", "11000", "00101",
                                          "10100", "01100", "00011", "10010", "01010"};
  std::string runs;
  for (int x = 0; x < made->modules.width();) {
    int end = x;
    while (end < made->modules.width() && made->modules.get(end, 0) == made->modules.get(x, 0)) {
      ++end;
    }
    runs += static_cast<char>('0' + (end - x));
    x = end;
  }
  ASSERT_EQ(runs.substr(0, 4), "1111");
  std::string digits;
  for (std::size_t pair = 0; pair < 7; ++pair) {
    for (std::size_t space = 0; space < 2; ++space) {
      std::string pattern;
      for (std::size_t i = 0; i < 5; ++i) {
        pattern += runs[4 + pair * 10 + i * 2 + space] == '3' ? '1' : '0';
      }
      for (int d = 0; d < 10; ++d) {
        if (pattern == kWide[d]) digits += static_cast<char>('0' + d);
      }
    }
  }
  EXPECT_EQ(digits, "19506000134359");
  const auto plan = plan_print(*made, {.use = LabelUse::GeneralDistribution});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->bearer_dots, 2 * plan->module.dots);
  const auto image = render(*made, *plan);
  ASSERT_TRUE(image);
  for (const int y : {0, plan->bearer_dots - 1, image->height - 1}) {
    for (const int x : {0, image->width / 2, image->width - 1}) EXPECT_EQ(image->at(x, y), 0);
  }
  EXPECT_EQ(image->at(0, plan->bearer_dots), 255);
  EXPECT_FALSE(make("[01]19506000134359[10]A", SymbolKind::Itf14));
  EXPECT_FALSE(make("[00]395060001343520001", SymbolKind::Itf14));
}

TEST(SymbolKinds, PartnersMustBeThereUnlessAnotherSymbolHasThem) {
  const auto alone = elements("[21]A1");
  const auto made = make_symbol(alone, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().field, "21");
  EXPECT_TRUE(make_symbol(
      alone,
      {.kind = SymbolKind::Gs1DataMatrix, .size = {}, .partners = Partners::AnywhereOnTheItem}));
  EXPECT_TRUE(make_symbol(elements(kDemo), {}));
}

TEST(SymbolKinds, KeepToTheirData) {
  EXPECT_FALSE(make(kDemo, SymbolKind::LinkQr));
  EXPECT_FALSE(make_link_symbol(kDemoLink, {.kind = SymbolKind::Gs1Qr}));
  EXPECT_FALSE(make_link_symbol("https://example.com/", {.kind = SymbolKind::LinkQr}));
  EXPECT_FALSE(
      make_link_symbol("https://id.gs1.org/01/09506000134353", {.kind = SymbolKind::LinkQr}));
  EXPECT_FALSE(make_symbol(gs1::ElementString(), {}));
}

// Every AI of one plain component, between a GTIN and a lot: FNC1 must end it where GS1 says so,
// whatever the encoder's own table of 2022 holds.
TEST(SymbolKinds, EveryAiIsSeparatedAsGs1SaysSo) {
  int tried = 0;
  for (const gs1::AiEntry& entry : gs1::ai_table()) {
    for (unsigned n = entry.first; n <= entry.last; ++n) {
      gs1::ElementString all;
      ASSERT_TRUE(all.add(gs1::kAiGtin, "09506000134352"));
      const gs1::Ai ai{static_cast<std::uint16_t>(n), entry.digits};
      // Of a length that fits every kind; the longest rarely do.
      const std::size_t size = std::min<std::size_t>(entry.size_max, entry.size_min + 8U);
      const auto value = gs1::sample_value(entry, n % 2 == 0 ? size : entry.size_min, n);
      const bool added = value && all.add(ai, *value);
      if (!added || ai == gs1::kAiGtin || ai == gs1::kAiLot) continue;
      ASSERT_TRUE(all.add(gs1::kAiLot, "L"));
      ++tried;
      SCOPED_TRACE(all.to_bracketed());
      for (const SymbolKind kind : {SymbolKind::Gs1DataMatrix, SymbolKind::Gs1Qr}) {
        if (test::kSanitized && tried % 8 != 0) continue;
        const auto made =
            make_symbol(all, {.kind = kind, .size = {}, .partners = Partners::AnywhereOnTheItem});
        ASSERT_TRUE(made) << made.error().to_text();
        // zxing-cpp 1.4.0 drops what follows a '%' in an alphanumeric segment of a QR with FNC1.
        if (kind == SymbolKind::Gs1Qr && made->data.find('%') != std::string::npos) continue;
        expect_reads(*made);
      }
    }
  }
  EXPECT_GT(tried, 350);
}

struct DeleteZint {
  void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
};

// What the encoder makes when it is called on its own, its checks on.
TEST(SymbolKinds, TheEncoderAloneMakesTheSameModules) {
  const bool held = rc::check("ours is libzint's", [] {
    const auto serial = *rc::gen::nonEmpty(rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("0123456789ABCDEFGHJKLMNPabc-/%_"))));
    const std::string text = "[01]09506000134352[21]" + serial.substr(0, 20) + "[17]271231[10]A1";
    const std::unique_ptr<zint_symbol, DeleteZint> alone{ZBarcode_Create()};
    alone->symbology = BARCODE_DATAMATRIX;
    alone->input_mode = GS1_MODE;
    alone->option_3 = DM_SQUARE;
    RC_ASSERT(ZBarcode_Encode(alone.get(), reinterpret_cast<const unsigned char*>(text.data()),
                              static_cast<int>(text.size())) == 0);
    const auto made = make(text, SymbolKind::Gs1DataMatrix);
    RC_ASSERT(made.has_value());
    RC_ASSERT(made->modules.width() == alone->width);
    for (int y = 0; y < alone->rows; ++y) {
      for (int x = 0; x < alone->width; ++x) {
        RC_ASSERT(made->modules.get(x, y) ==
                  (((alone->encoded_data[y][x >> 3] >> (x & 7)) & 1) != 0));
      }
    }
  });
  EXPECT_TRUE(held);
}

TEST(SymbolKinds, AnyPackReadsBackInAnyKind) {
  const bool held = rc::check("made, printed, read", [] {
    const auto any = [](std::size_t size_max) {
      static const std::string kSet82 =  // Without '%': see above.
          "!\"&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
      auto text = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(kSet82)));
      return text.substr(0, size_max);
    };
    const auto kind = *rc::gen::elementOf(
        std::vector<SymbolKind>(std::begin(kElementKinds), std::end(kElementKinds)));
    gs1::ElementString all;
    RC_ASSERT(all.add(gs1::kAiGtin, "09506000134352").has_value());
    RC_ASSERT(all.add(gs1::kAiSerial, any(kind == SymbolKind::Gs1128 ? 12 : 20)).has_value());
    RC_ASSERT(all.add(gs1::kAiLot, any(kind == SymbolKind::Gs1128 ? 12 : 20)).has_value());
    const auto made =
        make_symbol(all, {.kind = kind, .size = {}, .partners = Partners::AnywhereOnTheItem});
    if (!made) {
      // Forty characters of set 82 may be too much for a rectangle, and for nothing else.
      RC_ASSERT(kind == SymbolKind::Gs1DataMatrixRect);
      return;
    }
    const auto plan = plan_print(*made, {.use = use_of(kind)});
    if (!plan) {  // Two long values may make the bars longer than they may be.
      RC_ASSERT(kind == SymbolKind::Gs1128);
      RC_ASSERT(plan.error().field == "width");
      return;
    }
    const auto image = render(*made, *plan);
    RC_ASSERT(image.has_value());
    SymbolReader reader({.symbols = SymbolSet::AllPrinted});
    const auto read = reader.read(*image);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->identifier == identifier_of(kind));
    RC_ASSERT(as_text(read->data) == made->data);
  });
  EXPECT_TRUE(held);
}

TEST(PrintPlans, KeepToTheSymbolSpecificationTables) {
  const auto matrix = make(kDemo, SymbolKind::Gs1DataMatrix);
  const auto bars = make("[00]395060001343520001", SymbolKind::Gs1128);
  const struct {
    LabelUse use;
    int dpi, x_um, dots;  // dots 0: refused.
  } cases[] = {
      {LabelUse::HealthcarePack, 300, 0, 4},      {LabelUse::HealthcarePack, 600, 254, 0},
      {LabelUse::HealthcarePack, 600, 255, 7},    {LabelUse::HealthcarePack, 600, 990, 0},
      {LabelUse::HealthcarePack, 300, 990, 0},    {LabelUse::HealthcarePack, 300, 931, 11},
      {LabelUse::RetailPos, 300, 0, 5},           {LabelUse::LogisticUnit, 300, 0, 9},
      {LabelUse::HealthcareNonRetail, 300, 0, 3}, {LabelUse::DirectMark, 600, 0, 3},
      {LabelUse::DirectMark, 600, 616, 0},        {LabelUse::GeneralDistribution, 203, 0, 6}};
  for (const auto& c : cases) {
    const auto plan = plan_print(*matrix, {.dpi = c.dpi, .use = c.use, .x_dimension_um = c.x_um});
    ASSERT_EQ(plan.has_value(), c.dots != 0) << to_string(c.use) << " " << c.dpi << " " << c.x_um;
    if (plan) {
      EXPECT_EQ(plan->module.dots, c.dots) << to_string(c.use) << " " << c.dpi << " " << c.x_um;
    } else {
      EXPECT_EQ(plan.error().field, "x_dimension");
    }
  }
  EXPECT_EQ(plan_print(*bars, {.use = LabelUse::RetailPos}).error().field, "kind");
  EXPECT_EQ(plan_print(*bars, {.use = LabelUse::DirectMark}).error().field, "kind");
  for (const int height : {31'749, 200'001}) {
    EXPECT_EQ(
        plan_print(*bars, {.use = LabelUse::LogisticUnit, .bar_height_um = height}).error().field,
        "bar_height");
  }
  const auto plan = plan_print(*bars, {.dpi = 203, .use = LabelUse::LogisticUnit});
  ASSERT_TRUE(plan);
  EXPECT_GE(plan->bar_height_dots * 25'400, 31'750 * 203);  // Not a dot too short.
  EXPECT_TRUE(plan_print(*bars, {.use = LabelUse::HealthcareNonRetail, .bar_height_um = 12'700}));
}

TEST(PrintPlans, RefuseAGs1128LongerThanItMayBe) {
  // Six dots at 300 dpi: 305 modules and the quiet zones are 165.10 mm.
  MadeSymbol bars{SymbolKind::Gs1128, BitMatrix(305, 1), ""};
  const PlanRequest request{.use = LabelUse::LogisticUnit};
  const auto plan = plan_print(bars, request);
  ASSERT_TRUE(plan) << plan.error().to_text();
  EXPECT_EQ(static_cast<long>(plan->width_dots) * 25'400 / plan->dpi, kGs1128WidthUmMax);
  bars.modules = BitMatrix(306, 1);
  EXPECT_EQ(plan_print(bars, request).error().field, "width");
  // 48 digits at the least X-dimension of a logistic unit.
  const auto longest =
      make("[00]395060001343520001[02]09506000134352[37]12345678", SymbolKind::Gs1128);
  ASSERT_TRUE(longest) << longest.error().to_text();
  EXPECT_TRUE(plan_print(*longest, request));
  EXPECT_EQ(
      plan_print(*longest, {.use = LabelUse::LogisticUnit, .x_dimension_um = 600}).error().field,
      "width");
}

TEST(PrintPlans, KeepToTheRoomOnThePack) {
  const auto made = make(kDemo, SymbolKind::Gs1DataMatrix);
  // 26 modules of 4 dots at 300 dpi: 8.805 mm.
  PlanRequest request{.width_um_max = 8'805, .height_um_max = 8'805};
  EXPECT_TRUE(plan_print(*made, request));
  request.width_um_max = 8'804;
  EXPECT_EQ(plan_print(*made, request).error().field, "room");
  request = {.height_um_max = 8'804};
  EXPECT_EQ(plan_print(*made, request).error().field, "room");
}

}  // namespace
}  // namespace packtrail::symbology
