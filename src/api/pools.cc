// Pools of numbers: create, look at, hand out, move, import.
#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "api/state.h"
#include "capture/guess_budget.h"
#include "ledger/ledger.h"
#include "numbering/forecast.h"
#include "numbering/market_profile.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "trace/epc_runs.h"

namespace packtrail::api {
namespace {

namespace json = boost::json;
using access::Permission;
using numbering::SerialState;

constexpr std::size_t kNumbersPerAnswerMax = 200'000;

Error wrong_member(std::string_view name, std::string message, std::string remedy = {}) {
  return Error{
      .message = std::move(message), .field = "/" + std::string(name), .remedy = std::move(remedy)};
}

Result<std::string> optional_text(const json::object& object, std::string_view name) {
  if (!object.contains(name)) return std::string();
  return text_member(object, name);
}

// A whole number, as JSON number or, where it may be large, as text.
Result<std::uint64_t> number_member(const json::object& object, std::string_view name,
                                    std::uint64_t absent) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return absent;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) {
    return static_cast<std::uint64_t>(value->get_int64());
  }
  if (value->is_string()) {
    const auto& text = value->get_string();
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed == std::errc() && end == text.data() + text.size() && !text.empty()) return number;
  }
  return wrong_member(name, "is not a whole number from 0");
}

Result<std::uint64_t> needed_number(const json::object& object, std::string_view name) {
  if (!object.contains(name)) return wrong_member(name, "is missing", "give a whole number");
  return number_member(object, name, 0);
}

json::object to_json(const numbering::Forecast& forecast) {
  json::object body;
  body["remaining"] = std::to_string(forecast.remaining);
  body["per_day"] = forecast.per_day;
  if (forecast.low_at_us) body["low_at"] = UtcTime{*forecast.low_at_us}.to_text();
  if (forecast.empty_at_us) body["empty_at"] = UtcTime{*forecast.empty_at_us}.to_text();
  body["alarm"] = numbering::to_string(forecast.alarm);
  return body;
}

json::object rules_json(const numbering::SerialRules& rules) {
  json::object body;
  if (!rules.prefix.empty()) body["prefix"] = rules.prefix;
  if (!rules.first_characters.empty()) body["first_characters"] = rules.first_characters;
  json::array words;
  for (const std::string& word : rules.excluded_words) words.push_back(json::value(word));
  if (!words.empty()) body["excluded_words"] = std::move(words);
  return body;
}

json::object to_json(const trace::PoolInfo& pool) {
  json::object body;
  body["object_class"] = pool.object_class.value();
  body["next_counter"] = std::to_string(pool.next_counter);
  body["issued"] = std::to_string(pool.issued);
  body["remaining"] = std::to_string(pool.remaining);
  body["low_water"] = std::to_string(pool.low_water);
  body["blocked"] = pool.blocked;
  body["owner"] = pool.owner;
  if (pool.gtin) body["gtin"] = pool.gtin->digits();
  if (!pool.market.empty()) body["market"] = pool.market;
  if (!pool.format.empty()) body["format"] = pool.format;
  switch (pool.kind) {
    case trace::PoolKind::Serial:
      body["kind"] = "serial";
      body["alphabet"] = pool.spec->alphabet.characters();
      body["length"] = pool.spec->length;
      body["epoch"] = pool.spec->epoch;
      body["key_id"] = pool.spec->key_id.value();
      body["planned_quantity"] = std::to_string(pool.spec->planned_quantity);
      body["rules"] = rules_json(pool.spec->rules);
      if (const auto limits = numbering::Pool::create(*pool.spec)) {
        body["space"] = std::to_string(limits->space());
        body["usable"] = std::to_string(limits->usable());
        body["safe_size"] = std::to_string(limits->safe_size());
      }
      body["product"] = pool.product_name;
      break;
    case trace::PoolKind::Imported:
      body["kind"] = "imported";
      body["source"] = pool.source;
      body["imported"] = std::to_string(pool.known_end);
      body["product"] = pool.product_name;
      break;
    case trace::PoolKind::Sscc:
      body["kind"] = "sscc";
      body["company_prefix"] = pool.company_prefix;
      body["extension_digit"] = pool.extension_digit;
      break;
  }
  return body;
}

