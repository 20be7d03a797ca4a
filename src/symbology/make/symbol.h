// symbology/make/symbol.h - makes every kind of symbol that Packtrail prints.
//
// The data is checked by gs1/ before an encoder sees it: each AI by its row of the AI table, a GTIN
// by its check digit, a Digital Link by its syntax. FNC1 leads a GS1 symbol and ends each value
// that needs it, as ElementString::to_raw writes it, with (235) last; a Digital Link stands in a
// plain symbol. The smallest symbol that holds the data is made, unless a size is asked for.
//
// Thread safety: callable from many threads, each holds one encoder. Cost: about 12 us for the four
// elements of a pack (24x24); a rectangle costs one attempt per size that is too small.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/element_string.h"
#include "symbology/bit_matrix.h"
#include "symbology/raster.h"

namespace packtrail::symbology {

enum class SymbolKind : std::uint8_t {
  Gs1DataMatrix,      // Square ECC 200, 10x10 to 144x144 (ISO/IEC 16022).
  Gs1DataMatrixRect,  // 8x18 to 16x48 (ISO/IEC 16022).
  Gs1DataMatrixAny,   // Square or rectangle, whichever has fewer modules.
  Gs1Dmre,            // Rectangular extension, 8x48 to 26x64 (ISO/IEC 21471).
  Gs1Qr,              // QR with FNC1 in first position (ISO/IEC 18004).
  LinkQr,             // A Digital Link URI in a plain QR.
  LinkDataMatrix,     // A Digital Link URI in a plain square DataMatrix.
  Gs1128,             // ISO/IEC 15417 with FNC1 first; one row, at most 48 characters.
  Itf14,              // A GTIN-14 in Interleaved 2 of 5 (ISO/IEC 16390), wide : narrow = 3 : 1.
};
inline constexpr int kSymbolKindCount = 9;

[[nodiscard]] const char* to_string(SymbolKind kind);  // "gs1-datamatrix", "dl-qr", "itf-14", ...
[[nodiscard]] std::optional<SymbolKind> symbol_kind(std::string_view name);
[[nodiscard]] Carrier carrier_of(SymbolKind kind);
[[nodiscard]] bool carries_link(SymbolKind kind);

struct SymbolSize {
  int rows = 0;
  int columns = 0;
  friend bool operator==(const SymbolSize&, const SymbolSize&) = default;
};

enum class SizeChoice : std::uint8_t { Smallest, AsAsked };

struct MadeSymbol {
  SymbolKind kind;
  BitMatrix modules;
  std::string data;  // As a scanner transmits it, without symbology identifier: GS for FNC1.
  SizeChoice size = SizeChoice::Smallest;
};

// Whether partners of an AI that the General Specifications require (4.14) must be in this symbol,
// or may stand in another one on the same item.
enum class Partners : std::uint8_t { InThisSymbol, AnywhereOnTheItem };

struct SymbolRequest {
  SymbolKind kind = SymbolKind::Gs1DataMatrix;
  std::optional<SymbolSize> size = {};  // Exactly this one, instead of the smallest.
  Partners partners = Partners::InThisSymbol;
};

// Fails with InvalidArgument (field is the AI, "element data" or "symbol"): no elements; an AI
// whose partners are missing; for Itf14 anything but one (01); for GS1-128 more than 48 characters;
// a size the kind does not have, and data that does not fit (`remedy` names the smallest size that
// would); any warning of the encoder. Link kinds are refused: make_link_symbol.
[[nodiscard]] Result<MadeSymbol> make_symbol(const gs1::ElementString& elements,
                                             const SymbolRequest& request);

// `uri` is encoded as it is, after parse_digital_link accepts it. Fails as above and as
// parse_digital_link.
[[nodiscard]] Result<MadeSymbol> make_link_symbol(std::string_view uri,
                                                  const SymbolRequest& request);

// With its quiet zones (GenSpecs 5.4.1).
inline constexpr int kGs1128WidthUmMax = 165'100;

// How a symbol comes out on a printer, quiet zones included.
struct PrintPlan {
  int dpi = 300;
  LabelUse use = LabelUse::HealthcarePack;
  Module module{};             // Dots and micrometres of one X-dimension.
  int quiet_zone_modules = 0;  // Left and right; above and below as well for a matrix symbol.
  int bar_height_dots = 0;     // Linear symbols.
  int bearer_dots = 0;         // Height of each bearer bar of an ITF-14, else 0.
  int width_dots = 0;          // The whole symbol with its quiet zones.
  int height_dots = 0;
  [[nodiscard]] int x_origin_dots() const { return quiet_zone_modules * module.dots; }
  [[nodiscard]] int y_origin_dots() const;  // Where the topmost module begins.
};

struct PlanRequest {
  int dpi = 300;  // 203, 300 or 600.
  LabelUse use = LabelUse::HealthcarePack;
  int x_dimension_um = 0;  // At least this; 0: the smallest that `use` allows.
  int bar_height_um = 0;   // 0: the smallest that `use` asks for.
  int width_um_max = 0;    // Room on the item with quiet zones; 0 is no limit.
  int height_um_max = 0;
};

// The smallest whole number of dots of at least x_dimension_um. Fails with InvalidArgument when
// `use` does not have the kind or allows no such X-dimension (field "x_dimension"), for bars lower
// than it asks for ("bar_height"), for a GS1-128 wider than kGs1128WidthUmMax ("width"), and when
// the symbol is larger than the room ("room").
[[nodiscard]] Result<PrintPlan> plan_print(const MadeSymbol& symbol, const PlanRequest& request);

// One pixel per dot, black on white, with quiet zones and bearer bars. ResourceExhausted when a
// side would exceed kImageSideMax.
[[nodiscard]] Result<GreyImage> render(const MadeSymbol& symbol, const PrintPlan& plan);

}  // namespace packtrail::symbology
