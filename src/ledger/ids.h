// ledger/ids.h - the names of ledgers and of places in them.
#pragma once

#include <array>
#include <cstdint>

#include "base/strong.h"

namespace packtrail::ledger {

using LedgerId = Strong<std::array<std::uint8_t, 16>, struct LedgerIdTag>;

// 0-based place of a fact; the ledger of size n holds positions 0 .. n-1.
using Position = Strong<std::uint64_t, struct PositionTag>;

}  // namespace packtrail::ledger
