#include "app/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>

namespace packtrail::app {
namespace {

class ConfigTest : public ::testing::Test {
 protected:
  ~ConfigTest() override { std::filesystem::remove(file_); }
  Result<Config> read(std::string_view toml) {
    std::ofstream(file_) << toml;
    return Config::from_file(file_, environment());
  }
  Config::Environment environment() {
    return [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
  }

  std::filesystem::path file_ = std::filesystem::temp_directory_path() /
                                ("packtrail-config-" + std::to_string(::getpid()) + ".toml");
  std::map<std::string, std::string> variables_{{"HOME", "/home/ana"}};
};

TEST_F(ConfigTest, EnvironmentWinsOverFileOverDefault) {
  const auto defaults = Config::from_environment(environment());
  ASSERT_TRUE(defaults);
  EXPECT_EQ(defaults->witness_folder, "/home/ana/.local/state/packtrail/witness");
  const auto file = read("[trace]\nfold_after_entries = 7\n[ledger]\norigin = \"a\"\n");
  ASSERT_TRUE(file) << file.error().to_text();
  EXPECT_EQ(file->fold_after_entries, 7U);
  variables_["PACKTRAIL__TRACE__FOLD_AFTER_ENTRIES"] = "9";
  const auto both = read("[trace]\nfold_after_entries = 7\n[ledger]\norigin = \"a\"\n");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->fold_after_entries, 9U);
  EXPECT_EQ(both->origin, "a");
}

TEST_F(ConfigTest, SaysLineAndKeyOfWhatIsWrong) {
  for (const auto& [toml, field, line] :
       {std::tuple("[trace]\nfold = 1\n", "trace.fold", "line 2"),
        std::tuple("[company]\n\ngln = \"9521234000007\"\n", "company.gln", "line 3"),
        std::tuple("[ledger]\nsize_max = 0\n", "ledger.size_max", "line 2"),
        std::tuple("[ledger]\norigin = \"a\\nb\"\n", "ledger.origin", "line 2"),
        std::tuple("colour = 1\n", "colour", "line 1")}) {
    const auto config = read(toml);
    ASSERT_FALSE(config) << toml;
    EXPECT_EQ(config.error().field, field);
    EXPECT_NE(config.error().message.find(line), std::string::npos) << config.error().message;
  }
  EXPECT_FALSE(read("[ledger\n"));
  EXPECT_EQ(read("[ledger]\norigin = \"\xC3\xA4\"\n").error().offset, 19U);
  EXPECT_EQ(Config::from_file("/no/such/file.toml", environment()).error().code, Errc::NotFound);
  EXPECT_TRUE(read(std::string(kConfigSizeMax, '\n')));
  EXPECT_EQ(read(std::string(kConfigSizeMax + 1, '\n')).error().code, Errc::ResourceExhausted);
}

TEST_F(ConfigTest, AWrongVariableIsRefused) {
  variables_["PACKTRAIL__COMPANY__GLN"] = "1";
  EXPECT_FALSE(Config::from_environment(environment()));
}

}  // namespace
}  // namespace packtrail::app