numbering::Forecast forecast_of(trace::Reader& reader, const trace::PoolInfo& pool, UtcTime now) {
  const auto usage = reader.usage(pool.object_class, {}, now.us - numbering::kForecastWindowUs);
  return numbering::forecast(pool.remaining, pool.low_water, usage, pool.made_us, now.us);
}

json::array lines_json(trace::Reader& reader, trace::ObjectClass object_class, UtcTime now) {
  json::array lines;
  for (const trace::Reservation& line : reader.reservations(object_class)) {
    const auto usage = reader.usage(object_class, line.line, now.us - numbering::kForecastWindowUs);
    json::object body;
    body["line"] = line.line;
    body["reserved"] = std::to_string(line.reserved);
    if (line.until_us != 0) {
      body["until"] = UtcTime{line.until_us}.to_text();
      body["overdue"] = line.until_us < now.us && line.remaining > 0;
    }
    body["low_water"] = std::to_string(line.low_water);
    body["forecast"] =
        to_json(numbering::forecast(line.remaining, line.low_water, usage, line.since_us, now.us));
    lines.push_back(std::move(body));
  }
  return lines;
}

// Whether so many numbers of the pool's form are out that it should be followed by a larger one.
bool is_crowded(trace::Reader& reader, const trace::PoolInfo& pool) {
  if (!pool.spec) return false;
  const auto limits = numbering::Pool::create(*pool.spec);
  return limits && limits->alarms_at(capture::issued_of_budget(pool, reader.pools()));
}

json::object with_supply(trace::Reader& reader, const trace::PoolInfo& pool, UtcTime now) {
  json::object body = to_json(pool);
  if (pool.spec) {
    body["occupancy_alarm"] = is_crowded(reader, pool);
    body["issued_of_form"] = std::to_string(capture::issued_of_budget(pool, reader.pools()));
  }
  body["forecast"] = to_json(forecast_of(reader, pool, now));
  body["lines"] = lines_json(reader, pool.object_class, now);
  return body;
}

Result<trace::PoolInfo> named_pool(trace::Reader& reader, const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto pool = failed == std::errc() && end == text.data() + text.size()
                  ? reader.pool(trace::ObjectClass(number))
                  : std::nullopt;
  PACKTRAIL_TRY(reader.failure());
  if (pool) return *std::move(pool);
  return Error{.code = Errc::NotFound, .message = "no pool has the class " + text};
}

// The number of a pack, case or pallet as it stands on a label: serial number or 18 digits.
std::string number_text(trace::Reader& reader, trace::ObjectNumber object) {
  const auto epc = gs1::parse_epc(reader.epc_text(object));
  if (!epc) return {};
  if (const auto* sgtin = std::get_if<gs1::Sgtin>(&epc->value)) {
    return std::string(sgtin->serial.text());
  }
  if (const auto* sscc = std::get_if<gs1::Sscc>(&epc->value)) return std::string(sscc->digits());
  return {};
}

json::array ranges_json(const std::vector<trace::ObjectRun>& runs) {
  json::array ranges;
  for (const trace::ObjectRun& run : runs) {
    ranges.push_back(json::object{{"first", std::to_string(run.first.instance())},
                                  {"count", std::to_string(run.count)}});
  }
  return ranges;
}

Result<trace::ObjectNumber> number_of(trace::Reader& reader, const trace::PoolInfo& pool,
                                      const std::string& text, std::size_t index) {
  const std::string field = "/serials/" + std::to_string(index);
  trace::Resolution known;
  if (pool.kind == trace::PoolKind::Sscc) {
    const auto sscc = gs1::Sscc::parse(text);
    if (!sscc) return Error{.message = "'" + text + "' is no SSCC", .field = field};
    known = reader.resolve(*sscc);
  } else {
    const auto serial = gs1::SerialNumber::parse(text);
    if (!serial) return Error{.message = "'" + text + "' is no serial number", .field = field};
    known = reader.resolve(gs1::Sgtin{*pool.gtin, *serial});
  }
  if (known.object && known.object.object_class() == pool.object_class) return known.object;
  return Error{.code = Errc::FailedPrecondition,
               .message = "'" + text + "' was not issued by this pool",
               .field = field,
               .rule = "not_issued",
               .remedy = "Give numbers of this pool only."};
}

