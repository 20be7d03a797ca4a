#include "trace/directory.h"

#include <algorithm>

#include "packtrail/ledger/v1/fact.pb.h"
#include "trace/coding.h"
#include "trace/epc_runs.h"

namespace packtrail::trace {

namespace {

constexpr std::string_view kStem = "https://id.gs1.org";
constexpr std::size_t kSerialsAtOnce = 256;

Error damaged(const char* what) {
  return Error{.code = Errc::DataLoss, .message = std::string("damaged directory: ") + what};
}

void look_up(Lens& lens, const ClassInfo& dictionary, const gs1::Epc& epc, Resolution& out) {
  out.object_class = dictionary.object_class;
  const auto value =
      lens.cell(cell::instance(dictionary.object_class.value(), dictionary_text(epc)));
  if (!value) return;
  Decoder in(*value);
  const std::uint64_t instance = in.varint();
  if (!in.complete() || instance > kInstanceMax) {
    lens.fail(damaged("instance"));
    return;
  }
  out.object = ObjectNumber(dictionary.object_class, instance);
}

gs1::EpcSpelling to_spelling(const ledger::v1::Spelling& spelling, std::size_t known_gcp) {
  using Kind = gs1::EpcSpelling::Kind;
  switch (spelling.form()) {
    case ledger::v1::Spelling::FORM_URN:
      return {Kind::Urn, static_cast<std::uint8_t>(spelling.gcp_length()), {}};
    case ledger::v1::Spelling::FORM_DIGITAL_LINK:
      return {Kind::DigitalLink, 0, spelling.stem()};
    default:
      break;
  }
  if (known_gcp != 0) return {Kind::Urn, static_cast<std::uint8_t>(known_gcp), {}};
  return {Kind::DigitalLink, 0, kStem};
}

Result<gs1::Sscc> series_sscc(const ClassInfo& info, std::uint64_t counter) {
  const auto prefix = gs1::CompanyPrefix::parse(info.company_prefix);
  if (!prefix) return damaged("company prefix");
  return gs1::Sscc::make(*prefix, info.extension_digit, counter);
}

}  // namespace

bool is_issued(Lens& lens, const ClassesNow& classes, const ClassInfo& info,
               std::uint64_t counter) {
  const ClassCounter now = classes.counter(info);
  if (counter >= now.next) return false;
  return !now.has_skips || !lens.cell(cell::skip(info.object_class.value(), counter));
}

Resolution resolve_epc(Lens& lens, const ClassesNow& classes, const gs1::Epc& epc) {
  Resolution out;
  const ClassInfo* dictionary = nullptr;
  if (const auto* sgtin = std::get_if<gs1::Sgtin>(&epc)) {
    const GtinClasses* own = classes.index.of_gtin(sgtin->gtin);
    if (own == nullptr) return out;
    for (const ClassPtr& pool : own->pools) {
      const auto counter = pool->cipher->decode(sgtin->serial);
      if (!counter || *counter > kInstanceMax || !is_issued(lens, classes, *pool, *counter)) {
        continue;
      }
      const ObjectNumber object(pool->object_class, *counter);
      // Two pools can both claim a text only where one was advanced over the counter without
      // handing it out; the one that handed it out has a state.
      if (!out.object || lens.state(out.object) == ObjectState{}) {
        out = {object, pool->object_class, true};
      }
    }
    if (out.object) return out;
    for (const ClassPtr& imported : own->imported) {
      look_up(lens, *imported, epc, out);
      if (!out.object) continue;
      out.ours = true;
      return out;
    }
    out = {};
    dictionary = own->dictionary.get();
  } else {
    if (const auto* sscc = std::get_if<gs1::Sscc>(&epc)) {
      for (const ClassPtr& series : classes.index.series()) {
        const auto counter = series_counter(*series, *sscc);
        if (counter && is_issued(lens, classes, *series, *counter)) {
          return {ObjectNumber(series->object_class, *counter), series->object_class, true};
        }
      }
    }
    dictionary = classes.index.dictionary(scheme_of(epc));
  }
  if (dictionary != nullptr) look_up(lens, *dictionary, epc, out);
  return out;
}

std::vector<std::pair<const ClassInfo*, std::uint64_t>> counters_to_skip(const ClassesNow& classes,
                                                                         const gs1::Epc& epc) {
  std::vector<std::pair<const ClassInfo*, std::uint64_t>> out;
  if (const auto* sgtin = std::get_if<gs1::Sgtin>(&epc)) {
    const GtinClasses* own = classes.index.of_gtin(sgtin->gtin);
    if (own == nullptr) return out;
    for (const ClassPtr& pool : own->pools) {
      const auto counter = pool->cipher->decode(sgtin->serial);
      if (counter && *counter <= kInstanceMax) out.emplace_back(pool.get(), *counter);
    }
  } else if (const auto* sscc = std::get_if<gs1::Sscc>(&epc)) {
    for (const ClassPtr& series : classes.index.series()) {
      if (const auto counter = series_counter(*series, *sscc)) {
        out.emplace_back(series.get(), *counter);
      }
    }
  }
  return out;
}

Result<gs1::Epc> epc_of(Lens& lens, const ClassesNow& classes, ObjectNumber object,
                        std::size_t& gcp_length) {
  const ClassInfo* info = classes.index.find(object.object_class());
  if (info == nullptr || object.instance() >= known_end(*info, classes.counter(*info))) {
    return Error{.code = Errc::NotFound, .message = "no such object"};
  }
  gcp_length = info->gcp_length;
  switch (info->kind) {
    case ClassKind::Pool:
      if (object.instance() >= info->cipher->space()) return damaged("counter");
      return gs1::Epc(gs1::Sgtin{*info->gtin, info->cipher->encode(object.instance())});
    case ClassKind::Series:
      return gs1::Epc(PACKTRAIL_TRY(series_sscc(*info, object.instance())));
    case ClassKind::Dictionary:
    case ClassKind::Imported:
      break;
  }
  const auto value = lens.cell(cell::key_text(info->object_class.value(), object.instance()));
  if (!value || value->empty()) return damaged("key text is missing");
  gcp_length = static_cast<std::uint8_t>(value->front());
  return from_dictionary_text(*info, std::string_view(*value).substr(1));
}

Status expand_serials(const ClassesNow& classes, ObjectRun run,
                      const std::function<void(std::uint64_t, const gs1::SerialNumber&)>& take) {
  const ClassInfo* info = classes.index.find(run.first.object_class());
  if (info == nullptr) return Error{.code = Errc::NotFound, .message = "no such pool"};
  if (info->kind != ClassKind::Pool) {
    return Error{.code = Errc::FailedPrecondition, .message = "the class has no serial numbers"};
  }
  std::uint64_t at = run.first.instance();
  const std::uint64_t end = at + run.count;
  if (end > info->cipher->space() || end > kInstanceMax + 1) {
    return Error{.code = Errc::InvalidArgument, .message = "counter beyond the pool's space"};
  }
  std::vector<gs1::SerialNumber> serials;
  while (at < end) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kSerialsAtOnce, end - at));
    if (count < 4) {
      take(at, info->cipher->encode(at));
      ++at;
      continue;
    }
    if (serials.size() < count) serials.resize(count, info->cipher->encode(at));
    info->cipher->encode(at, std::span(serials).first(count));
    for (std::size_t i = 0; i < count; ++i) take(at + i, serials[i]);
    at += count;
  }
  return {};
}

