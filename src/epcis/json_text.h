// epcis/json_text.h - the JSON escapes that reader and writer share.
//
// Thread safety: pure.
#pragma once

#include <string>
#include <string_view>

namespace packtrail::epcis {

// Appends `text` with quotes. Escapes what RFC 8259 section 7 says must be escaped and nothing
// else, so that one text has one spelling. `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

// Appends `key` as one token of a JSON pointer (RFC 6901), with its leading '/'.
void append_pointer_token(std::string& out, std::string_view key);

}  // namespace packtrail::epcis
