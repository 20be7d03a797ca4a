// gs1/recognise.h - in which GS1 syntax a text is written, and the elements it holds.
//
// One door for everything that a scanner, a file or a person may hand in: element strings raw and
// bracketed, Digital Links, EPC URNs, the tag URIs and bits of RFID tags, and the plain digits of a
// key. Nothing is guessed: a text is
// read in exactly one syntax or refused; gs1/repair.h looks for what a refused text may have been.
//
// Thread safety: free functions; values. Cost: a Recognised is about 1.2 KB; reading an element
// string takes no heap when it succeeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/element_string.h"
#include "gs1/epc_tag.h"
#include "gs1/mh10.h"

namespace packtrail::gs1 {

enum class Syntax : std::uint8_t {
  RawElementString,  // As stored in a symbol or transmitted: AIs, values, GS between them.
  AimElementString,  // The same behind an AIM symbology identifier (ISO/IEC 15424).
  RoundBrackets,     // "(01)...(21)..."
  SquareBrackets,    // "[01]...[21]...": holds values with round brackets.
  DigitalLink,       // GS1 Digital Link URI, uncompressed.
  EpcUrn,            // urn:epc:id:... of one object (TDS 6).
  EpcClassUrn,       // urn:epc:class:lgtin:... of a lot.
  EpcPattern,        // urn:epc:idpat:...
  EpcTagUrn,         // urn:epc:tag:... (TDS 12)
  EpcRawUrn,         // urn:epc:raw:...
  EpcBinary,         // The EPC memory bank of a tag as hexadecimal digits (TDS 14).
  Mh10Message,       // ISO/IEC 15434 format 06 with ANSI MH10 data identifiers (IFA, Germany).
  PlainKey,          // The digits of one key: GTIN-8, -12, -13, -14 or SSCC; behind the AIM
                     // identifier of EAN/UPC or ITF-14 too.
  PlainPpn,          // The 12 digits of a PPN that holds a PZN (Germany).
  PlainPzn,          // The 8 digits of a PZN (Germany).
};
// "raw_element_string", ...: stable, for machines.
[[nodiscard]] const char* to_string(Syntax syntax);

inline constexpr std::size_t kRecogniseMax = 2048;  // Longer texts are refused unread.

struct Recognised {
  Syntax syntax = Syntax::RawElementString;
  ElementString elements;
  std::string_view aim;        // "]d2" of an AimElementString; views the text.
  std::string_view stem;       // "https://example.com/stem" of a DigitalLink; views the text.
  std::optional<EpcTag> tag;   // EpcTagUrn, EpcRawUrn, EpcBinary.
  std::optional<IfaPack> ifa;  // Mh10Message, PlainPpn, PlainPzn.
  std::size_t gcp_length = 0;  // Digits of the company prefix where the syntax says it.
  bool may_be_gln = false;     // PlainKey of 13 digits: a GTIN-13 and a GLN look the same.
  bool may_be_pzn = false;     // PlainKey of 8 digits whose PZN check holds, too.
  bool may_be_key = false;     // Digits that name nothing, as many as a GTIN or SSCC has.
  bool superfluous_separator = false;  // A separator stood where the standard has none.
};

// Fails when the text is empty, longer than kRecogniseMax, in none of the syntaxes, or wrong in the
// one it is in; the error names AI or syntax, the offset in `text`, the rule and what to do.
Result<Recognised> recognise(std::string_view text);

// The size of "Https" or "hTTP" before "://": a scheme in both cases, which is refused; 0 for all
// other texts.
[[nodiscard]] std::size_t mixed_scheme_size(std::string_view text);

}  // namespace packtrail::gs1
