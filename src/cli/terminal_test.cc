#include "cli/terminal.h"

#include <gtest/gtest.h>

#include "cli/cli.h"
#include "cli/print_output.h"

namespace packtrail::cli {
namespace {

TEST(Printable, LeavesNoCharacterThatActsOnATerminal) {
  EXPECT_EQ(printable("A\x1D\x1B[31mB\x7F\n"), "A<GS><1B>[31mB<7F><0A>");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "<U+009B>31m");
  EXPECT_EQ(printable("\u202E1\u2066"), "<U+202E>1<U+2066>");
  EXPECT_EQ(printable("Größe ₹ 𝄞 क्ष"), "Größe ₹ 𝄞 क्ष");
  // Not UTF-8: a byte alone, cut off, overlong, a surrogate, above U+10FFFF.
  EXPECT_EQ(printable("\x9B"), "<9B>");
  EXPECT_EQ(printable("\xE2\x82"), "<E2><82>");
  EXPECT_EQ(printable("\xC0\xAF"), "<C0><AF>");
  EXPECT_EQ(printable("\xED\xA0\x80"), "<ED><A0><80>");
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "<F4><90><80><80>");
}

TEST(PrintError, ShowsEveryPartOfTheErrorWithoutItsEscapes) {
  testing::internal::CaptureStderr();
  print_error(Error{.message = "m\x1B", .field = "f\x1B", .rule = "r\x1B", .remedy = "d\x1B"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error: f<1B>: m<1B>\n  rule:   r<1B>\n  remedy: d<1B>\n");
}

TEST(ExitCodes, AnOptionIsUsageAndAnAnswerIsNot) {
  EXPECT_EQ(exit_code(Error{.message = "m", .field = "--size"}), kUsage);
  EXPECT_EQ(exit_code(Error{.message = "m", .field = "size"}), kSaidNo);
  EXPECT_EQ(exit_code(Error{.code = Errc::NotFound, .message = "m", .field = "--size"}), kNotFound);
}

TEST(Lengths, AreAtLeastAMicrometre) {
  EXPECT_EQ(*micrometres_of("0.001", "--x-mm"), 1);
  EXPECT_EQ(*micrometres_of("1000", "--x-mm"), 1'000'000);
  for (const char* wrong : {"0", "1e-9", "0.0004", "0.0009", "1000.001", "-1", "nan", "1mm", ""}) {
    EXPECT_EQ(micrometres_of(wrong, "--x-mm").error().field, "--x-mm") << wrong;
  }
}

}  // namespace
}  // namespace packtrail::cli
