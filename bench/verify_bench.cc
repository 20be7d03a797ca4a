#include <string>
#include <vector>

#include "bench/filled_world.h"
#include "gs1/pack_code.h"
#include "trace/trace.h"
#include "verify/verify.h"

namespace packtrail::bench {
namespace {

constexpr std::uint64_t kPacks = 1'000'000;
constexpr std::size_t kCodes = 200'000;  // Different ones, so that no loop learns them.
constexpr std::int64_t kRunNs = 3'000'000'000;

}  // namespace

Result<Report> run_verify(const Ports& ports) {
  const auto world = PACKTRAIL_TRY(ports.open_world());
  const UtcTime now = ports.clock.now();
  const auto numbers = PACKTRAIL_TRY(draw_numbers(*world, kPacks, now));
  PACKTRAIL_TRY(fill(*world, numbers, now));
  PACKTRAIL_TRY(world->trace().fold());

  const Date today = Date::of(now);
  const auto reader = world->trace().reader();
  std::vector<std::string> codes;
  codes.reserve(kCodes);
  std::uint64_t random = 88172645463325252U;
  for (std::size_t i = 0; i < kCodes; ++i) {
    random ^= random << 13;  // xorshift64: only has to jump around.
    random ^= random >> 7;
    random ^= random << 17;
    const auto serial = PACKTRAIL_TRY(world->trace().serial(numbers.pool, random % kPacks));
    codes.push_back(
        "]d20109521234000013"
        "21" +
        std::string(serial.text()) +
        "\x1D"
        "17351231"
        "10" +
        kBenchLot);
  }
  std::uint64_t genuine = 0, asked = 0;
  const auto viewer = trace::Viewer::owner();
  const std::int64_t started = ports.clock.monotonic_ns();
  std::int64_t ended = started;
  while (ended - started < kRunNs) {
    for (const std::string& code : codes) {
      const auto read = gs1::read_pack_code(code, today);
      if (!read) return read.error();
      genuine += verify::verify(*reader, viewer, *read, today).verdict == verify::Verdict::Genuine;
    }
    asked += codes.size();
    ended = ports.clock.monotonic_ns();
  }
  if (genuine != asked) {
    return Error{.code = Errc::DataLoss,
                 .message = std::to_string(asked - genuine) + " packs did not verify"};
  }
  Report report{"verify", {}, {}};
  report.figures.push_back({"verify_single_per_s",
                            static_cast<double>(asked) * 1e9 / static_cast<double>(ended - started),
                            "1/s"});
  report.conditions.emplace_back("packs", std::to_string(kPacks));
  report.conditions.emplace_back("hierarchy", "100 packs a case, 40 cases a pallet");
  report.conditions.emplace_back("question",
                                 "raw element string to state with inheritance, lot and expiry");
  report.conditions.emplace_back("threads", "1");
  report.conditions.emplace_back("state", "folded, page cache warm");
  add_machine(report);
  return report;
}

}  // namespace packtrail::bench
