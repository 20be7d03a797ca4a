#include "symbology/testing/symbols.h"

#include <zint.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "symbology/testing/pictures.h"

namespace packtrail::symbology::test {
namespace {

struct DeleteZint {
  void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
};

std::optional<BitMatrix> encode(int symbology, int version, std::string_view text, bool gs1) {
  const std::unique_ptr<zint_symbol, DeleteZint> symbol{ZBarcode_Create()};
  symbol->symbology = symbology;
  symbol->input_mode = gs1 ? GS1_MODE : DATA_MODE;
  symbol->option_2 = version;
  symbol->show_hrt = 0;
  if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) != 0) {
    return std::nullopt;
  }
  const bool linear = symbology == BARCODE_GS1_128 || symbology == BARCODE_ITF14;
  BitMatrix out(symbol->width, linear ? 1 : symbol->rows);
  for (int y = 0; y < out.height(); ++y) {
    for (int x = 0; x < out.width(); ++x) {
      out.set(x, y, ((symbol->encoded_data[y][x >> 3] >> (x & 7)) & 1) != 0);
    }
  }
  return out;
}

// The encoder's number of each size.
constexpr std::array<std::array<int, 2>, 48> kSizes = {
    {{10, 10}, {12, 12}, {14, 14}, {16, 16}, {18, 18},   {20, 20},   {22, 22},   {24, 24},
     {26, 26}, {32, 32}, {36, 36}, {40, 40}, {44, 44},   {48, 48},   {52, 52},   {64, 64},
     {72, 72}, {80, 80}, {88, 88}, {96, 96}, {104, 104}, {120, 120}, {132, 132}, {144, 144},
     {8, 18},  {8, 32},  {12, 26}, {12, 36}, {16, 36},   {16, 48},   {8, 48},    {8, 64},
     {8, 80},  {8, 96},  {8, 120}, {8, 144}, {12, 64},   {12, 88},   {16, 64},   {20, 36},
     {20, 44}, {20, 64}, {22, 48}, {24, 48}, {24, 64},   {26, 40},   {26, 48},   {26, 64}}};

// `characters` of serial numbers, lots and company-internal AIs; a GTIN comes first when it fits.
Drawn content(int characters, bool has_gtin, Chance& chance) {
  Drawn out;
  const bool digits = chance.uniform() < 0.3;
  const auto text = [&](int length) {
    std::string value(static_cast<std::size_t>(length), '0');
    for (char& c : value) {
      c = digits ? static_cast<char>('0' + chance.next() % 10)
                 : "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-/.abcxyz"[chance.next() % 43];
    }
    return value;
  };
  if (has_gtin) {
    const std::string gtin = random_gtin(chance.next());
    out.bracketed = "[01]" + gtin;
    out.data = "01" + gtin;
  }
  static constexpr std::array<std::string_view, 10> kAis = {"21", "10", "91", "92", "93",
                                                            "94", "95", "96", "97", "98"};
  bool separator = false;
  for (std::size_t i = has_gtin ? 0 : 1; i < kAis.size() && characters > 0; ++i) {
    const int length = std::min(characters, i < 2 ? 20 : 90);
    const std::string value = text(length);
    out.bracketed += "[" + std::string(kAis[i]) + "]" + value;
    if (separator) out.data += '\x1D';
    out.data += std::string(kAis[i]) + value;
    separator = true;
    characters -= length;
  }
  return out;
}

}  // namespace

std::string random_gtin(std::uint64_t seed) {
  Chance chance(seed);
  std::string gtin = "0950";
  while (gtin.size() < 13) gtin += static_cast<char>('0' + chance.next() % 10);
  int sum = 0;
  for (std::size_t i = 0; i < 13; ++i) sum += (gtin[i] - '0') * (i % 2 == 0 ? 3 : 1);
  return gtin + static_cast<char>('0' + (10 - sum % 10) % 10);
}

Drawn draw_datamatrix(int rows, int columns, std::uint64_t seed) {
  Chance chance(seed);
  std::size_t index = 0;
  while (index < kSizes.size() && (kSizes[index][0] != rows || kSizes[index][1] != columns)) {
    ++index;
  }
  if (index == kSizes.size()) return {};
  const int area = rows * columns;
  // About how many letters fit; then fewer until the encoder accepts.
  const bool has_gtin = area >= 256 && !(rows == 8 && columns < 48);
  int characters =
      static_cast<int>((has_gtin ? -14.0 : -2.0) + area / 13.0 * chance.uniform(0.6, 1));
  for (characters = std::max(characters, 1); characters > 0;
       characters -= std::max(1, characters / 16)) {
    Drawn drawn = content(characters, has_gtin, chance);
    auto symbol = encode(BARCODE_DATAMATRIX, static_cast<int>(index) + 1, drawn.bracketed, true);
    if (!symbol || symbol->width() != columns || symbol->height() != rows) continue;
    drawn.symbol = std::move(*symbol);
    return drawn;
  }
  return {};
}

namespace {
Drawn drawn_of(int symbology, std::string input, std::string data, bool gs1) {
  Drawn out;
  auto symbol = encode(symbology, 0, input, gs1);
  if (!symbol) return out;
  out.symbol = std::move(*symbol);
  out.bracketed = std::move(input);
  out.data = std::move(data);
  return out;
}
std::string random_serial(std::uint64_t seed) {
  Chance chance(seed ^ 0x5E11A1U);
  std::string serial(12, '0');
  for (char& c : serial) c = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"[chance.next() % 32];
  return serial;
}
}  // namespace

Drawn draw_gs1_128(std::uint64_t seed) {
  // An SSCC-18 is a 17-digit body with its check digit: weights as for a GTIN-14 with three more.
  Chance chance(seed);
  std::string sscc = "3950";
  while (sscc.size() < 17) sscc += static_cast<char>('0' + chance.next() % 10);
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (sscc[i] - '0') * (i % 2 == 0 ? 3 : 1);
  sscc += static_cast<char>('0' + (10 - sum % 10) % 10);
  return drawn_of(BARCODE_GS1_128, "[00]" + sscc, "00" + sscc, true);
}

Drawn draw_itf14(std::uint64_t seed) {
  const std::string gtin = random_gtin(seed);
  return drawn_of(BARCODE_ITF14, gtin.substr(0, 13), gtin, false);
}

Drawn draw_gs1_qr(std::uint64_t seed) {
  const std::string gtin = random_gtin(seed), serial = random_serial(seed);
  return drawn_of(BARCODE_QRCODE, "[01]" + gtin + "[21]" + serial, "01" + gtin + "21" + serial,
                  true);
}

Drawn draw_link_qr(std::uint64_t seed) {
  const std::string link =
      "https://id.example.com/01/" + random_gtin(seed) + "/21/" + random_serial(seed);
  return drawn_of(BARCODE_QRCODE, link, link, false);
}

Drawn draw_link_datamatrix(std::uint64_t seed) {
  const std::string link =
      "https://id.example.com/01/" + random_gtin(seed) + "/21/" + random_serial(seed);
  return drawn_of(BARCODE_DATAMATRIX, link, link, false);
}

}  // namespace packtrail::symbology::test
