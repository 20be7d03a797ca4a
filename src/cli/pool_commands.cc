// packtrail pool ...: numbers before they are on packs.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cli/commands.h"
#include "cli/nouns.h"
#include "cli/terminal.h"
#include "gs1/element_string.h"
#include "numbering/market_profile.h"

namespace packtrail::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr std::size_t kFileSizeMax = 64 * 1024 * 1024;

int fail(const Error& error) {
  print_error(error);
  return exit_code(error);
}

struct Common {
  fs::path data = "var";
  bool json = false;
  std::uint32_t object_class = 0;
};

CLI::App* with_data(CLI::App* command, Common& common) {
  command->add_option("--data", common.data, "Data folder")->capture_default_str();
  command->add_flag("--json", common.json, "Answer as JSON on standard output");
  return command;
}

CLI::App* with_class(CLI::App* command, Common& common) {
  command->add_option("CLASS", common.object_class, "Class of the pool (pool list)")->required();
  return with_data(command, common);
}

std::string path_of(const Common& common, std::string_view what) {
  return fmt::format("/api/v1/pools/{}{}", common.object_class, what);
}

// One question to the folder's owner; the answer as an object.
Result<json::object> ask(const Nouns& nouns, const Common& common, Folder folder,
                         std::string method, std::string path, const json::object* body,
                         std::string_view idempotency_key, int& code) {
  auto client = PACKTRAIL_TRY(nouns.environment.connect(common.data, folder));
  api::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  if (body != nullptr) {
    request.body = json::serialize(*body);
    request.headers["content-type"] = "application/json";
  }
  if (!idempotency_key.empty()) request.headers["idempotency-key"] = idempotency_key;
  const auto response = PACKTRAIL_TRY(client->call(request));
  if (response.status >= 300) {
    print_problem(response.body);
    code = exit_code_of_status(response.status);
    return json::object{};
  }
  boost::system::error_code wrong;
  auto value = json::parse(response.body, wrong);
  if (wrong || !value.is_object()) {
    return Error{.code = Errc::DataLoss, .message = "the answer is not JSON"};
  }
  if (common.json) std::fputs(response.body.c_str(), stdout);
  return std::move(value).as_object();
}

// Asks and, when all went well and people read, shows the answer.
template <class Show>
int run_ask(const Nouns& nouns, const Common& common, Folder folder, std::string method,
            std::string path, const json::object* body, const Show& show,
            std::string_view idempotency_key = {}) {
  int code = kOk;
  const auto answer =
      ask(nouns, common, folder, std::move(method), std::move(path), body, idempotency_key, code);
  if (!answer) return fail(answer.error());
  if (code != kOk) return code;
  return show(*answer);
}

Result<std::vector<std::string>> read_lines(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) {
    return Error{.code = Errc::NotFound,
                 .message = "cannot open " + path.string(),
                 .remedy = "check the path"};
  }
  std::error_code failed;
  if (fs::file_size(path, failed) > kFileSizeMax && !failed) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = path.string() + " is larger than 64 MiB"};
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

