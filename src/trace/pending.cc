#include "trace/pending.h"

#include <algorithm>

#include "trace/coding.h"

namespace packtrail::trace {

namespace {

Error damaged(const char* what) {
  return Error{.code = Errc::DataLoss, .message = std::string("damaged projection: ") + what};
}

std::optional<std::uint64_t> position_of(Lens& lens, const std::string& key) {
  const auto value = lens.cell(key);
  if (!value) return std::nullopt;
  Decoder in(*value);
  const std::uint64_t position = in.varint();
  if (!in.complete()) {
    lens.fail(damaged("event index"));
    return std::nullopt;
  }
  return position;
}

Error used_up() {
  return Error{.code = Errc::ResourceExhausted,
               .message = "the pool is used up",
               .field = "pool",
               .rule = "pool_exhausted",
               .remedy = "Create a pool of a new epoch."};
}

}  // namespace

Pending::Pending(const ProjectionStore& store, Overlay& overlay, Texts& terms, Texts& batches,
                 numbering::KeySource& keys)
    : overlay_(overlay), terms_(terms), batches_(batches), keys_(keys), lens_(store) {
  start();
  discard();
}

void Pending::start() {
  const std::uint64_t version = overlay_.version();
  if (version == version_) return;
  lens_.move_to([&] { return overlay_.newest(); });
  lens_.set_pending(&layer_);
  version_ = version;
}

void Pending::discard() {
  drop();
  refusal_ = {};
}

void Pending::drop() {
  const View& view = lens_.view();
  layer_ = Layer{};
  position_ = view.position;
  classes_ = view.classes;
  own_classes_.reset();
  counters_ = *view.counters;
  counter_changed_.assign(counters_.size(), false);
  any_counter_changed_ = false;
  counts_.clear();
  terms_.shrink_to(view.terms);
  batches_.shrink_to(view.batches);
}

void Pending::publish() {
  // A fact that could not be applied is half applied: nobody may see it.
  if (!refusal_) return drop();
  if (position_ == lens_.view().position) return;
  for (const auto& [key, difference] : counts_) {
    if (difference == 0) continue;
    std::string name = cell::count(key.object_class, key.batch, key.life, key.quarantined);
    std::uint64_t value = 0;
    if (const auto known = lens_.cell(name)) value = Decoder(*known).varint();
    std::string encoded;
    put_varint(encoded, value + static_cast<std::uint64_t>(difference));
    layer_.put_cell(std::move(name), std::move(encoded));
  }
  counts_.clear();

  const View& before = lens_.view();
  View next;
  next.position = position_;
  next.classes = classes_;
  own_classes_.reset();  // A view never changes: the next class goes into a copy.
  next.counters = before.counters;
  if (any_counter_changed_) {
    next.counters = std::make_shared<const std::vector<ClassCounter>>(counters_);
    for (std::size_t i = 0; i < counters_.size(); ++i) {
      if (!counter_changed_[i]) continue;
      layer_.put_cell(cell::of_class(cell::kCounter, classes_->all()[i]->object_class.value()),
                      encode_counter(counters_[i]));
    }
    counter_changed_.assign(counters_.size(), false);
    any_counter_changed_ = false;
  }
  for (std::uint32_t id = before.terms + 1; id <= terms_.size(); ++id) {
    layer_.put_cell(cell::term(cell::kTerm, id), std::string(terms_.peek(id)));
  }
  for (std::uint32_t id = before.batches + 1; id <= batches_.size(); ++id) {
    layer_.put_cell(cell::term(cell::kBatch, id), std::string(batches_.peek(id)));
  }
  next.terms = terms_.size();
  next.batches = batches_.size();
  layer_.sort_history();
  layer_.end = position_;
  overlay_.publish(std::move(next), std::move(layer_));
  layer_ = Layer{};
  start();
}

Resolution Pending::resolve(const gs1::Epc& epc) { return resolve_epc(lens_, classes(), epc); }

std::optional<PoolInfo> Pending::pool(ObjectClass object_class) {
  auto info = pool_info(classes(), object_class);
  if (info && info->blocked) info->floor = floor_of(object_class);
  return info;
}

std::vector<Holding> Pending::holders(const ObjectRun& run) {
  std::vector<Holding> out;
  const std::uint64_t first = run.first.instance();
  const std::uint64_t end = first + run.count;
  for (std::uint64_t bucket = first / kHolderBucket; bucket * kHolderBucket < end; ++bucket) {
    for (Holding& known : holdings_of(lens_, run.first.object_class(), bucket)) {
      const std::uint64_t from = std::max(known.run.first.instance(), first);
      const std::uint64_t to = std::min(known.run.first.instance() + known.run.count, end);
      if (from >= to) continue;
      if (!out.empty() && out.back().holder == known.holder &&
          out.back().run.first.instance() + out.back().run.count == from) {
        out.back().run.count += to - from;
        continue;
      }
      out.push_back(
          {{ObjectNumber(run.first.object_class(), from), to - from}, std::move(known.holder)});
    }
  }
  return out;
}

std::uint64_t Pending::floor_of(ObjectClass object_class) {
  return read_floor(lens_, object_class);
}

Batch Pending::batch(BatchId id) {
  Decoder in(batches_.peek(id.value()));
  if (id.value() == 0) return {};
  Batch out;
  out.lot = in.text();
  out.expiry = in.text();
  return out;
}

std::optional<std::uint64_t> Pending::event_position(std::string_view event_id) {
  return position_of(lens_, cell::event_id(event_id));
}

std::optional<std::uint64_t> Pending::request_position(std::string_view company, ByteView key) {
  return position_of(lens_, cell::request(company, key, 0));
}

std::optional<std::uint64_t> Pending::token_position(std::string_view order_id,
                                                     std::string_view token) {
  return position_of(lens_, cell::allocation(order_id, token));
}

std::optional<OrderInfo> Pending::order(std::string_view order_id) {
  const auto value = lens_.cell(cell::order(order_id));
  if (!value) return std::nullopt;
  auto order = decode_order(*value);
  if (!order) {
    lens_.fail(std::move(order).error());
    return std::nullopt;
  }
  return *order;
}

Result<std::vector<ObjectRun>> Pending::next_counters(ObjectClass pool, std::uint64_t count) {
  const ClassInfo* info = classes_->find(pool);
  if (info == nullptr || info->kind == ClassKind::Dictionary) {
    return Error{.code = Errc::NotFound, .message = "no such pool or series", .field = "pool"};
  }
  if (count == 0 || count > kEpcsPerListMax) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "count is outside 1.." + std::to_string(kEpcsPerListMax),
                 .field = "count"};
  }
  const ClassCounter counter = counters_[info->index];
  if (counter.blocked) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "the pool is blocked",
                 .rule = "after a restore no number is issued twice",
                 .remedy = "advance the pool past every number known"};
  }
  if (info->kind == ClassKind::Imported) return next_imported(*info, count);
  if (info->kind == ClassKind::Pool) {
    PACKTRAIL_TRY(info->limits->check_allocation(counter.issued, count));
    if (needs_texts(*info)) return next_texts(*info, count);
  }
  std::vector<ObjectRun> runs;
  std::uint64_t at = counter.next;
  std::uint64_t left = count;
  const auto take_until = [&](std::uint64_t stop) {
    const std::uint64_t length = std::min(left, stop - at);
    append_run(runs, {ObjectNumber(pool, at), length});
    left -= length;
    at += length;
  };
  if (counter.has_skips) {
    lens_.scan_cells(cell::of_class(cell::kSkip, pool.value()),
                     cell::skip(pool.value(), counter.next),
                     [&](std::string_view key, std::string_view) {
                       const std::uint64_t skipped = Decoder(key.substr(key.size() - 8)).be64();
                       if (skipped < at) return true;
                       take_until(skipped);
                       at = skipped + 1;
                       return left > 0;
                     });
  }
  if (left > 0) {
    if (at > kInstanceMax || left > kInstanceMax - at) {
      return used_up();
    }
    take_until(at + left);
  }
  PACKTRAIL_TRY(lens_.failure());
  const std::uint64_t end = runs.back().first.instance() + runs.back().count;
  if (info->kind == ClassKind::Pool) {
    if (end > info->cipher->space()) return used_up();
  } else {
    const auto prefix = PACKTRAIL_TRY(gs1::CompanyPrefix::parse(info->company_prefix));
    if (end > gs1::Sscc::serial_references(prefix)) {
      return Error{.code = Errc::ResourceExhausted, .message = "the SSCC series is used up"};
    }
  }
  return runs;
}

