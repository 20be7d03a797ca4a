#include "ledger/ledger.h"

#include <algorithm>
#include <bit>
#include <map>
#include <mutex>
#include <span>
#include <utility>

#include "base/assert.h"
#include "base/crypto.h"
#include "ledger/checkpoint.h"
#include "ledger/commitment.h"
#include "ledger/fact.h"
#include "ledger/merkle.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::ledger {
namespace {

constexpr std::uint64_t kTileSize = std::uint64_t{1} << kStoredLevelMin;

using google::protobuf::Message;

const Message* body_of(const v1::Fact& fact) {
  const std::uint32_t type = body_type(fact);
  if (type == 0) return nullptr;
  return &fact.GetReflection()->GetMessage(
      fact, v1::Fact::descriptor()->FindFieldByNumber(static_cast<int>(type)));
}

// The present list with this number, or null. Lists without elements count as absent.
const Message* list_in(const Message& body, std::uint32_t number) {
  const auto* field = body.GetDescriptor()->FindFieldByNumber(static_cast<int>(number));
  const auto* reflection = body.GetReflection();
  if (!reflection->HasField(body, field)) return nullptr;
  const Message& list = reflection->GetMessage(body, field);
  return list.ByteSizeLong() == 0 ? nullptr : &list;
}

// The texts of a list, one after the other in one allocation that grows.
struct TextBuffer {
  std::string bytes;
  std::vector<std::size_t> ends;

  void add(std::string_view text) {
    bytes.append(text);
    ends.push_back(bytes.size());
  }
  [[nodiscard]] std::vector<std::string_view> views() const {
    std::vector<std::string_view> views;
    views.reserve(ends.size());
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      views.push_back(std::string_view(bytes).substr(begin, end - begin));
      begin = end;
    }
    return views;
  }
};

TextBuffer quantity_texts(const v1::QuantityList& list) {
  TextBuffer buffer;
  for (const v1::QuantityElement& element : list.elements()) {
    buffer.add(quantity_text(element.epc_class(), element.quantity(), element.uom()));
  }
  return buffer;
}

// Every non-empty list of a body with its texts. Views point into `buffers` or to the caller's.
struct BodyTexts {
  std::vector<TextBuffer> buffers;
  std::vector<std::vector<std::string_view>> views;
  std::vector<ListTexts> lists;
};

Result<BodyTexts> expand_lists(const v1::Fact& fact, const EpcTexts& texts) {
  BodyTexts found;
  const Message* body = body_of(fact);
  if (body == nullptr) return found;
  const auto fields = list_fields(body_type(fact));
  found.buffers.reserve(fields.size());  // Views into them must stay valid.
  found.views.reserve(fields.size());
  for (const ListField& field : fields) {
    const Message* list = list_in(*body, field.number);
    if (list == nullptr) continue;
    TextBuffer& buffer = found.buffers.emplace_back();
    if (field.kind == ListField::Kind::Epcs) {
      PACKTRAIL_TRY(texts.expand(static_cast<const v1::EpcList&>(*list),
                                 [&](std::string_view text) { buffer.add(text); }));
    } else {
      buffer = quantity_texts(static_cast<const v1::QuantityList&>(*list));
    }
    found.views.push_back(buffer.views());
    found.lists.push_back({field.number, found.views.back()});
  }
  return found;
}

Error broken() {
  return {.code = Errc::Unavailable,
          .message = "the ledger stopped after a failed commit",
          .remedy = "Mend the cause that the log names (disk, space, key), then start again."};
}

Error data_loss(std::string message, std::string field = {}) {
  return {.code = Errc::DataLoss,
          .message = std::move(message),
          .field = std::move(field),
          .remedy = "Restore the data folder from a backup; keep this copy for inspection."};
}

}  // namespace

struct Ledger::State {
  Store& store;
  const HeadSigner& signer;
  std::string origin;
  LedgerId id;
  Committer committer;

  // Of the commit thread.
  Frontier durable;
  Frontier staged;
  AppendBatch batch;
  bool is_broken = false;

  // Published.
  std::atomic<std::uint64_t> size{0};
  mutable std::mutex head_mutex;
  SignedHead head;  // Under head_mutex.

