// adapters/sim_line/camera.h - draws what a line camera sees of a printed symbol.
//
// Internal to the simulated line. The printed raster (one pixel per printer dot) is laid under the
// camera at some angle, sampled at camera pixels, blurred by its lens, lit unevenly, made noisy.
//
// Thread safety: one camera per thread (work buffers). Cost: 0.2 - 0.4 ms per picture.
#pragma once

#include <array>
#include <cstdint>

#include "adapters/sim_line/chance.h"
#include "symbology/image.h"

namespace packtrail::sim_line {

// How one pack lies under the camera.
struct Pose {
  double pixels_per_dot = 1;
  double radians = 0;
  double shift_x = 0;  // Camera pixels off the centre.
  double shift_y = 0;
  double blur_sigma = 0;  // Camera pixels.
  double noise_sd = 0;    // Grey levels.
  double dark = 40;       // Grey level of ink and of paper.
  double light = 215;
  double light_loss = 0;     // Share of light lost across the picture,
  double light_radians = 0;  // in this direction.
};

class Camera {
 public:
  Camera();

  // A square picture of `side` pixels. The noise comes from `chance`.
  [[nodiscard]] symbology::GreyImage look(const symbology::GreyImage& printed, const Pose& pose,
                                          int side, Chance& chance);

 private:
  void project(const symbology::GreyImage& printed, const Pose& pose, int side);

  std::array<std::int8_t, 4096> bell_{};  // Quantiles of the normal distribution, in 1/32.
  symbology::GreyImage framed_;           // The print with a rim of paper.
  symbology::GreyImage scene_;
  symbology::GreyImage soft_;
};

}  // namespace packtrail::sim_line
