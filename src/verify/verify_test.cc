#include "verify/verify.h"

#include <gtest/gtest.h>

#include "capture/testing.h"

namespace packtrail::verify {
namespace {

using capture::testing::Site;
using numbering::SerialState;

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    auto made = site_.submit({capture::CreatePool{Site::pool_spec(), "EU", 7, "Demozan"},
                              capture::OpenOrder{"o", "{}"}});
    pool_ = made->created.at(0);
    auto drawn = site_.submit({capture::AllocateNumbers{pool_, 4, "o", "t"}});
    runs_ = drawn->allocated.at(0);
    EXPECT_TRUE(site_.submit({capture::MoveNumbers{runs_, SerialState::Encoded, "o", "printed"}}));
    epcs_ = site_.epcs(runs_.at(0));
    EXPECT_TRUE(site_.submit(
        {Site::passed({{runs_.at(0).first, 2}}, "o"),
         capture::testing::record(capture::testing::commissioning({epcs_[0], epcs_[1]}, 0))}));
  }

  gs1::PackCode code(std::size_t i, std::string_view lot, std::string_view yymmdd) {
    const auto sgtin = std::get<gs1::Sgtin>(gs1::parse_epc(epcs_.at(i))->value);
    std::string text = "[01]" + std::string(sgtin.gtin.digits()) + "[21]";
    text.append(sgtin.serial.text());
    if (!yymmdd.empty()) text.append("[17]").append(yymmdd);
    if (!lot.empty()) text.append("[10]").append(lot);
    return *gs1::read_pack_code(text, today_);
  }
  Verdict verdict(const gs1::PackCode& code) {
    const auto reader = site_.trace->reader();
    return verify(*reader, trace::Viewer::owner(), code, today_).verdict;
  }
  bool genuine(const gs1::PackCode& code) {
    const auto reader = site_.trace->reader();
    return verify_public(*reader, code, today_).genuine;
  }

  Site site_;
  Date today_ = *Date::parse("2026-06-01");
  trace::ObjectClass pool_;
  std::vector<trace::ObjectRun> runs_;
  std::vector<std::string> epcs_;
};

TEST_F(VerifyTest, SaysWhatIsKnown) {
  EXPECT_EQ(verdict(code(0, "L1", "281231")), Verdict::Genuine);
  EXPECT_EQ(verdict(code(0, "", "")), Verdict::Genuine);
  EXPECT_EQ(verdict(code(0, "L2", "281231")), Verdict::Mismatch);
  EXPECT_EQ(verdict(code(0, "L1", "281130")), Verdict::Mismatch);
  EXPECT_EQ(verdict(code(2, "L1", "281231")), Verdict::NotCommissioned);
  const auto unknown = *gs1::read_pack_code("(01)09506000134352(21)X", today_);
  EXPECT_EQ(verdict(unknown), Verdict::Unknown);
  today_ = *Date::parse("2028-12-31");
  EXPECT_EQ(verdict(code(0, "L1", "281231")), Verdict::Genuine);
  today_ = *Date::parse("2029-01-01");
  EXPECT_EQ(verdict(code(0, "L1", "281231")), Verdict::Expired);
}

// The same day in other spellings of xsd:date is the same expiry.
TEST_F(VerifyTest, ATimeZoneDoesNotHideTheExpiry) {
  ASSERT_TRUE(site_.submit(
      {Site::passed({{trace::ObjectNumber(pool_, runs_[0].first.instance() + 2), 1}}, "o"),
       capture::testing::record(
           capture::testing::commissioning({epcs_[2]}, 0, "L1", "2024-12-31Z"))}));
  EXPECT_EQ(verdict(code(2, "L1", "241231")), Verdict::Expired);
  EXPECT_EQ(verdict(code(2, "L1", "251231")), Verdict::Mismatch);
  const auto reader = site_.trace->reader();
  const auto answer = verify_public(*reader, code(2, "L1", "241231"), today_);
  EXPECT_TRUE(answer.genuine);
  EXPECT_EQ(answer.status, PublicAnswer::Status::Expired);
}

TEST_F(VerifyTest, ADecommissionedPackIsNotForSale) {
  ASSERT_TRUE(site_.submit({capture::testing::record(capture::testing::object_event(
      epcis::Action::Delete, "decommissioning", {epcs_[1]}, 60, "inactive"))}));
  EXPECT_EQ(verdict(code(1, "L1", "281231")), Verdict::NotForSale);
  const auto reader = site_.trace->reader();
  const auto answer = verify_public(*reader, code(1, "L1", "281231"), today_);
  EXPECT_TRUE(answer.genuine);
  EXPECT_EQ(answer.status, PublicAnswer::Status::NotForSale);
}

TEST_F(VerifyTest, AStrangerMustKnowLotAndExpiry) {
  EXPECT_TRUE(genuine(code(0, "L1", "281231")));
  EXPECT_FALSE(genuine(code(0, "", "")));
  EXPECT_FALSE(genuine(code(0, "L1", "")));
  EXPECT_FALSE(genuine(code(0, "", "281231")));
  EXPECT_FALSE(genuine(code(0, "L2", "281231")));
  EXPECT_FALSE(genuine(code(0, "L1", "281130")));
  EXPECT_FALSE(genuine(code(2, "L1", "281231")));  // Issued, on no good pack.
  EXPECT_FALSE(genuine(*gs1::read_pack_code("[01]09506000134352[21]X[17]281231[10]L1", today_)));
}

// A new epoch under a new master key goes on issuing, and codes of both verify as before.
TEST_F(VerifyTest, RotationKeepsOldCodesGenuine) {
  const auto old_code = code(0, "L1", "281231");
  numbering::PoolSpec next = Site::pool_spec(1);
  next.key_id = numbering::KeyId("k2");
  const auto made = site_.submit({capture::CreatePool{next, "EU", 7, "Demozan"}});
  ASSERT_TRUE(made) << made.error().to_text();
  const auto drawn = site_.submit({capture::AllocateNumbers{made->created.at(0), 2, "o", "t2"}});
  ASSERT_TRUE(drawn) << drawn.error().to_text();
  const auto runs = drawn->allocated.at(0);
  ASSERT_TRUE(site_.submit({capture::MoveNumbers{runs, SerialState::Encoded, "o", "printed"}}));
  epcs_ = site_.epcs(runs.at(0));
  ASSERT_TRUE(site_.submit(
      {Site::passed(runs, "o"),
       capture::testing::record(capture::testing::commissioning({epcs_[0], epcs_[1]}, 5))}));
  EXPECT_EQ(verdict(code(1, "L1", "281231")), Verdict::Genuine);
  EXPECT_EQ(verdict(old_code), Verdict::Genuine);
  EXPECT_TRUE(genuine(old_code));
  site_.start();  // A restart finds both keys again.
  EXPECT_EQ(verdict(old_code), Verdict::Genuine);
  EXPECT_EQ(verdict(code(0, "L1", "281231")), Verdict::Genuine);
}

}  // namespace
}  // namespace packtrail::verify
