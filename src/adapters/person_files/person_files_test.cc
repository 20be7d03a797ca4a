#include "adapters/person_files/person_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;

class Persons : public ::testing::Test {
 protected:
  Persons() {
    folder_ = fs::temp_directory_path() / ("packtrail-persons-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    store_ = *PersonFiles::open(folder_);
  }
  ~Persons() override { fs::remove_all(folder_); }

  fs::path folder_;
  std::unique_ptr<PersonFiles> store_;
};

TEST_F(Persons, KeepsReplacesAndErases) {
  access::Person person{"user-1", "ana@plant", "$argon2id$x", {1, 2, 3}, 7};
  EXPECT_FALSE(store_->find("ana@plant")->has_value());
  ASSERT_TRUE(store_->put(person));
  person.position = 9;
  ASSERT_TRUE(store_->put(person));
  const auto found = store_->find("ana@plant");
  ASSERT_TRUE(found && found->has_value());
  EXPECT_EQ((*found)->position, 9U);
  EXPECT_EQ((*found)->salt, person.salt);
  EXPECT_EQ((*found)->commitment(), person.commitment());
  ASSERT_TRUE(store_->erase("ana@plant"));
  EXPECT_FALSE(store_->find("ana@plant")->has_value());
}

TEST_F(Persons, FolderShowsNoNames) {
  ASSERT_TRUE(store_->put({"user-1", "ana", "h", {1}, 0}));
  for (const auto& entry : fs::directory_iterator(folder_)) {
    EXPECT_EQ(entry.path().string().find("ana.json"), std::string::npos);
  }
}

TEST_F(Persons, DamageIsSaid) {
  ASSERT_TRUE(store_->put({"user-1", "ana", "h", {1}, 0}));
  for (const auto& entry : fs::directory_iterator(folder_)) {
    std::ofstream(entry.path()) << "{";
  }
  EXPECT_EQ(store_->find("ana").error().code, Errc::DataLoss);
}

}  // namespace
}  // namespace packtrail::adapters
