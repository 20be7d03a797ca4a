#include "numbering/market_profile.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/assert.h"
#include "base/toml.h"

// One symbol per file of packs/formats/, made by packtrail_embed.
#define PACKTRAIL_PROFILES(X) \
  X(br) X(cn) X(eu) X(in) X(numeric) X(numeric_12) X(ru) X(sa) X(tr) X(us) X(uz)

namespace packtrail::embedded {
#define PACKTRAIL_DECLARE(name)                \
  extern const unsigned char profile_##name[]; \
  extern const std::size_t profile_##name##_size;
PACKTRAIL_PROFILES(PACKTRAIL_DECLARE)
#undef PACKTRAIL_DECLARE
}  // namespace packtrail::embedded

namespace packtrail::numbering {
namespace {

constexpr std::size_t kTextSizeMax = 300;

// Reads one file; the first error stays.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  Error take() { return *std::move(error_); }

  void fail(std::size_t line, std::string_view key, std::string message, std::string remedy = {}) {
    if (error_) return;
    error_ = Error{.code = Errc::InvalidArgument,
                   .message = std::move(message),
                   .field = file_ + " line " + std::to_string(line) + ", " + std::string(key),
                   .rule = "market profile (docs/formats/market-profile.md)",
                   .remedy = std::move(remedy)};
  }

  const toml::table& table(const toml::table& root, std::string_view name) {
    static const toml::table kEmpty;
    const auto* found = root.get_as<toml::table>(name);
    if (found == nullptr) {
      fail(1, name, "the table [" + std::string(name) + "] is missing", "add it");
      return kEmpty;
    }
    return *found;
  }

  void only(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      std::string remedy = "use one of:";
      for (const std::string_view name : known) remedy.append(" ").append(name);
      fail(key.source().begin.line, key.str(), "unknown key", std::move(remedy));
    }
  }

  enum class Need { Required, Optional };
  std::string text(const toml::table& table, std::string_view key, Need need) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      if (need == Need::Required) fail(line_of(table), key, "is missing", "add it");
      return {};
    }
    const auto* value = node->as_string();
    if (value == nullptr || value->get().empty() || value->get().size() > kTextSizeMax) {
      fail(line_of(*node), key, "must be a text of 1 to 300 bytes");
      return {};
    }
    return value->get();
  }

  std::size_t number(const toml::table& table, std::string_view key, std::size_t low,
                     std::size_t high, std::size_t absent) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return absent;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < static_cast<std::int64_t>(low) ||
        *value > static_cast<std::int64_t>(high)) {
      fail(line_of(*node), key,
           "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
      return absent;
    }
    return static_cast<std::size_t>(*value);
  }

  static std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

 private:
  std::string file_;
  std::optional<Error> error_;
};

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_market(std::string_view text) {
  return text == "*" || (text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) {
                           return c >= 'A' && c <= 'Z';
                         }));
}

void read_head(Reader& reader, const toml::table& head, MarketProfile& out) {
  using Need = Reader::Need;
  reader.only(head, {"name", "version", "title", "market", "issuer", "source"});
  out.name = reader.text(head, "name", Need::Required);
  if (!reader.failed() && !is_word(out.name)) {
    reader.fail(Reader::line_of(*head.get("name")), "name",
                "must be 1 to 32 lower-case letters, digits and '-'");
  }
  const std::size_t version = reader.number(head, "version", 1, 1'000'000, 0);
  if (version == 0) reader.fail(Reader::line_of(head), "version", "is missing", "add version = 1");
  out.name += "/" + std::to_string(version);
  out.title = reader.text(head, "title", Need::Required);
  out.market = reader.text(head, "market", Need::Required);
  if (!reader.failed() && !is_market(out.market)) {
    reader.fail(Reader::line_of(*head.get("market")), "market", "'" + out.market + "' is no market",
                "two capital letters, or \"*\" for any");
  }
  out.source = reader.text(head, "source", Need::Required);
  const std::string issuer = reader.text(head, "issuer", Need::Required);
  if (issuer == "elsewhere") {
    out.issuer = MarketProfile::Issuer::Elsewhere;
  } else if (!reader.failed() && issuer != "owner") {
    reader.fail(Reader::line_of(*head.get("issuer")), "issuer", "'" + issuer + "' is not known",
                "\"owner\" or \"elsewhere\"");
  }
}

