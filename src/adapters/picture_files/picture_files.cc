#include "adapters/picture_files/picture_files.h"

#include "adapters/os/data_folder.h"

namespace packtrail::adapters {
namespace {

constexpr std::size_t kPictureSizeMax = 4 * 1024 * 1024;

}  // namespace

std::filesystem::path PictureFiles::file_of(std::string_view order_id, Kind kind) const {
  // An order id may hold any printable character; in hex it is always a file name.
  return folder_ / (to_hex(as_bytes(order_id)) + (kind == Kind::Good ? "-good.png" : "-bad.png"));
}

bool PictureFiles::has(std::string_view order_id, Kind kind) const {
  std::error_code ignored;
  return std::filesystem::exists(file_of(order_id, kind), ignored);
}

Status PictureFiles::keep(std::string_view order_id, Kind kind, ByteView png) {
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (failed) {
    return Error{.code = Errc::Unavailable,
                 .message = "cannot make " + folder_.string() + ": " + failed.message()};
  }
  return write_file_durably(file_of(order_id, kind), as_text(png));
}

Result<std::optional<Bytes>> PictureFiles::find(std::string_view order_id, Kind kind) const {
  const auto content = read_file(file_of(order_id, kind), kPictureSizeMax);
  if (!content) {
    if (content.error().code == Errc::NotFound) return std::optional<Bytes>();
    return content.error();
  }
  return std::optional<Bytes>(Bytes(content->begin(), content->end()));
}

}  // namespace packtrail::adapters
