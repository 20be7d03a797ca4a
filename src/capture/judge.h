// capture/judge.h - decides whether a prepared command may be recorded now.
//
// It sees the pending position: durable facts and those staged before. It changes nothing; the
// caller stages the fact of a command that was let through, and applies it, before the next is
// judged. Every refusal has a rule word of its own and says what to do (docs/formats/capture.md).
//
// Thread safety: the commit thread alone.
// Cost: a look-up of the state per EPC; the rules are asked once per different state in a list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "capture/prepared.h"
#include "numbering/alphabet.h"
#include "trace/trace.h"

namespace packtrail::capture {

enum class Answer : std::uint8_t {
  Record,    // The command's fact is complete but for its envelope.
  Recorded,  // An earlier fact says all of it: nothing to record.
  Later,     // What it must be compared with is pending.
};

// Makes a command about numbers repeatable: what it was for, and its token. Empty: it has none.
struct Token {
  std::string_view order_id;
  std::string_view text;
};
[[nodiscard]] Token token_of(const Command& command);

inline constexpr unsigned kNestingMax = 32;  // Containers inside each other.

class Judge {
 public:
  // The references outlive the Judge.
  Judge(const rules::Model& model, const ledger::Ledger& ledger, const ledger::EpcTexts& texts,
        trace::PendingView& view)
      : model_(model), ledger_(ledger), texts_(texts), view_(view) {}

  // Errors carry the field within the command: "epcList/17". When `Recorded` is answered to
  // AllocateNumbers, the command's fact holds the numbers given before.
  // `line_passed`: Prepared::line_passed of the command's request.
  Result<Answer> judge(PreparedCommand& command, const trace::RunSet& line_passed, UtcTime now);

  // True when an event or an allocation that this request must be compared with is pending.
  bool must_wait(const Prepared& prepared);

  // The receipt of the request that the fact at `first` began, when `prepared` has its content,
  // AlreadyExists when it has another. Nothing: that fact is pending, ask after the next commit.
  Result<std::optional<Receipt>> repeat(const Prepared& prepared, std::uint64_t first);

  static Result<std::vector<trace::ObjectRun>> allocated_by(const ledger::v1::Fact& fact);

  // After pending facts were dropped.
  void forget_pending();

 private:
  struct Issuer {
    trace::ObjectClass object_class;
    std::optional<numbering::Alphabet> alphabet;  // Pool.
    std::size_t length = 0;                       // Pool.
    std::string prefix;  // Pool: required. Series: extension digit, company prefix.
  };

  Result<Answer> decide(PreparedCommand& command, const RecordEvent& what);
  Result<Answer> decide(PreparedCommand& command, const CreatePool& what);
  Result<Answer> decide(PreparedCommand& command, const CreateSsccSeries& what);
  Result<Answer> decide(PreparedCommand& command, const AllocateNumbers& what);
  Result<Answer> decide(PreparedCommand& command, const MoveNumbers& what);
  Result<Answer> decide(PreparedCommand& command, const CreateImportedPool& what);
  Result<Answer> decide(PreparedCommand& command, const ImportNumbers& what);
  Result<Answer> decide(PreparedCommand& command, const AdvancePool& what);
  Result<Answer> decide(PreparedCommand& command, const BlockPools& what);
  Result<Answer> decide(PreparedCommand& command, const OpenOrder& what);
  Result<Answer> decide(PreparedCommand& command, const ChangeOrderState& what);
  Result<Answer> decide(PreparedCommand& command, const RecordLine& what);
  Result<Answer> decide(PreparedCommand& command, const RecordUser& what);

  Result<Answer> same_event(const PreparedCommand& command, const RecordEvent& what,
                            std::uint64_t position);
  Status resolve(EpcTextList& list, ledger::v1::EpcList* stored);
  const Issuer* issuer(const gs1::Epc& epc);
  Status judge_list(const PreparedCommand& command, const EpcTextList& list, rules::Role role,
                    std::int64_t event_time_us);
  Status judge_object(const PreparedCommand& command, const trace::ObjectState& state,
                      rules::Scheme scheme, rules::Role role, std::string_view text, bool is_known);
  Status judge_hierarchy(const PreparedCommand& command, const RecordEvent& what);
  Status check_line_evidence(const PreparedCommand& command);
  Status check_unpacked(const PreparedCommand& command, trace::ObjectNumber parent);
  // The fact that used the command's token before; nothing when it is new.
  Result<Answer> same_token(const Token& token, ledger::v1::Fact& stored);
  Result<Answer> repeat_import(PreparedCommand& command, const ImportNumbers& what,
                               const ledger::v1::Fact& stored);
  Result<trace::ObjectClass> next_class();
  // Pools of serial and imported numbers of one GTIN.
  std::vector<trace::PoolInfo> pools_of(const gs1::Gtin& gtin);
  Status check_holder(const MoveNumbers& what);
  Status check_series(const trace::PoolInfo& series, std::uint64_t count);
  Result<trace::PoolInfo> find_pool(trace::ObjectClass object_class, const char* field);
  Status check_issued(const std::vector<trace::ObjectRun>& runs, const char* field);

  const rules::Model& model_;
  const ledger::Ledger& ledger_;
  const ledger::EpcTexts& texts_;
  trace::PendingView& view_;
  UtcTime now_;
  const trace::RunSet* line_passed_ = nullptr;  // While judging.
  // Pools and series of ours, for telling whether an unknown EPC claims to be ours.
  std::uint32_t classes_seen_ = 1;
  std::unordered_map<std::uint64_t, std::vector<Issuer>> by_gtin_;
  std::vector<Issuer> series_;
};

}  // namespace packtrail::capture
