// The two reports of a closed batch: report.json for machines, report.html for quality assurance.
#include <algorithm>
#include <map>

#include <simdjson.h>

#include "base/escape.h"
#include "epcis/json_text.h"
#include "plant/batch_story.h"
#include "plant/report_style.h"

namespace packtrail::plant {
namespace {

using Write = std::function<Status(std::string_view)>;

constexpr std::size_t kPieceSize = 256 * 1024;
constexpr std::size_t kUnitsShown = 200;  // Cases in the printed table; the JSON has all.

// "5,000".
std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

// "2026-11-20 09:58:00 UTC".
std::string moment_text(std::int64_t us) {
  std::string text = UtcTime{us / 1'000'000 * 1'000'000}.to_text();
  return text.substr(0, 10) + " " + text.substr(11, 8) + " UTC";
}

std::string sentence(std::string_view word) {
  std::string out(word);
  std::replace(out.begin(), out.end(), '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

// The recorded reconciliation, read for its tables. Missing members read as 0.
class Recorded {
 public:
  explicit Recorded(std::string_view json) : text_(json) {
    is_read_ = parser_.parse(text_).get(root_) == simdjson::SUCCESS;
  }
  [[nodiscard]] bool balanced() const {
    bool value = false;
    return is_read_ && root_["balanced"].get(value) == simdjson::SUCCESS && value;
  }
  [[nodiscard]] std::int64_t at(std::string_view sheet, std::string_view level,
                                std::string_view column) const {
    std::int64_t value = 0;
    if (!is_read_ || root_[sheet][level][column].get(value) != simdjson::SUCCESS) return 0;
    return value;
  }
  [[nodiscard]] std::uint64_t count(std::string_view name) const {
    std::uint64_t value = 0;
    if (!is_read_ || root_[name].get(value) != simdjson::SUCCESS) return 0;
    return value;
  }
  // Most frequent first.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> map(
      std::string_view name) const {
    std::vector<std::pair<std::string, std::uint64_t>> out;
    simdjson::dom::object object;
    if (!is_read_ || root_[name].get(object) != simdjson::SUCCESS) return out;
    for (const auto [key, element] : object) {
      std::uint64_t value = 0;
      if (element.get(value) == simdjson::SUCCESS) out.emplace_back(std::string(key), value);
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return out;
  }

 private:
  simdjson::padded_string text_;
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
  bool is_read_ = false;
};

class Html {
 public:
  explicit Html(const Write& write) : write_(write) {}

  Html& raw(std::string_view markup) {
    out_ += markup;
    if (out_.size() > kPieceSize) flush();
    return *this;
  }
  Html& text(std::string_view words) { return raw(escape_markup(words)); }
  Html& element(std::string_view tag, std::string_view words) {
    raw("<").raw(tag).raw(">").text(words);
    return raw("</").raw(tag.substr(0, tag.find(' '))).raw(">");
  }
  Status finish() {
    flush();
    return status_;
  }

 private:
  void flush() {
    if (status_ && !out_.empty()) status_ = write_(out_);
    out_.clear();
  }
  const Write& write_;
  std::string out_;
  Status status_;
};

void write_head(Html& html, const BatchStory& story, const Recorded& recorded) {
  const Order& order = story.order;
  const std::string title = "Batch report " + order.id();
  html.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
      .raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
  html.element("title", title).raw("<style>").raw(kReportStyle).raw("</style></head><body><main>");
  html.raw("<header><p class=\"kicker\">Batch report</p>");
  html.element("h1", order.product().name);
  html.raw("<p class=\"sub\">")
      .text(order.product().strength + ", " + order.product().form + ", " +
            std::to_string(order.product().pack_size) + " per pack")
      .raw("</p>");
  html.raw(recorded.balanced() ? "<p class=\"seal good\">Closed. Every number and every pack is "
                                 "accounted for.</p>"
                               : "<p class=\"seal bad\">The recorded balance has differences.</p>");
  html.raw("</header><section class=\"facts\"><dl>");
  const auto fact = [&html](std::string_view name, std::string_view value) {
    html.raw("<div>").element("dt", name).element("dd", value).raw("</div>");
  };
  fact("Order", order.id());
  fact("GTIN", order.product().gtin.digits());
  fact("Lot", order.batch().lot.text());
  fact("Expiry", order.batch().expiry.resolved().to_iso());
  fact("Market", order.product().market);
  fact("Ordered", grouped(order.batch().quantity) + " packs, " +
                      std::to_string(order.batch().samples) + " of them samples");
  fact("Packaging", std::to_string(order.packaging().packs_per_case) + " packs per case, " +
                        std::to_string(order.packaging().cases_per_pallet) + " cases per pallet");
  fact("Plant", std::string(order.plant().gln.digits()) + ", " + order.plant().line);
  fact("Receiver", order.shipping().receiver.digits());
  fact("Delivery", order.shipping().delivery);
  fact("Purchase order", order.shipping().purchase_order);
  fact("Closed", moment_text(story.log.closed_us()));
  html.raw("</dl></section>");
}

void write_tiles(Html& html, const BatchStory& story, const Recorded& recorded) {
  html.raw("<section class=\"tiles\">");
  const auto tile = [&html](std::string_view name, std::int64_t value) {
    html.raw("<div>")
        .element("strong", grouped(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0))))
        .element("span", name)
        .raw("</div>");
  };
  tile("packs seen", recorded.at("physical", "pack", "seen"));
  tile("good", recorded.at("physical", "pack", "good"));
  tile("rejected", recorded.at("physical", "pack", "rejected"));
  tile("sampled", recorded.at("physical", "pack", "sampled"));
  tile("cases", recorded.at("physical", "case", "good"));
  tile("pallets", recorded.at("physical", "pallet", "good"));
  tile("print windows", static_cast<std::int64_t>(story.log.line().windows));
  tile("events", static_cast<std::int64_t>(story.events));
  html.raw("</section>");
}

void write_sheet(Html& html, const Recorded& recorded, std::string_view sheet,
                 std::string_view title, std::string_view rule,
                 std::initializer_list<std::string_view> columns) {
  html.raw("<section>").element("h2", title).element("p class=\"rule\"", rule);
  html.raw("<table><thead><tr><th>Level</th>");
  for (const std::string_view column : columns) html.element("th class=\"n\"", sentence(column));
  html.raw("</tr></thead><tbody>");
  for (const std::string_view level : {"pack", "case", "pallet"}) {
    html.raw("<tr>").element("th", sentence(level) + "s");
    for (const std::string_view column : columns) {
      const std::int64_t value = recorded.at(sheet, level, column);
      const bool wrong = column == "unaccounted" && value != 0;
      html.element(wrong ? "td class=\"n bad\"" : "td class=\"n\"",
                   value < 0 ? "-" + grouped(static_cast<std::uint64_t>(-value))
                             : grouped(static_cast<std::uint64_t>(value)));
    }
    html.raw("</tr>");
  }
  html.raw("</tbody></table></section>");
}

void write_reasons(Html& html, const Recorded& recorded) {
  const auto reasons = recorded.map("findings");
  html.raw("<section>").element("h2", "What the line found");
  if (reasons.empty()) {
    html.element("p", "Every pack passed.").raw("</section>");
    return;
  }
  const std::uint64_t most = std::max<std::uint64_t>(reasons.front().second, 1);
  html.raw("<table class=\"bars\"><tbody>");
  for (const auto& [reason, count] : reasons) {
    const std::uint64_t width = std::max<std::uint64_t>(count * 300 / most, 2);
    html.raw("<tr>").element("th", sentence(reason)).element("td class=\"n\"", grouped(count));
    html.raw("<td><svg width=\"300\" height=\"12\" role=\"img\" aria-label=\"")
        .raw(std::to_string(count))
        .raw("\"><rect class=\"track\" width=\"300\" height=\"12\" rx=\"3\"/>")
        .raw("<rect class=\"bar\" width=\"")
        .raw(std::to_string(width))
        .raw("\" height=\"12\" rx=\"3\"/></svg></td></tr>");
  }
  html.raw("</tbody></table>");
  const auto scrapped = recorded.map("scrapped_numbers");
  if (!scrapped.empty()) {
    html.raw("<p class=\"rule\">Numbers that never came on a pack: ");
    bool first = true;
    for (const auto& [reason, count] : scrapped) {
      html.text((first ? "" : ", ") + grouped(count) + " " + reason);
      first = false;
    }
    html.raw(".</p>");
  }
  html.raw("</section>");
}

void write_picture(Html& html, std::string_view title, const std::optional<Bytes>& png) {
  html.raw("<figure>");
  if (png) {
    html.raw("<img alt=\"").text(title).raw("\" src=\"data:image/png;base64,");
    html.raw(to_base64(*png)).raw("\">");
  } else {
    html.raw("<div class=\"none\">no picture kept</div>");
  }
  html.element("figcaption", title).raw("</figure>");
}

void write_units(Html& html, const ReportExtras& extras, const Recorded& recorded) {
  std::map<std::string_view, std::uint64_t> packs_on;
  for (const ReportExtras::Unit& unit : extras.cases) packs_on[unit.pallet] += unit.children;
  html.raw("<section>").element("h2", "Pallets and cases");
  html.element("p class=\"rule\"",
               "Partial cases: " + grouped(recorded.count("partial_cases")) +
                   ", partial pallets: " + grouped(recorded.count("partial_pallets")) + ".");
  html.raw("<table><thead><tr><th>Pallet</th><th class=\"n\">Cases</th><th class=\"n\">Packs</th>")
      .raw("<th></th></tr></thead><tbody>");
  for (const ReportExtras::Unit& pallet : extras.pallets) {
    html.raw("<tr>").element("td class=\"mono\"", pallet.epc);
    html.element("td class=\"n\"", grouped(pallet.children));
    html.element("td class=\"n\"", grouped(packs_on[pallet.epc]));
    html.element("td", pallet.is_partial ? "partial" : "").raw("</tr>");
  }
  html.raw("</tbody></table>");
  html.raw("<table><thead><tr><th>Case</th><th class=\"n\">Packs</th><th>On pallet</th><th></th>")
      .raw("</tr></thead><tbody>");
  const std::size_t shown = std::min(extras.cases.size(), kUnitsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const ReportExtras::Unit& unit = extras.cases[i];
    html.raw("<tr>").element("td class=\"mono\"", unit.epc);
    html.element("td class=\"n\"", grouped(unit.children));
    html.element("td class=\"mono\"", unit.pallet);
    html.element("td", unit.is_partial ? "partial" : "").raw("</tr>");
  }
  html.raw("</tbody></table>");
  if (shown < extras.cases.size()) {
    html.element("p", "and " + grouped(extras.cases.size() - shown) + " more, see report.json.");
  }
  html.raw("</section>");
}

void json_text(std::string& out, std::string_view name, std::string_view value) {
  if (out.empty() || (out.back() != '{' && out.back() != '[')) out += ',';
  epcis::append_json_string(out, name);
  out += ':';
  epcis::append_json_string(out, value);
}

void json_raw(std::string& out, std::string_view name, std::string_view value) {
  if (out.empty() || (out.back() != '{' && out.back() != '[')) out += ',';
  epcis::append_json_string(out, name);
  out += ':';
  out += value;
}

}  // namespace

Status write_report_json(const BatchStory& story, const ReportExtras& extras, const Write& write) {
  std::string out = "{";
  const auto pass = [&](std::size_t above) -> Status {
    if (out.size() <= above) return {};
    Status done = write(out);
    out.clear();
    return done;
  };
  json_raw(out, "order", story.order.to_json());
  json_text(out, "state", "closed");
  json_text(out, "opened_at", UtcTime{story.log.opened_us()}.to_text());
  json_text(out, "closed_at", UtcTime{story.log.closed_us()}.to_text());
  json_raw(out, "reconciliation", story.reconciliation);
  json_raw(out, "line",
           "{\"windows\":" + std::to_string(story.log.line().windows) +
               ",\"triggers\":" + std::to_string(story.log.line().triggers) +
               ",\"empty\":" + std::to_string(story.log.line().empty) +
               ",\"passed\":" + std::to_string(story.log.line().passed) +
               ",\"rejected\":" + std::to_string(story.log.line().rejected) +
               ",\"labels\":" + std::to_string(story.log.line().encoded) + "}");
  json_raw(out, "events", std::to_string(story.events));
  out += ",\"samples\":[";
  for (const std::string& epc : extras.samples) {
    if (out.back() != '[') out += ',';
    epcis::append_json_string(out, epc);
  }
  out += ']';
  for (const auto* units : {&extras.cases, &extras.pallets}) {
    out += units == &extras.cases ? ",\"cases\":[" : ",\"pallets\":[";
    bool first = true;
    for (const ReportExtras::Unit& unit : *units) {
      out += first ? "{\"epc\":" : ",{\"epc\":";
      first = false;
      epcis::append_json_string(out, unit.epc);
      out += ",\"children\":" + std::to_string(unit.children);
      if (!unit.pallet.empty()) json_text(out, "pallet", unit.pallet);
      out += unit.is_partial ? ",\"partial\":true}" : ",\"partial\":false}";
      PACKTRAIL_TRY(pass(kPieceSize));
    }
    out += ']';
  }
  out += ",\"timeline\":[";
  bool first = true;
  for (const Moment& moment : story.timeline) {
    out += first ? "{" : ",{";
    first = false;
    json_text(out, "time", UtcTime{moment.time_us}.to_text());
    json_text(out, "what", moment.what);
    out += '}';
    PACKTRAIL_TRY(pass(kPieceSize));
  }
  out += "],\"ledger\":{\"opened_at\":" + std::to_string(story.opened_at) +
         ",\"closed_at\":" + std::to_string(story.closed_at) +
         ",\"tree_size\":" + std::to_string(extras.tree_size);
  json_text(out, "tree_root", extras.tree_root);
  json_text(out, "checkpoint", extras.checkpoint);
  out += "}}\n";
  return pass(0);
}

Status write_report_html(const BatchStory& story, const ReportExtras& extras, const Write& write) {
  const Recorded recorded(story.reconciliation);
  Html html(write);
  write_head(html, story, recorded);
  write_tiles(html, story, recorded);
  write_sheet(html, recorded, "numbers", "Balance of numbers",
              "Allocated = good + rejected before commissioning + sampled + decommissioned + "
              "returned unused.",
              {"allocated", "good", "rejected_before_commissioning", "sampled", "decommissioned",
               "returned_unused", "unaccounted"});
  write_sheet(
      html, recorded, "physical", "Balance of packs and units",
      "Seen = good + rejected + sampled. Packs seen are what the line's own trigger counted; "
      "each window's count agreed with the sensors of the good lane and the reject bin. "
      "Cleared labels were destroyed: they never came on a pack, or their pack passed the "
      "camera in a window that was interrupted and was cleared from the line. A line is "
      "cleared before it resumes. Cases and pallets are counted from their events alone.",
      {"seen", "good", "rejected", "sampled", "unaccounted", "cleared_labels"});
  write_reasons(html, recorded);
  html.raw("<section>").element("h2", "As the camera saw it").raw("<div class=\"pictures\">");
  write_picture(html, "A label that passed", extras.good_picture);
  write_picture(html, "A label that was rejected", extras.bad_picture);
  html.raw("</div></section><section>").element("h2", "Samples").raw("<ul class=\"mono\">");
  for (const std::string& epc : extras.samples) html.element("li", epc);
  html.raw("</ul></section>");
  write_units(html, extras, recorded);
  html.raw("<section>").element("h2", "Timeline").raw("<table><tbody>");
  for (const Moment& moment : story.timeline) {
    html.raw("<tr>").element("td class=\"when\"", moment_text(moment.time_us));
    html.element("td", sentence(moment.what)).raw("</tr>");
  }
  html.raw("</tbody></table></section><section>").element("h2", "Evidence");
  html.element("p", "Facts " + grouped(story.opened_at) + " to " + grouped(story.closed_at) +
                        " of the ledger. Signed tree head over " + grouped(extras.tree_size) +
                        " facts when this report was written:");
  html.element("pre", extras.checkpoint).element("p class=\"mono\"", extras.tree_root);
  html.raw("</section></main></body></html>\n");
  return html.finish();
}

}  // namespace packtrail::plant
