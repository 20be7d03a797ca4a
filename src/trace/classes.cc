#include "trace/classes.h"

#include "base/assert.h"
#include "trace/coding.h"

namespace packtrail::trace {

namespace {

constexpr std::string_view kStem = "https://id.gs1.org";

Error damaged(const char* what) {
  return Error{.code = Errc::DataLoss, .message = std::string("damaged directory: ") + what};
}

}  // namespace

void ClassIndex::add(ClassPtr info) {
  PACKTRAIL_ASSERT(info->index == all_.size());
  PACKTRAIL_ASSERT(!by_class_.contains(info->object_class.value()));
  all_.push_back(info);
  by_class_.emplace(info->object_class.value(), info);
  next_class_ = std::max(next_class_, info->object_class.value() + 1);
  switch (info->kind) {
    case ClassKind::Pool:
      by_gtin_[info->gtin->number()].pools.push_back(info);
      break;
    case ClassKind::Imported:
      by_gtin_[info->gtin->number()].imported.push_back(info);
      break;
    case ClassKind::Series:
      series_.push_back(info);
      break;
    case ClassKind::Dictionary:
      if (info->scheme == Scheme::Sgtin) {
        by_gtin_[info->gtin->number()].dictionary = info;
      } else {
        dictionaries_[static_cast<std::size_t>(info->scheme)] = info;
      }
      break;
  }
}

Scheme scheme_of(const gs1::Epc& epc) {
  struct Visitor {
    Scheme operator()(const gs1::Sgtin&) const { return Scheme::Sgtin; }
    Scheme operator()(const gs1::Sscc&) const { return Scheme::Sscc; }
    Scheme operator()(const gs1::Sgln&) const { return Scheme::Sgln; }
    Scheme operator()(const gs1::Lgtin&) const { return Scheme::Lgtin; }
    Scheme operator()(const gs1::Grai&) const { return Scheme::Grai; }
    Scheme operator()(const gs1::Giai&) const { return Scheme::Giai; }
    Scheme operator()(const gs1::Gtin&) const { return Scheme::Gtin; }
    Scheme operator()(const gs1::Pgln&) const { return Scheme::Pgln; }
    Scheme operator()(const gs1::Gsrn&) const { return Scheme::Gsrn; }
    Scheme operator()(const gs1::Gsrnp&) const { return Scheme::Gsrnp; }
    Scheme operator()(const gs1::Gdti&) const { return Scheme::Gdti; }
    Scheme operator()(const gs1::Gcn&) const { return Scheme::Gcn; }
    Scheme operator()(const gs1::Gsin&) const { return Scheme::Gsin; }
    Scheme operator()(const gs1::Ginc&) const { return Scheme::Ginc; }
    Scheme operator()(const gs1::Cpi&) const { return Scheme::Cpi; }
    Scheme operator()(const gs1::Itip&) const { return Scheme::Itip; }
    Scheme operator()(const gs1::Upui&) const { return Scheme::Upui; }
    Scheme operator()(const gs1::OtherUri&) const { return Scheme::Other; }
  };
  return std::visit(Visitor{}, epc);
}

std::string dictionary_text(const gs1::Epc& epc) {
  if (const auto* sgtin = std::get_if<gs1::Sgtin>(&epc)) return std::string(sgtin->serial.text());
  if (const auto* other = std::get_if<gs1::OtherUri>(&epc)) return other->text();
  std::string text;
  const gs1::EpcSpelling link{gs1::EpcSpelling::Kind::DigitalLink, 0, kStem};
  const bool done = gs1::append_epc(text, epc, link);
  PACKTRAIL_ASSERT(done);  // Every GS1 key has a Digital Link.
  return text.substr(kStem.size());
}

Result<gs1::Epc> from_dictionary_text(const ClassInfo& info, std::string_view text) {
  if (info.scheme == Scheme::Sgtin) {
    const auto serial = gs1::SerialNumber::try_parse(text);
    if (!serial || !info.gtin) return damaged("serial number");
    return gs1::Epc(gs1::Sgtin{*info.gtin, *serial});
  }
  if (info.scheme == Scheme::Other) {
    auto uri = gs1::OtherUri::parse(text);
    if (!uri) return damaged("URI");
    return gs1::Epc(*std::move(uri));
  }
  auto parsed = gs1::parse_epc(std::string(kStem).append(text));
  if (!parsed || scheme_of(parsed->value) != info.scheme) return damaged("key");
  return parsed->value;
}

std::optional<std::uint64_t> series_counter(const ClassInfo& info, const gs1::Sscc& sscc) {
  const std::string_view digits = sscc.digits();
  if (sscc.extension_digit() != info.extension_digit) return std::nullopt;
  if (digits.substr(1, info.company_prefix.size()) != info.company_prefix) return std::nullopt;
  std::uint64_t counter = 0;
  for (std::size_t i = 1 + info.company_prefix.size(); i + 1 < digits.size(); ++i) {
    counter = counter * 10 + static_cast<std::uint64_t>(digits[i] - '0');
  }
  return counter;
}

Status derive_cipher(ClassInfo& info, numbering::KeySource& keys) {
  const numbering::MasterKey key = PACKTRAIL_TRY(keys.master_key(info.spec->key_id));
  numbering::KeyCheckValue expected;
  if (info.key_check_value.size() != expected.bytes.size()) return damaged("key check value");
  std::copy(info.key_check_value.begin(), info.key_check_value.end(), expected.bytes.begin());
  info.limits =
      std::make_shared<const numbering::Pool>(PACKTRAIL_TRY(numbering::Pool::create(*info.spec)));
  info.cipher = std::make_shared<const numbering::PoolCodec>(
      PACKTRAIL_TRY(info.limits->codec(key, expected)));
  return {};
}

std::string encode_class(const ClassInfo& info) {
  std::string out;
  put_varint(out, info.index);
  out.push_back(static_cast<char>(info.kind));
  out.push_back(static_cast<char>(info.scheme));
  put_text(out, info.company);
  put_text(out, info.gtin ? info.gtin->digits() : std::string_view());
  put_varint(out, info.gcp_length);
  put_text(out, info.company_prefix);
  put_varint(out, info.extension_digit);
  put_text(out, info.product_name);
  put_signed(out, info.made_us);
  if (info.kind == ClassKind::Pool) {
    put_text(out, info.spec->id.value());
    put_text(out, info.spec->alphabet.characters());
    put_varint(out, info.spec->length);
    put_varint(out, info.spec->epoch);
    put_text(out, info.spec->key_id.value());
    put_varint(out, info.spec->planned_quantity);
    put_varint(out, info.spec->format_version);
    put_text(out, as_text(info.key_check_value));
    const numbering::SerialRules& rules = info.spec->rules;
    put_text(out, rules.prefix);
    put_text(out, rules.first_characters);
    put_varint(out, rules.excluded_words.size());
    for (const std::string& word : rules.excluded_words) put_text(out, word);
    put_text(out, info.spec->format);
    put_text(out, info.spec->market);
    put_text(out, info.spec->owner);
    put_varint(out, info.spec->low_water);
  } else if (info.kind == ClassKind::Imported) {
    put_text(out, info.imported.source);
    put_text(out, info.imported.owner);
    put_text(out, info.imported.market);
    put_text(out, info.imported.format);
    put_varint(out, info.imported.low_water);
  }
  return out;
}

Result<ClassInfo> decode_class(std::string_view value, numbering::KeySource& keys) {
  Decoder in(value);
  ClassInfo info;
  info.index = in.varint32();
  info.kind = static_cast<ClassKind>(in.byte());
  info.scheme = static_cast<Scheme>(in.byte());
  info.company = in.text();
  const std::string_view gtin = in.text();
  if (!gtin.empty()) info.gtin = gs1::Gtin::try_parse(gtin);
  info.gcp_length = in.varint32();
  info.company_prefix = in.text();
  info.extension_digit = in.varint32();
  info.product_name = in.text();
  info.made_us = in.signed_varint();
  const bool names_gtin = info.kind == ClassKind::Pool || info.kind == ClassKind::Imported ||
                          (info.kind == ClassKind::Dictionary && info.scheme == Scheme::Sgtin);
  if (in.failed() || names_gtin != info.gtin.has_value() ||
      static_cast<std::size_t>(info.scheme) >= kSchemeCount) {
    return damaged("class");
  }
  if (info.kind == ClassKind::Imported) {
    info.imported.source = in.text();
    info.imported.owner = in.text();
    info.imported.market = in.text();
    info.imported.format = in.text();
    info.imported.low_water = in.varint();
  }
  if (info.kind != ClassKind::Pool) {
    if (!in.complete()) return damaged("class");
    return info;
  }
  const std::string id(in.text());
  const auto alphabet = numbering::Alphabet::parse(in.text());
  if (!alphabet) return damaged("alphabet");
  const std::uint64_t length = in.varint();
  const std::uint32_t epoch = in.varint32();
  const std::string key_id(in.text());
  const std::uint64_t planned_quantity = in.varint();
  numbering::PoolSpec spec{.id = numbering::PoolId(id),
                           .gtin = *info.gtin,
                           .alphabet = *alphabet,
                           .length = static_cast<std::size_t>(length),
                           .epoch = epoch,
                           .key_id = numbering::KeyId(key_id),
                           .planned_quantity = planned_quantity,
                           .format_version = in.byte()};
  const ByteView check_value = as_bytes(in.text());
  info.key_check_value.assign(check_value.begin(), check_value.end());
  spec.rules.prefix = in.text();
  spec.rules.first_characters = in.text();
  for (std::uint64_t words = in.varint(); words > 0 && !in.failed(); --words) {
    spec.rules.excluded_words.emplace_back(in.text());
  }
  spec.format = in.text();
  spec.market = in.text();
  spec.owner = in.text();
  spec.low_water = in.varint();
  if (!in.complete()) return damaged("pool");
  info.spec = std::move(spec);
  PACKTRAIL_TRY(derive_cipher(info, keys));
  return info;
}

}  // namespace packtrail::trace
