// adapters/sim_line/pack_line.h - the simulated line as the plant's port to a packaging line.
//
// Adds the reject station and the sensors: the trigger counts what passes the camera, a sensor in
// each lane what arrives there. An empty place arrives nowhere, whatever was decided about it.
// Thread safety: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
    const bool is_pack = seen->kind == FrameKind::Pack;
    waiting_.push_back(is_pack);
    ++(is_pack ? counted_.packs : counted_.empty);
    plant::Frame frame;
    frame.kind = is_pack ? plant::Frame::Kind::Pack : plant::Frame::Kind::NoPack;
    frame.image = std::move(seen->image);
    return std::optional<plant::Frame>(std::move(frame));
  }

  // InvalidArgument unless there is one decision for each trigger since the last call: a count
  // that is out of step rejects everything.
  Status release(std::span<const plant::Decision> decisions) override {
    const std::vector<bool> waiting = std::exchange(waiting_, {});
    const bool in_step = decisions.size() == waiting.size();
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (!waiting[i]) continue;
      const bool accept = in_step && decisions[i] == plant::Decision::Accept;
      ++(accept ? counted_.accepted : counted_.rejected);
    }
    if (in_step) return {};
    return Error{.message = std::to_string(decisions.size()) + " decisions for " +
                            std::to_string(waiting.size()) + " triggers",
                 .rule = "the reject station wants one decision per trigger"};
  }

  [[nodiscard]] Seen counted() const override { return counted_; }

  [[nodiscard]] SimulatedLine& line() { return line_; }  // For faults of tests and the demo plant.

 private:
  SimulatedLine line_;
  std::vector<bool> waiting_;  // Triggers without a decision; true: a pack.
  Seen counted_;
};

}  // namespace packtrail::sim_line
