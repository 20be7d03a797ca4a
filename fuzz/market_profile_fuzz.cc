// rooms: numbering gs1 base
//
// A market profile is read or refused with a reason; what is read shapes a pool, or says why not.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "numbering/market_profile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace num = packtrail::numbering;
  namespace gs1 = packtrail::gs1;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto profile = num::MarketProfile::parse(text, "profile");
  if (!profile) {
    if (profile.error().message.empty() || profile.error().field.empty()) std::abort();
    return 0;
  }
  if (profile->length_min == 0 || profile->length_min > profile->length_max) std::abort();
  if (profile->length_max > gs1::SerialNumber::kSizeMax) std::abort();
  const auto gtin = gs1::Gtin::parse("09521234543213");
  for (std::size_t length = 0; length <= gs1::SerialNumber::kSizeMax + 1; ++length) {
    num::PoolSpec spec{.id = num::PoolId("p"), .gtin = *gtin, .key_id = num::KeyId("k")};
    const auto applied = profile->apply(spec, length);
    if (!applied && applied.error().message.empty()) std::abort();
    if (!applied || length == 0) continue;
    if (spec.length != length) std::abort();
    // A pool of the shape, or the reason why it would be guessed.
    spec.planned_quantity = 1;
    const auto pool = num::Pool::create(spec);
    if (!pool && pool.error().message.empty()) std::abort();
    const auto serial =
        gs1::SerialNumber::parse(std::string(length, profile->alphabet.characters().front()));
    if (serial && !profile->check(*serial) && profile->check(*serial).error().message.empty()) {
      std::abort();
    }
  }
  if (profile->check_companions({}) && !profile->companions.empty()) std::abort();
  return 0;
}
