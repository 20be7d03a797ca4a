#include "gs1/model_number.h"

#include "gs1/charset.h"
#include "gs1/check_digit.h"

namespace packtrail::gs1 {
namespace {

constexpr std::size_t kPrefixDigits = 4;
constexpr std::size_t kPairSize = 2;

Error model_error(std::string message, std::string_view ai, std::size_t offset, std::size_t length,
                  std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::string(ai),
               .offset = offset,
               .length = length,
               .rule =
                   "company prefix, reference and check pair, at most 25 characters "
                   "(GS1 General Specifications 7.9.5)",
               .remedy = std::move(remedy)};
}

// Not operator+: g++ 12 sees a write beyond the string's end in it that is not there.
std::string named(std::string_view name, std::string_view what) {
  std::string text(name);
  text.append(what);
  return text;
}

}  // namespace

std::optional<std::string> check_pair(std::string_view body) {
  const auto pair = body.empty() ? std::nullopt : check_characters(body);
  if (!pair) return std::nullopt;
  return std::string(pair->data(), pair->size());
}

template <class Tag>
Result<ModelNumber<Tag>> ModelNumber<Tag>::parse(std::string_view text) {
  const auto characters = PACKTRAIL_TRY(ComponentText<Tag>::parse(text));
  if (find_outside(text, kDigit) < kPrefixDigits) {
    return model_error(named(Tag::kName, " does not begin with a company prefix"), Tag::kAi,
                       find_outside(text, kDigit), 1, "begin with the company prefix, all digits");
  }
  if (text.size() <= kPrefixDigits + kPairSize) {
    return model_error(named(Tag::kName, " is too short"), Tag::kAi, text.size(), 0,
                       "give company prefix, model reference and check pair");
  }
  const std::size_t end = text.size() - kPairSize;
  const auto right = check_pair(text.substr(0, end));
  if (right && text.substr(end) != *right) {
    return model_error("check pair is " + std::string(text.substr(end)) + ", should be " + *right,
                       Tag::kAi, end, kPairSize, "compare every character with the source");
  }
  return ModelNumber(characters);
}

template <class Tag>
Result<ModelNumber<Tag>> ModelNumber<Tag>::complete(std::string_view body) {
  const auto pair = check_pair(body);
  if (pair) return parse(std::string(body) + *pair);
  if (body.size() <= kModelNumberMax - kPairSize || find_outside(body, kCset82) != body.size()) {
    return explain_component(body, kModelNumberMax - kPairSize, kCset82, Tag::kAi, Tag::kName);
  }
  return model_error(std::string(Tag::kName) + " has " + std::to_string(body.size()) +
                         " characters before its check pair",
                     Tag::kAi, kModelNumberMax - kPairSize,
                     body.size() - (kModelNumberMax - kPairSize), "shorten the model reference");
}

template class ModelNumber<GmnTag>;
template class ModelNumber<MudiTag>;

}  // namespace packtrail::gs1
