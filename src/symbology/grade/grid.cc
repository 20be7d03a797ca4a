#include "symbology/grade/grid.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace packtrail::symbology {
namespace {

constexpr double kAgreementMin = 0.35;
constexpr std::size_t kCandidatesMax = 3;

struct Vec {
  double x = 0, y = 0;
};
Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y}; }
Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y}; }
Vec operator*(Vec a, double k) { return {a.x * k, a.y * k}; }
double cross(Vec a, Vec b) { return a.x * b.y - a.y * b.x; }
double length(Vec a) { return std::sqrt(a.x * a.x + a.y * a.y); }
Vec vec(Point p) { return {p.x, p.y}; }
Point point(Vec v) { return {static_cast<float>(v.x), static_cast<float>(v.y)}; }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// The picture as values between 0 (ink) and 1 (ground); 0.5 is the threshold.
class Light {
 public:
  Light(const GreyImage& picture, Tone tone)
      : picture_(picture), inverted_(tone == Tone::LightOnDark) {}

  // Bilinear; beyond the edge the edge repeats.
  [[nodiscard]] double grey(Vec p) const {
    const double fx = std::clamp(p.x - 0.5, 0.0, picture_.width - 1.0);
    const double fy = std::clamp(p.y - 0.5, 0.0, picture_.height - 1.0);
    const int x = std::min(static_cast<int>(fx), std::max(picture_.width - 2, 0));
    const int y = std::min(static_cast<int>(fy), std::max(picture_.height - 2, 0));
    const double u = fx - x, v = fy - y;
    const int right = picture_.width > 1 ? 1 : 0;
    const std::uint8_t* top = picture_.row(y) + x;
    const std::uint8_t* bottom = picture_.height > 1 ? top + picture_.width : top;
    return (top[0] * (1 - u) + top[right] * u) * (1 - v) +
           (bottom[0] * (1 - u) + bottom[right] * u) * v;
  }
  [[nodiscard]] double at(Vec p) const {
    const double value = (grey(p) - dark_) * scale_;
    return inverted_ ? 1 - value : value;
  }

  // Sets ink and ground from the greys inside an outline; false when there is no contrast.
  bool calibrate(const GridMap& unit) {
    std::array<int, 256> histogram{};
    constexpr int kSide = 72;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        const double value = grey(vec(unit.at((x + 0.5) / kSide, (y + 0.5) / kSide)));
        ++histogram[static_cast<std::size_t>(value + 0.5)];
      }
    }
    // Otsu: the split with the least variance within both classes.
    double total = 0, sum = 0;
    for (std::size_t i = 0; i < 256; ++i) {
      total += histogram[i];
      sum += static_cast<double>(i) * histogram[i];
    }
    double best = -1, below = 0, below_sum = 0;
    for (std::size_t i = 0; i < 255; ++i) {
      below += histogram[i];
      below_sum += static_cast<double>(i) * histogram[i];
      if (below == 0 || below == total) continue;
      const double low = below_sum / below;
      const double high = (sum - below_sum) / (total - below);
      const double between = below * (total - below) * (high - low) * (high - low);
      if (between <= best) continue;
      best = between;
      dark_ = low;
      scale_ = high > low ? 1 / (high - low) : 0;
    }
    return best > 0 && 1 / scale_ >= 2;
  }

 private:
  const GreyImage& picture_;
  bool inverted_;
  double dark_ = 0;
  double scale_ = 1.0 / 255;
};

struct Line {
  Vec from, to;
};

std::optional<Vec> intersection(const Line& a, const Line& b) {
  const Vec da = a.to - a.from, db = b.to - b.from;
  const double denominator = cross(da, db);
  if (std::abs(denominator) < 0.2 * length(da) * length(db)) return std::nullopt;
  return a.from + da * (cross(b.from - a.from, db) / denominator);
}

// Where light turns to ink along scans that run into the symbol across one side.
struct Crossing {
  double along;  // 0..1 of the side.
  double depth;  // Pixels from the side, inwards positive.
};

void collect_crossings(const Light& light, const Line& side, double reach, int scans,
                       std::vector<Crossing>& out) {
  out.clear();
  const Vec along = side.to - side.from;
  const double size = length(along);
  const Vec inward = {-along.y / size, along.x / size};
  const double step = std::clamp(reach / 24, 0.25, 0.75);
  for (int i = 0; i < scans; ++i) {
    const double t = (i + 0.5) / scans;
    const Vec base = side.from + along * t;
    double previous = light.at(base - inward * reach);
    for (double depth = step - reach; depth <= reach; depth += step) {
      const double value = light.at(base + inward * depth);
      if (previous > 0.5 && value <= 0.5) {
        out.push_back({t, depth - step * (0.5 - value) / (previous - value)});
      }
      previous = value;
    }
  }
}

