#include "cli/label_templates.h"

#include <array>
#include <cstddef>

namespace packtrail::embedded {

#define PACKTRAIL_LABEL(NAME)        \
  extern const unsigned char NAME[]; \
  extern const std::size_t NAME##_size
PACKTRAIL_LABEL(label_brazil_pack);
PACKTRAIL_LABEL(label_eu_pack);
PACKTRAIL_LABEL(label_germany_pack);
PACKTRAIL_LABEL(label_india_pack);
PACKTRAIL_LABEL(label_russia_pack);
PACKTRAIL_LABEL(label_shipper_case);
PACKTRAIL_LABEL(label_sscc_4x6);
PACKTRAIL_LABEL(label_sscc_a6);
PACKTRAIL_LABEL(label_us_pack);
#undef PACKTRAIL_LABEL

}  // namespace packtrail::embedded

namespace packtrail::cli {
namespace {

constexpr std::array<std::string_view, 9> kNames = {"brazil-pack", "eu-pack",     "germany-pack",
                                                    "india-pack",  "russia-pack", "shipper-case",
                                                    "sscc-4x6",    "sscc-a6",     "us-pack"};

std::string_view text_of(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::span<const std::string_view> label_template_names() { return kNames; }

std::optional<std::string_view> find_label_template(std::string_view name) {
  namespace e = embedded;
  const std::array<std::string_view, kNames.size()> texts = {
      text_of(e::label_brazil_pack, e::label_brazil_pack_size),
      text_of(e::label_eu_pack, e::label_eu_pack_size),
      text_of(e::label_germany_pack, e::label_germany_pack_size),
      text_of(e::label_india_pack, e::label_india_pack_size),
      text_of(e::label_russia_pack, e::label_russia_pack_size),
      text_of(e::label_shipper_case, e::label_shipper_case_size),
      text_of(e::label_sscc_4x6, e::label_sscc_4x6_size),
      text_of(e::label_sscc_a6, e::label_sscc_a6_size),
      text_of(e::label_us_pack, e::label_us_pack_size)};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return texts[i];
  }
  return std::nullopt;
}

}  // namespace packtrail::cli
