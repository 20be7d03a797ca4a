#include "symbology/read/layer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "symbology/read/blank.h"
#include "symbology/read/regions.h"

namespace packtrail::symbology {
namespace {

constexpr int kQuickAttempts = 6;     // For the first look at each place.
constexpr float kCellReach = 0.45F;   // Of a pitch: how far from its place a cell's symbol may lie.
constexpr float kBusyShare = 0.5F;    // Of the place of a symbol, to call it unreadable.
constexpr float kSymbolShare = 0.3F;  // Of the pitch, where no symbol was read to measure.
constexpr std::array<int, 3> kOpenings = {1, 2, 4};
constexpr int kDirectionsMax = 8;
constexpr int kSymbolsPerRegionMax = 8;

Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(Point a, float k) { return {a.x * k, a.y * k}; }
float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
float cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }
float length(Point a) { return std::sqrt(dot(a, a)); }

Point centre_of(const std::array<Point, 4>& corners) {
  return (corners[0] + corners[1] + corners[2] + corners[3]) * 0.25F;
}

float edge_of(const std::array<Point, 4>& corners) {
  float sum = 0;
  for (std::size_t i = 0; i < 4; ++i) sum += length(corners[(i + 1) % 4] - corners[i]);
  return sum / 4;
}

float bars_area(const Symbol& symbol) {
  const auto& c = symbol.corners;
  return 0.5F * std::abs(cross(c[2] - c[0], c[3] - c[1]));
}

bool covers(const std::array<Point, 4>& corners, Point p) {
  bool positive = false, negative = false;
  for (std::size_t i = 0; i < 4; ++i) {
    const float turn = cross(corners[(i + 1) % 4] - corners[i], p - corners[i]);
    positive = positive || turn > 0;
    negative = negative || turn < 0;
  }
  return !(positive && negative);
}

bool overlap(const Symbol& a, const Symbol& b) {
  if (is_linear(a) || is_linear(b)) {  // Long and low: others may lie near.
    return covers(a.corners, centre_of(b.corners)) || covers(b.corners, centre_of(a.corners));
  }
  const float near = 0.5F * std::min(edge_of(a.corners), edge_of(b.corners));
  return length(centre_of(a.corners) - centre_of(b.corners)) < near;
}

// Whether a part of the picture with this symbol in it is too small for another one.
bool is_full(float area, const Symbol& symbol) {
  if (is_linear(symbol)) return area < 1.5F * bars_area(symbol);
  const float edge = edge_of(symbol.corners);
  return area < 5 * edge * edge;
}

// A place in the grid, in whole steps from an arbitrary first one.
struct Index {
  int column = 0, row = 0;
};

// From grid steps to the picture, in perspective.
struct Plane {
  std::array<double, 8> h{};
  [[nodiscard]] Point at(double column, double row) const {
    const double w = h[6] * column + h[7] * row + 1;
    return {static_cast<float>((h[0] * column + h[1] * row + h[2]) / w),
            static_cast<float>((h[3] * column + h[4] * row + h[5]) / w)};
  }
};

struct Anchor {
  Index index;
  Point place;
};

// Gauss with row pivoting; false when the system does not determine the answer.
template <std::size_t N>
bool solve(std::array<std::array<double, N + 1>, N>& m, std::array<double, N>& out) {
  for (std::size_t pivot = 0; pivot < N; ++pivot) {
    std::size_t best = pivot;
    for (std::size_t row = pivot + 1; row < N; ++row) {
      if (std::abs(m[row][pivot]) > std::abs(m[best][pivot])) best = row;
    }
    if (std::abs(m[best][pivot]) < 1e-9) return false;
    std::swap(m[best], m[pivot]);
    for (std::size_t row = 0; row < N; ++row) {
      if (row == pivot) continue;
      const double factor = m[row][pivot] / m[pivot][pivot];
      for (std::size_t column = pivot; column <= N; ++column) {
        m[row][column] -= factor * m[pivot][column];
      }
    }
  }
  for (std::size_t i = 0; i < N; ++i) out[i] = m[i][N] / m[i][i];
  return true;
}

// Least squares over the anchors: perspective with eight or more of them in a real grid, else what
// is parallel stays parallel. `a` and `b` are the steps where the anchors tell nothing.
Plane plane_of(const std::vector<Anchor>& anchors, Point a, Point b) {
  constexpr double kScale = 1000;  // Keeps the equations of one magnitude.
  int column_min = std::numeric_limits<int>::max(), column_max = std::numeric_limits<int>::min();
  int row_min = column_min, row_max = column_max;
  for (const Anchor& anchor : anchors) {
    column_min = std::min(column_min, anchor.index.column);
    column_max = std::max(column_max, anchor.index.column);
    row_min = std::min(row_min, anchor.index.row);
    row_max = std::max(row_max, anchor.index.row);
  }
  Plane plane;
  if (anchors.size() >= 8 && column_max - column_min >= 2 && row_max - row_min >= 2) {
    std::array<std::array<double, 9>, 8> m{};
    for (const Anchor& anchor : anchors) {
      const double u = anchor.index.column, v = anchor.index.row;
      const double x = anchor.place.x / kScale, y = anchor.place.y / kScale;
      const std::array<std::array<double, 9>, 2> lines = {
          {{u, v, 1, 0, 0, 0, -u * x, -v * x, x}, {0, 0, 0, u, v, 1, -u * y, -v * y, y}}};
      for (const auto& line : lines) {
        for (std::size_t i = 0; i < 8; ++i) {
          for (std::size_t j = 0; j < 9; ++j) m[i][j] += line[i] * line[j];
        }
      }
    }
    if (solve<8>(m, plane.h)) {
      for (std::size_t i = 0; i < 6; ++i) plane.h[i] *= kScale;
      return plane;
    }
  }
  double u = 0, v = 0, x = 0, y = 0;
  const auto n = static_cast<double>(anchors.size());
  for (const Anchor& anchor : anchors) {
    u += anchor.index.column / n, v += anchor.index.row / n;
    x += anchor.place.x / n, y += anchor.place.y / n;
  }
  // Weak ties to the given steps decide where the anchors lie on one line.
  const double tie = 0.01;
  std::array<std::array<double, 3>, 2> mx{{{tie, 0, tie * a.x}, {0, tie, tie * b.x}}};
  std::array<std::array<double, 3>, 2> my{{{tie, 0, tie * a.y}, {0, tie, tie * b.y}}};
  for (const Anchor& anchor : anchors) {
    const std::array<double, 2> step = {anchor.index.column - u, anchor.index.row - v};
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 2; ++j) {
        mx[i][j] += step[i] * step[j];
        my[i][j] += step[i] * step[j];
      }
      mx[i][2] += step[i] * (anchor.place.x - x);
      my[i][2] += step[i] * (anchor.place.y - y);
    }
  }
  std::array<double, 2> sx{}, sy{};
  if (!solve<2>(mx, sx) || !solve<2>(my, sy)) sx = {a.x, b.x}, sy = {a.y, b.y};
  plane.h = {sx[0], sx[1], x - sx[0] * u - sx[1] * v, sy[0], sy[1], y - sy[0] * u - sy[1] * v,
             0,     0};
  return plane;
}

