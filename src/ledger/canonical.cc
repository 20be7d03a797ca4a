#include "ledger/canonical.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::ledger {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

enum class Kind : std::uint8_t { Unknown, Bool, Uint32, Int32, Bits64, Text, Bytes, Message };

struct MessageRules;

struct FieldRules {
  Kind kind = Kind::Unknown;
  bool is_repeated = false;
  bool is_body = false;  // Member of the oneof.
  const MessageRules* message = nullptr;
};

struct MessageRules {
  std::vector<FieldRules> fields;  // By number.
  bool needs_body = false;
};

// The schema, read once from the generated descriptors.
class Schema {
 public:
  static const MessageRules& fact() {
    static const Schema schema;
    return *schema.fact_;
  }

 private:
  Schema() : fact_(rules_of(v1::Fact::descriptor())) {}

  const MessageRules* rules_of(const Descriptor* message) {
    auto& rules = known_[message];
    if (rules != nullptr) return rules.get();
    rules = std::make_unique<MessageRules>();
    MessageRules* made = rules.get();
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* field = message->field(i);
      const auto number = static_cast<std::size_t>(field->number());
      if (made->fields.size() <= number) made->fields.resize(number + 1);
      FieldRules rule = rules_of_field(field);
      made->needs_body |= rule.is_body;
      made->fields[number] = rule;
    }
    return made;
  }

  FieldRules rules_of_field(const FieldDescriptor* field) {
    FieldRules rule;
    rule.is_repeated = field->is_repeated();
    rule.is_body = field->containing_oneof() != nullptr;
    switch (field->type()) {
      case FieldDescriptor::TYPE_BOOL:
        rule.kind = Kind::Bool;
        break;
      case FieldDescriptor::TYPE_UINT32:
        rule.kind = Kind::Uint32;
        break;
      case FieldDescriptor::TYPE_ENUM:
      case FieldDescriptor::TYPE_INT32:
        rule.kind = Kind::Int32;
        break;
      case FieldDescriptor::TYPE_INT64:
      case FieldDescriptor::TYPE_UINT64:
      case FieldDescriptor::TYPE_SINT64:
        rule.kind = Kind::Bits64;
        break;
      case FieldDescriptor::TYPE_STRING:
        rule.kind = Kind::Text;
        break;
      case FieldDescriptor::TYPE_BYTES:
        rule.kind = Kind::Bytes;
        break;
      case FieldDescriptor::TYPE_MESSAGE:
        rule.kind = Kind::Message;
        break;
      default:
        break;
    }
    PACKTRAIL_ASSERT(rule.kind != Kind::Unknown && !field->is_map());
    PACKTRAIL_ASSERT(!rule.is_body || rule.kind == Kind::Message);
    if (rule.kind == Kind::Message) rule.message = rules_of(field->message_type());
    return rule;
  }

  std::map<const Descriptor*, std::unique_ptr<MessageRules>> known_;
  const MessageRules* fact_;
};

// Unicode 15, table 3-7: no surrogates, nothing above U+10FFFF, shortest forms.
bool is_utf8(const std::uint8_t* at, const std::uint8_t* end) {
  while (at != end) {
    if (*at < 0x80) {
      ++at;
      continue;
    }
    const std::uint8_t lead = *at;
    const std::ptrdiff_t left = end - at;
    const auto tail = [&](std::ptrdiff_t i, std::uint8_t low = 0x80, std::uint8_t high = 0xBF) {
      return i < left && at[i] >= low && at[i] <= high;
    };
    if (lead >= 0xC2 && lead <= 0xDF) {
      if (!tail(1)) return false;
      at += 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
      const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF;
      if (!tail(1, low, high) || !tail(2)) return false;
      at += 3;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
      const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
      if (!tail(1, low, high) || !tail(2) || !tail(3)) return false;
      at += 4;
    } else {
      return false;
    }
  }
  return true;
}

class Checker {
 public:
  explicit Checker(ByteView bytes) : begin_(bytes.data()) {}

