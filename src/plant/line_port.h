// plant/line_port.h - what the plant asks of a packaging line: printer, camera, reject station.
//
// The camera hands over pictures and nothing else: it does not know what should be on them. Devices
// and the simulated line implement PackLine (adapters/); tests script it.
//
// Thread safety: a line belongs to the one thread that steps its order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "symbology/image.h"

namespace packtrail::plant {

// What the camera reports at one trigger.
struct Frame {
  enum class Kind : std::uint8_t {
    Pack,    // `image` shows a pack.
    NoPack,  // Trigger without a pack; `image` is empty.
  };
  Kind kind = Kind::Pack;
  symbology::GreyImage image;
};

enum class Decision : std::uint8_t { Reject, Accept };

class PackLine {
 public:
  virtual ~PackLine() = default;

  // Prints the label of the next pack: "[01]..[21]..[17]..[10].." (symbology/make/datamatrix.h).
  // InvalidArgument: this text cannot be printed, nothing was; any other failure stops the line.
  virtual Status print(std::string_view bracketed_square) = 0;
  // The next trigger, in the order packs pass; nothing when every printed pack has passed.
  virtual Result<std::optional<Frame>> next() = 0;
  // Tells the reject station: one decision per trigger since the last call, in their order. Returns
  // when every pack is confirmed in its lane; default is reject. When a line starts, nothing of an
  // earlier run is on it: what was released and not recorded was cleared from it.
  virtual Status release(std::span<const Decision> decisions) = 0;

  // What the line's own sensors counted since the line started, whatever it was told: the trigger
  // at the camera, and one sensor in each lane behind the reject station.
  struct Seen {
    std::uint64_t packs = 0;     // Triggers with a pack.
    std::uint64_t empty = 0;     // Triggers without one.
    std::uint64_t accepted = 0;  // Packs in the good lane.
    std::uint64_t rejected = 0;  // Packs in the reject bin.
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  // Between print windows, when no pack is on its way.
  [[nodiscard]] virtual Seen counted() const = 0;
};

// Runs `work(lane, i)` for every i in 0 .. count-1, at most once per lane at a time, and returns
// when all are done. The default is one lane, in order.
class ParallelFor {
 public:
  virtual ~ParallelFor() = default;
  [[nodiscard]] virtual std::size_t lanes() const { return 1; }
  virtual void run(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work) {
    for (std::size_t i = 0; i < count; ++i) work(0, i);
  }
};

// Keeps what the camera saw for the batch report: one good and one bad label per order.
class PictureStore {
 public:
  enum class Kind : std::uint8_t { Good, Bad };
  virtual ~PictureStore() = default;
  [[nodiscard]] virtual bool has(std::string_view order_id, Kind kind) const = 0;
  virtual Status keep(std::string_view order_id, Kind kind, ByteView png) = 0;
  virtual Result<std::optional<Bytes>> find(std::string_view order_id, Kind kind) const = 0;
};

}  // namespace packtrail::plant
