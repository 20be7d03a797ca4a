#include "rules/model.h"

#include <array>
#include <bit>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/toml.h"
#include "epcis/cbv.h"

namespace packtrail::rules {
namespace {

using numbering::SerialState;

constexpr std::size_t kStates = 12;
constexpr std::array<std::string_view, kStates> kStateNames = {
    "Unassigned",    "Unallocated",  "Allocated", "SNInvalid", "Encoded",   "LabelSampled",
    "LabelScrapped", "Commissioned", "Sampled",   "Inactive",  "Destroyed", "Released"};
constexpr std::array<std::string_view, 5> kEventNames = {"ObjectEvent", "AggregationEvent",
                                                         "TransactionEvent", "TransformationEvent",
                                                         "AssociationEvent"};
constexpr std::array<std::string_view, 4> kActionNames = {"ADD", "OBSERVE", "DELETE", "none"};
constexpr std::array<std::string_view, 3> kRoleNames = {"subject", "parent", "child"};
constexpr std::array<std::string_view, 5> kSchemeNames = {"sgtin", "sscc", "grai", "giai", "other"};
constexpr std::size_t kBuckets = kEventNames.size() * kActionNames.size() * kRoleNames.size();

struct Requirement {
  std::string_view name;  // In the model.
  std::string_view rule;  // Reason word when it does not hold.
  std::string_view reason;
};
constexpr std::array<Requirement, 5> kRequirements = {{
    {"parentless", "already_packed", "the object is inside a container; unpack it first"},
    {"has_parent", "not_packed", "the object is not inside a container"},
    {"not_quarantined", "quarantined", "the object is held in quarantine; inspect it first"},
    {"quarantined", "not_quarantined", "the object is not held in quarantine"},
    {"not_expired", "expired", "the object is past its expiry date at the time of the event"},
}};

constexpr std::size_t kNameSizeMax = 64;      // Bytes of a rule's or the model's name.
constexpr std::size_t kRefusalSizeMax = 300;  // Bytes of a sentence.

struct Row {
  unsigned events = 0, actions = 0;  // Bit sets over the name tables.
  unsigned role = 0;
  std::uint64_t steps = 0;  // Bit sets over the model's own words; bit 0: any other.
  std::uint64_t dispositions = 0;
  bool names_step = false, names_disposition = false;
  unsigned schemes = (1U << kSchemeNames.size()) - 1;
  unsigned from = 0;
  unsigned requires_mask = 0;
  Outcome outcome;
  std::string rule, refusal;
  std::size_t line = 0;
};

struct NumberRow {
  unsigned from = 0;
  SerialState to{};
  std::string rule, refusal;
};

// Words of the model in every spelling that an event may use, numbered from 1.
class Vocabulary {
 public:
  std::size_t size() const { return count_ + 1; }

  std::size_t find(std::string_view text) const {
    const auto at = index_.find(text);
    return at == index_.end() ? 0 : at->second;
  }

  // The word's number; nothing when there are too many.
  std::optional<std::size_t> add(epcis::CbvKind kind, std::string_view word) {
    if (const std::size_t known = find(word); known != 0) return known;
    if (count_ == kModelWordsMax) return std::nullopt;
    ++count_;
    insert(std::string(word));
    if (epcis::cbv_word(kind, word)) {
      insert(epcis::to_cbv_word(kind, word));
      insert(epcis::to_cbv_urn(kind, word));
      std::string uri = epcis::to_cbv_web_uri(kind, word);
      if (const std::size_t slash = uri.rfind('/'); slash != std::string::npos) {
        insert("cbv:" + uri.substr(slash + 1));
      }
      insert(std::move(uri));
    }
    return count_;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  void insert(std::string text) { index_.emplace(std::move(text), count_); }

  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;
  std::size_t count_ = 0;
};

constexpr std::size_t kNone = SIZE_MAX;

template <std::size_t N>
std::size_t find_name(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return i;
  }
  return kNone;
}

std::size_t bucket_of(std::size_t event, std::size_t action, std::size_t role) {
  return (event * kActionNames.size() + action) * kRoleNames.size() + role;
}

}  // namespace

struct Model::State {
  std::string name;
  std::vector<Row> rows;
  std::vector<NumberRow> number_rows;
  Vocabulary steps, dispositions;
  // Cell (bucket, step, disposition) -> the rows that speak of it, in file order.
  std::vector<std::vector<std::uint16_t>> lists{{}};
  std::vector<std::uint16_t> cells;
  std::vector<std::string> refusals;         // (bucket, state): what "no_transition" says.
  std::vector<std::string> number_refusals;  // (from, to).