Result<std::vector<trace::ObjectRun>> runs_of_ranges(const json::value& value,
                                                     trace::ObjectClass object_class) {
  std::vector<trace::ObjectRun> runs;
  if (!value.is_array()) return wrong_member("ranges", "is not a list");
  for (const json::value& item : value.get_array()) {
    if (!item.is_object()) return wrong_member("ranges", "holds something that is no object");
    const std::uint64_t first = PACKTRAIL_TRY(needed_number(item.get_object(), "first"));
    const std::uint64_t count = PACKTRAIL_TRY(needed_number(item.get_object(), "count"));
    if (first > trace::kInstanceMax || count == 0 || count > trace::kInstanceMax - first) {
      return wrong_member("ranges", "a range is empty or too large");
    }
    runs.push_back({trace::ObjectNumber(object_class, first), count});
  }
  return runs;
}

struct Action {
  std::string_view name;
  SerialState to;
};
constexpr Action kActions[] = {{"return", SerialState::Unallocated},
                               {"encode", SerialState::Encoded},
                               {"scrap", SerialState::LabelScrapped},
                               {"sample", SerialState::LabelSampled},
                               {"void", SerialState::SnInvalid}};

// The serial reference after that of an SSCC of the series.
Result<std::uint64_t> past_sscc(const trace::PoolInfo& series, const std::string& text) {
  const auto sscc = gs1::Sscc::parse(text);
  const std::string_view digits = sscc ? std::string_view(sscc->digits()) : std::string_view();
  const std::string head = std::to_string(series.extension_digit) + series.company_prefix;
  if (!sscc || !digits.starts_with(head)) {
    return Error{.message = "'" + text + "' is no SSCC of this series",
                 .field = "/known_serials",
                 .remedy = "Give SSCCs of " + series.company_prefix + " and extension digit " +
                           std::to_string(series.extension_digit) +
                           ", or say --next-counter (next_counter)."};
  }
  std::uint64_t reference = 0;
  for (const char digit : digits.substr(head.size(), digits.size() - head.size() - 1)) {
    reference = reference * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return reference + 1;
}

// The counter after the greatest one among serials somebody outside still knows.
Result<std::uint64_t> past_known(const trace::PoolInfo& pool, const trace::Trace& trace,
                                 const json::array& serials) {
  std::uint64_t next = pool.next_counter;
  for (const json::value& value : serials) {
    if (!value.is_string()) return Error{.message = "is not text", .field = "/known_serials"};
    const std::string text(value.get_string().data(), value.get_string().size());
    if (pool.kind == trace::PoolKind::Sscc) {
      next = std::max(next, PACKTRAIL_TRY(past_sscc(pool, text)));
      continue;
    }
    const auto serial = gs1::SerialNumber::parse(text);
    if (!serial) {
      return Error{.message = "'" + text + "' is not a serial number", .field = "/known_serials"};
    }
    const auto counter = PACKTRAIL_TRY(trace.counter(pool.object_class, *serial));
    if (!counter) {
      return Error{.message = "'" + text + "' is not a number of this pool",
                   .field = "/known_serials",
                   .remedy = "give only serial numbers of this GTIN and pool"};
    }
    if (*counter + 1 > next) next = *counter + 1;
  }
  return next;
}

Result<numbering::MarketProfile> profile_of(const json::object& body) {
  if (body.contains("profile")) {
    const std::string text = PACKTRAIL_TRY(text_member(body, "profile"));
    return numbering::MarketProfile::parse(text, "profile");
  }
  const std::string name = PACKTRAIL_TRY(text_member(body, "format"));
  return numbering::builtin_profile(name);
}

Result<capture::Command> serial_pool(const json::object& body, const std::string& key_id) {
  const std::string digits = PACKTRAIL_TRY(text_member(body, "gtin"));
  const auto gtin = PACKTRAIL_TRY(gs1::Gtin::parse(digits));
  numbering::PoolSpec spec{.id = {}, .gtin = gtin, .key_id = {}};
  const auto profile = PACKTRAIL_TRY(profile_of(body));
  const std::uint64_t length = PACKTRAIL_TRY(number_member(body, "length", 0));
  PACKTRAIL_TRY(profile.apply(spec, static_cast<std::size_t>(std::min<std::uint64_t>(length, 99))));
  const std::uint64_t epoch = PACKTRAIL_TRY(number_member(body, "epoch", 0));
  if (epoch > 0xffff'ffffU) return wrong_member("epoch", "is larger than 2^32 - 1");
  spec.epoch = static_cast<std::uint32_t>(epoch);
  std::string key = PACKTRAIL_TRY(optional_text(body, "key_id"));
  spec.key_id = numbering::KeyId(key.empty() ? key_id : std::move(key));
  spec.id = numbering::PoolId(std::string(gtin.digits()));
  spec.planned_quantity = PACKTRAIL_TRY(needed_number(body, "planned_quantity"));
  spec.owner = PACKTRAIL_TRY(optional_text(body, "owner"));
  spec.low_water = PACKTRAIL_TRY(number_member(body, "low_water", 0));
  capture::CreatePool create{.spec = std::move(spec)};
  if (!body.contains("epoch")) create.epoch = capture::CreatePool::Epoch::Next;
  create.product_name = PACKTRAIL_TRY(optional_text(body, "product"));
  create.gcp_length =
      static_cast<unsigned>(PACKTRAIL_TRY(number_member(body, "gcp_length", 0)) & 0xff);
  return capture::Command(std::move(create));
}

Result<capture::Command> imported_pool(const json::object& body) {
  const std::string digits = PACKTRAIL_TRY(text_member(body, "gtin"));
  capture::CreateImportedPool create{.gtin = PACKTRAIL_TRY(gs1::Gtin::parse(digits))};
  create.source = PACKTRAIL_TRY(text_member(body, "source"));
  create.owner = PACKTRAIL_TRY(optional_text(body, "owner"));
  if (body.contains("profile")) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "numbers made elsewhere are held against built-in market profiles only",
                 .field = "/profile",
                 .rule = "builtin_profile",
                 .remedy = "Give a format (packtrail pool formats), or none."};
  }
  if (body.contains("format")) {
    const auto profile = PACKTRAIL_TRY(profile_of(body));
    create.format = profile.name;
    create.market = profile.market;
  }
  create.product_name = PACKTRAIL_TRY(optional_text(body, "product"));
  create.low_water = PACKTRAIL_TRY(number_member(body, "low_water", 0));
  create.gcp_length =
      static_cast<unsigned>(PACKTRAIL_TRY(number_member(body, "gcp_length", 0)) & 0xff);
  return capture::Command(std::move(create));
}

