#include "cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <boost/json/parse.hpp>

namespace packtrail::cli {
namespace {

// Bytes that start a UTF-8 character count as one column.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// The UTF-8 character at the start of `text`: its length and code point, or {1, nothing}.
struct Character {
  std::size_t size = 1;
  std::optional<char32_t> code = {};
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  static constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {size, code};
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Character one = first_character(text);
    const char32_t code = one.code.value_or(static_cast<unsigned char>(text[0]));
    if (code == 0x1D) {
      shown += "<GS>";
    } else if (!one.code || code < 0x20 || code == 0x7F) {
      shown += fmt::format("<{:02X}>", static_cast<unsigned>(code));
    } else if ((code >= 0x80 && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
               (code >= 0x2066 && code <= 0x2069)) {
      shown += fmt::format("<U+{:04X}>", static_cast<unsigned>(code));
    } else {
      shown += text.substr(0, one.size);
    }
    text.remove_prefix(one.size);
  }
  return shown;
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  std::vector<std::vector<std::string>> shown;
  for (const auto& row : rows) {
    auto& cells = shown.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(printable(row[i]));
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], width(cells.back()));
    }
  }
  for (std::size_t r = 0; r < shown.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < shown[r].size(); ++i) {
      line += shown[r][i];
      if (i + 1 < shown[r].size()) line.append(widths[i] - width(shown[r][i]) + 2, ' ');
    }
    std::puts(line.c_str());
    if (r == 0) {
      std::string rule;
      for (std::size_t i = 0; i < widths.size(); ++i) {
        rule.append(widths[i], '-');
        if (i + 1 < widths.size()) rule.append(2, ' ');
      }
      std::puts(rule.c_str());
    }
  }
}

void print_error(const Error& error) {
  std::string text = "error: ";
  if (!error.field.empty()) text += printable(error.field) + ": ";
  text += printable(error.message);
  if (error.offset) text += fmt::format(" (at offset {})", *error.offset);
  if (!error.rule.empty()) text += "\n  rule:   " + printable(error.rule);
  if (!error.remedy.empty()) text += "\n  remedy: " + printable(error.remedy);
  std::fprintf(stderr, "%s\n", text.c_str());
}

void print_problem(std::string_view body) {
  boost::system::error_code failed;
  const auto value = boost::json::parse({body.data(), body.size()}, failed);
  if (failed || !value.is_object()) {
    print_error(Error{.message = "the answer cannot be read: " + printable(body.substr(0, 200))});
    return;
  }
  const auto print_one = [](const boost::json::object& object) {
    Error error;
    error.message = text_of(object, "detail");
    error.field = text_of(object, "field");
    error.rule = text_of(object, "rule");
    error.remedy = text_of(object, "remedy");
    if (const auto* offset = object.if_contains("offset"); offset && offset->is_int64()) {
      error.offset = static_cast<std::size_t>(offset->get_int64());
    }
    print_error(error);
  };
  const auto& object = value.get_object();
  if (const auto* all = object.if_contains("errors"); all && all->is_array()) {
    for (const auto& one : all->get_array()) {
      if (one.is_object()) print_one(one.get_object());
    }
  } else {
    print_one(object);
  }
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return "";
  return {value->get_string().data(), value->get_string().size()};
}

std::uint64_t count_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return 0;
  if (value->is_uint64()) return value->get_uint64();
  return value->is_int64() && value->get_int64() > 0
             ? static_cast<std::uint64_t>(value->get_int64())
             : 0;
}

ProgressBar::ProgressBar(bool wanted) : on_(wanted && ::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::show(double fraction, std::string_view words) {
  if (!on_) return;
  constexpr int kCells = 32;
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kCells);
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.append(static_cast<std::size_t>(kCells - filled), '.');
  std::fprintf(stderr, "\r[%s] %3d %%  %.*s\x1b[K", bar.c_str(), static_cast<int>(fraction * 100),
               static_cast<int>(words.size()), words.data());
  std::fflush(stderr);
  shown_ = true;
}

void ProgressBar::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace packtrail::cli
