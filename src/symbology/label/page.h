// symbology/label/page.h - a label as it is printed: symbols on whole printer dots, texts, rules.
//
// Every output form draws the same Page: pixels, PNG, SVG, PDF, and the printer languages of
// symbology/label/printer.h. Texts are shaped by Pango (Devanagari conjuncts, Cyrillic, Arabic and
// Hebrew from right to left) with the fonts installed on this machine; a text that these fonts
// cannot show, that does not fit its box, or that runs into a symbol's quiet zone is refused, never
// cut and never drawn as empty boxes.
//
// Thread safety: free functions; one page per thread. Cost: milliseconds, mostly fonts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "symbology/image.h"
#include "symbology/make/symbol.h"

namespace packtrail::symbology {

inline constexpr const char* kLabelFonts = "Noto Sans, DejaVu Sans";
inline constexpr double kLabelSideMmMax = 400;
inline constexpr std::size_t kPageItemsMax = 200;       // Texts, symbols and rules, each.
inline constexpr std::size_t kPageTextBytesMax = 1000;  // UTF-8 of one text.

enum class Align : std::uint8_t { Start, Centre, End };  // Start is right in a right-to-left text.
enum class Weight : std::uint8_t { Normal, Bold };

struct PageText {
  std::string name = {};  // For errors: "product_name".
  std::string text = {};
  double x_mm = 0;  // Top left of its box, from the label's top left.
  double y_mm = 0;
  double width_mm = 10;
  double size_pt = 7;
  double size_pt_min = 0;  // Shrinks down to this where it does not fit; 0: never shrinks.
  int lines_max = 1;
  Align align = Align::Start;
  Weight weight = Weight::Normal;
};

struct PageSymbol {
  std::string name;
  MadeSymbol symbol;
  PrintPlan plan;
  int x_dots = 0;  // Top left with its quiet zone.
  int y_dots = 0;
};

struct PageRule {  // A black rectangle.
  double x_mm = 0;
  double y_mm = 0;
  double width_mm = 0;
  double height_mm = 0;
};

struct Page {
  double width_mm = 0;
  double height_mm = 0;
  int dpi = 300;
  std::string fonts = kLabelFonts;  // Families in order of preference; others fill their gaps.
  std::vector<PageText> texts = {};
  std::vector<PageSymbol> symbols = {};
  std::vector<PageRule> rules = {};

  [[nodiscard]] int dots(double mm) const;  // Nearest whole number.
  [[nodiscard]] int width_dots() const { return dots(width_mm); }
  [[nodiscard]] int height_dots() const { return dots(height_mm); }
};

// How a text comes out.
struct TextShape {
  double size_pt = 0;  // After shrinking.
  double width_mm = 0;
  double height_mm = 0;
  double ink_left_mm = 0;  // The letters themselves, from the top left of the text's box.
  double ink_top_mm = 0;
  double ink_width_mm = 0;
  double ink_height_mm = 0;
  int lines = 0;
  int glyphs = 0;
  int clusters = 0;                // Shaping joins characters into clusters.
  bool right_to_left = false;      // Of the first paragraph.
  std::vector<std::string> fonts;  // Families used, in order of use.
  std::vector<std::string> line_texts;
};

// Fails with InvalidArgument, field = text.name: not UTF-8 or with control characters; characters
// that no installed font shows (the message names them); does not fit. ResourceExhausted above
// kPageTextBytesMax.
[[nodiscard]] Result<TextShape> shape_text(const PageText& text, std::string_view fonts);

// Shapes every text and checks the page: sizes, everything inside the label, nothing in a symbol's
// quiet zone, no text on another. The shapes are in the order of page.texts.
[[nodiscard]] Result<std::vector<TextShape>> check_page(const Page& page);

// A page that is nothing but a symbol with its quiet zone.
[[nodiscard]] Page page_of(MadeSymbol symbol, const PrintPlan& plan);

// All outputs fail as check_page. One pixel per printer dot, 0 or 255.
[[nodiscard]] Result<GreyImage> to_image(const Page& page);
[[nodiscard]] Result<Bytes> to_png(const Page& page);
// Vector forms at the true size; texts are outlines (SVG) or embedded fonts (PDF).
[[nodiscard]] Result<std::string> to_svg(const Page& page);
[[nodiscard]] Result<Bytes> to_pdf(const Page& page);
// For screens: the label on grey with millimetre rulers, quiet zones tinted; 4..40 pixels per mm.
[[nodiscard]] Result<Bytes> to_preview(const Page& page, double pixels_per_mm);

}  // namespace packtrail::symbology
