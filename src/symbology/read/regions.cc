#include "symbology/read/regions.h"

#include <algorithm>
#include <cstddef>

#include "symbology/read/filters.h"

namespace packtrail::symbology {
namespace {

constexpr int kContrastFloor = 46;  // Of 255, after the division by the local light.
constexpr int kContrastCeiling = 110;
constexpr int kLightFloor = 24;  // Darker places are shadow, not print.
constexpr int kTilesMin = 3;
constexpr int kHalvedTileMin = 8;

struct Extremes {
  std::vector<std::uint8_t> least, most;
};

Extremes extremes_of(const GreyImage& in, int tile, int columns, int rows) {
  Extremes out;
  const auto count = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  out.least.resize(count);
  out.most.resize(count);
  const auto width = static_cast<std::size_t>(in.width);
  std::vector<std::uint8_t> least(width), most(width);
  for (int row = 0; row < rows; ++row) {
    const int end = std::min((row + 1) * tile, in.height);
    std::copy_n(in.row(row * tile), width, least.begin());
    std::copy_n(in.row(row * tile), width, most.begin());
    for (int y = row * tile + 1; y < end; ++y) {
      const std::uint8_t* line = in.row(y);
      for (std::size_t x = 0; x < width; ++x) {
        least[x] = std::min(least[x], line[x]);
        most[x] = std::max(most[x], line[x]);
      }
    }
    for (int column = 0; column < columns; ++column) {
      const int first = column * tile, last = std::min(first + tile, in.width);
      const auto at = static_cast<std::size_t>(row * columns + column);
      out.least[at] = *std::min_element(least.begin() + first, least.begin() + last);
      out.most[at] = *std::max_element(most.begin() + first, most.begin() + last);
    }
  }
  return out;
}

// The extreme of the 3 x 3 tiles around each: `grow` takes the busiest, else the flattest.
std::vector<std::uint8_t> spread(const std::vector<std::uint8_t>& in, int columns, int rows,
                                 bool grow) {
  std::vector<std::uint8_t> out(in.size());
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      std::uint8_t value = grow ? 0 : 1;
      for (int j = std::max(y - 1, 0); j <= std::min(y + 1, rows - 1); ++j) {
        for (int i = std::max(x - 1, 0); i <= std::min(x + 1, columns - 1); ++i) {
          const std::uint8_t other = in[static_cast<std::size_t>(j * columns + i)];
          value = grow ? std::max(value, other) : std::min(value, other);
        }
      }
      out[static_cast<std::size_t>(y * columns + x)] = value;
    }
  }
  return out;
}

}  // namespace

float TileMap::share(const std::array<Point, 4>& corners) const {
  float left = corners[0].x, right = left, top = corners[0].y, bottom = top;
  for (const Point p : corners) {
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  }
  const auto size = static_cast<float>(tile);
  const auto inside = [&](Point p) {
    bool positive = false, negative = false;
    for (std::size_t i = 0; i < 4; ++i) {
      const Point a = corners[i], b = corners[(i + 1) % 4];
      const float side = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
      positive = positive || side > 0;
      negative = negative || side < 0;
    }
    return !(positive && negative);
  };
  int all = 0, hits = 0;
  const int first_row = std::max(static_cast<int>(top / size), 0);
  const int last_row = std::min(static_cast<int>(bottom / size), rows - 1);
  const int first = std::max(static_cast<int>(left / size), 0);
  const int last = std::min(static_cast<int>(right / size), columns - 1);
  for (int row = first_row; row <= last_row; ++row) {
    for (int column = first; column <= last; ++column) {
      if (!inside({(static_cast<float>(column) + 0.5F) * size,
                   (static_cast<float>(row) + 0.5F) * size})) {
        continue;
      }
      ++all;
      hits += busy[static_cast<std::size_t>(row * columns + column)];
    }
  }
  return all == 0 ? 0 : static_cast<float>(hits) / static_cast<float>(all);
}

