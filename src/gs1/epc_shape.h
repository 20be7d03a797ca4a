// gs1/epc_shape.h - what every EPC scheme looks like, as data, and a value taken apart.
//
// Shared by the syntaxes of an EPC (URN, tag URI, binary, Digital Link, element string), so that a
// scheme is described once. Thread safety: constants and free functions. Cost: no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gs1/epc.h"

namespace packtrail::gs1 {

// What follows the company prefix and the reference.
enum class EpcTail : std::uint8_t {
  None,
  Required,
  Optional,   // Without it the value is a class, written as the pattern urn:epc:idpat:...:*
  Extension,  // Without it the URN says "0" (SGLN).
};

struct EpcShape {
  EpcScheme scheme;
  std::string_view name;     // "sgtin"; the class of a GTIN shares it.
  std::string_view urn;      // "urn:epc:id:sgtin:"; the pattern for what is only a class.
  std::string_view pattern;  // "urn:epc:idpat:sgtin:" when the tail is Optional.
  std::uint8_t digits;       // Company prefix and reference together, no check digit; 0: text.
  bool led;                  // The key begins with a digit before the company prefix.
  bool pieces;               // Piece and total follow the reference.
  EpcTail tail;
  std::string_view ai;       // Of the key.
  std::string_view tail_ai;  // Of the tail; empty when it is part of the key's value.
};

// The row of `scheme`. Precondition: not EpcScheme::kOther.
[[nodiscard]] const EpcShape& shape_of(EpcScheme scheme);

// The parts of a value; they view it. Not for OtherUri.
struct EpcParts {
  const EpcShape* shape = nullptr;
  std::string_view key;     // Digits with the check digit, or the text of a GIAI, GINC or CPID.
  std::string_view pieces;  // Four digits of an ITIP.
  std::string_view tail;    // Empty when there is none.

  // The key without lead and check digit: what a company prefix begins.
  [[nodiscard]] std::string_view body() const {
    if (shape->digits == 0) return key;
    return key.substr(shape->led ? 1 : 0, shape->digits - (shape->led ? 1U : 0U));
  }
  [[nodiscard]] std::string_view lead() const { return key.substr(0, shape->led ? 1 : 0); }
};
// Nothing for OtherUri.
[[nodiscard]] std::optional<EpcParts> parts_of(const Epc& value);

// The value of `scheme` whose key has these digits (lead digit first, no check digit) or this text.
// An empty `tail` is none. Nothing when a part is not what its scheme asks for.
[[nodiscard]] std::optional<Epc> make_epc(EpcScheme scheme, std::string_view digits_or_text,
                                          std::string_view pieces, std::string_view tail);

// True when a company prefix of `gcp` digits can begin the key, with a reference after it where the
// reference is text.
[[nodiscard]] bool takes_prefix(const EpcParts& parts, std::size_t gcp);

}  // namespace packtrail::gs1