  void publish(SignedHead next) {
    const std::uint64_t next_size = next.size;
    const std::lock_guard lock(head_mutex);
    head = std::move(next);
    size.store(next_size, std::memory_order_release);
  }
  void forget_staged() {
    staged = durable;
    batch = {};
    batch.first_position = durable.size();
  }
  Status fail(Error error) {
    is_broken = true;
    forget_staged();
    return error;
  }
};

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(Store& store, const HeadSigner& signer,
                                             std::string origin, Bytes commitment_key) {
  PACKTRAIL_TRY(check_origin(origin));
  if (commitment_key.size() != kCommitmentKeySize) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "a commitment key has 32 bytes",
                 .field = "commitment_key"};
  }
  const std::vector<Digest> peaks = store.frontier();
  const auto frontier = Frontier::from_peaks(store.size(), peaks);
  if (!frontier) return data_loss("the stored frontier does not fit the ledger's size");

  SignedHead head{.size = store.size(), .root = frontier->root(), .checkpoint = store.checkpoint()};
  if (head.size == 0) {
    if (!head.checkpoint.empty()) return data_loss("an empty ledger carries a checkpoint");
  } else {
    auto parsed = SignedCheckpoint::parse(head.checkpoint);
    if (!parsed) return data_loss("stored checkpoint: " + parsed.error().to_text());
    if (parsed->head.origin != origin) {
      return Error{.code = Errc::FailedPrecondition,
                   .message = "the ledger's origin is " + parsed->head.origin + ", not " + origin,
                   .field = "origin",
                   .remedy = "Configure the origin that the ledger was created with."};
    }
    if (parsed->head.size != head.size || parsed->head.root != head.root) {
      return data_loss("the stored checkpoint is not over the stored frontier");
    }
    const Status verified = verify_checkpoint(*parsed, origin, signer.public_key());
    if (!verified) return data_loss("stored checkpoint: " + verified.error().to_text());
  }

  std::unique_ptr<State> state(new State{.store = store,
                                         .signer = signer,
                                         .origin = std::move(origin),
                                         .id = store.id(),
                                         .committer = Committer(commitment_key),
                                         .durable = *frontier,
                                         .staged = *frontier,
                                         .batch = {},
                                         .head_mutex = {},
                                         .head = {}});
  wipe(commitment_key);
  state->forget_staged();
  state->publish(std::move(head));
  return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

LedgerId Ledger::id() const { return state_->id; }
std::uint64_t Ledger::size() const { return state_->size.load(std::memory_order_acquire); }
SignedHead Ledger::head() const {
  const std::lock_guard lock(state_->head_mutex);
  return state_->head;
}
std::uint64_t Ledger::pending_size() const { return state_->staged.size(); }
const HeadSigner& Ledger::signer() const { return state_->signer; }
const std::string& Ledger::origin() const { return state_->origin; }

Status Ledger::stage(const v1::Fact& fact, const HashedLists& hashed_lists) {
  State& state = *state_;
  if (state.is_broken) return broken();
  const v1::Envelope& envelope = fact.envelope();
  if (envelope.ledger_id() != as_text(state.id.value()) ||
      envelope.position() != state.staged.size()) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the envelope names another ledger or position",
                 .field = "envelope"};
  }
  Bytes stored = PACKTRAIL_TRY(encode_fact(fact));
  PACKTRAIL_TRY(check_lists(fact, hashed_lists));
  const Bytes hashed = PACKTRAIL_TRY(hashed_form(stored, hashed_lists));
  const Digest leaf =
      fact_leaf(state.id, envelope.position(), envelope.record_time_us(), body_type(fact), hashed);
  state.staged.append(leaf, [&](std::uint32_t level, std::uint64_t index, const Digest& hash) {
    if (level >= kStoredLevelMin) state.batch.nodes.push_back({level, index, hash});
  });
  state.batch.facts.push_back(std::move(stored));
  return {};
}

Status Ledger::commit() {
  State& state = *state_;
  if (state.is_broken) return broken();
  if (state.batch.facts.empty()) return {};
  SignedHead head{.size = state.staged.size(), .root = state.staged.root(), .checkpoint = {}};
  auto signed_text =
      sign_checkpoint({.origin = state.origin, .size = head.size, .root = head.root}, state.signer);
  if (!signed_text) return state.fail(std::move(signed_text).error());
  head.checkpoint = *std::move(signed_text);
  state.batch.frontier = state.staged.peaks();
  state.batch.checkpoint = head.checkpoint;
  Status appended = state.store.append(state.batch);
  if (!appended) return state.fail(std::move(appended).error());
  state.durable = state.staged;
  state.forget_staged();
  state.publish(std::move(head));
  return {};
}

