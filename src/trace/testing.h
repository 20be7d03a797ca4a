// trace/testing.h - projections in memory, and facts in few words: for tests. Never in the product.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "numbering/keys.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "trace/epc_runs.h"
#include "trace/ports.h"
#include "trace/trace.h"

namespace packtrail::trace::testing {

// Every write makes a new map; snapshots keep theirs. Must pass trace/projection_store_contract.h.
class MemoryProjectionStore final : public ProjectionStore {
 public:
  using Entries = std::map<std::pair<Table, Bytes>, Bytes>;

  Result<std::unique_ptr<Snapshot>> snapshot() const override {
    return std::unique_ptr<Snapshot>(std::make_unique<View>(entries()));
  }
  Status renew(Snapshot& snapshot) const override {
    static_cast<View&>(snapshot).entries_ = entries();
    return {};
  }
  Status write(const std::vector<Write>& writes) override {
    const std::lock_guard lock(mutex_);
    if (writes_left_ == 0) return Error{.code = Errc::ResourceExhausted, .message = "disk full"};
    if (writes_left_ > 0) --writes_left_;
    auto next = std::make_shared<Entries>(*entries_);
    for (const Write& write : writes) {
      if (write.value) {
        (*next)[{write.table, write.key}] = *write.value;
      } else {
        next->erase({write.table, write.key});
      }
    }
    entries_ = std::move(next);
    return {};
  }
  Status clear() override {
    const std::lock_guard lock(mutex_);
    entries_ = std::make_shared<Entries>();
    return {};
  }

  void fail_writes_after(int n) { writes_left_ = n; }  // -1: never.
  [[nodiscard]] std::shared_ptr<const Entries> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  class View final : public Snapshot {
   public:
    explicit View(std::shared_ptr<const Entries> entries) : entries_(std::move(entries)) {}
    Result<std::optional<ByteView>> get(Table table, ByteView key) override {
      const auto it = entries_->find({table, Bytes(key.begin(), key.end())});
      if (it == entries_->end()) return std::optional<ByteView>();
      return std::optional<ByteView>(it->second);
    }
    Result<std::optional<KeyValue>> floor(Table table, ByteView key) override {
      auto it = entries_->upper_bound({table, Bytes(key.begin(), key.end())});
      if (it == entries_->begin()) return std::optional<KeyValue>();
      --it;
      if (it->first.first != table) return std::optional<KeyValue>();
      return std::optional<KeyValue>(KeyValue{it->first.second, it->second});
    }
    Status scan(Table table, ByteView from, const std::function<bool(KeyValue)>& take) override {
      const auto held = entries_;
      for (auto it = held->lower_bound({table, Bytes(from.begin(), from.end())});
           it != held->end() && it->first.first == table; ++it) {
        if (!take({it->first.second, it->second})) break;
      }
      return {};
    }
    std::shared_ptr<const Entries> entries_;
  };