// Numbers are secrets until they are on packs: the file is the owner's alone, and none is replaced.
Status write_numbers(const fs::path& path, const json::object& answer) {
  std::string text;
  const auto& serials = answer.at("serials").as_array();
  const json::value* companions = answer.if_contains("companions");
  for (std::size_t i = 0; i < serials.size(); ++i) {
    std::string line(serials[i].get_string().data(), serials[i].get_string().size());
    if (companions != nullptr) {
      const auto& more = companions->as_array().at(i).get_string();
      line.push_back('\t');
      if (!more.empty()) {
        const auto elements = PACKTRAIL_TRY(gs1::ElementString::parse({more.data(), more.size()}));
        line += elements.to_bracketed();  // No separator between elements stands in a text file.
      }
    }
    const auto is_control = [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    };
    // A line feed within a number would forge another one.
    if (std::any_of(line.begin(), line.end(), is_control) ||
        std::count(line.begin(), line.end(), '\t') != (companions != nullptr ? 1 : 0)) {
      return Error{.code = Errc::DataLoss,
                   .message = "number " + std::to_string(i) + " holds a control character"};
    }
    text += line + '\n';
  }
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return Error{.code = Errc::AlreadyExists,
                 .message = "cannot make " + path.string(),
                 .remedy = "Name a file that does not exist yet, in a folder that does."};
  }
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = ::write(file, text.data() + done, text.size() - done);
    if (wrote <= 0) break;
    done += static_cast<std::size_t>(wrote);
  }
  const bool synced = ::fsync(file) == 0;
  const bool closed = ::close(file) == 0;
  if (done == text.size() && synced && closed) return {};
  return Error{.code = Errc::Unavailable,
               .message = "cannot write " + path.string(),
               .remedy = "Check free space, remove the file, and repeat with the same token."};
}

std::string words_of_forecast(const json::object& forecast) {
  std::string words = text_of(forecast, "remaining") + " left";
  double per_day = 0;
  if (const auto* value = forecast.if_contains("per_day"); value != nullptr && value->is_number()) {
    per_day = value->to_number<double>();
  }
  if (per_day > 0) words += fmt::format(", {:.0f} a day", per_day);
  if (const std::string at = text_of(forecast, "empty_at"); !at.empty() && per_day > 0) {
    words += ", empty at " + at;
  }
  const std::string alarm = text_of(forecast, "alarm");
  if (alarm != "none") words += " (" + alarm + ")";
  return words;
}

std::string name_of(const json::object& pool) {
  if (text_of(pool, "kind") == "sscc") {
    return fmt::format("{} extension {}", text_of(pool, "company_prefix"),
                       count_of(pool, "extension_digit"));
  }
  return text_of(pool, "gtin");
}

bool is_crowded(const json::object& pool) {
  const auto* alarm = pool.if_contains("occupancy_alarm");
  return alarm != nullptr && *alarm == json::value(true);
}

std::string alarms_of(const json::object& pool, const json::object& forecast) {
  std::string alarm = text_of(forecast, "alarm");
  if (!is_crowded(pool)) return alarm;
  return alarm == "none" ? "occupancy" : alarm + ", occupancy";
}

int show_list(const json::object& answer) {
  std::vector<std::vector<std::string>> rows{
      {"class", "kind", "for", "format", "next counter", "left", "alarm", "issues"}};
  for (const auto& value : answer.at("pools").as_array()) {
    const auto& pool = value.as_object();
    const auto& forecast = pool.at("forecast").as_object();
    rows.push_back({std::to_string(count_of(pool, "object_class")), text_of(pool, "kind"),
                    name_of(pool), text_of(pool, "format"), text_of(pool, "next_counter"),
                    text_of(pool, "remaining"), alarms_of(pool, forecast),
                    pool.at("blocked") == json::value(true) ? "BLOCKED" : "yes"});
  }
  print_table(rows);
  return kOk;
}

