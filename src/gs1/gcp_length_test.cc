#include "gs1/gcp_length.h"

#include <gtest/gtest.h>

namespace packtrail::gs1 {
namespace {

TEST(GcpLengthJson, ReadsGs1sFormat) {
  const auto table = GcpLengthTable::from_json(R"({
    "_disclaimer": ["a \"text\" \u00e9", {"x": [1, -2.5e+3, true, null]}],
    "GCPPrefixFormatList": {"date": "2026-01-27T00:00:00Z", "entry": [
      {"prefix": "0614141", "gcpLength": 7},
      {"gcpLength": 7, "prefix": "9521141", "note": "more"},
      {"prefix": "950", "gcpLength": 0},
      {"prefix": "95060001343", "gcpLength": 11}]}})");
  ASSERT_TRUE(table) << table.error().to_text();
  EXPECT_EQ(table->size(), 4U);
  EXPECT_EQ(table->date(), "2026-01-27T00:00:00Z");
  EXPECT_EQ(table->length_for("614141123452"), std::nullopt);
  EXPECT_EQ(table->length_for("061414112345"), 7U);
  EXPECT_EQ(table->length_for("950600013435"), 11U);
  EXPECT_EQ(table->length_for("950123456789"), std::nullopt);
  const Epc pack = parse_epc("https://id.gs1.org/01/79521141123453/21/32a%2Fb")->value;
  EXPECT_EQ(table->length_for(pack), 7U);
  EXPECT_EQ(*to_urn(pack, *table), "urn:epc:id:sgtin:9521141.712345.32a%2Fb");
}

TEST(GcpLengthJson, RefusesAndNamesThePlace) {
  const std::string head = R"({"GCPPrefixFormatList":{"entry":[)";
  const struct {
    std::string json;
    const char* field;
    std::size_t offset;
  } table[] = {
      {"", "GCP length list", 0},
      {"{}", "GCP length list", 0},
      {"[]", "GCP length list", 0},
      {R"({"GCPPrefixFormatList":{}})", "GCP length list", 0},
      {head + "{\"prefix\":\"952\"}]}}", "entry 1", 33},
      {head + R"({"prefix":"952","gcpLength":7},{"prefix":"95x","gcpLength":7}]}})", "entry 2", 64},
      {head + R"({"prefix":"952","gcpLength":3}]}})", "entry 1", 33},
      {head + R"({"prefix":"952","gcpLength":7.0}]}})", "entry 1", 61},
      {head + R"({"prefix":"952","gcpLength":"7"}]}})", "entry 1", 61},
      {head + R"({"prefix":952,"gcpLength":7}]}})", "entry 1", 43},
      {head + R"({"prefix":"952","gcpLength":07}]}})", "entry 1", 61},
      {head + R"({"prefix":"952","prefix":"953","gcpLength":7}]}})", "entry 1", 58},
      {head + R"({"prefix":"952","gcpLength":7},{"prefix":"952","gcpLength":8}]}})", "entry 2", 64},
      {head + R"({"prefix":"952","gcpLength":7},]}})", "entry 2", 64},
      {head + R"({"prefix":"952","gcpLength":7}]}}x)", "GCP length list", 66},
      {head + R"({"prefix":"952","gcpLength":7}]})", "GCP length list", 65},
      {R"({"a":"\x"})", "GCP length list", 6},
      {R"({"a":"\u12g4"})", "GCP length list", 6},
      {R"({"a":01})", "GCP length list", 5},
      {R"({"a":tru})", "GCP length list", 5},
      {"{\"a\":\"\n\"}", "GCP length list", 6},
  };
  for (const auto& row : table) {
    const auto list = GcpLengthTable::from_json(row.json);
    ASSERT_FALSE(list) << row.json;
    EXPECT_EQ(list.error().field, row.field) << row.json << list.error().to_text();
    EXPECT_EQ(list.error().offset, row.offset) << row.json << list.error().to_text();
    EXPECT_FALSE(list.error().remedy.empty());
  }
}

TEST(GcpLengthJson, Limits) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') +
           R"(,"GCPPrefixFormatList":{"entry":[]}})";
  };
  EXPECT_TRUE(GcpLengthTable::from_json(nested(32)));
  EXPECT_FALSE(GcpLengthTable::from_json(nested(34)));
  EXPECT_FALSE(GcpLengthTable::from_json(nested(100000)));
  const auto named = [](std::size_t size) {
    return "{\"" + std::string(size, 'a') + R"(":1,"GCPPrefixFormatList":{"entry":[]}})";
  };
  EXPECT_TRUE(GcpLengthTable::from_json(named(4096)));
  EXPECT_FALSE(GcpLengthTable::from_json(named(4097)));
  const auto listed = [](std::size_t count) {
    std::string json = R"({"GCPPrefixFormatList":{"entry":[)";
    for (std::size_t i = 0; i < count; ++i) {
      json += i == 0 ? "" : ",";
      json += R"({"prefix":"952","gcpLength":7})";
    }
    return json + "]}}";
  };
  EXPECT_TRUE(GcpLengthTable::from_json(listed(GcpLengthTable::kEntriesMax)));
  EXPECT_EQ(GcpLengthTable::from_json(listed(GcpLengthTable::kEntriesMax + 1)).error().field,
            "entry 1000001");
  std::string padded = R"({"GCPPrefixFormatList":{"entry":[]}})";
  padded.append(GcpLengthTable::kJsonMax - padded.size(), ' ');
  EXPECT_TRUE(GcpLengthTable::from_json(padded));
  padded.push_back(' ');
  EXPECT_FALSE(GcpLengthTable::from_json(padded));
}

TEST(GcpLength, ACompanysPrefixesLieOverTheList) {
  auto list = std::make_shared<GcpLengthTable>();
  ASSERT_TRUE(list->add("952", 7));
  ASSERT_TRUE(list->add("9506", 9));
  GcpLengthTable own;
  ASSERT_TRUE(own.add("9521141", 8));
  own.set_base(list);
  EXPECT_EQ(own.length_for("952114112345"), 8U);
  EXPECT_EQ(own.length_for("952999912345"), 7U);
  EXPECT_EQ(own.length_for("950600013435"), 9U);
  EXPECT_EQ(own.length_for("400000000000"), std::nullopt);
  EXPECT_EQ(own.size(), 1U);
}

TEST(GcpLength, AnUnknownPrefixSaysWhatToDo) {
  const GcpLengthTable empty;
  const Epc pack = parse_epc("https://id.gs1.org/01/79521141123453/21/1")->value;
  const auto urn = to_urn(pack, empty);
  ASSERT_FALSE(urn);
  EXPECT_NE(urn.error().remedy.find("load GS1's GCP length list or set the company's prefix"),
            std::string::npos);
  EXPECT_EQ(*to_urn(parse_epc("urn:x:y")->value, empty), "urn:x:y");
  // A company prefix of four digits is written as six.
  GcpLengthTable four;
  ASSERT_TRUE(four.add("9521", 4));
  EXPECT_EQ(*to_urn(pack, four), "urn:epc:id:sgtin:952114.7112345.1");
}

}  // namespace
}  // namespace packtrail::gs1
