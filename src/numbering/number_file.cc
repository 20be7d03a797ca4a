#include "numbering/number_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include <libxml/parser.h>
#include <boost/json/basic_parser_impl.hpp>

#include "gs1/digital_link.h"
#include "gs1/element_string.h"

namespace packtrail::numbering {
namespace {

// What a record can say of a number, whatever the format calls it.
enum class Part : std::uint8_t { Serial, Gtin, Code, Tail };
constexpr std::size_t kParts = 4;

struct PartName {
  std::string_view name;
  Part part;
};
constexpr std::array kPartNames = {
    PartName{"serial", Part::Serial},       PartName{"sn", Part::Serial},
    PartName{"serialnumber", Part::Serial}, PartName{"serial_number", Part::Serial},
    PartName{"gtin", Part::Gtin},           PartName{"code", Part::Code},
    PartName{"element_string", Part::Code}, PartName{"tail", Part::Tail},
};

std::optional<Part> part_of(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const PartName& known : kPartNames) {
    if (known.name == lower) return known.part;
  }
  return std::nullopt;
}

// Where only one text is given: a whole code rather than a bare serial number.
bool is_code(std::string_view text) {
  return text.starts_with('[') || text.starts_with("(01)") || text.starts_with("]") ||
         gs1::looks_like_link(text);
}

struct Record {
  std::array<std::string, kParts> parts;
  std::uint64_t line = 0;

  std::string& operator[](Part part) { return parts[static_cast<std::size_t>(part)]; }
};

std::string place(std::uint64_t line) { return "line " + std::to_string(line); }

Error not_of_format(std::uint64_t line, std::string message, std::string rule, std::string remedy) {
  return {.message = std::move(message),
          .field = place(line),
          .rule = std::move(rule),
          .remedy = std::move(remedy)};
}

Error too_long(std::uint64_t line) {
  return {
      .code = Errc::ResourceExhausted,
      .message = "the record is longer than " + std::to_string(NumberFile::kRecordMax) + " bytes",
      .field = place(line),
      .rule = "a number is at most 20 characters, with its code and tail a few hundred",
      .remedy = "check that the file ends its lines and closes its quotes"};
}

Error too_deep(std::uint64_t line) {
  return {.code = Errc::ResourceExhausted,
          .message = "the file is nested deeper than " + std::to_string(NumberFile::kDepthMax),
          .field = place(line),
          .rule = "depth of a number file",
          .remedy = "write a flat list of numbers"};
}

// The line of each serial seen, by open addressing: a third of a node-based map's memory.
class SeenSerials {
 public:
  // The line of the first one, when `serial` was seen before.
  std::optional<std::uint64_t> insert(const gs1::SerialNumber& serial, std::uint64_t line) {
    if ((entries_.size() + 1) * 2 > slots_.size()) grow();
    std::size_t at = slot_of(serial);
    while (slots_[at] != 0) {
      const Entry& entry = entries_[slots_[at] - 1];
      if (entry.serial == serial) return entry.line;
      at = (at + 1) & (slots_.size() - 1);
    }
    entries_.push_back({serial, static_cast<std::uint32_t>(line)});
    slots_[at] = static_cast<std::uint32_t>(entries_.size());
    return std::nullopt;
  }

 private:
  struct Entry {
    gs1::SerialNumber serial;
    std::uint32_t line;
  };
  [[nodiscard]] std::size_t slot_of(const gs1::SerialNumber& serial) const {
    return std::hash<gs1::SerialNumber>{}(serial) & (slots_.size() - 1);
  }
  void grow() {
    slots_.assign(std::max<std::size_t>(1'024, slots_.size() * 2), 0);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      std::size_t at = slot_of(entries_[i].serial);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = static_cast<std::uint32_t>(i + 1);
    }
  }
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // 1 + place in entries_; 0 is empty.
};

}  // namespace

std::optional<NumberFormat> parse_number_format(std::string_view name) {
  if (name == "csv") return NumberFormat::Csv;
  if (name == "json") return NumberFormat::Json;
  if (name == "xml") return NumberFormat::Xml;
  return std::nullopt;
}

// Judges the records that the readers find.
class NumberFile::Checker {
 public:
  Checker(NumberFileSpec spec, OnNumber on_number)
      : spec_(std::move(spec)), on_number_(std::move(on_number)) {}

