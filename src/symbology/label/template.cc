#include "symbology/label/template.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/time.h"
#include "base/toml.h"
#include "gs1/ai_table.h"
#include "gs1/digital_link.h"
#include "gs1/pzn.h"

namespace packtrail::symbology {
namespace {

Error bad(std::string field, std::string message, std::string remedy = {}) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::move(field),
               .remedy = std::move(remedy)};
}

Error limit(std::string field, const char* rule) {
  return Error{.code = Errc::ResourceExhausted,
               .message = "there is too much of it",
               .field = std::move(field),
               .rule = rule};
}

Result<toml::table> parse_toml(std::string_view text) {
  if (text.size() > kTemplateTextMax) return limit("template", "kTemplateTextMax 65536");
  if (const std::size_t line = line_of_foreign_character(text); line != 0) {
    return bad("line " + std::to_string(line), "holds a character that stands in quotes only");
  }
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const auto& error = parsed.error();
    return bad("line " + std::to_string(error.source().begin.line),
               "is no TOML: " + std::string(error.description()));
  }
  return std::move(parsed).table();
}

// Reads the keys of one table; close() finds those that nobody asked for.
class Keys {
 public:
  Keys(const toml::table& table, std::string path) : table_(table), path_(std::move(path)) {}

  [[nodiscard]] std::string path(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }
  const toml::node* find(std::string_view key) {
    known_.insert(std::string(key));
    return table_.get(key);
  }

  Result<std::string> text(std::string_view key, std::optional<std::string> otherwise = {}) {
    const toml::node* node = find(key);
    if (node == nullptr) {
      if (otherwise) return *std::move(otherwise);
      return bad(path(key), "is missing");
    }
    const auto value = node->value<std::string>();
    if (!node->is_string() || !value) return bad(path(key), "is no text");
    return *value;
  }

  Result<double> number(std::string_view key, double min, double max,
                        std::optional<double> otherwise = {}) {
    const toml::node* node = find(key);
    if (node == nullptr) {
      if (otherwise) return *otherwise;
      return bad(path(key), "is missing");
    }
    const auto value = node->value<double>();
    if (!node->is_number() || !value || !(*value >= min && *value <= max)) {
      return bad(path(key), "is no number from " + shown(min) + " to " + shown(max));
    }
    return *value;
  }

