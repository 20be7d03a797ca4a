#include "symbology/make/symbol.h"

#include <zint.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "gs1/digital_link.h"
#include "gs1/partners.h"

namespace packtrail::symbology {
namespace {

constexpr std::size_t kGs1128CharactersMax = 48;  // GS1 General Specifications 5.4.1.
constexpr int kBearerModules = 2;                 // Least bearer bar (GenSpecs 5.3.2.4).

struct DeleteZint {
  void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
};

// The encoder's state is 29 KB and costs more to allocate than an SSCC to encode.
zint_symbol* encoder() {
  thread_local const std::unique_ptr<zint_symbol, DeleteZint> symbol{ZBarcode_Create()};
  return symbol.get();
}

constexpr std::array<const char*, kSymbolKindCount> kNames = {"gs1-datamatrix",
                                                              "gs1-datamatrix-rect",
                                                              "gs1-datamatrix-any",
                                                              "gs1-dmre",
                                                              "gs1-qr",
                                                              "dl-qr",
                                                              "dl-datamatrix",
                                                              "gs1-128",
                                                              "itf-14"};

// A size and the number by which the encoder knows it (its option 2).
struct Sized {
  SymbolSize size;
  int option;
};

// ISO/IEC 16022 table 7, squares.
constexpr std::array<Sized, 24> kSquares = {
    {{{10, 10}, 1},    {{12, 12}, 2},    {{14, 14}, 3},    {{16, 16}, 4},   {{18, 18}, 5},
     {{20, 20}, 6},    {{22, 22}, 7},    {{24, 24}, 8},    {{26, 26}, 9},   {{32, 32}, 10},
     {{36, 36}, 11},   {{40, 40}, 12},   {{44, 44}, 13},   {{48, 48}, 14},  {{52, 52}, 15},
     {{64, 64}, 16},   {{72, 72}, 17},   {{80, 80}, 18},   {{88, 88}, 19},  {{96, 96}, 20},
     {{104, 104}, 21}, {{120, 120}, 22}, {{132, 132}, 23}, {{144, 144}, 24}}};
// Rectangles and the extension of ISO/IEC 21471, both by rising capacity.
constexpr std::array<Sized, 6> kRectangles = {
    {{{8, 18}, 25}, {{8, 32}, 26}, {{12, 26}, 27}, {{12, 36}, 28}, {{16, 36}, 29}, {{16, 48}, 30}}};
constexpr std::array<Sized, 18> kExtended = {{{{8, 48}, 31},
                                              {{8, 64}, 32},
                                              {{8, 80}, 33},
                                              {{20, 36}, 40},
                                              {{8, 96}, 34},
                                              {{12, 64}, 37},
                                              {{20, 44}, 41},
                                              {{8, 120}, 35},
                                              {{26, 40}, 46},
                                              {{22, 48}, 43},
                                              {{16, 64}, 39},
                                              {{12, 88}, 38},
                                              {{8, 144}, 36},
                                              {{24, 48}, 44},
                                              {{26, 48}, 47},
                                              {{20, 64}, 42},
                                              {{24, 64}, 45},
                                              {{26, 64}, 48}}};

std::span<const Sized> sizes_of(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::Gs1DataMatrixRect:
      return kRectangles;
    case SymbolKind::Gs1Dmre:
      return kExtended;
    case SymbolKind::Gs1DataMatrix:
    case SymbolKind::LinkDataMatrix:
      return kSquares;
    default:
      return {};
  }
}

int symbology_of(SymbolKind kind) {
  switch (carrier_of(kind)) {
    case Carrier::DataMatrix:
      return BARCODE_DATAMATRIX;
    case Carrier::Qr:
      return BARCODE_QRCODE;
    case Carrier::Gs1128:
      return BARCODE_GS1_128;
    case Carrier::Itf14:
      break;
  }
  return BARCODE_C25INTER;
}

std::string text_of(SymbolSize size) {
  return std::to_string(size.rows) + "x" + std::to_string(size.columns);
}

Error bad(std::string message, std::string rule = {}, std::string remedy = {}) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "symbol",
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

enum class Outcome : std::uint8_t { Made, DoesNotFit, Refused };

struct Attempt {
  int symbology;
  int mode;
  int option_2;  // The size, 0: the smallest.
  int option_3;
};

// Leaves the result in `symbol`.
Outcome attempt(zint_symbol* symbol, std::string_view text, const Attempt& how) {
  ZBarcode_Clear(symbol);
  symbol->symbology = how.symbology;
  symbol->input_mode = how.mode;
  symbol->option_1 = -1;
  symbol->option_2 = how.option_2;
  symbol->option_3 = how.option_3;
  symbol->output_options = 0;
  symbol->show_hrt = 0;
  symbol->eci = 0;
  symbol->height = 0;
  symbol->warn_level = WARN_FAIL_ALL;  // What it would only warn of is no symbol of ours.
  const int outcome = ZBarcode_Encode(symbol, reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()));
  if (outcome == 0) return Outcome::Made;
  return outcome == ZINT_ERROR_TOO_LONG ? Outcome::DoesNotFit : Outcome::Refused;
}

