// The event hash against the published reference values, and its invariants.
#include "epcis/event_hash.h"

#include <gtest/gtest.h>

#include <sstream>

#include "epcis/canonical_uri.h"
#include "epcis/json_reader.h"
#include "epcis/json_writer.h"
#include "epcis/test_data.h"

namespace packtrail::epcis {
namespace {

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::istringstream stream(read_file(path));
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

TEST(EventHash, EqualsTheReferenceValues) {
  const auto folder = test_data() / "event-hash" / "examples";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no event hash reference values at hand";
  std::size_t events = 0;
  for (const auto& file : files_below(folder, {".jsonld"})) {
    SCOPED_TRACE(file.filename().string());
    const auto document = read_json(as_bytes(read_file(file)));
    ASSERT_TRUE(document) << document.error().to_text();
    const auto prehashes = lines_of(std::filesystem::path(file).replace_extension("prehashes"));
    const auto hashes = lines_of(std::filesystem::path(file).replace_extension("hashes"));
    ASSERT_EQ(document->events.size(), prehashes.size());
    ASSERT_EQ(document->events.size(), hashes.size());
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      EXPECT_EQ(event_prehash(document->events[i], document->context), prehashes[i]);
      EXPECT_EQ(event_hash_id(document->events[i], document->context), hashes[i]);
      ++events;
    }
  }
  EXPECT_GE(events, 21U);
}

TEST(EventHash, IsEqualForEventsDocumentedAsEqual) {
  const auto folder = test_data() / "event-hash" / "expected_equal";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no event hash reference values at hand";
  for (const auto& file : files_below(folder, {".json", ".jsonld"})) {
    const auto document = read_json(as_bytes(read_file(file)));
    ASSERT_TRUE(document) << document.error().to_text();
    ASSERT_GE(document->events.size(), 2U);
    for (const Event& event : document->events) {
      EXPECT_EQ(event_hash_id(event, document->context),
                event_hash_id(document->events[0], document->context));
    }
  }
}

Event sample() {
  Event event;
  event.action = Action::Observe;
  event.event_time = {*UtcTime::parse("2026-11-20T09:58:00.123+01:00"),
                      "2026-11-20T09:58:00.123+01:00"};
  event.time_zone_offset = "+01:00";
  event.epc_list = {"urn:epc:id:sgtin:9521141.012345.A1", "urn:epc:id:sscc:9521141.0000000001"};
  event.biz_step.text = "packing";
  event.quantity_list = {{"urn:epc:class:lgtin:9521141.012345.L1", "12.50", "KGM"}};
  return event;
}

TEST(EventHash, DoesNotDependOnSpelling) {
  const std::string hash = event_hash_id(sample());
  const auto equal = [&](auto change) {
    Event event = sample();
    change(event);
    return event_hash_id(event) == hash;
  };
  EXPECT_TRUE(equal([](Event& e) { e.record_time = e.event_time; }));
  EXPECT_TRUE(equal([](Event& e) { e.event_id = "urn:x:y"; }));
  EXPECT_TRUE(equal([](Event& e) { e.error_declaration.emplace(); }));
  EXPECT_TRUE(equal([](Event& e) {
    e.epc_list = {"https://example.com/x/00/095211410000000014",
                  "https://id.gs1.org/01/09521141123454/10/L/21/A1?17=271231"};
  })) << event_prehash(sample());
  EXPECT_TRUE(equal([](Event& e) { e.biz_step.text = "urn:epcglobal:cbv:bizstep:packing"; }));
  EXPECT_TRUE(equal([](Event& e) { e.biz_step.text = "cbv:BizStep-packing"; }));
  EXPECT_TRUE(equal([](Event& e) { e.quantity_list[0].quantity = "1250e-2"; }));
  EXPECT_TRUE(equal([](Event& e) {
    e.event_time = {*UtcTime::parse("2026-11-20T08:58:00.1229999Z"),
                    "2026-11-20T08:58:00.1229999Z"};
  }));

  EXPECT_FALSE(equal([](Event& e) { e.time_zone_offset = "+02:00"; }));
  EXPECT_FALSE(equal([](Event& e) { e.action = Action::Add; }));
  EXPECT_FALSE(equal([](Event& e) { e.quantity_list[0].quantity = "12.51"; }));
  EXPECT_FALSE(equal([](Event& e) { e.epc_list.push_back("urn:epc:id:sscc:9521141.0000000002"); }));
  EXPECT_FALSE(equal([](Event& e) { e.event_time.instant.us += 1000; }));
}

TEST(EventHash, SurvivesWritingAndReading) {
  for (const auto& file : files_below(test_data(), {".json", ".jsonld"})) {
    const auto document = read_json(as_bytes(read_file(file)));
    if (!document) continue;
    const auto again = read_json(as_bytes(write_json(*document)));
    ASSERT_TRUE(again) << again.error().to_text();
    ASSERT_EQ(again->events.size(), document->events.size());
    for (std::size_t i = 0; i < again->events.size(); ++i) {
      EXPECT_EQ(event_prehash(again->events[i], again->context),
                event_prehash(document->events[i], document->context))
          << file;
    }
  }
}

std::string number(std::string text, ExtensionField::Kind kind = ExtensionField::Kind::Number) {
  Event event = sample();
  ExtensionField field;
  field.local_name = "https://e.com/n";
  field.kind = kind;
  field.text = std::move(text);
  event.extensions.push_back(field);
  const std::string prehash = event_prehash(event);
  const std::string_view name = "https://e.com/n=";
  return prehash.substr(prehash.find(name) + name.size());
}

TEST(EventHash, WritesNumbersInOneWay) {
  EXPECT_EQ(number("1"), "1");
  EXPECT_EQ(number("1.0"), "1");
  EXPECT_EQ(number("0.3400"), "0.34");
  EXPECT_EQ(number("-0.0"), "0");
  EXPECT_EQ(number("-12.50"), "-12.5");
  EXPECT_EQ(number("1e3"), "1000");
  EXPECT_EQ(number("1.25E+1"), "12.5");
  EXPECT_EQ(number("125e-4"), "0.0125");
  EXPECT_EQ(number("12345678901234567890"), "12345678901234567890");
  EXPECT_EQ(number("1e400").size(), 401U);
  EXPECT_EQ(number("1e401"), "1e401");
  EXPECT_EQ(number("1e99999999999"), "1e99999999999");
  EXPECT_EQ(number("007", ExtensionField::Kind::Text), "7");
  EXPECT_EQ(number("2026-11-20", ExtensionField::Kind::Text), "2026-11-20");
  EXPECT_EQ(number("  x ", ExtensionField::Kind::Text), "x");
  EXPECT_EQ(number("-", ExtensionField::Kind::Text), "-");
}

TEST(CanonicalUri, KnowsEveryScheme) {
  const std::pair<const char*, const char*> cases[] = {
      {"urn:epc:id:sgtin:4012345.011111.9876", "01/04012345111118/21/9876"},
      {"urn:epc:id:sgtin:4012345.011111.A%2FB", "01/04012345111118/21/A%2FB"},
      {"urn:epc:id:sgtin:4012345.011111.A+B", "01/04012345111118/21/A%2BB"},
      {"urn:epc:id:sscc:4012345.0000000333", "00/040123450000003338"},
      {"urn:epc:id:sgln:4012345.00011.987", "414/4012345000115/254/987"},
      {"urn:epc:id:sgln:4012345.00005.0", "414/4012345000054"},
      {"urn:epc:id:pgln:4012345.00000", "417/4012345000009"},
      {"urn:epc:id:grai:4012345.55555.987", "8003/04012345555554987"},
      {"urn:epc:id:giai:4000001.111", "8004/4000001111"},
      {"urn:epc:id:gdti:4012345.55555.1234", "253/40123455555541234"},
      {"urn:epc:id:gsrn:4012345.0000000001", "8018/401234500000000012"},
      {"urn:epc:id:gsrnp:4012345.0000000001", "8017/401234500000000012"},
      {"urn:epc:id:cpi:0614141.123ABC.123456789", "8010/0614141123ABC/8011/123456789"},
      {"urn:epc:id:sgcn:4012345.67890.04711", "255/401234567890104711"},
      {"urn:epc:id:ginc:0614141.xyz47", "401/0614141xyz47"},
      {"urn:epc:id:gsin:0614141.123456789", "402/06141411234567890"},
      {"urn:epc:id:itip:4012345.011111.04.04.32a", "8006/040123451111180404/21/32a"},
      {"urn:epc:id:upui:4012345.011111.51qIgY", "01/04012345111118/235/51qIgY"},
      {"urn:epc:class:lgtin:4012345.011111.4444", "01/04012345111118/10/4444"},
      {"urn:epc:idpat:sgtin:4012345.066666.*", "01/04012345666663"},
      {"urn:epc:idpat:grai:4012345.55555.*", "8003/04012345555554"},
      {"urn:epc:idpat:cpi:0614141.123ABC.*", "8010/0614141123ABC"},
      {"urn:epc:idpat:itip:4012345.011111.04.04.*", "8006/040123451111180404"},
      {"https://example.com/a/01/04012345111118/21/9876?x=y", "01/04012345111118/21/9876"},
      {"https://id.gs1.org/01/04012345111118/10/L1/21/9", "01/04012345111118/21/9"},
      {"https://id.gs1.org/01/04012345111118/21/A%2FB", "01/04012345111118/21/A%2FB"},
      {"http://id.gs1.org/414/4012345000115/254/987", "414/4012345000115/254/987"},
      {"https://id.gs1.org/417/4012345000009", "417/4012345000009"},
  };
  for (const auto& [uri, link] : cases) {
    EXPECT_EQ(canonical_uri(uri), std::string("https://id.gs1.org/") + link) << uri;
    EXPECT_EQ(canonical_uri(canonical_uri(uri)), canonical_uri(uri));
  }
  for (const char* other :
       {"urn:epc:id:sgtin:4012345.11111.9876", "urn:epc:id:sgtin:4012345.011111",
        "urn:epc:id:sgtin:40123x5.011111.1", "urn:epc:id:sscc:4012345.0000000333.1",
        "urn:epc:idpat:sgtin:4012345.066666.7", "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
        "urn:epc:id:giai:4000001.", "urn:epc:id:itip:4012345.011111.4.04.32a",
        "https://id.gs1.org/01/04012345111119/21/1", "http://transaction.acme.com/po/12345678",
        "urn:uuid:1", "geo:47.506694,11.104301", "", "x"}) {
    EXPECT_EQ(canonical_uri(other), other);
  }
}

}  // namespace
}  // namespace packtrail::epcis
