// The EPCIS 2.0 face: capture of a document, and the events about an EPC.
#include <charconv>

#include <boost/json/object.hpp>

#include "api/state.h"
#include "base/crypto.h"
#include "capture/event_fact.h"
#include "epcis/context.h"
#include "epcis/json_reader.h"
#include "epcis/json_writer.h"
#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::api {
namespace {

constexpr std::size_t kIdempotencyKeyMax = 64;
constexpr std::size_t kPerPageDefault = 30;
constexpr std::size_t kPerPageMax = 1'000;

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return type == "application/json" || type == "application/ld+json";
}

Response epcis_problem(const Error& error, std::string_view exception, unsigned status = 0) {
  Response response = status == 0 ? problem(error) : problem(error, status);
  const std::string plain = "\"type\":\"about:blank\"";
  const std::size_t at = response.body.find(plain);
  if (at != std::string::npos) {
    response.body.replace(at, plain.size(),
                          "\"type\":\"epcisException:" + std::string(exception) + "\"");
  }
  return response;
}

// The same document with the same key is the same capture.
std::string capture_id(std::string_view key) {
  return to_hex(ByteView(sha256(as_bytes(key))).first(16));
}

}  // namespace

void Api::State::add_epcis_routes() {
  using access::Permission;
  add("POST", "/epcis/capture", Permission::CaptureEvents,
      [this](const Request& request, const PathValues&, const Caller& who) {
        if (!is_json(request.header("content-type"))) {
          return epcis_problem(
              Error{.message = "EPCIS documents are taken as JSON-LD only in this version",
                    .remedy = "send Content-Type: application/ld+json"},
              "UnsupportedMediaTypeException", 415);
        }
        std::string key(request.header("idempotency-key"));
        if (key.size() > kIdempotencyKeyMax) {
          return epcis_problem(Error{.message = "is longer than 64 bytes",
                                     .field = "Idempotency-Key",
                                     .remedy = "use a UUID"},
                               "ValidationException");
        }
        // Clients' keys have a namespace of their own, apart from those of the lines. Without one
        // the content is the key: sending it twice records it once.
        if (!key.empty()) {
          key = "http:" + to_hex(ByteView(sha256(as_bytes(key))).first(24));
        } else {
          key = "sha256:" + to_hex(ByteView(sha256(as_bytes(request.body))).first(24));
        }
        auto document = epcis::read_json(as_bytes(request.body));
        if (!document) return epcis_problem(document.error(), "ValidationException");
        capture::Request capture;
        capture.actor = who.actor;
        capture.idempotency_key = Bytes(key.begin(), key.end());
        capture.commands.reserve(document->events.size());
        for (auto& event : document->events) {
          capture.commands.push_back(capture::RecordEvent{std::move(event)});
        }
        const auto receipt = rooms.capture.submit(std::move(capture));
        if (!receipt) {
          // An EPC that is not known is a fault of the document, not of the address.
          const bool unknown = receipt.error().code == Errc::NotFound;
          return epcis_problem(receipt.error(), "ValidationException", unknown ? 400 : 0);
        }
        Response response;
        response.status = 202;
        response.content_type.clear();
        response.headers.emplace_back(
            "Location", "/epcis/capture/" + std::to_string(receipt->first_position) + "-" +
                            std::to_string(receipt->facts) + "-" + capture_id(key));
        response.headers.emplace_back("GS1-EPCIS-Version", "2.0.0");
        return response;
      });

  // Capture is done when the 202 is sent, so a job is its range of facts.
  add("GET", "/epcis/capture/{captureId}", Permission::CaptureEvents,
      [this](const Request&, const PathValues& values, const Caller& who) {
        const std::string& id = values[0];
        std::uint64_t first = 0, facts = 0;
        const char* const end = id.data() + id.size();
        const auto [dash, wrong_first] = std::from_chars(id.data(), end, first);
        const bool has_dash = wrong_first == std::errc() && dash != end && *dash == '-';
        const auto [rest, wrong_count] =
            has_dash ? std::from_chars(dash + 1, end, facts)
                     : std::from_chars_result{end, std::errc::invalid_argument};
        ledger::v1::Fact fact;
        const bool found =
            has_dash && wrong_count == std::errc() && rest != end && *rest == '-' && facts > 0 &&
            rooms.ledger.read_one(first, fact).has_value() &&
            capture_id(fact.envelope().idempotency_key()) == std::string_view(rest + 1) &&
            who.viewer.sees_company(fact.envelope().company());
        if (!found) {
          return epcis_problem(Error{.code = Errc::NotFound, .message = "no such capture job"},
                               "NoSuchResourceException");
        }
        const std::string time = UtcTime{fact.envelope().record_time_us()}.to_text();
        boost::json::object job;
        job["captureID"] = id;
        job["running"] = false;
        job["success"] = true;
        job["captureErrorBehaviour"] = "rollback";
        job["createdAt"] = time;
        job["finishedAt"] = time;
        job["errors"] = boost::json::array();
        return json_response(job);
      });

  add("GET", "/epcis/events", Permission::ViewPacks,
      [this](const Request& request, const PathValues&, const Caller& who) {
        bool too_large = false;
        const auto body = [&]() -> Result<std::string> {
          const auto query = parse_query(request.query);
          if (!query) return Error{.message = "the query string is broken"};
          std::size_t per_page = kPerPageDefault;
          for (const auto& [name, value] : *query) {
            if (name == "MATCH_anyEPC") continue;
            if (name == "perPage") {
              const auto [end, wrong] =
                  std::from_chars(value.data(), value.data() + value.size(), per_page);
              if (wrong != std::errc() || end != value.data() + value.size() || per_page == 0 ||
                  per_page > kPerPageMax) {
                return Error{.message = "is not a number from 1 to 1000", .field = name};
              }
              continue;
            }
            return Error{.message = "this query parameter is not answered by this version",
                         .field = name,
                         .remedy = "use MATCH_anyEPC and perPage"};
          }
          const auto text = single(*query, "MATCH_anyEPC");
          if (!text) return Error{.message = "give it once", .field = "MATCH_anyEPC"};
          const gs1::Epc epc = PACKTRAIL_TRY(read_epc(*text));
          auto lease = reader();
          const auto found = lease->resolve(epc);
          bool complete = true;
          epcis::Document document;
          document.kind = epcis::Document::Kind::QueryDocument;
          document.schema_version = "2.0";
          document.creation_date = rooms.clock.now().to_text();
          document.query_name = "SimpleEventQuery";
          if (found.object) {
            const auto history =
                PACKTRAIL_TRY(lease->history(who.viewer, found.object, kHistoryEntriesMax + 1));
            complete = history.size() <= kHistoryEntriesMax;
            for (const trace::HistoryEntry& line : history) {
              if (line.inherited) continue;  // MATCH_anyEPC asks for events that name the EPC.
              ledger::v1::Fact fact;
              PACKTRAIL_TRY(rooms.ledger.read_one(line.position, fact));
              if (!fact.has_epcis_event()) continue;
              if (document.events.size() == per_page) {
                complete = false;
                break;
              }
              auto event = PACKTRAIL_TRY(capture::read_event(fact.epcis_event(), rooms.trace));
              event.record_time = epcis::EventTime::of(UtcTime{fact.envelope().record_time_us()});
              epcis::declare_prefixes(event, document.context);
              document.events.push_back(std::move(event));
            }
          }
          // Part of the answer must not look like all of it, and there are no further pages here.
          if (!complete) {
            too_large = true;
            return Error{.message = "more events name this EPC than one answer holds",
                         .field = "perPage",
                         .rule = "EPCIS 2.0 QueryTooLargeException",
                         .remedy = "raise perPage, up to " + std::to_string(kPerPageMax) +
                                   "; what is beyond stands in GET /api/v1/trace"};
          }
          return epcis::write_json(document);
        }();
        if (too_large) return epcis_problem(body.error(), "QueryTooLargeException");
        if (!body) return epcis_problem(body.error(), "QueryParameterException");
        Response response;
        response.content_type = "application/ld+json";
        response.headers.emplace_back("GS1-EPCIS-Version", "2.0.0");
        response.body = *body;
        return response;
      });
}

}  // namespace packtrail::api
