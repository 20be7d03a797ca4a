#include "symbology/grade/trend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "symbology/grade/drawn.h"
#include "symbology/grade/grade.h"
#include "symbology/testing/pictures.h"

namespace packtrail::symbology {
namespace {

using test::Chance;

TEST(GradeTrend, SteadyNoiseGivesNoAlarmInAHundredThousandPacks) {
  const int seeds = test::kSanitized ? 2 : 20;
  const std::vector<std::pair<const char*, std::function<double(Chance&, double&)>>> noises = {
      {"normal", [](Chance& c, double&) { return 3 + 0.4 * c.normal(); }},
      {"near the limit", [](Chance& c, double&) { return 1.8 + 0.3 * c.normal(); }},
      {"whole grades", [](Chance& c, double&) { return c.uniform() < 0.7 ? 4.0 : 3.0; }},
      {"rare failures", [](Chance& c, double&) { return c.uniform() < 0.002 ? 0.0 : 4.0; }},
      {"skewed", [](Chance& c, double&) { return 4 + std::log(c.uniform() + 1e-9) * 0.3; }},
      {"neighbours alike",
       [](Chance& c, double& state) { return 3 + (state = 0.6 * state + 0.3 * c.normal()); }},
      {"constant", [](Chance&, double&) { return 4.0; }},
  };
  for (const auto& [name, noise] : noises) {
    int alarms = 0;
    for (int seed = 0; seed < seeds; ++seed) {
      Chance chance(static_cast<std::uint64_t>(seed) * 7 + 1);
      GradeTrend trend({.limit = 1.5, .warn_packs = 1000});
      double state = 0;
      for (int pack = 0; pack < 100'000; ++pack) {
        const TrendState now = trend.add(noise(chance, state));
        if (now == TrendState::Falling || now == TrendState::Below) {
          ++alarms;
          break;
        }
      }
      EXPECT_EQ(trend.packs_left(), std::nullopt) << name;
    }
    EXPECT_EQ(alarms, 0) << name;
  }
}

TEST(GradeTrend, AStraightFallIsWarnedOfInTimeAndTheRestIsPredicted) {
  for (const double packs : {3000.0, 10'000.0, 60'000.0}) {
    for (const double noise : {0.0, 0.2}) {
      Chance chance(11);
      GradeTrend trend({.limit = 1.5, .warn_packs = 500});
      // Steady for 5,000, then from 4.0 down to the limit in `packs`.
      int warned = -1;
      std::int64_t predicted = 0;
      for (int pack = 0; pack < 5000 + packs; ++pack) {
        const double clean = pack < 5000 ? 4 : 4 - 2.5 * (pack - 5000) / packs;
        if (trend.add(clean + noise * chance.normal()) == TrendState::Falling && warned < 0) {
          warned = pack;
          predicted = *trend.packs_left();
        }
      }
      ASSERT_GE(warned, 5000) << packs << " " << noise;
      const double left = 5000 + packs - warned;
      EXPECT_GE(left, 500) << packs << " " << noise;
      EXPECT_NEAR(static_cast<double>(predicted), left, 0.35 * left + 150) << packs << " " << noise;
    }
  }
}

TEST(GradeTrend, AWarningGoesAwayWhenTheCauseDoes) {
  Chance chance(5);
  GradeTrend trend({.limit = 1.5, .warn_packs = 1000});
  const auto run = [&](int packs, double from, double to) {
    TrendState state = trend.state();
    for (int i = 0; i < packs; ++i) {
      state = trend.add(from + (to - from) * i / packs + 0.1 * chance.normal());
    }
    return state;
  };
  EXPECT_EQ(run(700, 4, 4), TrendState::Learning);
  EXPECT_EQ(run(1000, 4, 4), TrendState::Steady);
  EXPECT_EQ(run(2000, 4, 2), TrendState::Falling);
  EXPECT_EQ(run(2000, 4, 4), TrendState::Steady) << "the head was cleaned";
  EXPECT_EQ(run(1000, 1.2, 1.2), TrendState::Below);
  EXPECT_EQ(trend.packs_left(), 0);
}

TEST(GradeTrend, LimitsOfTheOptionsHold) {
  GradeTrend trend({.limit = 1.5, .warn_packs = -3, .batch = 0});  // Taken as 1 and 2.
  for (int i = 0; i < 31; ++i) EXPECT_EQ(trend.add(4), TrendState::Learning);
  EXPECT_EQ(trend.add(NAN), TrendState::Learning) << "left out";
  EXPECT_EQ(trend.add(4), TrendState::Steady) << "16 batches of 2";
}

// A run of drawn pictures that gets worse: `step` 0..1 is how far the cause has come.
struct Series {
  const char* name;
  std::function<GreyImage(double step, std::uint64_t seed)> draw;
};

TEST(GradeTrend, DrawnDegradationIsWarnedOfBeforePacksFail) {
  using test::Scene;
  using test::Shot;
  constexpr int kWarn = 25, kSteady = 90, kFall = 240;
  const BitMatrix symbol = test::pack_symbol();
  const std::vector<Series> all = {
      {"dirty print head: one column fades away",
       [&](double step, std::uint64_t seed) {
         Scene scene(symbol);
         // The leftmost bar: a column of the data alone would be corrected, this one is the finder.
         for (int y = 0; y < 24; ++y) {
           scene.grey(0, y) = scene.dark + (scene.light - scene.dark) * 0.55 * step;
         }
         return test::draw(scene, {.pixels = 4, .noise = 3, .seed = seed});
       }},
      {"fading contrast",
       [&](double step, std::uint64_t seed) {
         return test::draw(Scene(symbol, 30 + 140 * step, 225),
                           {.pixels = 4, .noise = 3, .seed = seed});
       }},
      {"growing blur",
       [&](double step, std::uint64_t seed) {
         return test::draw(Scene(symbol),
                           {.pixels = 4, .blur = 0.15 + 0.35 * step, .noise = 3, .seed = seed});
       }},
  };
  for (const Edition edition : {Edition::Iso15415_2011, Edition::Iso15415_2024}) {
    for (const Series& series : all) {
      if (test::kSanitized && &series != &all[1]) continue;  // The plain build looks at all.
      RunTrend trend({.limit = 1.5, .warn_packs = kWarn, .batch = 3});
      GradeOptions options;
      options.edition = edition;
      Grader grader;
      int warned = -1, failed = -1;
      for (int pack = 0; pack < kSteady + kFall && failed < 0; ++pack) {
        const double step = std::max(0.0, static_cast<double>(pack - kSteady) / kFall);
        const GreyImage picture = series.draw(step, static_cast<std::uint64_t>(pack));
        const auto report = grader.grade({&picture, 1}, options);
        if (!report || report->grade < 1.5) {
          failed = pack;
          break;
        }
        if (!trend.add(*report).empty() && warned < 0) warned = pack;
      }
      ASSERT_GE(failed, kSteady) << series.name << ": the series must end in failing packs";
      ASSERT_GE(warned, kSteady) << series.name << ": warned, and not while it was steady";
      EXPECT_GE(failed - warned, kWarn) << series.name;
    }
  }
}

}  // namespace
}  // namespace packtrail::symbology
