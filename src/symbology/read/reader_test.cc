#include "symbology/read/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include "symbology/make/datamatrix.h"
#include "symbology/raster.h"
#include "symbology/testing/pictures.h"
#include "symbology/testing/symbols.h"

namespace packtrail::symbology {
namespace {

using test::Chance;
using test::photograph;
using test::View;

std::string serial_of(Chance& chance) {
  std::string serial(12, ' ');
  for (char& c : serial) c = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"[chance.next() % 32];
  return serial;
}

struct Case {
  const char* name;
  View view;
  int at_least;  // Of 20, at any angle.
};

constexpr int kPictures = test::kSanitized ? 4 : 20;
constexpr std::uint64_t kSeed = 4'711;

// The floors are what was measured (six times as many pictures, other seeds), less a margin.
const Case kCases[] = {
    {"clean", {}, 20},
    {"blur 0.3", {.blur_modules = 0.3}, 20},
    {"blur 0.5", {.blur_modules = 0.5}, 19},
    {"blur 0.6", {.blur_modules = 0.6}, 17},
    {"blur 0.5, noise 20", {.pixels_per_module = 5.3, .blur_modules = 0.5, .noise_sd = 20}, 18},
    {"noise 20", {.noise_sd = 20}, 20},
    {"noise 80", {.noise_sd = 80}, 19},
    {"blur 0.25, noise 30", {.blur_modules = 0.25, .noise_sd = 30}, 20},
    {"blur 0.4, noise 20, weak",
     {.blur_modules = 0.4, .noise_sd = 20, .dark = 70, .light = 190},
     19},
    {"contrast 40 levels", {.dark = 110, .light = 150}, 20},
    {"contrast 10 levels", {.dark = 120, .light = 130}, 20},
    {"light falls to 0.2", {.gradient = 0.8}, 19},
    {"light on dark", {.dark = 215, .light = 40}, 20},
    {"damage 5 %", {.damage_area = 0.05}, 19},
    {"module flips 2 %", {.flip_rate = 0.02}, 13},
    {"dots", {.dot_radius = 0.333}, 19},
    {"3 pixels per module", {.pixels_per_module = 3}, 20},
    {"2 pixels per module", {.pixels_per_module = 2}, 19},
    {"1.5 pixels per module", {.pixels_per_module = 1.5}, 17},
    {"quiet zone 1", {.quiet_modules = 1}, 20},
    {"no quiet zone", {.quiet_modules = 0}, 19},
    {"mirrored", {.mirrored = true}, 19},
    {"perspective 10 %", {.perspective = 0.10}, 19},
    {"perspective 5 %, blur 0.25, noise 15",
     {.blur_modules = 0.25, .noise_sd = 15, .perspective = 0.05},
     19},
    {"a line's usual picture",
     {.pixels_per_module = 5.3,
      .blur_modules = 0.3,
      .noise_sd = 20,
      .dark = 80,
      .light = 180,
      .gradient = 0.3},
     19},
};

TEST(SymbolReader, ReadsDisturbedSymbolsAndNeverWrongly) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  SymbolReader reader;
  for (const Case& c : kCases) {
    int good = 0;
    std::map<std::string, int> rungs;
    for (std::uint64_t i = 0; i < kPictures; ++i) {
      Chance chance(kSeed + i);
      const std::string serial = serial_of(chance);
      const auto symbol =
          make_gs1_datamatrix("[01]09506000134352[21]" + serial + "[17]271231[10]LOT123");
      ASSERT_TRUE(symbol);
      View view = c.view;
      view.degrees = chance.uniform(-180, 180);
      const ReadResult read = reader.read(photograph(*symbol, view, kSeed * 7 + i));
      if (!read) continue;
      EXPECT_TRUE(read->is_gs1_datamatrix()) << c.name;
      EXPECT_EQ(std::string(read->data.begin(), read->data.end()),
                "010950600013435221" + serial + "\x1D" + "1727123110LOT123")
          << c.name << ", picture " << i;
      ++good;
      ++rungs[to_string(read->rung)];
    }
    std::printf("%-40s %2d of %d ", c.name, good, kPictures);
    for (const auto& [rung, count] : rungs) std::printf(" %s %d", rung.c_str(), count);
    std::printf("\n");
    EXPECT_GE(good, c.at_least * kPictures / 20) << c.name;
  }
}

TEST(SymbolReader, SamePictureSameAnswer) {
  const auto symbol = make_gs1_datamatrix("[01]09506000134352[21]SAME");
  ASSERT_TRUE(symbol);
  const GreyImage picture =
      photograph(*symbol, {.degrees = 33, .blur_modules = 0.4, .noise_sd = 20}, 5);
  SymbolReader one, other;
  const ReadResult first = one.read(picture);
  ASSERT_TRUE(first);
  EXPECT_FALSE(one.read(GreyImage(50, 50)));  // What came before leaves no trace.
  for (SymbolReader* reader : {&one, &other}) {
    const ReadResult again = reader->read(picture);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->data, first->data);
    EXPECT_EQ(again->rung, first->rung);
    EXPECT_EQ(again->attempts, first->attempts);
  }
}

