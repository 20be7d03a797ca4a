// epcis/test_data.h - where the tests of this room find documents of others (tests only).
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace packtrail::epcis {

// Documents that are not part of this repository; tests that need them skip without them.
inline std::filesystem::path test_data() {
  return std::filesystem::path(PACKTRAIL_SOURCE_DIR) / ".." / "shared" / "data" / "epcis";
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// Every file below `folder` with one of the endings, in ascending order.
inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                                      std::vector<std::string> endings) {
  std::vector<std::filesystem::path> found;
  if (!std::filesystem::exists(folder)) return found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string ending = entry.path().extension().string();
    if (entry.is_regular_file() &&
        std::find(endings.begin(), endings.end(), ending) != endings.end()) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace packtrail::epcis
