// rooms: symbology_grade
//
// Any picture, any options: a report within its ranges or an error, never more.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "symbology/grade/grade.h"
#include "symbology/grade/picture.h"

using namespace packtrail;
using namespace packtrail::symbology;

namespace {

// A 24x24 symbol's modules, so that the fuzzer starts from something that is found.
constexpr int kSide = 24;

void check(const GreyImage& image, const GradeReport& report) {
  if (!(report.grade >= 0 && report.grade <= 4) || report.scans.empty()) std::abort();
  for (const ScanGrade& scan : report.scans) {
    for (const ParameterGrade& each : scan.parameters) {
      if (!(each.grade >= 0 && each.grade <= 4) || !std::isfinite(each.value)) std::abort();
      if (each.counts && each.grade + 1e-9 < scan.grade) std::abort();
    }
    for (const Segment& each : scan.segments) {
      if (!(each.grade >= 0 && each.grade <= 4)) std::abort();
    }
  }
  if (!grade_picture(image, report)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  // Bytes: edition, pixels per module, tilt, aperture, then modules, one bit each, then greys.
  GradeOptions options;
  options.edition = static_cast<Edition>(data[0] % 3);
  const int pixels = 2 + data[1] % 5;
  const int lean = static_cast<std::int8_t>(data[2]) / 16;
  if (data[3] != 0) {
    options.aperture_mil = data[3];
    options.pixels_per_mm = 1 + data[4];
  }
  data += 8, size -= 8;
  const int border = 3;
  const int side = (kSide + 2 * border) * pixels;
  GreyImage image(side, side, 220);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int u = (x + lean * y / 16) / pixels - border, v = y / pixels - border;
      if (u < 0 || v < 0 || u >= kSide || v >= kSide) continue;
      bool dark =
          u == 0 || v == kSide - 1 || (v == 0 && u % 2 == 0) || (u == kSide - 1 && v % 2 == 1);
      const auto bit = static_cast<std::size_t>(v * kSide + u);
      if (bit / 8 < size && (data[bit / 8] >> (bit % 8) & 1) != 0) dark = !dark;
      image.at(x, y) = dark ? 30 : 220;
    }
  }
  for (std::size_t i = kSide * kSide / 8; i < size; ++i) {
    image.pixels[(i * 7919) % image.pixels.size()] ^= data[i];
  }
  const auto report = grade(image, options);
  if (report) check(image, *report);
  return 0;
}