// Numbers the places that can be reached from `seed` by steps near `a` and `b`; the steps follow
// the perspective from neighbour to neighbour.
std::vector<Anchor> number_places(const std::vector<Point>& places, std::size_t seed, Point a,
                                  Point b) {
  struct Visit {
    std::size_t place;
    Index index;
    Point a, b;
  };
  std::vector<bool> taken(places.size(), false);
  std::vector<Visit> queue{{seed, {}, a, b}};
  taken[seed] = true;
  std::vector<Anchor> out;
  static constexpr std::array<Index, 16> kSteps = {{{1, 0},
                                                    {-1, 0},
                                                    {0, 1},
                                                    {0, -1},
                                                    {1, 1},
                                                    {1, -1},
                                                    {-1, 1},
                                                    {-1, -1},
                                                    {2, 0},
                                                    {-2, 0},
                                                    {0, 2},
                                                    {0, -2},
                                                    {3, 0},
                                                    {-3, 0},
                                                    {0, 3},
                                                    {0, -3}}};
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const Visit here = queue[next];
    out.push_back({here.index, places[here.place]});
    for (const Index step : kSteps) {
      const Point expected = places[here.place] + here.a * static_cast<float>(step.column) +
                             here.b * static_cast<float>(step.row);
      const float reach = 0.25F * std::min(length(here.a), length(here.b));
      std::size_t best = places.size();
      float nearest = reach;
      for (std::size_t i = 0; i < places.size(); ++i) {
        const float distance = length(places[i] - expected);
        if (taken[i] || distance >= nearest) continue;
        nearest = distance;
        best = i;
      }
      if (best == places.size()) continue;
      Visit found{
          best, {here.index.column + step.column, here.index.row + step.row}, here.a, here.b};
      const Point moved = places[best] - places[here.place];
      if (step.row == 0) found.a = here.a * 0.5F + moved * (0.5F / static_cast<float>(step.column));
      if (step.column == 0) found.b = here.b * 0.5F + moved * (0.5F / static_cast<float>(step.row));
      taken[best] = true;
      queue.push_back(found);
    }
  }
  return out;
}