  Result<int> whole(std::string_view key, int min, int max, int otherwise) {
    const toml::node* node = find(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value<std::int64_t>();
    if (!node->is_integer() || !value || !(*value >= min && *value <= max)) {
      return bad(path(key),
                 "is no whole number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return static_cast<int>(*value);
  }

  Result<bool> flag(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return false;
    if (!node->is_boolean()) return bad(path(key), "is neither true nor false");
    return node->value<bool>().value_or(false);
  }

  Result<std::vector<std::string>> list(std::string_view key) {
    std::vector<std::string> out;
    const toml::node* node = find(key);
    if (node == nullptr) return out;
    const toml::array* array = node->as_array();
    if (array == nullptr) return bad(path(key), "is no list of texts");
    if (array->size() > kLabelFieldsMax) return limit(path(key), "kLabelFieldsMax 200");
    for (const toml::node& item : *array) {
      const auto value = item.value<std::string>();
      if (!item.is_string() || !value) return bad(path(key), "is no list of texts");
      out.push_back(*value);
    }
    return out;
  }

  Status close() const {
    for (const auto& [key, node] : table_) {
      if (known_.find(std::string(key.str())) == known_.end()) {
        return bad(path(key.str()), "there is no such key", "see docs/user/labels.md");
      }
    }
    return {};
  }

 private:
  static std::string shown(double value) {
    const long thousandths = std::lround(value * 1000);
    std::string out = std::to_string(thousandths / 1000);
    if (thousandths % 1000 != 0) out += "." + std::to_string(1000 + thousandths % 1000).substr(1);
    return out;
  }
  const toml::table& table_;
  std::string path_;
  std::set<std::string> known_;
};

// Every table of an array of tables ("[[text]]"), or none when the key is missing.
template <class Read>
Status each_table(Keys& keys, std::string_view key, const Read& read) {
  const toml::node* node = keys.find(key);
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  if (array == nullptr) return bad(keys.path(key), "is written [[" + std::string(key) + "]]");
  if (array->size() > kPageItemsMax) return limit(keys.path(key), "kPageItemsMax 200");
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string path = keys.path(key) + "[" + std::to_string(i) + "]";
    const toml::table* table = array->get(i)->as_table();
    if (table == nullptr) return bad(path, "is no table");
    Keys inner(*table, path);
    PACKTRAIL_TRY(read(inner));
    PACKTRAIL_TRY(inner.close());
  }
  return {};
}

Result<Align> align_of(Keys& keys) {
  const std::string text = PACKTRAIL_TRY(keys.text("align", "start"));
  if (text == "start") return Align::Start;
  if (text == "centre") return Align::Centre;
  if (text == "end") return Align::End;
  return bad(keys.path("align"), "'" + text + "' is not start, centre or end");
}

Result<LabelUse> use_of(Keys& keys, LabelUse otherwise) {
  const std::string text = PACKTRAIL_TRY(keys.text("use", to_string(otherwise)));
  if (const auto use = label_use(text)) return *use;
  return bad(keys.path("use"), "there is no use '" + text + "'");
}

Result<PageText> read_box(Keys& keys) {
  PageText out;
  out.x_mm = PACKTRAIL_TRY(keys.number("x_mm", 0, kLabelSideMmMax));
  out.y_mm = PACKTRAIL_TRY(keys.number("y_mm", 0, kLabelSideMmMax));
  out.width_mm = PACKTRAIL_TRY(keys.number("width_mm", 0.5, kLabelSideMmMax));
  out.size_pt = PACKTRAIL_TRY(keys.number("size_pt", 2, 200));
  out.size_pt_min = PACKTRAIL_TRY(keys.number("min_pt", 2, 200, 0));
  if (out.size_pt_min > out.size_pt) return bad(keys.path("min_pt"), "is above size_pt");
  out.lines_max = PACKTRAIL_TRY(keys.whole("lines", 1, 20, 1));
  out.align = PACKTRAIL_TRY(align_of(keys));
  out.weight = PACKTRAIL_TRY(keys.flag("bold")) ? Weight::Bold : Weight::Normal;
  return out;
}

Result<LabelTemplate::Element> read_element(const std::string& text, const std::string& path) {
  const std::size_t at = text.find('=');
  LabelTemplate::Element out;
  if (at == std::string::npos || at + 1 == text.size()) {
    return bad(path, "'" + text + "' is not AI=field", "for example \"21=serial\"");
  }
  out.ai = text.substr(0, at);
  out.field = text.substr(at + 1);
  if (out.field.back() == '?') {
    out.optional = true;
    out.field.pop_back();
  }
  if (!gs1::Ai::parse(out.ai)) return bad(path, "there is no AI (" + out.ai + ")");
  if (out.field.empty()) return bad(path, "'" + text + "' names no field");
  return out;
}

Result<LabelTemplate::Symbol> read_symbol(Keys& keys) {
  LabelTemplate::Symbol out;
  out.name = PACKTRAIL_TRY(keys.text("name"));
  const std::string kind = PACKTRAIL_TRY(keys.text("kind"));
  const auto known = symbol_kind(kind);
  if (!known) return bad(keys.path("kind"), "there is no kind of symbol '" + kind + "'");
  out.kind = *known;
  for (const std::string& element : PACKTRAIL_TRY(keys.list("elements"))) {
    out.elements.push_back(PACKTRAIL_TRY(read_element(element, keys.path("elements"))));
  }
  if (out.elements.empty()) return bad(keys.path("elements"), "is empty");
  out.stem = PACKTRAIL_TRY(keys.text("stem", "https://id.gs1.org"));
  out.x_mm = PACKTRAIL_TRY(keys.number("x_mm", 0, kLabelSideMmMax));
  out.y_mm = PACKTRAIL_TRY(keys.number("y_mm", 0, kLabelSideMmMax));
  out.align = PACKTRAIL_TRY(align_of(keys));
  out.x_dimension_mm = PACKTRAIL_TRY(keys.number("x_dimension_mm", 0.05, 2, 0));
  out.bar_height_mm = PACKTRAIL_TRY(keys.number("bar_height_mm", 1, 200, 0));
  out.room_width_mm = PACKTRAIL_TRY(keys.number("room_width_mm", 1, kLabelSideMmMax, 0));
  out.room_height_mm = PACKTRAIL_TRY(keys.number("room_height_mm", 1, kLabelSideMmMax, 0));
  if (keys.find("use") != nullptr) {
    out.use = PACKTRAIL_TRY(use_of(keys, LabelUse::HealthcarePack));
  }
  if (PACKTRAIL_TRY(keys.flag("partners_elsewhere"))) out.partners = Partners::AnywhereOnTheItem;
  return out;
}

Result<LabelTemplate::Hri> read_hri(Keys& keys) {
  LabelTemplate::Hri out;
  out.box = PACKTRAIL_TRY(read_box(keys));
  out.symbol = PACKTRAIL_TRY(keys.text("symbol"));
  out.ais = PACKTRAIL_TRY(keys.list("ais"));
  for (const std::string& ai : out.ais) {
    if (!gs1::Ai::parse(ai)) return bad(keys.path("ais"), "there is no AI (" + ai + ")");
  }
  const std::string style = PACKTRAIL_TRY(keys.text("style", "brackets"));
  if (style != "brackets" && style != "captions") {
    return bad(keys.path("style"), "'" + style + "' is neither brackets nor captions");
  }
  out.captions = style == "captions";
  out.together = PACKTRAIL_TRY(keys.flag("together"));
  out.dates = PACKTRAIL_TRY(keys.text("dates", ""));
  out.line_mm = PACKTRAIL_TRY(keys.number("line_mm", 0.5, 50, out.box.size_pt * 0.45));
  out.exempt_ais = PACKTRAIL_TRY(keys.list("exempt_ais"));
  out.exempt_sides_mm = PACKTRAIL_TRY(keys.number("exempt_sides_mm", 0, 1000, 0));
  return out;
}

Status read_captions(Keys& keys, LabelTemplate& form) {
  const toml::node* node = keys.find("captions");
  if (node == nullptr) return {};
  const toml::table* languages = node->as_table();
  if (languages == nullptr) return bad(keys.path("captions"), "is no table of languages");
  for (const auto& [language, captions] : *languages) {
    const std::string path = keys.path("captions") + "." + std::string(language.str());
    const toml::table* table = captions.as_table();
    if (table == nullptr) return bad(path, "is no table");
    auto& out = form.captions[std::string(language.str())];
    for (const auto& [key, value] : *table) {
      const auto text = value.value<std::string>();
      if (!value.is_string() || !text) {
        return bad(path + "." + std::string(key.str()), "is no text");
      }
      out[std::string(key.str())] = *text;
    }
  }
  return {};
}

Result<FieldKind> kind_of(std::string_view name, std::string path) {
  if (name == "pzn") return FieldKind::Pzn;
  if (name == "ppn") return FieldKind::Ppn;
  if (name == "ntin") return FieldKind::Ntin;
  return bad(std::move(path), "'" + std::string(name) + "' is not pzn, ppn or ntin");
}

Status read_kinds(Keys& keys, LabelTemplate& form) {
  const toml::node* node = keys.find("kinds");
  if (node == nullptr) return {};
  const toml::table* table = node->as_table();
  if (table == nullptr) return bad(keys.path("kinds"), "is no table");
  for (const auto& [field, kind] : *table) {
    const std::string path = keys.path("kinds") + "." + std::string(field.str());
    if (!kind.is_string()) return bad(path, "is no text");
    form.kinds.emplace(std::string(field.str()),
                       PACKTRAIL_TRY(kind_of(kind.value<std::string>().value_or(""), path)));
  }
  return {};
}

Status read_fields(const toml::table& table, const std::string& language, LabelData& out) {
  for (const auto& [key, value] : table) {
    const std::string name = std::string(key.str()) + (language.empty() ? "" : "." + language);
    if (out.size() >= kLabelFieldsMax) return limit(name, "kLabelFieldsMax 200");
    if (const toml::table* inner = value.as_table(); inner != nullptr && language.empty()) {
      PACKTRAIL_TRY(read_fields(*inner, std::string(key.str()), out));
    } else if (value.is_string()) {
      out[name] = value.value<std::string>().value_or("");
    } else if (value.is_integer()) {
      out[name] = std::to_string(value.value<std::int64_t>().value_or(0));
    } else {
      return bad(name, "is neither text nor a whole number",
                 "write it in quotes, numbers with leading zeros too");
    }
  }
  return {};
}

// ---- Filling in

struct Placeholder {
  std::string_view name = {};
  std::string_view format = {};
  bool optional = false;
  bool caption = false;
};

// Calls `found` for each "{...}", `plain` for what stands between.
template <class Plain, class Found>
Status walk(std::string_view field, std::string_view text, const Plain& plain, const Found& found) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at);
    plain(text.substr(at, open == std::string_view::npos ? open : open - at));
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return bad(std::string(field), "a brace is not closed");
    Placeholder one{text.substr(open + 1, close - open - 1)};
    at = close + 1;
    if (const std::size_t colon = one.name.find(':'); colon != std::string_view::npos) {
      one.format = one.name.substr(colon + 1);
      one.name = one.name.substr(0, colon);
    }
    if (!one.name.empty() && one.name.front() == '@') {
      one.caption = true;
      one.name.remove_prefix(1);
    }
    if (!one.name.empty() && one.name.back() == '?') {
      one.optional = true;
      one.name.remove_suffix(1);
    }
    if (one.name.empty()) return bad(std::string(field), "empty braces name no field");
    PACKTRAIL_TRY(found(one));
  }
  return {};
}

