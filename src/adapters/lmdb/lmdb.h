// adapters/lmdb/lmdb.h - what both LMDB stores need: views of values, and errors people can act on.
#pragma once

#include <lmdb.h>

#include "base/bytes.h"
#include "base/result.h"

namespace packtrail::adapters {

[[nodiscard]] inline MDB_val to_val(ByteView bytes) {
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};  // LMDB's type; never written.
}
[[nodiscard]] inline ByteView to_view(const MDB_val& value) {
  return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

// What to do about the three troubles whose remedy depends on what the file holds.
struct LmdbRemedies {
  const char* map_full;
  const char* damaged;
  const char* foreign;  // The folder holds something else.
};

// The error of an LMDB or system code: ResourceExhausted for a full map, disk or reader table,
// DataLoss for damage, FailedPrecondition for a foreign file, PermissionDenied for missing rights,
// else Unavailable.
[[nodiscard]] Error lmdb_error(int code, const char* what, const LmdbRemedies& remedies);

}  // namespace packtrail::adapters
