// rooms: symbology_label symbology_make symbology gs1 base
//
// A template is read or refused with a reason; what is read lays its sample out, or says why not,
// and needs no field that it does not name.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "symbology/label/template.h"

// fontconfig keeps the fonts it found until the program ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace sym = packtrail::symbology;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto form = sym::LabelTemplate::parse(text);
  if (!form) {
    if (form.error().message.empty() || form.error().field.empty()) std::abort();
  } else {
    for (const std::string& language : form->languages) {
      const auto page = sym::lay_out(*form, form->sample, {language, 0});
      if (!page && page.error().message.empty()) std::abort();
      // Fonts are slow under sanitizers: shapes of small labels only.
      if (page && page->texts.size() < 6) {
        const auto shapes = sym::check_page(*page);
        if (!shapes && shapes.error().message.empty()) std::abort();
        if (shapes && shapes->size() != page->texts.size()) std::abort();
      }
    }
    static_cast<void>(form->fields());
  }
  static_cast<void>(sym::parse_label_data(text));
  return 0;
}