struct Day {
  int year = 0, month = 0, day = 0;  // day 0: the month as a whole.
};

bool digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "271231", "2027-12-31" or "2027-12". Two digits of a year are 20YY: labels show days to come.
std::optional<Day> day_of(std::string_view text) {
  const auto number = [](std::string_view part) {
    int value = 0;
    for (const char c : part) value = value * 10 + (c - '0');
    return value;
  };
  Day out;
  if (text.size() == 6 && digits(text)) {
    out = {2000 + number(text.substr(0, 2)), number(text.substr(2, 2)), number(text.substr(4, 2))};
  } else if ((text.size() == 7 || text.size() == 10) && text[4] == '-' &&
             digits(text.substr(0, 4)) && digits(text.substr(5, 2))) {
    out = {number(text.substr(0, 4)), number(text.substr(5, 2)), 0};
    if (text.size() == 10) {
      if (text[7] != '-' || !digits(text.substr(8, 2))) return std::nullopt;
      out.day = number(text.substr(8, 2));
      if (out.day == 0) return std::nullopt;
    }
  } else {
    return std::nullopt;
  }
  if (out.year < 2000 || out.year > 2099 || out.month < 1 || out.month > 12 ||
      out.day > Date::days_in_month(out.year, out.month)) {
    return std::nullopt;
  }
  return out;
}

