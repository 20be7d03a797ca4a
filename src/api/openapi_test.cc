// The API file and the routes say the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

#include "access/users.h"
#include "api/api.h"
#include "api/openapi.h"
#include "capture/testing.h"
#include "plant/order_desk.h"

namespace packtrail::api {
namespace {

class NoOrders final : public plant::OrderDesk {
 public:
  Result<std::pair<plant::OrderStatus, bool>, std::vector<Error>> open(
      std::string_view, const capture::Actor&) override {
    return std::vector<Error>{Error{.code = Errc::NotFound, .message = "none"}};
  }
  Result<plant::OrderStatus> run(std::string_view, const capture::Actor&) override {
    return none();
  }
  Result<plant::OrderStatus> hold(std::string_view) override { return none(); }
  Status pack_by_scan(std::string_view, std::string_view, const std::vector<std::string>&,
                      const capture::Actor&) override {
    return none();
  }
  Result<plant::OrderStatus> status(std::string_view) override { return none(); }
  std::vector<plant::OrderStatus> list() override { return {}; }
  std::vector<plant::LineCounters> live() override { return {}; }
  Result<std::vector<std::string>> files(std::string_view) override { return none(); }
  Result<std::string> file(std::string_view, std::string_view) override { return none(); }

 private:
  static Error none() { return Error{.code = Errc::NotFound, .message = "none"}; }
};

// "GET /path" for every operation of the file: paths stand two blanks in, methods four.
std::set<std::string> described() {
  std::set<std::string> operations;
  std::istringstream lines{std::string(openapi_text())};
  std::string path;
  bool in_paths = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != ' ') in_paths = line == "paths:";
    if (!in_paths) continue;
    static const std::regex kPath("  (/[^:]*):");
    static const std::regex kMethod("    (get|post|put|delete|patch):");
    std::smatch found;
    if (std::regex_match(line, found, kPath)) path = found[1];
    if (std::regex_match(line, found, kMethod)) {
      std::string method = found[1];
      std::transform(method.begin(), method.end(), method.begin(),
                     [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      operations.insert(method + " " + path);
    }
  }
  return operations;
}

TEST(OpenApi, DescribesEveryRouteAndNoOther) {
  static const std::set<std::string> kPages{"GET /",
                                            "GET /login",
                                            "GET /pack",
                                            "GET /orders",
                                            "GET /assets/{name}",
                                            "GET /favicon.svg",
                                            "GET /api/v1/openapi.yaml"};
  const auto file = described();
  EXPECT_GT(file.size(), 20U);
  capture::testing::Site site;
  class NoPersons final : public access::PersonStore {
    Result<std::optional<access::Person>> find(std::string_view) const override {
      return std::optional<access::Person>();
    }
    Status put(const access::Person&) override { return {}; }
    Status erase(std::string_view) override { return {}; }
  } persons;
  NoOrders orders;
  class NoRandom final : public Random {
    void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), 0); }
  } random;
  access::Users users(persons, *site.capture, *site.ledger, site.clock, random);
  const Api api(Rooms{*site.ledger,
                      *site.trace,
                      *site.capture,
                      users,
                      orders,
                      site.clock,
                      "9521234000006",
                      false,
                      {},
                      {}});
  std::set<std::string> routes;
  for (const std::string& route : api.routes()) {
    if (!kPages.contains(route)) routes.insert(route);
  }
  for (const std::string& route : routes) EXPECT_TRUE(file.contains(route)) << route;
  for (const std::string& operation : file) EXPECT_TRUE(routes.contains(operation)) << operation;
}

}  // namespace
}  // namespace packtrail::api