struct Grid {
  bool found = false;
  Plane plane;  // Cell (column, row) of the layer, from 0, to its place.
  float pitch_x = 0, pitch_y = 0;
  std::size_t anchors = 0;  // Places that lie on it.
};

class GridFinder {
 public:
  GridFinder(const std::vector<Point>& places, const TileMap& tiles, const GreyImage& picture,
             LayerSpec spec)
      : places_(places), tiles_(tiles), picture_(picture), spec_(spec) {}

  Grid find() const {
    std::vector<Anchor> best;
    Point best_a{}, best_b{};
    float best_score = 0;
    const auto directions = steps();
    const std::size_t seed = middle();
    for (const Point a : directions) {
      for (const Point other : perpendicular(directions, a)) {
        auto anchors = number_places(places_, seed, a, other);
        // As many places as possible in as few cells: half the true pitch numbers all of them too.
        const float score = static_cast<float>(anchors.size()) - 0.02F * area(anchors);
        if (score <= best_score) continue;
        best_score = score;
        best_a = a, best_b = other;
        best = std::move(anchors);
      }
    }
    if (best.size() < 2) return {};
    return settle(std::move(best), best_a, best_b);
  }

 private:
  static constexpr int kShiftMax = kLayerSideMax;
  const std::vector<Point>& places_;
  const TileMap& tiles_;
  const GreyImage& picture_;
  LayerSpec spec_;

  static float area(const std::vector<Anchor>& anchors) {
    Index low = anchors[0].index, high = low;
    for (const Anchor& anchor : anchors) {
      low = {std::min(low.column, anchor.index.column), std::min(low.row, anchor.index.row)};
      high = {std::max(high.column, anchor.index.column), std::max(high.row, anchor.index.row)};
    }
    return static_cast<float>((high.column - low.column + 1) * (high.row - low.row + 1));
  }

  [[nodiscard]] std::size_t middle() const {
    Point sum{};
    for (const Point p : places_) sum = sum + p;
    sum = sum * (1 / static_cast<float>(std::max<std::size_t>(places_.size(), 1)));
    std::size_t best = 0;
    for (std::size_t i = 1; i < places_.size(); ++i) {
      if (length(places_[i] - sum) < length(places_[best] - sum)) best = i;
    }
    return best;
  }

