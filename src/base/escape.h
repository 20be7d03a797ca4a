// base/escape.h - text inside HTML and XML.
//
// For element content and for attribute values in either kind of quotes. It makes no text safe
// inside scripts, styles or unquoted attributes; none of ours stands there.
//
// Thread safety: pure. Cost: one pass, one allocation where nothing is escaped.
#pragma once

#include <string>
#include <string_view>

namespace packtrail {

// `text` (UTF-8) with & < > " ' as character references (XML 1.0 2.4, HTML 13.1.4). Everything else
// stays as it is; control characters too, which XML does not allow: callers refuse those before.
[[nodiscard]] std::string escape_markup(std::string_view text);

}  // namespace packtrail
