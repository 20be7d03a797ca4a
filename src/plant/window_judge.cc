#include "plant/window_judge.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

#include "gs1/element_string.h"

namespace packtrail::plant {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// A code of the window at the first trigger that showed it.
struct First {
  std::size_t frame;
  std::size_t slot;
};

std::string printable(ByteView data) {
  std::string out;
  for (const std::uint8_t byte : data) {
    if (out.size() >= kReadTextMax) break;
    if (byte == 0x1d) {
      out += "<GS>";
    } else {
      out += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '?';
    }
  }
  return out;
}

// Marks the members of one longest strictly ascending subsequence of slots.
std::vector<bool> in_sequence(const std::vector<First>& firsts) {
  std::vector<std::size_t> tails;  // Index into firsts of the smallest tail for each length.
  std::vector<std::size_t> before(firsts.size(), kNone);
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    const auto it =
        std::lower_bound(tails.begin(), tails.end(), firsts[i].slot,
                         [&](std::size_t at, std::size_t slot) { return firsts[at].slot < slot; });
    if (it != tails.begin()) before[i] = *(it - 1);
    if (it == tails.end()) {
      tails.push_back(i);
    } else {
      *it = i;
    }
  }
  std::vector<bool> member(firsts.size(), false);
  for (std::size_t at = tails.empty() ? kNone : tails.back(); at != kNone; at = before[at]) {
    member[at] = true;
  }
  return member;
}

// Pairs that stand in each other's place: place by trigger and place by label are exchanged.
std::vector<bool> swapped_pairs(const std::vector<First>& firsts) {
  std::vector<std::size_t> by_slot(firsts.size());
  for (std::size_t i = 0; i < by_slot.size(); ++i) by_slot[i] = i;
  std::sort(by_slot.begin(), by_slot.end(),
            [&](std::size_t a, std::size_t b) { return firsts[a].slot < firsts[b].slot; });
  // by_slot[place] is the pack that should be at `place`.
  std::vector<bool> swapped(firsts.size(), false);
  for (std::size_t place = 0; place < by_slot.size(); ++place) {
    const std::size_t other = by_slot[place];
    if (other != place && by_slot[other] == place) swapped[place] = true;
  }
  return swapped;
}

// Blank triggers and labels without a code, between two packs that are in sequence, in order.
void fill_gap(std::span<const Seen> seen, WindowVerdict& verdict, std::size_t frame_begin,
              std::size_t frame_end, std::size_t slot_begin, std::size_t slot_end,
              const std::vector<bool>& has_code) {
  std::size_t frame = frame_begin;
  const auto is_blank = [&](std::size_t at) {
    return seen[at].kind == Seen::Kind::NoPack || seen[at].kind == Seen::Kind::Unreadable ||
           seen[at].kind == Seen::Kind::Malformed;
  };
  for (std::size_t slot = slot_begin; slot < slot_end; ++slot) {
    if (has_code[slot]) continue;
    while (frame < frame_end && !is_blank(frame)) ++frame;
    SlotVerdict& label = verdict.slots[slot];
    if (frame == frame_end) {
      label.reason = Reason::Missing;
      verdict.shifts.push_back(slot);
      continue;
    }
    label.frame = frame;
    verdict.frames[frame].slot = slot;
    label.reason = verdict.frames[frame].reason;
    ++frame;
  }
}

}  // namespace

const char* to_string(Reason reason) {
  switch (reason) {
    case Reason::None:
      return "none";
    case Reason::Unreadable:
      return "unreadable";
    case Reason::Missing:
      return "missing";
    case Reason::Duplicate:
      return "duplicate";
    case Reason::Swapped:
      return "swapped";
    case Reason::OutOfSequence:
      return "out_of_sequence";
    case Reason::Foreign:
      return "foreign";
    case Reason::RereadOfRejected:
      return "reread_of_rejected";
    case Reason::WrongContent:
      return "wrong_content";
    case Reason::NotIssued:
      return "not_issued";
    case Reason::PrintFailed:
      return "print_failed";
    case Reason::Interrupted:
      return "interrupted";
    case Reason::UncommissionedChild:
      return "uncommissioned_child";
    case Reason::CountMismatch:
      return "count_mismatch";
    case Reason::Shift:
      return "shift";
  }
  return "none";
}

