#include "gs1/interpretation.h"

#include <algorithm>

#include "gs1/ai_date.h"
#include "gs1/ai_meaning.h"
#include "gs1/charset.h"
#include "gs1/digital_link.h"
#include "gs1/epc.h"
#include "gs1/epc_tag.h"
#include "gs1/national_number.h"
#include "gs1/ndc.h"
#include "gs1/partners.h"

namespace packtrail::gs1 {
namespace {

std::string text_of(Ai ai) { return std::string(to_text(ai).view()); }

struct KeyRow {
  std::string_view ai;
  std::string_view kind;
  std::string_view tail_ai;  // A second AI that makes one object of it.
  std::string_view tail_kind;
};
constexpr KeyRow kKeyRows[] = {
    {"00", "SSCC", "", ""},
    {"01", "GTIN", "21", "SGTIN"},
    {"01", "", "10", "LGTIN"},
    {"01", "", "235", "UPUI"},
    {"02", "GTIN of the content", "", ""},
    {"253", "GDTI", "", ""},
    {"255", "GCN", "", ""},
    {"401", "GINC", "", ""},
    {"402", "GSIN", "", ""},
    {"410", "GLN, ship to", "", ""},
    {"411", "GLN, bill to", "", ""},
    {"412", "GLN, purchased from", "", ""},
    {"413", "GLN, ship for", "", ""},
    {"414", "GLN, physical location", "254", "SGLN"},
    {"415", "GLN, invoicing party", "", ""},
    {"416", "GLN, production or service location", "", ""},
    {"417", "PGLN", "", ""},
    {"8003", "GRAI", "", ""},
    {"8004", "GIAI", "", ""},
    {"8006", "ITIP", "21", "ITIP with serial"},
    {"8010", "CPID", "8011", "CPID with serial"},
    {"8013", "GMN", "", ""},
    {"8017", "GSRNP", "", ""},
    {"8018", "GSRN", "", ""},
};

// National numbers that a GTIN or an AI of its own holds.
void add_national_keys(const Recognised& read, std::vector<InterpretedKey>& keys) {
  if (read.ifa && read.ifa->ppn) keys.push_back({"PPN", std::string(read.ifa->ppn->text())});
  if (const auto digits = read.elements.find(kAiGtin)) {
    const auto gtin = Gtin::try_parse(*digits);
    if (const auto pzn = gtin ? Pzn::of_ntin(*gtin) : std::nullopt) {
      keys.push_back({"NTIN", std::string(gtin->digits())});
      keys.push_back({"PZN", std::string(pzn->digits())});
    }
    if (gtin) {  // The ten digits do not say where labeler, product and package end.
      for (const Ndc& ndc : Ndc::of_gtin(*gtin)) {
        keys.push_back({"NDC, if " + std::string(to_string(ndc.shape())), ndc.hyphenated()});
      }
    }
  }
  for (std::size_t i = 0; i < read.elements.size(); ++i) {
    const auto [ai, value] = read.elements[i];
    const auto scheme = national_scheme(ai);
    if (scheme && NationalNumber::parse(*scheme, value)) {
      keys.push_back({std::string(title_of(*scheme)), std::string(value)});
    }
  }
}

std::vector<InterpretedKey> keys_of(const Recognised& read) {
  const ElementString& elements = read.elements;
  std::vector<InterpretedKey> keys;
  for (const KeyRow& row : kKeyRows) {
    const auto value = elements.find(row.ai);
    if (!value) continue;
    if (!row.kind.empty()) keys.push_back({std::string(row.kind), std::string(*value)});
    if (row.tail_ai.empty()) continue;
    const auto tail = elements.find(row.tail_ai);
    if (!tail) continue;
    ElementString both;
    if (both.add(*Ai::parse(row.ai), *value) && both.add(*Ai::parse(row.tail_ai), *tail)) {
      keys.push_back({std::string(row.tail_kind), both.to_bracketed()});
    }
  }
  add_national_keys(read, keys);
  return keys;
}

// The object or class that the elements name, as an EPC; nothing when they name none.
std::optional<Epc> epc_of(const ElementString& elements) {
  ElementString named;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto [ai, value] = elements[i];
    // These make no other object of a key: variant, extension of a document or service.
    if (ai == Ai{22, 2} || ai == Ai{7040, 4} || ai == Ai{8019, 4}) continue;
    if (!named.add(ai, value)) return std::nullopt;
  }
  auto link = to_digital_link(named, "https://id.gs1.org");
  if (!link) {
    // An AI that no link carries says nothing about the identity.
    ElementString plain;
    for (const std::string_view ai :
         {"00", "01", "10", "21", "235", "253", "255", "401", "402", "414", "254", "417", "8003",
          "8004", "8006", "8010", "8011", "8017", "8018"}) {
      const auto value = named.find(ai);
      if (value && !plain.add(*Ai::parse(ai), *value)) return std::nullopt;
    }
    link = to_digital_link(plain, "https://id.gs1.org");
    if (!link) return std::nullopt;
  }
  const auto epc = parse_epc(std::string_view(*link).substr(0, link->find('?')));
  if (!epc || std::holds_alternative<OtherUri>(epc->value)) return std::nullopt;
  return epc->value;
}

// The digits of the key that a company prefix begins; empty when there is none.
std::string_view company_digits(const ElementString& elements) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto [ai, value] = elements[i];
    const AiText text = to_text(ai);
    const std::string_view name = text.view();
    if (name == "00" || name == "01" || name == "402" || name == "8006" || name == "8003") {
      return value.substr(name == "402" ? 0 : 1);
    }
    if (name == "253" || name == "255" || name == "401" || name == "414" || name == "417" ||
        name == "8004" || name == "8010" || name == "8013" || name == "8017" || name == "8018") {
      return value;
    }
  }
  return {};
}

