#include "symbology/read/filters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace packtrail::symbology {
namespace {

void shape_like(const GreyImage& in, GreyImage& out) {
  out.width = in.width;
  out.height = in.height;
  out.pixels.resize(in.pixels.size());
}

std::uint8_t to_grey(float value) {
  return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
}

// Kernel weights in 1/65536; they sum to exactly 65536, so a flat picture stays flat.
std::vector<std::uint32_t> gaussian_kernel(float sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(2.5F * sigma)));
  std::vector<double> exact(static_cast<std::size_t>(radius) + 1);
  double sum = 0;
  for (int i = 0; i <= radius; ++i) {
    exact[static_cast<std::size_t>(i)] = std::exp(-0.5 * i * i / (double{sigma} * sigma));
    sum += exact[static_cast<std::size_t>(i)] * (i == 0 ? 1 : 2);
  }
  std::vector<std::uint32_t> kernel(exact.size());
  std::uint32_t rest = 65536;
  for (std::size_t i = 1; i < exact.size(); ++i) {
    kernel[i] = static_cast<std::uint32_t>(exact[i] / sum * 65536.0);
    rest -= 2 * kernel[i];
  }
  kernel[0] = rest;
  return kernel;
}

// Rows first; the padded line lets the inner loops run without edge tests, so they vectorise.
void convolve_rows(const GreyImage& in, const std::vector<std::uint32_t>& kernel, GreyImage& out) {
  const std::size_t radius = kernel.size() - 1;
  const auto width = static_cast<std::size_t>(in.width);
  std::vector<std::uint32_t> line(width + 2 * radius);
  std::vector<std::uint32_t> sums(width);
  for (int y = 0; y < in.height; ++y) {
    const std::uint8_t* source = in.row(y);
    std::fill_n(line.begin(), radius, source[0]);
    std::copy_n(source, width, line.begin() + static_cast<std::ptrdiff_t>(radius));
    std::fill_n(line.begin() + static_cast<std::ptrdiff_t>(radius + width), radius,
                source[width - 1]);
    const std::uint32_t* centre = line.data() + radius;
    for (std::size_t x = 0; x < width; ++x) sums[x] = 32768 + kernel[0] * centre[x];
    for (std::size_t k = 1; k <= radius; ++k) {
      const std::uint32_t weight = kernel[k];
      const std::uint32_t* left = centre - k;
      const std::uint32_t* right = centre + k;
      for (std::size_t x = 0; x < width; ++x) sums[x] += weight * (left[x] + right[x]);
    }
    std::uint8_t* target = out.row(y);
    for (std::size_t x = 0; x < width; ++x) target[x] = static_cast<std::uint8_t>(sums[x] >> 16);
  }
}

void convolve_columns(const GreyImage& in, const std::vector<std::uint32_t>& kernel,
                      GreyImage& out) {
  const int radius = static_cast<int>(kernel.size()) - 1;
  const auto width = static_cast<std::size_t>(in.width);
  std::vector<std::uint32_t> sums(width);
  for (int y = 0; y < in.height; ++y) {
    const std::uint8_t* centre = in.row(y);
    for (std::size_t x = 0; x < width; ++x) sums[x] = 32768 + kernel[0] * centre[x];
    for (int k = 1; k <= radius; ++k) {
      const std::uint32_t weight = kernel[static_cast<std::size_t>(k)];
      const std::uint8_t* above = in.row(std::max(y - k, 0));
      const std::uint8_t* below = in.row(std::min(y + k, in.height - 1));
      for (std::size_t x = 0; x < width; ++x) {
        sums[x] += weight * (static_cast<std::uint32_t>(above[x]) + below[x]);
      }
    }
    std::uint8_t* target = out.row(y);
    for (std::size_t x = 0; x < width; ++x) target[x] = static_cast<std::uint8_t>(sums[x] >> 16);
  }
}

