// EPCIS 1.2 XML: valid against the XSD, nothing left out, what 1.2 cannot say refused.
#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <cstdarg>
#include <cstdio>
#include <memory>

#include "epcis/json_reader.h"
#include "epcis/test_data.h"
#include "epcis/xml12_writer.h"

namespace packtrail::epcis {
namespace {

void collect(void* text, const char* format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  static_cast<std::string*>(text)->append(line);
}

// The XSD of EPCIS 1.2 as libxml2 reads it.
class Xsd {
 public:
  Xsd() {
    const auto path = test_data() / "schema" / "xsd-1.2" / "EPCglobal-epcis-1_2.xsd";
    if (!std::filesystem::exists(path)) return;
    std::unique_ptr<xmlSchemaParserCtxt, decltype(&xmlSchemaFreeParserCtxt)> parser(
        xmlSchemaNewParserCtxt(path.c_str()), &xmlSchemaFreeParserCtxt);
    schema_.reset(xmlSchemaParse(parser.get()));
  }
  [[nodiscard]] bool at_hand() const { return schema_ != nullptr; }

  // What is wrong with `xml`; empty when it is valid.
  [[nodiscard]] std::string faults(const std::string& xml) const {
    std::string faults;
    std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
        xmlReadMemory(xml.data(), static_cast<int>(xml.size()), "out.xml", nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOERROR),
        &xmlFreeDoc);
    if (document == nullptr) return "not well-formed";
    std::unique_ptr<xmlSchemaValidCtxt, decltype(&xmlSchemaFreeValidCtxt)> context(
        xmlSchemaNewValidCtxt(schema_.get()), &xmlSchemaFreeValidCtxt);
    xmlSchemaSetValidErrors(context.get(), collect, collect, &faults);
    const int result = xmlSchemaValidateDoc(context.get(), document.get());
    if (result != 0 && faults.empty()) faults = "invalid";
    return faults;
  }