std::string two_digits(int value) { return std::to_string(100 + value).substr(1); }

// YYYY, YY, MM, DD are replaced, other characters stay. With a month as a whole, DD and the
// separator beside it are left out.
std::string date_text(const Day& day, std::string_view format) {
  std::string out;
  for (std::size_t at = 0; at < format.size();) {
    if (format.substr(at, 4) == "YYYY") {
      out += std::to_string(day.year);
      at += 4;
    } else if (format.substr(at, 2) == "YY") {
      out += two_digits(day.year % 100);
      at += 2;
    } else if (format.substr(at, 2) == "MM") {
      out += two_digits(day.month);
      at += 2;
    } else if (format.substr(at, 2) == "DD") {
      at += 2;
      if (day.day > 0) {
        out += two_digits(day.day);
      } else if (!out.empty()) {
        out.pop_back();
      } else {
        ++at;
      }
    } else {
      out += format[at++];
    }
  }
  return out;
}

bool is_date_ai(std::string_view ai) {
  return ai == "11" || ai == "12" || ai == "13" || ai == "15" || ai == "16" || ai == "17";
}

// Fills one label in one language.
class Filling {
 public:
  Filling(const LabelTemplate& form, const LabelData& data, std::string language)
      : form_(form), data_(data), language_(std::move(language)) {}

  [[nodiscard]] const std::string* value(std::string_view name) const {
    // An empty translation is a missing one: it would leave out a text that the label needs.
    const auto translated = data_.find(std::string(name) + "." + language_);
    if (translated != data_.end() && !translated->second.empty()) return &translated->second;
    const auto it = data_.find(name);
    return it == data_.end() || it->second.empty() ? nullptr : &it->second;
  }
  [[nodiscard]] const std::string* caption(std::string_view name) const {
    const auto language = form_.captions.find(language_);
    if (language == form_.captions.end()) return nullptr;
    const auto it = language->second.find(name);
    return it == language->second.end() || it->second.empty() ? nullptr : &it->second;
  }

