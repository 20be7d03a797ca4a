#include "ledger/proof.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/crypto.h"
#include "gs1/epc.h"
#include "ledger/checkpoint.h"
#include "ledger/commitment.h"
#include "ledger/fact.h"
#include "ledger/merkle.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::ledger {
namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "packtrail-epc-proof-1";
constexpr std::size_t kPathMax = 64;

// What a proof's text says, before any of it is believed.
struct Claim {
  std::string list;
  std::uint64_t index = 0;
  std::string text;
  Bytes salt;
  std::vector<Digest> epc_path;
  Bytes fact;
  std::vector<Digest> path;
};
struct Document {
  std::string checkpoint;
  Bytes public_key;
  std::string epc;
  std::vector<Claim> items;
};

Error refused(std::string message, std::string field = {}) {
  return {.code = Errc::InvalidArgument,
          .message = std::move(message),
          .field = std::move(field),
          .rule = "docs/formats/proof.md"};
}

// ---- the one text of a document ----

void print_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void print_path(std::string& out, std::span<const Digest> path) {
  out += '[';
  for (std::size_t i = 0; i < path.size(); ++i) {
    out += i == 0 ? "\n        " : ",\n        ";
    print_string(out, to_base64(path[i]));
  }
  out += path.empty() ? "]" : "\n      ]";
}

void print_claim(std::string& out, const Claim& claim) {
  out += "    {\n      \"list\": ";
  print_string(out, claim.list);
  out += ",\n      \"index\": " + std::to_string(claim.index) + ",\n      \"text\": ";
  print_string(out, claim.text);
  out += ",\n      \"salt\": ";
  print_string(out, to_base64(claim.salt));
  out += ",\n      \"epc_path\": ";
  print_path(out, claim.epc_path);
  out += ",\n      \"fact\": ";
  print_string(out, to_base64(claim.fact));
  out += ",\n      \"path\": ";
  print_path(out, claim.path);
  out += "\n    }";
}

std::string print(const Document& document) {
  std::string out = "{\n  \"format\": ";
  print_string(out, kFormat);
  out += ",\n  \"checkpoint\": ";
  print_string(out, document.checkpoint);
  out += ",\n  \"public_key\": ";
  print_string(out, to_base64(document.public_key));
  out += ",\n  \"epc\": ";
  print_string(out, document.epc);
  out += ",\n  \"items\": [\n";
  for (std::size_t i = 0; i < document.items.size(); ++i) {
    if (i != 0) out += ",\n";
    print_claim(out, document.items[i]);
  }
  out += "\n  ]\n}";
  return out;
}

// ---- reading ----

Result<std::string> text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return refused("a text is missing", std::string(name));
  return std::string(text->data(), text->size());
}

Result<Bytes> bytes_member(const json::object& object, std::string_view name) {
  const std::string text = PACKTRAIL_TRY(text_member(object, name));
  auto bytes = from_base64(text);
  if (!bytes) return refused("not base64", std::string(name));
  return *std::move(bytes);
}

Result<std::vector<Digest>> path_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::array* nodes = value == nullptr ? nullptr : value->if_array();
  if (nodes == nullptr || nodes->size() > kPathMax) {
    return refused("not a list of at most 64 hashes", std::string(name));
  }
  std::vector<Digest> path;
  for (const json::value& node : *nodes) {
    const json::string* text = node.if_string();
    const auto bytes =
        text == nullptr ? std::nullopt : from_base64(std::string_view(text->data(), text->size()));
    if (!bytes || bytes->size() != std::tuple_size_v<Digest>) {
      return refused("not a hash of 32 bytes in base64", std::string(name));
    }
    std::copy(bytes->begin(), bytes->end(), path.emplace_back().begin());
  }
  return path;
}

Result<Claim> read_claim(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return refused("an item is not an object", "items");
  Claim claim;
  claim.list = PACKTRAIL_TRY(text_member(*object, "list"));
  const json::value* index = object->if_contains("index");
  if (index != nullptr && index->is_int64() && index->get_int64() >= 0) {
    claim.index = static_cast<std::uint64_t>(index->get_int64());
  } else if (index != nullptr && index->is_uint64()) {
    claim.index = index->get_uint64();
  } else {
    return refused("not a number of an element", "index");
  }
  claim.text = PACKTRAIL_TRY(text_member(*object, "text"));
  claim.salt = PACKTRAIL_TRY(bytes_member(*object, "salt"));
  claim.epc_path = PACKTRAIL_TRY(path_member(*object, "epc_path"));
  claim.fact = PACKTRAIL_TRY(bytes_member(*object, "fact"));
  claim.path = PACKTRAIL_TRY(path_member(*object, "path"));
  return claim;
}

