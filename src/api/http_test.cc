#include "api/http.h"

#include <gtest/gtest.h>

#include "api/router.h"

namespace packtrail::api {
namespace {

TEST(PercentCoding, RoundTripsEveryByte) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("a/b+c"), "a%2Fb%2Bc");
  EXPECT_EQ(percent_decode("a+b"), "a+b");  // A plus is a plus: GS1 serials hold it.
  for (const char* broken : {"%", "%2", "%zz", "abc%4"}) EXPECT_FALSE(percent_decode(broken));
}

TEST(QueryString, ReadsAndRefuses) {
  const auto query = parse_query("17=281231&10=A%2FB&&x");
  ASSERT_TRUE(query);
  EXPECT_EQ(single(*query, "17"), "281231");
  EXPECT_EQ(single(*query, "10"), "A/B");
  EXPECT_EQ(single(*query, "x"), "");
  EXPECT_FALSE(single(*query, "y"));
  EXPECT_FALSE(single(*parse_query("a=1&a=2"), "a"));
  EXPECT_FALSE(parse_query("a=%"));
  std::string many = "a";
  for (std::size_t i = 1; i < kQueryParametersMax; ++i) many += "&a";
  EXPECT_TRUE(parse_query(many));
  EXPECT_FALSE(parse_query(many + "&a"));
}

Request request_of(std::string method, std::string path) {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  return request;
}

TEST(Router, FindsByMethodAndSegments) {
  Router router;
  const auto say = [](const char* what) {
    return [what](const Request&, const PathValues& values) {
      Response response;
      response.body = what;
      for (const std::string& value : values) response.body += " " + value;
      return response;
    };
  };
  router.add("GET", "/", say("root"));
  router.add("GET", "/orders/{id}", say("order"));
  router.add("POST", "/orders/{id}/run", say("run"));
  EXPECT_EQ(router.route(request_of("GET", "/")).body, "root");
  EXPECT_EQ(router.route(request_of("GET", "/orders/a%2Fb")).body, "order a/b");
  EXPECT_EQ(router.route(request_of("POST", "/orders/7/run")).body, "run 7");
  const auto other_method = router.route(request_of("POST", "/orders/7"));
  EXPECT_EQ(other_method.status, 405U);
  EXPECT_NE(other_method.body.find("\"status\":405"), std::string::npos);
  EXPECT_EQ(other_method.headers.at(0), std::pair(std::string("Allow"), std::string("GET")));
  EXPECT_EQ(router.route(request_of("GET", "/orders")).status, 404U);
  EXPECT_EQ(router.route(request_of("GET", "/orders/")).status, 404U);
  EXPECT_EQ(router.route(request_of("GET", "/orders/%zz")).status, 404U);
}

TEST(Problem, NamesFieldRuleAndRemedy) {
  const Response one = problem(Error{.code = Errc::AlreadyExists,
                                     .message = "taken",
                                     .field = "id",
                                     .offset = 3,
                                     .rule = "once",
                                     .remedy = "another"});
  EXPECT_EQ(one.status, 409U);
  EXPECT_EQ(one.content_type, "application/problem+json");
  for (const char* part : {"\"field\":\"id\"", "\"offset\":3", "\"rule\":\"once\"",
                           "\"remedy\":\"another\"", "\"code\":\"already_exists\""}) {
    EXPECT_NE(one.body.find(part), std::string::npos) << part;
  }
  const Response two = problem(std::vector<Error>{Error{.message = "a"}, Error{.message = "b"}});
  EXPECT_EQ(two.status, 400U);
  EXPECT_NE(two.body.find("\"errors\":["), std::string::npos);
}

}  // namespace
}  // namespace packtrail::api