int show_pool(const json::object& pool) {
  const auto line = [](const char* name, const std::string& text) {
    if (!text.empty()) std::printf("%-18s%s\n", name, printable(text).c_str());
  };
  line("class", std::to_string(count_of(pool, "object_class")));
  line("kind", text_of(pool, "kind"));
  line("for", name_of(pool));
  line("product", text_of(pool, "product"));
  line("owner", text_of(pool, "owner"));
  line("made by", text_of(pool, "source"));
  line("format", text_of(pool, "format"));
  line("alphabet", text_of(pool, "alphabet"));
  if (pool.contains("length")) line("length", std::to_string(count_of(pool, "length")));
  if (const auto* rules = pool.if_contains("rules"); rules != nullptr && rules->is_object()) {
    line("prefix", text_of(rules->get_object(), "prefix"));
    line("first characters", text_of(rules->get_object(), "first_characters"));
  }
  if (pool.contains("epoch")) line("epoch", std::to_string(count_of(pool, "epoch")));
  line("key", text_of(pool, "key_id"));
  line("usable numbers", text_of(pool, "usable"));
  line("safe size", text_of(pool, "safe_size"));
  line("issued", text_of(pool, "issued"));
  if (is_crowded(pool)) {
    line("occupancy", "ALARM: of a million numbers of this form one is out; make a longer pool");
  }
  line("next counter", text_of(pool, "next_counter"));
  line("low water", text_of(pool, "low_water"));
  line("supply", words_of_forecast(pool.at("forecast").as_object()));
  line("issues", pool.at("blocked") == json::value(true) ? "BLOCKED" : "yes");
  if (const auto* states = pool.if_contains("states"); states != nullptr && states->is_object()) {
    for (const auto& state : states->get_object()) {
      line(("  " + std::string(state.key())).c_str(),
           {state.value().get_string().data(), state.value().get_string().size()});
    }
  }
  for (const auto& value : pool.at("lines").as_array()) {
    const auto& buffer = value.as_object();
    std::string words = words_of_forecast(buffer.at("forecast").as_object());
    if (const std::string until = text_of(buffer, "until"); !until.empty()) {
      words += ", until " + until;
    }
    if (buffer.if_contains("overdue") != nullptr && buffer.at("overdue") == json::value(true)) {
      words += " (overdue)";
    }
    line(("line " + text_of(buffer, "line")).c_str(), words);
  }
  return kOk;
}

// ---- create --------------------------------------------------------------------------------

struct CreateOptions {
  Common common;
  std::string gtin, sscc, format, source, owner, product, key, token;
  fs::path profile;
  std::uint64_t length = 0, planned = 0, low_water = 0;
  unsigned gcp_length = 0;
  std::int64_t epoch = -1;
  int extension = 0;
};

int create(const Nouns& nouns, const CreateOptions& options) {
  json::object body;
  const auto put = [&](const char* name, const std::string& text) {
    if (!text.empty()) body[name] = text;
  };
  if (!options.sscc.empty()) {
    body["kind"] = "sscc";
    body["company_prefix"] = options.sscc;
    body["extension_digit"] = options.extension;
  } else {
    body["kind"] = options.source.empty() ? "serial" : "imported";
    put("gtin", options.gtin);
    put("source", options.source);
    put("format", options.format);
    put("owner", options.owner);
    put("product", options.product);
    put("key_id", options.key);
    if (!options.profile.empty()) {
      std::ifstream file(options.profile, std::ios::binary);
      std::stringstream text;
      text << file.rdbuf();
      if (!file) {
        return fail(Error{.code = Errc::NotFound,
                          .message = "cannot read " + options.profile.string(),
                          .remedy = "check the path"});
      }
      body["profile"] = text.str();
      body.erase("format");
    }
    if (options.length != 0) body["length"] = options.length;
    if (options.planned != 0) body["planned_quantity"] = options.planned;
    if (options.low_water != 0) body["low_water"] = options.low_water;
    if (options.gcp_length != 0) body["gcp_length"] = options.gcp_length;
    if (options.epoch >= 0) body["epoch"] = options.epoch;
  }
  return run_ask(
      nouns, options.common, Folder::MayBegin, "POST", "/api/v1/pools", &body,
      [&](const json::object& pool) {
        if (options.common.json) return static_cast<int>(kOk);
        std::printf("Pool %llu: %s numbers for %s",
                    static_cast<unsigned long long>(count_of(pool, "object_class")),
                    text_of(pool, "kind").c_str(), name_of(pool).c_str());
        if (pool.contains("epoch")) {
          std::printf(", epoch %llu", static_cast<unsigned long long>(count_of(pool, "epoch")));
        }
        std::printf(", %s may be issued.\n", text_of(pool, "remaining").c_str());
        return static_cast<int>(kOk);
      },
      options.token);
}

