#include <optional>
#include <vector>

#include "base/bytes.h"
#include "bench/bench.h"
#include "numbering/serial_cipher.h"

namespace packtrail::bench {
namespace {

using numbering::SerialCipher;

constexpr std::size_t kBatch = 4096;
constexpr std::int64_t kRunNs = 1'500'000'000;

// Calls `work` (which does `each` operations) for kRunNs and returns operations per second.
template <class Work>
double rate(const Clock& clock, std::size_t each, const Work& work) {
  work(std::uint64_t{0});  // Tables and caches hot.
  std::uint64_t rounds = 0;
  const std::int64_t started = clock.monotonic_ns();
  std::int64_t ended = started;
  while (ended - started < kRunNs) {
    for (int i = 0; i < 16; ++i) work(++rounds * each);
    ended = clock.monotonic_ns();
  }
  return static_cast<double>(rounds * each) * 1e9 / static_cast<double>(ended - started);
}

}  // namespace

Result<Report> run_ff1(const Ports& ports) {
  const Bytes key(SerialCipher::kKeySize, 0x5A);
  const Bytes tweak(16, 0x17);
  const auto alphabet = numbering::Alphabet::unambiguous();
  constexpr std::size_t kLength = 12;
  const auto cipher = PACKTRAIL_TRY(SerialCipher::create(key, tweak, alphabet, kLength));

  std::vector<gs1::SerialNumber> serials(kBatch, cipher.encode(0));
  std::vector<std::optional<std::uint64_t>> counters(kBatch);
  Report report{"ff1", {}, {}};
  report.figures.push_back(
      {"ff1_encode_per_s",
       rate(ports.clock, kBatch, [&](std::uint64_t first) { cipher.encode(first, serials); }),
       "1/s"});
  report.figures.push_back(
      {"ff1_decode_per_s",
       rate(ports.clock, kBatch, [&](std::uint64_t) { cipher.decode(serials, counters); }), "1/s"});
  std::uint64_t sum = 0;
  report.figures.push_back({"ff1_encode_single_per_s",
                            rate(ports.clock, 1,
                                 [&](std::uint64_t counter) {
                                   sum += static_cast<unsigned char>(
                                       cipher.encode(counter).text().back());
                                 }),
                            "1/s"});
  report.figures.push_back(
      {"ff1_decode_single_per_s",
       rate(ports.clock, 1,
            [&](std::uint64_t i) { sum += cipher.decode(serials[i % kBatch]).value_or(0); }),
       "1/s"});
  if (sum == 0) return Error{.code = Errc::DataLoss, .message = "nothing was computed"};
  // The last batch must still be what its counters say: a fast wrong answer is no figure.
  cipher.encode(1'000'000, serials);
  cipher.decode(serials, counters);
  for (std::size_t i = 0; i < kBatch; ++i) {
    if (counters[i] != 1'000'000 + i) {
      return Error{.code = Errc::DataLoss, .message = "a serial did not come back"};
    }
  }
  report.conditions.emplace_back("cipher", "FF1-AES256, NIST SP 800-38G, 16-byte tweak");
  report.conditions.emplace_back("serial", std::to_string(kLength) + " of " +
                                               std::to_string(alphabet.radix()) + " characters");
  report.conditions.emplace_back("batch", std::to_string(kBatch) + " serials, text included");
  report.conditions.emplace_back("aes_ni", cipher.uses_aes_ni() ? "yes" : "no");
  report.conditions.emplace_back("threads", "1");
  add_machine(report);
  return report;
}

}  // namespace packtrail::bench
