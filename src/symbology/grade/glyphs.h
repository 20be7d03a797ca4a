// symbology/grade/glyphs.h - letters of 5 x 9 dots for the grade picture. Not for other rooms.
//
// A picture must come out byte for byte the same on every machine, so it does not use the fonts
// that happen to be installed.
#pragma once

#include <array>
#include <cstdint>

namespace packtrail::symbology {

inline constexpr int kGlyphRows = 9;

// Rows from the top, the last two below the base line; bit 4 is the leftmost dot. Characters that
// are not drawn give a box.
[[nodiscard]] const std::array<std::uint8_t, kGlyphRows>& glyph_of(char c);

}  // namespace packtrail::symbology
