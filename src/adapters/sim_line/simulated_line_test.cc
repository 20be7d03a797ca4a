#include "adapters/sim_line/simulated_line.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "symbology/read/reader.h"
#include "symbology/testing/pictures.h"

namespace packtrail::sim_line {
namespace {

constexpr int kPacks = symbology::test::kSanitized ? 200 : 2000;

constexpr Disturbance kCalm{
    .seed = 5, .damage_rate = 0, .unreadable_rate = 0, .missing_rate = 0, .duplicate_rate = 0};

std::string serial_of(int number) {
  std::string digits = std::to_string(1'000'000 + number * 7'919 % 1'000'000);
  return "K" + digits + "XQ7M";
}
std::string label_of(int number) {
  return "[01]09506000134352[21]" + serial_of(number) + "[17]271231[10]LOT123";
}
std::string data_of(int number) {
  return "010950600013435221" + serial_of(number) + "\x1D" + "1727123110LOT123";
}

// What the camera and the reader make of every pack on the belt: data, "-" unread, "0" no pack.
std::vector<std::string> seen(SimulatedLine& line, symbology::SymbolReader& reader) {
  std::vector<std::string> out;
  while (auto frame = line.next_frame()) {
    if (frame->kind == FrameKind::NoPack) {
      EXPECT_TRUE(frame->image.pixels.empty());
      out.emplace_back("0");
      continue;
    }
    const auto read = reader.read(frame->image);
    out.push_back(read ? std::string(read->data.begin(), read->data.end()) : "-");
  }
  return out;
}

TEST(SimulatedLine, TwoThousandPacksReadAndNoneWrongly) {
  const Disturbance disturbance{.seed = 20'260'101};
  auto line = SimulatedLine::create(disturbance);
  ASSERT_TRUE(line);
  symbology::SymbolReader reader;
  int packs = 0, missing = 0, duplicates = 0, unread = 0;
  for (int i = 0; i < kPacks; ++i) {
    ASSERT_TRUE(line->print(label_of(i)));
    int frames = 0;
    for (const std::string& data : seen(*line, reader)) {
      ++frames;
      if (data == "0") {
        ++missing;
        continue;
      }
      ++packs;
      if (data == "-") {
        ++unread;
      } else {
        ASSERT_EQ(data, data_of(i));
      }
    }
    duplicates += frames - 1;
  }
  std::printf("seed %llu: %d packs, %d missing, %d duplicates, %d unread\n",
              static_cast<unsigned long long>(disturbance.seed), packs, missing, duplicates,
              unread);
  EXPECT_EQ(packs + missing, kPacks + duplicates);
  // Of 2,000 about 20 are made unreadable, 6 missing, 4 duplicated: bounds of four to five standard
  // deviations.
  EXPECT_GE(unread, kPacks == 2000 ? 5 : 0);
  EXPECT_LE(unread, 42);
  EXPECT_LE(missing, 16);
  EXPECT_LE(duplicates, 12);
}

TEST(SimulatedLine, WhatIsNotMadeUnreadableReads) {
  Disturbance disturbance{.seed = 77};
  disturbance.damage_rate = 0.1;
  disturbance.unreadable_rate = 0;
  disturbance.missing_rate = 0;
  symbology::SymbolReader reader;
  for (const int dpi : {203, 300, 600}) {
    auto line = SimulatedLine::create(disturbance, dpi);
    ASSERT_TRUE(line);
    int unread = 0, packs = 0;
    for (int i = 0; i < kPacks / 7; ++i) {
      ASSERT_TRUE(line->print(label_of(i)));
      for (const std::string& data : seen(*line, reader)) {
        ++packs;
        if (data == "-") {
          ++unread;
        } else {
          ASSERT_EQ(data, data_of(i));
        }
      }
    }
    std::printf("%d dpi: %d of %d unread\n", dpi, unread, packs);
    EXPECT_LE(unread, packs * 3 / 100);
  }
}

TEST(SimulatedLine, ResumesAsIfItHadNeverStopped) {
  const Disturbance disturbance{.seed = 9,
                                .damage_rate = 0.2,
                                .unreadable_rate = 0.2,
                                .missing_rate = 0.1,
                                .duplicate_rate = 0.1};
  auto whole = SimulatedLine::create(disturbance);
  ASSERT_TRUE(whole);
  std::vector<std::vector<Frame>> frames;
  const auto drain = [](SimulatedLine& line) {
    std::vector<Frame> out;
    while (auto frame = line.next_frame()) out.push_back(*std::move(frame));
    return out;
  };
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(whole->print(label_of(i)));
    frames.push_back(drain(*whole));
  }
  EXPECT_EQ(whole->sequence(), 40U);
  auto rest = SimulatedLine::create(disturbance, 300, 25);
  ASSERT_TRUE(rest);
  for (std::size_t i = 25; i < 40; ++i) {
    ASSERT_TRUE(rest->print(label_of(static_cast<int>(i))));
    const std::vector<Frame> again = drain(*rest);
    ASSERT_EQ(again.size(), frames[i].size());
    for (std::size_t k = 0; k < again.size(); ++k) {
      EXPECT_EQ(again[k].kind, frames[i][k].kind);
      EXPECT_EQ(again[k].image, frames[i][k].image);
    }
  }
  Disturbance other = disturbance;
  other.seed = 10;
  auto elsewhere = SimulatedLine::create(other);
  ASSERT_TRUE(elsewhere);
  ASSERT_TRUE(elsewhere->print(label_of(0)));
  ASSERT_FALSE(frames[0].empty());
  const auto there = drain(*elsewhere);
  EXPECT_FALSE(there.size() == frames[0].size() && !there.empty() &&
               there[0].image == frames[0][0].image);
}

TEST(SimulatedLine, FaultsHappenOnDemand) {
  auto line = SimulatedLine::create(kCalm);
  ASSERT_TRUE(line);
  symbology::SymbolReader reader;
  using Seen = std::vector<std::string>;

  ASSERT_TRUE(line->inject({FaultKind::SwapNextTwo, ""}));
  ASSERT_TRUE(line->print(label_of(1)));
  EXPECT_EQ(seen(*line, reader), Seen{});
  ASSERT_TRUE(line->print(label_of(2)));
  EXPECT_EQ(seen(*line, reader), (Seen{data_of(2), data_of(1)}));

  ASSERT_TRUE(line->inject({FaultKind::Foreign, "[01]09521234543213[21]ALIEN"}));
  ASSERT_TRUE(line->print(label_of(3)));
  EXPECT_EQ(seen(*line, reader), (Seen{"010952123454321321ALIEN", data_of(3)}));

  ASSERT_TRUE(line->inject({FaultKind::Represent, label_of(1)}));
  ASSERT_TRUE(line->print(label_of(4)));
  EXPECT_EQ(seen(*line, reader), (Seen{data_of(1), data_of(4)}));

  ASSERT_TRUE(line->inject({FaultKind::DuplicateNext, ""}));
  ASSERT_TRUE(line->print(label_of(5)));
  EXPECT_EQ(seen(*line, reader), (Seen{data_of(5), data_of(5)}));

  ASSERT_TRUE(line->inject({FaultKind::UnreadableNext, ""}));
  ASSERT_TRUE(line->print(label_of(6)));
  EXPECT_EQ(seen(*line, reader), (Seen{"-"}));

  ASSERT_TRUE(line->inject({FaultKind::MissingNext, ""}));
  ASSERT_TRUE(line->print(label_of(7)));
  EXPECT_EQ(seen(*line, reader), (Seen{"0"}));

  ASSERT_TRUE(line->inject({FaultKind::SwapNextTwo, ""}));
  ASSERT_TRUE(line->print(label_of(8)));
  line->flush();
  EXPECT_EQ(seen(*line, reader), (Seen{data_of(8)}));
}

TEST(SimulatedLine, RatesBringStraysAndSwaps) {
  Disturbance disturbance = kCalm;
  disturbance.foreign_rate = 0.5;
  auto line = SimulatedLine::create(disturbance);
  ASSERT_TRUE(line);
  symbology::SymbolReader reader;
  int strays = 0;
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(line->print(label_of(i)));
    for (const std::string& data : seen(*line, reader)) {
      if (data == data_of(i)) continue;
      ++strays;
      EXPECT_EQ(data.substr(0, 18), "010952999999999321");
    }
  }
  EXPECT_GT(strays, 8);
  EXPECT_LT(strays, 32);

