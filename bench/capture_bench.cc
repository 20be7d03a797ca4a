#include <string>
#include <vector>

#include "bench/filled_world.h"
#include "capture/capture.h"
#include "epcis/json_reader.h"

namespace packtrail::bench {
namespace {

constexpr std::uint64_t kPacks = 1'000'000;
constexpr std::uint64_t kPacksPerDocument = 50'000;
constexpr std::uint64_t kPacksPerEvent = 100;

}  // namespace

Result<Report> run_capture(const Ports& ports) {
  const auto world = PACKTRAIL_TRY(ports.open_world());
  const UtcTime now = ports.clock.now();
  const auto numbers = PACKTRAIL_TRY(draw_numbers(*world, kPacks, now));
  std::vector<std::string> documents;
  std::size_t bytes = 0;
  for (std::uint64_t first = 0; first < kPacks; first += kPacksPerDocument) {
    documents.push_back(PACKTRAIL_TRY(
        commissioning_document(*world, numbers, first, kPacksPerDocument, kPacksPerEvent, now)));
    bytes += documents.back().size();
  }
  const std::int64_t started = ports.clock.monotonic_ns();
  std::uint64_t epcs = 0;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    auto document = PACKTRAIL_TRY(epcis::read_json(as_bytes(documents[i])));
    capture::Request request;
    request.actor.id = "bench";
    request.actor.company = world->company();
    const std::string key = "document-" + std::to_string(i);
    request.idempotency_key = Bytes(key.begin(), key.end());
    request.commands.push_back(line_record(
        {{trace::ObjectNumber(numbers.pool, i * kPacksPerDocument), kPacksPerDocument}}));
    for (auto& event : document.events) {
      epcs += event.epc_list.size();
      request.commands.push_back(capture::RecordEvent{std::move(event)});
    }
    PACKTRAIL_TRY(world->capture().submit(std::move(request)));
  }
  const double seconds = static_cast<double>(ports.clock.monotonic_ns() - started) / 1e9;

  Report report{"capture", {}, {}};
  report.figures.push_back({"document_epcs_per_s", static_cast<double>(epcs) / seconds, "1/s"});
  report.figures.push_back({"document_bytes_per_s", static_cast<double>(bytes) / seconds, "B/s"});
  report.conditions.emplace_back(
      "documents", std::to_string(documents.size()) + " EPCIS 2.0 JSON-LD, one after the other");
  report.conditions.emplace_back("packs_per_document", std::to_string(kPacksPerDocument));
  report.conditions.emplace_back("packs_per_event", std::to_string(kPacksPerEvent));
  report.conditions.emplace_back("work",
                                 "parse, resolve, rules, EPC commitments, Merkle leaves, signed "
                                 "head, fsync, publish");
  report.conditions.emplace_back("folder", world->folder());
  add_machine(report);
  return report;
}

}  // namespace packtrail::bench
