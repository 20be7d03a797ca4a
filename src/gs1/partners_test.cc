#include "gs1/partners.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gs1/ai_sample.h"

namespace packtrail::gs1 {
namespace {

std::string faults_of(std::string_view text) {
  const auto elements = ElementString::parse(text);
  if (!elements) return "unreadable: " + elements.error().to_text();
  std::string out;
  for (const PartnerFault& fault : partner_faults(*elements)) {
    if (!out.empty()) out += ' ';
    out += to_text(fault.ai).view();
    out += fault.kind == PartnerFault::Kind::Missing ? " needs " : " excludes ";
    out += fault.kind == PartnerFault::Kind::Missing ? fault.rule : to_text(fault.other).view();
  }
  return out;
}

TEST(Partners, AcceptsWhatBelongsTogether) {
  for (const char* good : {
           "(01)09506000134352(21)ABC(17)271231(10)L",
           "(00)395060001343520001",
           "(00)395060001343520001(02)09506000134352(37)12",
           "(414)9521141123454(254)A",
           "(01)09506000134352(3103)001234",
           "(01)09506000134352(3103)001234(3922)1250",
           "(01)09506000134352(21)A(250)B",
           "(8020)R(415)9521141123454(3912)9781250",
           "(01)09506000134352(21)A(8040)123456789012345(8041)123456789012345",
           "(91)INTERNAL",
           "(8018)952114112345678906(7259)SMITH(7258)1/2",
       }) {
    EXPECT_EQ(faults_of(good), "") << good;
  }
}

TEST(Partners, NamesEveryBrokenRule) {
  const struct {
    const char* text;
    const char* faults;
  } table[] = {
      {"(21)ABC", "21 needs 01|03|8006"},
      {"(10)L", "10 needs 01|02|03|8006|8026"},
      {"(01)09506000134352(02)09506000134352(37)12(00)395060001343520001",
       "01 excludes 37 02 excludes 01"},
      {"(01)09506000134352(255)9521141123454", "01 excludes 255 255 excludes 01"},
      {"(01)09506000134352(21)A(235)B", "21 excludes 235"},
      {"(01)09506000134352(250)B", "250 needs 01+21|03+21|8006+21"},
      {"(01)09506000134352(3102)001234(3103)001234", "3102 excludes 3103 3103 excludes 3102"},
      {"(01)09506000134352(3922)1250", "3922 needs 01+30|01+31nn|01+32nn|01+35nn|01+36nn"},
      {"(8017)952114112345678906(8018)952114112345678906", "8017 excludes 8018 8018 excludes 8017"},
      {"(17)271231(10)L", "17 needs 01|02|03|255|8006|8026 10 needs 01|02|03|8006|8026"},
  };
  for (const auto& c : table) EXPECT_EQ(faults_of(c.text), c.faults) << c.text;
}

TEST(Partners, TheErrorNamesRuleAndRemedy) {
  const auto alone = check_partners(*ElementString::parse("(250)B(01)09506000134352"));
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().field, "250");
  EXPECT_EQ(alone.error().rule,
            "(250) needs (01) and (21), or (03) and (21), or (8006) and (21) on the same item "
            "(GenSpecs 4.14)");
  EXPECT_FALSE(alone.error().offset);
  const auto both = check_partners(*ElementString::parse("(255)9521141123454(01)09506000134352"));
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().message, "(255) may not stand together with (01)");
  EXPECT_EQ(both.error().remedy, "keep one of the two");
  EXPECT_TRUE(check_partners(ElementString()));
}

// The bit sets give the answer of the patterns, for random sets of AIs.
TEST(Partners, BitSetsAgreeWithPatterns) {
  std::size_t held = 0;
  std::size_t broken = 0;
  rc::check([&] {
    ElementString elements;
    AiRowSet present;
    AiRowSet repeated;
    std::vector<std::size_t> rows;
    const auto count = *rc::gen::inRange<std::size_t>(1, 7);
    for (std::size_t i = 0; i < count; ++i) {
      // Half of them the AIs that others ask for, so that rules are kept often enough.
      static constexpr std::size_t kAsked[] = {0, 1, 2, 3, 4, 12};
      const std::size_t row = *rc::gen::arbitrary<bool>()
                                  ? kAsked[*rc::gen::inRange<std::size_t>(0, 6)]
                                  : *rc::gen::inRange<std::size_t>(0, kAiRowCount);
      const AiEntry& entry = ai_table()[row];
      const auto number =
          static_cast<std::uint16_t>(*rc::gen::inRange<unsigned>(entry.first, entry.last + 1U));
      const auto value = sample_value(entry, entry.size_max, number);
      if (!value) continue;
      const Ai ai{number, entry.digits};
      if (elements.find(ai)) continue;
      if (!elements.add(ai, *value)) continue;
      if (present.contains(row)) repeated.insert(row);
      present.insert(row);
      rows.push_back(row);
    }
    bool all = true;
    for (const std::size_t row : rows) all = all && partners_hold(row, present, repeated);
    const bool none = partner_faults(elements).empty();
    RC_ASSERT(all == none);
    ++(none ? held : broken);
  });
  EXPECT_GT(held, 5U);
  EXPECT_GT(broken, 5U);
}

TEST(Partners, EveryRowAlone) {
  for (std::size_t row = 0; row < kAiRowCount; ++row) {
    const AiEntry& entry = ai_table()[row];
    AiRowSet present;
    present.insert(row);
    EXPECT_EQ(partners_hold(row, present, AiRowSet()), entry.required.empty()) << row;
  }
}

}  // namespace
}  // namespace packtrail::gs1
