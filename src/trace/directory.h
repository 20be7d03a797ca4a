// trace/directory.h - from an EPC to its object, and back to text.
//
// Thread safety: free functions over a Lens, which belongs to one thread.
// Cost: a number of ours is one FF1 decryption per pool of its GTIN (0.2 us); a foreign one adds
// one look-up in its dictionary.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gs1/epc.h"
#include "ledger/ports.h"
#include "trace/lens.h"
#include "trace/trace.h"

namespace packtrail::trace {

// Classes as they stand where the caller reads: published, or pending.
struct ClassesNow {
  const ClassIndex& index;
  const std::vector<ClassCounter>& counters;

  [[nodiscard]] ClassCounter counter(const ClassInfo& info) const {
    return info.index < counters.size() ? counters[info.index] : ClassCounter{};
  }
};

Resolution resolve_epc(Lens& lens, const ClassesNow& classes, const gs1::Epc& epc);

// The end of the instances that facts may name: handed out, or, of an imported pool, taken in.
inline std::uint64_t known_end(const ClassInfo& info, const ClassCounter& counter) {
  return info.kind == ClassKind::Imported ? counter.size : counter.next;
}

// Whether a pool or series handed this counter out, or may have (PoolAdvanced).
bool is_issued(Lens& lens, const ClassesNow& classes, const ClassInfo& info, std::uint64_t counter);

// Counters of pools and series that an EPC made elsewhere would collide with: to be skipped. Only
// those a pool could still hand out.
std::vector<std::pair<const ClassInfo*, std::uint64_t>> counters_to_skip(const ClassesNow& classes,
                                                                         const gs1::Epc& epc);

// The EPC of a known object; NotFound when there is none, DataLoss when it cannot be made.
Result<gs1::Epc> epc_of(Lens& lens, const ClassesNow& classes, ObjectNumber object,
                        std::size_t& gcp_length);

// Texts of a list in list order (ledger::EpcTexts).
Status expand_list(Lens& lens, const ClassesNow& classes, const ledger::v1::EpcList& list,
                   const std::function<void(std::string_view)>& take);

// Serial numbers of a pool's run, in order; FailedPrecondition when the class is no pool.
Status expand_serials(const ClassesNow& classes, ObjectRun run,
                      const std::function<void(std::uint64_t, const gs1::SerialNumber&)>& take);

std::optional<PoolInfo> pool_info(const ClassesNow& classes, ObjectClass object_class);

// The next counter known elsewhere (PoolsBlocked); 0 when none is.
std::uint64_t read_floor(Lens& lens, ObjectClass object_class);

// What a line was given to use without asking.
std::string encode_reservation(const Reservation& reservation);
Result<Reservation> decode_reservation(std::string_view key, std::string_view value);

// Who holds which numbers, by buckets of kHolderBucket instances: a number that is allocated is its
// recipient's, until it is returned.
inline constexpr std::uint64_t kHolderBucket = 256;
std::string encode_holdings(const std::vector<Holding>& holdings);
std::vector<Holding> holdings_of(Lens& lens, ObjectClass object_class, std::uint64_t bucket);

std::string encode_counter(const ClassCounter& counter);
Result<ClassCounter> decode_counter(std::string_view value);
std::string encode_order(const OrderInfo& order);
Result<OrderInfo> decode_order(std::string_view value);

}  // namespace packtrail::trace
