#include <sys/resource.h>
#include <zint.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "gs1/element_string.h"
#include "symbology/make/symbol.h"

namespace packtrail::bench {
namespace {

constexpr int kBatch = 512;
constexpr int kRounds = 12;  // Of both, in turn, so that a busy machine slows both alike.

struct DeleteZint {
  void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
};

// User time of this process: other programs on the machine do not count.
double user_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

std::vector<std::string> texts(const char* shape) {
  std::vector<std::string> out;
  for (int i = 0; i < kBatch; ++i) {
    std::string text = shape;
    std::string serial = std::to_string(100'000 + i * 97);
    text.replace(text.find('#'), 1, serial);
    out.push_back(std::move(text));
  }
  return out;
}

struct Rates {
  double alone;
  double ours;
};

// libzint with a symbol kept between calls, its own checks on: the usual way to call it. Ours from
// the parsed elements to modules, checks of gs1/ included.
Result<Rates> measure(int symbology, symbology::SymbolKind kind, const char* shape) {
  const auto inputs = texts(shape);
  const std::unique_ptr<zint_symbol, DeleteZint> symbol{ZBarcode_Create()};
  double alone_s = 0, ours_s = 0;
  int width = 0;
  for (int round = 0; round < kRounds; ++round) {
    double started = user_seconds();
    for (const std::string& text : inputs) {
      ZBarcode_Clear(symbol.get());
      symbol->symbology = symbology;
      symbol->input_mode = GS1_MODE;
      symbol->option_2 = 0;
      symbol->option_3 = symbology == BARCODE_DATAMATRIX ? DM_SQUARE : 0;
      symbol->show_hrt = 0;
      if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.data()),
                          static_cast<int>(text.size())) != 0) {
        return Error{.code = Errc::DataLoss, .message = symbol->errtxt};
      }
      width = symbol->width;
    }
    alone_s += user_seconds() - started;
    started = user_seconds();
    for (const std::string& text : inputs) {
      const auto elements = PACKTRAIL_TRY(gs1::ElementString::parse_bracketed(text));
      const auto made = PACKTRAIL_TRY(symbology::make_symbol(
          elements,
          {.kind = kind, .size = {}, .partners = symbology::Partners::AnywhereOnTheItem}));
      if (made.modules.width() != width) {
        return Error{.code = Errc::DataLoss, .message = "the sizes differ"};
      }
    }
    ours_s += user_seconds() - started;
  }
  return Rates{kBatch * kRounds / alone_s, kBatch * kRounds / ours_s};
}

}  // namespace

Result<Report> run_symbol_make(const Ports&) {
  Report report{"symbol-make", {}, {}};
  const Rates matrix =
      PACKTRAIL_TRY(measure(BARCODE_DATAMATRIX, symbology::SymbolKind::Gs1DataMatrix,
                            "[01]09506000134352[21]ABC123DE#[17]271231[10]LOT123"));
  const Rates qr = PACKTRAIL_TRY(measure(BARCODE_QRCODE, symbology::SymbolKind::Gs1Qr,
                                         "[01]09506000134352[21]ABC123DE#[17]271231[10]LOT123"));
  const Rates bars = PACKTRAIL_TRY(
      measure(BARCODE_GS1_128, symbology::SymbolKind::Gs1128, "[01]09506000134352[21]#"));
  report.figures = {{"libzint_datamatrix_per_s", matrix.alone, "1/s"},
                    {"datamatrix_per_s", matrix.ours, "1/s"},
                    {"libzint_qr_per_s", qr.alone, "1/s"},
                    {"qr_per_s", qr.ours, "1/s"},
                    {"libzint_gs1_128_per_s", bars.alone, "1/s"},
                    {"gs1_128_per_s", bars.ours, "1/s"}};
  report.conditions.emplace_back("data",
                                 "(01)(21)(17)(10), 24x24 or 25x25 modules; GS1-128 (01)(21)");
  report.conditions.emplace_back("peer", std::string("libzint ") +
                                             std::to_string(ZBarcode_Version() / 10'000) + "." +
                                             std::to_string(ZBarcode_Version() / 100 % 100) +
                                             ", its checks on, one symbol kept");
  report.conditions.emplace_back("time", "user time of the process, both in turn");
  report.conditions.emplace_back("threads", "1");
  add_machine(report);
  return report;
}

}  // namespace packtrail::bench
