#include "trace/trace.h"

#include <algorithm>
#include <mutex>

#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "trace/coding.h"
#include "trace/fold.h"
#include "trace/overlay.h"
#include "trace/pending.h"
#include "trace/reader.h"
#include "trace/texts.h"

namespace packtrail::trace {

namespace {

constexpr char kFormatVersion = 4;
constexpr std::size_t kFoldSliceEntries = 65536;  // One durable write of the fold.
constexpr std::uint64_t kReplayBatch = 4096;      // Facts published together by a replay.

Error damaged(const char* what) {
  return Error{.code = Errc::DataLoss, .message = std::string("damaged projection: ") + what};
}

// The part of the directory that lives in RAM.
struct Loaded {
  View view;
  std::vector<std::string> terms;
  std::vector<std::string> batches;
};

Status scan_kind(Snapshot& snapshot, char kind,
                 const std::function<Status(std::uint32_t id, std::string_view value)>& take) {
  const std::string from(1, kind);
  Status status;
  PACKTRAIL_TRY(snapshot.scan(Table::Directory, as_bytes(from), [&](KeyValue entry) {
    const std::string_view key = as_text(entry.key);
    if (!key.starts_with(kind)) return false;
    Decoder in(key.substr(1));
    const std::uint32_t id = in.be32();
    status = in.complete() ? take(id, as_text(entry.value)) : damaged("directory key");
    return status.has_value();
  }));
  return status;
}

Result<Loaded> load(Snapshot& snapshot, numbering::KeySource& keys) {
  Loaded out;
  const char format = cell::kFormat;
  const auto version = PACKTRAIL_TRY(snapshot.get(Table::Meta, as_bytes({&format, 1})));
  if (version && as_text(*version) != std::string_view(&kFormatVersion, 1)) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "the projections were written by another version of the format",
                 .remedy = "rebuild them from the ledger"};
  }
  out.view.position = PACKTRAIL_TRY(read_applied(snapshot));
  out.view.base = out.view.position;
  std::vector<ClassInfo> classes;
  const auto take_class = [&](std::uint32_t id, std::string_view value) -> Status {
    ClassInfo info = PACKTRAIL_TRY(decode_class(value, keys));
    info.object_class = ObjectClass(id);
    classes.push_back(std::move(info));
    return {};
  };
  PACKTRAIL_TRY(scan_kind(snapshot, cell::kClass, take_class));
  std::sort(classes.begin(), classes.end(),
            [](const ClassInfo& a, const ClassInfo& b) { return a.index < b.index; });
  auto index = std::make_shared<ClassIndex>();
  for (ClassInfo& info : classes) {
    if (info.index != index->all().size()) return damaged("a class is missing");
    index->add(std::make_shared<const ClassInfo>(std::move(info)));
  }
  auto counters = std::make_shared<std::vector<ClassCounter>>(index->all().size());
  const auto take_counter = [&](std::uint32_t id, std::string_view value) -> Status {
    const ClassInfo* info = index->find(ObjectClass(id));
    if (info == nullptr) return damaged("a counter without its class");
    (*counters)[info->index] = PACKTRAIL_TRY(decode_counter(value));
    return {};
  };
  PACKTRAIL_TRY(scan_kind(snapshot, cell::kCounter, take_counter));
  out.view.classes = std::move(index);
  out.view.counters = std::move(counters);
  const auto read_texts = [&](char kind, std::vector<std::string>& texts) {
    return scan_kind(snapshot, kind, [&](std::uint32_t id, std::string_view value) -> Status {
      if (id != texts.size() + 1) return damaged("a term is missing");
      texts.emplace_back(value);
      return {};
    });
  };
  PACKTRAIL_TRY(read_texts(cell::kTerm, out.terms));
  PACKTRAIL_TRY(read_texts(cell::kBatch, out.batches));
  out.view.terms = static_cast<std::uint32_t>(out.terms.size());
  out.view.batches = static_cast<std::uint32_t>(out.batches.size());
  return out;
}

}  // namespace

struct Trace::State {
  State(ProjectionStore& projection_store, numbering::KeySource& keys, Options chosen,
        Loaded loaded)
      : store(projection_store),
        options(chosen),
        overlay(std::make_shared<const View>(loaded.view)) {
    for (const std::string& text : loaded.terms) terms.number(text);
    for (const std::string& text : loaded.batches) batches.number(text);
    pending = std::make_unique<Pending>(store, overlay, terms, batches, keys);
  }

  ProjectionStore& store;
  Options options;
  Overlay overlay;
  Texts terms;
  Texts batches;
  std::unique_ptr<Pending> pending;
  std::mutex folding;  // Replay folds too.
};

Trace::Trace(std::unique_ptr<State> state) : state_(std::move(state)) {}
Trace::~Trace() = default;

