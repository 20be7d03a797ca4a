// plant/window_judge.h - which pack of a print window passed, and why the others did not.
//
// A window is the labels printed in one go, in order, and the triggers of the camera that followed.
// Packs and pictures are matched by what was read, in sequence: a pack that is missing or one too
// many moves its followers by a place, not their identities. What does not fit the sequence is
// never given the benefit of the doubt.
//
// Thread safety: pure functions. Cost: O(n log n) for n triggers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "gs1/pack_code.h"
#include "plant/line_port.h"
#include "symbology/read/reader.h"

namespace packtrail::plant {

// Why a pack or number did not pass. The words are stable: they stand in facts and reports.
enum class Reason : std::uint8_t {
  None,              // Passed.
  Unreadable,        // A pack, but no code could be read.
  Missing,           // A label that no pack came with.
  Duplicate,         // A second pack with the number of an accepted one.
  Swapped,           // Two packs in each other's place.
  OutOfSequence,     // A pack of this window at a wrong place, without a partner.
  Foreign,           // A pack that is not of this order.
  RereadOfRejected,  // The number was rejected before: the pack came back.
  WrongContent,      // The expected number with another GTIN, lot, expiry, or with other data.
  NotIssued,         // Claims to be of this batch, but no such label was printed.
  PrintFailed,       // The printer refused the label.
  Interrupted,       // Encoded when the line stopped; its packs were cleared.
  UncommissionedChild,
  CountMismatch,  // The line's own sensors counted otherwise than was judged; the order is held.
  Shift,          // A label passed without a trigger: the count was taken up again.
};
[[nodiscard]] const char* to_string(Reason reason);  // "none", "unreadable", ...

// One trigger after reading its picture.
struct Seen {
  enum class Kind : std::uint8_t { NoPack, Unreadable, NotGs1, Malformed, Code };
  Kind kind = Kind::Unreadable;
  std::optional<gs1::PackCode> code;  // Kind::Code.
  std::string text;                   // What was read, printable, cut to kReadTextMax; for people.
};
inline constexpr std::size_t kReadTextMax = 200;  // Bytes.

// What the reader's answer says. `reference` places the century of the expiry date. A code with
// other AIs than 01, 21, 17, 10 is Malformed: this line did not print it.
[[nodiscard]] Seen to_seen(Frame::Kind kind, const symbology::ReadResult& read, Date reference);

// What the ledger knows about a code that is not of the window.
enum class Elsewhere : std::uint8_t {
  Foreign,     // Another product, batch or order.
  NotIssued,   // Of this batch by its text; the number was never allocated to the order.
  NotPrinted,  // Allocated to the order, never printed.
  Rejected,    // Scrapped or invalid.
  Accepted,    // Commissioned, sampled or ended.
};

struct FrameVerdict {
  Decision decision = Decision::Reject;
  Reason reason = Reason::None;
  std::optional<std::size_t> slot;  // Index of the expected code this trigger stands for.
};
struct SlotVerdict {
  Reason reason = Reason::Missing;   // None: the pack passed.
  std::optional<std::size_t> frame;  // Its trigger, when one is known.
  bool duplicated = false;           // Another pack with this number was seen.
};
struct WindowVerdict {
  std::vector<FrameVerdict> frames;  // One per trigger.
  std::vector<SlotVerdict> slots;    // One per expected code.
  std::vector<std::size_t> shifts;   // Slots that no trigger stands for.
};

// `expected` are the codes of the printed labels in order, with different serials.
[[nodiscard]] WindowVerdict judge_window(
    std::span<const gs1::PackCode> expected, std::span<const Seen> seen,
    const std::function<Elsewhere(const gs1::PackCode&)>& elsewhere);

}  // namespace packtrail::plant
