#include "symbology/read/qr_bits.h"

#include <array>
#include <string_view>

namespace packtrail::symbology {
namespace {

constexpr std::string_view kLevels = "LMQH";
constexpr std::string_view kAlphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
static_assert(kAlphanumeric.size() == 45);

// Data codewords of the last version of each class (1-9, 10-26, 27-40) per level (ISO/IEC
// 18004:2015, table 7). The class decides how long the character counts are.
constexpr std::array<std::array<std::size_t, 3>, 4> kClassEnds = {
    {{232, 1370, 2956}, {182, 1062, 2334}, {132, 754, 1666}, {100, 596, 1276}}};

class Bits {
 public:
  explicit Bits(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t left() const { return 8 * bytes_.size() - at_; }
  // The next `count` bits, at most 16; 0 and `failed` when there are fewer.
  unsigned take(unsigned count) {
    if (left() < count) {
      failed = true;
      at_ = 8 * bytes_.size();
      return 0;
    }
    unsigned value = 0;
    for (unsigned i = 0; i < count; ++i, ++at_) {
      value = value << 1 | (static_cast<unsigned>(bytes_[at_ / 8]) >> (7 - at_ % 8) & 1U);
    }
    return value;
  }
  bool failed = false;

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

class Segments {
 public:
  Segments(ByteView codewords, std::size_t size_class) : bits_(codewords), class_(size_class) {}

  std::optional<QrContent> read() {
    while (bits_.left() >= 4) {
      const unsigned mode = bits_.take(4);
      if (mode == 0) break;
      if (!segment(mode) || bits_.failed) return std::nullopt;
    }
    return std::move(out_);
  }

 private:
  // The mode indicators of table 2.
  bool segment(unsigned mode) {
    switch (mode) {
      case 0b0001:
        return numeric(bits_.take(std::array<unsigned, 3>{10, 12, 14}[class_]));
      case 0b0010:
        return alphanumeric(bits_.take(std::array<unsigned, 3>{9, 11, 13}[class_]));
      case 0b0100:
        for (unsigned left = bits_.take(class_ == 0 ? 8 : 16); left > 0 && !bits_.failed; --left) {
          put(bits_.take(8));
        }
        return true;
      case 0b0101:
        return fnc1_first();
      case 0b1001:
        return fnc1_second();
      case 0b0111:
        return eci();
      default:
        return false;
    }
  }

  void put(unsigned byte) { out_.data.push_back(static_cast<std::uint8_t>(byte)); }

  bool fnc1_first() {
    if (out_.fnc1 != Fnc1::None || !out_.data.empty()) return false;
    out_.fnc1 = Fnc1::First;
    return true;
  }

  // The application indicator: two digits, or a letter with 100 added.
  bool fnc1_second() {
    if (out_.fnc1 != Fnc1::None || !out_.data.empty()) return false;
    out_.fnc1 = Fnc1::Second;
    const unsigned indicator = bits_.take(8);
    if (indicator < 100) {
      put('0' + indicator / 10);
      put('0' + indicator % 10);
      return true;
    }
    const unsigned letter = indicator - 100;
    if (!(letter >= 'A' && letter <= 'Z') && !(letter >= 'a' && letter <= 'z')) return false;
    put(letter);
    return true;
  }

  // The bytes stay as they are; that an interpretation was named is told.
  bool eci() {
    const unsigned first = bits_.take(8);
    if ((first & 0xC0U) == 0x80U) {
      bits_.take(8);
    } else if ((first & 0xE0U) == 0xC0U) {
      bits_.take(16);
    } else if ((first & 0x80U) != 0) {
      return false;
    }
    out_.has_eci = true;
    return true;
  }

  bool numeric(unsigned count) {
    while (count > 0) {
      const unsigned digits = count < 3 ? count : 3;
      const unsigned value = bits_.take(1 + 3 * digits);
      const unsigned limit = digits == 3 ? 1000 : digits == 2 ? 100 : 10;
      if (bits_.failed || value >= limit) return false;
      for (unsigned unit = limit / 10; unit > 0; unit /= 10) put('0' + value / unit % 10);
      count -= digits;
    }
    return true;
  }

  bool alphanumeric(unsigned count) {
    bool percent = false;  // One that waits for what follows it.
    const auto character = [&](unsigned index) {
      const char c = kAlphanumeric[index];
      if (out_.fnc1 == Fnc1::None) {
        put(static_cast<unsigned char>(c));
      } else if (c == '%' && !percent) {
        percent = true;
      } else {
        if (percent && c != '%') put(0x1D);
        percent = false;
        put(static_cast<unsigned char>(c));
      }
    };
    for (; count > 1; count -= 2) {
      const unsigned value = bits_.take(11);
      if (bits_.failed || value >= 45 * 45) return false;
      character(value / 45);
      character(value % 45);
    }
    if (count == 1) {
      const unsigned value = bits_.take(6);
      if (bits_.failed || value >= 45) return false;
      character(value);
    }
    if (percent) put(0x1D);
    return true;
  }

  Bits bits_;
  std::size_t class_;
  QrContent out_;
};

}  // namespace

std::optional<QrContent> read_qr_bits(ByteView codewords, char level) {
  const std::size_t row = kLevels.find(level);
  if (row == std::string_view::npos || codewords.empty()) return std::nullopt;
  for (std::size_t i = 0; i < 3; ++i) {
    if (codewords.size() <= kClassEnds[row][i]) return Segments(codewords, i).read();
  }
  return std::nullopt;
}

}  // namespace packtrail::symbology
