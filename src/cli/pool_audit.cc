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
#include "numbering/market_profile.h"
#include "numbering/serial_cipher.h"

namespace packtrail::cli {
namespace {

using numbering::Alphabet;
using numbering::NumberAudit;
using numbering::SerialCipher;

constexpr std::uint64_t kCountMax = 1'000'000'000;
constexpr std::size_t kLineMax = 256;  // Longer lines are no numbers; they are counted as such.

constexpr std::size_t kLengthUsual = 12;

struct Options {
  std::string numbers;
  std::string alphabet;
  std::string format;
  std::size_t length = 0;  // 0: the format's, or kLengthUsual.
  std::uint64_t count = 1'000'000;
  std::string key_file;
  double false_alarm = 1e-3;
  bool json = false;
};

int fail(const Error& error) {
  print_error(error);
  return exit_code(error);
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

// Numbers as a pool of that form makes them: the permutation runs behind the prefix, and a counter
// whose text the rules do not admit is passed over.
Status generate(const Options& options, const numbering::AuditOptions& how, std::size_t length,
                NumberAudit& audit) {
  const Alphabet& alphabet = *how.alphabet;
  const std::string& prefix = how.rules.prefix;
  if (options.count < 1 || options.count > kCountMax) {
    return Error{.message = "the count is " + std::to_string(options.count),
                 .field = "--count",
                 .rule = "1 to " + std::to_string(kCountMax)};
  }
  Bytes key = PACKTRAIL_TRY(key_of(options));
  const auto cipher =
      SerialCipher::create(key, as_bytes("packtrail pool audit"), alphabet, length - prefix.size());
  wipe(key);
  if (!cipher) return cipher.error();
  const auto filter = PACKTRAIL_TRY(numbering::SerialFilter::create(alphabet, length, how.rules));
  if (options.count > filter.usable()) {
    return Error{.message = "there are only " + std::to_string(filter.usable()) + " numbers",
                 .field = "--count"};
  }
  std::vector<gs1::SerialNumber> batch(4096, cipher->encode(0));
  std::uint64_t made = 0;
  std::string text;
  for (std::uint64_t first = 0; made < options.count; first += batch.size()) {
    const std::uint64_t left = cipher->space() - first;
    if (left < batch.size()) batch.resize(static_cast<std::size_t>(left), batch.front());
    cipher->encode(first, batch);
    for (const auto& serial : batch) {
      text.assign(prefix).append(serial.text());
      if (made == options.count || !filter.admits(text)) continue;
      audit.add(text);
      ++made;
    }
  }
  return {};
}

// What the options say of the numbers' form, and in `length` that of the numbers made here.
Result<numbering::AuditOptions> form_of(const Options& options, std::size_t& length) {
  numbering::AuditOptions how;
  how.false_alarm = options.false_alarm;
  length = options.length != 0 ? options.length : kLengthUsual;
  const bool makes = options.numbers.empty();
  if (options.format.empty()) {
    if (!options.alphabet.empty()) {
      how.alphabet = PACKTRAIL_TRY(Alphabet::parse(options.alphabet));
    } else if (makes) {
      how.alphabet = Alphabet::unambiguous();
    }
    return how;
  }
  auto profile = numbering::builtin_profile(options.format);
  if (!profile) {
    Error error = std::move(profile).error();
    error.field = "--format";
    return error;
  }
  if (makes && profile->issuer == numbering::MarketProfile::Issuer::Elsewhere) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "numbers of " + profile->name + " are made elsewhere",
                 .field = "--format",
                 .rule = "numbers are made here for formats of one's own issue",
                 .remedy = "give the numbers that came with --numbers"};
  }
  if (options.length == 0) length = profile->length;
  if (makes && (length < profile->length_min || length > profile->length_max)) {
    return Error{.message = "the length is " + std::to_string(length),
                 .field = "--length",
                 .rule = std::to_string(profile->length_min) + " to " +
                         std::to_string(profile->length_max) + " characters for " + profile->name,
                 .remedy = "leave it out, or choose another format"};
  }
  how.alphabet = profile->alphabet;
  how.rules = profile->rules;
  how.length_min = profile->length_min;
  how.length_max = profile->length_max;
  return how;
}

int run_audit(const Options& options) {
  std::size_t length = 0;
  const auto how = form_of(options, length);
  if (!how) return fail(how.error());
  auto audit = NumberAudit::create(*how);
  if (!audit) return fail(audit.error());
  const Status filled = options.numbers.empty() ? generate(options, *how, length, *audit)
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
  auto* alphabet = command->add_option("--alphabet", options->alphabet,
                                       "The characters that the numbers are made of");
  command
      ->add_option("--format", options->format,
                   "Built-in market profile: alphabet, lengths, prefix, first characters, words "
                   "that no number holds")
      ->excludes(alphabet);
  command
      ->add_option("--length", options->length,
                   "Characters of the numbers made here; 12, or what the format has")
      ->check(CLI::Range(2, 20))
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