Result<Document> read_document(std::string_view text) {
  json::error_code code;
  json::parse_options options;
  options.max_depth = 8;
  const json::value root =
      json::parse(json::string_view(text.data(), text.size()), code, {}, options);
  if (code) return refused("not JSON: " + code.message());
  const json::object* object = root.if_object();
  if (object == nullptr) return refused("not a JSON object");
  if (PACKTRAIL_TRY(text_member(*object, "format")) != kFormat) {
    return refused("not a proof of this format: " + std::string(kFormat), "format");
  }
  Document document;
  document.checkpoint = PACKTRAIL_TRY(text_member(*object, "checkpoint"));
  document.public_key = PACKTRAIL_TRY(bytes_member(*object, "public_key"));
  document.epc = PACKTRAIL_TRY(text_member(*object, "epc"));
  const json::value* items = object->if_contains("items");
  const json::array* claims = items == nullptr ? nullptr : items->if_array();
  if (claims == nullptr || claims->empty() || claims->size() > kProofItemsMax) {
    return refused("a proof has 1 to " + std::to_string(kProofItemsMax) + " items", "items");
  }
  for (const json::value& claim : *claims) {
    document.items.push_back(PACKTRAIL_TRY(read_claim(claim)));
  }
  // What the reader above does not look at (spaces, order, other or double members) has one form.
  if (print(document) != text) return refused("the text is not in the one form of a proof");
  return document;
}

// ---- what proofs are about ----

// Two texts name one EPC: equal, or spellings of one GS1 key.
bool same_epc(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto left = gs1::parse_epc(a);
  const auto right = gs1::parse_epc(b);
  return left && right && left->value == right->value;
}

// The body's EPC list field with this name; 0 when there is none.
std::uint32_t epc_list_field(std::uint32_t type, std::string_view name) {
  const auto* body = v1::Fact::descriptor()->FindFieldByNumber(static_cast<int>(type));
  const auto* field = body->message_type()->FindFieldByName(std::string(name));
  if (field == nullptr || field->message_type() != v1::EpcList::descriptor()) return 0;
  return static_cast<std::uint32_t>(field->number());
}

std::string epc_list_name(std::uint32_t type, std::uint32_t number) {
  const auto* body = v1::Fact::descriptor()->FindFieldByNumber(static_cast<int>(type));
  const auto* field = body->message_type()->FindFieldByNumber(static_cast<int>(number));
  if (field == nullptr || field->message_type() != v1::EpcList::descriptor()) return {};
  return field->name();
}

const char* event_type_text(v1::EpcisEvent::Type type) {
  switch (type) {
    case v1::EpcisEvent::TYPE_OBJECT:
      return "ObjectEvent";
    case v1::EpcisEvent::TYPE_AGGREGATION:
      return "AggregationEvent";
    case v1::EpcisEvent::TYPE_TRANSACTION:
      return "TransactionEvent";
    case v1::EpcisEvent::TYPE_TRANSFORMATION:
      return "TransformationEvent";
    case v1::EpcisEvent::TYPE_ASSOCIATION:
      return "AssociationEvent";
    default:
      return "";
  }
}

const char* action_text(v1::EpcisEvent::Action action) {
  switch (action) {
    case v1::EpcisEvent::ACTION_ADD:
      return "ADD";
    case v1::EpcisEvent::ACTION_OBSERVE:
      return "OBSERVE";
    case v1::EpcisEvent::ACTION_DELETE:
      return "DELETE";
    default:
      return "";
  }
}

void describe(const v1::Fact& fact, ProvenItem& item) {
  const v1::Envelope& envelope = fact.envelope();
  item.position = envelope.position();
  item.record_time = UtcTime{envelope.record_time_us()};
  item.company = envelope.company();
  item.device = envelope.device();
  item.reason = envelope.reason();
  if (!fact.has_epcis_event()) return;
  const v1::EpcisEvent& event = fact.epcis_event();
  item.event_type = event_type_text(event.type());
  item.action = action_text(event.action());
  item.event_time = event.event_time();
  item.event_id = event.event_id();
  item.biz_step = event.biz_step();
  item.disposition = event.disposition();
  item.read_point = event.read_point();
  item.biz_location = event.biz_location();
}

Result<LedgerId> ledger_id_of(const v1::Fact& fact) {
  const std::string& bytes = fact.envelope().ledger_id();
  std::array<std::uint8_t, 16> id{};
  if (bytes.size() != id.size()) return refused("the fact names no ledger", "fact");
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return LedgerId(id);
}

struct CheckedItem {
  ProvenItem item;
  ProofItem place;
  LedgerId ledger;
};

