#include "cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

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

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x1D) {
      shown += "<GS>";
    } else if (byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("<{:02X}>", byte);
    } else {
      shown += c;
    }
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
  if (!error.field.empty()) text += error.field + ": ";
  text += error.message;
  if (error.offset) text += fmt::format(" (at offset {})", *error.offset);
  if (!error.rule.empty()) text += "\n  rule:   " + error.rule;
  if (!error.remedy.empty()) text += "\n  remedy: " + error.remedy;
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
