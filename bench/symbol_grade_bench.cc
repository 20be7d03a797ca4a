#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <algorithm>
#include <vector>

#include "bench/bench.h"
#include "symbology/grade/grade.h"
#include "symbology/make/datamatrix.h"
#include "symbology/raster.h"
#include "symbology/read/filters.h"
#include "symbology/read/reader.h"

namespace packtrail::bench {
namespace {

namespace sym = symbology;

constexpr int kPixels = 7;  // Per module.
constexpr int kQuiet = 4;   // Modules.
constexpr std::int64_t kRunNs = 1'200'000'000;

// Microseconds per call, the median of short runs: a busy machine disturbs some of them only.
template <class Work>
double microseconds(const Clock& clock, const Work& work) {
  for (int i = 0; i < 8; ++i) work();  // Tables and caches hot.
  std::vector<double> runs;
  const std::int64_t started = clock.monotonic_ns();
  while (runs.size() < 15 || clock.monotonic_ns() - started < kRunNs) {
    constexpr int kCalls = 8;
    const std::int64_t from = clock.monotonic_ns();
    for (int i = 0; i < kCalls; ++i) work();
    runs.push_back(static_cast<double>(clock.monotonic_ns() - from) / kCalls / 1000);
    if (runs.size() >= 4000) break;
  }
  std::nth_element(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2),
                   runs.end());
  return runs[runs.size() / 2];
}

// A pack's symbol as a line camera sees it: grey, slightly blurred.
Result<sym::GreyImage> picture() {
  const auto symbol = PACKTRAIL_TRY(
      sym::make_gs1_datamatrix("[01]09506000134352[21]ABC123DEF456GH[17]271231[10]LOT123"));
  sym::GreyImage sharp = PACKTRAIL_TRY(sym::render_pixels(symbol, kPixels, kQuiet));
  for (auto& pixel : sharp.pixels) pixel = pixel < 128 ? 35 : 222;
  sym::GreyImage out;
  sym::gaussian_blur(sharp, 1.2F, out);
  return out;
}

}  // namespace

Result<Report> run_symbol_grade(const Ports& ports) {
  const sym::GreyImage image = PACKTRAIL_TRY(picture());
  Report report{"symbol-grade", {}, {}};

  int unread = 0;
  ZXing::DecodeHints hints;
  hints.setFormats(ZXing::BarcodeFormat::DataMatrix);
  const ZXing::ImageView view(image.pixels.data(), image.width, image.height,
                              ZXing::ImageFormat::Lum);
  report.figures.push_back(
      {"zxing_read_us",
       microseconds(ports.clock,
                    [&] { unread += ZXing::ReadBarcode(view, hints).isValid() ? 0 : 1; }),
       "us"});
  sym::SymbolReader reader;
  report.figures.push_back(
      {"read_us", microseconds(ports.clock, [&] { unread += reader.read(image) ? 0 : 1; }), "us"});
  if (unread != 0) return Error{.code = Errc::DataLoss, .message = "a clean symbol was not read"};

  sym::Grader grader;
  for (const auto& [name, edition] : {std::pair{"grade_us", sym::Edition::Iso15415_2011},
                                      {"grade_2024_us", sym::Edition::Iso15415_2024},
                                      {"grade_29158_us", sym::Edition::Iso29158}}) {
    sym::GradeOptions options;
    options.edition = edition;
    double least = 4;
    report.figures.push_back({name,
                              microseconds(ports.clock,
                                           [&] {
                                             const auto graded = grader.grade({&image, 1}, options);
                                             least = graded ? std::min(least, graded->grade) : 0;
                                           }),
                              "us"});
    if (least < 3) return Error{.code = Errc::DataLoss, .message = "a good symbol was graded low"};
  }
  report.conditions.emplace_back("symbol", "24x24 modules, 4 elements of a pack");
  report.conditions.emplace_back("picture", std::to_string(image.width) + " x " +
                                                std::to_string(image.height) + " pixels, " +
                                                std::to_string(kPixels) + " per module, blur 1.2");
  report.conditions.emplace_back("grade", "reading, grid, aperture and all parameters, no picture");
  report.conditions.emplace_back("peer", "zxing-cpp reading the same picture, without a grade");
  report.conditions.emplace_back("threads", "1");
  report.conditions.emplace_back("time", "wall clock, median of runs of 8 calls");
  add_machine(report);
  return report;
}

}  // namespace packtrail::bench
