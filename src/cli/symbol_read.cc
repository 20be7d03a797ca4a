#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/nouns.h"
#include "cli/picture_file.h"
#include "cli/terminal.h"
#include "gs1/element_string.h"
#include "symbology/read/layer.h"

namespace packtrail::cli {
namespace {

namespace sym = symbology;
namespace json = boost::json;

struct Options {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> allowed;
  std::string layer;
  std::uint64_t work = 0;
  int attempts = 64;
  bool all = false, json = false, datamatrix_only = false, upright_only = false;
};

// "6x8": rows and columns.
Result<sym::LayerSpec> layer_of(std::string_view text) {
  const std::size_t at = text.find('x');
  sym::LayerSpec spec;
  const auto number = [](std::string_view digits, int& value) {
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return failed == std::errc() && end == digits.data() + digits.size() && value >= 1 &&
           value <= sym::kLayerSideMax;
  };
  if (at == std::string_view::npos || !number(text.substr(0, at), spec.rows) ||
      !number(text.substr(at + 1), spec.columns)) {
    return Error{.message = "'" + std::string(text) + "' is no layer",
                 .field = "--layer",
                 .rule = fmt::format("ROWSxCOLUMNS, each from 1 to {}", sym::kLayerSideMax),
                 .remedy = "for example 6x8"};
  }
  return spec;
}

std::string raw_of(const sym::Symbol& symbol) { return {symbol.data.begin(), symbol.data.end()}; }

// GS1 data in brackets, anything else as it is with control characters made visible.
std::string data_of(const sym::Symbol& symbol) {
  const std::string& id = symbol.identifier;
  if (id == "]d2" || id == "]C1" || id == "]Q3") {
    if (const auto elements = gs1::ElementString::parse_raw(raw_of(symbol))) {
      return elements->to_bracketed();
    }
  }
  return printable(raw_of(symbol));
}

std::string place_of(const sym::Symbol& symbol) {
  std::string out;
  for (const sym::Point corner : symbol.corners) {
    out += fmt::format("{}{:.0f},{:.0f}", out.empty() ? "" : " ", corner.x, corner.y);
  }
  return out;
}

std::string about(const sym::Symbol& symbol) {
  std::string out = "  corners " + place_of(symbol);
  if (symbol.rows > 0) out += fmt::format("; {}x{} modules", symbol.rows, symbol.columns);
  if (symbol.corrected >= 0) out += fmt::format(", {} codewords corrected", symbol.corrected);
  out += fmt::format("; rung {}, {} attempt{}", sym::to_string(symbol.rung), symbol.attempts,
                     symbol.attempts == 1 ? "" : "s");
  if (symbol.inverted) out += ", light on dark";
  if (symbol.mirrored) out += ", mirrored";
  return out;
}

json::object json_of(const sym::Symbol& symbol) {
  json::array corners;
  for (const sym::Point corner : symbol.corners) {
    corners.push_back(json::array{std::lround(corner.x), std::lround(corner.y)});
  }
  json::object out{{"identifier", symbol.identifier}};
  const std::string raw = raw_of(symbol);
  const bool is_ascii =
      std::all_of(raw.begin(), raw.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  if (is_ascii) {
    out["data"] = raw;
  } else {
    out["data_hex"] = to_hex(ByteView(symbol.data));
  }
  if (const std::string shown = data_of(symbol); shown.starts_with('(') || shown.starts_with('[')) {
    out["elements"] = shown;
  }
  out["corners"] = std::move(corners);
  if (symbol.rows > 0) {
    out["rows"] = symbol.rows;
    out["columns"] = symbol.columns;
  }
  if (symbol.corrected >= 0) out["corrected_codewords"] = symbol.corrected;
  out["rung"] = sym::to_string(symbol.rung);
  out["attempts"] = symbol.attempts;
  out["inverted"] = symbol.inverted;
  out["mirrored"] = symbol.mirrored;
  return out;
}

json::array json_of(const std::vector<sym::Symbol>& symbols) {
  json::array out;
  for (const sym::Symbol& symbol : symbols) out.push_back(json_of(symbol));
  return out;
}

int one(const sym::GreyImage& picture, const sym::ReaderOptions& reading, const Options& options,
        json::object& out) {
  const sym::ReadReport report = sym::SymbolReader(reading).inspect(picture);
  out["outcome"] = sym::to_string(report.outcome);
  if (report.symbol) out["symbol"] = json_of(*report.symbol);
  out["attempts"] = report.attempts;
  out["pixels"] = report.pixels;
  if (!options.json) {
    if (report.outcome == sym::Outcome::Foreign) {
      std::puts(("foreign " + report.symbol->identifier + " " + data_of(*report.symbol)).c_str());
    } else if (report.symbol) {
      std::puts((report.symbol->identifier + " " + data_of(*report.symbol)).c_str());
    } else {
      std::puts(fmt::format("{} after {} attempts",
                            report.outcome == sym::Outcome::Nothing ? "no symbol"
                            : report.outcome == sym::Outcome::Disagreement
                                ? "no symbol: two answers differ"
                                : "no symbol within the limits",
                            report.attempts)
                    .c_str());
    }
    if (report.symbol) std::puts(about(*report.symbol).c_str());
  }
  switch (report.outcome) {
    case sym::Outcome::Read:
      return kOk;
    case sym::Outcome::Foreign:
    case sym::Outcome::Disagreement:
      return kSaidNo;
    default:
      return kNotFound;
  }
}

Result<int> all(const sym::GreyImage& picture, const sym::ReaderOptions& reading,
                const Options& options, json::object& out) {
  const auto report = PACKTRAIL_TRY(sym::LayerReader(reading).read_all(picture));
  out["symbols"] = json_of(report.symbols);
  out["foreign"] = json_of(report.foreign);
  out["attempts"] = report.attempts;
  out["pixels"] = report.pixels;
  out["out_of_budget"] = report.out_of_budget;
  if (!options.json) {
    for (const sym::Symbol& symbol : report.symbols) {
      std::puts((symbol.identifier + " " + data_of(symbol)).c_str());
      std::puts(about(symbol).c_str());
    }
    for (const sym::Symbol& symbol : report.foreign) {
      std::puts(("foreign " + symbol.identifier + " " + data_of(symbol)).c_str());
      std::puts(about(symbol).c_str());
    }
    std::puts(fmt::format("{} read, {} foreign{}", report.symbols.size(), report.foreign.size(),
                          report.out_of_budget ? "; the limit of work ended the search" : "")
                  .c_str());
  }
  if (!report.symbols.empty()) return kOk;
  return report.foreign.empty() ? kNotFound : kSaidNo;
}

Result<int> layer(const sym::GreyImage& picture, const sym::ReaderOptions& reading,
                  const Options& options, json::object& out) {
  const sym::LayerSpec spec = PACKTRAIL_TRY(layer_of(options.layer));
  const auto report = PACKTRAIL_TRY(sym::LayerReader(reading).read_layer(picture, spec));
  json::array cells;
  for (const sym::Cell& cell : report.cells) {
    json::object shown{{"row", cell.row + 1},
                       {"column", cell.column + 1},
                       {"state", sym::to_string(cell.state)},
                       {"x", std::lround(cell.centre.x)},
                       {"y", std::lround(cell.centre.y)}};
    if (cell.symbol) shown["symbol"] = json_of(*cell.symbol);
    cells.push_back(std::move(shown));
    if (options.json) continue;
    std::string line = fmt::format("row {} column {}  {}", cell.row + 1, cell.column + 1,
                                   sym::to_string(cell.state));
    if (cell.symbol) line += " " + cell.symbol->identifier + " " + data_of(*cell.symbol);
    if (!cell.symbol) line += fmt::format(" at {:.0f},{:.0f}", cell.centre.x, cell.centre.y);
    std::puts(line.c_str());
  }
  json::array duplicates;
  for (const auto& group : report.duplicates) {
    json::array places;
    std::string line = "the same code:";
    for (const std::size_t index : group) {
      const sym::Cell& cell = report.cells[index];
      places.push_back(json::object{{"row", cell.row + 1}, {"column", cell.column + 1}});
      line += fmt::format(" row {} column {}{}", cell.row + 1, cell.column + 1,
                          index == group.back() ? "" : ",");
    }
    duplicates.push_back(std::move(places));
    if (!options.json) std::puts(line.c_str());
  }
  const int read = report.count(sym::CellState::Read);
  if (!options.json) {
    for (const sym::Symbol& symbol : report.outside) {
      std::puts(("in no cell: " + symbol.identifier + " " + data_of(symbol)).c_str());
    }
    std::puts(fmt::format("{} of {} read, {} empty, {} unreadable, {} foreign, {} twice{}", read,
                          report.cells.size(), report.count(sym::CellState::Empty),
                          report.count(sym::CellState::Unreadable),
                          report.count(sym::CellState::Foreign), report.duplicates.size(),
                          report.out_of_budget ? "; the limit of work ended the search" : "")
                  .c_str());
  }
  out["rows"] = spec.rows;
  out["columns"] = spec.columns;
  out["complete"] = report.is_complete();
  out["found_grid"] = report.found_grid;
  out["read"] = read;
  out["cells"] = std::move(cells);
  out["duplicates"] = std::move(duplicates);
  out["outside"] = json_of(report.outside);
  out["attempts"] = report.attempts;
  out["pixels"] = report.pixels;
  out["out_of_budget"] = report.out_of_budget;
  if (report.is_complete()) return kOk;
  return read == 0 && report.count(sym::CellState::Foreign) == 0 ? kNotFound : kSaidNo;
}

Result<int> read_file(const std::filesystem::path& path, const Options& options) {
  const sym::GreyImage picture = PACKTRAIL_TRY(read_picture(path));
  sym::ReaderOptions reading;
  reading.symbols =
      options.datamatrix_only ? sym::SymbolSet::DataMatrix : sym::SymbolSet::AllPrinted;
  reading.attempts_max = options.attempts;
  reading.try_inverted = !options.upright_only;
  reading.allowed = options.allowed;
  reading.pixels_max = options.work;
  json::object out{{"file", name_of(path)}};
  if (!options.json && options.files.size() > 1)
    std::puts((printable(name_of(path)) + ":").c_str());
  const int code = !options.layer.empty() ? PACKTRAIL_TRY(layer(picture, reading, options, out))
                   : options.all          ? PACKTRAIL_TRY(all(picture, reading, options, out))
                                          : one(picture, reading, options, out);
  if (options.json) std::puts(json::serialize(out).c_str());
  return code;
}

// ISO/IEC 15424: "]", a letter, a digit.
Status check_allowed(const std::vector<std::string>& allowed) {
  for (const std::string& id : allowed) {
    const bool known = id.size() == 3 && id[0] == ']' &&
                       std::string_view("dCQI").find(id[1]) != std::string_view::npos &&
                       id[2] >= '0' && id[2] <= '9';
    if (!known) {
      return Error{.message = "'" + id + "' is no symbology identifier that is read",
                   .field = "--allow",
                   .rule =
                       "ISO/IEC 15424: ]d1 ]d2 DataMatrix, ]C0 ]C1 Code 128, ]Q1 ]Q3 QR, ]I1 "
                       "ITF-14",
                   .remedy = "for example --allow ]d2,]C1"};
    }
  }
  return {};
}

}  // namespace

void add_symbol_read(CLI::App& symbol, const Nouns& nouns) {
  auto options = std::make_shared<Options>();
  auto* read = symbol.add_subcommand("read", "Read the symbols in PNG pictures");
  read->add_option("files", options->files, "PNG pictures")->required();
  read->add_option("--allow", options->allowed,
                   "Symbology identifiers that count, as ]d2,]C1; others are foreign (exit 3)")
      ->delimiter(',');
  auto* every = read->add_flag("--all", options->all, "Every symbol in the picture");
  read->add_option("--layer", options->layer, "A case layer of ROWSxCOLUMNS packs: every cell")
      ->excludes(every);
  read->add_option("--work", options->work, "Limit of work per picture, in pixels looked at")
      ->check(CLI::Range(1.0, 1e15));
  read->add_option("--attempts", options->attempts, "Limit of decoder calls per place")
      ->check(CLI::Range(1, 10'000));
  read->add_flag("--datamatrix", options->datamatrix_only, "Look for DataMatrix only: faster");
  read->add_flag("--dark-on-light", options->upright_only, "Do not look for light on dark");
  read->add_flag("--json", options->json, "One JSON object per picture");
  read->callback([options, &code = nouns.code] {
    if (const auto fine = check_allowed(options->allowed); !fine) {
      print_error(fine.error());
      code = kUsage;
      return;
    }
    code = kOk;
    for (const auto& file : options->files) {
      const auto outcome = read_file(file, *options);
      if (!outcome) {
        print_file_error(file, outcome.error(), options->json ? ErrorForm::Json : ErrorForm::Text);
      }
      const int result = outcome                              ? *outcome
                         : outcome.error().field == "--layer" ? kUsage
                                                              : exit_code(outcome.error().code);
      code = std::max(code, result);
    }
  });
}

}  // namespace packtrail::cli
