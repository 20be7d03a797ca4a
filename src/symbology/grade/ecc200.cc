#include "symbology/grade/ecc200.h"

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "base/assert.h"

namespace packtrail::symbology {
namespace {

constexpr std::array<Ecc200Size, 30> kSizes = {{
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
}};

struct Field {
  std::array<std::uint8_t, 512> power{};
  std::array<std::uint8_t, 256> log{};
};

constexpr Field make_field() {
  Field field;
  int x = 1;
  for (std::size_t i = 0; i < 255; ++i) {
    field.power[i] = field.power[i + 255] = static_cast<std::uint8_t>(x);
    field.log[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(i);
    x <<= 1;
    if (x > 255) x ^= 0x12D;
  }
  return field;
}

constexpr Field kField = make_field();

std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
  if (a == 0 || b == 0) return 0;
  return kField.power[static_cast<std::size_t>(kField.log[a]) + kField.log[b]];
}
std::uint8_t inverse(std::uint8_t a) { return kField.power[255U - kField.log[a]]; }
// alpha^e for any e >= 0.
std::uint8_t alpha(int e) { return kField.power[static_cast<std::size_t>(e % 255)]; }

constexpr std::size_t kBlockMax = 256;
constexpr std::size_t kCheckMax = 68;

// One block, first codeword first, corrected in place; returns the number of errors, -1 when there
// are too many. Berlekamp-Massey, Chien search, Forney; the code's roots are alpha^1 ...
// alpha^check.
int correct_block(std::span<std::uint8_t> block, int check) {
  const int n = static_cast<int>(block.size());
  std::array<std::uint8_t, kCheckMax> syndromes{};
  bool clean = true;
  for (int i = 0; i < check; ++i) {
    std::uint8_t sum = 0;
    const std::uint8_t root = alpha(i + 1);
    for (const std::uint8_t codeword : block) {
      sum = static_cast<std::uint8_t>(multiply(sum, root) ^ codeword);
    }
    syndromes[static_cast<std::size_t>(i)] = sum;
    clean &= sum == 0;
  }
  if (clean) return 0;

  using Polynomial = std::array<std::uint8_t, kCheckMax + 2>;  // Lowest degree first.
  Polynomial locator{}, previous{};
  locator[0] = previous[0] = 1;
  int errors = 0, gap = 1;
  std::uint8_t last = 1;
  for (int i = 0; i < check; ++i) {
    std::uint8_t discrepancy = syndromes[static_cast<std::size_t>(i)];
    for (int j = 1; j <= errors; ++j) {
      discrepancy ^= multiply(locator[static_cast<std::size_t>(j)],
                              syndromes[static_cast<std::size_t>(i - j)]);
    }
    if (discrepancy == 0) {
      ++gap;
      continue;
    }
    const Polynomial before = locator;
    const std::uint8_t factor = multiply(discrepancy, inverse(last));
    for (std::size_t j = 0; j + static_cast<std::size_t>(gap) < locator.size(); ++j) {
      locator[j + static_cast<std::size_t>(gap)] ^= multiply(factor, previous[j]);
    }
    if (2 * errors <= i) {
      errors = i + 1 - errors;
      previous = before;
      last = discrepancy;
      gap = 1;
    } else {
      ++gap;
    }
  }
  if (2 * errors > check) return -1;

  Polynomial evaluator{};
  for (int i = 0; i < errors; ++i) {
    for (int j = 0; j <= i; ++j) {
      evaluator[static_cast<std::size_t>(i)] ^= multiply(
          locator[static_cast<std::size_t>(j)], syndromes[static_cast<std::size_t>(i - j)]);
    }
  }
  std::array<std::uint8_t, kBlockMax> fixes{};
  int found = 0;
  for (int position = 0; position < n; ++position) {
    const int degree = n - 1 - position;  // The codeword is the coefficient of x^degree.
    const int at = (255 - degree % 255) % 255;
    std::uint8_t value = 0, slope = 0, numerator = 0;
    for (int j = 0; j <= errors; ++j) {
      const std::uint8_t term = multiply(locator[static_cast<std::size_t>(j)], alpha(at * j));
      value ^= term;
      if (j % 2 == 1) slope ^= term;  // x times the formal derivative.
      if (j < errors) numerator ^= multiply(evaluator[static_cast<std::size_t>(j)], alpha(at * j));
    }
    if (value != 0) continue;
    if (slope == 0) return -1;
    // The derivative at X^-1 is slope * X; with the first root alpha^1 Forney's quotient is
    // evaluator / derivative.
    const std::uint8_t derivative = multiply(slope, alpha(degree));
    fixes[static_cast<std::size_t>(position)] = multiply(numerator, inverse(derivative));
    ++found;
  }
  if (found != errors) return -1;
  for (int i = 0; i < n; ++i) {
    block[static_cast<std::size_t>(i)] ^= fixes[static_cast<std::size_t>(i)];
  }
  return errors;
}

// `check_shift`: which block the first check codeword belongs to. 0 by the standard.
Result<Ecc200Correction> correct_interleaved(const Ecc200Size& size, ByteView codewords,
                                             int check_shift) {
  Ecc200Correction out;
  out.codewords.assign(codewords.begin(), codewords.end());
  out.wrong.assign(codewords.size(), 0);
  out.block.resize(codewords.size());
  for (int i = 0; i < size.codewords(); ++i) {
    const int block = i < size.data_codewords
                          ? i % size.blocks
                          : (i - size.data_codewords + check_shift) % size.blocks;
    out.block[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(block);
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

const Ecc200Layout& Ecc200Layout::of(const Ecc200Size& size) {
  static std::mutex guard;
  static std::array<std::unique_ptr<const Ecc200Layout>, kSizes.size()> kept;
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    if (kSizes[i].columns != size.columns || kSizes[i].rows != size.rows) continue;
    const std::scoped_lock lock(guard);
    if (!kept[i]) kept[i] = std::unique_ptr<const Ecc200Layout>(new Ecc200Layout(kSizes[i]));
    return *kept[i];
  }
  // Sizes come from ecc200_sizes() alone.
  assert_failed("a size of ecc200_sizes()", __FILE__, __LINE__);
}

Ecc200Layout::Ecc200Layout(const Ecc200Size& size) : size_(size) {
  const auto modules = static_cast<std::size_t>(size.columns) * static_cast<std::size_t>(size.rows);
  codewords_.assign(modules, -1);
  bits_.assign(modules, 0);
  place();
}

ModuleRole Ecc200Layout::role(int column, int row) const {
  const int x = column % size_.region_width();
  const int y = row % size_.region_height();
  if (x == 0 || y == size_.region_height() - 1) return ModuleRole::Solid;
  if (y == 0) return x % 2 == 0 ? ModuleRole::ClockOn : ModuleRole::ClockOff;
  if (x == size_.region_width() - 1) {
    return (size_.region_height() - 1 - y) % 2 == 0 ? ModuleRole::ClockOn : ModuleRole::ClockOff;
  }
  return ModuleRole::Data;
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

Bytes Ecc200Layout::read(const BitMatrix& modules) const {
  PACKTRAIL_ASSERT(modules.width() == size_.columns && modules.height() == size_.rows);
  Bytes out(static_cast<std::size_t>(size_.codewords()), 0);
  for (int row = 0; row < size_.rows; ++row) {
    for (int column = 0; column < size_.columns; ++column) {
      const int word = codeword(column, row);
      if (word >= 0 && modules.get(column, row)) {
        out[static_cast<std::size_t>(word)] |= bit(column, row);
      }
    }
  }
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
  auto standard = correct_interleaved(size, codewords, 0);
  if (standard || size.columns != 144) return standard;
  auto other = correct_interleaved(size, codewords, 8);
  return other ? std::move(other) : std::move(standard);
}

}  // namespace packtrail::symbology