std::size_t gcp_length_of(const Recognised& read, const InterpretationOptions& options) {
  if (read.gcp_length != 0) return read.gcp_length;
  if (options.gcp_length) return *options.gcp_length;
  if (options.gcp_lengths == nullptr) return 0;
  return options.gcp_lengths->length_for(company_digits(read.elements)).value_or(0);
}

Form possible(FormKind kind, std::string text) { return {kind, true, std::move(text), {}, {}}; }
Form impossible(FormKind kind, std::string reason, std::string remedy) {
  return {kind, false, {}, std::move(reason), std::move(remedy)};
}

std::string bracketed(const ElementString& elements, char open, char close) {
  std::string out;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto [ai, value] = elements[i];
    out.append(1, open).append(to_text(ai).view()).append(1, close).append(value);
  }
  return out;
}

Form round_form(const ElementString& elements) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (elements[i].value.find_first_of("()") != std::string_view::npos) {
      return impossible(FormKind::RoundBrackets,
                        "(" + text_of(elements[i].ai) + ") holds a round bracket itself",
                        "use square brackets, which no value can hold");
    }
  }
  return possible(FormKind::RoundBrackets, bracketed(elements, '(', ')'));
}

Form link_form(const ElementString& elements, std::string_view stem) {
  auto link = to_digital_link(elements, stem);
  if (link) return possible(FormKind::DigitalLink, *std::move(link));
  const Error& error = link.error();
  const std::string field = error.field == "Digital Link" ? "" : "(" + error.field + "): ";
  return impossible(FormKind::DigitalLink, field + error.message, error.remedy);
}

Form urn_form(const std::optional<Epc>& epc, std::size_t gcp_length) {
  if (!epc) {
    return impossible(FormKind::EpcUrn, "the elements name nothing that has an EPC",
                      "an EPC needs a key with its serial, lot or extension");
  }
  if (gcp_length == 0) {
    return impossible(FormKind::EpcUrn, "the length of the company prefix is not known",
                      "say how long it is, or load GS1's list of prefix lengths");
  }
  auto urn = to_urn(*epc, gcp_length);
  if (urn) return possible(FormKind::EpcUrn, *std::move(urn));
  return impossible(FormKind::EpcUrn,
                    urn.error().message + ": " + std::to_string(gcp_length) +
                        " digits of company prefix do not fit",
                    "correct the length of the company prefix");
}

struct TagForms {
  Form uri;
  Form binary;
  Form plus;
};

