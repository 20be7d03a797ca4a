#include "plant/order.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <simdjson.h>

#include "base/toml.h"
#include "epcis/json_text.h"
#include "gs1/asset.h"
#include "numbering/pool.h"
#include "trace/trace.h"

namespace packtrail::plant {
namespace {

struct Value {
  enum class Kind : std::uint8_t { Text, Integer, Day, Other };
  Kind kind = Kind::Other;
  std::string text;  // Text, or the ISO form of a day.
  std::int64_t integer = 0;
  std::size_t line = 0;  // 1-based; 0: unknown.
  std::size_t column = 0;
};
using Values = std::map<std::string, Value, std::less<>>;

constexpr std::uint64_t kReserveMin = 25;    // Numbers beyond the quantity, for rejects.
constexpr std::uint64_t kReserveShare = 50;  // One in so many, when that is more.

constexpr std::array<std::string_view, 22> kFields = {"order_id",
                                                      "product.gtin",
                                                      "product.name",
                                                      "product.strength",
                                                      "product.form",
                                                      "product.pack_size",
                                                      "product.market",
                                                      "batch.lot",
                                                      "batch.expiry",
                                                      "batch.quantity",
                                                      "batch.samples",
                                                      "packaging.packs_per_case",
                                                      "packaging.cases_per_pallet",
                                                      "packaging.partial",
                                                      "plant.gln",
                                                      "plant.company_prefix",
                                                      "plant.line",
                                                      "plant.label_dpi",
                                                      "shipping.receiver_gln",
                                                      "shipping.receiver_company_prefix",
                                                      "shipping.delivery",
                                                      "shipping.purchase_order"};
constexpr std::array<std::string_view, 5> kTables = {"product", "batch", "packaging", "plant",
                                                     "shipping"};

template <class List>
bool contains(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// The keys of one table (or of the top level, for an empty prefix), for the remedy.
std::string keys_of(std::string_view table) {
  std::string out;
  for (const std::string_view field : kFields) {
    const std::size_t dot = field.find('.');
    const std::string_view owner = dot == field.npos ? "" : field.substr(0, dot);
    if (owner != table) continue;
    if (!out.empty()) out += ", ";
    out += dot == field.npos ? field : field.substr(dot + 1);
  }
  if (table.empty()) {
    for (const std::string_view name : kTables) (out += ", [") += std::string(name) + "]";
  }
  return out;
}

// Index of the first byte that is no printable UTF-8 text; size() when all of it is.
std::size_t find_unprintable(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x20 || lead == 0x7f) return i;
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead >= 0x80 &&
        !simdjson::validate_utf8(text.data() + i, std::min(size, text.size() - i))) {
      return i;
    }
    if (lead == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return i;  // C1 controls.
    i += size;
  }
  return i;
}

bool is_word_char(char c) { return gs1::is_in(c, gs1::kUriUnreserved) && c != '~'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

Order::Order(std::string id, Product product, Batch batch, Packaging packaging, Plant plant,
             Shipping shipping)
    : id_(std::move(id)),
      product_(std::move(product)),
      batch_(std::move(batch)),
      packaging_(packaging),
      plant_(std::move(plant)),
      shipping_(std::move(shipping)) {}

// Turns named values into an Order, collecting every problem on the way.
class OrderReader {
 public:
  std::vector<Error> errors;
  Values values;

  void refuse(std::string_view field, std::string message, std::string rule, std::string remedy,
              std::optional<std::size_t> offset = {}, std::size_t length = 0) {
    if (errors.size() >= kOrderErrorsMax) return;
    Error error;
    error.message = place(field) + std::move(message);
    error.field = std::string(field);
    error.offset = offset;
    error.length = length;
    error.rule = std::move(rule);
    error.remedy = std::move(remedy);
    errors.push_back(std::move(error));
  }

  // Keeps the error of a parser below, under this field's name.
  void refuse(std::string_view field, Error error) {
    if (errors.size() >= kOrderErrorsMax) return;
    error.message = place(field) + error.message;
    error.field = std::string(field);
    if (error.remedy.empty()) error.remedy = "Correct the value.";
    errors.push_back(std::move(error));
  }

  void unknown(std::string name, std::string_view table, std::size_t line, std::size_t column) {
    Value value;
    value.line = line;
    value.column = column;
    values.insert_or_assign(name, value);
    refuse(name, "unknown key", "an order has no other keys than those documented",
           "Remove it, or use one of: " + keys_of(table) + ".");
  }

  std::optional<Order> read(std::optional<Date> today) {
    const auto id = word("order_id", kOrderIdSizeMax);
    auto product = read_product();
    auto batch = read_batch(today);
    const auto packaging = read_packaging();
    auto plant = read_plant();
    auto shipping = read_shipping();
    if (product && plant) check_prefix(*product, *plant);
    if (batch && packaging) check_partial(*batch, *packaging);
    if (!errors.empty() || !id || !product || !batch || !packaging || !plant || !shipping) {
      return std::nullopt;
    }
    return Order(*id, std::move(*product), std::move(*batch), *packaging, std::move(*plant),
                 std::move(*shipping));
  }

 private:
  std::string place(std::string_view field) const {
    const auto it = values.find(field);
    if (it == values.end() || it->second.line == 0) return {};
    return "line " + std::to_string(it->second.line) + ", column " +
           std::to_string(it->second.column) + ": ";
  }

  const Value* find(std::string_view field) const {
    const auto it = values.find(field);
    return it == values.end() ? nullptr : &it->second;
  }

  std::optional<std::string> text(std::string_view field) {
    const Value* value = find(field);
    if (value == nullptr) {
      refuse(field, "is missing", "every order names it", "Add it to the order.");
      return std::nullopt;
    }
    if (value->kind != Value::Kind::Text) {
      refuse(field, "is not a text", "the value is a string in quotes", "Put it in quotes.");
      return std::nullopt;
    }
    return value->text;
  }

  std::optional<std::string> name(std::string_view field) {
    auto value = text(field);
    if (!value) return std::nullopt;
    if (value->empty() || value->size() > kOrderNameSizeMax) {
      refuse(field, "has " + std::to_string(value->size()) + " bytes",
             "1 to " + std::to_string(kOrderNameSizeMax) + " bytes of UTF-8", "Shorten it.");
      return std::nullopt;
    }
    if (const std::size_t at = find_unprintable(*value); at != value->size()) {
      refuse(field, "holds a control character or a byte that is not UTF-8",
             "names are printable UTF-8", "Remove the character.", at, 1);
      return std::nullopt;
    }
    return value;
  }

  std::optional<std::string> word(std::string_view field, std::size_t size_max) {
    auto value = text(field);
    if (!value) return std::nullopt;
    if (value->empty() || value->size() > size_max) {
      refuse(field, "has " + std::to_string(value->size()) + " characters",
             "1 to " + std::to_string(size_max) + " characters", "Choose a name of that length.");
      return std::nullopt;
    }
    const auto bad = std::find_if_not(value->begin(), value->end(), is_word_char);
    if (bad != value->end()) {
      refuse(field, "holds a character that is not allowed",
             "letters A-Z a-z, digits, '.', '_' and '-'", "Replace the character.",
             static_cast<std::size_t>(bad - value->begin()), 1);
      return std::nullopt;
    }
    if (*value == "." || *value == "..") {
      refuse(field, "is a name of folders", "no name of dots alone", "Choose another name.");
      return std::nullopt;
    }
    return value;
  }

  std::optional<std::uint64_t> number(std::string_view field, std::uint64_t min, std::uint64_t max,
                                      std::optional<std::uint64_t> absent = {}) {
    const Value* value = find(field);
    if (value == nullptr && absent) return absent;
    if (value == nullptr) {
      refuse(field, "is missing", "every order names it", "Add it to the order.");
      return std::nullopt;
    }
    const std::string range = std::to_string(min) + " to " + std::to_string(max);
    if (value->kind != Value::Kind::Integer) {
      refuse(field, "is not a whole number", "a whole number, " + range,
             "Write digits without quotes.");
      return std::nullopt;
    }
    if (value->integer < 0 || static_cast<std::uint64_t>(value->integer) < min ||
        static_cast<std::uint64_t>(value->integer) > max) {
      refuse(field, "is " + std::to_string(value->integer), "allowed are " + range,
             "Choose a number in that range.");
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(value->integer);
  }

  // `parse` is a static parse function of a gs1 value.
  template <class Parse>
  auto key(std::string_view field, Parse&& parse)
      -> std::optional<typename decltype(parse(std::string_view()))::value_type> {
    const auto value = text(field);
    if (!value) return std::nullopt;
    auto parsed = parse(*value);
    if (parsed) return *parsed;
    refuse(field, std::move(parsed).error());
    return std::nullopt;
  }

  std::optional<gs1::CompanyPrefix> prefix(std::string_view field) {
    const auto value = key(field, gs1::CompanyPrefix::parse);
    if (value && value->size() < 6) {
      refuse(field, "has " + std::to_string(value->size()) + " digits",
             "EPC URNs need a company prefix of 6 to 12 digits (GS1 TDS 6.3)",
             "Enter the prefix with at least 6 digits.");
      return std::nullopt;
    }
    return value;
  }

  std::optional<std::string> market() {
    auto value = text("product.market");
    if (!value) return std::nullopt;
    if (value->size() != 2 || !is_upper((*value)[0]) || !is_upper((*value)[1])) {
      refuse("product.market", "is '" + *value + "'",
             "two capital letters: ISO 3166-1 alpha-2, or EU", "Write for example \"DE\".");
      return std::nullopt;
    }
    return value;
  }

  std::optional<gs1::Expiry> expiry(std::optional<Date> today) {
    constexpr std::string_view kField = "batch.expiry";
    const Value* value = find(kField);
    if (value == nullptr) {
      refuse(kField, "is missing", "every order names it", "Add it to the order.");
      return std::nullopt;
    }
    std::optional<Date> day;
    if (value->kind == Value::Kind::Text || value->kind == Value::Kind::Day) {
      day = Date::parse(value->text);
    }
    if (!day) {
      refuse(kField, "is not a day", "a real day as YYYY-MM-DD", "Write for example 2028-12-31.");
      return std::nullopt;
    }
    if (today && *day < *today) {
      refuse(kField, day->to_iso() + " is in the past (today is " + today->to_iso() + ")",
             "only packs that can still be used are packed", "Correct the expiry date.");
      return std::nullopt;
    }
    // AI (17) has two digits for the year: a day the reader would place in another century, seen
    // from today, cannot be printed.
    if (today && day->year() - today->year() > 50) {
      refuse(kField, day->to_iso() + " is more than 50 years ahead",
             "AI (17) means a year within 50 years (GS1 General Specifications 7.12)",
             "Correct the expiry date.");
      return std::nullopt;
    }
    return gs1::Expiry::of(*day);
  }

  std::optional<Order::Product> read_product() {
    auto gtin = key("product.gtin", gs1::Gtin::parse);
    auto product_name = name("product.name");
    auto strength = name("product.strength");
    auto form = name("product.form");
    const auto pack_size = number("product.pack_size", 1, kPackSizeMax);
    auto country = market();
    if (!gtin || !product_name || !strength || !form || !pack_size || !country) return {};
    return Order::Product{*gtin,
                          std::move(*product_name),
                          std::move(*strength),
                          std::move(*form),
                          static_cast<std::uint32_t>(*pack_size),
                          std::move(*country)};
  }

  std::optional<Order::Batch> read_batch(std::optional<Date> today) {
    auto lot = key("batch.lot", gs1::Lot::parse);
    // Square brackets are the printer's delimiters; CSET 82 has none, so any lot is printable.
    auto last_day = expiry(today);
    const auto quantity = number("batch.quantity", 1, kOrderQuantityMax);
    const auto samples = number("batch.samples", 0, kOrderQuantityMax, kSamplesDefault);
    if (quantity && samples && *samples >= *quantity) {
      refuse("batch.samples",
             std::to_string(*samples) + " samples of " + std::to_string(*quantity) + " packs",
             "fewer samples than packs", "Lower the samples or raise the quantity.");
      return {};
    }
    if (!lot || !last_day || !quantity || !samples) return {};
    return Order::Batch{*lot, *last_day, *quantity, static_cast<std::uint32_t>(*samples)};
  }

  std::optional<Order::Packaging> read_packaging() {
    const auto packs = number("packaging.packs_per_case", 1, kPacksPerCaseMax);
    const auto cases = number("packaging.cases_per_pallet", 1, kCasesPerPalletMax);
    std::optional<std::string> partial = "allowed";
    if (find("packaging.partial") != nullptr) partial = text("packaging.partial");
    if (partial && *partial != "allowed" && *partial != "refused") {
      refuse("packaging.partial", "is '" + *partial + "'", "\"allowed\" or \"refused\"",
             "Write one of the two.");
      return {};
    }
    if (!packs || !cases || !partial) return {};
    return Order::Packaging{static_cast<std::uint32_t>(*packs), static_cast<std::uint32_t>(*cases),
                            *partial == "allowed" ? PartialUnits::Allowed : PartialUnits::Refused};
  }

  std::optional<Order::Plant> read_plant() {
    auto gln = key("plant.gln", gs1::Gln::parse);
    auto company = prefix("plant.company_prefix");
    auto line = word("plant.line", gs1::GlnExtension::kSizeMax);
    if (line && *line == "0") {
      refuse("plant.line", "is '0'", "an SGLN reads the extension 0 as none (GS1 TDS 6.3.3)",
             "Choose another name for the line.");
      line.reset();
    }
    const auto dpi = number("plant.label_dpi", 203, 600, 300);
    if (dpi && *dpi != 203 && *dpi != 300 && *dpi != 600) {
      refuse("plant.label_dpi", "is " + std::to_string(*dpi), "printers have 203, 300 or 600 dpi",
             "Enter the resolution of the line's printer.");
      return {};
    }
    if (gln && company && !gln->digits().starts_with(company->digits())) {
      refuse("plant.gln", "does not start with the company prefix", "a GLN holds its prefix",
             "Correct the GLN or plant.company_prefix.", 0, company->size());
      return {};
    }
    if (!gln || !company || !line || !dpi) return {};
    return Order::Plant{*gln, *company, std::move(*line), static_cast<int>(*dpi)};
  }

  std::optional<Order::Shipping> read_shipping() {
    auto receiver = key("shipping.receiver_gln", gs1::Gln::parse);
    auto company = prefix("shipping.receiver_company_prefix");
    auto delivery = word("shipping.delivery", kReferenceSizeMax);
    auto purchase = word("shipping.purchase_order", kReferenceSizeMax);
    if (receiver && company && !receiver->digits().starts_with(company->digits())) {
      refuse("shipping.receiver_gln", "does not start with the receiver's company prefix",
             "a GLN holds its prefix", "Correct the GLN or shipping.receiver_company_prefix.", 0,
             company->size());
      return {};
    }
    if (!receiver || !company || !delivery || !purchase) return {};
    return Order::Shipping{*receiver, *company, std::move(*delivery), std::move(*purchase)};
  }

  void check_prefix(const Order::Product& product, const Order::Plant& plant) {
    // The first digit of a GTIN-14 is the indicator, the prefix follows.
    if (product.gtin.digits().substr(1).starts_with(plant.company_prefix.digits())) return;
    refuse("product.gtin",
           "does not hold the company prefix " + std::string(plant.company_prefix.digits()),
           "the company that packs under its own prefix owns the GTIN (digits 2 onwards)",
           "Correct the GTIN or plant.company_prefix.", 1, plant.company_prefix.size());
  }

  void check_partial(const Order::Batch& batch, const Order::Packaging& packaging) {
    if (packaging.partial == PartialUnits::Allowed) return;
    const std::uint64_t packed = batch.quantity - batch.samples;
    const std::uint64_t per_pallet =
        std::uint64_t{packaging.packs_per_case} * packaging.cases_per_pallet;
    if (packed % per_pallet == 0) return;
    refuse("batch.quantity",
           std::to_string(packed) + " packs without the samples do not fill whole pallets of " +
               std::to_string(per_pallet),
           "packaging.partial is \"refused\"",
           "Allow partial units, or choose a quantity of whole pallets plus the samples.");
  }
};

namespace {

Value to_value(const toml::node& node) {
  Value value;
  value.line = node.source().begin.line;
  value.column = node.source().begin.column;
  if (const auto* text = node.as_string()) {
    value.kind = Value::Kind::Text;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Value::Kind::Integer;
    value.integer = integer->get();
  } else if (const auto* day = node.as_date()) {
    value.kind = Value::Kind::Day;
    const toml::date date = day->get();
    if (const auto real = Date::from_ymd(date.year, date.month, date.day)) {
      value.text = real->to_iso();
    }
  }
  return value;
}

void read_toml(OrderReader& reader, const toml::table& root) {
  for (const auto& [top_key, node] : root) {
    const std::string top(top_key.str());
    const auto& at = top_key.source().begin;
    const toml::table* table = node.as_table();
    if (table == nullptr || !contains(kTables, top)) {
      if (contains(kFields, top)) {
        reader.values.insert_or_assign(top, to_value(node));
      } else {
        reader.unknown(top, "", at.line, at.column);
      }
      continue;
    }
    for (const auto& [key, value] : *table) {
      const std::string name = top + "." + std::string(key.str());
      if (contains(kFields, name)) {
        reader.values.insert_or_assign(name, to_value(value));
      } else {
        reader.unknown(name, top, key.source().begin.line, key.source().begin.column);
      }
    }
  }
}

Value to_value(const simdjson::dom::element& element) {
  Value value;
  if (std::string_view text; element.get(text) == simdjson::SUCCESS) {
    value.kind = Value::Kind::Text;
    value.text = text;
  } else if (element.get(value.integer) == simdjson::SUCCESS) {
    value.kind = Value::Kind::Integer;
  }
  return value;
}

void read_json(OrderReader& reader, const simdjson::dom::object& root) {
  for (const auto [top, element] : root) {
    simdjson::dom::object table;
    if (element.get(table) != simdjson::SUCCESS || !contains(kTables, top)) {
      if (contains(kFields, top)) {
        reader.values.insert_or_assign(std::string(top), to_value(element));
      } else {
        reader.unknown(std::string(top), "", 0, 0);
      }
      continue;
    }
    for (const auto [key, value] : table) {
      const std::string name = std::string(top) + "." + std::string(key);
      if (contains(kFields, name)) {
        reader.values.insert_or_assign(name, to_value(value));
      } else {
        reader.unknown(name, top, 0, 0);
      }
    }
  }
}

Error too_large(std::size_t size) {
  return Error{.code = Errc::ResourceExhausted,
               .message = "the order has " + std::to_string(size) + " bytes",
               .rule = "an order has at most " + std::to_string(kOrderTextMax) + " bytes",
               .remedy = "Send one order at a time."};
}

Error unreadable(std::size_t line, const std::string& what) {
  Error error;
  error.message = "line " + std::to_string(line) + ", " + what;
  error.field = "line " + std::to_string(line);
  error.rule = "an order is a TOML 1.0 document with texts of one line";
  error.remedy = "Correct the line; docs/user/orders.md shows a whole order.";
  return error;
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::count(
                 text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

// toml++ 3.3 has undefined behaviour on some characters outside ASCII in keys. Names need them in
// texts; anywhere else they are refused. The offset of the first such byte, or size().
std::size_t find_odd_character(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return 0;
  char quote = 0;  // '"' or '\'' inside a text, '#' inside a comment.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      quote = 0;  // A text that is still open is an error of its own.
    } else if (quote == 0) {
      if (static_cast<unsigned char>(c) >= 0x80) return i;
      if (c == '"' || c == '\'' || c == '#') quote = c;
      if (c != '#' && quote == c && text.substr(i + 1, 2) == std::string(2, c)) return i;
    } else if (quote == '"' && c == '\\') {
      if (i + 1 < text.size() && text[i + 1] != '\n') ++i;
    } else if (quote != '#' && c == quote) {
      quote = 0;
    }
  }
  return text.size();
}

// Members of a canonical JSON object, in the order they are added.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject() { out_ += '}'; }
  void text(std::string_view name, std::string_view value) {
    member(name);
    epcis::append_json_string(out_, value);
  }
  void number(std::string_view name, std::uint64_t value) {
    member(name);
    out_ += std::to_string(value);
  }
  void member(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    epcis::append_json_string(out_, name);
    out_ += ':';
  }

 private:
  std::string& out_;
};

}  // namespace

Result<Order, std::vector<Error>> Order::parse(std::string_view toml_text, Date today) {
  if (toml_text.size() > kOrderTextMax) return std::vector<Error>{too_large(toml_text.size())};
  if (const auto at = find_odd_character(toml_text); at != toml_text.size()) {
    return std::vector<Error>{unreadable(
        line_at(toml_text, at),
        "a character outside ASCII that stands in no text, a text over several lines, or bytes "
        "that are not UTF-8")};
  }
  OrderReader reader;
  const toml::parse_result parsed = toml::parse(toml_text);
  if (!parsed) {
    const toml::source_position at = parsed.error().source().begin;
    return std::vector<Error>{unreadable(at.line, "column " + std::to_string(at.column) + ": " +
                                                      std::string(parsed.error().description()))};
  }
  read_toml(reader, parsed.table());
  auto order = reader.read(today);
  if (!order) return std::move(reader.errors);
  return std::move(*order);
}

Result<Order> Order::from_json(std::string_view json) {
  if (json.size() > kOrderTextMax) return too_large(json.size());
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  const simdjson::padded_string padded(json);
  if (parser.parse(padded).get(root) != simdjson::SUCCESS) {
    return Error{.message = "the order is not a JSON object"};
  }
  OrderReader reader;
  read_json(reader, root);
  auto order = reader.read(std::nullopt);
  if (!order) return std::move(reader.errors.front());
  return std::move(*order);
}

std::uint64_t Order::numbers_expected() const {
  return batch_.quantity + std::max(kReserveMin, batch_.quantity / kReserveShare);
}

Status Order::check_pool(const trace::PoolInfo& pool) const {
  if (!pool.spec || pool.spec->gtin != product_.gtin) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "the pool is not one of this product",
                 .field = "product.gtin",
                 .rule = "a pack takes its number from a pool of its GTIN",
                 .remedy = "Create a pool for the GTIN."};
  }
  if (pool.blocked) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "the pool is blocked after a restore",
                 .field = "product.gtin",
                 .rule = "a restored pool issues nothing until it is past every number known",
                 .remedy = "Advance the pool with evidence (packtrail pool advance)."};
  }
  const auto limits = PACKTRAIL_TRY(numbering::Pool::create(*pool.spec));
  Status fits = limits.check_allocation(pool.issued, numbers_expected());
  if (fits) return {};
  Error error = std::move(fits).error();
  error.code = Errc::InvalidArgument;
  error.field = "batch.quantity";
  if (error.rule.empty()) {
    error.rule =
        "a valid number is guessed with a chance below 1 in 10,000 (Delegated Regulation "
        "(EU) 2016/161 Article 4(c)); a pool issues at most its safe size, " +
        std::to_string(limits.safe_size());
  }
  error.remedy = "Lower the quantity, or create a pool with longer serial numbers.";
  return error;
}