// Running extreme over `side` pixels of each row or column; `pick` is std::min or std::max.
template <class Pick>
void extreme(const GreyImage& in, int side, GreyImage& out, Pick pick) {
  shape_like(in, out);
  const int before = (side - 1) / 2;
  GreyImage rows(in.width, in.height);
  for (int y = 0; y < in.height; ++y) {
    const std::uint8_t* source = in.row(y);
    std::uint8_t* target = rows.row(y);
    for (int x = 0; x < in.width; ++x) {
      std::uint8_t value = source[x];
      const int first = std::max(x - before, 0);
      const int last = std::min(x - before + side - 1, in.width - 1);
      for (int i = first; i <= last; ++i) value = pick(value, source[i]);
      target[x] = value;
    }
  }
  for (int y = 0; y < in.height; ++y) {
    std::uint8_t* target = out.row(y);
    std::copy_n(rows.row(y), in.width, target);
    const int first = std::max(y - before, 0);
    const int last = std::min(y - before + side - 1, in.height - 1);
    for (int i = first; i <= last; ++i) {
      const std::uint8_t* source = rows.row(i);
      for (int x = 0; x < in.width; ++x) target[x] = pick(target[x], source[x]);
    }
  }
}

// Seven comparisons without a branch, so the loops around it vectorise.
std::uint8_t median_of(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d,
                       std::uint8_t e) {
  // The least of two maxima and the greatest of two minima, with e, hold the median of five.
  const std::uint8_t low_ab = std::min(a, b), high_ab = std::max(a, b);
  const std::uint8_t low_cd = std::min(c, d), high_cd = std::max(c, d);
  const std::uint8_t f = std::max(low_ab, low_cd);    // Drops the least of four,
  const std::uint8_t g = std::min(high_ab, high_cd);  // and the greatest.
  return std::max(std::min(f, g), std::min(std::max(f, g), e));
}

bool fits(long width, long height) {
  return width <= kImageSideMax && height <= kImageSideMax &&
         width * height <= static_cast<long>(kImagePixelsMax);
}

}  // namespace

void box_blur(const GreyImage& in, int radius, GreyImage& out) {
  shape_like(in, out);
  const auto count = static_cast<std::uint32_t>(2 * radius + 1);
  const auto width = static_cast<std::size_t>(in.width);
  GreyImage rows(in.width, in.height);
  for (int y = 0; y < in.height; ++y) {
    const std::uint8_t* source = in.row(y);
    std::uint32_t sum = 0;
    for (int i = -radius; i <= radius; ++i) sum += source[std::clamp(i, 0, in.width - 1)];
    std::uint8_t* target = rows.row(y);
    for (int x = 0; x < in.width; ++x) {
      target[x] = static_cast<std::uint8_t>((sum + count / 2) / count);
      sum += source[std::min(x + radius + 1, in.width - 1)];
      sum -= source[std::max(x - radius, 0)];
    }
  }
  std::vector<std::uint32_t> sums(width, 0);
  for (int i = -radius; i <= radius; ++i) {
    const std::uint8_t* source = rows.row(std::clamp(i, 0, in.height - 1));
    for (std::size_t x = 0; x < width; ++x) sums[x] += source[x];
  }
  for (int y = 0; y < in.height; ++y) {
    const std::uint8_t* enters = rows.row(std::min(y + radius + 1, in.height - 1));
    const std::uint8_t* leaves = rows.row(std::max(y - radius, 0));
    std::uint8_t* target = out.row(y);
    for (std::size_t x = 0; x < width; ++x) {
      target[x] = static_cast<std::uint8_t>((sums[x] + count / 2) / count);
      sums[x] += enters[x];
      sums[x] -= leaves[x];
    }
  }
}

void gaussian_blur(const GreyImage& in, float sigma, GreyImage& out) {
  shape_like(in, out);
  if (sigma > 3.0F) {
    // A box of radius r has the variance r (r + 1) / 3. Three boxes of two neighbouring radii come
    // close to a Gaussian, and their sum close to its variance.
    const int small = static_cast<int>((std::sqrt(1.0F + 4.0F * sigma * sigma) - 1.0F) / 2.0F);
    const auto variance = [&](int larger) {
      const int sum = (3 - larger) * small * (small + 1) + larger * (small + 1) * (small + 2);
      return static_cast<float>(sum) / 3.0F;
    };
    int larger = 0;
    while (larger < 3 && variance(larger) < sigma * sigma) ++larger;
    if (larger > 0 && sigma * sigma - variance(larger - 1) < variance(larger) - sigma * sigma) {
      --larger;
    }
    GreyImage once;
    box_blur(in, small + (larger > 0 ? 1 : 0), out);
    box_blur(out, small + (larger > 1 ? 1 : 0), once);
    box_blur(once, small + (larger > 2 ? 1 : 0), out);
    return;
  }
  const std::vector<std::uint32_t> kernel = gaussian_kernel(sigma);
  GreyImage rows(in.width, in.height);
  convolve_rows(in, kernel, rows);
  convolve_columns(rows, kernel, out);
}

