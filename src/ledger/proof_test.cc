#include "ledger/proof.h"

#include <gtest/gtest.h>

#include "base/crypto.h"
#include "ledger/fact.h"
#include "ledger/testing.h"

namespace packtrail::ledger {
namespace {

using testing::MemoryStore;
using testing::PlainTexts;
using testing::TestSigner;

constexpr std::uint32_t kEpcList = v1::EpcisEvent::kEpcListFieldNumber;
constexpr std::uint32_t kChildEpcs = v1::EpcisEvent::kChildEpcsFieldNumber;
const std::string kUrn = "urn:epc:id:sgtin:9521234.012345.PACK7";
const std::string kLink = "https://id.gs1.org/01/09521234123453/21/PACK7";

class ProofTest : public ::testing::Test {
 protected:
  MemoryStore store_;
  TestSigner signer_;
  PlainTexts texts_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<std::string> others_;  // EPCs that no proof of kUrn may show.

  void SetUp() override {
    auto opened = Ledger::open(store_, signer_, "packtrail.example/plant", Bytes(32, 5));
    ASSERT_TRUE(opened);
    ledger_ = std::move(*opened);
    for (int i = 0; i < 9; ++i) {
      others_.push_back("urn:epc:id:sgtin:9521234.012345.NEIGHBOUR" + std::to_string(i));
    }
    add_commissioning();
    add_allocation();
    add_packing();
    for (int i = 0; i < 4; ++i) add_order(i);
    ASSERT_TRUE(ledger_->commit());
  }