TEST(SymbolReader, ReportsWhereTheSymbolLies) {
  const auto symbol = make_gs1_datamatrix("[01]09506000134352[21]WHERE");
  ASSERT_TRUE(symbol);
  const auto print = render_pixels(*symbol, 6, 4);
  ASSERT_TRUE(print);
  SymbolReader reader;
  const ReadResult read = reader.read(*print);
  ASSERT_TRUE(read);
  const float low = 4 * 6, high = low + static_cast<float>(symbol->width() * 6);
  const float expected[4][2] = {{low, low}, {high, low}, {high, high}, {low, high}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(read->corners[i].x, expected[i][0], 3) << i;
    EXPECT_NEAR(read->corners[i].y, expected[i][1], 3) << i;
  }
}

TEST(SymbolReader, FindsNothingWhereNothingIs) {
  SymbolReader reader;
  EXPECT_FALSE(reader.read(GreyImage{}));
  for (const int side : {1, 2, 3, 15, 16, 17, 200}) {
    for (const int tone : {0, 128, 255}) {
      EXPECT_FALSE(reader.read(GreyImage(side, side, static_cast<std::uint8_t>(tone)))) << side;
    }
  }
  EXPECT_FALSE(reader.read(GreyImage(300, 1)));
  EXPECT_FALSE(reader.read(GreyImage(1, 300)));
  for (std::uint64_t seed = 0; seed < (test::kSanitized ? 6 : 40); ++seed) {
    Chance chance(seed);
    GreyImage noise(96, 96);
    const bool coarse = seed % 2 == 1;  // Blocks the size of modules look more like a symbol.
    for (int y = 0; y < 96; ++y) {
      for (int x = 0; x < 96; ++x) {
        noise.at(x, y) =
            coarse && (x % 4 != 0 || y % 4 != 0)
                ? noise.at(x - x % 4, y - y % 4)
                : static_cast<std::uint8_t>(coarse ? (chance.next() & 1) * 255 : chance.next());
      }
    }
    EXPECT_FALSE(reader.read(noise)) << "seed " << seed;
  }
}

TEST(SymbolReader, TooMuchDamageIsNoAnswerRatherThanAWrongOne) {
  SymbolReader reader;
  int read_count = 0;
  constexpr std::uint64_t kTries = test::kSanitized ? 8 : 60;
  for (std::uint64_t i = 0; i < kTries; ++i) {
    Chance chance(900 + i);
    const std::string serial = serial_of(chance);
    const auto symbol = make_gs1_datamatrix("[01]09506000134352[21]" + serial);
    ASSERT_TRUE(symbol);
    const View view{.degrees = chance.uniform(-180, 180),
                    .blur_modules = chance.uniform(0, 0.9),
                    .noise_sd = chance.uniform(0, 60),
                    .flip_rate = chance.uniform(0.02, 0.3)};
    const ReadResult read = reader.read(photograph(*symbol, view, i));
    if (!read) continue;
    ++read_count;
    EXPECT_EQ(std::string(read->data.begin(), read->data.end()), "010950600013435221" + serial);
  }
  EXPECT_LT(read_count, static_cast<int>(kTries) / 2);
}

