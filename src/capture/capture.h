// capture/capture.h - the one way into the ledger.
//
// A caller prepares a request in its own thread (EPC texts, commitments); the commit thread takes
// all waiting requests, judges each against the rules and the pending state, stages the facts,
// makes the batch durable with one fsync, publishes it to readers, and only then acknowledges. So
// an acknowledged request survives a power cut, and its caller reads its own writes. When the disk
// fails, everything pending is refused and capture stops; reading goes on.
//
// Thread safety: `submit` from any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ports.h"
#include "base/result.h"
#include "epcis/event.h"
#include "gs1/gtin.h"
#include "gs1/sscc.h"
#include "numbering/keys.h"
#include "numbering/life.h"
#include "numbering/pool.h"
#include "trace/ids.h"
#include "trace/trace.h"

namespace packtrail::ledger {
class Ledger;
}
namespace packtrail::rules {
class Model;
}

namespace packtrail::capture {

// Mirrors ledger/v1 AuthMethod.
enum class AuthMethod : std::uint8_t { System = 1, LocalUser = 2, Password = 3, ApiKey = 4 };

// Who asks, and how we know.
struct Actor {
  std::string id;
  AuthMethod method = AuthMethod::System;
  std::string company;  // Whose facts these are: GLN digits.
  std::string device;   // May be empty.
  std::uint64_t device_sequence = 0;
};

// --- what can be recorded ---

struct RecordEvent {
  epcis::Event event;
};
struct CreatePool {
  numbering::PoolSpec spec;  // Its planned quantity must be safe for its space.
  std::string market = {};
  unsigned gcp_length = 0;
  std::string product_name = {};
  // When given, the key that `spec.key_id` names must have this check value.
  std::optional<numbering::KeyCheckValue> key_check_value = {};
  // Next: one above the newest pool of the GTIN, whatever the specification says.
  enum class Epoch : std::uint8_t { Given, Next } epoch = Epoch::Given;
};
struct CreateSsccSeries {
  gs1::CompanyPrefix company_prefix;
  unsigned extension_digit = 0;  // 0..9; one series per (prefix, digit).
};
// A pool of numbers that somebody else makes, for ImportNumbers to fill.
struct CreateImportedPool {
  gs1::Gtin gtin;
  std::string source = {};  // Who makes them.
  std::string owner = {};   // Whose they are; empty: the actor's company.
  std::string market = {};
  std::string format = {};  // Market profile that they were checked against.
  unsigned gcp_length = 0;
  std::string product_name = {};
  std::uint64_t low_water = 0;
};
// Same token and same order: the same numbers again (idempotent).
struct AllocateNumbers {
  trace::ObjectClass pool;
  std::uint64_t count = 0;
  std::string order_id = {};  // Order, or another recipient.
  std::string token = {};
  // A reservation, when not empty: the line may use the numbers without asking, for days. Nothing
  // expires by itself: what it does not use stays reserved until it is returned.
  std::string line = {};
  std::int64_t until_us = 0;    // When the line should be back; 0: not said.
  std::uint64_t low_water = 0;  // Warn when the line has no more left.
};
// Idempotent by token, within the order, when there is one.
struct MoveNumbers {
  std::vector<trace::ObjectRun> runs = {};  // All of one class.
  // Unallocated (return), Encoded, LabelScrapped, LabelSampled or SnInvalid (void).
  numbering::SerialState to = numbering::SerialState::Unassigned;
  std::string order_id = {};
  std::string reason = {};  // Stable word.
  std::string token = {};
};
// Numbers made elsewhere come into an imported pool. Idempotent by token: the same token and
// numbers (and file_sha256) answer what was taken and left out before.
struct ImportNumbers {
  enum class OnClash : std::uint8_t { Refuse, LeaveOut };
  trace::ObjectClass pool;
  gs1::Gtin gtin;                         // Of the pool.
  std::vector<std::string> serials = {};  // AI (21), at most kNumbersPerImportMax.
  // Nothing, or one per number: other elements for its label, "91EE06<GS>92...".
  std::vector<std::string> companions = {};
  std::string token = {};
  OnClash on_clash = OnClash::Refuse;
  std::string file_name = {};
  Bytes file_sha256 = {};
  std::uint64_t first_line = 0;
};
struct AdvancePool {
  trace::ObjectClass pool;
  std::uint64_t next_counter = 0;  // Below neither the present one nor the floor. Unblocks.
  std::string evidence = {};
};
// Every pool and series, and every one made later, issues nothing until it is advanced.
struct BlockPools {
  std::string cause = {};
  // What is known elsewhere (a witness) to be handed out: class, next counter. Each class once;
  // classes that this ledger lacks count for the pool that gets the class later.
  std::vector<std::pair<trace::ObjectClass, std::uint64_t>> floors = {};
};
struct OpenOrder {
  std::string order_id = {};
  std::string document = {};  // Canonical JSON.
};
struct ChangeOrderState {
  std::string order_id = {};
  std::uint32_t state = 0;  // ISA-95 job order state.
  std::string document = {};
};
struct LineFinding {
  std::uint64_t trigger = 0;
  std::string reason = {}, expected = {}, read = {}, action = {};
};
struct RecordLine {
  std::string order_id = {}, station = {};
  std::uint64_t first_trigger = 0, triggers = 0;
  trace::ObjectClass object_class;
  std::vector<trace::ObjectRun> passed = {};
  std::vector<LineFinding> findings = {};
};
struct RecordUser {
  std::string user_id = {};
  std::vector<std::string> roles = {};
  Bytes commitment = {};
  bool disabled = false;
};

using Command = std::variant<RecordEvent, CreatePool, CreateSsccSeries, AllocateNumbers,
                             MoveNumbers, AdvancePool, BlockPools, OpenOrder, ChangeOrderState,
                             RecordLine, RecordUser, CreateImportedPool, ImportNumbers>;

// All of it or nothing. Later commands see what earlier ones did.
struct Request {
  Actor actor;
  Bytes idempotency_key;  // Empty: the request may not be repeated safely.
  std::string reason;
  std::vector<Command> commands;
};

// What became of one ImportNumbers.
struct ImportOutcome {
  struct Clash {
    std::size_t index = 0;  // In `serials`.
    std::string place;      // Who has the number: "class 3, counter 17", ...
  };
  std::uint64_t taken = 0;
  // Left out; of a repeated idempotency key empty, of a repeated token the same as before.
  std::vector<Clash> clashes;
};
// Where a number that exists is, for people: "class 3, imported from operator, number 17". `pool`
// is that of the object's class; nothing when no pool has the class.
[[nodiscard]] std::string place_of(trace::ObjectNumber object,
                                   const std::optional<trace::PoolInfo>& pool);

struct Receipt {
  std::uint64_t first_position = 0;
  std::uint64_t facts = 0;
  bool repeated = false;  // The key was known: nothing new was recorded.
  UtcTime record_time;
  // One entry per AllocateNumbers / Create... of the request, in order.
  std::vector<std::vector<trace::ObjectRun>> allocated;
  std::vector<trace::ObjectClass> created;
  std::vector<ImportOutcome> imported;  // One per ImportNumbers, in order.
};

inline constexpr std::size_t kCommandsPerRequestMax = 100'000;
inline constexpr std::size_t kEpcsPerRequestMax = 2'000'000;
inline constexpr std::size_t kNumbersPerImportMax = 100'000;   // In one ImportNumbers.
inline constexpr std::size_t kNewGtinsPerRequestMax = 20'000;  // Foreign, never seen before.
inline constexpr std::int64_t kFutureToleranceUs =
    15LL * 60 * 1'000'000;  // Later event times are refused.

// Told about every durable batch from the commit thread before its callers are acknowledged: the
// witness (restore rule). A failure stops capture like a disk failure does.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  virtual Status committed(const ledger::Ledger& ledger, const trace::Trace& trace) = 0;
};

class Capture {
 public:
  struct Options {
    std::size_t batch_requests_max = 4096;
    std::string software_version;
    // Creates the check value of a new pool's key; without it no pool can be created.
    numbering::KeySource* keys = nullptr;
  };
  // Starts the commit thread. `trace` must have replayed `ledger` to its end. `observer` may be
  // null. All references outlive the Capture.
  Capture(ledger::Ledger& ledger, trace::Trace& trace, const rules::Model& model,
          const Clock& clock, CommitObserver* observer, Options options);
  ~Capture();  // Finishes what is queued, then stops.

  // Blocks until the request is durable and published, or refused. The error names the command
  // ("commands/3"), the EPC and the rule. AlreadyExists: the idempotency key was used for other
  // content. Unavailable: capture has stopped (disk failure); it is then unknown to this caller
  // only whether a request that was being written is durable; repeating it with the same key after
  // a restart is safe.
  Result<Receipt> submit(Request request);

  // False after a disk failure: /readyz says so.
  [[nodiscard]] bool accepting() const;
  [[nodiscard]] std::string stopped_because() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::capture
