// api/pack_page.h - what anybody sees who opens a pack's Digital Link.
#pragma once

#include "api/http.h"
#include "verify/verify.h"

namespace packtrail::api {

// JSON where the request prefers application/json, else a page. Status, headers and size class are
// the same whatever made the answer negative.
[[nodiscard]] Response pack_answer(const verify::PublicAnswer& answer, const Request& request);

}  // namespace packtrail::api
