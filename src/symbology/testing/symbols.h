// symbology/testing/symbols.h - symbols of every DataMatrix size with random GS1 content, for tests
// and benches.
//
// Deterministic: the same seed gives the same symbol. Not part of the product's library.
#pragma once

#include <cstdint>
#include <string>

#include "symbology/bit_matrix.h"

namespace packtrail::symbology::test {

struct Drawn {
  BitMatrix symbol{1, 1};
  std::string bracketed;  // "[01]09506000134352[21]...".
  std::string data;       // As a scanner transmits it, without the identifier.
};

// A GS1 DataMatrix of exactly rows x columns (square, rectangular or DMRE). From 16 x 16 on it
// holds a GTIN; its other elements have random lengths and characters. An empty `data` means that
// the encoder refused.
[[nodiscard]] Drawn draw_datamatrix(int rows, int columns, std::uint64_t seed);
// "09506000134352" and its like: 13 random digits after prefix 950 with their check digit.
[[nodiscard]] std::string random_gtin(std::uint64_t seed);
// GS1-128 ]C1, ITF-14 ]I1, GS1 QR ]Q3, QR with a Digital Link ]Q1, DataMatrix with one ]d1.
[[nodiscard]] Drawn draw_gs1_128(std::uint64_t seed);
[[nodiscard]] Drawn draw_itf14(std::uint64_t seed);
[[nodiscard]] Drawn draw_gs1_qr(std::uint64_t seed);
[[nodiscard]] Drawn draw_link_qr(std::uint64_t seed);
[[nodiscard]] Drawn draw_link_datamatrix(std::uint64_t seed);

}  // namespace packtrail::symbology::test
