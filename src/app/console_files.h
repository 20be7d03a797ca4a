// app/console_files.h - the table that cmake/ConsoleAssets.cmake fills. Not for other files.
#pragma once

#include <cstddef>

namespace packtrail::app {

struct ConsoleFile {
  const char* path;  // "/assets/x.js", "/assets/x.js.br".
  const unsigned char* begin;
  const unsigned char* end;
};
extern const ConsoleFile kConsoleFiles[];
extern const std::size_t kConsoleFileCount;

}  // namespace packtrail::app
