#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <random>

#include "gs1/digital_link.h"
#include "gs1/element_string.h"
#include "gs1/epc.h"
#include "gs1/pack_code.h"

namespace packtrail::gs1 {
namespace {

const Date kToday = *Date::parse("2026-11-20");
constexpr std::string_view kCset82 =
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

std::string random_text(std::size_t most) {
  const auto size = *rc::gen::inRange<std::size_t>(1, most + 1);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += kCset82[*rc::gen::inRange<std::size_t>(0, kCset82.size())];
  }
  return text;
}

std::string random_digits(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  return text;
}

PackCode random_code() {
  PackCode code{*Gtin::complete(random_digits(13)), *SerialNumber::parse(random_text(20)), {}, {}};
  if (*rc::gen::arbitrary<bool>()) {
    code.expiry = Expiry::of_month(2026 + *rc::gen::inRange(0, 20), *rc::gen::inRange(1, 13));
  }
  if (*rc::gen::arbitrary<bool>()) code.lot = *Lot::parse(random_text(20));
  return code;
}

TEST(ElementString, ReadsRawWithAndWithoutAimIdentifier) {
  const std::string body =
      "010950600013435221ABC123DEF456GH\x1d"
      "17271231"
      "10LOT123";
  for (const char* prefix : {"", "]d2", "]C1", "]Q3", "]e0", "]J1", "\x1d", "]d2\x1d"}) {
    const auto elements = ElementString::parse_raw(prefix + body);
    ASSERT_TRUE(elements) << elements.error().to_text();
    EXPECT_EQ(elements->to_bracketed(), "(01)09506000134352(21)ABC123DEF456GH(17)271231(10)LOT123");
    EXPECT_EQ(elements->to_raw(), body);
    EXPECT_EQ(elements->find("17"), "271231");
    EXPECT_EQ(elements->find(kAiLot), "LOT123");
    EXPECT_FALSE(elements->find("11"));
  }
}

TEST(ElementString, ToleratesSuperfluousSeparators) {
  const auto elements = ElementString::parse_raw(
      "0109506000134352\x1d"
      "17271200\x1d"
      "10L\x1d");
  ASSERT_TRUE(elements) << elements.error().to_text();
  EXPECT_EQ(elements->to_raw(),
            "0109506000134352"
            "17271200"
            "10L");
}

TEST(ElementString, WritesSeparatorsWhereTheListIsNotClosed) {
  // 422 has a fixed length and still needs the separator.
  const auto elements = ElementString::parse_bracketed("(01)09506000134352(422)528(10)L");
  ASSERT_TRUE(elements);
  EXPECT_EQ(elements->to_raw(),
            "0109506000134352"
            "422528\x1d"
            "10L");
}

struct Bad {
  const char* text;
  const char* field;
  std::size_t offset;
};

TEST(ElementString, RefusesWithFieldAndOffset) {
  const Bad table[] = {
      {"", "element string", 0},
      {"]d1"
       "0109506000134352",
       "element string", 0},
      {"0109506000134353", "01", 15},
      {"01095060001343", "01", 14},
      {"0109506O00134352", "01", 7},
      {"0109506000134352"
       "17271301",
       "17", 20},
      {"0109506000134352"
       "21",
       "21", 18},
      {"0109506000134352"
       "21\x1d"
       "10A",
       "21", 18},
      {"0109506000134352"
       "21AB~C",
       "21", 20},
      {"0109506000134352"
       "21AAAAAAAAAAAAAAAAAAAAA",
       "21", 38},
      {"0109506000134352"
       "0502",
       "element string", 16},
      {"0109506000134352"
       "8",
       "element string", 16},
      {"0109506000134352"
       "0109521141123454",
       "01", 18},
      {"0109506000134352"
       "0195211411234546",
       "01", 31},
      {"21A\x1d"
       "21B",
       "21", 6},
      {"(01)09506000134352(21)A(B)C", "element string", 24},
      {"(01)09506000134352(21)A)C", "21", 23},
      {"[01]09506000134352[21]A]", "21", 23},
      {"(01)09506000134352(21", "element string", 18},
      {"(04)09506000134352", "element string", 1},
      {"(01)", "01", 4},
      {"0109506000134352"
       "800826113025",
       "8008", 26},
      {"0109506000134352"
       "4309"
       "1800000001"
       "0000000000",
       "4309", 20},
  };
  for (const Bad& bad : table) {
    const auto parsed = ElementString::parse(bad.text);
    ASSERT_FALSE(parsed) << bad.text;
    EXPECT_EQ(parsed.error().field, bad.field) << bad.text << "\n" << parsed.error().to_text();
    EXPECT_EQ(parsed.error().offset, bad.offset) << bad.text << "\n" << parsed.error().to_text();
    EXPECT_FALSE(parsed.error().rule.empty()) << bad.text;
    EXPECT_FALSE(parsed.error().remedy.empty()) << bad.text;
  }
}

TEST(ElementString, NamesAForeignSymbology) {
  const auto message = [](const char* text) {
    const auto read = ElementString::parse_raw(text);
    EXPECT_FALSE(read) << text;
    return read ? std::string() : read.error().message;
  };
  const std::string none = "the AIM symbology identifier does not announce GS1 data";
  EXPECT_EQ(message("]d10109506000134352"), none + ": the symbol is DataMatrix without FNC1");
  EXPECT_EQ(message("]E09506000134352"), none + ": the symbol is EAN-13, UPC-A or UPC-E");
  EXPECT_EQ(message("]C00109506000134352"), none + ": the symbol is Code 128 without FNC1");
  EXPECT_EQ(message("]X00109506000134352"), none);
  EXPECT_EQ(message("]"), none);
  const auto whole = ElementString::parse_raw("]Q10109506000134352");
  EXPECT_EQ(whole.error().offset, 0U);
  EXPECT_EQ(whole.error().length, 3U);
}

TEST(ElementString, RoundBracketsOrSquareOnes) {
  const auto square = ElementString::parse_bracketed("[01]09506000134352[21]A(10)B");
  ASSERT_TRUE(square);
  EXPECT_EQ(square->find("21"), "A(10)B");
  EXPECT_EQ(square->to_bracketed(), "[01]09506000134352[21]A(10)B");
}

TEST(ElementString, EqualRepeatIsKeptOnce) {
  const auto elements = ElementString::parse_bracketed("(10)A(21)B(10)A");
  ASSERT_TRUE(elements);
  EXPECT_EQ(elements->size(), 2U);
}

TEST(ElementString, Limits) {
  // 90..99 are ten AIs of up to 90; 3100..3195 give more AIs than an element string holds.
  std::string text;
  for (int i = 0; i < 32; ++i) text += std::to_string(3100 + i / 6 * 10 + i % 6) + "000001";
  ASSERT_TRUE(ElementString::parse_raw(text)) << ElementString::parse_raw(text).error().to_text();
  const auto above = ElementString::parse_raw(text + "3152000001");
  ASSERT_FALSE(above);
  EXPECT_EQ(above.error().code, Errc::ResourceExhausted);
  std::string bytes;
  for (int i = 91; i <= 99; ++i) bytes += std::to_string(i) + std::string(90, 'A') + "\x1d";
  bytes += "4302" + std::string(70, 'A') + "\x1d" + "4303" + std::string(70, 'A') + "\x1d";
  ASSERT_TRUE(ElementString::parse_raw(bytes + "10" + std::string(20, 'A')));
  bytes += "4304" + std::string(70, 'A') + "\x1d";
  const auto full = ElementString::parse_raw(bytes + "10AAAAA");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::ResourceExhausted);
  EXPECT_TRUE(ElementString::parse_raw(bytes + "10AAAA"));
  EXPECT_EQ(ElementString::parse_raw(std::string(2049, '0')).error().offset, 2048U);
}

