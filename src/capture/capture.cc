#include "capture/capture.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "capture/judge.h"
#include "capture/prepared.h"
#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::capture {
namespace {

constexpr std::uint32_t kSchemaVersion = 1;

// A request on its way through the commit thread. Its caller waits until `done`.
struct Job {
  std::unique_ptr<Prepared> prepared;
  Receipt receipt;
  std::optional<Error> error;
  std::atomic<bool> done{false};
};
using JobPtr = std::shared_ptr<Job>;

Error stopped(std::string because) {
  return {.code = Errc::Unavailable,
          .message = "capture has stopped: " + std::move(because),
          .rule = "capture_stopped",
          .remedy =
              "Mend the cause, start again, and repeat the request with the same "
              "idempotency key."};
}

}  // namespace

struct Capture::State {
  ledger::Ledger& ledger;
  trace::Trace& trace;
  const rules::Model& model;
  const Clock& clock;
  CommitObserver* observer;
  Options options;

  // --- callers and commit thread ---
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<JobPtr> queue;  // Under mutex, as the next three.
  bool closing = false;
  std::string stop_reason;
  std::vector<std::unique_ptr<trace::Reader>> readers;
  std::atomic<bool> is_accepting{true};

  // --- commit thread ---
  struct Staged {
    const ledger::v1::Fact* fact;
    const ledger::HashedLists* hashed;
  };
  Judge judge;
  std::deque<JobPtr> waiting;   // Taken from the queue, not judged yet.
  std::vector<JobPtr> granted;  // Of this batch: their facts are staged.
  std::vector<JobPtr> refused;  // Of this batch.
  std::vector<Staged> staged;   // Of this batch, in order.
  UtcTime now;
  std::string broken;  // Why nothing more is written; empty: all is well.
  std::thread thread;

  State(ledger::Ledger& the_ledger, trace::Trace& the_trace, const rules::Model& the_model,
        const Clock& the_clock, CommitObserver* the_observer, Options the_options)
      : ledger(the_ledger),
        trace(the_trace),
        model(the_model),
        clock(the_clock),
        observer(the_observer),
        options(std::move(the_options)),
        judge(model, ledger, trace, trace.pending()) {}

  std::unique_ptr<trace::Reader> take_reader() {
    {
      const std::lock_guard lock(mutex);
      if (!readers.empty()) {
        auto reader = std::move(readers.back());
        readers.pop_back();
        return reader;
      }
    }
    return trace.reader();
  }
  void give_back(std::unique_ptr<trace::Reader> reader) {
    const std::lock_guard lock(mutex);
    readers.push_back(std::move(reader));
  }

  Result<std::unique_ptr<Prepared>> make_ready(Request request);
  void run();
  bool take_jobs();
  void run_batch();
  bool process(const JobPtr& job);
  Result<bool> grant(Job& job);
  Status stage(PreparedCommand& command, const Prepared& prepared, std::uint32_t index);
  void undo(std::size_t first_staged);
  void commit_batch();
  void stop(std::string because);
  void refuse_all(std::vector<JobPtr>& jobs);
  static void answer(const JobPtr& job);
};

// ---- Callers -------------------------------------------------------------------------------

Result<std::unique_ptr<Prepared>> Capture::State::make_ready(Request request) {
  // Only events have EPCs to look up.
  const bool reads = std::any_of(
      request.commands.begin(), request.commands.end(),
      [](const Command& command) { return std::holds_alternative<RecordEvent>(command); });
  std::unique_ptr<trace::Reader> reader;
  if (reads) {
    reader = take_reader();
    reader->refresh();
  }
  const Resolve resolve = [&reader](const gs1::Epc& epc) { return reader->resolve(epc); };
  auto prepared =
      prepare(std::move(request),
              {.ledger = ledger, .model = model, .keys = options.keys, .resolve = resolve});
  if (!reader) return prepared;
  const Status read = reader->failure();
  // A reader that failed once stays failed.
  if (!read) return Error(read.error());
  give_back(std::move(reader));
  return prepared;
}

Result<Receipt> Capture::submit(Request request) {
  State& state = *state_;
  if (!state.is_accepting.load(std::memory_order_acquire)) return stopped(stopped_because());
  const auto job = std::make_shared<Job>();
  job->prepared = PACKTRAIL_TRY(state.make_ready(std::move(request)));
  {
    const std::lock_guard lock(state.mutex);
    if (!state.is_accepting.load(std::memory_order_relaxed) || state.closing) {
      return stopped(state.stop_reason.empty() ? "the program ends" : state.stop_reason);
    }
    state.queue.push_back(job);
    if (state.queue.size() == 1) state.wake.notify_one();
  }
  job->done.wait(false, std::memory_order_acquire);
  if (job->error) return *std::move(job->error);
  return std::move(job->receipt);
}

