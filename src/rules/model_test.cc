#include "rules/model.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace packtrail::rules {
namespace {

using numbering::SerialState;

constexpr auto kUnassigned = SerialState{0};
constexpr auto kAllocated = SerialState{2};
constexpr auto kInvalid = SerialState{3};
constexpr auto kEncoded = SerialState{4};
constexpr auto kLabelSampled = SerialState{5};
constexpr auto kLabelScrapped = SerialState{6};
constexpr auto kCommissioned = SerialState{7};
constexpr auto kSampled = SerialState{8};
constexpr auto kInactive = SerialState{9};
constexpr auto kDestroyed = SerialState{10};
constexpr auto kReleased = SerialState{11};

const Model& medicine() {
  static const Model model = [] {
    auto parsed = Model::parse(medicine_model_text(), "medicine.toml");
    EXPECT_TRUE(parsed) << parsed.error().to_text();
    return *std::move(parsed);
  }();
  return model;
}

Step object_step(std::string_view action, std::string_view biz_step,
                 std::string_view disposition = {}) {
  return {"ObjectEvent", action, biz_step, disposition, Role::Subject};
}
ObjectFacts in(SerialState life, Scheme scheme = Scheme::Sgtin) {
  ObjectFacts facts;
  facts.life = life;
  facts.scheme = scheme;
  return facts;
}

TEST(MedicineModel, HasItsName) { EXPECT_EQ(medicine().name(), "medicine/1"); }

TEST(MedicineModel, CommissioningStartsFromEncodedOrForeign) {
  const Step step = object_step("ADD", "commissioning", "active");
  for (unsigned i = 0; i < 12; ++i) {
    const auto life = static_cast<SerialState>(i);
    const Verdict verdict = medicine().judge(step, in(life));
    EXPECT_EQ(verdict.allowed, life == kEncoded || life == kUnassigned) << i;
    const Verdict sscc = medicine().judge(step, in(life, Scheme::Sscc));
    EXPECT_EQ(sscc.allowed, life == kEncoded || life == kAllocated || life == kUnassigned) << i;
  }
  EXPECT_EQ(medicine().judge(step, in(kEncoded)).life_after, kCommissioned);
  EXPECT_EQ(medicine().judge(step, in(kCommissioned)).rule, "commission_encoded");
  EXPECT_EQ(medicine().judge(step, in(kAllocated, Scheme::Sscc)).rule, "commission_container");
  EXPECT_EQ(medicine().outcome(step), (Outcome{kCommissioned, QuarantineChange::Unchanged}));
}

TEST(MedicineModel, EverySpellingOfAStepIsTheStep) {
  for (const std::string_view step :
       {"shipping", "urn:epcglobal:cbv:bizstep:shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping", "cbv:BizStep-shipping"}) {
    const Verdict verdict = medicine().judge(object_step("OBSERVE", step), in(kCommissioned));
    EXPECT_TRUE(verdict.allowed) << step;
    EXPECT_EQ(verdict.life_after, kReleased);
  }
  EXPECT_FALSE(medicine()
                   .judge(object_step("OBSERVE", "https://example.com/shipping"), in(kCommissioned))
                   .allowed);
}

TEST(MedicineModel, PackingAsksForCommissionedFreeChildren) {
  const Step step{"AggregationEvent", "ADD", "packing", "in_progress", Role::Child};
  ObjectFacts child = in(kCommissioned);
  EXPECT_TRUE(medicine().judge(step, child).allowed);
  EXPECT_FALSE(medicine().judge(step, child).life_after.has_value());
  child.has_parent = true;
  EXPECT_EQ(medicine().judge(step, child).rule, "already_packed");
  child.has_parent = false;
  child.quarantined = true;
  EXPECT_EQ(medicine().judge(step, child).rule, "quarantined");
  for (const SerialState life : {kUnassigned, kAllocated, kEncoded, kSampled, kInactive, kDestroyed,
                                 kLabelScrapped, kInvalid, kLabelSampled}) {
    const Verdict verdict = medicine().judge(step, in(life));
    EXPECT_FALSE(verdict.allowed);
    EXPECT_EQ(verdict.rule, "child_commissioned");
    EXPECT_FALSE(verdict.reason.empty());
  }
  const Step parent{"AggregationEvent", "ADD", "packing", "", Role::Parent};
  EXPECT_TRUE(medicine().judge(parent, in(kCommissioned, Scheme::Sscc)).allowed);
  EXPECT_EQ(medicine().judge(parent, in(kAllocated, Scheme::Sscc)).rule, "parent_commissioned");
}

TEST(MedicineModel, QuarantineIsSetAndCleared) {
  const Step hold = object_step("OBSERVE", "holding", "non_sellable_other");
  EXPECT_EQ(medicine().judge(hold, in(kCommissioned)).quarantine, QuarantineChange::Set);
  EXPECT_EQ(medicine().judge(object_step("OBSERVE", "holding"), in(kCommissioned)).rule,
            "no_transition");
  ObjectFacts held = in(kCommissioned);
  held.quarantined = true;
  EXPECT_EQ(medicine().judge(object_step("OBSERVE", "shipping"), held).rule, "quarantined");
  EXPECT_EQ(medicine().judge(object_step("OBSERVE", "inspecting", "conformant"), held).quarantine,
            QuarantineChange::Cleared);
  EXPECT_EQ(medicine().judge(object_step("OBSERVE", "inspecting", "damaged"), held).quarantine,
            QuarantineChange::Set);
}

TEST(MedicineModel, DispensingAsksForAnUnexpiredPack) {
  ObjectFacts pack = in(kReleased);
  const Step step = object_step("OBSERVE", "dispensing", "dispensed");
  EXPECT_EQ(medicine().judge(step, pack).life_after, kInactive);
  pack.expired = true;
  EXPECT_EQ(medicine().judge(step, pack).rule, "expired");
  EXPECT_EQ(medicine().judge(step, in(kReleased, Scheme::Sscc)).rule, "no_transition");
}

TEST(MedicineModel, NothingHappensAfterTheEndButDestruction) {
  for (const SerialState life : {kSampled, kInactive, kDestroyed}) {
    for (const char* step : {"shipping", "receiving", "storing", "holding", "inspecting",
                             "sampling", "dispensing", "commissioning", "decommissioning"}) {
      for (const char* action : {"ADD", "OBSERVE", "DELETE"}) {
        EXPECT_FALSE(medicine().judge(object_step(action, step), in(life)).allowed)
            << step << " " << action;
      }
    }
    EXPECT_EQ(medicine().judge(object_step("DELETE", "destroying"), in(life)).allowed,
              life != kDestroyed);
  }
}

TEST(MedicineModel, UnknownStepsAreRefusedByDefault) {
  const Verdict verdict = medicine().judge(object_step("ADD", "killing"), in(kCommissioned));
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.rule, "no_transition");
  EXPECT_EQ(verdict.reason,
            "no rule allows this ObjectEvent ADD for a subject that is Commissioned");
  EXPECT_FALSE(medicine().judge({"NoEvent", "ADD", "packing", "", Role::Child}, {}).allowed);
  EXPECT_FALSE(medicine().judge({"ObjectEvent", "MOVE", "packing", "", Role::Child}, {}).allowed);
  EXPECT_FALSE(
      medicine().judge({"TransformationEvent", "", "other", "", Role::Subject}, {}).allowed);
  EXPECT_EQ(medicine().outcome({"NoEvent", "ADD", "", "", Role::Subject}), Outcome{});
}