  v1::Fact fact() const {
    v1::Fact made;
    auto* envelope = made.mutable_envelope();
    const LedgerId id = store_.id();
    envelope->set_ledger_id(id.value().data(), id.value().size());
    envelope->set_position(ledger_->pending_size());
    envelope->set_record_time_us(1'795'000'000'000'000);
    envelope->set_schema_version(1);
    envelope->set_device("line-1");
    return made;
  }
  void stage(const v1::Fact& made) {
    const auto lists = ledger_->commit_epcs(made, texts_);
    ASSERT_TRUE(lists);
    const Status staged = ledger_->stage(made, *lists);
    ASSERT_TRUE(staged) << staged.error().to_text();
  }
  void add_commissioning() {  // Position 0: the pack is element 3 of 6.
    v1::Fact made = fact();
    auto* event = made.mutable_epcis_event();
    event->set_type(v1::EpcisEvent::TYPE_OBJECT);
    event->set_action(v1::EpcisEvent::ACTION_ADD);
    event->set_event_time("2026-11-20T09:58:00.120+01:00");
    event->set_biz_step("commissioning");
    event->set_disposition("active");
    event->set_read_point("urn:epc:id:sgln:9521234.00001.line1");
    auto* run = event->mutable_epc_list()->add_runs();
    for (int i = 0; i < 5; ++i) {
      if (i == 3) run->add_texts(kUrn);
      run->add_texts(others_[static_cast<std::size_t>(i)]);
    }
    stage(made);
  }
  void add_allocation() {  // Position 1.
    v1::Fact made = fact();
    made.mutable_numbers_allocated()->set_object_class(1);
    made.mutable_numbers_allocated()->set_token("t");
    stage(made);
  }
  void add_packing() {  // Position 2: the pack is element 0, in another spelling.
    v1::Fact made = fact();
    auto* event = made.mutable_epcis_event();
    event->set_type(v1::EpcisEvent::TYPE_AGGREGATION);
    event->set_action(v1::EpcisEvent::ACTION_ADD);
    event->set_biz_step("packing");
    event->mutable_parent()->add_runs()->add_texts(others_[8]);
    auto* run = event->mutable_child_epcs()->add_runs();
    run->add_texts(kLink);
    run->add_texts(others_[5]);
    auto* element = event->mutable_child_quantities()->add_elements();
    element->set_epc_class("urn:epc:class:lgtin:9521234.012345.SECRETLOT");
    element->set_quantity("12");
    stage(made);
  }
  void add_order(int number) {
    v1::Fact made = fact();
    made.mutable_order_opened()->set_order_id("order-" + std::to_string(number));
    stage(made);
  }

  std::string proof(std::vector<ProofItem> items = {{0, kEpcList, 3}, {2, kChildEpcs, 0}}) const {
    auto made = create_proof(*ledger_, texts_, items);
    EXPECT_TRUE(made) << made.error().to_text();
    return made ? *made : "";
  }
};

TEST_F(ProofTest, SaysWhatHappenedToTheEpc) {
  const auto report = check_proof(proof());
  ASSERT_TRUE(report) << report.error().to_text();
  EXPECT_EQ(report->origin, "packtrail.example/plant");
  EXPECT_EQ(report->ledger, store_.id());
  EXPECT_EQ(report->tree_size, 7U);
  EXPECT_EQ(report->root, ledger_->head().root);
  EXPECT_EQ(report->key_fingerprint, to_hex(sha256(signer_.public_key())));
  EXPECT_EQ(report->epc, kUrn);
  ASSERT_EQ(report->items.size(), 2U);
  const ProvenItem& first = report->items[0];
  EXPECT_EQ(first.position, 0U);
  EXPECT_EQ(first.list, "epc_list");
  EXPECT_EQ(first.index, 3U);
  EXPECT_EQ(first.count, 6U);
  EXPECT_EQ(first.text, kUrn);
  EXPECT_EQ(first.record_time.us, 1'795'000'000'000'000);
  EXPECT_EQ(first.event_type, "ObjectEvent");
  EXPECT_EQ(first.action, "ADD");
  EXPECT_EQ(first.event_time, "2026-11-20T09:58:00.120+01:00");
  EXPECT_EQ(first.biz_step, "commissioning");
  EXPECT_EQ(first.disposition, "active");
  EXPECT_EQ(first.read_point, "urn:epc:id:sgln:9521234.00001.line1");
  EXPECT_EQ(first.device, "line-1");
  const ProvenItem& second = report->items[1];
  EXPECT_EQ(second.position, 2U);
  EXPECT_EQ(second.list, "child_epcs");
  EXPECT_EQ(second.text, kLink) << "each event keeps its spelling";
  EXPECT_EQ(second.biz_step, "packing");
}

TEST_F(ProofTest, OneNewlineMayFollowAndNothingElse) {
  const std::string text = proof();
  EXPECT_TRUE(check_proof(text + "\n"));
  EXPECT_FALSE(check_proof(text + "\n\n"));
  EXPECT_FALSE(check_proof(text + " "));
  EXPECT_FALSE(check_proof(text + "\r\n"));
  EXPECT_FALSE(check_proof(" " + text));
  EXPECT_FALSE(check_proof(""));
  EXPECT_FALSE(check_proof("\n"));
}

TEST_F(ProofTest, EveryChangedByteMakesTheCheckFail) {
  const std::string text = proof();
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    std::vector<char> others{'0', '1', 'A', 'B', ' ', '\n', '"', '=', '/', '\0', '\xFF'};
    for (int bit = 0; bit < 8; ++bit) others.push_back(static_cast<char>(byte ^ (1 << bit)));
    for (const char other : others) {
      if (other == text[at]) continue;
      std::string changed = text;
      changed[at] = other;
      ASSERT_FALSE(check_proof(changed)) << "byte " << at << " '" << text[at] << "' to '" << other
                                         << "' near " << text.substr(at, 20);
    }
  }
}

TEST_F(ProofTest, EveryCutInsertionAndSwapMakesTheCheckFail) {
  const std::string text = proof();
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size()) {
      ASSERT_FALSE(check_proof(std::string_view(text).substr(0, at))) << at;
      ASSERT_FALSE(check_proof(std::string(text).erase(at, 1))) << at;
    }
    for (const char inserted : {' ', '0', 'A', '\n', '"', ','}) {
      if (inserted == '\n' && at == text.size()) continue;
      ASSERT_FALSE(check_proof(std::string(text).insert(at, 1, inserted))) << at;
    }
    if (at + 1 < text.size() && text[at] != text[at + 1]) {
      std::string swapped = text;
      std::swap(swapped[at], swapped[at + 1]);
      ASSERT_FALSE(check_proof(swapped)) << at;
    }
  }
}

TEST_F(ProofTest, RevealsNoOtherEpcNoRunAndNoKey) {
  const std::string text = proof();
  std::string everything = text;  // With the decoded facts, where texts would lie.
  for (std::size_t at = text.find("\"fact\": \""); at != std::string::npos;
       at = text.find("\"fact\": \"", at + 1)) {
    const std::size_t begin = at + 9;
    const auto bytes = from_base64(text.substr(begin, text.find('"', begin) - begin));
    ASSERT_TRUE(bytes);
    everything.append(as_text(*bytes));
    v1::Fact fact;
    ASSERT_TRUE(decode_hashed_form(*bytes, fact));
    const auto& event = fact.epcis_event();
    for (const auto* list : {&event.epc_list(), &event.parent(), &event.child_epcs()}) {
      EXPECT_EQ(list->runs_size(), 0);
    }
    EXPECT_EQ(event.child_quantities().elements_size(), 0);
  }
  for (const std::string& other : others_) {
    EXPECT_EQ(everything.find(other), std::string::npos) << other;
    EXPECT_EQ(everything.find(other.substr(17)), std::string::npos) << other;
  }
  EXPECT_EQ(everything.find("SECRETLOT"), std::string::npos);
  EXPECT_EQ(everything.find(to_base64(Bytes(32, 5)).substr(0, 20)), std::string::npos);
  EXPECT_EQ(everything.find(std::string(16, '\5')), std::string::npos) << "the commitment key";
  EXPECT_EQ(everything.find(std::string(16, '\1')), std::string::npos) << "the signing key";
}

TEST_F(ProofTest, ASaltOpensOneElementOnly) {
  // The salts of two elements differ, so the shown one says nothing about a sibling's leaf.
  const auto first = ledger_->open_epc(0, kEpcList, 3, texts_);
  const auto second = ledger_->open_epc(0, kEpcList, 4, texts_);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->salt, second->salt);
}

