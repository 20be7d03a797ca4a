#include "app/config.h"

#include <charconv>
#include <fstream>

#include <fmt/format.h>

#include "base/toml.h"
#include "gs1/gln.h"

namespace packtrail::app {
namespace {

Result<std::uint64_t> positive_number(std::string_view text, const std::string& field) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value == 0) {
    return Error{.message = fmt::format("'{}' is not a number above 0", text), .field = field};
  }
  return value;
}

// One setting by its name "section.key", from text.
Status set(Config& config, const std::string& name, const std::string& value) {
  if (name == "witness.folder") {
    config.witness_folder = value;
  } else if (name == "company.gln") {
    auto gln = gs1::Gln::parse(value);
    if (!gln) {
      Error error = std::move(gln).error();
      error.field = name;
      return error;
    }
    config.company = value;
  } else if (name == "ledger.origin") {
    if (value.empty() || value.find('\n') != std::string::npos) {
      return Error{.message = "is empty or has line breaks", .field = name};
    }
    config.origin = value;
  } else if (name == "ledger.size_max") {
    config.ledger_size_max = PACKTRAIL_TRY(positive_number(value, name));
  } else if (name == "trace.fold_after_entries") {
    config.fold_after_entries = PACKTRAIL_TRY(positive_number(value, name));
  } else {
    return Error{.message = "there is no such setting",
                 .field = name,
                 .remedy = "see docs/user/configuration.md"};
  }
  return {};
}

constexpr const char* kNames[] = {"witness.folder", "company.gln", "ledger.origin",
                                  "ledger.size_max", "trace.fold_after_entries"};

std::string variable(std::string name) {
  std::string shown = "PACKTRAIL__";
  for (const char c : name) {
    if (c == '.') {
      shown += "__";
    } else {
      shown += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
  }
  return shown;
}

Status apply_environment(Config& config, const Config::Environment& environment) {
  for (const char* name : kNames) {
    if (const auto value = environment(variable(name))) PACKTRAIL_TRY(set(config, name, *value));
  }
  if (config.witness_folder.empty()) {
    if (const auto state = environment("XDG_STATE_HOME"); state && !state->empty()) {
      config.witness_folder = std::filesystem::path(*state) / "packtrail" / "witness";
    } else if (const auto home = environment("HOME"); home && !home->empty()) {
      config.witness_folder =
          std::filesystem::path(*home) / ".local" / "state" / "packtrail" / "witness";
    } else {
      config.witness_folder = "/var/lib/packtrail/witness";
    }
  }
  return {};
}

}  // namespace

Result<Config> Config::from_environment(const Environment& environment) {
  Config config;
  PACKTRAIL_TRY(apply_environment(config, environment));
  return config;
}

Result<Config> Config::from_file(const std::filesystem::path& file,
                                 const Environment& environment) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(kConfigSizeMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (!stream.is_open() || stream.bad()) {
    return Error{.code = Errc::NotFound,
                 .message = "cannot be read",
                 .field = file.string(),
                 .remedy = "check the path and its permissions"};
  }
  auto config = from_text(text, environment);
  if (!config && config.error().field.empty()) {
    Error error = std::move(config).error();
    error.field = file.string();
    return error;
  }
  return config;
}

Result<Config> Config::from_text(std::string_view toml_text, const Environment& environment) {
  if (toml_text.size() > kConfigSizeMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = fmt::format("has more than {} bytes", kConfigSizeMax)};
  }
  // ASCII alone: toml++ 3.3 has undefined behaviour on some other characters.
  for (std::size_t i = 0; i < toml_text.size(); ++i) {
    const char c = toml_text[i];
    if ((c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t') continue;
    return Error{.message = "holds a character that is not printable ASCII",
                 .offset = i,
                 .length = 1,
                 .remedy = "give such a value, a path for example, in its environment variable"};
  }
  Config config;
  const toml::parse_result parsed = toml::parse(toml_text);
  if (!parsed) {
    return Error{.message = fmt::format("line {}: {}", parsed.error().source().begin.line,
                                        parsed.error().description()),
                 .rule = "TOML 1.0"};
  }
  for (const auto& [section, content] : parsed.table()) {
    const auto* keys = content.as_table();
    if (keys == nullptr) {
      return Error{
          .message = fmt::format("line {}: stands outside a section", content.source().begin.line),
          .field = std::string(section.str())};
    }
    for (const auto& [key, value] : *keys) {
      std::string text;
      if (const auto* string = value.as_string()) {
        text = string->get();
      } else if (const auto* number = value.as_integer()) {
        text = std::to_string(number->get());
      }
      auto done = set(config, fmt::format("{}.{}", section.str(), key.str()), text);
      if (!done) {
        Error error = std::move(done).error();
        error.message = fmt::format("line {}: {}", value.source().begin.line, error.message);
        return error;
      }
    }
  }
  PACKTRAIL_TRY(apply_environment(config, environment));
  return config;
}

}  // namespace packtrail::app
