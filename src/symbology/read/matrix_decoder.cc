#include "symbology/read/matrix_decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace packtrail::symbology {
namespace {

constexpr std::array<DataMatrixSize, 48> kSizes = {{
    {10, 10, 1, 1, 3, 5, 1},        {12, 12, 1, 1, 5, 7, 1},        {14, 14, 1, 1, 8, 10, 1},
    {16, 16, 1, 1, 12, 12, 1},      {18, 18, 1, 1, 18, 14, 1},      {20, 20, 1, 1, 22, 18, 1},
    {22, 22, 1, 1, 30, 20, 1},      {24, 24, 1, 1, 36, 24, 1},      {26, 26, 1, 1, 44, 28, 1},
    {32, 32, 2, 2, 62, 36, 1},      {36, 36, 2, 2, 86, 42, 1},      {40, 40, 2, 2, 114, 48, 1},
    {44, 44, 2, 2, 144, 56, 1},     {48, 48, 2, 2, 174, 68, 1},     {52, 52, 2, 2, 204, 84, 2},
    {64, 64, 4, 4, 280, 112, 2},    {72, 72, 4, 4, 368, 144, 4},    {80, 80, 4, 4, 456, 192, 4},
    {88, 88, 4, 4, 576, 224, 4},    {96, 96, 4, 4, 696, 272, 4},    {104, 104, 4, 4, 816, 336, 6},
    {120, 120, 6, 6, 1050, 408, 6}, {132, 132, 6, 6, 1304, 496, 8}, {144, 144, 6, 6, 1558, 620, 10},
    {8, 18, 1, 1, 5, 7, 1},         {8, 32, 1, 2, 10, 11, 1},       {12, 26, 1, 1, 16, 14, 1},
    {12, 36, 1, 2, 22, 18, 1},      {16, 36, 1, 2, 32, 24, 1},      {16, 48, 1, 2, 49, 28, 1},
    {8, 48, 1, 2, 18, 15, 1},       {8, 64, 1, 4, 24, 18, 1},       {8, 80, 1, 4, 32, 22, 1},
    {8, 96, 1, 4, 38, 28, 1},       {8, 120, 1, 6, 49, 32, 1},      {8, 144, 1, 6, 63, 36, 1},
    {12, 64, 1, 4, 43, 27, 1},      {12, 88, 1, 4, 64, 36, 1},      {16, 64, 1, 4, 62, 36, 1},
    {20, 36, 1, 2, 44, 28, 1},      {20, 44, 1, 2, 56, 34, 1},      {20, 64, 1, 4, 84, 42, 1},
    {22, 48, 1, 2, 72, 38, 1},      {24, 48, 1, 2, 80, 41, 1},      {24, 64, 1, 4, 108, 46, 1},
    {26, 40, 1, 2, 70, 38, 1},      {26, 48, 1, 2, 90, 42, 1},      {26, 64, 1, 4, 118, 50, 1},
}};

// GF(256) with x^8 + x^5 + x^3 + x^2 + 1 (ISO/IEC 16022, annex E).
struct Field {
  std::array<std::uint8_t, 512> power{};
  std::array<std::uint8_t, 256> log{};
  constexpr Field() {
    unsigned x = 1;
    for (unsigned i = 0; i < 255; ++i) {
      power[i] = power[i + 255] = static_cast<std::uint8_t>(x);
      log[x] = static_cast<std::uint8_t>(i);
      x <<= 1;
      if (x > 255) x ^= 0x12DU;
    }
  }
  [[nodiscard]] std::uint8_t times(std::uint8_t a, std::uint8_t b) const {
    if (a == 0 || b == 0) return 0;
    return power[static_cast<std::size_t>(log[a]) + log[b]];
  }
  [[nodiscard]] std::uint8_t over(std::uint8_t a, std::uint8_t b) const {  // b is not 0.
    if (a == 0) return 0;
    return power[static_cast<std::size_t>(log[a]) + 255 - log[b]];
  }
};
constexpr Field kField;

constexpr std::size_t kParityMax = 68;  // Per block.
using Polynomial = std::array<std::uint8_t, 2 * kParityMax + 2>;

std::uint8_t xor_of(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); }

