#include "cli/commands.h"

#include <csignal>
#include <cstdio>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cli/terminal.h"
#include "ledger/proof.h"

namespace packtrail::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr std::size_t kFileSizeMax = 64 * 1024 * 1024;
constexpr auto kPollInterval = std::chrono::milliseconds(150);

// Set by Ctrl-C; only a flag may be touched in a signal handler.
volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int) { interrupted = 1; }

// Takes Ctrl-C for the life of the object, so that an order stops between two windows.
class InterruptGuard {
 public:
  InterruptGuard() {
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    ::sigaction(SIGINT, &action, &old_int_);
    ::sigaction(SIGTERM, &action, &old_term_);
  }
  ~InterruptGuard() {
    ::sigaction(SIGINT, &old_int_, nullptr);
    ::sigaction(SIGTERM, &old_term_, nullptr);
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
};

Result<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{.code = Errc::NotFound,
                 .message = "cannot open " + path.string(),
                 .remedy = "check the path"};
  }
  std::string content;
  char buffer[65536];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    content.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (content.size() > kFileSizeMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = path.string() + " is larger than 64 MiB"};
    }
  }
  if (file.bad()) {
    return Error{.code = Errc::Unavailable,
                 .message = "cannot read " + path.string(),
                 .remedy = "give a file, not a folder"};
  }
  return content;
}

Status write_file(const fs::path& path, std::string_view content) {
  std::error_code failed;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), failed);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.flush();
  if (!file) {
    return Error{.code = Errc::Unavailable,
                 .message = "cannot write " + path.string(),
                 .remedy = "check the folder's permissions and free space"};
  }
  return {};
}

int fail(const Error& error) {
  print_error(error);
  return exit_code(error);
}

int fail(const api::Response& response) {
  print_problem(response.body);
  return exit_code_of_status(response.status);
}