bool Capture::accepting() const { return state_->is_accepting.load(std::memory_order_acquire); }

std::string Capture::stopped_because() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stop_reason;
}

Capture::Capture(ledger::Ledger& ledger, trace::Trace& trace, const rules::Model& model,
                 const Clock& clock, CommitObserver* observer, Options options)
    : state_(std::make_unique<State>(ledger, trace, model, clock, observer, std::move(options))) {
  PACKTRAIL_ASSERT(trace.applied() == ledger.size());
  PACKTRAIL_ASSERT(state_->options.batch_requests_max > 0);
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Capture::~Capture() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
    state_->wake.notify_one();
  }
  state_->thread.join();
}

// ---- Commit thread -------------------------------------------------------------------------

void Capture::State::run() {
  while (take_jobs()) run_batch();
}

// Waits for work; false when there is none left and no more will come.
bool Capture::State::take_jobs() {
  std::unique_lock lock(mutex);
  if (waiting.empty()) wake.wait(lock, [&] { return closing || !queue.empty(); });
  for (JobPtr& job : queue) waiting.push_back(std::move(job));
  queue.clear();
  return !waiting.empty();
}

void Capture::State::run_batch() {
  now = std::max(now, clock.now());  // Record times never go back.
  std::size_t taken = 0;
  while (!waiting.empty() && taken < options.batch_requests_max && broken.empty()) {
    const JobPtr job = waiting.front();
    if (!process(job)) break;
    waiting.pop_front();
    ++taken;
  }
  if (broken.empty()) commit_batch();
  if (!broken.empty()) {
    refuse_all(granted);
    std::vector<JobPtr> rest(waiting.begin(), waiting.end());
    waiting.clear();
    refuse_all(rest);
  }
  for (const JobPtr& job : refused) answer(job);
  refused.clear();
  granted.clear();
  staged.clear();
}

// Judges one request and stages its facts, or refuses it. False: the batch must be committed before
// going on (the job stays first, unless it was answered here and now).
bool Capture::State::process(const JobPtr& job) {
  const std::size_t first_staged = staged.size();
  auto done = grant(*job);
  if (!broken.empty()) return false;
  if (done && *done) {
    granted.push_back(job);
    return true;
  }
  if (done) return false;  // Later.
  job->error = std::move(done).error();
  refused.push_back(job);
  if (staged.size() > first_staged) {
    undo(first_staged);
    if (!broken.empty()) {
      refused.pop_back();  // Answered with the others.
      return false;
    }
    // Every staged fact is staged a second time at most: the batch ends here.
    waiting.pop_front();
    return false;
  }
  return true;
}

// True: granted. False: to be judged after the next commit; nothing of it is staged.
Result<bool> Capture::State::grant(Job& job) {
  Prepared& prepared = *job.prepared;
  const Request& request = prepared.request;
  Receipt& receipt = job.receipt;
  receipt = {};
  receipt.record_time = now;
  if (!request.idempotency_key.empty()) {
    const auto first =
        trace.pending().request_position(request.actor.company, request.idempotency_key);
    if (first) {
      auto repeated = PACKTRAIL_TRY(judge.repeat(prepared, *first));
      if (!repeated) return false;
      receipt = *std::move(repeated);
      return true;
    }
  }
  if (judge.must_wait(prepared)) return false;

  std::uint32_t index = 0;
  std::optional<std::uint64_t> known_position;
  for (std::size_t i = 0; i < prepared.commands.size(); ++i) {
    PreparedCommand& command = prepared.commands[i];
    const auto place = [&](Error error) {
      std::string field = "commands/" + std::to_string(i);
      if (!error.field.empty()) field.append("/").append(error.field);
      error.field = std::move(field);
      return error;
    };
    auto answer = judge.judge(command, prepared.line_passed, now);
    if (!answer) return place(std::move(answer).error());
    if (*answer == Answer::Later) {
      return place({.code = Errc::AlreadyExists,
                    .message = "the same event id or token twice in one request",
                    .rule = "named_twice",
                    .remedy = "Give each its own."});
    }
    if (*answer == Answer::Record) {
      if (index == 0) receipt.first_position = ledger.pending_size();
      if (Status done = stage(command, prepared, index); !done) {
        return place(std::move(done).error());
      }
      ++index;
      ++receipt.facts;
    } else if (const auto* record = std::get_if<RecordEvent>(command.command)) {
      if (!known_position) {
        known_position = trace.pending().event_position(record->event.event_id);
      }
    } else if (const auto token = token_of(*command.command); !token.text.empty()) {
      if (!known_position) {
        known_position = trace.pending().token_position(token.order_id, token.text);
      }
    }
    if (command.fact.has_numbers_allocated()) {
      receipt.allocated.push_back(PACKTRAIL_TRY(Judge::allocated_by(command.fact)));
    } else if (command.fact.has_pool_created()) {
      receipt.created.emplace_back(command.fact.pool_created().object_class());
    } else if (command.fact.has_sscc_series_created()) {
      receipt.created.emplace_back(command.fact.sscc_series_created().object_class());
    } else if (command.fact.has_imported_pool_created()) {
      receipt.created.emplace_back(command.fact.imported_pool_created().object_class());
    } else if (command.fact.has_numbers_imported()) {
      receipt.imported.push_back(command.import);
    }
  }
  if (index == 0) {
    receipt.repeated = true;
    receipt.first_position = known_position.value_or(0);
  }
  return true;
}