  // Null when canonical, else what is wrong near `place()`.
  const char* message(const MessageRules& rules, const std::uint8_t* at, const std::uint8_t* end,
                      int depth) {
    if (depth > kFactDepthMax) return fail(at, "messages are nested too deeply");
    std::uint64_t last = 0;
    bool has_body = false;
    while (at != end) {
      const std::uint8_t* field_begin = at;
      std::uint64_t tag = 0;
      if (!varint(at, end, tag)) return fail(field_begin, "a malformed or long tag");
      const std::uint64_t number = tag >> 3;
      if (number >= rules.fields.size() || rules.fields[number].kind == Kind::Unknown) {
        return fail(field_begin, "a field unknown to this version");
      }
      const FieldRules& field = rules.fields[number];
      const bool is_packed = field.is_repeated && field.kind < Kind::Text;
      if (number < last || (number == last && (!field.is_repeated || is_packed))) {
        return fail(field_begin, "fields are not ascending, or a field stands twice");
      }
      last = number;
      if (field.is_body && has_body) return fail(field_begin, "a fact has exactly one body");
      has_body |= field.is_body;
      if (const char* wrong = value(field, tag & 7, at, end, depth)) return wrong;
    }
    if (rules.needs_body && !has_body) return fail(at, "a fact has exactly one body");
    return nullptr;
  }

  [[nodiscard]] std::size_t place() const { return place_; }

 private:
  const char* fail(const std::uint8_t* at, const char* what) {
    place_ = static_cast<std::size_t>(at - begin_);
    return what;
  }

  // Shortest form only.
  static bool varint(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at == end) return false;
      const std::uint8_t byte = *at++;
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return (byte != 0 || shift == 0) && (shift < 63 || byte == 1);
    }
    return false;
  }

  static bool fits(Kind kind, std::uint64_t value) {
    switch (kind) {
      case Kind::Bool:
        return value <= 1;
      case Kind::Uint32:
        return value <= 0xFFFFFFFF;
      case Kind::Int32:  // Negative values are sign-extended to 64 bits.
        return value <= 0x7FFFFFFF || value >= 0xFFFFFFFF80000000;
      default:
        return true;
    }
  }

  const char* value(const FieldRules& field, std::uint64_t wire_type, const std::uint8_t*& at,
                    const std::uint8_t* end, int depth) {
    const std::uint8_t* begin = at;
    std::uint64_t number = 0;
    const bool is_scalar = field.kind < Kind::Text;
    if (wire_type != (is_scalar && !field.is_repeated ? 0U : 2U)) {
      return fail(begin, "a field of another wire type");
    }
    if (!varint(at, end, number)) return fail(begin, "a malformed or long number");
    if (wire_type == 0) {
      if (number == 0) return fail(begin, "a default value is written out");
      return fits(field.kind, number) ? nullptr : fail(begin, "a number out of its range");
    }
    if (number > static_cast<std::uint64_t>(end - at))
      return fail(begin, "a length beyond the end");
    const std::uint8_t* content = at;
    at += number;
    if (field.kind == Kind::Message) return message(*field.message, content, at, depth + 1);
    if (number == 0 && (is_scalar || !field.is_repeated)) {
      return fail(begin, "a default value is written out");
    }
    if (is_scalar) {
      while (content != at) {
        std::uint64_t element = 0;
        if (!varint(content, at, element) || !fits(field.kind, element)) {
          return fail(begin, "a malformed or long number");
        }
      }
    } else if (field.kind == Kind::Text && !is_utf8(content, at)) {
      return fail(begin, "a text is not UTF-8");
    }
    return nullptr;
  }

  const std::uint8_t* begin_;
  std::size_t place_ = 0;
};

}  // namespace

Status check_canonical_fact(ByteView encoded) {
  Checker checker(encoded);
  const char* wrong =
      checker.message(Schema::fact(), encoded.data(), encoded.data() + encoded.size(), 0);
  if (wrong == nullptr) return {};
  return Error{.code = Errc::InvalidArgument,
               .message = wrong,
               .field = "fact",
               .offset = checker.place(),
               .rule = "canonical encoding (docs/formats/facts.md)"};
}

}  // namespace packtrail::ledger