  // Empty when an optional field of it has no value.
  Result<std::string> text(const PageText& box) const {
    std::string out;
    bool wanted = true;
    const Status filled = walk(
        box.name, box.text, [&](std::string_view plain) { out += plain; },
        [&](const Placeholder& one) -> Status {
          const std::string* found = one.caption ? caption(one.name) : value(one.name);
          if (found == nullptr) {
            if (one.optional) {
              wanted = false;
              return {};
            }
            return bad(std::string(one.name),
                       one.caption ? "the language " + language_ + " has no such caption"
                                   : std::string("the label needs this field"));
          }
          if (one.format.empty()) {
            out += *found;
            return {};
          }
          const auto day = day_of(*found);
          if (!day) return bad(std::string(one.name), "'" + *found + "' is no date");
          out += date_text(*day, one.format);
          return {};
        });
    if (!filled) return filled.error();
    return wanted ? out : std::string();
  }

  Result<gs1::ElementString> elements(const LabelTemplate::Symbol& symbol) const {
    gs1::ElementString out;
    for (const auto& element : symbol.elements) {
      const std::string* found = value(element.field);
      if (found == nullptr) {
        if (element.optional) continue;
        return bad(element.field, "the symbol " + symbol.name + " needs this field");
      }
      std::string text = *found;
      if (is_date_ai(element.ai) && !(text.size() == 6 && digits(text))) {
        const auto day = day_of(text);
        if (!day) return bad(element.field, "'" + text + "' is no date", "write YYYY-MM-DD");
        text = two_digits(day->year % 100) + two_digits(day->month) + two_digits(day->day);
      }
      const Status added = out.add(*gs1::Ai::parse(element.ai), text);
      if (!added) {
        Error error = added.error();
        error.field = element.field;
        return error;
      }
    }
    return out;
  }

 private:
  const LabelTemplate& form_;
  const LabelData& data_;
  std::string language_;
};

Result<std::optional<PageSymbol>> place(const LabelTemplate& form,
                                        const LabelTemplate::Symbol& symbol,
                                        const gs1::ElementString& elements, const Page& page) {
  if (elements.empty()) return std::optional<PageSymbol>();
  SymbolRequest request{.kind = symbol.kind, .size = {}, .partners = symbol.partners};
  std::optional<MadeSymbol> made;
  if (carries_link(symbol.kind)) {
    const std::string uri = PACKTRAIL_TRY(gs1::to_digital_link(elements, symbol.stem));
    made = PACKTRAIL_TRY(make_link_symbol(uri, request));
  } else {
    made = PACKTRAIL_TRY(make_symbol(elements, request));
  }
  const auto um = [](double mm) { return static_cast<int>(std::lround(mm * 1000)); };
  PlanRequest wanted;
  wanted.dpi = page.dpi;
  wanted.use = symbol.use.value_or(form.use);
  wanted.x_dimension_um = um(symbol.x_dimension_mm);
  wanted.bar_height_um = um(symbol.bar_height_mm);
  wanted.width_um_max = um(symbol.room_width_mm);
  wanted.height_um_max = um(symbol.room_height_mm);
  auto plan = plan_print(*made, wanted);
  if (!plan) {
    Error error = plan.error();
    error.field = symbol.name + "." + error.field;
    return error;
  }
  int x = page.dots(symbol.x_mm);
  if (symbol.align == Align::Centre) x -= plan->width_dots / 2;
  if (symbol.align == Align::End) x -= plan->width_dots;
  return std::optional<PageSymbol>(
      PageSymbol{symbol.name, *std::move(made), *plan, x, page.dots(symbol.y_mm)});
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

Status add_readable(const LabelTemplate::Hri& hri, const gs1::ElementString& elements,
                    const Filling& filling, Page& page) {
  std::vector<std::string> exempt;
  if (const std::string* sides = filling.value("pack_sides_mm")) {
    if (!digits(*sides) || sides->size() > 4) return bad("pack_sides_mm", "is no whole number");
    if (std::stoi(*sides) <= hri.exempt_sides_mm) exempt = hri.exempt_ais;
  }
  std::vector<std::string> order = hri.ais;
  if (order.empty()) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      order.emplace_back(gs1::to_text(elements[i].ai).view());
    }
  }
  std::string all;
  double y = hri.box.y_mm;
  for (const std::string& ai : order) {
    const auto found = elements.find(std::string_view(ai));
    if (!found || contains(exempt, ai)) continue;
    std::string shown(*found);
    if (is_date_ai(ai) && !hri.dates.empty()) {
      if (const auto day = day_of(shown)) shown = date_text(*day, hri.dates);
    }
    std::string text;
    if (hri.captions) {
      const std::string* caption = filling.caption(ai);
      const gs1::AiEntry* entry = gs1::find_ai(*gs1::Ai::parse(ai));
      text = (caption != nullptr ? *caption : std::string(entry->title)) + " " + shown;
    } else {
      text = "(" + ai + ") " + shown;
    }
    if (hri.together) {
      all += (all.empty() ? "" : "  ") + text;
      continue;
    }
    PageText line = hri.box;
    line.name = "(" + ai + ")";
    line.text = std::move(text);
    line.y_mm = y;
    y += hri.line_mm;
    page.texts.push_back(std::move(line));
  }
  if (!all.empty()) {
    PageText line = hri.box;
    line.name = "readable " + hri.symbol;
    line.text = std::move(all);
    page.texts.push_back(std::move(line));
  }
  return {};
}