TEST(AiTable, AgreesWithTheSyntaxDictionary) {
  std::ifstream file(PACKTRAIL_SOURCE_DIR "/../shared/data/gs1/gs1-syntax-dictionary.txt");
  if (!file) GTEST_SKIP() << "GS1 Syntax Dictionary not present";
  std::string line;
  std::size_t ais = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line.substr(0, line.find('#')));
    std::string range;
    words >> range;
    std::string flags;
    std::string word;
    unsigned low = 0;
    unsigned high = 0;
    while (words >> word) {
      if (word.find_first_not_of("*?!\"") == std::string::npos) {
        flags = word;
        continue;
      }
      const bool optional = word[0] == '[';
      if (optional) word.erase(0, 1);
      if (word.find('=') != std::string::npos || word == "dlpkey") break;
      const bool variable = word.substr(1, 2) == "..";
      const auto size = static_cast<unsigned>(std::stoi(word.substr(variable ? 3 : 1)));
      high += size;
      if (!optional) low += variable ? 1 : size;
    }
    const auto dash = range.find('-');
    const std::string first = range.substr(0, dash);
    const std::string last = dash == std::string::npos ? first : range.substr(dash + 1);
    for (int number = std::stoi(first); number <= std::stoi(last); ++number) {
      const Ai ai{static_cast<std::uint16_t>(number), static_cast<std::uint8_t>(first.size())};
      const AiEntry* entry = find_ai(ai);
      ASSERT_NE(entry, nullptr) << to_text(ai).view();
      EXPECT_EQ(entry->size_min, low) << to_text(ai).view();
      EXPECT_EQ(entry->size_max, high) << to_text(ai).view();
      EXPECT_EQ(entry->predefined, flags.find('*') != std::string::npos) << to_text(ai).view();
      EXPECT_EQ(entry->link_attribute, flags.find('?') != std::string::npos) << to_text(ai).view();
      ++ais;
    }
  }
  std::size_t ours = 0;
  for (const AiEntry& entry : ai_table()) ours += entry.last - entry.first + 1U;
  EXPECT_EQ(ours, ais);
}

