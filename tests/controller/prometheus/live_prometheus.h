// A real Prometheus with a made-up past, started by the test itself on a free loopback port: Debian's
// /usr/bin/prometheus, or whatever $AIA_PROMETHEUS_BIN names (promtool is looked for beside it). A binary called
// victoria-metrics is started as that: it takes the past after its start. Without a binary the test is skipped by exit
// code 4.
#pragma once

#include <sys/types.h>

#include <string>

namespace aia::prometheus {

class LivePrometheus {
 public:
  /// `openmetrics` is the history, with timestamps in seconds; `config` is more YAML for Prometheus' configuration.
  explicit LivePrometheus(const std::string& openmetrics, const std::string& config = "");
  ~LivePrometheus();
  LivePrometheus(const LivePrometheus&) = delete;
  LivePrometheus& operator=(const LivePrometheus&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  /// Of Prometheus; 0 for VictoriaMetrics.
  [[nodiscard]] int major_version() const { return major_version_; }
  [[nodiscard]] bool victoria() const { return victoria_; }

 private:
  void prepare(const std::string& binary);
  bool start(const std::string& binary);
  void import_history();
  void stop();

  std::string dir_;
  std::string url_;
  int major_version_ = 0;
  bool victoria_ = false;
  pid_t pid_ = 0;
};

}  // namespace aia::prometheus
