#include "epcis/master_data.h"

#include <gtest/gtest.h>

namespace packtrail::epcis {
namespace {

TEST(MasterData, DatesMayHaveATimeZone) {
  for (const char* text : {"2024-12-31", "2024-12-31Z", "2024-12-31+00:00", "2024-12-31-05:30",
                           "2024-12-31+14:00", "2024-12-31-14:00"}) {
    const auto day = parse_xsd_date(text);
    ASSERT_TRUE(day) << text;
    EXPECT_EQ(day->to_iso(), "2024-12-31") << text;
  }
  for (const char* text :
       {"", "2024-12-3", "2024-02-30", "2024-12-31z", "2024-12-31 Z", "2024-12-31+14:01",
        "2024-12-31+1:00", "2024-12-31+01:60", "2024-12-31T00:00:00Z", "-2024-12-31", "12024-12-31",
        "2024/12/31", "2024-12-31+01:0x", "2024-12-31ZZ"}) {
    EXPECT_FALSE(parse_xsd_date(text)) << text;
  }
}

TEST(MasterData, TheNamespaceCountsNotThePrefix) {
  for (const char* uri : {"urn:epcglobal:cbv:mda", "urn:epcglobal:cbv:mda:",
                          "urn:epcglobal:cbv:mda#", "https://ref.gs1.org/cbv/"}) {
    EXPECT_TRUE(is_master_data(uri)) << uri;
  }
  for (const char* uri :
       {"", ":", "urn:epcglobal:cbv:mdax", "urn:epcglobal:cbv:mda::", "https://example.com/cbv/"}) {
    EXPECT_FALSE(is_master_data(uri)) << uri;
  }
}

}  // namespace
}  // namespace packtrail::epcis
