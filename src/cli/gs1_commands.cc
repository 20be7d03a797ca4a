#include <cstdio>

#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/error_json.h"
#include "cli/nouns.h"
#include "cli/terminal.h"
#include "gs1/check_digit.h"
#include "gs1/gln.h"
#include "gs1/interpretation.h"

namespace packtrail::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kPrefixFileMax = gs1::GcpLengthTable::kJsonMax;
constexpr std::size_t kLineMax = 64 * 1024;  // Of standard input; longer lines are refused.

int fail(const Error& error) {
  print_error(error);
  return exit_code(error);
}

Date today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Date::of({std::chrono::duration_cast<std::chrono::microseconds>(now).count()});
}

Result<std::string> read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content;
  char buffer[65536];
  while (file && (file.read(buffer, sizeof buffer) || file.gcount() > 0)) {
    content.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (content.size() > kPrefixFileMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = path + " is larger than 64 MiB",
                   .field = "--gcp-lengths",
                   .remedy = "give GS1's list of prefix lengths"};
    }
  }
  if (!file.eof()) {
    return Error{.code = Errc::NotFound,
                 .message = "cannot read " + path,
                 .field = "--gcp-lengths",
                 .remedy = "check the path"};
  }
  return content;
}

Result<gs1::GcpLengthTable> read_prefix_list(const std::string& path) {
  const std::string content = PACKTRAIL_TRY(read_whole(path));
  auto table = gs1::GcpLengthTable::from_json(content);
  if (table) return table;
  Error error = std::move(table).error();
  error.field = error.field.empty() ? "--gcp-lengths" : "--gcp-lengths, " + error.field;
  return error;
}

json::array to_json(const std::vector<gs1::Suggestion>& suggestions) {
  json::array all;
  for (const gs1::Suggestion& suggestion : suggestions) {
    json::array causes;
    for (const gs1::DamageCause cause : suggestion.causes) causes.emplace_back(to_string(cause));
    all.push_back({{"cause", to_string(suggestion.causes.front())},
                   {"causes", std::move(causes)},
                   {"explanation", suggestion.explanation},
                   {"repaired", as_utf8(suggestion.repaired)},
                   {"evidence", suggestion.evidence}});
  }
  return all;
}

json::object to_json(const gs1::Interpretation& found) {
  json::object out;
  out["ok"] = true;
  out["syntax"] = to_string(found.syntax);
  if (!found.aim.empty()) {
    out["symbologyIdentifier"] = found.aim;
    out["symbology"] = found.symbology;
  }
  json::array elements;
  for (const gs1::InterpretedElement& element : found.elements) {
    json::object one{
        {"ai", to_text(element.ai).view()}, {"title", element.title}, {"value", element.value}};
    if (!element.meaning.empty()) one["meaning"] = element.meaning;
    elements.push_back(std::move(one));
  }
  out["elements"] = std::move(elements);
  json::array keys;
  for (const gs1::InterpretedKey& key : found.keys) {
    keys.push_back({{"kind", key.kind}, {"value", key.value}});
  }
  out["keys"] = std::move(keys);
  json::object forms;
  for (const gs1::Form& form : found.forms) {
    if (form.possible) {
      forms[to_string(form.kind)] = {{"text", form.text}};
    } else {
      forms[to_string(form.kind)] = {{"reason", form.reason}, {"remedy", form.remedy}};
    }
  }
  out["forms"] = std::move(forms);
  json::array warnings;
  for (const gs1::Warning& warning : found.warnings) {
    json::object one{{"code", warning.code}, {"message", warning.message}};
    if (!warning.field.empty()) one["field"] = warning.field;
    if (!warning.remedy.empty()) one["remedy"] = warning.remedy;
    warnings.push_back(std::move(one));
  }
  out["warnings"] = std::move(warnings);
  out["suggestions"] = to_json(found.suggestions);
  return out;
}

json::object to_json(const gs1::Refusal& refusal) {
  return {{"ok", false},
          {"error", error_json(refusal.error)},
          {"suggestions", to_json(refusal.suggestions)}};
}

void print_for_people(std::string_view heading, const std::vector<gs1::Suggestion>& suggestions) {
  if (suggestions.empty()) return;
  std::printf("\n%.*s\n", static_cast<int>(heading.size()), heading.data());
  for (const gs1::Suggestion& suggestion : suggestions) {
    std::printf("  %s\n    as   %s\n    why  %s\n", printable(suggestion.explanation).c_str(),
                printable(suggestion.repaired).c_str(), printable(suggestion.evidence).c_str());
  }
}