Result<BitMatrix> modules_of(const zint_symbol& symbol, Carrier carrier) {
  const bool linear = carrier == Carrier::Gs1128 || carrier == Carrier::Itf14;
  if (symbol.width < 1 || symbol.width > BitMatrix::kSideMax || symbol.rows < 1 ||
      symbol.rows > 200 || (linear && symbol.rows != 1)) {
    return bad("the encoder gave an unexpected shape");
  }
  BitMatrix out(symbol.width, symbol.rows);
  for (int y = 0; y < symbol.rows; ++y) {
    // Without a branch: half of the modules would be foretold wrongly.
    const unsigned char* bits = symbol.encoded_data[y];
    const auto row = out.row(y);
    for (std::size_t x = 0; x < row.size(); ++x) row[x] = (bits[x >> 3] >> (x & 7)) & 1U;
  }
  return out;
}

// One text and the sizes it may take.
class Encoding {
 public:
  Encoding(zint_symbol* symbol, std::string_view text, SymbolKind kind, int mode)
      : symbol_(symbol), text_(text), kind_(kind), mode_(mode) {}

  Result<BitMatrix> smallest() {
    if (kind_ == SymbolKind::Gs1DataMatrixAny) return smaller_of_both();
    if (kind_ == SymbolKind::Gs1DataMatrixRect || kind_ == SymbolKind::Gs1Dmre) {
      for (const Sized& one : sizes_of(kind_)) {
        const Outcome outcome = run(one.option);
        if (outcome == Outcome::Made) return modules_of(*symbol_, Carrier::DataMatrix);
        if (outcome == Outcome::Refused) return refused();
      }
      return too_long();
    }
    const Outcome outcome = run(0);
    if (outcome == Outcome::DoesNotFit) return too_long();
    if (outcome == Outcome::Refused) return refused();
    return modules_of(*symbol_, carrier_of(kind_));
  }

  Result<BitMatrix> exactly(SymbolSize size) {
    const int option = PACKTRAIL_TRY(option_of(size));
    const Outcome outcome = run(option);
    if (outcome == Outcome::Refused) return refused();
    if (outcome == Outcome::Made) {
      auto made = PACKTRAIL_TRY(modules_of(*symbol_, carrier_of(kind_)));
      if (made.height() == size.rows && made.width() == size.columns) return made;
    }
    std::string remedy = "no symbol of this kind is large enough";
    if (const auto fitting = smallest()) {
      remedy = "the smallest that would is " + text_of({fitting->height(), fitting->width()});
    }
    return Error{.code = Errc::InvalidArgument,
                 .message = "the data does not fit " + text_of(size),
                 .field = "symbol",
                 .remedy = std::move(remedy)};
  }

 private:
  Outcome run(int option) {
    const bool matrix = carrier_of(kind_) == Carrier::DataMatrix;
    return attempt(symbol_, text_,
                   {symbology_of(kind_), mode_, option, matrix && option == 0 ? DM_SQUARE : 0});
  }