 private:
  struct Free {
    void operator()(xmlSchema* schema) const { xmlSchemaFree(schema); }
  };
  std::unique_ptr<xmlSchema, Free> schema_;
};

const Xsd& xsd() {
  static const Xsd xsd;
  return xsd;
}

Event base_event(EventType type) {
  Event event;
  event.type = type;
  event.event_time = {*UtcTime::parse("2026-11-20T09:58:00.123+01:00"),
                      "2026-11-20T09:58:00.123+01:00"};
  event.time_zone_offset = "+01:00";
  if (type != EventType::Transformation) event.action = Action::Add;
  return event;
}

ExtensionField user_field(std::string name, std::string text) {
  return {.prefix = "ex",
          .namespace_uri = "https://ns.example.com/epcis/",
          .local_name = std::move(name),
          .kind = ExtensionField::Kind::Text,
          .text = std::move(text),
          .children = {}};
}

// One event of each type that 1.2 has, with every member that 1.2 has.
Document full_document() {
  Document document;
  document.creation_date = "2026-11-20T10:00:00.000Z";
  document.context.entries.push_back(
      {ContextEntry::Kind::Prefix, "ex", "https://ns.example.com/epcis/"});
  for (const EventType type : {EventType::Object, EventType::Aggregation, EventType::Transaction,
                               EventType::Transformation}) {
    Event event = base_event(type);
    event.record_time = event.event_time;
    event.event_id = "urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8";
    event.error_declaration.emplace();
    event.error_declaration->declaration_time = event.event_time;
    event.error_declaration->reason.text = "incorrect_data";
    event.error_declaration->corrective_event_ids = {"urn:uuid:1", "urn:uuid:2"};
    event.error_declaration->extensions.push_back(user_field("why", "x < y & \"z\""));
    const TextList epcs{"urn:epc:id:sgtin:9521141.012345.A1",
                        "urn:epc:id:sgtin:9521141.012345.B%2F2"};
    const std::vector<QuantityElement> quantities = {
        {"urn:epc:class:lgtin:9521141.012345.L1", "12.50", "KGM"},
        {"urn:epc:idpat:sgtin:9521141.012345.*", "3", ""},
        {"urn:epc:idpat:sgtin:9521141.012346.*", "", ""}};
    switch (type) {
      case EventType::Object:
        event.epc_list = epcs;
        event.quantity_list = quantities;
        break;
      case EventType::Transaction:
        event.epc_list = epcs;
        event.quantity_list = quantities;
        event.parent_id = "urn:epc:id:sscc:9521141.0000000001";
        break;
      case EventType::Aggregation:
      case EventType::Association:
        event.child_epcs = epcs;
        event.child_quantities = quantities;
        event.parent_id = "urn:epc:id:sscc:9521141.0000000001";
        break;
      case EventType::Transformation:
        event.input_epcs = epcs;
        event.input_quantities = quantities;
        event.output_epcs = epcs;
        event.output_quantities = quantities;
        event.transformation_id = "urn:epc:id:gdti:9521141.00001.7";
        break;
    }
    event.biz_step.text = "packing";
    event.disposition.text = "https://ref.gs1.org/cbv/Disp-in_progress";
    event.read_point.id = "urn:epc:id:sgln:9521141.00001.0";
    event.read_point.extensions.push_back(user_field("door", "7"));
    event.biz_location.id = "urn:epc:id:sgln:9521141.00002.0";
    event.biz_transactions = {{{"po"}, "urn:epcglobal:cbv:bt:9521141000016:1"}, {{}, "urn:x:y"}};
    event.sources = {{{"owning_party"}, "urn:epc:id:pgln:9521141.00001"}};
    event.destinations = {{{"urn:example:sdt:x"}, "urn:epc:id:pgln:9521141.00002"}};
    if (type == EventType::Object || type == EventType::Transformation) {
      ExtensionField lot = user_field("lotNumber", "L1");
      lot.prefix = "cbvmda";
      lot.namespace_uri = "urn:epcglobal:cbv:mda:";
      event.ilmd = {lot, user_field("b", "2")};
    }
    ExtensionField object = user_field("o", "");
    object.kind = ExtensionField::Kind::Object;
    ExtensionField list = user_field("l", "");
    list.kind = ExtensionField::Kind::Array;
    list.children = {ExtensionField{.prefix = {},
                                    .namespace_uri = {},
                                    .local_name = {},
                                    .kind = ExtensionField::Kind::Number,
                                    .text = "1.0",
                                    .children = {}},
                     ExtensionField{.prefix = {},
                                    .namespace_uri = {},
                                    .local_name = {},
                                    .kind = ExtensionField::Kind::Bool,
                                    .text = "true",
                                    .children = {}}};
    object.children = {list, user_field("t", "tab\there")};
    event.extensions = {object};
    document.events.push_back(event);
  }
  return document;
}

Sbdh header() {
  return {.sender = {.identifier = "urn:epc:id:sgln:9521141.00001.0"},
          .receiver = {.identifier = "9524000059109", .authority = "GLN"},
          .instance_identifier = "DOC-1",
          .created = EventTime::of(*UtcTime::parse("2026-11-20T10:00:00Z"))};
}

TEST(Xml12, IsValidAgainstTheXsd) {
  if (!xsd().at_hand()) GTEST_SKIP() << "no EPCIS 1.2 XSD at hand";
  const Document document = full_document();
  const auto plain = write_xml12(document);
  ASSERT_TRUE(plain) << plain.error().to_text();
  EXPECT_EQ(xsd().faults(*plain), "") << *plain;
  const auto with_header = write_xml12(document, header());
  ASSERT_TRUE(with_header) << with_header.error().to_text();
  EXPECT_EQ(xsd().faults(*with_header), "") << *with_header;

  // The test would notice a wrong order.
  std::string wrong = *plain;
  const std::string action = "<action>ADD</action>";
  const std::size_t at = wrong.find(action);
  wrong.erase(at, action.size()).insert(wrong.find("</ObjectEvent>"), action);
  EXPECT_NE(xsd().faults(wrong), "");
}

TEST(Xml12, WritesEveryTypeOfEventInFull) {
  const auto xml = write_xml12(full_document(), header());
  ASSERT_TRUE(xml) << xml.error().to_text();
  for (const char* part :
       {"<sbdh:Identifier Authority=\"GLN\">9524000059109</sbdh:Identifier>",
        "<sbdh:InstanceIdentifier>DOC-1</sbdh:InstanceIdentifier>",
        "<eventTime>2026-11-20T09:58:00.123+01:00</eventTime>"
        "<recordTime>2026-11-20T09:58:00.123+01:00</recordTime>"
        "<eventTimeZoneOffset>+01:00</eventTimeZoneOffset>"
        "<baseExtension><eventID>urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8</eventID>",
        "<reason>urn:epcglobal:cbv:er:incorrect_data</reason>",
        "<ex:why>x &lt; y &amp; &quot;z&quot;</ex:why>",
        "<epc>urn:epc:id:sgtin:9521141.012345.B%2F2</epc>",
        "<quantity>12.50</quantity><uom>KGM</uom>",
        "<bizStep>urn:epcglobal:cbv:bizstep:packing</bizStep>"
        "<disposition>urn:epcglobal:cbv:disp:in_progress</disposition>",
        "<bizTransaction type=\"urn:epcglobal:cbv:btt:po\">",
        "<bizTransaction>urn:x:y</bizTransaction>",
        "<source type=\"urn:epcglobal:cbv:sdt:owning_party\">",
        "<destination type=\"urn:example:sdt:x\">",
        "<ilmd><cbvmda:lotNumber xmlns:cbvmda=\"urn:epcglobal:cbv:mda\">L1</cbvmda:lotNumber>",
        "<ex:o><ex:l>1.0</ex:l><ex:l>true</ex:l><ex:t>tab&#9;here</ex:t></ex:o>",
        "<extension><TransformationEvent>", "<ex:door>7</ex:door></readPoint>"}) {
    EXPECT_NE(xml->find(part), std::string::npos) << part << "\n" << *xml;
  }
}

TEST(Xml12, IsValidForTheDocumentsOfOthers) {
  if (!xsd().at_hand()) GTEST_SKIP() << "no EPCIS 1.2 XSD at hand";
  int written = 0, refused = 0;
  for (const auto& file : files_below(test_data(), {".json", ".jsonld"})) {
    auto document = read_json(as_bytes(read_file(file)));
    if (!document) continue;  // Schemas and queries.
    document->kind = Document::Kind::Document;
    if (document->creation_date.empty()) document->creation_date = "2026-11-20T10:00:00Z";
    document->id.clear();
    document->header.clear();
    document->extensions.clear();
    const auto xml = write_xml12(*document);
    if (!xml) {
      ++refused;
      EXPECT_EQ(xml.error().rule, "EPCIS 1.2 XML schema") << xml.error().to_text();
      continue;
    }
    ++written;
    EXPECT_EQ(xsd().faults(*xml), "") << file << "\n" << *xml;
  }
  EXPECT_GE(written, 12);
  EXPECT_GE(refused, 12);
}

struct Refusal {
  const char* what;
  void (*change)(Event&);
  const char* field;
};

class Xml12Refuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(Xml12Refuses, WhatItCannotCarry) {
  Event event = base_event(EventType::Object);
  event.epc_list = {"urn:epc:id:sgtin:9521141.012345.A1"};
  Document head;
  head.creation_date = "2026-11-20T10:00:00Z";
  std::string out;
  Xml12Writer writer(out);
  ASSERT_TRUE(writer.begin(head, {}));
  ASSERT_TRUE(writer.event(event));
  const std::string before = out;
  GetParam().change(event);
  const Status refused = writer.event(event);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, std::string("/epcisBody/eventList/1") + GetParam().field);
  EXPECT_FALSE(refused.error().message.empty());
  EXPECT_EQ(out, before);
}