  Status record(Record& record) {
    auto number = check(record);
    if (!number) {
      fault(record.line, std::move(number).error());
      return {};
    }
    if (numbers_ == kNumbersMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "the file has more than " + std::to_string(kNumbersMax) + " numbers",
                   .field = place(record.line),
                   .rule = "numbers in one file",
                   .remedy = "split the file"};
    }
    if (const auto first = seen_.insert(number->serial, record.line)) {
      fault(record.line, Error{.code = Errc::AlreadyExists,
                               .message = "serial number " + std::string(number->serial.text()) +
                                          " is also on line " + std::to_string(*first),
                               .field = "serial",
                               .rule = "a serial number occurs once per GTIN (GenSpecs 3.5.2)",
                               .remedy = "ask its maker which of the two is right"});
      return {};
    }
    ++numbers_;
    return on_number_(*number);
  }

  void fault(std::uint64_t line, Error error) {
    ++fault_count_;
    if (faults_.size() < kFaultsKept) faults_.push_back({line, std::move(error)});
  }

  void ignore(std::string_view name) {
    constexpr std::size_t kIgnoredMax = 32;
    constexpr std::size_t kNameMax = 64;
    const std::string kept(name.substr(0, kNameMax));
    if (ignored_.size() == kIgnoredMax) return;
    if (std::find(ignored_.begin(), ignored_.end(), kept) == ignored_.end()) {
      ignored_.push_back(kept);
    }
  }

  [[nodiscard]] std::uint64_t numbers() const { return numbers_; }
  [[nodiscard]] std::uint64_t fault_count() const { return fault_count_; }
  [[nodiscard]] const std::vector<NumberFault>& faults() const { return faults_; }
  [[nodiscard]] const std::vector<std::string>& ignored() const { return ignored_; }

 private:
  Result<ForeignNumber> check(Record& record) const {
    std::string serial = std::move(record[Part::Serial]);
    std::string gtin = std::move(record[Part::Gtin]);
    std::string tail = std::move(record[Part::Tail]);
    if (!record[Part::Code].empty())
      PACKTRAIL_TRY(open_code(record[Part::Code], serial, gtin, tail));
    if (!gtin.empty()) {
      auto named = gs1::Gtin::parse_any(gtin);
      if (!named) return std::move(named).error();
      if (*named != spec_.gtin) {
        return Error{
            .message = "the number is for GTIN " + std::string(named->digits()),
            .field = "gtin",
            .rule = "every number of the file is for GTIN " + std::string(spec_.gtin.digits()),
            .remedy = "import it into that product's numbers"};
      }
    }
    if (serial.empty()) {
      return Error{.message = "there is no serial number",
                   .field = "serial",
                   .rule = "every record has a serial number or a code with AI (21)",
                   .remedy = "fill it in or remove the record"};
    }
    auto parsed = gs1::SerialNumber::parse(serial);
    if (!parsed) return std::move(parsed).error();
    PACKTRAIL_TRY(check_format(*parsed));
    if (!tail.empty()) {
      auto elements = gs1::ElementString::parse_bracketed(tail);
      if (!elements) {
        Error wrong = std::move(elements).error();
        wrong.field = "tail";
        return wrong;
      }
      tail = elements->to_bracketed();
    }
    return ForeignNumber{*parsed, std::move(tail), record.line};
  }

  [[nodiscard]] Status check_format(const gs1::SerialNumber& serial) const {
    if (serial.size() < spec_.length_min || serial.size() > spec_.length_max) {
      return Error{
          .message = "the serial number has " + std::to_string(serial.size()) + " characters",
          .field = "serial",
          .rule =
              "numbers of this pool have " + std::to_string(spec_.length_min) +
              (spec_.length_min == spec_.length_max ? std::string()
                                                    : " to " + std::to_string(spec_.length_max)) +
              " characters",
          .remedy = "ask its maker for numbers of the agreed format"};
    }
    if (!spec_.alphabet) return {};
    for (std::size_t i = 0; i < serial.size(); ++i) {
      if (spec_.alphabet->value_of(serial.text()[i]) != Alphabet::kNoDigit) continue;
      return Error{.message = std::string("'") + serial.text()[i] + "' is not in the alphabet",
                   .field = "serial",
                   .offset = i,
                   .length = 1,
                   .rule = "numbers of this pool are written in " +
                           std::string(spec_.alphabet->characters()),
                   .remedy = "ask its maker for numbers of the agreed format"};
    }
    return {};
  }

