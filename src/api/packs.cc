// Verification, trace, contents and proofs of packs and their containers.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include "api/pack_page.h"
#include "api/state.h"
#include "ledger/ledger.h"
#include "ledger/proof.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "trace/proof_items.h"
#include "verify/verify.h"

namespace packtrail::api {
namespace {

namespace json = boost::json;

constexpr std::string_view kStem = "https://id.gs1.org";

json::value text_or_null(std::string text) {
  return text.empty() ? json::value(nullptr) : json::value(std::move(text));
}

json::value optional_bool(std::optional<bool> value) {
  return value ? json::value(*value) : json::value(nullptr);
}

// What trace and verify both say of an object's present state.
void describe(json::object& body, trace::Reader& reader, const trace::ObjectState& state,
              trace::ObjectNumber object) {
  const auto pool = reader.pool(object.object_class());
  const auto batch = reader.batch(state.batch);
  if (pool && !pool->product_name.empty()) body["product"] = pool->product_name;
  body["life"] = life_name(state.life);
  body["disposition"] = reader.term(state.disposition);
  body["quarantined"] = state.quarantined != 0;
  body["lot"] = batch.lot;
  body["expiry"] = batch.expiry;
  body["parent"] = text_or_null(state.parent ? reader.epc_text(state.parent) : "");
  const auto place = state.biz_location == trace::TermId() ? state.read_point : state.biz_location;
  body["location"] = reader.term(place);
}

std::string_view reason_text(verify::Verdict verdict) {
  switch (verdict) {
    case verify::Verdict::Genuine:
      return "Recorded, commissioned, nothing against it.";
    case verify::Verdict::Mismatch:
      return "The serial number exists, but lot or expiry differ from what was recorded.";
    case verify::Verdict::Unknown:
      return "No pack with this identity was ever recorded here.";
    case verify::Verdict::NotCommissioned:
      return "The number was issued, but no good pack carries it.";
    case verify::Verdict::NotForSale:
      return "The pack may not be sold: see its state.";
    case verify::Verdict::Expired:
      return "The pack is genuine and past its expiry date.";
  }
  return "";
}

std::string event_name(const ledger::v1::EpcisEvent& event) {
  switch (event.type()) {
    case ledger::v1::EpcisEvent::TYPE_OBJECT:
      return "ObjectEvent";
    case ledger::v1::EpcisEvent::TYPE_AGGREGATION:
      return "AggregationEvent";
    case ledger::v1::EpcisEvent::TYPE_TRANSACTION:
      return "TransactionEvent";
    case ledger::v1::EpcisEvent::TYPE_TRANSFORMATION:
      return "TransformationEvent";
    case ledger::v1::EpcisEvent::TYPE_ASSOCIATION:
      return "AssociationEvent";
    default:
      return "";
  }
}

std::string_view action_name(const ledger::v1::EpcisEvent& event) {
  switch (event.action()) {
    case ledger::v1::EpcisEvent::ACTION_ADD:
      return "ADD";
    case ledger::v1::EpcisEvent::ACTION_OBSERVE:
      return "OBSERVE";
    case ledger::v1::EpcisEvent::ACTION_DELETE:
      return "DELETE";
    default:
      return "";
  }
}

// A fact about numbers or a station is an entry as well: what happened before the first event.
void describe_fact(json::object& entry, const ledger::v1::Fact& fact, const trace::Trace& trace) {
  const auto& envelope = fact.envelope();
  entry["record_time"] = UtcTime{envelope.record_time_us()}.to_text();
  entry["actor"] = envelope.actor().id();
  std::string reason = envelope.reason();
  if (fact.has_epcis_event()) {
    const auto& event = fact.epcis_event();
    entry["event"] = event_name(event);
    entry["event_time"] = event.event_time();
    entry["action"] = action_name(event);
    entry["biz_step"] = event.biz_step();
    entry["disposition"] = event.disposition();
    entry["read_point"] = event.read_point();
    entry["biz_location"] = event.biz_location();
    json::array references;
    for (const auto& reference : event.biz_transactions()) {
      references.push_back(json::object{{"type", reference.type()}, {"id", reference.text()}});
    }
    if (!references.empty()) entry["references"] = std::move(references);
    std::string parent;
    const auto expanded =
        trace.expand(event.parent(), [&](std::string_view text) { parent = text; });
    if (expanded && !parent.empty()) entry["parent"] = parent;
  } else if (fact.has_numbers_allocated()) {
    entry["event"] = "NumbersAllocated";
    entry["event_time"] = entry["record_time"];
    reason = fact.numbers_allocated().order_id();
  } else if (fact.has_numbers_moved()) {
    entry["event"] = "NumbersMoved";
    entry["event_time"] = entry["record_time"];
    entry["disposition"] =
        life_name(static_cast<numbering::SerialState>(fact.numbers_moved().to_state()));
    reason = fact.numbers_moved().reason();
  } else {
    entry["event"] = "Fact";
    entry["event_time"] = entry["record_time"];
  }
  entry["reason"] = reason;
}

Result<json::object> trace_of(Api::State& state, const Caller& who, std::string_view text) {
  const gs1::Epc epc = PACKTRAIL_TRY(state.read_epc(text));
  auto reader = state.reader();
  const auto found = reader->resolve(epc);
  const auto object_state =
      found.object ? reader->effective_state(who.viewer, found.object) : std::nullopt;
  if (!object_state) {
    return Error{.code = Errc::NotFound,
                 .message = "nothing is recorded about " + gs1::to_hri(epc),
                 .remedy = "check the number; it may belong to another company"};
  }
  bool truncated = false;
  const auto history =
      PACKTRAIL_TRY(reader->history(who.viewer, found.object, kHistoryEntriesMax, &truncated));
  json::object body;
  body["epc"] = reader->epc_text(found.object);
  gs1::EpcSpelling link;
  link.kind = gs1::EpcSpelling::Kind::DigitalLink;
  link.stem = kStem;
  if (auto digital_link = gs1::format_epc(epc, link)) body["digital_link"] = *digital_link;
  describe(body, *reader, *object_state, found.object);
  json::array entries;
  for (const trace::HistoryEntry& line : history) {
    ledger::v1::Fact fact;
    PACKTRAIL_TRY(state.rooms.ledger.read_one(line.position, fact));
    json::object entry;
    entry["position"] = line.position;
    entry["inherited"] = line.inherited;
    describe_fact(entry, fact, state.rooms.trace);
    entries.push_back(std::move(entry));
  }
  body["entries"] = std::move(entries);
  body["truncated"] = truncated;  // Older entries are left out.
  return body;
}

// Depth first, at most kContentsObjectsMax nodes; the count goes on beyond.
struct ContentsWalk {
  trace::Reader& reader;
  const trace::Viewer& viewer;
  std::uint64_t objects = 0;
  std::size_t nodes = 0;
  bool truncated = false;