  std::size_t cell(std::size_t bucket, std::size_t step, std::size_t disposition) const {
    return (bucket * steps.size() + step) * dispositions.size() + disposition;
  }
  std::size_t bucket(const Step& step) const {
    const std::size_t event = find_name(kEventNames, step.event_type);
    const std::size_t action =
        step.action.empty() ? kActionNames.size() - 1 : find_name(kActionNames, step.action);
    if (event == kNone || action == kNone) return kNone;
    return bucket_of(event, action, static_cast<std::size_t>(step.role));
  }
  std::span<const std::uint16_t> candidates(std::size_t bucket, const Step& step) const {
    if (bucket == kNone) return {};
    return lists[cells[cell(bucket, steps.find(step.biz_step),
                            dispositions.find(step.disposition))]];
  }
};

namespace {

// Reads one file. The first error stays; later calls do nothing.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  bool failed() const { return error_.has_value(); }
  Error take_error() { return *std::move(error_); }

  void fail(const toml::node& node, std::string_view key, std::string message,
            std::string remedy = {}) {
    fail_at(node.source().begin.line, key, std::move(message), std::move(remedy));
  }
  void fail_at(std::size_t line, std::string_view key, std::string message,
               std::string remedy = {}) {
    if (error_) return;
    std::string field = file_ + " line " + std::to_string(line);
    if (!key.empty()) field.append(", ").append(key);
    error_ = Error{.code = Errc::InvalidArgument,
                   .message = std::move(message),
                   .field = std::move(field),
                   .rule = "rule model format (docs/formats/rule-model.md)",
                   .remedy = std::move(remedy)};
  }

  void only_keys(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table) {
      bool found = false;
      for (const std::string_view name : known) found = found || key.str() == name;
      if (found) continue;
      std::string remedy = "use one of: ";
      for (const std::string_view name : known) {
        if (name != *known.begin()) remedy += ", ";
        remedy += name;
      }
      fail_at(key.source().begin.line, key.str(), "unknown key", std::move(remedy));
      return;
    }
  }

  std::string text(const toml::table& table, std::string_view key, std::size_t size_max) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      fail(table, key, "this key is missing");
      return {};
    }
    const auto* value = node->as_string();
    if (value == nullptr || value->get().empty() || value->get().size() > size_max) {
      fail(*node, key, "must be a text of 1 to " + std::to_string(size_max) + " bytes");
      return {};
    }
    return value->get();
  }

  // Lower-case letters, digits and '_', beginning with a letter.
  std::string word(const toml::table& table, std::string_view key) {
    std::string value = text(table, key, kNameSizeMax);
    bool good = !value.empty() && value[0] >= 'a' && value[0] <= 'z';
    for (const char c : value) {
      good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
    if (!failed() && !good) {
      fail(*table.get(key), key, "must be lower-case letters, digits and '_'");
    }
    return value;
  }

  // Calls `take(text, node)` for each text of a non-empty list. False when the key is absent.
  template <class Take>
  bool list(const toml::table& table, std::string_view key, Take&& take) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return false;
    const toml::array* array = node->as_array();
    if (array == nullptr || array->empty()) {
      fail(*node, key, "must be a list of at least one text");
      return true;
    }
    for (const toml::node& item : *array) {
      const auto* value = item.as_string();
      if (value == nullptr || value->get().empty()) {
        fail(item, key, "must be a text that is not empty");
        return true;
      }
      take(std::string_view(value->get()), item);
    }
    return true;
  }

  template <std::size_t N>
  std::size_t name(const toml::node& node, std::string_view key, std::string_view text,
                   const std::array<std::string_view, N>& names) {
    const std::size_t at = find_name(names, text);
    if (at != kNone) return at;
    std::string remedy = "use one of: ";
    for (std::size_t i = 0; i < N; ++i) (i == 0 ? remedy : remedy.append(", ")).append(names[i]);
    fail(node, key, "unknown value \"" + std::string(text) + "\"", std::move(remedy));
    return 0;
  }

  // A set of names; `absent` when the key is not there.
  template <std::size_t N>
  unsigned set(const toml::table& table, std::string_view key,
               const std::array<std::string_view, N>& names, unsigned absent) {
    unsigned found = 0;
    const bool there = list(table, key, [&](std::string_view text, const toml::node& item) {
      const unsigned bit = 1U << name(item, key, text, names);
      if ((found & bit) != 0) fail(item, key, "stands twice in the list");
      found |= bit;
    });
    if (there) return found;
    if (absent == 0) fail(table, key, "this key is missing");
    return absent;
  }

  // Words of the CBV, or a user's own URIs. Absent: all words.
  std::uint64_t words(const toml::table& table, std::string_view key, epcis::CbvKind kind,
                      Vocabulary& vocabulary, bool& named) {
    std::uint64_t found = 0;
    named = list(table, key, [&](std::string_view text, const toml::node& item) {
      const bool own_uri =
          !epcis::in_cbv_namespace(text) && text.find(':') != std::string_view::npos;
      if (!own_uri && !epcis::cbv_word(kind, text)) {
        return fail(item, key, "not a word of the CBV: \"" + std::string(text) + "\"",
                    "use a CBV 2.0 word, or a URI of your own");
      }
      const auto number = vocabulary.add(kind, text);
      if (!number) {
        return fail(item, key, "more than " + std::to_string(kModelWordsMax) + " different words");
      }
      found |= std::uint64_t{1} << *number;
    });
    return named ? found : ~std::uint64_t{0};
  }

 private:
  std::string file_;
  std::optional<Error> error_;
};