Status expand_list(Lens& lens, const ClassesNow& classes, const ledger::v1::EpcList& list,
                   const std::function<void(std::string_view)>& take) {
  std::string text;
  for (const ledger::v1::EpcRun& run : list.runs()) {
    if (run.object_class() == 0) {
      for (const std::string& epc : run.texts()) take(epc);
      continue;
    }
    const ClassInfo* info = classes.index.find(ObjectClass(run.object_class()));
    if (info == nullptr) return damaged("a list names an unknown class");
    Status made;
    const auto give = [&](const gs1::Epc& epc, std::size_t gcp_length) {
      text.clear();
      if (!gs1::append_epc(text, epc, to_spelling(run.spelling(), gcp_length))) {
        made = damaged("an EPC has no text in the spelling of its list");
        return;
      }
      take(text);
    };
    for (const ObjectRun& piece : PACKTRAIL_TRY(decode_runs(run))) {
      if (info->kind == ClassKind::Pool) {
        PACKTRAIL_TRY(
            expand_serials(classes, piece, [&](std::uint64_t, const gs1::SerialNumber& serial) {
              if (made) give(gs1::Sgtin{*info->gtin, serial}, info->gcp_length);
            }));
      } else {
        for (std::uint64_t i = 0; i < piece.count && made; ++i) {
          std::size_t gcp_length = 0;
          const gs1::Epc epc = PACKTRAIL_TRY(
              epc_of(lens, classes, ObjectNumber::from_value(piece.first.value() + i), gcp_length));
          give(epc, gcp_length);
        }
      }
      if (!made) return made;
    }
  }
  return lens.failure();
}

