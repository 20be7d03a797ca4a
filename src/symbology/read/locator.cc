#include "symbology/read/locator.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "symbology/read/filters.h"

namespace packtrail::symbology {
namespace {

constexpr int kSideMin = 16;
constexpr int kClustersMax = 2;
constexpr int kRing = 2;  // Modules of surroundings that are measured.
constexpr float kSharpening = 0.6F;
constexpr int kRegistrations = 4;
constexpr float kAgreementMin = 0.45F;  // Below this the clock tracks are chance.
constexpr std::array<int, 24> kSquareSizes = {10, 12, 14, 16, 18, 20, 22, 24, 26,  32,  36,  40,
                                              44, 48, 52, 64, 72, 80, 88, 96, 104, 120, 132, 144};

Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(Point a, float k) { return {a.x * k, a.y * k}; }
float cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }
float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
float length(Point a) { return std::sqrt(dot(a, a)); }

// The projective map of the unit square onto a quadrilateral: (0,0) top left, (1,1) bottom right.
struct SquareToQuad {
  float a, b, c, d, e, f, g, h;

  explicit SquareToQuad(const std::array<Point, 4>& q) {
    const Point sum = q[0] - q[1] + q[2] - q[3];
    const Point right = q[1] - q[2];
    const Point left = q[3] - q[2];
    const float denominator = cross(right, left);
    const bool parallelogram = std::abs(denominator) < 1e-6F;
    g = parallelogram ? 0 : cross(sum, left) / denominator;
    h = parallelogram ? 0 : cross(right, sum) / denominator;
    a = q[1].x - q[0].x + g * q[1].x;
    b = q[3].x - q[0].x + h * q[3].x;
    c = q[0].x;
    d = q[1].y - q[0].y + g * q[1].y;
    e = q[3].y - q[0].y + h * q[3].y;
    f = q[0].y;
  }
  [[nodiscard]] Point at(float u, float v) const {
    const float w = 1.0F / (g * u + h * v + 1.0F);
    return {(a * u + b * v + c) * w, (d * u + e * v + f) * w};
  }
};

// Andrew's monotone chain over points that come row by row, from left to right; the result runs one
// way round, without its first point again.
std::vector<Point> convex_hull(const std::vector<Point>& points) {
  std::vector<Point> hull(2 * points.size() + 1);
  std::size_t size = 0;
  for (const Point p : points) {
    while (size >= 2 && cross(hull[size - 1] - hull[size - 2], p - hull[size - 2]) <= 0) --size;
    hull[size++] = p;
  }
  const std::size_t lower = size + 1;
  for (std::size_t i = points.size() - 1; i-- > 0;) {
    const Point p = points[i];
    while (size >= lower && cross(hull[size - 1] - hull[size - 2], p - hull[size - 2]) <= 0) {
      --size;
    }
    hull[size++] = p;
  }
  hull.resize(size > 1 ? size - 1 : size);
  return hull;
}

// The rectangle of least area around a hull: one of its sides lies on an edge of the hull.
std::optional<std::array<Point, 4>> smallest_rectangle(const std::vector<Point>& hull) {
  float best = INFINITY;
  std::array<Point, 4> corners{};
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const Point edge = hull[(i + 1) % hull.size()] - hull[i];
    const float size = length(edge);
    if (size < 1e-3F) continue;
    const Point u = edge * (1 / size);
    const Point v = {-u.y, u.x};
    float u_min = INFINITY, u_max = -INFINITY, v_min = INFINITY, v_max = -INFINITY;
    for (const Point p : hull) {
      u_min = std::min(u_min, dot(p, u));
      u_max = std::max(u_max, dot(p, u));
      v_min = std::min(v_min, dot(p, v));
      v_max = std::max(v_max, dot(p, v));
    }
    const float area = (u_max - u_min) * (v_max - v_min);
    if (area >= best) continue;
    best = area;
    // The outline runs through pixel centres; the edge of the ink is half a pixel further out.
    u_min -= 0.5F, v_min -= 0.5F, u_max += 0.5F, v_max += 0.5F;
    corners = {u * u_min + v * v_min, u * u_max + v * v_min, u * u_max + v * v_max,
               u * u_min + v * v_max};
  }
  if (!std::isfinite(best)) return std::nullopt;
  return corners;
}

