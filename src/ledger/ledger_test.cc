#include "ledger/ledger.h"

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "ledger/checkpoint.h"
#include "ledger/fact.h"
#include "ledger/merkle.h"
#include "ledger/testing.h"

namespace packtrail::ledger {
namespace {

using testing::MemoryStore;
using testing::PlainTexts;
using testing::TestSigner;

const std::string kOrigin = "packtrail.example/test";

class LedgerTest : public ::testing::Test {
 protected:
  MemoryStore store_;
  TestSigner signer_;
  PlainTexts texts_;
  std::unique_ptr<Ledger> ledger_ = opened();

  std::unique_ptr<Ledger> opened() {
    auto ledger = Ledger::open(store_, signer_, kOrigin, Bytes(32, 9));
    EXPECT_TRUE(ledger) << ledger.error().to_text();
    return ledger ? std::move(*ledger) : nullptr;
  }

  v1::Fact fact(std::uint64_t position) const {
    v1::Fact made;
    auto* envelope = made.mutable_envelope();
    const LedgerId id = store_.id();
    envelope->set_ledger_id(id.value().data(), id.value().size());
    envelope->set_position(position);
    envelope->set_record_time_us(1'700'000'000'000'000 + static_cast<std::int64_t>(position));
    envelope->set_schema_version(1);
    return made;
  }
  // An event over `epcs`, numbered by the position so that no two are alike.
  v1::Fact event(std::uint64_t position, int epcs) const {
    v1::Fact made = fact(position);
    auto* body = made.mutable_epcis_event();
    body->set_type(v1::EpcisEvent::TYPE_OBJECT);
    body->set_biz_step("commissioning");
    auto* run = epcs == 0 ? nullptr : body->mutable_epc_list()->add_runs();
    for (int i = 0; i < epcs; ++i) {
      run->add_texts("urn:epc:id:sgtin:9521234.012345." + std::to_string(position) + "X" +
                     std::to_string(i));
    }
    return made;
  }
  Status stage(const v1::Fact& made) {
    return ledger_->stage(made, PACKTRAIL_TRY(ledger_->commit_epcs(made, texts_)));
  }
  void fill(std::uint64_t count, std::uint64_t per_batch) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto position = ledger_->pending_size();
      const Status staged = stage(event(position, static_cast<int>(position % 3)));
      ASSERT_TRUE(staged) << staged.error().to_text();
      if ((i + 1) % per_batch == 0) {
        ASSERT_TRUE(ledger_->commit());
      }
    }
    ASSERT_TRUE(ledger_->commit());
  }
};

TEST_F(LedgerTest, StagedFactsAreInvisibleUntilCommitted) {
  ASSERT_TRUE(stage(event(0, 2)));
  EXPECT_EQ(ledger_->size(), 0U);
  EXPECT_EQ(ledger_->pending_size(), 1U);
  EXPECT_EQ(ledger_->head().root, empty_root());
  v1::Fact read;
  EXPECT_EQ(ledger_->read_one(0, read).error().code, Errc::NotFound);
  ASSERT_TRUE(ledger_->commit());
  EXPECT_EQ(ledger_->size(), 1U);
  ASSERT_TRUE(ledger_->read_one(0, read));
  EXPECT_EQ(read.SerializeAsString(), event(0, 2).SerializeAsString());
}

TEST_F(LedgerTest, DiscardForgetsWhatIsStaged) {
  fill(3, 3);
  const SignedHead before = ledger_->head();
  ASSERT_TRUE(stage(event(3, 1)));
  ledger_->discard();
  EXPECT_EQ(ledger_->pending_size(), 3U);
  ASSERT_TRUE(ledger_->commit());
  EXPECT_EQ(ledger_->head().checkpoint, before.checkpoint);
  ASSERT_TRUE(stage(event(3, 1)));
  ASSERT_TRUE(ledger_->commit());
  EXPECT_EQ(ledger_->size(), 4U);
}

TEST_F(LedgerTest, HeadIsTheSignedRootOverTheLeavesRecomputedFromStoredFacts) {
  for (const std::uint64_t count : {1U, 6U, 249U, 1U, 300U}) {
    fill(count, 100);
    const SignedHead head = ledger_->head();
    const auto leaves = ledger_->leaf_hashes(0, ledger_->size(), texts_);
    ASSERT_TRUE(leaves) << leaves.error().to_text();
    EXPECT_EQ(head.root, root_of(*leaves));
    const auto checkpoint = SignedCheckpoint::parse(head.checkpoint);
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->head.size, head.size);
    EXPECT_EQ(checkpoint->head.root, head.root);
    EXPECT_TRUE(verify_checkpoint(*checkpoint, kOrigin, signer_.public_key()));
  }
}