Form hex_form(FormKind kind, const EpcTag& tag) {
  auto hex = to_epc_hex(tag);
  if (hex) return possible(kind, *std::move(hex));
  return impossible(kind, hex.error().message, hex.error().remedy);
}

// A tag that was read is written in its own coding; anything else in the shortest that holds it.
TagForms tag_forms(const Recognised& read, const std::optional<Epc>& epc, std::size_t gcp_length,
                   std::uint8_t filter) {
  constexpr FormKind kUri = FormKind::EpcTagUrn;
  constexpr FormKind kBits = FormKind::EpcBinary;
  constexpr FormKind kPlus = FormKind::EpcBinaryPlus;
  if (!epc) {
    const std::string reason = "the elements name nothing that has an EPC";
    const std::string remedy = "an EPC needs a key with its serial, lot or extension";
    return {impossible(kUri, reason, remedy), impossible(kBits, reason, remedy),
            impossible(kPlus, reason, remedy)};
  }
  TagForms forms;
  EpcTag tag{*epc, EpcCoding::kSgtin96, filter, static_cast<std::uint8_t>(gcp_length), {}, false};
  if (gcp_length < kUrnGcpMin || gcp_length > kUrnGcpMax) {
    const std::string reason = "the length of the company prefix is not known";
    const std::string remedy =
        "say how long it is, or load GS1's list of prefix lengths; the '+' coding needs none";
    forms.uri = impossible(kUri, reason, remedy);
    forms.binary = impossible(kBits, reason, remedy);
  } else if (const auto coding = choose_coding(*epc, gcp_length); !coding) {
    forms.uri = impossible(kUri, coding.error().message, coding.error().remedy);
    forms.binary = impossible(kBits, coding.error().message, coding.error().remedy);
  } else {
    tag.coding = read.tag && !is_plus(read.tag->coding) ? read.tag->coding : *coding;
    auto uri = to_tag_uri(tag);
    forms.uri = uri ? possible(kUri, *std::move(uri))
                    : impossible(kUri, uri.error().message, uri.error().remedy);
    forms.binary = hex_form(kBits, tag);
  }
  tag.gcp_length = 0;
  if (const auto coding = choose_coding(*epc, 0); !coding) {
    forms.plus = impossible(kPlus, coding.error().message, coding.error().remedy);
  } else {
    tag.coding = *coding;
    if (read.tag && is_plus(read.tag->coding)) {
      tag.coding = read.tag->coding;
      tag.date = read.tag->date;
    }
    forms.plus = hex_form(kPlus, tag);
  }
  return forms;
}

Form message_form(const Recognised& read, Date today) {
  constexpr FormKind kKind = FormKind::Mh10Message;
  IfaPack pack;
  if (read.ifa) {
    pack = *read.ifa;
  } else {
    const ElementString& elements = read.elements;
    const auto digits = elements.find(kAiGtin);
    const auto gtin = digits ? Gtin::try_parse(*digits) : std::nullopt;
    if (!gtin) {
      return impossible(kKind, "the message names a trade item, and there is none",
                        "an IFA message needs (01)");
    }
    if (const auto pzn = Pzn::of_ntin(*gtin)) {
      pack.ppn = Ppn::of(*pzn);
    } else {
      pack.gtin = gtin;
    }
    if (const auto lot = elements.find(kAiLot)) pack.lot = Lot::try_parse(*lot);
    if (const auto day = elements.find(kAiExpiry)) pack.expiry = Expiry::try_parse(*day, today);
    if (const auto serial = elements.find(kAiSerial)) {
      pack.serial = SerialNumber::try_parse(*serial);
    }
  }
  auto message = to_mh10(pack);
  if (message) return possible(kKind, *std::move(message));
  return impossible(kKind, message.error().message, message.error().remedy);
}