TEST_F(ProofTest, ATrustedKeyIsDemanded) {
  const std::string text = proof();
  EXPECT_TRUE(check_proof(text, signer_.public_key()));
  EXPECT_FALSE(check_proof(text, TestSigner(2).public_key()));
  EXPECT_FALSE(check_proof(text, Bytes{}));
}

TEST_F(ProofTest, AForgedProofUnderAnotherKeyShowsThatKey) {
  MemoryStore store;
  const TestSigner forger(9);
  const auto ledger = Ledger::open(store, forger, "packtrail.example/plant", Bytes(32, 5));
  ASSERT_TRUE(ledger);
  v1::Fact made = fact();
  made.mutable_envelope()->set_position(0);
  made.mutable_epcis_event()->mutable_epc_list()->add_runs()->add_texts(kUrn);
  ASSERT_TRUE((*ledger)->stage(made, *(*ledger)->commit_epcs(made, texts_)));
  ASSERT_TRUE((*ledger)->commit());
  const std::vector<ProofItem> items{{0, kEpcList, 0}};
  const auto forged = create_proof(**ledger, texts_, items);
  ASSERT_TRUE(forged);
  const auto report = check_proof(*forged);
  ASSERT_TRUE(report);
  EXPECT_NE(report->key_fingerprint, check_proof(proof())->key_fingerprint);
  EXPECT_FALSE(check_proof(*forged, signer_.public_key()));
}

