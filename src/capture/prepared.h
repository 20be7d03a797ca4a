// capture/prepared.h - a request as the caller's thread makes it ready for the commit thread.
//
// Everything that does not depend on what is pending is done here: limits, the standard's own rules
// of events, EPC texts to numbers, the body of each fact, and the commitments to its lists.
//
// Thread safety: a Prepared belongs to one thread at a time; prepare runs on any thread.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "capture/capture.h"
#include "capture/epc_list.h"
#include "capture/event_fact.h"
#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "rules/model.h"
#include "trace/epc_runs.h"

namespace packtrail::capture {

inline constexpr std::size_t kIdempotencyKeyMax = 64;  // Bytes.
inline constexpr std::size_t kNameMax = 256;           // Bytes of an id, a token, a device, ...
inline constexpr std::size_t kReasonMax = 4096;        // Bytes of a sentence.
inline constexpr std::size_t kDocumentMax = 8U << 20;  // Bytes of an order's document.
inline constexpr std::uint64_t kNumbersPerCommandMax = 2'000'000;

struct PreparedCommand {
  const Command* command = nullptr;
  ledger::v1::Fact fact;  // The body, without envelope.
  ledger::HashedLists hashed;
  EpcTextList subjects, parent, children, inputs, outputs;  // Events; empty otherwise.
  std::vector<gs1::SerialNumber> serials;                   // ImportNumbers.
  ImportOutcome import;                                     // ImportNumbers: what was decided.
  rules::Step step;                                         // Events; views into the request.
  LotData lot;
};

using ContentDigest = std::array<std::uint8_t, 16>;

struct Prepared {
  Request request;  // Views and pointers below lead into it.
  std::vector<PreparedCommand> commands;
  ContentDigest digest{};     // Of the content, when there is an idempotency key.
  trace::RunSet line_passed;  // Numbers that a RecordLine of the request says passed.
};

struct Workshop {
  const ledger::Ledger& ledger;
  const rules::Model& model;
  numbering::KeySource* keys;
  Resolve resolve;
};

// Errors name the command: "commands/3/epcList/17".
Result<std::unique_ptr<Prepared>> prepare(Request request, const Workshop& workshop);

}  // namespace packtrail::capture
