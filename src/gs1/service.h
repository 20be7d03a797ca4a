// gs1/service.h - service relations: GSRN (AIs 8018, 8017) and the service instance (AI 8019).
//
// GenSpecs 3.9.11-3.9.13. Thread safety: immutable values. Cost: at most 30 bytes, no heap.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

#include "gs1/component_text.h"
#include "gs1/digit_key.h"

namespace packtrail::gs1 {

struct GsrnTag {
  static constexpr std::string_view kAi = "8018";
  static constexpr std::string_view kName = "GSRN";
  static constexpr std::size_t kSize = 18;
};
using Gsrn = DigitKey<GsrnTag>;  // Who receives a service: a patient, a student.

struct GsrnpTag {
  static constexpr std::string_view kAi = "8017";
  static constexpr std::string_view kName = "GSRN of a provider";
  static constexpr std::size_t kSize = 18;
};
using Gsrnp = DigitKey<GsrnpTag>;  // Who gives a service: a nurse, a surgeon.

struct SrinTag {
  static constexpr std::string_view kAi = "8019";
  static constexpr std::string_view kName = "service relation instance number";
  static constexpr std::size_t kSizeMax = 10;
  static constexpr CharClass kSet = kDigit;
};
using Srin = ComponentText<SrinTag>;  // Which of several encounters; 1..10 digits.

// One encounter of a service relation. It has no EPC of its own; its Digital Link has.
template <class Relation>
struct ServiceInstance {
  Relation relation;
  Srin instance;
  friend auto operator<=>(const ServiceInstance&, const ServiceInstance&) = default;
};
using RecipientInstance = ServiceInstance<Gsrn>;
using ProviderInstance = ServiceInstance<Gsrnp>;

}  // namespace packtrail::gs1
