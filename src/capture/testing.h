// capture/testing.h - a site in memory, for tests of this and higher rooms. Never in the product.
//
// Site wires a real ledger and real projections over stores in memory, with keys and a clock that
// the test sets.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/ports.h"
#include "capture/capture.h"
#include "gs1/epc.h"
#include "ledger/ledger.h"
#include "ledger/testing.h"
#include "numbering/keys.h"
#include "rules/model.h"
#include "trace/epc_runs.h"
#include "trace/trace.h"

namespace packtrail::capture::testing {

class MemoryProjections final : public trace::ProjectionStore {
 public:
  using Key = std::vector<std::uint8_t>;
  using Tables = std::array<std::map<Key, Bytes>, trace::kTableCount>;

  Result<std::unique_ptr<trace::Snapshot>> snapshot() const override {
    return std::unique_ptr<trace::Snapshot>(new View(tables()));
  }
  Status renew(trace::Snapshot& snapshot) const override {
    static_cast<View&>(snapshot).tables = tables();
    return {};
  }
  Status write(const std::vector<trace::Write>& writes) override {
    auto next = std::make_shared<Tables>(*tables());
    for (const trace::Write& write : writes) {
      auto& table = (*next)[static_cast<std::size_t>(write.table)];
      if (write.value) {
        table[write.key] = *write.value;
      } else {
        table.erase(write.key);
      }
    }
    return replace(std::move(next));
  }
  Status clear() override { return replace(std::make_shared<Tables>()); }

 private:
  struct View final : trace::Snapshot {
    explicit View(std::shared_ptr<const Tables> the_tables) : tables(std::move(the_tables)) {}
    const std::map<Key, Bytes>& at(trace::Table table) const {
      return (*tables)[static_cast<std::size_t>(table)];
    }
    Result<std::optional<ByteView>> get(trace::Table table, ByteView key) override {
      const auto found = at(table).find(Key(key.begin(), key.end()));
      if (found == at(table).end()) return std::optional<ByteView>{};
      return std::optional<ByteView>(found->second);
    }
    Result<std::optional<trace::KeyValue>> floor(trace::Table table, ByteView key) override {
      auto found = at(table).upper_bound(Key(key.begin(), key.end()));
      if (found == at(table).begin()) return std::optional<trace::KeyValue>{};
      --found;
      return std::optional<trace::KeyValue>(trace::KeyValue{found->first, found->second});
    }
    Status scan(trace::Table table, ByteView from,
                const std::function<bool(trace::KeyValue)>& take) override {
      for (auto it = at(table).lower_bound(Key(from.begin(), from.end())); it != at(table).end();
           ++it) {
        if (!take({it->first, it->second})) break;
      }
      return {};
    }
    std::shared_ptr<const Tables> tables;
  };
  std::shared_ptr<const Tables> tables() const {
    const std::lock_guard lock(mutex_);
    return tables_;
  }
  Status replace(std::shared_ptr<const Tables> next) {
    const std::lock_guard lock(mutex_);
    tables_ = std::move(next);
    return {};
  }
  mutable std::mutex mutex_;
  std::shared_ptr<const Tables> tables_ = std::make_shared<Tables>();
};

class SetClock final : public Clock {
 public:
  UtcTime now() const override { return UtcTime{us_.load()}; }
  std::int64_t monotonic_ns() const override { return us_.load() * 1000; }
  void set(UtcTime time) { us_.store(time.us); }

 private:
  std::atomic<std::int64_t> us_{UtcTime::parse("2026-06-01T12:00:00Z")->us};
};

class OneKey final : public numbering::KeySource {
 public:
  Result<numbering::MasterKey> master_key(const numbering::KeyId& id) override {
    if (id.value() != "k1" && id.value() != "k2")
      return Error{.code = Errc::NotFound, .message = "no such key"};
    if (calls_left == 0) return Error{.code = Errc::NotFound, .message = "the key is gone"};
    if (calls_left > 0) --calls_left;
    const auto last = static_cast<std::uint8_t>(id.value().back());
    const std::array<std::uint8_t, numbering::MasterKey::kSize> bytes{
        1, 2, 3, 4, static_cast<std::uint8_t>(5 + (last - '1'))};
    return numbering::MasterKey::from_bytes(bytes);
  }
  std::atomic<int> calls_left{-1};  // Then the key cannot be had; negative: always can.
};

inline const gs1::Gtin& test_gtin() {
  static const gs1::Gtin gtin = *gs1::Gtin::complete("0952123454321");
  return gtin;
}

class Site {
 public:
  Site() { start(); }
  ~Site() { capture.reset(); }

