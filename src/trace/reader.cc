#include "trace/reader.h"

#include "trace/coding.h"

namespace packtrail::trace {

PublishedReader::PublishedReader(const ProjectionStore& store, const Overlay& overlay,
                                 const Texts& terms, const Texts& batches)
    : overlay_(overlay), terms_(terms), batches_(batches), lens_(store) {
  refresh();
}

void PublishedReader::refresh() {
  const std::uint64_t version = overlay_.version();
  if (version == version_) return;
  lens_.move_to([&] { return overlay_.newest(); });
  version_ = version;
}

Resolution PublishedReader::resolve(const gs1::Epc& epc) {
  return resolve_epc(lens_, classes(), epc);
}

bool PublishedReader::sees(const Viewer& viewer, ObjectNumber object) {
  if (viewer.sees_everything()) return true;
  if (viewer.is_stranger()) return false;
  const ClassInfo* info = lens_.view().classes->find(object.object_class());
  if (info == nullptr) return false;
  if (viewer.sees_company(info->company)) return true;
  for (const HistoryRow& row : lens_.history(bucket_of(object))) {
    if (row.names(object) && viewer.sees_company(terms_.text(row.company))) return true;
  }
  return false;
}

std::optional<ObjectState> PublishedReader::state(const Viewer& viewer, ObjectNumber object) {
  const ObjectState state = lens_.state(object);
  if (state == ObjectState{} || !sees(viewer, object)) return std::nullopt;
  return state;
}

std::optional<ObjectState> PublishedReader::effective_state(const Viewer& viewer,
                                                            ObjectNumber object) {
  auto own = state(viewer, object);
  if (!own) return std::nullopt;
  ObjectState outermost = *own;
  bool held = own->quarantined != 0;
  for (unsigned depth = 0; outermost.parent && depth < kNestingMax; ++depth) {
    outermost = lens_.state(outermost.parent);
    held = held || outermost.quarantined != 0;
  }
  if (outermost.disposition.value() != 0) own->disposition = outermost.disposition;
  if (outermost.read_point.value() != 0) own->read_point = outermost.read_point;
  if (outermost.biz_location.value() != 0) own->biz_location = outermost.biz_location;
  own->quarantined = held ? 1 : 0;
  return own;
}

std::string PublishedReader::epc_text(ObjectNumber object) {
  std::size_t gcp_length = 0;
  const auto epc = epc_of(lens_, classes(), object, gcp_length);
  if (!epc) return {};
  std::string text;
  const auto gcp = static_cast<std::uint8_t>(gcp_length);
  if (gcp_length != 0 && gs1::append_epc(text, *epc, {gs1::EpcSpelling::Kind::Urn, gcp, {}})) {
    return text;
  }
  text.clear();
  if (!gs1::append_epc(text, *epc,
                       {gs1::EpcSpelling::Kind::DigitalLink, 0, "https://id.gs1.org"})) {
    return {};
  }
  return text;
}

std::string PublishedReader::term(TermId id) { return terms_.text(id.value()); }

Batch PublishedReader::batch(BatchId id) {
  if (id.value() == 0) return {};
  const std::string encoded = batches_.text(id.value());
  Decoder in(encoded);
  Batch out;
  out.lot = in.text();
  out.expiry = in.text();
  return out;
}

std::optional<PoolInfo> PublishedReader::pool(ObjectClass object_class) {
  auto info = pool_info(classes(), object_class);
  if (info && info->blocked) info->floor = read_floor(lens_, object_class);
  return info;
}

std::vector<PoolInfo> PublishedReader::pools() {
  std::vector<PoolInfo> out;
  for (const ClassPtr& info : lens_.view().classes->all()) {
    if (auto pool = this->pool(info->object_class)) out.push_back(*std::move(pool));
  }
  return out;
}

std::vector<ObjectRun> PublishedReader::children(const Viewer& viewer, ObjectNumber parent) {
  if (!sees(viewer, parent)) return {};
  return lens_.children(parent);
}

std::vector<StateCount> PublishedReader::counts(const Viewer& viewer) {
  std::vector<StateCount> out;
  if (viewer.is_stranger()) return out;
  const std::string prefix = cell_key(Table::Meta, cell::kCount);
  lens_.scan_cells(prefix, prefix, [&](std::string_view key, std::string_view value) {
    Decoder in(key.substr(prefix.size()));
    StateCount count{.object_class = ObjectClass(in.be32()),
                     .batch = BatchId(in.be32()),
                     .life = static_cast<numbering::SerialState>(in.byte())};
    count.quarantined = in.byte() != 0;
    count.count = Decoder(value).varint();
    const ClassInfo* info = lens_.view().classes->find(count.object_class);
    if (count.count > 0 && info != nullptr && viewer.sees_company(info->company)) {
      out.push_back(count);
    }
    return true;
  });
  return out;
}

std::vector<ObjectRun> PublishedReader::in_state(ObjectClass object_class,
                                                 numbering::SerialState life, std::size_t limit) {
  std::vector<ObjectRun> out;
  if (limit == 0) return out;
  lens_.scan_states(ObjectNumber(object_class, 0), ObjectNumber(object_class, kInstanceMax),
                    [&](const StateRun& run) {
                      if (run.state.life != life) return true;
                      append_run(out, {run.first, run.count});
                      return out.size() <= limit;  // One more shows that the last run is whole.
                    });
  if (out.size() > limit) out.resize(limit);
  return out;
}

std::optional<std::uint64_t> PublishedReader::event_position(std::string_view event_id) {
  const auto value = lens_.cell(cell::event_id(event_id));
  if (!value) return std::nullopt;
  return Decoder(*value).varint();
}

std::optional<std::uint64_t> PublishedReader::token_position(std::string_view order_id,
                                                             std::string_view token) {
  const auto value = lens_.cell(cell::allocation(order_id, token));
  if (!value) return std::nullopt;
  return Decoder(*value).varint();
}

std::vector<Reservation> PublishedReader::reservations(ObjectClass object_class) {
  std::vector<Reservation> out;
  const std::string prefix = cell::of_class(cell::kReserved, object_class.value());
  lens_.scan_cells(prefix, prefix, [&](std::string_view key, std::string_view value) {
    auto line = decode_reservation(key, value);
    if (!line) {
      lens_.fail(std::move(line).error());
      return false;
    }
    out.push_back(*std::move(line));
    return true;
  });
  for (Reservation& line : out) {
    for (const ObjectRun& run : line.runs) {
      line.reserved += run.count;
      lens_.scan_states(run.first, ObjectNumber::from_value(run.first.value() + run.count - 1),
                        [&](const StateRun& piece) {
                          if (piece.state.life == numbering::SerialState::Allocated) {
                            line.remaining += piece.count;
                          }
                          return true;
                        });
    }
  }
  return out;
}

std::vector<numbering::Usage> PublishedReader::usage(ObjectClass object_class,
                                                     std::string_view line, std::int64_t from_us) {
  std::vector<numbering::Usage> out;
  const std::int64_t hour = std::max<std::int64_t>(from_us, 0) / numbering::kUsageStepUs;
  const std::string prefix = cell::of_class(cell::kUsage, object_class.value());
  lens_.scan_cells(prefix, cell::usage(object_class.value(), static_cast<std::uint64_t>(hour), {}),
                   [&](std::string_view key, std::string_view value) {
                     Decoder at(key.substr(prefix.size()));
                     const std::uint64_t start = at.be64();
                     if (key.substr(prefix.size() + 8) != line) return true;
                     out.push_back({static_cast<std::int64_t>(start) * numbering::kUsageStepUs,
                                    Decoder(value).varint()});
                     return true;
                   });
  return out;
}

std::string PublishedReader::companions(ObjectNumber object) {
  return lens_.cell(cell::companion(object.object_class().value(), object.instance()))
      .value_or(std::string());
}

std::optional<OrderInfo> PublishedReader::order(std::string_view order_id) {
  const auto value = lens_.cell(cell::order(order_id));
  if (!value) return std::nullopt;
  auto order = decode_order(*value);
  if (!order) {
    lens_.fail(std::move(order).error());
    return std::nullopt;
  }
  return *order;
}

std::vector<OrderInfo> PublishedReader::orders() {
  std::vector<OrderInfo> out;
  for (const char kind : {cell::kOrder, cell::kLongOrder}) {
    const std::string prefix = cell_key(Table::Orders, kind);
    lens_.scan_cells(prefix, prefix, [&](std::string_view, std::string_view value) {
      auto order = decode_order(value);
      if (!order) {
        lens_.fail(std::move(order).error());
        return false;
      }
      out.push_back(*std::move(order));
      return true;
    });
  }
  return out;
}

}  // namespace packtrail::trace
