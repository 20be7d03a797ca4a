#include "symbology/ecc200.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "base/assert.h"

namespace packtrail::symbology {
namespace {

constexpr std::array<Ecc200Size, 48> kSizes = {{
    {10, 10, 1, 1, 3, 5, 1},        {12, 12, 1, 1, 5, 7, 1},        {14, 14, 1, 1, 8, 10, 1},
    {16, 16, 1, 1, 12, 12, 1},      {18, 18, 1, 1, 18, 14, 1},      {20, 20, 1, 1, 22, 18, 1},
    {22, 22, 1, 1, 30, 20, 1},      {24, 24, 1, 1, 36, 24, 1},      {26, 26, 1, 1, 44, 28, 1},
    {32, 32, 2, 2, 62, 36, 1},      {36, 36, 2, 2, 86, 42, 1},      {40, 40, 2, 2, 114, 48, 1},
    {44, 44, 2, 2, 144, 56, 1},     {48, 48, 2, 2, 174, 68, 1},     {52, 52, 2, 2, 204, 84, 2},
    {64, 64, 4, 4, 280, 112, 2},    {72, 72, 4, 4, 368, 144, 4},    {80, 80, 4, 4, 456, 192, 4},
    {88, 88, 4, 4, 576, 224, 4},    {96, 96, 4, 4, 696, 272, 4},    {104, 104, 4, 4, 816, 336, 6},
    {120, 120, 6, 6, 1050, 408, 6}, {132, 132, 6, 6, 1304, 496, 8}, {144, 144, 6, 6, 1558, 620, 10},
    {18, 8, 1, 1, 5, 7, 1},         {32, 8, 2, 1, 10, 11, 1},       {26, 12, 1, 1, 16, 14, 1},
    {36, 12, 2, 1, 22, 18, 1},      {36, 16, 2, 1, 32, 24, 1},      {48, 16, 2, 1, 49, 28, 1},
    {48, 8, 2, 1, 18, 15, 1},       {64, 8, 4, 1, 24, 18, 1},       {80, 8, 4, 1, 32, 22, 1},
    {96, 8, 4, 1, 38, 28, 1},       {120, 8, 6, 1, 49, 32, 1},      {144, 8, 6, 1, 63, 36, 1},
    {64, 12, 4, 1, 43, 27, 1},      {88, 12, 4, 1, 64, 36, 1},      {64, 16, 4, 1, 62, 36, 1},
    {36, 20, 2, 1, 44, 28, 1},      {44, 20, 2, 1, 56, 34, 1},      {64, 20, 4, 1, 84, 42, 1},
    {48, 22, 2, 1, 72, 38, 1},      {48, 24, 2, 1, 80, 41, 1},      {64, 24, 4, 1, 108, 46, 1},
    {40, 26, 2, 1, 70, 38, 1},      {48, 26, 2, 1, 90, 42, 1},      {64, 26, 4, 1, 118, 50, 1},
}};
constexpr std::size_t kIso16022Count = 30;

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

constexpr std::size_t kBlockMax = 255;
constexpr std::size_t kCheckMax = 68;  // Per block.
using Polynomial = std::array<std::uint8_t, 2 * kCheckMax + 2>;

std::uint8_t xor_of(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); }

Result<Ecc200Correction> correct_interleaved(const Ecc200Size& size, ByteView codewords,
                                             Interleave interleave) {
  Ecc200Correction out;
  out.codewords.assign(codewords.begin(), codewords.end());
  out.wrong.assign(codewords.size(), 0);
  out.block.resize(codewords.size());
  for (int i = 0; i < size.codewords(); ++i) {
    out.block[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(block_of(size, i, interleave));
  }
  for (int block = 0; block < size.blocks; ++block) {
    std::array<std::uint8_t, kBlockMax> buffer{};
    std::array<std::size_t, kBlockMax> origin{};
    std::size_t length = 0;
    for (std::size_t i = 0; i < codewords.size(); ++i) {
      if (out.block[i] != block) continue;
      PACKTRAIL_ASSERT(length < kBlockMax);
      origin[length] = i;
      buffer[length++] = codewords[i];
    }
    const int errors = correct_block({buffer.data(), length}, size.check_per_block());
    if (errors < 0) {
      return Error{.code = Errc::DataLoss,
                   .message = "more codewords are wrong than the symbol can correct",
                   .field = "block " + std::to_string(block)};
    }
    out.errors_per_block.push_back(errors);
    for (std::size_t i = 0; i < length; ++i) {
      out.codewords[origin[i]] = buffer[i];
      out.wrong[origin[i]] = buffer[i] != codewords[origin[i]] ? 1 : 0;
    }
  }
  return out;
}

}  // namespace

std::span<const Ecc200Size> ecc200_sizes() { return kSizes; }

std::span<const Ecc200Size> iso16022_sizes() { return ecc200_sizes().first(kIso16022Count); }

const Ecc200Size* find_ecc200_size(int columns, int rows) {
  const auto found = std::find_if(kSizes.begin(), kSizes.end(), [&](const Ecc200Size& size) {
    return size.columns == columns && size.rows == rows;
  });
  return found == kSizes.end() ? nullptr : &*found;
}

ModuleRole Ecc200Size::role(int column, int row) const {
  const int x = column % region_width();
  const int y = row % region_height();
  if (x == 0 || y == region_height() - 1) return ModuleRole::Solid;
  if (y == 0) return x % 2 == 0 ? ModuleRole::ClockOn : ModuleRole::ClockOff;
  if (x == region_width() - 1) {
    return (region_height() - 1 - y) % 2 == 0 ? ModuleRole::ClockOn : ModuleRole::ClockOff;
  }
  return ModuleRole::Data;
}

int block_of(const Ecc200Size& size, int codeword, Interleave interleave) {
  const bool restarts = interleave == Interleave::Restarted && codeword >= size.data_codewords;
  return (restarts ? codeword - size.data_codewords : codeword) % size.blocks;
}

// Berlekamp and Massey's algorithm started from the erasures' locator, then Forney's formula; the
// code's roots are alpha^1 ... alpha^check.
int correct_block(std::span<std::uint8_t> block, int check, std::span<const int> erased) {
  PACKTRAIL_ASSERT(block.size() <= 255 && check >= 0 && check <= static_cast<int>(kCheckMax));
  PACKTRAIL_ASSERT(check < static_cast<int>(block.size()) &&
                   erased.size() <= static_cast<std::size_t>(check));
  const int n = static_cast<int>(block.size());
  Polynomial syndrome{};
  bool clean = true;
  for (int j = 0; j < check; ++j) {
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
  for (int r = erasures + 1; r <= check; ++r) {
    std::uint8_t discrepancy = 0;
    for (int k = 0; k < r; ++k) {
      discrepancy =
          xor_of(discrepancy, kField.times(locator[static_cast<std::size_t>(k)],
                                           syndrome[static_cast<std::size_t>(r - 1 - k)]));
    }
    for (std::size_t k = static_cast<std::size_t>(check); k >= 1; --k)
      previous[k] = previous[k - 1];
    previous[0] = 0;
    if (discrepancy == 0) continue;
    Polynomial next = locator;
    for (std::size_t k = 0; k <= static_cast<std::size_t>(check); ++k) {
      next[k] = xor_of(next[k], kField.times(discrepancy, previous[k]));
    }
    if (2 * degree <= r + erasures - 1) {
      degree = r + erasures - degree;
      for (std::size_t k = 0; k <= static_cast<std::size_t>(check); ++k) {
        previous[k] = kField.over(locator[k], discrepancy);
      }
    }
    locator = next;
  }
  int top = check;
  while (top > 0 && locator[static_cast<std::size_t>(top)] == 0) --top;
  if (top != degree || 2 * (top - erasures) > check - erasures) return -1;

  Polynomial evaluator{};  // syndrome * locator mod x^check
  for (int i = 0; i < check; ++i) {
    std::uint8_t sum = 0;
    for (int k = 0; k <= std::min(i, top); ++k) {
      sum = xor_of(sum, kField.times(locator[static_cast<std::size_t>(k)],
                                     syndrome[static_cast<std::size_t>(i - k)]));
    }
    evaluator[static_cast<std::size_t>(i)] = sum;
  }
  struct Fix {
    std::size_t position;
    std::uint8_t value;
  };
  std::array<Fix, kCheckMax> fixes{};
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
    if (roots == top) return -1;
    // x * locator'(x) is the sum of the odd terms; with first root 1 no further factor remains.
    power = 0;
    for (int k = 0; k < check; ++k) {
      numerator = xor_of(numerator,
                         kField.times(evaluator[static_cast<std::size_t>(k)], kField.power[power]));
      power = (power + inverse) % 255;
    }
    if (slope == 0) return -1;
    // numerator * X^(1 - 1) / locator'(1/X), and locator'(1/X) = slope * X.
    const std::uint8_t derivative =
        kField.times(slope, kField.power[static_cast<std::size_t>(n - 1 - position)]);
    fixes[static_cast<std::size_t>(roots++)] = {static_cast<std::size_t>(position),
                                                kField.over(numerator, derivative)};
  }
  if (roots != top) return -1;
  for (int i = 0; i < roots; ++i) {
    const Fix& fix = fixes[static_cast<std::size_t>(i)];
    block[fix.position] = xor_of(block[fix.position], fix.value);
  }
  return top - erasures;
}

const Ecc200Layout& Ecc200Layout::of(const Ecc200Size& size) {
  static std::array<std::once_flag, kSizes.size()> once;
  static std::array<std::unique_ptr<const Ecc200Layout>, kSizes.size()> kept;
  const Ecc200Size* known = find_ecc200_size(size.columns, size.rows);
  PACKTRAIL_ASSERT(known != nullptr);  // Sizes come from ecc200_sizes() alone.
  const auto i = static_cast<std::size_t>(known - kSizes.data());
  std::call_once(once[i], [&] { kept[i].reset(new Ecc200Layout(*known)); });
  return *kept[i];
}

Ecc200Layout::Ecc200Layout(const Ecc200Size& size) : size_(size) {
  const auto modules = static_cast<std::size_t>(size.columns) * static_cast<std::size_t>(size.rows);
  codewords_.assign(modules, -1);
  bits_.assign(modules, 0);
  place();
  for (int row = 0; row < size.rows; ++row) {
    for (int column = 0; column < size.columns; ++column) {
      const int word = codeword(column, row);
      if (word < 0) continue;
      places_.push_back({static_cast<std::uint16_t>(word), static_cast<std::uint8_t>(column),
                         static_cast<std::uint8_t>(row), bit(column, row)});
    }
  }
}

// `row`, `column`: in the mapping matrix, which is the symbol without its fixed pattern.
void Ecc200Layout::put(int row, int column, int codeword, int bit_number) {
  const int inner_width = size_.region_width() - 2;
  const int inner_height = size_.region_height() - 2;
  const int rows = inner_height * size_.region_rows;
  const int columns = inner_width * size_.region_columns;
  if (row < 0) {
    row += rows;
    column += 4 - (rows + 4) % 8;
  }
  if (column < 0) {
    column += columns;
    row += 4 - (columns + 4) % 8;
  }
  if (row >= rows) row -= rows;  // ISO/IEC 21471: wide and low symbols wrap around.
  const int x = column / inner_width * size_.region_width() + column % inner_width + 1;
  const int y = row / inner_height * size_.region_height() + row % inner_height + 1;
  codewords_[index(x, y)] = static_cast<std::int16_t>(codeword);
  bits_[index(x, y)] = static_cast<std::uint8_t>(0x80 >> bit_number);
}

// The usual shape of a codeword; (row, column) is its last bit.
void Ecc200Layout::utah(int row, int column, int codeword) {
  constexpr int kShape[8][2] = {{-2, -2}, {-2, -1}, {-1, -2}, {-1, -1},
                                {-1, 0},  {0, -2},  {0, -1},  {0, 0}};
  for (int i = 0; i < 8; ++i) put(row + kShape[i][0], column + kShape[i][1], codeword, i);
}

void Ecc200Layout::corner(int codeword, const int (&places)[8][2]) {
  for (int i = 0; i < 8; ++i) put(places[i][0], places[i][1], codeword, i);
}

// Codewords run along diagonals, up and right, then down and left, with four special corner shapes
// (ISO/IEC 16022:2006, F.3).
void Ecc200Layout::place() {
  const int rows = (size_.region_height() - 2) * size_.region_rows;
  const int columns = (size_.region_width() - 2) * size_.region_columns;
  const int r = rows - 1, c = columns - 1;
  const auto taken = [&](int row, int column) {
    const int w = size_.region_width() - 2, h = size_.region_height() - 2;
    return codewords_[index(column / w * (w + 2) + column % w + 1,
                            row / h * (h + 2) + row % h + 1)] >= 0;
  };
  int next = 0, row = 4, column = 0;
  do {
    if (row == rows && column == 0) {
      const int shape[8][2] = {{r, 0}, {r, 1}, {r, 2}, {0, c - 1}, {0, c}, {1, c}, {2, c}, {3, c}};
      corner(next++, shape);
    }
    if (row == rows - 2 && column == 0 && columns % 4 != 0) {
      const int shape[8][2] = {{r - 2, 0}, {r - 1, 0}, {r, 0}, {0, c - 3},
                               {0, c - 2}, {0, c - 1}, {0, c}, {1, c}};
      corner(next++, shape);
    }
    if (row == rows - 2 && column == 0 && columns % 8 == 4) {
      const int shape[8][2] = {{r - 2, 0}, {r - 1, 0}, {r, 0}, {0, c - 1},
                               {0, c},     {1, c},     {2, c}, {3, c}};
      corner(next++, shape);
    }
    if (row == rows + 4 && column == 2 && columns % 8 == 0) {
      const int shape[8][2] = {{r, 0}, {r, c},     {0, c - 2}, {0, c - 1},
                               {0, c}, {1, c - 2}, {1, c - 1}, {1, c}};
      corner(next++, shape);
    }
    do {
      if (row < rows && column >= 0 && !taken(row, column)) utah(row, column, next++);
      row -= 2;
      column += 2;
    } while (row >= 0 && column < columns);
    row += 1;
    column += 3;
    do {
      if (row >= 0 && column < columns && !taken(row, column)) utah(row, column, next++);
      row += 2;
      column -= 2;
    } while (row < rows && column >= 0);
    row += 3;
    column += 1;
  } while (row < rows || column < columns);
  PACKTRAIL_ASSERT(next == size_.codewords());
}

void Ecc200Layout::read(const BitMatrix& modules, Bytes& out) const {
  PACKTRAIL_ASSERT(modules.width() == size_.columns && modules.height() == size_.rows);
  out.assign(static_cast<std::size_t>(size_.codewords()), 0);
  for (const Place& place : places_) {
    if (modules.get(place.column, place.row)) out[place.codeword] |= place.mask;
  }
}

Bytes Ecc200Layout::read(const BitMatrix& modules) const {
  Bytes out;
  read(modules, out);
  return out;
}

BitMatrix Ecc200Layout::draw(ByteView codewords) const {
  PACKTRAIL_ASSERT(codewords.size() == static_cast<std::size_t>(size_.codewords()));
  BitMatrix out(size_.columns, size_.rows);
  const int inner_width = size_.region_width() - 2, inner_height = size_.region_height() - 2;
  const int right = inner_width * size_.region_columns, bottom = inner_height * size_.region_rows;
  for (int row = 0; row < size_.rows; ++row) {
    for (int column = 0; column < size_.columns; ++column) {
      const int word = codeword(column, row);
      const ModuleRole kind = role(column, row);
      bool dark = kind == ModuleRole::Solid || kind == ModuleRole::ClockOn;
      if (word >= 0) {
        dark = (codewords[static_cast<std::size_t>(word)] & bit(column, row)) != 0;
      } else if (kind == ModuleRole::Data) {
        // The four modules that are left over in the bottom right corner: dark on the diagonal.
        const int x = column / size_.region_width() * inner_width + column % size_.region_width() -
                      1 - (right - 2);
        const int y = row / size_.region_height() * inner_height + row % size_.region_height() - 1 -
                      (bottom - 2);
        dark = x == y;
      }
      out.set(column, row, dark);
    }
  }
  return out;
}

Result<Ecc200Correction> correct(const Ecc200Size& size, ByteView codewords) {
  if (codewords.size() != static_cast<std::size_t>(size.codewords())) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "a symbol of this size has " + std::to_string(size.codewords()) +
                            " codewords, not " + std::to_string(codewords.size()),
                 .field = "codewords"};
  }
  auto first = correct_interleaved(size, codewords, Interleave::Continued);
  if (first || size.data_codewords % size.blocks == 0) return first;
  auto other = correct_interleaved(size, codewords, Interleave::Restarted);
  return other ? std::move(other) : std::move(first);
}

}  // namespace packtrail::symbology