TEST(AiTable, KnowsWhatIsNotAssigned) {
  for (const char* ai :
       {"04", "05", "09", "14", "18", "236", "718", "8016", "9", "90000", "000", "1", "3106"}) {
    EXPECT_FALSE(Ai::parse(ai)) << ai;
  }
  EXPECT_EQ(to_text(*Ai::parse("00")).view(), "00");
  EXPECT_EQ(to_text(*Ai::parse("8003")).view(), "8003");
}

TEST(AiTable, CheckPairOfTheGlobalModelNumber) {
  EXPECT_TRUE(ElementString::parse_bracketed("(8013)1987654Ad4X4bL5ttr2310c2K"));
  EXPECT_FALSE(ElementString::parse_bracketed("(8013)1987654Ad4X4bL5ttr2310c2J"));
}

TEST(DigitalLink, ReadsPathAndQuery) {
  const auto link = parse_digital_link(
      "https://example.com:8080/some/01/stem/01/09506000134352/10/L%2F1/21/"
      "A%28B%29?17=271231&x=1#f");
  ASSERT_TRUE(link) << link.error().to_text();
  EXPECT_EQ(link->stem, "https://example.com:8080/some/01/stem");
  EXPECT_EQ(link->elements.to_bracketed(), "[01]09506000134352[10]L/1[21]A(B)[17]271231");
  EXPECT_EQ(link->path_size, 3U);
  EXPECT_TRUE(link->has_foreign_query);
  EXPECT_EQ(*to_digital_link(link->elements, "https://id.gs1.org/"),
            "https://id.gs1.org/01/09506000134352/10/L%2F1/21/A%28B%29?17=271231");
}

TEST(DigitalLink, OtherKeysAndShortGtins) {
  const char* same[] = {"https://id.gs1.org/00/395060001343520001",
                        "https://id.gs1.org/414/9521141123454/254/32a%2Fb",
                        "https://id.gs1.org/8003/0952114112345432a%2Fb",
                        "https://id.gs1.org/8004/952114132a%2Fb",
                        "http://[2001:db8::1]/8006/095060001343520102/10/A",
                        "https://id.gs1.org/253/9521141123454AB"};
  for (const char* uri : same) {
    const auto link = parse_digital_link(uri);
    ASSERT_TRUE(link) << uri << " " << link.error().to_text();
    EXPECT_EQ(*to_digital_link(link->elements, link->stem), uri);
  }
  EXPECT_EQ(parse_digital_link("HTTPS://ID.GS1.ORG/01/9506000134352")->elements.find("01"),
            "09506000134352");
}

