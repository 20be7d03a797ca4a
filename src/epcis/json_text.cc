#include "epcis/json_text.h"

#include <array>

namespace packtrail::epcis {
namespace {

constexpr std::array<bool, 256> must_escape() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table[static_cast<std::size_t>('"')] = true;
  table[static_cast<std::size_t>('\\')] = true;
  return table;
}
constexpr std::array<bool, 256> kMustEscape = must_escape();

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;  // First byte not yet appended.
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (!kMustEscape[c]) continue;
    out.append(text, plain, at - plain);
    plain = at + 1;
    switch (c) {
      case '"':
        out.append("\\\"");
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\r':
        out.append("\\r");
        break;
      case '\t':
        out.append("\\t");
        break;
      default: {
        constexpr char kDigits[] = "0123456789abcdef";
        out.append("\\u00");
        out.push_back(kDigits[c >> 4U]);
        out.push_back(kDigits[c & 15U]);
      }
    }
  }
  out.append(text, plain, text.size() - plain);
  out.push_back('"');
}

void append_pointer_token(std::string& out, std::string_view key) {
  out.push_back('/');
  for (const char c : key) {
    if (c == '~') {
      out.append("~0");
    } else if (c == '/') {
      out.append("~1");
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace packtrail::epcis
