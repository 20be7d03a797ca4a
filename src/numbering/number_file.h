// numbering/number_file.h - serial numbers made elsewhere, read from a file as a stream.
//
// Contract manufacturers and regulators send numbers as CSV, JSON or XML. Every number is checked
// by itself; a bad one is a fault with its line and does not stop the reading, so one pass names
// everything that is wrong with a file. What each format looks like: docs/formats/number-files.md.
//
// Thread safety: one file per thread. Cost: about 40 bytes per number, to name duplicates; nothing
// else grows with the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gs1/gtin.h"
#include "gs1/serial.h"
#include "numbering/alphabet.h"

namespace packtrail::numbering {

enum class NumberFormat : std::uint8_t { Csv, Json, Xml };
[[nodiscard]] std::optional<NumberFormat> parse_number_format(std::string_view name);  // "csv".

// What every number of the file must be.
struct NumberFileSpec {
  gs1::Gtin gtin;                         // A line that names another GTIN is a fault.
  std::optional<Alphabet> alphabet = {};  // None: any character of CSET 82.
  std::size_t length_min = 1;
  std::size_t length_max = gs1::SerialNumber::kSizeMax;
};

struct ForeignNumber {
  gs1::SerialNumber serial;
  std::string
      tail;  // Further AIs that belong to the number, bracketed: "[91]EE05[92]...", or empty.
  std::uint64_t line = 0;  // From 1.
};

struct NumberFault {
  std::uint64_t line = 0;
  Error error;  // field: the column, attribute or member.
};

class NumberFile {
 public:
  static constexpr std::uint64_t kNumbersMax = 5'000'000;  // More: split the file.
  static constexpr std::size_t kRecordMax = 4'096;   // Bytes of one number's text and its tail.
  static constexpr std::size_t kFaultsKept = 1'000;  // Further faults are only counted.
  static constexpr std::size_t kDepthMax = 16;       // Of JSON and XML.
  using OnNumber = std::function<Status(const ForeignNumber&)>;

  // `on_number` is called for every good number, in file order; its error ends the reading.
  NumberFile(NumberFormat format, NumberFileSpec spec, OnNumber on_number);
  ~NumberFile();
  NumberFile(NumberFile&&) noexcept;
  NumberFile& operator=(NumberFile&&) noexcept;

  // The next bytes, cut anywhere. Fails when the text is not of the format, with "line N" as its
  // field, at a limit, and with the error of `on_number`; after a failure every call gives the
  // same.
  Status feed(std::string_view bytes);
  // The end of the file; fails as feed, and when the text ends too early.
  Status finish();

  [[nodiscard]] std::uint64_t numbers() const;                   // Good ones.
  [[nodiscard]] std::uint64_t fault_count() const;               // All, kept or not.
  [[nodiscard]] const std::vector<NumberFault>& faults() const;  // The first kFaultsKept.
  // Columns, members, attributes and elements that were not read, in order of appearance.
  [[nodiscard]] const std::vector<std::string>& ignored() const;

 private:
  class Reader;
  class Csv;
  class Json;
  class Xml;
  class Checker;
  std::unique_ptr<Checker> checker_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace packtrail::numbering