ExtensionField of_kind(ExtensionField::Kind kind) {
  ExtensionField field = user_field("f", "");
  field.kind = kind;
  return field;
}

INSTANTIATE_TEST_SUITE_P(
    Xml12, Xml12Refuses,
    ::testing::Values(
        Refusal{"association",
                [](Event& e) {
                  e.type = EventType::Association;
                  e.epc_list.clear();
                  e.parent_id = "urn:x:y";
                  e.child_epcs = {"urn:x:z"};
                },
                "/type"},
        Refusal{"sensor",
                [](Event& e) {
                  ExtensionField type = user_field("type", "Mass");
                  type.prefix.clear();
                  type.namespace_uri.clear();
                  ExtensionField report = of_kind(ExtensionField::Kind::Object);
                  report.children = {type};
                  ExtensionField list = of_kind(ExtensionField::Kind::Array);
                  list.prefix.clear();
                  list.namespace_uri.clear();
                  list.local_name = "sensorReport";
                  list.children = {report};
                  ExtensionField sensor = of_kind(ExtensionField::Kind::Object);
                  sensor.children = {list};
                  e.sensor_elements = {sensor};
                },
                "/sensorElementList"},
        Refusal{"persistentDisposition",
                [](Event& e) { e.persistent_disposition.set = {{"recalled"}}; },
                "/persistentDisposition"},
        Refusal{"certificationInfo", [](Event& e) { e.certification_info = {"urn:x:y"}; },
                "/certificationInfo"},
        Refusal{"link",
                [](Event& e) { e.epc_list.push_back("https://id.gs1.org/01/09521141123454/21/A"); },
                "/epcList/1"},
        Refusal{"place link",
                [](Event& e) { e.read_point.id = "https://id.gs1.org/414/9521141000016"; },
                "/readPoint/id"},
        Refusal{"class link",
                [](Event& e) {
                  e.quantity_list = {{"https://id.gs1.org/01/09521141123454", "", ""}};
                },
                "/quantityList/0/epcClass"},
        Refusal{"exponent",
                [](Event& e) {
                  e.quantity_list = {{"urn:x:y", "1e3", ""}};
                },
                "/quantityList/0/quantity"},
        Refusal{"unit alone",
                [](Event& e) {
                  e.quantity_list = {{"urn:x:y", "", "KGM"}};
                },
                "/quantityList/0/quantity"},
        Refusal{"null", [](Event& e) { e.extensions = {of_kind(ExtensionField::Kind::Null)}; },
                "/ex:f"},
        Refusal{"empty list",
                [](Event& e) { e.extensions = {of_kind(ExtensionField::Kind::Array)}; }, "/ex:f"},
        Refusal{"list of lists",
                [](Event& e) {
                  ExtensionField list = of_kind(ExtensionField::Kind::Array);
                  list.children = {of_kind(ExtensionField::Kind::Array)};
                  e.extensions = {list};
                },
                "/ex:f/0"},
        Refusal{"control character",
                [](Event& e) { e.extensions = {user_field("f", std::string("a\x01", 2))}; },
                "/ex:f"},
        Refusal{"name", [](Event& e) { e.extensions = {user_field("7up", "x")}; }, "/ex:7up"},
        Refusal{"full URI",
                [](Event& e) {
                  ExtensionField field = user_field("https://e.com/x", "1");
                  field.prefix.clear();
                  field.namespace_uri.clear();
                  e.extensions = {field};
                },
                "/https:~1~1e.com~1x"},
        Refusal{"wrong event", [](Event& e) { e.epc_list.clear(); }, "/epcList"}));

TEST(Xml12, RefusesADocumentItCannotCarry) {
  Document document;
  document.creation_date = "2026-11-20T10:00:00Z";
  EXPECT_TRUE(write_xml12(document));
  const auto refuses = [&](auto change, const char* field) {
    Document changed = document;
    change(changed);
    const auto xml = write_xml12(changed);
    ASSERT_FALSE(xml) << field;
    EXPECT_EQ(xml.error().field, field);
  };
  refuses([](Document& d) { d.header = "{}"; }, "/epcisHeader");
  refuses([](Document& d) { d.id = "urn:x:y"; }, "/id");
  refuses([](Document& d) { d.sender = "x"; }, "/sender");
  refuses([](Document& d) { d.creation_date = "today"; }, "/creationDate");
  refuses([](Document& d) { d.kind = Document::Kind::QueryDocument; }, "/type");
  refuses([](Document& d) { d.extensions = {user_field("f", "x")}; }, "/ex:f");
  Sbdh nameless = header();
  nameless.receiver.identifier.clear();
  EXPECT_EQ(write_xml12(document, nameless).error().field, "/receiver");
}

}  // namespace
}  // namespace packtrail::epcis
