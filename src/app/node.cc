#include "app/node.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "access/users.h"
#include "adapters/keys/key_folder.h"
#include "adapters/ledger_lmdb/lmdb_ledger_store.h"
#include "adapters/os/data_folder.h"
#include "adapters/os/os.h"
#include "adapters/person_files/person_files.h"
#include "adapters/picture_files/picture_files.h"
#include "adapters/projection_lmdb/lmdb_projection_store.h"
#include "adapters/witness/witness.h"
#include "app/assets.h"
#include "app/demo.h"
#include "app/line_desk.h"
#include "app/version.h"
#include "capture/capture.h"
#include "ledger/ledger.h"
#include "rules/model.h"
#include "trace/trace.h"

namespace packtrail::app {
namespace {

namespace fs = std::filesystem;

constexpr int kRebuildAttemptsMax = 1000;
constexpr auto kFoldPause = std::chrono::milliseconds(200);

Result<std::unique_ptr<adapters::KeyFolder>> open_keys(const fs::path& folder, bool ledger_exists,
                                                       Random& random) {
  auto keys = adapters::KeyFolder::open(folder);
  if (keys && !ledger_exists && !(*keys)->ledger_id().empty()) {
    return Error{
        .code = Errc::FailedPrecondition,
        .message = "the keys are here, but their ledger " + (*keys)->ledger_id() + " is not",
        .field = folder.string(),
        .rule = "a new ledger with the same keys would issue the same numbers again",
        .remedy =
            "put the ledger folder back from its newest backup; for a new "
            "installation move the keys folder away first"};
  }
  if (keys || keys.error().code != Errc::NotFound) return keys;
  if (ledger_exists) {
    Error error = std::move(keys).error();
    error.message = "the ledger is here, but its keys are not: " + error.message;
    error.rule = "the master key is never in a backup";
    error.remedy = "put the keys folder of this ledger back; without it nothing can be issued";
    return error;
  }
  PACKTRAIL_TRY(adapters::KeyFolder::create(folder, random));
  return adapters::KeyFolder::open(folder);
}

}  // namespace

// Members are destroyed in reverse order: first whoever uses, then what is used.
struct Node::State {
  explicit State(adapters::DataFolder owned) : folder(std::move(owned)) {}
  ~State() {
    desk.reset();
    {
      const std::lock_guard lock(fold_mutex);
      stopping = true;
    }
    fold_wake.notify_all();
    if (folder_thread.joinable()) folder_thread.join();
  }

  adapters::DataFolder folder;
  adapters::SystemClock clock;
  adapters::SystemRandom random;
  Options options;
  std::unique_ptr<adapters::KeyFolder> keys;
  std::unique_ptr<adapters::LmdbLedgerStore> ledger_store;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<adapters::LmdbProjectionStore> projection_store;
  std::unique_ptr<trace::Trace> trace;
  std::unique_ptr<adapters::Witness> witness;
  std::unique_ptr<rules::Model> model;
  std::unique_ptr<capture::Capture> capture;
  std::unique_ptr<adapters::PersonFiles> persons;
  std::unique_ptr<access::Users> users;
  std::unique_ptr<adapters::PictureFiles> pictures;
  std::unique_ptr<LineDesk> desk;
  std::unique_ptr<api::Api> api;
  std::string suspicion;

  std::thread folder_thread;
  std::mutex fold_mutex;
  std::condition_variable fold_wake;
  bool stopping = false;
  std::mutex rebuild_mutex;  // One rebuild check at a time: it has one scratch folder.

