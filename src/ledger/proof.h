// ledger/proof.h - evidence about one EPC, checked by anybody without the ledger.
//
// A proof is a JSON text: a signed tree head, and for each event the fact with its lists closed,
// the path to the head, and the one EPC opened in its list. It shows no other EPC and no key.
// Every byte of the text is bound: changing any makes the check fail. Format:
// docs/formats/proof.md.
//
// Thread safety: pure functions; create_proof reads the ledger as any reader does.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ids.h"
#include "ledger/ledger.h"

namespace packtrail::ledger {

inline constexpr std::size_t kProofItemsMax = 1000;
inline constexpr std::size_t kProofSizeMax = 64 * 1024 * 1024;  // Bytes.

// One place of the EPC: element `index` of the body's list with field number `field`.
struct ProofItem {
  std::uint64_t position = 0;
  std::uint32_t field = 0;
  std::uint64_t index = 0;
  friend auto operator<=>(const ProofItem&, const ProofItem&) = default;
};

// The proof of these places against the ledger's head of this moment; no trailing newline.
// InvalidArgument: no places, more than kProofItemsMax, a list that is not of EPCs, or places of
// different EPCs (spellings may differ). NotFound: no such place. ResourceExhausted: the text would
// exceed kProofSizeMax.
Result<std::string> create_proof(const Ledger& ledger, const EpcTexts& texts,
                                 std::span<const ProofItem> items);

// One event that provably was in the ledger. Vocabulary texts are as captured, empty when absent.
struct ProvenItem {
  std::uint64_t position = 0;
  UtcTime record_time;
  std::string list;         // "epc_list", "child_epcs", ...
  std::uint64_t index = 0;  // Of `count` EPCs in the list.
  std::uint64_t count = 0;
  std::string text;  // The EPC as this event spells it.
  std::string company;
  std::string device;
  std::string reason;
  std::string event_type;  // "ObjectEvent", ...
  std::string action;      // "ADD", "OBSERVE", "DELETE" or empty.
  std::string event_time;
  std::string event_id;
  std::string biz_step;
  std::string disposition;
  std::string read_point;
  std::string biz_location;
};

struct ProofReport {
  std::string origin;
  LedgerId ledger;
  std::uint64_t tree_size = 0;
  Digest root{};
  Bytes public_key;
  std::string key_fingerprint;    // SHA-256 of the public key, hex: compare with a trusted one.
  std::string epc;                // The spelling of the first item.
  std::vector<ProvenItem> items;  // Ascending position.
};

// Succeeds when everything in the proof follows from the tree head signed under the proof's own
// public key. Who holds that key is for the reader to know: pass `trusted_key` (32 bytes) to demand
// it, or compare the fingerprint. One newline after the text is allowed. InvalidArgument otherwise,
// with what is wrong.
Result<ProofReport> check_proof(std::string_view json,
                                std::optional<ByteView> trusted_key = std::nullopt);

}  // namespace packtrail::ledger
