// adapters/sim_line/simulated_line.h - a packaging line without the line: printer and camera.
//
// The printer gets labels, the camera hands out pictures of the packs that pass; between the two
// happens what happens on a real line: tilt, uneven light, blur, noise, weak contrast, scratches,
// smeared prints, missing packs, a label printed twice. The camera gives pixels and nothing else:
// no pose, no seed, no expected number. The demo plant and the line tests run on it.
//
// Deterministic: what happens to a label is a function of (seed, its sequence number, its text), so
// a line that resumes at sequence number n behaves as the line that never stopped.
//
// Thread safety: one thread. Cost: 0.2 - 0.4 ms per pack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "symbology/image.h"

namespace packtrail::sim_line {

// Rates are probabilities per label, 0..1; they exclude each other and must sum to at most 1.
struct Disturbance {
  std::uint64_t seed = 1;
  double blur_modules_max = 0.40;  // Standard deviation, in modules; uniform from 0.10 to this.
  double noise_sd_max = 14.0;      // Grey levels; uniform from 2 to this.
  double contrast_min = 0.55;      // Share of the full grey range; uniform from this to 1.
  double rotation_degrees_max = 180.0;  // Uniform, both ways.
  double light_gradient_max = 0.30;     // Loss of light across the picture; uniform from 0.
  double damage_rate = 0.02;            // A scratch or speck that error correction should mend.
  double unreadable_rate = 0.010;       // Smeared, faded or blank print.
  double missing_rate = 0.003;          // The trigger fires, there is no pack.
  double duplicate_rate = 0.002;        // The label comes a second time, on one pack more.
  double swapped_rate = 0.0;            // This label and the next change places.
  double foreign_rate = 0.0;            // A pack of another product slips in ahead of this one.
};

enum class FrameKind : std::uint8_t {
  Pack,    // `image` shows a pack.
  NoPack,  // Trigger without a pack; `image` is empty. The label of that pack is lost.
};

struct Frame {
  FrameKind kind = FrameKind::Pack;
  symbology::GreyImage image;
};

// What a test lets happen at the next label that is printed.
enum class FaultKind : std::uint8_t {
  SwapNextTwo,  // The next two labels arrive in the other order.
  Foreign,      // A pack with `text` arrives before the next label.
  Represent,    // As Foreign: an earlier pack, known by its `text`, is laid on the belt again.
  DuplicateNext,
  UnreadableNext,
  MissingNext,
};
struct Fault {
  FaultKind kind = FaultKind::Foreign;
  std::string text;  // "[01]..": of Foreign and Represent, else empty.
};

class SimulatedLine {
 public:
  static constexpr std::size_t kQueueMax = 4096;  // Labels printed and not yet seen.

  // `printer_dpi` is 203, 300 or 600; the first label printed has number `sequence`. Fails with
  // InvalidArgument for a rate or amount that is out of its range (field names it).
  static Result<SimulatedLine> create(const Disturbance& disturbance, int printer_dpi = 300,
                                      std::uint64_t sequence = 0);
  ~SimulatedLine();
  SimulatedLine(SimulatedLine&&) noexcept;
  SimulatedLine& operator=(SimulatedLine&&) noexcept;

  // Prints the label for the next pack, text as symbology/make/datamatrix.h takes it. Fails as
  // make_gs1_datamatrix (nothing is printed, the sequence number is not used up) and with
  // ResourceExhausted at kQueueMax.
  Status print(std::string_view bracketed_square);

  // What the camera sees at its next trigger, or empty when every printed pack has passed. With
  // swapping in force the last label waits for its partner until flush().
  std::optional<Frame> next_frame();
  // The belt runs empty: a label that waits for its partner passes alone.
  void flush();

  // Takes effect at the next print(). Fails with InvalidArgument for a text that makes no symbol.
  Status inject(const Fault& fault);

  // The sequence number that the next label gets.
  [[nodiscard]] std::uint64_t sequence() const;

 private:
  class Belt;
  explicit SimulatedLine(std::unique_ptr<Belt> belt);
  std::unique_ptr<Belt> belt_;
};

}  // namespace packtrail::sim_line
