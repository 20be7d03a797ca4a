// adapters/sim_line/pack_line.h - the simulated line as the plant's port to a packaging line.
//
// Adds nothing but the reject station: it counts what it was told to let go and to reject.
// Thread safety: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/sim_line/simulated_line.h"
#include "plant/line_port.h"

namespace packtrail::sim_line {

class SimulatedPackLine final : public plant::PackLine {
 public:
  explicit SimulatedPackLine(SimulatedLine line) : line_(std::move(line)) {}

  Status print(std::string_view bracketed_square) override { return line_.print(bracketed_square); }

  Result<std::optional<plant::Frame>> next() override {
    std::optional<Frame> seen = line_.next_frame();
    if (!seen) {
      line_.flush();  // The belt runs empty at the end of a print window.
      seen = line_.next_frame();
    }
    if (!seen) return std::optional<plant::Frame>();
    ++waiting_;
    plant::Frame frame;
    frame.kind =
        seen->kind == FrameKind::Pack ? plant::Frame::Kind::Pack : plant::Frame::Kind::NoPack;
    frame.image = std::move(seen->image);
    return std::optional<plant::Frame>(std::move(frame));
  }

  // InvalidArgument unless there is one decision for each trigger since the last call: a count
  // that is out of step rejects everything.
  Status release(std::span<const plant::Decision> decisions) override {
    const std::size_t waiting = std::exchange(waiting_, 0);
    if (decisions.size() != waiting) {
      rejected_ += waiting;
      return Error{.message = std::to_string(decisions.size()) + " decisions for " +
                              std::to_string(waiting) + " triggers",
                   .rule = "the reject station wants one decision per trigger"};
    }
    for (const plant::Decision decision : decisions) {
      ++(decision == plant::Decision::Accept ? accepted_ : rejected_);
    }
    return {};
  }

  [[nodiscard]] SimulatedLine& line() { return line_; }  // For faults of tests and the demo plant.
  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  [[nodiscard]] std::uint64_t rejected() const { return rejected_; }  // Empty triggers included.

 private:
  SimulatedLine line_;
  std::size_t waiting_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
};

}  // namespace packtrail::sim_line