Status Capture::State::stage(PreparedCommand& command, const Prepared& prepared,
                             std::uint32_t index) {
  const Request& request = prepared.request;
  auto& envelope = *command.fact.mutable_envelope();
  const auto id = ledger.id();
  envelope.set_ledger_id(id.value().data(), id.value().size());
  envelope.set_position(ledger.pending_size());
  envelope.set_record_time_us(now.us);
  envelope.set_schema_version(kSchemaVersion);
  envelope.mutable_actor()->set_id(request.actor.id);
  envelope.mutable_actor()->set_method(
      static_cast<ledger::v1::AuthMethod>(static_cast<int>(request.actor.method)));
  envelope.set_company(request.actor.company);
  envelope.set_device(request.actor.device);
  envelope.set_device_sequence(request.actor.device_sequence);
  envelope.set_reason(request.reason);
  envelope.set_software_version(options.software_version);
  envelope.set_batch_index(index);
  if (!request.idempotency_key.empty()) {
    envelope.set_idempotency_key(request.idempotency_key.data(), request.idempotency_key.size());
    if (index == 0) envelope.set_request_digest(prepared.digest.data(), prepared.digest.size());
  }
  PACKTRAIL_TRY(ledger.stage(command.fact, command.hashed));
  staged.push_back({&command.fact, &command.hashed});
  if (Status applied = trace.apply(command.fact); !applied) {
    // Rules and projections disagree about this one request: it is undone like a refused one.
    return Error{.code = Errc::FailedPrecondition,
                 .message = applied.error().message,
                 .rule = "cannot_apply",
                 .remedy = "Nothing of the request was recorded. Report it with the message."};
  }
  return {};
}

// Drops everything pending, then stages again what came before the refused request.
void Capture::State::undo(std::size_t first_staged) {
  trace.discard();
  ledger.discard();
  judge.forget_pending();
  staged.resize(first_staged);
  if (const Status read = trace.pending().failure(); !read) {
    return stop("the projections cannot be read: " + read.error().to_text());
  }
  for (const Staged& before : staged) {
    Status done = ledger.stage(*before.fact, *before.hashed);
    if (done) done = trace.apply(*before.fact);
    if (!done) return stop("a fact cannot be staged again: " + done.error().to_text());
  }
}

void Capture::State::commit_batch() {
  if (!staged.empty()) {
    if (Status durable = ledger.commit(); !durable) {
      return stop(durable.error().to_text());
    }
    trace.publish();
    if (observer != nullptr) {
      if (Status told = observer->committed(ledger, trace); !told) {
        return stop("the witness failed: " + told.error().to_text());
      }
    }
  }
  for (const JobPtr& job : granted) answer(job);
  granted.clear();
}

void Capture::State::stop(std::string because) {
  trace.discard();
  ledger.discard();
  broken = because;
  const std::lock_guard lock(mutex);
  stop_reason = std::move(because);
  is_accepting.store(false, std::memory_order_release);
  for (JobPtr& job : queue) waiting.push_back(std::move(job));
  queue.clear();
}

void Capture::State::refuse_all(std::vector<JobPtr>& jobs) {
  for (const JobPtr& job : jobs) {
    job->error = stopped(broken);
    answer(job);
  }
  jobs.clear();
}

void Capture::State::answer(const JobPtr& job) {
  job->done.store(true, std::memory_order_release);
  job->done.notify_one();
}

}  // namespace packtrail::capture
