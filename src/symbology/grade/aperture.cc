#include "symbology/grade/aperture.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace packtrail::symbology {
namespace {

// Positions within a pixel, per axis: the aperture is at most 1/16 pixel from where it should be;
// fewer for large ones, where that matters less.
int phases_of(double diameter) { return diameter < 40 ? 8 : 2; }

}  // namespace

double Aperture::rounded(double diameter_pixels) {
  const double limited = std::isfinite(diameter_pixels)
                             ? std::clamp(diameter_pixels, kDiameterMin, kDiameterMax)
                             : kDiameterMin;
  return std::round(limited * 16) / 16;
}

Aperture::Aperture(double diameter_pixels)
    : diameter_(rounded(diameter_pixels)),
      reach_(static_cast<int>(std::ceil(diameter_ / 2 + 0.5))),
      side_(2 * reach_ + 1) {
  const int phases = phases_of(diameter_);
  const auto kernel = static_cast<std::size_t>(side_) * static_cast<std::size_t>(side_);
  weights_.resize(kernel * static_cast<std::size_t>(phases * phases));
  const auto radius = static_cast<float>(diameter_ / 2);
  const int parts = diameter_ < 12 ? 6 : 3;  // Of a pixel, per axis.
  const auto fine = static_cast<float>(parts);
  float* out = weights_.data();
  for (int py = 0; py < phases; ++py) {
    for (int px = 0; px < phases; ++px, out += kernel) {
      // The disc's centre against the middle pixel's.
      const float cx = (static_cast<float>(px) + 0.5F) / static_cast<float>(phases) - 0.5F;
      const float cy = (static_cast<float>(py) + 0.5F) / static_cast<float>(phases) - 0.5F;
      float sum = 0;
      for (int y = -reach_; y <= reach_; ++y) {
        for (int x = -reach_; x <= reach_; ++x) {
          float covered = 0;
          for (int part = 0; part < parts * parts; ++part) {
            const float dx = static_cast<float>(x) - cx +
                             (static_cast<float>(part % parts) + 0.5F) / fine - 0.5F;
            const float dy = static_cast<float>(y) - cy +
                             (static_cast<float>(part / parts) + 0.5F) / fine - 0.5F;
            const float inside = (radius - std::sqrt(dx * dx + dy * dy)) * fine + 0.5F;
            covered += std::clamp(inside, 0.0F, 1.0F);
          }
          out[(y + reach_) * side_ + x + reach_] = covered;
          sum += covered;
        }
      }
      for (std::size_t i = 0; i < kernel; ++i) out[i] /= sum;
    }
  }
}

double Aperture::grey(const GreyImage& picture, Point at) const {
  const int phases = phases_of(diameter_);
  const float limit_x = static_cast<float>(picture.width),
              limit_y = static_cast<float>(picture.height);
  const float fx = std::clamp(at.x, 0.0F, limit_x - 0.001F);
  const float fy = std::clamp(at.y, 0.0F, limit_y - 0.001F);
  const int x = static_cast<int>(fx), y = static_cast<int>(fy);
  const auto phase = [phases](float part) {
    return std::min(static_cast<int>(part * static_cast<float>(phases)), phases - 1);
  };
  const int px = phase(fx - static_cast<float>(x)), py = phase(fy - static_cast<float>(y));
  const float* weights =
      weights_.data() + static_cast<std::ptrdiff_t>(py * phases + px) * side_ * side_;
  float sum = 0;
  if (x >= reach_ && y >= reach_ && x + reach_ < picture.width && y + reach_ < picture.height) {
    for (int dy = -reach_; dy <= reach_; ++dy, weights += side_) {
      const std::uint8_t* line = picture.row(y + dy) + x - reach_;
      for (int i = 0; i < side_; ++i) sum += weights[i] * static_cast<float>(line[i]);
    }
    return static_cast<double>(sum);
  }
  for (int dy = -reach_; dy <= reach_; ++dy) {
    const std::uint8_t* line = picture.row(std::clamp(y + dy, 0, picture.height - 1));
    for (int dx = -reach_; dx <= reach_; ++dx, ++weights) {
      sum += *weights * static_cast<float>(line[std::clamp(x + dx, 0, picture.width - 1)]);
    }
  }
  return static_cast<double>(sum);
}

}  // namespace packtrail::symbology
