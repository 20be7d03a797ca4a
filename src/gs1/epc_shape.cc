#include "gs1/epc_shape.h"

#include <array>

#include "base/assert.h"
#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

using enum EpcScheme;

constexpr std::size_t kShapeCount = kEpcSchemeCount - 1;  // All but Other.

// In the order of EpcScheme (GS1 EPC Tag Data Standard 6.3, 7).
constexpr std::array<EpcShape, kShapeCount> kShapes{{
    {kSgtin, "sgtin", "urn:epc:id:sgtin:", "", 13, true, false, EpcTail::Required, "01", "21"},
    {kSscc, "sscc", "urn:epc:id:sscc:", "", 17, true, false, EpcTail::None, "00", ""},
    {kSgln, "sgln", "urn:epc:id:sgln:", "", 12, false, false, EpcTail::Extension, "414", "254"},
    {kLgtin, "lgtin", "urn:epc:class:lgtin:", "", 13, true, false, EpcTail::Required, "01", "10"},
    {kGrai, "grai", "urn:epc:id:grai:", "urn:epc:idpat:grai:", 12, false, false, EpcTail::Optional,
     "8003", ""},
    {kGiai, "giai", "urn:epc:id:giai:", "", 0, false, false, EpcTail::None, "8004", ""},
    {kGtin, "gtin", "", "urn:epc:idpat:sgtin:", 13, true, false, EpcTail::Optional, "01", ""},
    {kPgln, "pgln", "urn:epc:id:pgln:", "", 12, false, false, EpcTail::None, "417", ""},
    {kGsrn, "gsrn", "urn:epc:id:gsrn:", "", 17, false, false, EpcTail::None, "8018", ""},
    {kGsrnp, "gsrnp", "urn:epc:id:gsrnp:", "", 17, false, false, EpcTail::None, "8017", ""},
    {kGdti, "gdti", "urn:epc:id:gdti:", "urn:epc:idpat:gdti:", 12, false, false, EpcTail::Optional,
     "253", ""},
    {kSgcn, "sgcn", "urn:epc:id:sgcn:", "urn:epc:idpat:sgcn:", 12, false, false, EpcTail::Optional,
     "255", ""},
    {kGsin, "gsin", "urn:epc:id:gsin:", "", 16, false, false, EpcTail::None, "402", ""},
    {kGinc, "ginc", "urn:epc:id:ginc:", "", 0, false, false, EpcTail::None, "401", ""},
    {kCpi, "cpi", "urn:epc:id:cpi:", "urn:epc:idpat:cpi:", 0, false, false, EpcTail::Optional,
     "8010", "8011"},
    {kItip, "itip", "urn:epc:id:itip:", "urn:epc:idpat:itip:", 13, true, true, EpcTail::Optional,
     "8006", "21"},
    {kUpui, "upui", "urn:epc:id:upui:", "", 13, true, false, EpcTail::Required, "01", "235"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kShapes.size(); ++i) {
    if (kShapes[i].scheme != static_cast<EpcScheme>(i)) return false;
  }
  return true;
}
static_assert(in_order());

template <class Text>
std::string_view text_of(const std::optional<Text>& text) {
  return text ? text->text() : std::string_view();
}

struct Taker {
  std::string_view key;
  std::string_view pieces;
  std::string_view tail;

  template <class Key>
  requires requires(const Key& v) { v.digits(); }
  void operator()(const Key& v) { key = v.digits(); }
  template <class Key>
  requires requires(const Key& v) { v.text(); }
  void operator()(const Key& v) { key = v.text(); }
  void operator()(const Sgtin& v) { set(v.gtin.digits(), v.serial.text()); }
  void operator()(const Lgtin& v) { set(v.gtin.digits(), v.lot.text()); }
  void operator()(const Upui& v) { set(v.gtin.digits(), v.extension.text()); }
  void operator()(const Sgln& v) { set(v.gln.digits(), text_of(v.extension)); }
  void operator()(const Grai& v) { set(v.asset_type.digits(), text_of(v.serial)); }
  void operator()(const Gdti& v) { set(v.document_type.digits(), text_of(v.serial)); }
  void operator()(const Gcn& v) { set(v.offer.digits(), text_of(v.serial)); }
  void operator()(const Cpi& v) { set(v.part.text(), text_of(v.serial)); }
  void operator()(const Itip& v) {
    set(v.gtin.digits(), text_of(v.serial));
    pieces = v.piece.digits();
  }

  void set(std::string_view of_key, std::string_view of_tail) {
    key = of_key;
    tail = of_tail;
  }
};

// Key and tail, both there.
template <class Value, class Key, class Tail>
std::optional<Epc> join(std::string_view digits, std::string_view tail) {
  const auto key = Key::complete(digits);
  if (!key) return std::nullopt;
  const auto text = Tail::try_parse(tail);
  if (!text) return std::nullopt;
  return Epc(Value{*key, *text});
}

// Key and perhaps a tail.
template <class Value, class Tail, class Key>
std::optional<Epc> join_optional(const std::optional<Key>& key, std::string_view tail) {
  if (!key) return std::nullopt;
  if (tail.empty()) return Epc(Value{*key, std::nullopt});
  const auto text = Tail::try_parse(tail);
  if (!text) return std::nullopt;
  return Epc(Value{*key, *text});
}

template <class Key>
std::optional<Epc> alone(const std::optional<Key>& key, std::string_view tail) {
  if (!key || !tail.empty()) return std::nullopt;
  return Epc(*key);
}

bool begins_with_prefix(std::string_view text) {
  return find_outside(text, kDigit) >= CompanyPrefix::kSizeMin;
}

}  // namespace