  // The steps between near places, each direction once, the shortest of it; pointing right, or down
  // when they are steep.
  [[nodiscard]] std::vector<Point> steps() const {
    std::vector<Point> all;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      std::vector<Point> near;
      for (std::size_t j = 0; j < places_.size(); ++j) {
        if (j == i) continue;
        Point step = places_[j] - places_[i];
        if (step.x < -std::abs(step.y) || (std::abs(step.x) <= std::abs(step.y) && step.y < 0)) {
          step = step * -1;
        }
        near.push_back(step);
      }
      std::sort(near.begin(), near.end(), [](Point p, Point q) { return dot(p, p) < dot(q, q); });
      if (near.size() > 6) near.resize(6);
      all.insert(all.end(), near.begin(), near.end());
    }
    std::sort(all.begin(), all.end(), [](Point p, Point q) { return dot(p, p) < dot(q, q); });
    // Alike within a fifth of their length; the mean of each kind, the frequent kinds first.
    struct Kind {
      Point sum;
      int count;
    };
    std::vector<Kind> kinds;
    for (const Point step : all) {
      auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) {
        const Point mean = k.sum * (1 / static_cast<float>(k.count));
        return length(step - mean) < 0.2F * length(mean);
      });
      if (kind == kinds.end()) {
        kinds.push_back({step, 1});
      } else {
        kind->sum = kind->sum + step;
        ++kind->count;
      }
    }
    std::stable_sort(kinds.begin(), kinds.end(),
                     [](const Kind& p, const Kind& q) { return p.count > q.count; });
    std::vector<Point> out;
    for (const Kind& kind : kinds) {
      if (out.size() == kDirectionsMax) break;
      out.push_back(kind.sum * (1 / static_cast<float>(kind.count)));
    }
    return out;
  }

  // Those at 60 to 120 degrees to `a`, turned so that a then b runs clockwise as the eye sees it.
  // None: one as long as the even division of the picture has it, at right angles.
  [[nodiscard]] std::vector<Point> perpendicular(const std::vector<Point>& all, Point a) const {
    std::vector<Point> out;
    if (std::abs(a.x) < std::abs(a.y)) return out;  // `a` runs along the rows.
    for (const Point b : all) {
      if (std::abs(dot(a, b)) > 0.5F * length(a) * length(b)) continue;
      out.push_back(cross(a, b) > 0 ? b : b * -1);
    }
    if (out.empty()) {
      const float ratio = (static_cast<float>(picture_.height) / static_cast<float>(spec_.rows)) /
                          (static_cast<float>(picture_.width) / static_cast<float>(spec_.columns));
      out.push_back(Point{-a.y, a.x} * ratio);
    }
    return out;
  }

  // Chooses which part of the numbered plane is the layer, and fits the plane to what lies in it.
  [[nodiscard]] Grid settle(std::vector<Anchor> anchors, Point a, Point b) const {
    Plane plane = plane_of(anchors, a, b);
    Index low = anchors[0].index, high = low;
    for (const Anchor& anchor : anchors) {
      low = {std::min(low.column, anchor.index.column), std::min(low.row, anchor.index.row)};
      high = {std::max(high.column, anchor.index.column), std::max(high.row, anchor.index.row)};
    }
    Index first = low;
    double best = -1;
    const int columns = std::min(spec_.columns, kShiftMax), rows = std::min(spec_.rows, kShiftMax);
    for (int row = high.row - rows + 1 - slack(low.row, high.row, rows);
         row <= low.row + slack(low.row, high.row, rows); ++row) {
      for (int column = high.column - columns + 1 - slack(low.column, high.column, columns);
           column <= low.column + slack(low.column, high.column, columns); ++column) {
        const double score = window_score(anchors, plane, {column, row});
        if (score <= best) continue;
        best = score;
        first = {column, row};
      }
    }
    std::erase_if(anchors, [&](const Anchor& anchor) {
      return anchor.index.column < first.column || anchor.index.row < first.row ||
             anchor.index.column >= first.column + columns || anchor.index.row >= first.row + rows;
    });
    for (Anchor& anchor : anchors) {
      anchor.index.column -= first.column;
      anchor.index.row -= first.row;
    }
    if (anchors.size() < 2) return {};
    Grid grid;
    grid.found = true;
    grid.plane = plane_of(anchors, a, b);
    grid.anchors = anchors.size();
    grid.pitch_x = length(a);
    grid.pitch_y = length(b);
    return grid;
  }

  // A window larger than what was numbered slides within it; a smaller one slides over it.
  static int slack(int low, int high, int size) { return std::max(high - low + 1 - size, 0); }

  // Numbered places in the window count most, then cells inside the picture, then cells where
  // something is; the even margins decide the rest.
  [[nodiscard]] double window_score(const std::vector<Anchor>& anchors, const Plane& plane,
                                    Index first) const {
    double score = 0;
    for (const Anchor& anchor : anchors) {
      const bool inside = anchor.index.column >= first.column && anchor.index.row >= first.row &&
                          anchor.index.column < first.column + spec_.columns &&
                          anchor.index.row < first.row + spec_.rows;
      if (inside) score += 100;
    }
    for (int row = 0; row < spec_.rows; ++row) {
      for (int column = 0; column < spec_.columns; ++column) {
        const Point p = plane.at(first.column + column, first.row + row);
        if (p.x < 0 || p.y < 0 || p.x >= static_cast<float>(picture_.width) ||
            p.y >= static_cast<float>(picture_.height)) {
          continue;
        }
        score += 10;
        const auto tile =
            static_cast<std::size_t>(static_cast<int>(p.y) / tiles_.tile * tiles_.columns +
                                     static_cast<int>(p.x) / tiles_.tile);
        if (tile < tiles_.busy.size() && tiles_.busy[tile] != 0) score += 3;
      }
    }
    const Point middle =
        plane.at(first.column + (spec_.columns - 1) / 2.0, first.row + (spec_.rows - 1) / 2.0);
    const Point centre = {static_cast<float>(picture_.width) / 2,
                          static_cast<float>(picture_.height) / 2};
    return score - length(middle - centre) / length(centre);
  }
};

