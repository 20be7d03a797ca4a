#include "capture/prepared.h"

#include <algorithm>
#include <initializer_list>
#include <unordered_set>
#include <utility>

#include "base/crypto.h"
#include "epcis/check.h"
#include "gs1/element_string.h"
#include "numbering/market_profile.h"
#include "trace/epc_runs.h"

namespace packtrail::capture {
namespace {

Error wrong(std::string field, std::string message, std::string rule, std::string remedy = {}) {
  return {.code = Errc::InvalidArgument,
          .message = std::move(message),
          .field = std::move(field),
          .rule = std::move(rule),
          .remedy = std::move(remedy)};
}

struct TextField {
  const char* name;
  const std::string& text;
  std::size_t size_max;
  bool may_be_empty;
};

Status check_texts(std::initializer_list<TextField> fields) {
  for (const TextField& field : fields) {
    if (field.text.empty() && !field.may_be_empty) {
      return wrong(field.name, "must not be empty", "text_missing");
    }
    if (field.text.size() > field.size_max) {
      return wrong(field.name, "has at most " + std::to_string(field.size_max) + " bytes",
                   "text_too_long");
    }
  }
  return {};
}

// SHA-256 over fields, each with its length in front: no two contents give the same bytes.
class ContentHash {
 public:
  ContentHash& add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    hash_.update(as_bytes(text));
    return *this;
  }
  ContentHash& add(std::uint64_t number) {
    std::array<std::uint8_t, 8> bytes;
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    hash_.update(bytes);
    return *this;
  }
  ContentHash& add(const EpcTextList& list) {
    add(static_cast<std::uint64_t>(list.size()));
    // One buffer per 64 KiB: a call per text would cost more than hashing it.
    for (const std::string_view text : list.texts()) {
      const auto size = static_cast<std::uint32_t>(text.size());
      for (int i = 0; i < 4; ++i) buffer_.push_back(static_cast<char>(size >> (8 * i)));
      buffer_.append(text);
      if (buffer_.size() >= 65536) flush();
    }
    flush();
    return *this;
  }
  ContentDigest finish() {
    const Digest whole = hash_.finish();
    ContentDigest digest;
    std::copy_n(whole.begin(), digest.size(), digest.begin());
    return digest;
  }

 private:
  void flush() {
    hash_.update(as_bytes(buffer_));
    buffer_.clear();
  }
  Sha256 hash_;
  std::string buffer_;
};

std::vector<std::string_view> views_of(const epcis::TextList& list) {
  std::vector<std::string_view> views;
  views.reserve(list.size());
  for (const std::string_view text : list) views.push_back(text);
  return views;
}

class Preparer {
 public:
  Preparer(const Workshop& workshop, PreparedCommand& out) : workshop_(workshop), out_(out) {}

  Status operator()(const RecordEvent& command) {
    const epcis::Event& event = command.event;
    auto& body = *out_.fact.mutable_epcis_event();
    PACKTRAIL_TRY(write_event(event, body));
    PACKTRAIL_TRY(epcis::check_event(event));
    PACKTRAIL_TRY(parse("epcList", views_of(event.epc_list), out_.subjects));
    if (!event.parent_id.empty()) PACKTRAIL_TRY(parse("parentID", {event.parent_id}, out_.parent));
    PACKTRAIL_TRY(parse("childEPCs", views_of(event.child_epcs), out_.children));
    PACKTRAIL_TRY(parse("inputEPCList", views_of(event.input_epcs), out_.inputs));
    PACKTRAIL_TRY(parse("outputEPCList", views_of(event.output_epcs), out_.outputs));
    out_.lot = PACKTRAIL_TRY(lot_data(event));
    out_.step = {.event_type = epcis::to_string(event.type),
                 .action = event.action ? epcis::to_string(*event.action) : std::string_view{},
                 .biz_step = event.biz_step.text,
                 .disposition = event.disposition.text,
                 .role = rules::Role::Subject};
    // The outcome is a function of the step, so the commitments, which cover it, can be made now.
    const rules::Outcome outcome = workshop_.model.outcome(out_.step);
    body.set_life_after(outcome.life_after ? static_cast<std::uint32_t>(*outcome.life_after) : 0);
    body.set_quarantine(
        static_cast<ledger::v1::EpcisEvent::Quarantine>(static_cast<int>(outcome.quarantine)));
    body.set_rule_model(std::string(workshop_.model.name()));
    std::vector<std::vector<std::string_view>> texts;
    const auto write = [&](EpcTextList& list, auto make) {
      if (list.empty()) return;
      list.write(*make());
      texts.push_back(list.texts());
    };
    write(out_.subjects, [&] { return body.mutable_epc_list(); });
    write(out_.parent, [&] { return body.mutable_parent(); });
    write(out_.children, [&] { return body.mutable_child_epcs(); });
    write(out_.inputs, [&] { return body.mutable_input_epcs(); });
    write(out_.outputs, [&] { return body.mutable_output_epcs(); });
    out_.hashed = workshop_.ledger.commit_epcs(out_.fact, texts);
    return {};
  }