TEST(DigitalLink, RewritingAStemOfSlashesIsStable) {
  const auto link = parse_digital_link("https://example.com//a///01/09506000134352");
  ASSERT_TRUE(link);
  const std::string once = *to_digital_link(link->elements, link->stem);
  EXPECT_EQ(once, "https://example.com//a/01/09506000134352");
  const auto again = parse_digital_link(once);
  ASSERT_TRUE(again);
  EXPECT_EQ(*to_digital_link(again->elements, again->stem), once);
}

TEST(DigitalLink, Refuses) {
  for (const char* bad : {"",
                          "ftp://id.gs1.org/01/09506000134352",
                          "HtTp://id.gs1.org/01/09506000134352",
                          "https:///01/09506000134352",
                          "https:///stem/01/09506000134352",
                          "https://id.gs1.org",
                          "https://id.gs1.org/",
                          "https://01/09506000134352",
                          "https://id.gs1.org/01/",
                          "https://id.gs1.org/01/09506000134353",
                          "https://id.gs1.org/01/09506000134352/21/A/10/B",
                          "https://id.gs1.org/01/09506000134352/17/271231",
                          "https://id.gs1.org/01/09506000134352/21/A%2",
                          "https://id.gs1.org/01/09506000134352/21/A%zz",
                          "https://id.gs1.org/01/09506000134352/21/A B",
                          "https://id.gs1.org/01/09506000134352?21=A",
                          "https://id.gs1.org/01/09506000134352?17=271301",
                          "https://id.gs1.org/01/09506000134352?9999=1",
                          "https://id.gs1.org/01/09506000134352?17",
                          "https://id.gs1.org/01/09506000134352/235/A/21/B",
                          "https://id.gs1.org/01/09506000134352/21/",
                          "https://id.gs1.org/01/09506000134352/21/A%00"}) {
    const auto link = parse_digital_link(bad);
    EXPECT_FALSE(link) << bad;
    if (!link) {
      EXPECT_FALSE(link.error().remedy.empty()) << bad;
    }
  }
  const std::string long_uri = "https://id.gs1.org/" + std::string(2012, 'a');
  EXPECT_EQ(parse_digital_link(long_uri + "/01/09506000134352").error().offset, kDigitalLinkMax);
  EXPECT_FALSE(to_digital_link(*ElementString::parse("(10)A"), "https://id.gs1.org"));
  EXPECT_FALSE(to_digital_link(*ElementString::parse("(01)09506000134352"), "id.gs1.org"));
  EXPECT_FALSE(to_digital_link(*ElementString::parse("(01)09506000134352"), "https://"));
  EXPECT_FALSE(to_digital_link(*ElementString::parse("(414)9521141123454(21)A"), "https://a.b"));
}

struct UrnCase {
  const char* urn;
  const char* hri;
};

