// app/demo.h - the demo plant: one simulated line that works through one small order after another.
//
// An order that a person held stays held, and the line stands still until that person runs it.
//
// Thread safety: construct and destroy from one thread.
#pragma once

#include <atomic>
#include <string_view>
#include <thread>

#include "base/ports.h"
#include "plant/order_desk.h"

namespace packtrail::trace {
class Trace;
}

namespace packtrail::app {

inline constexpr std::string_view kDemoLine = "demo-1";
inline constexpr unsigned kDemoPackIntervalMs = 400;  // 150 packs a minute.

class DemoPlant {
 public:
  DemoPlant(plant::OrderDesk& desk, const trace::Trace& trace, const Clock& clock,
            std::string company);
  ~DemoPlant();
  DemoPlant(const DemoPlant&) = delete;
  DemoPlant& operator=(const DemoPlant&) = delete;

 private:
  void work();

  plant::OrderDesk& desk_;
  const trace::Trace& trace_;
  const Clock& clock_;
  std::string company_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace packtrail::app