ReaderOptions quick_of(ReaderOptions options) {
  options.attempts_max = std::min(options.attempts_max, kQuickAttempts);
  options.try_inverted = false;
  return options;
}

}  // namespace

const char* to_string(CellState state) {
  switch (state) {
    case CellState::Read:
      return "read";
    case CellState::Empty:
      return "empty";
    case CellState::Unreadable:
      return "unreadable";
    case CellState::Foreign:
      return "foreign";
  }
  return "unknown";
}

int LayerReport::count(CellState state) const {
  return static_cast<int>(std::count_if(cells.begin(), cells.end(),
                                        [&](const Cell& cell) { return cell.state == state; }));
}

bool LayerReport::is_complete() const {
  return count(CellState::Read) == static_cast<int>(cells.size()) && duplicates.empty();
}

class LayerReader::Scene {
 public:
  explicit Scene(const ReaderOptions& options)
      : options_(options), quick_(quick_of(options)), patient_(options) {}

  LayerReport read_layer(const GreyImage& picture, LayerSpec spec) {
    begin();
    LayerReport report;
    report.spec = spec;
    const int pitch = std::min(picture.width / spec.columns, picture.height / spec.rows);
    const TileMap tiles = tiles_of(picture, std::clamp(pitch / 48, 4, 16));
    std::vector<Symbol> found;
    std::vector<Region> regions;
    const auto wanted =
        static_cast<std::size_t>(spec.rows) * static_cast<std::size_t>(spec.columns);
    for (const int lines : kOpenings) {
      for (const Region& region : regions_of(opened(tiles, lines), picture)) {
        if (found.size() >= wanted) break;
        // Larger than a cell are edges that hang together; a stronger opening parts them, and
        // what lies there still is looked for below.
        const int side = std::max(region.right - region.left, region.bottom - region.top);
        if (side > 3 * pitch / 2 || is_known(region, regions, found)) continue;
        regions.push_back(region);
        read_region(picture, region, tiles.tile, quick_, found);
      }
    }
    std::vector<Point> places;
    for (const Symbol& symbol : found) places.push_back(centre_of(symbol.corners));
    Grid grid = GridFinder(places, tiles, picture, spec).find();
    // Few symbols, or few of them in one grid: what looks like one joins in.
    if (!grid.found || 10 * grid.anchors < 6 * places.size()) {
      std::vector<Point> more = places;
      add_likely_places(regions, found, more);
      const Grid other = GridFinder(more, tiles, picture, spec).find();
      if (other.found && (!grid.found || other.anchors > grid.anchors)) grid = other;
    }
    report.found_grid = grid.found;
    if (!grid.found) grid = even_grid(picture, spec);
    assign(found, grid, report);
    const float edge = symbol_edge(found, grid);
    for (Cell& cell : report.cells) {
      if (cell.state != CellState::Read && !cell.symbol)
        look_again(picture, tiles, grid, edge, cell);
    }
    for (Cell& cell : report.cells) {
      if (cell.symbol) cell.state = is_allowed(*cell.symbol) ? CellState::Read : CellState::Foreign;
    }
    if (report.outside.empty() &&
        report.count(CellState::Empty) + report.count(CellState::Unreadable) ==
            static_cast<int>(report.cells.size())) {
      // Nothing at all: is there a symbol somewhere, in no cell?
      (void)keep(read(patient_, picture), {}, report.outside);
    }
    find_duplicates(report);
    report.attempts = attempts_;
    report.pixels = pixels_;
    report.out_of_budget = out_of_budget_;
    return report;
  }

