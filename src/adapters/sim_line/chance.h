// adapters/sim_line/chance.h - the line's own dice: the same seed gives the same line everywhere.
//
// SplitMix64 (Steele, Lea, Flood 2014): one addition and three mixes per draw; a draw for a label
// starts from a hash of (seed, sequence number, text), so labels do not depend on each other.
// Simulation only: nothing secret may come from it.
//
// Thread safety: a value. Cost: about a nanosecond per draw.
#pragma once

#include <cstdint>
#include <string_view>

namespace packtrail::sim_line {

class Chance {
 public:
  Chance(std::uint64_t seed, std::uint64_t sequence, std::string_view text) : state_(seed) {
    state_ = next() ^ (sequence * 0xD1B54A32D192ED03U);
    std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a.
    for (const char c : text) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x00000100000001B3U;
    }
    state_ = next() ^ hash;
  }

  [[nodiscard]] std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  // [0, 1), and [low, high).
  [[nodiscard]] double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  [[nodiscard]] double uniform(double low, double high) { return low + (high - low) * uniform(); }

 private:
  std::uint64_t state_;
};

}  // namespace packtrail::sim_line
