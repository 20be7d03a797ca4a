// Health, metrics, the API description, and the console's files.
#include <boost/json/object.hpp>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "api/openapi.h"
#include "api/state.h"
#include "ledger/ledger.h"
#include "plant/order_desk.h"

namespace packtrail::api {
namespace {

using access::Permission;

Response plain(std::string text) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  return response;
}

}  // namespace

void Api::State::add_health_routes() {
  add_open("GET", "/livez", [](const Request&, const PathValues&) { return plain("ok\n"); });
  add_open("GET", "/readyz", [this](const Request&, const PathValues&) {
    if (rooms.capture.accepting()) return plain("ready\n");
    // Strangers learn that it is not ready; why is in the log and in /metrics.
    return problem(Error{.code = Errc::Unavailable,
                         .message = "the ledger takes no facts",
                         .remedy = "see the server's log"});
  });
  add("GET", "/metrics", Permission::Operate,
      [this](const Request&, const PathValues&, const Caller& who) {
        prometheus::Registry registry;
        const auto gauge = [&](const char* name, const char* help, double value) {
          prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({}).Set(value);
        };
        gauge("packtrail_ledger_facts", "Durable facts in the ledger.",
              static_cast<double>(rooms.ledger.size()));
        gauge("packtrail_trace_applied", "Facts the projections have applied.",
              static_cast<double>(rooms.trace.applied()));
        gauge("packtrail_capture_accepting", "1 while the ledger takes facts.",
              rooms.capture.accepting() ? 1 : 0);
        auto lease = reader();
        auto& packs = prometheus::BuildGauge()
                          .Name("packtrail_objects")
                          .Help("Objects by life state.")
                          .Register(registry);
        std::map<std::string, double, std::less<>> by_state;
        for (const auto& count : lease->counts(who.viewer)) {
          by_state[std::string(life_name(count.life))] += static_cast<double>(count.count);
        }
        for (const auto& [state, count] : by_state) packs.Add({{"life", state}}).Set(count);
        auto& left = prometheus::BuildGauge()
                         .Name("packtrail_numbers_remaining")
                         .Help("Numbers that a pool, or a line's reservation, may still use.")
                         .Register(registry);
        auto& alarm = prometheus::BuildGauge()
                          .Name("packtrail_numbers_alarm")
                          .Help("0 none, 1 low, 2 starvation within three days, 3 empty.")
                          .Register(registry);
        auto& crowded = prometheus::BuildGauge()
                            .Name("packtrail_pool_occupancy_alarm")
                            .Help("1: of a million serial numbers of the pool's form one is out.")
                            .Register(registry);
        for (const auto& supply : pool_supply(*lease, rooms.clock.now())) {
          const prometheus::Labels labels{{"class", std::to_string(supply.object_class)},
                                          {"line", supply.line}};
          left.Add(labels).Set(static_cast<double>(supply.forecast.remaining));
          alarm.Add(labels).Set(static_cast<double>(supply.forecast.alarm));
          if (supply.line.empty()) {
            crowded.Add({{"class", std::to_string(supply.object_class)}})
                .Set(supply.is_crowded ? 1 : 0);
          }
        }
        auto& seen = prometheus::BuildGauge()
                         .Name("packtrail_line_packs")
                         .Help("Packs of the order in hand by outcome.")
                         .Register(registry);
        for (const auto& line : rooms.orders.live()) {
          seen.Add({{"line", line.line}, {"outcome", "good"}}).Set(static_cast<double>(line.good));
          seen.Add({{"line", line.line}, {"outcome", "rejected"}})
              .Set(static_cast<double>(line.rejected));
        }
        return plain(prometheus::TextSerializer().Serialize(registry.Collect()));
      });
  add("POST", "/api/v1/rebuild-check", Permission::Operate,
      [this](const Request&, const PathValues&, const Caller&) {
        const auto report = rooms.rebuild_check();
        if (!report) return problem(report.error());
        boost::json::object body;
        body["equal"] = report->equal;
        body["facts"] = report->facts;
        body["live_digest"] = report->live_digest;
        body["replayed_digest"] = report->replayed_digest;
        body["seconds"] = report->seconds;
        return json_response(body);
      });
}

void Api::State::add_page_routes() {
  const auto asset = [this](const Request& request, std::string_view path) {
    const bool brotli = request.header("accept-encoding").find("br") != std::string_view::npos;
    const auto file = rooms.asset ? rooms.asset(path, brotli) : std::nullopt;
    if (!file) return problem(Error{.code = Errc::NotFound, .message = "no such file"});
    Response response;
    response.content_type = file->content_type;
    response.body = file->content;
    if (!file->encoding.empty()) response.headers.emplace_back("Content-Encoding", file->encoding);
    response.headers.emplace_back("Vary", "Accept-Encoding");
    response.headers.emplace_back(
        "Content-Security-Policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    if (path.starts_with("/assets/")) {  // Names carry a hash of the content.
      response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
    }
    return response;
  };
  const auto page = [asset](const Request& request, const PathValues&) {
    return asset(request, "/index.html");
  };
  // The console's own addresses all load the one page.
  for (const char* path : {"/", "/login", "/pack", "/orders"}) add_open("GET", path, page);
  add_open("GET", "/assets/{name}", [asset](const Request& request, const PathValues& values) {
    return asset(request, "/assets/" + values[0]);
  });
  add_open("GET", "/favicon.svg", [asset](const Request& request, const PathValues&) {
    return asset(request, "/favicon.svg");
  });
  add("GET", "/api/v1/openapi.yaml", Permission::ViewPacks,
      [](const Request&, const PathValues&, const Caller&) {
        Response response;
        response.content_type = "application/yaml";
        response.body = openapi_text();
        return response;
      });
}

}  // namespace packtrail::api
