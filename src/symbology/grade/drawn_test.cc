#include "symbology/grade/drawn.h"

#include <gtest/gtest.h>
#include <zint.h>

#include <algorithm>
#include <string>

#include "symbology/make/datamatrix.h"
#include "symbology/testing/pictures.h"
#include "symbology/testing/symbols.h"

namespace packtrail::symbology::test {

Scene::Scene(const BitMatrix& symbol, double dark_grey, double light_grey)
    : dark(dark_grey), light(light_grey), columns_(symbol.width()), rows_(symbol.height()) {
  greys_.assign(static_cast<std::size_t>((columns_ + 2 * kQuiet) * (rows_ + 2 * kQuiet)), light);
  for (int y = 0; y < rows_; ++y) {
    for (int x = 0; x < columns_; ++x) {
      if (symbol.get(x, y)) grey(x, y) = dark;
    }
  }
  for (int i = 0; i <= columns_; ++i) column_lines.push_back(i);
  for (int i = 0; i <= rows_; ++i) row_lines.push_back(i);
}

double Scene::plain(double u, double v) const {
  const auto cell = [](const std::vector<double>& lines, double at) {
    const int count = static_cast<int>(lines.size()) - 1;
    if (at < lines.front()) {
      return std::max(-kQuiet, static_cast<int>(std::floor(at - lines.front())));
    }
    if (at >= lines.back()) {
      return count + std::min(kQuiet - 1, static_cast<int>(std::floor(at - lines.back())));
    }
    const auto guess = static_cast<std::size_t>(std::clamp(at, 0.0, count - 1.0));
    if (lines[guess] <= at && at < lines[guess + 1]) return static_cast<int>(guess);
    return static_cast<int>(std::upper_bound(lines.begin(), lines.end(), at) - lines.begin()) - 1;
  };
  return grey(cell(column_lines, u), cell(row_lines, v));
}

double Scene::at(double u, double v) const {
  double value = plain(u, v);
  if (growth == 0) return value;
  const double reach = std::abs(growth);
  for (const double du : {-reach, 0.0, reach}) {
    for (const double dv : {-reach, 0.0, reach}) {
      const double other = plain(u + du, v + dv);
      value = growth > 0 ? std::min(value, other) : std::max(value, other);
    }
  }
  return value;
}

GreyImage draw(const Scene& scene, const Shot& shot) {
  const double width = (scene.columns() + 2 * Scene::kQuiet) * shot.pixels * shot.stretch_x;
  const double height = (scene.rows() + 2 * Scene::kQuiet) * shot.pixels;
  const double angle = shot.degrees * 3.141592653589793 / 180;
  const double c = std::cos(angle), s = std::sin(angle);
  const int w = static_cast<int>(std::ceil(width * std::abs(c) + height * std::abs(s)));
  const int h = static_cast<int>(std::ceil(width * std::abs(s) + height * std::abs(c)));
  std::vector<double> light(static_cast<std::size_t>(w) * static_cast<std::size_t>(h));
  constexpr int kSub = 4;
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      double sum = 0;
      for (int i = 0; i < kSub * kSub; ++i) {
        const double px = x + (i % kSub + 0.5) / kSub - w / 2.0 - shot.shift_x;
        const double py = y + (i / kSub + 0.5) / kSub - h / 2.0 - shot.shift_y;
        sum += scene.at((c * px + s * py) / (shot.pixels * shot.stretch_x) + scene.columns() / 2.0,
                        (-s * px + c * py) / shot.pixels + scene.rows() / 2.0);
      }
      light[static_cast<std::size_t>(y * w + x)] = sum / (kSub * kSub);
    }
  }
  const double sigma = shot.blur * shot.pixels;
  if (sigma > 0) {
    const int radius = static_cast<int>(std::ceil(3 * sigma));
    std::vector<double> kernel;
    double total = 0;
    for (int i = -radius; i <= radius; ++i) {
      kernel.push_back(std::exp(-0.5 * i * i / (sigma * sigma)));
      total += kernel.back();
    }
    for (const int pass : {0, 1}) {
      std::vector<double> out(light.size());
      for (int y = 0; y < h; ++y) {
        for (int x = 0; x < w; ++x) {
          double sum = 0;
          for (int i = -radius; i <= radius; ++i) {
            const int sx = pass == 0 ? std::clamp(x + i, 0, w - 1) : x;
            const int sy = pass == 1 ? std::clamp(y + i, 0, h - 1) : y;
            sum += kernel[static_cast<std::size_t>(i + radius)] *
                   light[static_cast<std::size_t>(sy * w + sx)];
          }
          out[static_cast<std::size_t>(y * w + x)] = sum / total;
        }
      }
      light.swap(out);
    }
  }
  Chance chance(shot.seed);
  GreyImage out(w, h);
  for (std::size_t i = 0; i < light.size(); ++i) {
    double value = light[i];
    if (shot.noise > 0) value += shot.noise * chance.normal();
    if (shot.negative) value = 255 - value;
    out.pixels[i] = static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
  }
  return out;
}

BitMatrix pack_symbol(int number) {
  std::string serial = "ABC123DEF456GH";
  for (std::size_t i = 0; number > 0; ++i, number /= 10) {
    serial[serial.size() - 1 - i] = static_cast<char>('0' + number % 10);
  }
  auto made = make_gs1_datamatrix("[01]09506000134352[21]" + serial + "[17]271231[10]LOT123");
  EXPECT_TRUE(made);
  return *made;
}

BitMatrix symbol_of_size(int modules) { return draw_datamatrix(modules, modules, 3).symbol; }

BitMatrix rectangular_symbol(int which) {
  zint_symbol* symbol = ZBarcode_Create();
  symbol->symbology = BARCODE_DATAMATRIX;
  symbol->input_mode = GS1_MODE;
  symbol->option_2 = 25 + which;  // The encoder's numbers of the rectangular sizes.
  symbol->show_hrt = 0;
  const char* texts[] = {"[10]12",
                         "[10]123456",
                         "[10]1234567890",
                         "[01]09506000134352",
                         "[01]09506000134352[10]ABC12345",
                         "[01]09506000134352[10]ABC12345[21]77"};
  EXPECT_EQ(ZBarcode_Encode(symbol, reinterpret_cast<const unsigned char*>(texts[which]), 0), 0)
      << symbol->errtxt;
  BitMatrix out(symbol->width, symbol->rows);
  for (int y = 0; y < symbol->rows; ++y) {
    for (int x = 0; x < symbol->width; ++x) {
      out.set(x, y, (symbol->encoded_data[y][x >> 3] >> (x & 7) & 1) != 0);
    }
  }
  ZBarcode_Delete(symbol);
  return out;
}

}  // namespace packtrail::symbology::test
