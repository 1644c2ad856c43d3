// Compares the HTTP client of the API server (cpprestsdk) with the client of queries (Boost.Beast), in one run on
// loopback. Figures: how long a query takes (p50, p99), and how much CPU of the client an answer of 40 MB costs, in one
// piece and in chunks of 4 KiB. The server is a child process, so that its CPU is not counted. Only ratios count; times
// depend on the machine.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>  // before Boost 1.74's Asio in C++20

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "controller/http/make_transport.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace aia;

constexpr std::size_t kLarge = 40'000'000;
constexpr std::size_t kChunk = 4'096;
constexpr int kQueries = 5'000, kLargeAnswers = 10;

std::string small_answer() {
  const std::string body =
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000,"25"]}]}})";
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string large_answer(bool chunked) {
  if (!chunked)
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n" + std::string(kLarge, 'x');
  std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t sent = 0; sent < kLarge; sent += kChunk) out += "1000\r\n" + std::string(kChunk, 'x') + "\r\n";
  return out + "0\r\n\r\n";
}

/// Answers requests by path until the process is killed.
[[noreturn]] void serve(tcp::acceptor& acceptor, asio::io_context& io) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string small = small_answer(), whole = large_answer(false), chunks = large_answer(true);
  for (;;) {
    auto socket = std::make_shared<tcp::socket>(io);
    acceptor.accept(*socket);
    socket->set_option(tcp::no_delay(true));
    std::thread([&, socket] {
      asio::streambuf input;
      boost::system::error_code code;
      while (const auto size = asio::read_until(*socket, input, "\r\n\r\n", code)) {
        if (code) return;
        const std::string head(asio::buffers_begin(input.data()), asio::buffers_begin(input.data()) + size);
        input.consume(size);
        const auto& answer = head.starts_with("GET /whole") ? whole : head.starts_with("GET /chunks") ? chunks : small;
        asio::write(*socket, asio::buffer(answer), code);
        if (code) return;
      }
    }).detach();
  }
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Figures {
  double p50_us = 0, p99_us = 0;               ///< per query
  double query_cpu_us = 0;                     ///< per query
  double whole_cpu_ms = 0, chunks_cpu_ms = 0;  ///< per answer of 40 MB
};

double answers_cpu_ms(http::Transport& transport, const char* target) {
  const double before = cpu_seconds();
  for (int i = 0; i < kLargeAnswers; ++i) {
    const auto answer = transport.send({"GET", target, {}, ""}, std::chrono::seconds(30));
    if (!answer || answer->body.size() < kLarge)
      std::fprintf(stderr, "no answer: %s\n", answer ? "short" : answer.error().message.c_str());
  }
  return 1000 * (cpu_seconds() - before) / kLargeAnswers;
}

Figures measure(http::Transport& transport) {
  Figures out;
  std::vector<double> took;
  for (int i = 0; i < kQueries / 10; ++i) (void)transport.send({"GET", "/query", {}, ""}, std::chrono::seconds(5));
  const double before = cpu_seconds();
  for (int i = 0; i < kQueries; ++i) {
    const auto from = std::chrono::steady_clock::now();
    if (!transport.send({"GET", "/query", {}, ""}, std::chrono::seconds(5))) std::fprintf(stderr, "no answer\n");
    took.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - from).count());
  }
  out.query_cpu_us = 1e6 * (cpu_seconds() - before) / kQueries;
  std::sort(took.begin(), took.end());
  out.p50_us = took[took.size() / 2];
  out.p99_us = took[took.size() * 99 / 100];
  out.whole_cpu_ms = answers_cpu_ms(transport, "/whole");
  out.chunks_cpu_ms = answers_cpu_ms(transport, "/chunks");
  return out;
}

void print(const char* what, const char* unit, double cpprest, double beast) {
  std::printf("%-34s %10.1f %10.1f %s   %.2f\n", what, cpprest, beast, unit, beast / cpprest);
}

}  // namespace

int main() {
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  const pid_t server = fork();
  if (server == 0) serve(acceptor, io);
  http::TransportOptions options;
  options.base_url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  options.max_body_bytes = 2 * kLarge;
  const auto cpprest = http::make_cpprest_transport(options), beast = http::make_beast_transport(options);
  const Figures old = measure(**cpprest), now = measure(**beast);
  std::printf("%-34s %10s %10s      ratio\n", "", "cpprestsdk", "Beast");
  print("a query, p50", "us", old.p50_us, now.p50_us);
  print("a query, p99", "us", old.p99_us, now.p99_us);
  print("a query, CPU", "us", old.query_cpu_us, now.query_cpu_us);
  print("40 MB in one piece, CPU", "ms", old.whole_cpu_ms, now.whole_cpu_ms);
  print("40 MB in chunks of 4 KiB, CPU", "ms", old.chunks_cpu_ms, now.chunks_cpu_ms);
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
}
