#include "symbology/grade/fixed_pattern.h"

#include <algorithm>

namespace packtrail::symbology {
namespace {

constexpr int kGapMax = 3;          // Damaged modules side by side in a side of the L.
constexpr int kGapDistanceMin = 4;  // Sound modules between two gaps.
constexpr int kGroup = 5;           // Clock modules looked at together.
constexpr int kGroupWrongMax = 2;

using Strip = std::vector<const ModuleFinding*>;

class FixedPattern {
 public:
  FixedPattern(const Ecc200Size& size, const std::vector<ModuleFinding>& modules, Steps steps)
      : size_(size), modules_(modules), steps_(steps) {}

  // `skip_c`: without the levels of grade 2.
  [[nodiscard]] double overlay(bool skip_c,
                               const std::function<double(int level)>& notional) const {
    const int step = steps_ == Steps::Whole ? 10 : 1;
    double best = 0;
    for (int level = 40; level > 0; level -= step) {
      if (level <= best * 10 + 1e-6) break;
      if (skip_c && level >= 20 && level < 30) continue;
      best = std::max(best, std::min(level / 10.0, notional(level)));
    }
    return best;
  }

  [[nodiscard]] double side_grade(const Strip& strip, bool skip_c) const {
    return overlay(skip_c, [&](int level) {
      int bad = 0, run = 0, sound = kGapDistanceMin;
      bool close = false;
      for (const ModuleFinding* module : strip) {
        if (module->level >= level) {
          ++sound;
          run = 0;
          continue;
        }
        ++bad;
        // A gap that begins too near to the one before it.
        if (run == 0 && sound < kGapDistanceMin) close = true;
        sound = 0;
        if (++run > kGapMax) close = true;
      }
      if (close) return 0.0;
      return kSideDamage.grade(static_cast<double>(bad) / static_cast<double>(strip.size()),
                               steps_);
    });
  }

  [[nodiscard]] double track_grade(const Strip& clock, const Strip& solid, bool skip_c) const {
    const auto transitions = [](const Strip& strip) {
      int count = 0;
      for (std::size_t i = 1; i < strip.size(); ++i) count += strip[i]->dark != strip[i - 1]->dark;
      return count;
    };
    const int clock_turns = transitions(clock);
    const double ratio =
        clock_turns == 0 ? 1
                         : std::max(0, transitions(solid) - 1) / static_cast<double>(clock_turns);
    const double ratio_grade = kTransitions.grade(ratio, steps_);
    const double damage = overlay(skip_c, [&](int level) {
      int clock_bad = 0, solid_bad = 0, in_group = 0;
      bool irregular = false;
      for (std::size_t i = 0; i < clock.size(); ++i) {
        clock_bad += clock[i]->level < level;
        in_group += clock[i]->level < level;
        if (i >= kGroup) in_group -= clock[i - kGroup]->level < level;
        if (in_group > kGroupWrongMax) irregular = true;
        solid_bad += solid[i]->level < level;
      }
      if (irregular) return 0.0;
      const auto n = static_cast<double>(clock.size());
      return std::min(kTrackDamage.grade(clock_bad / n, steps_),
                      kTrackDamage.grade(solid_bad / n, steps_));
    });
    return std::min(ratio_grade, damage);
  }

  // Modules from (x, y) on in direction (dx, dy).
  [[nodiscard]] Strip strip(int x, int y, int dx, int dy, int count) const {
    Strip out;
    for (int i = 0; i < count; ++i) {
      out.push_back(&modules_[static_cast<std::size_t>((y + i * dy + 1) * (size_.columns + 2) + x +
                                                       i * dx + 1)]);
    }
    return out;
  }

