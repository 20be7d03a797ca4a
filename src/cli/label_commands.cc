#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/label_templates.h"
#include "cli/nouns.h"
#include "cli/print_output.h"
#include "cli/terminal.h"
#include "symbology/label/template.h"

namespace packtrail::cli {
namespace {

namespace sym = symbology;

constexpr double kPreviewPixelsPerMm = 10;

struct Options {
  std::string form, format = "png", language;
  std::vector<std::string> forms, data;
  std::filesystem::path out;
  std::optional<int> dpi;
  bool preview = false, json = false;
};

// A file when there is one of that name, else one of the templates in the program.
Result<sym::LabelTemplate> load(const std::string& name) {
  std::error_code failed;
  std::string text;
  if (std::filesystem::is_regular_file(name, failed)) {
    text = PACKTRAIL_TRY(read_small_file(name));
  } else if (const auto known = find_label_template(name)) {
    text = *known;
  } else {
    return Error{.code = Errc::NotFound,
                 .message = "there is no template '" + name + "'",
                 .field = "TEMPLATE",
                 .remedy = "give a file, or a name from: packtrail label list"};
  }
  return sym::LabelTemplate::parse(text);
}

// Without any data, the template's sample.
Result<sym::LabelData> data_of(const sym::LabelTemplate& form,
                               const std::vector<std::string>& given) {
  if (given.empty()) return form.sample;
  sym::LabelData out;
  for (const std::string& item : given) {
    if (item.find('=') != std::string::npos) {
      PACKTRAIL_TRY(sym::set_field(out, item));
      continue;
    }
    const std::string text = PACKTRAIL_TRY(read_small_file(item));
    for (const auto& [field, value] : PACKTRAIL_TRY(sym::parse_label_data(text))) {
      out[field] = value;
    }
  }
  return out;
}

std::string about_json(const sym::LabelTemplate& form, const sym::Page& page) {
  boost::json::array symbols, texts;
  for (const auto& placed : page.symbols) {
    symbols.push_back(boost::json::object{{"name", placed.name},
                                          {"kind", sym::to_string(placed.symbol.kind)},
                                          {"data", placed.symbol.data},
                                          {"rows", placed.symbol.modules.height()},
                                          {"columns", placed.symbol.modules.width()},
                                          {"x_dimension_um", placed.plan.module.x_dimension_um},
                                          {"x_dimension_dots", placed.plan.module.dots}});
  }
  for (const auto& text : page.texts) texts.emplace_back(text.text);
  return boost::json::serialize(boost::json::object{{"template", form.name},
                                                    {"dpi", page.dpi},
                                                    {"width_dots", page.width_dots()},
                                                    {"height_dots", page.height_dots()},
                                                    {"symbols", std::move(symbols)},
                                                    {"texts", std::move(texts)}});
}

Result<sym::LayoutOptions> layout(const Options& options, const std::string& language) {
  PACKTRAIL_TRY(check_dpi(options.dpi));
  return sym::LayoutOptions{language, options.dpi.value_or(0)};
}

Status render_label(const Options& options) {
  const auto how = PACKTRAIL_TRY(layout(options, options.language));
  const auto form = PACKTRAIL_TRY(load(options.form));
  const auto data = PACKTRAIL_TRY(data_of(form, options.data));
  const auto page = PACKTRAIL_TRY(sym::lay_out(form, data, how));
  const Bytes bytes = options.preview ? PACKTRAIL_TRY(sym::to_preview(page, kPreviewPixelsPerMm))
                                      : PACKTRAIL_TRY(print_page(page, options.format));
  if (options.json) {
    std::puts(about_json(form, page).c_str());
    if (options.out.empty()) return {};
  }
  return deliver(bytes, options.out);
}

// One file for all templates would need pages of one size; each has its own sheets.
Status proof(const Options& options) {
  const auto how = PACKTRAIL_TRY(layout(options, options.language));
  if (options.json && options.out.empty()) {
    return Error{.message = "the sheets themselves would stand on standard output",
                 .field = "--json",
                 .remedy = "give --out"};
  }
  boost::json::array written;
  if (options.forms.size() > 1 && !std::filesystem::is_directory(options.out)) {
    return Error{.message = "several proofs need a folder",
                 .field = "--out",
                 .remedy = "give a folder that exists"};
  }
  for (const std::string& name : options.forms) {
    const auto form = PACKTRAIL_TRY(load(name));
    const auto data = PACKTRAIL_TRY(data_of(form, options.data));
    const auto bytes = PACKTRAIL_TRY(sym::to_proof_sheet(form, data, how));
    const auto file = std::filesystem::is_directory(options.out)
                          ? options.out / (form.name + "-proof.pdf")
                          : options.out;
    PACKTRAIL_TRY(deliver(bytes, file));
    boost::json::array languages;
    if (!options.language.empty()) {
      languages.emplace_back(options.language);
    } else {
      for (const auto& language : form.languages) languages.emplace_back(language);
    }
    written.push_back(boost::json::object{
        {"template", form.name}, {"file", file.string()}, {"languages", std::move(languages)}});
  }
  if (options.json) std::puts(boost::json::serialize(written).c_str());
  return {};
}

Status list(const Options& options) {
  boost::json::array all;
  std::vector<std::vector<std::string>> rows{{"NAME", "SIZE MM", "LANGUAGES", "WHAT"}};
  for (const auto& name : label_template_names()) {
    const auto form = PACKTRAIL_TRY(load(std::string(name)));
    std::string languages;
    boost::json::array codes;
    for (const auto& language : form.languages) {
      languages += (languages.empty() ? "" : " ") + language;
      codes.emplace_back(language);
    }
    boost::json::array fields;
    for (const auto& field : form.fields()) fields.emplace_back(field);
    all.push_back(boost::json::object{{"name", form.name},
                                      {"title", form.title},
                                      {"width_mm", form.width_mm},
                                      {"height_mm", form.height_mm},
                                      {"languages", std::move(codes)},
                                      {"fields", std::move(fields)}});
    rows.push_back({form.name, fmt::format("{:g} x {:g}", form.width_mm, form.height_mm), languages,
                    form.title});
  }
  if (options.json) {
    std::puts(boost::json::serialize(all).c_str());
  } else {
    print_table(rows);
  }
  return {};
}

// The sample must come out in every language.
Status check(const Options& options) {
  const auto form = PACKTRAIL_TRY(load(options.form));
  for (const std::string& language : form.languages) {
    const auto how = PACKTRAIL_TRY(layout(options, language));
    const auto page = PACKTRAIL_TRY(sym::lay_out(form, form.sample, how));
    const auto shapes = sym::check_page(page);
    if (!shapes) {
      Error error = shapes.error();
      error.message += " (language " + language + ")";
      return error;
    }
  }
  if (options.json) {
    boost::json::array fields;
    for (const auto& field : form.fields()) fields.emplace_back(field);
    std::puts(boost::json::serialize(
                  boost::json::object{{"name", form.name}, {"fields", std::move(fields)}})
                  .c_str());
    return {};
  }
  std::string fields;
  for (const auto& field : form.fields()) fields += (fields.empty() ? "" : " ") + field;
  std::puts(("ok\nfields: " + fields).c_str());
  return {};
}

}  // namespace

void add_label_commands(const Nouns& nouns) {
  auto* label = nouns.noun("label", "Labels: templates, print files, previews and proofs");
  const auto options = std::make_shared<Options>();
  const auto run = [options, &code = nouns.code](Status (*verb)(const Options&)) {
    return [options, &code, verb] {
      const Status done = verb(*options);
      if (done) return;
      print_error(done.error());
      code = exit_code(done.error());
    };
  };
  const auto with_data = [&](CLI::App* command) {
    command->add_option("--data", options->data,
                        "TOML files and field=value, later ones win; without, the sample");
    command->add_option("--language", options->language, "One of the template's languages");
    command->add_option("--dpi", options->dpi, "Instead of the template's: 203, 300 or 600");
    command->add_option("-o,--out", options->out, "File to write; standard output without");
  };
  auto* render = label->add_subcommand("render", "A label for a printer, a screen or a document");
  render->add_option("TEMPLATE", options->form, "Name or file")->required();
  auto* format =
      render->add_option("--format", options->format, kPrintFormats)->capture_default_str();
  render->add_flag("--preview", options->preview, "PNG for the screen: rulers, quiet zones tinted")
      ->excludes(format);
  render->add_flag("--json", options->json, "Describe the label as JSON on standard output");
  with_data(render);
  render->callback(run(render_label));

  auto* sheet = label->add_subcommand("proof", "A proof sheet (PDF) for approval, all languages");
  sheet->add_option("TEMPLATE", options->forms, "Names or files")->required();
  sheet->add_flag("--json", options->json, "List the files written as JSON; needs --out");
  with_data(sheet);
  sheet->callback(run(proof));

  auto* listed = label->add_subcommand("list", "Templates in the program");
  listed->add_flag("--json", options->json, "Answer as JSON, with the fields of each");
  listed->callback(run(list));

  auto* checked = label->add_subcommand("check", "Lay out a template's sample in every language");
  checked->add_option("TEMPLATE", options->form, "Name or file")->required();
  checked->add_option("--dpi", options->dpi, "Instead of the template's");
  checked->add_flag("--json", options->json, "Answer as JSON");
  checked->callback(run(check));
}

}  // namespace packtrail::cli