  Status operator()(const CreatePool& command) {
    PACKTRAIL_TRY(check_texts({{"market", command.market, kNameMax, true},
                               {"product_name", command.product_name, kNameMax, true},
                               {"spec.format", command.spec.format, kNameMax, true},
                               {"spec.market", command.spec.market, kNameMax, true},
                               {"spec.owner", command.spec.owner, kNameMax, true}}));
    PACKTRAIL_TRY(check_gcp_length(command.gcp_length));
    PACKTRAIL_TRY(numbering::Pool::create(command.spec));
    if (workshop_.keys == nullptr) {
      return Error{.code = Errc::FailedPrecondition,
                   .message = "there is no source of master keys, so no pool can be created",
                   .rule = "no_key_source"};
    }
    const numbering::MasterKey key = PACKTRAIL_TRY(workshop_.keys->master_key(command.spec.key_id));
    const auto check_value = numbering::KeyCheckValue::of(key);
    if (command.key_check_value && !(*command.key_check_value == check_value)) {
      return Error{.code = Errc::FailedPrecondition,
                   .message = "the key named " + command.spec.key_id.value() +
                              " has the check value " + check_value.to_hex() + ", not " +
                              command.key_check_value->to_hex(),
                   .field = "key_check_value",
                   .rule = "wrong_key",
                   .remedy = "Bring the right master key back before a pool is made with it."};
    }
    auto& body = *out_.fact.mutable_pool_created();
    body.set_gtin(std::string(command.spec.gtin.digits()));
    body.set_alphabet(std::string(command.spec.alphabet.characters()));
    body.set_length(static_cast<std::uint32_t>(command.spec.length));
    if (command.epoch == CreatePool::Epoch::Given) body.set_epoch(command.spec.epoch);
    body.set_key_id(command.spec.key_id.value());
    body.set_key_check_value(check_value.bytes.data(), check_value.bytes.size());
    body.set_planned_quantity(command.spec.planned_quantity);
    body.set_market(command.market.empty() ? command.spec.market : command.market);
    body.set_gcp_length(command.gcp_length);
    body.set_product_name(command.product_name);
    const numbering::SerialRules& rules = command.spec.rules;
    body.set_prefix(rules.prefix);
    body.set_first_characters(rules.first_characters);
    for (const std::string& word : rules.excluded_words) body.add_excluded_words(word);
    body.set_format(command.spec.format);
    body.set_owner(command.spec.owner);
    body.set_low_water(command.spec.low_water);
    return {};
  }

  Status operator()(const CreateImportedPool& command) {
    PACKTRAIL_TRY(check_texts({{"source", command.source, kNameMax, false},
                               {"owner", command.owner, kNameMax, true},
                               {"market", command.market, kNameMax, true},
                               {"format", command.format, kNameMax, true},
                               {"product_name", command.product_name, kNameMax, true}}));
    PACKTRAIL_TRY(check_gcp_length(command.gcp_length));
    // A shape that is only a name could not be held against the numbers.
    if (!command.format.empty()) PACKTRAIL_TRY(numbering::builtin_profile(command.format));
    auto& body = *out_.fact.mutable_imported_pool_created();
    body.set_gtin(std::string(command.gtin.digits()));
    body.set_source(command.source);
    body.set_owner(command.owner);
    body.set_market(command.market);
    body.set_format(command.format);
    body.set_gcp_length(command.gcp_length);
    body.set_product_name(command.product_name);
    body.set_low_water(command.low_water);
    return {};
  }