// The line that most crossings lie on, the outermost of equals, then least squares over those.
bool fit_line(std::vector<Crossing>& crossings, double tolerance, double slope_max, Line& side) {
  if (crossings.size() < 6) return false;
  std::sort(crossings.begin(), crossings.end(), [](const Crossing& a, const Crossing& b) {
    return a.along != b.along ? a.along < b.along : a.depth < b.depth;
  });
  double best = 0, best_start = 0, best_slope = 0;
  const std::size_t n = crossings.size();
  const std::size_t stride = std::max<std::size_t>(1, n / 28);
  for (std::size_t i = 0; i < n; i += stride) {
    for (std::size_t j = i + 1; j < n; j += stride) {
      const Crossing &a = crossings[i], &b = crossings[j];
      if (b.along - a.along < 0.4) continue;
      const double slope = (b.depth - a.depth) / (b.along - a.along);
      if (std::abs(slope) > slope_max) continue;
      const double start = a.depth - slope * a.along;
      double score = 0;
      for (const Crossing& c : crossings) {
        const double off = (c.depth - start - slope * c.along) / tolerance;
        if (std::abs(off) < 1) score += 1 - off * off * 0.5;
      }
      score -= 1e-6 * (start + slope / 2);
      if (score <= best) continue;
      best = score, best_start = start, best_slope = slope;
    }
  }
  if (best < 4) return false;
  for (int round = 0; round < 3; ++round) {
    double w = 0, st = 0, so = 0, stt = 0, sto = 0;
    for (const Crossing& c : crossings) {
      const double off = (c.depth - best_start - best_slope * c.along) / tolerance;
      if (std::abs(off) >= 1) continue;
      const double weight = (1 - off * off) * (1 - off * off);  // Tukey's biweight.
      w += weight, st += weight * c.along, so += weight * c.depth;
      stt += weight * c.along * c.along, sto += weight * c.along * c.depth;
    }
    const double denominator = w * stt - st * st;
    if (w < 3 || denominator < 1e-9) return false;
    best_slope = (w * sto - st * so) / denominator;
    best_start = (so - best_slope * st) / w;
  }
  const Vec along = side.to - side.from;
  const double size = length(along);
  const Vec inward = {-along.y / size, along.x / size};
  side = {side.from + inward * best_start, side.to + inward * (best_start + best_slope)};
  return true;
}

using Corners = std::array<Vec, 4>;

Line side_of(const Corners& corners, std::size_t side) {
  return {corners[side], corners[(side + 1) % 4]};
}

bool corners_from(const std::array<Line, 4>& lines, Corners& corners) {
  for (std::size_t side = 0; side < 4; ++side) {
    const auto corner = intersection(lines[(side + 3) % 4], lines[side]);
    if (!corner) return false;
    corners[side] = *corner;
  }
  return true;
}

// `reach` and `tolerance` in pixels. A side without ink to fit stays where it was.
bool refine(const Light& light, Corners& corners, double reach, double tolerance) {
  std::array<Line, 4> lines;
  std::vector<Crossing> crossings;
  int fitted = 0;
  for (std::size_t side = 0; side < 4; ++side) {
    lines[side] = side_of(corners, side);
    const double size = length(lines[side].to - lines[side].from);
    if (size < 6) return false;
    const int scans = static_cast<int>(std::clamp(size / 1.5, 24.0, 160.0));
    collect_crossings(light, lines[side], reach, scans, crossings);
    if (fit_line(crossings, tolerance, std::max(2.0, reach * 1.2), lines[side])) ++fitted;
  }
  return fitted >= 3 && corners_from(lines, corners);
}

GridMap map_of(const Corners& c, double columns, double rows) {
  return {{point(c[0]), point(c[1]), point(c[2]), point(c[3])}, columns, rows};
}

// How well the fixed pattern and the quiet zone of a size lie on the picture, -1..1: every part
// alike, however long it is.
double agreement_of(const Light& light, const Corners& corners, const Ecc200Size& size) {
  const GridMap map = map_of(corners, size.columns, size.rows);
  const auto ink = [&](double u, double v) {
    return std::clamp(1 - 2 * light.at(vec(map.at(u, v))), -1.0, 1.0);
  };
  double left = 0, bottom = 0, top = 0, right = 0;
  for (int x = 0; x < size.columns; ++x) {
    bottom += ink(x + 0.5, size.rows - 0.5) - ink(x + 0.5, size.rows + 0.5);
    top += (x % 2 == 0 ? 1 : -1) * ink(x + 0.5, 0.5);
  }
  for (int y = 0; y < size.rows; ++y) {
    left += ink(0.5, y + 0.5) - ink(-0.5, y + 0.5);
    right += ((size.rows - 1 - y) % 2 == 0 ? 1 : -1) * ink(size.columns - 0.5, y + 0.5);
  }
  const double solid = (left / size.rows + bottom / size.columns) / 4;
  const double clock = (top / size.columns + right / size.rows) / 2;
  return std::min(solid, clock) * 0.7 + (solid + clock) * 0.15;
}