Seen to_seen(Frame::Kind kind, const symbology::ReadResult& read, Date reference) {
  Seen seen;
  if (kind == Frame::Kind::NoPack) {
    seen.kind = Seen::Kind::NoPack;
    return seen;
  }
  if (!read) return seen;
  seen.text = printable(read->data);
  if (!read->is_gs1_datamatrix()) {
    seen.kind = Seen::Kind::NotGs1;
    return seen;
  }
  seen.kind = Seen::Kind::Malformed;
  const auto elements = gs1::ElementString::parse_raw(as_text(read->data));
  if (!elements) return seen;
  auto code = gs1::to_pack_code(*elements, reference);
  if (!code || !code->expiry || !code->lot || elements->size() != 4) return seen;
  seen.kind = Seen::Kind::Code;
  seen.code = *std::move(code);
  seen.text = seen.code->to_bracketed();
  return seen;
}

WindowVerdict judge_window(std::span<const gs1::PackCode> expected, std::span<const Seen> seen,
                           const std::function<Elsewhere(const gs1::PackCode&)>& elsewhere) {
  WindowVerdict verdict;
  verdict.frames.resize(seen.size());
  verdict.slots.resize(expected.size());
  std::unordered_map<gs1::SerialNumber, std::size_t> slot_of;
  slot_of.reserve(expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) slot_of.emplace(expected[i].serial, i);

  // 1. Each trigger by itself; the window's codes at their first sight.
  std::vector<First> firsts;
  std::vector<bool> has_code(expected.size(), false);
  std::vector<std::pair<std::size_t, std::size_t>> seen_again;  // Trigger, slot.
  for (std::size_t frame = 0; frame < seen.size(); ++frame) {
    FrameVerdict& trigger = verdict.frames[frame];
    switch (seen[frame].kind) {
      case Seen::Kind::NoPack:
        trigger.reason = Reason::Missing;
        continue;
      case Seen::Kind::Unreadable:
        trigger.reason = Reason::Unreadable;
        continue;
      case Seen::Kind::NotGs1:
        trigger.reason = Reason::Foreign;
        continue;
      case Seen::Kind::Malformed:
        trigger.reason = Reason::WrongContent;
        continue;
      case Seen::Kind::Code:
        break;
    }
    const gs1::PackCode& code = *seen[frame].code;
    if (const auto it = slot_of.find(code.serial); it != slot_of.end()) {
      trigger.slot = it->second;
      if (has_code[it->second]) {
        verdict.slots[it->second].duplicated = true;
        seen_again.emplace_back(frame, it->second);
      } else {
        has_code[it->second] = true;
        firsts.push_back({frame, it->second});
      }
      continue;
    }
    switch (elsewhere(code)) {
      case Elsewhere::Foreign:
        trigger.reason = Reason::Foreign;
        break;
      case Elsewhere::NotIssued:
      case Elsewhere::NotPrinted:
        trigger.reason = Reason::NotIssued;
        break;
      case Elsewhere::Rejected:
        trigger.reason = Reason::RereadOfRejected;
        break;
      case Elsewhere::Accepted:
        trigger.reason = Reason::Duplicate;
        break;
    }
  }

  // 2. The sequence of the codes.
  const std::vector<bool> member = in_sequence(firsts);
  const std::vector<bool> swapped = swapped_pairs(firsts);
  std::vector<First> anchors;
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    const First& first = firsts[i];
    Reason reason = Reason::None;
    if (*seen[first.frame].code != expected[first.slot]) {
      reason = Reason::WrongContent;
    } else if (swapped[i]) {
      reason = Reason::Swapped;
    } else if (!member[i]) {
      reason = Reason::OutOfSequence;
    }
    FrameVerdict& trigger = verdict.frames[first.frame];
    trigger.reason = reason;
    trigger.decision = reason == Reason::None ? Decision::Accept : Decision::Reject;
    verdict.slots[first.slot].reason = reason;
    verdict.slots[first.slot].frame = first.frame;
    if (member[i]) anchors.push_back(first);
  }
  for (const auto& [frame, slot] : seen_again) {
    verdict.frames[frame].reason =
        verdict.slots[slot].reason == Reason::None ? Reason::Duplicate : Reason::RereadOfRejected;
  }

  // 3. Labels without a code get the reason of the blank trigger at their place.
  std::size_t frame_begin = 0;
  std::size_t slot_begin = 0;
  anchors.push_back({seen.size(), expected.size()});
  for (const First& anchor : anchors) {
    fill_gap(seen, verdict, frame_begin, anchor.frame, slot_begin, anchor.slot, has_code);
    frame_begin = anchor.frame + 1;
    slot_begin = anchor.slot + 1;
  }
  return verdict;
}

}  // namespace packtrail::plant