// Corrects `block` in place; `erased` are positions in it. The number of errors besides the
// erasures, or -1. Berlekamp and Massey's algorithm started from the erasures' locator, then
// Forney's formula.
int correct(std::span<std::uint8_t> block, int parity, std::span<const int> erased) {
  const int n = static_cast<int>(block.size());
  Polynomial syndrome{};
  bool clean = true;
  for (int j = 0; j < parity; ++j) {
    const std::uint8_t root = kField.power[static_cast<std::size_t>(j) + 1];
    const std::size_t root_log = kField.log[root];
    std::uint8_t sum = 0;
    for (const std::uint8_t codeword : block) {
      if (sum != 0) sum = kField.power[kField.log[sum] + root_log];
      sum = xor_of(sum, codeword);
    }
    syndrome[static_cast<std::size_t>(j)] = sum;
    clean = clean && sum == 0;
  }
  if (clean) return 0;
  const int erasures = static_cast<int>(erased.size());
  Polynomial locator{}, previous{};
  locator[0] = 1;
  for (int i = 0; i < erasures; ++i) {
    const std::uint8_t place =
        kField.power[static_cast<std::size_t>(n - 1 - erased[static_cast<std::size_t>(i)])];
    for (int k = i + 1; k >= 1; --k) {
      const auto at = static_cast<std::size_t>(k);
      locator[at] = xor_of(locator[at], kField.times(locator[at - 1], place));
    }
  }
  previous = locator;
  int degree = erasures;
  for (int r = erasures + 1; r <= parity; ++r) {
    std::uint8_t discrepancy = 0;
    for (int k = 0; k < r; ++k) {
      discrepancy =
          xor_of(discrepancy, kField.times(locator[static_cast<std::size_t>(k)],
                                           syndrome[static_cast<std::size_t>(r - 1 - k)]));
    }
    for (std::size_t k = static_cast<std::size_t>(parity); k >= 1; --k)
      previous[k] = previous[k - 1];
    previous[0] = 0;
    if (discrepancy == 0) continue;
    Polynomial next = locator;
    for (std::size_t k = 0; k <= static_cast<std::size_t>(parity); ++k) {
      next[k] = xor_of(next[k], kField.times(discrepancy, previous[k]));
    }
    if (2 * degree <= r + erasures - 1) {
      degree = r + erasures - degree;
      for (std::size_t k = 0; k <= static_cast<std::size_t>(parity); ++k) {
        previous[k] = kField.over(locator[k], discrepancy);
      }
    }
    locator = next;
  }
  int top = parity;
  while (top > 0 && locator[static_cast<std::size_t>(top)] == 0) --top;
  if (top != degree || 2 * (top - erasures) > parity - erasures) return -1;

  Polynomial evaluator{};  // syndrome * locator mod x^parity
  for (int i = 0; i < parity; ++i) {
    std::uint8_t sum = 0;
    for (int k = 0; k <= std::min(i, top); ++k) {
      sum = xor_of(sum, kField.times(locator[static_cast<std::size_t>(k)],
                                     syndrome[static_cast<std::size_t>(i - k)]));
    }
    evaluator[static_cast<std::size_t>(i)] = sum;
  }
  int roots = 0;
  for (int position = 0; position < n; ++position) {
    const auto inverse = static_cast<std::size_t>((255 - (n - 1 - position)) % 255);
    std::uint8_t value = 0, slope = 0, numerator = 0;
    std::size_t power = 0;
    for (int k = 0; k <= top; ++k) {
      const std::uint8_t term =
          kField.times(locator[static_cast<std::size_t>(k)], kField.power[power]);
      value = xor_of(value, term);
      if (k % 2 == 1) slope = xor_of(slope, term);
      power = (power + inverse) % 255;
    }
    if (value != 0) continue;
    ++roots;
    // x * locator'(x) is the sum of the odd terms; with first root 1 no further factor remains.
    power = 0;
    for (int k = 0; k < parity; ++k) {
      numerator = xor_of(numerator,
                         kField.times(evaluator[static_cast<std::size_t>(k)], kField.power[power]));
      power = (power + inverse) % 255;
    }
    if (slope == 0) return -1;
    // numerator * X^(1 - 1) / locator'(1/X), and locator'(1/X) = slope * X.
    const std::uint8_t derivative =
        kField.times(slope, kField.power[static_cast<std::size_t>(n - 1 - position)]);
    const auto at = static_cast<std::size_t>(position);
    block[at] = xor_of(block[at], kField.over(numerator, derivative));
  }
  if (roots != top) return -1;
  return top - erasures;
}

// log2 of n over k.
float choose_bits(int n, int k) {
  float bits = 0;
  for (int i = 1; i <= k; ++i) {
    bits += std::log2(static_cast<float>(n - k + i) / static_cast<float>(i));
  }
  return bits;
}

