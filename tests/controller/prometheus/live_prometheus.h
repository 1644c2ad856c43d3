// A real Prometheus with a made-up past, started by the test itself on a free loopback port: Debian's
// /usr/bin/prometheus, or whatever $AIA_PROMETHEUS_BIN names (promtool is looked for beside it). A binary called
// victoria-metrics is started as that: it takes the past after its start. Where $AIA_THANOS_BIN names Thanos, its query
// and sidecar are started in front of Prometheus and asked instead. Without a binary the test is skipped by exit
// code 4.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace aia::prometheus {

class LivePrometheus {
 public:
  /// `openmetrics` is the history, with timestamps in seconds; `config` is more YAML for Prometheus' configuration.
  explicit LivePrometheus(const std::string& openmetrics, const std::string& config = "");
  ~LivePrometheus();
  LivePrometheus(const LivePrometheus&) = delete;
  LivePrometheus& operator=(const LivePrometheus&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  /// Of Prometheus, major and minor; zeros for VictoriaMetrics.
  [[nodiscard]] std::pair<int, int> version() const { return version_; }
  [[nodiscard]] bool victoria() const { return victoria_; }
  [[nodiscard]] bool thanos() const { return thanos_; }

 private:
  void prepare(const std::string& binary);
  bool start(const std::string& binary);
  bool start_thanos(const std::string& thanos);
  void launch(const std::vector<std::string>& command, const std::string& name);
  bool await(const std::string& path, const std::string& words);
  void import_history();
  void end_programs();
  void stop();

  std::string dir_;
  std::string url_;
  std::pair<int, int> version_{};
  bool victoria_ = false;
  bool thanos_ = false;
  std::vector<pid_t> pids_;
};

}  // namespace aia::prometheus
