// Makes Prometheus the controller's MetricsSource. Each call sends one batch of parallel requests under one deadline,
// and a failed query fails alone. The source finds out the server's optional parameters before the first batch, and
// again when the server may have been replaced (manners.h). Thread-safe if the transport is.
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

/// A mutex with a limited wait. std::timed_mutex would do, but ThreadSanitizer of g++ 12 does not see its lock
/// (pthread_mutex_clocklock) and reports each unlock.
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
  /// The result is false when other threads held the mutex for all of `longest`.
  [[nodiscard]] Held wait(Millis longest);

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  bool taken_ = false;
};

class PrometheusSource final : public ports::MetricsSource {
 public:
  using Steady = std::function<Millis()>;

  /// For tests and for sharing a transport; see also make_prometheus_source. `known`: the parameters that the server
  /// accepts, if known. `steady`: a monotonic clock; unset: the clock of the machine.
  PrometheusSource(std::shared_ptr<http::Transport> transport, PrometheusOptions options,
                   std::optional<Manners> known = std::nullopt, Steady steady = nullptr);

  /// Queries vector(1), unless the server's parameters are known already. Errors: the reason why the server cannot be
  /// reached or is no Prometheus. From any thread.
  Status reach(WallTime at, Millis deadline);
  /// The reason why the server was never reached; empty for good after its first answer. From any thread.
  [[nodiscard]] std::string unreached() const { return acquaintance_.unreached(); }
  /// The optional parameters that the server accepts; unset: not known yet. From any thread.
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
  OneAtATime finding_;  // held while finding out the parameters: a second thread waits and uses the result
  Acquaintance acquaintance_;
  struct Why {
    std::string sentence;
    Millis known_at{0};
  };
  std::mutex why_mutex_;
  std::map<std::string, Why> why_;  // by expression, for two minutes
};

/// A source with its own transport; connects to nothing yet. Errors: Invalid, naming the option.
Result<std::unique_ptr<PrometheusSource>> make_prometheus_source(const PrometheusOptions& options);

}  // namespace aia::prometheus