void Ledger::discard() { state_->forget_staged(); }

Status Ledger::decode_at(std::uint64_t position, ByteView stored, v1::Fact& fact) const {
  if (!fact.ParseFromArray(stored.data(), static_cast<int>(stored.size())) ||
      fact.envelope().position() != position ||
      fact.envelope().ledger_id() != as_text(state_->id.value())) {
    return data_loss("the stored fact does not decode, or names another place",
                     "position " + std::to_string(position));
  }
  return {};
}

Status Ledger::read(std::uint64_t first, std::uint64_t last,
                    const std::function<Status(const v1::Fact&)>& take) const {
  if (first > last || last > size()) {
    return Error{
        .code = Errc::NotFound,
        .message = "the ledger holds positions 0 to " + std::to_string(size()) + " (exclusive)"};
  }
  v1::Fact fact;
  return state_->store.read(first, last, [&](std::uint64_t position, ByteView stored) -> Status {
    PACKTRAIL_TRY(decode_at(position, stored, fact));
    return take(fact);
  });
}

Status Ledger::read_one(std::uint64_t position, v1::Fact& out) const {
  if (position >= size()) {
    return Error{.code = Errc::NotFound,
                 .message = "no fact at position " + std::to_string(position)};
  }
  return read(position, position + 1, [&](const v1::Fact& fact) -> Status {
    out = fact;
    return {};
  });
}

HashedLists Ledger::commit_epcs(const v1::Fact& fact,
                                const std::vector<std::vector<std::string_view>>& texts) const {
  const Message* body = body_of(fact);
  if (body == nullptr) return {};
  std::vector<ListTexts> lists;
  std::vector<TextBuffer> buffers;
  std::vector<std::vector<std::string_view>> views;
  const auto fields = list_fields(body_type(fact));
  buffers.reserve(fields.size());
  views.reserve(fields.size());
  std::size_t next = 0;
  for (const ListField& field : fields) {
    const Message* list = list_in(*body, field.number);
    if (list == nullptr) continue;
    if (field.kind == ListField::Kind::Epcs) {
      PACKTRAIL_ASSERT(next < texts.size());
      lists.push_back({field.number, texts[next++]});
    } else {
      buffers.push_back(quantity_texts(static_cast<const v1::QuantityList&>(*list)));
      views.push_back(buffers.back().views());
      lists.push_back({field.number, views.back()});
    }
  }
  PACKTRAIL_ASSERT(next == texts.size());
  if (lists.empty()) return {};
  return state_->committer.commit(body_without_lists(fact), lists);
}

Result<HashedLists> Ledger::commit_epcs(const v1::Fact& fact, const EpcTexts& texts) const {
  const BodyTexts expanded = PACKTRAIL_TRY(expand_lists(fact, texts));
  if (expanded.lists.empty()) return HashedLists{};
  return state_->committer.commit(body_without_lists(fact), expanded.lists);
}

Result<std::vector<Digest>> Ledger::leaf_hashes(std::uint64_t first, std::uint64_t last,
                                                const EpcTexts& texts) const {
  if (first > last || last > size()) {
    return Error{.code = Errc::NotFound, .message = "no facts at these positions"};
  }
  std::vector<Digest> leaves;
  v1::Fact fact;
  const auto take = [&](std::uint64_t position, ByteView stored) -> Status {
    PACKTRAIL_TRY(decode_at(position, stored, fact));
    const HashedLists lists = PACKTRAIL_TRY(commit_epcs(fact, texts));
    const Bytes hashed = PACKTRAIL_TRY(hashed_form(stored, lists));
    leaves.push_back(
        fact_leaf(state_->id, position, fact.envelope().record_time_us(), body_type(fact), hashed));
    return {};
  };
  PACKTRAIL_TRY(state_->store.read(first, last, take));
  return leaves;
}