  mutable std::mutex mutex_;
  std::shared_ptr<const Entries> entries_ = std::make_shared<Entries>();
  int writes_left_ = -1;
};

// One master key, always the same.
class TestKeys final : public numbering::KeySource {
 public:
  Result<numbering::MasterKey> master_key(const numbering::KeyId&) override {
    return numbering::MasterKey::from_bytes(Bytes(numbering::MasterKey::kSize, 0x42));
  }
  static std::string check_value() {
    const auto key = *numbering::MasterKey::from_bytes(Bytes(numbering::MasterKey::kSize, 0x42));
    return std::string(as_text(numbering::KeyCheckValue::of(key).bytes));
  }
};

inline constexpr const char* kGtin = "09521234543213";
inline constexpr const char* kCompany = "9521234500001";

using ledger::v1::EpcisEvent;
using ledger::v1::Fact;

inline Fact pool_created(std::uint32_t object_class, std::uint32_t epoch = 0,
                         const std::string& gtin = kGtin) {
  Fact fact;
  auto& body = *fact.mutable_pool_created();
  body.set_object_class(object_class);
  body.set_gtin(gtin);
  body.set_alphabet(std::string(numbering::Alphabet::unambiguous().characters()));
  body.set_length(12);
  body.set_epoch(epoch);
  body.set_key_id("k1");
  body.set_key_check_value(TestKeys::check_value());
  body.set_planned_quantity(1'000'000);
  body.set_gcp_length(7);
  return fact;
}
inline Fact series_created(std::uint32_t object_class) {
  Fact fact;
  auto& body = *fact.mutable_sscc_series_created();
  body.set_object_class(object_class);
  body.set_company_prefix("9521234");
  body.set_extension_digit(3);
  return fact;
}
inline std::vector<ObjectRun> runs_of(std::uint32_t object_class, std::uint64_t first,
                                      std::uint64_t count) {
  return {{ObjectNumber(ObjectClass(object_class), first), count}};
}
inline Fact allocated(const std::vector<ObjectRun>& runs) {
  Fact fact;
  auto& body = *fact.mutable_numbers_allocated();
  body.set_object_class(runs.front().first.object_class().value());
  encode_runs(runs, *body.mutable_counters());
  return fact;
}
inline Fact moved(const std::vector<ObjectRun>& runs, numbering::SerialState to) {
  Fact fact;
  auto& body = *fact.mutable_numbers_moved();
  body.set_object_class(runs.front().first.object_class().value());
  encode_runs(runs, *body.mutable_counters());
  body.set_to_state(static_cast<std::uint32_t>(to));
  return fact;
}

// Runs of several classes become several EpcRuns, in order.
inline void put_list(const std::vector<ObjectRun>& runs, ledger::v1::EpcList& list) {
  for (std::size_t at = 0; at < runs.size();) {
    std::size_t stop = at + 1;
    while (stop < runs.size() && runs[stop].first.object_class() == runs[at].first.object_class()) {
      ++stop;
    }
    const auto from = runs.begin() + static_cast<std::ptrdiff_t>(at);
    encode_runs(std::vector<ObjectRun>(from, runs.begin() + static_cast<std::ptrdiff_t>(stop)),
                *list.add_runs());
    list.mutable_runs(list.runs_size() - 1)
        ->mutable_spelling()
        ->set_form(ledger::v1::Spelling::FORM_URN);
    list.mutable_runs(list.runs_size() - 1)->mutable_spelling()->set_gcp_length(7);
    at = stop;
  }
}
inline void put_texts(const std::vector<std::string>& texts, ledger::v1::EpcList& list) {
  auto& run = *list.add_runs();
  for (const std::string& text : texts) run.add_texts(text);
}

inline Fact object_event(std::int64_t time, const std::vector<ObjectRun>& runs,
                         const std::string& disposition = {}, std::uint32_t life_after = 0) {
  Fact fact;
  auto& event = *fact.mutable_epcis_event();
  event.set_type(EpcisEvent::TYPE_OBJECT);
  event.set_action(EpcisEvent::ACTION_OBSERVE);
  event.set_event_time_us(time);
  event.set_disposition(disposition);
  event.set_life_after(life_after);
  put_list(runs, *event.mutable_epc_list());
  return fact;
}
inline Fact aggregation(std::int64_t time, EpcisEvent::Action action, ObjectNumber parent,
                        const std::vector<ObjectRun>& children) {
  Fact fact;
  auto& event = *fact.mutable_epcis_event();
  event.set_type(EpcisEvent::TYPE_AGGREGATION);
  event.set_action(action);
  event.set_event_time_us(time);
  put_list({{parent, 1}}, *event.mutable_parent());
  put_list(children, *event.mutable_child_epcs());
  return fact;
}

// Gives the fact its place and applies it.
inline Status apply_next(Trace& trace, std::uint64_t& position, Fact fact,
                         const std::string& company = kCompany) {
  fact.mutable_envelope()->set_position(position);
  fact.mutable_envelope()->set_company(company);
  Status applied = trace.apply(fact);
  if (applied) ++position;
  return applied;
}

}  // namespace packtrail::trace::testing