  SceneReport read_all(const GreyImage& picture) {
    begin();
    std::vector<Symbol> found;
    const int side = std::min(picture.width, picture.height);
    for (const int tile : {6, 16, 40}) {
      if (tile > 6 && 8 * tile > side) break;
      const TileMap tiles = tiles_of(picture, tile);
      std::vector<Region> regions;
      for (const int lines : kOpenings) {
        for (const Region& region : regions_of(opened(tiles, lines), picture)) {
          if (is_known(region, regions, found)) continue;
          regions.push_back(region);
          read_region(picture, region, tiles.tile, tile == 6 ? quick_ : patient_, found);
        }
      }
    }
    if (found.empty()) {  // One symbol that fills the picture, or none that stands out.
      keep(read(patient_, picture), {}, found);
    }
    std::stable_sort(found.begin(), found.end(), [](const Symbol& a, const Symbol& b) {
      return centre_of(a.corners).y < centre_of(b.corners).y;
    });
    SceneReport report;
    for (Symbol& symbol : found) {
      (is_allowed(symbol) ? report.symbols : report.foreign).push_back(std::move(symbol));
    }
    report.attempts = attempts_;
    report.pixels = pixels_;
    report.out_of_budget = out_of_budget_;
    return report;
  }

 private:
  ReaderOptions options_;
  SymbolReader quick_;
  SymbolReader patient_;
  int attempts_ = 0;
  std::uint64_t pixels_ = 0;
  std::int64_t started_ns_ = 0;
  bool out_of_budget_ = false;

  void begin() {
    attempts_ = 0;
    pixels_ = 0;
    out_of_budget_ = false;
    started_ns_ = options_.clock != nullptr ? options_.clock->monotonic_ns() : 0;
  }

  [[nodiscard]] bool is_allowed(const Symbol& symbol) const {
    return options_.allowed.empty() || std::find(options_.allowed.begin(), options_.allowed.end(),
                                                 symbol.identifier) != options_.allowed.end();
  }

  // Each place gets what the places before it left of the picture's budget.
  ReadReport read(SymbolReader& reader, const GreyImage& part) {
    std::uint64_t pixels_left = 0;
    std::int64_t time_left = 0;
    if (options_.pixels_max != 0) {
      pixels_left = options_.pixels_max - std::min(options_.pixels_max, pixels_);
      if (pixels_left == 0) out_of_budget_ = true;
    }
    if (options_.clock != nullptr) {
      time_left = options_.time_ns_max - (options_.clock->monotonic_ns() - started_ns_);
      if (time_left <= 0) out_of_budget_ = true;
    }
    if (out_of_budget_) return {Outcome::OutOfBudget, std::nullopt, 0, 0};
    reader.limit(pixels_left, time_left);
    ReadReport report = reader.inspect(part);
    attempts_ += report.attempts;
    pixels_ += report.pixels;
    // A reader that ran out of attempts is done with this place; of pixels, with the picture.
    const int attempts_max =
        &reader == &quick_ ? quick_of(options_).attempts_max : options_.attempts_max;
    if (report.outcome == Outcome::OutOfBudget && report.attempts < attempts_max) {
      out_of_budget_ = true;
    }
    if (options_.clock != nullptr &&
        options_.clock->monotonic_ns() - started_ns_ >= options_.time_ns_max) {
      out_of_budget_ = true;
    }
    return report;
  }

  TileMap tiles_of(const GreyImage& picture, int tile) {
    const std::uint64_t cost = picture.pixels.size();
    if (options_.pixels_max != 0 && pixels_ + cost > options_.pixels_max) {
      out_of_budget_ = true;
      return {.tile = tile, .columns = 0, .rows = 0, .busy = {}};
    }
    pixels_ += cost;
    return busy_tiles(picture, tile);
  }

  // Adds the report's symbol, moved to the picture, unless it is one that was found already.
  bool keep(ReadReport report, Point origin, std::vector<Symbol>& found) {
    if (!report.symbol) return false;
    for (Point& corner : report.symbol->corners) corner = corner + origin;
    const bool known = std::any_of(found.begin(), found.end(), [&](const Symbol& other) {
      return overlap(other, *report.symbol);
    });
    if (known) return false;
    found.push_back(std::move(*report.symbol));
    return true;
  }

