#include "plant/batch_files.h"

#include <memory>

#include "capture/event_fact.h"
#include "epcis/event_hash.h"
#include "epcis/json_writer.h"
#include "epcis/xml12_writer.h"
#include "gs1/sscc.h"
#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "plant/batch_events.h"
#include "plant/batch_run.h"
#include "plant/batch_story.h"
#include "symbology/label/label.h"
#include "trace/trace.h"

namespace packtrail::plant {
namespace {

using numbering::SerialState;
using Write = std::function<Status(std::string_view)>;

// Hands the buffer on when it has grown to a piece.
Status pass_on(std::string& buffer, const Write& write, std::size_t above) {
  if (buffer.size() <= above) return {};
  Status done = write(buffer);
  buffer.clear();
  return done;
}

epcis::Document document_of(const BatchStory& story) {
  epcis::Document document;
  document.schema_version = "2.0";
  document.creation_date = UtcTime{story.log.closed_us()}.to_text();
  const auto prefix = [](std::string_view name, std::string_view space) {
    return epcis::ContextEntry{epcis::ContextEntry::Kind::Prefix, std::string(name),
                               std::string(space)};
  };
  document.context.entries = {prefix(kIlmdPrefix, kIlmdNamespace),
                              prefix(kExtensionPrefix, kExtensionNamespace)};
  return document;
}

// The stored event with what the ledger adds: the time it was recorded, and the hash as its id.
Result<epcis::Event> full_event(const ledger::v1::Fact& fact, const trace::Trace& trace,
                                const epcis::EventContext& context) {
  epcis::Event event = PACKTRAIL_TRY(capture::read_event(fact.epcis_event(), trace));
  event.record_time = epcis::EventTime::of(UtcTime{fact.envelope().record_time_us()});
  if (event.event_id.empty()) event.event_id = epcis::event_hash_id(event, context);
  return event;
}

// The head of the document needs the closing time, which is known after a first pass.
Status write_epcis_json(std::string_view order_id, const BatchSource& source, const Write& write) {
  const BatchStory story =
      PACKTRAIL_TRY(read_story(order_id, source.ledger, source.trace, nullptr));
  const epcis::Document document = document_of(story);
  std::string buffer;
  epcis::JsonWriter writer(buffer);
  writer.begin(document);
  PACKTRAIL_TRY(
      read_story(order_id, source.ledger, source.trace,
                 [&](const ledger::v1::Fact& fact, const ledger::v1::EpcisEvent&) -> Status {
                   auto event = full_event(fact, source.trace, document.context);
                   if (!event) return std::move(event).error();
                   writer.event(*event);
                   return pass_on(buffer, write, kFilePieceSize);
                 }));
  writer.end();
  return pass_on(buffer, write, 0);
}

Status write_epcis_xml(std::string_view order_id, const BatchSource& source, const Write& write) {
  const BatchStory story =
      PACKTRAIL_TRY(read_story(order_id, source.ledger, source.trace, nullptr));
  epcis::Document document = document_of(story);
  document.schema_version = "1.2";
  epcis::Sbdh header;
  header.sender.identifier = story.order.plant().gln.digits();
  header.receiver.identifier = story.order.shipping().receiver.digits();
  header.instance_identifier = story.order.id();
  header.created = epcis::EventTime::of(UtcTime{story.log.closed_us()});
  std::string buffer;
  epcis::Xml12Writer writer(buffer);
  PACKTRAIL_TRY(writer.begin(document, header));
  PACKTRAIL_TRY(
      read_story(order_id, source.ledger, source.trace,
                 [&](const ledger::v1::Fact& fact, const ledger::v1::EpcisEvent&) -> Status {
                   auto event = full_event(fact, source.trace, document.context);
                   if (!event) return std::move(event).error();
                   if (Status written = writer.event(*event); !written) return written;
                   return pass_on(buffer, write, kFilePieceSize);
                 }));
  writer.end();
  return pass_on(buffer, write, 0);
}

Result<ReportExtras> extras_of(const BatchStory& story, const BatchSource& source) {
  ReportExtras extras;
  const ledger::SignedHead head = source.ledger.head();
  extras.tree_size = head.size;
  extras.tree_root = to_hex(head.root);
  extras.checkpoint = head.checkpoint;
  const auto reader = source.trace.reader();
  const LevelNumbers& packs = story.log.level(Level::Pack);
  for (NumberIndex i = 0; i < packs.numbers.size(); ++i) {
    if (packs.numbers[i].life == SerialState::Sampled) {
      extras.samples.push_back(reader->epc_text(packs.object(i)));
    }
  }
  const auto units = [&](Level level, std::uint32_t full, std::vector<ReportExtras::Unit>& out) {
    const LevelNumbers& numbers = story.log.level(level);
    for (NumberIndex i = 0; i < numbers.numbers.size(); ++i) {
      const LevelNumbers::Number& number = numbers.numbers[i];
      if (!number.filled || number.children == 0) continue;
      std::string above;
      if (number.container != kNoNumber) {
        above = reader->epc_text(story.log.level(Level::Pallet).object(number.container));
      }
      out.push_back({reader->epc_text(numbers.object(i)), number.children, std::move(above),
                     number.children < full});
    }
  };
  units(Level::Case, story.order.packaging().packs_per_case, extras.cases);
  units(Level::Pallet, story.order.packaging().cases_per_pallet, extras.pallets);
  PACKTRAIL_TRY(reader->failure());
  if (source.pictures != nullptr) {
    extras.good_picture =
        PACKTRAIL_TRY(source.pictures->find(story.order.id(), PictureStore::Kind::Good));
    extras.bad_picture =
        PACKTRAIL_TRY(source.pictures->find(story.order.id(), PictureStore::Kind::Bad));
  }
  return extras;
}

Error no_such_unit(std::string_view what) {
  return Error{.code = Errc::NotFound,
               .message = "the batch has no " + std::string(what) + " to show a label of"};
}

Result<symbology::PackLabel> pack_label(const BatchStory& story, const trace::Trace& trace) {
  const LevelNumbers& packs = story.log.level(Level::Pack);
  for (NumberIndex i = 0; i < packs.numbers.size(); ++i) {
    if (packs.numbers[i].container == kNoNumber) continue;
    const trace::ObjectNumber object = packs.object(i);
    const auto serial = PACKTRAIL_TRY(trace.serial(object.object_class(), object.instance()));
    const auto& product = story.order.product();
    const auto& batch = story.order.batch();
    return symbology::PackLabel{.product_name = product.name,
                                .strength = product.strength,
                                .form = product.form,
                                .gtin = std::string(product.gtin.digits()),
                                .serial = std::string(serial.text()),
                                .expiry_text = batch.expiry.resolved().to_iso(),
                                .expiry_yymmdd = std::string(batch.expiry.yymmdd()),
                                .lot = std::string(batch.lot.text())};
  }
  return no_such_unit("pack");
}

Result<symbology::CaseLabel> case_label(const BatchStory& story) {
  const LevelNumbers& cases = story.log.level(Level::Case);
  for (NumberIndex i = 0; i < cases.numbers.size(); ++i) {
    if (cases.numbers[i].children == 0) continue;
    const auto sscc = PACKTRAIL_TRY(gs1::Sscc::make(
        story.order.plant().company_prefix, kCaseExtensionDigit, cases.object(i).instance()));
    return symbology::CaseLabel{.product_name = story.order.product().name,
                                .quantity = std::to_string(cases.numbers[i].children),
                                .lot = std::string(story.order.batch().lot.text()),
                                .expiry_text = story.order.batch().expiry.resolved().to_iso(),
                                .content_gtin = std::string(story.order.product().gtin.digits()),
                                .sscc = std::string(sscc.digits())};
  }
  return no_such_unit("case");
}

Status write_label(const BatchStory& story, std::string_view name, const BatchSource& source,
                   const Write& write) {
  const bool svg = name.ends_with(".svg");
  const int dpi = story.order.plant().label_dpi;
  std::string text;
  if (name.starts_with("labels/pack")) {
    symbology::PrintSpec spec;
    spec.dpi = dpi;
    const auto label = PACKTRAIL_TRY(pack_label(story, source.trace));
    text = svg ? PACKTRAIL_TRY(to_svg(label, spec)) : PACKTRAIL_TRY(to_zpl(label, spec));
  } else {
    const auto spec = symbology::PrintSpec::logistic(dpi);
    const auto label = PACKTRAIL_TRY(case_label(story));
    text = svg ? PACKTRAIL_TRY(to_svg(label, spec)) : PACKTRAIL_TRY(to_zpl(label, spec));
  }
  return write(text);
}

}  // namespace

Status write_batch_file(std::string_view order_id, std::string_view name, const BatchSource& source,
                        const Write& write) {
  if (std::find(kBatchFiles.begin(), kBatchFiles.end(), name) == kBatchFiles.end()) {
    return Error{.code = Errc::NotFound,
                 .message = "a batch has no file " + std::string(name.substr(0, 80))};
  }
  if (name == "epcis-2.0.json") return write_epcis_json(order_id, source, write);
  if (name == "epcis-1.2.xml") return write_epcis_xml(order_id, source, write);
  const BatchStory story =
      PACKTRAIL_TRY(read_story(order_id, source.ledger, source.trace, nullptr));
  if (name.starts_with("labels/")) return write_label(story, name, source, write);
  const ReportExtras extras = PACKTRAIL_TRY(extras_of(story, source));
  return name == "report.json" ? write_report_json(story, extras, write)
                               : write_report_html(story, extras, write);
}

Status write_batch_files(std::string_view order_id, const BatchSource& source, FileSink& sink) {
  for (const std::string_view name : kBatchFiles) {
    PACKTRAIL_TRY(sink.open(name));
    PACKTRAIL_TRY(write_batch_file(order_id, name, source,
                                   [&sink](std::string_view bytes) { return sink.write(bytes); }));
    PACKTRAIL_TRY(sink.close());
  }
  return {};
}

}  // namespace packtrail::plant
