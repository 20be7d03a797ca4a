// packtrail pool import: a file of numbers made elsewhere, into their pool.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "api/server.h"
#include "base/crypto.h"
#include "capture/capture.h"
#include "cli/nouns.h"
#include "cli/terminal.h"
#include "gs1/element_string.h"
#include "numbering/market_profile.h"
#include "numbering/number_file.h"

namespace packtrail::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using numbering::NumberFile;

constexpr std::size_t kReadSize = 256 * 1024;
constexpr std::size_t kFaultsNamedMax = NumberFile::kFaultsKept;

struct Options {
  fs::path data = "var", file;
  std::uint32_t object_class = 0;
  std::string format, token, source;
  bool partial = false, dry_run = false, json = false;
};

int fail(const Error& error) {
  print_error(error);
  return exit_code(error);
}

// A line that is not taken, and why.
struct Fault {
  std::uint64_t line = 0;
  std::string field, reason, rule, remedy;
};

// What the file holds, and what became of it.
struct Import {
  std::string token;
  std::vector<std::string> serials, companions;
  std::vector<std::uint64_t> lines;  // Of each serial number.
  bool has_companions = false;
  std::vector<std::string> ignored;  // Columns that were not read.
  std::vector<Fault> faults;         // The first kFaultsNamedMax of each kind.
  std::uint64_t fault_count = 0;
  std::uint64_t taken = 0;
  bool repeated = false;

  void add(std::uint64_t line, const Error& error) {
    ++fault_count;
    if (faults.size() < kFaultsNamedMax) {
      faults.push_back({line, error.field, error.message, error.rule, error.remedy});
    }
  }
};

struct Pool {
  gs1::Gtin gtin;
  std::string source;
  std::optional<numbering::MarketProfile> profile;
};

Result<json::object> parse_answer(const std::string& body) {
  boost::system::error_code wrong;
  auto value = json::parse(body, wrong);
  if (!wrong && value.is_object()) return std::move(value).as_object();
  return Error{.code = Errc::DataLoss, .message = "the answer is not JSON"};
}

// The numbers of the file that are good by themselves, and a fault for every other line.
Status read_file(const Options& options, numbering::NumberFormat format, const Pool& pool,
                 Import& out) {
  std::ifstream file(options.file, std::ios::binary);
  if (!file || fs::is_directory(options.file)) {
    return Error{.code = Errc::NotFound,
                 .message = "cannot open " + options.file.string(),
                 .remedy = "check the path"};
  }
  numbering::NumberFileSpec spec{.gtin = pool.gtin};
  if (pool.profile) {
    spec.alphabet = pool.profile->alphabet;
    spec.length_min = pool.profile->length_min;
    spec.length_max = pool.profile->length_max;
  }
  NumberFile numbers(format, spec, [&](const numbering::ForeignNumber& number) -> Status {
    const auto tail = number.tail.empty() ? Result<gs1::ElementString>(gs1::ElementString())
                                          : gs1::ElementString::parse_bracketed(number.tail);
    Status good = tail ? Status() : Status(tail.error());
    if (good && pool.profile) good = pool.profile->check(number.serial);
    if (good && pool.profile) good = pool.profile->check_companions(*tail);
    if (!good) {
      out.add(number.line, good.error());
      return {};
    }
    if (out.serials.size() == capture::kEpcsPerRequestMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "the file holds more than " +
                              std::to_string(capture::kEpcsPerRequestMax) +
                              " numbers, which are not taken in one piece",
                   .field = "line " + std::to_string(number.line),
                   .rule = "all or nothing",
                   .remedy = "Split the file; each part is taken for itself."};
    }
    out.serials.emplace_back(number.serial.text());
    out.companions.push_back(tail->to_raw());
    out.has_companions = out.has_companions || !out.companions.back().empty();
    out.lines.push_back(number.line);
    return {};
  });
  Sha256 hash;
  std::string part(kReadSize, '\0');
  while (file) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    const std::string_view bytes(part.data(), static_cast<std::size_t>(file.gcount()));
    hash.update({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    PACKTRAIL_TRY(numbers.feed(bytes));
  }
  if (file.bad()) {
    return Error{.code = Errc::Unavailable, .message = "cannot read " + options.file.string()};
  }
  PACKTRAIL_TRY(numbers.finish());
  out.ignored = numbers.ignored();
  for (const numbering::NumberFault& fault : numbers.faults()) {
    out.faults.push_back(
        {fault.line, fault.error.field, fault.error.message, fault.error.rule, fault.error.remedy});
  }
  out.fault_count += numbers.fault_count();
  if (out.serials.empty() && out.fault_count == 0) {
    return Error{.message = "the file holds no number",
                 .field = options.file.string(),
                 .remedy = "docs/formats/number-files.md says what a file looks like."};
  }
  const Digest digest = hash.finish();
  out.token = options.token.empty()
                  ? fmt::format("import-{}-{}", options.object_class, to_hex(digest))
                  : options.token;
  return {};
}