  // A GTIN-13 beside a code is the GTIN-14 within it.
  static bool same(gs1::Ai ai, std::string_view a, std::string_view b) {
    if (a == b) return true;
    if (ai != gs1::kAiGtin) return false;
    const auto first = gs1::Gtin::parse_any(a);
    const auto second = gs1::Gtin::parse_any(b);
    return first && second && *first == *second;
  }

  // A whole element string or Digital Link: GTIN, serial, and AIs 91 - 99 as the tail.
  static Status open_code(const std::string& code, std::string& serial, std::string& gtin,
                          std::string& tail) {
    gs1::ElementString elements;
    if (gs1::looks_like_link(code)) {
      auto link = gs1::parse_digital_link(code);
      if (!link) return std::move(link).error();
      elements = link->elements;
    } else {
      auto parsed = gs1::ElementString::parse(code);
      if (!parsed) return std::move(parsed).error();
      elements = *parsed;
    }
    constexpr std::uint16_t kInternalFirst = 91;
    constexpr std::uint16_t kInternalLast = 99;
    gs1::ElementString rest;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto& [ai, value] = elements[i];
      std::string* into = ai == gs1::kAiSerial ? &serial : ai == gs1::kAiGtin ? &gtin : nullptr;
      if (into != nullptr) {
        if (!into->empty() && !same(ai, *into, value)) {
          return Error{.message = "the code says " + std::string(value) + ", the record " + *into,
                       .field = ai == gs1::kAiSerial ? "serial" : "gtin",
                       .rule = "a code and what stands beside it name the same pack",
                       .remedy = "ask its maker which of the two is right"};
        }
        *into = std::string(value);
      } else if (ai.digits == 2 && ai.number >= kInternalFirst && ai.number <= kInternalLast) {
        PACKTRAIL_TRY(rest.add(ai, value));
      } else {
        return Error{.message = "the code holds AI (" + std::string(gs1::to_text(ai).view()) + ")",
                     .field = "code",
                     .rule =
                         "a number's code holds (01), (21) and (91) to (99): lot and expiry "
                         "belong to a batch",
                     .remedy = "leave the other AIs out"};
      }
    }
    if (!rest.empty()) {
      if (!tail.empty()) {
        return Error{.message = "there is a tail in the code and beside it",
                     .field = "tail",
                     .rule = "a number has one tail",
                     .remedy = "leave one of them out"};
      }
      tail = rest.to_bracketed();
    }
    return {};
  }

  NumberFileSpec spec_;
  OnNumber on_number_;
  SeenSerials seen_;
  std::uint64_t numbers_ = 0;
  std::uint64_t fault_count_ = 0;
  std::vector<NumberFault> faults_;
  std::vector<std::string> ignored_;
};

// One format's way from bytes to records.
class NumberFile::Reader {
 public:
  explicit Reader(Checker& checker) : checker_(checker) {}
  virtual ~Reader() = default;
  virtual Status feed(std::string_view bytes) = 0;
  virtual Status finish() = 0;
  Status failed_;  // The first failure; kept, since nothing after it can be trusted.

 protected:
  Checker& checker_;
};

// ---- CSV (RFC 4180, but a line always ends a record)
// ---------------------------------------------

class NumberFile::Csv final : public NumberFile::Reader {
 public:
  using Reader::Reader;