struct Candidate {
  double agreement;
  int turn;
  const Ecc200Size* size;
};

Corners turned(const Corners& corners, int turn) {
  Corners out;
  for (std::size_t i = 0; i < 4; ++i) out[i] = corners[(i + static_cast<std::size_t>(turn)) % 4];
  return out;
}

std::vector<Candidate> candidates_of(const Light& light, const Corners& corners) {
  std::vector<Candidate> out;
  for (int turn = 0; turn < 4; ++turn) {
    const Corners c = turned(corners, turn);
    const double aspect =
        (length(c[1] - c[0]) + length(c[2] - c[3])) / (length(c[3] - c[0]) + length(c[2] - c[1]));
    for (const Ecc200Size& size : iso16022_sizes()) {
      const double nominal = static_cast<double>(size.columns) / size.rows;
      if (aspect > nominal * 1.3 || nominal > aspect * 1.3) continue;
      const double fit = agreement_of(light, c, size);
      if (fit >= kAgreementMin) out.push_back({fit, turn, &size});
    }
  }
  std::sort(out.begin(), out.end(),
            [](const Candidate& a, const Candidate& b) { return a.agreement > b.agreement; });
  if (out.size() > kCandidatesMax) out.resize(kCandidatesMax);
  return out;
}

// How much too wide the bars of the L are, per edge, in modules, from places where the modules
// beside the bar are light. The bars, unlike single modules, keep their width when blurred.
double bar_growth(const Light& light, const GridMap& map, const Ecc200Size& size, bool left_bar) {
  std::vector<double> widths;
  const int count = left_bar ? size.rows : size.columns;
  for (int i = 1; i < count - 1; ++i) {
    const auto ink_at = [&](double depth) {
      const Vec p =
          left_bar ? vec(map.at(depth, i + 0.5)) : vec(map.at(i + 0.5, size.rows - depth));
      return light.at(p);
    };
    double start = NAN, previous = ink_at(-0.7);
    for (double depth = -0.6; depth < 1.75; depth += 0.1) {
      const double value = ink_at(depth);
      const double share = previous != value ? (0.5 - previous) / (value - previous) : 0;
      if (std::isnan(start) && previous > 0.5 && value <= 0.5) {
        start = depth - 0.1 + 0.1 * share;
      } else if (!std::isnan(start) && previous <= 0.5 && value > 0.5) {
        widths.push_back(depth - 0.1 + 0.1 * share - start);
        break;
      }
      previous = value;
    }
  }
  if (widths.size() < 3) return 0;
  return std::clamp((median(widths) - 1) / 2, -0.3, 0.3);
}

// Moves every side inwards by the growth of its axis.
bool take_off_growth(Corners& corners, const Ecc200Size& size, double growth_x, double growth_y) {
  const GridMap map = map_of(corners, size.columns, size.rows);
  const double c = size.columns, r = size.rows;
  corners = {vec(map.at(growth_x, growth_y)), vec(map.at(c - growth_x, growth_y)),
             vec(map.at(c - growth_x, r - growth_y)), vec(map.at(growth_x, r - growth_y))};
  return true;
}

// The places of the edges between the modules of one clock track against the even grid, in modules,
// with the growth of the dark modules taken off; [0] and [count] are the ends and stay 0.
struct Track {
  std::vector<double> edges;
  double growth = 0;
};

