#include "gs1/epc_tag.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <sstream>

#include "gs1/epc_bits.h"
#include "gs1/epc_testing.h"

namespace packtrail::gs1 {
namespace {

std::string without_end_zeros(std::string hex) {
  while (!hex.empty() && hex.back() == '0') hex.pop_back();
  return hex;
}

struct ClassicCase {
  const char* tag_uri;
  const char* hex;
};
constexpr ClassicCase kClassic[] = {
    {"urn:epc:tag:sgtin-96:3.0614141.812345.6789", "3074257BF7194E4000001A85"},
    {"urn:epc:tag:sscc-96:3.0614141.1234567890", "3174257BF4499602D2000000"},
    {"urn:epc:tag:sgln-96:3.0614141.12345.5678", "3274257BF46072000000162E"},
    {"urn:epc:tag:sgtin-198:3.0614141.712345.32a%2Fb",
     "3674257BF6B7A659B2C2BF1000000000000000000000000000"},
    {"urn:epc:tag:sgln-195:3.9521141.12345.32a%2Fb",
     "3976451FD46072CD9615F8800000000000000000000000000000"},
    {"urn:epc:tag:grai-96:3.9521141.12345.5678", "3376451FD40C0E400000162E"},
    {"urn:epc:tag:grai-170:3.9521141.12345.32a%2Fb",
     "3776451FD40C0E59B2C2BF1000000000000000000000"},
    {"urn:epc:tag:giai-96:3.9521141.5678", "3476451FD40000000000162E"},
    {"urn:epc:tag:giai-202:3.9521141.32a%2Fb",
     "3876451FD59B2C2BF10000000000000000000000000000000000"},
    {"urn:epc:tag:gsrn-96:3.9521141.1234567890", "2D76451FD4499602D2000000"},
    {"urn:epc:tag:gdti-96:3.9521141.12345.5678", "2C76451FD46072000000162E"},
    {"urn:epc:tag:gdti-174:3.9521141.98765.ABCDefgh012345678",
     "3E76451FD7039B061438997367D0C18B266D1AB66EE0"},
    {"urn:epc:tag:cpi-96:3.9521141.98765.12345", "3C76451FD400C0E680003039"},
    {"urn:epc:tag:cpi-96:1.0614141.123456.0", "3C34257BF400F12000000000"},
    {"urn:epc:tag:cpi-var:3.9521141.5PQ7%2FZ43.12345", "3D76451FD75411DEF6B4CC00000003039000"},
    {"urn:epc:tag:cpi-var:7.0614141.123ABX.123456789", "3DF4257BF71CB304260000075BCD1500"},
    {"urn:epc:tag:cpi-var:0.0614141.12-456.123456789", "3D14257BF71CADD35D8000075BCD1500"},
    {"urn:epc:tag:sgcn-96:3.9521141.67890.04711", "3F76451FD612640000019907"},
    {"urn:epc:tag:itip-110:3.9521141.012345.01.02.981", "4076451FD40C0E40820000000F54"},
    {"urn:epc:tag:itip-212:3.9521141.012345.01.02.mw133",
     "4176451FD40C0E4082DBDD8B36600000000000000000000000000000"},
};

TEST(EpcTag, ClassicVectorsOfTheStandard) {
  for (const ClassicCase& c : kClassic) {
    const auto tag = parse_tag_uri(c.tag_uri);
    ASSERT_TRUE(tag) << c.tag_uri << " " << tag.error().to_text();
    const auto hex = to_epc_hex(*tag);
    ASSERT_TRUE(hex) << hex.error().to_text();
    EXPECT_EQ(hex->size() % 4, 0U);
    EXPECT_EQ(without_end_zeros(*hex), without_end_zeros(c.hex)) << c.tag_uri;
    const auto back = parse_epc_hex(c.hex);
    ASSERT_TRUE(back) << c.hex << " " << back.error().to_text();
    EXPECT_EQ(*back, *tag);
    EXPECT_EQ(*to_tag_uri(*back), c.tag_uri);
    EXPECT_EQ(*parse_raw_uri(*to_raw_uri(*tag)), *tag);
    EXPECT_EQ(*parse_tag_uri(*to_raw_uri(*tag)), *tag);
  }
  EXPECT_EQ(*to_raw_uri(*parse_tag_uri(kClassic[0].tag_uri)),
            "urn:epc:raw:96.x3074257BF7194E4000001A85");
}

struct PlusCase {
  const char* hri;
  const char* urn_or_link;
  EpcCoding coding;
  const char* hex;
};
constexpr PlusCase kPlus[] = {
    {"(01)79521141123453(21)32a/b", "https://id.gs1.org/01/79521141123453/21/32a%2Fb",
     EpcCoding::kSgtinPlus, "F73795211411234538566CB0AFC4"},
    {"(414)9521141123454(254)32a/b", "https://id.gs1.org/414/9521141123454/254/32a%2Fb",
     EpcCoding::kSglnPlus, "F2395211411234548566CB0AFC4"},
    {"(8003)0952114112345432a/b", "https://id.gs1.org/8003/0952114112345432a%2Fb",
     EpcCoding::kGraiPlus, "F13095211411234548566CB0AFC4"},
    {"(8004)952114132a/b", "https://id.gs1.org/8004/952114132a%2Fb", EpcCoding::kGiaiPlus,
     "FA3952114132E83C2BF10"},
    {"(253)95211411234545678", "https://id.gs1.org/253/95211411234545678", EpcCoding::kGdtiPlus,
     "F6395211411234540458B8"},
    {"(8018)952114112345678906", "https://id.gs1.org/8018/952114112345678906", EpcCoding::kGsrnPlus,
     "F43952114112345678906"},
    {"(8017)952114112345678906", "https://id.gs1.org/8017/952114112345678906",
     EpcCoding::kGsrnpPlus, "F53952114112345678906"},
    {"(8006)095211411234540102(21)rif981", "https://id.gs1.org/8006/095211411234540102/21/rif981",
     EpcCoding::kItipPlus, "F3309521141123454010266AE27FDF35"},
    {"(8010)95211415PQ7/Z43(8011)12345", "https://id.gs1.org/8010/95211415PQ7%2FZ43/8011/12345",
     EpcCoding::kCpiPlus, "F0395211415E87A145BAFB4D19A8C0E4"},
    {"(255)952114167890904711", "https://id.gs1.org/255/952114167890904711", EpcCoding::kSgcnPlus,
     "F839521141678909509338"},
};

TEST(EpcTag, PlusVectorsOfTheStandard) {
  for (const PlusCase& c : kPlus) {
    const auto value = parse_epc(c.urn_or_link);
    ASSERT_TRUE(value) << c.urn_or_link << value.error().to_text();
    EXPECT_EQ(to_hri(value->value), c.hri);
    EXPECT_EQ(*choose_coding(value->value, 0), c.coding);
    const EpcTag tag{value->value, c.coding, 3, 0, {}, false};
    EXPECT_EQ(without_end_zeros(*to_epc_hex(tag, EpcHexEnd::Digit)), without_end_zeros(c.hex));
    const auto back = parse_epc_hex(c.hex);
    ASSERT_TRUE(back) << c.hex << " " << back.error().to_text();
    EXPECT_EQ(*back, tag) << c.hex;
    EXPECT_FALSE(to_tag_uri(tag));
  }
}

TEST(EpcTag, TheExtensionZeroIsNone) {
  const Epc none = parse_epc("https://id.gs1.org/414/9521141123454")->value;
  for (const std::size_t gcp : {7U, 0U}) {
    const EpcTag tag{none, *choose_coding(none, gcp), 1, static_cast<std::uint8_t>(gcp), {}, false};
    EXPECT_EQ(*parse_epc_hex(*to_epc_hex(tag)), tag);
  }
}

TEST(EpcTag, DateInFrontOfAPack) {
  const Epc pack = parse_epc("https://id.gs1.org/01/79521141123453/21/32a%2Fb")->value;
  EpcTag tag{pack, EpcCoding::kDsgtinPlus, 3, 0, TagDate{{17, 2}, 22, 6, 30}, false};
  EXPECT_EQ(*to_epc_hex(tag, EpcHexEnd::Digit), "FB342CDE795211411234538566CB0AFC4");
  EXPECT_EQ(*parse_epc_hex("FB342CDE795211411234538566CB0AFC4"), tag);
  tag.date = TagDate{{17, 2}, 22, 6, 0};
  EXPECT_EQ(parse_epc_hex(*to_epc_hex(tag))->date, tag.date);
  for (const TagDate bad : {TagDate{{17, 2}, 22, 13, 1}, TagDate{{17, 2}, 22, 2, 30},
                            TagDate{{10, 2}, 22, 2, 1}, TagDate{{17, 2}, 100, 2, 1}}) {
    tag.date = bad;
    EXPECT_FALSE(to_epc_hex(tag));
  }
  tag.date.reset();
  EXPECT_FALSE(to_epc_hex(tag));
}

// Every value of `name` in a flat JSON file of text and number fields, one per object.
std::vector<std::string> json_fields(const std::string& text, const std::string& name) {
  std::vector<std::string> out;
  const std::string key = "\"" + name + "\": ";
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
    const std::size_t from = at + key.size();
    const std::size_t end = text.find_first_of(",\n}", from);
    std::string value = text.substr(from, end - from);
    if (value.size() > 1 && value.front() == '"') value = value.substr(1, value.size() - 2);
    out.push_back(value);
  }
  return out;
}

std::string read(const std::string& name) {
  std::ifstream file(std::string(PACKTRAIL_SOURCE_DIR) + "/../shared/data/vectors/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(EpcTag, PublishedTagVectors) {
  const std::string text = read("epc-tag-vectors.json");
  if (text.empty()) GTEST_SKIP() << "shared EPC vectors not present";
  const auto uris = json_fields(text, "tag_uri");
  const auto hexes = json_fields(text, "hex");
  const auto elements = json_fields(text, "element_string");
  ASSERT_EQ(uris.size(), hexes.size());
  ASSERT_EQ(uris.size(), elements.size());
  ASSERT_GE(uris.size(), 6U);
  for (std::size_t i = 0; i < uris.size(); ++i) {
    const auto tag = parse_epc_hex(hexes[i]);
    ASSERT_TRUE(tag) << hexes[i];
    EXPECT_EQ(*to_tag_uri(*tag), uris[i]);
    EXPECT_EQ(without_end_zeros(*to_epc_hex(*parse_tag_uri(uris[i]))), without_end_zeros(hexes[i]));
    if (elements[i] != "null") {
      EXPECT_EQ(to_hri(tag->value), elements[i]);
    }
  }
}

TEST(EpcTag, PublishedPlusVectors) {
  const std::string text = read("epc-tds2-plus-vectors.json");
  if (text.empty()) GTEST_SKIP() << "shared EPC vectors not present";
  const auto elements = json_fields(text, "element_string");
  const auto filters = json_fields(text, "filter");
  const auto hexes = json_fields(text, "hex");
  ASSERT_EQ(elements.size(), hexes.size());
  ASSERT_GE(elements.size(), 4U);
  for (std::size_t i = 0; i < hexes.size(); ++i) {
    const auto tag = parse_epc_hex(hexes[i]);
    ASSERT_TRUE(tag) << hexes[i];
    std::string hri = to_hri(tag->value);
    if (tag->date) hri += "(17)220630";
    EXPECT_EQ(hri, elements[i]);
    EXPECT_EQ(std::to_string(tag->filter), filters[i]);
    EXPECT_EQ(*to_epc_hex(*tag, EpcHexEnd::Digit), hexes[i]);
  }
}

TEST(EpcTag, LimitsSayWhatToDo) {
  const auto pack = [](const std::string& serial) {
    return Epc(Sgtin{*Gtin::parse("09506000134352"), *SerialNumber::parse(serial)});
  };
  const auto as = [](const Epc& value, EpcCoding coding) {
    return to_epc_hex({value, coding, 1, 7, {}, false});
  };
  EXPECT_TRUE(as(pack("0"), EpcCoding::kSgtin96));
  EXPECT_TRUE(as(pack("274877906943"), EpcCoding::kSgtin96));
  for (const char* serial : {"274877906944", "01", "A", "00", "99999999999999999999"}) {
    const auto hex = as(pack(serial), EpcCoding::kSgtin96);
    ASSERT_FALSE(hex) << serial;
    EXPECT_NE(hex.error().remedy.find("SGTIN-198"), std::string::npos) << hex.error().to_text();
    EXPECT_EQ(*choose_coding(pack(serial), 7), EpcCoding::kSgtin198);
    EXPECT_TRUE(as(pack(serial), EpcCoding::kSgtin198));
  }
  EXPECT_EQ(*choose_coding(pack("1"), 7), EpcCoding::kSgtin96);
  EXPECT_EQ(*choose_coding(pack("1"), 0), EpcCoding::kSgtinPlus);
  const auto unknown = to_epc_hex({pack("1"), EpcCoding::kSgtin96, 1, 0, {}, false});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().remedy.find("GCP length list"), std::string::npos);
  EXPECT_FALSE(to_epc_hex({pack("1"), EpcCoding::kSgtin96, 8, 7, {}, false}));
  EXPECT_FALSE(as(pack("1"), EpcCoding::kSscc96));
  EXPECT_FALSE(choose_coding(parse_epc("urn:epc:idpat:grai:9521141.12345.*")->value, 7));
  EXPECT_FALSE(choose_coding(parse_epc("urn:epc:id:pgln:9521141.12345")->value, 7));
  EXPECT_FALSE(choose_coding(parse_epc("urn:x:y")->value, 7));
}

TEST(EpcTag, RefusesBrokenBits) {
  for (const char* bad : {
           "",
           "3",
           "30",
           "3074257BF7194E4000001A8",    // One digit short.
           "307C257BF7194E4000001A85",   // Partition 7.
           "3077FFFFF7194E4000001A85",   // Company prefix beyond its digits.
           "3074257BF7194E4000001A851",  // A bit after the EPC.
           "3174257BF4499602D2000001",   // Reserved bits.
           "3674257BF6B7A659B2C2BF1000000000000000000000000001",
           "3F76451FD612640000030D40",  // Coupon serial without its '1'.
           "F737952114112345",
           "F73795211411234528566CB0AFC4",  // Check digit.
           "F737952114112345385",
           "F7379521141123453C566CB0AFC4",  // Encoding 6.
           "3D7645C00000002339001",         // No reference behind the company prefix.
           "FDC0",
           "35000",
           "ZZ",
           "30 74",
       }) {
    const auto tag = parse_epc_hex(bad);
    ASSERT_FALSE(tag) << bad;
    EXPECT_FALSE(tag.error().remedy.empty());
  }
  EXPECT_NE(parse_epc_hex("FD3795").error().message.find("SGTIN++"), std::string::npos);
  EXPECT_NE(parse_epc_hex("3500E8").error().message.find("GID-96"), std::string::npos);
  EXPECT_FALSE(parse_epc_hex(std::string(kEpcHexMax + 1, '0')));
  EXPECT_FALSE(parse_epc_hex(std::string(kEpcHexMax, '0')));
}

TEST(EpcTag, RefusalsNameTheFieldAndItsBits) {
  const struct {
    const char* hex;
    const char* message;
    std::size_t offset;
    std::size_t length;
  } cases[] = {
      {"303C257BF7194E4000001A85",
       "the bits are no SGTIN-96: the partition at bit 11 (3 bits) is out of range, should be 0 "
       "to 6",
       2, 2},
      {"3077FFFFF7194E4000001A85",
       "the bits are no SGTIN-96: the company prefix at bit 14 (24 bits) is out of range, should "
       "be a number of 7 digits",
       3, 7},
      {"3174257BF4499602D2000001",
       "the bits are no SSCC-96: the reserved field at bit 72 (24 bits) is out of range, should be "
       "zero",
       18, 6},
      {"3074257BF7194E4000001A8", "the header says SGTIN-96, which has 96 bits, and there are 92",
       23, 0},
      {"3074257BF7194E4000001A851",
       "the bits are no SGTIN-96: the rest at bit 96 (4 bits) is out of range, should be zero", 24,
       1},
  };
  for (const auto& one : cases) {
    const auto tag = parse_epc_hex(one.hex);
    ASSERT_FALSE(tag) << one.hex;
    EXPECT_EQ(tag.error().message, one.message);
    EXPECT_EQ(tag.error().offset, one.offset) << one.hex;
    EXPECT_EQ(tag.error().length, one.length) << one.hex;
  }
}

TEST(EpcTag, HexFitsACodingByHeaderAndLength) {
  EXPECT_EQ(epc_hex_fit("3074257BF7194E4000001A85"), EpcHexFit::Whole);
  EXPECT_EQ(epc_hex_fit("303C257BF7194E4000001A85"), EpcHexFit::Whole);  // Partition 7.
  EXPECT_EQ(epc_hex_fit("3074257BF7194E4000001A850000"), EpcHexFit::Whole);
  EXPECT_EQ(epc_hex_fit("3074257BF7194E4000001A8500001"), EpcHexFit::None);
  EXPECT_EQ(epc_hex_fit("3074257BF7194E400000"), EpcHexFit::Short);  // One word.
  EXPECT_EQ(epc_hex_fit("3074257BF7194E40000"), EpcHexFit::None);
  EXPECT_EQ(epc_hex_fit("F73795211411234528566CB0AFC4"), EpcHexFit::None);  // Any length.
  EXPECT_EQ(epc_hex_fit("10ABC"), EpcHexFit::None);
  EXPECT_EQ(epc_hex_fit(""), EpcHexFit::None);
}

TEST(EpcTag, RefusesBrokenTagUris) {
  for (const char* bad :
       {"urn:epc:tag:", "urn:epc:tag:sgtin-96", "urn:epc:tag:sgtin-96:", "urn:epc:tag:sgtin-96:3",
        "urn:epc:tag:sgtin-96:8.0614141.812345.6789", "urn:epc:tag:sgtin-95:3.0614141.812345.6789",
        "urn:epc:tag:SGTIN+:3.0614141.812345.6789", "urn:epc:tag:sgtin-96:3.0614141.812345.06789",
        "urn:epc:tag:sgtin-96:3.0614141.812345.*", "urn:epc:tag:sgtin-96:3.0614141.8123456.1",
        "urn:epc:raw:96.x3074", "urn:epc:raw:x.x3074", "urn:epc:raw:97.x3074257BF7194E4000001A85",
        "urn:epc:raw:", "urn:epc:id:sgtin:0614141.812345.6789"}) {
    const auto tag = parse_tag_uri(bad);
    ASSERT_FALSE(tag) << bad;
    EXPECT_FALSE(tag.error().remedy.empty()) << bad;
    if (tag.error().offset) {
      EXPECT_LE(*tag.error().offset, std::string_view(bad).size()) << bad;
    }
  }
}

TEST(EpcTag, FurtherDataIsToldNotRead) {
  const auto tag = parse_epc_hex(
      "F7B79521141123453"
      "8566CB0AFC4"
      "1234");
  ASSERT_TRUE(tag) << tag.error().to_text();
  EXPECT_TRUE(tag->has_more_data);
  EXPECT_EQ(to_hri(tag->value), "(01)79521141123453(21)32a/b");
}

TEST(EpcBits, ShortestEncodingOfAText) {
  const struct {
    const char* text;
    std::size_t bits;
  } table[] = {{"5678", 8 + 14}, {"0001", 8 + 14}, {"A1", 8 + 8},    {"a1", 8 + 8}, {"aA", 8 + 12},
               {"a/", 8 + 14},   {"A.B", 8 + 16},  {"A.BC", 8 + 28}, {"9", 8 + 4}};
  for (const auto& row : table) {
    EpcBits bits;
    put_text(bits, row.text);
    EXPECT_EQ(bits.size(), row.bits) << row.text;
    EXPECT_EQ(take_text(bits, 20), row.text);
  }
}

TEST(EpcTag, EveryValueRoundTrips) {
  EXPECT_TRUE(rc::check("value -> tag uri, bits -> value", [] {
    const testing::RandomEpc random = testing::random_epc();
    for (const std::size_t gcp : {random.gcp, std::size_t{0}}) {
      const auto coding = choose_coding(random.value, gcp);
      if (!coding) {
        RC_ASSERT(is_class(random.value) || gcp == 0 || random.value.index() > 6);
        continue;
      }
      EpcTag tag{random.value,
                 *coding,
                 static_cast<std::uint8_t>(*rc::gen::inRange(0, 8)),
                 static_cast<std::uint8_t>(gcp),
                 {},
                 false};
      const auto hex = to_epc_hex(tag);
      RC_ASSERT(hex.has_value());
      const auto back = parse_epc_hex(*hex);
      RC_ASSERT(back.has_value());
      RC_ASSERT(*back == tag);
      if (gcp != 0) RC_ASSERT(*parse_tag_uri(*to_tag_uri(tag)) == tag);
      if (gcp == 0 && std::holds_alternative<Sgtin>(tag.value)) {
        tag.coding = EpcCoding::kDsgtinPlus;
        tag.date = TagDate{{17, 2}, 27, 12, 31};
        RC_ASSERT(*parse_epc_hex(*to_epc_hex(tag)) == tag);
      }
    }
  }));
}

}  // namespace
}  // namespace packtrail::gs1