  Status feed(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      if (line_.size() + piece.size() > kRecordMax) overlong_ = true;
      if (!overlong_) line_.append(piece);
      if (end == std::string_view::npos) return {};
      PACKTRAIL_TRY(end_line());
      bytes.remove_prefix(end + 1);
    }
    return {};
  }

  Status finish() override {
    if (!line_.empty() || overlong_) PACKTRAIL_TRY(end_line());
    if (columns_.empty()) {
      return not_of_format(1, "the file is empty", "a CSV file has at least one number",
                           "export it again");
    }
    return {};
  }

 private:
  Status end_line() {
    ++number_;
    if (overlong_) {
      overlong_ = false;
      line_.clear();
      if (columns_.empty()) return too_long(number_);
      checker_.fault(number_, too_long(number_));
      return {};
    }
    std::string line = std::exchange(line_, {});
    if (number_ == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) return {};
    if (columns_.empty()) delimiter_ = delimiter_of(line);
    auto cells = split(line);
    if (!cells) {
      if (columns_.empty()) return std::move(cells).error();
      checker_.fault(number_, std::move(cells).error());
      return {};
    }
    if (columns_.empty() && take_header(*cells)) return {};
    if (columns_.empty()) {
      if (cells->size() != 1) {
        return not_of_format(number_, "the first line names no column",
                             "a CSV file with several columns begins with their names: serial, "
                             "gtin, code, tail",
                             "add the line, for example: gtin,serial");
      }
      columns_.push_back(is_code(cells->front()) ? Part::Code : Part::Serial);
    }
    return take_row(*cells);
  }

  static char delimiter_of(std::string_view line) {
    char best = ',';
    std::ptrdiff_t most = 0;
    for (const char candidate : {',', ';', '\t'}) {
      const auto count = std::count(line.begin(), line.end(), candidate);
      // A lone code may hold commas; a header never holds quotes or brackets.
      if (count > most) most = count, best = candidate;
    }
    return is_code(line) ? '\0' : best;
  }

  [[nodiscard]] Result<std::vector<std::string>> split(std::string_view line) const {
    std::vector<std::string> cells(1);
    std::size_t at = 0;
    while (true) {
      if (at < line.size() && line[at] == '"' && delimiter_ != '\0') {
        ++at;
        while (true) {
          const std::size_t quote = line.find('"', at);
          if (quote == std::string_view::npos) {
            return not_of_format(number_, "a quote is not closed before the line ends",
                                 "a quoted cell ends with a quote (RFC 4180 2.5)", "close it");
          }
          cells.back().append(line.substr(at, quote - at));
          at = quote + 1;
          if (at >= line.size() || line[at] != '"') break;
          cells.back().push_back('"');
          ++at;
        }
        if (at < line.size() && line[at] != delimiter_) {
          return not_of_format(number_, "text follows a closing quote",
                               "a quoted cell ends with its quote (RFC 4180 2.5)",
                               "double the quotes inside the cell");
        }
      } else {
        const std::size_t end =
            delimiter_ == '\0' ? line.size() : std::min(line.find(delimiter_, at), line.size());
        cells.back().append(line.substr(at, end - at));
        at = end;
      }
      if (at >= line.size()) return cells;
      ++at;  // The delimiter.
      cells.emplace_back();
    }
  }

  bool take_header(const std::vector<std::string>& cells) {
    const bool header = std::any_of(cells.begin(), cells.end(), [](const std::string& cell) {
      return part_of(cell).has_value();
    });
    if (!header) return false;
    for (const std::string& cell : cells) {
      const auto part = part_of(cell);
      if (!part) checker_.ignore(cell);
      columns_.push_back(part);
    }
    return true;
  }

  Status take_row(std::vector<std::string>& cells) {
    if (cells.size() != columns_.size()) {
      checker_.fault(number_,
                     not_of_format(number_,
                                   "the line has " + std::to_string(cells.size()) + " cells, not " +
                                       std::to_string(columns_.size()),
                                   "every line has as many cells as the first", "mend the line"));
      return {};
    }
    Record record;
    record.line = number_;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (columns_[i]) record[*columns_[i]] = std::move(cells[i]);
    }
    return checker_.record(record);
  }

  std::string line_;
  bool overlong_ = false;
  std::uint64_t number_ = 0;
  char delimiter_ = ',';
  std::vector<std::optional<Part>> columns_;
};

// ---- JSON
// ----------------------------------------------------------------------------------------

class NumberFile::Json final : public NumberFile::Reader {
 public:
  explicit Json(Checker& checker) : Reader(checker), parser_(options(), *this) {}

  Status feed(std::string_view bytes) override {
    // Line by line, so that every value knows its line.
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    while (mark_ < kByteOrderMark.size() && !bytes.empty()) {
      if (bytes.front() != kByteOrderMark[mark_]) {
        // A mark that ends early is no JSON, and the parser says so.
        const std::string_view seen = kByteOrderMark.substr(0, std::exchange(mark_, 3));
        if (seen.size() < 3) PACKTRAIL_TRY(write(seen, true));
        break;
      }
      ++mark_;
      bytes.remove_prefix(1);
    }
    while (!bytes.empty()) {
      const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
      PACKTRAIL_TRY(write(bytes.substr(0, end), true));
      if (bytes[end - 1] == '\n') ++parser_.handler().line;
      bytes.remove_prefix(end);
    }
    return {};
  }

  Status finish() override { return write({}, false); }

