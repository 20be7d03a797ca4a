#include "symbology/grade/grade.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "base/assert.h"
#include "symbology/grade/drawn.h"
#include "symbology/grade/scale.h"
#include "symbology/make/datamatrix.h"
#include "symbology/raster.h"
#include "symbology/testing/pictures.h"

namespace packtrail::symbology {
namespace {

using test::Chance;
using test::draw;
using test::pack_symbol;
using test::Scene;
using test::Shot;
using test::symbol_of_size;

GradeReport graded(const GreyImage& picture, Edition edition = Edition::Iso15415_2011) {
  GradeOptions options;
  options.edition = edition;
  static Grader grader;
  auto report = grader.grade({&picture, 1}, options);
  if (!report) ADD_FAILURE() << report.error().to_text();
  PACKTRAIL_ASSERT(report.has_value());
  return std::move(*report);
}

ParameterGrade of(const GradeReport& report, Parameter parameter) {
  const ParameterGrade* found = report.scans.at(0).find(parameter);
  EXPECT_NE(found, nullptr) << key_of(parameter);
  return *found;
}

std::string table(const GradeReport& report) {
  std::string out = report.text + "\n";
  for (const ParameterGrade& each : report.scans.at(0).parameters) {
    out += std::string(key_of(each.parameter)) + " " + std::to_string(each.value) + " -> " +
           std::to_string(each.grade) + "\n";
  }
  for (const Segment& each : report.scans.at(0).segments) {
    out +=
        each.name + " " + std::to_string(each.damage) + " -> " + std::to_string(each.grade) + "\n";
  }
  return out;
}

TEST(Grade, APerfectSymbolHasEveryGradeFour) {
  for (const Edition edition :
       {Edition::Iso15415_2011, Edition::Iso15415_2024, Edition::Iso29158}) {
    const GradeReport report = graded(draw(Scene(pack_symbol())), edition);
    EXPECT_EQ(report.grade, 4.0) << table(report);
    EXPECT_EQ(report.letter, 'A');
    EXPECT_TRUE(report.causes.empty());
    EXPECT_TRUE(report.estimate);
    EXPECT_EQ(report.scans[0].grid.size.columns, 24);
    EXPECT_EQ(report.scans[0].identifier, "]d2");
    EXPECT_NEAR(report.scans[0].grid.x_pixels, 8, 0.02);
    EXPECT_LT(of(report, Parameter::GridNonuniformity).value, 0.05);
    EXPECT_LT(of(report, Parameter::AxialNonuniformity).value, 0.005);
  }
}

// The first k codewords of the symbol's layout with one module each turned over.
Scene with_wrong_codewords(int k, std::uint64_t seed) {
  Scene scene(pack_symbol());
  const Ecc200Layout& layout = Ecc200Layout::of(*std::find_if(
      ecc200_sizes().begin(), ecc200_sizes().end(), [](const auto& s) { return s.columns == 24; }));
  Chance chance(seed);
  std::vector<bool> used(static_cast<std::size_t>(layout.size().codewords()));
  while (k > 0) {
    const int x = static_cast<int>(chance.next() % 24), y = static_cast<int>(chance.next() % 24);
    const int word = layout.codeword(x, y);
    if (word < 0 || used[static_cast<std::size_t>(word)]) continue;
    used[static_cast<std::size_t>(word)] = true;
    scene.flip(x, y);
    --k;
  }
  return scene;
}

TEST(Grade, SymbolContrastIsTheDistanceOfTheGreys) {
  struct Case {
    double dark, light;
    double whole, fine;
  };
  // 255 is 100 %: contrast 0.70 is 178.5 greys.
  for (const Case& c : {Case{30, 220, 4, 4}, Case{40, 218, 3, 3.9}, Case{60, 220, 3, 3.5},
                        Case{60, 201, 3, 3.0}, Case{80, 219, 2, 2.9}, Case{100, 203, 2, 2.0},
                        Case{100, 200, 1, 1.9}, Case{100, 152, 1, 1.0}, Case{100, 150, 0, 0}}) {
    const GreyImage picture = draw(Scene(pack_symbol(), c.dark, c.light));
    const auto& whole = of(graded(picture), Parameter::SymbolContrast);
    EXPECT_NEAR(whole.value, (c.light - c.dark) / 255, 0.002);
    EXPECT_EQ(whole.grade, c.whole) << c.dark << " " << c.light;
    const auto& fine = of(graded(picture, Edition::Iso15415_2024), Parameter::SymbolContrast);
    EXPECT_NEAR(fine.grade, c.fine, 1e-9) << c.dark << " " << c.light;
  }
}

TEST(Grade, OneGreyModuleHasItsModulation) {
  const Scene plain(pack_symbol());
  for (const double grey : {35.0, 60.0, 80.0, 100.0, 120.0}) {
    Scene scene = plain;
    ASSERT_TRUE(scene.is_dark(0, 5));
    int x = 10;
    while (!scene.is_dark(x, 11)) ++x;
    scene.grey(x, 11) = grey;
    const GradeReport report = graded(draw(scene));
    const double expected = 2 * std::abs(grey - 125) / 190;
    EXPECT_NEAR(report.scans[0].module(x, 11).modulation, expected, 0.01);
    EXPECT_NEAR(of(report, Parameter::Modulation).value, expected, 0.01);
    EXPECT_NEAR(of(report, Parameter::ReflectanceMargin).value, expected, 0.01);
    EXPECT_EQ(of(report, Parameter::Modulation).grade, 4) << "one codeword is overlaid";
    EXPECT_FALSE(report.scans[0].module(x, 11).wrong);
  }
}

TEST(Grade, TheOverlayGradesModulationByTheCodewordsThatItSpoils) {
  // Dark modules of k codewords at modulation 0.2105 (grade 1): the notional errors limit the
  // higher levels, and level 1 is always reached.
  for (const auto& [k, grade] : {std::pair{4, 4.0},
                                 {5, 3.0},
                                 {6, 3.0},
                                 {7, 2.0},
                                 {8, 1.0},
                                 {9, 1.0},
                                 {12, 1.0},
                                 {20, 1.0}}) {
    Scene scene(pack_symbol());
    const Scene plain = scene;
    const Ecc200Layout& layout = Ecc200Layout::of(ecc200_sizes()[7]);
    std::vector<bool> used(60);
    int left = k;
    for (int i = 0; i < 576 && left > 0; ++i) {
      const int x = i * 7 % 576 / 24, y = i * 7 % 24;
      const int word = layout.codeword(x, y);
      if (word < 0 || used[static_cast<std::size_t>(word)] || !plain.is_dark(x, y)) continue;
      used[static_cast<std::size_t>(word)] = true;
      scene.grey(x, y) = 105;
      --left;
    }
    ASSERT_EQ(left, 0);
    const GradeReport report = graded(draw(scene));
    EXPECT_EQ(of(report, Parameter::Modulation).grade, grade) << k;
    EXPECT_EQ(of(report, Parameter::ReflectanceMargin).grade, grade) << k;
    EXPECT_EQ(of(report, Parameter::UnusedErrorCorrection).value, 1) << k;
  }
}

TEST(Grade, FlippedCodewordsUseUpErrorCorrection) {
  for (int k = 0; k <= 12; ++k) {
    const GreyImage picture = draw(with_wrong_codewords(k, 100 + static_cast<std::uint64_t>(k)));
    const GradeReport report = graded(picture);
    const double unused = 1 - 2.0 * k / 24;
    const double grade = k <= 4 ? 4 : k <= 6 ? 3 : k <= 7 ? 2 : k <= 9 ? 1 : 0;
    EXPECT_NEAR(of(report, Parameter::UnusedErrorCorrection).value, unused, 1e-9) << k;
    EXPECT_EQ(of(report, Parameter::UnusedErrorCorrection).grade, grade) << k;
    // The wrong modules are clearly dark or light: modulation does not see them, the margin does.
    EXPECT_EQ(of(report, Parameter::Modulation).grade, 4);
    EXPECT_EQ(of(report, Parameter::ReflectanceMargin).grade, grade) << k;
    EXPECT_EQ(report.grade, grade) << table(report);
    int wrong = 0;
    for (int y = 0; y < 24; ++y) {
      for (int x = 0; x < 24; ++x) wrong += report.scans[0].module(x, y).wrong;
    }
    EXPECT_EQ(wrong, k);
  }
}

TEST(Grade, MoreErrorsThanCanBeCorrectedIsGradeZeroNotAnError) {
  GradeReport report = graded(draw(with_wrong_codewords(16, 3)));
  EXPECT_EQ(report.grade, 0);
  EXPECT_EQ(of(report, Parameter::Decode).grade, 0);
  EXPECT_EQ(of(report, Parameter::UnusedErrorCorrection).grade, 0);
  EXPECT_TRUE(report.scans[0].errors_per_block.empty());
  EXPECT_NE(report.remarks.size(), 0U);
}

TEST(Grade, StretchIsAxialNonuniformity) {
  for (const auto& [stretch, whole, fine] : {std::tuple{1.0, 4.0, 4.0},
                                             {1.05, 4.0, 4.0},
                                             {1.07, 3.0, 3.6},
                                             {1.09, 2.0, 2.6},
                                             {1.11, 1.0, 1.7},
                                             {1.15, 0.0, 0.0},
                                             {0.93, 3.0, 3.3}}) {
    Shot shot;
    shot.stretch_x = stretch;
    const double value = std::abs(stretch - 1) / ((stretch + 1) / 2);
    const GreyImage picture = draw(Scene(pack_symbol()), shot);
    const GradeReport report = graded(picture);
    EXPECT_NEAR(of(report, Parameter::AxialNonuniformity).value, value, 0.002) << stretch;
    EXPECT_EQ(of(report, Parameter::AxialNonuniformity).grade, whole) << stretch;
    EXPECT_NEAR(of(graded(picture, Edition::Iso15415_2024), Parameter::AxialNonuniformity).grade,
                fine, 0.11)
        << stretch;
  }
}

TEST(Grade, AMovedGridLineIsGridNonuniformity) {
  for (const double move : {0.2, 0.35, 0.45, 0.55, 0.70}) {
    for (const bool column : {true, false}) {
      Scene scene(pack_symbol());
      auto& lines = column ? scene.column_lines : scene.row_lines;
      // Both lines of one column, so that its centre moves by as much.
      lines[11] += move, lines[12] += move;
      const GradeReport report = graded(draw(scene));
      const auto& grid = of(report, Parameter::GridNonuniformity);
      EXPECT_NEAR(grid.value, move, 0.04) << move << column;
      const double grade = move < 0.38 ? 4 : move < 0.5 ? 3 : move < 0.63 ? 2 : 1;
      EXPECT_EQ(grid.grade, grade) << move << column;
      EXPECT_EQ(of(report, Parameter::Decode).grade, 4);
      // Sampled where they are; from 0.6 on the squeezed neighbour is narrower than the aperture.
      if (move < 0.6) {
        EXPECT_EQ(of(report, Parameter::UnusedErrorCorrection).value, 1) << move;
      }
    }
  }
}

TEST(Grade, ErasedModulesOfTheLAreSideDamage) {
  // 24 modules: 1 is 4.2 %, 2 are 8.3, 3 are 12.5, 4 are 16.7, 5 are 20.8; far apart.
  const double grades[] = {4, 3, 3, 2, 1, 0};
  for (int k = 0; k <= 5; ++k) {
    for (const bool left : {true, false}) {
      Scene scene(pack_symbol());
      for (int i = 0; i < k; ++i) {
        if (left) {
          scene.grey(0, 2 + 4 * i + i / 4) = scene.light;
        } else {
          scene.grey(2 + 5 * i % 21, 23) = scene.light;
        }
      }
      const GradeReport report = graded(draw(scene));
      const auto& segments = report.scans[0].segments;
      EXPECT_EQ(segments[left ? 0 : 1].name, left ? "L1" : "L2");
      EXPECT_NEAR(segments[left ? 0 : 1].damage, k / 24.0, 1e-9);
      EXPECT_EQ(segments[left ? 1 : 0].grade, 4);
      EXPECT_EQ(segments[4].grade, 4) << table(report);
    }
  }
  for (int k = 0; k <= 5; ++k) {
    Scene scene(pack_symbol());
    constexpr int kPlaces[] = {1, 6, 11, 16, 21};
    for (int i = 0; i < k; ++i) scene.grey(0, kPlaces[i]) = scene.light;
    const GradeReport report = graded(draw(scene));
    EXPECT_EQ(report.scans[0].segments[0].grade, grades[k]) << k;
    EXPECT_EQ(of(report, Parameter::FixedPatternDamage).grade,
              std::min(grades[k], kAverage.grade((16 + grades[k]) / 5, Steps::Whole)));
  }
}

TEST(Grade, GapsThatAreLongOrNearLoseTheSide) {
  const auto l1_after = [](std::initializer_list<int> rows) {
    Scene scene(pack_symbol());
    for (const int row : rows) scene.grey(0, row) = scene.light;
    return graded(draw(scene)).scans[0].segments[0].grade;
  };
  EXPECT_EQ(l1_after({8, 9}), 3) << "8.3 % in one gap of two";
  EXPECT_EQ(l1_after({8, 9, 10}), 2) << "12.5 % in one gap of three";
  EXPECT_EQ(l1_after({8, 9, 10, 11}), 0) << "16.7 %, but a gap of four";
  EXPECT_EQ(l1_after({8, 12}), 0) << "two gaps, three sound modules between";
  EXPECT_EQ(l1_after({8, 13}), 3) << "two gaps, four sound modules between";
}

TEST(Grade, InkInTheQuietZoneIsItsDamage) {
  for (int k = 1; k <= 3; ++k) {
    Scene scene(pack_symbol());
    for (int i = 0; i < k; ++i) scene.grey(-1, 3 + 6 * i) = scene.dark;
    const GradeReport report = graded(draw(scene));
    const Segment& zone = report.scans[0].segments[2];
    EXPECT_EQ(zone.name, "QZL1");
    EXPECT_NEAR(zone.damage, k / 25.0, 1e-9);
    EXPECT_EQ(zone.grade, k <= 2 ? 3 : 2) << k;
    ASSERT_FALSE(report.causes.empty());
    EXPECT_STREQ(report.causes[0].key, "quiet_zone");
  }
}

TEST(Grade, ClockTracks) {
  const auto ctsa = [](std::initializer_list<int> columns) {
    Scene scene(pack_symbol());
    for (const int column : columns) scene.flip(column, 0);
    return graded(draw(scene)).scans[0].segments[4].grade;
  };
  EXPECT_EQ(ctsa({}), 4);
  EXPECT_EQ(ctsa({6, 15}), 4) << "8.3 %";
  EXPECT_EQ(ctsa({4, 10, 16}), 3) << "12.5 %";
  EXPECT_EQ(ctsa({3, 8, 13, 18}), 2) << "16.7 %";
  EXPECT_EQ(ctsa({3, 8, 13, 18, 21}), 1) << "20.8 %";
  EXPECT_EQ(ctsa({8, 9, 11}), 0) << "three of five adjacent modules: irregular";
}

TEST(Grade, PrintGrowthIsReportedAndDoesNotCount) {
  for (const double growth : {-0.12, -0.05, 0.06, 0.12}) {
    Scene scene(pack_symbol());
    scene.growth = growth;
    const GradeReport report = graded(draw(scene));
    for (const Parameter axis : {Parameter::PrintGrowthX, Parameter::PrintGrowthY}) {
      EXPECT_NEAR(of(report, axis).value, growth / 0.15, 0.12) << growth;
      EXPECT_FALSE(of(report, axis).counts);
    }
    EXPECT_NEAR(report.scans[0].grid.x_pixels, 8, 0.05) << "growth is not module width";
    EXPECT_LT(of(report, Parameter::GridNonuniformity).value, 0.1);
    EXPECT_EQ(of(report, Parameter::AxialNonuniformity).grade, 4);
  }
}

TEST(Grade, RotatingAndScalingKeepTheGrade) {
  // Tolerance: 0.2 of a grade at 6 or more pixels per module, 0.4 at 3 to 6.
  Scene scene(pack_symbol());
  scene.grey(7, 7) = scene.is_dark(7, 7) ? 75 : 175;
  scene.grey(0, 9) = scene.light;
  const double reference = graded(draw(scene, {.pixels = 10}), Edition::Iso15415_2024).grade;
  EXPECT_NEAR(reference, 3.5, 0.11);
  const int step = test::kSanitized ? 71 : 13;
  for (int degrees = 0; degrees < 360; degrees += step) {
    const GradeReport report =
        graded(draw(scene, {.pixels = 7, .degrees = static_cast<double>(degrees)}),
               Edition::Iso15415_2024);
    EXPECT_NEAR(report.grade, reference, 0.2) << degrees << "\n" << table(report);
  }
  for (const double pixels : {3.0, 3.5, 4.0, 5.0, 6.5, 9.0, 12.0, 16.0, 20.0}) {
    if (test::kSanitized && pixels > 12) continue;
    const GradeReport report =
        graded(draw(scene, {.pixels = pixels, .degrees = 12}), Edition::Iso15415_2024);
    EXPECT_NEAR(report.grade, reference, pixels < 6 ? 0.4 : 0.2) << pixels << "\n" << table(report);
  }
}

TEST(Grade, AShiftOfLessThanAPixelKeepsTheGradeWithinATenth) {
  for (const double blur : {0.0, 0.2, 0.3}) {
    double least = 5, most = 0;
    for (int i = 0; i < 9; ++i) {
      const Shot shot{
          .pixels = 7, .degrees = 5, .shift_x = 0.11 * i, .shift_y = 0.07 * i, .blur = blur};
      const double grade = graded(draw(Scene(pack_symbol()), shot), Edition::Iso15415_2024).grade;
      least = std::min(least, grade), most = std::max(most, grade);
    }
    EXPECT_LE(most - least, 0.2 + 1e-9) << blur << ": within 0.1 of their middle";
  }
}

TEST(Grade, MoreDamageNeverGivesABetterGrade) {
  const int seeds = test::kSanitized ? 1 : std::getenv("PACKTRAIL_LONG") != nullptr ? 200 : 12;
  for (int seed = 0; seed < seeds; ++seed) {
    Chance chance(static_cast<std::uint64_t>(seed) + 40);
    Scene scene(pack_symbol(seed));
    double before_whole = 5, before_fine = 5;
    for (int step = 0; step < 14; ++step) {
      const GreyImage picture = draw(scene, {.pixels = 6});
      const GradeReport whole = graded(picture);
      const GradeReport fine = graded(picture, Edition::Iso15415_2024);
      EXPECT_LE(whole.grade, before_whole) << seed << " " << step << "\n" << table(whole);
      EXPECT_LE(fine.grade, before_fine) << seed << " " << step << "\n" << table(fine);
      before_whole = whole.grade, before_fine = fine.grade;
      // Another module towards the wrong colour, anywhere, the quiet zone included.
      int x = 0, y = 0;
      do {
        x = static_cast<int>(chance.next() % 26) - 1, y = static_cast<int>(chance.next() % 26) - 1;
      } while (scene.grey(x, y) != scene.dark && scene.grey(x, y) != scene.light);
      const double share = chance.uniform(0.3, 1);
      scene.grey(x, y) = scene.is_dark(x, y)
                             ? scene.dark + share * (scene.light - scene.dark) + 0.001
                             : scene.light - share * (scene.light - scene.dark) - 0.001;
    }
    EXPECT_LT(before_whole, 4);
  }
}

TEST(Grade, MoreBlurNeverGivesABetterGrade) {
  double before = 5;
  for (double blur = 0; blur < 0.5; blur += 0.05) {
    GradeOptions options;
    options.edition = Edition::Iso15415_2024;
    const auto report = grade(draw(Scene(pack_symbol()), {.pixels = 8, .blur = blur}), options);
    if (!report) {
      EXPECT_EQ(report.error().code, Errc::NotFound);
    }
    const double now = report ? report->grade : 0;
    EXPECT_LE(now, before) << blur;
    before = now;
  }
  EXPECT_LT(before, 2);
}

TEST(Grade, EverySizeIsGraded) {
  for (const int size : {10, 12, 14, 16, 18, 20, 22, 24, 26,  32,  36,  40,
                         44, 48, 52, 64, 72, 80, 88, 96, 104, 120, 132, 144}) {
    if (test::kSanitized && size > 40) continue;
    const Scene scene(test::symbol_of_size(size));
    const GreyImage picture = draw(scene, {.pixels = 5, .degrees = 3});
    const auto found = grade(picture);
    ASSERT_TRUE(found) << size;
    const GradeReport& report = *found;
    EXPECT_EQ(report.scans[0].grid.size.columns, size);
    EXPECT_EQ(report.grade, 4) << size << "\n" << table(report);
  }
}

TEST(Grade, RectangularSymbolsAreGraded) {
  for (int which = 0; which < 6; ++which) {
    const Scene scene(test::rectangular_symbol(which));
    for (const double degrees : {0.0, 7.0, 93.0, 180.0}) {
      const GreyImage picture = draw(scene, {.pixels = 8, .degrees = degrees});
      const auto report = grade(picture);
      ASSERT_TRUE(report) << which << " " << degrees << report.error().to_text();
      EXPECT_EQ(report->scans[0].grid.size.columns, scene.columns());
      EXPECT_EQ(report->scans[0].grid.size.rows, scene.rows());
      EXPECT_EQ(report->grade, 4) << which << " " << degrees << "\n" << table(*report);
    }
  }
}

TEST(Grade, InnerSegmentsOfSymbolsWithSeveralRegions) {
  Scene scene(test::symbol_of_size(32));
  for (const int row : {1, 6, 11}) scene.flip(16, row);  // The bar between the upper regions.
  const GradeReport report = graded(draw(scene));
  const auto& segments = report.scans[0].segments;
  const auto named = [&](const std::string& name) -> const Segment& {
    return *std::find_if(segments.begin(), segments.end(),
                         [&](const Segment& each) { return each.name == name; });
  };
  // 3 of 16 is 18.75 %, and 6 solid transitions over 15 in the track are too many.
  EXPECT_EQ(named("CTSA right 1/1").grade, 0) << table(report);
  EXPECT_NEAR(named("CTSA right 1/1").damage, 3 / 32.0, 1e-9);
  EXPECT_EQ(named("CTSA right 1/2").grade, 4);
  EXPECT_EQ(named("CTSA").grade, 0);
  EXPECT_EQ(named("L1").grade, 4);
  EXPECT_EQ(report.grade, 0);

  // One lost module of 16 in the lower half of L1: 6.3 %, of the whole side 3.1 %: grade 3.
  Scene side(test::symbol_of_size(32));
  side.grey(0, 20) = side.light;
  side.grey(0, 27) = side.light;
  const GradeReport half = graded(draw(side));
  EXPECT_EQ(half.scans[0].segments[0].grade, 3) << "2 of 32";
  const auto lower = std::find_if(half.scans[0].segments.begin(), half.scans[0].segments.end(),
                                  [](const Segment& each) { return each.name == "L1/2"; });
  EXPECT_EQ(lower->grade, 2) << "2 of 16";
  EXPECT_EQ(of(half, Parameter::FixedPatternDamage).grade, 2);
}

TEST(Grade, LightOnDarkIsGradedAlike) {
  const Scene scene = with_wrong_codewords(5, 9);
  const GradeReport report = graded(draw(scene, {.pixels = 7, .degrees = 20, .negative = true}));
  EXPECT_EQ(report.scans[0].tone, Tone::LightOnDark);
  EXPECT_EQ(report.grade, 3) << table(report);
}

TEST(Grade, DirectMarks) {
  // Grey 50 on 70: contrast 7.8 % of the range, which 15415 fails, but 28.6 % of the light.
  const GreyImage faint = draw(Scene(pack_symbol(), 50, 70));
  EXPECT_EQ(graded(faint).grade, 0);
  const GradeReport report = graded(faint, Edition::Iso29158);
  EXPECT_NEAR(of(report, Parameter::CellContrast).value, 20.0 / 70, 0.01);
  EXPECT_NEAR(of(report, Parameter::CellContrast).grade, 3.7, 0.11);
  EXPECT_EQ(of(report, Parameter::MinimumReflectance).grade, 4);
  EXPECT_EQ(of(report, Parameter::CellModulation).grade, 4);
  EXPECT_EQ(report.text.substr(0, 3), "DPM");
  EXPECT_EQ(report.scans[0].find(Parameter::SymbolContrast), nullptr);
  EXPECT_EQ(report.scans[0].segments.back().name, "DD");
  // Too dark to be trusted: the light modules reflect less than 5 %.
  const GradeReport dark = graded(draw(Scene(pack_symbol(), 2, 11)), Edition::Iso29158);
  EXPECT_EQ(of(dark, Parameter::MinimumReflectance).grade, 0);
}

TEST(Grade, DistributedDamageLeavesOutTheCLevels) {
  // Five modules of the left bar (20.8 %) with a modulation of grade 2: level C of the overlay has
  // no errors, so L1 has 2; without that level it has 1 (1.9).
  Scene printed(pack_symbol()), direct(pack_symbol());
  for (const int row : {1, 6, 11, 16, 21}) {
    printed.grey(0, row) = 92;
    direct.grey(0, row) = 121;  // ISO/IEC 29158 moves the threshold up to (121 + 220) / 2.
  }
  const GradeReport whole = graded(draw(printed));
  EXPECT_EQ(whole.scans[0].segments[0].grade, 2) << table(whole);
  EXPECT_EQ(whole.scans[0].segments.back().name, "AG");
  const GradeReport fine = graded(draw(direct), Edition::Iso29158);
  const auto& segments = fine.scans[0].segments;
  EXPECT_NEAR(segments[0].grade, 2.4, 0.21) << table(fine);
  EXPECT_NEAR(of(fine, Parameter::FixedPatternDamage).value, (16 + 1.9) / 5, 1e-6);
  EXPECT_NEAR(segments.back().grade, 3.1, 1e-9) << "3.58 between 3.5 -> 3 and 4 -> 4";
}

TEST(Grade, CalibratedReflectance) {
  const GreyImage picture = draw(Scene(pack_symbol(), 40, 180));
  GradeOptions options;
  options.calibration = Calibration{200, 20, 0.90, 0.02};
  const auto report = grade(picture, options);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->estimate);
  EXPECT_NEAR(of(*report, Parameter::SymbolContrast).value, 140 * 0.88 / 180, 0.003);
  EXPECT_NEAR(report->scans[0].r_max, 0.02 + 160 * 0.88 / 180, 0.003);
  for (const std::string& remark : report->remarks) {
    EXPECT_EQ(remark.find("estimate"), std::string::npos);
  }
}

TEST(Grade, TheResultNamesApertureWavelengthAndLight) {
  const GreyImage picture = draw(Scene(pack_symbol()));
  GradeOptions options;
  options.aperture_mil = 8;
  auto report = grade(picture, options);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->text, "4.0/0.8X/660") << "no scale, so no aperture in mil";
  EXPECT_EQ(report->remarks.size(), 2U);
  options.x_dimension_mm = 0.254;
  report = grade(picture, options);
  EXPECT_EQ(report->text, "4.0/08/660");
  EXPECT_NEAR(report->scans[0].aperture_pixels, 6.4, 0.07) << "8 of 10 mil, 8 pixels per module";
  options.x_dimension_mm.reset();
  options.pixels_per_mm = 20;
  options.aperture_mil = 10;
  options.wavelength_nm = 640;
  options.light = "90";
  report = grade(picture, options);
  EXPECT_EQ(report->text, "4.0/10/640/90");
  EXPECT_NEAR(report->scans[0].aperture_pixels, 5.08, 0.07);
}