  void read_region(const GreyImage& picture, const Region& region, int tile, SymbolReader& reader,
                   std::vector<Symbol>& found) {
    Point origin{};
    GreyImage part = crop(picture, region, 2 * tile, origin);
    for (int i = 0; i < kSymbolsPerRegionMax; ++i) {
      ReadReport report = read(reader, part);
      if (!report.symbol) return;
      const Symbol symbol = *report.symbol;
      keep(std::move(report), origin, found);
      // Is there room for another one beside it?
      const float area = static_cast<float>(part.width) * static_cast<float>(part.height);
      if (is_full(area, symbol)) return;
      blank(part, symbol.corners);
    }
  }

  // Whether a region was looked at before, or holds little more than a symbol that was read.
  static bool is_known(const Region& region, const std::vector<Region>& regions,
                       const std::vector<Symbol>& found) {
    const auto area = [](const Region& r) {
      return static_cast<float>(std::max(r.right - r.left, 0)) *
             static_cast<float>(std::max(r.bottom - r.top, 0));
    };
    for (const Region& other : regions) {
      const Region common{std::max(region.left, other.left), std::max(region.top, other.top),
                          std::min(region.right, other.right),
                          std::min(region.bottom, other.bottom)};
      if (common.right <= common.left || common.bottom <= common.top) continue;
      if (area(common) > 0.8F * std::max(area(region), area(other))) return true;
    }
    return std::any_of(found.begin(), found.end(), [&](const Symbol& symbol) {
      const Point middle = centre_of(symbol.corners);
      const float edge = edge_of(symbol.corners);
      const float mine = is_linear(symbol) ? 1.5F * bars_area(symbol) : 4 * edge * edge;
      return middle.x >= static_cast<float>(region.left) &&
             middle.x < static_cast<float>(region.right) &&
             middle.y >= static_cast<float>(region.top) &&
             middle.y < static_cast<float>(region.bottom) && area(region) < mine;
    });
  }

  // Unread regions of about the size of the symbols that were read say where cells are, too.
  static void add_likely_places(const std::vector<Region>& regions,
                                const std::vector<Symbol>& found, std::vector<Point>& places) {
    if (found.empty()) return;
    const float edge = symbol_edge(found, {});
    for (const Region& region : regions) {
      const auto width = static_cast<float>(region.right - region.left);
      const auto height = static_cast<float>(region.bottom - region.top);
      if (std::min(width, height) < 0.7F * edge || std::max(width, height) > 1.8F * edge) continue;
      const Point middle = {static_cast<float>(region.left + region.right) / 2,
                            static_cast<float>(region.top + region.bottom) / 2};
      const bool known = std::any_of(places.begin(), places.end(), [&](Point place) {
        return length(place - middle) < 0.7F * edge;
      });
      if (!known) places.push_back(middle);
    }
  }

  static Grid even_grid(const GreyImage& picture, LayerSpec spec) {
    Grid grid;
    grid.pitch_x = static_cast<float>(picture.width) / static_cast<float>(spec.columns);
    grid.pitch_y = static_cast<float>(picture.height) / static_cast<float>(spec.rows);
    grid.plane.h = {grid.pitch_x, 0, grid.pitch_x / 2, 0, grid.pitch_y, grid.pitch_y / 2, 0, 0};
    return grid;
  }

  static void assign(const std::vector<Symbol>& found, const Grid& grid, LayerReport& report) {
    for (int row = 0; row < report.spec.rows; ++row) {
      for (int column = 0; column < report.spec.columns; ++column) {
        Cell cell;
        cell.row = row;
        cell.column = column;
        cell.centre = grid.plane.at(column, row);
        report.cells.push_back(std::move(cell));
      }
    }
    for (const Symbol& symbol : found) {
      const Point place = centre_of(symbol.corners);
      Cell* nearest = nullptr;
      float best = INFINITY;
      for (Cell& cell : report.cells) {
        const float distance = length(grid.plane.at(cell.column, cell.row) - place);
        if (distance < best) best = distance, nearest = &cell;
      }
      const float reach = kCellReach * std::min(local_pitch(grid, *nearest, true),
                                                local_pitch(grid, *nearest, false));
      if (nearest->symbol || best > (grid.found ? reach : reach * 1.5F)) {
        report.outside.push_back(symbol);
        continue;
      }
      nearest->symbol = symbol;
      nearest->state = CellState::Read;
      nearest->centre = place;
    }
  }

