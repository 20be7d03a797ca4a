// symbology/grade/aperture.h - reflectance at a point through a synthetic circular aperture.
//
// ISO/IEC 15415 measures through a round opening, so that a grade does not depend on the camera's
// resolution: the mean of the pixels under a disc, each weighted by the area that the disc covers
// of it.
//
// Thread safety: const calls from many threads. Cost: making one 0.1 - 1 ms, a sample some
// diameter^2 multiplications.
#pragma once

#include <vector>

#include "symbology/image.h"

namespace packtrail::symbology {

class Aperture {
 public:
  static constexpr double kDiameterMin = 0.5;  // Pixels.
  static constexpr double kDiameterMax = 256;

  // Rounded to 1/16 pixel and limited to the range above.
  explicit Aperture(double diameter_pixels);

  [[nodiscard]] double diameter() const { return diameter_; }
  // Mean grey, 0..255. Beyond the picture its edge goes on.
  [[nodiscard]] double grey(const GreyImage& picture, Point at) const;
  [[nodiscard]] static double rounded(double diameter_pixels);

 private:
  double diameter_;
  int reach_;  // Pixels from the middle one.
  int side_;
  std::vector<float> weights_;  // For each of kPhases^2 positions within a pixel.
};

}  // namespace packtrail::symbology
