// GcpLengthTable::from_json: a strict reader for the one JSON shape that GS1 publishes. The room
// has no JSON library, so that another project can take it without one.
#include <string>

#include "gs1/charset.h"
#include "gs1/gcp_length.h"

namespace packtrail::gs1 {
namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kStringMax = 4096;  // Of a member name, a prefix or the date.

// Reads JSON (RFC 8259) from the front. Every function fails by keeping the first error.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] Error take_error() { return *std::move(error_); }
  [[nodiscard]] std::size_t offset() const { return at_; }

  bool fail(std::string message, std::size_t offset) {
    if (!error_) {
      error_ = Error{.code = Errc::InvalidArgument,
                     .message = std::move(message),
                     .field = place_.empty() ? "GCP length list" : place_,
                     .offset = offset,
                     .length = offset < text_.size() ? 1U : 0U,
                     .rule = R"({"GCPPrefixFormatList":{"date":"...","entry":[{"prefix":"...",)"
                             R"("gcpLength":n},...]}})",
                     .remedy = "load GS1's file gcpprefixformatlist.json as it is"};
    }
    return false;
  }
  void set_place(std::string place) { place_ = std::move(place); }
  [[nodiscard]] const std::string& place() const { return place_; }

  char peek() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool expect(char c) {
    if (peek() != c || at_ == text_.size()) {
      std::string message = "a character is missing here: ";
      message.push_back(c);
      return fail(std::move(message), at_);
    }
    ++at_;
    return true;
  }
  // Calls `member` with each name of an object; it must read the value.
  template <class Member>
  bool object(Member member) {
    if (!expect('{')) return false;
    if (peek() == '}') return expect('}');
    do {
      peek();
      std::string name;
      if (!string(name) || !expect(':') || !member(name)) return false;
    } while (more());
    return expect('}');
  }
  template <class Element>
  bool array(Element element) {
    if (!expect('[')) return false;
    if (peek() == ']') return expect(']');
    do {
      if (!element()) return false;
    } while (more());
    return expect(']');
  }
  // The text of a string; escapes beyond ASCII are kept as they stand.
  bool string(std::string& out) {
    const std::size_t start = at_;
    if (!expect('"')) return false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return fail("control character in a string", at_);
      if (out.size() >= kStringMax) return fail("the string is too long", start);
      out.push_back(c);
      if (c == '\\' && !escape(out)) return false;
    }
    if (at_ >= text_.size()) return fail("the string does not end", start);
    ++at_;
    return true;
  }
  // A whole number 0..999.
  bool small_number(std::size_t& out) {
    peek();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_]) && at_ - start < 4) {
      out = out * 10 + static_cast<std::size_t>(text_[at_++] - '0');
    }
    const bool good = at_ > start && at_ - start < 4 && (text_[start] != '0' || at_ == start + 1);
    const char next = at_ < text_.size() ? text_[at_] : '\0';
    if (!good || next == '.' || next == 'e' || next == 'E') {
      return fail("a whole number is missing here", start);
    }
    return true;
  }
  bool skip(std::size_t depth = 0) {
    if (depth > kDepthMax) return fail("the values are nested too deeply", at_);
    switch (peek()) {
      case '{':
        return object([&](const std::string&) { return skip(depth + 1); });
      case '[':
        return array([&] { return skip(depth + 1); });
      case '"':
        return skip_string();
      default:
        return skip_word();
    }
  }

 private:
  bool more() {
    if (peek() != ',') return false;
    ++at_;
    return true;
  }
  bool escape(std::string& out) {
    const char c = ++at_ < text_.size() ? text_[at_] : '\0';
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const std::size_t at = kNames.find(c);
    if (c != '\0' && at != std::string_view::npos) {
      out.back() = kValues[at];
      return true;
    }
    if (c != 'u' || text_.size() - at_ < 5) return fail("bad escape in a string", at_ - 1);
    for (std::size_t i = 1; i <= 4; ++i) {
      const char h = text_[at_ + i];
      const bool hex = is_digit(h) || (h >= 'a' && h <= 'f') || (h >= 'A' && h <= 'F');
      if (!hex) return fail("bad escape in a string", at_ - 1);
      out.push_back(h);
    }
    at_ += 4;
    return true;
  }
  bool skip_string() {
    const std::size_t start = at_++;
    std::string ignored;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) {
        return fail("control character in a string", at_);
      }
      ignored.assign(1, text_[at_]);
      if (text_[at_] == '\\' && !escape(ignored)) return false;
    }
    if (at_ >= text_.size()) return fail("the string does not end", start);
    ++at_;
    return true;
  }
  bool digits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > start;
  }
  bool skip_word() {
    const std::size_t start = at_;
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return true;
      }
    }
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    const bool zero = at_ < text_.size() && text_[at_] == '0';
    const std::size_t first = at_;
    bool good = digits() && (!zero || at_ == first + 1);
    if (good && at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      good = digits();
    }
    if (good && at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      good = digits();
    }
    return good || fail("a JSON value is missing here", start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string place_;
  std::optional<Error> error_;
};

}  // namespace

Result<GcpLengthTable> GcpLengthTable::from_json(std::string_view json) {
  Reader in(json);
  if (json.size() > kJsonMax) {
    in.fail("the list has " + std::to_string(json.size()) + " bytes, at most " +
                std::to_string(kJsonMax) + " are read",
            kJsonMax);
    return in.take_error();
  }
  GcpLengthTable table;
  std::optional<Error> refused;
  std::size_t entries = 0;
  const auto entry = [&] {
    in.set_place("entry " + std::to_string(++entries));
    in.peek();
    const std::size_t start = in.offset();
    if (entries > kEntriesMax) {
      return in.fail("the list has more than " + std::to_string(kEntriesMax) + " entries", start);
    }
    std::optional<std::string> prefix;
    std::optional<std::size_t> length;
    const bool read = in.object([&](const std::string& name) {
      in.peek();
      if (name == "prefix" && !prefix) return in.string(prefix.emplace());
      if (name == "gcpLength" && !length) return in.small_number(length.emplace(0));
      if (name == "prefix" || name == "gcpLength") {
        return in.fail("the member stands twice", in.offset());
      }
      return in.skip();
    });
    if (!read) return false;
    if (!prefix || !length) return in.fail("the entry lacks prefix or gcpLength", start);
    Status added = table.add(*prefix, *length);
    if (added) return true;
    refused = std::move(added).error();
    refused->field = in.place();
    refused->offset = start;
    return false;
  };
  bool has_list = false;
  const auto list = [&](const std::string& name) {
    if (name == "date" && in.peek() == '"') {
      table.date_.clear();
      return in.string(table.date_);
    }
    if (name != "entry") return in.skip();
    has_list = true;
    const bool read = in.array(entry);
    if (read) in.set_place({});
    return read;
  };
  const bool read = in.object([&](const std::string& name) {
    return name == "GCPPrefixFormatList" ? in.object(list) : in.skip();
  });
  if (refused) return *std::move(refused);
  if (read && in.peek() != '\0') in.fail("text follows the list", in.offset());
  if (read && in.offset() != json.size()) in.fail("text follows the list", in.offset());
  if (read && !has_list) in.fail("GCPPrefixFormatList.entry is missing", 0);
  if (in.failed()) return in.take_error();
  return table;
}

}  // namespace packtrail::gs1
