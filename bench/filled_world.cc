#include "bench/filled_world.h"

#include <algorithm>

#include "base/assert.h"
#include "capture/capture.h"
#include "epcis/json_writer.h"
#include "gs1/epc.h"
#include "numbering/pool.h"

namespace packtrail::bench {
namespace {

constexpr char kGtin[] = "09521234000013";
constexpr char kPrefix[] = "9521234";
constexpr char kOrderId[] = "bench";
constexpr std::uint64_t kEventsPerRequest = 500;

capture::Request request_of(World& world) {
  capture::Request request;
  request.actor.id = "bench";
  request.actor.company = world.company();
  return request;
}

// URN texts of a run of packs or containers.
Status add_texts(World& world, trace::ObjectRun run, epcis::TextList& out) {
  const auto reader = world.trace().reader();
  for (std::uint64_t i = 0; i < run.count; ++i) {
    out.push_back(reader->epc_text(trace::ObjectNumber::from_value(run.first.value() + i)));
  }
  return {};
}

epcis::Event base_event(epcis::EventType type, epcis::Action action, const char* step,
                        UtcTime now) {
  epcis::Event event;
  event.type = type;
  event.action = action;
  event.event_time = epcis::EventTime::of(now);
  event.time_zone_offset = "+00:00";
  event.biz_step.text = step;
  event.read_point.id = "urn:epc:id:sgln:9521234.00000.0";
  return event;
}

epcis::Event commissioning(UtcTime now) {
  auto event = base_event(epcis::EventType::Object, epcis::Action::Add, "commissioning", now);
  event.disposition.text = "active";
  for (const auto& [name, value] :
       {std::pair("lotNumber", kBenchLot), std::pair("itemExpirationDate", kBenchExpiry)}) {
    epcis::ExtensionField field;
    field.prefix = "cbvmda";
    field.namespace_uri = "urn:epcglobal:cbv:mda";
    field.local_name = name;
    field.text = value;
    event.ilmd.push_back(std::move(field));
  }
  return event;
}

Result<trace::ObjectRun> draw(World& world, trace::ObjectClass pool, std::uint64_t count,
                              const std::string& token) {
  auto request = request_of(world);
  request.commands.push_back(capture::AllocateNumbers{pool, count, kOrderId, token});
  const auto receipt = PACKTRAIL_TRY(world.capture().submit(std::move(request)));
  const auto runs = receipt.allocated.at(0);
  PACKTRAIL_ASSERT(runs.size() == 1);  // Nothing foreign is in a bench's pool.
  auto encode = request_of(world);
  encode.commands.push_back(
      capture::MoveNumbers{runs, numbering::SerialState::Encoded, kOrderId, "printed"});
  PACKTRAIL_TRY(world.capture().submit(std::move(encode)));
  return runs.front();
}

// Submits events in requests of kEventsPerRequest.
class Batcher {
 public:
  explicit Batcher(World& world) : world_(world), request_(request_of(world)) {}
  Status add(epcis::Event event) {
    request_.commands.push_back(capture::RecordEvent{std::move(event)});
    return request_.commands.size() >= kEventsPerRequest ? flush() : Status();
  }
  // Packs that the events commission: the request says first that the line passed them.
  void add_passed(trace::ObjectRun run) { passed_.push_back(run); }
  Status flush() {
    if (request_.commands.empty()) return {};
    if (!passed_.empty()) {
      request_.commands.insert(request_.commands.begin(), line_record(std::move(passed_)));
      passed_.clear();
    }
    PACKTRAIL_TRY(world_.capture().submit(std::move(request_)));
    request_ = request_of(world_);
    return {};
  }

