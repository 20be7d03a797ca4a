// symbology/read/matrix_decoder.h - from the modules of a DataMatrix symbol to its bytes.
//
// ECC 200 in all sizes of symbology/ecc200.h. The decoder knows what a picture decoder does not
// tell: how many codewords were wrong, and so how likely the answer is to be chance. Doubtful
// codewords may be given up as erasures, which cost half of what an error costs.
//
// Thread safety: one decoder per thread (it keeps its buffers). Cost: some 6 us for a
// 24 x 24 symbol, a tenth of what drawing the modules for another decoder costs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "symbology/bit_matrix.h"
#include "symbology/ecc200.h"

namespace packtrail::symbology {

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
  bool correct_all(const Ecc200Size& size, Interleave interleave, int erasures,
                   MatrixReading& reading);
  Bytes read_;       // As the modules have them.
  Bytes codewords_;  // Corrected.
  std::vector<float> doubts_;
};

}  // namespace packtrail::symbology
