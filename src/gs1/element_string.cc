#include "gs1/element_string.h"

#include <algorithm>
#include <cstring>

#include "gs1/element_scan.h"

namespace packtrail::gs1 {
namespace {

Error text_error(std::string message, std::size_t offset, std::size_t length, std::string rule,
                 std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "element string",
               .offset = offset,
               .length = length,
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

Error unknown_ai(std::string_view text, std::size_t at) {
  const std::string_view shown = text.substr(at, Ai::kTextMax);
  std::string message = "no Application Identifier begins here: '";
  for (const char c : shown) message.append(1, c >= ' ' && c <= '~' ? c : '.');
  message.append("'");
  return text_error(
      std::move(message), at, shown.size(),
      "every value follows its AI (GS1 General Specifications 3.2)",
      "a separator (FNC1, sent as GS) is missing before this place, or the AI is wrong");
}

Error too_long(std::size_t size) {
  return text_error("text has " + std::to_string(size) + " bytes", ElementString::kTextMax,
                    size - ElementString::kTextMax,
                    "at most " + std::to_string(ElementString::kTextMax) + " bytes",
                    "give one element string");
}

Error empty_text() {
  return text_error("there is no element", 0, 0, "at least one AI with its value",
                    "give the content of the symbol");
}

struct AimRow {
  std::string_view identifier;
  std::string_view name;
};
// ISO/IEC 15424, the symbologies that carry GS1 data, with and without FNC1 at their start.
constexpr AimRow kAimRows[] = {
    {"]d2", "GS1 DataMatrix"},
    {"]C1", "GS1-128"},
    {"]Q3", "GS1 QR Code"},
    {"]e0", "GS1 DataBar or GS1 Composite"},
    {"]J1", "GS1 DotCode"},
    {"]d1", "DataMatrix without FNC1"},
    {"]C0", "Code 128 without FNC1"},
    {"]Q1", "QR Code without FNC1"},
    {"]J0", "DotCode without FNC1"},
    {"]E0", "EAN-13, UPC-A or UPC-E"},
    {"]E4", "EAN-8"},
    {"]I1", "ITF-14 (Interleaved 2 of 5 with check digit)"},
    {"]I0", "Interleaved 2 of 5"},
};

// An AIM identifier of another symbology, or of one without FNC1.
Error foreign_symbology(std::string_view text) {
  const std::string_view identifier = text.substr(0, 3);
  const std::string_view name = aim_symbology(identifier);
  std::string message = "the AIM symbology identifier does not announce GS1 data";
  if (!name.empty()) message.append(": the symbol is ").append(name);
  return text_error(std::move(message), 0, identifier.size(), "]d2, ]C1, ]Q3, ]e0 or ]J1",
                    "scan the item's GS1 symbol; one without FNC1 at its start is none");
}

}  // namespace

std::string_view aim_symbology(std::string_view identifier) {
  for (const AimRow& row : kAimRows) {
    if (row.identifier == identifier) return row.name;
  }
  return {};
}

std::size_t gs1_aim_prefix(std::string_view text) {
  if (text.size() < 3) return 0;
  constexpr auto pair = [](char first, char second) {
    return static_cast<unsigned>(static_cast<unsigned char>(first)) << 8U |
           static_cast<unsigned char>(second);
  };
  // Without branches between them: which identifier stands there is not to be guessed.
  const unsigned id = pair(text[1], text[2]);
  const unsigned known =
      static_cast<unsigned>(id == pair('d', '2')) | static_cast<unsigned>(id == pair('C', '1')) |
      static_cast<unsigned>(id == pair('Q', '3')) | static_cast<unsigned>(id == pair('e', '0')) |
      static_cast<unsigned>(id == pair('J', '1'));
  return 3 * (known & static_cast<unsigned>(text[0] == ']'));
}

ElementString::ElementString(const ElementString& other) { *this = other; }

ElementString& ElementString::operator=(const ElementString& other) {
  if (this == &other) return *this;
  count_ = other.count_;
  used_ = other.used_;
  std::copy_n(other.slots_.begin(), count_, slots_.begin());
  std::copy_n(other.bytes_.begin(), used_, bytes_.begin());
  return *this;
}

ElementString::Element ElementString::operator[](std::size_t index) const {
  const Slot& slot = slots_[index];
  return {slot.ai, {bytes_.data() + slot.begin, slot.size}};
}

std::optional<std::string_view> ElementString::find(Ai ai) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (slots_[i].ai == ai) return (*this)[i].value;
  }
  return std::nullopt;
}

std::optional<std::string_view> ElementString::find(std::string_view ai) const {
  const auto known = Ai::parse(ai);
  return known ? find(*known) : std::nullopt;
}

Status ElementString::add(Ai ai, std::string_view value) { return add_checked(ai, value, 0); }