// Follows one item from the opened text up to the signed root.
Result<CheckedItem> check_item(const Claim& claim, const Checkpoint& head) {
  v1::Fact fact;
  PACKTRAIL_TRY(decode_hashed_form(claim.fact, fact));
  const LedgerId ledger = PACKTRAIL_TRY(ledger_id_of(fact));
  const std::uint32_t type = body_type(fact);
  const std::uint32_t field = epc_list_field(type, claim.list);
  const HashedLists lists = commitments_of(fact);
  const auto list = std::find_if(lists.entries.begin(), lists.entries.end(),
                                 [&](const HashedLists::Entry& e) { return e.field == field; });
  if (field == 0 || list == lists.entries.end()) {
    return refused("the fact has no such list of EPCs", "list");
  }
  if (claim.salt.size() != kSaltSize) return refused("a salt has 16 bytes", "salt");
  PACKTRAIL_TRY(verify_inclusion(claim.index, list->count,
                                 leaf_hash(claim.salt, as_bytes(claim.text)), claim.epc_path,
                                 list->root));
  const Digest leaf = fact_leaf(ledger, fact.envelope().position(),
                                fact.envelope().record_time_us(), type, claim.fact);
  PACKTRAIL_TRY(
      verify_inclusion(fact.envelope().position(), head.size, leaf, claim.path, head.root));
  ProvenItem item;
  item.list = claim.list;
  item.index = claim.index;
  item.count = list->count;
  item.text = claim.text;
  describe(fact, item);
  const ProofItem place{item.position, field, item.index};
  return CheckedItem{std::move(item), place, ledger};
}

Result<Checkpoint> check_head(const Document& document, std::optional<ByteView> trusted_key) {
  SignedCheckpoint checkpoint = PACKTRAIL_TRY(SignedCheckpoint::parse(document.checkpoint));
  // Another line would be a text that nothing in the proof vouches for.
  if (checkpoint.signatures.size() != 1) return refused("one signature is wanted", "checkpoint");
  if (!verify_checkpoint(checkpoint, checkpoint.head.origin, document.public_key)) {
    return refused("the tree head is not signed by this key under its origin", "checkpoint");
  }
  if (trusted_key && !std::ranges::equal(*trusted_key, document.public_key)) {
    return refused("the proof is signed by another key than the trusted one", "public_key");
  }
  return std::move(checkpoint.head);
}

}  // namespace

Result<std::string> create_proof(const Ledger& ledger, const EpcTexts& texts,
                                 std::span<const ProofItem> items) {
  if (items.empty() || items.size() > kProofItemsMax) {
    return refused("a proof has 1 to " + std::to_string(kProofItemsMax) + " items", "items");
  }
  std::vector<ProofItem> places(items.begin(), items.end());
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  const SignedHead head = ledger.head();
  Document document;
  document.checkpoint = head.checkpoint;
  document.public_key = ledger.signer().public_key();
  std::size_t size = 0;
  for (const ProofItem& place : places) {
    OpenedEpc opened =
        PACKTRAIL_TRY(ledger.open_epc(place.position, place.field, place.index, texts));
    v1::Fact fact;
    PACKTRAIL_TRY(decode_hashed_form(opened.hashed_form, fact));
    Claim claim;
    claim.list = epc_list_name(body_type(fact), place.field);
    if (claim.list.empty()) return refused("not a list of EPCs", "field");
    claim.index = place.index;
    claim.text = std::move(opened.text);
    claim.salt.assign(opened.salt.begin(), opened.salt.end());
    claim.epc_path = std::move(opened.path);
    claim.fact = std::move(opened.hashed_form);
    claim.path = PACKTRAIL_TRY(ledger.inclusion_path(place.position, head.size, texts));
    size += claim.fact.size() * 4 / 3 + 8192;
    if (size > kProofSizeMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "a proof has at most " + std::to_string(kProofSizeMax) + " bytes",
                   .remedy = "Ask for fewer events."};
    }
    document.items.push_back(std::move(claim));
    if (!same_epc(document.items.front().text, document.items.back().text)) {
      return refused("the places hold different EPCs", "items");
    }
  }
  document.epc = document.items.front().text;
  return print(document);
}

Result<ProofReport> check_proof(std::string_view text, std::optional<ByteView> trusted_key) {
  if (text.size() > kProofSizeMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "a proof has at most " + std::to_string(kProofSizeMax) + " bytes"};
  }
  if (text.ends_with('\n')) text.remove_suffix(1);
  const Document document = PACKTRAIL_TRY(read_document(text));
  const Checkpoint head = PACKTRAIL_TRY(check_head(document, trusted_key));
  ProofReport report{.origin = head.origin,
                     .ledger = {},
                     .tree_size = head.size,
                     .root = head.root,
                     .public_key = document.public_key,
                     .key_fingerprint = to_hex(sha256(document.public_key)),
                     .epc = document.epc,
                     .items = {}};
  if (document.epc != document.items.front().text) {
    return refused("the EPC is not that of the first item", "epc");
  }
  std::optional<ProofItem> last;
  for (const Claim& claim : document.items) {
    CheckedItem checked = PACKTRAIL_TRY(check_item(claim, head));
    if (last && !(*last < checked.place)) return refused("the items are not in order", "items");
    if (last && checked.ledger != report.ledger) {
      return refused("the items are of two ledgers", "items");
    }
    if (!same_epc(document.epc, claim.text)) return refused("an item of another EPC", "text");
    last = checked.place;
    report.ledger = checked.ledger;
    report.items.push_back(std::move(checked.item));
  }
  return report;
}

}  // namespace packtrail::ledger
