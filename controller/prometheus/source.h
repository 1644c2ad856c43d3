// Prometheus as the controller's MetricsSource: each call is one batch of requests side by side under one deadline, and
// one query's failure is that query's Error. Thread-safe as far as its transport is.
#pragma once

#include <functional>
#include <memory>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/options.h"

namespace aia::prometheus {

class PrometheusSource final : public ports::MetricsSource {
 public:
  /// For tests and for sharing a transport; see make_prometheus_source.
  PrometheusSource(std::shared_ptr<http::Transport> transport, PrometheusOptions options);

  [[nodiscard]] Result<std::string> admit(const std::string& promql, const std::string& ns) const override;
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries,
                                                Millis deadline) override;
  [[nodiscard]] int evidence_queries(const std::string& promql) const override;
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis deadline) override;

 private:
  using Take = std::function<void(std::size_t query, Result<ports::QueryAnswer> answer)>;
  void ask(const std::vector<ports::MetricQuery>& queries, Millis deadline, const Take& take);

  const std::shared_ptr<http::Transport> transport_;
  const PrometheusOptions options_;
};

/// Errors: Invalid, naming the option. Nothing is connected yet.
Result<std::unique_ptr<ports::MetricsSource>> make_prometheus_source(const PrometheusOptions& options);

}  // namespace aia::prometheus
