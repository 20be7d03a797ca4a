// Every row of the degradation table at several symbol sizes, and the search for wrong answers.
// PACKTRAIL_LONG=1 looks at more pictures, PACKTRAIL_PICTURES and PACKTRAIL_TRIALS say how many;
// the table in docs/user/reading.md is the output.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "symbology/read/reader.h"
#include "symbology/testing/pictures.h"
#include "symbology/testing/symbols.h"

namespace packtrail::symbology {
namespace {

using test::Chance;
using test::photograph;
using test::View;

bool is_long() {
  const char* wanted = std::getenv("PACKTRAIL_LONG");
  return wanted != nullptr && std::string(wanted) == "1";
}

// Pictures per size and row; PACKTRAIL_PICTURES says another number.
std::uint64_t pictures_wanted() {
  if (const char* wanted = std::getenv("PACKTRAIL_PICTURES")) {
    return static_cast<std::uint64_t>(std::max(std::atoi(wanted), 1));
  }
  return is_long() ? 100 : test::kSanitized ? 1 : 3;
}

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

struct Row {
  const char* name;
  View view;
  // Percent of all sizes together that must be read; 0 where the table shows no promise.
  int at_least;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {"clean, any angle", {}, 99},
      {"perspective 5 %", {.perspective = 0.05}, 99},
      {"perspective 15 %", {.perspective = 0.15}, 99},
      {"mirrored", {.mirrored = true}, 99},
      {"blur 0.25 module", {.blur_modules = 0.25}, 99},
      {"blur 0.5 module", {.blur_modules = 0.5}, 99},
      {"blur 0.6 module", {.blur_modules = 0.6}, 99},
      {"blur 0.7 module", {.blur_modules = 0.7}, 0},
      {"noise 20", {.noise_sd = 20}, 99},
      {"noise 50", {.noise_sd = 50}, 99},
      {"noise 80", {.noise_sd = 80}, 99},
      {"blur 0.25, noise 30", {.blur_modules = 0.25, .noise_sd = 30}, 99},
      {"contrast 110 - 150", {.dark = 110, .light = 150}, 99},
      {"contrast 120 - 130", {.dark = 120, .light = 130}, 99},
      {"light falls to 0.2", {.gradient = 0.8}, 99},
      {"light on dark", {.dark = 215, .light = 40}, 99},
      {"damage 2 %", {.damage_area = 0.02}, 99},
      {"damage 5 %", {.damage_area = 0.05}, 99},
      {"damage 10 %", {.damage_area = 0.10}, 99},
      {"damage 15 %", {.damage_area = 0.15}, 0},
      {"scratch 3 px", {.scratch_pixels = 3}, 99},
      {"scratch 8 px", {.scratch_pixels = 8}, 99},
      {"module flips 2 %", {.flip_rate = 0.02}, 0},
      {"module flips 4 %", {.flip_rate = 0.04}, 0},
      {"dots, radius 1/3", {.dot_radius = 0.333}, 99},
      {"print gain 50 %", {.print_gain = 0.5}, 99},
      {"3 px per module", {.pixels_per_module = 3}, 99},
      {"2 px per module", {.pixels_per_module = 2}, 99},
      {"1.5 px per module", {.pixels_per_module = 1.5}, 99},
      {"quiet zone 1X", {.quiet_modules = 1}, 99},
      {"quiet zone 0", {.quiet_modules = 0}, 99},
      {"perspective 5 %, blur 0.25, noise 15",
       {.blur_modules = 0.25, .noise_sd = 15, .perspective = 0.05},
       99},
  };
  return kRows;
}

struct Side {
  int rows, columns;
};
constexpr Side kSizes[] = {{16, 16}, {18, 18}, {20, 20}, {22, 22}, {24, 24}, {26, 26},
                           {32, 32}, {36, 36}, {48, 48}, {16, 48}, {12, 36}};

// Sanitizers look at one square and one rectangular size.
bool is_wanted(const Side& side) {
  return !test::kSanitized || side.rows == 24 || (side.rows == 12 && side.columns == 36);
}

constexpr std::uint64_t kSeed = 90'210;

TEST(Degradation, Table) {
  const std::uint64_t pictures = pictures_wanted();
  std::printf("seed %llu, %llu pictures each, any angle, 6 pixels per module unless said\n",
              static_cast<unsigned long long>(kSeed), static_cast<unsigned long long>(pictures));
  std::printf("%-38s", "");
  for (const Side& side : kSizes) {
    if (is_wanted(side)) std::printf(" %2dx%-2d", side.rows, side.columns);
  }
  std::printf("   all\n");
  SymbolReader reader;
  for (const Row& row : rows()) {
    std::printf("%-38s", row.name);
    std::uint64_t good = 0, tried = 0;
    std::map<std::string, int> rungs;
    for (const Side& side : kSizes) {
      if (!is_wanted(side)) continue;
      std::uint64_t read_here = 0;
      for (std::uint64_t i = 0; i < pictures; ++i) {
        const std::uint64_t seed =
            kSeed + 1'000 * i + static_cast<std::uint64_t>(side.rows + 7 * side.columns);
        const auto drawn = test::draw_datamatrix(side.rows, side.columns, seed);
        ASSERT_FALSE(drawn.data.empty());
        Chance chance(seed);
        View view = row.view;
        view.degrees = chance.uniform(-180, 180);
        const ReadResult read = reader.read(photograph(drawn.symbol, view, seed));
        if (!read) continue;
        EXPECT_EQ(text(read->data), drawn.data) << row.name << ", seed " << seed;
        ++read_here;
        ++rungs[to_string(read->rung)];
      }
      std::printf(" %5.1f", 100.0 * static_cast<double>(read_here) / static_cast<double>(pictures));
      good += read_here;
      tried += pictures;
    }
    std::printf(" %5.1f ", 100.0 * static_cast<double>(good) / static_cast<double>(tried));
    for (const auto& [rung, count] : rungs) std::printf(" %s %d", rung.c_str(), count);
    std::printf("\n");
    // With few pictures one more may fail than the promise has.
    const std::uint64_t spare = tried < 1'000 ? 1 : 0;
    EXPECT_GE(100 * (good + spare), tried * static_cast<std::uint64_t>(row.at_least)) << row.name;
  }
}

// Symbols of all sizes, disturbed in every way at once up to far beyond what can be read: what is
// answered must be what was drawn.
TEST(Degradation, NeverAWrongAnswer) {
  std::uint64_t trials = is_long() ? 1'000'000 : test::kSanitized ? 200 : 10'000;
  if (const char* wanted = std::getenv("PACKTRAIL_TRIALS")) {
    trials = static_cast<std::uint64_t>(std::max(std::atoll(wanted), 1LL));
  }
  constexpr std::uint64_t kFirst = 7'000'000;
  constexpr Side kSmall[] = {{10, 10}, {12, 12}, {14, 14}, {16, 16}, {18, 18}, {20, 20},
                             {22, 22}, {24, 24}, {26, 26}, {8, 18},  {8, 32},  {12, 26}};
  SymbolReader reader({.attempts_max = 16});
  SymbolReader patient({.symbols = SymbolSet::AllPrinted});
  std::uint64_t read_count = 0, wrong = 0;
  for (std::uint64_t i = 0; i < trials; ++i) {
    const std::uint64_t seed = kFirst + i;
    Chance chance(seed);
    const Side side = kSmall[chance.next() % std::size(kSmall)];
    const auto drawn = test::draw_datamatrix(side.rows, side.columns, seed);
    ASSERT_FALSE(drawn.data.empty());
    const double level = chance.uniform(0, 1.6);  // 1 is about where reading ends.
    View view;
    view.pixels_per_module = chance.uniform(2, 3.6);
    view.degrees = chance.uniform(-180, 180);
    view.blur_modules = level * chance.uniform(0, 0.6);
    view.noise_sd = level * chance.uniform(0, 60);
    view.gradient = chance.uniform(0, 0.6);
    view.perspective = chance.uniform(0, 0.1);
    view.quiet_modules = static_cast<int>(chance.next() % 4);
    view.flip_rate = chance.uniform() < 0.5 ? level * chance.uniform(0, 0.12) : 0;
    view.damage_area = chance.uniform() < 0.4 ? level * chance.uniform(0, 0.25) : 0;
    view.scratch_pixels = chance.uniform() < 0.2 ? chance.uniform(1, 6) : 0;
    view.mirrored = chance.uniform() < 0.1;
    if (chance.uniform() < 0.1) std::swap(view.dark, view.light);
    const ReadResult read =
        (i % 32 == 0 ? patient : reader).read(photograph(drawn.symbol, view, seed));
    if (!read) continue;
    ++read_count;
    if (text(read->data) == drawn.data && read->is_gs1_datamatrix()) continue;
    ++wrong;
    ADD_FAILURE() << "seed " << seed << ": " << side.rows << " x " << side.columns << " read as "
                  << read->identifier << " " << text(read->data) << " by " << to_string(read->rung)
                  << " instead of " << drawn.data;
  }
  std::printf("seeds %llu + 0..%llu: %llu read, %llu wrong\n",
              static_cast<unsigned long long>(kFirst), static_cast<unsigned long long>(trials - 1),
              static_cast<unsigned long long>(read_count), static_cast<unsigned long long>(wrong));
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(read_count, trials / 4);
}

}  // namespace
}  // namespace packtrail::symbology
