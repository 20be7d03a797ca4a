#include "gs1/epc.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <random>

#include "gs1/digital_link.h"
#include "gs1/epc_testing.h"

namespace packtrail::gs1 {
namespace {

struct SchemeCase {
  const char* urn;
  const char* path;  // Of the Digital Link.
  const char* hri;
  EpcScheme scheme;
};
constexpr SchemeCase kEveryScheme[] = {
    {"urn:epc:id:sgtin:9521141.712345.32a%2Fb", "/01/79521141123453/21/32a%2Fb",
     "(01)79521141123453(21)32a/b", EpcScheme::kSgtin},
    {"urn:epc:id:sscc:9521141.0123456789", "/00/095211411234567892", "(00)095211411234567892",
     EpcScheme::kSscc},
    {"urn:epc:id:sgln:9521141.12345.5678", "/414/9521141123454/254/5678",
     "(414)9521141123454(254)5678", EpcScheme::kSgln},
    {"urn:epc:id:sgln:9521141.12345.0", "/414/9521141123454", "(414)9521141123454",
     EpcScheme::kSgln},
    {"urn:epc:class:lgtin:9521141.712345.L-1", "/01/79521141123453/10/L-1",
     "(01)79521141123453(10)L-1", EpcScheme::kLgtin},
    {"urn:epc:idpat:sgtin:9521141.712345.*", "/01/79521141123453", "(01)79521141123453",
     EpcScheme::kGtin},
    {"urn:epc:id:grai:9521141.12345.5678", "/8003/095211411234545678", "(8003)095211411234545678",
     EpcScheme::kGrai},
    {"urn:epc:idpat:grai:9521141.12345.*", "/8003/09521141123454", "(8003)09521141123454",
     EpcScheme::kGrai},
    {"urn:epc:id:giai:9521141.32a%2Fb", "/8004/952114132a%2Fb", "(8004)952114132a/b",
     EpcScheme::kGiai},
    {"urn:epc:id:giai:9521141.1.2", "/8004/95211411.2", "(8004)95211411.2", EpcScheme::kGiai},
    {"urn:epc:id:gdti:9521141.98765.ABCDefgh012345678", "/253/9521141987650ABCDefgh012345678",
     "(253)9521141987650ABCDefgh012345678", EpcScheme::kGdti},
    {"urn:epc:idpat:gdti:9521141.98765.*", "/253/9521141987650", "(253)9521141987650",
     EpcScheme::kGdti},
    {"urn:epc:id:gsrn:9521141.1234567890", "/8018/952114112345678906", "(8018)952114112345678906",
     EpcScheme::kGsrn},
    {"urn:epc:id:gsrnp:9521141.1234567890", "/8017/952114112345678906", "(8017)952114112345678906",
     EpcScheme::kGsrnp},
    {"urn:epc:id:sgcn:9521141.67890.04711", "/255/952114167890904711", "(255)952114167890904711",
     EpcScheme::kSgcn},
    {"urn:epc:idpat:sgcn:9521141.67890.*", "/255/9521141678909", "(255)9521141678909",
     EpcScheme::kSgcn},
    {"urn:epc:id:cpi:9521141.5PQ7%2FZ43.12345", "/8010/95211415PQ7%2FZ43/8011/12345",
     "(8010)95211415PQ7/Z43(8011)12345", EpcScheme::kCpi},
    {"urn:epc:id:cpi:9521141.A%23-1.0", "/8010/9521141A%23-1/8011/0", "(8010)9521141A#-1(8011)0",
     EpcScheme::kCpi},
    {"urn:epc:idpat:cpi:9521141.98765.*", "/8010/952114198765", "(8010)952114198765",
     EpcScheme::kCpi},
    {"urn:epc:id:itip:9521141.012345.01.02.rif981", "/8006/095211411234540102/21/rif981",
     "(8006)095211411234540102(21)rif981", EpcScheme::kItip},
    {"urn:epc:idpat:itip:9521141.012345.01.02.*", "/8006/095211411234540102",
     "(8006)095211411234540102", EpcScheme::kItip},
    {"urn:epc:id:upui:9521141.089456.51qIgY)%3C%26Jp3*j7'SDB",
     "/01/09521141894569/235/51qIgY%29%3C%26Jp3%2Aj7%27SDB",
     "(01)09521141894569(235)51qIgY)<&Jp3*j7'SDB", EpcScheme::kUpui},
    {"urn:epc:id:pgln:9521141.89012", "/417/9521141890127", "(417)9521141890127", EpcScheme::kPgln},
    {"urn:epc:id:ginc:9521141.xyz47%2F11", "/401/9521141xyz47%2F11", "(401)9521141xyz47/11",
     EpcScheme::kGinc},
    {"urn:epc:id:gsin:9521141.123456789", "/402/95211411234567892", "(402)95211411234567892",
     EpcScheme::kGsin},
};

TEST(EpcSchemes, UrnAndLinkAreOneValue) {
  for (const SchemeCase& c : kEveryScheme) {
    const auto urn = parse_epc(c.urn);
    ASSERT_TRUE(urn) << c.urn << " " << urn.error().to_text();
    EXPECT_EQ(to_hri(urn->value), c.hri);
    EXPECT_EQ(epc_scheme(urn->value), c.scheme) << c.urn;
    EXPECT_TRUE(urn->is_canonical) << c.urn;
    EXPECT_EQ(*format_epc(urn->value, urn->spelling), c.urn);
    const std::string link = std::string("https://example.com/x") + c.path;
    const auto from_link = parse_epc(link);
    ASSERT_TRUE(from_link) << link << " " << from_link.error().to_text();
    EXPECT_EQ(from_link->value, urn->value) << link;
    EXPECT_EQ(hash_value(from_link->value), hash_value(urn->value));
    EXPECT_TRUE(from_link->is_canonical) << link;
    EXPECT_EQ(*format_epc(urn->value, from_link->spelling), link);
  }
}

TEST(EpcSchemes, ClassesAreToldFromObjects) {
  for (const SchemeCase& c : kEveryScheme) {
    const std::string_view urn = c.urn;
    EXPECT_EQ(is_class(parse_epc(urn)->value),
              urn.starts_with("urn:epc:class") || urn.starts_with("urn:epc:idpat"))
        << urn;
  }
  EXPECT_FALSE(is_class(parse_epc("urn:x:y")->value));
}

TEST(EpcSchemes, RefusesWhatAKnownSchemeDoesNotAllow) {
  for (const char* bad : {
           "urn:epc:id:gdti:9521141.98765.",
           "urn:epc:id:gdti:9521141.98765",
           "urn:epc:id:gdti:9521141.98765.123456789012345678",
           "urn:epc:id:sgcn:9521141.67890.A",
           "urn:epc:id:sgcn:9521141.67890.1234567890123",
           "urn:epc:id:gsrn:9521141.123456789",
           "urn:epc:id:gsrn:9521141.12345678901",
           "urn:epc:id:cpi:9521141.a.1",
           "urn:epc:id:cpi:9521141.A.01",
           "urn:epc:id:cpi:9521141..1",
           "urn:epc:id:cpi:9521141.A",
           "urn:epc:id:itip:9521141.012345.02.01.1",
           "urn:epc:id:itip:9521141.012345.00.01.1",
           "urn:epc:id:itip:9521141.012345.0102.1",
           "urn:epc:id:upui:9521141.089456.12345678901234567890123456789",
           "urn:epc:id:pgln:9521141.89012.0",
           "urn:epc:id:ginc:9521141.",
           "urn:epc:id:gsin:9521141.12345678",
           "urn:epc:id:sgln:9521141.12345.",
           "https://id.gs1.org/01/09506000134353",
           "https://id.gs1.org/253/9521141987651",
           "https://id.gs1.org/8018/952114112345678907",
           "https://id.gs1.org/402/95211411234567893",
           "https://id.gs1.org/417/9521141890128",
           "https://id.gs1.org/8006/095211411234540201",
           "https://id.gs1.org/8010/9521141A/8011/01",
       }) {
    const auto parsed = parse_epc(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_FALSE(parsed.error().rule.empty()) << bad;
    EXPECT_FALSE(parsed.error().remedy.empty()) << bad;
  }
}

TEST(EpcSchemes, OtherIdentitiesStayUris) {
  for (const char* text : {"urn:epc:idpat:sgtin:9521141.*.*", "urn:epc:idpat:sgtin:*.*.*",
                           "urn:epc:idpat:sscc:9521141.*", "urn:epc:id:gid:1.2.3",
                           "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
                           "https://id.gs1.org/8018/952114112345678906/8019/17",
                           "https://id.gs1.org/417/9521141890127/7040/1ABC",
                           "https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2K",
                           "https://id.gs1.org/01/09506000134352/22/2A/10/L"}) {
    const auto parsed = parse_epc(text);
    ASSERT_TRUE(parsed) << text << parsed.error().to_text();
    EXPECT_EQ(epc_scheme(parsed->value), EpcScheme::kOther) << text;
    EXPECT_EQ(*format_epc(parsed->value, parsed->spelling), text);
  }
}

// The straight ways for packs must say what the general reader of links says, and what a URN's
// parts mean one by one.
TEST(EpcSchemes, PacksReadTheSameOnEveryWay) {
  std::mt19937 random(20261120);
  const std::string seeds[] = {"urn:epc:id:sgtin:9506000.013435.A%2F1",
                               "urn:epc:id:sgtin:950600013435.0.12345678901234567890",
                               "https://id.gs1.org/01/09506000134352/21/A%2F1(b)~",
                               "HTTP://example.com/x/01/09506000134352/21/ABCDEFGHIJKLMNOPQRST"};
  const std::string alphabet = "0123456789AZaz%.:/?#~()2fF\"";
  std::size_t packs = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string text = seeds[random() % 4];
    for (auto changes = random() % 3; changes > 0; --changes) {
      const std::size_t at = 5 + random() % (text.size() - 5);
      const char c = alphabet[random() % alphabet.size()];
      if (random() % 3 == 0) {
        text.insert(at, 1, c);
      } else {
        text[at] = c;
      }
    }
    const auto parsed = parse_epc(text);
    if (!parsed || epc_scheme(parsed->value) != EpcScheme::kSgtin) continue;
    ++packs;
    const auto written = format_epc(parsed->value, parsed->spelling);
    ASSERT_TRUE(written) << text;
    ASSERT_EQ(*written == text, parsed->is_canonical) << text;
    if (parsed->spelling.kind == EpcSpelling::Kind::DigitalLink) {
      const auto link = parse_digital_link(text);
      ASSERT_TRUE(link) << text;
      ASSERT_EQ(link->elements.find("01"), std::get<Sgtin>(parsed->value).gtin.digits());
      ASSERT_EQ(link->elements.find("21"), std::get<Sgtin>(parsed->value).serial.text());
      ASSERT_EQ(link->stem, parsed->spelling.stem);
    }
  }
  EXPECT_GT(packs, 20000U);
}

TEST(EpcSchemes, EveryValueRoundTrips) {
  EXPECT_TRUE(rc::check("value -> urn, link -> value", [] {
    const testing::RandomEpc random = testing::random_epc();
    for (const EpcSpelling& spelling :
         {EpcSpelling{EpcSpelling::Kind::Urn, static_cast<std::uint8_t>(random.gcp), {}},
          EpcSpelling{EpcSpelling::Kind::DigitalLink, 0, "https://example.com/a"}}) {
      const std::string text = *format_epc(random.value, spelling);
      const auto back = parse_epc(text);
      RC_ASSERT(back.has_value());
      RC_ASSERT(back->value == random.value);
      RC_ASSERT(back->is_canonical);
      RC_ASSERT(back->spelling == spelling);
    }
  }));
}

TEST(EpcSchemes, EveryKeyRoundTripsThroughElementStrings) {
  EXPECT_TRUE(rc::check("value -> element string, raw and bracketed -> value", [] {
    const testing::RandomEpc random = testing::random_epc();
    const EpcSpelling link{EpcSpelling::Kind::DigitalLink, 0, kCanonicalStem};
    const std::string text = *format_epc(random.value, link);
    const auto elements = parse_digital_link(text)->elements;
    for (const std::string& written :
         {elements.to_raw(), "]d2" + elements.to_raw(), elements.to_bracketed()}) {
      const auto read = ElementString::parse(written);
      RC_ASSERT(read.has_value());
      RC_ASSERT(*read == elements);
      const auto again = to_canonical_link(*read);
      RC_ASSERT(again.has_value());
      RC_ASSERT(*again == text);
      RC_ASSERT(parse_epc(*again)->value == random.value);
    }
  }));
}

}  // namespace
}  // namespace packtrail::gs1
