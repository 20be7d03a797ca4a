#include "plant/order.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "numbering/pool.h"
#include "trace/trace.h"

namespace packtrail::plant {
namespace {

const Date kToday = *Date::from_ymd(2026, 11, 20);

std::string example(const std::string& name) {
  std::ifstream in(std::string(PACKTRAIL_SOURCE_DIR) + "/examples/orders/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// The fields of the errors, joined.
std::string fields(const std::string& toml) {
  const auto order = Order::parse(toml, kToday);
  if (order) return "accepted";
  std::string out;
  for (const Error& error : order.error()) {
    EXPECT_FALSE(error.message.empty());
    EXPECT_FALSE(error.rule.empty()) << error.to_text();
    EXPECT_FALSE(error.remedy.empty()) << error.to_text();
    out += (out.empty() ? "" : " ") + error.field;
  }
  return out;
}

std::string changed(const std::string& from, const std::string& to) {
  return fields(with(example("eu-demo.toml"), from, to));
}

TEST(Order, ReadsEveryExample) {
  for (const char* name : {"eu-demo.toml", "small.toml", "in-demo.toml"}) {
    const auto order = Order::parse(example(name), kToday);
    ASSERT_TRUE(order) << name << ": " << order.error().front().to_text();
    EXPECT_NE(order->product().name.find("fictitious"), std::string::npos);
    const std::string_view prefix = order->product().gtin.digits().substr(1, 3);
    EXPECT_TRUE(prefix == "952" || prefix == "950");
  }
  const auto demo = Order::parse(example("eu-demo.toml"), kToday);
  EXPECT_EQ(demo->batch().quantity, 5000U);
  EXPECT_EQ(demo->packaging().packs_per_case, 50U);
  EXPECT_EQ(demo->packaging().cases_per_pallet, 20U);
  EXPECT_EQ(demo->batch().samples, 2U);
  EXPECT_EQ(demo->batch().expiry.yymmdd(), "281231");
}

TEST(Order, JsonIsCanonicalAndReadsBack) {
  const auto order = Order::parse(example("eu-demo.toml"), kToday);
  ASSERT_TRUE(order);
  const auto again = Order::from_json(order->to_json());
  ASSERT_TRUE(again) << again.error().to_text();
  EXPECT_EQ(again->to_json(), order->to_json());
  EXPECT_FALSE(Order::from_json("{}"));
  EXPECT_FALSE(Order::from_json("[1]"));
  EXPECT_FALSE(Order::from_json(order->to_json().substr(1)));
}

TEST(Order, RefusesEachMistakeUnderItsField) {
  EXPECT_EQ(changed("09521234543213", "09521234543214"), "product.gtin");
  EXPECT_EQ(changed("09521234543213", "09527654321004"), "product.gtin");  // Not the prefix.
  EXPECT_EQ(changed("2028-12-31", "2026-11-19"), "batch.expiry");
  EXPECT_EQ(changed("2028-12-31", "2026-11-20"), "accepted");  // Today is the last day of use.
  EXPECT_EQ(changed("2028-12-31", "2028-02-30"), "line 16");   // TOML itself refuses the day.
  EXPECT_EQ(changed("2028-12-31", "\"2028-02-30\""), "batch.expiry");
  EXPECT_EQ(changed("2028-12-31", "\"2028-12-31\""), "accepted");
  EXPECT_EQ(changed("2028-12-31", "2076-12-31"), "accepted");
  EXPECT_EQ(changed("2028-12-31", "2077-01-01"), "batch.expiry");
  EXPECT_EQ(changed("quantity = 5000", "quantity = 0"), "batch.quantity");
  EXPECT_EQ(changed("quantity = 5000", "quantity = -1"), "batch.quantity");
  EXPECT_EQ(changed("quantity = 5000", "quantity = 10000000"), "accepted");
  EXPECT_EQ(changed("quantity = 5000", "quantity = 10000001"), "batch.quantity");
  EXPECT_EQ(changed("quantity = 5000", "quantity = 5e3"), "batch.quantity");
  EXPECT_EQ(changed("samples = 2", "samples = 5000"), "batch.samples");
  EXPECT_EQ(changed("samples = 2", "samples = 4999"), "accepted");
  EXPECT_EQ(changed("samples = 2", "samples = 0"), "accepted");
  EXPECT_EQ(changed("samples = 2", ""), "accepted");
  EXPECT_EQ(changed("\"DEMO24A\"", "\"DEMO 24A\""), "batch.lot");
  EXPECT_EQ(changed("\"DEMO24A\"", "\"123456789012345678901\""), "batch.lot");
  EXPECT_EQ(changed("\"DEMO24A\"", "\"12345678901234567890\""), "accepted");
  EXPECT_EQ(changed("packs_per_case = 50", "packs_per_case = 0"), "packaging.packs_per_case");
  EXPECT_EQ(changed("packs_per_case = 50", "packs_per_case = 10000"), "accepted");
  EXPECT_EQ(changed("packs_per_case = 50", "packs_per_case = 10001"), "packaging.packs_per_case");
  EXPECT_EQ(changed("cases_per_pallet = 20", "cases_per_pallet = 1000"), "accepted");
  EXPECT_EQ(changed("cases_per_pallet = 20", "cases_per_pallet = 1001"),
            "packaging.cases_per_pallet");
  EXPECT_EQ(changed("\"allowed\"", "\"maybe\""), "packaging.partial");
  EXPECT_EQ(changed("\"allowed\"", "\"refused\""), "batch.quantity");  // 4,998 is no whole pallet.
  EXPECT_EQ(changed("label_dpi = 300", "label_dpi = 301"), "plant.label_dpi");
  EXPECT_EQ(changed("\"line-1\"", "\"line 1\""), "plant.line");
  EXPECT_EQ(changed("\"line-1\"", "\"0\""), "plant.line");
  EXPECT_EQ(changed("\"9521234001003\"", "\"9527654000015\""), "plant.gln");
  EXPECT_EQ(changed("\"9521234001003\"", "\"9521234001004\""), "plant.gln");
  EXPECT_EQ(changed("\"9527654000015\"", "\"9521234001003\""), "shipping.receiver_gln");
  EXPECT_EQ(changed("\"PO-77120\"", "\"PO/77120\""), "shipping.purchase_order");
  EXPECT_EQ(changed("market = \"EU\"", "market = \"eu\""), "product.market");
  EXPECT_EQ(changed("\"20 mg\"", "\"20\\u0007mg\""), "product.strength");
  EXPECT_EQ(changed("\"EU-DEMO-0001\"", "\"" + std::string(40, 'a') + "\""), "accepted");
  EXPECT_EQ(changed("\"EU-DEMO-0001\"", "\"" + std::string(41, 'a') + "\""), "order_id");
  EXPECT_EQ(changed("strength = ", "strenght = "), "product.strenght product.strength");
  EXPECT_EQ(changed("order_id", "colour = 1\norder_id"), "colour");
  EXPECT_EQ(changed("[shipping]", "[shiping]"),
            "shiping shipping.receiver_gln shipping.receiver_company_prefix shipping.delivery "
            "shipping.purchase_order");
  EXPECT_EQ(fields("order_id = "), "line 1");
  EXPECT_EQ(fields("[,"), "line 1");
  EXPECT_EQ(fields("\n\u0420 = 1"), "line 2");  // No letters outside ASCII in keys,
  EXPECT_EQ(changed("Demozol", "D\u00e9mozol \u0420\\\" \u0420"), "accepted");  // but in names.
  EXPECT_EQ(changed("\"20 mg\"", "\"\"\"20 mg\"\"\""), "line 9");
}

TEST(Order, ReportsAllProblemsAtOnceWithTheirPlace) {
  std::string text = example("eu-demo.toml");
  text = with(text, "09521234543213", "09521234543214");
  text = with(text, "quantity = 5000", "quantity = 0");
  text = with(text, "label_dpi = 300", "label_dpi = 72");
  const auto order = Order::parse(text, kToday);
  ASSERT_FALSE(order);
  ASSERT_EQ(order.error().size(), 3U);
  EXPECT_EQ(order.error()[0].field, "product.gtin");
  EXPECT_EQ(order.error()[0].offset, 13U);
  EXPECT_EQ(order.error()[0].message.rfind("line 7, column ", 0), 0U) << order.error()[0].message;
  EXPECT_EQ(order.error()[2].field, "plant.label_dpi");
}

TEST(Order, RefusesTextsAboveItsLimit) {
  std::string text = example("eu-demo.toml");
  text += "#" + std::string(kOrderTextMax - text.size() - 2, 'x') + "\n";
  ASSERT_EQ(text.size(), kOrderTextMax);
  EXPECT_TRUE(Order::parse(text, kToday));
  text += "\n";
  const auto order = Order::parse(text, kToday);
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().front().code, Errc::ResourceExhausted);
}

TEST(Order, RefusesAPoolThatCannotSafelyIssueItsQuantity) {
  const auto order =
      Order::parse(with(example("eu-demo.toml"), "quantity = 5000", "quantity = 5000000"), kToday);
  ASSERT_TRUE(order);
  trace::PoolInfo pool;
  pool.spec = numbering::PoolSpec{.id = numbering::PoolId("p"),
                                  .gtin = order->product().gtin,
                                  .length = 9,  // 30^9 = 1.97e13: 196,830,000 are safe.
                                  .key_id = numbering::KeyId("k"),
                                  .planned_quantity = 100'000'000};
  EXPECT_TRUE(order->check_pool(pool));
  pool.issued = 196'830'000 - order->numbers_expected();
  EXPECT_TRUE(order->check_pool(pool));
  ++pool.issued;
  const Status refused = order->check_pool(pool);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "batch.quantity");
  EXPECT_FALSE(refused.error().remedy.empty());
  pool.issued = 0;
  pool.blocked = true;
  EXPECT_EQ(order->check_pool(pool).error().code, Errc::FailedPrecondition);
}

}  // namespace
}  // namespace packtrail::plant
