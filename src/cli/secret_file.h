// cli/secret_file.h - files with secrets that a command reads or makes. Not for other rooms.
//
// Thread safety: free functions. The caller wipes what it gets.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace packtrail::cli {

inline constexpr std::size_t kSecretFileMax = 4096;  // Bytes.

// The whole file. PermissionDenied when group or others may read or write it or when it belongs to
// another user; NotFound when it is not there; ResourceExhausted above kSecretFileMax.
Result<std::string> read_secret_file(const std::string& path);

// A new file with mode 0600, on the disk when this returns. AlreadyExists when there is one:
// secrets are never overwritten. When it fails half-way (a full disk) nothing is left behind.
Status write_secret_file(const std::string& path, std::string_view content);

// From the system's generator; Unavailable when it has none.
Status fill_random(std::span<std::uint8_t> out);

}  // namespace packtrail::cli