Track measure_track(const Light& light, int count, bool first_dark,
                    const std::function<Vec(double along, double across)>& place) {
  std::vector<double> found(static_cast<std::size_t>(count) + 1, NAN);
  constexpr int kHalf = 9;
  std::array<double, 2 * kHalf + 1> profile{};
  for (int k = 1; k < count; ++k) {
    double low = 1e9, high = -1e9;
    for (int i = -kHalf; i <= kHalf; ++i) {
      double sum = 0;
      for (const double across : {-0.22, 0.0, 0.22}) sum += light.at(place(k + 0.1 * i, across));
      const double value = sum / 3;
      profile[static_cast<std::size_t>(i + kHalf)] = value;
      low = std::min(low, value), high = std::max(high, value);
    }
    if (high - low < 0.2) continue;
    const double threshold = (low + high) / 2;
    const bool falls = ((k - 1) % 2 == 0) != first_dark;  // Light before, dark after.
    double best = 1e9;
    for (std::size_t i = 0; i + 1 < profile.size(); ++i) {
      const double a = profile[i], b = profile[i + 1];
      if (falls ? !(a > threshold && b <= threshold) : !(a <= threshold && b > threshold)) continue;
      const double at = 0.1 * (static_cast<double>(i) - kHalf + (threshold - a) / (b - a));
      if (std::abs(at) < std::abs(best)) best = at;
    }
    if (best < 1e8) found[static_cast<std::size_t>(k)] = best;
  }
  Track out;
  std::vector<double> rising, falling;  // A dark module ends where light rises.
  for (int k = 1; k < count; ++k) {
    const double at = found[static_cast<std::size_t>(k)];
    if (std::isnan(at)) continue;
    (((k - 1) % 2 == 0) != first_dark ? falling : rising).push_back(at);
  }
  if (rising.size() >= 2 && falling.size() >= 2)
    out.growth = (median(rising) - median(falling)) / 2;
  out.edges.assign(found.size(), 0);
  int last = 0;
  for (int k = 1; k <= count; ++k) {
    const auto at = static_cast<std::size_t>(k);
    double edge = 0;
    if (k < count) {
      if (std::isnan(found[at])) continue;
      edge = found[at] + ((((k - 1) % 2 == 0) != first_dark) ? out.growth : -out.growth);
    }
    const double before = out.edges[static_cast<std::size_t>(last)];
    for (int gap = last + 1; gap <= k; ++gap) {
      out.edges[static_cast<std::size_t>(gap)] =
          before + (edge - before) * (gap - last) / (k - last);
    }
    last = k;
  }
  return out;
}

void measure_shifts(const Light& light, ModuleGrid& grid) {
  const Ecc200Size& size = grid.size;
  std::vector<double> growth_x, growth_y;
  grid.column_shift.clear();
  grid.row_shift.clear();
  for (int region = 0; region < size.region_rows; ++region) {
    const double v = region * size.region_height() + 0.5;
    const Track track = measure_track(light, size.columns, true, [&](double along, double across) {
      return vec(grid.map.at(along, v + across));
    });
    growth_x.push_back(track.growth);
    auto& shifts = grid.column_shift.emplace_back();
    for (std::size_t i = 0; i + 1 < track.edges.size(); ++i) {
      shifts.push_back((track.edges[i] + track.edges[i + 1]) / 2);
    }
  }
  for (int region = 0; region < size.region_columns; ++region) {
    const double u = (region + 1) * size.region_width() - 0.5;
    // From the top; heights are even, so the topmost module of a right track is light.
    const Track track = measure_track(light, size.rows, false, [&](double along, double across) {
      return vec(grid.map.at(u + across, along));
    });
    growth_y.push_back(track.growth);
    auto& shifts = grid.row_shift.emplace_back();
    for (std::size_t i = 0; i + 1 < track.edges.size(); ++i) {
      shifts.push_back((track.edges[i] + track.edges[i + 1]) / 2);
    }
  }
  grid.growth_x = median(growth_x);
  grid.growth_y = median(growth_y);
}

std::optional<ModuleGrid> settle(const Light& light, Corners corners, const Candidate& candidate) {
  const Ecc200Size& size = *candidate.size;
  for (int round = 0; round < 2; ++round) {
    const double x = (length(corners[1] - corners[0]) / size.columns +
                      length(corners[3] - corners[0]) / size.rows) /
                     2;
    if (x < 1) return std::nullopt;
    if (!refine(light, corners, 0.85 * x + 0.5, std::max(0.22 * x, 0.5))) break;
  }
  const GridMap outer = map_of(corners, size.columns, size.rows);
  take_off_growth(corners, size, bar_growth(light, outer, size, true),
                  bar_growth(light, outer, size, false));
  ModuleGrid grid{size,
                  {point(corners[0]), point(corners[1]), point(corners[2]), point(corners[3])},
                  map_of(corners, size.columns, size.rows),
                  {},
                  {}};
  grid.x_pixels =
      (length(corners[1] - corners[0]) + length(corners[2] - corners[3])) / 2 / size.columns;
  grid.y_pixels =
      (length(corners[3] - corners[0]) + length(corners[2] - corners[1])) / 2 / size.rows;
  grid.agreement = agreement_of(light, corners, size);
  measure_shifts(light, grid);
  return grid;
}

}  // namespace

