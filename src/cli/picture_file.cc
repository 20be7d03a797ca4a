#include "cli/picture_file.h"

#include <cstdio>
#include <fstream>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/terminal.h"

namespace packtrail::cli {
namespace {

Result<Bytes> read_bytes(const std::filesystem::path& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    return Error{.code = Errc::Unavailable,
                 .message = "a folder cannot be read",
                 .remedy = "give a file, not a folder"};
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{
        .code = Errc::NotFound, .message = "the file cannot be opened", .remedy = "check the path"};
  }
  Bytes content;
  char buffer[65536];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    content.insert(content.end(), buffer, buffer + file.gcount());
    if (content.size() > kPictureFileMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "the file is too large",
                   .rule = "kPictureFileMax 64 MiB"};
    }
  }
  if (file.bad()) return Error{.code = Errc::Unavailable, .message = "the file cannot be read"};
  return content;
}

// Bytes of the character that begins at `at`; 0 when none does (RFC 3629, 4).
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(at), second = byte(at + 1);
  const auto tails = [&](std::size_t count) {
    for (std::size_t i = 2; i <= count; ++i) {
      if ((byte(at + i) & 0xC0U) != 0x80U) return false;
    }
    return true;
  };
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const unsigned low = first == 0xE0 ? 0xA0U : first == 0xF0 ? 0x90U : 0x80U;
  const unsigned high = first == 0xED ? 0x9FU : first == 0xF4 ? 0x8FU : 0xBFU;
  if (second < low || second > high) return 0;
  const std::size_t more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  return tails(more) ? more + 1 : 0;
}

}  // namespace

Result<symbology::GreyImage> read_picture(const std::filesystem::path& path) {
  auto bytes = read_bytes(path);
  auto picture =
      bytes ? symbology::from_png(*bytes) : Result<symbology::GreyImage>(std::move(bytes).error());
  if (picture) return picture;
  Error error = std::move(picture).error();
  error.field = name_of(path);
  return error;
}

std::string as_unicode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_at(text, at);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else {
      out += text.substr(at, length);
      at += length;
    }
  }
  return out;
}

std::string name_of(const std::filesystem::path& file) { return as_unicode(file.string()); }

void print_file_error(const std::filesystem::path& file, const Error& error, ErrorForm form) {
  Error named = error;
  // A library names a picture by its place among the arguments; people know it by its file.
  if (named.field.empty() || named.field.starts_with("picture")) named.field = name_of(file);
  named.field = printable(named.field);
  named.message = printable(named.message);
  print_error(named);
  if (form == ErrorForm::Text) return;
  const boost::json::object shown{{"file", name_of(file)}, {"error", as_unicode(error.message)}};
  std::puts(boost::json::serialize(shown).c_str());
}

}  // namespace packtrail::cli