 private:
  static boost::json::parse_options options() {
    boost::json::parse_options chosen;
    chosen.max_depth = kDepthMax;
    return chosen;
  }

  Status write(std::string_view bytes, bool more) {
    boost::json::error_code code;
    const std::size_t used = parser_.write_some(more, bytes.data(), bytes.size(), code);
    auto& handler = parser_.handler();
    if (!handler.failed) return std::move(handler.failed);
    if (code == boost::json::error::too_deep) return too_deep(handler.line);
    if (code) {
      return not_of_format(handler.line, "this is not JSON: " + code.message(),
                           "the file is one JSON text (RFC 8259)", "export it again");
    }
    if (used < bytes.size()) {
      return not_of_format(handler.line, "text follows the end of the JSON",
                           "the file is one JSON text (RFC 8259)",
                           "put all numbers into one array");
    }
    return {};
  }

  // Numbers are the elements of the outermost array: texts, or objects that name their parts.
  struct Handler {
    static constexpr std::size_t max_object_size = ~std::size_t{0};
    static constexpr std::size_t max_array_size = ~std::size_t{0};
    static constexpr std::size_t max_key_size = ~std::size_t{0};
    static constexpr std::size_t max_string_size = ~std::size_t{0};
    using error_code = boost::json::error_code;
    using view = boost::json::string_view;

    explicit Handler(Json& owner) : json(owner) {}

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code& ec) {
      if (list_depth == 0) {
        return stop(ec,
                    not_of_format(line, "the file holds no list of numbers",
                                  "the numbers stand in an array, alone or as member \"numbers\"",
                                  "export it again"));
      }
      return true;
    }
    bool on_array_begin(error_code& ec) {
      ++depth;
      if (list_depth == 0 && (depth == 1 || (depth == 2 && key == "numbers")))
        list_depth = depth;
      else if (in_list())
        return misplaced(ec, "an array");
      return true;
    }
    bool on_array_end(std::size_t, error_code&) {
      --depth;
      return true;
    }
    bool on_object_begin(error_code& ec) {
      if (list_depth != 0 && depth == list_depth) {
        record = Record{};
        record.line = line;
      } else if (in_list()) {
        return misplaced(ec, "an object");
      }
      ++depth;
      return true;
    }
    bool on_object_end(std::size_t, error_code& ec) {
      --depth;
      if (list_depth == 0 || depth != list_depth) return true;
      return take(ec);
    }
    bool on_key_part(view text, std::size_t, error_code& ec) { return append(key_text, text, ec); }
    bool on_key(view text, std::size_t, error_code& ec) {
      if (!append(key_text, text, ec)) return false;
      key = std::exchange(key_text, {});
      return true;
    }
    bool on_string_part(view text, std::size_t, error_code& ec) {
      return append(string_text, text, ec);
    }
    bool on_string(view text, std::size_t, error_code& ec) {
      if (!append(string_text, text, ec)) return false;
      std::string value = std::exchange(string_text, {});
      if (!in_list()) {
        json.checker_.ignore(key);
        return true;
      }
      if (depth == list_depth) {
        record = Record{};
        record.line = line;
        record[is_code(value) ? Part::Code : Part::Serial] = std::move(value);
        return take(ec);
      }
      if (const auto part = part_of(key)) {
        record[*part] = std::move(value);
      } else {
        json.checker_.ignore(key);
      }
      return true;
    }
    bool on_number_part(view, error_code&) { return true; }
    bool on_int64(std::int64_t, view, error_code&) { return scalar("a number"); }
    bool on_uint64(std::uint64_t, view, error_code&) { return scalar("a number"); }
    bool on_double(double, view, error_code&) { return scalar("a number"); }
    bool on_bool(bool, error_code&) { return scalar("true or false"); }
    bool on_null(error_code&) { return scalar("null"); }
    bool on_comment_part(view, error_code&) { return true; }
    bool on_comment(view, error_code&) { return true; }