TEST(Grade, SeveralPicturesAreAveraged) {
  std::vector<GreyImage> pictures;
  for (const int k : {0, 5, 8}) {
    pictures.push_back(draw(with_wrong_codewords(k, 5), {.pixels = 7, .degrees = 72.0 * k}));
  }
  Grader grader;
  const auto report = grader.grade(pictures, {});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->scans.size(), 3U);
  EXPECT_EQ(report->scans[1].grade, 3);
  EXPECT_NEAR(report->grade, 2.6, 1e-9) << "(4 + 3 + 1) / 3, cut";
  EXPECT_EQ(report->letter, 'B');
}

TEST(Grade, DifferentSymbolsHaveNoMean) {
  Grader grader;
  const std::vector<GreyImage> other = {draw(Scene(pack_symbol(1))), draw(Scene(pack_symbol(2)))};
  auto report = grader.grade(other, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::InvalidArgument);
  EXPECT_EQ(report.error().message, "picture 2 shows another symbol");
  EXPECT_EQ(report.error().field, "picture 2");
  const std::vector<GreyImage> larger = {draw(Scene(pack_symbol())), draw(Scene(pack_symbol())),
                                         draw(Scene(symbol_of_size(32)))};
  report = grader.grade(larger, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().field, "picture 3");
  const std::vector<GreyImage> none = {draw(Scene(pack_symbol())), GreyImage(100, 100, 200)};
  report = grader.grade(none, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::NotFound);
  EXPECT_EQ(report.error().field, "picture 2");
}

