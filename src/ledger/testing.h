// ledger/testing.h - a ledger in memory, for tests of this and higher rooms. Never in the product.
//
// MemoryStore keeps batches in vectors and fails on demand; TestSigner signs with a key made from
// a seed; PlainTexts expands lists whose runs hold texts.
#pragma once

#include <openssl/evp.h>

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "ledger/ports.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::ledger::testing {

class MemoryStore : public Store {
 public:
  explicit MemoryStore(std::uint8_t id = 7) { id_.fill(id); }

  // The n-th append from now (0: the next) fails with ResourceExhausted, as do all after it. Kept:
  // that one is written nevertheless, as when the power fails after the write and before the fsync
  // has answered.
  enum class Failed { Lost, Kept };
  void fail_append(int n, Failed failed = Failed::Lost) {
    appends_left_ = n;
    failed_ = failed;
  }

  [[nodiscard]] LedgerId id() const override { return LedgerId(id_); }
  [[nodiscard]] std::uint64_t size() const override {
    const std::lock_guard lock(mutex_);
    return facts_.size();
  }
  [[nodiscard]] std::vector<Digest> frontier() const override { return frontier_; }
  [[nodiscard]] std::string checkpoint() const override { return checkpoint_; }

  Status append(const AppendBatch& batch) override {
    const std::lock_guard lock(mutex_);
    const bool fails = appends_left_ == 0 || batch.first_position != facts_.size();
    if (fails && (failed_ == Failed::Lost || batch.first_position != facts_.size())) {
      appends_left_ = 0;
      return Error{.code = Errc::ResourceExhausted, .message = "append fails as the test asked"};
    }
    if (appends_left_ > 0) --appends_left_;
    for (const Bytes& fact : batch.facts) facts_.push_back(std::make_shared<const Bytes>(fact));
    for (const TreeNode& node : batch.nodes) nodes_[{node.level, node.index}] = node.hash;
    frontier_ = batch.frontier;
    checkpoint_ = batch.checkpoint;
    if (!fails) return {};
    failed_ = Failed::Lost;
    return Error{.code = Errc::ResourceExhausted, .message = "append fails as the test asked"};
  }

  Status read(std::uint64_t first, std::uint64_t last,
              const std::function<Status(std::uint64_t, ByteView)>& take) const override {
    for (std::uint64_t position = first; position < last; ++position) {
      std::shared_ptr<const Bytes> fact;
      {
        const std::lock_guard lock(mutex_);
        if (position >= facts_.size()) return Error{.code = Errc::NotFound, .message = "no fact"};
        fact = facts_[position];
      }
      if (Status taken = take(position, *fact); !taken) return taken;
    }
    return {};
  }

  Result<Digest> node(std::uint32_t level, std::uint64_t index) const override {
    const std::lock_guard lock(mutex_);
    const auto at = nodes_.find({level, index});
    if (at == nodes_.end()) return Error{.code = Errc::NotFound, .message = "no node"};
    return at->second;
  }

  // What a test changes to play a damaged disk.
  std::vector<Digest>& stored_frontier() { return frontier_; }
  std::string& stored_checkpoint() { return checkpoint_; }

 private:
  std::array<std::uint8_t, 16> id_{};
  mutable std::mutex mutex_;
  int appends_left_ = -1;
  Failed failed_ = Failed::Lost;
  std::vector<std::shared_ptr<const Bytes>> facts_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Digest> nodes_;
  std::vector<Digest> frontier_;
  std::string checkpoint_;
};

class TestSigner : public HeadSigner {
 public:
  explicit TestSigner(std::uint8_t seed = 1) {
    const Bytes key(32, seed);
    key_ = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size());
  }
  ~TestSigner() override { EVP_PKEY_free(key_); }
  TestSigner(const TestSigner&) = delete;
  TestSigner& operator=(const TestSigner&) = delete;

  void fail() { is_failing_ = true; }

  [[nodiscard]] Bytes public_key() const override {
    Bytes key(32);
    std::size_t size = key.size();
    EVP_PKEY_get_raw_public_key(key_, key.data(), &size);
    return key;
  }
  Result<Bytes> sign(ByteView message) const override {
    if (is_failing_) return Error{.code = Errc::Unavailable, .message = "the signer is away"};
    Bytes signature(64);
    std::size_t size = signature.size();
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const bool done =
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_) == 1 &&
        EVP_DigestSign(context, signature.data(), &size, message.data(), message.size()) == 1;
    EVP_MD_CTX_free(context);
    if (!done) return Error{.code = Errc::Unavailable, .message = "cannot sign"};
    return signature;
  }

 private:
  EVP_PKEY* key_ = nullptr;
  bool is_failing_ = false;
};

class PlainTexts : public EpcTexts {
 public:
  Status expand(const v1::EpcList& list,
                const std::function<void(std::string_view)>& take) const override {
    for (const auto& run : list.runs()) {
      if (run.object_class() != 0) {
        return Error{.code = Errc::NotFound, .message = "no directory in this test"};
      }
      for (const auto& text : run.texts()) take(text);
    }
    return {};
  }
};

}  // namespace packtrail::ledger::testing
