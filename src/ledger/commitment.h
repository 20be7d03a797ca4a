// ledger/commitment.h - salted Merkle commitments to the EPC and quantity lists of a fact.
//
// The salt of each EPC comes from a secret key and the body's content, not from the envelope, so a
// caller computes a commitment before the fact has a position, and anybody who holds the key can
// compute it again from the stored fact. Format: docs/formats/merkle.md.
//
// Thread safety: const methods from any thread. Cost: about five SHA-256 blocks and one AES block
// per EPC; no heap per EPC.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "ledger/ledger.h"

namespace packtrail::ledger {

inline constexpr std::size_t kCommitmentKeySize = 32;
inline constexpr std::size_t kSaltSize = 16;
using Salt = std::array<std::uint8_t, kSaltSize>;

// The texts of one non-empty list, in list order; each below 2^32 bytes.
struct ListTexts {
  std::uint32_t field;
  std::span<const std::string_view> texts;
};

// One element of a list, opened: with it the commitment's root can be checked.
struct Opening {
  Salt salt{};
  std::vector<Digest> path;
};

class Committer {
 public:
  explicit Committer(ByteView key);  // kCommitmentKeySize bytes.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // `body`: canonical body without its lists. `lists`: every non-empty list, ascending field.
  [[nodiscard]] HashedLists commit(ByteView body, std::span<const ListTexts> lists) const;
  // Opens element `index` of the list `field`. The list and the element exist.
  [[nodiscard]] Opening open(ByteView body, std::span<const ListTexts> lists, std::uint32_t field,
                             std::uint64_t index) const;

 private:
  struct State;
  [[nodiscard]] Digest fact_key(ByteView body, std::span<const ListTexts> lists) const;
  template <class Take>
  void leaves(const Digest& fact_key, const ListTexts& list, Take&& take) const;
  std::unique_ptr<State> state_;
};

// "epc_class|quantity|uom" of each element of a quantity list.
[[nodiscard]] std::string quantity_text(std::string_view epc_class, std::string_view quantity,
                                        std::string_view uom);

}  // namespace packtrail::ledger