// The placement of codeword bits (ISO/IEC 16022, annex F.3): for each module of the regions put
// together, 8 * codeword + bit with bit 0 the most significant; -1 and -2 are the light and the
// dark module that some sizes have over.
class Placement {
 public:
  Placement(int rows, int columns)
      : rows_(rows),
        columns_(columns),
        places(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), kFree) {
    int codeword = 0, row = 4, column = 0;
    do {
      if (row == rows_ && column == 0) {
        corner(codeword++, {{{rows_ - 1, 0},
                             {rows_ - 1, 1},
                             {rows_ - 1, 2},
                             {0, columns_ - 2},
                             {0, columns_ - 1},
                             {1, columns_ - 1},
                             {2, columns_ - 1},
                             {3, columns_ - 1}}});
      }
      if (row == rows_ - 2 && column == 0 && columns_ % 4 != 0) {
        corner(codeword++, {{{rows_ - 3, 0},
                             {rows_ - 2, 0},
                             {rows_ - 1, 0},
                             {0, columns_ - 4},
                             {0, columns_ - 3},
                             {0, columns_ - 2},
                             {0, columns_ - 1},
                             {1, columns_ - 1}}});
      }
      if (row == rows_ - 2 && column == 0 && columns_ % 8 == 4) {
        corner(codeword++, {{{rows_ - 3, 0},
                             {rows_ - 2, 0},
                             {rows_ - 1, 0},
                             {0, columns_ - 2},
                             {0, columns_ - 1},
                             {1, columns_ - 1},
                             {2, columns_ - 1},
                             {3, columns_ - 1}}});
      }
      if (row == rows_ + 4 && column == 2 && columns_ % 8 == 0) {
        corner(codeword++, {{{rows_ - 1, 0},
                             {rows_ - 1, columns_ - 1},
                             {0, columns_ - 3},
                             {0, columns_ - 2},
                             {0, columns_ - 1},
                             {1, columns_ - 3},
                             {1, columns_ - 2},
                             {1, columns_ - 1}}});
      }
      do {
        if (row < rows_ && column >= 0 && is_free(row, column)) utah(codeword++, row, column);
        row -= 2;
        column += 2;
      } while (row >= 0 && column < columns_);
      row += 1;
      column += 3;
      do {
        if (row >= 0 && column < columns_ && is_free(row, column)) utah(codeword++, row, column);
        row += 2;
        column -= 2;
      } while (row < rows_ && column >= 0);
      row += 3;
      column += 1;
    } while (row < rows_ || column < columns_);
    if (is_free(rows_ - 1, columns_ - 1)) {
      for (const int step : {0, 1}) {
        at(rows_ - 1 - step, columns_ - 1 - step) = -2;
        at(rows_ - 1 - step, columns_ - 2 + step) = -1;
      }
    }
  }

 private:
  static constexpr int kFree = -3;
  int rows_, columns_;
  [[nodiscard]] int& at(int row, int column) {
    return places[static_cast<std::size_t>(row * columns_ + column)];
  }
  [[nodiscard]] bool is_free(int row, int column) { return at(row, column) == kFree; }
  void place(int row, int column, int value) {
    if (row < 0) {
      row += rows_;
      column += 4 - (rows_ + 4) % 8;
    }
    if (column < 0) {
      column += columns_;
      row += 4 - (columns_ + 4) % 8;
    }
    if (row >= rows_) row -= rows_;  // ISO/IEC 21471: wide and low symbols wrap around.
    at(row, column) = value;
  }
  void utah(int codeword, int row, int column) {
    static constexpr std::array<std::array<int, 2>, 8> kShape = {
        {{-2, -2}, {-2, -1}, {-1, -2}, {-1, -1}, {-1, 0}, {0, -2}, {0, -1}, {0, 0}}};
    for (std::size_t bit = 0; bit < 8; ++bit) {
      place(row + kShape[bit][0], column + kShape[bit][1], 8 * codeword + static_cast<int>(bit));
    }
  }
  void corner(int codeword, const std::array<std::array<int, 2>, 8>& modules) {
    for (std::size_t bit = 0; bit < 8; ++bit) {
      place(modules[bit][0], modules[bit][1], 8 * codeword + static_cast<int>(bit));
    }
  }

 public:
  std::vector<int> places;
};

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

std::span<const DataMatrixSize> data_matrix_sizes() { return kSizes; }

const DataMatrixSize* find_data_matrix_size(int rows, int columns) {
  const auto found = std::find_if(kSizes.begin(), kSizes.end(), [&](const DataMatrixSize& size) {
    return size.rows == rows && size.columns == columns;
  });
  return found == kSizes.end() ? nullptr : &*found;
}

int fixed_module(const DataMatrixSize& size, int row, int column) {
  const int height = size.rows / size.region_rows, width = size.columns / size.region_columns;
  const int y = row % height, x = column % width;
  if (x == 0 || y == height - 1) return 1;  // The solid L of each region.
  if (y == 0) return x % 2 == 0 ? 1 : 0;    // Clock tracks.
  if (x == width - 1) return y % 2 == 1 ? 1 : 0;
  return -1;
}

struct MatrixDecoder::Plan {
  const DataMatrixSize* size;
  struct Source {
    std::uint32_t module;  // Index into the whole symbol, row by row.
    std::uint16_t codeword;
    std::uint8_t mask;
  };
  std::vector<Source> sources;
};