Status ElementString::add_checked(Ai ai, std::string_view value, std::size_t offset) {
  const AiEntry* entry = find_ai(ai);
  if (entry == nullptr) {
    std::string message = "AI ";
    message.append(to_text(ai).view()).append(" is not assigned");
    return text_error(std::move(message), offset, 0, "GS1 General Specifications 3.2",
                      "use an AI of the list");
  }
  Status checked = check_ai_value(ai, *entry, value);
  if (!checked) {
    Error error = std::move(checked).error();
    if (error.offset) *error.offset += offset;
    return error;
  }
  if (const auto known = find(ai)) {
    if (*known == value) return {};
    Error error = text_error("the AI comes twice with different values", offset, value.size(),
                             "one value per AI (GS1 General Specifications 4.14)",
                             "keep the right one of the two values");
    error.field = to_text(ai).view();
    return error;
  }
  if (count_ == kElementsMax || value.size() > kValueBytesMax - used_) {
    Error error = text_error("too many elements", offset, 0,
                             "at most " + std::to_string(kElementsMax) + " AIs and " +
                                 std::to_string(kValueBytesMax) + " bytes of values",
                             "split the content");
    error.code = Errc::ResourceExhausted;
    return error;
  }
  append(ai, value);
  return {};
}

void ElementString::append(Ai ai, std::string_view value) {
  std::memcpy(bytes_.data() + used_, value.data(), value.size());
  slots_[count_++] = {ai, static_cast<std::uint16_t>(used_),
                      static_cast<std::uint16_t>(value.size())};
  used_ += value.size();
}

Result<ElementString> ElementString::parse_raw(std::string_view text) {
  ElementScan scan;
  if (!scan_elements(text, scan)) return parse_raw_stepwise(text);
  static_assert(ElementScan::kElementsMax <= kElementsMax);
  static_assert(ElementScan::kTextMax <= kValueBytesMax);
  Result<ElementString> result{ElementString()};
  ElementString& elements = *result;
  for (const ScannedElement& element : scan.elements()) {
    elements.append(element.ai, ElementScan::value(text, element));
  }
  return result;
}

Result<ElementString> ElementString::parse_raw_stepwise(std::string_view text) {
  if (text.size() > kTextMax) return too_long(text.size());
  std::size_t at = gs1_aim_prefix(text);
  if (at == 0 && !text.empty() && text[0] == ']') {
    return foreign_symbology(text);
  }
  if (at < text.size() && text[at] == kGroupSeparator) ++at;
  ElementString elements;
  while (at < text.size()) {
    const LeadingAi leading = leading_ai(text.substr(at));
    if (leading.entry == nullptr) return unknown_ai(text, at);
    at += leading.ai.digits;
    std::size_t end = std::min(text.find(kGroupSeparator, at), text.size());
    if (leading.entry->predefined) {
      end = std::min(end, at + leading.entry->size_max);
    }
    PACKTRAIL_TRY(elements.add_checked(leading.ai, text.substr(at, end - at), at));
    at = end;
    if (at < text.size() && text[at] == kGroupSeparator) ++at;
  }
  if (elements.empty()) return empty_text();
  return elements;
}

Result<ElementString> ElementString::parse_bracketed(std::string_view text) {
  if (text.size() > kTextMax) return too_long(text.size());
  if (text.empty()) return empty_text();
  const bool square = text[0] == '[';
  const char open = square ? '[' : '(';
  const char close = square ? ']' : ')';
  ElementString elements;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t closed = text[at] == open ? text.find(close, at) : std::string_view::npos;
    if (closed == std::string_view::npos) {
      return text_error("an AI in brackets should stand here", at, 1, "(01)... or [01]...",
                        "put the AI in brackets before its value");
    }
    const auto ai = Ai::parse(text.substr(at + 1, closed - at - 1));
    if (!ai) return unknown_ai(text, at + 1);
    const std::size_t begin = closed + 1;
    const std::size_t end = std::min(text.find(open, begin), text.size());
    const std::string_view value = text.substr(begin, end - begin);
    const std::size_t stray = value.find(close);
    if (stray != std::string_view::npos) {
      Error error = text_error("a bracket stands inside a value", begin + stray, 1,
                               square ? "']' is not in GS1 character set 82"
                                      : "a value in the round form holds no round bracket",
                               "write the AIs in square brackets: [01]...[21]...");
      error.field = to_text(*ai).view();
      return error;
    }
    PACKTRAIL_TRY(elements.add_checked(*ai, value, begin));
    at = end;
  }
  return elements;
}

Result<ElementString> ElementString::parse(std::string_view text) {
  const bool bracketed = !text.empty() && (text[0] == '(' || text[0] == '[');
  return bracketed ? parse_bracketed(text) : parse_raw(text);
}

std::string ElementString::to_raw() const {
  std::string out;
  out.reserve(used_ + count_ * (Ai::kTextMax + 1));
  for (std::size_t i = 0; i < count_; ++i) {
    const Element element = (*this)[i];
    out.append(to_text(element.ai).view()).append(element.value);
    if (i + 1 < count_ && !find_ai(element.ai)->predefined) out.push_back(kGroupSeparator);
  }
  return out;
}

std::string ElementString::to_bracketed() const {
  const std::string_view values(bytes_.data(), used_);
  const bool square = values.find_first_of("()") != std::string_view::npos;
  std::string out;
  out.reserve(used_ + count_ * (Ai::kTextMax + 2));
  for (std::size_t i = 0; i < count_; ++i) {
    const Element element = (*this)[i];
    out.push_back(square ? '[' : '(');
    out.append(to_text(element.ai).view());
    out.push_back(square ? ']' : ')');
    out.append(element.value);
  }
  return out;
}

bool operator==(const ElementString& a, const ElementString& b) {
  if (a.count_ != b.count_) return false;
  for (std::size_t i = 0; i < a.count_; ++i) {
    if (!(a[i].ai == b[i].ai) || a[i].value != b[i].value) return false;
  }
  return true;
}

}  // namespace packtrail::gs1
