#include "symbology/read/matrix_decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "symbology/ecc200.h"

namespace packtrail::symbology {
namespace {

// log2 of n over k.
float choose_bits(int n, int k) {
  float bits = 0;
  for (int i = 1; i <= k; ++i) {
    bits += std::log2(static_cast<float>(n - k + i) / static_cast<float>(i));
  }
  return bits;
}

// Codewords to bytes (ISO/IEC 16022, 5.2.3 - 5.2.9).
class Words {
 public:
  explicit Words(std::span<const std::uint8_t> words) : words_(words) {}

  bool read() {
    while (at_ < words_.size()) {
      const int word = words_[at_++];
      if (word == 129) break;
      if (word == 230 || word == 239 || word == 238) {
        if (!triples(word)) return false;
      } else if (word == 231) {
        if (!base256()) return false;
      } else if (word == 240) {
        edifact();
      } else if (!ascii(word)) {
        return false;
      }
    }
    if (macro_ != 0) {
      out.push_back(0x1E);
      out.push_back(0x04);
    }
    return !upper_;
  }

  Bytes out;
  bool fnc1_first = false;
  bool fnc1_second = false;
  bool has_eci = false;

 private:
  std::span<const std::uint8_t> words_;
  std::size_t at_ = 0;
  bool upper_ = false;
  int macro_ = 0;