 private:
  const Ecc200Size& size_;
  const std::vector<ModuleFinding>& modules_;
  Steps steps_;
};

double share_wrong(const Strip& strip) {
  const auto wrong = std::count_if(strip.begin(), strip.end(),
                                   [](const ModuleFinding* module) { return module->wrong; });
  return static_cast<double>(wrong) / static_cast<double>(strip.size());
}

struct NamedStrip {
  std::string name;
  std::size_t segment;  // 0..3: which of the five it belongs to.
  Strip strip;
};

}  // namespace

FixedPatternGrade grade_fixed_pattern(const Ecc200Size& size,
                                      const std::vector<ModuleFinding>& modules, Steps steps,
                                      AverageRule rule) {
  const FixedPattern pattern(size, modules, steps);
  const int columns = size.columns, rows = size.rows;
  // The quiet zones reach around the corner of the L.
  std::vector<NamedStrip> sides = {
      {"L1", 0, pattern.strip(0, 0, 0, 1, rows)},
      {"L2", 1, pattern.strip(0, rows - 1, 1, 0, columns)},
      {"QZL1", 2, pattern.strip(-1, 0, 0, 1, rows + 1)},
      {"QZL2", 3, pattern.strip(-1, rows, 1, 0, columns + 1)},
  };
  const int width = size.region_width(), height = size.region_height();
  if (size.region_rows > 1) {
    for (int i = 0; i < size.region_rows; ++i) {
      const std::string part = "/" + std::to_string(i + 1);
      sides.push_back({"L1" + part, 0, pattern.strip(0, i * height, 0, 1, height)});
      sides.push_back({"QZL1" + part, 2, pattern.strip(-1, i * height, 0, 1, height)});
    }
  }
  if (size.region_columns > 1) {
    for (int i = 0; i < size.region_columns; ++i) {
      const std::string part = "/" + std::to_string(i + 1);
      sides.push_back({"L2" + part, 1, pattern.strip(i * width, rows - 1, 1, 0, width)});
      sides.push_back({"QZL2" + part, 3, pattern.strip(i * width, rows, 1, 0, width)});
    }
  }

  FixedPatternGrade out{{}, 0, 4};
  std::array<double, 5> five;
  std::array<double, 5> for_average;
  five.fill(4);
  for_average.fill(4);
  const bool skip_c = rule == AverageRule::DistributedDamage;
  std::vector<Segment> parts;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const NamedStrip& side = sides[i];
    const double grade = pattern.side_grade(side.strip, false);
    five[side.segment] = std::min(five[side.segment], grade);
    for_average[side.segment] =
        std::min(for_average[side.segment], skip_c ? pattern.side_grade(side.strip, true) : grade);
    (i < 4 ? out.segments : parts).push_back({side.name, share_wrong(side.strip), grade});
  }
  std::size_t track_modules = 0;
  double track_wrong = 0;
  for (int ry = 0; ry < size.region_rows; ++ry) {
    for (int rx = 0; rx < size.region_columns; ++rx) {
      const std::array<std::pair<Strip, Strip>, 2> tracks = {
          {{pattern.strip(rx * width, ry * height, 1, 0, width),
            pattern.strip(rx * width, ry * height - 1, 1, 0, width)},
           {pattern.strip(rx * width + width - 1, ry * height, 0, 1, height),
            pattern.strip(rx * width + width, ry * height, 0, 1, height)}}};
      for (std::size_t i = 0; i < 2; ++i) {
        const auto& [clock, solid] = tracks[i];
        const double grade = pattern.track_grade(clock, solid, false);
        five[4] = std::min(five[4], grade);
        for_average[4] =
            std::min(for_average[4], skip_c ? pattern.track_grade(clock, solid, true) : grade);
        const double wrong = (share_wrong(clock) + share_wrong(solid)) / 2;
        track_wrong += wrong * static_cast<double>(clock.size());
        track_modules += clock.size();
        if (size.region_rows * size.region_columns > 1) {
          parts.push_back({std::string(i == 0 ? "CTSA top " : "CTSA right ") +
                               std::to_string(rx + 1) + "/" + std::to_string(ry + 1),
                           wrong, grade});
        }
      }
    }
  }
  out.segments.push_back({"CTSA", track_wrong / static_cast<double>(track_modules), five[4]});
  for (std::size_t i = 0; i < 5; ++i) {
    out.mean += for_average[i] / 5;
    out.grade = std::min(out.grade, five[i]);
  }
  const double average = kAverage.grade(out.mean, steps);
  out.grade = std::min(out.grade, average);
  out.segments.insert(out.segments.end(), parts.begin(), parts.end());
  out.segments.push_back({skip_c ? "DD" : "AG", 0, average});
  return out;
}

}  // namespace packtrail::symbology