void median5(const GreyImage& in, GreyImage& out) {
  shape_like(in, out);
  const auto width = static_cast<std::size_t>(in.width);
  GreyImage rows(in.width, in.height);
  std::vector<std::uint8_t> line(width + 4);
  for (int y = 0; y < in.height; ++y) {
    const std::uint8_t* source = in.row(y);
    line[0] = line[1] = source[0];
    std::copy_n(source, width, line.begin() + 2);
    line[width + 2] = line[width + 3] = source[width - 1];
    std::uint8_t* target = rows.row(y);
    const std::uint8_t* at = line.data();
    for (std::size_t x = 0; x < width; ++x) {
      target[x] = median_of(at[x], at[x + 1], at[x + 2], at[x + 3], at[x + 4]);
    }
  }
  for (int y = 0; y < in.height; ++y) {
    const auto row = [&](int offset) {
      return static_cast<const GreyImage&>(rows).row(std::clamp(y + offset, 0, in.height - 1));
    };
    const std::uint8_t *a = row(-2), *b = row(-1), *c = row(0), *d = row(1), *e = row(2);
    std::uint8_t* target = out.row(y);
    for (std::size_t x = 0; x < width; ++x) target[x] = median_of(a[x], b[x], c[x], d[x], e[x]);
  }
}

void unsharp(const GreyImage& in, float sigma, float amount, GreyImage& out) {
  gaussian_blur(in, sigma, out);
  for (std::size_t i = 0; i < in.pixels.size(); ++i) {
    const float value = in.pixels[i];
    out.pixels[i] = to_grey(value + amount * (value - static_cast<float>(out.pixels[i])));
  }
}

ToneRange tone_range(const GreyImage& in) {
  std::uint8_t darkest = 255, lightest = 0;
  for (const std::uint8_t value : in.pixels) {
    darkest = std::min(darkest, value);
    lightest = std::max(lightest, value);
  }
  return {darkest, lightest};
}

Histogram histogram_of(const GreyImage& in) {
  // Four counters side by side: neighbours of equal value do not wait for each other.
  std::array<Histogram, 4> parts{};
  const std::size_t size = in.pixels.size();
  const std::uint8_t* pixel = in.pixels.data();
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    ++parts[0][pixel[i]];
    ++parts[1][pixel[i + 1]];
    ++parts[2][pixel[i + 2]];
    ++parts[3][pixel[i + 3]];
  }
  for (; i < size; ++i) ++parts[0][pixel[i]];
  Histogram sum{};
  for (std::size_t value = 0; value < 256; ++value) {
    sum[value] = parts[0][value] + parts[1][value] + parts[2][value] + parts[3][value];
  }
  return sum;
}

std::array<std::uint8_t, 256> stretch_of(const Histogram& histogram, float clip) {
  std::size_t total = 0;
  for (const std::uint32_t count : histogram) total += count;
  const auto cut = static_cast<std::size_t>(clip * static_cast<float>(total));
  std::size_t low = 0;
  for (std::size_t sum = histogram[0]; sum <= cut && low < 255; sum += histogram[low]) ++low;
  std::size_t high = 255;
  for (std::size_t sum = histogram[255]; sum <= cut && high > 0; sum += histogram[high]) --high;
  std::array<std::uint8_t, 256> map{};
  for (std::size_t i = 0; i < 256; ++i) {
    if (high <= low) {
      map[i] = static_cast<std::uint8_t>(i);
      continue;
    }
    const float share =
        (static_cast<float>(i) - static_cast<float>(low)) / static_cast<float>(high - low);
    map[i] = to_grey(255.0F * std::clamp(share, 0.0F, 1.0F));
  }
  return map;
}

void normalise(const GreyImage& in, float clip, GreyImage& out) {
  shape_like(in, out);
  const auto map = stretch_of(histogram_of(in), clip);
  for (std::size_t i = 0; i < in.pixels.size(); ++i) out.pixels[i] = map[in.pixels[i]];
}

