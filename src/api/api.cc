#include "api/api.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "access/users.h"
#include "api/state.h"
#include "base/crypto.h"

namespace packtrail::api {
namespace {

constexpr std::size_t kIdleReadersMax = 4;
constexpr std::string_view kCookie = "packtrail_session";

Response unauthorized() {
  Response response = problem(Error{.code = Errc::PermissionDenied,
                                    .message = "log in first",
                                    .remedy = "open a session with POST /api/v1/sessions"},
                              401);
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

std::string_view cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    std::string_view part = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.starts_with(name) && part.size() > name.size() && part[name.size()] == '=') {
      return part.substr(name.size() + 1);
    }
  }
  return {};
}

std::string set_cookie(std::string_view token, std::int64_t max_age_s) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}", kCookie, token,
                     max_age_s);
}

// A cookie travels by itself, so a changing request with one must come from our own pages.
bool from_own_page(const Request& request) {
  if (request.method == "GET") return true;
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return request.header("sec-fetch-site") != "cross-site";
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == request.header("host");
}

}  // namespace

std::optional<Error>& Api::State::damage() {
  thread_local std::optional<Error> damage;
  return damage;
}

Api::State::ReaderLease::~ReaderLease() {
  if (auto sound = reader_->failure(); !sound) {
    damage() = std::move(sound).error();
    return;
  }
  const std::lock_guard lock(state_.mutex_);
  if (state_.idle_.size() < kIdleReadersMax) state_.idle_.push_back(std::move(reader_));
}

Api::State::ReaderLease Api::State::reader() {
  std::unique_ptr<trace::Reader> reader;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      reader = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (reader) {
    reader->refresh();
  } else {
    reader = rooms.trace.reader();
  }
  return ReaderLease(*this, std::move(reader));
}

void Api::State::rest() {
  std::vector<std::unique_ptr<trace::Reader>> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(idle_);
}

std::optional<Caller> Api::State::caller(const Request& request) {
  Caller caller;
  caller.actor.company = rooms.company;
  if (request.peer == Peer::FolderOwner) {
    caller.actor.id = "owner";
    caller.actor.method = capture::AuthMethod::LocalUser;
    caller.roles = {"owner"};
    caller.viewer = trace::Viewer::owner();
    caller.login = "owner";
    return caller;
  }
  std::string_view token;
  const std::string_view authorization = request.header("authorization");
  if (authorization.starts_with("Bearer ")) {
    token = authorization.substr(7);
  } else if (from_own_page(request)) {
    token = cookie(request.header("cookie"), kCookie);
  }
  if (token.empty()) return std::nullopt;
  auto session = rooms.users.session(token);
  if (!session) return std::nullopt;
  caller.actor.id = session->identity.user_id;
  caller.actor.method = capture::AuthMethod::Password;
  caller.roles = session->identity.roles;
  caller.viewer = trace::Viewer::company(rooms.company);
  caller.login = session->identity.login;
  caller.expires_at = session->expires_at;
  return caller;
}

void Api::State::add(std::string_view method, std::string_view pattern,
                     access::Permission permission, Authorized function) {
  router.add(method, pattern,
             [this, permission, function = std::move(function)](const Request& request,
                                                                const PathValues& values) {
               const auto who = caller(request);
               if (!who) return unauthorized();
               if (!access::grants(who->roles, permission)) {
                 return problem(Error{.code = Errc::PermissionDenied,
                                      .message = "your role does not allow this",
                                      .remedy = "ask an administrator"});
               }
               return function(request, values, *who);
             });
}

void Api::State::add_open(std::string_view method, std::string_view pattern,
                          Router::Function function) {
  router.add(method, pattern, std::move(function));
}

Date Api::State::today() const { return Date::of(rooms.clock.now()); }

Result<gs1::Epc> Api::State::read_epc(std::string_view text) const {
  if (text.size() == gs1::Sscc::kSize &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return gs1::Epc(PACKTRAIL_TRY(gs1::Sscc::parse(text)));
  }
  if (text.find("://") != std::string_view::npos || text.starts_with("urn:")) {
    return PACKTRAIL_TRY(gs1::parse_epc(text)).value;
  }
  // A scanned case or pallet label: (00), with or without AIM identifier.
  if (const auto elements = gs1::ElementString::parse(text)) {
    if (const auto sscc = elements->find("00")) {
      return gs1::Epc(PACKTRAIL_TRY(gs1::Sscc::parse(*sscc)));
    }
  }
  return gs1::Epc(PACKTRAIL_TRY(gs1::read_pack_code(text, today())).sgtin());
}