Result<capture::Command> sscc_series(const json::object& body) {
  const std::string digits = PACKTRAIL_TRY(text_member(body, "company_prefix"));
  const auto prefix = PACKTRAIL_TRY(gs1::CompanyPrefix::parse(digits));
  const std::uint64_t digit = PACKTRAIL_TRY(needed_number(body, "extension_digit"));
  return capture::Command(
      capture::CreateSsccSeries{prefix, static_cast<unsigned>(std::min<std::uint64_t>(digit, 10))});
}

// What the allocation that the body names gave out.
Result<std::vector<trace::ObjectRun>> runs_of_allocation(const json::object& body,
                                                         const trace::PoolInfo& pool,
                                                         trace::Reader& reader,
                                                         const ledger::Ledger& ledger,
                                                         const std::string& recipient) {
  const std::string token = PACKTRAIL_TRY(text_member(body, "allocation"));
  const auto position = reader.token_position(recipient, token);
  ledger::v1::Fact fact;
  if (position && *position < ledger.size()) PACKTRAIL_TRY(ledger.read_one(*position, fact));
  if (!fact.has_numbers_allocated() ||
      fact.numbers_allocated().object_class() != pool.object_class.value()) {
    return Error{.code = Errc::NotFound,
                 .message = "no allocation of this pool has the token " + token,
                 .field = "/allocation"};
  }
  return trace::decode_runs(fact.numbers_allocated().counters(), pool.object_class);
}

Result<bool> only_unused(const json::object& body) {
  const json::value* unused = body.if_contains("unused");
  if (unused == nullptr) return false;
  if (!unused->is_bool()) return wrong_member("unused", "is neither true nor false");
  return unused->get_bool();
}

