#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gs1/component.h"
#include "gs1/document.h"
#include "gs1/gtin_form.h"
#include "gs1/model_number.h"
#include "gs1/service.h"
#include "gs1/shipment.h"

namespace packtrail::gs1 {
namespace {

TEST(GtinForm, LeadingZerosTellTheForm) {
  EXPECT_EQ(form_of(*Gtin::parse_any("95050003")), GtinForm::kGtin8);
  EXPECT_EQ(printed(*Gtin::parse_any("95050003")), "95050003");
  EXPECT_EQ(printed(*Gtin::parse_any("614141123452")), "614141123452");
  EXPECT_EQ(printed(*Gtin::parse_any("9506000134352")), "9506000134352");
  EXPECT_EQ(form_of(*Gtin::parse_any("9506000134352")), GtinForm::kGtin13);
  EXPECT_EQ(printed(*Gtin::parse_any("39506000134353")), "39506000134353");
}

TEST(GtinForm, ZeroSuppressed) {
  const struct {
    const char* twelve;
    const char* e;
  } table[] = {{"012000003455", "01234505"}, {"012100003454", "01234514"},
               {"012300000451", "01234531"}, {"012340000053", "01234543"},
               {"012345000058", "01234558"}, {"012345000096", "01234596"}};
  for (const auto& row : table) {
    const auto gtin = Gtin::parse_any(row.twelve);
    ASSERT_TRUE(gtin) << row.twelve << gtin.error().to_text();
    const auto e = upc_e(*gtin);
    ASSERT_TRUE(e) << row.twelve;
    EXPECT_EQ(std::string_view(e->data(), 8), row.e);
    EXPECT_EQ(*parse_upc_e(row.e), *gtin);
  }
  EXPECT_FALSE(upc_e(*Gtin::parse_any("614141123452")));
  EXPECT_FALSE(upc_e(*Gtin::parse_any("9506000134352")));
  for (const char* bad : {"", "01234506", "11234505", "0123450", "0123450A", "012345051"}) {
    EXPECT_FALSE(parse_upc_e(bad)) << bad;
  }
  EXPECT_TRUE(rc::check("UPC-E -> GTIN -> UPC-E", [] {
    std::string body = "0";
    for (int i = 0; i < 6; ++i) body += static_cast<char>('0' + *rc::gen::inRange(0, 10));
    for (char check = '0'; check <= '9'; ++check) {
      const auto gtin = parse_upc_e(body + check);
      if (!gtin) continue;
      // A form with more zeros than it needs has a shorter one that means the same.
      const auto e = upc_e(*gtin);
      if (form_of(*gtin) == GtinForm::kGtin12) {
        RC_ASSERT(e.has_value());
        RC_ASSERT(*parse_upc_e({e->data(), 8}) == *gtin);
      }
    }
  }));
}

TEST(Documents, ParseWithSerial) {
  EXPECT_EQ(Gdti::parse("9521141123454")->serial, std::nullopt);
  EXPECT_EQ(Gdti::parse("9521141123454ABC")->serial->text(), "ABC");
  EXPECT_TRUE(Gdti::parse("9521141123454" + std::string(17, 'A')));
  EXPECT_FALSE(Gdti::parse("9521141123454" + std::string(18, 'A')));
  EXPECT_EQ(Gdti::parse("9521141123455").error().offset, 12U);
  EXPECT_EQ(Gdti::parse("9521141123454A~").error().offset, 14U);
  EXPECT_FALSE(Gdti::parse("952114112345"));
  EXPECT_EQ(Gcn::parse("9521141678909"
                       "04711")
                ->serial->text(),
            "04711");
  EXPECT_EQ(Gcn::parse("9521141678909"
                       "04A11")
                .error()
                .offset,
            15U);
  EXPECT_TRUE(Gcn::parse("9521141678909" + std::string(12, '0')));
  EXPECT_FALSE(Gcn::parse("9521141678909" + std::string(13, '0')));
}

TEST(Components, ParseAndRefuse) {
  EXPECT_EQ(Cpi::parse("95211415PQ7/Z43", "12345")->serial->text(), "12345");
  EXPECT_FALSE(Cpi::parse("95211415PQ7/Z43", "")->serial);
  EXPECT_TRUE(Cpi::parse("9521#", "0"));
  EXPECT_EQ(Cpi::parse("9521141a", "").error().offset, 7U);
  EXPECT_EQ(Cpi::parse("952A", "").error().field, "8010");
  EXPECT_EQ(Cpi::parse("9521A", "01").error().field, "8011");
  EXPECT_TRUE(Cpi::parse("9521" + std::string(26, 'A'), ""));
  EXPECT_FALSE(Cpi::parse("9521" + std::string(27, 'A'), ""));
  EXPECT_TRUE(Cpi::parse("9521A", std::string(12, '9')));
  EXPECT_FALSE(Cpi::parse("9521A", std::string(13, '9')));
  const auto itip = Itip::parse("095211411234540102", "rif981");
  ASSERT_TRUE(itip);
  EXPECT_EQ(itip->piece.piece(), 1U);
  EXPECT_EQ(itip->piece.total(), 2U);
  for (const char* bad : {"095211411234540201", "095211411234540001", "0952114112345401",
                          "09521141123454010", "095211411234550102", ""}) {
    EXPECT_FALSE(Itip::parse(bad, "")) << bad;
  }
  EXPECT_TRUE(Itip::parse("095211411234549999", ""));
}

TEST(DigitKeys, SizesAndCheckDigits) {
  EXPECT_TRUE(Gsrn::parse("952114112345678906"));
  EXPECT_EQ(Gsrn::parse("952114112345678907").error().field, "8018");
  EXPECT_EQ(Gsrnp::parse("95211411234567890").error().field, "8017");
  EXPECT_TRUE(Gsin::parse("95211411234567892"));
  EXPECT_FALSE(Gsin::parse("952114112345678920"));
  EXPECT_TRUE(Pgln::parse("9521141890127"));
  EXPECT_TRUE(Srin::parse("1234567890"));
  EXPECT_FALSE(Srin::parse("12345678901"));
  EXPECT_FALSE(Srin::parse("A"));
  EXPECT_EQ(Gsrn::complete("95211411234567890")->digits(), "952114112345678906");
}

TEST(ModelNumber, CheckPair) {
  EXPECT_EQ(check_pair("1987654Ad4X4bL5ttr2310c"), "2K");
  EXPECT_TRUE(Gmn::parse("1987654Ad4X4bL5ttr2310c2K"));
  EXPECT_EQ(Gmn::complete("1987654Ad4X4bL5ttr2310c")->text(), "1987654Ad4X4bL5ttr2310c2K");
  const auto wrong = Gmn::parse("1987654Ad4X4bL5ttr2310c2J");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().offset, 23U);
  EXPECT_NE(wrong.error().message.find("should be 2K"), std::string::npos);
  EXPECT_FALSE(Gmn::parse("198A" + *check_pair("198A")));
  EXPECT_FALSE(Gmn::parse(""));
  EXPECT_FALSE(Gmn::parse("1987"));
  EXPECT_FALSE(Gmn::complete(std::string(24, '1')));
  EXPECT_FALSE(Gmn::complete(""));
  EXPECT_FALSE(check_pair("a b"));
  EXPECT_EQ(Mudi::parse("1987654Ad4X4bL5ttr2310c2J").error().field, "8014");
}

}  // namespace
}  // namespace packtrail::gs1