    [[nodiscard]] bool in_list() const { return list_depth != 0 && depth >= list_depth; }
    bool append(std::string& to, view text, error_code& ec) {
      if (to.size() + text.size() > kRecordMax) return stop(ec, too_long(line));
      to.append(text.data(), text.size());
      return true;
    }
    bool take(error_code& ec) {
      Status taken = json.checker_.record(record);
      return taken ? true : stop(ec, std::move(taken).error());
    }
    bool stop(error_code& ec, Error error) {
      failed = std::move(error);
      ec = boost::json::error::array_too_large;  // Any: `failed` says why.
      return false;
    }
    // 00123 written as a number is 123: its zeros are gone before anybody can see them.
    bool scalar(const char* what) {
      if (!in_list() || (depth > list_depth && !part_of(key))) {
        json.checker_.ignore(key);
        return true;
      }
      json.checker_.fault(
          line, not_of_format(line, std::string("there is ") + what + " where a text is expected",
                              "serial numbers are JSON strings: a number loses its "
                              "leading zeros",
                              "put it in quotes"));
      return true;
    }
    bool misplaced(error_code& ec, const char* what) {
      return stop(ec, not_of_format(line, std::string("there is ") + what + " inside a number",
                                    "a number is a text or an object of texts", "flatten it"));
    }

    Json& json;
    std::size_t depth = 0;
    std::size_t list_depth = 0;  // 0: no list yet.
    std::uint64_t line = 1;
    std::string key, key_text, string_text;
    Record record;
    Status failed;
  };

  std::size_t mark_ = 0;  // Bytes of a byte order mark seen.
  boost::json::basic_parser<Handler> parser_;
};

// ---- XML
// -----------------------------------------------------------------------------------------

class NumberFile::Xml final : public NumberFile::Reader {
 public:
  explicit Xml(Checker& checker) : Reader(checker) {
    xmlSAXHandler handler{};
    handler.initialized = XML_SAX2_MAGIC;
    handler.startElementNs = on_start;
    handler.endElementNs = on_end;
    handler.characters = on_text;
    handler.cdataBlock = on_text;
    handler.internalSubset = on_document_type;
    handler.serror = on_error;
    context_.reset(xmlCreatePushParserCtxt(&handler, this, nullptr, 0, nullptr));
    // Without document types only the five predefined entities exist; NOENT reads those.
    if (context_ != nullptr) xmlCtxtUseOptions(context_.get(), XML_PARSE_NONET | XML_PARSE_NOENT);
  }

  Status feed(std::string_view bytes) override {
    if (context_ == nullptr) return no_memory();
    constexpr std::size_t kStep = 1 << 20;
    while (!bytes.empty() && failed_) {
      const std::string_view step = bytes.substr(0, kStep);
      parse(step, 0);
      bytes.remove_prefix(step.size());
    }
    return failed_;
  }

  Status finish() override {
    if (context_ == nullptr) return no_memory();
    parse({}, 1);
    if (failed_ && !seen_any_) {
      return not_of_format(line(), "the file holds no <number> element",
                           "every number stands in an element named number", "export it again");
    }
    return failed_;
  }

 private:
  struct Free {
    void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
  };

  static Error no_memory() {
    return {.code = Errc::ResourceExhausted, .message = "no memory for an XML parser"};
  }

  void parse(std::string_view bytes, int last) {
    const int done =
        xmlParseChunk(context_.get(), bytes.data(), static_cast<int>(bytes.size()), last);
    if (done != 0 && failed_) stop(not_xml("it is not well-formed"));
  }

  [[nodiscard]] std::uint64_t line() const {
    const auto* input = context_->input;
    return input != nullptr && input->line > 0 ? static_cast<std::uint64_t>(input->line) : 1;
  }

  [[nodiscard]] Error not_xml(const std::string& why) const {
    return not_of_format(line(), "this is not XML: " + why, "the file is well-formed XML 1.0",
                         "export it again");
  }

  void stop(Error error) {
    if (failed_) failed_ = std::move(error);
    xmlStopParser(context_.get());
  }

  static std::string_view text_of(const xmlChar* text) {
    return reinterpret_cast<const char*>(text);
  }