void flatten_light(const GreyImage& in, int tile, GreyImage& out) {
  shape_like(in, out);
  const int columns = (in.width + tile - 1) / tile;
  const int rows = (in.height + tile - 1) / tile;
  const auto width = static_cast<std::size_t>(in.width);
  // Gain of each tile, with one copy beyond the edges so that interpolation needs no edge tests.
  const std::size_t stride = static_cast<std::size_t>(columns) + 2;
  std::vector<float> gain(stride * (static_cast<std::size_t>(rows) + 2));
  std::vector<std::uint8_t> lightest(width);
  // A tile that is dark all over is not paper: its gain stays within eight times the lowest.
  const int floor = std::max(*std::max_element(in.pixels.begin(), in.pixels.end()) / 8, 1);
  for (int row = 0; row < rows; ++row) {
    std::copy_n(in.row(row * tile), width, lightest.begin());
    for (int y = row * tile + 1; y < std::min((row + 1) * tile, in.height); ++y) {
      const std::uint8_t* source = in.row(y);
      for (std::size_t x = 0; x < width; ++x) lightest[x] = std::max(lightest[x], source[x]);
    }
    float* line = gain.data() + stride * (static_cast<std::size_t>(row) + 1);
    for (int column = 0; column < columns; ++column) {
      const auto first = lightest.begin() + column * tile;
      const auto last = lightest.begin() + std::min((column + 1) * tile, in.width);
      line[column + 1] =
          235.0F / static_cast<float>(std::max<int>(*std::max_element(first, last), floor));
    }
    line[0] = line[1];
    line[columns + 1] = line[columns];
  }
  std::copy_n(gain.begin() + static_cast<std::ptrdiff_t>(stride), stride, gain.begin());
  std::copy_n(gain.end() - static_cast<std::ptrdiff_t>(2 * stride), stride,
              gain.end() - static_cast<std::ptrdiff_t>(stride));

  std::vector<float> line(stride);
  std::vector<float> wide(width);
  const float step = 1.0F / static_cast<float>(tile);
  for (int y = 0; y < in.height; ++y) {
    const float v = (static_cast<float>(y) + 0.5F) * step + 0.5F;
    const auto row = static_cast<std::size_t>(v);
    const float fv = v - static_cast<float>(row);
    const float* above = gain.data() + stride * row;
    for (std::size_t i = 0; i < stride; ++i) {
      line[i] = above[i] * (1 - fv) + above[i + stride] * fv;
    }
    // Between two tile centres the gain is a straight line: walk it.
    for (std::size_t column = 0; column + 1 < stride; ++column) {
      const float slope = (line[column + 1] - line[column]) * step;
      // Those x with column <= (x + 0.5) / tile + 0.5 < column + 1.
      const int first = static_cast<int>(column) * tile - tile / 2;
      const int begin = std::max(first, 0);
      const int end = std::min(first + tile, in.width);
      const float origin = (static_cast<float>(column) - 0.5F) * static_cast<float>(tile);
      for (int x = begin; x < end; ++x) {
        wide[static_cast<std::size_t>(x)] =
            line[column] + slope * (static_cast<float>(x) + 0.5F - origin);
      }
    }
    const std::uint8_t* source = in.row(y);
    std::uint8_t* target = out.row(y);
    for (std::size_t x = 0; x < width; ++x) {
      const int value = static_cast<int>(static_cast<float>(source[x]) * wide[x] + 0.5F);
      target[x] = static_cast<std::uint8_t>(std::min(value, 255));
    }
  }
}

std::uint8_t otsu_threshold(const GreyImage& in) { return otsu_threshold(histogram_of(in)); }

std::uint8_t otsu_threshold(const Histogram& histogram) {
  double total = 0;
  double sum = 0;
  for (std::size_t i = 0; i < 256; ++i) {
    total += histogram[i];
    sum += static_cast<double>(i) * histogram[i];
  }
  double dark_count = 0;
  double dark_sum = 0;
  double best = -1;
  std::uint8_t threshold = 127;
  for (std::size_t i = 0; i < 255; ++i) {
    dark_count += histogram[i];
    dark_sum += static_cast<double>(i) * histogram[i];
    const double light_count = total - dark_count;
    if (dark_count == 0 || light_count == 0) continue;
    const double gap = dark_sum / dark_count - (sum - dark_sum) / light_count;
    const double between = dark_count * light_count * gap * gap;
    if (between > best) {
      best = between;
      threshold = static_cast<std::uint8_t>(i);
    }
  }
  return threshold;
}

void binarise(const GreyImage& in, std::uint8_t threshold, GreyImage& out) {
  shape_like(in, out);
  for (std::size_t i = 0; i < in.pixels.size(); ++i) {
    out.pixels[i] = in.pixels[i] <= threshold ? 0 : 255;
  }
}

