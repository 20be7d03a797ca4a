// symbology/label/drawing.h - Cairo and Pango, owned and set up one way. Only for .cc files here.
//
// User space is in points (1/72 inch) for every kind of surface, with hinting and rounding of glyph
// positions off, so that a text is laid out alike on a screen, on a printer and in a PDF.
//
// Thread safety: one drawing per thread.
#pragma once

#include <cairo.h>
#include <pango/pangocairo.h>

#include <memory>
#include <string>

#include "symbology/label/page.h"

namespace packtrail::symbology {

struct ReleaseCairo {
  void operator()(cairo_t* it) const { cairo_destroy(it); }
  void operator()(cairo_surface_t* it) const { cairo_surface_destroy(it); }
  void operator()(PangoFontDescription* it) const { pango_font_description_free(it); }
  void operator()(PangoLayoutIter* it) const { pango_layout_iter_free(it); }
  void operator()(PangoLayout* it) const { g_object_unref(it); }
};
template <class T>
using Owned = std::unique_ptr<T, ReleaseCairo>;

inline constexpr double kPointsPerMm = 72.0 / 25.4;

// A context on `surface` whose unit is a point; `units_per_point` of the surface's own.
[[nodiscard]] Owned<cairo_t> draw_on(cairo_surface_t* surface, double units_per_point);

// The text's layout at `size_pt`, not placed.
[[nodiscard]] Owned<PangoLayout> layout_of(cairo_t* context, const PageText& text,
                                           std::string_view fonts, double size_pt);

// Texts, symbols and rules of a checked page; the label's top left is the context's origin.
void draw_page(cairo_t* context, const Page& page, const std::vector<TextShape>& shapes);
void draw_symbol(cairo_t* context, const PageSymbol& symbol);

// Collects what a stream surface writes.
cairo_status_t append_bytes(void* bytes, const unsigned char* data, unsigned int size);

}  // namespace packtrail::symbology