bool has_remark(const GradeReport& report, std::string_view words) {
  return std::any_of(report.remarks.begin(), report.remarks.end(), [&](const std::string& remark) {
    return remark.find(words) != std::string::npos;
  });
}

TEST(Grade, TheApertureIsThatOfTheScan) {
  // One symbol at two distances: 0.8 of a module is not the same in millimetres.
  const std::vector<GreyImage> pictures = {draw(Scene(pack_symbol()), {.pixels = 8}),
                                           draw(Scene(pack_symbol()), {.pixels = 12})};
  GradeOptions options;
  options.pixels_per_mm = 20;
  Grader grader;
  const auto report = grader.grade(pictures, options);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->text, "4.0/13,19/660") << "0.32 and 0.48 mm";
  EXPECT_NEAR(report->scans[0].aperture_pixels, 6.4, 0.07);
  EXPECT_NEAR(report->scans[1].aperture_pixels, 9.6, 0.07);
}

TEST(Grade, AScaleThatContradictsTheModuleIsNamed) {
  const GreyImage picture = draw(Scene(pack_symbol()));
  GradeOptions options;
  options.pixels_per_mm = 20;  // 8 pixels are 0.4 mm.
  for (const auto& [x_mm, wrong] :
       {std::pair{0.4, false}, {0.37, false}, {0.3, true}, {0.5, true}}) {
    options.x_dimension_mm = x_mm;
    const auto report = grade(picture, options);
    ASSERT_TRUE(report);
    EXPECT_EQ(has_remark(*report, "a module measures 0.40 mm, not the given"), wrong) << x_mm;
  }
}