 private:
  World& world_;
  capture::Request request_;
  std::vector<trace::ObjectRun> passed_;
};

Status pack(World& world, Batcher& out, trace::ObjectRun children, trace::ObjectRun parents,
            std::uint64_t per_parent, UtcTime now) {
  for (std::uint64_t first = 0; first < children.count; first += per_parent) {
    auto event = base_event(epcis::EventType::Aggregation, epcis::Action::Add, "packing", now);
    epcis::TextList parent;
    PACKTRAIL_TRY(add_texts(
        world, {trace::ObjectNumber::from_value(parents.first.value() + first / per_parent), 1},
        parent));
    event.parent_id = std::string(parent[0]);
    PACKTRAIL_TRY(add_texts(world,
                            {trace::ObjectNumber::from_value(children.first.value() + first),
                             std::min(per_parent, children.count - first)},
                            event.child_epcs));
    PACKTRAIL_TRY(out.add(std::move(event)));
  }
  return out.flush();
}

Status commission(World& world, Batcher& out, trace::ObjectRun run, UtcTime now, bool packs) {
  for (std::uint64_t first = 0; first < run.count; first += kPacksPerCase) {
    auto event = commissioning(now);
    const trace::ObjectRun part{trace::ObjectNumber::from_value(run.first.value() + first),
                                std::min(kPacksPerCase, run.count - first)};
    if (packs) {
      out.add_passed(part);
    } else {
      event.ilmd.clear();
    }
    PACKTRAIL_TRY(add_texts(world, part, event.epc_list));
    PACKTRAIL_TRY(out.add(std::move(event)));
  }
  return out.flush();
}

}  // namespace

capture::Command line_record(std::vector<trace::ObjectRun> passed) {
  capture::RecordLine line;
  line.order_id = kOrderId;
  line.station = "bench";
  line.object_class = passed.front().first.object_class();
  for (const trace::ObjectRun& run : passed) line.triggers += run.count;
  line.passed = std::move(passed);
  return line;
}

Result<Numbers> draw_numbers(World& world, std::uint64_t count, UtcTime now) {
  static_cast<void>(now);
  Numbers numbers;
  numbers.count = count;
  numbering::PoolSpec spec{.id = numbering::PoolId("bench"),
                           .gtin = PACKTRAIL_TRY(gs1::Gtin::parse(kGtin)),
                           .key_id = numbering::KeyId(world.key_id()),
                           .planned_quantity = 1'000'000'000};
  auto request = request_of(world);
  request.commands.push_back(capture::CreatePool{spec, "EU", 7, "Bench product"});
  request.commands.push_back(capture::OpenOrder{kOrderId, "{}"});
  const auto prefix = PACKTRAIL_TRY(gs1::CompanyPrefix::parse(kPrefix));
  request.commands.push_back(capture::CreateSsccSeries{prefix, 0});
  request.commands.push_back(capture::CreateSsccSeries{prefix, 1});
  const auto receipt = PACKTRAIL_TRY(world.capture().submit(std::move(request)));
  numbers.pool = receipt.created.at(0);
  numbers.cases = receipt.created.at(1);
  numbers.pallets = receipt.created.at(2);
  PACKTRAIL_TRY(draw(world, numbers.pool, count, "packs"));
  return numbers;
}

Result<std::string> commissioning_document(World& world, const Numbers& numbers,
                                           std::uint64_t first, std::uint64_t count,
                                           std::uint64_t per_event, UtcTime now) {
  epcis::Document document;
  document.schema_version = "2.0";
  document.creation_date = now.to_text();
  document.context.entries.push_back(
      {epcis::ContextEntry::Kind::Prefix, "cbvmda", "urn:epcglobal:cbv:mda"});
  for (std::uint64_t at = first; at < first + count; at += per_event) {
    auto event = commissioning(now);
    PACKTRAIL_TRY(add_texts(
        world, {trace::ObjectNumber(numbers.pool, at), std::min(per_event, first + count - at)},
        event.epc_list));
    document.events.push_back(std::move(event));
  }
  return epcis::write_json(document);
}

Status fill(World& world, const Numbers& numbers, UtcTime now) {
  Batcher out(world);
  const std::uint64_t cases = (numbers.count + kPacksPerCase - 1) / kPacksPerCase;
  const std::uint64_t pallets = (cases + kCasesPerPallet - 1) / kCasesPerPallet;
  const auto case_run = PACKTRAIL_TRY(draw(world, numbers.cases, cases, "cases"));
  const auto pallet_run = PACKTRAIL_TRY(draw(world, numbers.pallets, pallets, "pallets"));
  const trace::ObjectRun packs{trace::ObjectNumber(numbers.pool, 0), numbers.count};
  PACKTRAIL_TRY(commission(world, out, packs, now, true));
  PACKTRAIL_TRY(commission(world, out, case_run, now, false));
  PACKTRAIL_TRY(commission(world, out, pallet_run, now, false));
  PACKTRAIL_TRY(pack(world, out, packs, case_run, kPacksPerCase, now));
  return pack(world, out, case_run, pallet_run, kCasesPerPallet, now);
}

}  // namespace packtrail::bench