// The PZN that a field of this kind stands for; nothing for a PPN of another agency.
Result<std::optional<gs1::Pzn>> medicine_number(FieldKind kind, const std::string& text) {
  if (kind == FieldKind::Pzn) {
    return std::optional<gs1::Pzn>(PACKTRAIL_TRY(gs1::Pzn::parse(text)));
  }
  if (kind == FieldKind::Ppn) return PACKTRAIL_TRY(gs1::Ppn::parse(text)).pzn();
  const auto pzn = gs1::Pzn::of_ntin(PACKTRAIL_TRY(gs1::Gtin::parse(text)));
  if (!pzn) return bad("", "is no NTIN", "an NTIN is 0, 4150, a PZN and a check digit");
  return std::optional<gs1::Pzn>(*pzn);
}

// Each number by its own rules, then all of them as one medicine.
Status check_kinds(const LabelTemplate& form, const Filling& filling) {
  std::optional<std::pair<std::string, std::optional<gs1::Pzn>>> first;
  for (const auto& [field, kind] : form.kinds) {
    const std::string* text = filling.value(field);
    if (text == nullptr) continue;
    const auto number = medicine_number(kind, *text);
    if (!number) {
      Error error = number.error();
      error.field = field;
      return error;
    }
    if (first && first->second != *number) {
      return bad(field, "'" + *text + "' is another medicine than the field " + first->first);
    }
    if (!first) first = std::pair{field, *number};
  }
  return {};
}

// Data that no text and no symbol takes up is a mistyped name, and its value would be missing.
Status check_names(const LabelTemplate& form, const LabelData& data) {
  std::set<std::string, std::less<>> known;
  std::string all;
  for (std::string field : form.fields()) {
    all += (all.empty() ? "" : " ") + field;
    if (field.back() == '?') field.pop_back();
    known.insert(std::move(field));
  }
  for (const auto& [name, value] : data) {
    if (known.find(name) != known.end()) continue;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos ||
        known.find(std::string_view(name).substr(0, dot)) == known.end()) {
      return bad(name, "the template " + form.name + " has no such field", "its fields: " + all);
    }
    if (!contains(form.languages, std::string_view(name).substr(dot + 1))) {
      return bad(name, "the template " + form.name + " has no such language");
    }
  }
  return {};
}

bool is_print_resolution(int dpi) { return dpi == 203 || dpi == 300 || dpi == 600; }