  json::object node(trace::ObjectNumber object, int depth) {
    json::object body;
    body["epc"] = reader.epc_text(object);
    const auto state = reader.state(viewer, object);
    body["life"] = life_name(state ? state->life : numbering::SerialState::Unassigned);
    json::array children;
    for (const trace::ObjectRun& run : reader.children(viewer, object)) {
      objects += run.count;
      for (std::uint64_t i = 0; i < run.count; ++i) {
        if (nodes >= kContentsObjectsMax || depth >= kDepthMax) {
          truncated = true;
          break;
        }
        ++nodes;
        children.push_back(node(trace::ObjectNumber::from_value(run.first.value() + i), depth + 1));
      }
    }
    body["children"] = std::move(children);
    return body;
  }

  static constexpr int kDepthMax = 10;
};

Response answer(Result<json::object> body) {
  if (!body) return problem(body.error());
  return json_response(*std::move(body));
}

}  // namespace

void Api::State::add_pack_routes() {
  using access::Permission;

  // Everything that is not a complete, matching code ends in the same answer, broken queries and
  // malformed numbers included.
  const auto verify_link = [this](const Request& request, std::string_view gtin,
                                  std::string_view serial, std::optional<std::string_view> lot) {
    const auto query = parse_query(request.query);
    verify::PublicAnswer found;
    Result<gs1::PackCode> code = Error{};
    if (query) {
      if (!lot) lot = single(*query, "10");
      code =
          gs1::read_pack_code(fmt::format("{}/01/{}/10/{}/21/{}?17={}", kStem, percent_encode(gtin),
                                          percent_encode(lot.value_or("")), percent_encode(serial),
                                          percent_encode(single(*query, "17").value_or(""))),
                              today());
    }
    auto lease = reader();
    if (code) {
      found = verify::verify_public(*lease, *code, today());
    } else {
      // The same look-ups for a code that cannot be read.
      const auto decoy = gs1::read_pack_code("(01)09506000134352(21)0", today());
      if (decoy) found = verify::verify_public(*lease, *decoy, today());
      found = {};
    }
    Response response = pack_answer(found, request);
    response.time_bucket_ms = kStrangerBucketMs;
    return response;
  };
  add_open("GET", "/01/{gtin}/21/{serial}",
           [verify_link](const Request& request, const PathValues& values) {
             return verify_link(request, values[0], values[1], std::nullopt);
           });
  add_open("GET", "/01/{gtin}/10/{lot}/21/{serial}",
           [verify_link](const Request& request, const PathValues& values) {
             return verify_link(request, values[0], values[2], values[1]);
           });

  add("POST", "/api/v1/verify", Permission::ViewPacks,
      [this](const Request& request, const PathValues&, const Caller& who) {
        return answer([&]() -> Result<json::object> {
          const auto object = PACKTRAIL_TRY(read_object(request, {"code"}));
          const std::string text = PACKTRAIL_TRY(text_member(object, "code"));
          const auto code = PACKTRAIL_TRY(gs1::read_pack_code(text, today()));
          auto lease = reader();
          const auto found = verify::verify(*lease, who.viewer, code, today());
          json::object body;
          body["verdict"] = verify::to_string(found.verdict);
          body["reason"] = reason_text(found.verdict);
          body["epc"] =
              found.object ? lease->epc_text(found.object) : gs1::to_hri(gs1::Epc(code.sgtin()));
          body["lot_matches"] = optional_bool(found.lot_matches);
          body["expiry_matches"] = optional_bool(found.expiry_matches);
          if (found.state && found.object) describe(body, *lease, *found.state, found.object);
          return body;
        }());
      });

  add("GET", "/api/v1/trace", Permission::ViewPacks,
      [this](const Request& request, const PathValues&, const Caller& who) {
        const auto query = parse_query(request.query);
        const auto epc = query ? single(*query, "epc") : std::nullopt;
        if (!epc) return problem(Error{.message = "is missing", .field = "epc"});
        return answer(trace_of(*this, who, *epc));
      });

  add("GET", "/api/v1/contents", Permission::ViewPacks,
      [this](const Request& request, const PathValues&, const Caller& who) {
        return answer([&]() -> Result<json::object> {
          const auto query = parse_query(request.query);
          const auto text = query ? single(*query, "epc") : std::nullopt;
          if (!text) return Error{.message = "is missing", .field = "epc"};
          const gs1::Epc epc = PACKTRAIL_TRY(read_epc(*text));
          auto lease = reader();
          const auto found = lease->resolve(epc);
          if (!found.object || !lease->state(who.viewer, found.object)) {
            return Error{.code = Errc::NotFound,
                         .message = "nothing is recorded about " + gs1::to_hri(epc)};
          }
          ContentsWalk walk{*lease, who.viewer};
          json::object body;
          body["root"] = walk.node(found.object, 0);
          body["objects"] = walk.objects;
          body["truncated"] = walk.truncated;
          return body;
        }());
      });

  add("GET", "/api/v1/proof", Permission::CreateProofs,
      [this](const Request& request, const PathValues&, const Caller& who) {
        const auto proof = [&]() -> Result<std::string> {
          const auto query = parse_query(request.query);
          const auto text = query ? single(*query, "epc") : std::nullopt;
          if (!text) return Error{.message = "is missing", .field = "epc"};
          const gs1::Epc epc = PACKTRAIL_TRY(read_epc(*text));
          auto lease = reader();
          const auto items =
              PACKTRAIL_TRY(trace::proof_items(*lease, who.viewer, rooms.ledger, rooms.trace, epc));
          return ledger::create_proof(rooms.ledger, rooms.trace, items);
        }();
        if (!proof) return problem(proof.error());
        Response response;
        response.body = *proof;
        response.headers.emplace_back("Content-Disposition", "attachment; filename=\"proof.json\"");
        return response;
      });
}

}  // namespace packtrail::api
