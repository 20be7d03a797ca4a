// symbology/grade/trend.h - warns that packs are about to fail, while they still pass.
//
// Grades fall slowly when a print head wears, a ribbon runs out of ink or a lens drifts. The trend
// of each parameter is a straight line through the means of the latest batches; it counts only when
// it is far steeper than chance would have it, so steady noise, however wild, gives no alarm. From
// the line follows how many packs are left until the limit is crossed.
//
// Three time scales are watched, so that a fall over a shift is seen as well as one over minutes.
//
// Thread safety: one thread at a time. Cost: some 20 ns per pack, 1 us per batch; fixed memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "symbology/grade/report.h"

namespace packtrail::symbology {

struct TrendOptions {
  double limit = 1.5;     // Grade that must not be crossed.
  int warn_packs = 1000;  // Warn at the latest when this many are left; at least 1.
  int batch = 50;  // Packs per mean on the finest scale, 2..10,000. kWindow batches are looked at.
};

enum class TrendState : std::uint8_t {
  Learning,  // Fewer than kWindow batches.
  Steady,
  Falling,  // Will cross the limit within twice warn_packs, if it goes on.
  Below,    // The mean of the window's last quarter is below the limit.
};
[[nodiscard]] const char* to_string(TrendState state);  // "learning", "steady", ...

// The trend of one value, higher is better.
class GradeTrend {
 public:
  static constexpr std::size_t kWindow = 16;
  // Batches of the finest scale, four and sixteen times as many packs.
  static constexpr std::size_t kScales = 3;
  // How many standard errors a slope must lie below zero. With independent noise of any shape the
  // chance of an alarm in 10^5 packs is below 10^-4 per parameter.
  static constexpr double kSignificance = 6;

  // Options out of range are taken to their nearest allowed value.
  explicit GradeTrend(const TrendOptions& options);

  // The next pack; values that are not finite are left out. Returns the state after it.
  TrendState add(double grade);

  [[nodiscard]] TrendState state() const { return state_; }
  // Mean at the end of the line on the finest scale; 0 while learning.
  [[nodiscard]] double level() const { return scales_[0].level; }
  // Until the line crosses the limit; only in the state Falling (and 0 in Below).
  [[nodiscard]] std::optional<std::int64_t> packs_left() const;

 private:
  // A line through the latest means of one batch size.
  struct Scale {
    int batch = 0;
    std::array<double, kWindow> means{};      // Ring.
    std::array<double, kWindow> variances{};  // Within each batch.
    std::size_t batches = 0;
    int count = 0;  // Of the current batch.
    double mean = 0;
    double squares = 0;
    double level = 0;         // The line's end.
    double slope = 0;         // Per pack.
    double significance = 0;  // The slope in standard errors.
    double newest = 0;        // Mean of the window's last quarter.

    bool add(double grade);  // True when a batch is full and the line is new.
    void fit();
  };
  void judge();

  TrendOptions options_;
  std::array<Scale, kScales> scales_;
  TrendState state_ = TrendState::Learning;
  double left_ = 0;
};

struct TrendWarning {
  Parameter parameter;
  TrendState state;  // Falling or Below.
  std::int64_t packs_left;
  const char* to_do;
};

// Every graded parameter of a run. With whole grades the limit is the next whole grade above
// `limit`, since 1.9 counts as 1.
class RunTrend {
 public:
  explicit RunTrend(const TrendOptions& options) : options_(options) {}

  // The next pack. Returns what is to be warned of now, the nearest first; usually nothing.
  std::vector<TrendWarning> add(const GradeReport& report);

 private:
  TrendOptions options_;
  std::vector<std::pair<Parameter, GradeTrend>> trends_;
};

}  // namespace packtrail::symbology
