#include "app/demo.h"

#include <chrono>
#include <string>

#include <fmt/format.h>

#include "plant/isa95.h"
#include "trace/trace.h"

namespace packtrail::app {
namespace {

constexpr auto kLook = std::chrono::milliseconds(500);
constexpr int kLooksAfterFailure = 60;

// A fictitious product under GS1's example prefix; two years of shelf life.
std::string order_document(const std::string& id, UtcTime now) {
  const Date today = Date::of(now);
  return fmt::format(R"toml(order_id = "{0}"

[product]
gtin = "09521234000013"
name = "Demozan (fictitious demo product)"
strength = "20 mg"
form = "film-coated tablets"
pack_size = 28
market = "EU"

[batch]
lot = "{0}"
expiry = {1}
quantity = 600
samples = 2

[packaging]
packs_per_case = 20
cases_per_pallet = 6
partial = "allowed"

[plant]
gln = "9521234001003"
company_prefix = "9521234"
line = "{2}"
label_dpi = 300

[shipping]
receiver_gln = "9527654000015"
receiver_company_prefix = "9527654"
delivery = "DN-{0}"
purchase_order = "PO-{0}"
)toml",
                     id, Date::from_ymd(today.year() + 2, today.month(), 1)->to_iso(), kDemoLine);
}

std::string next_order_id(UtcTime now) {
  const std::string time = now.to_text();  // 2026-11-20T10:20:30.123Z
  return fmt::format("DEMO{}{}{}{}{}{}", time.substr(2, 2), time.substr(5, 2), time.substr(8, 2),
                     time.substr(11, 2), time.substr(14, 2), time.substr(17, 2));
}

}  // namespace

DemoPlant::DemoPlant(plant::OrderDesk& desk, const trace::Trace& trace, const Clock& clock,
                     std::string company)
    : desk_(desk), trace_(trace), clock_(clock), company_(std::move(company)), thread_([this] {
        work();
      }) {}

DemoPlant::~DemoPlant() {
  stop_ = true;
  thread_.join();
}

void DemoPlant::work() {
  capture::Actor actor;
  actor.id = "demo";
  actor.method = capture::AuthMethod::System;
  actor.company = company_;
  int rest = 0;
  while (!stop_) {
    std::this_thread::sleep_for(kLook);
    if (rest > 0) {
      --rest;
      continue;
    }
    bool busy = false;
    std::string unfinished;
    for (const auto& line : desk_.live()) {
      if (line.line != kDemoLine) continue;
      busy = line.state == plant::OrderState::Running;
    }
    if (busy) continue;
    bool held = false;
    for (const auto& order : desk_.list()) {
      if (order.line != kDemoLine || order.counters.state != plant::OrderState::Held) continue;
      // Interrupted, not held: the ledger still has it running.
      const auto recorded = trace_.reader()->order(order.order_id);
      if (recorded && recorded->state == plant::kJobRunning) {
        unfinished = order.order_id;
      } else {
        held = true;
      }
    }
    if (unfinished.empty() && held) continue;
    if (unfinished.empty()) {
      unfinished = next_order_id(clock_.now());
      const auto opened = desk_.open(order_document(unfinished, clock_.now()), actor);
      if (!opened) {
        std::fprintf(stderr, "packtrail: demo order refused: %s\n",
                     opened.error().front().to_text().c_str());
        rest = kLooksAfterFailure;
        continue;
      }
    }
    if (const auto run = desk_.run(unfinished, actor); !run) {
      std::fprintf(stderr, "packtrail: demo order does not run: %s\n",
                   run.error().to_text().c_str());
      rest = kLooksAfterFailure;
    }
  }
}

}  // namespace packtrail::app