void add_create(const Nouns& nouns, CLI::App* pool) {
  auto o = std::make_shared<CreateOptions>();
  auto* command =
      with_data(pool->add_subcommand(
                    "create", "Make a pool of serial or imported numbers, or an SSCC series"),
                o->common);
  auto* gtin = command->add_option("--gtin", o->gtin, "GTIN of the packs, 14 digits");
  auto* sscc = command->add_option("--sscc", o->sscc, "Company prefix of an SSCC series");
  gtin->excludes(sscc);
  command->add_option("--extension", o->extension, "Extension digit of the series, 0 to 9");
  o->format = "eu";
  command->add_option("--format", o->format, "Market profile (pool formats)")
      ->capture_default_str();
  command->add_option("--profile", o->profile, "Market profile from a file (TOML)");
  command->add_option("--length", o->length, "Characters, where the profile leaves a choice");
  command->add_option("--planned", o->planned, "Packs that this pool will ever number");
  command->add_option("--epoch", o->epoch, "Epoch, 0 to 2^32 - 1; absent: the next of the GTIN")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{0xffff'ffff}));
  command->add_option("--key", o->key, "Id of the master key; absent: the current one");
  command->add_option("--imported-from", o->source, "Who makes the numbers: they are imported");
  command->add_option("--owner", o->owner, "Whose numbers these are (GLN); absent: the company");
  command->add_option("--product", o->product, "Name for people");
  command->add_option("--gcp-length", o->gcp_length, "Digits of the company prefix, 6 to 12");
  command->add_option("--low-water", o->low_water, "Warn when no more numbers are left");
  command->add_option("--token", o->token, "Makes a repeat safe: the same token, the same pool");
  command->callback([environment = nouns, o] { environment.code = create(environment, *o); });
}

// ---- allocate and reserve ------------------------------------------------------------------

struct AllocateOptions {
  Common common;
  std::uint64_t count = 0, low_water = 0;
  std::string recipient, token, line, until;
  fs::path out;
};

int allocate(const Nouns& nouns, const AllocateOptions& options) {
  json::object body{{"count", options.count}, {"token", options.token}};
  if (!options.recipient.empty()) body["recipient"] = options.recipient;
  if (!options.line.empty()) body["line"] = options.line;
  if (!options.until.empty()) body["until"] = options.until;
  if (options.low_water != 0) body["low_water"] = options.low_water;
  return run_ask(
      nouns, options.common, Folder::MustExist, "POST", path_of(options.common, "/allocations"),
      &body, [&](const json::object& answer) {
        if (!options.out.empty()) {
          if (Status written = write_numbers(options.out, answer); !written) {
            return fail(written.error());
          }
          if (!options.common.json) {
            std::printf("%zu numbers in %s%s.\n", answer.at("serials").as_array().size(),
                        options.out.c_str(),
                        answer.at("repeated") == json::value(true) ? ", the same as before" : "");
          }
        } else if (!options.common.json) {
          for (const auto& serial : answer.at("serials").as_array()) {
            std::puts(printable({serial.get_string().data(), serial.get_string().size()}).c_str());
          }
        }
        return static_cast<int>(kOk);
      });
}

void add_allocate(const Nouns& nouns, CLI::App* pool) {
  auto o = std::make_shared<AllocateOptions>();
  auto* command =
      with_class(pool->add_subcommand("allocate", "Hand out numbers, one a line"), o->common);
  command->add_option("--count", o->count, "How many")->required();
  command->add_option("--for", o->recipient, "Who gets them: a line, a partner")->required();
  command->add_option("--token", o->token, "Makes a repeat safe: the same numbers again")
      ->required();
  command->add_option("--out", o->out, "File for the numbers, readable by its owner alone");
  command->callback([environment = nouns, o] { environment.code = allocate(environment, *o); });

  auto r = std::make_shared<AllocateOptions>();
  auto* reserve = with_class(
      pool->add_subcommand("reserve", "Give a line numbers to work with offline, for days"),
      r->common);
  reserve->add_option("--line", r->line, "The line")->required();
  reserve->add_option("--count", r->count, "How many")->required();
  reserve->add_option("--token", r->token, "Makes a repeat safe: the same numbers again")
      ->required();
  reserve->add_option("--until", r->until, "When the line should be back: 2026-12-01T06:00:00Z");
  reserve->add_option("--low-water", r->low_water, "Warn when the line has no more left");
  reserve->add_option("--out", r->out, "File for the numbers, readable by its owner alone")
      ->required();
  reserve->callback([environment = nouns, r] { environment.code = allocate(environment, *r); });
}

// ---- return, encode, scrap, sample, void ---------------------------------------------------

struct MoveOptions {
  Common common;
  std::string action, recipient, token, reason, allocation;
  std::vector<std::string> ranges;
  fs::path serials;
  bool unused = false;
};

Result<json::array> read_ranges(const std::vector<std::string>& texts) {
  json::array ranges;
  for (const std::string& text : texts) {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    char after = 0;
    if (std::sscanf(text.c_str(), "%20lu-%20lu%c", &first, &last, &after) != 2 || last < first) {
      return Error{.message = "'" + text + "' is not FIRST-LAST",
                   .field = "--range",
                   .remedy = "for example --range 0-999"};
    }
    ranges.push_back(json::object{{"first", std::to_string(first)},
                                  {"count", std::to_string(last - first + 1)}});
  }
  return ranges;
}

int move(const Nouns& nouns, const MoveOptions& options) {
  json::object body{
      {"action", options.action}, {"recipient", options.recipient}, {"token", options.token}};
  if (!options.reason.empty()) body["reason"] = options.reason;
  if (!options.serials.empty()) {
    const auto lines = read_lines(options.serials);
    if (!lines) return fail(lines.error());
    json::array serials;
    for (const std::string& line : *lines) {
      serials.push_back(json::value(line.substr(0, line.find('\t'))));
    }
    body["serials"] = std::move(serials);
  }
  if (!options.ranges.empty()) {
    auto ranges = read_ranges(options.ranges);
    if (!ranges) return fail(ranges.error()), kUsage;
    body["ranges"] = *std::move(ranges);
  }
  if (!options.allocation.empty()) {
    body["allocation"] = options.allocation;
    if (options.unused) body["unused"] = true;
  }
  return run_ask(nouns, options.common, Folder::MustExist, "POST",
                 path_of(options.common, "/moves"), &body, [&](const json::object& answer) {
                   if (!options.common.json) {
                     std::printf("%s numbers are %s%s.\n", text_of(answer, "count").c_str(),
                                 text_of(answer, "state").c_str(),
                                 answer.at("repeated") == json::value(true) ? " since before" : "");
                   }
                   return static_cast<int>(kOk);
                 });
}

void add_moves(const Nouns& nouns, CLI::App* pool) {
  const std::pair<const char*, const char*> kVerbs[] = {
      {"return", "Give back numbers that are on no label"},
      {"encode", "Record that numbers were written to labels"},
      {"scrap", "Record that labels were destroyed before their packs were commissioned"},
      {"sample", "Record that labels were kept as samples"},
      {"void", "Make numbers invalid for ever (SNInvalid)"}};
  for (const auto& [verb, what] : kVerbs) {
    auto o = std::make_shared<MoveOptions>();
    o->action = verb;
    auto* command = with_class(pool->add_subcommand(verb, what), o->common);
    command->add_option("--for", o->recipient, "Who has them: the recipient, or line:NAME")
        ->required();
    command->add_option("--token", o->token, "Makes a repeat safe")->required();
    command->add_option("--reason", o->reason, "A stable word; absent: the verb");
    command->add_option("--serials", o->serials, "File with one number a line");
    command->add_option("--range", o->ranges, "Counters FIRST-LAST; may be repeated");
    command->add_option("--allocation", o->allocation, "Token of the allocation: all its numbers");
    command->add_flag("--unused", o->unused, "With --allocation: only what is still Allocated");
    command->callback([environment = nouns, o] { environment.code = move(environment, *o); });
  }
}

// ---- the rest ------------------------------------------------------------------------------

void add_views(const Nouns& nouns, CLI::App* pool) {
  auto list = std::make_shared<Common>();
  with_data(pool->add_subcommand("list", "Pools, what is left in them, and whether they issue"),
            *list)
      ->callback([environment = nouns, list] {
        environment.code = run_ask(environment, *list, Folder::MustExist, "GET", "/api/v1/pools",
                                   nullptr, [&](const json::object& answer) {
                                     return list->json ? static_cast<int>(kOk) : show_list(answer);
                                   });
      });
  auto show = std::make_shared<Common>();
  with_class(pool->add_subcommand("show", "One pool: form, supply, forecast, lines"), *show)
      ->callback([environment = nouns, show] {
        environment.code = run_ask(environment, *show, Folder::MustExist, "GET", path_of(*show, ""),
                                   nullptr, [&](const json::object& answer) {
                                     return show->json ? static_cast<int>(kOk) : show_pool(answer);
                                   });
      });
  auto advance = std::make_shared<Common>();
  struct Advance {
    std::string next_counter, evidence;
    fs::path known;
  };
  auto how = std::make_shared<Advance>();
  auto* command = with_class(
      pool->add_subcommand(
          "advance", "After a restore: move a pool past every number known, so it issues again"),
      *advance);
  command->add_option("--next-counter", how->next_counter, "First counter to use");
  command->add_option("--known", how->known,
                      "File with one known serial number a line; the pool moves past them all");
  command->add_option("--evidence", how->evidence, "Why this is enough; goes into the ledger")
      ->required();
  command->callback([environment = nouns, advance, how] {
    const Target target{environment.environment, advance->data,
                        advance->json ? Output::Json : Output::ForPeople};
    environment.code =
        pool_advance(target, advance->object_class, how->next_counter, how->known, how->evidence);
  });
}

void add_formats(const Nouns& nouns, CLI::App* pool) {
  auto as_json = std::make_shared<bool>(false);
  auto* command = pool->add_subcommand("formats", "Market profiles: the shapes of serial numbers");
  command->add_flag("--json", *as_json, "Answer as JSON on standard output");
  command->callback([environment = nouns, as_json] {
    std::vector<std::vector<std::string>> rows{{"format", "market", "length", "made by", "what"}};
    json::array all;
    for (const auto& profile : numbering::builtin_profiles()) {
      const bool ours = profile.issuer == numbering::MarketProfile::Issuer::Owner;
      const std::string length =
          profile.length_min == profile.length_max
              ? std::to_string(profile.length)
              : fmt::format("{} ({}-{})", profile.length, profile.length_min, profile.length_max);
      const std::string made_by = ours ? "owner" : "elsewhere";
      rows.push_back({profile.name, profile.market, length, made_by, profile.title});
      all.push_back(json::object{{"format", profile.name},
                                 {"market", profile.market},
                                 {"length", profile.length},
                                 {"made_by", made_by},
                                 {"alphabet", profile.alphabet.characters()},
                                 {"title", profile.title}});
    }
    if (*as_json) {
      std::puts(json::serialize(json::object{{"formats", std::move(all)}}).c_str());
    } else {
      print_table(rows);
    }
    environment.code = kOk;
  });
}

}  // namespace

void add_pool_commands(const Nouns& nouns) {
  auto* pool = nouns.noun("pool", "Pools of serial numbers and SSCC series");
  add_pool_audit(*pool, nouns);
  add_views(nouns, pool);
  add_formats(nouns, pool);
  add_create(nouns, pool);
  add_allocate(nouns, pool);
  add_moves(nouns, pool);
  add_pool_import(*pool, nouns);
}

}  // namespace packtrail::cli
