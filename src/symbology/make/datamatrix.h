// symbology/make/datamatrix.h - makes the symbols that Packtrail prints: GS1 DataMatrix and
// GS1-128.
//
// Input is GS1 element data in the bracketed form with SQUARE brackets, "[01]09506000134352
// [21]A(B)C" without the blank: parentheses are legal in serial numbers (GS1 General
// Specifications, figure 7.11-1, character set 82), square brackets are not, so this form is never
// ambiguous. gs1/ checks every value; partners of an AI (the GTIN of a serial number) may stand in
// another symbol on the item. symbology/make/symbol.h makes the other kinds.
//
// FNC1 leads the symbol and separates elements; the smallest symbol that holds the data is chosen.
//
// Thread safety: callable from many threads, each holds one encoder. Cost: about 12 us for a pack's
// four elements (24x24), below 1 us for an SSCC.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "symbology/bit_matrix.h"

namespace packtrail::symbology {

inline constexpr std::size_t kElementTextMax = 2048;  // Bytes of bracketed text.

// A square ECC 200 symbol (ISO/IEC 16022) with FNC1 first, 10x10 to 144x144 modules.
// Fails with InvalidArgument for text that is no GS1 element data or does not fit one symbol, and
// for any warning of the encoder; with ResourceExhausted above kElementTextMax.
[[nodiscard]] Result<BitMatrix> make_gs1_datamatrix(std::string_view bracketed_square);

// A GS1-128 symbol (ISO/IEC 15417 with FNC1 first), one row, for example "[00]395060001343520001"
// on a case or pallet label. Fails as make_gs1_datamatrix; at most 48 characters of data.
[[nodiscard]] Result<BitMatrix> make_gs1_128(std::string_view bracketed_square);

}  // namespace packtrail::symbology