std::optional<PoolInfo> pool_info(const ClassesNow& classes, ObjectClass object_class) {
  const ClassInfo* info = classes.index.find(object_class);
  if (info == nullptr || info->kind == ClassKind::Dictionary) return std::nullopt;
  const ClassCounter counter = classes.counter(*info);
  PoolInfo out;
  out.object_class = object_class;
  out.spec = info->spec;
  out.company_prefix = info->company_prefix;
  out.extension_digit = info->extension_digit;
  out.gcp_length = info->gcp_length;
  out.product_name = info->product_name;
  out.next_counter = counter.next;
  out.issued = counter.issued;
  out.known_end = known_end(*info, counter);
  out.made_us = info->made_us;
  out.blocked = counter.blocked;
  switch (info->kind) {
    case ClassKind::Pool: {
      out.kind = PoolKind::Serial;
      out.gtin = info->gtin;
      out.owner = info->spec->owner;
      out.market = info->spec->market;
      out.format = info->spec->format;
      out.low_water = info->limits->low_water();
      const std::uint64_t safe = info->limits->safe_size();
      out.remaining = safe > counter.issued ? safe - counter.issued : 0;
      break;
    }
    case ClassKind::Imported:
      out.kind = PoolKind::Imported;
      out.gtin = info->gtin;
      out.source = info->imported.source;
      out.owner = info->imported.owner;
      out.market = info->imported.market;
      out.format = info->imported.format;
      out.low_water = info->imported.low_water;
      out.remaining = counter.waiting;
      break;
    case ClassKind::Series:
      out.kind = PoolKind::Sscc;
      if (const auto prefix = gs1::CompanyPrefix::parse(info->company_prefix)) {
        const std::uint64_t all = gs1::Sscc::serial_references(*prefix);
        out.low_water = all / 100;
        out.remaining = all > counter.next ? all - counter.next : 0;
      }
      break;
    case ClassKind::Dictionary:
      break;
  }
  if (out.owner.empty()) out.owner = info->company;
  return out;
}

std::uint64_t read_floor(Lens& lens, ObjectClass object_class) {
  const auto value = lens.cell(cell::of_class(cell::kFloor, object_class.value()));
  if (!value) return 0;
  Decoder in(*value);
  const std::uint64_t floor = in.varint();
  if (!in.complete()) lens.fail(damaged("floor"));
  return floor;
}

