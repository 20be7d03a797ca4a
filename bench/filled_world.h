// bench/filled_world.h - a ledger with many packs in cases on pallets, as the benches need it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/bench.h"
#include "capture/capture.h"
#include "gs1/gtin.h"
#include "trace/trace.h"

namespace packtrail::bench {

inline constexpr std::uint64_t kPacksPerCase = 100;
inline constexpr std::uint64_t kCasesPerPallet = 40;
inline constexpr char kBenchLot[] = "BENCH1";
inline constexpr char kBenchExpiry[] = "2035-12-31";

// A pool and two SSCC series, with `count` numbers allocated and encoded.
struct Numbers {
  trace::ObjectClass pool, cases, pallets;
  std::uint64_t count = 0;
};
Result<Numbers> draw_numbers(World& world, std::uint64_t count, UtcTime now);

// What the line says of packs that it passed: comes before the events that commission them.
capture::Command line_record(std::vector<trace::ObjectRun> passed);

// One commissioning document of packs first .. first+count-1, `per_event` EPCs an event, as EPCIS
// JSON-LD text.
Result<std::string> commissioning_document(World& world, const Numbers& numbers,
                                           std::uint64_t first, std::uint64_t count,
                                           std::uint64_t per_event, UtcTime now);

// Commissions, packs and palletizes all of `numbers` through capture.
Status fill(World& world, const Numbers& numbers, UtcTime now);

}  // namespace packtrail::bench
