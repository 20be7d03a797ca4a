// rules/model.h - the life cycle of an object as data: which step is allowed from which state.
//
// A model is read from packs/models/*.toml (docs/formats/rule-model.md). It holds no state and
// never changes after it is read. The answer to an event is recorded in the fact, so a replay
// never depends on later rules. What no transition allows is refused.
//
// Thread safety: const methods from any thread. Cost: judge about 30 ns; no heap.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "numbering/life.h"

namespace packtrail::rules {

// What kind of key names the object.
enum class Scheme : std::uint8_t { Sgtin, Sscc, Grai, Giai, Other };

// What is asked: an object in a state, and what is about to happen to it.
struct ObjectFacts {
  numbering::SerialState life = numbering::SerialState::Unassigned;
  bool quarantined = false;
  bool has_parent = false;
  std::string_view disposition = {};  // CBV word or URI; empty: none.
  bool expired = false;               // At the event's time.
  Scheme scheme = Scheme::Sgtin;
};

enum class Role : std::uint8_t { Subject, Parent, Child };  // epcList / parentID / childEPCs.

struct Step {
  std::string_view event_type;   // "ObjectEvent", ...
  std::string_view action;       // "ADD", "OBSERVE", "DELETE", or empty.
  std::string_view biz_step;     // CBV word or URI, any spelling; empty: none.
  std::string_view disposition;  // Same.
  Role role = Role::Subject;
};

enum class QuarantineChange : std::uint8_t { Unchanged = 0, Set = 1, Cleared = 2 };

// What a step does to every object it is allowed for. A function of the step alone, so one fact
// can record it for its whole list.
struct Outcome {
  std::optional<numbering::SerialState> life_after;  // Nothing: unchanged.
  QuarantineChange quarantine = QuarantineChange::Unchanged;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// The views live as long as the model.
struct Verdict {
  bool allowed = false;
  std::optional<numbering::SerialState> life_after;  // Nothing: unchanged.
  QuarantineChange quarantine = QuarantineChange::Unchanged;
  std::string_view rule;    // Name of the rule that decided; "no_transition": none speaks of it.
  std::string_view reason;  // When refused: a sentence for people.
};

inline constexpr std::size_t kModelSizeMax = 256 * 1024;  // Bytes of a model file.
inline constexpr std::size_t kTransitionsMax = 256;       // Of each of the two kinds.
inline constexpr std::size_t kModelWordsMax = 62;         // Different biz steps; dispositions too.

class Model {
 public:
  // Errors name the line and key.
  static Result<Model> parse(std::string_view toml, std::string_view file_name);
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  [[nodiscard]] std::string_view name() const;  // "medicine/1".
  [[nodiscard]] Verdict judge(const Step& step, const ObjectFacts& object) const;
  // What `judge` answers for every subject that the step is allowed for; unchanged when no
  // transition speaks of the step, and for parents and children.
  [[nodiscard]] Outcome outcome(const Step& step) const;
  // Moves of numbers that are not on a pack: OPC 30260 transitions.
  [[nodiscard]] Verdict judge_number(numbering::SerialState from, numbering::SerialState to) const;

 private:
  struct State;
  explicit Model(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// "SNInvalid": the name of a state in models and messages (OPENSCSSerialNumberStateEnum).
[[nodiscard]] std::string_view state_name(numbering::SerialState state);

// packs/models/medicine.toml as it was when the program was built.
[[nodiscard]] std::string_view medicine_model_text();

}  // namespace packtrail::rules