Response json_response(const boost::json::value& body, unsigned status) {
  Response response;
  response.status = status;
  response.body = boost::json::serialize(body) + "\n";
  return response;
}

Result<boost::json::object> read_object(const Request& request,
                                        std::initializer_list<std::string_view> members) {
  boost::system::error_code failed;
  boost::json::parse_options options;
  options.max_depth = 32;
  auto value = boost::json::parse(request.body, failed, {}, options);
  if (failed || !value.is_object()) {
    return Error{.message = "the body is not a JSON object",
                 .rule = "RFC 8259",
                 .remedy = "send a JSON object with Content-Type: application/json"};
  }
  for (const auto& member : value.get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(members.begin(), members.end(), name) == members.end()) {
      return Error{
          .message = "unknown member", .field = fmt::format("/{}", name), .remedy = "remove it"};
    }
  }
  return std::move(value).as_object();
}

Result<std::string> text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return Error{.message = value == nullptr ? "is missing" : "is not text",
                 .field = fmt::format("/{}", name),
                 .remedy = "give it as a JSON string"};
  }
  return std::string(value->get_string().data(), value->get_string().size());
}

std::string_view life_name(numbering::SerialState life) { return numbering::to_string(life); }

Api::Api(Rooms rooms) : state_(std::make_unique<State>(std::move(rooms))) {
  state_->add_health_routes();
  state_->add_session_routes();
  state_->add_pack_routes();
  state_->add_order_routes();
  state_->add_pool_routes();
  state_->add_epcis_routes();
  state_->add_page_routes();
}

Api::~Api() = default;

Response Api::handle(const Request& request) const {
  State::damage().reset();
  Response response = state_->router.route(request);
  auto damage = std::exchange(State::damage(), std::nullopt);
  if (!damage) return response;
  damage->code = Errc::DataLoss;
  damage->message = "the projections are damaged: " + damage->message;
  damage->remedy = "stop the server and run packtrail rebuild: the ledger has everything";
  Response said = problem(*damage);
  said.time_bucket_ms = response.time_bucket_ms;
  return said;
}

void Api::rest() const { state_->rest(); }

std::vector<std::string> Api::routes() const { return state_->router.routes(); }

void Api::State::add_session_routes() {
  add_open("POST", "/api/v1/sessions", [this](const Request& request, const PathValues&) {
    const auto opened = [&]() -> Result<std::pair<std::string, access::Session>> {
      const auto body = PACKTRAIL_TRY(read_object(request, {"user", "password"}));
      const std::string user = PACKTRAIL_TRY(text_member(body, "user"));
      const std::string password = PACKTRAIL_TRY(text_member(body, "password"));
      return rooms.users.open_session(user, password, request.remote);
    }();
    if (!opened) {
      return opened.error().code == Errc::PermissionDenied ? problem(opened.error(), 401)
                                                           : problem(opened.error());
    }
    const auto& [token, session] = *opened;
    boost::json::object body;
    body["token"] = token;
    body["user"] = session.identity.login;
    body["roles"] =
        boost::json::array(session.identity.roles.begin(), session.identity.roles.end());
    body["expires_at"] = session.expires_at.to_text();
    Response response = json_response(body, 201);
    response.headers.emplace_back("Set-Cookie", set_cookie(token, access::kSessionUs / 1'000'000));
    return response;
  });
  add_open("GET", "/api/v1/sessions/current", [this](const Request& request, const PathValues&) {
    const auto who = caller(request);
    if (!who) return unauthorized();
    boost::json::object body;
    body["user"] = who->login;
    body["roles"] = boost::json::array(who->roles.begin(), who->roles.end());
    if (who->expires_at) body["expires_at"] = who->expires_at->to_text();
    return json_response(body);
  });
  add_open("DELETE", "/api/v1/sessions/current", [this](const Request& request, const PathValues&) {
    if (!caller(request)) return unauthorized();
    const std::string_view authorization = request.header("authorization");
    rooms.users.close_session(authorization.starts_with("Bearer ")
                                  ? authorization.substr(7)
                                  : cookie(request.header("cookie"), kCookie));
    Response response;
    response.status = 204;
    response.content_type.clear();
    response.headers.emplace_back("Set-Cookie", set_cookie("", 0));
    return response;
  });
}

}  // namespace packtrail::api