TEST_F(LedgerTest, RootDoesNotDependOnBatchesOrReopening) {
  fill(700, 1000);
  MemoryStore other_store;
  auto other = Ledger::open(other_store, signer_, kOrigin, Bytes(32, 9));
  ASSERT_TRUE(other);
  for (std::uint64_t i = 0; i < 700; ++i) {
    const v1::Fact made = event(i, static_cast<int>(i % 3));
    ASSERT_TRUE((*other)->stage(made, *(*other)->commit_epcs(made, texts_)));
    if (i % 37 == 0) {
      ASSERT_TRUE((*other)->commit());
      other = Ledger::open(other_store, signer_, kOrigin, Bytes(32, 9));
      ASSERT_TRUE(other);
    }
  }
  ASSERT_TRUE((*other)->commit());
  EXPECT_EQ((*other)->head().checkpoint, ledger_->head().checkpoint);
}

TEST_F(LedgerTest, InclusionAndConsistencyPathsVerifyAtEverySize) {
  fill(1300, 500);
  const auto leaves = ledger_->leaf_hashes(0, 1300, texts_);
  ASSERT_TRUE(leaves);
  for (const std::uint64_t size :
       {1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 768U, 1023U, 1025U, 1300U}) {
    const Digest root = root_of(std::span(*leaves).first(size));
    for (const std::uint64_t position : {std::uint64_t{0}, size / 3, size / 2, size - 1}) {
      const auto path = ledger_->inclusion_path(position, size, texts_);
      ASSERT_TRUE(path) << path.error().to_text();
      EXPECT_TRUE(verify_inclusion(position, size, (*leaves)[position], *path, root))
          << position << " of " << size;
    }
    const auto path = ledger_->consistency_path(size, 1300, texts_);
    ASSERT_TRUE(path) << path.error().to_text();
    EXPECT_TRUE(verify_consistency(size, 1300, root, ledger_->head().root, *path)) << size;
  }
  EXPECT_EQ(ledger_->inclusion_path(5, 1301, texts_).error().code, Errc::NotFound);
  EXPECT_EQ(ledger_->inclusion_path(5, 5, texts_).error().code, Errc::NotFound);
  EXPECT_EQ(ledger_->consistency_path(0, 5, texts_).error().code, Errc::NotFound);
}

TEST_F(LedgerTest, ReadsRanges) {
  fill(10, 4);
  std::vector<std::uint64_t> positions;
  ASSERT_TRUE(ledger_->read(3, 7, [&](const v1::Fact& read) -> Status {
    positions.push_back(read.envelope().position());
    return {};
  }));
  EXPECT_EQ(positions, (std::vector<std::uint64_t>{3, 4, 5, 6}));
  EXPECT_EQ(ledger_->read(0, 11, [](const v1::Fact&) -> Status { return {}; }).error().code,
            Errc::NotFound);
  const Error stop{.code = Errc::Aborted, .message = "enough"};
  EXPECT_EQ(ledger_->read(0, 5, [&](const v1::Fact&) -> Status { return stop; }).error().code,
            Errc::Aborted);
}

TEST_F(LedgerTest, RefusesWhatIsNotCanonicalOrNotHere) {
  EXPECT_EQ(stage(event(1, 1)).error().code, Errc::InvalidArgument) << "another position";
  v1::Fact foreign = event(0, 1);
  foreign.mutable_envelope()->set_ledger_id(std::string(16, 'x'));
  EXPECT_EQ(stage(foreign).error().code, Errc::InvalidArgument);
  EXPECT_EQ(stage(fact(0)).error().code, Errc::InvalidArgument) << "no body";

  v1::Fact unknown = event(0, 1);
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddVarint(900, 1);
  EXPECT_EQ(stage(unknown).error().code, Errc::InvalidArgument);
  unknown = event(0, 1);
  auto* nested = unknown.mutable_epcis_event()->mutable_epc_list()->mutable_runs(0);
  nested->GetReflection()->MutableUnknownFields(nested)->AddLengthDelimited(77, "x");
  EXPECT_EQ(stage(unknown).error().code, Errc::InvalidArgument);

  v1::Fact committed = event(0, 1);
  committed.mutable_epcis_event()->mutable_epc_list()->mutable_commitment()->set_count(1);
  EXPECT_EQ(stage(committed).error().code, Errc::InvalidArgument);

  v1::Fact bar = event(0, 0);
  auto* element = bar.mutable_epcis_event()->mutable_quantities()->add_elements();
  element->set_epc_class("urn:epc:class:lgtin:9521234.012345.L1");
  element->set_quantity("1|2");
  EXPECT_EQ(stage(bar).error().code, Errc::InvalidArgument);

  EXPECT_EQ(ledger_->pending_size(), 0U);
  EXPECT_TRUE(stage(event(0, 1)));
}

