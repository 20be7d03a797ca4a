// The CBV tables and their spellings.
#include "epcis/cbv.h"

#include <gtest/gtest.h>

#include "epcis/check.h"
#include "epcis/event.h"

namespace packtrail::epcis {
namespace {

constexpr CbvKind kKinds[] = {CbvKind::BizStep, CbvKind::Disposition, CbvKind::BizTransactionType,
                              CbvKind::SourceDestType, CbvKind::ErrorReason};

TEST(Cbv, TurnsEverySpellingIntoEveryOther) {
  for (const CbvKind kind : kKinds) {
    for (const std::string_view word : cbv_words(kind)) {
      const std::string urn = to_cbv_urn(kind, word), web = to_cbv_web_uri(kind, word);
      EXPECT_NE(urn, word);
      EXPECT_NE(web, word);
      for (const std::string& spelling : {std::string(word), urn, web}) {
        EXPECT_EQ(cbv_word(kind, spelling), word);
        EXPECT_EQ(to_cbv_word(kind, spelling), word);
        EXPECT_EQ(to_cbv_urn(kind, spelling), urn);
        EXPECT_EQ(to_cbv_web_uri(kind, spelling), web);
        EXPECT_EQ(CbvTerm{spelling}.word(), word);
        EXPECT_TRUE(in_cbv_namespace(spelling));
      }
    }
  }
  EXPECT_EQ(to_cbv_urn(CbvKind::BizStep, "packing"), "urn:epcglobal:cbv:bizstep:packing");
  EXPECT_EQ(to_cbv_web_uri(CbvKind::Disposition, "cbv:Disp-active"),
            "https://ref.gs1.org/cbv/Disp-active");
  EXPECT_EQ(to_cbv_urn(CbvKind::ErrorReason, "did_not_occur"),
            "urn:epcglobal:cbv:er:did_not_occur");
}

TEST(Cbv, LeavesOtherTextsAlone) {
  for (const CbvKind kind : kKinds) {
    for (const char* text : {"", "juggling", "https://example.com/packing", "urn:x:packing",
                             "urn:epcglobal:cbv:packing", "urn:epcglobal:cbv:mda:lotNumber",
                             "cbv:my_own", "Packing"}) {
      EXPECT_EQ(cbv_word(kind, text), std::nullopt) << text;
      EXPECT_EQ(to_cbv_urn(kind, text), text);
      EXPECT_EQ(to_cbv_web_uri(kind, text), text);
    }
  }
  EXPECT_EQ(CbvTerm{"https://example.com/packing"}.word(), "https://example.com/packing");
  EXPECT_EQ(cbv_word(CbvKind::BizStep, "urn:epcglobal:cbv:disp:active"), std::nullopt);
  EXPECT_EQ(cbv_word(CbvKind::BizStep, "active"), std::nullopt);
  EXPECT_FALSE(in_cbv_namespace("https://example.com/packing"));
  EXPECT_TRUE(in_cbv_namespace("https://ref.gs1.org/cbv/Disp-nice"));
  EXPECT_FALSE(in_cbv_namespace("cbv:my_own"));
}

TEST(Check, KnowsUris) {
  for (const char* good : {"a:b", "urn:epc:id:sgtin:1.2.3", "https://id.gs1.org/01/1?x=%20#f",
                           "geo:47.5,11.1", "a+b-c.d:e"}) {
    EXPECT_TRUE(is_uri(good)) << good;
  }
  for (const char* bad : {"", "a", ":", "a:", ":a", "1a:b", "a b:c", "a:b c", "a:b\n", "a:\xc3\xa9",
                          "a:<b>", "a:\"", "a:b\\", "a:{b}", "a:b|c", "a:^", "a:`"}) {
    EXPECT_FALSE(is_uri(bad)) << bad;
  }
}

TEST(Check, KnowsOffsets) {
  for (const char* good : {"+00:00", "-00:00", "+14:00", "-14:00", "+05:45", "+13:59"}) {
    EXPECT_TRUE(is_time_zone_offset(good)) << good;
  }
  for (const char* bad :
       {"", "Z", "+1:00", "+14:01", "+15:00", "00:00", "+0a:00", "+00:60", "+00.00", "+00:000"}) {
    EXPECT_FALSE(is_time_zone_offset(bad)) << bad;
  }
}

TEST(Check, KnowsNumbers) {
  for (const char* good : {"0", "-0", "10", "0.5", "-1.25e+10", "1E5", "123456789012345678901"}) {
    EXPECT_TRUE(is_json_number(good)) << good;
  }
  for (const char* bad :
       {"", "-", "+1", "01", ".5", "1.", "1e", "1e+", "0x1", "1 ", "NaN", "--1"}) {
    EXPECT_FALSE(is_json_number(bad)) << bad;
  }
}

TEST(Check, NamesThePlaceOfAFault) {
  Event event;
  EXPECT_EQ(check_event(event).error().field, "/eventTime");
  event.event_time = EventTime::of(UtcTime{1'700'000'000'000'000});
  EXPECT_EQ(check_event(event, "/x").error().field, "/x/eventTimeZoneOffset");
  event.time_zone_offset = "+00:00";
  event.action = Action::Observe;
  event.epc_list = {"a:b", "no"};
  EXPECT_EQ(check_event(event).error().field, "/epcList/1");
  event.epc_list = {"a:b"};
  EXPECT_TRUE(check_event(event));
  event.event_time.instant.us += 1;  // The text says otherwise.
  EXPECT_EQ(check_event(event).error().field, "/eventTime");
}

}  // namespace
}  // namespace packtrail::epcis