Result<Page> fill(const LabelTemplate& form, const Filling& filling, int dpi) {
  Page page;
  page.width_mm = form.width_mm;
  page.height_mm = form.height_mm;
  page.dpi = dpi;
  page.fonts = form.fonts;
  page.rules = form.rules;
  PACKTRAIL_TRY(check_kinds(form, filling));
  std::map<std::string, gs1::ElementString> encoded;
  for (const auto& symbol : form.symbols) {
    const auto elements = PACKTRAIL_TRY(filling.elements(symbol));
    encoded.emplace(symbol.name, elements);
    if (auto placed = PACKTRAIL_TRY(place(form, symbol, elements, page))) {
      page.symbols.push_back(*std::move(placed));
    }
  }
  for (const PageText& box : form.texts) {
    PageText text = box;
    text.text = PACKTRAIL_TRY(filling.text(box));
    if (!text.text.empty()) page.texts.push_back(std::move(text));
  }
  for (const auto& hri : form.readable) {
    PACKTRAIL_TRY(add_readable(hri, encoded.at(hri.symbol), filling, page));
  }
  return page;
}

Status check_references(const LabelTemplate& form) {
  std::set<std::string> names;
  for (const auto& symbol : form.symbols) {
    if (!names.insert(symbol.name).second) return bad(symbol.name, "two symbols have this name");
  }
  for (const auto& hri : form.readable) {
    if (names.count(hri.symbol) == 0) return bad("hri", "there is no symbol '" + hri.symbol + "'");
    const auto symbol = std::find_if(form.symbols.begin(), form.symbols.end(),
                                     [&](const auto& one) { return one.name == hri.symbol; });
    for (const auto* ais : {&hri.ais, &hri.exempt_ais}) {
      for (const std::string& ai : *ais) {
        if (std::none_of(symbol->elements.begin(), symbol->elements.end(),
                         [&](const auto& element) { return element.ai == ai; })) {
          return bad("hri", "the symbol '" + hri.symbol + "' never carries (" + ai + ")");
        }
      }
    }
  }
  std::set<std::string> languages;
  for (const std::string& language : form.languages) {
    if (language.empty() || language.find('.') != std::string::npos) {
      return bad("languages", "'" + language + "' is no language");
    }
    if (!languages.insert(language).second) return bad("languages", language + " stands twice");
  }
  for (const auto& [language, captions] : form.captions) {
    if (!contains(form.languages, language)) {
      return bad("captions." + language, "is not among the languages");
    }
  }
  for (const PageText& text : form.texts) {
    PACKTRAIL_TRY(walk(
        text.name, text.text, [](std::string_view) {},
        [](const Placeholder&) -> Status { return {}; }));
  }
  const std::vector<std::string> fields = form.fields();
  for (const auto& [field, kind] : form.kinds) {
    if (!contains(fields, field) && !contains(fields, field + "?")) {
      return bad("kinds." + field, "there is no such field");
    }
  }
  const Status known = check_names(form, form.sample);
  if (!known) {
    Error error = known.error();
    error.field = "sample." + error.field;
    return error;
  }
  return {};
}

// A name becomes part of a file's name.
bool is_template_name(std::string_view name) {
  return !name.empty() && name.size() <= kTemplateNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

}  // namespace

Result<LabelData> parse_label_data(std::string_view text) {
  const toml::table table = PACKTRAIL_TRY(parse_toml(text));
  LabelData out;
  PACKTRAIL_TRY(read_fields(table, "", out));
  return out;
}

Status set_field(LabelData& data, std::string_view assignment) {
  const std::size_t at = assignment.find('=');
  if (at == std::string_view::npos || at == 0) {
    return bad(std::string(assignment), "is not field=value");
  }
  data[std::string(assignment.substr(0, at))] = std::string(assignment.substr(at + 1));
  if (data.size() > kLabelFieldsMax) return limit("data", "kLabelFieldsMax 200");
  return {};
}

