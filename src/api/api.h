// api/api.h - Packtrail over HTTP: every route, who may use it, and what it answers.
//
// api/openapi.yaml describes the same; a test compares the two. The class holds no state of its own
// beyond sessions' cookies and readers kept for reuse: everything is asked from the rooms below.
//
// Thread safety: `handle` from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/http.h"
#include "base/ports.h"
#include "base/result.h"

namespace packtrail::access {
class Users;
}
namespace packtrail::capture {
class Capture;
}
namespace packtrail::ledger {
class Ledger;
}
namespace packtrail::plant {
class OrderDesk;
}
namespace packtrail::trace {
class Trace;
}

namespace packtrail::api {

// Outcome of a replay into an empty store.
struct RebuildReport {
  bool equal = false;
  std::uint64_t facts = 0;
  std::string live_digest;  // Lower-case hex.
  std::string replayed_digest;
  double seconds = 0;
};

// A file of the console, compiled into the program.
struct Asset {
  std::string_view content;
  std::string_view content_type;
  std::string_view encoding;  // "br" when `content` is compressed; else empty.
};

struct Rooms {
  ledger::Ledger& ledger;
  trace::Trace& trace;
  capture::Capture& capture;
  access::Users& users;
  plant::OrderDesk& orders;
  const Clock& clock;
  std::string company;  // GLN whose facts this folder records.
  bool demo = false;
  std::function<Result<RebuildReport>()> rebuild_check;
  // The file at a path like "/assets/x.js", preferring an encoding the client accepts.
  std::function<std::optional<Asset>(std::string_view path, bool accepts_br)> asset;
  std::string key_id = {};  // Master key of new pools.
};

inline constexpr std::size_t kContentsObjectsMax = 20'000;  // Nodes in one /contents answer.
inline constexpr std::size_t kHistoryEntriesMax = 1'000;
inline constexpr unsigned kStrangerBucketMs = 5;

class Api {
 public:
  explicit Api(Rooms rooms);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Answers 500 (data_loss) when the projections turned out to be damaged underway, whatever was
  // found before: nothing half read is given out as an answer.
  [[nodiscard]] Response handle(const Request& request) const;
  // Drops the readers kept for reuse, so that none keeps an old view of the store alive. To be
  // called now and then.
  void rest() const;
  [[nodiscard]] std::vector<std::string> routes() const;  // "GET /livez", ...

  struct State;  // For this room's files alone.

 private:
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::api