TEST_F(LedgerTest, RefusesListsWithoutTheirCommitment) {
  const v1::Fact made = event(0, 2);
  EXPECT_EQ(ledger_->stage(made, {}).error().code, Errc::InvalidArgument);
  HashedLists lists = *ledger_->commit_epcs(made, texts_);
  lists.entries[0].count = 3;
  EXPECT_EQ(ledger_->stage(made, lists).error().code, Errc::InvalidArgument);
  lists.entries[0].count = 2;
  lists.entries[0].field = 16;
  EXPECT_EQ(ledger_->stage(made, lists).error().code, Errc::InvalidArgument);
  lists.entries[0].field = 14;
  lists.entries.push_back(lists.entries[0]);
  EXPECT_EQ(ledger_->stage(made, lists).error().code, Errc::InvalidArgument);
  EXPECT_EQ(ledger_->stage(event(0, 0), *ledger_->commit_epcs(made, texts_)).error().code,
            Errc::InvalidArgument);
}

TEST_F(LedgerTest, FactSizeLimit) {
  v1::Fact made = fact(0);
  auto* opened = made.mutable_order_opened();
  opened->set_document(std::string(kFactSizeMax - 100, 'a'));
  opened->set_document(std::string(kFactSizeMax - 100 + (kFactSizeMax - made.ByteSizeLong()), 'a'));
  ASSERT_EQ(made.ByteSizeLong(), kFactSizeMax);
  EXPECT_TRUE(stage(made));
  ledger_->discard();
  opened->mutable_document()->pop_back();
  EXPECT_TRUE(stage(made));
  ledger_->discard();
  opened->mutable_document()->append("bb");
  EXPECT_EQ(stage(made).error().code, Errc::ResourceExhausted);
}

TEST_F(LedgerTest, AfterAFailedAppendNothingIsTaken) {
  fill(5, 5);
  const SignedHead before = ledger_->head();
  store_.fail_append(0);
  ASSERT_TRUE(stage(event(5, 1)));
  EXPECT_EQ(ledger_->commit().error().code, Errc::ResourceExhausted);
  EXPECT_EQ(ledger_->size(), 5U);
  EXPECT_EQ(ledger_->pending_size(), 5U);
  EXPECT_EQ(ledger_->head().checkpoint, before.checkpoint);
  EXPECT_EQ(stage(event(5, 1)).error().code, Errc::Unavailable);
  EXPECT_EQ(ledger_->commit().error().code, Errc::Unavailable);
  v1::Fact read;
  EXPECT_TRUE(ledger_->read_one(4, read)) << "reading goes on";
}

TEST_F(LedgerTest, AfterAFailedSignatureNothingIsTaken) {
  ASSERT_TRUE(stage(event(0, 1)));
  signer_.fail();
  EXPECT_EQ(ledger_->commit().error().code, Errc::Unavailable);
  EXPECT_EQ(store_.size(), 0U);
  EXPECT_EQ(stage(event(0, 1)).error().code, Errc::Unavailable);
}