  Status operator()(const ImportNumbers& command) {
    PACKTRAIL_TRY(check_texts({{"token", command.token, kNameMax, false},
                               {"file_name", command.file_name, kNameMax, true}}));
    if (command.serials.empty() || command.serials.size() > kNumbersPerImportMax) {
      return wrong("serials", "1 to " + std::to_string(kNumbersPerImportMax) + " numbers at a time",
                   "count_limit", "Send them in several requests, each with its own token.");
    }
    if (!command.companions.empty() && command.companions.size() != command.serials.size()) {
      return wrong("companions", "there is not one for each number", "companions_missing");
    }
    auto& body = *out_.fact.mutable_numbers_imported();
    body.set_object_class(command.pool.value());
    body.set_token(command.token);
    body.set_file_name(command.file_name);
    body.set_file_sha256(command.file_sha256.data(), command.file_sha256.size());
    body.set_first_line(command.first_line);
    auto& run = *body.mutable_numbers()->add_runs();
    out_.serials.reserve(command.serials.size());
    for (std::size_t i = 0; i < command.serials.size(); ++i) {
      auto serial = gs1::SerialNumber::parse(command.serials[i]);
      if (!serial) {
        Error error = std::move(serial).error();
        error.field = "serials/" + std::to_string(i);
        return error;
      }
      out_.serials.push_back(*serial);
      std::string text;
      const bool done =
          gs1::append_epc(text, gs1::Sgtin{command.gtin, *serial},
                          {gs1::EpcSpelling::Kind::DigitalLink, 0, "https://id.gs1.org"});
      if (!done) return wrong("serials/" + std::to_string(i), "has no Digital Link", "no_epc");
      run.add_texts(std::move(text));
      if (!command.companions.empty()) {
        const std::string field = "companions/" + std::to_string(i);
        if (command.companions[i].size() > kNameMax) {
          return wrong(field, "has at most " + std::to_string(kNameMax) + " bytes",
                       "text_too_long");
        }
        auto companions = companions_of(command.companions[i]);
        if (!companions) {
          Error error = std::move(companions).error();
          error.field = field;
          return error;
        }
        body.add_companions(*std::move(companions));
      }
    }
    out_.hashed =
        workshop_.ledger.commit_epcs(out_.fact, {{run.texts().begin(), run.texts().end()}});
    return {};
  }

  Status operator()(const CreateSsccSeries& command) {
    if (command.extension_digit > 9) {
      return wrong("extension_digit", "the extension digit of an SSCC is 0 to 9",
                   "extension_digit (GenSpecs 3.3.1)");
    }
    auto& body = *out_.fact.mutable_sscc_series_created();
    body.set_company_prefix(std::string(command.company_prefix.digits()));
    body.set_extension_digit(command.extension_digit);
    return {};
  }

  Status operator()(const AllocateNumbers& command) {
    PACKTRAIL_TRY(check_texts({{"order_id", command.order_id, kNameMax, false},
                               {"token", command.token, kNameMax, false},
                               {"line", command.line, kNameMax, true}}));
    if (command.line.empty() && (command.until_us != 0 || command.low_water != 0)) {
      return wrong("line", "a term and a low-water mark belong to a reservation for a line",
                   "text_missing", "Name the line.");
    }
    if (command.count == 0 || command.count > kNumbersPerCommandMax) {
      return wrong("count", "1 to " + std::to_string(kNumbersPerCommandMax) + " numbers at a time",
                   "count_limit");
    }
    auto& body = *out_.fact.mutable_numbers_allocated();
    body.set_object_class(command.pool.value());
    body.set_order_id(command.order_id);
    body.set_token(command.token);
    body.set_line(command.line);
    body.set_until_us(command.until_us);
    body.set_low_water(command.low_water);
    return {};
  }

