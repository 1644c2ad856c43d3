// Which proxy stands between us and a server, by the rules that other programs have for the same variables.
#include "controller/http/proxy.h"

#include <catch2/catch.hpp>
#include <map>

using namespace aia;
using namespace aia::http;

namespace {

std::string proxy_for(const std::string& url, const std::map<std::string, std::string>& variables) {
  const auto found = proxy_of_environment(url, [&](const char* name) {
    const auto value = variables.find(name);
    return value == variables.end() ? std::string() : value->second;
  });
  if (!found) return found.error().message;
  return found->empty() ? "none" : parse_proxy(*found)->url.origin();
}

}  // namespace

TEST_CASE("the environment names a proxy by the scheme of what is asked") {
  const std::map<std::string, std::string> both{{"HTTP_PROXY", "http://plain:1"}, {"https_proxy", "secure:2"}};
  CHECK(proxy_for("http://a.example", both) == "http://plain:1");
  CHECK(proxy_for("https://a.example", both) == "http://secure:2");
  CHECK(proxy_for("https://a.example", {{"HTTP_PROXY", "plain:1"}}) == "none");
  CHECK_THAT(proxy_for("http://a.example", {{"HTTP_PROXY", "socks5://user:secret@p:1"}}),
             Catch::Contains("HTTP_PROXY") && Catch::Contains("socks5") && !Catch::Contains("secret"));
}

TEST_CASE("NO_PROXY excepts hosts, domains, addresses and networks") {
  struct Row {
    const char *url, *no_proxy;
    bool excepted;
  };
  const auto row = GENERATE(values<Row>({
      {"http://a.example", "", false},
      {"http://a.example", "*", true},
      {"http://a.example", "example", true},
      {"http://a.example", ".example", true},
      {"http://a.example", "*.example", true},
      {"http://example", ".example", false},
      {"http://aexample", "example", false},
      {"http://A.Example", " b.example , a.EXAMPLE", true},
      {"http://a.example:9090", "a.example:9090", true},
      {"http://a.example:9091", "a.example:9090", false},
      {"http://10.1.2.3", "10.0.0.0/8", true},
      {"http://11.1.2.3", "10.0.0.0/8", false},
      {"http://10.1.2.3", "10.1.2.3", true},
      {"http://10.1.2.3:80", "10.1.2.3:81", false},
      {"http://10.1.2.3", "10.0.0.0/33", false},
      {"http://[fd00::1]", "fd00::/8", true},
      {"http://[fd00::1]", "fd00::1", true},
      {"http://[fe00::1]", "fd00::/8", false},
      {"http://[fd00::1]", "0.0.0.0/0", false},
      {"http://localhost:9090", "", true},
      {"http://127.0.0.9:9090", "", true},
      {"http://[::1]:9090", "", true},
      {"http://a.example", ",, ,", false},
  }));
  INFO(row.url << " and NO_PROXY=" << row.no_proxy);
  const auto found = proxy_for(row.url, {{"HTTP_PROXY", "p:1"}, {"NO_PROXY", row.no_proxy}});
  CHECK(found == (row.excepted ? "none" : "http://p:1"));
}

TEST_CASE("a proxy's user and password are sent as they were meant") {
  const auto proxy = parse_proxy("http://us%40er:pa%3Ass@p.example:3128/");
  REQUIRE(proxy.ok());
  CHECK(proxy->url.authority() == "p.example:3128");
  CHECK(proxy->authorization == "Basic dXNAZXI6cGE6c3M=");  // us@er:pa:ss
  CHECK(parse_proxy("p:1")->authorization.empty());
  const auto wrong =
      GENERATE("https://p:1", "socks5h://p:1", "http://", "http://u:secret@", "http://p:99999", "http://u\n:secret@p");
  const auto refused = parse_proxy(wrong);
  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.error().message, !Catch::Contains("secret"));
}
