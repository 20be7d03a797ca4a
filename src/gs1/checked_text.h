// gs1/checked_text.h - characters of a text that a fast reader has already checked.
//
// The values of this room make themselves of it in place, without checking again: the reader
// vouches for length, characters and check digit. Everyone else uses parse. Thread safety: a value
// that views the text. Cost: two words.
#pragma once

#include <cstddef>

namespace packtrail::gs1 {

struct CheckedText {
  const char* at = nullptr;
  std::size_t size = 0;
};

}  // namespace packtrail::gs1