bool Pending::needs_texts(const ClassInfo& info) const {
  if (info.cipher->excludes()) return true;
  for (const ClassPtr& other : classes_->of_gtin(*info.gtin)->pools) {
    if (other->index != info.index && other->cipher->length() == info.cipher->length() &&
        counters_[other->index].next > 0) {
      return true;
    }
  }
  return false;
}

bool Pending::is_siblings(const ClassInfo& info, const gs1::SerialNumber& serial) {
  for (const ClassPtr& other : classes_->of_gtin(*info.gtin)->pools) {
    if (other->index == info.index) continue;
    const auto counter = other->cipher->decode(serial);
    if (counter && is_issued(lens_, classes(), *other, *counter)) return true;
  }
  return false;
}

// Where the text decides, every counter is written out and looked at.
Result<std::vector<ObjectRun>> Pending::next_texts(const ClassInfo& info, std::uint64_t count) {
  const ClassCounter& counter = counters_[info.index];
  std::vector<ObjectRun> runs;
  std::vector<gs1::SerialNumber> serials;
  std::uint64_t at = counter.next;
  const std::uint64_t end = std::min(info.cipher->space(), kInstanceMax);
  for (std::uint64_t left = count; left > 0;) {
    const std::uint64_t ahead = std::min({left, std::uint64_t{256}, end - std::min(at, end)});
    if (ahead == 0) return used_up();
    serials.resize(static_cast<std::size_t>(ahead), info.cipher->encode(at));
    info.cipher->encode(at, serials);
    for (const gs1::SerialNumber& serial : serials) {
      const std::uint64_t number = at++;
      if (!info.cipher->admits(serial)) continue;
      if (counter.has_skips && lens_.cell(cell::skip(info.object_class.value(), number))) continue;
      if (is_siblings(info, serial)) continue;
      append_object(runs, ObjectNumber(info.object_class, number));
      --left;
    }
  }
  PACKTRAIL_TRY(lens_.failure());
  return runs;
}