  Status open_ledger() {
    const fs::path ledger_path = folder.path() / "ledger";
    const bool exists = fs::exists(ledger_path / "data.mdb");
    keys = PACKTRAIL_TRY(open_keys(folder.path() / "keys", exists, random));
    adapters::LmdbLedgerOptions ledger_options;
    ledger_options.size_max = options.config.ledger_size_max;
    if (ledger_options.size_max < ledger_options.map_size) {
      ledger_options.map_size = ledger_options.size_max;
    }
    ledger_store = PACKTRAIL_TRY(
        adapters::LmdbLedgerStore::open(ledger_path.string(), random, ledger_options));
    PACKTRAIL_TRY(keys->bind(to_hex(ledger_store->id().value())));
    std::string origin = options.config.origin;
    if (origin.empty()) origin = "packtrail/" + to_hex(ledger_store->id().value());
    ledger =
        PACKTRAIL_TRY(ledger::Ledger::open(*ledger_store, *keys, origin, keys->commitment_key()));
    projection_store = PACKTRAIL_TRY(
        adapters::LmdbProjectionStore::open((folder.path() / "projections").string()));
    return {};
  }

  Status open_trace(const Progress& progress) {
    trace::Trace::Options trace_options;
    trace_options.fold_after_entries = options.config.fold_after_entries;
    trace = PACKTRAIL_TRY(trace::Trace::open(*projection_store, *keys, trace_options));
    return trace->replay(*ledger, progress);
  }

  Status start_capture() {
    witness = PACKTRAIL_TRY(adapters::Witness::open(options.config.witness_folder, ledger->id(),
                                                    folder.path() / "ledger" / "data.mdb"));
    const auto suspected = PACKTRAIL_TRY(witness->suspicion(*ledger, *trace));
    suspicion = suspected.cause;
    model = std::make_unique<rules::Model>(PACKTRAIL_TRY(
        rules::Model::parse(rules::medicine_model_text(), "packs/models/medicine.toml")));
    capture::Capture::Options capture_options;
    capture_options.software_version = kVersion;
    capture_options.keys = keys.get();
    capture = std::make_unique<capture::Capture>(*ledger, *trace, *model, clock, witness.get(),
                                                 capture_options);
    if (!suspicion.empty()) {
      capture::Request block;
      block.actor.id = "packtrail";
      block.actor.company = options.config.company;
      block.reason = "restore rule";
      block.commands.push_back(capture::BlockPools{suspicion, suspected.floors});
      PACKTRAIL_TRY(capture->submit(std::move(block)));
    }
    return witness->adopt(*ledger, *trace, suspected);
  }

  void fold_in_background() {
    folder_thread = std::thread([this] {
      std::unique_lock lock(fold_mutex);
      while (!stopping) {
        fold_wake.wait_for(lock, kFoldPause);
        api->rest();
        if (stopping || !trace->wants_fold()) continue;
        lock.unlock();
        // A fold that fails is tried again at the next turn; the ledger still has everything.
        const auto folded = trace->fold();
        lock.lock();
        if (!folded) fold_wake.wait_for(lock, kFoldPause * 25);
      }
    });
  }