// Which numbers a move is about: texts, ranges of counters, or what an allocation gave out.
Result<std::vector<trace::ObjectRun>> runs_of_move(const json::object& body,
                                                   const trace::PoolInfo& pool,
                                                   trace::Reader& reader,
                                                   const ledger::Ledger& ledger,
                                                   const std::string& recipient) {
  const int named = static_cast<int>(body.contains("serials")) +
                    static_cast<int>(body.contains("ranges")) +
                    static_cast<int>(body.contains("allocation"));
  if (named != 1) {
    return wrong_member("serials", "the numbers must be named in one way",
                        "give serials, ranges or allocation");
  }
  if (const json::value* ranges = body.if_contains("ranges")) {
    return runs_of_ranges(*ranges, pool.object_class);
  }
  std::vector<trace::ObjectRun> runs;
  if (const json::value* serials = body.if_contains("serials")) {
    if (!serials->is_array()) return wrong_member("serials", "is not a list");
    std::size_t index = 0;
    for (const json::value& text : serials->get_array()) {
      if (!text.is_string()) return wrong_member("serials", "holds something that is no text");
      trace::append_object(
          runs, PACKTRAIL_TRY(number_of(
                    reader, pool, {text.get_string().data(), text.get_string().size()}, index)));
      ++index;
    }
    return runs;
  }
  runs = PACKTRAIL_TRY(runs_of_allocation(body, pool, reader, ledger, recipient));
  if (!PACKTRAIL_TRY(only_unused(body))) return runs;
  std::vector<trace::ObjectRun> open;
  for (const trace::ObjectRun& run : runs) {
    for (std::uint64_t i = 0; i < run.count; ++i) {
      const auto object = trace::ObjectNumber::from_value(run.first.value() + i);
      const auto state = reader.state(trace::Viewer::owner(), object);
      if (state && state->life == SerialState::Allocated) trace::append_object(open, object);
    }
  }
  if (!open.empty()) return open;
  return Error{.code = Errc::FailedPrecondition,
               .message = "nothing of the allocation is unused",
               .field = "/unused",
               .rule = "return_unused"};
}

// The answer to a move whose token was used before, so that a repeat needs no look at the numbers
// as they are now. Nothing when the token is new.
Result<std::optional<json::object>> repeated_move(const json::object& body,
                                                  const trace::PoolInfo& pool,
                                                  trace::Reader& reader,
                                                  const ledger::Ledger& ledger,
                                                  const capture::MoveNumbers& move) {
  if (!body.contains("allocation") || !PACKTRAIL_TRY(only_unused(body))) {
    return std::optional<json::object>{};
  }
  const auto position = reader.token_position(move.order_id, move.token);
  if (!position || *position >= ledger.size()) return std::optional<json::object>{};
  ledger::v1::Fact fact;
  PACKTRAIL_TRY(ledger.read_one(*position, fact));
  const auto& before = fact.numbers_moved();
  bool same = fact.has_numbers_moved() && before.object_class() == pool.object_class.value() &&
              before.to_state() == static_cast<std::uint32_t>(move.to) &&
              before.reason() == move.reason;
  std::vector<trace::ObjectRun> runs;
  if (same) {
    runs = PACKTRAIL_TRY(trace::decode_runs(before.counters(), pool.object_class));
    const auto named = PACKTRAIL_TRY(runs_of_allocation(body, pool, reader, ledger, move.order_id));
    same = trace::subtract(trace::to_set(runs), trace::to_set(named)).empty();
  }
  if (!same) {
    return Error{.code = Errc::AlreadyExists,
                 .message = "the token was used for something else",
                 .field = "/token",
                 .rule = "token_reused",
                 .remedy = "Use a new token for another move."};
  }
  return std::optional(json::object{{"object_class", pool.object_class.value()},
                                    {"state", life_name(move.to)},
                                    {"count", std::to_string(trace::count_objects(runs))},
                                    {"repeated", true}});
}

