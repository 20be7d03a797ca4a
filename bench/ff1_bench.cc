#include <openssl/evp.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "bench/bench.h"
#include "numbering/serial_cipher.h"

namespace packtrail::bench {
namespace {

using numbering::SerialCipher;
using Engine = SerialCipher::Engine;

constexpr std::size_t kBatch = 4096;
constexpr double kRunSeconds = 0.13;
constexpr int kRuns = 3;  // The best counts: this machine may have other work.

// Time that this process computed, so that other work of the machine does not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Calls `work` (which does `each` operations) and returns operations per second.
template <class Work>
double rate(std::size_t each, const Work& work) {
  work(std::uint64_t{0});  // Tables and caches hot.
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::uint64_t rounds = 0;
    const double started = cpu_seconds();
    double ended = started;
    while (ended - started < kRunSeconds) {
      for (int i = 0; i < 16; ++i) work(++rounds * each);
      ended = cpu_seconds();
    }
    const double got = static_cast<double>(rounds * each) / (ended - started);
    best = std::max(best, got);
  }
  return best;
}

// AES-256 blocks of OpenSSL, many to a call: ten of them are the least that a serial costs.
double openssl_blocks(ByteView key) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> aes(EVP_CIPHER_CTX_new(),
                                                                            &EVP_CIPHER_CTX_free);
  EVP_EncryptInit_ex(aes.get(), EVP_aes_256_ecb(), nullptr, key.data(), nullptr);
  Bytes blocks(16 * 1024);
  return rate(1024, [&](std::uint64_t) {
    int size = 0;
    EVP_EncryptUpdate(aes.get(), blocks.data(), &size, blocks.data(),
                      static_cast<int>(blocks.size()));
  });
}

struct EngineName {
  Engine engine;
  const char* name;
};
constexpr EngineName kEngines[] = {
    {Engine::Evp, "evp"}, {Engine::AesNi, "aesni"}, {Engine::Vaes, "vaes"}};

// Both ways, and single calls; `suffix` is "_n12".
Status measure(const SerialCipher& cipher, const std::string& prefix, const std::string& suffix,
               Report& report) {
  std::vector<gs1::SerialNumber> serials(kBatch, cipher.encode(0));
  std::vector<std::optional<std::uint64_t>> counters(kBatch);
  const auto add = [&](const char* what, double value) {
    report.figures.push_back({prefix + what + suffix + "_per_s", value, "1/s"});
  };
  add("encode", rate(kBatch, [&](std::uint64_t first) { cipher.encode(first, serials); }));
  add("decode", rate(kBatch, [&](std::uint64_t) { cipher.decode(serials, counters); }));
  std::uint64_t sum = 0;
  add("encode_single", rate(1, [&](std::uint64_t counter) {
        sum += static_cast<unsigned char>(cipher.encode(counter).text().back());
      }));
  add("decode_single",
      rate(1, [&](std::uint64_t i) { sum += cipher.decode(serials[i % kBatch]).value_or(0); }));
  if (sum == 0) return Error{.code = Errc::DataLoss, .message = "nothing was computed"};
  // A fast wrong answer is no figure.
  cipher.encode(1'000'000, serials);
  cipher.decode(serials, counters);
  for (std::size_t i = 0; i < kBatch; ++i) {
    if (counters[i] != 1'000'000 + i) {
      return Error{.code = Errc::DataLoss, .message = "a serial did not come back"};
    }
  }
  return {};
}

}  // namespace

Result<Report> run_ff1(const Ports&) {
  const Bytes key(SerialCipher::kKeySize, 0x5A);
  const Bytes tweak(16, 0x17);
  const auto& alphabet = numbering::Alphabet::unambiguous();

  Report report{"ff1", {}, {}};
  report.figures.push_back({"openssl_aes256_ecb_tenth_per_s", openssl_blocks(key) / 10, "1/s"});
  std::string engines;
  for (const EngineName& engine : kEngines) {
    for (const std::size_t length : {12U, 16U, 20U}) {
      const auto cipher = SerialCipher::create(key, tweak, alphabet, length, engine.engine);
      if (!cipher) break;  // Not on this processor.
      if (length == 12) engines += std::string(engines.empty() ? "" : " ") + engine.name;
      PACKTRAIL_TRY(measure(*cipher, std::string("ff1_") + engine.name + "_",
                            "_n" + std::to_string(length), report));
    }
  }
#if defined(__x86_64__)
  std::string features;
  const auto feature = [&](const char* name, bool has) {
    if (has) features += std::string(features.empty() ? "" : " ") + name;
  };
  feature("aes", __builtin_cpu_supports("aes") != 0);
  feature("avx2", __builtin_cpu_supports("avx2") != 0);
  feature("avx512f", __builtin_cpu_supports("avx512f") != 0);
  feature("avx512ifma", __builtin_cpu_supports("avx512ifma") != 0);
  feature("avx512vbmi", __builtin_cpu_supports("avx512vbmi") != 0);
  report.conditions.emplace_back("cpu_features", features);
#endif
  // The fastest engine's again under names that do not change with the processor.
  const auto fastest = PACKTRAIL_TRY(SerialCipher::create(key, tweak, alphabet, 12));
  PACKTRAIL_TRY(measure(fastest, "ff1_", "", report));
  report.conditions.emplace_back("cipher", "FF1-AES256, NIST SP 800-38G, 16-byte tweak");
  report.conditions.emplace_back(
      "serial", "12, 16 and 20 of " + std::to_string(alphabet.radix()) + " characters");
  report.conditions.emplace_back(
      "batch", std::to_string(kBatch) +
                   " serials into gs1::SerialNumber values, text and its checks included");
  report.conditions.emplace_back(
      "openssl_aes256_ecb_tenth",
      "AES-256 blocks of OpenSSL (EVP, 1024 to a call) divided by the 10 that FF1 needs: what a "
      "serial would cost if it were AES alone");
  report.conditions.emplace_back("engines", engines);
  report.conditions.emplace_back("runs",
                                 "best of " + std::to_string(kRuns) + ", 0.13 s of CPU time each");
  report.conditions.emplace_back("threads", "1");
  add_machine(report);
  return report;
}

}  // namespace packtrail::bench
