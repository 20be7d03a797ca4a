#include "symbology/testing/layers.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "symbology/testing/pictures.h"

namespace packtrail::symbology::test {
namespace {

bool holds(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

struct Pack {
  bool present = true;
  bool has_symbol = true;
  bool damaged = false;
  Drawn drawn;
  double x = 0, y = 0;      // Of the symbol's middle, from the cell's, in cells.
  double turn = 0;          // Of the pack, radians.
  std::uint64_t print = 0;  // Which printed lines it bears.
};

}  // namespace

DrawnLayer draw_layer(const LayerView& view, std::uint64_t seed) {
  Chance chance(seed);
  const int cells = view.rows * view.columns;
  std::vector<Pack> packs(static_cast<std::size_t>(cells));
  DrawnLayer out;
  for (int i = 0; i < cells; ++i) {
    Pack& pack = packs[static_cast<std::size_t>(i)];
    pack.present = !holds(view.empty, i);
    pack.has_symbol = pack.present && !holds(view.bare, i);
    pack.damaged = holds(view.damaged, i);
    pack.drawn = holds(view.foreign, i)
                     ? draw_link_datamatrix(chance.next())
                     : draw_datamatrix(view.modules, view.modules, chance.next());
    pack.x = chance.uniform(-0.04, 0.04);
    pack.y = chance.uniform(-0.04, 0.04);
    pack.turn = chance.uniform(-0.03, 0.03);
    pack.print = chance.next();
  }
  for (const auto& [first, second] : view.same) {
    packs[static_cast<std::size_t>(second)].drawn = packs[static_cast<std::size_t>(first)].drawn;
  }
  for (const Pack& pack : packs) out.data.push_back(pack.has_symbol ? pack.drawn.data : "");

  // Cells are square; the layer fills the picture in one direction.
  const double cell = view.fill * std::min(static_cast<double>(view.width) / view.columns,
                                           static_cast<double>(view.height) / view.rows);
  const double angle = view.degrees * 3.141592653589793 / 180;
  const double c = std::cos(angle), s = std::sin(angle);
  std::vector<float> light(static_cast<std::size_t>(view.width) *
                           static_cast<std::size_t>(view.height));
  const auto tone = [&](double px, double py) {
    double u = (c * px + s * py) / cell, v = (-s * px + c * py) / cell;
    const double w = 1 + view.perspective * v / view.rows;
    u = u * w + view.columns / 2.0;
    v = v * w + view.rows / 2.0;
    if (u < 0 || v < 0 || u >= view.columns || v >= view.rows) return 95.0;  // The case.
    const int column = static_cast<int>(u), row = static_cast<int>(v);
    const Pack& pack = packs[static_cast<std::size_t>(row * view.columns + column)];
    if (!pack.present) return 80.0;  // Its floor.
    double x = u - column - 0.5, y = v - row - 0.5;
    const double turned = x * std::cos(pack.turn) + y * std::sin(pack.turn);
    y = -x * std::sin(pack.turn) + y * std::cos(pack.turn);
    x = turned;
    if (std::abs(x) > 0.48 || std::abs(y) > 0.48) return 60.0;  // The gap between packs.
    // Lines of small print above and below the symbol.
    const double line = (y + 0.48) * 24;
    if ((y < -0.32 || y > 0.38) && std::abs(x) < 0.40 && line - std::floor(line) < 0.5 &&
        (pack.print >> (static_cast<unsigned>((x + 0.5) * 60) & 63U) & 1U) != 0) {
      return 90.0;
    }
    if (!pack.has_symbol) return 210.0;
    const BitMatrix& symbol = pack.drawn.symbol;
    const double mx = ((x - pack.x) / view.symbol_share + 0.5) * symbol.width();
    const double my = ((y - pack.y) / view.symbol_share + 0.5) * symbol.height();
    if (mx < 0 || my < 0 || mx >= symbol.width() || my >= symbol.height()) return 210.0;
    if (pack.damaged && std::abs(mx - my) < 0.22 * symbol.width() && mx > 2 &&
        my < symbol.height() - 2) {
      return static_cast<int>(mx * 2 + my) % 3 == 0 ? 60.0 : 200.0;
    }
    return symbol.get(static_cast<int>(mx), static_cast<int>(my)) ? 45.0 : 210.0;
  };
  for (int y = 0; y < view.height; ++y) {
    for (int x = 0; x < view.width; ++x) {
      double sum = 0;
      for (int i = 0; i < 4; ++i) {
        sum += tone(x + 0.25 + 0.5 * (i % 2) - view.width / 2.0,
                    y + 0.25 + 0.5 * (i / 2) - view.height / 2.0);
      }
      light[static_cast<std::size_t>(y) * static_cast<std::size_t>(view.width) +
            static_cast<std::size_t>(x)] =
          static_cast<float>(sum / 4 * (1 - view.gradient * x / view.width));
    }
  }
  if (view.blur_pixels > 0) {
    const int radius = static_cast<int>(std::ceil(3 * view.blur_pixels));
    std::vector<float> kernel;
    float total = 0;
    for (int i = -radius; i <= radius; ++i) {
      kernel.push_back(
          static_cast<float>(std::exp(-0.5 * i * i / (view.blur_pixels * view.blur_pixels))));
      total += kernel.back();
    }
    for (const int pass : {0, 1}) {
      std::vector<float> next(light.size());
      for (int y = 0; y < view.height; ++y) {
        for (int x = 0; x < view.width; ++x) {
          float value = 0;
          for (int i = -radius; i <= radius; ++i) {
            const int sx = pass == 0 ? std::clamp(x + i, 0, view.width - 1) : x;
            const int sy = pass == 1 ? std::clamp(y + i, 0, view.height - 1) : y;
            value += kernel[static_cast<std::size_t>(i + radius)] *
                     light[static_cast<std::size_t>(sy) * static_cast<std::size_t>(view.width) +
                           static_cast<std::size_t>(sx)];
          }
          next[static_cast<std::size_t>(y) * static_cast<std::size_t>(view.width) +
               static_cast<std::size_t>(x)] = value / total;
        }
      }
      light.swap(next);
    }
  }
  out.picture = GreyImage(view.width, view.height);
  for (std::size_t i = 0; i < light.size(); ++i) {
    const double value = light[i] + (view.noise_sd > 0 ? view.noise_sd * chance.normal() : 0.0);
    out.picture.pixels[i] = static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
  }
  return out;
}

}  // namespace packtrail::symbology::test