TEST(Epc, UrnVectors) {
  const UrnCase table[] = {
      {"urn:epc:id:sgtin:0614141.812345.6789", "(01)80614141123458(21)6789"},
      {"urn:epc:id:sgtin:0614141.712345.32a%2Fb", "(01)70614141123451(21)32a/b"},
      {"urn:epc:id:sgtin:95060001343.05.123456789", "(01)09506000134352(21)123456789"},
      {"urn:epc:id:sgtin:950600013435.0.1", "(01)09506000134352(21)1"},
      {"urn:epc:id:sgtin:950600.0013435.%22%25%26%2F%3C%3E%3F!", "(01)09506000134352(21)\"%&/<>?!"},
      {"urn:epc:id:sscc:0614141.1234567890", "(00)106141412345678908"},
      {"urn:epc:id:sgln:0614141.12345.5678", "(414)0614141123452(254)5678"},
      {"urn:epc:id:sgln:9521141.12345.32a%2Fb", "(414)9521141123454(254)32a/b"},
      {"urn:epc:id:sgln:9521141.12345.0", "(414)9521141123454"},
      {"urn:epc:id:sgln:952114112345..0", "(414)9521141123454"},
      {"urn:epc:id:grai:9521141.12345.5678", "(8003)095211411234545678"},
      {"urn:epc:id:giai:9521141.32a%2Fb", "(8004)952114132a/b"},
      {"urn:epc:class:lgtin:9506000.013435.LOT1", "(01)09506000134352(10)LOT1"},
      {"urn:epc:id:pgln:9521141.12345", "(417)9521141123454"},
      {"urn:uuid:7f3c5b1e-0000-4000-8000-000000000000",
       "urn:uuid:7f3c5b1e-0000-4000-8000-000000000000"},
  };
  for (const UrnCase& c : table) {
    const auto parsed = parse_epc(c.urn);
    ASSERT_TRUE(parsed) << c.urn << " " << parsed.error().to_text();
    EXPECT_EQ(to_hri(parsed->value), c.hri);
    EXPECT_TRUE(parsed->is_canonical) << c.urn;
    EXPECT_EQ(*format_epc(parsed->value, parsed->spelling), c.urn);
  }
}

TEST(Epc, OneValueManySpellings) {
  const auto urn = parse_epc("urn:epc:id:sgtin:9506000.013435.A%2F1");
  const auto link = parse_epc("https://id.gs1.org/01/09506000134352/21/A%2F1");
  const auto other = parse_epc("https://example.com/x/y/01/09506000134352/21/A%2F1");
  ASSERT_TRUE(urn && link && other);
  EXPECT_EQ(urn->value, link->value);
  EXPECT_EQ(urn->value, other->value);
  EXPECT_EQ(hash_value(urn->value), hash_value(other->value));
  EXPECT_EQ(other->spelling.stem, "https://example.com/x/y");
  EXPECT_EQ(urn->spelling.gcp_length, 7);
  EXPECT_EQ(*format_epc(urn->value, other->spelling),
            "https://example.com/x/y/01/09506000134352/21/A%2F1");
  EXPECT_EQ(*to_urn(link->value, 11), "urn:epc:id:sgtin:95060001343.05.A%2F1");
  EXPECT_FALSE(to_urn(link->value, 5));
  EXPECT_FALSE(to_urn(link->value, 13));
  EXPECT_FALSE(to_urn(link->value, 256 + 7));
}

TEST(Epc, AcceptedButNotCanonical) {
  for (const char* text :
       {"urn:epc:id:sgtin:9506000.013435.A%2f1", "urn:epc:id:sgtin:9506000.013435.%41",
        "https://id.gs1.org/01/09506000134352/21/A%2f1",
        "https://id.gs1.org/01/09506000134352/21/A(1)", "https://id.gs1.org/01/9506000134352/21/A1",
        "https://id.gs1.org/01/09506000134352/10/L/21/A1",
        "https://id.gs1.org/01/09506000134352/21/A1?17=271231",
        "https://id.gs1.org/414/9521141123454/254/0"}) {
    const auto parsed = parse_epc(text);
    ASSERT_TRUE(parsed) << text << " " << parsed.error().to_text();
    EXPECT_FALSE(std::holds_alternative<OtherUri>(parsed->value)) << text;
    EXPECT_FALSE(parsed->is_canonical) << text;
    EXPECT_NE(*format_epc(parsed->value, parsed->spelling), text);
  }
}

