// symbology/label/printer.h - a page in the languages of label printers: ZPL II, EPL2, TSPL.
//
// Native: the printer draws what its language can draw with certainty, the rest goes as pixels.
// Raster: everything goes as pixels, so that any printer prints the same symbol, module by module.
//
//            GS1 DataMatrix   square ^BX, DMATRIX with columns and rows, so that the printer makes
//                             the planned size; pixels in EPL (its b command has no FNC1)
//            rectangles, DMRE pixels
//            GS1 QR           pixels (no language here documents FNC1 in a QR)
//            Digital Link     ^BQ, QRCODE, pixels where a size was asked for (they take none);
//                             ^BX, DMATRIX as above; pixels in EPL (b: not on every model)
//            GS1-128          ^BC and BARCODE 128M where the subsets come out as wide as planned,
//                             else pixels; pixels in EPL
//            ITF-14           ^B2, BARCODE 25, B 2, with bearer bars as boxes
//            texts            ASCII in the printer's scalable font (ZPL ^A0, TSPL font 0), other
//                             scripts and texts with a backslash as pixels; all as pixels in EPL
//                             (its fonts are bitmaps)
//
// Sources: Zebra "ZPL II Programming Guide", Eltron/Zebra "EPL2 Programmer's Manual", TSC
// "TSPL/TSPL2 Programming Language"; docs/user/symbols.md says what was compared with them. Data
// cannot end a field or begin a command: every character with a meaning in the language is escaped,
// or the item goes as pixels.
//
// Thread safety: free functions. Cost: as to_image.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "symbology/label/page.h"

namespace packtrail::symbology {

enum class PrintForm : std::uint8_t { Native, Raster };
// How the pixels of ^GFA are written: plain hexadecimal, or ZPL's run lengths over it.
enum class Graphic : std::uint8_t { Hex, Compressed };

inline constexpr std::size_t kGraphicBytesMax = 99'999;  // Of one ^GFA; more go in bands.

// All fail as check_page. ZPL is text, EPL and TSPL hold binary pixels.
[[nodiscard]] Result<std::string> to_zpl(const Page& page, PrintForm form,
                                         Graphic graphic = Graphic::Compressed);
[[nodiscard]] Result<Bytes> to_epl(const Page& page, PrintForm form);
// `gap_mm` between labels, 0 for continuous stock.
[[nodiscard]] Result<Bytes> to_tspl(const Page& page, PrintForm form, double gap_mm = 2);

}  // namespace packtrail::symbology
