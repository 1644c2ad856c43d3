// URLs: what is accepted, what is refused and with which words, and that encoded text arrives as it was written.
#include <catch2/catch.hpp>

#include "controller/http/url.h"

using namespace aia;
using namespace aia::http;

TEST_CASE("base URLs are taken apart") {
  struct Row {
    std::string text, host, prefix, origin;
  };
  const auto row =
      GENERATE(Row{"http://prom:9090", "prom", "", "http://prom:9090"},
               Row{"https://10.0.0.1", "10.0.0.1", "", "https://10.0.0.1:443"},
               Row{"http://host/", "host", "", "http://host:80"},
               Row{"https://mimir.example.org:8443/prometheus/", "mimir.example.org", "/prometheus",
                   "https://mimir.example.org:8443"},
               Row{"HTTPS://API.Example.org/Prom", "api.example.org", "/Prom", "https://api.example.org:443"},
               Row{"hTTp://[FD00::A]", "fd00::a", "", "http://[fd00::a]:80"},
               Row{"https://[fd00::1]:6443/a%2Fb", "fd00::1", "/a%2Fb", "https://[fd00::1]:6443"});
  INFO(row.text);
  const auto url = parse_base_url(row.text);
  REQUIRE(url.ok());
  CHECK(url->host == row.host);
  CHECK(url->prefix == row.prefix);
  CHECK(url->origin() == row.origin);
}

TEST_CASE("a URL that cannot be one is refused by name") {
  const std::string text = GENERATE("", "prom:9090", "ftp://x", "://x", "HTTPSX://x", "http:/x", "http://",
                                    "http://host:0", "http://host:99999", "http://host:9x", "http://host?x=1",
                                    "http://host#f", "http://[::1", "http://ho st", "http://host/a b", "http://[::1]x");
  INFO(text);
  const auto url = parse_base_url(text);
  REQUIRE_FALSE(url.ok());
  CHECK(url.error().kind == ErrorKind::Invalid);
  CHECK(url.error().message.find("'" + text + "'") != std::string::npos);
}

TEST_CASE("a password in a URL is repeated to nobody") {
  const auto url = parse_base_url("http://user:pass@host:9090/a b");
  REQUIRE_FALSE(url.ok());
  CHECK(url.error().message.find("http://***@host:9090'") != std::string::npos);
  CHECK(url.error().message.find("pass") == std::string::npos);
}

TEST_CASE("query parameters survive a round trip") {
  CHECK(percent_encode("a b/c?d=e&f+g%h~-._") == "a%20b%2Fc%3Fd%3De%26f%2Bg%25h~-._");
  CHECK(percent_encode("größe") == "gr%C3%B6%C3%9Fe");
  CHECK(Query().after("/x") == "/x");
  CHECK(Query().add("query", R"(up{a="b"})").add("time", "1").after("/x") == "/x?query=up%7Ba%3D%22b%22%7D&time=1");
}