TEST(SymbolReader, AttemptsAreTheLimit) {
  const auto symbol = make_gs1_datamatrix("[01]09506000134352[21]LIMIT");
  ASSERT_TRUE(symbol);
  // Too blurred for the first rungs, and light on dark: needs many attempts.
  const GreyImage picture = photograph(*symbol, {.dark = 215, .light = 40}, 3);
  SymbolReader patient;
  const ReadResult read = patient.read(picture);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->inverted);
  ASSERT_GT(read->attempts, 1);
  SymbolReader exact({.attempts_max = read->attempts});
  EXPECT_TRUE(exact.read(picture));
  SymbolReader hasty({.attempts_max = read->attempts - 1});
  EXPECT_FALSE(hasty.read(picture));
  SymbolReader upright({.try_inverted = false});
  EXPECT_FALSE(upright.read(picture));
}

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

TEST(SymbolReader, OtherIdentifiersAreForeignNotAccepted) {
  const auto link = test::draw_link_datamatrix(6);
  const GreyImage alone = photograph(link.symbol, {.degrees = 12, .noise_sd = 10}, 2);
  SymbolReader strict({.allowed = {"]d2"}});
  const ReadReport report = strict.inspect(alone);
  EXPECT_EQ(report.outcome, Outcome::Foreign);
  ASSERT_TRUE(report.symbol);
  EXPECT_EQ(report.symbol->identifier, "]d1");
  EXPECT_FALSE(strict.read(alone));
  SymbolReader lax({.allowed = {"]d1", "]d2"}});
  const ReadResult read = lax.read(alone);
  ASSERT_TRUE(read);
  EXPECT_EQ(text(read->data), link.data);

  // Beside an allowed one, the foreign one does not hide it.
  const auto ours = test::draw_datamatrix(24, 24, 8);
  const GreyImage other = photograph(ours.symbol, {.degrees = -20, .noise_sd = 10}, 4);
  GreyImage both(alone.width + other.width + 40, std::max(alone.height, other.height), 215);
  for (int y = 0; y < alone.height; ++y) {
    std::copy_n(alone.row(y), alone.width, both.row(y));
  }
  for (int y = 0; y < other.height; ++y) {
    std::copy_n(other.row(y), other.width, both.row(y) + alone.width + 40);
  }
  const ReadResult found = strict.read(both);
  ASSERT_TRUE(found);
  EXPECT_EQ(text(found->data), ours.data);
}

TEST(SymbolReader, ReadsEveryPrintedKind) {
  struct Kind {
    const char* identifier;
    test::Drawn drawn;
  };
  SymbolReader reader({.symbols = SymbolSet::AllPrinted});
  for (std::uint64_t seed = 1; seed <= (test::kSanitized ? 1 : 5); ++seed) {
    const Kind kinds[] = {
        {"]d2", test::draw_datamatrix(24, 24, seed)},
        {"]d2", test::draw_datamatrix(16, 48, seed)},
        {"]d2", test::draw_datamatrix(8, 64, seed)},
        {"]d2", test::draw_datamatrix(26, 40, seed)},
        {"]d2", test::draw_datamatrix(36, 36, seed)},
        {"]d1", test::draw_link_datamatrix(seed)},
        {"]Q3", test::draw_gs1_qr(seed)},
        {"]Q1", test::draw_link_qr(seed)},
        {"]C1", test::draw_gs1_128(seed)},
        {"]I1", test::draw_itf14(seed)},
    };
    for (const Kind& kind : kinds) {
      ASSERT_FALSE(kind.drawn.data.empty());
      const auto picture = render_pixels(kind.drawn.symbol, 4, 10, 120);
      ASSERT_TRUE(picture);
      const ReadResult read = reader.read(*picture);
      ASSERT_TRUE(read) << kind.identifier << " " << kind.drawn.bracketed;
      EXPECT_EQ(read->identifier, kind.identifier);
      EXPECT_EQ(text(read->data), kind.drawn.data);
    }
  }
}

