// symbology/ecc200.h - the sizes of ECC 200, the place of every codeword, and Reed-Solomon.
//
// What a reader and a verifier share: ISO/IEC 16022:2006 (table 7 the sizes, annex F the placement,
// 5.7 and annex E the error correction over GF(256) with x^8 + x^5 + x^3 + x^2 + 1) and the
// rectangular extension ISO/IEC 21471 (DMRE). Error correction says which codewords were wrong and
// takes erasures, which cost half of what an error costs.
//
// Thread safety: free functions and immutable tables. Cost: a layout is built once per size and
// kept; 24x24 takes some 1 us to read and 5 us to correct, 144x144 0.3 ms.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "symbology/bit_matrix.h"

namespace packtrail::symbology {

// What a module is for.
enum class ModuleRole : std::uint8_t {
  Data,     // Of a codeword, or one of the four modules that some sizes leave over.
  Solid,    // The L, and the solid bars between data regions: dark.
  ClockOn,  // Clock track: dark.
  ClockOff  // Clock track: light.
};

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
  // 0 <= column < columns, 0 <= row < rows, row 0 the top.
  [[nodiscard]] ModuleRole role(int column, int row) const;
};

// All 48: 24 squares and 6 rectangles of ISO/IEC 16022, then the 18 sizes of ISO/IEC 21471.
[[nodiscard]] std::span<const Ecc200Size> ecc200_sizes();
// The first 30 of them.
[[nodiscard]] std::span<const Ecc200Size> iso16022_sizes();
// The size, or nullptr when no symbol has so many modules.
[[nodiscard]] const Ecc200Size* find_ecc200_size(int columns, int rows);

class Ecc200Layout {
 public:
  // One bit of a codeword, and the module that carries it.
  struct Place {
    std::uint16_t codeword;
    std::uint8_t column, row;
    std::uint8_t mask;  // 0x80 ... 0x01.
  };

  // The layout of one of ecc200_sizes(), kept for the life of the process.
  [[nodiscard]] static const Ecc200Layout& of(const Ecc200Size& size);

  [[nodiscard]] const Ecc200Size& size() const { return size_; }
  [[nodiscard]] ModuleRole role(int column, int row) const { return size_.role(column, row); }
  // The codeword that a module belongs to, 0 the first; -1 for fixed modules and left over ones.
  [[nodiscard]] int codeword(int column, int row) const { return codewords_[index(column, row)]; }
  // The bit within that codeword: 0x80 ... 0x01.
  [[nodiscard]] std::uint8_t bit(int column, int row) const { return bits_[index(column, row)]; }
  // Every bit of every codeword once, row by row.
  [[nodiscard]] std::span<const Place> places() const { return places_; }

  // The codewords as the modules have them, into `out` (which keeps its memory); and modules from
  // codewords, with the fixed pattern. Sizes must be the layout's.
  void read(const BitMatrix& modules, Bytes& out) const;
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
  std::vector<Place> places_;
};

// How the check codewords follow the interleaved data. Both orders are in use, and differ for
// 144 x 144 alone, whose last two blocks have a codeword of data less than the others.
enum class Interleave : std::uint8_t {
  Continued,  // The first check codeword goes to the block after the last data codeword's.
  Restarted   // The first check codeword goes to the first block.
};
// The block of a codeword. 0 <= codeword < size.codewords().
[[nodiscard]] int block_of(const Ecc200Size& size, int codeword, Interleave interleave);

// Corrects one block (data first, at most 255 codewords of which the last `check`, at most 68, are
// check codewords) in place. `erased`: positions in it, each once, at most `check`. The number of
// errors besides the erasures; -1, and the block as it was, when there are more than
// (check - erasures) / 2.
[[nodiscard]] int correct_block(std::span<std::uint8_t> block, int check,
                                std::span<const int> erased = {});

struct Ecc200Correction {
  Bytes codewords;                    // Corrected, data first.
  std::vector<std::uint8_t> wrong;    // Per codeword, 1 where correction changed it.
  std::vector<int> errors_per_block;  // t of each block.
  std::vector<std::uint8_t> block;    // Per codeword, the block it belongs to.
};

// Corrects every block, trying both interleavings. Fails with DataLoss when a block has more errors
// than it can correct (field "block N"), with InvalidArgument when the number of codewords does not
// fit the size.
[[nodiscard]] Result<Ecc200Correction> correct(const Ecc200Size& size, ByteView codewords);

}  // namespace packtrail::symbology
