// base/toml.h - toml++ with one set of options for the whole program.
//
// The library is header-only, and its inline functions differ with its options: two files that
// include it differently break the one-definition rule. Heavy: only for .cc files.
#pragma once

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
// toml++ 3.3 asserts on input ("[,"); without the assertion it answers with an error.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <cstddef>
#include <string_view>

#include <toml++/toml.h>

namespace packtrail {

// The first line with a character beyond ASCII, or a control, outside of quotes and comments, which
// TOML 1.0 has nowhere else; 0 when there is none. toml++ 3.3 has undefined behaviour on some of
// them: who parses a text from outside refuses it first. Linear in the text.
[[nodiscard]] std::size_t line_of_foreign_character(std::string_view text);

}  // namespace packtrail
