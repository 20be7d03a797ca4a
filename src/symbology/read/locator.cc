#include "symbology/read/locator.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "symbology/ecc200.h"
#include "symbology/read/filters.h"

namespace packtrail::symbology {
namespace {

constexpr int kSideMin = 16;
constexpr int kClustersMax = 2;
constexpr int kRing = 2;  // Modules of surroundings that are measured.
constexpr float kSharpening = 0.6F;
constexpr int kRegistrations = 4;
constexpr float kAgreementMin = 0.45F;  // Below this the clock tracks are chance.
constexpr float kModulePixelsMin = 1.3F;
constexpr float kAspectMax = 20;  // 8 x 144 modules, seen at a slant.

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

struct Locator::FixedPattern {
  struct Module {
    float u, v;    // The centre in the unit square.
    float weight;  // Above 0 for dark.
  };
  int columns, rows;
  std::vector<Module> modules;
  std::vector<std::uint8_t> tones;  // Per module: 0 light, 1 dark, 2 data.
};

Locator::Locator() = default;
Locator::~Locator() = default;

inline float Locator::grey(float x, float y) const {
  const float fx = std::max(0.0F, std::min(x - 0.5F, static_cast<float>(grey_.width) - 1.001F));
  const float fy = std::max(0.0F, std::min(y - 0.5F, static_cast<float>(grey_.height) - 1.001F));
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
  if (split_tones(stretched)) count_cells();
}

// The threshold, and how far the tones are apart; false for a picture of one tone.
bool Locator::split_tones(const Histogram& histogram) {
  const std::uint8_t threshold = otsu_threshold(histogram);
  threshold_ = static_cast<float>(threshold) + 0.5F;
  double dark = 0, light = 0, dark_count = 0, light_count = 0;
  for (std::size_t i = 0; i < 256; ++i) {
    (i <= threshold ? dark : light) += static_cast<double>(i) * histogram[i];
    (i <= threshold ? dark_count : light_count) += histogram[i];
  }
  half_range_ = 0;
  if (dark_count == 0 || light_count == 0) return false;
  half_range_ = static_cast<float>((light / light_count - dark / dark_count) / 2);
  middle_ = static_cast<float>((light / light_count + dark / dark_count) / 2);
  return true;
}

void Locator::count_cells() {
  const auto threshold = static_cast<std::uint8_t>(threshold_);
  const int side = std::min(grey_.width, grey_.height);
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
    if (width < 3 || height < 3) continue;
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
      const float reach = round == 0 ? 0.05F * size + 1.5F : 0.02F * size + 1.5F;
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

const Locator::FixedPattern& Locator::pattern_of(int columns, int rows) {
  for (const auto& pattern : patterns_) {
    if (pattern->columns == columns && pattern->rows == rows) return *pattern;
  }
  auto pattern = std::make_unique<FixedPattern>();
  pattern->columns = columns;
  pattern->rows = rows;
  const bool turned = rows > columns;  // Mirrored: reflected at the diagonal through the L.
  const Ecc200Size* size =
      turned ? find_ecc200_size(rows, columns) : find_ecc200_size(columns, rows);
  const float du = 1 / static_cast<float>(columns), dv = 1 / static_cast<float>(rows);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const ModuleRole role =
          turned ? size->role(rows - 1 - row, columns - 1 - column) : size->role(column, row);
      const bool dark = role == ModuleRole::Solid || role == ModuleRole::ClockOn;
      pattern->tones.push_back(role == ModuleRole::Data ? 2 : dark ? 1 : 0);
      if (role == ModuleRole::Data) continue;
      // The clock tracks pin the grid down along both sides, the bars only across.
      const bool bar = column == 0 || row == rows - 1;
      const bool track = !bar && (row == 0 || column == columns - 1);
      const float weight = track ? 2.0F : 1.0F;
      pattern->modules.push_back({(static_cast<float>(column) + 0.5F) * du,
                                  (static_cast<float>(row) + 0.5F) * dv, dark ? weight : -weight});
    }
  }
  // The quiet zone, where a dark module borders it.
  for (int row = 0; row < rows; ++row) {
    const float v = (static_cast<float>(row) + 0.5F) * dv;
    pattern->modules.push_back({-0.5F * du, v, -1});
    if (row % 2 == 1) pattern->modules.push_back({1 + 0.5F * du, v, -1});
  }
  for (int column = 0; column < columns; ++column) {
    const float u = (static_cast<float>(column) + 0.5F) * du;
    pattern->modules.push_back({u, 1 + 0.5F * dv, -1});
    if (column % 2 == 0) pattern->modules.push_back({u, -0.5F * dv, -1});
  }
  patterns_.push_back(std::move(pattern));
  return *patterns_.back();
}

// The correlation does not care about contrast, so blur, which weakens the tracks, does not hurt.
float Locator::clock_agreement(const GridFit& fit) const {
  const SquareToQuad map(fit.corners);
  float agreement = 0;
  for (const int track : {0, 1}) {  // Top and right; the right one starts light at the top.
    const int count = track == 0 ? fit.columns : fit.rows;
    const float step = 1 / static_cast<float>(count);
    const float depth = 0.5F / static_cast<float>(track == 0 ? fit.rows : fit.columns);
    float sum = 0, squares = 0, alternating = 0;
    for (int i = 0; i < count; ++i) {
      const float centre = (static_cast<float>(i) + 0.5F) * step;
      const Point p = track == 0 ? map.at(centre, depth) : map.at(1 - depth, centre);
      const float value = grey(p.x, p.y);
      sum += value;
      squares += value * value;
      alternating += (i + track) % 2 == 0 ? -value : value;
    }
    const auto n = static_cast<float>(count);
    const float variance = squares - sum * sum / n;
    if (variance > n) agreement += alternating / std::sqrt(variance * n) / 2;
  }
  return agreement;
}

// All of the fixed pattern and the quiet zone around it: what settle() makes fit.
float Locator::pattern_agreement(const GridFit& fit, const FixedPattern& pattern) const {
  const SquareToQuad map(fit.corners);
  const float scale = 1 / half_range_;
  float sum = 0;
  for (const FixedPattern::Module& module : pattern.modules) {
    const Point p = map.at(module.u, module.v);
    const float dark = (threshold_ - grey(p.x, p.y)) * scale;
    sum += module.weight * std::clamp(dark, -1.0F, 1.0F);
  }
  return sum;
}

// Grey levels between the dark and the light modules of both clock tracks, summed. Blur weakens the
// tracks but does not move their rhythm, and the rhythm says where the modules are.
float Locator::clock_swing(const GridFit& fit) const {
  const SquareToQuad map(fit.corners);
  const float du = 1 / static_cast<float>(fit.columns), dv = 1 / static_cast<float>(fit.rows);
  float swing = 0;
  for (int i = 0; i < fit.columns; ++i) {
    const Point top = map.at((static_cast<float>(i) + 0.5F) * du, 0.5F * dv);
    swing += i % 2 == 0 ? -grey(top.x, top.y) : grey(top.x, top.y);
  }
  for (int i = 0; i < fit.rows; ++i) {
    const Point right = map.at(1 - 0.5F * du, (static_cast<float>(i) + 0.5F) * dv);
    swing += i % 2 == 0 ? grey(right.x, right.y) : -grey(right.x, right.y);
  }
  return swing;
}

// Moves top left, top right and bottom right, which the clock tracks tie down; the fourth corner
// keeps its place relative to them.
void Locator::follow_clock(GridFit& fit) const {
  const float module = length(fit.corners[1] - fit.corners[0]) / static_cast<float>(fit.columns);
  float best = clock_swing(fit);
  for (const float share : {0.40F, 0.20F, 0.10F}) {
    for (int round = 0; round < 4; ++round) {
      bool moved = false;
      for (std::size_t i = 0; i < 6; ++i) {
        for (const float sign : {1.0F, -1.0F}) {
          GridFit trial = fit;
          const Point shift =
              i % 2 == 0 ? Point{sign * share * module, 0} : Point{0, sign * share * module};
          trial.corners[i / 2] = trial.corners[i / 2] + shift;
          trial.corners[3] = i / 2 == 1 ? trial.corners[3] - shift : trial.corners[3] + shift;
          const float swing = clock_swing(trial);
          if (swing <= best) continue;
          best = swing;
          fit.corners = trial.corners;
          moved = true;
          break;
        }
      }
      if (!moved) break;
    }
  }
  fit.agreement = clock_agreement(fit);
}

// Moves the corners, one coordinate at a time, while the fixed pattern agrees better.
void Locator::settle_fit(GridFit& fit) {
  const FixedPattern& pattern = pattern_of(fit.columns, fit.rows);
  const float module = length(fit.corners[1] - fit.corners[0]) / static_cast<float>(fit.columns);
  float best = pattern_agreement(fit, pattern);
  for (const float share : {0.40F, 0.20F, 0.08F}) {
    for (int round = 0; round < 3; ++round) {
      bool moved = false;
      for (std::size_t i = 0; i < 8; ++i) {
        for (const float sign : {1.0F, -1.0F}) {
          GridFit trial = fit;
          Point& corner = trial.corners[i / 2];
          (i % 2 == 0 ? corner.x : corner.y) += sign * share * module;
          const float agreement = pattern_agreement(trial, pattern);
          if (agreement <= best) continue;
          best = agreement;
          fit.corners = trial.corners;
          moved = true;
          break;
        }
      }
      if (!moved) break;
    }
  }
  fit.agreement = clock_agreement(fit);
}

// Which size do the clock tracks show? Only those of about the seen shape are asked.
void Locator::add_fit(const std::array<Point, 4>& corners) {
  const float width = (length(corners[1] - corners[0]) + length(corners[2] - corners[3])) / 2;
  const float height = (length(corners[3] - corners[0]) + length(corners[2] - corners[1])) / 2;
  std::array<GridFit, 2> best{};
  const auto try_size = [&](int columns, int rows) {
    const float across = width / static_cast<float>(columns);
    const float down = height / static_cast<float>(rows);
    if (std::min(across, down) < kModulePixelsMin) return;
    if (across > 1.4F * down || down > 1.4F * across) return;
    GridFit fit{corners, columns, rows, 0};
    fit.agreement = clock_agreement(fit);
    if (fit.agreement > best[0].agreement) {
      best[1] = best[0];
      best[0] = fit;
    } else if (fit.agreement > best[1].agreement) {
      best[1] = fit;
    }
  };
  for (const Ecc200Size& size : ecc200_sizes()) {
    try_size(size.columns, size.rows);
    if (size.columns != size.rows) try_size(size.rows, size.columns);
  }
  for (const GridFit& fit : best) {
    if (fit.agreement < 0.5F * kAgreementMin || fit.agreement < 0.6F * best[0].agreement) continue;
    drafts_.push_back(fit);
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
  if (std::min(width, height) < 12 ||
      std::max(width, height) > kAspectMax * std::min(width, height)) {
    return;
  }

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

void Locator::search() {
  find_clusters();
  for (const Cluster& cluster : clusters_) fit_cluster(cluster);
}

std::span<const GridFit> Locator::locate(const GreyImage& picture) {
  fits_.clear();
  drafts_.clear();
  if (picture.width < kSideMin || picture.height < kSideMin) return drafts_;
  prepare(picture);
  if (half_range_ < 8) return drafts_;  // A picture of one tone, whatever its noise.
  search();
  return best_first(drafts_);
}

std::span<const GridFit> Locator::locate_clean(const GreyImage& picture) {
  fits_.clear();
  drafts_.clear();
  if (picture.width < kSideMin || picture.height < kSideMin) return drafts_;
  const Histogram histogram = histogram_of(picture);
  if (!split_tones(histogram) || half_range_ < 24) return drafts_;
  // Nearly every pixel of one of two tones: what lies between is edges, and there are few of those.
  threshold_ = std::floor(middle_) + 0.5F;
  const float low = threshold_ - 0.55F * half_range_, high = threshold_ + 0.55F * half_range_;
  std::uint32_t between = 0;
  for (auto i = static_cast<std::size_t>(std::max(low, 0.0F)); i < 256; ++i) {
    if (static_cast<float>(i) > high) break;
    between += histogram[i];
  }
  if (between > picture.pixels.size() / 16) return drafts_;
  grey_.width = picture.width;
  grey_.height = picture.height;
  grey_.pixels.assign(picture.pixels.begin(), picture.pixels.end());
  count_cells();
  search();
  return best_first(drafts_);
}

std::span<const GridFit> Locator::settle() {
  fits_ = drafts_;
  for (GridFit& fit : fits_) settle_fit(fit);
  std::erase_if(fits_, [](const GridFit& fit) { return fit.agreement < kAgreementMin; });
  return best_first(fits_);
}

std::span<const GridFit> Locator::refit() {
  for (GridFit& fit : drafts_) follow_clock(fit);
  std::erase_if(drafts_, [](const GridFit& fit) { return fit.agreement < kAgreementMin; });
  return best_first(drafts_);
}

void Locator::measure(const GridFit& fit) {
  const SquareToQuad map(fit.corners);
  const float du = 1 / static_cast<float>(fit.columns), dv = 1 / static_cast<float>(fit.rows);
  values_.resize(static_cast<std::size_t>(fit.columns + 2 * kRing) *
                 static_cast<std::size_t>(fit.rows + 2 * kRing));
  constexpr float kSpread = 0.22F;
  std::size_t i = 0;
  for (int row = -kRing; row < fit.rows + kRing; ++row) {
    for (int column = -kRing; column < fit.columns + kRing; ++column) {
      const float u = static_cast<float>(column) + 0.5F, v = static_cast<float>(row) + 0.5F;
      const auto value = [&](float x, float y) {
        const Point p = map.at((u + x) * du, (v + y) * dv);
        return grey(p.x, p.y);
      };
      values_[i++] = (2 * value(0, 0) + value(-kSpread, -kSpread) + value(kSpread, -kSpread) +
                      value(-kSpread, kSpread) + value(kSpread, kSpread)) /
                     6;
    }
  }
}

BitMatrix Locator::sample(const GridFit& fit, Sampling sampling) {
  if (sampling == Sampling::Centres) return centres(fit);
  decide(fit);
  if (sampling != Sampling::Sharpened) equalise(fit);
  if (sampling == Sampling::Registered) {
    GridFit moved = fit;
    for (int round = 0; round < kRegistrations && register_corners(moved); ++round) {
      decide(moved);
      equalise(moved);
    }
  }
  sampled_ = fit;
  const auto stride = static_cast<std::size_t>(fit.columns + 2 * kRing);
  BitMatrix out(fit.columns, fit.rows);
  for (int row = 0; row < fit.rows; ++row) {
    const std::uint8_t* line =
        dark_.data() + static_cast<std::size_t>(row + kRing) * stride + kRing;
    for (int column = 0; column < fit.columns; ++column) out.set(column, row, line[column] != 0);
  }
  return out;
}

BitMatrix Locator::centres(const GridFit& fit) const {
  const SquareToQuad map(fit.corners);
  const float du = 1 / static_cast<float>(fit.columns), dv = 1 / static_cast<float>(fit.rows);
  BitMatrix out(fit.columns, fit.rows);
  for (int row = 0; row < fit.rows; ++row) {
    for (int column = 0; column < fit.columns; ++column) {
      const Point p =
          map.at((static_cast<float>(column) + 0.5F) * du, (static_cast<float>(row) + 0.5F) * dv);
      out.set(column, row, grey(p.x, p.y) <= threshold_);
    }
  }
  return out;
}

// First decisions: each value less a share of its neighbours', and one threshold.
void Locator::decide(const GridFit& fit) {
  const auto stride = static_cast<std::size_t>(fit.columns + 2 * kRing);
  const FixedPattern& pattern = pattern_of(fit.columns, fit.rows);
  measure(fit);
  is_equalised_ = false;
  dark_.assign(values_.size(), 0);
  is_fixed_.assign(values_.size(), 1);
  residual_.assign(values_.size(), 0);
  const auto index = [&](int column, int row) {
    return static_cast<std::size_t>(row + kRing) * stride +
           static_cast<std::size_t>(column + kRing);
  };
  for (int row = 0; row < fit.rows; ++row) {
    for (int column = 0; column < fit.columns; ++column) {
      const std::size_t i = index(column, row);
      const float around =
          (values_[i - 1] + values_[i + 1] + values_[i - stride] + values_[i + stride]) / 4;
      residual_[i] = values_[i] + kSharpening * (values_[i] - around);
    }
  }
  // The clock tracks are dark and light in equal parts: their mean is the threshold.
  float sum = 0;
  for (int i = 0; i < fit.columns; ++i) sum += residual_[index(i, 0)];
  for (int i = 0; i < fit.rows; ++i) sum += residual_[index(fit.columns - 1, i)];
  decision_ = sum / static_cast<float>(fit.columns + fit.rows);
  std::size_t module = 0;
  for (int row = 0; row < fit.rows; ++row) {
    for (int column = 0; column < fit.columns; ++column) {
      const std::size_t i = index(column, row);
      const std::uint8_t tone = pattern.tones[module++];
      is_fixed_[i] = tone != 2 ? 1 : 0;
      dark_[i] = tone != 2 ? tone : residual_[i] < decision_ ? 1 : 0;
    }
  }
}

// Moves the corners so that the picture agrees best with what equalise() predicts for the present
// decisions. False when nothing moved. Most decisions are right even on a slightly wrong grid, so
// the grid comes right, and then the rest of them.
bool Locator::register_corners(GridFit& fit) const {
  const int stride = fit.columns + 2 * kRing;
  const float du = 1 / static_cast<float>(fit.columns), dv = 1 / static_cast<float>(fit.rows);
  const auto misfit = [&](const std::array<Point, 4>& corners) {
    const SquareToQuad map(corners);
    float sum = 0;
    for (int row = 0; row < fit.rows; ++row) {
      const auto line = static_cast<std::size_t>((row + kRing) * stride + kRing);
      for (int column = 0; column < fit.columns; ++column) {
        const Point p =
            map.at((static_cast<float>(column) + 0.5F) * du, (static_cast<float>(row) + 0.5F) * dv);
        const std::size_t i = line + static_cast<std::size_t>(column);
        const float difference = grey(p.x, p.y) - (values_[i] - residual_[i]);
        sum += difference * difference;
      }
    }
    return sum;
  };
  const float module = length(fit.corners[1] - fit.corners[0]) * du;
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
void Locator::equalise(const GridFit& fit) {
  const int stride = fit.columns + 2 * kRing;
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
    for (int row = 0; row < fit.rows; ++row) {
      for (int column = 0; column < fit.columns; ++column) {
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
    weights_ = weights;
    is_equalised_ = true;
    for (int row = 0; row < fit.rows; ++row) {
      for (int column = 0; column < fit.columns; ++column) {
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
      return row >= 0 && row < fit.rows && column >= 0 && column < fit.columns;
    };
    for (int sweep = 0; sweep < 4; ++sweep) {
      int flipped = 0;
      for (int row = 1; row < fit.rows - 1; ++row) {
        for (int column = 1; column < fit.columns - 1; ++column) {
          const int i = (row + kRing) * stride + column + kRing;
          if (is_fixed_[at(i)] != 0) continue;
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

// After equalise(): how little the squared error would grow if the module were the other tone.
// After decide(): how near its value is to the threshold.
std::span<const float> Locator::doubts() {
  const int stride = sampled_.columns + 2 * kRing;
  const std::array<int, 12> reach = {-1,          1,           -stride,     stride,
                                     -stride - 1, -stride + 1, stride - 1,  stride + 1,
                                     -2,          2,           -2 * stride, 2 * stride};
  doubts_.clear();
  for (int row = 0; row < sampled_.rows; ++row) {
    for (int column = 0; column < sampled_.columns; ++column) {
      const int i = (row + kRing) * stride + column + kRing;
      const auto here = static_cast<std::size_t>(i);
      if (!is_equalised_) {
        doubts_.push_back(-std::abs(residual_[here] - decision_));
        continue;
      }
      const float delta = dark_[here] != 0 ? -1.0F : 1.0F;
      float change = -2 * delta * weights_[1] * residual_[here] + weights_[1] * weights_[1];
      for (std::size_t k = 0; k < reach.size(); ++k) {
        const int y = (i + reach[k]) / stride - kRing, x = (i + reach[k]) % stride - kRing;
        if (y < 0 || x < 0 || y >= sampled_.rows || x >= sampled_.columns) continue;
        const float weight = weights_[2 + k / 4];
        change += -2 * delta * weight * residual_[static_cast<std::size_t>(i + reach[k])] +
                  weight * weight;
      }
      doubts_.push_back(-change);
    }
  }
  return doubts_;
}

}  // namespace packtrail::symbology