// Gauss's elimination with row pivoting of five normal equations, given above the diagonal; false
// when they do not determine the weights.
bool solve(std::array<std::array<double, 6>, 5>& m, std::array<float, 5>& weights) {
  for (std::size_t a = 0; a < 5; ++a) {
    for (std::size_t b = 0; b < a; ++b) m[a][b] = m[b][a];
  }
  for (std::size_t pivot = 0; pivot < 5; ++pivot) {
    std::size_t best = pivot;
    for (std::size_t row = pivot + 1; row < 5; ++row) {
      if (std::abs(m[row][pivot]) > std::abs(m[best][pivot])) best = row;
    }
    if (std::abs(m[best][pivot]) < 1e-6) return false;
    std::swap(m[best], m[pivot]);
    for (std::size_t row = 0; row < 5; ++row) {
      if (row == pivot) continue;
      const double factor = m[row][pivot] / m[pivot][pivot];
      for (std::size_t column = pivot; column < 6; ++column) {
        m[row][column] -= factor * m[pivot][column];
      }
    }
  }
  for (std::size_t i = 0; i < 5; ++i) weights[i] = static_cast<float>(m[i][5] / m[i][i]);
  return true;
}

struct Line {
  Point origin;
  Point direction;
};

std::optional<Point> intersection(const Line& a, const Line& b) {
  const float denominator = cross(a.direction, b.direction);
  if (std::abs(denominator) < 0.2F) return std::nullopt;  // Flatter than 12 degrees: no corner.
  return a.origin + a.direction * (cross(b.origin - a.origin, b.direction) / denominator);
}

}  // namespace

struct Locator::Cluster {
  int label;
  int dark;
  int left, top, right, bottom;  // Cells, inclusive.
};

Locator::Locator() = default;
Locator::~Locator() = default;

float Locator::grey(float x, float y) const {
  const float fx = std::clamp(x - 0.5F, 0.0F, static_cast<float>(grey_.width) - 1.001F);
  const float fy = std::clamp(y - 0.5F, 0.0F, static_cast<float>(grey_.height) - 1.001F);
  const int column = static_cast<int>(fx);
  const int line = static_cast<int>(fy);
  const float u = fx - static_cast<float>(column);
  const float v = fy - static_cast<float>(line);
  const std::uint8_t* top = grey_.row(line) + column;
  const std::uint8_t* bottom = top + grey_.width;
  const float upper = static_cast<float>(top[0]) * (1 - u) + static_cast<float>(top[1]) * u;
  const float lower = static_cast<float>(bottom[0]) * (1 - u) + static_cast<float>(bottom[1]) * u;
  return upper * (1 - v) + lower * v;
}

void Locator::prepare(const GreyImage& picture) {
  gaussian_blur(picture, 1.2F, blurred_);
  const int side = std::min(picture.width, picture.height);
  flatten_light(blurred_, std::clamp(side / 8, 16, 64), flat_);
  const Histogram histogram = histogram_of(flat_);
  const auto stretch = stretch_of(histogram, 0.002F);
  grey_.width = flat_.width;
  grey_.height = flat_.height;
  grey_.pixels.resize(flat_.pixels.size());
  for (std::size_t i = 0; i < flat_.pixels.size(); ++i) {
    grey_.pixels[i] = stretch[flat_.pixels[i]];
  }
  Histogram stretched{};
  for (std::size_t i = 0; i < 256; ++i) stretched[stretch[i]] += histogram[i];
  const std::uint8_t threshold = otsu_threshold(stretched);
  threshold_ = static_cast<float>(threshold) + 0.5F;
  double dark = 0, light = 0, dark_count = 0, light_count = 0;
  for (std::size_t i = 0; i < 256; ++i) {
    (i <= threshold ? dark : light) += static_cast<double>(i) * stretched[i];
    (i <= threshold ? dark_count : light_count) += stretched[i];
  }
  half_range_ = 0;
  if (dark_count == 0 || light_count == 0) return;
  half_range_ = static_cast<float>((light / light_count - dark / dark_count) / 2);

  cell_ = std::clamp(side / 24, 4, 32);
  const int columns = (grey_.width + cell_ - 1) / cell_;
  const int rows = (grey_.height + cell_ - 1) / cell_;
  cells_.assign(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), 0);
  for (int y = 0; y < grey_.height; ++y) {
    const std::uint8_t* line = grey_.row(y);
    std::uint16_t* counts = cells_.data() + static_cast<std::ptrdiff_t>(y / cell_) * columns;
    for (int column = 0; column < columns; ++column) {
      const int end = std::min((column + 1) * cell_, grey_.width);
      int count = 0;
      for (int x = column * cell_; x < end; ++x) count += line[x] <= threshold ? 1 : 0;
      counts[column] = static_cast<std::uint16_t>(counts[column] + count);
    }
  }
}

