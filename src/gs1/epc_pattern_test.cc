#include "gs1/epc_pattern.h"

#include <gtest/gtest.h>

namespace packtrail::gs1 {
namespace {

Epc epc(const char* text) { return parse_epc(text)->value; }

TEST(EpcPattern, StandsForManyOfOneScheme) {
  const struct {
    const char* pattern;
    const char* in;
    const char* out;
  } table[] = {
      {"urn:epc:idpat:sgtin:9521141.712345.*", "urn:epc:id:sgtin:9521141.712345.A%2F1",
       "urn:epc:id:sgtin:9521141.812345.1"},
      {"urn:epc:idpat:sgtin:9521141.*.*", "urn:epc:id:sgtin:9521141.812345.1",
       "urn:epc:id:sgtin:9521142.812345.1"},
      {"urn:epc:idpat:sgtin:*.*.*", "urn:epc:id:sgtin:9521142.812345.1",
       "urn:epc:id:upui:9521142.812345.1"},
      {"urn:epc:idpat:sscc:9521141.*", "urn:epc:id:sscc:9521141.0123456789",
       "urn:epc:id:sscc:9521142.0123456789"},
      {"urn:epc:idpat:sgln:952114112345..*", "urn:epc:id:sgln:952114112345..7",
       "urn:epc:id:sgln:952114112346..7"},
      {"urn:epc:idpat:grai:9521141.12345.*", "urn:epc:id:grai:9521141.12345.1",
       "urn:epc:idpat:grai:9521141.12345.*"},
      {"urn:epc:idpat:giai:9521141.*", "urn:epc:id:giai:9521141.1.2", "urn:epc:id:giai:9521142.1"},
      {"urn:epc:idpat:gdti:9521141.98765.*", "urn:epc:id:gdti:9521141.98765.1",
       "urn:epc:id:gdti:9521141.98764.1"},
      {"urn:epc:idpat:sgcn:9521141.67890.*", "urn:epc:id:sgcn:9521141.67890.1",
       "urn:epc:id:sgcn:9521141.67891.1"},
      {"urn:epc:idpat:cpi:9521141.5PQ7%2FZ43.*", "urn:epc:id:cpi:9521141.5PQ7%2FZ43.1",
       "urn:epc:id:cpi:9521141.5PQ7%2FZ44.1"},
      {"urn:epc:idpat:itip:9521141.012345.01.*.*", "urn:epc:id:itip:9521141.012345.01.02.1",
       "urn:epc:id:itip:9521141.012345.02.02.1"},
      {"urn:epc:idpat:itip:9521141.012345.01.02.*", "urn:epc:id:itip:9521141.012345.01.02.1",
       "urn:epc:id:itip:9521141.012345.01.03.1"},
      {"urn:epc:idpat:upui:9521141.089456.*", "urn:epc:id:upui:9521141.089456.x",
       "urn:epc:id:upui:9521141.189456.x"},
  };
  for (const auto& row : table) {
    const auto pattern = EpcPattern::parse(row.pattern);
    ASSERT_TRUE(pattern) << row.pattern << " " << pattern.error().to_text();
    EXPECT_EQ(pattern->text(), row.pattern);
    EXPECT_TRUE(pattern->matches(epc(row.in))) << row.pattern;
    EXPECT_FALSE(pattern->matches(epc(row.out))) << row.pattern;
  }
}

TEST(EpcPattern, RefusesWithPlace) {
  for (const char* bad :
       {"", "urn:epc:idpat:", "urn:epc:idpat:sgtin", "urn:epc:idpat:sgtin:",
        "urn:epc:idpat:lgtin:9521141.712345.*", "urn:epc:idpat:gtin:9521141.712345.*",
        "urn:epc:idpat:sgtin:9521141.712345.1", "urn:epc:idpat:sgtin:9521141.*.1",
        "urn:epc:idpat:sgtin:*.712345.*", "urn:epc:idpat:sgtin:9521141.71234.*",
        "urn:epc:idpat:sgtin:95211.*.*", "urn:epc:idpat:sgtin:9521141.*",
        "urn:epc:idpat:itip:9521141.012345.02.01.*", "urn:epc:idpat:itip:9521141.012345.00.*.*",
        "urn:epc:idpat:cpi:9521141.a.*", "urn:epc:idpat:cpi:9521141.A/B.*",
        "urn:epc:idpat:cpi:9521141.%2.*", "urn:epc:idpat:sscc:*.*.*"}) {
    const auto pattern = EpcPattern::parse(bad);
    ASSERT_FALSE(pattern) << bad;
    EXPECT_LE(*pattern.error().offset + pattern.error().length, std::string_view(bad).size())
        << bad;
  }
}

}  // namespace
}  // namespace packtrail::gs1