  Result<int> option_of(SymbolSize size) const {
    const auto in = [&](std::span<const Sized> sizes) {
      for (const Sized& one : sizes) {
        if (one.size == size) return one.option;
      }
      return 0;
    };
    int option = in(sizes_of(kind_));
    if (kind_ == SymbolKind::Gs1DataMatrixAny) option = std::max(in(kSquares), in(kRectangles));
    if (carrier_of(kind_) == Carrier::Qr && size.rows == size.columns && size.rows >= 21 &&
        size.rows <= 177 && (size.rows - 17) % 4 == 0) {
      option = (size.rows - 17) / 4;
    }
    if (option != 0) return option;
    return bad(std::string(to_string(kind_)) + " has no size " + text_of(size),
               "ISO/IEC 16022, 21471 and 18004 list the sizes");
  }

  Result<BitMatrix> smaller_of_both() {
    Encoding square(symbol_, text_, SymbolKind::Gs1DataMatrix, mode_);
    auto best = PACKTRAIL_TRY(square.smallest());
    Encoding flat(symbol_, text_, SymbolKind::Gs1DataMatrixRect, mode_);
    auto rectangle = flat.smallest();
    if (rectangle && rectangle->width() * rectangle->height() < best.width() * best.height()) {
      return rectangle;
    }
    return best;
  }

  [[nodiscard]] Error refused() const {
    return bad("the encoder refuses the data: " + std::string(symbol_->errtxt));
  }

  Error too_long() {
    std::string remedy = "carry fewer elements or shorter values";
    if (kind_ == SymbolKind::Gs1DataMatrixRect || kind_ == SymbolKind::Gs1Dmre) {
      Encoding square(symbol_, text_, SymbolKind::Gs1DataMatrix, mode_);
      if (const auto fitting = square.smallest()) {
        remedy = "a square symbol would take " + text_of({fitting->height(), fitting->width()});
      }
    }
    return bad("the data does not fit the largest " + std::string(to_string(kind_)), {},
               std::move(remedy));
  }

  zint_symbol* symbol_;
  std::string_view text_;
  SymbolKind kind_;
  int mode_;
};

Result<BitMatrix> encode(std::string_view text, int mode, const SymbolRequest& request) {
  zint_symbol* symbol = encoder();
  if (symbol == nullptr) {
    return Error{.code = Errc::ResourceExhausted, .message = "no memory for the symbol encoder"};
  }
  Encoding encoding(symbol, text, request.kind, mode);
  return request.size ? encoding.exactly(*request.size) : encoding.smallest();
}

// libzint 2.11 takes (235) for an AI of predefined length, from the time of (23), and would leave
// out the FNC1 behind it. At the end it needs none, and the order of elements is free.
constexpr gs1::Ai kAiThirdPartyIdentifier{235, 3};

bool must_reorder(const gs1::ElementString& elements) {
  return elements.find(kAiThirdPartyIdentifier) &&
         !(elements[elements.size() - 1].ai == kAiThirdPartyIdentifier);
}

gs1::ElementString reordered(const gs1::ElementString& elements) {
  gs1::ElementString out;
  for (const bool last : {false, true}) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if ((elements[i].ai == kAiThirdPartyIdentifier) != last) continue;
      static_cast<void>(out.add(elements[i].ai, elements[i].value));  // It was there before.
    }
  }
  return out;
}

bool is_linear(SymbolKind kind) { return kind == SymbolKind::Gs1128 || kind == SymbolKind::Itf14; }

}  // namespace

const char* to_string(SymbolKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::optional<SymbolKind> symbol_kind(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<SymbolKind>(i);
  }
  return std::nullopt;
}

Carrier carrier_of(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::Gs1Qr:
    case SymbolKind::LinkQr:
      return Carrier::Qr;
    case SymbolKind::Gs1128:
      return Carrier::Gs1128;
    case SymbolKind::Itf14:
      return Carrier::Itf14;
    default:
      return Carrier::DataMatrix;
  }
}

bool carries_link(SymbolKind kind) {
  return kind == SymbolKind::LinkQr || kind == SymbolKind::LinkDataMatrix;
}

static SizeChoice choice_of(const SymbolRequest& request) {
  return request.size ? SizeChoice::AsAsked : SizeChoice::Smallest;
}