  Status operator()(const MoveNumbers& command) {
    PACKTRAIL_TRY(check_texts({{"order_id", command.order_id, kNameMax, true},
                               {"token", command.token, kNameMax, true},
                               {"reason", command.reason, kNameMax, false}}));
    PACKTRAIL_TRY(check_runs("runs", command.runs, kNumbersPerCommandMax));
    if (command.runs.empty()) return wrong("runs", "must name numbers", "list_missing");
    auto& body = *out_.fact.mutable_numbers_moved();
    body.set_object_class(command.runs.front().first.object_class().value());
    trace::encode_runs(command.runs, *body.mutable_counters());
    body.set_to_state(static_cast<std::uint32_t>(command.to));
    body.set_order_id(command.order_id);
    body.set_reason(command.reason);
    body.set_token(command.token);
    return {};
  }

  Status operator()(const AdvancePool& command) {
    PACKTRAIL_TRY(check_texts({{"evidence", command.evidence, kReasonMax, false}}));
    auto& body = *out_.fact.mutable_pool_advanced();
    body.set_object_class(command.pool.value());
    body.set_next_counter(command.next_counter);
    body.set_evidence(command.evidence);
    return {};
  }

  Status operator()(const BlockPools& command) {
    PACKTRAIL_TRY(check_texts({{"cause", command.cause, kReasonMax, false}}));
    auto& body = *out_.fact.mutable_pools_blocked();
    body.set_cause(command.cause);
    std::unordered_set<std::uint32_t> named;
    for (const auto& [object_class, next_counter] : command.floors) {
      if (object_class.value() == 0 || object_class.value() > trace::kObjectClassMax ||
          next_counter > trace::kInstanceMax || !named.insert(object_class.value()).second) {
        return wrong("floors",
                     "class " + std::to_string(object_class.value()) +
                         " is out of range or named twice, or its counter is too large",
                     "malformed_floor");
      }
      auto& floor = *body.add_floors();
      floor.set_object_class(object_class.value());
      floor.set_next_counter(next_counter);
    }
    return {};
  }

  Status operator()(const OpenOrder& command) {
    PACKTRAIL_TRY(check_texts({{"order_id", command.order_id, kNameMax, false},
                               {"document", command.document, kDocumentMax, false}}));
    auto& body = *out_.fact.mutable_order_opened();
    body.set_order_id(command.order_id);
    body.set_document(command.document);
    const Digest digest = sha256(as_bytes(command.document));
    body.set_document_sha256(digest.data(), digest.size());
    return {};
  }

  Status operator()(const ChangeOrderState& command) {
    PACKTRAIL_TRY(check_texts({{"order_id", command.order_id, kNameMax, false},
                               {"document", command.document, kDocumentMax, true}}));
    auto& body = *out_.fact.mutable_order_state_changed();
    body.set_order_id(command.order_id);
    body.set_state(command.state);
    body.set_document(command.document);
    return {};
  }

  Status operator()(const RecordLine& command) {
    PACKTRAIL_TRY(check_texts({{"order_id", command.order_id, kNameMax, false},
                               {"station", command.station, kNameMax, false}}));
    PACKTRAIL_TRY(check_runs("passed", command.passed, kNumbersPerCommandMax));
    auto& body = *out_.fact.mutable_line_record();
    body.set_order_id(command.order_id);
    body.set_station(command.station);
    body.set_first_trigger(command.first_trigger);
    body.set_triggers(command.triggers);
    body.set_object_class(command.object_class.value());
    if (!command.passed.empty()) {
      if (command.passed.front().first.object_class() != command.object_class) {
        return wrong("passed", "numbers of another class than object_class", "class_mismatch");
      }
      trace::encode_runs(command.passed, *body.mutable_passed());
    }
    for (const LineFinding& finding : command.findings) {
      auto& to = *body.add_findings();
      to.set_trigger(finding.trigger);
      to.set_reason(finding.reason);
      to.set_expected(finding.expected);
      to.set_read(finding.read);
      to.set_action(finding.action);
    }
    return {};
  }