Row read_row(Reader& reader, const toml::table& table, Vocabulary& steps,
             Vocabulary& dispositions) {
  reader.only_keys(table, {"event", "action", "biz_step", "disposition", "role", "scheme", "from",
                           "to", "requires", "quarantine", "rule", "refusal"});
  Row row;
  row.line = table.source().begin.line;
  row.events = reader.set(table, "event", kEventNames, 0);
  row.actions = reader.set(table, "action", kActionNames, 0);
  row.role = static_cast<unsigned>(find_name(kRoleNames, reader.text(table, "role", kNameSizeMax)));
  if (!reader.failed() && row.role >= kRoleNames.size()) {
    reader.fail(*table.get("role"), "role", "must be subject, parent or child");
  }
  row.steps = reader.words(table, "biz_step", epcis::CbvKind::BizStep, steps, row.names_step);
  row.dispositions = reader.words(table, "disposition", epcis::CbvKind::Disposition, dispositions,
                                  row.names_disposition);
  row.schemes = reader.set(table, "scheme", kSchemeNames, row.schemes);
  row.from = reader.set(table, "from", kStateNames, 0);
  if (const toml::node* to = table.get("to"); to != nullptr) {
    const std::string text = reader.text(table, "to", kNameSizeMax);
    if (!reader.failed()) {
      const std::size_t state = reader.name(*to, "to", text, kStateNames);
      // A fact writes "unchanged" as 0.
      if (state == 0) reader.fail(*to, "to", "no event leads back to Unassigned");
      row.outcome.life_after = static_cast<SerialState>(state);
    }
  }
  reader.list(table, "requires", [&](std::string_view text, const toml::node& item) {
    for (std::size_t i = 0; i < kRequirements.size(); ++i) {
      if (kRequirements[i].name == text) {
        row.requires_mask |= 1U << i;
        return;
      }
    }
    reader.fail(item, "requires", "unknown requirement \"" + std::string(text) + "\"",
                "use parentless, has_parent, not_quarantined, quarantined or not_expired");
  });
  if ((row.requires_mask & 3U) == 3U || (row.requires_mask & 12U) == 12U) {
    reader.fail(table, "requires", "two requirements contradict each other");
  }
  if (const toml::node* change = table.get("quarantine"); change != nullptr) {
    const std::string text = reader.text(table, "quarantine", kNameSizeMax);
    if (text == "set") {
      row.outcome.quarantine = QuarantineChange::Set;
    } else if (text == "cleared") {
      row.outcome.quarantine = QuarantineChange::Cleared;
    } else {
      reader.fail(*change, "quarantine", "must be \"set\" or \"cleared\"");
    }
  }
  if ((row.role != 0 || row.events != 1U) && row.outcome != Outcome{}) {
    reader.fail(table, {},
                "only the subject of an ObjectEvent may change its state: a fact records no other "
                "outcome");
  }
  row.rule = reader.word(table, "rule");
  row.refusal = reader.text(table, "refusal", kRefusalSizeMax);
  return row;
}

