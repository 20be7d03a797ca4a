// symbology/grade/ecc200.h - which module of an ECC 200 symbol belongs to which codeword, and which
// codewords were wrong.
//
// A grade is about modules, error correction is about codewords: a verifier needs the map between
// both (ISO/IEC 16022:2006, 5.8 and annex F) and the positions of the errors that Reed-Solomon
// decoding found (5.7: GF(256) with x^8 + x^5 + x^3 + x^2 + 1).
//
// Thread safety: free functions and immutable tables. Cost: a layout is built once per symbol size
// and kept; correction costs some 20 us for 24x24 and 0.3 ms for 144x144.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "symbology/bit_matrix.h"

namespace packtrail::symbology {

// One of the 24 square and 6 rectangular sizes (ISO/IEC 16022:2006, table 7).
struct Ecc200Size {
  int columns;  // Modules, fixed pattern included.
  int rows;
  int region_columns;  // Data regions side by side.
  int region_rows;
  int data_codewords;
  int check_codewords;  // Of all blocks together.
  int blocks;           // Interleaved.

  [[nodiscard]] int codewords() const { return data_codewords + check_codewords; }
  // Per block: Reed-Solomon corrects half of these.
  [[nodiscard]] int check_per_block() const { return check_codewords / blocks; }
  // Modules of one data region with its fixed pattern.
  [[nodiscard]] int region_width() const { return columns / region_columns; }
  [[nodiscard]] int region_height() const { return rows / region_rows; }
};

[[nodiscard]] std::span<const Ecc200Size> ecc200_sizes();

// What a module is for.
enum class ModuleRole : std::uint8_t {
  Data,     // Of a codeword, or one of the four modules that some sizes leave over.
  Solid,    // The L, and the solid bars between data regions: dark.
  ClockOn,  // Clock track: dark.
  ClockOff  // Clock track: light.
};

class Ecc200Layout {
 public:
  // The layout of one of ecc200_sizes(), kept for the life of the process.
  [[nodiscard]] static const Ecc200Layout& of(const Ecc200Size& size);

  [[nodiscard]] const Ecc200Size& size() const { return size_; }
  // 0 <= column < size().columns, 0 <= row < size().rows.
  [[nodiscard]] ModuleRole role(int column, int row) const;
  // The codeword that a module belongs to, 0 the first; -1 for fixed modules and left over ones.
  [[nodiscard]] int codeword(int column, int row) const { return codewords_[index(column, row)]; }
  // The bit within that codeword: 0x80 ... 0x01.
  [[nodiscard]] std::uint8_t bit(int column, int row) const { return bits_[index(column, row)]; }

  // The codewords as the modules have them, and modules from codewords (with the fixed pattern).
  [[nodiscard]] Bytes read(const BitMatrix& modules) const;
  [[nodiscard]] BitMatrix draw(ByteView codewords) const;

 private:
  explicit Ecc200Layout(const Ecc200Size& size);
  void place();
  [[nodiscard]] std::size_t index(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(size_.columns) +
           static_cast<std::size_t>(column);
  }
  void put(int row, int column, int codeword, int bit_number);
  void corner(int codeword, const int (&places)[8][2]);
  void utah(int row, int column, int codeword);

  Ecc200Size size_;
  std::vector<std::int16_t> codewords_;
  std::vector<std::uint8_t> bits_;
};

struct Ecc200Correction {
  Bytes codewords;                    // Corrected, data first.
  std::vector<std::uint8_t> wrong;    // Per codeword, 1 where correction changed it.
  std::vector<int> errors_per_block;  // t of each block.
  std::vector<std::uint8_t> block;    // Per codeword, the block it belongs to.
};

// Corrects every block. Fails with DataLoss when a block has more errors than it can correct (field
// "block N"), with InvalidArgument when the number of codewords does not fit the size.
//
// For 144x144 encoders in use interleave the check codewords in two ways; both are tried.
[[nodiscard]] Result<Ecc200Correction> correct(const Ecc200Size& size, ByteView codewords);

}  // namespace packtrail::symbology