api::Request get(std::string path, std::string query = {}) {
  api::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

api::Request post(std::string path, std::string body, std::string_view type) {
  api::Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  request.headers["content-type"] = type;
  return request;
}

// Asks once and hands the JSON answer to `show`, which returns the exit code.
template <class Show>
int ask(const Target& target, const api::Request& request, const Show& show) {
  auto client = target.environment.connect(target.data, Folder::MustExist);
  if (!client) return fail(client.error());
  const auto response = (*client)->call(request);
  if (!response) return fail(response.error());
  if (response->status >= 300) return fail(*response);
  boost::system::error_code wrong;
  const auto value = json::parse(response->body, wrong);
  if (wrong || !value.is_object()) {
    return fail(Error{.code = Errc::DataLoss, .message = "the answer is not JSON"});
  }
  if (target.output == Output::Json) std::fputs(response->body.c_str(), stdout);
  return show(value.get_object());
}

const json::object& object_of(const json::object& parent, std::string_view name) {
  static const json::object kNothing;
  const auto* value = parent.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : kNothing;
}

const json::array& array_of(const json::object& parent, std::string_view name) {
  static const json::array kNothing;
  const auto* value = parent.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : kNothing;
}

double number_of(const json::object& parent, std::string_view name) {
  const auto* value = parent.if_contains(name);
  boost::system::error_code failed;
  return value == nullptr ? 0 : value->to_number<double>(failed);
}

// The last word of a URN or URI: "urn:epcglobal:cbv:bizstep:packing" -> "packing".
std::string short_word(const std::string& text) {
  const std::size_t at = text.find_last_of(":/-");
  return at == std::string::npos ? text : text.substr(at + 1);
}

std::string progress_words(const json::object& order) {
  const auto& counters = object_of(order, "counters");
  return fmt::format("{}: {} of {} packs good, {} rejected, {} cases, {:.0f}/min",
                     text_of(order, "phase"), count_of(counters, "good"),
                     count_of(order, "quantity"), count_of(counters, "rejected"),
                     count_of(counters, "cases"), number_of(counters, "packs_per_minute"));
}

void print_balance(const json::object& order) {
  std::vector<std::vector<std::string>> numbers{{"level", "allocated", "good", "rejected",
                                                 "sampled", "decommissioned", "returned",
                                                 "unaccounted"}};
  std::vector<std::vector<std::string>> physical{
      {"level", "seen", "good", "rejected", "sampled", "unaccounted"}};
  const auto& reconciliation = object_of(order, "reconciliation");
  const auto signed_text = [](const json::object& row, std::string_view name) {
    return std::to_string(static_cast<long long>(number_of(row, name)));
  };
  for (const char* level : {"pack", "case", "pallet"}) {
    const auto& row = object_of(object_of(reconciliation, "numbers"), level);
    if (row.empty()) continue;
    numbers.push_back({level, signed_text(row, "allocated"), signed_text(row, "good"),
                       signed_text(row, "rejected_before_commissioning"),
                       signed_text(row, "sampled"), signed_text(row, "decommissioned"),
                       signed_text(row, "returned_unused"), signed_text(row, "unaccounted")});
  }
  for (const char* level : {"pack", "case", "pallet"}) {
    const auto& row = object_of(object_of(reconciliation, "physical"), level);
    if (row.empty()) continue;
    physical.push_back({level, signed_text(row, "seen"), signed_text(row, "good"),
                        signed_text(row, "rejected"), signed_text(row, "sampled"),
                        signed_text(row, "unaccounted")});
  }
  if (numbers.size() > 1) {
    std::puts("\nNumbers");
    print_table(numbers);
  }
  if (physical.size() > 1) {
    std::puts("\nWhat was seen");
    print_table(physical);
  }
}

// Fetches every file of a closed order.
Result<std::vector<std::string>> fetch_files(Client& client, const std::string& id,
                                             const fs::path& out) {
  const auto to_error = [](const api::Response& response) {
    return Error{.code = Errc::Unavailable,
                 .message = "the report cannot be fetched: " + printable(response.body)};
  };
  const std::string base = "/api/v1/orders/" + api::percent_encode(id) + "/files";
  const auto names = PACKTRAIL_TRY(client.call(get(base)));
  if (names.status != 200) return to_error(names);
  std::vector<std::string> written;
  const auto listed = json::parse(names.body);
  for (const auto& value : array_of(listed.as_object(), "files")) {
    const std::string name(value.as_string().data(), value.as_string().size());
    const fs::path relative(name);
    if (relative.is_absolute() || name.find("..") != std::string::npos) {
      return Error{.code = Errc::DataLoss, .message = "the server names a file '" + name + "'"};
    }
    const auto file = PACKTRAIL_TRY(client.call(get(base + "/" + api::percent_encode(name))));
    if (file.status != 200) return to_error(file);
    PACKTRAIL_TRY(write_file(out / relative, file.body));
    written.push_back((out / relative).string());
  }
  return written;
}

// Polls until the order rests; holds it when the person presses Ctrl-C.
Result<json::object> follow(Client& client, const std::string& path, Output output) {
  const InterruptGuard guard;
  ProgressBar bar(output == Output::ForPeople);
  bool holding = false;
  for (;;) {
    const auto response = PACKTRAIL_TRY(client.call(get(path)));
    if (response.status != 200) {
      return Error{.code = Errc::Unavailable,
                   .message = "the order cannot be followed: " + printable(response.body)};
    }
    auto order = json::parse(response.body).as_object();
    const std::string state = text_of(order, "state");
    if (state != "running") {
      bar.clear();
      return order;
    }
    bar.show(number_of(order, "progress"), progress_words(order));
    if (interrupted != 0 && !holding) {
      holding = true;
      bar.clear();
      std::fputs("Holding after the window in hand ...\n", stderr);
      PACKTRAIL_TRY(client.call(post(path + "/hold", "", "application/json")));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

}  // namespace

int order_run(const Target& target, const fs::path& order_file, const fs::path& out) {
  const auto document = read_file(order_file);
  if (!document) return fail(document.error());
  auto client = target.environment.connect(target.data, Folder::MayBegin);
  if (!client) return fail(client.error());
  const auto opened = (*client)->call(post("/api/v1/orders", *document, "application/toml"));
  if (!opened) return fail(opened.error());
  if (opened->status >= 300) return fail(*opened);
  const std::string id = text_of(json::parse(opened->body).as_object(), "order_id");
  const std::string path = "/api/v1/orders/" + api::percent_encode(id);
  const auto started = (*client)->call(post(path + "/run", "", "application/json"));
  if (!started) return fail(started.error());
  if (started->status >= 300) return fail(*started);
  const auto order = follow(**client, path, target.output);
  if (!order) return fail(order.error());

  const std::string state = text_of(*order, "state");
  if (target.output == Output::Json) {
    std::puts(json::serialize(*order).c_str());
  }
  if (state == "held") {
    std::fprintf(stderr, "Order %s is held. Run the same command again to go on.\n", id.c_str());
    return kFailed;
  }
  if (state != "closed") {
    const auto& failure = object_of(*order, "failure");
    print_problem(json::serialize(failure));
    return exit_code_of_status(static_cast<unsigned>(count_of(failure, "status")));
  }
  const auto files = fetch_files(**client, id, out);
  if (!files) return fail(files.error());
  if (target.output == Output::ForPeople) {
    std::printf("Order %s is closed: %llu good packs of %s, lot %s.\n", id.c_str(),
                static_cast<unsigned long long>(count_of(object_of(*order, "counters"), "good")),
                printable(text_of(*order, "product")).c_str(),
                printable(text_of(*order, "lot")).c_str());
    print_balance(*order);
    std::puts("\nFiles");
    for (const std::string& file : *files) std::printf("  %s\n", file.c_str());
    const std::string last = text_of(object_of(*order, "counters"), "last_good");
    if (!last.empty()) {
      std::printf("\nTry:  packtrail verify '%s' --data %s\n", last.c_str(),
                  target.data.string().c_str());
    }
  }
  return kOk;
}

int order_list(const Target& target) {
  return ask(target, get("/api/v1/orders"), [&](const json::object& answer) {
    if (target.output == Output::Json) return kOk;
    std::vector<std::vector<std::string>> rows{
        {"order", "state", "product", "lot", "expiry", "quantity", "line", "opened"}};
    for (const auto& value : array_of(answer, "orders")) {
      const auto& order = value.as_object();
      rows.push_back({text_of(order, "order_id"), text_of(order, "state"),
                      text_of(order, "product"), text_of(order, "lot"), text_of(order, "expiry"),
                      std::to_string(count_of(order, "quantity")), text_of(order, "line"),
                      text_of(order, "opened_at")});
    }
    print_table(rows);
    return kOk;
  });
}

int order_pack(const Target& target, const std::string& order_id, const std::string& sscc,
               const std::vector<std::string>& codes) {
  const json::object body{{"sscc", sscc}, {"codes", json::array(codes.begin(), codes.end())}};
  return ask(target,
             post("/api/v1/orders/" + api::percent_encode(order_id) + "/pack-by-scan",
                  json::serialize(body), "application/json"),
             [&](const json::object& answer) {
               if (target.output == Output::Json) return kOk;
               std::printf("%llu packed into %s\n",
                           static_cast<unsigned long long>(count_of(answer, "packed")),
                           printable(text_of(answer, "sscc")).c_str());
               return kOk;
             });
}

int verify(const Target& target, const std::string& code) {
  const auto request =
      post("/api/v1/verify", json::serialize(json::object{{"code", code}}), "application/json");
  return ask(target, request, [&](const json::object& answer) {
    const std::string verdict = text_of(answer, "verdict");
    if (target.output == Output::ForPeople) {
      std::printf("%s  %s\n%s\n", verdict.c_str(), printable(text_of(answer, "epc")).c_str(),
                  text_of(answer, "reason").c_str());
      for (const char* name :
           {"product", "lot", "expiry", "life", "disposition", "parent", "location"}) {
        const std::string value = printable(text_of(answer, name));
        if (!value.empty()) std::printf("  %-12s %s\n", name, value.c_str());
      }
    }
    if (verdict == "genuine") return kOk;
    return verdict == "unknown" ? kNotFound : kSaidNo;
  });
}

int trace(const Target& target, const std::string& epc) {
  return ask(
      target, get("/api/v1/trace", "epc=" + api::percent_encode(epc)),
      [&](const json::object& answer) {
        if (target.output == Output::Json) return kOk;
        std::printf("%s\n%s, %s%s\n\n", printable(text_of(answer, "epc")).c_str(),
                    printable(text_of(answer, "product")).c_str(), text_of(answer, "life").c_str(),
                    answer.if_contains("quarantined") != nullptr &&
                            answer.at("quarantined") == json::value(true)
                        ? ", quarantined"
                        : "");
        std::vector<std::vector<std::string>> rows{
            {"fact", "event time", "what", "step", "disposition", "place", "container", "note"}};
        for (const auto& value : array_of(answer, "entries")) {
          const auto& entry = value.as_object();
          std::string note = text_of(entry, "reason");
          for (const auto& reference : array_of(entry, "references")) {
            note += (note.empty() ? "" : ", ") +
                    short_word(text_of(reference.as_object(), "type")) + " " +
                    text_of(reference.as_object(), "id");
          }
          if (entry.at("inherited") == json::value(true)) note += " (through its container)";
          rows.push_back({std::to_string(count_of(entry, "position")), text_of(entry, "event_time"),
                          text_of(entry, "event") + " " + text_of(entry, "action"),
                          short_word(text_of(entry, "biz_step")),
                          short_word(text_of(entry, "disposition")), text_of(entry, "read_point"),
                          text_of(entry, "parent"), note});
        }
        print_table(rows);
        return kOk;
      });
}

namespace {

void print_tree(const json::object& node, const std::string& indent, bool last, bool root) {
  const std::string branch = root ? "" : last ? "└─ " : "├─ ";
  std::printf("%s%s%s  %s\n", indent.c_str(), branch.c_str(),
              printable(text_of(node, "epc")).c_str(), text_of(node, "life").c_str());
  const auto& children = array_of(node, "children");
  const std::string next = indent + (root ? "" : last ? "   " : "│  ");
  for (std::size_t i = 0; i < children.size(); ++i) {
    print_tree(children[i].as_object(), next, i + 1 == children.size(), false);
  }
}

}  // namespace

int contents(const Target& target, const std::string& epc) {
  return ask(target, get("/api/v1/contents", "epc=" + api::percent_encode(epc)),
             [&](const json::object& answer) {
               if (target.output == Output::Json) return kOk;
               print_tree(object_of(answer, "root"), "", true, true);
               std::printf("\n%llu inside%s\n",
                           static_cast<unsigned long long>(count_of(answer, "objects")),
                           answer.at("truncated") == json::value(true)
                               ? " at least; the tree is too large to show whole"
                               : "");
               return kOk;
             });
}

int proof_create(const Target& target, const std::string& epc, const fs::path& out) {
  auto client = target.environment.connect(target.data, Folder::MustExist);
  if (!client) return fail(client.error());
  const auto response = (*client)->call(get("/api/v1/proof", "epc=" + api::percent_encode(epc)));
  if (!response) return fail(response.error());
  if (response->status != 200) return fail(*response);
  const auto written = write_file(out, response->body + "\n");
  if (!written) return fail(written.error());
  if (target.output == Output::Json) {
    std::puts(json::serialize(json::object{{"file", out.string()}}).c_str());
  } else {
    std::printf("Wrote %s. Anybody can check it: packtrail proof check %s\n", out.c_str(),
                out.c_str());
  }
  return kOk;
}

int proof_check(const fs::path& file, const std::string& trusted_key, Output output) {
  const auto content = read_file(file);
  if (!content) return fail(content.error());
  std::optional<Bytes> key;
  if (!trusted_key.empty()) {
    key = from_hex(trusted_key);
    if (!key || key->size() != 32) {
      print_error(Error{.message = "is not 64 lower-case hex digits", .field = "--key"});
      return kUsage;
    }
  }
  const auto report =
      ledger::check_proof(*content, key ? std::optional<ByteView>(*key) : std::nullopt);
  if (!report) {
    if (output == Output::Json) {
      std::puts(json::serialize(json::object{{"valid", false}, {"reason", report.error().message}})
                    .c_str());
    }
    print_error(report.error());
    return kSaidNo;
  }
  if (output == Output::Json) {
    json::array items;
    for (const auto& item : report->items) {
      items.push_back(json::object{{"position", item.position},
                                   {"record_time", item.record_time.to_text()},
                                   {"event", item.event_type},
                                   {"action", item.action},
                                   {"event_time", item.event_time},
                                   {"biz_step", item.biz_step},
                                   {"disposition", item.disposition},
                                   {"read_point", item.read_point}});
    }
    std::puts(json::serialize(json::object{{"valid", true},
                                           {"epc", report->epc},
                                           {"origin", report->origin},
                                           {"tree_size", report->tree_size},
                                           {"root", to_hex(report->root)},
                                           {"public_key", to_hex(report->public_key)},
                                           {"key_fingerprint", report->key_fingerprint},
                                           {"items", std::move(items)}})
                  .c_str());
    return kOk;
  }
  std::printf("Valid. The ledger '%s' of %llu facts recorded this about\n  %s\n\n",
              printable(report->origin).c_str(), static_cast<unsigned long long>(report->tree_size),
              printable(report->epc).c_str());
  std::vector<std::vector<std::string>> rows{
      {"fact", "recorded", "event", "event time", "step", "disposition", "place"}};
  for (const auto& item : report->items) {
    rows.push_back({std::to_string(item.position), item.record_time.to_text(),
                    item.event_type + " " + item.action, item.event_time, short_word(item.biz_step),
                    short_word(item.disposition), item.read_point});
  }
  print_table(rows);
  std::printf("\nSigned by the key with SHA-256 fingerprint\n  %s\n%s\n",
              report->key_fingerprint.c_str(),
              key ? "which is the key you trust." : "Compare it with the one the maker publishes.");
  return kOk;
}

int rebuild(const Target& target, bool check_only) {
  if (!check_only) {
    ProgressBar bar(target.output == Output::ForPeople);
    const auto done = target.environment.rebuild(target.data, [&](RebuildProgress progress) {
      bar.show(progress.total == 0
                   ? 1.0
                   : static_cast<double>(progress.done) / static_cast<double>(progress.total),
               fmt::format("{} of {} facts", progress.done, progress.total));
    });
    bar.clear();
    if (!done) return fail(done.error());
    std::puts(target.output == Output::Json ? "{\"rebuilt\":true}" : "Rebuilt.");
    return kOk;
  }
  const auto request = post("/api/v1/rebuild-check", "", "application/json");
  return ask(target, request, [&](const json::object& answer) {
    const bool equal = answer.at("equal") == json::value(true);
    if (target.output == Output::ForPeople) {
      std::printf("%s: %llu facts replayed in %.2f s\n  live     %s\n  replayed %s\n",
                  equal ? "Equal" : "DIFFERENT",
                  static_cast<unsigned long long>(count_of(answer, "facts")),
                  number_of(answer, "seconds"), text_of(answer, "live_digest").c_str(),
                  text_of(answer, "replayed_digest").c_str());
    }
    return equal ? kOk : kSaidNo;
  });
}

int pool_advance(const Target& target, std::uint32_t object_class, const std::string& next_counter,
                 const fs::path& known, const std::string& evidence) {
  json::object body{{"evidence", evidence}};
  if (!next_counter.empty()) body["next_counter"] = next_counter;
  if (!known.empty()) {
    const auto content = read_file(known);
    if (!content) return fail(content.error());
    json::array serials;
    std::istringstream lines(*content);
    for (std::string line; std::getline(lines, line);) {
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
      if (!line.empty()) serials.push_back(json::value(line));
    }
    body["known_serials"] = std::move(serials);
  }
  const auto request = post("/api/v1/pools/" + std::to_string(object_class) + "/advance",
                            json::serialize(body), "application/json");
  return ask(target, request, [&](const json::object& answer) {
    if (target.output == Output::ForPeople) {
      std::printf("Pool %u issues again from counter %s.\n", object_class,
                  text_of(answer, "next_counter").c_str());
    }
    return kOk;
  });
}

int bench_list(const Environment& environment, Output output) {
  json::array names;
  for (const auto& [name, what] : environment.benches) {
    if (output == Output::ForPeople) std::printf("%-12s %s\n", name.c_str(), what.c_str());
    names.push_back(json::object{{"bench", name}, {"measures", what}});
  }
  if (output == Output::Json) std::puts(json::serialize(names).c_str());
  return kOk;
}

int bench_run(const Environment& environment, const std::string& name, Output output) {
  const auto result = environment.bench(name);
  if (!result) return fail(result.error());
  if (output == Output::Json) {
    std::puts(result->c_str());
    return kOk;
  }
  const auto document = json::parse(*result);
  std::vector<std::vector<std::string>> rows{{"figure", "value", "unit"}};
  for (const auto& value : array_of(document.as_object(), "figures")) {
    const auto& figure = value.as_object();
    rows.push_back({text_of(figure, "name"), fmt::format("{:.4g}", number_of(figure, "value")),
                    text_of(figure, "unit")});
  }
  print_table(rows);
  std::puts("\nConditions");
  for (const auto& condition : object_of(document.as_object(), "conditions")) {
    std::printf("  %-24s %s\n", std::string(condition.key()).c_str(),
                json::serialize(condition.value()).c_str());
  }
  return kOk;
}

}  // namespace packtrail::cli
