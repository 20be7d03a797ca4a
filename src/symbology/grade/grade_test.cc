#include "symbology/grade/grade.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "symbology/grade/drawn.h"
#include "symbology/grade/scale.h"
#include "symbology/testing/pictures.h"

namespace packtrail::symbology {
namespace {

using test::Chance;
using test::draw;
using test::pack_symbol;
using test::Scene;
using test::Shot;

GradeReport graded(const GreyImage& picture, Edition edition = Edition::Iso15415_2011) {
  GradeOptions options;
  options.edition = edition;
  auto report = grade(picture, options);
  EXPECT_TRUE(report) << report.error().to_text();
  return std::move(*report);
}

const ParameterGrade& of(const GradeReport& report, Parameter parameter) {
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

TEST(Grade, Probe) {
  std::printf("%s", table(graded(draw(Scene(pack_symbol())))).c_str());
  Shot shot;
  shot.degrees = 33;
  shot.blur = 0.3;
  shot.noise = 5;
  std::printf("%s",
              table(graded(draw(Scene(pack_symbol()), shot), Edition::Iso15415_2024)).c_str());
}

}  // namespace
}  // namespace packtrail::symbology
