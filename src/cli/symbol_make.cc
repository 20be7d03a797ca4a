#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <filesystem>
#include <memory>

#include "cli/nouns.h"
#include "cli/print_output.h"
#include "cli/terminal.h"
#include "gs1/digital_link.h"
#include "gs1/recognise.h"
#include "symbology/make/symbol.h"

namespace packtrail::cli {
namespace {

namespace sym = symbology;

struct Options {
  std::string text, kind = "gs1-datamatrix", format = "text", x_mm, use, size, room, bar_height;
  std::string stem;  // Empty: kStem.
  int dpi = 300;
  std::filesystem::path out;
  bool json = false, invert = false, partners_elsewhere = false;
};

constexpr const char* kStem = "https://id.gs1.org";

// An option that this symbol would pass over.
Error meaningless(const char* option, const std::string& why) {
  return Error{.message = why, .field = option, .remedy = std::string("leave ") + option + " out"};
}

// "24x24", "16x48": two whole numbers.
Result<std::pair<std::string_view, std::string_view>> two(std::string_view text,
                                                          const char* field) {
  const std::size_t at = text.find('x');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) {
    return Error{.message = "'" + std::string(text) + "' is not two numbers with an x between",
                 .field = field,
                 .remedy = "for example 16x48"};
  }
  return std::pair{text.substr(0, at), text.substr(at + 1)};
}

Result<int> whole(std::string_view text, const char* field) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value < 1 || value > 1000) {
    return Error{.message = "'" + std::string(text) + "' is no number from 1 to 1000",
                 .field = field};
  }
  return value;
}

Result<sym::MadeSymbol> make(const Options& options) {
  const auto kind = sym::symbol_kind(options.kind);
  if (!kind) {
    return Error{.message = "there is no kind of symbol '" + options.kind + "'",
                 .field = "--kind",
                 .rule =
                     "gs1-datamatrix, gs1-datamatrix-rect, gs1-datamatrix-any, gs1-dmre, gs1-qr, "
                     "dl-qr, dl-datamatrix, gs1-128, itf-14"};
  }
  sym::SymbolRequest request{.kind = *kind};
  if (options.partners_elsewhere) request.partners = sym::Partners::AnywhereOnTheItem;
  if (!options.size.empty()) {
    const auto [rows, columns] = PACKTRAIL_TRY(two(options.size, "--size"));
    request.size = sym::SymbolSize{PACKTRAIL_TRY(whole(rows, "--size")),
                                   PACKTRAIL_TRY(whole(columns, "--size"))};
  }
  const sym::Carrier carrier = sym::carrier_of(*kind);
  const bool linear = carrier == sym::Carrier::Gs1128 || carrier == sym::Carrier::Itf14;
  if (!options.bar_height.empty() && !linear) {
    return meaningless("--bar-height-mm", "a " + options.kind + " has no bars");
  }
  if (!options.stem.empty() && !sym::carries_link(*kind)) {
    return meaningless("--stem", "a " + options.kind + " holds no Digital Link");
  }
  if (options.invert && options.format != "text") {
    return meaningless("--invert", "only the format text is inverted");
  }
  if (sym::carries_link(*kind)) {
    if (gs1::looks_like_link(options.text)) {
      if (!options.stem.empty()) {
        return meaningless("--stem", "the Digital Link that was given is encoded as it is");
      }
      return sym::make_link_symbol(options.text, request);
    }
    const auto given = PACKTRAIL_TRY(gs1::recognise(options.text));
    const std::string uri = PACKTRAIL_TRY(
        gs1::to_digital_link(given.elements, options.stem.empty() ? kStem : options.stem));
    return sym::make_link_symbol(uri, request);
  }
  const auto given = PACKTRAIL_TRY(gs1::recognise(options.text));
  return sym::make_symbol(given.elements, request);
}

Result<sym::PrintPlan> plan(const Options& options, const sym::MadeSymbol& symbol) {
  sym::PlanRequest request;
  request.dpi = options.dpi;
  const sym::Carrier carrier = sym::carrier_of(symbol.kind);
  request.use = carrier == sym::Carrier::Gs1128  ? sym::LabelUse::LogisticUnit
                : carrier == sym::Carrier::Itf14 ? sym::LabelUse::GeneralDistribution
                                                 : sym::LabelUse::HealthcarePack;
  if (!options.use.empty()) {
    const auto use = sym::label_use(options.use);
    if (!use) {
      return Error{.message = "there is no use '" + options.use + "'",
                   .field = "--use",
                   .rule =
                       "healthcare-pack, logistic-unit, healthcare-non-retail, retail-pos, "
                       "general-distribution, direct-mark"};
    }
    request.use = *use;
  }
  if (!options.x_mm.empty()) {
    request.x_dimension_um = PACKTRAIL_TRY(micrometres_of(options.x_mm, "--x-mm"));
  }
  if (!options.bar_height.empty()) {
    request.bar_height_um = PACKTRAIL_TRY(micrometres_of(options.bar_height, "--bar-height-mm"));
  }
  if (!options.room.empty()) {
    const auto [width, height] = PACKTRAIL_TRY(two(options.room, "--room-mm"));
    request.width_um_max = PACKTRAIL_TRY(micrometres_of(width, "--room-mm"));
    request.height_um_max = PACKTRAIL_TRY(micrometres_of(height, "--room-mm"));
  }
  return sym::plan_print(symbol, request);
}

