// symbology/bit_matrix.h - the modules of a symbol: true is dark.
//
// A matrix symbol has as many rows as modules; a linear symbol (GS1-128) has one row and each
// column is one X-dimension wide. The quiet zone is not part of it (symbology/raster.h adds it).
//
// Thread safety: a value. Cost: one byte per module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace packtrail::symbology {

class BitMatrix {
 public:
  // All light. 1 <= width, height <= kSideMax is the caller's duty.
  static constexpr int kSideMax = 1152;
  BitMatrix(int width, int height);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] bool is_linear() const { return height_ == 1; }

  // Unchecked: 0 <= x < width(), 0 <= y < height(), row 0 is the top.
  [[nodiscard]] bool get(int x, int y) const { return modules_[index(x, y)] != 0; }
  void set(int x, int y, bool dark) { modules_[index(x, y)] = dark ? 1 : 0; }

  // A row's width() modules, 1 dark, 0 light; nothing else may be written.
  [[nodiscard]] std::span<std::uint8_t> row(int y) {
    return {modules_.data() + index(0, y), static_cast<std::size_t>(width_)};
  }

  friend bool operator==(const BitMatrix&, const BitMatrix&) = default;

 private:
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
           static_cast<std::size_t>(x);
  }

  int width_;
  int height_;
  std::vector<std::uint8_t> modules_;
};

}  // namespace packtrail::symbology
