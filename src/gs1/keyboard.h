// gs1/keyboard.h - what a keyboard-wedge scanner's text becomes under another keyboard layout.
//
// A wedge scanner presses keys. When it presses those of a US keyboard and the computer is set to
// another layout, or the other way round, the same keys give other characters: "]d2" becomes "+d2"
// under a German layout, "01" becomes "à&" under a French one. Each layout is a table of the
// characters that differ from US.
//
// Thread safety: constants and free functions. Cost: one pass over the text per call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace packtrail::gs1 {

// Which side had the wrong layout: Host turns what a US scanner sent into the characters of the
// computer's layout; Scanner is the reverse.
enum class WrongLayout : std::uint8_t { Host, Scanner };

struct KeyboardLayout {
  std::string_view name;  // "German (QWERTZ)".
  // Pairs of a US character (one byte) and, after it, the characters of this layout on the same
  // key (UTF-8), separated by blanks: "yz zy ]+".
  std::string_view differences;
};

[[nodiscard]] std::span<const KeyboardLayout> keyboard_layouts();

// The text that arrives when `sent` is typed with `layout` on the wrong side. Characters without a
// key there stay as they are.
[[nodiscard]] std::string garble(std::string_view sent, const KeyboardLayout& layout,
                                 WrongLayout side);

// The text that was sent, for one that arrived so: the inverse of garble for every character that
// the layout gives.
[[nodiscard]] std::string ungarble(std::string_view arrived, const KeyboardLayout& layout,
                                   WrongLayout side);

}  // namespace packtrail::gs1