const EpcShape& shape_of(EpcScheme scheme) {
  PACKTRAIL_ASSERT(scheme != EpcScheme::kOther);
  return kShapes[static_cast<std::size_t>(scheme)];
}

std::optional<EpcParts> parts_of(const Epc& value) {
  if (std::holds_alternative<OtherUri>(value)) return std::nullopt;
  Taker taker;
  std::visit([&](const auto& v) { taker(v); }, value);
  return EpcParts{&shape_of(epc_scheme(value)), taker.key, taker.pieces, taker.tail};
}

std::optional<Epc> make_epc(EpcScheme scheme, std::string_view key, std::string_view pieces,
                            std::string_view tail) {
  switch (scheme) {
    case EpcScheme::kSgtin:
      return join<Sgtin, Gtin, SerialNumber>(key, tail);
    case EpcScheme::kLgtin:
      return join<Lgtin, Gtin, Lot>(key, tail);
    case EpcScheme::kUpui:
      return join<Upui, Gtin, Tpx>(key, tail);
    case EpcScheme::kGtin:
      return alone(Gtin::complete(key), tail);
    case EpcScheme::kSscc:
      return alone(Sscc::complete(key), tail);
    case EpcScheme::kPgln:
      return alone(Pgln::complete(key), tail);
    case EpcScheme::kGsrn:
      return alone(Gsrn::complete(key), tail);
    case EpcScheme::kGsrnp:
      return alone(Gsrnp::complete(key), tail);
    case EpcScheme::kGsin:
      return alone(Gsin::complete(key), tail);
    case EpcScheme::kGiai:
      return begins_with_prefix(key) ? alone(Giai::try_parse(key), tail) : std::nullopt;
    case EpcScheme::kGinc:
      return begins_with_prefix(key) ? alone(Ginc::try_parse(key), tail) : std::nullopt;
    case EpcScheme::kSgln:
      if (tail == "0") tail = {};
      return join_optional<Sgln, GlnExtension>(Gln::complete(key), tail);
    case EpcScheme::kGrai:
      return join_optional<Grai, GraiSerial>(Gln::complete(key), tail);
    case EpcScheme::kGdti:
      return join_optional<Gdti, GdtiSerial>(Gln::complete(key), tail);
    case EpcScheme::kSgcn:
      return join_optional<Gcn, GcnSerial>(Gln::complete(key), tail);
    case EpcScheme::kCpi:
      if (!begins_with_prefix(key) || (tail.size() > 1 && tail.front() == '0')) {
        return std::nullopt;
      }
      return join_optional<Cpi, CpidSerial>(Cpid::try_parse(key), tail);
    case EpcScheme::kItip: {
      const auto gtin = Gtin::complete(key);
      const auto piece = PieceOfTotal::try_parse(pieces);
      if (!gtin || !piece) return std::nullopt;
      if (tail.empty()) return Epc(Itip{*gtin, *piece, std::nullopt});
      const auto serial = SerialNumber::try_parse(tail);
      if (!serial) return std::nullopt;
      return Epc(Itip{*gtin, *piece, *serial});
    }
    case EpcScheme::kOther:
      break;
  }
  return std::nullopt;
}

bool takes_prefix(const EpcParts& parts, std::size_t gcp) {
  if (gcp < kUrnGcpMin || gcp > kUrnGcpMax) return false;
  if (parts.shape->digits != 0) return true;
  return parts.key.size() > gcp && find_outside(parts.key, kDigit) >= gcp;
}

std::string_view to_string(EpcScheme scheme) {
  return scheme == EpcScheme::kOther ? "other" : shape_of(scheme).name;
}

bool is_class(const Epc& value) {
  const auto parts = parts_of(value);
  if (!parts) return false;
  return parts->shape->scheme == EpcScheme::kLgtin ||
         (parts->shape->tail == EpcTail::Optional && parts->tail.empty());
}

}  // namespace packtrail::gs1
