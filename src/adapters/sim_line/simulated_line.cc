#include "adapters/sim_line/simulated_line.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "adapters/sim_line/camera.h"
#include "adapters/sim_line/chance.h"
#include "symbology/make/datamatrix.h"
#include "symbology/raster.h"

namespace packtrail::sim_line {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kPixelsPerModuleMin = 5.0;
constexpr double kPixelsPerModuleMax = 6.0;
constexpr int kPictureSideMin = 160;
constexpr int kMargin = 8;  // Camera pixels beyond the turned symbol.
constexpr int kForeignSerialSize = 12;

enum class Condition : std::uint8_t { Good, Damaged, Unreadable };

struct Pack {
  symbology::BitMatrix symbol;
  std::string text;
  std::uint64_t sequence;
  std::uint64_t copy;  // 0, or which extra pack of this sequence number: they lie differently.
  Condition condition;
  bool present;
};

Status check_range(const char* field, double value, double min, double max) {
  if (value >= min && value <= max) return {};
  return Error{.code = Errc::InvalidArgument,
               .message = std::to_string(value) + " is out of range",
               .field = field,
               .rule = std::to_string(min) + " to " + std::to_string(max)};
}

Status check(const Disturbance& d) {
  PACKTRAIL_TRY(check_range("blur_modules_max", d.blur_modules_max, 0, 2));
  PACKTRAIL_TRY(check_range("noise_sd_max", d.noise_sd_max, 0, 100));
  PACKTRAIL_TRY(check_range("contrast_min", d.contrast_min, 0.02, 1));
  PACKTRAIL_TRY(check_range("rotation_degrees_max", d.rotation_degrees_max, 0, 180));
  PACKTRAIL_TRY(check_range("light_gradient_max", d.light_gradient_max, 0, 0.95));
  PACKTRAIL_TRY(check_range("damage_rate", d.damage_rate, 0, 1));
  PACKTRAIL_TRY(check_range("unreadable_rate", d.unreadable_rate, 0, 1));
  PACKTRAIL_TRY(check_range("missing_rate", d.missing_rate, 0, 1));
  PACKTRAIL_TRY(check_range("duplicate_rate", d.duplicate_rate, 0, 1));
  PACKTRAIL_TRY(check_range("swapped_rate", d.swapped_rate, 0, 1));
  PACKTRAIL_TRY(check_range("foreign_rate", d.foreign_rate, 0, 1));
  return check_range("rates",
                     d.damage_rate + d.unreadable_rate + d.missing_rate + d.duplicate_rate +
                         d.swapped_rate + d.foreign_rate,
                     0, 1);
}

// A pack of nobody's order: GS1's example company prefix 952 and a product that no demo makes.
std::string foreign_text(Chance& chance) {
  constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  std::string serial(kForeignSerialSize, ' ');
  for (char& c : serial) c = kAlphabet[chance.next() % kAlphabet.size()];
  return "[01]09529999999993[21]" + serial + "[17]291231[10]STRAY";
}

// A line of paper or ink across the print, or a speck on it; small enough to be mended as a rule.
void damage(symbology::GreyImage& print, int dots, Chance& chance) {
  const auto ink = static_cast<std::uint8_t>(chance.uniform() < 0.3 ? 0 : 255);
  const double x = chance.uniform(0.15, 0.85) * print.width;
  const double y = chance.uniform(0.15, 0.85) * print.height;
  const double angle = chance.uniform(0, 2 * kPi);
  const bool scratch = chance.uniform() < 0.5;
  const double reach = scratch ? chance.uniform(0.2, 0.45) * print.width : 0;
  const double radius = dots * (scratch ? chance.uniform(0.2, 0.45) : chance.uniform(0.6, 1.6));
  const double c = std::cos(angle), s = std::sin(angle);
  for (int row = 0; row < print.height; ++row) {
    for (int column = 0; column < print.width; ++column) {
      const double along = (column - x) * c + (row - y) * s;
      const double aside = (row - y) * c - (column - x) * s;
      const double beyond = std::max(std::abs(along) - reach, 0.0);
      if (beyond * beyond + aside * aside <= radius * radius) print.at(column, row) = ink;
    }
  }
}

// Each row becomes its running mean over `width` dots: the ribbon slipped.
void smear(symbology::GreyImage& print, int width) {
  std::vector<std::uint8_t> source(static_cast<std::size_t>(print.width));
  for (int y = 0; y < print.height; ++y) {
    std::uint8_t* row = print.row(y);
    std::copy_n(row, print.width, source.begin());
    for (int x = 0; x < print.width; ++x) {
      const int first = std::max(x - width + 1, 0);
      int sum = 0;
      for (int i = first; i <= x; ++i) sum += source[static_cast<std::size_t>(i)];
      row[x] = static_cast<std::uint8_t>(sum / (x - first + 1));
    }
  }
}

void ruin(symbology::GreyImage& print, int dots, Chance& chance) {
  const double kind = chance.uniform();
  if (kind < 0.4) {  // The ribbon ran out.
    std::fill(print.pixels.begin(), print.pixels.end(), std::uint8_t{255});
  } else if (kind < 0.7) {
    smear(print, dots * static_cast<int>(chance.uniform(7, 11)));
  } else {  // Some print nozzles are blocked: a broad band is missing.
    const int first = static_cast<int>(chance.uniform(0.1, 0.4) * print.width);
    const int last = first + static_cast<int>(chance.uniform(0.4, 0.6) * print.width);
    for (int y = 0; y < print.height; ++y)
      std::fill(print.row(y) + first, print.row(y) + last, 255);
  }
}

}  // namespace