void print_for_people(const gs1::Interpretation& found) {
  std::string syntax = to_string(found.syntax);
  if (!found.symbology.empty()) syntax += ", " + found.aim + " " + found.symbology;
  std::printf("syntax: %s\n\n", syntax.c_str());
  std::vector<std::vector<std::string>> rows{{"AI", "Title", "Value", "Meaning"}};
  for (const gs1::InterpretedElement& element : found.elements) {
    rows.push_back(
        {std::string(to_text(element.ai).view()), element.title, element.value, element.meaning});
  }
  print_table(rows);
  if (!found.keys.empty()) {
    std::puts("");
    rows = {{"Key", "Value"}};
    for (const gs1::InterpretedKey& key : found.keys) rows.push_back({key.kind, key.value});
    print_table(rows);
  }
  std::puts("");
  rows = {{"Form", "Text"}};
  for (const gs1::Form& form : found.forms) {
    rows.push_back({to_string(form.kind), form.possible ? form.text : "- " + form.reason});
  }
  print_table(rows);
  for (const gs1::Warning& warning : found.warnings) {
    std::printf("\nwarning: %s%s\n", warning.message.c_str(),
                warning.remedy.empty() ? "" : ("\n  " + warning.remedy).c_str());
  }
  print_for_people("It may have been damaged on its way:", found.suggestions);
}

struct ParseArguments {
  std::string text, lists, day, domain = "https://id.gs1.org";
  std::string company_prefix;
  std::size_t gcp_length = 0;
  unsigned filter = 0;
  bool json = false;
};

int interpret_one(std::string_view text, const gs1::InterpretationOptions& options, bool as_json) {
  const auto found = gs1::interpret(text, options);
  if (found) {
    if (as_json) {
      std::puts(json::serialize(to_json(*found)).c_str());
    } else {
      print_for_people(*found);
    }
    return kOk;
  }
  if (as_json) {
    std::puts(json::serialize(to_json(found.error())).c_str());
  } else {
    print_error(found.error().error);
    print_for_people("It may have been:", found.error().suggestions);
  }
  return exit_code(found.error().error.code);
}

int parse(const ParseArguments& arguments) {
  gs1::InterpretationOptions options{today(), nullptr, {}, arguments.domain};
  if (!arguments.day.empty()) {
    const auto day = Date::parse(arguments.day);
    if (!day) {
      print_error(Error{.message = "'" + printable(arguments.day) + "' is no day",
                        .field = "--today",
                        .remedy = "write it as 2026-11-20"});
      return kUsage;
    }
    options.today = *day;
  }
  gs1::GcpLengthTable table;
  if (!arguments.lists.empty()) {
    auto list = read_prefix_list(arguments.lists);
    if (!list) return fail(list.error());
    table.set_base(std::make_shared<const gs1::GcpLengthTable>(*std::move(list)));
  }
  if (!arguments.company_prefix.empty()) {
    const auto prefix = gs1::CompanyPrefix::parse(arguments.company_prefix);
    if (!prefix) return fail(prefix.error());
    const Status added = table.add(prefix->digits(), prefix->size());
    if (!added) return fail(added.error());
  }
  if (!arguments.lists.empty() || !arguments.company_prefix.empty()) options.gcp_lengths = &table;
  options.filter = static_cast<std::uint8_t>(arguments.filter);
  if (arguments.gcp_length != 0) options.gcp_length = arguments.gcp_length;
  if (arguments.text != "-") return interpret_one(arguments.text, options, arguments.json);
  int worst = kOk;
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.size() > kLineMax) line.resize(kLineMax);
    if (!arguments.json && number > 1) std::puts("");
    worst = std::max(worst, interpret_one(line, options, arguments.json));
  }
  return worst;
}

json::array split(std::string_view text, char between) {
  json::array parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(between));
    parts.emplace_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

// "01+21|02": the alternatives, each a list of AIs.
json::array split_lists(std::string_view text, char between) {
  json::array lists;
  for (const json::value& one : split(text, '|')) lists.push_back(split(one.as_string(), between));
  return lists;
}

// What stands behind "key"; nothing when the AI is no primary key.
std::optional<std::string_view> qualifiers_of(const gs1::AiEntry& entry) {
  constexpr std::string_view kKey = "key";
  if (!entry.link_key.starts_with(kKey)) return std::nullopt;
  std::string_view rest = entry.link_key.substr(kKey.size());
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return rest;
}

