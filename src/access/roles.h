// access/roles.h - what a role may do. Deny by default: a permission not listed is not given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace packtrail::access {

enum class Permission : std::uint8_t {
  ViewPacks,      // Verify with details, trace, contents, counts, EPCIS query.
  CaptureEvents,  // POST /epcis/capture.
  RunOrders,      // Open, run, hold.
  ViewOrders,     // Status, files, live counters.
  CreateProofs,
  ManagePools,  // After a restore.
  Operate,      // Metrics, rebuild check.
};

// Role names: "owner" (the data folder's own user), "admin", "operator", "qa", "pharmacist".
// An unknown name grants nothing.
[[nodiscard]] bool grants(std::string_view role, Permission permission);
[[nodiscard]] bool grants(const std::vector<std::string>& roles, Permission permission);

}  // namespace packtrail::access