Result<Pool> pool_of(const json::object& answer, const Options& options) {
  const auto gtin = gs1::Gtin::parse(text_of(answer, "gtin"));
  if (text_of(answer, "kind") != "imported" || !gtin) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = fmt::format("pool {} makes its own numbers", options.object_class),
                 .field = "CLASS",
                 .rule = "not_an_import_pool",
                 .remedy = "Create a pool with --imported-from for the GTIN."};
  }
  Pool pool{.gtin = *gtin, .source = text_of(answer, "source"), .profile = {}};
  if (!options.source.empty() && options.source != pool.source) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = fmt::format("the numbers of pool {} come from {}, not from {}",
                                        options.object_class, pool.source, options.source),
                 .field = "--source",
                 .rule = "a pool holds the numbers of one source",
                 .remedy = "Import into the pool of that source (pool list)."};
  }
  if (auto profile = numbering::builtin_profile(text_of(answer, "format"))) {
    pool.profile = *std::move(profile);
  }
  return pool;
}

// What exists already is a fault of its line.
void read_clashes(const json::object& answer, Import& import) {
  for (const auto& value : answer.at("clashes").as_array()) {
    const auto& clash = value.as_object();
    const std::uint64_t index = count_of(clash, "index");
    if (index >= import.lines.size()) continue;
    import.faults.push_back(
        {import.lines[index], "serial",
         text_of(clash, "serial") + " exists already: " + text_of(clash, "place"), "number_exists",
         "Leave it out, or take it up with who made the number."});
  }
  import.fault_count += count_of(answer, "clash_count");
}

// Asks for the good numbers of the file; `code` when nothing more is to be said.
Status send(Client& client, const Options& options, Import& import, std::optional<int>& code) {
  // A file that is not taken for its faults is still looked up, so that one report names them all.
  bool look = options.dry_run || (!options.partial && import.fault_count != 0);
  json::object body{{"token", import.token},
                    {"file_name", options.file.filename().string()},
                    {"first_line", import.lines.front()},
                    {"on_clash", options.partial || look ? "leave_out" : "refuse"}};
  if (look) body["dry_run"] = true;
  const auto put = [&](const char* name, const std::vector<std::string>& texts) {
    json::array list;
    list.reserve(texts.size());
    for (const std::string& text : texts) list.push_back(json::value(text));
    body[name] = std::move(list);
  };
  put("serials", import.serials);
  if (import.has_companions) put("companions", import.companions);
  api::Request request;
  request.method = "POST";
  request.path = fmt::format("/api/v1/pools/{}/imports", options.object_class);
  request.headers["content-type"] = "application/json";
  request.body = json::serialize(body);
  if (request.body.size() > api::kCaptureBodySizeMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = fmt::format("the numbers take {} bytes, and one piece has at most {}",
                                        request.body.size(), api::kCaptureBodySizeMax),
                 .field = options.file.string(),
                 .rule = "all or nothing",
                 .remedy = "Split the file; each part is taken for itself."};
  }
  auto response = PACKTRAIL_TRY(client.call(request));
  auto answer = PACKTRAIL_TRY(parse_answer(response.body));
  if (response.status == 409 && text_of(answer, "rule") == "number_exists") {
    // The refusal is known; the look names every number and counts them all.
    look = true;
    body["dry_run"] = true;
    body["on_clash"] = "leave_out";
    request.body = json::serialize(body);
    response = PACKTRAIL_TRY(client.call(request));
    answer = PACKTRAIL_TRY(parse_answer(response.body));
  }
  if (response.status >= 300) {
    print_problem(response.body);
    code = exit_code_of_status(response.status);
    return {};
  }
  read_clashes(answer, import);
  import.repeated = answer.at("repeated") == json::value(true);
  const bool refused = !options.partial && import.fault_count != 0;
  if (!refused && (!look || options.dry_run)) import.taken = count_of(answer, "taken");
  return {};
}

