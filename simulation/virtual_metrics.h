// ports::MetricsSource over the world, with a Prometheus's semantics where they matter: samples exist at scrapes only,
// a rate is the mean over its window, a gauge looks back five minutes, ranges are evaluated on their grid, missing is
// an empty answer. It knows two queries per service NAME of namespace NS: `demand:NS/NAME` (requests/s, a rate over
// rate_window) and `queue:NS/NAME` (requests waiting, a gauge). Any other text matches nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "simulation/world.h"

namespace aia::simulation {

/// Samples that never were: scraping of some of a service's sources, or of all, failed for a while.
struct SampleGap {
  WallTime from{}, to{};
  api::ObjectKey service;
  double share = 1;    ///< of the sources, in (0, 1]
  bool marked = true;  ///< staleness markers: what is gone is gone at once; else it ages until it is looked past
  bool keeps_answering = false;  ///< instant answers repeat the last value (a long look-back in the query)
};

struct MetricsOptions {
  Millis rate_window{std::chrono::minutes(1)};
  Millis lookback{std::chrono::minutes(5)};
  int gateways = 2;  ///< sources of each demand; 0: the service's own pods are
};

class VirtualMetrics : public ports::MetricsSource {
 public:
  VirtualMetrics(World& world, MetricsOptions options) : world_(world), options_(options) {}

  std::vector<SampleGap> gaps;

  [[nodiscard]] Result<std::string> admit(const std::string& promql, const std::string& ns) const override;
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries,
                                                Millis deadline) override;
  std::vector<Result<ports::Evidence>> evidence(const std::vector<std::string>& promql, WallTime at,
                                                Millis deadline) override;

  /// The value at `at`; unset: no sample.
  [[nodiscard]] std::optional<double> value(const std::string& promql, WallTime at, bool instant);

 private:
  struct Source {
    std::string pod, instance;
    WallTime since{};  // its first scrape comes later
  };
  [[nodiscard]] Service* service_of(const std::string& promql, bool& queue);
  [[nodiscard]] double present(const Service& service, WallTime scraped) const;
  [[nodiscard]] std::vector<Source> sources_of(const Service& service) const;
  [[nodiscard]] const SampleGap* gap_of(const Service& service, const Source& source, WallTime at) const;
  [[nodiscard]] std::optional<double> rate(const Service& service, WallTime at) const;
  [[nodiscard]] std::optional<double> gauge(const Service& service, WallTime at) const;

  World& world_;
  MetricsOptions options_;
};

}  // namespace aia::simulation
