#include "symbology/read/second_opinion.h"

#include <gtest/gtest.h>

#include <string>

#include "symbology/raster.h"
#include "symbology/testing/pictures.h"
#include "symbology/testing/symbols.h"

namespace packtrail::symbology {
namespace {

TEST(SecondOpinion, ReadsWhatIsClean) {
  for (const int side : {10, 12, 14, 24}) {
    const auto drawn = test::draw_datamatrix(side, side, 3);
    const auto picture = render_pixels(drawn.symbol, 6, 4);
    ASSERT_TRUE(picture);
    const auto opinion = second_opinion(*picture);
    ASSERT_TRUE(opinion) << side;
    EXPECT_TRUE(opinion->is_gs1);
    EXPECT_EQ(std::string(opinion->data.begin(), opinion->data.end()), drawn.data);
  }
  const auto plain = test::draw_link_datamatrix(2);
  const auto opinion = second_opinion(*render_pixels(plain.symbol, 6, 4));
  ASSERT_TRUE(opinion);
  EXPECT_FALSE(opinion->is_gs1);
  EXPECT_EQ(std::string(opinion->data.begin(), opinion->data.end()), plain.data);
}

TEST(SecondOpinion, HasNoneOfNothingAndOfTooMuch) {
  EXPECT_FALSE(second_opinion(GreyImage{}));
  EXPECT_FALSE(second_opinion(GreyImage(100, 100)));
  const auto drawn = test::draw_datamatrix(24, 24, 3);
  const auto at = render_pixels(drawn.symbol, 10, 3);  // 300 x 300.
  ASSERT_EQ(at->pixels.size(), kOpinionPixelsMax);
  EXPECT_TRUE(second_opinion(*at));
  GreyImage above(300, 301, 255);
  for (std::size_t i = 0; i < at->pixels.size(); ++i) above.pixels[i] = at->pixels[i];
  EXPECT_FALSE(second_opinion(above));
}

}  // namespace
}  // namespace packtrail::symbology