TEST(Grade, AMirroredSymbolIsCalledThat) {
  const GreyImage upright = draw(Scene(pack_symbol()));
  GreyImage mirrored = upright;
  for (int y = 0; y < upright.height; ++y) {
    std::reverse_copy(upright.row(y), upright.row(y) + upright.width, mirrored.row(y));
  }
  const GradeReport report = graded(mirrored);
  EXPECT_EQ(report.grade, 0);
  EXPECT_TRUE(has_remark(report, "the symbol is mirrored"));
  EXPECT_TRUE(report.scans[0].mirrored);
  EXPECT_TRUE(report.causes.empty());
  EXPECT_FALSE(has_remark(graded(upright), "mirrored"));
}

TEST(Grade, AnotherSymbolInThePictureIsNamed) {
  const GreyImage one = draw(Scene(pack_symbol(1))), two = draw(Scene(pack_symbol(2)));
  GreyImage both(one.width + two.width, std::max(one.height, two.height), one.at(0, 0));
  for (int y = 0; y < one.height; ++y) std::copy_n(one.row(y), one.width, both.row(y));
  for (int y = 0; y < two.height; ++y) std::copy_n(two.row(y), two.width, both.row(y) + one.width);
  EXPECT_TRUE(has_remark(graded(both), "more than one symbol"));
  GreyImage room(both.width, both.height, one.at(0, 0));
  for (int y = 0; y < one.height; ++y) std::copy_n(one.row(y), one.width, room.row(y));
  EXPECT_FALSE(has_remark(graded(room), "more than one symbol"));
}