// All 144 pairs: 'n' a move of a number, 'e' an event about a pack, '.' neither.
TEST(MedicineModel, EveryPairOfStates) {
  constexpr const char* kTable[12] = {
      // to: Unassigned Unallocated Allocated SNInvalid Encoded LabelSampled LabelScrapped
      //     Commissioned Sampled Inactive Destroyed Released
      ".nn....e....",  // Unassigned: imported, allocated; or commissioned elsewhere.
      "..nn........",  // Unallocated: of an import handed out, voided.
      ".n.nn..e....",  // Allocated: returned, voided, encoded; an SSCC is commissioned.
      "............",  // SNInvalid.
      "...n.nne....",  // Encoded: voided, sampled, scrapped, commissioned.
      "......n.....",  // LabelSampled: the sample is destroyed.
      "............",  // LabelScrapped.
      "........eeee",  // Commissioned.
      "..........e.",  // Sampled.
      "..........e.",  // Inactive.
      "............",  // Destroyed.
      ".........eee",  // Released: shipped again, ended, destroyed.
  };
  struct Known {
    Step step;
    Scheme scheme;
  };
  const std::vector<Known> events = {
      {object_step("ADD", "commissioning"), Scheme::Sgtin},
      {object_step("ADD", "commissioning"), Scheme::Sscc},
      {object_step("OBSERVE", "shipping"), Scheme::Sgtin},
      {object_step("OBSERVE", "sampling"), Scheme::Sgtin},
      {object_step("DELETE", "decommissioning"), Scheme::Sgtin},
      {object_step("OBSERVE", "dispensing"), Scheme::Sgtin},
      {object_step("DELETE", "destroying"), Scheme::Sgtin},
  };
  for (unsigned from = 0; from < 12; ++from) {
    for (unsigned to = 0; to < 12; ++to) {
      const char expected = kTable[from][to];
      const Verdict number = medicine().judge_number(SerialState(from), SerialState(to));
      EXPECT_EQ(number.allowed, expected == 'n') << from << " -> " << to;
      EXPECT_FALSE(number.rule.empty());
      EXPECT_EQ(number.reason.empty(), number.allowed);
      bool event = false;
      for (const Known& known : events) {
        const Verdict verdict = medicine().judge(known.step, in(SerialState(from), known.scheme));
        event = event || (verdict.allowed && verdict.life_after == SerialState(to));
      }
      EXPECT_EQ(event, expected == 'e') << from << " -> " << to;
    }
  }
}