NumberRow read_number_row(Reader& reader, const toml::table& table) {
  reader.only_keys(table, {"from", "to", "rule", "refusal"});
  NumberRow row;
  row.from = reader.set(table, "from", kStateNames, 0);
  const std::string to = reader.text(table, "to", kNameSizeMax);
  if (!reader.failed()) {
    row.to = static_cast<SerialState>(reader.name(*table.get("to"), "to", to, kStateNames));
  }
  row.rule = reader.word(table, "rule");
  row.refusal = reader.text(table, "refusal", kRefusalSizeMax);
  return row;
}

template <class Take>
void each_table(Reader& reader, const toml::table& root, std::string_view key, Take&& take) {
  const toml::node* node = root.get(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
    return reader.fail(*node, key, "must be written as [[" + std::string(key) + "]] tables");
  }
  if (array->size() > kTransitionsMax) {
    return reader.fail(*node, key, "more than " + std::to_string(kTransitionsMax) + " tables");
  }
  for (const toml::node& item : *array) {
    take(*item.as_table());
    if (reader.failed()) return;
  }
}

// The rows that speak of a cell: those that name its step before those that name none, then
// those that name its disposition before those that name none.
std::vector<std::uint16_t> rows_of(const std::vector<Row>& rows, std::span<const std::uint16_t> in,
                                   std::size_t step, std::size_t disposition) {
  std::vector<std::uint16_t> found;
  int best = -1;
  for (const std::uint16_t index : in) {
    const Row& row = rows[index];
    if ((row.steps >> step & 1U) == 0 || (row.dispositions >> disposition & 1U) == 0) continue;
    const int specific = (row.names_step ? 2 : 0) + (row.names_disposition ? 1 : 0);
    if (specific < best) continue;
    if (specific > best) found.clear();
    best = specific;
    found.push_back(index);
  }
  return found;
}

}  // namespace

Model::Model(std::unique_ptr<State> state) : state_(std::move(state)) {}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;

