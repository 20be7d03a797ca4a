#include "app/lanes.h"

#include <atomic>
#include <thread>

namespace packtrail::app {

void Lanes::run(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto lane = [&](std::size_t number) {
    for (std::size_t i = next++; i < count; i = next++) work(number, i);
  };
  std::vector<std::thread> helpers;
  for (std::size_t number = 1; number < count_ && number < count; ++number) {
    helpers.emplace_back(lane, number);
  }
  lane(0);
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace packtrail::app