TEST(Grade, WhatCannotBeGradedIsRefused) {
  const auto none = grade(GreyImage(200, 200, 200));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::NotFound);
  EXPECT_FALSE(grade(GreyImage()));
  Grader grader;
  EXPECT_FALSE(grader.grade({}, {}));
  const GreyImage picture = draw(Scene(pack_symbol()));
  const auto refused = [&](auto change) {
    GradeOptions options;
    change(options);
    const auto report = grade(picture, options);
    return !report && report.error().code == Errc::InvalidArgument;
  };
  EXPECT_TRUE(refused([](auto& o) { o.aperture_mil = 0.9; }));
  EXPECT_TRUE(refused([](auto& o) { o.aperture_mil = 200.1; }));
  EXPECT_FALSE(refused([](auto& o) { o.aperture_mil = 200; }));
  EXPECT_TRUE(refused([](auto& o) { o.x_dimension_mm = 0.04; }));
  EXPECT_TRUE(refused([](auto& o) { o.pixels_per_mm = NAN; }));
  EXPECT_TRUE(refused([](auto& o) { o.wavelength_nm = 299; }));
  EXPECT_TRUE(refused([](auto& o) { o.wavelength_nm = 1101; }));
  EXPECT_TRUE(refused([](auto& o) { o.light = "45q"; }));
  EXPECT_TRUE(refused([](auto& o) { o.calibration = Calibration{100, 90, 1, 0}; }));
  EXPECT_TRUE(refused([](auto& o) { o.calibration = Calibration{200, 20, 0.5, 0.45}; }));
}