GridMap::GridMap(const std::array<Point, 4>& q, double columns, double rows) {
  const Vec p0 = vec(q[0]), p1 = vec(q[1]), p2 = vec(q[2]), p3 = vec(q[3]);
  const Vec sum = p0 - p1 + p2 - p3;
  const Vec right = p1 - p2, left = p3 - p2;
  const double denominator = cross(right, left);
  const bool flat = std::abs(denominator) < 1e-9;
  g_ = flat ? 0 : cross(sum, left) / denominator;
  h_ = flat ? 0 : cross(right, sum) / denominator;
  a_ = (p1.x - p0.x + g_ * p1.x) / columns;
  b_ = (p3.x - p0.x + h_ * p3.x) / rows;
  c_ = p0.x;
  d_ = (p1.y - p0.y + g_ * p1.y) / columns;
  e_ = (p3.y - p0.y + h_ * p3.y) / rows;
  f_ = p0.y;
  g_ /= columns;
  h_ /= rows;
}

Point ModuleGrid::centre(int column, int row) const {
  const int c = std::clamp(column, 0, size.columns - 1), r = std::clamp(row, 0, size.rows - 1);
  const auto region_row = static_cast<std::size_t>(r / size.region_height());
  const auto region_column = static_cast<std::size_t>(c / size.region_width());
  const double dx = column == c ? column_shift[region_row][static_cast<std::size_t>(c)] : 0;
  const double dy = row == r ? row_shift[region_column][static_cast<std::size_t>(r)] : 0;
  return map.at(column + 0.5 + dx, row + 0.5 + dy);
}

double ModuleGrid::nonuniformity() const {
  double worst = 0;
  for (int ry = 0; ry < size.region_rows; ++ry) {
    for (int rx = 0; rx < size.region_columns; ++rx) {
      double dx = 0, dy = 0;
      for (int i = 0; i < size.region_width(); ++i) {
        dx = std::max(dx, std::abs(column_shift[static_cast<std::size_t>(
                              ry)][static_cast<std::size_t>(rx * size.region_width() + i)]));
      }
      for (int i = 0; i < size.region_height(); ++i) {
        dy = std::max(dy, std::abs(row_shift[static_cast<std::size_t>(rx)][static_cast<std::size_t>(
                              ry * size.region_height() + i)]));
      }
      worst = std::max(worst, std::sqrt(dx * dx + dy * dy));
    }
  }
  return worst;
}

std::vector<ModuleGrid> fit_grid(const GreyImage& picture, Tone tone,
                                 const std::array<Point, 4>& outline) {
  std::vector<ModuleGrid> out;
  Corners corners = {vec(outline[0]), vec(outline[1]), vec(outline[2]), vec(outline[3])};
  for (const Vec c : corners) {
    if (!std::isfinite(c.x) || !std::isfinite(c.y)) return out;
  }
  double area = 0;
  for (std::size_t i = 0; i < 4; ++i) area += cross(corners[i], corners[(i + 1) % 4]) / 2;
  if (std::abs(area) < 64) return out;
  if (area < 0) std::swap(corners[1], corners[3]);  // Clockwise as the eye sees it.
  const double side = std::sqrt(std::abs(area));

  Light light(picture, tone);
  if (!light.calibrate(map_of(corners, 1, 1))) return out;
  // Readers give the outline to a fraction of a module, or to a module or two; lines fitted to the
  // ink need a tolerance below one module, whose size is not known yet.
  constexpr double kSure = 0.8;
  Corners best_corners = corners;
  std::vector<Candidate> best = candidates_of(light, corners);
  for (const auto& [reach, tolerance] : {std::pair{0.05 * side + 1.5, 0.012 * side + 0.8},
                                         {0.02 * side + 1.5, 0.004 * side + 0.6}}) {
    if (!best.empty() && best.front().agreement >= kSure) break;
    Corners rough = corners;
    if (!refine(light, rough, reach, tolerance)) continue;
    auto candidates = candidates_of(light, rough);
    if (candidates.empty()) continue;
    if (!best.empty() && best.front().agreement >= candidates.front().agreement) continue;
    best = std::move(candidates);
    best_corners = rough;
  }
  for (const Candidate& candidate : best) {
    auto grid = settle(light, turned(best_corners, candidate.turn), candidate);
    if (grid && grid->agreement >= kAgreementMin) out.push_back(std::move(*grid));
  }
  std::sort(out.begin(), out.end(),
            [](const ModuleGrid& a, const ModuleGrid& b) { return a.agreement > b.agreement; });
  return out;
}

}  // namespace packtrail::symbology