  // Replays into an empty store beside the live one.
  Result<api::RebuildReport> rebuild_check() {
    const std::unique_lock turn(rebuild_mutex, std::try_to_lock);
    if (!turn.owns_lock()) {
      return Error{.code = Errc::FailedPrecondition,
                   .message = "another rebuild check is running",
                   .remedy = "wait until it has answered"};
    }
    const auto started = clock.monotonic_ns();
    const fs::path scratch = folder.path() / "rebuild-check";
    std::error_code ignored;
    fs::remove_all(scratch, ignored);
    api::RebuildReport report;
    {
      auto store = PACKTRAIL_TRY(adapters::LmdbProjectionStore::open(scratch.string()));
      trace::Trace::Options trace_options;
      trace_options.fold_after_entries = options.config.fold_after_entries;
      auto replayed = PACKTRAIL_TRY(trace::Trace::open(*store, *keys, trace_options));
      // The live side moves on while this replays: both must be asked at one position.
      for (int attempt = 0;; ++attempt) {
        PACKTRAIL_TRY(replayed->replay(*ledger, {}));
        auto live = trace->reader();
        auto other = replayed->reader();
        if (live->position() != other->position() && attempt >= kRebuildAttemptsMax) {
          return Error{.code = Errc::Unavailable,
                       .message = "the ledger grows faster than it can be replayed",
                       .remedy = "ask again when the lines stand still"};
        }
        if (live->position() == other->position()) {
          report.facts = live->position();
          report.live_digest = to_hex(PACKTRAIL_TRY(live->digest()));
          report.replayed_digest = to_hex(PACKTRAIL_TRY(other->digest()));
          report.equal = report.live_digest == report.replayed_digest;
          break;
        }
      }
    }
    fs::remove_all(scratch, ignored);
    report.seconds = static_cast<double>(clock.monotonic_ns() - started) / 1e9;
    return report;
  }
};

Node::Node(std::unique_ptr<State> state) : state_(std::move(state)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::open(const fs::path& folder, Options options,
                                         const Progress& progress) {
  auto state = std::make_unique<State>(PACKTRAIL_TRY(adapters::DataFolder::own(folder)));
  state->options = std::move(options);
  PACKTRAIL_TRY(state->open_ledger());
  PACKTRAIL_TRY(state->open_trace(progress));
  PACKTRAIL_TRY(state->start_capture());
  state->persons = PACKTRAIL_TRY(adapters::PersonFiles::open(folder / "persons"));
  state->users = std::make_unique<access::Users>(*state->persons, *state->capture, *state->ledger,
                                                 state->clock, state->random);
  state->pictures = std::make_unique<adapters::PictureFiles>(folder / "pictures");
  state->desk = std::make_unique<LineDesk>(LineDesk::Rooms{
      *state->capture, *state->trace, *state->ledger, state->clock, *state->pictures,
      state->keys->master_key_id(), state->options.pack_interval_ms, std::string(kDemoLine)});
  state->api = std::make_unique<api::Api>(
      api::Rooms{*state->ledger, *state->trace, *state->capture, *state->users, *state->desk,
                 state->clock, state->options.config.company, state->options.demo,
                 [raw = state.get()] { return raw->rebuild_check(); }, console_asset,
                 state->keys->master_key_id().value()});
  state->fold_in_background();
  return std::unique_ptr<Node>(new Node(std::move(state)));
}

Status Node::rebuild(const fs::path& folder, const Config& config, const Progress& progress) {
  auto owned = PACKTRAIL_TRY(adapters::DataFolder::own(folder));
  if (!fs::exists(folder / "ledger" / "data.mdb")) {
    return Error{.code = Errc::NotFound,
                 .message = "there is no ledger in " + folder.string(),
                 .remedy = "give the data folder with --data"};
  }
  // Also when the store is too damaged to be opened: everything in it is made again.
  std::error_code failed;
  fs::remove_all(folder / "projections", failed);
  if (failed) {
    return Error{
        .code = Errc::Unavailable,
        .message = "cannot remove " + (folder / "projections").string() + ": " + failed.message()};
  }
  State state(std::move(owned));
  state.options.config = config;
  PACKTRAIL_TRY(state.open_ledger());
  PACKTRAIL_TRY(state.open_trace(progress));
  return state.trace->fold();
}

const api::Api& Node::api() const { return *state_->api; }
plant::OrderDesk& Node::orders() { return *state_->desk; }
std::vector<Error> Node::resume_running_orders() {
  capture::Actor actor;
  actor.id = "packtrail";
  actor.method = capture::AuthMethod::System;
  actor.company = state_->options.config.company;
  return state_->desk->resume_running(actor);
}
access::Users& Node::users() { return *state_->users; }
ledger::Ledger& Node::ledger() { return *state_->ledger; }
trace::Trace& Node::trace() { return *state_->trace; }
capture::Capture& Node::capture() { return *state_->capture; }
const Clock& Node::clock() const { return state_->clock; }
Random& Node::random() { return state_->random; }
const std::string& Node::company() const { return state_->options.config.company; }
std::string Node::key_id() const { return state_->keys->master_key_id().value(); }
const std::string& Node::suspicion() const { return state_->suspicion; }

}  // namespace packtrail::app
