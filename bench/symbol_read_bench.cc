#include <sys/resource.h>

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <string>
#include <vector>

#include "bench/bench.h"
#include "symbology/make/datamatrix.h"
#include "symbology/raster.h"
#include "symbology/read/layer.h"

namespace packtrail::bench {
namespace {

namespace sym = symbology;

constexpr double kRunSeconds = 1.0;
constexpr const char* kContent = "[01]09506000134352[21]K7M2QX4R9T3V[17]271231[10]LOT123";

// Processor time of this thread: the machine may be shared.
double user_seconds() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

// Calls `work` for kRunSeconds of processor time; times per second.
template <class Work>
double rate(const Work& work) {
  work();
  int rounds = 0;
  const double started = user_seconds();
  double ended = started;
  while (ended - started < kRunSeconds) {
    for (int i = 0; i < 32; ++i) work();
    rounds += 32;
    ended = user_seconds();
  }
  return rounds / (ended - started);
}

bool zxing_reads(const sym::GreyImage& picture) {
  ZXing::DecodeHints hints;
  hints.setFormats(ZXing::BarcodeFormat::DataMatrix);
  const auto result = ZXing::ReadBarcode(
      {picture.pixels.data(), picture.width, picture.height, ZXing::ImageFormat::Lum}, hints);
  return result.isValid();
}

}  // namespace

Result<Report> run_symbol_read(const Ports&) {
  const auto symbol = PACKTRAIL_TRY(sym::make_gs1_datamatrix(kContent));
  Report report{"symbol-read", {}, {}};
  sym::SymbolReader reader;
  for (const int pixels : {3, 6, 10}) {
    // 24 modules and a quiet zone of four: 96, 192 and 320 pixels a side.
    const auto picture = PACKTRAIL_TRY(sym::render_pixels(symbol, pixels, 4));
    const std::string side = std::to_string(picture.width);
    bool good = zxing_reads(picture);
    report.figures.push_back({"zxing_alone_" + side + "_per_s",
                              rate([&] { good = zxing_reads(picture) && good; }), "1/s"});
    report.figures.push_back({"read_" + side + "_per_s",
                              rate([&] { good = reader.read(picture).has_value() && good; }),
                              "1/s"});
    if (!good) return Error{.code = Errc::DataLoss, .message = "a clean symbol was not read"};
  }
  const auto blank = PACKTRAIL_TRY(sym::render_pixels(sym::BitMatrix(24, 24), 6, 4));
  bool none = true;
  report.figures.push_back({"nothing_there_192_per_s",
                            rate([&] { none = !reader.read(blank).has_value() && none; }), "1/s"});

  // A layer of 6 x 8 packs, one symbol each, at six pixels per module.
  constexpr int kRows = 6, kColumns = 8, kPitch = 512;
  sym::GreyImage layer(kColumns * kPitch, kRows * kPitch, 200);
  for (int i = 0; i < kRows * kColumns; ++i) {
    const auto one = PACKTRAIL_TRY(sym::make_gs1_datamatrix(
        "[01]09506000134352[21]K7M2QX4R9T" + std::to_string(10 + i) + "[17]271231[10]LOT123"));
    const auto print = PACKTRAIL_TRY(sym::render_pixels(one, 6, 2));
    const int left = i % kColumns * kPitch + 150, top = i / kColumns * kPitch + 170;
    for (int y = 0; y < print.height; ++y) {
      for (int x = 0; x < print.width; ++x) layer.at(left + x, top + y) = print.at(x, y);
    }
  }
  sym::LayerReader layers;
  int cells = 0;
  const double per_s = rate([&] {
    const auto seen = layers.read_layer(layer, {kRows, kColumns});
    cells = seen ? seen->count(sym::CellState::Read) : 0;
  });
  report.figures.push_back({"layer_48_cells_read", static_cast<double>(cells), "cells"});
  report.figures.push_back({"layer_48_ms", 1000 / per_s, "ms"});
  if (!none || cells != kRows * kColumns) {
    return Error{.code = Errc::DataLoss, .message = "an answer was wrong"};
  }
  report.conditions.emplace_back("symbol", "GS1 DataMatrix 24x24, four elements, clean, upright");
  report.conditions.emplace_back("layer", "4096 x 3072 pixels, 6 x 8 symbols of 6 pixels a module");
  report.conditions.emplace_back("peer", "zxing-cpp 1.4, DataMatrix only, default options");
  report.conditions.emplace_back("time", "processor time of the thread");
  report.conditions.emplace_back("threads", "1");
  add_machine(report);
  return report;
}

}  // namespace packtrail::bench
