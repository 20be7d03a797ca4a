// gs1/interpretation.h - all that one scanned or typed text says, and every GS1 writing of it.
//
// The answer to "what is this?": syntax, elements with their titles and meanings, keys, the same
// data in each other syntax that the standards allow (and why not, where they do not), and what
// deserves a second look. A text that is refused comes back with where and why, and with what it
// probably was; a repair is only suggested, never applied.
//
// Thread safety: a free function over values; `gcp_lengths` is only read. Cost: tens of
// microseconds and heap for the texts: for people and tools, not for hot loops (gs1/pack_code.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "gs1/gcp_length.h"
#include "gs1/recognise.h"
#include "gs1/repair.h"

namespace packtrail::gs1 {

struct InterpretationOptions {
  Date today;                                    // Places the century of dates (GenSpecs 7.12).
  const GcpLengthTable* gcp_lengths = nullptr;   // GS1's list, or a company's own prefixes.
  std::optional<std::size_t> gcp_length = {};    // Of this text's keys; beats the table.
  std::string_view stem = "https://id.gs1.org";  // Where Digital Links begin.
  std::uint8_t filter = 0;  // 0..7, of tags (TDS 10); a text that is a tag keeps its own.
};

struct InterpretedElement {
  Ai ai;
  std::string title;  // GS1 data title: "USE BY OR EXPIRY".
  std::string value;
  std::string meaning;  // "2027-12-31"; empty when the value says it all.
};

struct InterpretedKey {
  std::string kind;  // "GTIN", "SGTIN", "SSCC", ...
  std::string value;
};

enum class FormKind : std::uint8_t {
  RawElementString,
  RoundBrackets,
  SquareBrackets,
  DigitalLink,
  EpcUrn,
  EpcTagUrn,      // In the shortest classic coding, which needs the company prefix's length.
  EpcBinary,      // The bits of the same.
  EpcBinaryPlus,  // TDS 2 '+' coding: needs no company prefix.
  Mh10Message,    // German packs: PPN of an NTIN's PZN, else the GTIN, by MH10 data identifiers.
};
inline constexpr std::size_t kFormKindCount = 9;
[[nodiscard]] const char* to_string(FormKind kind);  // "raw_element_string", ...

// One writing of the data. Not `possible`: `reason` says why the standard has none or what is
// missing, and `remedy`, where there is one, what to do about it.
struct Form {
  FormKind kind = FormKind::RawElementString;
  bool possible = false;
  std::string text;
  std::string reason;
  std::string remedy;
};

struct Warning {
  std::string code;   // "superfluous_separator": stable, for machines.
  std::string field;  // An AI, or empty.
  std::string message;
  std::string remedy;
};

struct Interpretation {
  Syntax syntax = Syntax::RawElementString;
  std::string aim;        // "]d2" of an AimElementString.
  std::string symbology;  // "GS1 DataMatrix" for it.
  ElementString source;
  std::vector<InterpretedElement> elements;
  std::vector<InterpretedKey> keys;
  std::vector<Form> forms;  // Each FormKind once, in order.
  std::vector<Warning> warnings;
  // Readable as it is, and yet it looks like something else that was damaged on its way.
  std::vector<Suggestion> suggestions;
};

struct Refusal {
  Error error;
  std::vector<Suggestion> suggestions;  // The likeliest first; empty when nothing fits.
};

// Fails as recognise.
Result<Interpretation, Refusal> interpret(std::string_view text,
                                          const InterpretationOptions& options);

}  // namespace packtrail::gs1
