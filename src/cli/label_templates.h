// cli/label_templates.h - the label templates of packs/labels that the program carries.
//
// Not for other rooms. Thread safety: constants.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace packtrail::cli {

[[nodiscard]] std::span<const std::string_view> label_template_names();  // Sorted.

// The TOML text; nothing when there is no template of that name.
[[nodiscard]] std::optional<std::string_view> find_label_template(std::string_view name);

}  // namespace packtrail::cli
