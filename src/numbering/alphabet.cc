#include "numbering/alphabet.h"

#include <algorithm>
#include <string>

#include "gs1/charset.h"

namespace packtrail::numbering {

Result<Alphabet> Alphabet::parse(std::string_view characters) {
  Error error{.code = Errc::InvalidArgument, .message = {}, .field = "alphabet"};
  error.rule = "2 to 64 different characters of GS1 character set 82";
  if (characters.size() < kRadixMin || characters.size() > kRadixMax) {
    error.message = "the alphabet has " + std::to_string(characters.size()) + " characters";
    error.offset = std::min(characters.size(), kRadixMax);
    error.remedy = "give more characters, or fewer";
    return error;
  }
  Alphabet alphabet;
  alphabet.values_.fill(kNoDigit);
  for (const char c : characters) {
    std::uint8_t& value = alphabet.values_[static_cast<unsigned char>(c)];
    const bool allowed = gs1::is_in(c, gs1::kCset82);
    if (!allowed || value != kNoDigit) {
      error.message = allowed ? "a character comes twice" : "a character is not allowed";
      error.offset = alphabet.radix_;
      error.length = 1;
      error.remedy = "remove the character";
      return error;
    }
    value = static_cast<std::uint8_t>(alphabet.radix_);
    alphabet.characters_[alphabet.radix_++] = c;
  }
  return alphabet;
}

const Alphabet& Alphabet::unambiguous() {
  static const Alphabet kAlphabet = *parse("23456789ABCDEFGHJKLMNPQRSTVWXY");
  return kAlphabet;
}

const Alphabet& Alphabet::numeric() {
  static const Alphabet kAlphabet = *parse("0123456789");
  return kAlphabet;
}

}  // namespace packtrail::numbering
