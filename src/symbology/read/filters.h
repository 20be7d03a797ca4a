// symbology/read/filters.h - the picture filters that prepare a camera frame for a decoder.
//
// Each writes into `out`, whose buffer is reused; `out` must not be the input. Pixels beyond the
// edge repeat the edge. Inputs are non-empty (check_image holds).
//
// Thread safety: free functions; buffers belong to the caller. Cost: linear in the pixels, and
// independent of sigma for the blur (three running means).
#pragma once

#include <array>
#include <cstdint>

#include "symbology/image.h"

namespace packtrail::symbology {

// Mean of (2 radius + 1)^2 pixels; radius >= 0.
void box_blur(const GreyImage& in, int radius, GreyImage& out);
// Gaussian with standard deviation `sigma` pixels, 0.3 <= sigma <= 20: an exact kernel of
// ceil(3 sigma) taps either side up to sigma 3, three box means above.
void gaussian_blur(const GreyImage& in, float sigma, GreyImage& out);
// Median of five along the rows, then along the columns. Its rank among the 5 x 5 pixels around
// each is 9 to 17 of 25, as good against specks as the exact median at a tenth of its cost.
void median5(const GreyImage& in, GreyImage& out);
// in + amount * (in - gaussian(in, sigma)), limited to 0..255.
void unsharp(const GreyImage& in, float sigma, float amount, GreyImage& out);
// Stretches the grey values between the `clip` and 1 - `clip` quantiles to 0..255; 0 <= clip < 0.5.
// A picture of one value stays as it is.
void normalise(const GreyImage& in, float clip, GreyImage& out);
// Divides by the local paper brightness (tile maxima, interpolated): removes uneven light.
void flatten_light(const GreyImage& in, int tile, GreyImage& out);
// The darkest and the lightest value.
struct ToneRange {
  std::uint8_t darkest, lightest;
};
[[nodiscard]] ToneRange tone_range(const GreyImage& in);
// How many pixels have each grey value.
using Histogram = std::array<std::uint32_t, 256>;
[[nodiscard]] Histogram histogram_of(const GreyImage& in);
// The table that normalise() applies; the identity for a picture of one value.
[[nodiscard]] std::array<std::uint8_t, 256> stretch_of(const Histogram& histogram, float clip);
// The threshold that minimises the variance within both classes (Otsu 1979); dark is <= threshold.
[[nodiscard]] std::uint8_t otsu_threshold(const Histogram& histogram);
[[nodiscard]] std::uint8_t otsu_threshold(const GreyImage& in);
// 0 where in <= threshold, else 255.
void binarise(const GreyImage& in, std::uint8_t threshold, GreyImage& out);
// Darkest / lightest of a side x side square, side 1..31. Opening the dark parts is max then min.
void erode_light(const GreyImage& in, int side, GreyImage& out);
void dilate_light(const GreyImage& in, int side, GreyImage& out);
// Each 2 x 2 pixels become their mean; an odd last row or column is dropped (a 1-pixel side stays).
void half_size(const GreyImage& in, GreyImage& out);
// Enlarges by a whole factor 2..4 with a Catmull-Rom cubic. False, and `out` untouched, when the
// result would exceed the limits of check_image.
[[nodiscard]] bool enlarge(const GreyImage& in, int factor, GreyImage& out);
// Adds `border` pixels of `value` on each side. False as enlarge.
[[nodiscard]] bool pad(const GreyImage& in, int border, std::uint8_t value, GreyImage& out);
void invert(const GreyImage& in, GreyImage& out);

}  // namespace packtrail::symbology
