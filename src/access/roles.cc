#include "access/roles.h"

#include <algorithm>
#include <array>

namespace packtrail::access {
namespace {

constexpr std::uint32_t bit(Permission permission) {
  return 1U << static_cast<unsigned>(permission);
}

struct Role {
  std::string_view name;
  std::uint32_t permissions;
};

constexpr std::uint32_t kAll = bit(Permission::ViewPacks) | bit(Permission::CaptureEvents) |
                               bit(Permission::RunOrders) | bit(Permission::ViewOrders) |
                               bit(Permission::CreateProofs) | bit(Permission::ManagePools) |
                               bit(Permission::Operate);

constexpr std::array<Role, 5> kRoles{{
    {"owner", kAll},
    {"admin", kAll},
    {"operator", bit(Permission::ViewPacks) | bit(Permission::RunOrders) |
                     bit(Permission::ViewOrders) | bit(Permission::CaptureEvents)},
    {"qa",
     bit(Permission::ViewPacks) | bit(Permission::ViewOrders) | bit(Permission::CreateProofs)},
    {"pharmacist", bit(Permission::ViewPacks)},
}};

}  // namespace

bool grants(std::string_view role, Permission permission) {
  const auto* found = std::find_if(kRoles.begin(), kRoles.end(),
                                   [&](const Role& known) { return known.name == role; });
  return found != kRoles.end() && (found->permissions & bit(permission)) != 0;
}

bool grants(const std::vector<std::string>& roles, Permission permission) {
  return std::any_of(roles.begin(), roles.end(),
                     [&](const std::string& role) { return grants(role, permission); });
}

}  // namespace packtrail::access