std::string Order::to_json() const {
  std::string out;
  {
    JsonObject root(out);
    root.text("order_id", id_);
    root.member("product");
    {
      JsonObject object(out);
      object.text("gtin", product_.gtin.digits());
      object.text("name", product_.name);
      object.text("strength", product_.strength);
      object.text("form", product_.form);
      object.number("pack_size", product_.pack_size);
      object.text("market", product_.market);
    }
    root.member("batch");
    {
      JsonObject object(out);
      object.text("lot", batch_.lot.text());
      object.text("expiry", batch_.expiry.resolved().to_iso());
      object.number("quantity", batch_.quantity);
      object.number("samples", batch_.samples);
    }
    root.member("packaging");
    {
      JsonObject object(out);
      object.number("packs_per_case", packaging_.packs_per_case);
      object.number("cases_per_pallet", packaging_.cases_per_pallet);
      object.text("partial", packaging_.partial == PartialUnits::Allowed ? "allowed" : "refused");
    }
    root.member("plant");
    {
      JsonObject object(out);
      object.text("gln", plant_.gln.digits());
      object.text("company_prefix", plant_.company_prefix.digits());
      object.text("line", plant_.line);
      object.number("label_dpi", static_cast<std::uint64_t>(plant_.label_dpi));
    }
    root.member("shipping");
    {
      JsonObject object(out);
      object.text("receiver_gln", shipping_.receiver.digits());
      object.text("receiver_company_prefix", shipping_.receiver_prefix.digits());
      object.text("delivery", shipping_.delivery);
      object.text("purchase_order", shipping_.purchase_order);
    }
  }
  return out;
}

}  // namespace packtrail::plant
