// Starting, waiting for and ending the process; see the header. It dies with the test whatever happens to that.
#include "tests/controller/prometheus/live_prometheus.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <vector>

#include "controller/http/make_transport.h"

namespace aia::prometheus {
namespace {

namespace fs = std::filesystem;

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error("bind failed");
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

[[noreturn]] void skip(const std::string& why) {
  std::printf("SKIPPED: %s\n", why.c_str());
  std::fflush(stdout);
  std::_Exit(4);
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string promtool_beside(const std::string& binary) {
  return (fs::path(binary).parent_path() / "promtool").string();
}

/// In `child`, after fork: dies with the test, logs to a file and becomes the program. Never returns.
[[noreturn]] void become(const std::vector<std::string>& command, const std::string& log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(fd, 1);
  dup2(fd, 2);
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  std::_Exit(127);
}

}  // namespace

LivePrometheus::LivePrometheus(const std::string& openmetrics, const std::string& config) {
  const char* named = std::getenv("AIA_PROMETHEUS_BIN");
  const std::string binary = named != nullptr ? named : "/usr/bin/prometheus";
  victoria_ = fs::path(binary).filename() == "victoria-metrics";
  std::vector<std::string> programs{binary};
  if (!victoria_) programs.push_back(promtool_beside(binary));
  for (const auto& program : programs)
    if (!fs::exists(program)) skip(program + " is not installed (apt install prometheus, or set AIA_PROMETHEUS_BIN)");
  std::string pattern = (fs::temp_directory_path() / "aia-prometheus-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  dir_ = pattern;
  std::ofstream(dir_ + "/history.txt") << openmetrics;
  std::ofstream(dir_ + "/prometheus.yml") << "global: {}\n" << config;
  if (!victoria_) prepare(binary);
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (!start(binary)) continue;
    if (victoria_) import_history();
    return;
  }
  const std::string log = text_of(dir_ + "/prometheus.log");
  stop();
  throw std::runtime_error(binary + " did not start; it said:\n" + log);
}

/// Prometheus takes a past before its start, as blocks.
void LivePrometheus::prepare(const std::string& binary) {
  run(promtool_beside(binary) + " tsdb create-blocks-from openmetrics --quiet " + dir_ + "/history.txt " + dir_ +
      "/data >" + dir_ + "/promtool.log 2>&1");
  run(binary + " --version >" + dir_ + "/version.txt 2>&1");
  const std::string version = text_of(dir_ + "/version.txt");
  const auto at = version.find("version ");
  if (at != std::string::npos) major_version_ = std::atoi(version.c_str() + at + 8);
}

/// VictoriaMetrics takes it while it runs, and shows it after a flush.
void LivePrometheus::import_history() {
  http::TransportOptions options;
  options.base_url = url_;
  auto transport = http::make_cpprest_transport(options);
  const auto taken =
      (*transport)->send({"POST", "/api/v1/import/prometheus", {}, text_of(dir_ + "/history.txt")}, Millis(30'000));
  const auto flushed = (*transport)->send({"GET", "/internal/force_flush", {}, ""}, Millis(30'000));
  if (!taken || taken->status != 204 || !flushed || flushed->status != 200)
    throw std::runtime_error("VictoriaMetrics did not take the history");
}

bool LivePrometheus::start(const std::string& binary) {
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  url_ = "http://" + address + "/prom";
  const std::vector<std::string> prometheus = {binary,
                                               "--config.file=" + dir_ + "/prometheus.yml",
                                               "--storage.tsdb.path=" + dir_ + "/data",
                                               "--web.listen-address=" + address,
                                               "--storage.tsdb.retention.time=30d",
                                               "--web.route-prefix=/prom"};
  const std::vector<std::string> victoria = {binary, "-storageDataPath=" + dir_ + "/data", "-httpListenAddr=" + address,
                                             "-retentionPeriod=30d", "-http.pathPrefix=/prom"};
  pid_ = fork();
  if (pid_ == 0) become(victoria_ ? victoria : prometheus, dir_ + "/prometheus.log");
  http::TransportOptions options;
  options.base_url = url_;
  auto transport = http::make_cpprest_transport(options);
  for (int i = 0; i < 200; ++i) {
    const auto ready = (*transport)->send({"GET", "/-/ready", {}, ""}, Millis(1000));
    if (ready && ready->status == 200) return true;
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      return false;
    }
    std::this_thread::sleep_for(Millis(100));
  }
  return false;
}

void LivePrometheus::stop() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

LivePrometheus::~LivePrometheus() {
  stop();
}

}  // namespace aia::prometheus