std::vector<Form> forms_of(const Recognised& read, const InterpretationOptions& options) {
  const ElementString& elements = read.elements;
  std::vector<Form> forms;
  if (elements.empty()) {  // A PPN of another agency than the PZN's, and nothing beside it.
    for (std::size_t i = 0; i + 1 < kFormKindCount; ++i) {
      forms.push_back(impossible(static_cast<FormKind>(i), "the message holds no GS1 element",
                                 "a GTIN or NTIN of the pack would be one"));
    }
    forms.push_back(message_form(read, options.today));
    return forms;
  }
  forms.push_back(possible(FormKind::RawElementString, elements.to_raw()));
  forms.push_back(round_form(elements));
  forms.push_back(possible(FormKind::SquareBrackets, bracketed(elements, '[', ']')));
  forms.push_back(link_form(elements, options.stem));
  const std::optional<Epc> epc = read.tag ? read.tag->value : epc_of(elements);
  const std::size_t gcp_length = gcp_length_of(read, options);
  forms.push_back(urn_form(epc, gcp_length));
  TagForms tags = tag_forms(read, epc, gcp_length, read.tag ? read.tag->filter : options.filter);
  forms.push_back(std::move(tags.uri));
  forms.push_back(std::move(tags.binary));
  forms.push_back(std::move(tags.plus));
  forms.push_back(message_form(read, options.today));
  return forms;
}

struct Warnings {
  std::vector<Warning> all;
  void add(std::string code, std::string field, std::string message, std::string remedy) {
    all.push_back({std::move(code), std::move(field), std::move(message), std::move(remedy)});
  }
};

// Six digits may be a day in one century and none in another: 29 February 2000 is, 2100 is not.
void warn_of_missing_days(const ElementString& elements, Date today, Warnings& warnings) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto [ai, value] = elements[i];
    std::size_t at = 0;
    for (const AiComponent& component : find_ai(ai)->components()) {
      if (at >= value.size()) break;
      const std::string_view part = value.substr(at, component.size_max);
      at += part.size();
      const auto rules = component.rules();
      const bool dated = std::any_of(rules.begin(), rules.end(), [](AiRule rule) {
        return rule == AiRule::Yymmdd || rule == AiRule::Yymmd0;
      });
      if (!dated || part.size() != kAiDateSize || parse_ai_date(part, today)) continue;
      const int year = full_year((part[0] - '0') * 10 + (part[1] - '0'), today.year());
      warnings.add("no_such_day", text_of(ai),
                   std::string(part).append(" is no day of ").append(std::to_string(year)) +
                       ", the year that lies within 50 years of " + today.to_iso(),
                   "compare the date with the source, or say which day is today");
    }
  }
}

void warn_of_dates(const ElementString& elements, Date today, Warnings& warnings) {
  const auto printed = elements.find(kAiExpiry);
  if (!printed) return;
  const auto expiry = parse_ai_date(*printed, today);
  if (!expiry) return;
  if (expiry->month_alone) {
    warnings.add("expiry_without_day", "17",
                 "the day is 00: the product may be used until " + expiry->day.to_iso(),
                 "print the day; the codes of medicines carry it");
  }
  if (expiry->day < today) {
    warnings.add("expired", "17", "the product expired on " + expiry->day.to_iso(), "");
  }
}

// EPCs hold the identity alone; only the other syntaxes can be expected to say more.
bool holds_attributes(Syntax syntax) { return syntax <= Syntax::DigitalLink; }

