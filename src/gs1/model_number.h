// gs1/model_number.h - GMN (AI 8013) and MUDI (AI 8014): regulated device models.
//
// Both end with the two check characters of GenSpecs 7.9.5 (mod 1021 over CSET 82).
// Thread safety: immutable values. Cost: 26 bytes, no heap.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/component_text.h"

namespace packtrail::gs1 {

inline constexpr std::size_t kModelNumberMax = 25;  // Check pair included.

// The two check characters of `body`; nothing unless it is 1..23 characters of CSET 82.
[[nodiscard]] std::optional<std::string> check_pair(std::string_view body);

struct GmnTag {
  static constexpr std::string_view kAi = "8013";
  static constexpr std::string_view kName = "GMN";
  static constexpr std::size_t kSizeMax = kModelNumberMax;
};
struct MudiTag {
  static constexpr std::string_view kAi = "8014";
  static constexpr std::string_view kName = "MUDI";
  static constexpr std::size_t kSizeMax = kModelNumberMax;
};

template <class Tag>
class ModelNumber {
 public:
  // Company prefix, model reference, check pair: at most 25 characters of CSET 82, the first four
  // digits. The error of a wrong pair names the right one.
  static Result<ModelNumber> parse(std::string_view text);
  // `body` and its check pair.
  static Result<ModelNumber> complete(std::string_view body);

  [[nodiscard]] std::string_view text() const { return text_.text(); }
  friend auto operator<=>(const ModelNumber&, const ModelNumber&) = default;

 private:
  explicit ModelNumber(const ComponentText<Tag>& text) : text_(text) {}
  ComponentText<Tag> text_;
};

extern template class ModelNumber<GmnTag>;
extern template class ModelNumber<MudiTag>;
using Gmn = ModelNumber<GmnTag>;
using Mudi = ModelNumber<MudiTag>;

}  // namespace packtrail::gs1