std::string encode_counter(const ClassCounter& counter) {
  std::string out;
  put_varint(out, counter.next);
  out.push_back(static_cast<char>((counter.blocked ? 1 : 0) | (counter.has_skips ? 2 : 0) |
                                  (counter.has_lines ? 4 : 0)));
  put_varint(out, counter.issued);
  put_varint(out, counter.size);
  put_varint(out, counter.returned);
  put_varint(out, counter.waiting);
  return out;
}

Result<ClassCounter> decode_counter(std::string_view value) {
  Decoder in(value);
  ClassCounter counter;
  counter.next = in.varint();
  const std::uint8_t flags = in.byte();
  counter.blocked = (flags & 1) != 0;
  counter.has_skips = (flags & 2) != 0;
  counter.has_lines = (flags & 4) != 0;
  counter.issued = in.varint();
  counter.size = in.varint();
  counter.returned = in.varint();
  counter.waiting = in.varint();
  if (!in.complete() || flags > 7) return damaged("counter");
  return counter;
}

std::string encode_reservation(const Reservation& reservation) {
  std::string out;
  put_signed(out, reservation.since_us);
  put_signed(out, reservation.until_us);
  put_varint(out, reservation.low_water);
  put_varint(out, reservation.runs.size());
  for (const ObjectRun& run : reservation.runs) {
    put_varint(out, run.first.instance());
    put_varint(out, run.count);
  }
  return out;
}

Result<Reservation> decode_reservation(std::string_view key, std::string_view value) {
  Decoder name(stored_key(key).substr(1));
  Reservation out;
  out.object_class = ObjectClass(name.be32());
  if (name.failed()) return damaged("reservation");
  out.line = stored_key(key).substr(5);
  Decoder in(value);
  out.since_us = in.signed_varint();
  out.until_us = in.signed_varint();
  out.low_water = in.varint();
  for (std::uint64_t runs = in.varint(); runs > 0 && !in.failed(); --runs) {
    const std::uint64_t first = in.varint();
    const std::uint64_t count = in.varint();
    if (first > kInstanceMax || count == 0 || count > kInstanceMax) return damaged("reservation");
    out.runs.push_back({ObjectNumber(out.object_class, first), count});
  }
  if (!in.complete()) return damaged("reservation");
  return out;
}

std::string encode_holdings(const std::vector<Holding>& holdings) {
  std::string out;
  for (const Holding& holding : holdings) {
    put_varint(out, holding.run.first.instance() % kHolderBucket);
    put_varint(out, holding.run.count);
    put_text(out, holding.holder);
  }
  return out;
}

std::vector<Holding> holdings_of(Lens& lens, ObjectClass object_class, std::uint64_t bucket) {
  std::vector<Holding> out;
  const auto value = lens.cell(cell::holder(object_class.value(), bucket));
  if (!value) return out;
  Decoder in(*value);
  std::uint64_t at = 0;
  while (!in.at_end() && !in.failed()) {
    const std::uint64_t offset = in.varint();
    const std::uint64_t count = in.varint();
    const std::string_view holder = in.text();
    if (offset < at || offset >= kHolderBucket || count == 0 || count > kHolderBucket - offset) {
      lens.fail(damaged("holder"));
      return {};
    }
    at = offset + count;
    out.push_back({{ObjectNumber(object_class, bucket * kHolderBucket + offset), count},
                   std::string(holder)});
  }
  if (in.failed()) lens.fail(damaged("holder"));
  return out;
}

std::string encode_order(const OrderInfo& order) {
  std::string out;
  put_text(out, order.order_id);
  put_text(out, order.document);
  put_varint(out, order.state);
  put_text(out, order.state_document);
  put_varint(out, order.opened_at);
  return out;
}

Result<OrderInfo> decode_order(std::string_view value) {
  Decoder in(value);
  OrderInfo order;
  order.order_id = in.text();
  order.document = in.text();
  order.state = in.varint32();
  order.state_document = in.text();
  order.opened_at = in.varint();
  if (!in.complete()) return damaged("order");
  return order;
}

}  // namespace packtrail::trace
