// Readers beside the commit thread; ./test runs it under ThreadSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "ledger/checkpoint.h"
#include "ledger/fact.h"
#include "ledger/ledger.h"
#include "ledger/testing.h"

namespace packtrail::ledger {
namespace {

TEST(LedgerConcurrency, ReadersSeeWholeBatchesUnderTheirHead) {
  testing::MemoryStore store;
  testing::TestSigner signer;
  auto ledger = std::move(*Ledger::open(store, signer, "packtrail.example/test", Bytes(32, 9)));
  constexpr std::uint64_t kBatches = 200, kPerBatch = 5;
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0}, looks{0};
  const auto read = [&] {
    while (!done) {
      const SignedHead head = ledger->head();
      if (head.size % kPerBatch != 0 || ledger->size() < head.size) ++wrong;
      const auto text = head.checkpoint;
      if (head.size > 0 &&
          text.find("\n" + std::to_string(head.size) + "\n") == std::string::npos) {
        ++wrong;
      }
      v1::Fact last;
      if (head.size > 0 &&
          (!ledger->read_one(head.size - 1, last) || last.envelope().position() != head.size - 1)) {
        ++wrong;
      }
      ++looks;
    }
  };
  std::thread first(read), second(read);
  for (std::uint64_t position = 0; position < kBatches * kPerBatch; ++position) {
    v1::Fact fact;
    auto* envelope = fact.mutable_envelope();
    envelope->set_ledger_id(store.id().value().data(), store.id().value().size());
    envelope->set_position(position);
    envelope->set_record_time_us(1'700'000'000'000'000);
    envelope->set_schema_version(1);
    fact.mutable_order_opened()->set_order_id("o" + std::to_string(position));
    ASSERT_TRUE(ledger->stage(fact, {}));
    if (position % kPerBatch == kPerBatch - 1) ASSERT_TRUE(ledger->commit());
  }
  while (looks < 10) std::this_thread::yield();
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(ledger->size(), kBatches * kPerBatch);
}

}  // namespace
}  // namespace packtrail::ledger
