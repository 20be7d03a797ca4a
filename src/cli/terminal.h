// cli/terminal.h - what people see: tables, trees, a progress bar.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.h"

namespace packtrail::cli {

// Control characters (C0, DEL, C1), bidi overrides and what is no UTF-8 become visible marks, so
// that no stored or given text can move the cursor, turn a line or begin an escape sequence.
[[nodiscard]] std::string printable(std::string_view text);

// Columns padded to their widest cell; the first row is the heading.
void print_table(const std::vector<std::vector<std::string>>& rows);

// "error: field: message" with rule and remedy on lines of their own, on stderr; all printable().
void print_error(const Error& error);
// The same from an RFC 9457 problem document.
void print_problem(std::string_view body);

// Text member or "".
[[nodiscard]] std::string text_of(const boost::json::object& object, std::string_view name);
[[nodiscard]] std::uint64_t count_of(const boost::json::object& object, std::string_view name);

// A bar on stderr, only when that is a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(bool wanted);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void show(double fraction, std::string_view words);  // 0..1
  void clear();

 private:
  bool on_;
  bool shown_ = false;
};

}  // namespace packtrail::cli