void Locator::find_clusters() {
  const int columns = (grey_.width + cell_ - 1) / cell_;
  const int rows = (grey_.height + cell_ - 1) / cell_;
  const int busy = std::max(2, cell_ * cell_ / 12);
  labels_.assign(cells_.size(), -1);
  clusters_.clear();
  std::vector<int> open;
  int next = 0;
  for (int start = 0; start < columns * rows; ++start) {
    if (labels_[static_cast<std::size_t>(start)] >= 0 ||
        cells_[static_cast<std::size_t>(start)] < busy) {
      continue;
    }
    Cluster cluster{next++, 0, columns, rows, 0, 0};
    open.assign(1, start);
    labels_[static_cast<std::size_t>(start)] = cluster.label;
    while (!open.empty()) {
      const int at = open.back();
      open.pop_back();
      const int x = at % columns, y = at / columns;
      cluster.dark += cells_[static_cast<std::size_t>(at)];
      cluster.left = std::min(cluster.left, x);
      cluster.right = std::max(cluster.right, x);
      cluster.top = std::min(cluster.top, y);
      cluster.bottom = std::max(cluster.bottom, y);
      for (int ny = std::max(y - 1, 0); ny <= std::min(y + 1, rows - 1); ++ny) {
        for (int nx = std::max(x - 1, 0); nx <= std::min(x + 1, columns - 1); ++nx) {
          const auto neighbour = static_cast<std::size_t>(ny * columns + nx);
          if (labels_[neighbour] >= 0 || cells_[neighbour] < busy) continue;
          labels_[neighbour] = cluster.label;
          open.push_back(static_cast<int>(neighbour));
        }
      }
    }
    const int width = cluster.right - cluster.left + 1;
    const int height = cluster.bottom - cluster.top + 1;
    if (width < 3 || height < 3 || width > 3 * height || height > 3 * width) continue;
    clusters_.push_back(cluster);
  }
  std::sort(clusters_.begin(), clusters_.end(), [](const Cluster& a, const Cluster& b) {
    return a.dark != b.dark ? a.dark > b.dark : a.label < b.label;
  });
  if (clusters_.size() > kClustersMax) {
    clusters_.erase(clusters_.begin() + kClustersMax, clusters_.end());
  }
}

// The first and the last dark pixel of each row: all that the convex hull can need.
void Locator::collect_outline(const Cluster& cluster) {
  outline_.clear();
  const int columns = (grey_.width + cell_ - 1) / cell_;
  const auto dark_at = [&](int x, int y) {
    const auto cell = static_cast<std::size_t>(y / cell_ * columns + x / cell_);
    return static_cast<float>(grey_.at(x, y)) <= threshold_ && labels_[cell] == cluster.label;
  };
  const int bottom = std::min((cluster.bottom + 1) * cell_, grey_.height);
  const int right = std::min((cluster.right + 1) * cell_, grey_.width);
  for (int y = cluster.top * cell_; y < bottom; ++y) {
    int first = cluster.left * cell_;
    while (first < right && !dark_at(first, y)) ++first;
    if (first >= right) continue;
    int last = right - 1;
    while (!dark_at(last, y)) --last;
    const float centre = static_cast<float>(y) + 0.5F;
    outline_.push_back({static_cast<float>(first) + 0.5F, centre});
    outline_.push_back({static_cast<float>(last) + 0.5F, centre});
  }
}