// Two rows of modules to a line of half blocks, with a quiet zone; a linear symbol is three lines.
std::string picture(const sym::MadeSymbol& symbol, int quiet, bool invert) {
  static constexpr const char* kBlocks[] = {" ", "\u2580", "\u2584", "\u2588"};
  const bool linear = symbol.modules.is_linear();
  const int rows = linear ? 6 : symbol.modules.height();
  const int around = linear ? 0 : quiet;
  const auto dark = [&](int x, int y) {
    const bool inside = x >= 0 && x < symbol.modules.width() && y >= 0 && y < rows;
    return (inside && symbol.modules.get(x, linear ? 0 : y)) != (invert && y < rows + around);
  };
  std::string out;
  for (int y = -around; y < rows + around; y += 2) {
    std::string line;
    for (int x = -quiet; x < symbol.modules.width() + quiet; ++x) {
      line += kBlocks[(dark(x, y) ? 1 : 0) + (dark(x, y + 1) ? 2 : 0)];
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string about(const sym::MadeSymbol& symbol, const sym::PrintPlan& plan) {
  const auto mm = [&](int dots) { return dots * 25.4 / plan.dpi; };
  return fmt::format(
      "{} {}x{} modules, X-dimension {:.3f} mm ({} dots at {} dpi), {:.1f} x {:.1f} mm "
      "with quiet zones\n",
      sym::to_string(symbol.kind), symbol.modules.height(), symbol.modules.width(),
      plan.module.x_dimension_um / 1000.0, plan.module.dots, plan.dpi, mm(plan.width_dots),
      mm(plan.height_dots));
}

std::string about_json(const sym::MadeSymbol& symbol, const sym::PrintPlan& plan) {
  const auto um = [&](int dots) { return (dots * 25'400 + plan.dpi / 2) / plan.dpi; };
  return boost::json::serialize(boost::json::object{{"kind", sym::to_string(symbol.kind)},
                                                    {"data", symbol.data},
                                                    {"rows", symbol.modules.height()},
                                                    {"columns", symbol.modules.width()},
                                                    {"use", sym::to_string(plan.use)},
                                                    {"dpi", plan.dpi},
                                                    {"x_dimension_um", plan.module.x_dimension_um},
                                                    {"x_dimension_dots", plan.module.dots},
                                                    {"quiet_zone_modules", plan.quiet_zone_modules},
                                                    {"width_um", um(plan.width_dots)},
                                                    {"height_um", um(plan.height_dots)}});
}

Status run(const Options& options) {
  PACKTRAIL_TRY(check_dpi(options.dpi));
  auto symbol = PACKTRAIL_TRY(make(options));
  const auto planned = PACKTRAIL_TRY(plan(options, symbol));
  if (options.json) {
    std::puts(about_json(symbol, planned).c_str());
    if (options.out.empty()) return {};
  }
  if (options.format == "text") {
    std::string shown = picture(symbol, planned.quiet_zone_modules, options.invert);
    if (!options.json) shown += about(symbol, planned);
    return deliver(as_bytes(shown), options.out);
  }
  auto bytes = print_page(sym::page_of(std::move(symbol), planned), options.format);
  if (!bytes) {
    Error error = std::move(bytes).error();
    if (error.field == "--format") error.rule = "text, " + error.rule;
    return error;
  }
  return deliver(*bytes, options.out);
}

}  // namespace

void add_symbol_make(CLI::App& symbol, const Nouns& nouns) {
  auto* command = symbol.add_subcommand("make", "Make a symbol from GS1 data");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("TEXT", options->text,
                   "Element string, Digital Link, EPC URN or the digits of a key")
      ->required();
  command
      ->add_option("--kind", options->kind,
                   "gs1-datamatrix[-rect|-any], gs1-dmre, gs1-qr, dl-qr, "
                   "dl-datamatrix, gs1-128 or itf-14")
      ->capture_default_str();
  command->add_option("--format", options->format, std::string("text, ") + kPrintFormats)
      ->capture_default_str();
  command->add_option("--dpi", options->dpi, "Of the printer: 203, 300 or 600")
      ->capture_default_str();
  command->add_option("--x-mm", options->x_mm, "Least X-dimension, made whole dots");
  command->add_option("--use", options->use,
                      "healthcare-pack, logistic-unit, healthcare-non-retail, retail-pos, "
                      "general-distribution or direct-mark");
  command->add_option("--size", options->size, "Exactly these rows x columns: 16x48");
  command->add_option("--room-mm", options->room, "Room on the item, width x height: 20x8");
  command->add_option("--bar-height-mm", options->bar_height, "Of GS1-128 and ITF-14");
  command->add_option("--stem", options->stem,
                      std::string("Begins the Digital Link made from elements; without, ") + kStem);
  command->add_flag("--partners-elsewhere", options->partners_elsewhere,
                    "Elements that these need stand in another symbol on the item");
  command->add_flag("--invert", options->invert, "Text: for terminals with a dark background");
  command->add_option("-o,--out", options->out, "File to write; standard output without");
  command->add_flag("--json", options->json, "Describe the symbol as JSON on standard output");
  command->callback([options, &code = nouns.code] {
    const Status done = run(*options);
    if (done) return;
    print_error(done.error());
    code = exit_code(done.error());
  });
}

}  // namespace packtrail::cli
