// symbology/read/locator.h - finds a DataMatrix in a picture and reads off its module grid.
//
// Made for the in-line camera: one symbol, square or rectangular, tilted by any angle, blurred,
// noisy, unevenly lit. It takes the outline of the dark mass, finds the solid L of the finder
// pattern and the alternating clock tracks (ISO/IEC 16022, 5.1), fits the four corners until the
// fixed pattern, that between the regions of a large symbol included, agrees best, and takes one
// grey value per module. Since blur reaches over whole modules, the values are sharpened
// on the module grid, where one step of the filter is exactly one module.
//
// Thread safety: one locator per thread. Cost: some 0.2 ms for 200 x 200 pixels.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "symbology/bit_matrix.h"
#include "symbology/image.h"
#include "symbology/read/filters.h"

namespace packtrail::symbology {

// A place where the fixed pattern of a symbol fits.
struct GridFit {
  std::array<Point, 4> corners;  // Outer corners: top left, top right, bottom right, bottom left.
  int columns = 0;               // Modules; with `rows` one of the sizes of ECC 200 and DMRE. A
  int rows = 0;                  // mirrored rectangular symbol has more rows than columns.
  float agreement = 0;           // Correlation of the clock tracks with their pattern, 1 at best.
};

// How a grey value per module becomes dark or light.
enum class Sampling : std::uint8_t {
  Centres,     // The value in the middle of each module, and the picture's threshold.
  Sharpened,   // Each value less a share of its neighbours', then one threshold.
  Equalised,   // The dark and light modules that, blurred alike, explain all values best: undoes a
               // blur (standard deviation) of up to half a module.
  Registered,  // Equalised, the grid moved to where these modules fit the picture, and again: for
               // 0.6 modules of blur, at some ten times the cost.
};

class Locator {
 public:
  static constexpr int kFitsMax = 4;

  // The likeliest fits in `picture`, best first, at most kFitsMax; empty when nothing looks like a
  // symbol. Where the picture is good, these are good enough to read. The picture is not kept.
  // Needs sides of at least 16 pixels, else empty.
  [[nodiscard]] std::span<const GridFit> locate(const GreyImage& picture);

  // As locate, for a picture of two tones without noise, at a third of the cost; empty when the
  // picture is not like that. Not to be followed by settle() or refit().
  [[nodiscard]] std::span<const GridFit> locate_clean(const GreyImage& picture);

  // The fits of the latest locate() with their corners moved to where the fixed pattern agrees
  // best. As locate; call it once.
  [[nodiscard]] std::span<const GridFit> settle();

  // Other fits of the picture of the latest locate(), led by the rhythm of the clock tracks, which
  // blur does not move, instead of by the edges of the ink. As locate; call it once.
  [[nodiscard]] std::span<const GridFit> refit();

  // The modules of a fit from the latest locate() or refit(), with the outer fixed pattern drawn as
  // it should be.
  [[nodiscard]] BitMatrix sample(const GridFit& fit, Sampling sampling);
  // How unsure each module of the latest sample() is, row by row: the higher the less sure.
  [[nodiscard]] std::span<const float> doubts();

 private:
  struct Cluster;       // A connected mass of dark cells.
  struct FixedPattern;  // The modules of a size that are the same in each symbol.
  void prepare(const GreyImage& picture);
  [[nodiscard]] bool split_tones(const Histogram& histogram);
  void count_cells();
  void search();
  void find_clusters();
  void fit_cluster(const Cluster& cluster);
  void collect_outline(const Cluster& cluster);
  [[nodiscard]] float grey(float x, float y) const;
  [[nodiscard]] float solidity(Point from, Point to, Point inward) const;
  [[nodiscard]] bool refine_sides(std::array<Point, 4>& corners) const;
  [[nodiscard]] float clock_agreement(const GridFit& fit) const;
  [[nodiscard]] float pattern_agreement(const GridFit& fit, const FixedPattern& pattern) const;
  [[nodiscard]] float clock_swing(const GridFit& fit) const;
  const FixedPattern& pattern_of(int columns, int rows);
  void settle_fit(GridFit& fit);
  void follow_clock(GridFit& fit) const;
  static std::span<const GridFit> best_first(std::vector<GridFit>& fits);
  void add_fit(const std::array<Point, 4>& corners);

  GreyImage blurred_;
  GreyImage flat_;
  GreyImage grey_;
  float threshold_ = 0;
  float middle_ = 0;      // Halfway between the mean dark and the mean light value.
  float half_range_ = 1;  // Half the distance between the mean dark and the mean light value.
  int cell_ = 8;
  std::vector<std::uint16_t> cells_;  // Dark pixels per cell.
  std::vector<int> labels_;
  std::vector<Cluster> clusters_;
  std::vector<Point> outline_;
  std::vector<GridFit> fits_;
  std::vector<GridFit> drafts_;  // Before any corner moved.
  [[nodiscard]] BitMatrix centres(const GridFit& fit) const;
  void measure(const GridFit& fit);
  void decide(const GridFit& fit);
  void equalise(const GridFit& fit);
  [[nodiscard]] bool register_corners(GridFit& fit) const;
  std::vector<float> values_;  // Grey per module with two rings of surroundings.
  std::vector<float> residual_;
  std::vector<std::uint8_t> dark_;
  std::vector<std::uint8_t> is_fixed_;
  std::vector<float> doubts_;
  float decision_ = 0;              // The threshold of decide().
  std::array<float, 5> weights_{};  // Of the latest equalise().
  bool is_equalised_ = false;
  GridFit sampled_;
  std::vector<std::unique_ptr<FixedPattern>> patterns_;

 public:
  Locator();
  ~Locator();
  Locator(const Locator&) = delete;
  Locator& operator=(const Locator&) = delete;
};

}  // namespace packtrail::symbology
