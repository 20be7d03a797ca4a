// api/state.h - what the route files of this room share. Not for other rooms.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "access/roles.h"
#include "api/api.h"
#include "api/router.h"
#include "capture/capture.h"
#include "trace/trace.h"

namespace packtrail::api {

// Who calls, after authentication.
struct Caller {
  capture::Actor actor;
  std::vector<std::string> roles;
  trace::Viewer viewer = trace::Viewer::stranger();
  std::string login;
  std::optional<UtcTime> expires_at;  // Of the session; nothing for the folder's owner.
};

struct Api::State {
  explicit State(Rooms rooms_in) : rooms(std::move(rooms_in)) {}

  Rooms rooms;
  Router router;

  // A reader at the newest position, given back for reuse when the lease ends. One that met damage
  // is dropped, and the request it served is answered with that damage (Api::handle).
  class ReaderLease {
   public:
    ReaderLease(State& state, std::unique_ptr<trace::Reader> reader)
        : state_(state), reader_(std::move(reader)) {}
    ~ReaderLease();
    ReaderLease(const ReaderLease&) = delete;
    ReaderLease& operator=(const ReaderLease&) = delete;
    trace::Reader& operator*() const { return *reader_; }
    trace::Reader* operator->() const { return reader_.get(); }

   private:
    State& state_;
    std::unique_ptr<trace::Reader> reader_;
  };
  ReaderLease reader();
  void rest();  // Api::rest.

  // What a lease of the request in this thread met; a request stays in one thread.
  static std::optional<Error>& damage();

  // Nothing when the request carries no valid credentials.
  std::optional<Caller> caller(const Request& request);

  using Authorized = std::function<Response(const Request&, const PathValues&, const Caller&)>;
  // Registers a route that needs `permission`; strangers get one uniform 401.
  void add(std::string_view method, std::string_view pattern, access::Permission permission,
           Authorized function);
  void add_open(std::string_view method, std::string_view pattern, Router::Function function);

  void add_health_routes();
  void add_session_routes();
  void add_pack_routes();
  void add_order_routes();
  void add_epcis_routes();
  void add_page_routes();
  void add_pool_routes();

  // Any text that names one object: EPC URN, Digital Link, element string, 18 digits of an SSCC.
  Result<gs1::Epc> read_epc(std::string_view text) const;
  Date today() const;
  // Answers POST .../imports: all or nothing in one request to capture.
  Result<Response> import_numbers(trace::Reader& reader, const trace::PoolInfo& pool,
                                  const boost::json::object& body,
                                  const capture::Actor& actor) const;

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<trace::Reader>> idle_;
};

// What is left in a pool, or in a line's reservation of it, and for how long.
struct PoolSupply {
  std::uint32_t object_class = 0;
  std::string line;  // Empty: the pool itself.
  numbering::Forecast forecast;
  bool is_crowded = false;  // A pool: the occupancy alarm (numbering::Pool::alarm_size).
};
std::vector<PoolSupply> pool_supply(trace::Reader& reader, UtcTime now);

[[nodiscard]] Response json_response(const boost::json::value& body, unsigned status = 200);

// The body as a JSON object; InvalidArgument when it is none, is deeper than 32, or has members
// outside `members`.
Result<boost::json::object> read_object(const Request& request,
                                        std::initializer_list<std::string_view> members);
// A member that must be text.
Result<std::string> text_member(const boost::json::object& object, std::string_view name);

[[nodiscard]] std::string_view life_name(numbering::SerialState life);  // "Commissioned".

}  // namespace packtrail::api