void erode_light(const GreyImage& in, int side, GreyImage& out) {
  extreme(in, side, out, [](std::uint8_t a, std::uint8_t b) { return std::min(a, b); });
}

void dilate_light(const GreyImage& in, int side, GreyImage& out) {
  extreme(in, side, out, [](std::uint8_t a, std::uint8_t b) { return std::max(a, b); });
}

void half_size(const GreyImage& in, GreyImage& out) {
  out.width = std::max(in.width / 2, 1);
  out.height = std::max(in.height / 2, 1);
  out.pixels.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));
  const int right = in.width > 1 ? 1 : 0;
  const int down = in.height > 1 ? 1 : 0;
  for (int y = 0; y < out.height; ++y) {
    const std::uint8_t* a = in.row(2 * y);
    const std::uint8_t* b = in.row(2 * y + down);
    std::uint8_t* target = out.row(y);
    for (int x = 0; x < out.width; ++x) {
      target[x] = static_cast<std::uint8_t>(
          (a[2 * x] + a[2 * x + right] + b[2 * x] + b[2 * x + right] + 2) / 4);
    }
  }
}

bool enlarge(const GreyImage& in, int factor, GreyImage& out) {
  if (!fits(static_cast<long>(in.width) * factor, static_cast<long>(in.height) * factor)) {
    return false;
  }
  // Catmull-Rom weights of the four neighbours, one set per phase.
  std::array<std::array<float, 4>, 4> weights{};
  std::array<int, 4> first{};
  for (int phase = 0; phase < factor; ++phase) {
    const float centre = (static_cast<float>(phase) + 0.5F) / static_cast<float>(factor) - 0.5F;
    const float base = std::floor(centre);
    const float t = centre - base;
    const auto p = static_cast<std::size_t>(phase);
    first[p] = static_cast<int>(base) - 1;
    weights[p] = {-0.5F * t + t * t - 0.5F * t * t * t, 1 - 2.5F * t * t + 1.5F * t * t * t,
                  0.5F * t + 2 * t * t - 1.5F * t * t * t, -0.5F * t * t + 0.5F * t * t * t};
  }
  const int width = in.width * factor;
  std::vector<float> rows(static_cast<std::size_t>(width) * static_cast<std::size_t>(in.height));
  for (int y = 0; y < in.height; ++y) {
    const std::uint8_t* source = in.row(y);
    float* target = rows.data() + static_cast<std::ptrdiff_t>(y) * width;
    for (int x = 0; x < width; ++x) {
      const auto p = static_cast<std::size_t>(x % factor);
      float sum = 0;
      for (int k = 0; k < 4; ++k) {
        sum += weights[p][static_cast<std::size_t>(k)] *
               static_cast<float>(source[std::clamp(x / factor + first[p] + k, 0, in.width - 1)]);
      }
      target[x] = sum;
    }
  }
  out = GreyImage(width, in.height * factor);
  for (int y = 0; y < out.height; ++y) {
    const auto p = static_cast<std::size_t>(y % factor);
    std::array<const float*, 4> lines{};
    for (int k = 0; k < 4; ++k) {
      const int row = std::clamp(y / factor + first[p] + k, 0, in.height - 1);
      lines[static_cast<std::size_t>(k)] = rows.data() + static_cast<std::ptrdiff_t>(row) * width;
    }
    std::uint8_t* target = out.row(y);
    for (int x = 0; x < width; ++x) {
      target[x] = to_grey(weights[p][0] * lines[0][x] + weights[p][1] * lines[1][x] +
                          weights[p][2] * lines[2][x] + weights[p][3] * lines[3][x]);
    }
  }
  return true;
}

bool pad(const GreyImage& in, int border, std::uint8_t value, GreyImage& out) {
  if (!fits(static_cast<long>(in.width) + 2L * border,
            static_cast<long>(in.height) + 2L * border)) {
    return false;
  }
  out = GreyImage(in.width + 2 * border, in.height + 2 * border, value);
  for (int y = 0; y < in.height; ++y) {
    std::copy_n(in.row(y), in.width, out.row(y + border) + border);
  }
  return true;
}

void invert(const GreyImage& in, GreyImage& out) {
  shape_like(in, out);
  for (std::size_t i = 0; i < in.pixels.size(); ++i) {
    out.pixels[i] = static_cast<std::uint8_t>(255 - in.pixels[i]);
  }
}

}  // namespace packtrail::symbology