// How dark the darkest line beside a side is, 0..1: 1 for the L, about a half for a clock track.
float Locator::solidity(Point from, Point to, Point inward) const {
  constexpr int kSamples = 48;
  float best = 0;
  for (int step = 1; step <= 5; ++step) {
    const Point shift = inward * (0.012F * static_cast<float>(step));
    int dark = 0;
    for (int i = 0; i < kSamples; ++i) {
      const float t = (static_cast<float>(i) + 0.5F) / kSamples;
      const Point p = from + (to - from) * t + shift;
      dark += grey(p.x, p.y) <= threshold_ ? 1 : 0;
    }
    best = std::max(best, static_cast<float>(dark) / kSamples);
  }
  return best;
}

// Fits a line to the outer edge of the ink on each side, twice. On a clock track only every other
// module reaches the edge, so the outermost crossings count.
bool Locator::refine_sides(std::array<Point, 4>& corners) const {
  constexpr int kScans = 40;
  for (int round = 0; round < 2; ++round) {
    std::array<Line, 4> lines{};
    for (std::size_t side = 0; side < 4; ++side) {
      const Point from = corners[side];
      const Point along = corners[(side + 1) % 4] - from;
      const float size = length(along);
      if (size < 8) return false;
      const Point unit = along * (1 / size);
      const Point inward = {-unit.y, unit.x};  // The corners run clockwise as the eye sees them.
      const float reach = 0.05F * size + 1.5F;
      std::array<float, kScans> offsets{};
      for (int i = 0; i < kScans; ++i) {
        const Point base = from + along * ((static_cast<float>(i) + 0.5F) / kScans);
        float previous = 255;
        float found = 2 * reach;
        for (float depth = -reach; depth <= reach; depth += 0.75F) {
          const Point p = base + inward * depth;
          const float value = grey(p.x, p.y);
          if (value <= threshold_) {
            const float share =
                previous > value ? (previous - threshold_) / (previous - value) : 1.0F;
            found = depth - 0.75F * (1 - std::clamp(share, 0.0F, 1.0F));
            break;
          }
          previous = value;
        }
        offsets[static_cast<std::size_t>(i)] = found;
      }
      std::array<float, kScans> sorted = offsets;
      std::sort(sorted.begin(), sorted.end());
      const float outer = sorted[kScans / 6];
      const float tolerance = 0.012F * size + (round == 0 ? 1.5F : 0.5F);
      double n = 0, st = 0, so = 0, stt = 0, sto = 0;
      for (int i = 0; i < kScans; ++i) {
        const float offset = offsets[static_cast<std::size_t>(i)];
        if (std::abs(offset - outer) > tolerance) continue;
        const double t = (i + 0.5) / kScans;
        n += 1, st += t, so += offset, stt += t * t, sto += t * offset;
      }
      const double denominator = n * stt - st * st;
      if (n < 5 || denominator < 1e-6) return false;
      const auto slope = static_cast<float>((n * sto - st * so) / denominator);
      const auto start = static_cast<float>((so - slope * st) / n);
      const Point a = from + inward * start;
      const Point b = from + along + inward * (start + slope);
      const float line_size = length(b - a);
      if (line_size < 8) return false;
      lines[side] = {a, (b - a) * (1 / line_size)};
    }
    for (std::size_t side = 0; side < 4; ++side) {
      const auto corner = intersection(lines[(side + 3) % 4], lines[side]);
      if (!corner) return false;
      corners[side] = *corner;
    }
  }
  return true;
}

// The correlation does not care about contrast, so blur, which weakens the tracks, does not hurt.
float Locator::clock_agreement(const std::array<Point, 4>& corners, int modules) const {
  const SquareToQuad map(corners);
  const float step = 1.0F / static_cast<float>(modules);
  std::array<float, 2> sum{}, squares{}, alternating{};
  for (int i = 0; i < modules; ++i) {
    const float centre = (static_cast<float>(i) + 0.5F) * step;
    const std::array<Point, 2> places = {map.at(centre, 0.5F * step),
                                         map.at(1 - 0.5F * step, centre)};
    for (std::size_t track = 0; track < 2; ++track) {
      const float value = grey(places[track].x, places[track].y);
      sum[track] += value;
      squares[track] += value * value;
      // The top track starts dark at the L, the right one starts light at the top.
      alternating[track] += (static_cast<std::size_t>(i) + track) % 2 == 0 ? -value : value;
    }
  }
  const auto n = static_cast<float>(modules);
  float agreement = 0;
  for (std::size_t track = 0; track < 2; ++track) {
    const float variance = squares[track] - sum[track] * sum[track] / n;
    if (variance > n) agreement += alternating[track] / std::sqrt(variance * n) / 2;
  }
  return agreement;
}