TEST(Epc, Refuses) {
  for (const char* bad : {"",
                          "hello",
                          "1urn:x",
                          "urn:",
                          "urn:epc:id:sgtin:",
                          "urn:epc:id:sgtin:9506000.013435",
                          "urn:epc:id:sgtin:9506000.013435.",
                          "urn:epc:id:sgtin:9506000.01343.1",
                          "urn:epc:id:sgtin:9506000.0134355.1",
                          "urn:epc:id:sgtin:95060.00013435.1",
                          "urn:epc:id:sgtin:9506000134352..1",
                          "urn:epc:id:sgtin:9506000.01343a.1",
                          "urn:epc:id:sgtin:9506000.013435.A/1",
                          "urn:epc:id:sgtin:9506000.013435.A%2",
                          "urn:epc:id:sgtin:9506000.013435.123456789012345678901",
                          "urn:epc:id:sgtin:9506000.013435.%20",
                          "urn:epc:id:sscc:0614141.123456789",
                          "urn:epc:id:sscc:0614141.12345678901",
                          "urn:epc:id:sgln:0614141.12345",
                          "urn:epc:id:grai:9521141.12345.12345678901234567",
                          "urn:epc:id:giai:9521141.",
                          "urn:epc:id:giai:95211.41",
                          "urn:uuid: 1",
                          "https://id.gs1.org/01/09506000134353/21/A",
                          "https://id.gs1.org/00/395060001343520002"}) {
    const auto parsed = parse_epc(bad);
    EXPECT_FALSE(parsed) << bad;
    if (!parsed) {
      EXPECT_FALSE(parsed.error().rule.empty()) << bad;
    }
  }
  EXPECT_TRUE(parse_epc("urn:x:" + std::string(250, 'a')));
  EXPECT_FALSE(parse_epc("urn:x:" + std::string(251, 'a')));
}

TEST(Epc, PrivateUrisAreKept) {
  for (const char* text : {"https://example.com/01/introduction", "https://example.com/a?b=c",
                           "https://id.gs1.org/01/09506000134352/22/2A", "mailto:a@b.c",
                           "urn:epc:idpat:sgtin:1.2.*"}) {
    const auto parsed = parse_epc(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_TRUE(std::holds_alternative<OtherUri>(parsed->value)) << text;
    EXPECT_TRUE(parsed->is_canonical);
    EXPECT_EQ(*format_epc(parsed->value, {}), text);
  }
}

TEST(Epc, EverySpellingRoundTrips) {
  EXPECT_TRUE(rc::check("epc -> text -> epc", [] {
    const auto gcp = *rc::gen::inRange<std::size_t>(kUrnGcpMin, kUrnGcpMax + 1);
    std::optional<Epc> epc;
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        epc = Sgtin{*Gtin::complete(random_digits(13)), *SerialNumber::parse(random_text(20))};
        break;
      case 1:
        epc = *Sscc::complete(random_digits(17));
        break;
      case 2: {
        Sgln sgln{*Gln::complete(random_digits(12)), std::nullopt};
        if (*rc::gen::arbitrary<bool>())
          sgln.extension = *GlnExtension::parse(random_text(20) + "");
        if (sgln.extension && sgln.extension->text() == "0") sgln.extension.reset();
        epc = sgln;
        break;
      }
      case 3:
        epc = Lgtin{*Gtin::complete(random_digits(13)), *Lot::parse(random_text(20))};
        break;
      case 4:
        epc = Grai{*Gln::complete(random_digits(12)), *GraiSerial::parse(random_text(16))};
        break;
      default:
        epc = *Giai::parse(random_digits(gcp) + random_text(30 - gcp));
        break;
    }
    const std::string urn = *to_urn(*epc, gcp);
    const auto from_urn = parse_epc(urn);
    RC_ASSERT(from_urn.has_value());
    RC_ASSERT(from_urn->value == *epc);
    RC_ASSERT(from_urn->is_canonical);
    const EpcSpelling link{EpcSpelling::Kind::DigitalLink, 0, "https://example.com/a"};
    const std::string uri = *format_epc(*epc, link);
    const auto from_link = parse_epc(uri);
    RC_ASSERT(from_link.has_value());
    RC_ASSERT(from_link->value == *epc);
    RC_ASSERT(from_link->is_canonical);
    RC_ASSERT(from_link->spelling == link);
  }));
}