Result<std::vector<ObjectRun>> Pending::next_imported(const ClassInfo& info, std::uint64_t count) {
  const ClassCounter& counter = counters_[info.index];
  if (count > counter.waiting) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the pool holds " + std::to_string(counter.waiting) +
                            " more numbers, not " + std::to_string(count),
                 .field = "count",
                 .rule = "pool_exhausted",
                 .remedy = "Import more numbers."};
  }
  std::vector<ObjectRun> runs;
  std::uint64_t left = count;
  const auto take = [&](std::uint64_t first, std::uint64_t end) {
    if (first >= end || left == 0) return;
    lens_.scan_states(ObjectNumber(info.object_class, first),
                      ObjectNumber(info.object_class, end - 1), [&](const StateRun& run) {
                        if (run.state.life != numbering::SerialState::Unallocated) return true;
                        const std::uint64_t length = std::min(left, run.count);
                        append_run(runs, {run.first, length});
                        left -= length;
                        return left > 0;
                      });
  };
  // Those that came back first; of the fresh ones some may be void already.
  if (counter.returned > 0) take(0, counter.next);
  take(counter.next, counter.size);
  PACKTRAIL_TRY(lens_.failure());
  if (left > 0) return damaged("numbers that wait are missing");
  return runs;
}

}  // namespace packtrail::trace
