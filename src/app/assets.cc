#include "app/assets.h"

#include <string>

#include "app/console_files.h"

namespace packtrail::app {
namespace {

const ConsoleFile* find(std::string_view path) {
  for (std::size_t i = 0; i < kConsoleFileCount; ++i) {
    if (path == kConsoleFiles[i].path) return &kConsoleFiles[i];
  }
  return nullptr;
}

std::string_view content_type(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  if (path.ends_with(".json")) return "application/json";
  if (path.ends_with(".wasm")) return "application/wasm";
  if (path.ends_with(".woff2")) return "font/woff2";
  return "application/octet-stream";
}

std::string_view content(const ConsoleFile& file) {
  return {reinterpret_cast<const char*>(file.begin),
          static_cast<std::size_t>(file.end - file.begin)};
}

}  // namespace

std::optional<api::Asset> console_asset(std::string_view path, bool accepts_br) {
  if (path.ends_with(".br")) return std::nullopt;
  if (accepts_br) {
    if (const auto* file = find(std::string(path) + ".br")) {
      return api::Asset{content(*file), content_type(path), "br"};
    }
  }
  if (const auto* file = find(path)) return api::Asset{content(*file), content_type(path), ""};
  if (path != "/index.html") return std::nullopt;
  // Said, not hidden: this build has no console.
  static constexpr std::string_view kNoConsole =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Packtrail</title>"
      "<p>This build holds no console. Build it with <code>./run --build</code>.</p></html>\n";
  return api::Asset{kNoConsole, "text/html; charset=utf-8", ""};
}

}  // namespace packtrail::app