void read_rules(Reader& reader, const toml::table& serial, MarketProfile& out) {
  using Need = Reader::Need;
  out.rules.prefix = reader.text(serial, "prefix", Need::Optional);
  out.rules.first_characters = reader.text(serial, "first_characters", Need::Optional);
  const toml::node* words = serial.get("excluded_words");
  if (words == nullptr) return;
  const toml::array* list = words->as_array();
  if (list == nullptr) return reader.fail(Reader::line_of(*words), "excluded_words", "is no list");
  for (const toml::node& word : *list) {
    const auto* value = word.as_string();
    if (value == nullptr) {
      return reader.fail(Reader::line_of(word), "excluded_words",
                         "holds something that is no text");
    }
    out.rules.excluded_words.push_back(value->get());
  }
}

void read_serial(Reader& reader, const toml::table& serial, MarketProfile& out) {
  using Need = Reader::Need;
  constexpr std::size_t kMax = gs1::SerialNumber::kSizeMax;
  reader.only(serial, {"alphabet", "length", "length_min", "length_max", "prefix",
                       "first_characters", "excluded_words"});
  const std::string characters = reader.text(serial, "alphabet", Need::Required);
  if (!characters.empty()) {
    auto alphabet = Alphabet::parse(characters);
    if (alphabet) {
      out.alphabet = *alphabet;
    } else {
      reader.fail(Reader::line_of(*serial.get("alphabet")), "alphabet", alphabet.error().message,
                  alphabet.error().remedy);
    }
  }
  out.length = reader.number(serial, "length", 1, kMax, 0);
  if (out.length == 0) reader.fail(Reader::line_of(serial), "length", "is missing", "add it");
  out.length_min = reader.number(serial, "length_min", 1, kMax, out.length);
  out.length_max = reader.number(serial, "length_max", 1, kMax, out.length);
  if (out.length_min > out.length || out.length > out.length_max) {
    reader.fail(Reader::line_of(serial), "length", "is not between length_min and length_max");
  }
  read_rules(reader, serial, out);
  if (reader.failed()) return;
  for (const std::size_t length : {out.length_min, out.length, out.length_max}) {
    const auto filter = SerialFilter::create(out.alphabet, length, out.rules);
    if (!filter) {
      const Error& error = filter.error();
      const std::string key = error.field.substr(error.field.find('.') + 1);
      return reader.fail(Reader::line_of(serial), key, error.message, error.remedy);
    }
  }
}

void read_companions(Reader& reader, const toml::table& root, MarketProfile& out) {
  const toml::node* node = root.get("companion");
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr || list->size() > kCompanionsMax) {
    return reader.fail(Reader::line_of(*node), "companion", "must be at most 8 tables");
  }
  if (out.issuer == MarketProfile::Issuer::Owner) {
    return reader.fail(Reader::line_of(*node), "companion",
                       "numbers of our own pools come without companions",
                       "set issuer = \"elsewhere\"");
  }
  for (const toml::node& item : *list) {
    const toml::table* table = item.as_table();
    if (table == nullptr) return reader.fail(Reader::line_of(item), "companion", "is no table");
    reader.only(*table, {"ai", "size"});
    MarketProfile::Companion made;
    made.ai = reader.text(*table, "ai", Reader::Need::Required);
    made.size = reader.number(*table, "size", 1, 90, 0);
    const bool digits =
        std::all_of(made.ai.begin(), made.ai.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!reader.failed() && (made.ai.size() < 2 || made.ai.size() > 4 || !digits)) {
      reader.fail(Reader::line_of(*table), "ai", "must be 2 to 4 digits");
    }
    if (made.size == 0) reader.fail(Reader::line_of(*table), "size", "is missing", "add it");
    out.companions.push_back(std::move(made));
  }
}

}  // namespace

Result<MarketProfile> MarketProfile::parse(std::string_view toml, std::string_view file_name) {
  Reader reader(file_name);
  if (toml.size() > kProfileSizeMax) {
    reader.fail(1, "file", "is larger than 64 KiB");
    return reader.take();
  }
  if (const std::size_t line = line_of_foreign_character(toml); line != 0) {
    reader.fail(line, "file", "holds a character that stands in quotes only");
    return reader.take();
  }
  const toml::parse_result root = toml::parse(toml);
  if (!root) {
    reader.fail(root.error().source().begin.line, "file",
                "is no TOML: " + std::string(root.error().description()));
    return reader.take();
  }
  MarketProfile out;
  reader.only(root.table(), {"profile", "serial", "companion"});
  read_head(reader, reader.table(root.table(), "profile"), out);
  read_serial(reader, reader.table(root.table(), "serial"), out);
  read_companions(reader, root.table(), out);
  if (reader.failed()) return reader.take();
  return out;
}