TEST(SymbolReader, ABudgetOfPixelsIsKeptExactly) {
  const auto drawn = test::draw_datamatrix(24, 24, 5);
  // Light on dark and noisy: found after several steps.
  const GreyImage picture =
      photograph(drawn.symbol, {.degrees = 9, .noise_sd = 40, .dark = 215, .light = 40}, 3);
  const ReadReport report = SymbolReader().inspect(picture);
  ASSERT_EQ(report.outcome, Outcome::Read);
  EXPECT_GT(report.pixels, picture.pixels.size());
  EXPECT_EQ(SymbolReader({.pixels_max = report.pixels}).inspect(picture).outcome, Outcome::Read);
  EXPECT_EQ(SymbolReader({.pixels_max = report.pixels + 1}).inspect(picture).outcome,
            Outcome::Read);
  const ReadReport below = SymbolReader({.pixels_max = report.pixels - 1}).inspect(picture);
  EXPECT_EQ(below.outcome, Outcome::OutOfBudget);
  EXPECT_FALSE(below.symbol);
  EXPECT_LT(below.pixels, report.pixels);
  // Without a symbol the budget bounds the work, too.
  const GreyImage noise = photograph(drawn.symbol, {.noise_sd = 60, .flip_rate = 0.5}, 8);
  for (const std::uint64_t budget :
       {std::uint64_t{1}, std::uint64_t{50'000}, std::uint64_t{400'000}}) {
    const ReadReport cut = SymbolReader({.pixels_max = budget}).inspect(noise);
    EXPECT_EQ(cut.outcome, Outcome::OutOfBudget);
    EXPECT_LE(cut.pixels, budget);
  }
}

// Each look at it takes a millisecond.
class TickingClock : public Clock {
 public:
  [[nodiscard]] UtcTime now() const override { return UtcTime{}; }
  [[nodiscard]] std::int64_t monotonic_ns() const override { return looks_++ * 1'000'000; }
  [[nodiscard]] std::int64_t looks() const { return looks_; }

 private:
  mutable std::int64_t looks_ = 0;
};

TEST(SymbolReader, ATimeLimitEndsTheSearch) {
  const auto drawn = test::draw_datamatrix(24, 24, 5);
  const GreyImage picture =
      photograph(drawn.symbol, {.degrees = 9, .noise_sd = 40, .dark = 215, .light = 40}, 3);
  TickingClock counting;
  ASSERT_EQ(
      SymbolReader({.clock = &counting, .time_ns_max = 1'000'000'000}).inspect(picture).outcome,
      Outcome::Read);
  const std::int64_t steps = counting.looks() - 1;  // The first look is the start.
  ASSERT_GT(steps, 2);
  const auto outcome_within = [&](std::int64_t milliseconds) {
    TickingClock clock;
    return SymbolReader({.clock = &clock, .time_ns_max = milliseconds * 1'000'000})
        .inspect(picture)
        .outcome;
  };
  EXPECT_EQ(outcome_within(steps + 1), Outcome::Read);
  EXPECT_EQ(outcome_within(steps + 2), Outcome::Read);
  EXPECT_EQ(outcome_within(steps), Outcome::OutOfBudget);
  EXPECT_EQ(outcome_within(0), Outcome::OutOfBudget);
}

TEST(SymbolReader, SaysHowManyCodewordsWereWrong) {
  const auto drawn = test::draw_datamatrix(24, 24, 12);
  BitMatrix hurt = drawn.symbol;
  hurt.set(5, 5, !hurt.get(5, 5));
  hurt.set(17, 16, !hurt.get(17, 16));
  const auto picture = render_pixels(hurt, 5, 2);
  ASSERT_TRUE(picture);
  const ReadResult read = SymbolReader().read(*picture);
  ASSERT_TRUE(read);
  EXPECT_EQ(text(read->data), drawn.data);
  EXPECT_EQ(read->corrected, 2);
  EXPECT_EQ(read->rows, 24);
  EXPECT_EQ(read->columns, 24);
}

TEST(SymbolReader, LargePicturesAreHalvedAndStillRead) {
  const auto symbol = make_gs1_datamatrix("[01]09506000134352[21]LARGE");
  ASSERT_TRUE(symbol);
  const GreyImage part =
      photograph(*symbol, {.pixels_per_module = 16, .degrees = 20, .noise_sd = 20}, 9);
  GreyImage picture(3000, 1600, 210);
  for (int y = 0; y < part.height; ++y) {
    std::copy_n(part.row(y), part.width, picture.row(y + 500) + 1200);
  }
  SymbolReader reader;
  const ReadResult read = reader.read(picture);
  ASSERT_TRUE(read);
  for (const Point corner : read->corners) {
    EXPECT_GT(corner.x, 1200);
    EXPECT_LT(corner.x, 1200 + part.width);
    EXPECT_GT(corner.y, 500);
    EXPECT_LT(corner.y, 500 + part.height);
  }
}

}  // namespace
}  // namespace packtrail::symbology
