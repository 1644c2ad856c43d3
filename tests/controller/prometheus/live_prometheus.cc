// Starting, waiting for and ending the process; see the header. It dies with the test whatever happens to that.
#include "tests/controller/prometheus/live_prometheus.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

std::string free_address() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error("bind failed");
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
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

/// "promtool-2" beside "prometheus-2".
std::string promtool_beside(const std::string& binary) {
  const fs::path path(binary);
  const std::string name = path.filename().string();
  return (path.parent_path() / ("promtool" + name.substr(std::min(name.size(), name.find_first_of('-'))))).string();
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

/// It is still to be waited for: until then no other process gets its number.
bool has_ended(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

}  // namespace

LivePrometheus::LivePrometheus(const std::string& openmetrics, const std::string& config) {
  const char* named = std::getenv("AIA_PROMETHEUS_BIN");
  const std::string binary = named != nullptr ? named : "/usr/bin/prometheus";
  victoria_ = fs::path(binary).filename() == "victoria-metrics";
  thanos_ = std::getenv("AIA_THANOS_BIN") != nullptr;
  std::vector<std::string> programs{binary};
  if (!victoria_) programs.push_back(promtool_beside(binary));
  for (const auto& program : programs)
    if (!fs::exists(program)) skip(program + " is not installed (apt install prometheus, or set AIA_PROMETHEUS_BIN)");
  std::string pattern = (fs::temp_directory_path() / "aia-prometheus-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  dir_ = pattern;
  std::ofstream(dir_ + "/history.txt") << openmetrics;
  // A sidecar wants external labels; the query takes this one out again.
  std::ofstream(dir_ + "/prometheus.yml")
      << (thanos_ ? "global: {external_labels: {replica: a}}\n" : "global: {}\n") << config;
  if (!victoria_) prepare(binary);
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (!start(binary)) continue;
    if (victoria_) import_history();
    return;
  }
  std::string log;
  for (const char* name : {"prometheus", "sidecar", "query"}) log += text_of(dir_ + "/" + name + ".log");
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
  if (at != std::string::npos) std::sscanf(version.c_str() + at, "version %d.%d", &version_.first, &version_.second);
}

/// VictoriaMetrics takes it while it runs, and shows it after a flush.
void LivePrometheus::import_history() {
  http::TransportOptions options;
  options.base_url = url_;
  auto transport = http::make_beast_transport(options);
  const auto taken =
      (*transport)->send({"POST", "/api/v1/import/prometheus", {}, text_of(dir_ + "/history.txt")}, Millis(30'000));
  const auto flushed = (*transport)->send({"GET", "/internal/force_flush", {}, ""}, Millis(30'000));
  if (!taken || taken->status != 204 || !flushed || flushed->status != 200)
    throw std::runtime_error("VictoriaMetrics did not take the history");
}

bool LivePrometheus::start(const std::string& binary) {
  const std::string address = free_address();
  url_ = "http://" + address + "/prom";
  const std::vector<std::string> prometheus = {binary,
                                               "--config.file=" + dir_ + "/prometheus.yml",
                                               "--storage.tsdb.path=" + dir_ + "/data",
                                               "--web.listen-address=" + address,
                                               "--storage.tsdb.retention.time=30d",
                                               "--web.route-prefix=/prom"};
  const std::vector<std::string> victoria = {binary, "-storageDataPath=" + dir_ + "/data", "-httpListenAddr=" + address,
                                             "-retentionPeriod=30d", "-http.pathPrefix=/prom"};
  launch(victoria_ ? victoria : prometheus, "prometheus");
  if (!await("/-/ready", "")) return false;
  return !thanos_ || start_thanos(std::getenv("AIA_THANOS_BIN"));
}

/// A query, and the sidecar that it asks; strict: also when that is gone.
bool LivePrometheus::start_thanos(const std::string& thanos) {
  const std::string sidecar = free_address(), query = free_address();
  launch({thanos, "sidecar", "--prometheus.url=" + url_, "--tsdb.path=" + dir_ + "/data", "--grpc-address=" + sidecar,
          "--http-address=" + free_address()},
         "sidecar");
  launch({thanos, "query", "--endpoint-strict=" + sidecar, "--grpc-address=" + free_address(),
          "--http-address=" + query, "--web.route-prefix=/prom", "--query.replica-label=replica"},
         "query");
  url_ = "http://" + query + "/prom";
  return await("/api/v1/stores", "\"sidecar\"");
}

void LivePrometheus::launch(const std::vector<std::string>& command, const std::string& name) {
  const pid_t pid = fork();
  if (pid == 0) become(command, dir_ + "/" + name + ".log");
  pids_.push_back(pid);
}

/// Until the server says `words` there; false when a program has ended, and they all are then.
bool LivePrometheus::await(const std::string& path, const std::string& words) {
  http::TransportOptions options;
  options.base_url = url_;
  auto transport = http::make_beast_transport(options);
  for (int i = 0; i < 200; ++i) {
    const auto said = (*transport)->send({"GET", path, {}, ""}, Millis(1000));
    if (said && said->status == 200 && said->body.find(words) != std::string::npos) return true;
    if (std::any_of(pids_.begin(), pids_.end(), has_ended)) break;
    std::this_thread::sleep_for(Millis(100));
  }
  end_programs();
  return false;
}

void LivePrometheus::lose_store() {
  kill(pids_.at(1), SIGKILL);
}

void LivePrometheus::end_programs() {
  for (const pid_t pid : std::exchange(pids_, {})) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
}

void LivePrometheus::stop() {
  end_programs();
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

LivePrometheus::~LivePrometheus() {
  stop();
}

}  // namespace aia::prometheus
