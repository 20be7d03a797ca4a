#include "plant/window_judge.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace packtrail::plant {
namespace {

const Date kExpiry = *Date::from_ymd(2028, 12, 31);

gs1::PackCode code(int number, std::string_view lot = "L1") {
  return {*gs1::Gtin::parse("09521234543213"),
          *gs1::SerialNumber::parse("S" + std::to_string(number)), gs1::Expiry::of(kExpiry),
          *gs1::Lot::parse(lot)};
}

// "3" a code, "u" unreadable, "-" no pack, "f" foreign, "r" rejected before, "a" accepted before,
// "n" never issued, "x" no GS1, "3!" code 3 with another lot.
struct Case {
  std::string frames;
  std::string frame_reasons;
  std::string slot_reasons;
};

std::string judge(int labels, const std::string& frames, std::string& slots,
                  WindowVerdict* out = nullptr) {
  std::vector<gs1::PackCode> expected;
  for (int i = 0; i < labels; ++i) expected.push_back(code(i));
  std::vector<Seen> seen;
  std::istringstream words(frames);
  for (std::string word; words >> word;) {
    Seen one;
    if (word == "-") {
      one.kind = Seen::Kind::NoPack;
    } else if (word == "x") {
      one.kind = Seen::Kind::NotGs1;
    } else if (word != "u") {
      one.kind = Seen::Kind::Code;
      const bool wrong = word.back() == '!';
      if (word == "f") one.code = code(1001);
      if (word == "r") one.code = code(1002);
      if (word == "a") one.code = code(1003);
      if (word == "n") one.code = code(1004);
      if (!one.code) one.code = code(std::stoi(word), wrong ? "L2" : "L1");
    }
    seen.push_back(std::move(one));
  }
  const WindowVerdict verdict = judge_window(expected, seen, [](const gs1::PackCode& other) {
    if (other == code(1001)) return Elsewhere::Foreign;
    if (other == code(1002)) return Elsewhere::Rejected;
    if (other == code(1003)) return Elsewhere::Accepted;
    return Elsewhere::NotIssued;
  });
  if (out != nullptr) *out = verdict;
  std::string reasons;
  for (const FrameVerdict& frame : verdict.frames) {
    EXPECT_EQ(frame.decision == Decision::Accept, frame.reason == Reason::None);
    reasons += std::string(reasons.empty() ? "" : " ") + to_string(frame.reason);
  }
  slots.clear();
  for (const SlotVerdict& slot : verdict.slots) {
    slots += (slots.empty() ? "" : " ") + std::string(slot.duplicated && slot.reason == Reason::None
                                                          ? "dup"
                                                          : to_string(slot.reason));
  }
  return reasons;
}

TEST(WindowJudge, EveryFaultHasItsReason) {
  const std::vector<Case> cases = {
      {"0 1 2 3", "none none none none", "none none none none"},
      {"0 u 2 3", "none unreadable none none", "none unreadable none none"},
      {"0 - 2 3", "none missing none none", "none missing none none"},
      {"u u u u", "unreadable unreadable unreadable unreadable",
       "unreadable unreadable unreadable unreadable"},
      {"", "", "missing missing missing missing"},
      {"1 0 2 3", "swapped swapped none none", "swapped swapped none none"},
      {"3 1 2 0", "swapped none none swapped", "swapped none none swapped"},
      {"1 2 3 0", "none none none out_of_sequence", "out_of_sequence none none none"},
      {"0 1 1 2 3", "none none duplicate none none", "none dup none none"},
      {"0 1 2 3 1", "none none none none duplicate", "none dup none none"},
      {"0 1! 1 2 3", "none wrong_content reread_of_rejected none none",
       "none wrong_content none none"},
      {"0 f 1 2 3", "none foreign none none none", "none none none none"},
      {"0 f 2 3", "none foreign none none", "none missing none none"},
      {"r 0 1 2 3", "reread_of_rejected none none none none", "none none none none"},
      {"0 1 a 2 3", "none none duplicate none none", "none none none none"},
      {"0 1 2 n 3", "none none none not_issued none", "none none none none"},
      {"0 x 1 2 3", "none foreign none none none", "none none none none"},
      {"0 1! 2 3", "none wrong_content none none", "none wrong_content none none"},
      // One label too few triggers: the followers are recognised.
      {"1 2 3", "none none none", "missing none none none"},
      {"0 2 3", "none none none", "none missing none none"},
      // One trigger too many.
      {"u 0 1 2 3", "unreadable none none none none", "none none none none"},
      {"0 u u 2 3", "none unreadable unreadable none none", "none unreadable none none"},
      // A left-over of the window before, then everything one place late.
      {"a 0 1 2 3", "duplicate none none none none", "none none none none"},
      {"0 u - 3", "none unreadable missing none", "none unreadable missing none"},
      {"1 0 u 3", "swapped swapped unreadable none", "swapped swapped unreadable none"},
  };
  for (const Case& one : cases) {
    std::string slots;
    EXPECT_EQ(judge(4, one.frames, slots), one.frame_reasons) << one.frames;
    EXPECT_EQ(slots, one.slot_reasons) << one.frames;
  }
}

TEST(WindowJudge, AShiftIsReportedOnceAndTheCountTakenUpAgain) {
  std::string slots;
  WindowVerdict verdict;
  judge(6, "0 1 3 4 5", slots, &verdict);
  EXPECT_EQ(verdict.shifts, (std::vector<std::size_t>{2}));
  judge(6, "0 1 - 3 4 5", slots, &verdict);
  EXPECT_TRUE(verdict.shifts.empty());  // The trigger fired: nothing shifted.
}

// Whatever the belt does: a pack is accepted only for the label it carries, once, in sequence.
TEST(WindowJudge, NeverAcceptsWhatDoesNotFit) {
  std::uint32_t seed = 12345;
  const auto roll = [&seed](std::uint32_t below) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
  };
  for (int round = 0; round < 3000; ++round) {
    std::string frames;
    const std::uint32_t count = roll(12);
    std::vector<std::string> words;
    for (std::uint32_t i = 0; i < count; ++i) {
      static const std::vector<std::string> kOdd = {"u", "-", "f", "r", "a", "n", "x", "2!"};
      words.push_back(roll(4) == 0 ? kOdd[roll(8)] : std::to_string(roll(8)));
      frames += words.back() + " ";
    }
    std::string slots;
    WindowVerdict verdict;
    judge(8, frames, slots, &verdict);
    std::vector<int> accepted(8, 0);
    int last = -1;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (verdict.frames[i].decision == Decision::Reject) continue;
      ASSERT_EQ(words[i].find_first_not_of("01234567"), std::string::npos) << frames;
      const int slot = std::stoi(words[i]);
      ASSERT_EQ(verdict.frames[i].slot, static_cast<std::size_t>(slot)) << frames;
      ASSERT_GT(slot, last) << frames;
      last = slot;
      ++accepted[static_cast<std::size_t>(slot)];
    }
    for (std::size_t slot = 0; slot < 8; ++slot) {
      ASSERT_EQ(accepted[slot], verdict.slots[slot].reason == Reason::None ? 1 : 0) << frames;
    }
  }
}

}  // namespace
}  // namespace packtrail::plant
