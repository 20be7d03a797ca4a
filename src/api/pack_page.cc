#include "api/pack_page.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/escape.h"

namespace packtrail::api {
namespace {

struct Words {
  std::string_view heading;
  std::string_view message;
  std::string_view mark;  // A sign beside the colour.
  std::string_view colour;
};

Words words(const verify::PublicAnswer& answer) {
  using Status = verify::PublicAnswer::Status;
  if (!answer.genuine) {
    return {"Not confirmed",
            "This code could not be confirmed. Check that serial number, lot and expiry are "
            "complete and as printed. If they are, do not use the pack and ask your pharmacist.",
            "!", "#8a3b00"};
  }
  switch (answer.status) {
    case Status::Active:
      return {"Genuine pack", "The maker recorded this pack, and nothing is known against it.",
              "\xE2\x9C\x93", "#0b5d1e"};
    case Status::NotForSale:
      return {"Do not use", "The maker recorded this pack, but it must not be sold or used.",
              "\xE2\x9C\x95", "#9b1c1c"};
    case Status::Expired:
      return {"Expired", "The maker recorded this pack. Its expiry date has passed.",
              "\xE2\x9C\x95", "#9b1c1c"};
  }
  return {};
}

std::string_view status_word(verify::PublicAnswer::Status status) {
  switch (status) {
    case verify::PublicAnswer::Status::Active:
      return "active";
    case verify::PublicAnswer::Status::NotForSale:
      return "not_for_sale";
    case verify::PublicAnswer::Status::Expired:
      return "expired";
  }
  return "";
}

bool prefers_json(std::string_view accept) {
  const std::size_t json = accept.find("application/json");
  const std::size_t html = accept.find("text/html");
  return json != std::string_view::npos && (html == std::string_view::npos || json < html);
}

}  // namespace

Response pack_answer(const verify::PublicAnswer& answer, const Request& request) {
  const Words text = words(answer);
  Response response;
  response.headers.emplace_back("Vary", "Accept");
  if (prefers_json(request.header("accept"))) {
    boost::json::object body;
    body["genuine"] = answer.genuine;
    body["message"] = text.message;
    if (answer.genuine) {
      body["product"] = answer.product;
      body["status"] = status_word(answer.status);
    }
    response.body = boost::json::serialize(body) + "\n";
    return response;
  }
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; style-src 'unsafe-inline'");
  std::string& page = response.body;
  page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<title>Packtrail: pack verification</title><style>"
      "body{margin:0;font:18px/1.5 system-ui,sans-serif;background:#f6f7f9;color:#16202a}"
      "main{max-width:32rem;margin:8vh auto;padding:2rem;background:#fff;border-radius:1rem;"
      "box-shadow:0 1px 6px #0002}"
      "h1{font-size:2rem;line-height:1.2;margin:.5rem 0}.mark{display:inline-flex;width:4rem;"
      "height:4rem;border-radius:50%;color:#fff;font-size:2.4rem;align-items:center;"
      "justify-content:center}"
      ".product{font-weight:600}"
      "@media(prefers-color-scheme:dark){body{background:#0f151b;color:#e8edf2}"
      "main{background:#18212a}}</style></head><body><main>";
  page += "<span class=\"mark\" aria-hidden=\"true\" style=\"background:";
  page += text.colour;
  page += "\">";
  page += text.mark;
  page += "</span><h1>";
  page += text.heading;
  page += "</h1>";
  if (answer.genuine && !answer.product.empty()) {
    page += "<p class=\"product\">" + escape_markup(answer.product) + "</p>";
  }
  page += "<p>";
  page += text.message;
  page += "</p></main></body></html>\n";
  return response;
}

}  // namespace packtrail::api
