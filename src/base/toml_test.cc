#include "base/toml.h"

#include <gtest/gtest.h>

namespace packtrail {
namespace {

TEST(Toml, ForeignCharactersStandInQuotesAndComments) {
  EXPECT_EQ(line_of_foreign_character(""), 0U);
  EXPECT_EQ(line_of_foreign_character("a = \"\u00e9\" # \u00e9\nb = '\u00e9'\n"), 0U);
  EXPECT_EQ(line_of_foreign_character("a = \"\"\"\n\u00e9\"\n\"\"\"\nb = 1\n"), 0U);
  EXPECT_EQ(line_of_foreign_character("a = 1\n\u00e9 = 2\n"), 2U);
  EXPECT_EQ(line_of_foreign_character("a = \"\\\"\"\n\n\u00e9 = 2\n"), 3U);
  EXPECT_EQ(line_of_foreign_character("a = \"open\n\u00e9 = 2\n"), 2U);
  EXPECT_EQ(line_of_foreign_character("a = \x01\n"), 1U);
  EXPECT_EQ(line_of_foreign_character("\ta = 1\r\n"), 0U);
}

}  // namespace
}  // namespace packtrail
