// symbology/read/reader.h - reads one symbol from a picture, and from nothing but the picture.
//
// A ladder of preparations ("rungs") is climbed until a decoder answers: first our own locator,
// which finds the DataMatrix in a blurred, noisy, tilted picture and resamples it onto its module
// grid, then whole-picture filters (normalise, blur, sharpen, resize, ...) before zxing-cpp. Every
// answer passed the symbol's own check (Reed-Solomon, check character); one that could still be
// chance, because its symbol is small or its check weak, must be well-formed GS1 data or come
// twice, from two preparations, and two different ones are no answer.
//
// Thread safety: one reader per thread (it keeps its work buffers). Cost: 0.1 - 0.3 ms for a usual
// 200 x 200 picture; a picture without a symbol costs every rung, some 10 ms.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ports.h"
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
  bool mirrored = false;         // Seen from behind, or printed wrong way round.
  int attempts = 0;              // Decoder calls until this answer, at least 1.
  std::array<Point, 4> corners;  // Around the symbol, in order; the first is the symbol's top left.
  int columns = 0;               // Modules, when our own decoder read it; else 0.
  int rows = 0;
  int corrected = -1;  // Codewords that were wrong; -1 when the decoder does not tell.

  [[nodiscard]] bool is_gs1_datamatrix() const { return identifier == "]d2"; }
  [[nodiscard]] bool is_gs1_128() const { return identifier == "]C1"; }
};

enum class SymbolSet : std::uint8_t {
  DataMatrix,  // The in-line camera: nothing else is on a pack's face, and it is fastest.
  AllPrinted,  // DataMatrix, Code 128, QR and ITF-14: warehouse and verification.
};

struct ReaderOptions {
  SymbolSet symbols = SymbolSet::DataMatrix;
  int attempts_max = 64;     // Decoder calls per picture, 1 or more.
  bool try_inverted = true;  // Climb the ladder once more for light on dark.
  // Symbology identifiers (ISO/IEC 15424) that count, such as "]d2"; empty: every one. Another
  // symbol is reported as foreign, and the search goes on beside it.
  std::vector<std::string> allowed = {};
  // Work per picture: pixels that filters and decoders looked at, counted before each step; 0 for
  // no limit. The same on every machine.
  std::uint64_t pixels_max = 0;
  // A limit in time, looked at before each step; both or none. The clock outlives the reader.
  const Clock* clock = nullptr;
  std::int64_t time_ns_max = 0;
};

enum class Outcome : std::uint8_t {
  Read,          // `symbol` counts.
  Foreign,       // Only symbols that `allowed` does not name; `symbol` is the first.
  Disagreement,  // Weak answers, and they differ: none is given.
  Nothing,       // No rung gave a symbol.
  OutOfBudget,   // The same, but a limit of ReaderOptions ended the search.
};
[[nodiscard]] const char* to_string(Outcome outcome);  // "read", "foreign", ...: stable.

struct ReadReport {
  Outcome outcome = Outcome::Nothing;
  std::optional<Symbol> symbol;  // With Read and Foreign.
  int attempts = 0;              // Decoder calls in all.
  std::uint64_t pixels = 0;      // Work, as ReaderOptions::pixels_max counts it.
};

// The symbol, or nothing. Without `allowed` a symbol that is not GS1 is an answer too (]d1, ]C0,
// ...): the camera saw a foreign label, which is not the same as seeing none.
using ReadResult = std::optional<Symbol>;

class SymbolReader {
 public:
  explicit SymbolReader(const ReaderOptions& options = {});
  ~SymbolReader();
  SymbolReader(SymbolReader&&) noexcept;
  SymbolReader& operator=(SymbolReader&&) noexcept;

  // Empty unless the outcome is Read. Never throws. Without a clock the same picture always gives
  // the same answer.
  [[nodiscard]] ReadResult read(const GreyImage& picture);
  // As read, with the reason; Nothing for a picture that check_image refuses.
  [[nodiscard]] ReadReport inspect(const GreyImage& picture);
  // Other limits from the next picture on; as in ReaderOptions.
  void limit(std::uint64_t pixels_max, std::int64_t time_ns_max);

 private:
  class Ladder;
  std::unique_ptr<Ladder> ladder_;
};

}  // namespace packtrail::symbology