  static void on_start(void* self, const xmlChar* name, const xmlChar*, const xmlChar*, int,
                       const xmlChar**, int attributes, int, const xmlChar** values) {
    static_cast<Xml*>(self)->start(text_of(name), attributes, values);
  }
  static void on_end(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    static_cast<Xml*>(self)->end();
  }
  static void on_text(void* self, const xmlChar* text, int size) {
    auto& xml = *static_cast<Xml*>(self);
    if (xml.number_depth_ == 0) return;
    if (xml.text_.size() + static_cast<std::size_t>(size) > kRecordMax) {
      return xml.stop(too_long(xml.line()));
    }
    xml.text_.append(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  }
  static void on_document_type(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    auto& xml = *static_cast<Xml*>(self);
    xml.stop(not_of_format(xml.line(), "the file has a document type",
                           "XML is read without document types and entities",
                           "export it without <!DOCTYPE>"));
  }
  static void on_error(void* self, xmlErrorPtr error) {
    if (error == nullptr || error->level < XML_ERR_ERROR) return;
    auto& xml = *static_cast<Xml*>(self);
    std::string why = error->message != nullptr ? error->message : "it is not well-formed";
    while (!why.empty() && (why.back() == '\n' || why.back() == ' ')) why.pop_back();
    if (xml.failed_) xml.failed_ = xml.not_xml(why);
  }

  void start(std::string_view name, int attributes, const xmlChar** values) {
    if (!failed_) return;
    if (++depth_ > kDepthMax) return stop(too_deep(line()));
    if (number_depth_ == 0) {
      if (name != "number") return;
      number_depth_ = depth_;
      seen_any_ = true;
      record_ = Record{};
      record_.line = line();
      for (int i = 0; i < attributes; ++i) {
        const xmlChar** attribute = values + static_cast<std::ptrdiff_t>(i) * 5;
        const auto size = static_cast<std::size_t>(attribute[4] - attribute[3]);
        if (size > kRecordMax) return stop(too_long(line()));
        set(text_of(attribute[0]), {reinterpret_cast<const char*>(attribute[3]), size});
      }
    } else if (depth_ == number_depth_ + 1) {
      child_ = std::string(name.substr(0, kRecordMax));
    } else {
      return stop(not_of_format(line(), "there is an element inside a part of a number",
                                "a number holds serial, gtin, code and tail, which hold text",
                                "flatten it"));
    }
    if (!is_blank(text_)) own_ += text_;
    text_.clear();
  }

  void end() {
    if (!failed_) return;
    if (number_depth_ != 0 && depth_ == number_depth_ + 1) {
      set(child_, trimmed(text_));
      text_.clear();
    } else if (number_depth_ != 0 && depth_ == number_depth_) {
      const std::string own(trimmed(own_ + text_));
      own_.clear();
      text_.clear();
      number_depth_ = 0;
      if (!own.empty()) record_[is_code(own) ? Part::Code : Part::Serial] = own;
      Status taken = checker_.record(record_);
      if (!taken) stop(std::move(taken).error());
    }
    --depth_;
  }

  void set(std::string_view name, std::string_view value) {
    if (const auto part = part_of(name)) {
      record_[*part] = std::string(value);
    } else {
      checker_.ignore(name);
    }
  }

  static std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t from = text.find_first_not_of(kBlank);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
  }
  static bool is_blank(std::string_view text) { return trimmed(text).empty(); }

  std::unique_ptr<xmlParserCtxt, Free> context_;
  std::size_t depth_ = 0;
  std::size_t number_depth_ = 0;  // Depth of the <number> we are in; 0: none.
  bool seen_any_ = false;
  std::string child_, text_, own_;
  Record record_;
};

// ---- The file
// ------------------------------------------------------------------------------------

NumberFile::NumberFile(NumberFormat format, NumberFileSpec spec, OnNumber on_number)
    : checker_(std::make_unique<Checker>(std::move(spec), std::move(on_number))) {
  switch (format) {
    case NumberFormat::Csv:
      reader_ = std::make_unique<Csv>(*checker_);
      break;
    case NumberFormat::Json:
      reader_ = std::make_unique<Json>(*checker_);
      break;
    case NumberFormat::Xml:
      reader_ = std::make_unique<Xml>(*checker_);
      break;
  }
}

NumberFile::~NumberFile() = default;
NumberFile::NumberFile(NumberFile&&) noexcept = default;
NumberFile& NumberFile::operator=(NumberFile&&) noexcept = default;

Status NumberFile::feed(std::string_view bytes) {
  if (reader_->failed_) reader_->failed_ = reader_->feed(bytes);
  return reader_->failed_;
}

Status NumberFile::finish() {
  if (reader_->failed_) reader_->failed_ = reader_->finish();
  return reader_->failed_;
}

std::uint64_t NumberFile::numbers() const { return checker_->numbers(); }
std::uint64_t NumberFile::fault_count() const { return checker_->fault_count(); }
const std::vector<NumberFault>& NumberFile::faults() const { return checker_->faults(); }
const std::vector<std::string>& NumberFile::ignored() const { return checker_->ignored(); }

}  // namespace packtrail::numbering
