// symbology/read/reader.h - reads one symbol from a picture, and from nothing but the picture.
//
// A ladder of preparations ("rungs") is climbed until a decoder answers: first our own locator,
// which finds the DataMatrix in a blurred, noisy, tilted picture and resamples it onto its module
// grid, then whole-picture filters (normalise, blur, sharpen, resize, ...). Every answer passed the
// symbol's Reed-Solomon check (ISO/IEC 16022); what an answer means, for instance whether its GTIN
// has the right check digit, is for the caller to check.
//
// There is no clock: the work is limited by the number of rungs.
//
// Thread safety: one reader per thread (it keeps its work buffers). Cost: 0.3 - 0.7 ms for a usual
// 200 x 200 picture; a picture without a symbol costs every rung, some 7 ms.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "symbology/image.h"

namespace packtrail::symbology {

// The preparation that made the picture readable; what a line reports to see print quality drift.
enum class Rung : std::uint8_t {
  Rectified,        // Located by us, resampled onto the module grid.
  Raw,              // As it came.
  Normalised,       // Grey range stretched to 0..255.
  BlurOtsu,         // Gaussian, sigma 1.2 pixels, then one threshold (Otsu's).
  BlurMoreOtsu,     // Sigma 2.
  HalfOtsu,         // Half size by area mean.
  MedianOtsu,       // 5 x 5 median.
  UnsharpOtsu,      // Unsharp mask, sigma 4, amount 2.5.
  UnsharpMoreOtsu,  // Sigma 3, amount 5.
  OpenOtsu,         // Threshold, then opening with a 4 x 4 square: parts merged modules.
  CloseOtsu,        // Threshold, then closing: joins dots.
  Enlarged,         // Cubic, four- or twofold.
  Padded,           // With a quiet zone added.
};
inline constexpr int kRungCount = 13;
[[nodiscard]] const char* to_string(Rung rung);  // "rectified", ...: stable, for reports.

struct Symbol {
  std::string identifier;  // Symbology identifier (ISO/IEC 15424): "]d2" is GS1 DataMatrix.
  Bytes data;              // Without the leading FNC1; separators are GS, 0x1D.
  Rung rung = Rung::Raw;
  bool inverted = false;         // Light on dark.
  int attempts = 0;              // Decoder calls until this answer, at least 1.
  std::array<Point, 4> corners;  // Around the symbol, in order; the first is the symbol's top left.

  [[nodiscard]] bool is_gs1_datamatrix() const { return identifier == "]d2"; }
  [[nodiscard]] bool is_gs1_128() const { return identifier == "]C1"; }
};

enum class SymbolSet : std::uint8_t {
  DataMatrix,  // The in-line camera: nothing else is on a pack's face, and it is fastest.
  AllPrinted,  // DataMatrix, Code 128 and QR: warehouse and verification.
};

struct ReaderOptions {
  SymbolSet symbols = SymbolSet::DataMatrix;
  int attempts_max = 64;     // Decoder calls per picture, 1 or more: the only time limit.
  bool try_inverted = true;  // Climb the ladder once more for light on dark.
};

// The symbol, or nothing. A symbol that is not GS1 is an answer too (]d1, ]C0, ...): the camera saw
// a foreign label, which is not the same as seeing none.
using ReadResult = std::optional<Symbol>;

class SymbolReader {
 public:
  explicit SymbolReader(const ReaderOptions& options = {});
  ~SymbolReader();
  SymbolReader(SymbolReader&&) noexcept;
  SymbolReader& operator=(SymbolReader&&) noexcept;

  // Empty when no rung gives a symbol, and for a picture that check_image refuses. Never throws.
  // The same picture always gives the same answer.
  [[nodiscard]] ReadResult read(const GreyImage& picture);

 private:
  class Ladder;
  std::unique_ptr<Ladder> ladder_;
};

}  // namespace packtrail::symbology