void warn_of_pack(const Recognised& read, Warnings& warnings) {
  const ElementString& elements = read.elements;
  const auto serial = elements.find(kAiSerial);
  if (!elements.find(kAiGtin) || !serial) return;
  if (!elements.find(kAiExpiry) && holds_attributes(read.syntax)) {
    warnings.add("expiry_missing", "17", "a serialised pack without expiry date",
                 "codes of medicines carry (01), (21), (17) and (10)");
  }
  if (!elements.find(kAiLot) && holds_attributes(read.syntax)) {
    warnings.add("lot_missing", "10", "a serialised pack without batch or lot number",
                 "codes of medicines carry (01), (21), (17) and (10)");
  }
  constexpr std::uint64_t kSgtin96Max = (std::uint64_t{1} << 38) - 1;  // TDS 14.5.1.1.
  std::uint64_t number = 0;
  bool fits = find_outside(*serial, kDigit) == serial->size() && serial->size() <= 12;
  for (const char c : *serial) {
    if (fits) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  fits = fits && number <= kSgtin96Max && (serial->size() == 1 || serial->front() != '0');
  if (!fits) {
    warnings.add("serial_not_sgtin_96", "21",
                 "the serial number does not fit an SGTIN-96 tag: only numbers up to " +
                     std::to_string(kSgtin96Max) + " without leading zero do",
                 "use SGTIN-198 or SGTIN+ where tags are written");
  }
}

std::vector<Warning> warnings_of(const Recognised& read, Date today) {
  Warnings warnings;
  if (read.superfluous_separator) {
    warnings.add("superfluous_separator", "", "a separator stands where the standard has none",
                 "values of predefined length and the last value are not followed by FNC1 "
                 "(GenSpecs 7.8.6)");
  }
  if (read.may_be_gln) {
    warnings.add("may_be_gln", "01",
                 "13 digits are a GTIN-13 or a GLN: both have the same check digit",
                 "write (01) or (414) before them to say which");
  }
  if (read.may_be_pzn) {
    warnings.add("may_be_pzn", "", "the digits are a PZN (Germany) as well: both checks are right",
                 "write the NTIN, which holds the PZN, if the PZN was meant");
  }
  if (read.may_be_key) {
    warnings.add("may_be_key", "",
                 "as many digits as a GTIN or SSCC has, and its check digit would be wrong",
                 "compare the digits with the source if a key was meant");
  }
  for (const AiText& name :
       {to_text({710, 3}), to_text({711, 3}), to_text({712, 3}), to_text({713, 3}),
        to_text({714, 3}), to_text({715, 3}), to_text({716, 3}), to_text({717, 3})}) {
    const auto value = read.elements.find(name.view());
    const auto scheme = national_scheme(*Ai::parse(name.view()));
    if (!value || !scheme) continue;
    const auto number = NationalNumber::parse(*scheme, *value);
    if (number) continue;
    warnings.add("national_number", std::string(name.view()), number.error().message,
                 number.error().remedy);
  }
  for (const PartnerFault& fault : partner_faults(read.elements)) {
    const Error error = fault.to_error();
    warnings.add(fault.kind == PartnerFault::Kind::Missing ? "partner_missing" : "partner_excluded",
                 error.field, error.message, error.remedy);
  }
  if (read.tag && read.tag->has_more_data) {
    warnings.add("more_tag_data", "", "further element strings follow the EPC in the tag's memory",
                 "they are not shown here");
  }
  warn_of_missing_days(read.elements, today, warnings);
  warn_of_dates(read.elements, today, warnings);
  warn_of_pack(read, warnings);
  return std::move(warnings.all);
}

}  // namespace

const char* to_string(FormKind kind) {
  switch (kind) {
    case FormKind::RawElementString:
      return "raw_element_string";
    case FormKind::RoundBrackets:
      return "round_brackets";
    case FormKind::SquareBrackets:
      return "square_brackets";
    case FormKind::DigitalLink:
      return "digital_link";
    case FormKind::EpcUrn:
      return "epc_urn";
    case FormKind::EpcTagUrn:
      return "epc_tag_urn";
    case FormKind::EpcBinary:
      return "epc_binary";
    case FormKind::EpcBinaryPlus:
      return "epc_binary_plus";
    case FormKind::Mh10Message:
      return "mh10_message";
  }
  return "unknown";
}

Result<Interpretation, Refusal> interpret(std::string_view text,
                                          const InterpretationOptions& options) {
  auto read = recognise(text);
  if (!read) {
    return Refusal{std::move(read).error(), suggest_repairs(text, options.today)};
  }
  Interpretation found;
  found.syntax = read->syntax;
  found.aim = read->aim;
  found.symbology = aim_symbology(read->aim);
  found.source = read->elements;
  for (std::size_t i = 0; i < read->elements.size(); ++i) {
    const auto [ai, value] = read->elements[i];
    found.elements.push_back({ai, std::string(find_ai(ai)->title), std::string(value),
                              ai_value_meaning(ai, value, options.today)});
  }
  found.keys = keys_of(*read);
  found.forms = forms_of(*read, options);
  found.warnings = warnings_of(*read, options.today);
  found.suggestions = suspect_damage(text, *read, options.today);
  return found;
}

}  // namespace packtrail::gs1