json::object profile_json(const numbering::MarketProfile& profile) {
  json::array companions;
  for (const auto& companion : profile.companions) {
    companions.push_back(json::object{{"ai", companion.ai}, {"size", companion.size}});
  }
  return json::object{
      {"format", profile.name},
      {"title", profile.title},
      {"market", profile.market},
      {"made_by",
       profile.issuer == numbering::MarketProfile::Issuer::Owner ? "owner" : "elsewhere"},
      {"alphabet", profile.alphabet.characters()},
      {"length", profile.length},
      {"length_min", profile.length_min},
      {"length_max", profile.length_max},
      {"rules", rules_json(profile.rules)},
      {"companions", std::move(companions)},
      {"source", profile.source}};
}

// An order draws and accounts for its own numbers; what is done behind its back would not balance.
Status refuse_order(trace::Reader& reader, const std::string& recipient) {
  const auto order = reader.order(recipient);
  PACKTRAIL_TRY(reader.failure());
  if (!order) return {};
  return Error{.code = Errc::FailedPrecondition,
               .message = recipient + " is an order: it draws and returns its numbers itself",
               .field = "/recipient",
               .rule = "order_has_its_own",
               .remedy = "Name another recipient, or work on the order."};
}

}  // namespace

std::vector<PoolSupply> pool_supply(trace::Reader& reader, UtcTime now) {
  std::vector<PoolSupply> out;
  for (const trace::PoolInfo& pool : reader.pools()) {
    out.push_back(
        {pool.object_class.value(), {}, forecast_of(reader, pool, now), is_crowded(reader, pool)});
    for (const trace::Reservation& line : reader.reservations(pool.object_class)) {
      const auto usage =
          reader.usage(pool.object_class, line.line, now.us - numbering::kForecastWindowUs);
      out.push_back(
          {pool.object_class.value(), line.line,
           numbering::forecast(line.remaining, line.low_water, usage, line.since_us, now.us)});
    }
  }
  return out;
}