class SimulatedLine::Belt {
 public:
  Belt(const Disturbance& disturbance, const symbology::PrintSpec& spec, std::uint64_t sequence)
      : disturbance_(disturbance), spec_(spec), sequence_(sequence) {}

  Status print(std::string_view text) {
    if (packs_.size() + faults_.size() + 3 > kQueueMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "too many labels are printed and not yet seen",
                   .rule = "kQueueMax " + std::to_string(kQueueMax)};
    }
    auto symbol = PACKTRAIL_TRY(symbology::make_gs1_datamatrix(text));
    Chance chance(disturbance_.seed, sequence_, text);
    Event event = draw(chance);
    for (const Fault& fault : faults_) apply(fault, event);
    faults_.clear();
    if (event.foreign) add_stray(foreign_text(chance));

    Pack pack{std::move(symbol), std::string(text), sequence_, 0, event.condition, event.present};
    ++sequence_;
    if (event.swap && !held_) {
      held_ = std::move(pack);
      return {};
    }
    packs_.push_back(std::move(pack));
    if (event.duplicate) {
      Pack again = packs_.back();
      again.copy = 1;
      again.condition = Condition::Good;
      again.present = true;
      packs_.push_back(std::move(again));
    }
    flush();
    return {};
  }

  std::optional<Frame> next_frame() {
    if (packs_.empty()) return std::nullopt;
    const Pack pack = std::move(packs_.front());
    packs_.pop_front();
    if (!pack.present) return Frame{FrameKind::NoPack, {}};
    return Frame{FrameKind::Pack, see(pack)};
  }

  void flush() {
    if (!held_) return;
    packs_.push_back(*std::move(held_));
    held_.reset();
  }

  Status inject(const Fault& fault) {
    const bool has_text = fault.kind == FaultKind::Foreign || fault.kind == FaultKind::Represent;
    if (has_text) PACKTRAIL_TRY(symbology::make_gs1_datamatrix(fault.text));
    if (faults_.size() >= kQueueMax / 2) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "too many faults wait for a label",
                   .rule = "kQueueMax / 2 = " + std::to_string(kQueueMax / 2)};
    }
    faults_.push_back(fault);
    return {};
  }

  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

 private:
  struct Event {
    Condition condition = Condition::Good;
    bool present = true;
    bool duplicate = false;
    bool swap = false;
    bool foreign = false;
  };

  [[nodiscard]] Event draw(Chance& chance) const {
    Event event;
    double at = chance.uniform();
    const auto falls = [&](double rate) {
      const bool hit = at >= 0 && at < rate;
      at -= rate;
      return hit;
    };
    if (falls(disturbance_.damage_rate)) event.condition = Condition::Damaged;
    if (falls(disturbance_.unreadable_rate)) event.condition = Condition::Unreadable;
    if (falls(disturbance_.missing_rate)) event.present = false;
    if (falls(disturbance_.duplicate_rate)) event.duplicate = true;
    if (falls(disturbance_.swapped_rate)) event.swap = true;
    if (falls(disturbance_.foreign_rate)) event.foreign = true;
    return event;
  }

  void apply(const Fault& fault, Event& event) {
    switch (fault.kind) {
      case FaultKind::SwapNextTwo:
        event.swap = true;
        break;
      case FaultKind::Foreign:
      case FaultKind::Represent:
        add_stray(fault.text);
        break;
      case FaultKind::DuplicateNext:
        event.duplicate = true;
        break;
      case FaultKind::UnreadableNext:
        event.condition = Condition::Unreadable;
        break;
      case FaultKind::MissingNext:
        event.present = false;
        break;
    }
  }

  void add_stray(const std::string& text) {
    auto symbol = symbology::make_gs1_datamatrix(text);
    if (!symbol) return;  // inject() has made it once already, and ours always makes one.
    packs_.push_back({*std::move(symbol), text, sequence_, 2 + strays_++, Condition::Good, true});
  }

  symbology::GreyImage see(const Pack& pack) {
    Chance chance(disturbance_.seed ^ 0xC0FFEE, sequence_of(pack), pack.text);
    const auto module = symbology::module_of(spec_);
    auto print = symbology::render(pack.symbol, spec_);
    // Both were checked by create() and fit every DataMatrix; a blank picture is an unread pack.
    if (!module || !print) return symbology::GreyImage(kPictureSideMin, kPictureSideMin);
    if (pack.condition == Condition::Damaged) damage(*print, module->dots, chance);
    if (pack.condition == Condition::Unreadable) ruin(*print, module->dots, chance);

    const Disturbance& d = disturbance_;
    Pose pose;
    const double per_module = chance.uniform(kPixelsPerModuleMin, kPixelsPerModuleMax);
    pose.pixels_per_dot = per_module / module->dots;
    pose.radians = chance.uniform(-1, 1) * d.rotation_degrees_max * kPi / 180;
    pose.shift_x = chance.uniform(-6, 6);
    pose.shift_y = chance.uniform(-6, 6);
    pose.blur_sigma =
        per_module * chance.uniform(std::min(0.10, d.blur_modules_max), d.blur_modules_max);
    pose.noise_sd = chance.uniform(std::min(2.0, d.noise_sd_max), d.noise_sd_max);
    const double contrast = chance.uniform(d.contrast_min, 1);
    const double middle = chance.uniform(105, 150);
    pose.dark = std::max(middle - 105 * contrast, 4.0);
    pose.light = std::min(middle + 105 * contrast, 251.0);
    pose.light_loss = chance.uniform(0, d.light_gradient_max);
    pose.light_radians = chance.uniform(0, 2 * kPi);
    const double diagonal = std::hypot(print->width, print->height) * pose.pixels_per_dot;
    const int side = std::max(static_cast<int>(diagonal) + 2 * kMargin, kPictureSideMin);
    return camera_.look(*print, pose, side, chance);
  }

  static std::uint64_t sequence_of(const Pack& pack) { return pack.sequence ^ (pack.copy << 48); }

  Disturbance disturbance_;
  symbology::PrintSpec spec_;
  std::uint64_t sequence_;
  std::uint64_t strays_ = 0;
  std::deque<Pack> packs_;
  std::optional<Pack> held_;
  std::vector<Fault> faults_;
  Camera camera_;
};

SimulatedLine::SimulatedLine(std::unique_ptr<Belt> belt) : belt_(std::move(belt)) {}
SimulatedLine::~SimulatedLine() = default;
SimulatedLine::SimulatedLine(SimulatedLine&&) noexcept = default;
SimulatedLine& SimulatedLine::operator=(SimulatedLine&&) noexcept = default;

Result<SimulatedLine> SimulatedLine::create(const Disturbance& disturbance, int printer_dpi,
                                            std::uint64_t sequence) {
  PACKTRAIL_TRY(check(disturbance));
  symbology::PrintSpec spec;
  spec.dpi = printer_dpi;
  PACKTRAIL_TRY(symbology::module_of(spec));
  return SimulatedLine(std::make_unique<Belt>(disturbance, spec, sequence));
}

Status SimulatedLine::print(std::string_view bracketed_square) {
  return belt_->print(bracketed_square);
}
std::optional<Frame> SimulatedLine::next_frame() { return belt_->next_frame(); }
void SimulatedLine::flush() { belt_->flush(); }
Status SimulatedLine::inject(const Fault& fault) { return belt_->inject(fault); }
std::uint64_t SimulatedLine::sequence() const { return belt_->sequence(); }

}  // namespace packtrail::sim_line
