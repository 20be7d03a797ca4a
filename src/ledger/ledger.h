// ledger/ledger.h - facts in one order, append only, under a Merkle tree with signed heads.
//
// One thread (capture's commit thread) stages and commits; everybody reads. A staged fact is
// invisible until its batch is durable. The ledger does not know what facts mean: it sees an
// envelope, a type number and EPC lists.
//
// Formats: docs/formats/facts.md, docs/formats/merkle.md, docs/formats/ledger-lmdb.md.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/ids.h"
#include "ledger/ports.h"

namespace packtrail::ledger {

namespace v1 {
class Fact;
}

inline constexpr std::size_t kFactSizeMax = 16 * 1024 * 1024;  // Stored form, bytes.

// The public state of a ledger: RFC 9162 root over `size` leaves, and the C2SP checkpoint text.
struct SignedHead {
  std::uint64_t size = 0;
  Digest root{};
  std::string checkpoint;
};

// The hashed form's commitments for one fact: what replaces each list's runs.
class HashedLists {
 public:
  struct Entry {
    std::uint32_t field;  // Field number within the body message.
    std::uint64_t count;
    Digest root;
  };
  std::vector<Entry> entries;  // Ascending field; empty for bodies without EPC lists.
};

// One EPC (or quantity) of one fact, opened: what a proof shows of it (docs/formats/proof.md).
struct OpenedEpc {
  Bytes hashed_form;  // Of the fact: lists stand as commitments.
  std::string text;   // As captured.
  std::array<std::uint8_t, 16> salt{};
  std::vector<Digest> path;  // From the salted text to the list's root.
};

class Ledger {
 public:
  // `origin` is the checkpoint's first line; it names the ledger to outsiders. `commitment_key`
  // (32 bytes, secret) salts EPC commitments. The referenced ports outlive the ledger.
  static Result<std::unique_ptr<Ledger>> open(Store& store, const HeadSigner& signer,
                                              std::string origin, Bytes commitment_key);
  ~Ledger();

  [[nodiscard]] LedgerId id() const;
  [[nodiscard]] std::uint64_t size() const;  // Durable facts. Any thread.
  [[nodiscard]] SignedHead head() const;     // Of the durable facts. Any thread.

  // --- the commit thread only ---

  [[nodiscard]] std::uint64_t pending_size() const;  // Durable and staged facts.

  // Takes the fact as position `pending_size()`; its envelope's ledger id and position must say so
  // already. `hashed_lists` are the commitments that `commit_epcs` made for this body (they do not
  // depend on the position, so callers compute them before they queue). InvalidArgument unless the
  // encoding is canonical (ledger/canonical.h: decoding and encoding again gives the same bytes).
  // ResourceExhausted above kFactSizeMax.
  Status stage(const v1::Fact& fact, const HashedLists& hashed_lists);
  // Makes everything staged durable. On failure all of it is discarded, and the ledger accepts
  // nothing more until the process starts again.
  Status commit();
  void discard();  // Forgets what is staged.

  // --- any thread ---

  // Calls `take` with the facts first .. last-1 (last <= size()).
  Status read(std::uint64_t first, std::uint64_t last,
              const std::function<Status(const v1::Fact&)>& take) const;
  Status read_one(std::uint64_t position, v1::Fact& out) const;  // NotFound beyond size().

  // Commits to every EPC list of the body (docs/formats/merkle.md): `texts[i]` are the EPC texts
  // of the body's i-th non-empty EPC list, in field order (quantity lists are read from the fact).
  // Asserts that there are as many. Pure; any thread; ~0.4 us per EPC.
  [[nodiscard]] HashedLists commit_epcs(
      const v1::Fact& fact, const std::vector<std::vector<std::string_view>>& texts) const;
  // The same, with the texts from the directory: for proofs and for checking stored facts.
  Result<HashedLists> commit_epcs(const v1::Fact& fact, const EpcTexts& texts) const;

  // Leaf hashes of positions first .. last-1, recomputed from the stored facts.
  Result<std::vector<Digest>> leaf_hashes(std::uint64_t first, std::uint64_t last,
                                          const EpcTexts& texts) const;
  // RFC 9162 2.1.3 path of `position` in the tree of `size` (<= size()) leaves.
  Result<std::vector<Digest>> inclusion_path(std::uint64_t position, std::uint64_t size,
                                             const EpcTexts& texts) const;
  // RFC 9162 2.1.4 proof that the tree of `second` (<= size()) leaves extends that of `first` >= 1.
  Result<std::vector<Digest>> consistency_path(std::uint64_t first, std::uint64_t second,
                                               const EpcTexts& texts) const;
  // Opens one EPC of one list of the fact at `position`: docs/formats/proof.md. Used by
  // ledger/proof.h. NotFound when the fact has no such list (`field` of the body) or element.
  Result<OpenedEpc> open_epc(std::uint64_t position, std::uint32_t field, std::uint64_t index,
                             const EpcTexts& texts) const;
  [[nodiscard]] const HeadSigner& signer() const;
  [[nodiscard]] const std::string& origin() const;

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  Status decode_at(std::uint64_t position, ByteView stored, v1::Fact& fact) const;
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::ledger
