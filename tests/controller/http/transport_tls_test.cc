// TLS: only the given CA is trusted, the name is checked, the client's certificate is shown, rotated files are picked
// up, and a refusal names the CA.
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/controller/http/client_under_test.h"
#include "tests/controller/http/test_server.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::http;
using namespace std::chrono_literals;
using testing::kPatience;

namespace {

Result<Response> get(const std::string& url, const TlsOptions& tls) {
  TransportOptions options;
  options.base_url = url;
  options.tls = tls;
  auto transport = make_transport(options);
  if (!transport) return transport.error();
  return (*transport)->send({"GET", "/", {}, ""}, kPatience);
}

bool ok_script(const Seen&, Peer& peer) {
  return peer.respond(200, "ok");
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void check_refused(const Result<Response>& answer, const std::string& words) {
  REQUIRE_FALSE(answer.ok());
  CHECK_THAT(answer.error().message, Catch::Contains(words));
}

}  // namespace

TEST_CASE("the CA decides who is trusted") {
  const auto& certs = TestCertificates::get();
  TestServer server(ok_script, certs.server);
  TlsOptions by_file, by_pem, other, system, insecure;
  by_file.ca_file = certs.ca_file;
  by_pem.ca_pem = text_of(certs.ca_file);
  other.ca_file = certs.other_ca_file;
  insecure.insecure_skip_verify = true;
  CHECK(get(server.url(), by_file).ok());
  CHECK(get(server.url(), by_pem).ok());
  CHECK(get(server.url(), insecure).ok());
  check_refused(get(server.url(), other), "TLS CA file '" + certs.other_ca_file + "'");
  check_refused(get(server.url(), other), "issued by 'CN=test-ca'");
  check_refused(get(server.url(), system), "the system's roots");
}

TEST_CASE("a given CA takes the place of the system's roots") {
  const auto& certs = TestCertificates::get();
  TestServer server(ok_script, certs.server);
  setenv("SSL_CERT_FILE", certs.ca_file.c_str(), 1);  // the server's CA is one of the system's now
  TlsOptions system, other;
  other.ca_file = certs.other_ca_file;
  CHECK(get(server.url(), system).ok());
  CHECK_FALSE(get(server.url(), other).ok());
  unsetenv("SSL_CERT_FILE");
}

TEST_CASE("the system's roots are read once where they are trusted, and not at all where a CA is given") {
  const auto& certs = TestCertificates::get();
  TestServer server([](const Seen&, Peer& peer) { return peer.respond(200, "ok", "Connection: close\r\n"); },
                    certs.server);
  setenv("SSL_CERT_FILE", certs.ca_file.c_str(), 1);
  const int watch = inotify_init1(IN_NONBLOCK);
  REQUIRE(inotify_add_watch(watch, certs.ca_file.c_str(), IN_OPEN) >= 0);
  const auto opened = [watch] {
    std::array<char, 4096> events{};
    return read(watch, events.data(), events.size()) > 0;
  };
  TransportOptions options;
  options.base_url = server.url();
  const auto three_connections = [](Transport& transport) {
    for (int i = 0; i < 3; ++i) CHECK(transport.send({"GET", "/", {}, ""}, kPatience).ok());
  };
  SECTION("trusted") {
    const auto transport = make_transport(options).value();
    CHECK(opened());
    three_connections(*transport);
  }
  SECTION("a CA is given") {
    options.tls.ca_pem = text_of(certs.ca_file);
    CHECK(opened());  // by us
    three_connections(*make_transport(options).value());
  }
  CHECK_FALSE(opened());
  CHECK(server.connections() == 3);
  close(watch);
  unsetenv("SSL_CERT_FILE");
}

TEST_CASE("the server's name is checked, or the one given instead") {
  const auto& certs = TestCertificates::get();
  TestServer server(ok_script, certs.named_server);
  TlsOptions tls;
  tls.ca_file = certs.ca_file;
  check_refused(get(server.url(), tls), "'127.0.0.1' is not accepted");
  check_refused(get("https://localhost:" + std::to_string(server.port()), tls), "hostname mismatch");
  tls.server_name = "api.example.internal";
  CHECK(get(server.url(), tls).ok());
}

TEST_CASE("a name that resolves to several addresses connects") {
  const auto& certs = TestCertificates::get();
  TestServer server(ok_script, certs.server);
  TlsOptions tls;
  tls.ca_file = certs.ca_file;
  CHECK(get("https://localhost:" + std::to_string(server.port()), tls).ok());
}

TEST_CASE("a server that asks for a client certificate gets it, from files or text") {
  const auto& certs = TestCertificates::get();
  TestServer server(ok_script, certs.server, certs.ca_file);
  TlsOptions tls;
  tls.ca_file = certs.ca_file;
  check_refused(get(server.url(), tls), "certificate required");
  TlsOptions by_file = tls, by_pem = tls;
  by_file.cert_file = certs.client.cert_file;
  by_file.key_file = certs.client.key_file;
  by_pem.cert_pem = text_of(certs.client.cert_file);
  by_pem.key_pem = text_of(certs.client.key_file);
  CHECK(get(server.url(), by_file).ok());
  CHECK(get(server.url(), by_pem).ok());
}

TEST_CASE("wrong TLS options are refused at start, naming the file") {
  const auto& certs = TestCertificates::get();
  TlsOptions missing, garbage, half, mismatched;
  missing.ca_file = "/nonexistent/ca.crt";
  garbage.ca_pem = "not a certificate";
  half.cert_file = certs.client.cert_file;
  mismatched.cert_file = certs.client.cert_file;
  mismatched.key_file = certs.server.key_file;
  check_refused(get("https://127.0.0.1:1", missing), "'/nonexistent/ca.crt' cannot be read");
  check_refused(get("https://127.0.0.1:1", garbage), "no PEM certificate");
  check_refused(get("https://127.0.0.1:1", half), "together");
  check_refused(get("https://127.0.0.1:1", mismatched), "does not belong to");
}

TEST_CASE("a rotated CA file counts for the next connection") {
  const auto& certs = TestCertificates::get();
  TestServer server([](const Seen&, Peer& peer) { return peer.respond(200, "ok", "Connection: close\r\n"); },
                    certs.server);
  const auto file = std::filesystem::temp_directory_path() / ("aia-rotated-" + std::to_string(getpid()) + ".crt");
  std::filesystem::copy_file(certs.other_ca_file, file, std::filesystem::copy_options::overwrite_existing);
  TransportOptions options;
  options.base_url = server.url();
  options.tls.ca_file = file.string();
  auto transport = make_transport(options);
  REQUIRE(transport.ok());
  CHECK_FALSE((*transport)->send({"GET", "/", {}, ""}, kPatience).ok());
  std::filesystem::copy_file(certs.ca_file, file, std::filesystem::copy_options::overwrite_existing);
  CHECK((*transport)->send({"GET", "/", {}, ""}, kPatience).ok());
  std::filesystem::remove(file);
  check_refused((*transport)->send({"GET", "/", {}, ""}, kPatience), "cannot be read");
}

TEST_CASE("a refused client certificate is followed by a new connection with the newest one") {
  const auto& certs = TestCertificates::get();
  std::atomic<int> refused{0};
  std::atomic<int> first_accepted{0};
  TestServer server(
      [&](const Seen& seen, Peer& peer) {
        peer.wait(100ms);
        return peer.respond(seen.connection < first_accepted ? 401 : 200, "");
      },
      certs.server, certs.ca_file);
  TransportOptions options;
  options.base_url = server.url();
  options.tls.ca_file = certs.ca_file;
  std::atomic<int> shown{0};
  options.tls.client_certificate = [&]() -> ClientCertificate {
    ++shown;
    return {text_of(certs.client.cert_file), text_of(certs.client.key_file)};
  };
  options.on_unauthorized = [&] { ++refused; };
  auto transport = make_transport(options);
  REQUIRE(transport.ok());
  CHECK(shown == 1);  // at start, so that a wrong one is known
  const std::vector<Request> four(4, Request{"GET", "/", {}, ""});
  for (const auto& answer : (*transport)->send_all(four, 10s)) {
    if (!answer) FAIL(answer.error().message);
    REQUIRE(answer->status == 200);
  }
  const int open = server.connections();
  REQUIRE(open > 1);
  CHECK(shown == 1 + open);
  first_accepted = open;  // the certificate that those were opened with has expired
  CHECK((*transport)->send({"PATCH", "/", {}, "{}"}, kPatience)->status == 200);
  CHECK(refused == 1);

  options.tls.client_certificate = [] { return ClientCertificate{}; };
  transport = make_transport(options);
  REQUIRE(transport.ok());
  check_refused((*transport)->send({"GET", "/", {}, ""}, kPatience), "certificate required");
}

TEST_CASE("dropped connections and mutations over TLS") {
  const auto& certs = TestCertificates::get();
  std::atomic<int> patches{0};
  TestServer server(
      [&](const Seen& request, Peer& peer) {
        if (request.method == "PATCH") return ++patches < 0;
        return peer.respond(200, "ok");
      },
      certs.server);
  TransportOptions options;
  options.base_url = server.url();
  options.tls.ca_file = certs.ca_file;
  auto transport = make_transport(options);
  REQUIRE(transport.ok());
  for (int i = 0; i < 30; ++i) {
    REQUIRE((*transport)->send({"GET", "/", {}, ""}, kPatience).ok());
    CHECK_FALSE((*transport)->send({"PATCH", "/", {}, "{}"}, kPatience).ok());
  }
  CHECK(patches == 30);
  CHECK(server.connections() < 50);  // most of the PATCHes were sent on a connection that had served a GET
}

TEST_CASE("plain HTTP where TLS was expected is said to be that") {
  TestServer server(ok_script);
  TlsOptions tls;
  tls.ca_file = TestCertificates::get().ca_file;
  check_refused(get("https://127.0.0.1:" + std::to_string(server.port()), tls), "TLS handshake failed");
}
