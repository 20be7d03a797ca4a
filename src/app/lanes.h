// app/lanes.h - runs a window's image decoding on every core.
#pragma once

#include "plant/line_port.h"

namespace packtrail::app {

// Threads live for one call: a window holds tens of milliseconds of decoding.
class Lanes final : public plant::ParallelFor {
 public:
  explicit Lanes(std::size_t count) : count_(count == 0 ? 1 : count) {}
  [[nodiscard]] std::size_t lanes() const override { return count_; }
  void run(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work) override;

 private:
  std::size_t count_;
};

}  // namespace packtrail::app
