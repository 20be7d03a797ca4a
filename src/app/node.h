// app/node.h - one data folder, opened and owned: every room wired to every adapter.
//
// Thread safety: after `open`, the members hand out rooms that say for themselves.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/api.h"
#include "app/config.h"
#include "base/ports.h"
#include "base/result.h"

namespace packtrail::plant {
class OrderDesk;
}

namespace packtrail::app {

class Node {
 public:
  struct Options {
    Config config;
    bool demo = false;
    // Milliseconds a simulated line takes per pack; 0: as fast as it can.
    unsigned pack_interval_ms = 0;
  };
  using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

  // Takes the folder, opens or makes keys, ledger and projections, replays what is missing, and
  // blocks all pools when the folder may be an older copy (architecture: restore never reissues).
  // Unavailable when another process owns the folder.
  static Result<std::unique_ptr<Node>> open(const std::filesystem::path& folder, Options options,
                                            const Progress& progress);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Empties the projections and replays the ledger into them.
  static Status rebuild(const std::filesystem::path& folder, const Config& config,
                        const Progress& progress);

  [[nodiscard]] const api::Api& api() const;
  [[nodiscard]] plant::OrderDesk& orders();
  // Carries on the orders that were running when the last owner ended; says which could not start.
  std::vector<Error> resume_running_orders();
  [[nodiscard]] access::Users& users();
  [[nodiscard]] ledger::Ledger& ledger();
  [[nodiscard]] trace::Trace& trace();
  [[nodiscard]] capture::Capture& capture();
  [[nodiscard]] const Clock& clock() const;
  [[nodiscard]] Random& random();
  [[nodiscard]] const std::string& company() const;
  [[nodiscard]] std::string key_id() const;  // Master key of new pools.
  // Why the pools are blocked, for the log; empty when nothing was found at opening.
  [[nodiscard]] const std::string& suspicion() const;

 private:
  struct State;
  explicit Node(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::app
