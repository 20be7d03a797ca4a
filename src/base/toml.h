// base/toml.h - toml++ with one set of options for the whole program.
//
// The library is header-only, and its inline functions differ with its options: two files that
// include it differently break the one-definition rule. Heavy: only for .cc files.
#pragma once

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
// toml++ 3.3 asserts on input ("[,"); without the assertion it answers with an error.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>