TEST(PackCode, EveryFormReadsTheSame) {
  EXPECT_TRUE(rc::check("pack code -> text -> pack code", [] {
    const PackCode code = random_code();
    for (const std::string& text :
         {code.to_element_string(), "]d2" + code.to_element_string(), code.to_bracketed(),
          code.to_digital_link("https://id.gs1.org")}) {
      const auto read = read_pack_code(text, kToday);
      RC_ASSERT(read.has_value());
      RC_ASSERT(*read == code);
      // The general readers say the same as the fast ones.
      const auto general =
          text[0] == 'h' ? parse_digital_link(text)->elements : *ElementString::parse(text);
      RC_ASSERT(*to_pack_code(general, kToday) == code);
    }
    const auto urn = read_pack_code(*to_urn(code.sgtin(), 7), kToday);
    RC_ASSERT(urn.has_value());
    RC_ASSERT(urn->sgtin() == code.sgtin());
  }));
}

TEST(PackCode, MutatedTextsAgreeWithTheGeneralReaders) {
  std::mt19937 random(20261120);
  const std::string seeds[] = {
      "]d2010950600013435221ABC123DEF456GH\x1d"
      "17271231"
      "10LOT123",
      "(01)09506000134352(21)ABC123(17)271200(10)LOT/1",
      "[01]09506000134352[17]271231[10]L(1)[21]ABC",
      "https://id.gs1.org/01/09506000134352/10/LOT%2F1/21/ABC?17=271231",
      "https://example.com/01/10/x/21/01/09506000134352/22/2A/21/12345678901234567890?10=L1&x=y",
      "HTTP://example.com/01/09506000134352/21/A%2FB?linkType=all&17=271200&10=L&1=2"};
  const std::string alphabet = "0123456789AZaz()[]/%\x1d~ ?=&#]d2.";
  std::size_t accepted = 0;
  for (int round = 0; round < 200000; ++round) {
    std::string text = seeds[random() % std::size(seeds)];
    for (auto changes = 1 + random() % 2; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      const char c = alphabet[random() % alphabet.size()];
      switch (random() % 4) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        case 2:
          text.erase(at, 1);
          break;
        default:
          text.resize(at + 1);
          break;
      }
      if (text.empty()) text = "0";
    }
    const auto fast = read_pack_code(text, kToday);
    std::optional<PackCode> general;
    if (text[0] == 'h' || text[0] == 'H') {
      if (const auto link = parse_digital_link(text)) {
        if (const auto code = to_pack_code(link->elements, kToday)) general = *code;
      }
    } else if (const auto elements = ElementString::parse(text)) {
      if (const auto code = to_pack_code(*elements, kToday)) general = *code;
    }
    ASSERT_EQ(fast.has_value(), general.has_value()) << text;
    if (fast) {
      ASSERT_EQ(*fast, *general) << text;
      ++accepted;
    }
  }
  EXPECT_GT(accepted, 10000U);
}

