// app/config.h - settings: defaults < file < PACKTRAIL__SECTION__KEY < flags.
//
// The file is TOML; an unknown key is an error. docs/user/configuration.md lists the keys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace packtrail::app {

inline constexpr std::size_t kConfigSizeMax = 64 * 1024;

struct Config {
  std::filesystem::path witness_folder;   // [witness] folder; default: the user's state folder.
  std::string company = "9521234000006";  // [company] gln: whose facts this folder records.
  std::string origin;                     // [ledger] origin; default: "packtrail/<ledger id>".
  std::uint64_t ledger_size_max = std::uint64_t{1} << 40;  // [ledger] size_max, bytes.
  std::uint64_t fold_after_entries = 200'000;              // [trace] fold_after_entries.

  using Environment = std::function<std::optional<std::string>(const std::string& name)>;

  // Defaults and environment only.
  static Result<Config> from_environment(const Environment& environment);
  // The file's values over the defaults, under the environment's. Errors name line and key.
  static Result<Config> from_file(const std::filesystem::path& file,
                                  const Environment& environment);
  // The same from the text of a file: printable ASCII, at most kConfigSizeMax bytes.
  static Result<Config> from_text(std::string_view toml, const Environment& environment);
};

}  // namespace packtrail::app
