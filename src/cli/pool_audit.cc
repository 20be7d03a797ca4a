#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "base/crypto.h"
#include "cli/nouns.h"
#include "cli/secret_file.h"
#include "cli/terminal.h"
#include "numbering/audit.h"
#include "numbering/serial_cipher.h"

namespace packtrail::cli {
namespace {

using numbering::Alphabet;
using numbering::NumberAudit;
using numbering::SerialCipher;

constexpr std::uint64_t kCountMax = 1'000'000'000;
constexpr std::size_t kLineMax = 256;  // Longer lines are no numbers; they are counted as such.

struct Options {
  std::string numbers;
  std::string alphabet;
  std::size_t length = 12;
  std::uint64_t count = 1'000'000;
  std::string key_file;
  double false_alarm = 1e-3;
  bool json = false;
};

int fail(const Error& error) {
  print_error(error);
  return exit_code(error.code);
}

// One number a line. Empty lines are passed over, so that a file may end with one.
Status read_numbers(const std::string& path, NumberAudit& audit) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      return Error{.code = Errc::NotFound,
                   .message = "cannot read the numbers",
                   .field = path,
                   .remedy = "Check the path."};
    }
  }
  std::streambuf& in = path == "-" ? *std::cin.rdbuf() : *file.rdbuf();
  std::string line;
  for (bool more = true; more;) {
    line.clear();
    int c = in.sbumpc();
    for (; c != std::char_traits<char>::eof() && c != '\n'; c = in.sbumpc()) {
      if (line.size() < kLineMax) line += static_cast<char>(c);
    }
    more = c != std::char_traits<char>::eof();
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) audit.add(line);
  }
  return {};
}

Result<Bytes> key_of(const Options& options) {
  Bytes key(SerialCipher::kKeySize);
  if (options.key_file.empty()) {
    PACKTRAIL_TRY(fill_random(key));
    return key;
  }
  std::string text = PACKTRAIL_TRY(read_secret_file(options.key_file));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto bytes = from_hex(text);
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (bytes && bytes->size() == SerialCipher::kKeySize) return *std::move(bytes);
  if (bytes) wipe(*bytes);
  return Error{.message = "the file holds no key",
               .field = options.key_file,
               .rule = "64 lower-case hexadecimal digits",
               .remedy = "Give a file with the key alone."};
}

Status generate(const Options& options, const Alphabet& alphabet, NumberAudit& audit) {
  if (options.count < 1 || options.count > kCountMax) {
    return Error{.message = "the count is " + std::to_string(options.count),
                 .field = "--count",
                 .rule = "1 to " + std::to_string(kCountMax)};
  }
  Bytes key = PACKTRAIL_TRY(key_of(options));
  const auto cipher =
      SerialCipher::create(key, as_bytes("packtrail pool audit"), alphabet, options.length);
  wipe(key);
  if (!cipher) return cipher.error();
  if (options.count > cipher->space()) {
    return Error{.message = "there are only " + std::to_string(cipher->space()) + " numbers",
                 .field = "--count"};
  }
  std::vector<gs1::SerialNumber> batch(4096, cipher->encode(0));
  for (std::uint64_t first = 0; first < options.count; first += batch.size()) {
    if (options.count - first < batch.size()) {
      batch.resize(static_cast<std::size_t>(options.count - first), batch.front());
    }
    cipher->encode(first, batch);
    for (const auto& serial : batch) audit.add(serial.text());
  }
  return {};
}

int run_audit(const Options& options) {
  numbering::AuditOptions how;
  how.false_alarm = options.false_alarm;
  if (!options.alphabet.empty()) {
    const auto alphabet = Alphabet::parse(options.alphabet);
    if (!alphabet) return fail(alphabet.error());
    how.alphabet = *alphabet;
  } else if (options.numbers.empty()) {
    how.alphabet = Alphabet::unambiguous();
  }
  const std::optional<Alphabet> alphabet = how.alphabet;
  auto audit = NumberAudit::create(std::move(how));
  if (!audit) return fail(audit.error());
  const Status filled = options.numbers.empty() ? generate(options, *alphabet, *audit)
                                                : read_numbers(options.numbers, *audit);
  if (!filled) return fail(filled.error());
  const numbering::AuditReport report = audit->report();
  if (options.json) {
    std::puts(report.to_json().c_str());
  } else {
    std::fputs(report.to_text().c_str(), stdout);
  }
  return report.verdict == numbering::AuditVerdict::Pass ? kOk : kSaidNo;
}

}  // namespace

void add_pool_audit(CLI::App& pool, const Nouns& nouns) {
  auto* command = pool.add_subcommand(
      "audit", "Can these numbers be guessed? Statistics; exit 0 pass, 3 fail or too few");
  const auto options = std::make_shared<Options>();
  auto* numbers = command->add_option("--numbers", options->numbers,
                                      "File with one number a line in the order of issue, or -; "
                                      "without it numbers are made here");
  command->add_option("--alphabet", options->alphabet,
                      "The characters that the numbers are made of");
  command->add_option("--length", options->length, "Characters of the numbers made here")
      ->capture_default_str()
      ->excludes(numbers);
  command->add_option("--count", options->count, "How many numbers are made here")
      ->capture_default_str()
      ->excludes(numbers);
  command
      ->add_option("--key-file", options->key_file,
                   "File with the key in hex for the numbers made here; a random one without it")
      ->excludes(numbers);
  command
      ->add_option("--false-alarm", options->false_alarm,
                   "Greatest chance that good numbers fail, over all tests")
      ->capture_default_str();
  command->add_flag("--json", options->json, "Answer as JSON on standard output");
  command->callback([options, code = &nouns.code] { *code = run_audit(*options); });
}

}  // namespace packtrail::cli
