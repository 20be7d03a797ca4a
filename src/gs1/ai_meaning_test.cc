#include "gs1/ai_meaning.h"

#include <gtest/gtest.h>

#include "gs1/ai_date.h"
#include "gs1/ai_sample.h"

namespace packtrail::gs1 {
namespace {

const Date kToday = *Date::parse("2026-11-20");

TEST(AiMeaning, SaysWhatTheValueMeans) {
  const struct {
    const char* ai;
    const char* value;
    const char* meaning;
  } table[] = {
      {"17", "271231", "2027-12-31"},
      {"17", "271200", "2027-12-31 (last day of 2027-12)"},
      {"11", "280200", "2028-02-29 (last day of 2028-02)"},
      {"15", "760101", "2076-01-01"},
      {"15", "770101", "1977-01-01"},
      {"7003", "2611201405", "2026-11-20 14:05"},
      {"7007", "261120", "2026-11-20"},
      {"7007", "261120261125", "2026-11-20 to 2026-11-25"},
      {"7011", "261120", "2026-11-20"},
      {"7011", "2611201405", "2026-11-20 14:05"},
      {"8008", "26112014", "2026-11-20 14"},
      {"8008", "261120140509", "2026-11-20 14:05:09"},
      {"4324", "2611002359", "2026-11-30 (last day of 2026-11) 23:59"},
      {"4326", "261130", "2026-11-30"},
      {"7250", "19870401", "1987-04-01"},
      {"7251", "198704010630", "1987-04-01 06:30"},
      {"3100", "001234", "1234 kg"},
      {"3103", "001234", "1.234 kg"},
      {"3105", "001234", "0.01234 kg"},
      {"3142", "000050", "0.50 m\u00b2"},
      {"3372", "000123", "1.23 kg/m\u00b2"},
      {"3601", "000125", "12.5 qt (US)"},
      {"3902", "1250", "12.50"},
      {"3909", "1", "0.000000001"},
      {"3912", "9781250", "12.50 EUR"},
      {"3932", "840000001", "0.01 USD"},
      {"3941", "0125", "12.5 %"},
      {"3953", "001999", "1.999"},
      {"4309", "02790858483015297971", "-62.0914152, -58.4702029"},
      {"4309", "09000000000000000000", "0.0000000, 0.0000000"},
      {"4309", "18000000001800000000", "90.0000000, 180.0000000"},
      {"4330", "001250", "12.50 \u00b0F"},
      {"4333", "000050-", "-0.50 \u00b0C"},
      {"421", "5281234AB", "NL"},
      {"423", "528276", "NL, DE"},
      {"7031", "999AB", "several or unknown countries"},
      {"4321", "1", "yes"},
      {"4321", "0", "no"},
      {"7252", "2", "female"},
      {"7258", "1/3", "1 of 3"},
      {"8006", "095060001343520102", "piece 1 of 2"},
      {"8001", "12345678912312",
       "width 1234 mm, length 56789 m, core 123 mm, winding face in, "
       "2 splices"},
      {"37", "0012", "12 items"},
      {"30", "1", "1 item"},
      {"4301", "J%C3%B6rg", "J\u00f6rg"},
      {"4301", "J%0Arg", "J%0Arg"},
      {"4301", "J%FFrg", ""},
      {"4301", "Jan", ""},
      {"01", "09506000134352", ""},
      {"21", "ABC", ""},
      {"17", "271301", ""},
      {"17", "2712", ""},
  };
  for (const auto& c : table) {
    EXPECT_EQ(ai_value_meaning(*Ai::parse(c.ai), c.value, kToday), c.meaning)
        << c.ai << " " << c.value;
  }
  EXPECT_EQ(ai_value_meaning({5, 2}, "1", kToday), "");
}

// Every AI with a date, a measure or money speaks; no AI breaks on any value it allows.
TEST(AiMeaning, EveryAi) {
  for (const AiEntry& entry : ai_table()) {
    for (unsigned number = entry.first; number <= entry.last; ++number) {
      const Ai ai{static_cast<std::uint16_t>(number), entry.digits};
      for (std::size_t size = entry.size_min; size <= entry.size_max; ++size) {
        const auto value = sample_value(entry, size, size + number);
        if (!value) continue;
        const std::string meaning = ai_value_meaning(ai, *value, kToday);
        const bool measure = number >= 3100 && number < 3960;
        if (measure && entry.digits == 4) {
          EXPECT_FALSE(meaning.empty()) << number;
          EXPECT_EQ(meaning.find('('), meaning.find("(US)")) << meaning;
        }
        for (const AiRule rule : entry.component_list[0].rules()) {
          if (rule == AiRule::Yymmdd || rule == AiRule::Yymmd0 || rule == AiRule::Yyyymmdd) {
            EXPECT_GE(meaning.size(), 10U) << number << " " << *value;
          }
        }
      }
    }
  }
}

TEST(AiDate, CenturyWindowAndDayZero) {
  EXPECT_EQ(full_year(76, 2026), 2076);
  EXPECT_EQ(full_year(77, 2026), 1977);
  EXPECT_EQ(full_year(26, 2076), 2126);
  EXPECT_EQ(full_year(27, 2076), 2027);
  EXPECT_EQ(full_year(0, 2099), 2100);
  EXPECT_EQ(parse_ai_date("280200", kToday), (AiDate{*Date::parse("2028-02-29"), true}));
  EXPECT_EQ(parse_ai_date("280229", kToday), (AiDate{*Date::parse("2028-02-29"), false}));
  for (const char* bad : {"", "27123", "2712311", "27123a", "271301", "270001", "270229"}) {
    EXPECT_FALSE(parse_ai_date(bad, kToday)) << bad;
  }
  // 2100 is no leap year, and a date in its February still resolves.
  const Date late = *Date::parse("2060-01-01");
  EXPECT_FALSE(parse_ai_date("000229", late));
  EXPECT_EQ(parse_ai_date("000200", late)->day.to_iso(), "2100-02-28");
}

}  // namespace
}  // namespace packtrail::gs1
