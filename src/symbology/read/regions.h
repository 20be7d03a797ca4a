// symbology/read/regions.h - the places of a large picture that could hold a symbol.
//
// A symbol is a compact patch in which light and dark alternate everywhere. The picture is divided
// into tiles, tiles of strong contrast (after the local light is divided out) are joined, lines
// such as the edges of packs drop out, and each connected patch is a region.
//
// Thread safety: free functions. Cost: about 1.2 ms per million pixels.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "symbology/image.h"

namespace packtrail::symbology {

struct Region {  // Pixels; right and bottom are exclusive.
  int left = 0, top = 0, right = 0, bottom = 0;
};

// Which tiles of a picture are busy.
struct TileMap {
  int tile = 8;  // Pixels a side.
  int columns = 0, rows = 0;
  std::vector<std::uint8_t> busy;  // 1 or 0, row by row.

  // Share of busy tiles, 0..1, among those that the convex quadrilateral covers.
  [[nodiscard]] float share(const std::array<Point, 4>& corners) const;
};

// `tile` is 4..64 pixels; a symbol should measure at least four tiles a side and a module at most
// two. Noise up to a standard deviation of some 30 grey levels passes for flat.
[[nodiscard]] TileMap busy_tiles(const GreyImage& picture, int tile);
// Without what is at most 2 * `lines` tiles wide: the edges of packs, which join everything.
[[nodiscard]] TileMap opened(const TileMap& map, int lines);
// The connected patches, in reading order, those under three tiles a side left out.
[[nodiscard]] std::vector<Region> regions_of(const TileMap& map, const GreyImage& picture);
// A copy of the part of `picture` within `region` widened by `margin` pixels and cut to the
// picture. `origin` is set to where its top left corner was.
[[nodiscard]] GreyImage crop(const GreyImage& picture, const Region& region, int margin,
                             Point& origin);

}  // namespace packtrail::symbology
