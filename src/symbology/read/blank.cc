#include "symbology/read/blank.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace packtrail::symbology {
namespace {

constexpr std::size_t kSamplesMax = 2048;  // Along a line: a pixel each, up to this many.
constexpr float kAlike = 0.55F;            // Least correlation of a line with those before it.
constexpr float kFollow = 0.15F;           // How fast the picture of the bars follows tilt.
constexpr int kGapMin = 3;                 // Lines that dirt or a scratch may cost ...
constexpr float kGapShare = 0.02F;         // ... and more across a long symbol, of its length.

Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(Point a, float k) { return {a.x * k, a.y * k}; }
float length(Point a) { return std::hypot(a.x, a.y); }

// The grey values from `begin` on, without their mean; beyond the picture nothing is known.
struct Profile {
  std::vector<float> values;
  float power = 0;  // Sum of squares.
};

std::optional<Profile> profile_of(const GreyImage& picture, Point begin, Point step,
                                  std::size_t count) {
  Profile out;
  out.values.reserve(count);
  float sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Point at = begin + step * static_cast<float>(i);
    const int x = static_cast<int>(std::floor(at.x)), y = static_cast<int>(std::floor(at.y));
    if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return std::nullopt;
    out.values.push_back(picture.at(x, y));
    sum += out.values.back();
  }
  const float mean = sum / static_cast<float>(count);
  for (float& value : out.values) {
    value -= mean;
    out.power += value * value;
  }
  return out;
}

// -1..1; 0 where one of them is flat.
float likeness(const Profile& a, const Profile& b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += a.values[i] * b.values[i];
  const float power = a.power * b.power;
  return power > 1 ? sum / std::sqrt(power) : 0;
}

void follow(Profile& known, const Profile& seen) {
  known.power = 0;
  for (std::size_t i = 0; i < known.values.size(); ++i) {
    known.values[i] += kFollow * (seen.values[i] - known.values[i]);
    known.power += known.values[i] * known.values[i];
  }
}

// How far the bars go from the line: lines towards `side`, and how far they have moved along.
struct Growth {
  int lines = 0;
  int shift = 0;
};

Growth grow(const GreyImage& picture, Point begin, Point along, Point side, Point step,
            Profile known) {
  const std::size_t count = known.values.size();
  const int gap_max =
      kGapMin + static_cast<int>(kGapShare * static_cast<float>(count) * length(step));
  Growth out;
  int shift = 0;
  for (int line = 1; line - out.lines <= gap_max; ++line) {
    std::optional<Profile> best;
    float best_likeness = -1;
    int best_shift = shift;
    for (const int moved : {shift, shift - 1, shift + 1}) {
      auto seen = profile_of(
          picture, begin + side * static_cast<float>(line) + along * static_cast<float>(moved),
          step, count);
      if (!seen) continue;
      const float alike = likeness(known, *seen);
      if (alike <= best_likeness) continue;
      best = std::move(seen);
      best_likeness = alike;
      best_shift = moved;
    }
    if (!best) break;  // The picture's edge.
    if (best_likeness < kAlike) continue;
    follow(known, *best);
    shift = best_shift;
    out = {line, shift};
  }
  return out;
}

float cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }

}  // namespace

bool is_linear(const Symbol& symbol) {
  return symbol.identifier.starts_with("]C") || symbol.identifier.starts_with("]I");
}

std::array<Point, 4> linear_outline(const GreyImage& picture, const std::array<Point, 4>& line) {
  // Seen twice, the two lines may be of two symbols with the same data: only the first is followed.
  const Point begin = line[0], end = line[1];
  const float span = length(end - begin);
  if (!(span >= 2)) return line;
  const Point along = (end - begin) * (1 / span);
  const Point side = {-along.y, along.x};
  const std::size_t count = std::min(static_cast<std::size_t>(span), kSamplesMax);
  const Point step = (end - begin) * (1 / static_cast<float>(count));
  const Point first = begin + step * 0.5F;
  const auto known = profile_of(picture, first, step, count);
  if (!known) return line;
  const Growth down = grow(picture, first, along, side, step, *known);
  const Growth up = grow(picture, first, along, side * -1, step, *known);
  const Point above =
      side * -(static_cast<float>(up.lines) + 0.5F) + along * static_cast<float>(up.shift);
  const Point below =
      side * (static_cast<float>(down.lines) + 0.5F) + along * static_cast<float>(down.shift);
  return {begin + above, end + above, end + below, begin + below};
}

void blank(GreyImage& picture, const std::array<Point, 4>& corners) {
  const Point middle = (corners[0] + corners[1] + corners[2] + corners[3]) * 0.25F;
  // Two opposite sides each: a linear symbol is long and low, and its neighbour may be near.
  const Point across = (corners[1] + corners[2] - corners[0] - corners[3]) * 0.5F;
  const Point down = (corners[2] + corners[3] - corners[0] - corners[1]) * 0.5F;
  const auto widened = [&](float side) { return side > 0 ? (side + 6 + 0.04F * side) / side : 1; };
  const Point more_across = across * (0.5F * (widened(length(across)) - 1));
  const Point more_down = down * (0.5F * (widened(length(down)) - 1));
  std::array<Point, 4> wide = {
      corners[0] - more_across - more_down, corners[1] + more_across - more_down,
      corners[2] + more_across + more_down, corners[3] - more_across + more_down};
  float left = middle.x, right = middle.x, top = middle.y, bottom = middle.y;
  for (const Point p : wide) {
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  }
  const auto whole = [](float value, int most) {
    return static_cast<int>(std::clamp(value, 0.0F, static_cast<float>(most)));
  };
  const int x0 = whole(left, picture.width), x1 = whole(right + 1, picture.width);
  const int y0 = whole(top, picture.height), y1 = whole(bottom + 1, picture.height);
  const std::uint8_t paper = *std::max_element(picture.pixels.begin(), picture.pixels.end());
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      const Point p = {static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F};
      bool positive = false, negative = false;
      for (std::size_t i = 0; i < 4; ++i) {
        const float turn = cross(wide[(i + 1) % 4] - wide[i], p - wide[i]);
        positive = positive || turn > 0;
        negative = negative || turn < 0;
      }
      if (!(positive && negative)) picture.at(x, y) = paper;
    }
  }
}

}  // namespace packtrail::symbology
