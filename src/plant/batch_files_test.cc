#include "plant/batch_files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "epcis/json_reader.h"
#include "plant/testing.h"

namespace packtrail::plant {
namespace {

using testing::Item;
using testing::make_order;
using testing::Plant;
using testing::run_to_end;

class MapSink final : public FileSink {
 public:
  std::map<std::string, std::string, std::less<>> files;
  Status open(std::string_view name) override {
    name_ = name;
    files[name_].clear();
    return {};
  }
  Status write(std::string_view bytes) override {
    files[name_] += bytes;
    return {};
  }
  Status close() override {
    name_.clear();
    return {};
  }

 private:
  std::string name_;
};

struct Closed {
  Plant plant;
  MapSink sink;

  Closed() {
    plant.open(make_order());
    plant.line.script = [](std::size_t window, std::vector<Item>& belt) {
      if (window == 0) belt[7].kind = Item::Kind::Unreadable;
      if (window == 0) std::swap(belt[20], belt[21]);
    };
    auto batch = plant.resume();
    EXPECT_TRUE(batch);
    const auto done = run_to_end(**batch);
    EXPECT_TRUE(done && *done == Advance::Closed);
  }
  BatchSource source() { return {*plant.site.ledger, *plant.site.trace, &plant.pictures}; }
  Status write() { return write_batch_files("T-1", source(), sink); }
};

std::size_t occurrences(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(BatchFiles, WritesEveryFile) {
  Closed closed;
  const Status written = closed.write();
  ASSERT_TRUE(written) << written.error().to_text();
  ASSERT_EQ(closed.sink.files.size(), kBatchFiles.size());
  for (const auto& [name, bytes] : closed.sink.files) EXPECT_FALSE(bytes.empty()) << name;

  const std::string& json = closed.sink.files["epcis-2.0.json"];
  const auto document = epcis::read_json(as_bytes(json));
  ASSERT_TRUE(document) << document.error().to_text();
  std::size_t packs = 0;
  std::size_t packings = 0;
  UtcTime last{};
  for (const epcis::Event& event : document->events) {
    EXPECT_GT(event.event_time.instant, last);  // Every event is later than the one before.
    last = event.event_time.instant;
    EXPECT_EQ(event.event_id.rfind("ni:///sha-256;", 0), 0U);
    if (event.biz_step.word() == "packing") ++packings;
    if (event.biz_step.word() != "commissioning" || event.ilmd.empty()) continue;
    packs += event.epc_list.size();
    EXPECT_EQ(event.ilmd[0].local_name, "lotNumber");
    EXPECT_EQ(event.ilmd[0].text, "L(1)");
    EXPECT_EQ(event.read_point.id, "urn:epc:id:sgln:9521234.00100.line-1");
    EXPECT_EQ(event.biz_location.id, "urn:epc:id:sgln:9521234.00100.0");
  }
  EXPECT_EQ(packs, 60U);
  EXPECT_EQ(packings, 8U);  // Six cases, two pallets.
  const epcis::Event& ship = document->events.back();
  EXPECT_EQ(ship.biz_step.word(), "shipping");
  EXPECT_EQ(ship.epc_list.size(), 2U);
  EXPECT_EQ(ship.biz_transactions[0].id, "urn:epcglobal:cbv:bt:9521234001003:DN-1");
  EXPECT_EQ(ship.biz_transactions[1].id, "urn:epcglobal:cbv:bt:9527654000015:PO-1");
  EXPECT_EQ(ship.destinations[0].id, "urn:epc:id:pgln:9527654.00001");

  const std::string& xml = closed.sink.files["epcis-1.2.xml"];
  EXPECT_NE(xml.find("StandardBusinessDocumentHeader"), std::string::npos);
  EXPECT_EQ(occurrences(xml, "<AggregationEvent>"), 8U);

  const std::string& html = closed.sink.files["report.html"];
  EXPECT_NE(html.find("Demozol &amp; &lt;Co&gt; (fictitious)"), std::string::npos);
  EXPECT_EQ(html.find("<Co>"), std::string::npos);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(occurrences(html, "data:image/png;base64,"), 2U);
  EXPECT_NE(html.find("Unreadable"), std::string::npos);
  EXPECT_NE(html.find("Swapped"), std::string::npos);

  const std::string& report = closed.sink.files["report.json"];
  EXPECT_NE(report.find("\"balanced\":true"), std::string::npos);
  EXPECT_EQ(occurrences(report, "\"partial\":true"), 1U);  // The last case; both pallets are full.
  EXPECT_NE(closed.sink.files["labels/case.zpl"].find("^XA"), std::string::npos);
  EXPECT_NE(closed.sink.files["labels/pack.svg"].find("<svg"), std::string::npos);

  // For a look at them, and for the schemas: tests/ check those.
  if (const char* folder = std::getenv("PACKTRAIL_TEST_FILES"); folder != nullptr) {
    for (const auto& [name, bytes] : closed.sink.files) {
      const std::filesystem::path path = std::filesystem::path(folder) / name;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << bytes;
    }
  }
}

TEST(BatchFiles, AreTheSameAfterARestart) {
  Closed closed;
  ASSERT_TRUE(closed.write());
  const auto before = closed.sink.files;
  closed.plant.site.start();
  ASSERT_TRUE(closed.write());
  EXPECT_EQ(closed.sink.files, before);
}

TEST(BatchFiles, SayWhenNoPictureWasKept) {
  Closed closed;
  const BatchSource source{*closed.plant.site.ledger, *closed.plant.site.trace, nullptr};
  std::string html;
  ASSERT_TRUE(write_batch_file("T-1", "report.html", source, [&html](std::string_view bytes) {
    html += bytes;
    return Status();
  }));
  EXPECT_EQ(occurrences(html, "no picture kept"), 2U);
}

TEST(BatchFiles, RefusesUnknownNamesAndOpenOrders) {
  Closed closed;
  const auto write = [](std::string_view) { return Status(); };
  const BatchSource source = closed.source();
  EXPECT_EQ(write_batch_file("T-1", "../secret", source, write).error().code, Errc::NotFound);
  EXPECT_EQ(write_batch_file("T-2", "report.json", source, write).error().code, Errc::NotFound);
  closed.plant.open(make_order({}, "T-3"));
  EXPECT_EQ(write_batch_file("T-3", "report.json", source, write).error().code,
            Errc::FailedPrecondition);
  const Status full = write_batch_file("T-1", "report.json", source, [](std::string_view) {
    return Status(Error{.code = Errc::ResourceExhausted, .message = "the disk is full"});
  });
  EXPECT_EQ(full.error().code, Errc::ResourceExhausted);
}

}  // namespace
}  // namespace packtrail::plant