  Status operator()(const RecordUser& command) {
    PACKTRAIL_TRY(check_texts({{"user_id", command.user_id, kNameMax, false}}));
    auto& body = *out_.fact.mutable_user_recorded();
    body.set_user_id(command.user_id);
    for (const std::string& role : command.roles) {
      PACKTRAIL_TRY(check_texts({{"roles", role, kNameMax, false}}));
      body.add_roles(role);
    }
    body.set_commitment(command.commitment.data(), command.commitment.size());
    body.set_disabled(command.disabled);
    return {};
  }

 private:
  Status parse(std::string_view name, std::vector<std::string_view> views, EpcTextList& out) {
    if (views.empty()) return {};
    out = PACKTRAIL_TRY(EpcTextList::parse(name, std::move(views), workshop_.resolve));
    return {};
  }

  // As raw elements, however they were given: they go onto a label beside the number, so nothing
  // but company-internal elements, of characters that stand on labels.
  static Result<std::string> companions_of(const std::string& text) {
    if (text.empty()) return std::string();
    const auto elements = PACKTRAIL_TRY(gs1::ElementString::parse(text));
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto element = elements[i];
      const auto name = gs1::to_text(element.ai);
      const std::string_view ai = name.view();
      if (ai.size() != 2 || ai[0] != '9' || ai[1] < '1') {
        return wrong({}, "(" + std::string(ai) + ") is no element that comes with a number",
                     "company_internal (GenSpecs 3.10.2)", "Give elements of (91) to (99).");
      }
      const auto is_control = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      };
      if (std::any_of(element.value.begin(), element.value.end(), is_control)) {
        return wrong({}, "(" + std::string(ai) + ") holds a control character", "charset");
      }
    }
    return elements.to_raw();
  }

  static Status check_gcp_length(unsigned length) {
    if (length == 0 || (length >= gs1::kUrnGcpMin && length <= gs1::kUrnGcpMax)) return {};
    return wrong("gcp_length", "a company prefix in an EPC URN has 6 to 12 digits",
                 "gcp_length (TDS 6.3)");
  }

  static Status check_runs(const char* field, const std::vector<trace::ObjectRun>& runs,
                           std::uint64_t count_max) {
    std::uint64_t count = 0;
    for (const trace::ObjectRun& run : runs) {
      if (run.count == 0 || run.count > count_max || !run.first ||
          run.first.instance() + (run.count - 1) > trace::kInstanceMax) {
        return wrong(field, "a run is empty, too long or leaves its class", "malformed_run");
      }
      if (run.first.object_class() != runs.front().first.object_class()) {
        return wrong(field, "numbers of two classes in one list", "class_mismatch");
      }
      count += run.count;
      if (count > count_max) {
        return wrong(field, "at most " + std::to_string(count_max) + " numbers at a time",
                     "count_limit");
      }
    }
    return {};
  }

  const Workshop& workshop_;
  PreparedCommand& out_;
};

std::size_t count_epcs(const Command& command) {
  if (const auto* import = std::get_if<ImportNumbers>(&command)) return import->serials.size();
  const auto* record = std::get_if<RecordEvent>(&command);
  if (record == nullptr) return 0;
  const epcis::Event& event = record->event;
  return event.epc_list.size() + event.child_epcs.size() + event.input_epcs.size() +
         event.output_epcs.size() + (event.parent_id.empty() ? 0 : 1);
}