// Links in every shape, and in wrong ones: each read as the general reader does.
TEST(PackCode, LinksOfEveryShapeAgreeWithTheGeneralReader) {
  std::mt19937 random(7);
  const auto any = [&](std::initializer_list<const char*> of) {
    return std::string(of.begin()[random() % of.size()]);
  };
  std::size_t accepted = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string text = any({"https://", "http://", "HTTPS://", "HTTP://", "Https://", "https:///"});
    text += any({"id.gs1.org", "example.com/a/b", "example.com:80/01/9/21/A", "[::1]/10/01",
                 "a/00/006141411234567890", "x/21", ""});
    const auto value = [&](std::size_t most) {
      std::string out;
      for (std::size_t i = random() % (most + 2); i > 0; --i) {
        out += random() % 12 == 0 ? any({"%2F", "%2f", "%41", "%25", "%", "%1D", "%7E", "!", "=",
                                         "~", ";", "\"", "%C3", "&"})
                                  : std::string(1, "0A9z-.b"[random() % 7]);
      }
      return out;
    };
    std::vector<std::string> parts{
        "/01/" +
        any({"09506000134352", "09506000134352", "09506000134352", "9506000134352",
             "%3009506000134352", "0950600013435%32", "09506000134353", "0950600013435A"})};
    if (random() % 3 == 0) parts.push_back("/22/" + value(20));
    if (random() % 2 == 0) parts.push_back("/10/" + value(20));
    if (random() % 16 != 0) parts.push_back("/21/" + value(20));
    if (random() % 16 == 0) parts.push_back("/235/" + value(28));
    if (random() % 16 == 0) std::swap(parts[random() % parts.size()], parts.back());
    if (random() % 16 == 0) parts.push_back(parts[random() % parts.size()]);
    for (const auto& part : parts) text += part;
    if (random() % 3 != 0) text += '?';
    for (std::size_t i = random() % 4; i > 0; --i) {
      text += any({"17=271231", "17=271200", "17=%32%37%31231", "17=271301", "10=L1", "10=L%2F2",
                   "11=260101", "linkType=all", "a=?", "", "1=2", "17", "17=", "=3", "12345=1",
                   "21=A", "99999", "%31%37=271231", "x/y=z~"});
      if (i > 1 || random() % 8 == 0) text += any({"&", "&", "&", ";", "?"});
    }
    if (random() % 16 == 0) text += "#17=1";
    const auto fast = read_pack_code(text, kToday);
    std::optional<PackCode> general;
    if (const auto link = parse_digital_link(text)) {
      if (const auto code = to_pack_code(link->elements, kToday)) general = *code;
    }
    ASSERT_EQ(fast.has_value(), general.has_value()) << text;
    if (!fast) continue;
    ++accepted;
    ASSERT_EQ(*fast, *general) << text;
    // The identity alone; an escaped GTIN is read by the general reader of EPCs.
    const auto epc = parse_epc(text);
    ASSERT_TRUE(epc) << text;
    if (epc_scheme(epc->value) != EpcScheme::kSgtin) continue;
    ASSERT_EQ(std::get<Sgtin>(epc->value), fast->sgtin()) << text;
    std::string other = text;
    if (other[epc->spelling.stem.size() + 4] == '%') continue;
    other.insert(epc->spelling.stem.size() + 4, "%3");
    const auto escaped = parse_epc(other);
    ASSERT_TRUE(escaped) << other;
    ASSERT_EQ(escaped->value, epc->value) << other;
    ASSERT_EQ(escaped->spelling.stem, epc->spelling.stem) << other;
    ASSERT_EQ(*format_epc(epc->value, epc->spelling) == text, epc->is_canonical) << text;
  }
  EXPECT_GT(accepted, 5000U);
}

TEST(PackCode, OtherAisAreCheckedAndLeftOut) {
  const auto code = read_pack_code(
      "]d20109506000134352"
      "21A1\x1d"
      "71012345678\x1d"
      "17271231"
      "10L1",
      kToday);
  ASSERT_TRUE(code) << code.error().to_text();
  EXPECT_EQ(code->to_bracketed(), "(01)09506000134352(21)A1(17)271231(10)L1");
  EXPECT_EQ(code->to_element_string(),
            "0109506000134352"
            "21A1\x1d"
            "17271231"
            "10L1");
  EXPECT_EQ(code->to_digital_link("https://id.gs1.org/"),
            "https://id.gs1.org/01/09506000134352/10/L1/21/A1?17=271231");
}

TEST(PackCode, Refuses) {
  struct {
    const char* text;
    const char* field;
  } table[] = {
      {"", "code"},
      {"hello", "Digital Link"},
      {"(01)09506000134352(10)A", "21"},
      {"(21)A", "01"},
      {"0109506000134352"
       "10A",
       "21"},
      {"https://id.gs1.org/01/09506000134352?10=A", "21"},
      {"urn:epc:id:sscc:0614141.1234567890", "EPC"},
      {"00395060001343520001", "01"},
      {"(01)09506000134353(21)A", "01"},
      {"(01)09506000134352(21)A(17)271301", "17"},
  };
  for (const auto& bad : table) {
    const auto code = read_pack_code(bad.text, kToday);
    ASSERT_FALSE(code) << bad.text;
    EXPECT_EQ(code.error().field, bad.field) << bad.text << " " << code.error().to_text();
    EXPECT_FALSE(code.error().remedy.empty()) << bad.text;
  }
  EXPECT_FALSE(read_pack_code(std::string(kPackCodeTextMax + 1, '0'), kToday));
}

}  // namespace
}  // namespace packtrail::gs1
