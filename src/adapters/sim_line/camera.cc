#include "adapters/sim_line/camera.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "symbology/read/filters.h"

namespace packtrail::sim_line {
namespace {

constexpr int kRim = 2;  // Dots of paper around the print, so that interpolation stays inside.
constexpr int kFraction = 16;  // Bits after the point in projected coordinates.
constexpr double kOne = 1 << kFraction;

// The part [first, last) of 0..count-1 in which start + step * i lies in [0, limit).
void clip(double start, double step, double limit, int& first, int& last) {
  if (std::abs(step) < 1e-9) {
    if (start < 0 || start >= limit) last = first;
    return;
  }
  double a = -start / step, b = (limit - start) / step;
  if (a > b) std::swap(a, b);
  first = std::max(first, static_cast<int>(std::ceil(std::clamp(a, -1e6, 1e6))) + 1);
  last = std::min(last, static_cast<int>(std::floor(std::clamp(b, -1e6, 1e6))) - 1);
}

}  // namespace

Camera::Camera() {
  // Quantiles at evenly spread shares, found by bisection of the distribution function, once: a
  // uniform index then gives a normal variate, cut at four standard deviations.
  for (std::size_t i = 0; i < bell_.size(); ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(bell_.size());
    double low = -4, high = 4;
    for (int step = 0; step < 30; ++step) {
      const double middle = (low + high) / 2;
      (0.5 * std::erfc(-middle / std::sqrt(2.0)) < share ? low : high) = middle;
    }
    bell_[i] = static_cast<std::int8_t>(std::lround(std::clamp(low * 32, -127.0, 127.0)));
  }
}

void Camera::project(const symbology::GreyImage& printed, const Pose& pose, int side) {
  if (!symbology::pad(printed, kRim, 255, framed_)) framed_ = printed;
  scene_ = symbology::GreyImage(side, side, 255);
  const double c = std::cos(pose.radians) / pose.pixels_per_dot;
  const double s = std::sin(pose.radians) / pose.pixels_per_dot;
  const double half = side / 2.0;
  const int stride = framed_.width;
  const auto step_u = static_cast<std::int64_t>(std::lround(c * kOne));
  const auto step_v = static_cast<std::int64_t>(std::lround(-s * kOne));
  for (int y = 0; y < side; ++y) {
    const double dx = 0.5 - half - pose.shift_x, dy = y + 0.5 - half - pose.shift_y;
    const double u = c * dx + s * dy + framed_.width / 2.0 - 0.5;
    const double v = -s * dx + c * dy + framed_.height / 2.0 - 0.5;
    int first = 0, last = side;
    clip(u, c, framed_.width - 1.0, first, last);
    clip(v, -s, framed_.height - 1.0, first, last);
    if (first >= last) continue;
    std::int64_t fu = static_cast<std::int64_t>(std::lround(u * kOne)) + first * step_u;
    std::int64_t fv = static_cast<std::int64_t>(std::lround(v * kOne)) + first * step_v;
    std::uint8_t* target = scene_.row(y);
    const std::uint8_t* source = framed_.pixels.data();
    for (int x = first; x < last; ++x, fu += step_u, fv += step_v) {
      const std::uint8_t* at = source + (fv >> kFraction) * stride + (fu >> kFraction);
      const int a = static_cast<int>((fu >> (kFraction - 8)) & 255);
      const int b = static_cast<int>((fv >> (kFraction - 8)) & 255);
      const int top = at[0] * (256 - a) + at[1] * a;
      const int bottom = at[stride] * (256 - a) + at[stride + 1] * a;
      target[x] = static_cast<std::uint8_t>((top * (256 - b) + bottom * b) >> 16);
    }
  }
}

symbology::GreyImage Camera::look(const symbology::GreyImage& printed, const Pose& pose, int side,
                                  Chance& chance) {
  project(printed, pose, side);
  symbology::gaussian_blur(scene_, static_cast<float>(std::clamp(pose.blur_sigma, 0.3, 20.0)),
                           soft_);
  symbology::GreyImage out(side, side);
  const double across = std::cos(pose.light_radians) * pose.light_loss / side;
  const double down = std::sin(pose.light_radians) * pose.light_loss / side;
  std::array<float, 256> tone{};
  for (std::size_t i = 0; i < 256; ++i) {
    tone[i] =
        static_cast<float>(pose.dark + (pose.light - pose.dark) * static_cast<double>(i) / 255);
  }
  const auto noise = static_cast<float>(pose.noise_sd / 32);
  const auto slope = static_cast<float>(-across);
  for (int y = 0; y < side; ++y) {
    const std::uint8_t* source = soft_.row(y);
    std::uint8_t* target = out.row(y);
    auto lamp =
        static_cast<float>(1 - pose.light_loss / 2 + across * side / 2 - down * (y - side / 2.0));
    std::uint64_t bits = 0;
    int left = 0;
    for (int x = 0; x < side; ++x, lamp += slope) {
      if (left == 0) {
        bits = chance.next();
        left = 5;
      }
      const float grain = noise * static_cast<float>(bell_[bits & 4095]);
      bits >>= 12;
      --left;
      const float value = tone[source[x]] * lamp + grain + 0.5F;
      target[x] = static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
    }
  }
  return out;
}

}  // namespace packtrail::sim_line