// --- the file format ---

const std::string kHead = "[model]\nname = \"m\"\nversion = 1\n";
const std::string kRow =
    "[[transition]]\nevent = [\"ObjectEvent\"]\naction = [\"ADD\"]\nbiz_step = [\"packing\"]\n"
    "role = \"subject\"\nfrom = [\"Encoded\"]\nrule = \"r\"\nrefusal = \"no\"\n";

Error error_of(const std::string& text) {
  const auto parsed = Model::parse(text, "m.toml");
  if (parsed) return {.message = "parsed"};
  return parsed.error();
}

TEST(ModelFormat, SmallestModelRefusesEverything) {
  const auto model = Model::parse(kHead, "m.toml");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->name(), "m/1");
  EXPECT_FALSE(model->judge(object_step("ADD", "commissioning"), in(kEncoded)).allowed);
}

TEST(ModelFormat, ErrorsNameTheLine) {
  struct Case {
    std::string text, field, message;
  };
  const std::vector<Case> cases = {
      {"", "line 1, model", "missing"},
      {"[model]\nname = \"m\"\n", "line 1, version", "whole number"},
      {"[model]\nname = \"M\"\nversion = 1", "line 2, name", "lower-case"},
      {"[model]\nname = \"m\"\nversion = 0", "line 1, version", "whole number"},
      {kHead + "nmae = 1", "line 4, nmae", "unknown key"},
      {kHead + "[extra]\n", "line 4, extra", "unknown key"},
      {kHead + kRow + "form = 1", "line 12, form", "unknown key"},
      {kHead + kRow + "to = \"Comissioned\"", "line 12, to", "unknown value"},
      {kHead + kRow + "to = \"Unassigned\"", "line 12, to", "Unassigned"},
      {kHead + kRow + "quarantine = \"on\"", "line 12, quarantine", "set"},
      {kHead + kRow + "requires = [\"luck\"]", "line 12, requires", "unknown requirement"},
      {kHead + kRow + "requires = [\"parentless\", \"has_parent\"]", "line 4", "contradict"},
      {kHead + kRow + "scheme = []", "line 12, scheme", "at least one"},
      {kHead + kRow + "scheme = [\"sscc\", \"sscc\"]", "line 12, scheme", "twice"},
      {kHead + kRow + "disposition = [\"actve\"]", "line 12, disposition", "not a word"},
      {kHead + kRow + "disposition = [1]", "line 12, disposition", "text"},
      {kHead + "[[transition]]\nevent = [\"ObjectEvent\"]", "line 4, action", "missing"},
      {kHead + "[[number_transition]]\nfrom = [\"Encoded\"]\n", "line 4, to", "missing"},
      {kHead + "transition = 3", "line 4", ""},
      {kHead + "a = ", "line 4", ""},
      {"[,model]\nname = \"m\"", "line 1", ""},
      {kHead + "# caf\xc3\xa9", "line 4", "ASCII"},
      {kHead + kRow + "to = \"Inactive\"\n" + kRow, "line 13, to", "other outcome"},
  };
  for (const Case& wrong : cases) {
    const Error error = error_of(wrong.text);
    EXPECT_EQ(error.code, Errc::InvalidArgument) << wrong.text;
    EXPECT_NE(error.field.find("m.toml " + wrong.field), std::string::npos)
        << wrong.text << "\n-> " << error.to_text();
    EXPECT_NE(error.message.find(wrong.message), std::string::npos)
        << wrong.text << "\n-> " << error.to_text();
  }
}

