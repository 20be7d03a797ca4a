#include "plant/batch_story.h"

#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "plant/isa95.h"
#include "trace/trace.h"

namespace packtrail::plant {
namespace {

const char* name_of(std::uint32_t state) {
  switch (state) {
    case kJobRunning:
      return "running";
    case kJobHeld:
      return "held";
    case kJobCompleted:
      return "completed";
    case kJobClosed:
      return "closed";
    default:
      return "waiting";
  }
}

// Adds what a person wants to see of the order's course; windows are only counted.
void note(BatchStory& story, const ledger::v1::Fact& fact) {
  const std::int64_t time = fact.envelope().record_time_us();
  using Body = ledger::v1::Fact::BodyCase;
  if (fact.body_case() == Body::kOrderOpened) {
    story.timeline.push_back({time, "opened"});
  } else if (fact.body_case() == Body::kOrderStateChanged) {
    story.timeline.push_back({time, name_of(fact.order_state_changed().state())});
  } else if (fact.body_case() == Body::kNumbersAllocated) {
    story.timeline.push_back({time, "numbers allocated"});
  } else if (fact.body_case() == Body::kLineRecord) {
    if (fact.envelope().reason() == "interrupted") {
      story.timeline.push_back({time, "interrupted: the line was cleared"});
    } else if (story.log.line().windows == 1) {
      story.timeline.push_back({time, "first print window"});
    }
  } else if (fact.body_case() == Body::kEpcisEvent &&
             fact.epcis_event().biz_step() != "commissioning" &&
             fact.epcis_event().biz_step() != "packing") {
    story.timeline.push_back({time, fact.epcis_event().biz_step()});
  }
}

}  // namespace

Result<BatchStory> read_story(
    std::string_view order_id, const ledger::Ledger& ledger, const trace::Trace& trace,
    const std::function<Status(const ledger::v1::Fact&, const ledger::v1::EpcisEvent&)>& event) {
  const auto reader = trace.reader();
  const auto info = reader->order(order_id);
  PACKTRAIL_TRY(reader->failure());
  if (!info) {
    return Error{.code = Errc::NotFound, .message = "there is no order " + std::string(order_id)};
  }
  if (info->state != kJobClosed) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "order " + std::string(order_id) + " is not closed",
                 .rule = "a batch has its documents after it is reconciled and closed",
                 .remedy = "Finish the order first."};
  }
  BatchStory story(PACKTRAIL_TRY(Order::from_json(info->document)));
  story.opened_at = info->opened_at;
  constexpr std::uint64_t kPieceFacts = 4096;  // Read no further than a little past the closing.
  const std::uint64_t end = ledger.size();
  for (std::uint64_t at = info->opened_at; at < end && story.log.state() != kJobClosed;
       at += kPieceFacts) {
    PACKTRAIL_TRY(ledger.read(at, std::min(at + kPieceFacts, end),
                              [&](const ledger::v1::Fact& fact) -> Status {
                                if (story.log.state() == kJobClosed) return {};
                                const std::uint64_t before = story.log.facts();
                                if (Status folded = story.log.apply(fact); !folded) return folded;
                                if (story.log.facts() == before) return {};
                                note(story, fact);
                                if (story.log.state() == kJobClosed)
                                  story.closed_at = fact.envelope().position();
                                if (!fact.has_epcis_event()) return {};
                                ++story.events;
                                return event ? event(fact, fact.epcis_event()) : Status();
                              }));
  }
  story.reconciliation = story.log.state_document();
  return story;
}

}  // namespace packtrail::plant