Status MarketProfile::apply(PoolSpec& spec, std::size_t wanted_length) const {
  if (issuer == Issuer::Elsewhere) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "numbers of the shape " + name + " are not made here: " + title,
                 .field = "format",
                 .rule = source,
                 .remedy = "Create a pool of imported numbers, and import the ones you are given."};
  }
  if (wanted_length != 0 && (wanted_length < length_min || wanted_length > length_max)) {
    return Error{
        .code = Errc::InvalidArgument,
        .message = std::to_string(wanted_length) + " characters are not what " + name + " allows",
        .field = "length",
        .rule = source,
        .remedy =
            "Choose " + std::to_string(length_min) + " to " + std::to_string(length_max) + "."};
  }
  spec.alphabet = alphabet;
  spec.length = wanted_length != 0 ? wanted_length : length;
  spec.rules = rules;
  spec.format = name;
  spec.market = market;
  return {};
}

Status MarketProfile::check(const gs1::SerialNumber& serial) const {
  const std::string_view text = serial.text();
  const auto wrong = [&](std::string message, std::optional<std::size_t> offset = {}) {
    return Error{.code = Errc::InvalidArgument,
                 .message = std::move(message),
                 .field = "serial",
                 .offset = offset,
                 .length = offset ? std::size_t{1} : std::size_t{0},
                 .rule = "the shape " + name,
                 .remedy = "ask who made the number"};
  };
  if (text.size() < length_min || text.size() > length_max) {
    return wrong("has " + std::to_string(text.size()) + " characters, not " +
                 std::to_string(length_min) +
                 (length_min == length_max ? "" : " to " + std::to_string(length_max)));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (alphabet.value_of(text[i]) == Alphabet::kNoDigit) {
      return wrong(std::string("'") + text[i] + "' is not of the alphabet", i);
    }
  }
  if (!text.starts_with(rules.prefix)) return wrong("does not begin with " + rules.prefix, 0);
  const SerialFilter filter = PACKTRAIL_TRY(SerialFilter::create(alphabet, text.size(), rules));
  if (!filter.admits(text)) return wrong("begins with, or contains, what the shape excludes");
  return {};
}

Status MarketProfile::check_companions(const gs1::ElementString& tail) const {
  for (const Companion& companion : companions) {
    const auto value = tail.find(companion.ai);
    if (value && value->size() == companion.size) continue;
    return Error{.code = Errc::InvalidArgument,
                 .message = "(" + companion.ai + ") has " +
                            (value ? std::to_string(value->size()) + " characters, not "
                                   : std::string("no value, and needs one of ")) +
                            std::to_string(companion.size) + (value ? "" : " characters"),
                 .field = "tail",
                 .rule = "the shape " + name,
                 .remedy = "ask who made the number"};
  }
  return {};
}

std::span<const ProfileFile> builtin_profile_files() {
  static const auto view = [](const unsigned char* bytes, std::size_t size) {
    return std::string_view(reinterpret_cast<const char*>(bytes), size);
  };
#define PACKTRAIL_LIST(name) \
  ProfileFile{#name, view(embedded::profile_##name, embedded::profile_##name##_size)},
  static const std::array kFiles{PACKTRAIL_PROFILES(PACKTRAIL_LIST)};
#undef PACKTRAIL_LIST
  return kFiles;
}

const std::vector<MarketProfile>& builtin_profiles() {
  static const std::vector<MarketProfile> profiles = [] {
    std::vector<MarketProfile> made;
    for (const ProfileFile& file : builtin_profile_files()) {
      auto profile = MarketProfile::parse(file.text, std::string(file.name) + ".toml");
      PACKTRAIL_ASSERT(profile.has_value());  // A test parses every file.
      made.push_back(*std::move(profile));
    }
    return made;
  }();
  return profiles;
}

Result<MarketProfile> builtin_profile(std::string_view name) {
  std::string names;
  for (const MarketProfile& profile : builtin_profiles()) {
    const std::string_view own = std::string_view(profile.name).substr(0, profile.name.find('/'));
    if (own == name || profile.name == name) return profile;
    names.append(names.empty() ? "" : ", ").append(own);
  }
  return Error{.code = Errc::NotFound,
               .message = "no market profile is called " + std::string(name),
               .field = "format",
               .remedy = "Use one of: " + names + ", or give a profile file."};
}

}  // namespace packtrail::numbering