TEST_F(ProofTest, ItemsMayNotBeMixedBetweenProofsOrReordered) {
  const std::string both = proof();
  const std::string first = proof({{0, kEpcList, 3}});
  const std::string second = proof({{2, kChildEpcs, 0}});
  EXPECT_TRUE(check_proof(first));
  EXPECT_TRUE(check_proof(second));
  EXPECT_EQ(proof({{2, kChildEpcs, 0}, {0, kEpcList, 3}, {2, kChildEpcs, 0}}), both)
      << "order and repeats in the request make no difference";
  const auto items_of = [](const std::string& text) {
    const std::size_t begin = text.find("    {\n");
    return text.substr(begin, text.find("\n  ]") - begin);
  };
  const std::string a = items_of(first);
  const std::string b = items_of(second);
  const auto with = [&](const std::string& items) {
    return first.substr(0, first.find("    {\n")) + items + first.substr(first.find("\n  ]"));
  };
  EXPECT_TRUE(check_proof(with(a + ",\n" + b)));
  EXPECT_FALSE(check_proof(with(b + ",\n" + a)));
  EXPECT_FALSE(check_proof(with(a + ",\n" + a)));
  EXPECT_FALSE(check_proof(with(b))) << "the heading names the spelling of the first item";
  EXPECT_FALSE(check_proof(with("")));
}

TEST_F(ProofTest, RefusesPlacesThatAreNotOneEpc) {
  const auto code = [&](std::vector<ProofItem> items) {
    const auto made = create_proof(*ledger_, texts_, items);
    return made ? Errc{} : made.error().code;
  };
  EXPECT_EQ(code({}), Errc::InvalidArgument);
  EXPECT_EQ(code({{0, kEpcList, 3}, {0, kEpcList, 4}}), Errc::InvalidArgument);
  EXPECT_EQ(code({{0, kEpcList, 6}}), Errc::NotFound);
  EXPECT_EQ(code({{0, kChildEpcs, 0}}), Errc::NotFound);
  EXPECT_EQ(code({{1, kEpcList, 0}}), Errc::NotFound);
  EXPECT_EQ(code({{7, kEpcList, 0}}), Errc::NotFound);
  EXPECT_EQ(code({{2, v1::EpcisEvent::kChildQuantitiesFieldNumber, 0}}), Errc::InvalidArgument);
  EXPECT_EQ(code(std::vector<ProofItem>(kProofItemsMax + 1, ProofItem{0, kEpcList, 3})),
            Errc::InvalidArgument);
  EXPECT_TRUE(create_proof(*ledger_, texts_,
                           std::vector<ProofItem>(kProofItemsMax, ProofItem{0, kEpcList, 3})));
}

TEST_F(ProofTest, TextsNeedingEscapesSurvive) {
  const std::string odd = "urn:x:\"q\\\"\n\t\x01\x7F\xC3\xA4/\xE2\x82\xAC";
  v1::Fact made = fact();
  made.mutable_epcis_event()->mutable_epc_list()->add_runs()->add_texts(odd);
  stage(made);
  ASSERT_TRUE(ledger_->commit());
  const auto report = check_proof(proof({{7, kEpcList, 0}}));
  ASSERT_TRUE(report) << report.error().to_text();
  EXPECT_EQ(report->epc, odd);
}

TEST_F(ProofTest, RefusesDeepAndForeignJson) {
  EXPECT_FALSE(check_proof(std::string(100'000, '[')));
  EXPECT_FALSE(check_proof("{}"));
  EXPECT_FALSE(check_proof("[]"));
  EXPECT_FALSE(check_proof(R"({"format": "packtrail-epc-proof-2"})"));
  EXPECT_EQ(check_proof(std::string(kProofSizeMax + 1, ' ')).error().code, Errc::ResourceExhausted);
}

}  // namespace
}  // namespace packtrail::ledger
