#include "access/users.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "access/password.h"
#include "access/roles.h"
#include "capture/testing.h"

namespace packtrail::access {
namespace {

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(next_ += 37);
  }

 private:
  unsigned next_ = 1;
};

class PersonsInMemory final : public PersonStore {
 public:
  Result<std::optional<Person>> find(std::string_view login) const override {
    const auto found = persons.find(std::string(login));
    return found == persons.end() ? std::optional<Person>() : std::optional<Person>(found->second);
  }
  Status put(const Person& person) override {
    persons[person.login] = person;
    return {};
  }
  Status erase(std::string_view login) override {
    persons.erase(std::string(login));
    return {};
  }
  std::map<std::string, Person> persons;
};

class UsersTest : public ::testing::Test {
 protected:
  capture::testing::Site site_;
  PersonsInMemory persons_;
  CountingRandom random_;
  Users users_{persons_, *site_.capture, *site_.ledger, site_.clock, random_};
};

TEST_F(UsersTest, ASessionOpensWithThePasswordOnly) {
  const auto made = users_.put("ana", "correct horse battery", {"qa"}, "9521234000003");
  ASSERT_TRUE(made) << made.error().to_text();
  const auto wrong = users_.open_session("ana", "correct horse batterx", "192.0.2.1");
  const auto unknown = users_.open_session("bob", "correct horse battery", "192.0.2.1");
  ASSERT_FALSE(wrong);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(wrong.error().message, unknown.error().message);
  const auto opened = users_.open_session("ana", "correct horse battery", "192.0.2.1");
  ASSERT_TRUE(opened);
  const auto session = users_.session(opened->first);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->identity.roles, std::vector<std::string>{"qa"});
  EXPECT_FALSE(users_.session("no such token"));
  users_.close_session(opened->first);
  EXPECT_FALSE(users_.session(opened->first));
}

TEST_F(UsersTest, SessionsEndWithTime) {
  ASSERT_TRUE(users_.put("ana", "correct horse battery", {"qa"}, "9521234000003"));
  const auto opened = users_.open_session("ana", "correct horse battery", "192.0.2.1");
  ASSERT_TRUE(opened);
  site_.clock.set(UtcTime{site_.clock.now().us + kSessionUs - 1});
  EXPECT_TRUE(users_.session(opened->first));
  site_.clock.set(UtcTime{site_.clock.now().us + 1});
  EXPECT_FALSE(users_.session(opened->first));
}

TEST_F(UsersTest, GuessingSlowsDownAndNeverLocksForGood) {
  ASSERT_TRUE(users_.put("ana", "correct horse battery", {"qa"}, "9521234000003"));
  for (int i = 0; i < kFailuresBeforeDelay; ++i) {
    EXPECT_EQ(users_.open_session("ana", "wrong password", "192.0.2.1").error().code,
              Errc::PermissionDenied);
  }
  EXPECT_EQ(users_.open_session("ana", "correct horse battery", "192.0.2.1").error().code,
            Errc::ResourceExhausted);
  site_.clock.set(UtcTime{site_.clock.now().us + 2'000'000});
  EXPECT_TRUE(users_.open_session("ana", "correct horse battery", "192.0.2.1"));
}

TEST_F(UsersTest, ARecordThatTheLedgerDoesNotKnowOpensNothing) {
  ASSERT_TRUE(users_.put("ana", "correct horse battery", {"qa"}, "9521234000003"));
  ASSERT_TRUE(users_.put("eve", "another long password", {"pharmacist"}, "9521234000003"));
  // Somebody edits the side record: eve's hash under ana's login, or ana's roles for eve.
  persons_.persons["ana"].password_hash = persons_.persons["eve"].password_hash;
  EXPECT_EQ(users_.open_session("ana", "another long password", "192.0.2.1").error().code,
            Errc::DataLoss);
  persons_.persons["eve"].position = persons_.persons["ana"].position;
  EXPECT_EQ(users_.open_session("eve", "another long password", "192.0.2.1").error().code,
            Errc::DataLoss);
}

TEST_F(UsersTest, AStrangersFailuresLockNobodyElseOut) {
  ASSERT_TRUE(users_.put("ana", "correct horse battery", {"qa"}, "9521234000003"));
  for (int i = 0; i < kFailuresBeforeDelay; ++i) {
    EXPECT_EQ(users_.open_session("ana", "guess guess guess", "203.0.113.9").error().code,
              Errc::PermissionDenied);
  }
  EXPECT_EQ(users_.open_session("ana", "correct horse battery", "203.0.113.9").error().code,
            Errc::ResourceExhausted);
  EXPECT_TRUE(users_.open_session("ana", "correct horse battery", "192.0.2.1"));
}

TEST_F(UsersTest, FewPasswordsAreCheckedAtOneMoment) {
  ASSERT_TRUE(users_.put("ana", "correct horse battery", {"qa"}, "9521234000003"));
  std::atomic<int> opened{0}, refused{0}, other{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 8 * kPasswordChecksMax; ++i) {
    callers.emplace_back([&, i] {
      const auto got =
          users_.open_session("ana", "correct horse battery", "192.0.2." + std::to_string(i));
      ++(got ? opened : got.error().code == Errc::ResourceExhausted ? refused : other);
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_GE(opened.load(), 1);
  EXPECT_GE(refused.load(), 1);
  EXPECT_EQ(other.load(), 0);
  EXPECT_TRUE(users_.open_session("ana", "correct horse battery", "192.0.2.1"));
}

TEST_F(UsersTest, PasswordsHaveALength) {
  const auto at = [&](std::size_t size) {
    return users_.put("ana", std::string(size, 'x'), {}, "9521234000003").has_value();
  };
  EXPECT_FALSE(at(kPasswordSizeMin - 1));
  EXPECT_TRUE(at(kPasswordSizeMin));
  EXPECT_TRUE(at(kPasswordSizeMax));
  EXPECT_FALSE(at(kPasswordSizeMax + 1));
}

TEST(Roles, GiveOnlyWhatTheyList) {
  EXPECT_TRUE(grants("admin", Permission::ManagePools));
  EXPECT_FALSE(grants("operator", Permission::ManagePools));
  EXPECT_FALSE(grants("pharmacist", Permission::ViewOrders));
  EXPECT_FALSE(grants("root", Permission::ViewPacks));
  EXPECT_FALSE(grants(std::vector<std::string>{}, Permission::ViewPacks));
}

TEST(MakePassword, IsLongAndNotRepeated) {
  CountingRandom random;
  const auto a = make_password(random);
  EXPECT_EQ(a.size(), 20U);
  EXPECT_NE(a, make_password(random));
}

}  // namespace
}  // namespace packtrail::access