// Clock tracks, L and the quiet zone around them: what settle() makes fit.
float Locator::pattern_agreement(const std::array<Point, 4>& corners, int modules) const {
  const SquareToQuad map(corners);
  const float step = 1.0F / static_cast<float>(modules);
  const float inside = 0.5F * step, outside = -0.5F * step;
  const auto dark = [&](float u, float v) {
    const Point p = map.at(u, v);
    return std::clamp((threshold_ - grey(p.x, p.y)) / half_range_, -1.0F, 1.0F);
  };
  float sum = 0;
  for (int i = 0; i < modules; ++i) {
    const float centre = (static_cast<float>(i) + 0.5F) * step;
    const float top = dark(centre, inside), right = dark(1 - inside, centre);
    sum += 2 * (i % 2 == 0 ? top - right : right - top);
    sum += dark(inside, centre) + dark(centre, 1 - inside);
    sum -= dark(outside, centre) + dark(centre, 1 - outside);
    if (i % 2 == 0) sum -= dark(centre, outside);
    if (i % 2 == 1) sum -= dark(1 - outside, centre);
  }
  return sum;
}

// Grey levels between the dark and the light modules of both clock tracks, summed. Blur weakens the
// tracks but does not move their rhythm, and the rhythm says where the modules are.
float Locator::clock_swing(const std::array<Point, 4>& corners, int modules) const {
  const SquareToQuad map(corners);
  const float step = 1.0F / static_cast<float>(modules);
  float swing = 0;
  for (int i = 0; i < modules; ++i) {
    const float centre = (static_cast<float>(i) + 0.5F) * step;
    const Point top = map.at(centre, 0.5F * step), right = map.at(1 - 0.5F * step, centre);
    const float difference = grey(right.x, right.y) - grey(top.x, top.y);
    swing += i % 2 == 0 ? difference : -difference;
  }
  return swing;
}

// Moves top left, top right and bottom right, which the clock tracks tie down; the fourth corner
// keeps its place relative to them.
void Locator::follow_clock(GridFit& fit) const {
  const float module = length(fit.corners[1] - fit.corners[0]) / static_cast<float>(fit.modules);
  float best = clock_swing(fit.corners, fit.modules);
  for (const float share : {0.40F, 0.20F, 0.10F}) {
    for (int round = 0; round < 4; ++round) {
      bool moved = false;
      for (std::size_t i = 0; i < 6; ++i) {
        for (const float sign : {1.0F, -1.0F}) {
          std::array<Point, 4> trial = fit.corners;
          const Point shift =
              i % 2 == 0 ? Point{sign * share * module, 0} : Point{0, sign * share * module};
          trial[i / 2] = trial[i / 2] + shift;
          trial[3] = i / 2 == 1 ? trial[3] - shift : trial[3] + shift;
          const float swing = clock_swing(trial, fit.modules);
          if (swing <= best) continue;
          best = swing;
          fit.corners = trial;
          moved = true;
          break;
        }
      }
      if (!moved) break;
    }
  }
  fit.agreement = clock_agreement(fit.corners, fit.modules);
}

// Moves the corners, one coordinate at a time, while the fixed pattern agrees better.
void Locator::settle(GridFit& fit) const {
  const float module = length(fit.corners[1] - fit.corners[0]) / static_cast<float>(fit.modules);
  float best = pattern_agreement(fit.corners, fit.modules);
  for (const float share : {0.40F, 0.20F, 0.08F}) {
    for (int round = 0; round < 3; ++round) {
      bool moved = false;
      for (std::size_t i = 0; i < 8; ++i) {
        for (const float sign : {1.0F, -1.0F}) {
          std::array<Point, 4> trial = fit.corners;
          Point& corner = trial[i / 2];
          (i % 2 == 0 ? corner.x : corner.y) += sign * share * module;
          const float agreement = pattern_agreement(trial, fit.modules);
          if (agreement <= best) continue;
          best = agreement;
          fit.corners = trial;
          moved = true;
          break;
        }
      }
      if (!moved) break;
    }
  }
  fit.agreement = clock_agreement(fit.corners, fit.modules);
}