TEST(ModelFormat, OnlySubjectsChange) {
  std::string row = kRow + "to = \"Commissioned\"\n";
  row.replace(row.find("subject"), 7, "child");
  EXPECT_NE(error_of(kHead + row).message.find("only the subject"), std::string::npos);
}

TEST(ModelFormat, NamingAStepOrDispositionIsMoreSpecific) {
  std::string any = kRow;
  any.replace(any.find("biz_step = [\"packing\"]\n"), 23, "");
  any.replace(any.find("\"r\""), 3, "\"any\"");
  const std::string damaged = kRow + "disposition = [\"damaged\"]\nquarantine = \"set\"\n";
  const auto model = Model::parse(kHead + any + kRow + damaged, "m.toml");
  ASSERT_TRUE(model) << model.error().to_text();
  EXPECT_EQ(model->judge(object_step("ADD", "killing"), in(kEncoded)).rule, "any");
  EXPECT_EQ(model->judge(object_step("ADD", ""), in(kEncoded)).rule, "any");
  EXPECT_EQ(model->judge(object_step("ADD", "packing", "active"), in(kEncoded)).rule, "r");
  EXPECT_EQ(model->outcome(object_step("ADD", "packing", "damaged")).quarantine,
            QuarantineChange::Set);
}

TEST(ModelFormat, OwnUrisAreWordsToo) {
  std::string own = kRow;
  own.replace(own.find("packing"), 7, "https://example.com/step/blend");
  const auto model = Model::parse(kHead + own, "m.toml");
  ASSERT_TRUE(model) << model.error().to_text();
  EXPECT_TRUE(
      model->judge(object_step("ADD", "https://example.com/step/blend"), in(kEncoded)).allowed);
  EXPECT_FALSE(model->judge(object_step("ADD", "packing"), in(kEncoded)).allowed);
}

TEST(ModelFormat, LimitsHold) {
  const auto rows = [](std::size_t count) {
    std::string text = kHead;
    for (std::size_t i = 0; i < count; ++i) text += kRow;
    return text;
  };
  EXPECT_TRUE(Model::parse(rows(kTransitionsMax - 1), "m"));
  EXPECT_TRUE(Model::parse(rows(kTransitionsMax), "m"));
  EXPECT_FALSE(Model::parse(rows(kTransitionsMax + 1), "m"));

  const auto sized = [](std::size_t size) {
    return kHead + "#" + std::string(size - kHead.size() - 1, 'x');
  };
  EXPECT_TRUE(Model::parse(sized(kModelSizeMax - 1), "m"));
  EXPECT_TRUE(Model::parse(sized(kModelSizeMax), "m"));
  EXPECT_EQ(error_of(sized(kModelSizeMax + 1)).code, Errc::ResourceExhausted);

  const auto words = [](std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) {
      list += (i == 0 ? "\"https://example.com/" : ", \"https://example.com/") + std::to_string(i) +
              "\"";
    }
    std::string row = kRow;
    row.replace(row.find("\"packing\""), 9, list);
    return kHead + row;
  };
  EXPECT_TRUE(Model::parse(words(kModelWordsMax - 1), "m"));
  EXPECT_TRUE(Model::parse(words(kModelWordsMax), "m"));
  EXPECT_FALSE(Model::parse(words(kModelWordsMax + 1), "m"));
}

}  // namespace
}  // namespace packtrail::rules
