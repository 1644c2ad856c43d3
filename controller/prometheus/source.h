// Prometheus as the controller's MetricsSource: each call is one batch of requests side by side under one deadline, and
// one query's failure is that query's Error. Which optional parameters the server takes is found out before the first
// batch, and again when it may have been replaced. Thread-safe as far as its transport is.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/manners.h"
#include "controller/prometheus/options.h"

namespace aia::prometheus {

/// A mutex that is waited for so long at most. std::timed_mutex would do, but ThreadSanitizer of g++ 12 does not see
/// how it is locked (pthread_mutex_clocklock) and reports each unlock.
class OneAtATime {
 public:
  class Held {
   public:
    explicit Held(OneAtATime* of) : of_(of) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held();
    explicit operator bool() const { return of_ != nullptr; }

   private:
    OneAtATime* of_;
  };
  /// False: another thread had it all the time.
  [[nodiscard]] Held wait(Millis longest);

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  bool taken_ = false;
};

class PrometheusSource final : public ports::MetricsSource {
 public:
  using Steady = std::function<Millis()>;

  /// For tests and for sharing a transport; see make_prometheus_source. `known`: what the server takes, where that need
  /// not be found out; `steady`: a monotonic clock, unset: the machine's.
  PrometheusSource(std::shared_ptr<http::Transport> transport, PrometheusOptions options,
                   std::optional<Manners> known = std::nullopt, Steady steady = nullptr);

  /// Asks the server for vector(1), unless it is known already which parameters it takes. Errors: why it cannot be
  /// reached, or is no Prometheus. From any thread.
  Status reach(WallTime at, Millis deadline);
  /// Empty once the server answered any query, and for good; else why it did not. From any thread.
  [[nodiscard]] std::string unreached() const { return acquaintance_.unreached(); }
  /// Which optional parameters the server takes; unset: that is not known. From any thread.
  [[nodiscard]] std::optional<Manners> manners() const { return acquaintance_.known(); }

  [[nodiscard]] Result<std::string> admit(const std::string& promql, const std::string& ns) const override;
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries,
                                                Millis deadline) override;
  [[nodiscard]] int evidence_queries(const std::string& promql) const override;
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis deadline) override;
  std::vector<std::string> why_empty(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                     Millis deadline) override;

 private:
  using Take = std::function<void(std::size_t query, Result<ports::QueryAnswer> answer)>;
  void ask(const std::vector<ports::MetricQuery>& queries, Millis deadline, const Take& take);
  Result<Manners> find_manners(WallTime at, Millis deadline);
  void look_into(const std::vector<ports::EvidenceQuery>& empty, WallTime at, Millis until);

  const std::shared_ptr<http::Transport> transport_;
  const PrometheusOptions options_;
  const Steady steady_;
  OneAtATime finding_;  // of two threads that would find out the second waits and is told
  Acquaintance acquaintance_;
  struct Why {
    std::string sentence;
    Millis known_at{0};
  };
  std::mutex why_mutex_;
  std::map<std::string, Why> why_;  // by expression, of the last two minutes
};

/// Errors: Invalid, naming the option. Nothing is connected yet.
Result<std::unique_ptr<PrometheusSource>> make_prometheus_source(const PrometheusOptions& options);

}  // namespace aia::prometheus
