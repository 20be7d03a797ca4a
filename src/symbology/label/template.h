// symbology/label/template.h - labels described by data: where fields, symbols and their readable
// texts stand, in which languages. Files: packs/labels/*.toml; every key: docs/user/labels.md.
//
// A template names its fields; LabelData gives their values. Elements of a symbol come from fields
// ("01=gtin", "713=anvisa?": optional). A text is fixed or holds fields: "{product_name}
// {strength}", "{expiry:MM/YYYY}", "{pieces?}" (no piece, no text), "{@lot}" (a caption of the
// language). A field "product_name.hi" goes before "product_name" when Hindi is asked for.
//
// Thread safety: values and free functions. Cost: well below a millisecond to parse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "symbology/label/page.h"

namespace packtrail::symbology {

inline constexpr std::size_t kTemplateTextMax = std::size_t{64} << 10;
inline constexpr std::size_t kLabelFieldsMax = 200;
inline constexpr std::size_t kLanguagesMax = 40;
inline constexpr std::size_t kTemplateNameMax = 64;

using LabelData = std::map<std::string, std::string, std::less<>>;  // Field to UTF-8.

// A TOML file of fields; a table is a language: [hi] product_name = ".." is "product_name.hi".
[[nodiscard]] Result<LabelData> parse_label_data(std::string_view toml);
// The same fields changed by "key=value".
[[nodiscard]] Status set_field(LabelData& data, std::string_view assignment);

// What a field's value must be (gs1/pzn.h); fields of one label must name one medicine.
enum class FieldKind : std::uint8_t { Pzn, Ppn, Ntin };

struct LabelTemplate {
  struct Element {
    std::string ai;
    std::string field;
    bool optional = false;
  };
  struct Symbol {
    std::string name;
    SymbolKind kind = SymbolKind::Gs1DataMatrix;
    std::vector<Element> elements;
    std::string stem;  // Digital Link kinds.
    double x_mm = 0;   // Of the quiet zone's corner; with Centre the middle, with End the right.
    double y_mm = 0;
    Align align = Align::Start;
    double x_dimension_mm = 0;  // 0: the smallest that the use allows.
    double bar_height_mm = 0;
    double room_width_mm = 0;  // 0: no limit.
    double room_height_mm = 0;
    std::optional<LabelUse> use;  // Instead of the template's.
    Partners partners = Partners::InThisSymbol;
  };
  // Human readable interpretation (GenSpecs 4.14): one line for each element.
  struct Hri {
    std::string symbol;
    std::vector<std::string> ais;  // In the order shown; empty: all, as encoded.
    bool captions = false;         // "SN: 1234" (Regulation (EU) 2016/161), else "(21) 1234".
    bool together = false;         // One text instead of lines.
    std::string dates;             // Format of dates, "YYYY-MM"; empty: as encoded.
    PageText box;                  // Of the first line.
    double line_mm = 0;            // From line to line.
    // Left out on packs whose two longest sides sum up to at most exempt_sides_mm (art. 7(2)).
    std::vector<std::string> exempt_ais;
    double exempt_sides_mm = 0;  // Compared with the field "pack_sides_mm".
  };

  std::string name;  // 1 to kTemplateNameMax of a-z, 0-9 and "-".
  std::string title;
  double width_mm = 0;
  double height_mm = 0;
  int dpi = 300;
  LabelUse use = LabelUse::HealthcarePack;
  std::string fonts = kLabelFonts;
  std::vector<std::string> languages;                      // The first is the usual one.
  std::map<std::string, LabelData, std::less<>> captions;  // Of each language.
  std::vector<Symbol> symbols;
  std::vector<Hri> readable;
  std::vector<PageText> texts;  // Their fields still in braces.
  std::vector<PageRule> rules;
  std::map<std::string, FieldKind, std::less<>> kinds;  // By field.
  LabelData sample;  // A value for every field, to check and show the template.

  // Fails with InvalidArgument (field is the key's path) for what is no TOML, an unknown or missing
  // key, a value out of range; ResourceExhausted above kTemplateTextMax or another limit.
  static Result<LabelTemplate> parse(std::string_view toml);

  // The fields it needs, sorted, optional ones marked with '?'.
  [[nodiscard]] std::vector<std::string> fields() const;
};

struct LayoutOptions {
  std::string language;  // Empty: the first of the template.
  int dpi = 0;           // 0: the template's.
};

// Fails with InvalidArgument for a language the template lacks, a field without value or not of its
// kind, data that is no field of the template or in a language it lacks (field names it), another
// dpi than 203, 300 and 600, and as make_symbol and plan_print. An empty value counts as missing.
// Texts are not shaped yet: check_page and every output do.
[[nodiscard]] Result<Page> lay_out(const LabelTemplate& form, const LabelData& data,
                                   const LayoutOptions& options = {});

// A PDF for approval, A4, one page for each language: the label at its true size, what its symbols
// hold and how they print, every text with size and fonts, and boxes to sign. Fails as lay_out and
// check_page.
[[nodiscard]] Result<Bytes> to_proof_sheet(const LabelTemplate& form, const LabelData& data,
                                           const LayoutOptions& options = {});

}  // namespace packtrail::symbology