// Which square size do the clock tracks show?
void Locator::add_fit(const std::array<Point, 4>& corners) {
  const float size = std::min(length(corners[1] - corners[0]), length(corners[3] - corners[0]));
  std::array<GridFit, 2> best{};
  for (const int modules : kSquareSizes) {
    if (size < 1.5F * static_cast<float>(modules)) break;  // Too few pixels for so many modules.
    const GridFit fit{corners, modules, clock_agreement(corners, modules)};
    if (fit.agreement > best[0].agreement) {
      best[1] = best[0];
      best[0] = fit;
    } else if (fit.agreement > best[1].agreement) {
      best[1] = fit;
    }
  }
  for (GridFit& fit : best) {
    if (fit.agreement < 0.5F * kAgreementMin || fit.agreement < 0.6F * best[0].agreement) continue;
    drafts_.push_back(fit);
    settle(fit);
    if (fit.agreement >= kAgreementMin) fits_.push_back(fit);
  }
}

void Locator::fit_cluster(const Cluster& cluster) {
  collect_outline(cluster);
  if (outline_.size() < 8) return;
  const std::vector<Point> hull = convex_hull(outline_);
  if (hull.size() < 3) return;
  const auto rectangle = smallest_rectangle(hull);
  if (!rectangle) return;
  const std::array<Point, 4>& r = *rectangle;
  const float width = length(r[1] - r[0]), height = length(r[3] - r[0]);
  if (std::min(width, height) < 12 || width > 1.6F * height || height > 1.6F * width) return;

  std::array<float, 4> solid{};
  for (std::size_t side = 0; side < 4; ++side) {
    solid[side] = solidity(r[side], r[(side + 1) % 4], r[(side + 3) % 4] - r[side]);
  }
  // Turn so that sides 2 (bottom) and 3 (left) are the L; the corner between them is corner 3.
  std::array<float, 4> score{};
  for (std::size_t turn = 0; turn < 4; ++turn) {
    score[turn] =
        solid[(turn + 2) % 4] + solid[(turn + 3) % 4] - solid[turn] - solid[(turn + 1) % 4];
  }
  std::array<std::size_t, 4> order = {0, 1, 2, 3};
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });
  std::array<Point, 4> refined = r;
  const bool is_refined = refine_sides(refined);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t turn = order[i];
    if (i > 0 && (score[turn] < 0.1F || score[order[0]] - score[turn] > 0.4F)) break;
    std::array<Point, 4> corners{};
    const std::array<Point, 4>& source = is_refined ? refined : r;
    for (std::size_t k = 0; k < 4; ++k) corners[k] = source[(turn + k) % 4];
    add_fit(corners);
  }
}

std::span<const GridFit> Locator::best_first(std::vector<GridFit>& fits) {
  std::stable_sort(fits.begin(), fits.end(),
                   [](const GridFit& a, const GridFit& b) { return a.agreement > b.agreement; });
  if (fits.size() > kFitsMax) fits.resize(kFitsMax);
  return fits;
}

std::span<const GridFit> Locator::locate(const GreyImage& picture) {
  fits_.clear();
  drafts_.clear();
  if (picture.width < kSideMin || picture.height < kSideMin) return fits_;
  prepare(picture);
  if (half_range_ < 8) return fits_;  // A picture of one tone, whatever its noise.
  find_clusters();
  for (const Cluster& cluster : clusters_) fit_cluster(cluster);
  return best_first(fits_);
}

std::span<const GridFit> Locator::refit() {
  for (GridFit& fit : drafts_) follow_clock(fit);
  std::erase_if(drafts_, [](const GridFit& fit) { return fit.agreement < kAgreementMin; });
  return best_first(drafts_);
}

void Locator::measure(const GridFit& fit) {
  const int n = fit.modules;
  const int stride = n + 2 * kRing;
  const SquareToQuad map(fit.corners);
  const float step = 1.0F / static_cast<float>(n);
  values_.resize(static_cast<std::size_t>(stride) * static_cast<std::size_t>(stride));
  constexpr float kSpread = 0.22F;
  std::size_t i = 0;
  for (int row = -kRing; row < n + kRing; ++row) {
    for (int column = -kRing; column < n + kRing; ++column) {
      const float u = static_cast<float>(column) + 0.5F, v = static_cast<float>(row) + 0.5F;
      const auto value = [&](float du, float dv) {
        const Point p = map.at((u + du) * step, (v + dv) * step);
        return grey(p.x, p.y);
      };
      values_[i++] = (2 * value(0, 0) + value(-kSpread, -kSpread) + value(kSpread, -kSpread) +
                      value(-kSpread, kSpread) + value(kSpread, kSpread)) /
                     6;
    }
  }
}

