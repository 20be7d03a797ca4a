#include "symbology/bit_matrix.h"

namespace packtrail::symbology {

BitMatrix::BitMatrix(int width, int height)
    : width_(width),
      height_(height),
      modules_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0) {}

}  // namespace packtrail::symbology