MatrixDecoder::MatrixDecoder() = default;
MatrixDecoder::~MatrixDecoder() = default;

const MatrixDecoder::Plan& MatrixDecoder::plan_of(const DataMatrixSize& size) {
  for (const auto& plan : plans_) {
    if (plan->size == &size) return *plan;
  }
  const int height = size.rows / size.region_rows - 2;
  const int width = size.columns / size.region_columns - 2;
  const Placement placement(height * size.region_rows, width * size.region_columns);
  auto plan = std::make_unique<Plan>();
  plan->size = &size;
  for (int row = 0; row < height * size.region_rows; ++row) {
    for (int column = 0; column < width * size.region_columns; ++column) {
      const int place =
          placement.places[static_cast<std::size_t>(row * width * size.region_columns + column)];
      if (place < 0) continue;
      const int y = row + 1 + 2 * (row / height), x = column + 1 + 2 * (column / width);
      plan->sources.push_back({static_cast<std::uint32_t>(y * size.columns + x),
                               static_cast<std::uint16_t>(place / 8),
                               static_cast<std::uint8_t>(0x80 >> (place % 8))});
    }
  }
  plans_.push_back(std::move(plan));
  return *plans_.back();
}

std::optional<MatrixReading> MatrixDecoder::decode(const BitMatrix& symbol,
                                                   std::span<const float> doubt, int erasures) {
  const DataMatrixSize* size = find_data_matrix_size(symbol.height(), symbol.width());
  if (size == nullptr) return std::nullopt;
  const Plan& plan = plan_of(*size);
  const int total = size->data + size->parity;
  codewords_.assign(static_cast<std::size_t>(total), 0);
  for (const Plan::Source& source : plan.sources) {
    const int module = static_cast<int>(source.module);
    if (symbol.get(module % size->columns, module / size->columns)) {
      codewords_[source.codeword] =
          static_cast<std::uint8_t>(codewords_[source.codeword] | source.mask);
    }
  }
  const bool erases = erasures > 0 && doubt.size() == static_cast<std::size_t>(size->rows) *
                                                          static_cast<std::size_t>(size->columns);
  if (erases) {  // A codeword is as doubtful as its most doubtful module.
    doubts_.assign(static_cast<std::size_t>(total), -INFINITY);
    for (const Plan::Source& source : plan.sources) {
      doubts_[source.codeword] = std::max(doubts_[source.codeword], doubt[source.module]);
    }
  }
  MatrixReading reading;
  reading.evidence = INFINITY;
  const int parity = size->parity / size->blocks;
  std::vector<std::uint8_t> block;
  std::vector<int> places, erased;
  for (int b = 0; b < size->blocks; ++b) {
    block.clear(), places.clear(), erased.clear();
    for (int i = b; i < size->data; i += size->blocks) places.push_back(i);
    // The check codewords continue the interleaving where the data ended (144 x 144: in block 9).
    for (int i = 0; i < size->parity; ++i) {
      if ((size->data + i) % size->blocks == b) places.push_back(size->data + i);
    }
    for (const int place : places) block.push_back(codewords_[static_cast<std::size_t>(place)]);
    if (erases) {
      std::vector<int> order(block.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
      const auto count = static_cast<std::size_t>(
          std::clamp(erasures / size->blocks, 0, std::max(parity - kChecksMin, 0)));
      std::stable_sort(order.begin(), order.end(), [&](int x, int y) {
        return doubts_[static_cast<std::size_t>(places[static_cast<std::size_t>(x)])] >
               doubts_[static_cast<std::size_t>(places[static_cast<std::size_t>(y)])];
      });
      erased.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
    }
    const int errors = correct(block, parity, erased);
    if (errors < 0) return std::nullopt;
    const int given_up = static_cast<int>(erased.size());
    reading.corrected += errors;
    reading.erased += given_up;
    const float evidence = 8.0F * static_cast<float>(parity - given_up - errors) -
                           choose_bits(static_cast<int>(block.size()) - given_up, errors);
    reading.evidence = std::min(reading.evidence, evidence);
    for (std::size_t i = 0; i < places.size(); ++i) {
      codewords_[static_cast<std::size_t>(places[i])] = block[i];
    }
  }
  Words words(
      std::span<const std::uint8_t>(codewords_.data(), static_cast<std::size_t>(size->data)));
  if (!words.read() || words.out.empty()) return std::nullopt;
  const int modifier = (words.fnc1_second ? 3 : words.fnc1_first ? 2 : 1) + (words.has_eci ? 3 : 0);
  reading.identifier = "]d" + std::to_string(modifier);
  reading.data = std::move(words.out);
  return reading;
}

}  // namespace packtrail::symbology