TEST(Grade, ALinearSymbolIsNamedAndRefused) {
  const auto code = make_gs1_128("[00]395060001343520001");
  ASSERT_TRUE(code);
  const auto picture = render_pixels(*code, 2, 10, 80);
  ASSERT_TRUE(picture);
  const auto report = grade(*picture);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::FailedPrecondition);
  EXPECT_NE(report.error().message.find("]C1"), std::string::npos);
}

TEST(Grade, ALostColumnIsAPrintHeadPin) {
  Scene scene(pack_symbol());
  for (int y = 0; y < 24; ++y) scene.grey(9, y) = scene.light;
  const GradeReport report = graded(draw(scene));
  ASSERT_FALSE(report.causes.empty());
  EXPECT_STREQ(report.causes[0].key, "print_head_pin");
  EXPECT_NE(report.causes[0].text.find("column 10 of 24"), std::string::npos)
      << report.causes[0].text;
}

TEST(Grade, TheSamePictureGivesTheSameReport) {
  Grader grader;
  const GreyImage picture =
      draw(with_wrong_codewords(3, 2), {.degrees = 77, .blur = 0.3, .noise = 8});
  const GreyImage other = draw(Scene(pack_symbol(3)), {.pixels = 5});
  const auto first = grader.grade({&picture, 1}, {});
  ASSERT_TRUE(first);
  ASSERT_TRUE(grader.grade({&other, 1}, {}));
  const auto second = grader.grade({&picture, 1}, {});
  ASSERT_TRUE(second);
  EXPECT_EQ(table(*first), table(*second));
}