Result<Model> Model::parse(std::string_view toml, std::string_view file_name) {
  Reader reader(file_name);
  if (toml.size() > kModelSizeMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "a rule model has at most " + std::to_string(kModelSizeMax) + " bytes",
                 .field = std::string(file_name)};
  }
  // ASCII alone: toml++ 3.3 has undefined behaviour on some other characters.
  for (std::size_t i = 0, line = 1; i < toml.size(); ++i) {
    const char c = toml[i];
    line += c == '\n' ? 1U : 0U;
    if ((c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t') continue;
    reader.fail_at(line, {}, "only printable ASCII characters, tabs and line ends may be used");
    return reader.take_error();
  }
  toml::parse_result parsed = toml::parse(toml, file_name);
  if (!parsed) {
    reader.fail_at(parsed.error().source().begin.line, {},
                   std::string(parsed.error().description()));
    return reader.take_error();
  }
  const toml::table& root = parsed.table();
  auto state = std::make_unique<State>();

  reader.only_keys(root, {"model", "transition", "number_transition"});
  const toml::table* model = root["model"].as_table();
  if (model == nullptr) {
    reader.fail(root, "model", "this table is missing");
    return reader.take_error();
  }
  reader.only_keys(*model, {"name", "version"});
  const std::string name = reader.word(*model, "name");
  const auto version = (*model)["version"].value_exact<std::int64_t>();
  if (!version || *version < 1 || *version > 1'000'000) {
    reader.fail(*model, "version", "must be a whole number from 1 to 1000000");
  } else {
    state->name = name + "/" + std::to_string(*version);
  }

  each_table(reader, root, "transition", [&](const toml::table& table) {
    state->rows.push_back(read_row(reader, table, state->steps, state->dispositions));
  });
  each_table(reader, root, "number_transition", [&](const toml::table& table) {
    state->number_rows.push_back(read_number_row(reader, table));
  });
  if (reader.failed()) return reader.take_error();

  state->cells.assign(kBuckets * state->steps.size() * state->dispositions.size(), 0);
  for (std::size_t event = 0; event < kEventNames.size(); ++event) {
    for (std::size_t action = 0; action < kActionNames.size(); ++action) {
      for (std::size_t role = 0; role < kRoleNames.size(); ++role) {
        const std::size_t bucket = bucket_of(event, action, role);
        for (std::size_t life = 0; life < kStates; ++life) {
          std::string what(kEventNames[event]);
          if (action + 1 < kActionNames.size()) what.append(" ").append(kActionNames[action]);
          state->refusals.push_back("no rule allows this " + what + " for a " +
                                    std::string(kRoleNames[role]) + " that is " +
                                    std::string(kStateNames[life]));
        }
        std::vector<std::uint16_t> in;
        for (std::size_t i = 0; i < state->rows.size(); ++i) {
          const Row& row = state->rows[i];
          if ((row.events >> event & 1U) != 0 && (row.actions >> action & 1U) != 0 &&
              row.role == role) {
            in.push_back(static_cast<std::uint16_t>(i));
          }
        }
        if (in.empty()) continue;
        std::vector<std::uint16_t> last;
        for (std::size_t step = 0; step < state->steps.size(); ++step) {
          for (std::size_t word = 0; word < state->dispositions.size(); ++word) {
            auto found = rows_of(state->rows, in, step, word);
            if (found.empty()) continue;
            for (const std::uint16_t row : found) {
              if (state->rows[row].outcome == state->rows[found[0]].outcome) continue;
              reader.fail_at(state->rows[row].line, "to",
                             "other outcome than the transition in line " +
                                 std::to_string(state->rows[found[0]].line) +
                                 " for the same step: a fact records one outcome for its list");
              return reader.take_error();
            }
            if (found != last) {
              state->lists.push_back(found);
              last = std::move(found);
            }
            state->cells[state->cell(bucket, step, word)] =
                static_cast<std::uint16_t>(state->lists.size() - 1);
          }
        }
      }
    }
  }
  for (const std::string_view from : kStateNames) {
    for (const std::string_view to : kStateNames) {
      state->number_refusals.push_back("no rule lets a number go from " + std::string(from) +
                                       " to " + std::string(to));
    }
  }
  return Model(std::move(state));
}

std::string_view Model::name() const { return state_->name; }

Verdict Model::judge(const Step& step, const ObjectFacts& object) const {
  const auto life = static_cast<std::size_t>(object.life);
  const unsigned failing =
      (object.has_parent ? 1U : 2U) | (object.quarantined ? 4U : 8U) | (object.expired ? 16U : 0U);
  const std::size_t bucket = state_->bucket(step);
  const Row* wrong_state = nullptr;
  const Row* unmet = nullptr;
  for (const std::uint16_t index : state_->candidates(bucket, step)) {
    const Row& row = state_->rows[index];
    if ((row.schemes >> static_cast<unsigned>(object.scheme) & 1U) == 0) continue;
    if ((row.from >> life & 1U) == 0) {
      if (wrong_state == nullptr) wrong_state = &row;
      continue;
    }
    if ((row.requires_mask & failing) == 0) {
      return {.allowed = true,
              .life_after = row.outcome.life_after,
              .quarantine = row.outcome.quarantine,
              .rule = row.rule,
              .reason = {}};
    }
    if (unmet == nullptr) unmet = &row;
  }
  Verdict refused;
  if (unmet != nullptr) {
    const auto which = static_cast<std::size_t>(std::countr_zero(unmet->requires_mask & failing));
    refused.rule = kRequirements[which].rule;
    refused.reason = kRequirements[which].reason;
  } else if (wrong_state != nullptr) {
    refused.rule = wrong_state->rule;
    refused.reason = wrong_state->refusal;
  } else {
    refused.rule = "no_transition";
    refused.reason = bucket == kNone ? std::string_view("no rule knows this kind of event")
                                     : state_->refusals[bucket * kStates + life];
  }
  return refused;
}

Outcome Model::outcome(const Step& step) const {
  const auto found = state_->candidates(state_->bucket(step), step);
  return found.empty() ? Outcome{} : state_->rows[found[0]].outcome;
}

Verdict Model::judge_number(SerialState from, SerialState to) const {
  const NumberRow* wrong_state = nullptr;
  for (const NumberRow& row : state_->number_rows) {
    if (row.to != to) continue;
    if ((row.from >> static_cast<unsigned>(from) & 1U) != 0) {
      return {.allowed = true, .life_after = to, .rule = row.rule, .reason = {}};
    }
    wrong_state = &row;
  }
  Verdict refused;
  refused.rule = wrong_state != nullptr ? std::string_view(wrong_state->rule) : "no_transition";
  refused.reason = wrong_state != nullptr
                       ? std::string_view(wrong_state->refusal)
                       : state_->number_refusals[static_cast<std::size_t>(from) * kStates +
                                                 static_cast<std::size_t>(to)];
  return refused;
}

std::string_view state_name(SerialState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

}  // namespace packtrail::rules