Result<MadeSymbol> make_symbol(const gs1::ElementString& elements, const SymbolRequest& request) {
  if (must_reorder(elements)) return make_symbol(reordered(elements), request);
  if (elements.empty()) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "there are no elements to encode",
                 .field = "element data"};
  }
  if (carries_link(request.kind)) {
    return bad(std::string(to_string(request.kind)) + " carries a Digital Link, not elements");
  }
  if (request.partners == Partners::InThisSymbol) PACKTRAIL_TRY(gs1::check_partners(elements));
  if (request.size && is_linear(request.kind)) {
    return bad("a linear symbol has no size to choose", {}, "leave the size out");
  }
  if (request.kind == SymbolKind::Itf14) {
    if (elements.size() != 1 || !(elements[0].ai == gs1::kAiGtin)) {
      return Error{.code = Errc::InvalidArgument,
                   .message = "ITF-14 carries a GTIN and nothing else",
                   .field = "element data",
                   .rule = "GS1 General Specifications 5.3.2",
                   .remedy = "use GS1-128 for more than (01)"};
    }
    const std::string digits(elements[0].value);
    auto modules = PACKTRAIL_TRY(encode(digits, DATA_MODE, request));
    return MadeSymbol{request.kind, std::move(modules), digits};
  }
  std::string data = elements.to_raw();
  if (request.kind == SymbolKind::Gs1128 && data.size() > kGs1128CharactersMax) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "GS1-128 holds at most 48 characters, this data has " +
                            std::to_string(data.size()),
                 .field = "element data",
                 .rule = "GS1 General Specifications 5.4.1",
                 .remedy = "divide the elements over two symbols"};
  }
  std::string text;
  text.reserve(data.size() + 2 * elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    text += '[';
    text += gs1::to_text(elements[i].ai).view();
    text += ']';
    text += elements[i].value;
  }
  auto modules = PACKTRAIL_TRY(encode(text, GS1_MODE | GS1NOCHECK_MODE, request));
  return MadeSymbol{request.kind, std::move(modules), std::move(data), choice_of(request)};
}

Result<MadeSymbol> make_link_symbol(std::string_view uri, const SymbolRequest& request) {
  if (!carries_link(request.kind)) {
    return bad(std::string(to_string(request.kind)) + " carries elements, not a Digital Link");
  }
  PACKTRAIL_TRY(gs1::parse_digital_link(uri));
  auto modules = PACKTRAIL_TRY(encode(uri, DATA_MODE, request));
  return MadeSymbol{request.kind, std::move(modules), std::string(uri), choice_of(request)};
}

int PrintPlan::y_origin_dots() const {
  return bar_height_dots > 0 ? bearer_dots : quiet_zone_modules * module.dots;
}