TEST(GradeScale, LimitsAreInclusiveAndTenthsAreCut) {
  EXPECT_EQ(kSymbolContrast.grade(0.70, Steps::Whole), 4);
  EXPECT_EQ(kSymbolContrast.grade(0.699, Steps::Whole), 3);
  EXPECT_NEAR(kSymbolContrast.grade(0.699, Steps::Tenths), 3.9, 1e-9);
  EXPECT_EQ(kSymbolContrast.grade(0.20, Steps::Tenths), 1);
  EXPECT_EQ(kSymbolContrast.grade(0.199, Steps::Tenths), 0);
  EXPECT_EQ(kAxial.grade(0.06, Steps::Whole), 4);
  EXPECT_EQ(kAxial.grade(0.0601, Steps::Whole), 3);
  EXPECT_EQ(kAxial.grade(0.12, Steps::Tenths), 1);
  EXPECT_EQ(kAxial.grade(0.121, Steps::Tenths), 0);
  EXPECT_EQ(kTrackDamage.grade(0.10, Steps::Whole), 3) << "strictly below 10 %";
  EXPECT_EQ(kSideDamage.grade(0.0, Steps::Whole), 4);
  EXPECT_EQ(kSideDamage.grade(0.01, Steps::Whole), 3);
  EXPECT_EQ(kModulation.grade(NAN, Steps::Whole), 0);
  for (const GradeScale& scale : {kSymbolContrast, kModulation, kUnusedCorrection, kAxial, kGrid}) {
    for (double value = 0; value <= 1; value += 0.001) {
      const double whole = scale.grade(value, Steps::Whole),
                   fine = scale.grade(value, Steps::Tenths);
      EXPECT_LE(whole, fine + 1e-9) << value;
      EXPECT_GT(whole + 1, fine) << value;
    }
  }
}

}  // namespace
}  // namespace packtrail::symbology
