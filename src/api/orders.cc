// Orders and live counters.
#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "api/state.h"
#include "ledger/ledger.h"
#include "plant/order_desk.h"

namespace packtrail::api {
namespace {

namespace json = boost::json;
using access::Permission;

json::object to_json(const plant::LineCounters& counters) {
  json::object body;
  body["line"] = counters.line;
  body["order_id"] = counters.order_id;
  body["product"] = counters.product;
  body["lot"] = counters.lot;
  body["state"] = plant::to_string(counters.state);
  body["quantity"] = counters.quantity;
  body["seen"] = counters.seen;
  body["good"] = counters.good;
  body["rejected"] = counters.rejected;
  body["sampled"] = counters.sampled;
  body["quarantined"] = counters.quarantined;
  body["cases"] = counters.cases;
  body["pallets"] = counters.pallets;
  body["packs_per_minute"] = counters.packs_per_minute;
  json::array rejects;
  for (const auto& [reason, count] : counters.rejects) {
    rejects.push_back(json::object{{"reason", reason}, {"count", count}});
  }
  body["rejects"] = std::move(rejects);
  if (!counters.last_good.empty()) body["last_good"] = counters.last_good;
  return body;
}

json::object to_json(const plant::OrderStatus& status) {
  json::object body;
  body["order_id"] = status.order_id;
  body["state"] = plant::to_string(status.counters.state);
  body["product"] = status.product;
  body["gtin"] = status.gtin;
  body["lot"] = status.lot;
  body["expiry"] = status.expiry;
  body["quantity"] = status.quantity;
  body["line"] = status.line;
  body["opened_at"] = status.opened_at;
  body["phase"] = plant::to_string(status.counters.phase);
  body["progress"] = status.counters.progress();
  body["counters"] = to_json(status.counters);
  if (status.failure) {
    body["failure"] = json::parse(problem(*status.failure).body);
  }
  if (!status.reconciliation.empty()) {
    boost::system::error_code failed;
    auto reconciliation = json::parse(status.reconciliation, failed);
    if (!failed) body["reconciliation"] = std::move(reconciliation);
  }
  return body;
}

Response answer(const Result<plant::OrderStatus>& status, unsigned code) {
  if (!status) return problem(status.error());
  return json_response(to_json(*status), code);
}

std::string_view content_type(std::string_view name) {
  if (name.ends_with(".json")) return "application/json";
  if (name.ends_with(".xml")) return "application/xml";
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/plain; charset=utf-8";
}

}  // namespace

void Api::State::add_order_routes() {
  add("GET", "/api/v1/live", Permission::ViewOrders,
      [this](const Request&, const PathValues&, const Caller& who) {
        auto lease = reader();
        const auto head = rooms.ledger.head();
        json::object body;
        body["time"] = rooms.clock.now().to_text();
        body["ledger_size"] = head.size;
        body["head_root"] = to_hex(head.root);
        body["accepting"] = rooms.capture.accepting();
        body["demo"] = rooms.demo;
        json::array lines;
        for (const auto& line : rooms.orders.live()) lines.push_back(to_json(line));
        body["lines"] = std::move(lines);
        std::map<std::string, std::uint64_t, std::less<>> by_state;
        for (const trace::StateCount& count : lease->counts(who.viewer)) {
          const auto pool = lease->pool(count.object_class);
          if (!pool || pool->kind == trace::PoolKind::Sscc) continue;  // Packs, not cases.
          by_state[count.quarantined ? "Quarantined" : std::string(life_name(count.life))] +=
              count.count;
        }
        json::array states;
        for (const auto& [state, count] : by_state) {
          states.push_back(json::object{{"state", state}, {"count", count}});
        }
        body["packs_by_state"] = std::move(states);
        return json_response(body);
      });
  add("GET", "/api/v1/orders", Permission::ViewOrders,
      [this](const Request&, const PathValues&, const Caller&) {
        // The desk's list has no way to say that it met damage; the lease has (Api::handle).
        static_cast<void>(reader()->orders());
        json::array orders;
        for (const auto& status : rooms.orders.list()) orders.push_back(to_json(status));
        return json_response(json::object{{"orders", std::move(orders)}});
      });
  add("POST", "/api/v1/orders", Permission::RunOrders,
      [this](const Request& request, const PathValues&, const Caller& who) {
        const auto opened = rooms.orders.open(request.body, who.actor);
        if (!opened) return problem(opened.error());
        return json_response(to_json(opened->first), opened->second ? 201 : 200);
      });
  add("GET", "/api/v1/orders/{orderId}", Permission::ViewOrders,
      [this](const Request&, const PathValues& values, const Caller&) {
        return answer(rooms.orders.status(values[0]), 200);
      });
  add("POST", "/api/v1/orders/{orderId}/run", Permission::RunOrders,
      [this](const Request&, const PathValues& values, const Caller& who) {
        return answer(rooms.orders.run(values[0], who.actor), 202);
      });
  add("POST", "/api/v1/orders/{orderId}/hold", Permission::RunOrders,
      [this](const Request&, const PathValues& values, const Caller&) {
        return answer(rooms.orders.hold(values[0]), 202);
      });
  add("POST", "/api/v1/orders/{orderId}/pack-by-scan", Permission::RunOrders,
      [this](const Request& request, const PathValues& values, const Caller& who) {
        const auto packed = [&]() -> Result<json::object> {
          const auto object = PACKTRAIL_TRY(read_object(request, {"sscc", "codes"}));
          const std::string sscc = PACKTRAIL_TRY(text_member(object, "sscc"));
          const auto* list = object.if_contains("codes");
          if (list == nullptr || !list->is_array() || list->get_array().empty()) {
            return Error{.message = "is not a list of codes", .field = "/codes"};
          }
          std::vector<std::string> codes;
          for (const json::value& value : list->get_array()) {
            if (!value.is_string()) return Error{.message = "is not text", .field = "/codes"};
            codes.emplace_back(value.get_string().data(), value.get_string().size());
          }
          PACKTRAIL_TRY(rooms.orders.pack_by_scan(values[0], sscc, codes, who.actor));
          return json::object{{"sscc", sscc}, {"packed", codes.size()}};
        }();
        if (!packed) return problem(packed.error());
        return json_response(*packed);
      });
  add("GET", "/api/v1/orders/{orderId}/files", Permission::ViewOrders,
      [this](const Request&, const PathValues& values, const Caller&) {
        const auto files = rooms.orders.files(values[0]);
        if (!files) return problem(files.error());
        return json_response(json::object{{"files", json::array(files->begin(), files->end())}});
      });
  add("GET", "/api/v1/orders/{orderId}/files/{name}", Permission::ViewOrders,
      [this](const Request&, const PathValues& values, const Caller&) {
        auto content = rooms.orders.file(values[0], values[1]);
        if (!content) return problem(content.error());
        Response response;
        response.content_type = content_type(values[1]);
        response.headers.emplace_back("Content-Security-Policy",
                                      "default-src 'none'; img-src data:; style-src "
                                      "'unsafe-inline'; sandbox");
        response.body = *std::move(content);
        return response;
      });
}

}  // namespace packtrail::api