  void put(int character) {
    out.push_back(static_cast<std::uint8_t>(upper_ ? character + 128 : character));
    upper_ = false;
  }
  void fnc1() {
    // In the second place it follows one letter or two digits: an industry's own identifier.
    if (out.empty()) {
      fnc1_first = true;
    } else if (!fnc1_first && !fnc1_second && is_second()) {
      fnc1_second = true;
    } else {
      out.push_back(0x1D);
    }
  }
  [[nodiscard]] bool is_second() const {
    const auto letter = [](int c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    const auto digit = [](int c) { return c >= '0' && c <= '9'; };
    return (out.size() == 1 && letter(out[0])) ||
           (out.size() == 2 && digit(out[0]) && digit(out[1]));
  }

  bool ascii(int word) {
    if (word >= 1 && word <= 128) {
      put(word - 1);
    } else if (word >= 130 && word <= 229) {
      out.push_back(static_cast<std::uint8_t>('0' + (word - 130) / 10));
      out.push_back(static_cast<std::uint8_t>('0' + (word - 130) % 10));
    } else if (word == 232) {
      fnc1();
    } else if (word == 235) {
      upper_ = true;
    } else if (word == 236 || word == 237) {
      if (!out.empty()) return false;
      macro_ = word;
      for (const int c : {0x5B, 0x29, 0x3E, 0x1E, 0x30, word == 236 ? 0x35 : 0x36, 0x1D}) {
        out.push_back(static_cast<std::uint8_t>(c));
      }
    } else if (word == 241) {
      return eci();
    } else {
      return false;  // Structured append (233), reader programming (234) and reserved values.
    }
    return true;
  }

  // The bytes stay as they are; the identifier says that an interpretation was named.
  bool eci() {
    if (at_ >= words_.size()) return false;
    const int first = words_[at_++];
    if (first == 0) return false;
    at_ += first <= 127 ? 0 : first <= 191 ? 1 : 2;
    has_eci = true;
    return at_ <= words_.size();
  }

  // C40 (230), Text (239) and X12 (238): three values in two codewords.
  bool triples(int mode) {
    int shift = 0;
    while (at_ < words_.size()) {
      if (words_[at_] == 254) {
        ++at_;
        return true;
      }
      if (at_ + 1 >= words_.size()) return true;  // One codeword left is ASCII.
      const int value = words_[at_] * 256 + words_[at_ + 1] - 1;
      at_ += 2;
      for (const int c : {value / 1600, value / 40 % 40, value % 40}) {
        if (value < 0 || c > 39) return false;
        if (mode == 238 ? !x12(c) : !c40(c, mode == 239, shift)) return false;
      }
    }
    return true;
  }
  bool x12(int c) {
    static constexpr std::array<int, 4> kFirst = {'\r', '*', '>', ' '};
    put(c < 4 ? kFirst[static_cast<std::size_t>(c)] : c < 14 ? c + 44 : c + 51);
    return true;
  }
  bool c40(int c, bool text, int& shift) {
    switch (std::exchange(shift, 0)) {
      case 0:
        if (c < 3) {
          shift = c + 1;
        } else {
          put(c == 3 ? ' ' : c < 14 ? c + 44 : text ? c + 83 : c + 51);
        }
        return true;
      case 1:
        if (c >= 32) return false;
        put(c);
        return true;
      case 2:
        if (c == 27) {
          fnc1();
        } else if (c == 30) {
          upper_ = true;
        } else if (c < 27) {
          put(c < 15 ? c + 33 : c < 22 ? c + 43 : c + 69);
        } else {
          return false;
        }
        return true;
      default:
        if (c >= 32) return false;
        put(!text || c == 0 || c >= 27 ? c + 96 : c + 64);
        return true;
    }
  }

  void edifact() {
    // Four values of six bits in three codewords; fewer than three codewords left are ASCII.
    while (at_ + 2 < words_.size()) {
      const unsigned bits = static_cast<unsigned>(words_[at_]) << 16 |
                            static_cast<unsigned>(words_[at_ + 1]) << 8 | words_[at_ + 2];
      for (int i = 0; i < 4; ++i) {
        const unsigned value = bits >> (18 - 6 * i) & 63U;
        if (value == 31) {  // Back to ASCII at the next whole codeword.
          at_ += static_cast<std::size_t>(i < 3 ? i + 1 : 3);
          return;
        }
        put(static_cast<int>(value < 32 ? value + 64 : value));
      }
      at_ += 3;
    }
  }

  bool base256() {
    const auto next = [&]() -> int {  // Undoes the 255-state randomising (annex B.1).
      const int position = static_cast<int>(at_) + 1;
      const int value = words_[at_++] - (149 * position % 255 + 1);
      return value < 0 ? value + 256 : value;
    };
    if (at_ >= words_.size()) return false;
    std::size_t count = static_cast<std::size_t>(next());
    if (count == 0) {
      count = words_.size() - at_;
    } else if (count >= 250) {
      if (at_ >= words_.size()) return false;
      count = 250 * (count - 249) + static_cast<std::size_t>(next());
    }
    if (at_ + count > words_.size()) return false;
    for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(next()));
    return true;
  }
};

}  // namespace

std::optional<MatrixReading> MatrixDecoder::decode(const BitMatrix& symbol,
                                                   std::span<const float> doubt, int erasures) {
  const Ecc200Size* size = find_ecc200_size(symbol.width(), symbol.height());
  if (size == nullptr) return std::nullopt;
  const Ecc200Layout& layout = Ecc200Layout::of(*size);
  layout.read(symbol, read_);
  const bool erases = erasures > 0 && doubt.size() == static_cast<std::size_t>(size->rows) *
                                                          static_cast<std::size_t>(size->columns);
  doubts_.clear();
  if (erases) {  // A codeword is as doubtful as its most doubtful module.
    doubts_.assign(read_.size(), -INFINITY);
    for (const Ecc200Layout::Place& place : layout.places()) {
      const auto module = static_cast<std::size_t>(place.row * size->columns + place.column);
      doubts_[place.codeword] = std::max(doubts_[place.codeword], doubt[module]);
    }
  }
  MatrixReading reading;
  if (!correct_all(*size, Interleave::Continued, erasures, reading) &&
      (size->data_codewords % size->blocks == 0 ||
       !correct_all(*size, Interleave::Restarted, erasures, reading))) {
    return std::nullopt;
  }
  Words words(std::span<const std::uint8_t>(codewords_.data(),
                                            static_cast<std::size_t>(size->data_codewords)));
  if (!words.read() || words.out.empty()) return std::nullopt;
  const int modifier = (words.fnc1_second ? 3 : words.fnc1_first ? 2 : 1) + (words.has_eci ? 3 : 0);
  reading.identifier = "]d" + std::to_string(modifier);
  reading.data = std::move(words.out);
  return reading;
}

bool MatrixDecoder::correct_all(const Ecc200Size& size, Interleave interleave, int erasures,
                                MatrixReading& reading) {
  codewords_ = read_;
  reading.evidence = INFINITY;
  reading.corrected = reading.erased = 0;
  const int check = size.check_per_block();
  std::vector<std::size_t> places;
  std::vector<std::uint8_t> block;
  std::vector<int> erased;
  for (int b = 0; b < size.blocks; ++b) {
    places.clear(), block.clear(), erased.clear();
    for (int i = 0; i < size.codewords(); ++i) {
      if (block_of(size, i, interleave) != b) continue;
      places.push_back(static_cast<std::size_t>(i));
      block.push_back(codewords_[static_cast<std::size_t>(i)]);
    }
    if (!doubts_.empty()) {
      erased.resize(block.size());
      std::iota(erased.begin(), erased.end(), 0);
      std::stable_sort(erased.begin(), erased.end(), [&](int x, int y) {
        return doubts_[places[static_cast<std::size_t>(x)]] >
               doubts_[places[static_cast<std::size_t>(y)]];
      });
      erased.resize(static_cast<std::size_t>(
          std::clamp(erasures / size.blocks, 0, std::max(check - kChecksMin, 0))));
    }
    const int errors = correct_block(block, check, erased);
    if (errors < 0) return false;
    const int given_up = static_cast<int>(erased.size());
    reading.corrected += errors;
    reading.erased += given_up;
    const float evidence = 8.0F * static_cast<float>(check - given_up - errors) -
                           choose_bits(static_cast<int>(block.size()) - given_up, errors);
    reading.evidence = std::min(reading.evidence, evidence);
    for (std::size_t i = 0; i < places.size(); ++i) codewords_[places[i]] = block[i];
  }
  return true;
}

}  // namespace packtrail::symbology