TileMap busy_tiles(const GreyImage& picture, int tile) {
  // Large tiles: half the size takes most of the noise away, and modules of three pixels still show
  // as texture. Small tiles are for small modules, which would not survive that.
  TileMap map;
  GreyImage half, calm;
  const bool halves = tile >= kHalvedTileMin;
  const int step = halves ? tile / 2 : tile;
  map.tile = halves ? 2 * step : step;
  if (halves) half_size(picture, half);
  const GreyImage& base = halves ? half : picture;
  map.columns = std::max((base.width + step - 1) / step, 1);
  map.rows = std::max((base.height + step - 1) / step, 1);
  box_blur(base, 1, calm);
  const Extremes extremes = extremes_of(calm, step, map.columns, map.rows);
  std::vector<std::uint8_t> contrast(extremes.least.size());
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.columns; ++x) {
      const auto at = static_cast<std::size_t>(y * map.columns + x);
      // The light of the place: the lightest of the tile and its neighbours.
      int light = kLightFloor;
      for (int j = std::max(y - 1, 0); j <= std::min(y + 1, map.rows - 1); ++j) {
        for (int i = std::max(x - 1, 0); i <= std::min(x + 1, map.columns - 1); ++i) {
          light =
              std::max<int>(light, extremes.most[static_cast<std::size_t>(j * map.columns + i)]);
        }
      }
      contrast[at] =
          static_cast<std::uint8_t>(255 * (extremes.most[at] - extremes.least[at]) / light);
    }
  }
  Histogram histogram{};
  for (const std::uint8_t value : contrast) ++histogram[value];
  const int threshold =
      std::clamp<int>(otsu_threshold(histogram), kContrastFloor, kContrastCeiling);
  map.busy.resize(contrast.size());
  for (std::size_t i = 0; i < contrast.size(); ++i) map.busy[i] = contrast[i] > threshold ? 1 : 0;
  // Close what a flat module leaves open.
  map.busy = spread(spread(map.busy, map.columns, map.rows, true), map.columns, map.rows, false);
  return map;
}

TileMap opened(const TileMap& map, int lines) {
  TileMap out = map;
  for (int i = 0; i < lines; ++i) out.busy = spread(out.busy, map.columns, map.rows, false);
  for (int i = 0; i < lines; ++i) out.busy = spread(out.busy, map.columns, map.rows, true);
  return out;
}

std::vector<Region> regions_of(const TileMap& map, const GreyImage& picture) {
  std::vector<Region> out;
  std::vector<std::uint8_t> seen(map.busy.size(), 0);
  std::vector<int> open;
  for (int start = 0; start < map.columns * map.rows; ++start) {
    if (map.busy[static_cast<std::size_t>(start)] == 0 || seen[static_cast<std::size_t>(start)]) {
      continue;
    }
    int left = map.columns, right = 0, top = map.rows, bottom = 0;
    open.assign(1, start);
    seen[static_cast<std::size_t>(start)] = 1;
    while (!open.empty()) {
      const int at = open.back();
      open.pop_back();
      const int x = at % map.columns, y = at / map.columns;
      left = std::min(left, x), right = std::max(right, x);
      top = std::min(top, y), bottom = std::max(bottom, y);
      for (int j = std::max(y - 1, 0); j <= std::min(y + 1, map.rows - 1); ++j) {
        for (int i = std::max(x - 1, 0); i <= std::min(x + 1, map.columns - 1); ++i) {
          const auto next = static_cast<std::size_t>(j * map.columns + i);
          if (map.busy[next] == 0 || seen[next] != 0) continue;
          seen[next] = 1;
          open.push_back(static_cast<int>(next));
        }
      }
    }
    if (right - left + 1 < kTilesMin || bottom - top + 1 < kTilesMin) continue;
    out.push_back({left * map.tile, top * map.tile, std::min((right + 1) * map.tile, picture.width),
                   std::min((bottom + 1) * map.tile, picture.height)});
  }
  return out;
}

GreyImage crop(const GreyImage& picture, const Region& region, int margin, Point& origin) {
  const int left = std::clamp(region.left - margin, 0, picture.width - 1);
  const int top = std::clamp(region.top - margin, 0, picture.height - 1);
  const int right = std::clamp(region.right + margin, left + 1, picture.width);
  const int bottom = std::clamp(region.bottom + margin, top + 1, picture.height);
  origin = {static_cast<float>(left), static_cast<float>(top)};
  GreyImage out(right - left, bottom - top);
  for (int y = top; y < bottom; ++y) {
    std::copy_n(picture.row(y) + left, out.width, out.row(y - top));
  }
  return out;
}

}  // namespace packtrail::symbology
