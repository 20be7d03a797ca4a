#include "gs1/digital_link.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <vector>

#include "gs1/charset.h"
#include "gs1/epc.h"
#include "gs1/link_bits.h"
#include "gs1/link_path.h"
#include "gs1/pack_code.h"

namespace packtrail::gs1 {
namespace {

TEST(DigitalLinkForms, WrongQualifiersNameTheirKeysOrder) {
  const auto rule = [](std::string_view uri) { return parse_digital_link(uri).error().rule; };
  const std::string clause = "GS1 Digital Link: URI Syntax 4.8: ";
  EXPECT_EQ(rule("https://a.example/01/09506000134352/21/A/10/B"),
            clause + "01, then 22, 10, 21; or 235 alone");
  EXPECT_EQ(rule("https://a.example/414/9521234543213/10/A"),
            clause + "414, then 254; or 7040 alone");
  EXPECT_EQ(rule("https://a.example/417/9521234543213/254/A"), clause + "417, then 7040");
  EXPECT_EQ(rule("https://a.example/8010/9521234A/21/1"), clause + "8010, then 8011");
  EXPECT_EQ(rule("https://a.example/00/095201234567891235/21/1"),
            clause + "00, which has no qualifiers");
}

TEST(LinkBits, EqualThePortableOnesAndTheText) {
  std::mt19937 random(3);
  const std::string_view often = "//?&%=!~;.-aZ059_(";
  for (std::size_t size = 0; size <= LinkBits::kTextMax; ++size) {
    // On the heap without a byte behind it, so that a sanitizer sees every read beyond.
    std::vector<char> bytes(size);
    for (char& c : bytes) {
      c = random() % 4 == 0 ? static_cast<char>(random()) : often[random() % often.size()];
      if (size % 3 == 0 && random() % 16 != 0) c = 'x';  // Long ways from one to the next.
    }
    const std::string_view text(bytes.data(), size);
    const LinkBits bits(text);
    EXPECT_EQ(bits, LinkBits::portable(text)) << size;
    for (std::size_t at = 0; at <= size; ++at) {
      const std::size_t slash = at == 0 ? text.npos : text.rfind('/', at - 1);
      ASSERT_EQ(bits.slash_before(at), slash == text.npos ? 0 : slash) << size << " " << at;
      ASSERT_EQ(bits.next_mark(at), std::min(text.find_first_of("?&", at), size));
      std::size_t odd = at;
      while (odd < size && is_in(text[odd], kUriChar) && is_in(text[odd], kCset82) &&
             text[odd] != '%') {
        ++odd;
      }
      ASSERT_EQ(bits.next_odd(at), odd);
    }
  }
}

TEST(DigitalLinkForms, LongLinksAreReadAsShortOnes) {
  for (const std::size_t size :
       {LinkBits::kTextMax - 1, LinkBits::kTextMax, LinkBits::kTextMax + 1, kDigitalLinkMax}) {
    std::string uri = "https://example.com/";
    const std::string path = "/01/09506000134352/10/L/21/A?17=271231";
    uri.append(size - uri.size() - path.size(), 'x').append(path);
    const auto link = parse_digital_link(uri);
    ASSERT_TRUE(link) << size << " " << link.error().to_text();
    EXPECT_EQ(link->elements.to_bracketed(), "(01)09506000134352(10)L(21)A(17)271231");
    EXPECT_EQ(link->stem.size(), size - path.size());
    EXPECT_TRUE(read_pack_code(uri, *Date::from_ymd(2026, 11, 20)));
  }
}

TEST(DigitalLinkForms, DomainsPortsAndStems) {
  for (const char* stem :
       {"https://id.gs1.org", "http://example.com:8080", "HTTPS://EXAMPLE.COM",
        "https://192.0.2.1/x", "https://[2001:db8::1]", "https://xn--bcher-kva.example/a/b",
        "https://example.com/01/stem", "https://example.com/00/006141411234567890",
        "https://user@example.com/"}) {
    std::string uri = stem;
    uri += "/01/09506000134352/22/2A/10/L%2F1/21/A%28b?17=271200";
    const auto link = parse_digital_link(uri);
    ASSERT_TRUE(link) << uri << " " << link.error().to_text();
    EXPECT_EQ(link->stem, stem);
    EXPECT_EQ(link->elements.to_bracketed(), "[01]09506000134352[22]2A[10]L/1[21]A(b[17]271200");
    EXPECT_EQ(*to_canonical_link(link->elements),
              "https://id.gs1.org/01/09506000134352/22/2A/10/L%2F1/21/A%28b?17=271200");
    EXPECT_FALSE(link->has_short_names);
  }
  EXPECT_FALSE(parse_digital_link("HtTps://id.gs1.org/01/09506000134352"));
  EXPECT_FALSE(parse_digital_link("ftp://id.gs1.org/01/09506000134352"));
}

TEST(DigitalLinkForms, ShortNamesOfOlderVersions) {
  const auto link = parse_digital_link(
      "https://example.com/gtin/00/gtin/9506000134352/lot/L1/ser/A1?exp=271231&foo=1#f");
  ASSERT_TRUE(link) << link.error().to_text();
  EXPECT_TRUE(link->has_short_names);
  EXPECT_EQ(link->stem, "https://example.com/gtin/00");
  EXPECT_EQ(link->elements.to_bracketed(), "(01)09506000134352(10)L1(21)A1(17)271231");
  EXPECT_TRUE(link->has_foreign_query);
  const auto epc = parse_epc("https://example.com/x/gtin/09506000134352/21/A1");
  ASSERT_TRUE(epc);
  EXPECT_EQ(epc->value, parse_epc("urn:epc:id:sgtin:9506000.013435.A1")->value);
  EXPECT_EQ(epc->spelling.stem, "https://example.com/x");
  EXPECT_FALSE(epc->is_canonical);
  EXPECT_EQ(to_hri(parse_epc("https://example.com/gln/9521141123454/glnx/7")->value),
            "(414)9521141123454(254)7");
  for (const char* other : {"https://example.com/gtin/", "https://example.com/gtin",
                            "https://example.com/shop/gtin/red", "https://gtin/9506000134352",
                            "https://example.com/ser/A1"}) {
    EXPECT_EQ(epc_scheme(parse_epc(other)->value), EpcScheme::kOther) << other;
    EXPECT_FALSE(parse_digital_link(other)) << other;
  }
}

TEST(DigitalLinkForms, ErrorsOfShortNamesPointIntoTheText) {
  for (const std::string& uri :
       {std::string("http://o/gmn/b"), std::string("https://example.com/gtin/09506000134353")}) {
    const auto link = parse_digital_link(uri);
    ASSERT_FALSE(link) << uri;
    EXPECT_EQ(link.error().offset, 0U) << uri;
    EXPECT_EQ(link.error().length, uri.size()) << uri;
  }
}

TEST(DigitalLinkForms, CompressedLinksAreRefusedAsSuch) {
  for (const char* uri :
       {"https://id.gs1.org/ARFKk4XB0CDKWcnpq", "https://id.gs1.org/ehf7379521141",
        "https://example.com/a/ARFKk4XB0CDKWcnpq?x=1"}) {
    const auto link = parse_digital_link(uri);
    ASSERT_FALSE(link) << uri;
    EXPECT_NE(link.error().message.find("compressed"), std::string::npos) << uri;
  }
  const auto plain = parse_digital_link("https://example.com/introduction");
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().message.find("compressed"), std::string::npos);
}

// Keys and their qualifiers are what the Syntax Dictionary's dlpkey attributes say.
TEST(DigitalLinkForms, KeysAgreeWithTheSyntaxDictionary) {
  std::ifstream file(PACKTRAIL_SOURCE_DIR "/../shared/data/gs1/gs1-syntax-dictionary.txt");
  if (!file) GTEST_SKIP() << "GS1 Syntax Dictionary not present";
  std::size_t keys = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::string ai_text = line.substr(0, line.find(' '));
    if (ai_text.find('-') != std::string::npos) continue;
    const auto ai = Ai::parse(ai_text);
    ASSERT_TRUE(ai) << ai_text;
    std::string body = line.substr(0, line.find('#'));
    const std::size_t at = body.find("dlpkey");
    const LinkKey* key = find_link_key(*ai);
    ASSERT_EQ(key != nullptr, at != std::string::npos) << ai_text;
    if (key == nullptr) continue;
    ++keys;
    std::string expected;
    if (body.compare(at, 7, "dlpkey=") == 0) {
      expected = body.substr(at + 7, body.find(' ', at) - at - 7);
    }
    std::string ours;
    for (std::size_t i = 0; i < key->qualifier_count; ++i) {
      if (i != 0) ours += ',';
      ours += to_text(key->qualifiers[i]).view();
    }
    if (key->alternative.digits != 0) {
      ours += '|';
      ours += to_text(key->alternative).view();
    }
    EXPECT_EQ(ours, expected) << ai_text;
  }
  EXPECT_EQ(keys, 16U);
}

}  // namespace
}  // namespace packtrail::gs1
