#include "symbology/grade/trend.h"

#include <algorithm>
#include <cmath>

namespace packtrail::symbology {
namespace {

// Of single grades: below this a change is rounding, not quality.
constexpr double kNoiseMin = 0.02;
// Degradation speeds up towards its end, so the prediction is warned of twice as early.
constexpr double kHaste = 2;

}  // namespace

const char* to_string(TrendState state) {
  switch (state) {
    case TrendState::Learning:
      return "learning";
    case TrendState::Steady:
      return "steady";
    case TrendState::Falling:
      return "falling";
    case TrendState::Below:
      return "below";
  }
  return "unknown";
}

GradeTrend::GradeTrend(const TrendOptions& options) : options_(options) {
  options_.warn_packs = std::max(options_.warn_packs, 1);
  int batch = std::clamp(options_.batch, 2, 10'000);
  for (Scale& scale : scales_) {
    scale.batch = batch;
    batch *= 4;
  }
}

TrendState GradeTrend::add(double grade) {
  if (!std::isfinite(grade)) return state_;
  bool fresh = false;
  for (Scale& scale : scales_) fresh |= scale.add(grade);
  if (fresh) judge();
  return state_;
}

bool GradeTrend::Scale::add(double grade) {
  ++count;
  const double before = grade - mean;
  mean += before / count;
  squares += before * (grade - mean);  // Welford.
  if (count < batch) return false;
  means[batches % kWindow] = mean;
  variances[batches % kWindow] = squares / (count - 1);
  ++batches;
  count = 0;
  mean = squares = 0;
  if (batches < kWindow) return false;
  fit();
  return true;
}

void GradeTrend::Scale::fit() {
  constexpr auto n = static_cast<double>(kWindow);
  constexpr double middle = (n - 1) / 2;
  constexpr double spread = n * (n * n - 1) / 12;  // Sum of the squared distances from the middle.
  double all = 0, product = 0, within = 0;
  newest = 0;
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double value = means[(batches + i) % kWindow];  // Oldest first.
    all += value / n;
    product += (static_cast<double>(i) - middle) * value;
    within += variances[i] / n;
    if (i >= kWindow - kWindow / 4) newest += value / (n / 4);
  }
  const double per_batch = product / spread;
  double residual = 0;
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double value = means[(batches + i) % kWindow];
    const double off = value - all - per_batch * (static_cast<double>(i) - middle);
    residual += off * off / (n - 2);
  }
  // The greater of both: packs within a batch may be more alike than batches are.
  const double noise =
      std::sqrt(std::max({within / batch, residual, kNoiseMin * kNoiseMin / batch}));
  significance = per_batch / (noise / std::sqrt(spread));
  level = all + per_batch * (n - 1 - middle);
  slope = per_batch / batch;
}

void GradeTrend::judge() {
  if (scales_[0].batches < kWindow) return;
  if (scales_[0].newest < options_.limit) {
    state_ = TrendState::Below;
    return;
  }
  // Once warned, half the significance keeps the warning up, so that it does not flicker.
  const double needed = state_ == TrendState::Falling ? kSignificance / 2 : kSignificance;
  state_ = TrendState::Steady;
  const double reach = kHaste * options_.warn_packs;
  for (const Scale& scale : scales_) {
    if (scale.batches < kWindow || scale.significance > -needed) continue;
    // The finest scale knows best where the grade is now; if it climbs, the cause is gone.
    if (scales_[0].significance > kSignificance / 2) continue;
    const double left = (scales_[0].level - options_.limit) / -scale.slope;
    if (left > reach || (state_ == TrendState::Falling && left >= left_)) continue;
    state_ = TrendState::Falling;
    left_ = std::max(left, 0.0);
  }
}

std::optional<std::int64_t> GradeTrend::packs_left() const {
  if (state_ == TrendState::Below) return 0;
  if (state_ != TrendState::Falling) return std::nullopt;
  return static_cast<std::int64_t>(left_);
}

std::vector<TrendWarning> RunTrend::add(const GradeReport& report) {
  const bool whole = report.edition == Edition::Iso15415_2011;
  std::vector<TrendWarning> out;
  for (const ScanGrade& scan : report.scans) {
    for (const ParameterGrade& each : scan.parameters) {
      if (!each.counts) continue;
      auto found = std::find_if(trends_.begin(), trends_.end(),
                                [&](const auto& trend) { return trend.first == each.parameter; });
      if (found == trends_.end()) {
        TrendOptions options = options_;
        if (whole) options.limit = std::ceil(options.limit);
        found = trends_.insert(trends_.end(), {each.parameter, GradeTrend(options)});
      }
      found->second.add(each.unlimited);
    }
  }
  for (const auto& [parameter, trend] : trends_) {
    if (trend.state() != TrendState::Falling && trend.state() != TrendState::Below) continue;
    const ParameterGrade* latest =
        report.scans.empty() ? nullptr : report.scans.back().find(parameter);
    out.push_back({parameter, trend.state(), trend.packs_left().value_or(0),
                   latest != nullptr ? latest->to_do : ""});
  }
  std::sort(out.begin(), out.end(), [](const TrendWarning& a, const TrendWarning& b) {
    return a.packs_left < b.packs_left;
  });
  return out;
}

}  // namespace packtrail::symbology