Result<std::unique_ptr<Trace>> Trace::open(ProjectionStore& store, numbering::KeySource& keys,
                                           Options options) {
  auto snapshot = PACKTRAIL_TRY(store.snapshot());
  Loaded loaded = PACKTRAIL_TRY(load(*snapshot, keys));
  snapshot.reset();
  auto state = std::make_unique<State>(store, keys, options, std::move(loaded));
  PACKTRAIL_TRY(state->pending->failure());
  return std::unique_ptr<Trace>(new Trace(std::move(state)));
}

Status Trace::replay(const ledger::Ledger& ledger,
                     const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) {
  const std::uint64_t total = ledger.size();
  std::uint64_t done = applied();
  if (done > total) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "the projections are ahead of the ledger",
                 .remedy = "the ledger is an older copy: put back the newer one, or rebuild"};
  }
  while (done < total) {
    const std::uint64_t stop = std::min(total, done + kReplayBatch);
    PACKTRAIL_TRY(
        ledger.read(done, stop, [&](const ledger::v1::Fact& fact) { return apply(fact); }));
    publish();
    done = stop;
    if (wants_fold()) PACKTRAIL_TRY(fold());
    if (progress) progress(done, total);
  }
  return {};
}

std::uint64_t Trace::applied() const { return state_->overlay.position(); }
Status Trace::apply(const ledger::v1::Fact& fact) { return state_->pending->apply(fact); }
void Trace::publish() { state_->pending->publish(); }
void Trace::discard() { state_->pending->discard(); }
PendingView& Trace::pending() { return *state_->pending; }

bool Trace::wants_fold() const {
  return state_->overlay.entries() >= state_->options.fold_after_entries;
}

Status Trace::fold() {
  const std::lock_guard lock(state_->folding);
  const std::uint64_t goal = applied();
  for (;;) {
    const auto layers = state_->overlay.freeze(kFoldSliceEntries);
    if (layers.empty()) return {};
    const auto write = [&]() -> Status {
      auto snapshot = PACKTRAIL_TRY(state_->store.snapshot());
      std::vector<Write> writes = PACKTRAIL_TRY(fold_layers(*snapshot, layers));
      if (PACKTRAIL_TRY(read_applied(*snapshot)) == 0) {
        writes.push_back({Table::Meta,
                          {static_cast<std::uint8_t>(cell::kFormat)},
                          Bytes{static_cast<std::uint8_t>(kFormatVersion)}});
      }
      snapshot.reset();
      return state_->store.write(writes);
    };
    if (Status written = write(); !written) {
      state_->overlay.thaw();
      return written;
    }
    const bool reached = layers.back()->end >= goal;
    state_->overlay.drop_frozen();
    if (reached) return {};
  }
}

std::unique_ptr<Reader> Trace::reader() const {
  return std::make_unique<PublishedReader>(state_->store, state_->overlay, state_->terms,
                                           state_->batches);
}

Status Trace::expand(const ledger::v1::EpcList& list,
                     const std::function<void(std::string_view)>& take) const {
  Lens lens(state_->store);
  const auto view = state_->overlay.newest();
  const bool has_foreign =
      std::any_of(list.runs().begin(), list.runs().end(), [&](const auto& run) {
        const ClassInfo* info = view->classes->find(ObjectClass(run.object_class()));
        return info != nullptr &&
               (info->kind == ClassKind::Dictionary || info->kind == ClassKind::Imported);
      });
  if (!has_foreign) return expand_list(lens, {*view->classes, *view->counters}, list, take);
  lens.move_to([&] { return state_->overlay.newest(); });
  PACKTRAIL_TRY(lens.failure());
  return expand_list(lens, {*lens.view().classes, *lens.view().counters}, list, take);
}

Status Trace::serials(
    ObjectRun run, const std::function<void(std::uint64_t, const gs1::SerialNumber&)>& take) const {
  const auto view = state_->overlay.newest();
  return expand_serials({*view->classes, *view->counters}, run, take);
}

Result<gs1::SerialNumber> Trace::serial(ObjectClass pool, std::uint64_t counter) const {
  std::optional<gs1::SerialNumber> out;
  PACKTRAIL_TRY(serials({ObjectNumber(pool, counter), 1},
                        [&](std::uint64_t, const gs1::SerialNumber& serial) { out = serial; }));
  return *out;
}

Result<std::optional<std::uint64_t>> Trace::counter(ObjectClass pool,
                                                    const gs1::SerialNumber& serial) const {
  const auto view = state_->overlay.newest();
  const ClassInfo* info = view->classes->find(pool);
  if (info == nullptr || !info->cipher) {
    return Error{.code = Errc::NotFound, .message = "the class is no pool of serial numbers"};
  }
  return info->cipher->decode(serial);
}

}  // namespace packtrail::trace