  static float local_pitch(const Grid& grid, const Cell& cell, bool along) {
    const Point here = grid.plane.at(cell.column, cell.row);
    const Point next =
        along ? grid.plane.at(cell.column + 1, cell.row) : grid.plane.at(cell.column, cell.row + 1);
    return length(next - here);
  }

  static float symbol_edge(const std::vector<Symbol>& found, const Grid& grid) {
    if (found.empty()) return kSymbolShare * std::min(grid.pitch_x, grid.pitch_y);
    std::vector<float> edges;
    for (const Symbol& symbol : found) edges.push_back(edge_of(symbol.corners));
    std::nth_element(edges.begin(), edges.begin() + static_cast<std::ptrdiff_t>(edges.size() / 2),
                     edges.end());
    return edges[edges.size() / 2];
  }

  // A cell without a symbol gets the whole ladder, on its own part of the picture. What still gives
  // none is unreadable where the place of the symbol is busy, else empty.
  void look_again(const GreyImage& picture, const TileMap& tiles, const Grid& grid, float edge,
                  Cell& cell) {
    const Point centre = grid.plane.at(cell.column, cell.row);
    const float half =
        0.5F * std::max(local_pitch(grid, cell, true), local_pitch(grid, cell, false));
    const float reach = std::min(half, 1.2F * edge + 8);
    const Region region{static_cast<int>(centre.x - reach), static_cast<int>(centre.y - reach),
                        static_cast<int>(centre.x + reach), static_cast<int>(centre.y + reach)};
    if (region.right <= 0 || region.bottom <= 0 || region.left >= picture.width ||
        region.top >= picture.height) {
      return;  // Beyond the picture.
    }
    const float side = 0.5F * edge;
    const float share = tiles.share({Point{centre.x - side, centre.y - side},
                                     {centre.x + side, centre.y - side},
                                     {centre.x + side, centre.y + side},
                                     {centre.x - side, centre.y + side}});
    Point origin{};
    std::vector<Symbol> found;
    if (keep(read(share >= 0.1F ? patient_ : quick_, crop(picture, region, 0, origin)), origin,
             found)) {
      cell.centre = centre_of(found[0].corners);
      cell.symbol = std::move(found[0]);
    } else if (share >= kBusyShare) {
      cell.state = CellState::Unreadable;
    }
  }

  static void find_duplicates(LayerReport& report) {
    std::map<std::pair<std::string, Bytes>, std::vector<std::size_t>> by_data;
    for (std::size_t i = 0; i < report.cells.size(); ++i) {
      const Cell& cell = report.cells[i];
      if (cell.symbol) by_data[{cell.symbol->identifier, cell.symbol->data}].push_back(i);
    }
    for (auto& [data, cells] : by_data) {
      if (cells.size() > 1) report.duplicates.push_back(std::move(cells));
    }
    std::sort(report.duplicates.begin(), report.duplicates.end());
  }
};

LayerReader::LayerReader(const ReaderOptions& options) : scene_(std::make_unique<Scene>(options)) {}
LayerReader::~LayerReader() = default;
LayerReader::LayerReader(LayerReader&&) noexcept = default;
LayerReader& LayerReader::operator=(LayerReader&&) noexcept = default;

Result<LayerReport> LayerReader::read_layer(const GreyImage& picture, LayerSpec spec) {
  PACKTRAIL_TRY(check_image(picture));
  if (spec.rows < 1 || spec.columns < 1 || spec.rows > kLayerSideMax ||
      spec.columns > kLayerSideMax || picture.width < spec.columns || picture.height < spec.rows) {
    return Error{.message = std::to_string(spec.rows) + " x " + std::to_string(spec.columns) +
                            " is no layer that this picture can show",
                 .field = "layer",
                 .rule = "1 to kLayerSideMax " + std::to_string(kLayerSideMax) +
                         " rows and columns, each at least a pixel wide"};
  }
  return scene_->read_layer(picture, spec);
}

Result<SceneReport> LayerReader::read_all(const GreyImage& picture) {
  PACKTRAIL_TRY(check_image(picture));
  return scene_->read_all(picture);
}

}  // namespace packtrail::symbology