BitMatrix Locator::sample(const GridFit& fit, Sampling sampling) {
  const int n = fit.modules;
  decide(fit);
  if (sampling != Sampling::Sharpened) equalise(n);
  if (sampling == Sampling::Registered) {
    GridFit moved = fit;
    for (int round = 0; round < kRegistrations && register_corners(moved); ++round) {
      decide(moved);
      equalise(n);
    }
  }
  const auto stride = static_cast<std::size_t>(n + 2 * kRing);
  BitMatrix out(n, n);
  for (int row = 0; row < n; ++row) {
    const std::uint8_t* line =
        dark_.data() + static_cast<std::size_t>(row + kRing) * stride + kRing;
    for (int column = 0; column < n; ++column) out.set(column, row, line[column] != 0);
  }
  return out;
}

// First decisions: each value less a share of its neighbours', and one threshold.
void Locator::decide(const GridFit& fit) {
  const int n = fit.modules;
  const auto stride = static_cast<std::size_t>(n + 2 * kRing);
  measure(fit);
  dark_.assign(values_.size(), 0);
  residual_.assign(values_.size(), 0);
  const auto index = [&](int column, int row) {
    return static_cast<std::size_t>(row + kRing) * stride +
           static_cast<std::size_t>(column + kRing);
  };
  for (int row = 0; row < n; ++row) {
    for (int column = 0; column < n; ++column) {
      const std::size_t i = index(column, row);
      const float around =
          (values_[i - 1] + values_[i + 1] + values_[i - stride] + values_[i + stride]) / 4;
      residual_[i] = values_[i] + kSharpening * (values_[i] - around);
    }
  }
  // The clock tracks are dark and light in equal parts: their mean is the threshold.
  float sum = 0;
  for (int i = 0; i < n; ++i) sum += residual_[index(i, 0)] + residual_[index(n - 1, i)];
  const float threshold = sum / static_cast<float>(2 * n);
  for (int row = 0; row < n; ++row) {
    for (int column = 0; column < n; ++column) {
      const std::size_t i = index(column, row);
      dark_[i] = residual_[i] < threshold ? 1 : 0;
    }
  }
  for (int i = 0; i < n; ++i) {
    dark_[index(i, 0)] = i % 2 == 0 ? 1 : 0;
    dark_[index(n - 1, i)] = i % 2 == 1 ? 1 : 0;
    dark_[index(0, i)] = 1;
    dark_[index(i, n - 1)] = 1;
  }
}

// Moves the corners so that the picture agrees best with what equalise() predicts for the present
// decisions. False when nothing moved. Most decisions are right even on a slightly wrong grid, so
// the grid comes right, and then the rest of them.
bool Locator::register_corners(GridFit& fit) const {
  const int n = fit.modules;
  const int stride = n + 2 * kRing;
  const float step = 1.0F / static_cast<float>(n);
  const auto misfit = [&](const std::array<Point, 4>& corners) {
    const SquareToQuad map(corners);
    float sum = 0;
    for (int row = 0; row < n; ++row) {
      const auto line = static_cast<std::size_t>((row + kRing) * stride + kRing);
      for (int column = 0; column < n; ++column) {
        const Point p = map.at((static_cast<float>(column) + 0.5F) * step,
                               (static_cast<float>(row) + 0.5F) * step);
        const std::size_t i = line + static_cast<std::size_t>(column);
        const float difference = grey(p.x, p.y) - (values_[i] - residual_[i]);
        sum += difference * difference;
      }
    }
    return sum;
  };
  const float module = length(fit.corners[1] - fit.corners[0]) * step;
  float best = misfit(fit.corners);
  bool any = false;
  for (const float share : {0.30F, 0.12F}) {
    for (int round = 0; round < 3; ++round) {
      bool moved = false;
      for (std::size_t i = 0; i < 8; ++i) {
        for (const float sign : {1.0F, -1.0F}) {
          std::array<Point, 4> trial = fit.corners;
          Point& corner = trial[i / 2];
          (i % 2 == 0 ? corner.x : corner.y) += sign * share * module;
          const float sum = misfit(trial);
          if (sum >= best) continue;
          best = sum;
          fit.corners = trial;
          moved = true;
          break;
        }
      }
      any = any || moved;
      if (!moved) break;
    }
  }
  return any;
}

