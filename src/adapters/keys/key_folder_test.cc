#include "adapters/keys/key_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "ledger/checkpoint.h"

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;

class CountingRandom : public Random {
 public:
  explicit CountingRandom(std::uint8_t start = 0) : next_(start) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_;
};

class KeyFolderTest : public ::testing::Test {
 protected:
  fs::path root_;
  fs::path path_;
  CountingRandom random_;

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "packtrail-keys-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    path_ = root_ / "keys";
    const Status made = KeyFolder::create(path_, random_);
    ASSERT_TRUE(made) << made.error().to_text();
  }
  void TearDown() override { fs::remove_all(root_); }

  Errc open_code() const {
    const auto opened = KeyFolder::open(path_);
    return opened ? Errc{} : opened.error().code;
  }
  static std::string content(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(KeyFolderTest, KeysAreTheSameAfterReopening) {
  const auto first = KeyFolder::open(path_);
  const auto second = KeyFolder::open(path_);
  ASSERT_TRUE(first) << first.error().to_text();
  ASSERT_TRUE(second);
  EXPECT_EQ((*first)->commitment_key(), (*second)->commitment_key());
  EXPECT_EQ((*first)->commitment_key().size(), 32U);
  EXPECT_EQ((*first)->public_key(), (*second)->public_key());
  EXPECT_EQ((*first)->master_key_id(), (*second)->master_key_id());
  const auto key = (*first)->master_key((*first)->master_key_id());
  const auto same = (*second)->master_key((*first)->master_key_id());
  ASSERT_TRUE(key) << key.error().to_text();
  ASSERT_TRUE(same);
  EXPECT_TRUE(std::ranges::equal(key->reveal(), same->reveal()));
  EXPECT_FALSE(std::ranges::equal(key->reveal(), (*first)->commitment_key()));
}

TEST_F(KeyFolderTest, SignsSoThatOthersCanVerify) {
  const auto keys = KeyFolder::open(path_);
  ASSERT_TRUE(keys);
  const auto signature = (*keys)->sign(as_bytes("a head"));
  ASSERT_TRUE(signature);
  EXPECT_TRUE(ledger::ed25519_verify((*keys)->public_key(), as_bytes("a head"), *signature));
  EXPECT_FALSE(ledger::ed25519_verify((*keys)->public_key(), as_bytes("b head"), *signature));
}

TEST_F(KeyFolderTest, OnlyTheOwnerMayReadAnything) {
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(path_)) {
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write);
    ++files;
  }
  EXPECT_EQ(files, 4);
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 1);
}

TEST_F(KeyFolderTest, RefusesFilesThatOthersCanRead) {
  for (const auto& entry : fs::directory_iterator(path_)) {
    for (const mode_t mode : {0640U, 0604U, 0620U}) {
      ::chmod(entry.path().c_str(), mode);
      const auto opened = KeyFolder::open(path_);
      ASSERT_FALSE(opened) << entry.path();
      EXPECT_EQ(opened.error().code, Errc::PermissionDenied);
      EXPECT_NE(opened.error().remedy.find("chmod 600"), std::string::npos);
    }
    ::chmod(entry.path().c_str(), 0600);
  }
  EXPECT_TRUE(KeyFolder::open(path_));
  ::chmod(path_.c_str(), 0750);
  EXPECT_EQ(open_code(), Errc::PermissionDenied);
}

TEST_F(KeyFolderTest, NoticesEveryDamagedByte) {
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (entry.path().extension() != ".key") continue;
    const std::string whole = content(entry.path());
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = damaged[at] == '0' ? '1' : '0';
      std::ofstream(entry.path()) << damaged;
      ASSERT_EQ(open_code(), Errc::DataLoss) << entry.path() << " byte " << at;
    }
    std::ofstream(entry.path()) << whole.substr(0, whole.size() - 1);
    EXPECT_EQ(open_code(), Errc::DataLoss);
    std::ofstream(entry.path()) << whole << "\n";
    EXPECT_EQ(open_code(), Errc::DataLoss);
    std::ofstream(entry.path()) << whole;
  }
  EXPECT_TRUE(KeyFolder::open(path_));
}

TEST_F(KeyFolderTest, NoticesSwappedAndMissingKeys) {
  fs::rename(path_ / "signing.key", path_ / "kept");
  EXPECT_EQ(open_code(), Errc::NotFound);
  fs::rename(path_ / "commitment.key", path_ / "signing.key");
  fs::rename(path_ / "kept", path_ / "commitment.key");
  EXPECT_EQ(open_code(), Errc::DataLoss);
}

TEST_F(KeyFolderTest, NeverOverwritesKeys) {
  const auto before = KeyFolder::open(path_);
  ASSERT_TRUE(before);
  EXPECT_EQ(KeyFolder::create(path_, random_).error().code, Errc::AlreadyExists);
  const auto after = KeyFolder::open(path_);
  ASSERT_TRUE(after);
  EXPECT_EQ((*before)->public_key(), (*after)->public_key());
}

TEST_F(KeyFolderTest, ServesOneLedgerForGood) {
  const std::string ours(32, 'a'), other(32, 'b');
  {
    auto keys = KeyFolder::open(path_);
    ASSERT_TRUE(keys);
    EXPECT_EQ((*keys)->ledger_id(), "");
    // What a power cut left of an earlier attempt does not matter.
    std::ofstream(path_ / "ledger.new") << "half";
    ASSERT_TRUE((*keys)->bind(ours));
    EXPECT_TRUE((*keys)->bind(ours));
  }
  auto keys = KeyFolder::open(path_);
  ASSERT_TRUE(keys) << keys.error().to_text();
  EXPECT_EQ((*keys)->ledger_id(), ours);
  const auto refused = (*keys)->bind(other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::FailedPrecondition);
  for (const std::string& damaged : {std::string(), std::string(31, 'a'), std::string(32, 'x')}) {
    std::ofstream(path_ / "ledger") << damaged;
    EXPECT_EQ(open_code(), Errc::DataLoss) << damaged;
  }
}

TEST_F(KeyFolderTest, MasterKeysAreFoundByIdAlone) {
  const auto keys = KeyFolder::open(path_);
  ASSERT_TRUE(keys);
  for (const char* id : {"", "other", "../keys/x", "a/b", ".."}) {
    const auto key = (*keys)->master_key(numbering::KeyId(id));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, Errc::NotFound) << id;
  }
  EXPECT_EQ(KeyFolder::open(root_ / "none").error().code, Errc::NotFound);
}

TEST_F(KeyFolderTest, ErrorsNeverShowASecret) {
  const std::string secret = content(path_ / "signing.key").substr(24, 64);
  std::ofstream(path_ / "signing.key", std::ios::app) << "x";
  const auto opened = KeyFolder::open(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().to_text().find(secret), std::string::npos);
}

}  // namespace
}  // namespace packtrail::adapters