  // Opens what the stores hold, as a new process would.
  void start(CommitObserver* observer = nullptr) {
    capture.reset();
    trace.reset();
    ledger.reset();
    ledger = std::move(*ledger::Ledger::open(store, signer, "example.com/test", Bytes(32, 9)));
    trace = std::move(*trace::Trace::open(projections, keys, {}));
    const Status replayed = trace->replay(*ledger, {});
    PACKTRAIL_ASSERT(static_cast<bool>(replayed));
    capture =
        std::make_unique<Capture>(*ledger, *trace, model, clock, observer,
                                  Capture::Options{.software_version = "test", .keys = &keys});
  }

  static numbering::PoolSpec pool_spec(std::uint32_t epoch = 0) {
    return {.id = numbering::PoolId("p"),
            .gtin = test_gtin(),
            .alphabet = numbering::Alphabet::unambiguous(),
            .length = 12,
            .epoch = epoch,
            .key_id = numbering::KeyId("k1"),
            .planned_quantity = 1'000'000};
  }
  static Actor actor() { return {.id = "u1", .company = "9521234000003", .device = "line-1"}; }

  Result<Receipt> submit(std::vector<Command> commands, std::string_view key = {}) {
    Request request;
    request.actor = actor();
    request.idempotency_key.assign(key.begin(), key.end());
    request.commands = std::move(commands);
    return capture->submit(std::move(request));
  }

  // What the line says of packs of an open order that it read and accepted.
  static Command passed(std::vector<trace::ObjectRun> runs, std::string order_id = "o1") {
    RecordLine line;
    line.order_id = std::move(order_id);
    line.station = "line-1";
    line.object_class = runs.front().first.object_class();
    line.triggers = trace::count_objects(runs);
    line.passed = std::move(runs);
    return line;
  }

  // URN texts of the numbers of a run.
  std::vector<std::string> epcs(const trace::ObjectRun& run) {
    const auto reader = trace->reader();
    std::vector<std::string> texts;
    for (std::uint64_t i = 0; i < run.count; ++i) {
      texts.push_back(reader->epc_text(
          trace::ObjectNumber(run.first.object_class(), run.first.instance() + i)));
    }
    return texts;
  }
  trace::ObjectState state(const std::string& epc) {
    const auto reader = trace->reader();
    const auto object = reader->resolve(gs1::parse_epc(epc)->value).object;
    if (!object) return {};
    return *reader->state(trace::Viewer::owner(), object);
  }

  ledger::testing::MemoryStore store;
  ledger::testing::TestSigner signer;
  MemoryProjections projections;
  OneKey keys;
  SetClock clock;
  rules::Model model = *rules::Model::parse(rules::medicine_model_text(), "medicine.toml");
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<trace::Trace> trace;
  std::unique_ptr<Capture> capture;
};

// "2026-06-01T10:00:00Z" + seconds.
inline epcis::EventTime at_second(std::int64_t seconds) {
  return epcis::EventTime::of(
      UtcTime{UtcTime::parse("2026-06-01T10:00:00Z")->us + seconds * 1'000'000});
}

inline epcis::Event object_event(epcis::Action action, std::string_view biz_step,
                                 const std::vector<std::string>& epcs, std::int64_t second,
                                 std::string_view disposition = {}) {
  epcis::Event event;
  event.type = epcis::EventType::Object;
  event.action = action;
  event.event_time = at_second(second);
  event.time_zone_offset = "+00:00";
  for (const std::string& epc : epcs) event.epc_list.push_back(epc);
  event.biz_step.text = biz_step;
  event.disposition.text = disposition;
  return event;
}

inline epcis::Event commissioning(const std::vector<std::string>& epcs, std::int64_t second,
                                  std::string_view lot = "L1",
                                  std::string_view expiry = "2028-12-31") {
  epcis::Event event = object_event(epcis::Action::Add, "commissioning", epcs, second, "active");
  const auto field = [](std::string name, std::string_view text) {
    epcis::ExtensionField made;
    made.prefix = "cbvmda";
    made.namespace_uri = "urn:epcglobal:cbv:mda";
    made.local_name = std::move(name);
    made.text = text;
    return made;
  };
  if (!lot.empty()) event.ilmd.push_back(field("lotNumber", lot));
  if (!expiry.empty()) event.ilmd.push_back(field("itemExpirationDate", expiry));
  return event;
}

inline epcis::Event aggregation(epcis::Action action, const std::string& parent,
                                const std::vector<std::string>& children, std::int64_t second) {
  epcis::Event event;
  event.type = epcis::EventType::Aggregation;
  event.action = action;
  event.event_time = at_second(second);
  event.time_zone_offset = "+00:00";
  event.parent_id = parent;
  for (const std::string& epc : children) event.child_epcs.push_back(epc);
  event.biz_step.text = action == epcis::Action::Add ? "packing" : "unpacking";
  return event;
}

inline Command record(epcis::Event event) { return RecordEvent{std::move(event)}; }

}  // namespace packtrail::capture::testing