Status check_request(const Request& request) {
  if (request.commands.empty()) return wrong("commands", "nothing to record", "list_missing");
  if (request.commands.size() > kCommandsPerRequestMax) {
    return Error{
        .code = Errc::ResourceExhausted,
        .message = "at most " + std::to_string(kCommandsPerRequestMax) + " commands in one request",
        .field = "commands",
        .rule = "commands_limit"};
  }
  std::size_t epcs = 0;
  for (const Command& command : request.commands) epcs += count_epcs(command);
  if (epcs > kEpcsPerRequestMax) {
    return Error{
        .code = Errc::ResourceExhausted,
        .message = "at most " + std::to_string(kEpcsPerRequestMax) + " EPCs in one request",
        .field = "commands",
        .rule = "epcs_limit"};
  }
  if (request.idempotency_key.size() > kIdempotencyKeyMax) {
    return wrong("idempotency_key", "has at most " + std::to_string(kIdempotencyKeyMax) + " bytes",
                 "text_too_long");
  }
  const auto method = static_cast<unsigned>(request.actor.method);
  if (method < 1 || method > 4) return wrong("actor.method", "unknown method", "actor");
  return check_texts({{"actor.id", request.actor.id, kNameMax, false},
                      {"actor.company", request.actor.company, kNameMax, false},
                      {"actor.device", request.actor.device, kNameMax, true},
                      {"reason", request.reason, kReasonMax, true}});
}

// Every GTIN of packs made elsewhere gets a directory entry that stays in memory.
Status check_new_gtins(const Prepared& prepared) {
  std::unordered_set<std::uint64_t> gtins;
  for (std::size_t i = 0; i < prepared.commands.size(); ++i) {
    const PreparedCommand& command = prepared.commands[i];
    for (const EpcTextList* list : {&command.subjects, &command.parent, &command.children,
                                    &command.inputs, &command.outputs}) {
      list->add_new_gtins(gtins);
    }
    if (gtins.size() > kNewGtinsPerRequestMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "at most " + std::to_string(kNewGtinsPerRequestMax) +
                              " GTINs never seen before in one request",
                   .field = "commands/" + std::to_string(i),
                   .rule = "new_gtins_limit",
                   .remedy = "Split the request."};
    }
  }
  return {};
}

// The numbers that the request's own line records say were read and accepted.
trace::RunSet passed_of(const Request& request) {
  std::vector<trace::ObjectRun> runs;
  for (const Command& command : request.commands) {
    const auto* line = std::get_if<RecordLine>(&command);
    if (line != nullptr) runs.insert(runs.end(), line->passed.begin(), line->passed.end());
  }
  return trace::to_set(runs);
}

ContentDigest digest_of(const Prepared& prepared) {
  ContentHash hash;
  hash.add(prepared.request.reason);
  hash.add(static_cast<std::uint64_t>(prepared.commands.size()));
  for (const PreparedCommand& command : prepared.commands) {
    hash.add(static_cast<std::uint64_t>(command.command->index()));
    if (command.fact.has_epcis_event()) {
      hash.add(content_of(command.fact.epcis_event()));
      hash.add(command.subjects).add(command.parent).add(command.children);
      hash.add(command.inputs).add(command.outputs);
    } else {
      hash.add(command.fact.SerializeAsString());
      // What the body does not carry until the commit thread has filled it.
      if (const auto* allocate = std::get_if<AllocateNumbers>(command.command)) {
        hash.add(allocate->count);
      } else if (const auto* import = std::get_if<ImportNumbers>(command.command)) {
        hash.add(static_cast<std::uint64_t>(import->on_clash));
      }
    }
  }
  return hash.finish();
}

}  // namespace

Result<std::unique_ptr<Prepared>> prepare(Request request, const Workshop& workshop) {
  PACKTRAIL_TRY(check_request(request));
  auto prepared = std::make_unique<Prepared>();
  prepared->request = std::move(request);
  prepared->commands.resize(prepared->request.commands.size());
  for (std::size_t i = 0; i < prepared->commands.size(); ++i) {
    PreparedCommand& command = prepared->commands[i];
    command.command = &prepared->request.commands[i];
    if (Status done = std::visit(Preparer(workshop, command), *command.command); !done) {
      Error error = std::move(done).error();
      std::string place = "commands/" + std::to_string(i);
      if (!error.field.empty()) {
        if (error.field.front() != '/') place += '/';
        place += error.field;
      }
      error.field = std::move(place);
      return error;
    }
  }
  PACKTRAIL_TRY(check_new_gtins(*prepared));
  prepared->line_passed = passed_of(prepared->request);
  if (!prepared->request.idempotency_key.empty()) prepared->digest = digest_of(*prepared);
  return prepared;
}

}  // namespace packtrail::capture
