// plant/testing.h - a scripted packaging line and small orders, for tests. Never in the product.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capture/testing.h"
#include "plant/batch_events.h"
#include "plant/batch_run.h"
#include "symbology/make/datamatrix.h"
#include "symbology/raster.h"

namespace packtrail::plant::testing {

// Something on the belt.
struct Item {
  enum class Kind { Label, Unreadable, NoPack };
  Kind kind = Kind::Label;
  std::string text;  // "[01]..": Label.
};

// Prints real symbols and shows their pictures. The script sees the belt of each print window
// before the camera does.
class ScriptedLine final : public PackLine {
 public:
  std::function<void(std::size_t window, std::vector<Item>& belt)> script;
  std::function<bool(const std::string&)> refuses_to_print;
  int calls_left = -1;  // Then every call fails: the line is gone.
  std::vector<std::string> printed;
  std::size_t accepted = 0;
  std::size_t rejected = 0;
  // Tampers with what the sensors say after a release; the decisions stay as they are.
  std::function<void(PackLine::Seen& counted)> miscounts;

  Status print(std::string_view text) override {
    if (!alive()) return gone();
    if (refuses_to_print && refuses_to_print(std::string(text))) {
      return Error{.code = Errc::InvalidArgument, .message = "cannot print this"};
    }
    printed.emplace_back(text);
    printing_.push_back({Item::Kind::Label, std::string(text)});
    return {};
  }

  Result<std::optional<Frame>> next() override {
    if (!alive()) return gone();
    if (!printing_.empty()) {
      if (script) script(window_, printing_);
      ++window_;
      belt_.insert(belt_.end(), printing_.begin(), printing_.end());
      printing_.clear();
    }
    if (belt_.empty()) return std::optional<Frame>();
    const Item item = belt_.front();
    belt_.pop_front();
    waiting_.push_back(item.kind != Item::Kind::NoPack);
    Frame frame;
    ++(waiting_.back() ? counted_.packs : counted_.empty);
    if (item.kind == Item::Kind::NoPack) {
      frame.kind = Frame::Kind::NoPack;
    } else if (item.kind == Item::Kind::Unreadable) {
      frame.image = symbology::GreyImage(64, 64, 128);
    } else {
      const auto symbol = symbology::make_gs1_datamatrix(item.text);
      if (!symbol) return symbol.error();
      auto image = symbology::render_pixels(*symbol, 5, 3);
      if (!image) return std::move(image).error();
      frame.image = *std::move(image);
    }
    return std::optional<Frame>(std::move(frame));
  }

  Status release(std::span<const Decision> decisions) override {
    if (!alive()) return gone();
    EXPECT_EQ(decisions.size(), waiting_.size());
    for (std::size_t i = 0; i < decisions.size(); ++i) {
      ++(decisions[i] == Decision::Accept ? accepted : rejected);
      if (!waiting_.at(i)) continue;  // No pack: no lane sees one.
      ++(decisions[i] == Decision::Accept ? counted_.accepted : counted_.rejected);
    }
    waiting_.clear();
    if (miscounts) miscounts(counted_);
    return {};
  }

  [[nodiscard]] Seen counted() const override { return counted_; }
  // A pack that nobody printed for goes by while no window is open.
  void slip_past() {
    ++counted_.packs;
    ++counted_.accepted;
  }

 private:
  bool alive() {
    if (calls_left == 0) return false;
    if (calls_left > 0) --calls_left;
    return true;
  }
  static Error gone() { return Error{.code = Errc::Unavailable, .message = "the line is gone"}; }

  std::size_t window_ = 0;
  std::vector<Item> printing_;
  std::deque<Item> belt_;
  std::vector<bool> waiting_;  // Triggers without a decision; true: a pack.
  Seen counted_;
};

class KeptPictures final : public PictureStore {
 public:
  bool has(std::string_view, Kind kind) const override { return kept_.contains(kind); }
  Status keep(std::string_view, Kind kind, ByteView png) override {
    kept_[kind].assign(png.begin(), png.end());
    return {};
  }
  Result<std::optional<Bytes>> find(std::string_view, Kind kind) const override {
    const auto it = kept_.find(kind);
    return it == kept_.end() ? std::optional<Bytes>() : std::optional<Bytes>(it->second);
  }

 private:
  std::map<Kind, Bytes> kept_;
};

struct Size {
  std::uint64_t quantity = 60;
  std::uint32_t packs_per_case = 10;
  std::uint32_t cases_per_pallet = 3;
  std::uint32_t samples = 2;
};

inline Order make_order(const Size& size = {}, const std::string& id = "T-1") {
  std::string json =
      R"j({"order_id":"$id","product":{"gtin":"09521234543213",)j"
      R"j("name":"Demozol & <Co> (fictitious)","strength":"20 mg","form":"capsules",)j"
      R"j("pack_size":28,"market":"EU"},"batch":{"lot":"L(1)","expiry":"2028-12-31",)j"
      R"j("quantity":$quantity,"samples":$samples},"packaging":{"packs_per_case":$packs,)j"
      R"j("cases_per_pallet":$cases,"partial":"allowed"},"plant":{"gln":"9521234001003",)j"
      R"j("company_prefix":"9521234","line":"line-1","label_dpi":300},"shipping":{)j"
      R"j("receiver_gln":"9527654000015","receiver_company_prefix":"9527654",)j"
      R"j("delivery":"DN-1","purchase_order":"PO-1"}})j";
  const auto fill = [&json](std::string_view name, const std::string& value) {
    json.replace(json.find(name), name.size(), value);
  };
  fill("$id", id);
  fill("$quantity", std::to_string(size.quantity));
  fill("$samples", std::to_string(size.samples));
  fill("$packs", std::to_string(size.packs_per_case));
  fill("$cases", std::to_string(size.cases_per_pallet));
  auto order = Order::from_json(json);
  EXPECT_TRUE(order) << order.error().to_text();
  return *std::move(order);
}

// A site in memory with a line, where orders are opened and run.
struct Plant {
  capture::testing::Site site;
  ScriptedLine line;
  ParallelFor serial;
  Progress progress;
  KeptPictures pictures;

  static capture::Actor actor() {
    capture::Actor person;
    person.id = "op";
    person.company = "9521234001003";
    return person;
  }
  BatchPorts ports(PackLine& pack_line) {
    return {.capture = *site.capture,
            .trace = *site.trace,
            .ledger = *site.ledger,
            .clock = site.clock,
            .line = pack_line,
            .parallel = serial,
            .progress = progress,
            .pictures = &pictures};
  }
  void open(const Order& order) {
    const auto opened =
        open_order(order, *site.capture, *site.trace, actor(), {.key_id = numbering::KeyId("k1")});
    ASSERT_TRUE(opened) << opened.error().to_text();
  }
  Result<std::unique_ptr<BatchRun>> resume(const std::string& id = "T-1") {
    return BatchRun::resume(id, ports(line), actor());
  }
  Result<std::unique_ptr<BatchRun>> resume(PackLine& other, const std::string& id) {
    return BatchRun::resume(id, ports(other), actor());
  }
};

// Steps to the end; the last advance, or the first error.
inline Result<Advance> run_to_end(BatchRun& run, int steps_max = 10'000) {
  for (int i = 0; i < steps_max; ++i) {
    const Advance done = PACKTRAIL_TRY(run.step());
    if (done == Advance::Closed || done == Advance::Unbalanced) return done;
  }
  return Error{.message = "the order does not end"};
}

}  // namespace packtrail::plant::testing