int table(const std::vector<std::string>& wanted, bool as_json) {
  std::vector<std::vector<std::string>> rows{
      {"AI", "Format", "Separator", "Requires", "Excludes", "Link key", "Title"}};
  json::array all;
  for (const gs1::AiEntry& entry : gs1::ai_table()) {
    for (unsigned number = entry.first; number <= entry.last; ++number) {
      const gs1::Ai ai{static_cast<std::uint16_t>(number), entry.digits};
      const std::string text(to_text(ai).view());
      const auto same = [&](const std::string& one) { return one == text; };
      if (!wanted.empty() && std::none_of(wanted.begin(), wanted.end(), same)) continue;
      const std::string format = layout_text(entry);
      rows.push_back({text, format, entry.predefined ? "no" : "yes", std::string(entry.required),
                      std::string(entry.excluded), std::string(entry.link_key),
                      std::string(entry.title)});
      const auto qualifiers = qualifiers_of(entry);
      all.push_back({{"ai", text},
                     {"format", format},
                     {"separator", !entry.predefined},
                     {"digitalLinkAttribute", entry.link_attribute},
                     {"digitalLinkQualifiers",
                      qualifiers ? json::value(split_lists(*qualifiers, ' ')) : json::value()},
                     {"requires", split_lists(entry.required, '+')},
                     {"excludes", split(entry.excluded, '|')},
                     {"title", entry.title}});
    }
  }
  for (const std::string& one : wanted) {
    if (!gs1::Ai::parse(one)) {
      return fail(Error{.code = Errc::NotFound,
                        .message = "AI " + printable(one) + " is not assigned",
                        .field = "AI",
                        .rule = "GS1 General Specifications 3.2",
                        .remedy = "packtrail gs1 table shows all"});
    }
  }
  if (as_json) {
    std::puts(json::serialize(all).c_str());
  } else {
    print_table(rows);
  }
  return kOk;
}

int complete(const std::string& digits, bool as_json) {
  const auto check = gs1::check_digit(digits);
  if (!check || digits.size() > 17) {
    return fail(Error{.message = "'" + printable(digits) + "' is not 1 to 17 digits",
                      .field = "DIGITS",
                      .rule = "GS1 General Specifications 7.9",
                      .remedy = "give the key without its check digit"});
  }
  const std::string whole = digits + *check;
  if (as_json) {
    std::puts(json::serialize(json::object{{"checkDigit", std::string(1, *check)}, {"key", whole}})
                  .c_str());
  } else {
    std::puts(whole.c_str());
  }
  return kOk;
}

}  // namespace

void add_gs1_commands(const Nouns& nouns) {
  CLI::App* gs1 = nouns.noun("gs1", "GS1 keys and data in every writing");

  const auto arguments = std::make_shared<ParseArguments>();
  auto* parse_command = gs1->add_subcommand(
      "parse", "What a text says, and every other writing of it. Exit 0 read, 3 refused");
  parse_command
      ->add_option("TEXT", arguments->text,
                   "Element string, Digital Link, EPC or key; - reads standard input, one a line")
      ->required();
  parse_command->add_flag("--json", arguments->json, "Answer as JSON, one line for each text");
  parse_command->add_option("--gcp-lengths", arguments->lists,
                            "Company prefix lengths, the JSON file that GS1 publishes");
  parse_command
      ->add_option("--gcp-length", arguments->gcp_length, "Digits of this key's company prefix")
      ->check(CLI::Range(4, 12));
  parse_command->add_option("--filter", arguments->filter, "Filter value of tags")
      ->check(CLI::Range(0, 7));
  parse_command->add_option("--company-prefix", arguments->company_prefix,
                            "A company prefix to know");
  parse_command->add_option("--today", arguments->day,
                            "Day that places the century of dates (default: the clock's)");
  parse_command->add_option("--domain", arguments->domain, "Where Digital Links begin")
      ->capture_default_str();
  parse_command->callback([arguments, &code = nouns.code] { code = parse(*arguments); });

  const auto wanted = std::make_shared<std::vector<std::string>>();
  const auto as_json = std::make_shared<bool>(false);
  auto* table_command = gs1->add_subcommand("table", "The Application Identifiers");
  table_command->add_option("AI", *wanted, "Only these");
  table_command->add_flag("--json", *as_json, "Answer as JSON");
  table_command->callback(
      [wanted, as_json, &code = nouns.code] { code = table(*wanted, *as_json); });

  const auto digits = std::make_shared<std::string>();
  auto* complete_command =
      gs1->add_subcommand("check-digit", "A key from its digits without the check digit");
  complete_command->add_option("DIGITS", *digits, "The key without its check digit")->required();
  complete_command->add_flag("--json", *as_json, "Answer as JSON");
  complete_command->callback(
      [digits, as_json, &code = nouns.code] { code = complete(*digits, *as_json); });
}

}  // namespace packtrail::cli