  disturbance = kCalm;
  disturbance.swapped_rate = 1;
  line = SimulatedLine::create(disturbance);
  ASSERT_TRUE(line);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(line->print(label_of(i)));
  EXPECT_EQ(seen(*line, reader),
            (std::vector<std::string>{data_of(1), data_of(0), data_of(3), data_of(2)}));
}

TEST(SimulatedLine, RefusesWhatItCannotDo) {
  Disturbance wrong;
  wrong.noise_sd_max = 101;
  const auto noisy = SimulatedLine::create(wrong);
  ASSERT_FALSE(noisy);
  EXPECT_EQ(noisy.error().field, "noise_sd_max");
  wrong = {};
  wrong.missing_rate = 0.6;
  wrong.foreign_rate = 0.6;
  ASSERT_FALSE(SimulatedLine::create(wrong));
  EXPECT_FALSE(SimulatedLine::create({}, 301));

  auto line = SimulatedLine::create(kCalm);
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->print("[01]09506000134353"));
  EXPECT_EQ(line->sequence(), 0U);
  EXPECT_FALSE(line->next_frame());
  EXPECT_FALSE(line->inject({FaultKind::Foreign, "nonsense"}));
}

TEST(SimulatedLine, QueueHasALimit) {
  auto line = SimulatedLine::create(kCalm);
  ASSERT_TRUE(line);
  std::size_t printed = 0;
  while (printed <= SimulatedLine::kQueueMax && line->print(label_of(1))) ++printed;
  EXPECT_LT(printed, SimulatedLine::kQueueMax);
  EXPECT_GT(printed, SimulatedLine::kQueueMax - 8);
  const auto refused = line->print(label_of(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::ResourceExhausted);
  EXPECT_TRUE(line->next_frame());
  EXPECT_TRUE(line->print(label_of(1)));
}

}  // namespace
}  // namespace packtrail::sim_line
