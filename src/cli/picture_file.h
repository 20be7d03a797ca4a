// cli/picture_file.h - the pictures that `symbol read` and `symbol grade` are given, and how their
// errors are told.
//
// Not for other rooms. Thread safety: free functions.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "symbology/image.h"

namespace packtrail::cli {

inline constexpr std::size_t kPictureFileMax = std::size_t{64} << 20;  // Bytes.

// The picture of a PNG file of at most kPictureFileMax. Every error's field is the file: NotFound,
// Unavailable for a folder and what cannot be read, ResourceExhausted, and those of from_png.
[[nodiscard]] Result<symbology::GreyImage> read_picture(const std::filesystem::path& path);

// `text` as UTF-8 (RFC 3629): each byte that is not part of a character becomes U+FFFD. The names
// of files are bytes, JSON is UTF-8.
[[nodiscard]] std::string as_unicode(std::string_view text);
// The name as reports show it: UTF-8.
[[nodiscard]] std::string name_of(const std::filesystem::path& file);

enum class ErrorForm : bool { Text, Json };
// On standard error as text; in the form Json {"file":..,"error":..} on standard output as well.
void print_file_error(const std::filesystem::path& file, const Error& error, ErrorForm form);

}  // namespace packtrail::cli
