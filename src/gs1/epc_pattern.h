// gs1/epc_pattern.h - urn:epc:idpat: texts, which stand for many EPCs of one scheme.
//
// Fields from the right may be '*' (GS1 EPC Tag Data Standard 8): one product, one company, or the
// whole scheme. A pattern whose serial alone is '*' is also a class that parse_epc knows.
// Thread safety: value. Cost: short strings.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/epc.h"

namespace packtrail::gs1 {

class EpcPattern {
 public:
  // "urn:epc:idpat:sgtin:9521141.712345.*", "...:9521141.*.*", "...:*.*.*". Every scheme of TDS
  // but lgtin. Fails without a '*', on a field behind a '*' that is none, and on fields that the
  // scheme does not allow.
  static Result<EpcPattern> parse(std::string_view text);

  // Whether the pattern stands for `value`. A value of another scheme, and a class, is not meant.
  // The digits decide: a longer company prefix that begins like the pattern's fits as well, as a
  // value does not say where its prefix ends.
  [[nodiscard]] bool matches(const Epc& value) const;
  [[nodiscard]] EpcScheme scheme() const { return scheme_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  friend bool operator==(const EpcPattern&, const EpcPattern&) = default;

 private:
  EpcPattern() = default;
  EpcScheme scheme_ = EpcScheme::kSgtin;
  std::string prefix_;     // Company prefix; empty: any.
  std::string lead_;       // Digit before the company prefix; empty: any, or none.
  std::string reference_;  // After the company prefix; empty: any.
  bool has_reference_ = false;
  std::string pieces_;  // 0, 2 or 4 digits of an ITIP.
  std::string text_;
};

}  // namespace packtrail::gs1