// Each value is modelled as base + w0 * own + w1 * (4 edge neighbours) + w2 * (4 diagonal ones) +
// w3 * (4 at distance two). The weights are fitted to the present decisions by least squares, then
// single modules are flipped while the squared error falls; both steps alternate. The fixed pattern
// is known and never flips, which keeps the fit honest.
void Locator::equalise(int modules) {
  const int stride = modules + 2 * kRing;
  const std::array<std::array<int, 4>, 3> reach = {
      {{-1, 1, -stride, stride},
       {-stride - 1, -stride + 1, stride - 1, stride + 1},
       {-2, 2, -2 * stride, 2 * stride}}};
  const auto at = [](int i) { return static_cast<std::size_t>(i); };
  const auto neighbours = [&](int i, std::size_t ring) {
    int count = 0;
    for (const int step : reach[ring]) count += dark_[at(i + step)];
    return static_cast<double>(count);
  };
  for (int round = 0; round < 4; ++round) {
    std::array<std::array<double, 6>, 5> equations{};
    for (int row = 0; row < modules; ++row) {
      for (int column = 0; column < modules; ++column) {
        const int i = (row + kRing) * stride + column + kRing;
        const std::array<double, 6> terms = {1,
                                             static_cast<double>(dark_[at(i)]),
                                             neighbours(i, 0),
                                             neighbours(i, 1),
                                             neighbours(i, 2),
                                             values_[at(i)]};
        for (std::size_t a = 0; a < 5; ++a) {
          for (std::size_t b = a; b < 6; ++b) equations[a][b] += terms[a] * terms[b];
        }
      }
    }
    std::array<float, 5> weights{};
    if (!solve(equations, weights)) return;
    if (weights[1] > -1) return;  // Ink must darken; anything else is no symbol.
    for (int row = 0; row < modules; ++row) {
      for (int column = 0; column < modules; ++column) {
        const int i = (row + kRing) * stride + column + kRing;
        residual_[at(i)] = values_[at(i)] - weights[0] -
                           weights[1] * static_cast<float>(dark_[at(i)]) -
                           weights[2] * static_cast<float>(neighbours(i, 0)) -
                           weights[3] * static_cast<float>(neighbours(i, 1)) -
                           weights[4] * static_cast<float>(neighbours(i, 2));
      }
    }
    int flips = 0;
    const auto in_data = [&](int i) {
      const int row = i / stride - kRing, column = i % stride - kRing;
      return row >= 0 && row < modules && column >= 0 && column < modules;
    };
    for (int sweep = 0; sweep < 4; ++sweep) {
      int flipped = 0;
      for (int row = 1; row < modules - 1; ++row) {
        for (int column = 1; column < modules - 1; ++column) {
          const int i = (row + kRing) * stride + column + kRing;
          const float delta = dark_[at(i)] != 0 ? -1.0F : 1.0F;
          float change = -2 * delta * weights[1] * residual_[at(i)] + weights[1] * weights[1];
          for (std::size_t ring = 0; ring < 3; ++ring) {
            const float weight = weights[ring + 2];
            for (const int step : reach[ring]) {
              if (!in_data(i + step)) continue;
              change += -2 * delta * weight * residual_[at(i + step)] + weight * weight;
            }
          }
          if (change >= -1e-3F) continue;
          dark_[at(i)] ^= 1;
          residual_[at(i)] -= delta * weights[1];
          for (std::size_t ring = 0; ring < 3; ++ring) {
            for (const int step : reach[ring]) residual_[at(i + step)] -= delta * weights[ring + 2];
          }
          ++flipped;
        }
      }
      flips += flipped;
      if (flipped == 0) break;
    }
    if (flips == 0) return;
  }
}

}  // namespace packtrail::symbology
