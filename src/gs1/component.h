// gs1/component.h - parts and pieces: CPID (AIs 8010, 8011), ITIP (AI 8006), UPUI (AIs 01, 235).
//
// GenSpecs 3.9.3, 3.9.6, 3.9.7 and 3.5.5. Thread safety: immutable values. Cost: at most 45 bytes,
// no heap.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "gs1/component_text.h"
#include "gs1/gtin.h"
#include "gs1/serial.h"

namespace packtrail::gs1 {

struct CpidTag {
  static constexpr std::string_view kAi = "8010";
  static constexpr std::string_view kName = "component or part identifier";
  static constexpr std::size_t kSizeMax = 30;
  static constexpr CharClass kSet = kCset39;
};
using Cpid = ComponentText<CpidTag>;  // Company prefix and part reference, Y..30.

struct CpidSerialTag {
  static constexpr std::string_view kAi = "8011";
  static constexpr std::string_view kName = "component serial number";
  static constexpr std::size_t kSizeMax = 12;
  static constexpr CharClass kSet = kDigit;
};
using CpidSerial = ComponentText<CpidSerialTag>;  // N..12, no leading zero but "0" itself.

// A kind of part, and with a serial one part.
struct Cpi {
  Cpid part;
  std::optional<CpidSerial> serial;

  // The values of AIs (8010) and (8011), the latter empty when there is none.
  static Result<Cpi> parse(std::string_view part, std::string_view serial);
  friend auto operator<=>(const Cpi&, const Cpi&) = default;
};

// One of several packages that together are one trade item: piece `piece` of `total`.
class PieceOfTotal {
 public:
  // Four digits: piece and total, each 01..99, piece not above total.
  static Result<PieceOfTotal> parse(std::string_view digits);
  static std::optional<PieceOfTotal> try_parse(std::string_view digits) noexcept;

  [[nodiscard]] std::string_view digits() const { return {digits_.data(), digits_.size()}; }
  [[nodiscard]] unsigned piece() const { return number(0); }
  [[nodiscard]] unsigned total() const { return number(2); }
  friend auto operator<=>(const PieceOfTotal&, const PieceOfTotal&) = default;

 private:
  PieceOfTotal() = default;
  [[nodiscard]] unsigned number(std::size_t at) const {
    return static_cast<unsigned>((digits_[at] - '0') * 10 + (digits_[at + 1] - '0'));
  }
  std::array<char, 4> digits_;
};

struct Itip {
  Gtin gtin;  // Of the whole trade item.
  PieceOfTotal piece;
  std::optional<SerialNumber> serial;  // AI (21).

  static Result<Itip> parse(std::string_view ai_8006_value, std::string_view serial);
  friend auto operator<=>(const Itip&, const Itip&) = default;
};

struct TpxTag {
  static constexpr std::string_view kAi = "235";
  static constexpr std::string_view kName = "third party serialised extension";
  static constexpr std::size_t kSizeMax = 28;
};
using Tpx = ComponentText<TpxTag>;  // X..28, issued by someone other than the GTIN's owner.

struct Upui {  // Unit pack identifier (EU 2018/574).
  Gtin gtin;
  Tpx extension;
  friend auto operator<=>(const Upui&, const Upui&) = default;
};

}  // namespace packtrail::gs1
