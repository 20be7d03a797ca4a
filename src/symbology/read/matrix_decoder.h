// symbology/read/matrix_decoder.h - from the modules of a DataMatrix symbol to its bytes.
//
// ECC 200 (ISO/IEC 16022): the 24 square and 6 rectangular sizes, and the 18 rectangular extension
// sizes of ISO/IEC 21471 (DMRE). The decoder knows what a picture decoder does not tell: how many
// codewords were wrong, and so how likely the answer is to be chance. Doubtful codewords may be
// given up as erasures, which cost half of what an error costs.
//
// Thread safety: one decoder per thread (it keeps tables of the sizes met). Cost: some 6 us for a
// 24 x 24 symbol, a tenth of what drawing the modules for another decoder costs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "symbology/bit_matrix.h"

namespace packtrail::symbology {

// One size of ISO/IEC 16022 table 7 or ISO/IEC 21471 table 2.
struct DataMatrixSize {
  int rows, columns;                // Modules, finder pattern included.
  int region_rows, region_columns;  // Data regions down and across; each has its own finder.
  int data, parity, blocks;         // Codewords, and the interleaved Reed-Solomon blocks.
};

[[nodiscard]] std::span<const DataMatrixSize> data_matrix_sizes();
// The size, or nullptr when no symbol has so many modules.
[[nodiscard]] const DataMatrixSize* find_data_matrix_size(int rows, int columns);
// What the fixed pattern has at a module: 1 dark, 0 light, -1 data. 0 <= row < rows, same column.
[[nodiscard]] int fixed_module(const DataMatrixSize& size, int row, int column);

struct MatrixReading {
  std::string identifier;  // ISO/IEC 15424: ]d1 plain, ]d2 FNC1 first, ]d3 FNC1 second, ]d4-]d6.
  Bytes data;              // As a scanner sends it: a separating FNC1 is GS, 0x1D.
  int corrected = 0;       // Codewords that were wrong.
  int erased = 0;          // Codewords given up as doubtful beforehand.
  // How many bits of agreement the answer has over chance: random modules give an answer like it
  // with a probability of 2^-evidence (of its weakest block).
  float evidence = 0;
};

class MatrixDecoder {
 public:
  MatrixDecoder();
  ~MatrixDecoder();

  // The content of `symbol`, whose size must be one of the table and whose orientation must be the
  // symbol's own (L at the left and the bottom); the fixed pattern is not looked at. `doubt`, empty
  // or one value per module row by row, orders the codewords: the higher the less sure. `erasures`,
  // 0 or more, is how many of the most doubtful are given up; it is cut to what leaves each block
  // kChecksMin codewords of check. Empty when a block has too many errors or the codewords mean
  // nothing.
  static constexpr int kChecksMin = 4;
  [[nodiscard]] std::optional<MatrixReading> decode(const BitMatrix& symbol,
                                                    std::span<const float> doubt = {},
                                                    int erasures = 0);

 private:
  struct Plan;
  const Plan& plan_of(const DataMatrixSize& size);
  std::vector<std::unique_ptr<Plan>> plans_;
  std::vector<std::uint8_t> codewords_;
  std::vector<float> doubts_;
};

}  // namespace packtrail::symbology