Result<PrintPlan> plan_print(const MadeSymbol& symbol, const PlanRequest& request) {
  const Carrier carrier = carrier_of(symbol.kind);
  const SymbolLimits limits = PACKTRAIL_TRY(limits_of(request.use, carrier));
  PrintSpec spec;
  spec.dpi = request.dpi;
  spec.use = request.use;
  spec.carrier = carrier;
  spec.x_dimension_um_min =
      request.x_dimension_um > 0 ? request.x_dimension_um : limits.x_dimension_um_min;
  spec.x_dimension_um_max = limits.x_dimension_um_max;
  PrintPlan plan;
  plan.dpi = request.dpi;
  plan.use = request.use;
  plan.module = PACKTRAIL_TRY(module_of(spec));
  if (request.x_dimension_um > 0 && request.x_dimension_um < limits.x_dimension_um_min) {
    return Error{
        .code = Errc::InvalidArgument,
        .message = "an X-dimension of " + std::to_string(request.x_dimension_um) +
                   " micrometres is too small",
        .field = "x_dimension",
        .rule = "GS1 General Specifications 5.12.3: " + std::to_string(limits.x_dimension_um_min) +
                " to " + std::to_string(limits.x_dimension_um_max) + " micrometres for " +
                to_string(request.use)};
  }
  plan.quiet_zone_modules = limits.quiet_zone_modules;
  const int dots = plan.module.dots;
  plan.width_dots = (symbol.modules.width() + 2 * plan.quiet_zone_modules) * dots;
  if (is_linear(symbol.kind)) {
    const int height = request.bar_height_um > 0 ? request.bar_height_um : limits.bar_height_um_min;
    if (height < limits.bar_height_um_min || height > 200'000) {
      return Error{.code = Errc::InvalidArgument,
                   .message = "bars of " + std::to_string(height) +
                              " micrometres have a height out of range",
                   .field = "bar_height",
                   .rule = "GS1 General Specifications 5.12.3: at least " +
                           std::to_string(limits.bar_height_um_min) + " for " +
                           to_string(request.use) + "; 200,000 at most"};
    }
    // Rounded up: a bar one dot short would be below the minimum.
    plan.bar_height_dots =
        static_cast<int>((static_cast<long>(height) * request.dpi + 25'399) / 25'400);
    plan.bearer_dots = symbol.kind == SymbolKind::Itf14 ? kBearerModules * dots : 0;
    plan.height_dots = plan.bar_height_dots + 2 * plan.bearer_dots;
  } else {
    plan.height_dots = (symbol.modules.height() + 2 * plan.quiet_zone_modules) * dots;
  }
  if (symbol.kind == SymbolKind::Gs1128 && static_cast<long>(plan.width_dots) * 25'400 >
                                               static_cast<long>(kGs1128WidthUmMax) * plan.dpi) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the bars are longer than a GS1-128 may be: " +
                            std::to_string(static_cast<long>(plan.width_dots) * 2'540 / plan.dpi) +
                            " hundredths of a millimetre with their quiet zones",
                 .field = "width",
                 .rule = "GS1 General Specifications 5.4.1: at most 165.10 mm",
                 .remedy = "use a smaller X-dimension, or spread the elements over two symbols"};
  }
  const auto micrometres = [&](int count) { return static_cast<long>(count) * 25'400 / plan.dpi; };
  const bool wide = request.width_um_max > 0 && micrometres(plan.width_dots) > request.width_um_max;
  const bool high =
      request.height_um_max > 0 && micrometres(plan.height_dots) > request.height_um_max;
  if (wide || high) {
    const auto mm = [](long um) {
      return std::to_string(um / 1000) + "." + std::to_string(um % 1000 / 100);
    };
    return Error{.code = Errc::InvalidArgument,
                 .message = "the symbol takes " + mm(micrometres(plan.width_dots)) + " x " +
                            mm(micrometres(plan.height_dots)) +
                            " mm with its quiet zones, more than the room it has",
                 .field = "room",
                 .remedy = "give it more room, a finer printer, another shape or less data"};
  }
  return plan;
}

Result<GreyImage> render(const MadeSymbol& symbol, const PrintPlan& plan) {
  if (plan.width_dots < 1 || plan.height_dots < 1 || plan.width_dots > kImageSideMax ||
      plan.height_dots > kImageSideMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the printed symbol would be larger than an image may be",
                 .field = "image",
                 .rule = "kImageSideMax " + std::to_string(kImageSideMax)};
  }
  GreyImage out(plan.width_dots, plan.height_dots, 255);
  PACKTRAIL_TRY(check_image(out));
  const int dots = plan.module.dots;
  const int module_height = is_linear(symbol.kind) ? plan.bar_height_dots : dots;
  for (int y = 0; y < symbol.modules.height(); ++y) {
    const int top = plan.y_origin_dots() + y * module_height;
    for (int x = 0; x < symbol.modules.width(); ++x) {
      if (!symbol.modules.get(x, y)) continue;
      std::fill_n(out.row(top) + plan.x_origin_dots() + x * dots, dots, std::uint8_t{0});
    }
    for (int i = 1; i < module_height; ++i) {
      std::copy_n(out.row(top), out.width, out.row(top + i));
    }
  }
  for (int i = 0; i < plan.bearer_dots; ++i) {
    std::fill_n(out.row(i), out.width, std::uint8_t{0});
    std::fill_n(out.row(out.height - 1 - i), out.width, std::uint8_t{0});
  }
  return out;
}

}  // namespace packtrail::symbology