TEST_F(LedgerTest, OpenChecksTheStoredHead) {
  fill(300, 300);
  const auto code = [&](const HeadSigner& signer, const std::string& origin) {
    const auto ledger = Ledger::open(store_, signer, origin, Bytes(32, 9));
    return ledger ? Errc{} : ledger.error().code;
  };
  EXPECT_TRUE(Ledger::open(store_, signer_, kOrigin, Bytes(32, 9)));
  EXPECT_EQ(code(TestSigner(2), kOrigin), Errc::DataLoss) << "signed by another key";
  EXPECT_EQ(code(signer_, "other.example"), Errc::FailedPrecondition);
  EXPECT_FALSE(Ledger::open(store_, signer_, "not an origin", Bytes(32, 9)));
  EXPECT_FALSE(Ledger::open(store_, signer_, kOrigin, Bytes(31, 9)));

  const auto frontier = store_.stored_frontier();
  store_.stored_frontier()[0][5] ^= 1;
  EXPECT_EQ(code(signer_, kOrigin), Errc::DataLoss);
  store_.stored_frontier() = frontier;
  store_.stored_frontier().pop_back();
  EXPECT_EQ(code(signer_, kOrigin), Errc::DataLoss);
  store_.stored_frontier() = frontier;
  store_.stored_checkpoint().clear();
  EXPECT_EQ(code(signer_, kOrigin), Errc::DataLoss);
}

// ---- EPC commitments ----

TEST_F(LedgerTest, CommitmentIsTheSpecifiedTree) {
  v1::Fact made = event(0, 5);
  auto* quantity = made.mutable_epcis_event()->mutable_quantities()->add_elements();
  quantity->set_epc_class("urn:epc:class:lgtin:9521234.012345.L1");
  quantity->set_quantity("12.50");
  quantity->set_uom("KGM");
  const auto lists = ledger_->commit_epcs(made, texts_);
  ASSERT_TRUE(lists);
  ASSERT_EQ(lists->entries.size(), 2U);

  // Step by step as docs/formats/merkle.md says, with library calls instead of our own.
  const auto be = [](std::uint64_t value, int bytes) {
    Bytes out;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
    return out;
  };
  v1::EpcisEvent bare = made.epcis_event();
  bare.clear_epc_list();
  bare.clear_quantities();
  Bytes content;
  const auto add = [&](ByteView bytes) {
    content.insert(content.end(), bytes.begin(), bytes.end());
  };
  add(as_bytes(bare.SerializeAsString()));
  std::vector<std::string> epcs(made.epcis_event().epc_list().runs(0).texts().begin(),
                                made.epcis_event().epc_list().runs(0).texts().end());
  const std::vector<std::string> quantities{"urn:epc:class:lgtin:9521234.012345.L1|12.50|KGM"};
  for (const auto& [field, list] : {std::pair{14U, epcs}, {19U, quantities}}) {
    add(be(field, 4));
    add(be(list.size(), 8));
    for (const auto& text : list) {
      add(be(text.size(), 4));
      add(as_bytes(text));
    }
  }
  const Digest key = hmac_sha256(Bytes(32, 9), sha256(content));
  const auto root = [&](std::uint64_t field, const std::vector<std::string>& list) {
    std::vector<Digest> leaves;
    for (std::size_t i = 0; i < list.size(); ++i) {
      Bytes block = be(field, 8);
      const Bytes index = be(i, 8);
      block.insert(block.end(), index.begin(), index.end());
      Bytes leaf(16);
      EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
      int size = 0;
      EVP_EncryptInit_ex(cipher, EVP_aes_256_ecb(), nullptr, key.data(), nullptr);
      EVP_EncryptUpdate(cipher, leaf.data(), &size, block.data(), 16);
      EVP_CIPHER_CTX_free(cipher);
      leaf.insert(leaf.end(), list[i].begin(), list[i].end());
      leaves.push_back(leaf_hash(leaf));
    }
    return root_of(leaves);
  };
  EXPECT_EQ(lists->entries[0].field, 14U);
  EXPECT_EQ(lists->entries[0].count, 5U);
  EXPECT_EQ(lists->entries[0].root, root(14, epcs));
  EXPECT_EQ(lists->entries[1].field, 19U);
  EXPECT_EQ(lists->entries[1].count, 1U);
  EXPECT_EQ(lists->entries[1].root, root(19, quantities));
}

TEST_F(LedgerTest, CommitmentFromTextsAndFromStoredFactAgreeWhateverTheEnvelope) {
  for (const int count : {0, 1, 2, 127, 128, 129, 1000}) {
    v1::Fact made = event(4, count);
    std::vector<std::vector<std::string_view>> views;
    if (count > 0) {
      const auto& stored = made.epcis_event().epc_list().runs(0).texts();
      views.emplace_back(stored.begin(), stored.end());
    }
    v1::Fact without_envelope = made;
    without_envelope.clear_envelope();
    const HashedLists from_texts = ledger_->commit_epcs(without_envelope, views);
    const auto from_fact = ledger_->commit_epcs(made, texts_);
    ASSERT_TRUE(from_fact);
    ASSERT_EQ(from_texts.entries.size(), from_fact->entries.size());
    for (std::size_t i = 0; i < from_texts.entries.size(); ++i) {
      EXPECT_EQ(from_texts.entries[i].root, from_fact->entries[i].root);
    }
  }
}

