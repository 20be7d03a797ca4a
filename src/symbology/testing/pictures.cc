#include "symbology/testing/pictures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace packtrail::symbology::test {

namespace {
bool has_ink(const BitMatrix& symbol, double u, double v, double gain) {
  for (int i = 0; i < 9; ++i) {
    const double x = u + gain * (i % 3 - 1), y = v + gain * (i / 3 - 1);
    if (x < 0 || y < 0 || x >= symbol.width() || y >= symbol.height()) continue;
    if (symbol.get(static_cast<int>(x), static_cast<int>(y))) return true;
  }
  return false;
}
}  // namespace

GreyImage photograph(BitMatrix symbol, const View& view, std::uint64_t seed) {
  Chance chance(seed);
  const int n = symbol.width(), m = symbol.height();
  for (int y = 1; y < m - 1; ++y) {
    for (int x = 1; x < n - 1; ++x) {
      if (chance.uniform() < view.flip_rate) symbol.set(x, y, !symbol.get(x, y));
    }
  }
  const double patch = std::sqrt(view.damage_area * n * m);
  const double patch_x = chance.uniform(1, std::max(n - 1 - patch, 1.0));
  const double patch_y = chance.uniform(1, std::max(m - 1 - patch, 1.0));
  const bool patch_dark = chance.uniform() < 0.5;
  const double width = (n + 2 * view.quiet_modules) * view.pixels_per_module;
  const double height = (m + 2 * view.quiet_modules) * view.pixels_per_module;
  const double angle = view.degrees * 3.141592653589793 / 180;
  const double c = std::cos(angle), s = std::sin(angle);
  const int columns = static_cast<int>(std::ceil(width * std::abs(c) + height * std::abs(s)));
  const int rows = static_cast<int>(std::ceil(width * std::abs(s) + height * std::abs(c)));
  const double shift_x = chance.uniform(-0.5, 0.5), shift_y = chance.uniform(-0.5, 0.5);
  std::vector<float> light(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  // A scratch runs along a random column of modules; drawn only when wanted, so that the other
  // pictures of a seed stay what they were.
  const double scratch_x = view.scratch_pixels > 0 ? chance.uniform(2, n - 2) : 0;
  const double scratch = view.scratch_pixels / view.pixels_per_module;
  const bool scratch_dark = view.scratch_pixels > 0 && chance.uniform() < 0.5;
  const double gain = view.print_gain / 2;  // Of a module, on each side.
  constexpr int kSub = 4;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      int dark = 0;
      for (int i = 0; i < kSub * kSub; ++i) {
        const double px = x + (i % kSub + 0.5) / kSub - columns / 2.0 + shift_x;
        const double py = y + (i / kSub + 0.5) / kSub - rows / 2.0 + shift_y;
        double u = (c * px + s * py) / view.pixels_per_module;
        double v = (-s * px + c * py) / view.pixels_per_module;
        const double w = 1 + view.perspective * v / std::max(n, m);
        u = u * w + n / 2.0;
        v = v * w + m / 2.0;
        if (view.mirrored) u = n - u;
        if (gain > 0) {  // Ink spreads: dark where any place within the gain is dark.
          dark += has_ink(symbol, u, v, gain) ? 1 : 0;
          continue;
        }
        if (u < 0 || v < 0 || u >= n || v >= m) continue;
        if (scratch > 0 && u >= scratch_x && u < scratch_x + scratch) {
          dark += scratch_dark ? 1 : 0;
          continue;
        }
        if (u >= patch_x && u < patch_x + patch && v >= patch_y && v < patch_y + patch) {
          dark += patch_dark ? 1 : 0;
          continue;
        }
        if (!symbol.get(static_cast<int>(u), static_cast<int>(v))) continue;
        if (view.dot_radius > 0) {
          const double du = u - std::floor(u) - 0.5, dv = v - std::floor(v) - 0.5;
          if (du * du + dv * dv > view.dot_radius * view.dot_radius) continue;
        }
        ++dark;
      }
      const double share = static_cast<double>(dark) / (kSub * kSub);
      const double lamp = 1 - view.gradient * x / columns;
      light[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
            static_cast<std::size_t>(x)] =
          static_cast<float>((view.light + (view.dark - view.light) * share) * lamp);
    }
  }
  const double sigma = view.blur_modules * view.pixels_per_module;
  if (sigma > 0.05) {
    const int radius = static_cast<int>(std::ceil(3 * sigma));
    std::vector<float> kernel(static_cast<std::size_t>(2 * radius) + 1);
    float sum = 0;
    for (int i = -radius; i <= radius; ++i) {
      sum += kernel[static_cast<std::size_t>(i + radius)] =
          static_cast<float>(std::exp(-0.5 * i * i / (sigma * sigma)));
    }
    for (const int pass : {0, 1}) {
      std::vector<float> out(light.size());
      for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
          float value = 0;
          for (int i = -radius; i <= radius; ++i) {
            const int sx = pass == 0 ? std::clamp(x + i, 0, columns - 1) : x;
            const int sy = pass == 1 ? std::clamp(y + i, 0, rows - 1) : y;
            value += kernel[static_cast<std::size_t>(i + radius)] *
                     light[static_cast<std::size_t>(sy) * static_cast<std::size_t>(columns) +
                           static_cast<std::size_t>(sx)];
          }
          out[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
              static_cast<std::size_t>(x)] = value / sum;
        }
      }
      light.swap(out);
    }
  }
  GreyImage out(columns, rows);
  for (std::size_t i = 0; i < light.size(); ++i) {
    const double value = light[i] + view.noise_sd * chance.normal();
    out.pixels[i] = static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
  }
  return out;
}

}  // namespace packtrail::symbology::test