namespace {

// Roots of leaf ranges, from stored nodes where a whole tile or more is asked for, else from the
// leaves of the tile, which are computed once.
class RangeRoots {
 public:
  RangeRoots(const Ledger& ledger, const Store& store, const EpcTexts& texts)
      : ledger_(ledger), store_(store), texts_(texts) {}

  Result<Digest> root(LeafRange range) {
    const std::uint64_t count = range.end - range.begin;
    const bool whole = (count & (count - 1)) == 0 && range.begin % count == 0;
    if (whole && count >= kTileSize) {
      const auto level = static_cast<std::uint32_t>(std::countr_zero(count));
      return store_.node(level, range.begin >> level);
    }
    if (range.begin / kTileSize == (range.end - 1) / kTileSize) {
      const std::vector<Digest>& leaves = *PACKTRAIL_TRY(tile(range));
      const std::uint64_t tile_begin = range.begin / kTileSize * kTileSize;
      return root_of(std::span(leaves).subspan(range.begin - tile_begin, count));
    }
    const std::uint64_t middle = range.begin + split_point(count);
    const Digest left = PACKTRAIL_TRY(root({range.begin, middle}));
    const Digest right = PACKTRAIL_TRY(root({middle, range.end}));
    return node_hash(left, right);
  }

  Result<std::vector<Digest>> roots(const std::vector<LeafRange>& ranges) {
    std::vector<Digest> path;
    path.reserve(ranges.size());
    for (const LeafRange& range : ranges) path.push_back(PACKTRAIL_TRY(root(range)));
    return path;
  }

 private:
  Result<const std::vector<Digest>*> tile(LeafRange range) {
    const std::uint64_t begin = range.begin / kTileSize * kTileSize;
    auto at = tiles_.find(begin);
    if (at == tiles_.end()) {
      const std::uint64_t end = std::min(begin + kTileSize, ledger_.size());
      at = tiles_.emplace(begin, PACKTRAIL_TRY(ledger_.leaf_hashes(begin, end, texts_))).first;
    }
    return &at->second;
  }

  const Ledger& ledger_;
  const Store& store_;
  const EpcTexts& texts_;
  std::map<std::uint64_t, std::vector<Digest>> tiles_;
};

}  // namespace

Result<std::vector<Digest>> Ledger::inclusion_path(std::uint64_t position, std::uint64_t size,
                                                   const EpcTexts& texts) const {
  if (size > this->size() || position >= size) {
    return Error{.code = Errc::NotFound, .message = "no such position in a tree of this size"};
  }
  return RangeRoots(*this, state_->store, texts).roots(inclusion_ranges(position, size));
}

Result<std::vector<Digest>> Ledger::consistency_path(std::uint64_t first, std::uint64_t second,
                                                     const EpcTexts& texts) const {
  if (first == 0 || first > second || second > size()) {
    return Error{.code = Errc::NotFound, .message = "no trees of these sizes"};
  }
  return RangeRoots(*this, state_->store, texts).roots(consistency_ranges(first, second));
}

Result<OpenedEpc> Ledger::open_epc(std::uint64_t position, std::uint32_t field, std::uint64_t index,
                                   const EpcTexts& texts) const {
  v1::Fact fact;
  PACKTRAIL_TRY(read_one(position, fact));
  const BodyTexts expanded = PACKTRAIL_TRY(expand_lists(fact, texts));
  const auto list = std::find_if(expanded.lists.begin(), expanded.lists.end(),
                                 [&](const ListTexts& entry) { return entry.field == field; });
  if (list == expanded.lists.end() || index >= list->texts.size()) {
    return Error{.code = Errc::NotFound,
                 .message = "the fact at position " + std::to_string(position) +
                            " has no element " + std::to_string(index) + " in list field " +
                            std::to_string(field)};
  }
  const Bytes body = body_without_lists(fact);
  const Bytes stored = PACKTRAIL_TRY(encode_fact(fact));
  OpenedEpc opened;
  opened.hashed_form =
      PACKTRAIL_TRY(hashed_form(stored, state_->committer.commit(body, expanded.lists)));
  opened.text = list->texts[index];
  Opening opening = state_->committer.open(body, expanded.lists, field, index);
  opened.salt = opening.salt;
  opened.path = std::move(opening.path);
  return opened;
}

}  // namespace packtrail::ledger
