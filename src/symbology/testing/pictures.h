// symbology/testing/pictures.h - pictures of symbols as a camera might see them, for tests and
// benches.
//
// Deterministic: the same seed gives the same picture. Not part of the product's library.
#pragma once

#include <cmath>
#include <cstdint>

#include "symbology/bit_matrix.h"
#include "symbology/image.h"

namespace packtrail::symbology::test {

// Sanitizers make pixel loops twenty times slower; tests look at fewer pictures under them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {  // SplitMix64 (Steele, Lea, Flood 2014).
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal() {
    return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(6.283185307179586 * uniform());
  }

 private:
  std::uint64_t state_;
};

struct View {
  double pixels_per_module = 6;
  double degrees = 0;
  double blur_modules = 0;
  double noise_sd = 0;
  double dark = 40;
  double light = 215;
  double gradient = 0;     // Share of light lost from left to right.
  double perspective = 0;  // Shrinks the far side by this share over the longer side's length.
  int quiet_modules = 4;
  bool mirrored = false;
  double flip_rate = 0;       // Of the data modules.
  double damage_area = 0;     // Share of the symbol covered by a random dark or light square.
  double dot_radius = 0;      // Dark modules as dots, radius in modules; 0 draws squares.
  double scratch_pixels = 0;  // Width of a dark or light scratch down a random column.
  double print_gain = 0;      // Modules that ink spreads, both sides together; no damage then.
};

// Each pixel is the mean of 4 x 4 points of the ideal scene, then blurred and made noisy. The
// symbol may be rectangular.
[[nodiscard]] GreyImage photograph(BitMatrix symbol, const View& view, std::uint64_t seed);

}  // namespace packtrail::symbology::test
