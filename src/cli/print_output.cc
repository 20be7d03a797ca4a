#include "cli/print_output.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "symbology/label/printer.h"

namespace packtrail::cli {
namespace {

using symbology::PrintForm;

constexpr std::size_t kSmallFileMax = std::size_t{1} << 20;

Result<Bytes> bytes_of(Result<std::string> text) {
  const std::string content = PACKTRAIL_TRY(std::move(text));
  const ByteView view = as_bytes(content);
  return Bytes(view.begin(), view.end());
}

}  // namespace

Result<Bytes> print_page(const symbology::Page& page, std::string_view format) {
  if (format == "png") return symbology::to_png(page);
  if (format == "svg") return bytes_of(symbology::to_svg(page));
  if (format == "pdf") return symbology::to_pdf(page);
  if (format == "zpl") return bytes_of(symbology::to_zpl(page, PrintForm::Native));
  if (format == "zpl-raster") return bytes_of(symbology::to_zpl(page, PrintForm::Raster));
  if (format == "epl") return symbology::to_epl(page, PrintForm::Native);
  if (format == "epl-raster") return symbology::to_epl(page, PrintForm::Raster);
  if (format == "tspl") return symbology::to_tspl(page, PrintForm::Native);
  if (format == "tspl-raster") return symbology::to_tspl(page, PrintForm::Raster);
  return Error{.message = "there is no format '" + std::string(format) + "'",
               .field = "--format",
               .rule = kPrintFormats};
}

Status deliver(ByteView bytes, const std::filesystem::path& out) {
  if (out.empty()) {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    return {};  // cli::run sees at the end whether all of it was taken.
  }
  std::ofstream file(out, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return {};
  std::error_code failed;
  return Error{.code = Errc::Unavailable,
               .message = "cannot write " + out.string(),
               .remedy = std::filesystem::is_directory(out, failed)
                             ? "give a file, not a folder"
                             : "check the path and the space on the disk"};
}

Status check_dpi(const std::optional<int>& dpi) {
  if (!dpi || *dpi == 203 || *dpi == 300 || *dpi == 600) return {};
  return Error{.message = std::to_string(*dpi) + " dots per inch are no resolution of a printer",
               .field = "--dpi",
               .rule = "203, 300 or 600"};
}

Result<std::string> read_small_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{.code = Errc::NotFound,
                 .message = "cannot open " + path.string(),
                 .remedy = "check the path"};
  }
  std::string content(kSmallFileMax + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || (!file.eof() && content.size() <= kSmallFileMax)) {
    return Error{.code = Errc::Unavailable,
                 .message = "cannot read " + path.string(),
                 .remedy = "give a file, not a folder"};
  }
  if (content.size() > kSmallFileMax) {
    return Error{.code = Errc::ResourceExhausted, .message = path.string() + " is above 1 MiB"};
  }
  return content;
}

Result<int> micrometres_of(std::string_view millimetres, const char* field) {
  double value = 0;
  const auto [end, failed] =
      std::from_chars(millimetres.data(), millimetres.data() + millimetres.size(), value);
  if (failed != std::errc() || end != millimetres.data() + millimetres.size() ||
      !(value >= 0.001 && value <= 1000)) {
    return Error{.message = "'" + std::string(millimetres) + "' is no length in millimetres",
                 .field = field,
                 .rule = "0.001 to 1000"};
  }
  return static_cast<int>(std::lround(value * 1000));
}

}  // namespace packtrail::cli
