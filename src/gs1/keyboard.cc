#include "gs1/keyboard.h"

#include <algorithm>

namespace packtrail::gs1 {
namespace {

// Keys with AltGr are left out: the other side has nothing on them. Keys that give the same
// character as a US keyboard are not listed.
constexpr KeyboardLayout kLayouts[] = {
    {"German (QWERTZ)",
     "yz zy YZ ZY -ß _? =´ +` [ü {Ü ]+ }* ;ö :Ö 'ä \"Ä \\# |' @\" #§ ^& &/ *( () )= <; >: /- ?_ `^ "
     "~°"},
    {"French (AZERTY)",
     "1& 2é 3\" 4' 5( 6- 7è 8_ 9ç 0à -) !1 @2 #3 $4 %5 ^6 &7 *8 (9 )0 _° qa wz aq zw QA WZ AQ ZW "
     "[^ ]$ {¨ }£ \\* |µ ;m :M 'ù \"% m, M? ,; <. .: >/ /! ?§ `²"},
    {"Belgian (AZERTY)",
     "1& 2é 3\" 4' 5( 6§ 7è 8! 9ç 0à -) =- !1 @2 #3 $4 %5 ^6 &7 *8 (9 )0 _° +_ qa wz aq zw QA WZ "
     "AQ ZW [^ ]$ {¨ }* \\µ |£ ;m :M 'ù \"% m, M? ,; <. .: >/ /= ?+ `²"},
    {"Czech (QWERTZ)",
     "1+ 2ě 3š 4č 5ř 6ž 7ý 8á 9í 0é !1 @2 #3 $4 %5 ^6 &7 *8 (9 )0 yz zy YZ ZY -= _% =´ +ˇ [ú {/ ]) "
     "}( ;ů :\" '§ \"! \\¨ |' <? >: /- ?_ `;"},
    {"Hungarian (QWERTZ)",
     "`0 0ö -ü =ó [ő ]ú ;é 'á \\ű /- !' @\" #+ $! ^/ &= *( () )Ö _Ü +Ó {Ő }Ú :É \"Á |Ű <? >: ?_ ~§ "
     "yz zy YZ ZY"},
    {"Italian", "[è {é ]+ }* ;ò :ç 'à \"° /- ?_ -' _? =ì +^ <; >: () )= &/ *( @\" #£ ^& \\ù |§"},
    {"Spanish", "-' _? =¡ +¿ [` {^ ]+ }* ;ñ :Ñ '´ \"¨ /- ?_ <; >: () )= &/ *( @\" #· ^& \\ç |Ç"},
    {"Swedish or Finnish",
     "-+ _? =´ +` [å {Å ]¨ }^ ;ö :Ö 'ä \"Ä /- ?_ <; >: () )= &/ *( @\" $¤ ^& \\' |*"},
    {"Swiss German (QWERTZ)",
     "yz zy YZ ZY -' _? =^ +` [ü {è ]¨ }! ;ö :é 'ä \"à \\$ |£ !+ @\" #* $ç ^& &/ *( () )= <; >: /- "
     "?_ `§ ~°"},
    {"British", "@\" \"@ #£ ~¬ \\# |~"},
};

// The bytes of the UTF-8 character at the start of `text`; 1 for what is none.
std::size_t character_size(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(size, text.size());
}

struct Pair {
  char us;
  std::string_view other;
};

// Calls `use` for every pair until it returns true.
template <class Use>
bool any_pair(const KeyboardLayout& layout, const Use& use) {
  std::string_view rest = layout.differences;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end >= 2 && use(Pair{rest[0], rest.substr(1, end - 1)})) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

enum class Direction : std::uint8_t { FromUs, ToUs };

std::string translate(std::string_view text, const KeyboardLayout& layout, Direction direction) {
  std::string out;
  out.reserve(text.size() * 2);
  while (!text.empty()) {
    const std::string_view c = text.substr(0, character_size(text));
    text.remove_prefix(c.size());
    const bool found = any_pair(layout, [&](const Pair& pair) {
      if (direction == Direction::FromUs) {
        if (c.size() != 1 || c[0] != pair.us) return false;
        out.append(pair.other);
      } else {
        if (c != pair.other) return false;
        out.push_back(pair.us);
      }
      return true;
    });
    if (!found) out.append(c);
  }
  return out;
}

}  // namespace

std::span<const KeyboardLayout> keyboard_layouts() { return kLayouts; }

std::string garble(std::string_view sent, const KeyboardLayout& layout, WrongLayout side) {
  return translate(sent, layout, side == WrongLayout::Host ? Direction::FromUs : Direction::ToUs);
}

std::string ungarble(std::string_view arrived, const KeyboardLayout& layout, WrongLayout side) {
  return translate(arrived, layout,
                   side == WrongLayout::Host ? Direction::ToUs : Direction::FromUs);
}

}  // namespace packtrail::gs1
