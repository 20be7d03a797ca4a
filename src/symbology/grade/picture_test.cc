#include "symbology/grade/picture.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "symbology/grade/drawn.h"
#include "symbology/grade/grade.h"

namespace packtrail::symbology {
namespace {

using test::draw;
using test::Scene;

// A symbol with something of everything.
GreyImage worn_symbol() {
  Scene scene(test::pack_symbol());
  for (int y = 0; y < 24; ++y) {
    if (scene.is_dark(9, y)) scene.grey(9, y) = 118;  // A print head column that fades.
  }
  scene.flip(15, 6);
  scene.flip(16, 7);
  scene.grey(0, 12) = scene.light;
  scene.grey(-1, 5) = scene.dark;
  scene.grey(20, 20) = scene.is_dark(20, 20) ? 88 : 160;
  scene.flip(13, 0);
  return draw(scene, {.pixels = 9, .degrees = 8, .blur = 0.2, .noise = 3});
}

TEST(GradePicture, IsAPngThatIsTheSameEveryTime) {
  const GreyImage picture = worn_symbol();
  const auto report = grade(picture);
  ASSERT_TRUE(report) << report.error().to_text();
  const auto png = grade_picture(picture, *report);
  ASSERT_TRUE(png);
  ASSERT_GT(png->size(), 1000U);
  EXPECT_EQ((*png)[1], 'P');
  EXPECT_EQ(*png, *grade_picture(picture, *report));
  if (const char* where = std::getenv("PACKTRAIL_GRADE_PICTURE")) {
    std::ofstream out(where, std::ios::binary);
    out.write(reinterpret_cast<const char*>(png->data()),
              static_cast<std::streamsize>(png->size()));
  }
}

TEST(GradePicture, ShowsDamage) {
  // What is wrong must change the picture.
  const Scene plain(test::pack_symbol());
  const GreyImage good = draw(plain);
  Scene damaged = plain;
  damaged.flip(12, 12);
  const GreyImage bad = draw(damaged);
  const auto a = grade_picture(good, *grade(good));
  const auto b = grade_picture(good, *grade(bad));
  ASSERT_TRUE(a && b);
  EXPECT_NE(*a, *b);
}

TEST(GradePicture, AScanThatIsNotThereIsRefused) {
  const GreyImage picture = draw(Scene(test::pack_symbol()), {.pixels = 5});
  const auto report = grade(picture);
  ASSERT_TRUE(report);
  EXPECT_FALSE(grade_picture(picture, *report, 1));
  EXPECT_FALSE(grade_picture(GreyImage(), *report));
}

}  // namespace
}  // namespace packtrail::symbology