TEST_F(LedgerTest, CommitmentDependsOnKeyContentAndOrder) {
  const v1::Fact made = event(0, 2);
  const Digest root = ledger_->commit_epcs(made, texts_)->entries[0].root;
  MemoryStore other_store;
  const auto other = Ledger::open(other_store, signer_, kOrigin, Bytes(32, 8));
  EXPECT_NE((*other)->commit_epcs(made, texts_)->entries[0].root, root);
  v1::Fact changed = made;
  changed.mutable_epcis_event()->set_biz_step("shipping");
  EXPECT_NE(ledger_->commit_epcs(changed, texts_)->entries[0].root, root);
  changed = made;
  changed.mutable_epcis_event()->mutable_epc_list()->mutable_runs(0)->mutable_texts()->SwapElements(
      0, 1);
  EXPECT_NE(ledger_->commit_epcs(changed, texts_)->entries[0].root, root);
}

TEST(Fact, ListsOccurOnlyWhereTheHashedFormReplacesThem) {
  // Every message that Fact reaches: a list anywhere but in a singular body field would be hashed
  // with its elements, and a proof would show them.
  std::vector<std::pair<const google::protobuf::Descriptor*, int>> open{
      {v1::Fact::descriptor(), 0}};
  std::set<const google::protobuf::Descriptor*> seen;
  while (!open.empty()) {
    const auto [message, depth] = open.back();
    open.pop_back();
    if (!seen.insert(message).second) continue;
    for (int i = 0; i < message->field_count(); ++i) {
      const auto* field = message->field(i);
      EXPECT_FALSE(field->is_map()) << field->full_name();
      if (field->message_type() == nullptr) continue;
      if (field->message_type() == v1::EpcList::descriptor() ||
          field->message_type() == v1::QuantityList::descriptor()) {
        EXPECT_EQ(depth, 1) << field->full_name();
        EXPECT_FALSE(field->is_repeated()) << field->full_name();
        continue;
      }
      open.emplace_back(field->message_type(), depth + 1);
    }
  }
  EXPECT_EQ(list_fields(10).size(), 9U);
  EXPECT_TRUE(list_fields(11).empty());
  EXPECT_TRUE(list_fields(9999).empty());
}

TEST(Fact, DecodeAcceptsOnlyTheCanonicalBytes) {
  v1::Fact made;
  made.mutable_envelope()->set_position(300);
  made.mutable_order_opened()->set_order_id("A-1");
  const auto stored = encode_fact(made);
  ASSERT_TRUE(stored);
  v1::Fact out;
  EXPECT_TRUE(decode_fact(*stored, out));
  // Envelope {position: 300} is 0A 03 10 AC 02; a longer varint of the same value is refused.
  EXPECT_EQ(to_hex(*stored), "0a0310ac02a201050a03412d31");
  const auto refused = [&](const char* hex) {
    const Status status = decode_fact(*from_hex(hex), out);
    return !status && status.error().code == Errc::DataLoss;
  };
  EXPECT_FALSE(refused("0a0310ac02a201050a03412d31"));
  EXPECT_TRUE(refused("0a0410ac8200a201050a03412d31")) << "long varint";
  EXPECT_TRUE(refused("a201050a03412d310a0310ac02")) << "descending fields";
  EXPECT_TRUE(refused("0a0310ac02")) << "no body";
  EXPECT_TRUE(refused("0a0310ac02a201050a03412d3100")) << "trailing byte";
  EXPECT_TRUE(refused("0a0310ac02a201050a03412d")) << "cut";
  EXPECT_TRUE(refused("0a0310ac02a201050a0341ff31")) << "not UTF-8";
  EXPECT_TRUE(refused("0a0510ac021800a201050a03412d31")) << "a default written out";
  EXPECT_TRUE(refused("0a0310ac02a201050a03412d31a8cb0101")) << "unknown field";
}

}  // namespace
}  // namespace packtrail::ledger