void print_report(const Options& options, const Import& import, std::uint64_t numbers) {
  for (const Fault& fault : import.faults) {
    std::printf("line %llu: %s%s%s\n", static_cast<unsigned long long>(fault.line),
                printable(fault.field).c_str(), fault.field.empty() ? "" : ": ",
                printable(fault.reason).c_str());
    if (!fault.remedy.empty()) std::printf("  remedy: %s\n", printable(fault.remedy).c_str());
  }
  if (import.fault_count > import.faults.size()) {
    std::printf("... and %llu lines more\n",
                static_cast<unsigned long long>(import.fault_count - import.faults.size()));
  }
  for (const std::string& name : import.ignored) {
    std::printf("Not read: %s\n", printable(name).c_str());
  }
  std::printf(
      "%llu of %llu numbers %s pool %u%s%s.\n", static_cast<unsigned long long>(import.taken),
      static_cast<unsigned long long>(numbers), options.dry_run ? "would come into" : "came into",
      options.object_class, import.repeated ? ", the same as before" : "",
      import.taken == 0 && !options.partial ? ": all or nothing" : "");
}

void print_json(const Options& options, const Import& import, std::uint64_t numbers) {
  json::array faults;
  for (const Fault& fault : import.faults) {
    faults.push_back(json::object{{"line", fault.line},
                                  {"field", fault.field},
                                  {"reason", fault.reason},
                                  {"rule", fault.rule},
                                  {"remedy", fault.remedy}});
  }
  json::array ignored;
  for (const std::string& name : import.ignored) ignored.push_back(json::value(name));
  const json::object report{{"object_class", options.object_class},
                            {"file", options.file.string()},
                            {"token", import.token},
                            {"mode", options.partial ? "partial" : "all_or_nothing"},
                            {"dry_run", options.dry_run},
                            {"numbers", numbers},
                            {"taken", import.taken},
                            {"repeated", import.repeated},
                            {"fault_count", import.fault_count},
                            {"faults", std::move(faults)},
                            {"ignored", std::move(ignored)}};
  std::puts(json::serialize(report).c_str());
}

int import_file(const Nouns& nouns, const Options& options) {
  std::string name = options.format;
  if (name.empty()) name = options.file.extension().string().erase(0, 1);
  const auto format = numbering::parse_number_format(name);
  if (!format) {
    print_error(Error{.message = "'" + name + "' is no format of number files",
                      .field = "--format",
                      .remedy = "Give csv, json or xml."});
    return kUsage;
  }
  const auto client = nouns.environment.connect(options.data, Folder::MustExist);
  if (!client) return fail(client.error());
  api::Request question;
  question.method = "GET";
  question.path = fmt::format("/api/v1/pools/{}", options.object_class);
  const auto known = (*client)->call(question);
  if (!known) return fail(known.error());
  if (known->status >= 300) {
    print_problem(known->body);
    return exit_code_of_status(known->status);
  }
  const auto answer = parse_answer(known->body);
  if (!answer) return fail(answer.error());
  const auto pool = pool_of(*answer, options);
  if (!pool) return fail(pool.error());
  Import import;
  if (const Status read = read_file(options, *format, *pool, import); !read) {
    return fail(read.error());
  }
  const std::uint64_t numbers = import.serials.size() + import.fault_count;
  if (!import.serials.empty()) {
    std::optional<int> code;
    if (const Status sent = send(**client, options, import, code); !sent) return fail(sent.error());
    if (code) return *code;
  }
  std::stable_sort(import.faults.begin(), import.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.line < b.line; });
  if (import.faults.size() > kFaultsNamedMax) import.faults.resize(kFaultsNamedMax);
  if (options.json) {
    print_json(options, import, numbers);
  } else {
    print_report(options, import, numbers);
  }
  return import.fault_count == 0 ? kOk : kSaidNo;
}

}  // namespace

void add_pool_import(CLI::App& pool, const Nouns& nouns) {
  auto o = std::make_shared<Options>();
  auto* command = pool.add_subcommand("import", "Take numbers made elsewhere from a file");
  command->add_option("CLASS", o->object_class, "Class of the pool (pool list)")->required();
  command->add_option("FILE", o->file, "The numbers (docs/formats/number-files.md)")->required();
  command->add_option("--format", o->format, "csv, json or xml; absent: by the file's name");
  command->add_flag("--partial", o->partial, "Take what is good; absent: all or nothing");
  command->add_option("--token", o->token,
                      "Makes a repeat safe; absent: the same file is the same import");
  command->add_option("--source", o->source, "Refuse a pool whose numbers are not made by this");
  command->add_flag("--dry-run", o->dry_run, "Only report what would be taken");
  command->add_option("--data", o->data, "Data folder")->capture_default_str();
  command->add_flag("--json", o->json, "Answer as JSON on standard output");
  command->callback([environment = nouns, o] { environment.code = import_file(environment, *o); });
}

}  // namespace packtrail::cli