void Api::State::add_pool_routes() {
  add("GET", "/api/v1/pools", Permission::ViewOrders,
      [this](const Request&, const PathValues&, const Caller&) {
        auto lease = reader();
        const UtcTime now = rooms.clock.now();
        json::array pools;
        for (const auto& pool : lease->pools()) pools.push_back(with_supply(*lease, pool, now));
        return json_response(json::object{{"pools", std::move(pools)}});
      });
  add("GET", "/api/v1/pool-formats", Permission::ViewOrders,
      [](const Request&, const PathValues&, const Caller&) {
        json::array formats;
        for (const auto& profile : numbering::builtin_profiles()) {
          formats.push_back(profile_json(profile));
        }
        return json_response(json::object{{"formats", std::move(formats)}});
      });
  add("GET", "/api/v1/pools/{objectClass}", Permission::ViewOrders,
      [this](const Request&, const PathValues& values, const Caller& who) {
        auto lease = reader();
        const auto pool = named_pool(*lease, values[0]);
        if (!pool) return problem(pool.error());
        json::object body = with_supply(*lease, *pool, rooms.clock.now());
        std::array<std::uint64_t, numbering::kSerialStateCount> lives{};
        for (const auto& count : lease->counts(who.viewer)) {
          if (count.object_class == pool->object_class) {
            lives[static_cast<std::size_t>(count.life)] += count.count;
          }
        }
        json::object states;
        for (std::size_t i = 0; i < lives.size(); ++i) {
          if (lives[i] != 0) {
            states[life_name(static_cast<SerialState>(i))] = std::to_string(lives[i]);
          }
        }
        body["states"] = std::move(states);
        return json_response(body);
      });
  add("POST", "/api/v1/pools", Permission::ManagePools,
      [this](const Request& request, const PathValues&, const Caller& who) {
        const auto made = [&]() -> Result<std::pair<json::object, bool>> {
          const auto body = PACKTRAIL_TRY(read_object(
              request, {"kind", "gtin", "format", "profile", "length", "planned_quantity", "epoch",
                        "key_id", "owner", "product", "gcp_length", "low_water", "company_prefix",
                        "extension_digit", "source"}));
          const std::string kind = PACKTRAIL_TRY(text_member(body, "kind"));
          auto lease = reader();
          capture::Request fact;
          fact.actor = who.actor;
          if (kind == "serial") {
            fact.commands.push_back(PACKTRAIL_TRY(serial_pool(body, rooms.key_id)));
          } else if (kind == "imported") {
            fact.commands.push_back(PACKTRAIL_TRY(imported_pool(body)));
          } else if (kind == "sscc") {
            fact.commands.push_back(PACKTRAIL_TRY(sscc_series(body)));
          } else {
            return wrong_member("kind", "'" + kind + "' is no kind of pool",
                                "serial, imported or sscc");
          }
          const std::string_view key = request.header("idempotency-key");
          fact.idempotency_key.assign(key.begin(), key.end());
          const auto receipt = PACKTRAIL_TRY(rooms.capture.submit(std::move(fact)));
          lease->refresh();
          return std::pair(
              with_supply(*lease, *lease->pool(receipt.created.at(0)), rooms.clock.now()),
              receipt.repeated);
        }();
        if (!made) return problem(made.error());
        return json_response(made->first, made->second ? 200 : 201);
      });
  add("POST", "/api/v1/pools/{objectClass}/allocations", Permission::ManagePools,
      [this](const Request& request, const PathValues& values, const Caller& who) {
        const auto allocated = [&]() -> Result<json::object> {
          auto lease = reader();
          const auto pool = PACKTRAIL_TRY(named_pool(*lease, values[0]));
          const auto body = PACKTRAIL_TRY(
              read_object(request, {"count", "recipient", "token", "line", "until", "low_water"}));
          capture::AllocateNumbers command{.pool = pool.object_class};
          command.count = PACKTRAIL_TRY(needed_number(body, "count"));
          if (command.count > kNumbersPerAnswerMax) {
            return wrong_member("count", "is more than " + std::to_string(kNumbersPerAnswerMax),
                                "ask several times, each with its own token");
          }
          command.token = PACKTRAIL_TRY(text_member(body, "token"));
          command.line = PACKTRAIL_TRY(optional_text(body, "line"));
          command.order_id = command.line.empty() ? PACKTRAIL_TRY(text_member(body, "recipient"))
                                                  : "line:" + command.line;
          const std::string until = PACKTRAIL_TRY(optional_text(body, "until"));
          if (!until.empty()) {
            const auto time = UtcTime::parse(until);
            if (!time) return wrong_member("until", "is no time", "2026-12-01T06:00:00Z");
            command.until_us = time->us;
          }
          command.low_water = PACKTRAIL_TRY(number_member(body, "low_water", 0));
          PACKTRAIL_TRY(refuse_order(*lease, command.order_id));
          const std::string recipient = command.order_id;
          const std::string token = command.token;
          capture::Request fact;
          fact.actor = who.actor;
          fact.commands.emplace_back(std::move(command));
          const auto receipt = PACKTRAIL_TRY(rooms.capture.submit(std::move(fact)));
          lease->refresh();
          json::array serials;
          json::array companions;
          bool has_companions = false;
          for (const trace::ObjectRun& run : receipt.allocated.at(0)) {
            for (std::uint64_t i = 0; i < run.count; ++i) {
              const auto object = trace::ObjectNumber::from_value(run.first.value() + i);
              serials.push_back(json::value(number_text(*lease, object)));
              if (pool.kind != trace::PoolKind::Imported) continue;
              companions.push_back(json::value(lease->companions(object)));
              has_companions = has_companions || !companions.back().get_string().empty();
            }
          }
          PACKTRAIL_TRY(lease->failure());
          json::object answer{{"object_class", pool.object_class.value()},
                              {"recipient", recipient},
                              {"token", token},
                              {"count", serials.size()},
                              {"repeated", receipt.repeated},
                              {"ranges", ranges_json(receipt.allocated.at(0))},
                              {"serials", std::move(serials)}};
          if (has_companions) answer["companions"] = std::move(companions);
          return answer;
        }();
        if (!allocated) return problem(allocated.error());
        return json_response(*allocated);
      });
  add("POST", "/api/v1/pools/{objectClass}/moves", Permission::ManagePools,
      [this](const Request& request, const PathValues& values, const Caller& who) {
        const auto moved = [&]() -> Result<json::object> {
          auto lease = reader();
          const auto pool = PACKTRAIL_TRY(named_pool(*lease, values[0]));
          const auto body =
              PACKTRAIL_TRY(read_object(request, {"action", "token", "recipient", "reason",
                                                  "serials", "ranges", "allocation", "unused"}));
          const std::string name = PACKTRAIL_TRY(text_member(body, "action"));
          const auto action = std::find_if(std::begin(kActions), std::end(kActions),
                                           [&](const Action& known) { return known.name == name; });
          if (action == std::end(kActions)) {
            return wrong_member("action", "'" + name + "' is not known",
                                "return, encode, scrap, sample or void");
          }
          capture::MoveNumbers command;
          command.to = action->to;
          command.order_id = PACKTRAIL_TRY(text_member(body, "recipient"));
          command.token = PACKTRAIL_TRY(text_member(body, "token"));
          command.reason = PACKTRAIL_TRY(optional_text(body, "reason"));
          if (command.reason.empty()) command.reason = name;
          PACKTRAIL_TRY(refuse_order(*lease, command.order_id));
          if (auto before =
                  PACKTRAIL_TRY(repeated_move(body, pool, *lease, rooms.ledger, command))) {
            return *std::move(before);
          }
          command.runs =
              PACKTRAIL_TRY(runs_of_move(body, pool, *lease, rooms.ledger, command.order_id));
          const std::uint64_t count = trace::count_objects(command.runs);
          capture::Request fact;
          fact.actor = who.actor;
          fact.reason = command.reason;
          fact.commands.emplace_back(std::move(command));
          const auto receipt = PACKTRAIL_TRY(rooms.capture.submit(std::move(fact)));
          return json::object{{"object_class", pool.object_class.value()},
                              {"state", life_name(action->to)},
                              {"count", std::to_string(count)},
                              {"repeated", receipt.repeated}};
        }();
        if (!moved) return problem(moved.error());
        return json_response(*moved);
      });
  add("POST", "/api/v1/pools/{objectClass}/imports", Permission::ManagePools,
      [this](const Request& request, const PathValues& values, const Caller& who) {
        auto answer = [&]() -> Result<Response> {
          auto lease = reader();
          const auto pool = PACKTRAIL_TRY(named_pool(*lease, values[0]));
          const auto body =
              PACKTRAIL_TRY(read_object(request, {"token", "serials", "companions", "on_clash",
                                                  "file_name", "first_line", "dry_run"}));
          return import_numbers(*lease, pool, body, who.actor);
        }();
        return answer ? *std::move(answer) : problem(answer.error());
      });
  add("POST", "/api/v1/pools/{objectClass}/advance", Permission::ManagePools,
      [this](const Request& request, const PathValues& values, const Caller& who) {
        const auto advanced = [&]() -> Result<json::object> {
          auto lease = reader();
          const auto pool = PACKTRAIL_TRY(named_pool(*lease, values[0]));
          const trace::ObjectClass object_class = pool.object_class;
          const auto object =
              PACKTRAIL_TRY(read_object(request, {"next_counter", "known_serials", "evidence"}));
          const std::string evidence = PACKTRAIL_TRY(text_member(object, "evidence"));
          if (!object.contains("next_counter") && !object.contains("known_serials")) {
            return Error{.message = "nothing says how far the numbers had come",
                         .field = "/next_counter",
                         .rule = "a number is never issued again",
                         .remedy = "give next_counter, known_serials or both"};
          }
          std::uint64_t next = pool.next_counter;
          if (object.contains("next_counter")) {
            const std::string text = PACKTRAIL_TRY(text_member(object, "next_counter"));
            const auto [stop, wrong] =
                std::from_chars(text.data(), text.data() + text.size(), next);
            if (wrong != std::errc() || stop != text.data() + text.size()) {
              return Error{.message = "is not a counter", .field = "/next_counter"};
            }
          }
          if (const auto* serials = object.if_contains("known_serials")) {
            if (!serials->is_array()) {
              return Error{.message = "is not a list", .field = "/known_serials"};
            }
            next =
                std::max(next, PACKTRAIL_TRY(past_known(pool, rooms.trace, serials->get_array())));
          }
          capture::Request fact;
          fact.actor = who.actor;
          fact.reason = evidence;
          fact.commands.push_back(capture::AdvancePool{object_class, next, evidence});
          PACKTRAIL_TRY(rooms.capture.submit(std::move(fact)));
          lease->refresh();
          return to_json(*lease->pool(object_class));
        }();
        if (!advanced) return problem(advanced.error());
        return json_response(*advanced);
      });
}

}  // namespace packtrail::api
