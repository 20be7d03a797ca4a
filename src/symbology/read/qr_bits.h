// symbology/read/qr_bits.h - from the data codewords of a QR symbol to its bytes.
//
// ISO/IEC 18004:2015, 7.4: segments of numeric, alphanumeric and byte mode, FNC1 in the first or
// second position, ECI. With FNC1 a single % of alphanumeric mode is the separator and %% is a
// percent sign (7.4.8.3), which zxing-cpp 1.4.0 gets wrong: it drops the rest of the segment.
//
// Thread safety: free function. Cost: about a microsecond.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace packtrail::symbology {

enum class Fnc1 : std::uint8_t { None, First, Second };

struct QrContent {
  Fnc1 fnc1 = Fnc1::None;
  bool has_eci = false;
  Bytes data;  // As a scanner sends it: the separator is GS, 0x1D; an application indicator first.
};

// `codewords`: the corrected data codewords of one symbol, all of them, so that their number and
// the error correction level ('L', 'M', 'Q' or 'H') tell the version. Empty when they do not, when
// the bits end within a segment, or for what is not read: Kanji, structured append.
[[nodiscard]] std::optional<QrContent> read_qr_bits(ByteView codewords, char level);

}  // namespace packtrail::symbology
