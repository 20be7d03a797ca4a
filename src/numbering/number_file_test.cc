#include "numbering/number_file.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace packtrail::numbering {
namespace {

const gs1::Gtin kGtin = *gs1::Gtin::parse("09506000134352");

struct Reading {
  std::vector<std::string> serials;
  std::vector<std::string> tails;
  std::vector<std::uint64_t> lines;
  std::vector<NumberFault> faults;
  std::uint64_t fault_count = 0;
  std::vector<std::string> ignored;
  Status status;
};

Reading read(NumberFormat format, std::string_view text, std::size_t step = ~std::size_t{0},
             const NumberFileSpec& spec = {.gtin = kGtin}) {
  Reading got;
  NumberFile file(format, spec, [&](const ForeignNumber& number) {
    got.serials.emplace_back(number.serial.text());
    got.tails.push_back(number.tail);
    got.lines.push_back(number.line);
    return Status{};
  });
  while (!text.empty() && got.status) {
    got.status = file.feed(text.substr(0, step));
    text.remove_prefix(std::min(step, text.size()));
  }
  if (got.status) got.status = file.finish();
  got.faults = file.faults();
  got.fault_count = file.fault_count();
  got.ignored = file.ignored();
  EXPECT_EQ(file.numbers(), got.serials.size());
  return got;
}

using Texts = std::vector<std::string>;
using Lines = std::vector<std::uint64_t>;

TEST(NumberFile, CsvOfOneColumnNeedsNoHeader) {
  const Reading got = read(NumberFormat::Csv, "00123\nABC\r\n\nx(y)\n");
  EXPECT_TRUE(got.status);
  EXPECT_EQ(got.serials, (Texts{"00123", "ABC", "x(y)"}));
  EXPECT_EQ(got.lines, (Lines{1, 2, 4}));
  EXPECT_TRUE(got.faults.empty());
}

TEST(NumberFile, AGtinBesideACodeMayHaveThirteenDigits) {
  const Reading got = read(NumberFormat::Csv,
                           "gtin,code\n9506000134352,(01)09506000134352(21)A\n"
                           "09506000134352,https://a.example/01/9506000134352/21/B\n"
                           "9521234543213,(01)09506000134352(21)C\n");
  EXPECT_TRUE(got.status);
  EXPECT_EQ(got.serials, (Texts{"A", "B"}));
  ASSERT_EQ(got.faults.size(), 1U);
  EXPECT_EQ(got.faults[0].line, 4U);
  EXPECT_EQ(got.faults[0].error.field, "gtin");
}

TEST(NumberFile, CsvColumnsByNameInAnyOrderAndDelimiter) {
  for (const char* delimiter : {",", ";", "\t"}) {
    std::string text = "\xef\xbb\xbfLOT|GTIN|Serial|tail\nL1|9506000134352|A1|[91]EE05[92]x,y\n";
    text += "L1|09506000134352|\"B\"\"2\"|\n";
    std::size_t at = 0;
    std::string made;
    for (const char c : text) {
      if (c == '|')
        made += delimiter;
      else
        made += c;
      ++at;
    }
    if (std::string_view(delimiter) == ",") {
      made.replace(made.find("[91]EE05[92]x,y"), 15, "\"[91]EE05[92]x,y\"");
    }
    const Reading got = read(NumberFormat::Csv, made);
    EXPECT_TRUE(got.status) << got.status.error().to_text();
    EXPECT_EQ(got.serials, (Texts{"A1", "B\"2"})) << made;
    EXPECT_EQ(got.tails, (Texts{"(91)EE05(92)x,y", ""}));
    EXPECT_EQ(got.ignored, Texts{"LOT"});
  }
}

TEST(NumberFile, WholeCodesGiveSerialAndTail) {
  const std::string text =
      "[01]09506000134352[21]A(1[91]EE05[92]abc\n"
      "]d201095060001343522112345\x1d"
      "91EE06\n"
      "https://example.com/01/09506000134352/21/C%2F3\n";
  const Reading got = read(NumberFormat::Csv, text);
  EXPECT_TRUE(got.status);
  EXPECT_EQ(got.serials, (Texts{"A(1", "12345", "C/3"}));
  EXPECT_EQ(got.tails, (Texts{"(91)EE05(92)abc", "(91)EE06", ""}));
}

TEST(NumberFile, EveryBadLineIsNamedAndTheRestRead) {
  const Reading got = read(NumberFormat::Csv,
                           "serial,gtin\n"
                           "GOOD1,\n"
                           "bad serial,\n"
                           "GOOD1,\n"
                           "A,09506000134376\n"
                           ",\n"
                           "ONE\n"
                           "\"open,\n"
                           "ABCDEFGHIJKLMNOPQRSTU,\n"
                           "GOOD2,09506000134352\n");
  EXPECT_TRUE(got.status);
  EXPECT_EQ(got.serials, (Texts{"GOOD1", "GOOD2"}));
  ASSERT_EQ(got.faults.size(), 7U);
  Lines lines;
  for (const NumberFault& fault : got.faults) lines.push_back(fault.line);
  EXPECT_EQ(lines, (Lines{3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(got.faults[0].error.offset, 3U);
  EXPECT_EQ(got.faults[1].error.code, Errc::AlreadyExists);
  EXPECT_NE(got.faults[1].error.message.find("line 2"), std::string::npos);
  EXPECT_EQ(got.faults[2].error.field, "gtin");
}

TEST(NumberFile, JsonListsOfTextsAndOfObjects) {
  const std::string text =
      "{\"lot\": \"L1\",\n \"numbers\": [\n  \"00123\",\n"
      "  {\"serial\": \"A1\",\n   \"gtin\": \"09506000134352\", \"line\": \"7\"},\n"
      "  {\"code\": \"[01]09506000134352[21]B2\"},\n  \"\\u0041/2\"\n ]}\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, text.size()}) {
    const Reading got = read(NumberFormat::Json, text, step);
    EXPECT_TRUE(got.status) << got.status.error().to_text();
    EXPECT_EQ(got.serials, (Texts{"00123", "A1", "B2", "A/2"}));
    EXPECT_EQ(got.lines, (Lines{3, 4, 6, 7}));
    EXPECT_EQ(got.ignored, (Texts{"lot", "line"}));
  }
  EXPECT_EQ(read(NumberFormat::Json, "[\"A\",\"B\"]").serials, (Texts{"A", "B"}));
  EXPECT_EQ(read(NumberFormat::Json, "\xef\xbb\xbf[\"A\"]", 1).serials, Texts{"A"});
}

TEST(NumberFile, JsonNumbersWouldLoseTheirZeros) {
  const Reading got = read(NumberFormat::Json, "[\"A\",\n 123,\n {\"serial\": 5, \"n\": 6}, null]");
  EXPECT_TRUE(got.status);
  EXPECT_EQ(got.serials, Texts{"A"});
  ASSERT_EQ(got.faults.size(), 4U);  // 123; 5, whose object has no serial then; null.
  EXPECT_EQ(got.faults[0].line, 2U);
  EXPECT_NE(got.faults[0].error.rule.find("leading zeros"), std::string::npos);
}

TEST(NumberFile, XmlByAttributeChildAndText) {
  const std::string text =
      "<?xml version=\"1.0\"?>\n<list lot=\"L\" xmlns:p=\"urn:p\">\n"
      " <number serial=\"A&amp;1\" gtin=\"09506000134352\"/>\n"
      " <p:number> 00123 </p:number>\n"
      " <number><serial>B2</serial><other>x</other>\n"
      "  <tail>[91]EE05</tail></number>\n"
      " <number><![CDATA[C<3]]></number>\n</list>\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{11}, text.size()}) {
    const Reading got = read(NumberFormat::Xml, text, step);
    EXPECT_TRUE(got.status) << got.status.error().to_text();
    EXPECT_EQ(got.serials, (Texts{"A&1", "00123", "B2", "C<3"}));
    EXPECT_EQ(got.tails[2], "(91)EE05");
    EXPECT_EQ(got.lines, (Lines{3, 4, 5, 7}));
    EXPECT_EQ(got.ignored, Texts{"other"});
  }
}

TEST(NumberFile, WhatIsNotTheFormatIsRefusedWithItsLine) {
  const auto refused = [](NumberFormat format, std::string_view text, const char* line) {
    const Reading got = read(format, text);
    ASSERT_FALSE(got.status) << text;
    EXPECT_EQ(got.status.error().field, line) << text;
    EXPECT_FALSE(got.status.error().remedy.empty());
  };
  refused(NumberFormat::Csv, "", "line 1");
  refused(NumberFormat::Csv, "A,B\nC,D\n", "line 1");
  refused(NumberFormat::Csv, "\"open\n", "line 1");
  refused(NumberFormat::Json, "[\"A\",\n\"B\"", "line 2");
  refused(NumberFormat::Json, "[\"A\"]\n[\"B\"]", "line 2");
  refused(NumberFormat::Json, "{\"a\":1}", "line 1");
  refused(NumberFormat::Json, "\"A\"", "line 1");
  refused(NumberFormat::Json, "[[\"A\"]]", "line 1");
  refused(NumberFormat::Json, "\xef\xbb[]", "line 1");
  refused(NumberFormat::Json, "[{\"serial\":{}}]", "line 1");
  refused(NumberFormat::Xml, "<a>\n<number>1</a>", "line 2");
  refused(NumberFormat::Xml, "<a/>", "line 1");
  refused(NumberFormat::Xml, "<!DOCTYPE a [<!ENTITY b \"c\">]><a><number>&b;</number></a>",
          "line 1");
  refused(NumberFormat::Xml, "<a><number><x><y/></x></number></a>", "line 1");
}

TEST(NumberFile, DepthAtAndAboveItsLimit) {
  for (const bool above : {false, true}) {
    const std::size_t depth = NumberFile::kDepthMax + (above ? 1 : 0);
    std::string xml = "<number>A</number>";
    for (std::size_t i = 1; i < depth; ++i) xml = "<a>" + xml + "</a>";
    EXPECT_EQ(read(NumberFormat::Xml, xml).status.has_value(), !above);
    std::string json = "1";
    for (std::size_t i = 1; i < depth; ++i) json = "{\"a\":" + json + "}";
    EXPECT_EQ(
        read(NumberFormat::Json, "{\"a\":" + json + ",\"numbers\":[\"A\"]}").status.has_value(),
        !above);
  }
}

TEST(NumberFile, RecordSizeAtAndAboveItsLimit) {
  const std::string fits(NumberFile::kRecordMax, 'A');
  const std::string above = fits + "A";
  Reading got = read(NumberFormat::Csv, "B\n" + fits + "\nC\n", 100);
  EXPECT_TRUE(got.status);
  ASSERT_EQ(got.fault_count, 1U);  // Too long a serial, but read.
  EXPECT_EQ(got.faults[0].error.code, Errc::InvalidArgument);
  got = read(NumberFormat::Csv, "B\n" + above + "\nC\n", 100);
  EXPECT_EQ(got.serials, (Texts{"B", "C"}));
  EXPECT_EQ(got.faults[0].error.code, Errc::ResourceExhausted);
  EXPECT_EQ(got.faults[0].line, 2U);
  EXPECT_TRUE(read(NumberFormat::Json, "[\"" + fits + "\"]").status);
  EXPECT_FALSE(read(NumberFormat::Json, "[\"" + above + "\"]").status);
  EXPECT_TRUE(read(NumberFormat::Xml, "<number>" + fits + "</number>").status);
  EXPECT_FALSE(read(NumberFormat::Xml, "<number>" + above + "</number>").status);
}

TEST(NumberFile, FaultsAreCountedBeyondThoseKept) {
  std::string text = "serial\n";
  for (std::size_t i = 0; i < NumberFile::kFaultsKept + 5; ++i) text += "b d\n";
  const Reading got = read(NumberFormat::Csv, text);
  EXPECT_EQ(got.faults.size(), NumberFile::kFaultsKept);
  EXPECT_EQ(got.fault_count, NumberFile::kFaultsKept + 5);
}

TEST(NumberFile, TheAgreedFormatIsEnforced) {
  const NumberFileSpec spec{
      .gtin = kGtin, .alphabet = *Alphabet::parse("0123456789"), .length_min = 3, .length_max = 4};
  const Reading got = read(NumberFormat::Csv, "12\n123\n1234\n12345\n12A\n", 3, spec);
  EXPECT_EQ(got.serials, (Texts{"123", "1234"}));
  ASSERT_EQ(got.faults.size(), 3U);
  EXPECT_EQ(got.faults[2].error.offset, 2U);
}

TEST(NumberFile, TheCallersErrorEndsTheReadingAndStays) {
  NumberFile file(NumberFormat::Csv, {.gtin = kGtin}, [](const ForeignNumber& number) -> Status {
    if (number.line == 2) return Error{.code = Errc::Unavailable, .message = "full"};
    return {};
  });
  const Status fed = file.feed("A\nB\nC\n");
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, Errc::Unavailable);
  ASSERT_FALSE(file.feed("D\n"));
  ASSERT_FALSE(file.finish());
}

}  // namespace
}  // namespace packtrail::numbering
