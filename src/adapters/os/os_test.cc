#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "adapters/os/data_folder.h"
#include "adapters/os/os.h"

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::temp_directory_path() / ("packtrail-os-" + std::to_string(::getpid()));
    fs::remove_all(path_);
  }
  void TearDown() override { fs::remove_all(path_); }
  fs::path path_;
};

TEST_F(Folder, HasOneOwner) {
  {
    auto first = DataFolder::own(path_);
    ASSERT_TRUE(first);
    auto second = DataFolder::own(path_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::Unavailable);
    EXPECT_NE(second.error().message.find(std::to_string(::getpid())), std::string::npos);
  }
  EXPECT_TRUE(DataFolder::own(path_));
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
}

TEST_F(Folder, ACopyHasAnotherIdentity) {
  fs::create_directories(path_);
  std::ofstream(path_ / "a") << "x";
  fs::copy_file(path_ / "a", path_ / "b");
  EXPECT_FALSE(file_identity(path_ / "a").empty());
  EXPECT_NE(file_identity(path_ / "a"), file_identity(path_ / "b"));
  EXPECT_EQ(file_identity(path_ / "missing"), "");
}

TEST_F(Folder, FilesAreReplacedWhole) {
  fs::create_directories(path_);
  ASSERT_TRUE(write_file_durably(path_ / "f", "one"));
  ASSERT_TRUE(write_file_durably(path_ / "f", "two"));
  EXPECT_EQ(*read_file(path_ / "f", 3), "two");
  EXPECT_EQ(read_file(path_ / "f", 2).error().code, Errc::ResourceExhausted);
  EXPECT_EQ(read_file(path_ / "g", 2).error().code, Errc::NotFound);
}

TEST(SystemRandom, Differs) {
  std::array<std::uint8_t, 32> a{}, b{};
  SystemRandom random;
  random.fill(a);
  random.fill(b);
  EXPECT_NE(a, b);
}

TEST(SystemClock, Runs) {
  const SystemClock clock;
  EXPECT_GT(clock.now(), *UtcTime::parse("2024-01-01T00:00:00Z"));
  const auto before = clock.monotonic_ns();
  EXPECT_GE(clock.monotonic_ns(), before);
}

}  // namespace
}  // namespace packtrail::adapters