Result<LabelTemplate> LabelTemplate::parse(std::string_view text) {
  const toml::table table = PACKTRAIL_TRY(parse_toml(text));
  Keys keys(table, "");
  LabelTemplate out;
  out.name = PACKTRAIL_TRY(keys.text("name"));
  if (!is_template_name(out.name)) {
    return bad("name", "is no name of a template",
               "1 to 64 of the letters a to z, digits and hyphens");
  }
  out.title = PACKTRAIL_TRY(keys.text("title"));
  out.width_mm = PACKTRAIL_TRY(keys.number("width_mm", 3, kLabelSideMmMax));
  out.height_mm = PACKTRAIL_TRY(keys.number("height_mm", 2, kLabelSideMmMax));
  out.dpi = PACKTRAIL_TRY(keys.whole("dpi", 203, 600, 300));
  if (!is_print_resolution(out.dpi)) return bad("dpi", "is not 203, 300 or 600");
  out.use = PACKTRAIL_TRY(use_of(keys, LabelUse::HealthcarePack));
  out.fonts = PACKTRAIL_TRY(keys.text("fonts", kLabelFonts));
  out.languages = PACKTRAIL_TRY(keys.list("languages"));
  if (out.languages.empty()) return bad("languages", "names no language");
  if (out.languages.size() > kLanguagesMax) return limit("languages", "kLanguagesMax 40");
  PACKTRAIL_TRY(read_captions(keys, out));
  PACKTRAIL_TRY(read_kinds(keys, out));
  const Status read_symbols = each_table(keys, "symbol", [&](Keys& inner) -> Status {
    out.symbols.push_back(PACKTRAIL_TRY(read_symbol(inner)));
    return {};
  });
  if (!read_symbols) return read_symbols.error();
  const Status read_texts = each_table(keys, "text", [&](Keys& inner) -> Status {
    PageText box = PACKTRAIL_TRY(read_box(inner));
    box.text = PACKTRAIL_TRY(inner.text("text"));
    box.name = PACKTRAIL_TRY(inner.text("name", box.text));
    out.texts.push_back(std::move(box));
    return {};
  });
  if (!read_texts) return read_texts.error();
  const Status read_hris = each_table(keys, "hri", [&](Keys& inner) -> Status {
    out.readable.push_back(PACKTRAIL_TRY(read_hri(inner)));
    return {};
  });
  if (!read_hris) return read_hris.error();
  const Status read_rules = each_table(keys, "rule", [&](Keys& inner) -> Status {
    PageRule rule;
    rule.x_mm = PACKTRAIL_TRY(inner.number("x_mm", 0, kLabelSideMmMax));
    rule.y_mm = PACKTRAIL_TRY(inner.number("y_mm", 0, kLabelSideMmMax));
    rule.width_mm = PACKTRAIL_TRY(inner.number("width_mm", 0.05, kLabelSideMmMax));
    rule.height_mm = PACKTRAIL_TRY(inner.number("height_mm", 0.05, kLabelSideMmMax));
    out.rules.push_back(rule);
    return {};
  });
  if (!read_rules) return read_rules.error();
  if (const toml::node* sample = keys.find("sample")) {
    if (sample->as_table() == nullptr) return bad("sample", "is no table");
    PACKTRAIL_TRY(read_fields(*sample->as_table(), "", out.sample));
  }
  PACKTRAIL_TRY(keys.close());
  PACKTRAIL_TRY(check_references(out));
  return out;
}

std::vector<std::string> LabelTemplate::fields() const {
  std::set<std::string> needed, optional;
  for (const Symbol& symbol : symbols) {
    for (const Element& element : symbol.elements) {
      (element.optional ? optional : needed).insert(element.field);
    }
  }
  for (const PageText& text : texts) {
    static_cast<void>(walk(
        text.name, text.text, [](std::string_view) {},
        [&](const Placeholder& one) -> Status {
          if (!one.caption) (one.optional ? optional : needed).insert(std::string(one.name));
          return {};
        }));
  }
  for (const Hri& hri : readable) {
    if (!hri.exempt_ais.empty()) optional.insert("pack_sides_mm");
  }
  std::vector<std::string> out(needed.begin(), needed.end());
  for (const std::string& field : optional) {
    if (needed.count(field) == 0) out.push_back(field + "?");
  }
  return out;
}

Result<Page> lay_out(const LabelTemplate& form, const LabelData& data,
                     const LayoutOptions& options) {
  if (form.languages.empty()) return bad("languages", "names no language");
  const std::string language = options.language.empty() ? form.languages[0] : options.language;
  if (!contains(form.languages, language)) {
    return bad("language", "the template " + form.name + " has no language '" + language + "'");
  }
  const int dpi = options.dpi == 0 ? form.dpi : options.dpi;
  if (!is_print_resolution(dpi)) return bad("dpi", "is not 203, 300 or 600");
  PACKTRAIL_TRY(check_names(form, data));
  return fill(form, Filling(form, data, language), dpi);
}

}  // namespace packtrail::symbology
