// Reading and writing EPCIS 2.0 JSON: what stays equal, what is refused and where.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>

#include "epcis/json_reader.h"
#include "epcis/json_writer.h"
#include "epcis/test_data.h"

namespace packtrail::epcis {
namespace {

constexpr std::string_view kHead =
    R"({"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",)"
    R"({"ex":"https://ns.example.com/epcis/"}],"type":"EPCISDocument","schemaVersion":"2.0",)"
    R"("creationDate":"2026-11-20T10:00:00.000Z","epcisBody":{"eventList":[)";
constexpr std::string_view kTail = "]}}";
constexpr std::string_view kPack = "urn:epc:id:sgtin:9521141.012345.A1";
constexpr std::string_view kTime =
    R"("eventTime":"2026-11-20T09:58:00.123+01:00","eventTimeZoneOffset":"+01:00")";

std::string document_of(std::string_view events) {
  return std::string(kHead).append(events).append(kTail);
}

// An event of `type` with time and the further members.
std::string event_of(std::string_view type, std::string_view members) {
  return std::string(R"({"type":")")
      .append(type)
      .append("\",")
      .append(kTime)
      .append(members.empty() ? "" : ",")
      .append(members)
      .append("}");
}

std::string commissioning(std::string_view more = {}) {
  return event_of("ObjectEvent", std::string(R"("action":"ADD","bizStep":"commissioning",)")
                                     .append(R"("epcList":[")")
                                     .append(kPack)
                                     .append("\"]")
                                     .append(more));
}

Document must_read(std::string_view text) {
  auto document = read_json(as_bytes(text));
  EXPECT_TRUE(document) << document.error().to_text() << "\n" << text.substr(0, 400);
  return document ? *std::move(document) : Document{};
}

// A text that is equal for equal JSON values: members sorted, an only item without its list where
// both forms mean the same.
void canonical(simdjson::dom::element element, std::string& out) {
  if (element.is_object()) {
    std::map<std::string, simdjson::dom::element> members;
    for (const auto field : simdjson::dom::object(element)) {
      members.emplace(std::string(field.key), field.value);
    }
    out += '{';
    for (const auto& [key, value] : members) {
      if (key == "@context") continue;
      if (value.is_array() && simdjson::dom::array(value).size() == 0) continue;
      out += key + ':';
      if (key == "certificationInfo" && value.is_string()) out += '[';
      canonical(value, out);
      if (key == "certificationInfo" && value.is_string()) out += ",]";
      out += ';';
    }
    out += '}';
  } else if (element.is_array()) {
    out += '[';
    for (const auto item : simdjson::dom::array(element)) {
      canonical(item, out);
      out += ',';
    }
    out += ']';
  } else {
    out += simdjson::minify(element);
  }
}

std::string canonical(const std::string& text) {
  simdjson::dom::parser parser;
  std::string out;
  canonical(parser.parse(simdjson::padded_string(text)).value(), out);
  return out;
}

class DocumentsOfOthers : public ::testing::TestWithParam<const char*> {};

TEST_P(DocumentsOfOthers, StayEqualThroughReadAndWrite) {
  if (!std::filesystem::exists(test_data())) GTEST_SKIP() << "no EPCIS documents at hand";
  const auto files = files_below(test_data() / GetParam(), {".json", ".jsonld"});
  ASSERT_FALSE(files.empty());
  int read = 0;
  for (const auto& file : files) {
    if (file.filename() == "SimpleEventQuery.json") continue;  // A query, not events.
    SCOPED_TRACE(file.string());
    const std::string text = read_file(file);
    const auto document = read_json(as_bytes(text));
    if (!document) {
      ADD_FAILURE() << document.error().to_text();
      continue;
    }
    ++read;
    const std::string written = write_json(*document, CbvSpelling::AsCaptured);
    EXPECT_EQ(canonical(text), canonical(written));
    const Document again = must_read(written);
    EXPECT_TRUE(again == *document);
    EXPECT_EQ(write_json(again, CbvSpelling::AsCaptured), written);
    const std::string bare = write_json(*document);
    EXPECT_EQ(write_json(must_read(bare)), bare);
  }
  RecordProperty("documents", read);
}

INSTANTIATE_TEST_SUITE_P(Json, DocumentsOfOthers,
                         ::testing::Values("examples/JSON", "pairs/2.0/EPCIS/JSON",
                                           "event-hash/examples", "event-hash/expected_equal"));

TEST(JsonReader, KeepsWhatWasWritten) {
  const Document document = must_read(document_of(commissioning(
      R"(,"eventID":"urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8",)"
      R"("ilmd":{"ex:b":"2","ex:a":1.50,"cbvmda:lotNumber":"A1"},)"
      R"("ex:o":{"ex:n":null,"ex:t":true,"ex:l":[1,"x",{"@id":"y"}],"plain":-0.0e1},)"
      R"("https://ns.example.org/full":"v","readPoint":{"id":"urn:epc:id:sgln:9521141.00001.0",)"
      R"("ex:door":"7"})")));
  ASSERT_EQ(document.events.size(), 1U);
  const Event& event = document.events[0];
  EXPECT_EQ(event.event_time.text, "2026-11-20T09:58:00.123+01:00");
  EXPECT_EQ(event.event_time.instant.to_text(), "2026-11-20T08:58:00.123Z");
  EXPECT_EQ(event.biz_step.word(), "commissioning");
  ASSERT_EQ(event.epc_list.size(), 1U);
  EXPECT_EQ(event.epc_list[0], kPack);
  ASSERT_EQ(event.ilmd.size(), 3U);
  EXPECT_EQ(event.ilmd[0].name(), "ex:b");
  EXPECT_EQ(event.ilmd[1].kind, ExtensionField::Kind::Number);
  EXPECT_EQ(event.ilmd[1].text, "1.50");
  EXPECT_EQ(event.ilmd[2].namespace_uri, "urn:epcglobal:cbv:mda:");
  ASSERT_EQ(event.extensions.size(), 2U);
  EXPECT_EQ(event.extensions[0].children[3].text, "-0.0e1");
  EXPECT_EQ(event.extensions[1].prefix, "");
  EXPECT_EQ(event.extensions[1].local_name, "https://ns.example.org/full");
  ASSERT_EQ(event.read_point.extensions.size(), 1U);
  EXPECT_EQ(event.read_point.extensions[0].namespace_uri, "https://ns.example.com/epcis/");
}

TEST(JsonReader, FindsTheContextWhereverItStands) {
  const Document document = must_read(
      R"({"type":"EPCISDocument","epcisBody":{"eventList":[)" + commissioning(R"(,"ex:a":"1")") +
      R"(]},"schemaVersion":"2.0","creationDate":"2026-11-20T10:00:00Z","@context":[)" +
      R"("https://ref.gs1.org/standards/epcis/epcis-context.jsonld",{"ex":"urn:ex:"}]})");
  EXPECT_EQ(document.events.at(0).extensions.at(0).namespace_uri, "urn:ex:");
}

TEST(JsonReader, ReadsCbvInEverySpelling) {
  for (const char* spelling :
       {"packing", "cbv:BizStep-packing", "https://ref.gs1.org/cbv/BizStep-packing",
        "urn:epcglobal:cbv:bizstep:packing"}) {
    const Document document = must_read(document_of(event_of(
        "AggregationEvent",
        std::string(R"("action":"DELETE","parentID":"urn:epc:id:sscc:9521141.0000000001",)") +
            R"("bizStep":")" + spelling + '"')));
    EXPECT_EQ(document.events.at(0).biz_step.word(), "packing");
    EXPECT_EQ(document.events.at(0).biz_step.text, spelling);
    EXPECT_NE(write_json(document).find(R"("bizStep":"packing")"), std::string::npos);
  }
}

struct Refusal {
  const char* what;
  std::string text;
  std::string field;
};

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithThePointerOfTheFault) {
  const auto document = read_json(as_bytes(GetParam().text));
  ASSERT_FALSE(document) << GetParam().what;
  EXPECT_EQ(document.error().field, GetParam().field) << document.error().to_text();
  EXPECT_EQ(document.error().code, Errc::InvalidArgument) << document.error().to_text();
  EXPECT_FALSE(document.error().message.empty());
  EXPECT_FALSE(document.error().rule.empty()) << document.error().to_text();
}

std::string with(std::string_view events, std::string_view from, std::string_view to) {
  std::string text = document_of(events);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

const std::string kEvent0 = "/epcisBody/eventList/0";
const std::string kAction = R"("action":"OBSERVE")";
const std::string kEpcs = R"("epcList":[")" + std::string(kPack) + "\"]";
const std::string kParent = R"("parentID":"urn:epc:id:sscc:9521141.0000000001")";
const std::string kChildren = R"("childEPCs":[")" + std::string(kPack) + "\"]";

std::string object_with(const std::string& more) {
  return document_of(event_of("ObjectEvent", kAction + "," + kEpcs + "," + more));
}

INSTANTIATE_TEST_SUITE_P(
    Json, Refused,
    ::testing::Values(
        Refusal{"nothing", "", ""}, Refusal{"not JSON", "EPCIS", ""}, Refusal{"a list", "[]", ""},
        Refusal{"cut", document_of(commissioning()).substr(0, 300), ""},
        Refusal{"text behind", document_of(commissioning()) + " {}", ""},
        Refusal{"bad UTF-8", with(commissioning(), "A1", "\xff\xfe"), ""},
        Refusal{"no context", R"({"type":"EPCISDocument"})", "/@context"},
        Refusal{"other context",
                R"({"@context":"https://example.com/x.jsonld","type":"EPCISDocument"})",
                "/@context"},
        Refusal{"context is a number", R"({"@context":7,"type":"EPCISDocument"})", "/@context"},
        Refusal{"prefix twice", with(commissioning(), "{\"ex\"", "{\"ex\":\"urn:other:\",\"ex\""),
                "/@context/1/ex"},
        Refusal{"prefix is no URI", with(commissioning(), "https://ns.example.com/epcis/", "x"),
                "/@context/1/ex"},
        Refusal{"other type", with(commissioning(), "EPCISDocument", "Invoice"), "/type"},
        Refusal{"version", with(commissioning(), "\"2.0\"", "\"1.2\""), "/schemaVersion"},
        Refusal{"no version", with(commissioning(), "\"schemaVersion\":\"2.0\",", ""),
                "/schemaVersion"},
        Refusal{"creation date", with(commissioning(), "10:00:00.000Z", "10:00:00.000"),
                "/creationDate"},
        Refusal{"no creation date",
                with(commissioning(), "\"creationDate\":\"2026-11-20T10:00:00.000Z\",", ""),
                "/creationDate"},
        Refusal{"unknown member of the document",
                with(commissioning(), "\"schemaVersion\"", "\"comment\":1,\"schemaVersion\""),
                "/comment"},
        Refusal{"undeclared prefix of the document",
                with(commissioning(), "\"schemaVersion\"", "\"zz:a\":1,\"schemaVersion\""),
                "/zz:a"},
        Refusal{"member twice",
                with(commissioning(), "\"schemaVersion\"", "\"type\":\"x\",\"schemaVersion\""),
                "/type"},
        Refusal{"no event list", with(commissioning(), "eventList", "ex:list"),
                "/epcisBody/ex:list"},
        Refusal{"event list is an object", std::string(kHead.substr(0, kHead.size() - 1)) + "{}}}",
                "/epcisBody/eventList"},
        Refusal{"event is a text", document_of("\"x\""), kEvent0},
        Refusal{"second event", document_of(commissioning() + "," + R"({"type":"ObjectEvent"})"),
                "/epcisBody/eventList/1/eventTime"},
        Refusal{"no type", document_of("{" + std::string(kTime) + "}"), kEvent0 + "/type"},
        Refusal{"type of one's own", document_of(event_of("ex:MyEvent", "")), kEvent0 + "/type"},
        Refusal{"QuantityEvent", document_of(event_of("QuantityEvent", "")), kEvent0 + "/type"},
        Refusal{"unknown member", object_with(R"("epclist":[])"), kEvent0 + "/epclist"},
        Refusal{"member of another type", object_with(R"("childEPCs":[])"), kEvent0 + "/childEPCs"},
        Refusal{"event member twice", object_with(kAction), kEvent0 + "/action"},
        Refusal{"extension twice", object_with(R"("ex:a":1,"ex:a":1)"), kEvent0 + "/ex:a"},
        Refusal{"undeclared prefix", object_with(R"("zz:a":1)"), kEvent0 + "/zz:a"},
        Refusal{"undeclared prefix inside", object_with(R"("ex:a":[{"zz:b/~":1}])"),
                kEvent0 + "/ex:a/0/zz:b~1~0"},
        Refusal{"prefix alone", object_with(R"("ex:":1)"), kEvent0 + "/ex:"},
        Refusal{"time without zone", with(commissioning(), "09:58:00.123+01:00", "09:58:00.123"),
                kEvent0 + "/eventTime"},
        Refusal{"no such day", with(commissioning(), "2026-11-20T09", "2026-11-31T09"),
                kEvent0 + "/eventTime"},
        Refusal{"time is a number", with(commissioning(), "\"2026-11-20T09:58:00.123+01:00\"", "5"),
                kEvent0 + "/eventTime"},
        Refusal{"offset", with(commissioning(), "Offset\":\"+01:00", "Offset\":\"+14:01"),
                kEvent0 + "/eventTimeZoneOffset"},
        Refusal{"offset form", with(commissioning(), "Offset\":\"+01:00", "Offset\":\"Z"),
                kEvent0 + "/eventTimeZoneOffset"},
        Refusal{"no offset", with(commissioning(), ",\"eventTimeZoneOffset\":\"+01:00\"", ""),
                kEvent0 + "/eventTimeZoneOffset"},
        Refusal{"record time", object_with(R"("recordTime":"yesterday")"), kEvent0 + "/recordTime"},
        Refusal{"no action", document_of(event_of("ObjectEvent", kEpcs)), kEvent0 + "/action"},
        Refusal{"action", document_of(event_of("ObjectEvent", R"("action":"add",)" + kEpcs)),
                kEvent0 + "/action"},
        Refusal{"bizStep", object_with(R"("bizStep":"juggling")"), kEvent0 + "/bizStep"},
        Refusal{"bizStep in the CBV namespace",
                object_with(R"("bizStep":"urn:epcglobal:cbv:bizstep:juggling")"),
                kEvent0 + "/bizStep"},
        Refusal{"a disposition as bizStep", object_with(R"("bizStep":"in_transit")"),
                kEvent0 + "/bizStep"},
        Refusal{"disposition", object_with(R"("disposition":"")"), kEvent0 + "/disposition"},
        Refusal{"persistentDisposition", object_with(R"("persistentDisposition":{"set":[]})"),
                kEvent0 + "/persistentDisposition/set"},
        Refusal{"persistentDisposition word",
                object_with(R"("persistentDisposition":{"unset":["recalled","nice"]})"),
                kEvent0 + "/persistentDisposition/unset/1"},
        Refusal{"EPC is no URI",
                object_with(R"("eventID":"urn:x:y","ex:a":1,"quantityList":[],)"
                            R"("readPoint":{"id":"store 7"})"),
                kEvent0 + "/readPoint/id"},
        Refusal{
            "third EPC",
            document_of(event_of("ObjectEvent", kAction + R"(,"epcList":["a:b","c:d","e f:g"])")),
            kEvent0 + "/epcList/2"},
        Refusal{"EPC is a number",
                document_of(event_of("ObjectEvent", kAction + R"(,"epcList":["a:b",5])")),
                kEvent0 + "/epcList/1"},
        Refusal{"no object", document_of(event_of("ObjectEvent", kAction)), kEvent0 + "/epcList"},
        Refusal{"ilmd with OBSERVE", object_with(R"("ilmd":{"ex:a":1})"), kEvent0 + "/ilmd"},
        Refusal{"ilmd without prefix", with(commissioning(R"(,"ilmd":{"lot":1})"), "x", "x"),
                kEvent0 + "/ilmd/lot"},
        Refusal{"quantity", object_with(R"("quantityList":[{"epcClass":"a:b","quantity":"5"}])"),
                kEvent0 + "/quantityList/0/quantity"},
        Refusal{"quantity number",
                object_with(R"("quantityList":[{"epcClass":"a:b","quantity":05}])"),
                kEvent0 + "/quantityList/0/quantity"},
        Refusal{"quantity without class", object_with(R"("quantityList":[{"quantity":5}])"),
                kEvent0 + "/quantityList/0/epcClass"},
        Refusal{"unit", object_with(R"("quantityList":[{"epcClass":"a:b","uom":"kg"}])"),
                kEvent0 + "/quantityList/0/uom"},
        Refusal{"member of a quantity", object_with(R"("quantityList":[{"epcClass":"a:b","x":1}])"),
                kEvent0 + "/quantityList/0/x"},
        Refusal{"source without type", object_with(R"("sourceList":[{"source":"a:b"}])"),
                kEvent0 + "/sourceList/0/type"},
        Refusal{"source type", object_with(R"("sourceList":[{"type":"owner","source":"a:b"}])"),
                kEvent0 + "/sourceList/0/type"},
        Refusal{"destination",
                object_with(R"("destinationList":[{"type":"location","destination":"here"}])"),
                kEvent0 + "/destinationList/0/destination"},
        Refusal{"transaction type",
                object_with(R"("bizTransactionList":[{"type":"x","bizTransaction":"a:b"}])"),
                kEvent0 + "/bizTransactionList/0/type"},
        Refusal{"certification", object_with(R"("certificationInfo":["a:b","no"])"),
                kEvent0 + "/certificationInfo/1"},
        Refusal{"declaration time", object_with(R"("errorDeclaration":{"reason":"did_not_occur"})"),
                kEvent0 + "/errorDeclaration/declarationTime"},
        Refusal{
            "declaration reason",
            object_with(
                R"("errorDeclaration":{"declarationTime":"2026-11-20T10:00:00Z","reason":"x"})"),
            kEvent0 + "/errorDeclaration/reason"},
        Refusal{"aggregation without parent",
                document_of(event_of("AggregationEvent", R"("action":"ADD",)" + kChildren)),
                kEvent0 + "/parentID"},
        Refusal{"aggregation without children",
                document_of(event_of("AggregationEvent", R"("action":"ADD",)" + kParent)),
                kEvent0 + "/childEPCs"},
        Refusal{"association observed without parent",
                document_of(event_of("AssociationEvent", kAction + "," + kChildren)),
                kEvent0 + "/parentID"},
        Refusal{"transaction without transaction",
                document_of(event_of("TransactionEvent", kAction + "," + kEpcs)),
                kEvent0 + "/bizTransactionList"},
        Refusal{
            "transformation with action",
            document_of(event_of("TransformationEvent",
                                 kAction + R"(,"inputEPCList":["a:b"],"outputEPCList":["a:b"])")),
            kEvent0 + "/action"},
        Refusal{"transformation without output",
                document_of(event_of("TransformationEvent", R"("inputEPCList":["a:b"])")),
                kEvent0 + "/outputEPCList"},
        Refusal{"sensor element without report",
                object_with(R"("sensorElementList":[{"sensorMetadata":{}}])"),
                kEvent0 + "/sensorElementList/0/sensorReport"},
        Refusal{"sensor report without type",
                object_with(R"("sensorElementList":[{"sensorReport":[{"value":1}]}])"),
                kEvent0 + "/sensorElementList/0/sensorReport/0/type"},
        Refusal{
            "sensor value",
            object_with(R"("sensorElementList":[{"sensorReport":[{"type":"Mass","value":"1"}]}])"),
            kEvent0 + "/sensorElementList/0/sensorReport/0/value"},
        Refusal{
            "sensor member",
            object_with(R"("sensorElementList":[{"sensorReport":[{"type":"Mass","weight":1}]}])"),
            kEvent0 + "/sensorElementList/0/sensorReport/0/weight"}),
    [](const ::testing::TestParamInfo<Refusal>& refusal) {
      std::string name = std::to_string(refusal.index) + "_" + refusal.param.what;
      for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
      }
      return name;
    });

TEST(JsonReader, AllowsWhatTheStandardAllows) {
  must_read(document_of(event_of("AggregationEvent", R"("action":"DELETE",)" + kParent)));
  must_read(document_of(event_of("AggregationEvent", kAction + "," + kChildren)));
  must_read(document_of(
      event_of("TransformationEvent", R"("transformationID":"a:b","inputEPCList":["a:b"])")));
  must_read(document_of(""));
  must_read(object_with(R"("bizStep":"https://example.com/steps/juggling")"));
  must_read(object_with(R"("quantityList":[{"epcClass":"a:b","quantity":5,"uom":"KGM"}])"));
}

std::string times(int count, const std::string& text, const char* between = "") {
  std::string result;
  for (int i = 0; i < count; ++i) {
    if (i != 0) result += between;
    result += text;
  }
  return result;
}

Errc code_of(const std::string& text, const ReadLimits& limits) {
  const auto document = read_json(as_bytes(text), limits);
  EXPECT_FALSE(document);
  return document ? Errc::NotFound : document.error().code;
}

TEST(JsonReader, KeepsItsLimits) {
  const std::string one = document_of(commissioning());
  ReadLimits limits;
  limits.document_size_max = one.size();
  EXPECT_TRUE(read_json(as_bytes(one), limits));
  limits.document_size_max = one.size() - 1;
  EXPECT_EQ(code_of(one, limits), Errc::ResourceExhausted);

  const auto events = [](int count) { return document_of(times(count, commissioning(), ",")); };
  limits = {};
  limits.events_max = 3;
  EXPECT_TRUE(read_json(as_bytes(events(2)), limits));
  EXPECT_TRUE(read_json(as_bytes(events(3)), limits));
  EXPECT_EQ(code_of(events(4), limits), Errc::ResourceExhausted);

  const auto epcs = [](int count) {
    return document_of(
        event_of("ObjectEvent", kAction + R"(,"epcList":[)" + times(count, R"("a:b")", ",") + "]"));
  };
  limits = {};
  limits.epcs_per_event_max = 3;
  EXPECT_TRUE(read_json(as_bytes(epcs(3)), limits));
  EXPECT_EQ(code_of(epcs(4), limits), Errc::ResourceExhausted);

  const auto items = [](int count) {
    return object_with(R"("quantityList":[)" + times(count, R"({"epcClass":"a:b"})", ",") + "]");
  };
  limits = {};
  limits.list_items_max = 7;
  EXPECT_TRUE(read_json(as_bytes(items(7)), limits));
  EXPECT_EQ(code_of(items(8), limits), Errc::ResourceExhausted);

  const auto fields = [](int count) {
    return object_with(R"("ex:l":[)" + times(count, "1", ",") + "]");
  };
  limits = {};
  limits.extension_fields_max = 5;
  EXPECT_TRUE(read_json(as_bytes(fields(4)), limits));  // The list counts as well.
  EXPECT_EQ(code_of(fields(5), limits), Errc::ResourceExhausted);

  const auto number = [](std::size_t digits) {
    return object_with(R"("ex:n":)" + std::string(digits, '1'));
  };
  EXPECT_TRUE(read_json(as_bytes(number(kNumberSizeMax))));
  EXPECT_EQ(code_of(number(kNumberSizeMax + 1), {}), Errc::ResourceExhausted);

  // The extension stands at depth 4; each list adds one.
  const auto nested = [](int depth) {
    return object_with(R"("ex:l":)" + times(depth, "[") + times(depth, "]"));
  };
  const int room = static_cast<int>(kDepthMax) - 4;
  EXPECT_TRUE(read_json(as_bytes(nested(room - 1))));
  EXPECT_TRUE(read_json(as_bytes(nested(room))));
  EXPECT_EQ(code_of(nested(room + 1), {}), Errc::ResourceExhausted);
  EXPECT_FALSE(read_json(as_bytes(nested(100'000))));

  // The head has two entries.
  const auto prefixes = [](std::size_t count) {
    std::string more = "{";
    for (std::size_t i = 2; i < count; ++i) more += "\"p" + std::to_string(i) + "\":\"urn:p:\",";
    return with(commissioning(), "{\"ex\"", more + "\"ex\"");
  };
  EXPECT_TRUE(read_json(as_bytes(prefixes(kContextEntriesMax - 1))));
  EXPECT_TRUE(read_json(as_bytes(prefixes(kContextEntriesMax))));
  EXPECT_EQ(code_of(prefixes(kContextEntriesMax + 1), {}), Errc::ResourceExhausted);

  const auto uri = [](std::size_t size) {
    return document_of(event_of(
        "ObjectEvent", kAction + R"(,"epcList":["a:)" + std::string(size - 2, 'x') + "\"]"));
  };
  EXPECT_TRUE(read_json(as_bytes(uri(4096))));
  EXPECT_FALSE(read_json(as_bytes(uri(4097))));
}

class Counter final : public EventSink {
 public:
  explicit Counter(std::size_t stop_at) : stop_at_(stop_at) {}
  Status on_event(Event&& event, std::size_t index) override {
    EXPECT_EQ(index, count_);
    EXPECT_EQ(event.epc_list.size(), 1U);
    if (++count_ == stop_at_) return Error{.code = Errc::Unavailable, .message = "full"};
    return {};
  }
  std::size_t count_ = 0;

 private:
  std::size_t stop_at_;
};

TEST(JsonReader, HandsEventsToTheSink) {
  const std::string text = document_of(times(5, commissioning(), ","));
  Counter all(100);
  const auto document = read_json(as_bytes(text), {}, all);
  ASSERT_TRUE(document) << document.error().to_text();
  EXPECT_TRUE(document->events.empty());
  EXPECT_EQ(all.count_, 5U);

  Counter two(2);
  const auto stopped = read_json(as_bytes(text), {}, two);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::Unavailable);
  EXPECT_EQ(two.count_, 2U);
}

TEST(JsonWriter, WritesEventByEvent) {
  const Document document =
      must_read(document_of(times(3, commissioning(R"(,"ex:q":"\"\\\n\u0001é")"), ",")));
  std::string whole, part;
  JsonWriter writer(part);
  Document head = document;
  head.events.clear();
  writer.begin(head);
  for (const Event& event : document.events) {
    whole += part;
    part.clear();
    writer.event(event);
  }
  writer.end();
  whole += part;
  EXPECT_EQ(whole, write_json(document));
  EXPECT_TRUE(must_read(whole) == document);
}

// Events of several documents, put together, keep the meaning of their names.
TEST(JsonWriter, DeclaresWhatTheDocumentDoesNot) {
  const Document one = must_read(object_with(R"("ex:a":{"cbvmda:b":1})"));
  const Document two =
      must_read(with(event_of("ObjectEvent", kAction + "," + kEpcs +
                                                 R"(,"ex:a":2,"readPoint":{"id":"a:b","ex:c":3})"),
                     "https://ns.example.com/epcis/", "urn:other:"));
  Document both = one;
  both.events.push_back(two.events.at(0));
  Document again = must_read(write_json(both));
  ASSERT_EQ(again.events.size(), 2U);
  EXPECT_TRUE(again.events[0] == one.events[0]);
  EXPECT_EQ(again.events[1].extensions, two.events[0].extensions);
  EXPECT_EQ(again.events[1].read_point, two.events[0].read_point);
  EXPECT_EQ(again.events[1].context.entries.size(), 1U);

  Document none;
  none.creation_date = "2026-11-20T10:00:00Z";
  none.events = two.events;
  again = must_read(write_json(none));
  EXPECT_EQ(again.events.at(0).extensions, two.events[0].extensions);

  none.kind = Document::Kind::BareEvent;
  again = must_read(write_json(none));
  EXPECT_EQ(again.events.at(0).extensions, two.events[0].extensions);

  // One prefix for two namespaces in one event.
  Event torn = one.events[0];
  torn.extensions.push_back(two.events[0].extensions[0]);
  none.events = {torn};
  again = must_read(write_json(none));
  ASSERT_EQ(again.events.at(0).extensions.size(), 2U);
  EXPECT_EQ(again.events[0].extensions[1].name(), "urn:other:a");

  // An event's own context comes back as it was.
  const Document own = must_read(object_with(R"("@context":{"in":"urn:in:"},"in:x":1)"));
  EXPECT_TRUE(must_read(write_json(own)) == own);
  EXPECT_EQ(own.events.at(0).extensions.at(0).namespace_uri, "urn:in:");
}

TEST(JsonWriter, WritesAMinimalDocument) {
  Document document;
  document.creation_date = "2026-11-20T10:00:00.000Z";
  Event event;
  event.type = EventType::Object;
  event.action = Action::Observe;
  event.event_time = EventTime::of(*UtcTime::parse("2026-11-20T09:00:00Z"));
  event.time_zone_offset = "+00:00";
  event.epc_list.push_back(kPack);
  document.events.push_back(event);
  EXPECT_EQ(write_json(document),
            R"({"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],)"
            R"("type":"EPCISDocument","schemaVersion":"2.0",)"
            R"("creationDate":"2026-11-20T10:00:00.000Z","epcisBody":{"eventList":[)"
            R"({"type":"ObjectEvent","eventTime":"2026-11-20T09:00:00.000Z",)"
            R"("eventTimeZoneOffset":"+00:00","epcList":["urn:epc:id:sgtin:9521141.012345.A1"],)"
            R"("action":"OBSERVE"}]}})");
  Document query = document;
  query.kind = Document::Kind::QueryDocument;
  query.schema_version = "2.0";
  query.query_name = "SimpleEventQuery";
  const std::string written = write_json(query);
  Document again = must_read(written);
  EXPECT_EQ(again.events, query.events);
  EXPECT_EQ(again.query_name, "SimpleEventQuery");
}

TEST(TextList, KeepsTextsInOrder) {
  TextList list;
  EXPECT_TRUE(list.empty());
  list.push_back("a");
  list.push_back("");
  list.push_back("bc");
  list.push_back("a");
  ASSERT_EQ(list.size(), 4U);
  EXPECT_EQ(list.byte_count(), 4U);
  std::string joined;
  for (const std::string_view text : list) joined.append(text).append("|");
  EXPECT_EQ(joined, "a||bc|a|");
  EXPECT_EQ(list, (TextList{"a", "", "bc", "a"}));
  EXPECT_NE(list, (TextList{"a", "b", "c", "a"}));
  list.clear();
  EXPECT_EQ(list.size(), 0U);
}

}  // namespace
}  // namespace packtrail::epcis
