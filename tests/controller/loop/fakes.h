// The world in virtual time: a clock that only moves when told, a cluster whose pods become Ready a lead time after
// they were created, and metrics that are functions of time. The loop under test is the one that runs in a real
// cluster.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/loop/loop.h"
#include "tests/controller/words.h"

namespace aia::loop::fakes {

using namespace std::chrono_literals;

class FakeClock : public ports::Clock {
 public:
  WallTime time{Millis(1'800'000'000'000)};  // a multiple of an hour
  Millis off{0};                             // of the wall clock of the loop's machine, from all others'
  [[nodiscard]] WallTime now() const override { return time + off; }
  [[nodiscard]] Millis steady() const override { return time.time_since_epoch(); }
};

struct FakePod {
  ports::Pod pod;
  WallTime ready_at{};
};

struct Deployment {
  int replicas = 1;
  int version = 1;
  std::string uid = "target";  ///< of the target: another one after it was deleted and created again
  Millis lead = 5min;
  std::string rollout;
  std::vector<FakePod> pods;
  std::optional<Error> read_error, write_error;
  std::optional<api::ReplicaShape> replica{};       ///< unset: its pod template cannot be read
  std::function<void(ports::Target&)> as_seen{};    ///< what else the API shows of it
  std::function<void(Deployment&)> before_write{};  ///< what others do between our look and our write

  /// Its first `count` pods are Ready no more, and stay so.
  void lose(int count);
};

struct ScaleWrite {
  std::string target;
  int replicas = 0;
  WallTime at{};
};

class FakeCluster : public ports::Cluster {
 public:
  explicit FakeCluster(FakeClock& clock) : clock_(clock) {}

  bool is_synced = true;
  std::vector<ports::WatchAge> ages;                        // of watches
  std::map<std::string, ports::AutoscalerView> objects;     // by name
  std::map<std::string, Deployment> deployments;            // by name
  std::map<std::string, std::vector<ports::Owner>> owners;  // by target name
  std::map<std::string, api::Forecast> forecasts;           // by name
  std::vector<ScaleWrite> scale_writes;
  std::vector<std::pair<std::string, ports::Event>> events;  // by AIAutoscaler
  int status_writes = 0, forecast_writes = 0, forecast_deletes = 0;
  std::optional<Error> report_error, event_error;
  std::function<void()> on_targets;                         // called as targets are read
  std::function<void(const std::string& target)> on_write;  // called before a scale is written
  Millis write_takes{0};
  Millis targets_deadline{0};                 // of the newest reading
  std::optional<std::size_t> reads_answered;  // of one reading, the first ones; those behind get `unread`
  Error unread{ErrorKind::Timeout, "no answer", {}};
  std::vector<std::string> read;  // targets that were, in order

  /// Pods come and go as `replicas` says; all Ready at once when `ready_now`.
  void settle(const std::string& name, bool ready_now = false);

  bool is_leading = true;

  [[nodiscard]] bool synced() const override { return is_synced; }
  [[nodiscard]] std::vector<ports::WatchAge> watch_ages() const override { return ages; }
  [[nodiscard]] bool leading() const override { return is_leading; }
  std::vector<ports::AutoscalerView> autoscalers() override;
  std::vector<Result<ports::Target>> targets(const std::vector<api::Autoscaler>& of, Millis deadline) override;
  std::vector<ports::Owner> other_owners(const std::string& ns, const api::TargetRef& target) override;
  std::vector<std::string> forecasts_of(const api::Autoscaler& autoscaler) override;
  Result<ports::ScaleView> read_scale(const api::Autoscaler& autoscaler) override;
  Result<std::string> write_scale(const api::Autoscaler& autoscaler, int replicas, const std::string& version) override;
  Status write_forecast(const api::Forecast& forecast) override;
  Status delete_forecast(const api::ObjectKey& key) override;
  Status write_status(const api::Autoscaler& autoscaler) override;
  Status write_event(const api::Autoscaler& about, const ports::Event& event) override;

 private:
  FakeClock& clock_;
  int next_pod_ = 0;
};

/// How one PromQL expression answers.
struct FakeSeries {
  std::function<double(WallTime)> value;  // NaN: no sample then
  WallTime from = WallTime::min();        // before it there is no sample
  int series = 1;
  std::optional<int> series_now;  // of an instant query; unset: as many
  std::vector<std::string> warnings;
  std::optional<Error> error;
  std::optional<Error> range_error;                   // of range queries only
  std::function<ports::Evidence(WallTime)> evidence;  // unset: one series without labels, as fresh as can be
  std::optional<Error> evidence_error;
  std::map<std::string, std::function<double(WallTime)>> by{};  // by value of the label that is asked for
};

class FakeMetrics : public ports::MetricsSource {
 public:
  std::map<std::string, FakeSeries> series;  // by PromQL; any other matches nothing
  std::vector<ports::MetricQuery> asked;     // of the newest batch
  bool throws = false;
  std::function<void(Millis deadline)> on_query;  // called as the batch `asked` goes out
  std::function<void(Millis deadline)> on_evidence;
  std::function<Result<std::string>(const std::string&, const std::string&)> admission;  // unset: as it is
  [[nodiscard]] Result<std::string> admit(const std::string& promql, const std::string& ns) const override {
    return admission ? admission(promql, ns) : promql;
  }
  std::vector<Result<ports::QueryAnswer>> query(const std::vector<ports::MetricQuery>& queries,
                                                Millis deadline) override;
  std::function<int(const std::string&)> evidence_takes;  // queries; unset: one
  [[nodiscard]] int evidence_queries(const std::string& promql) const override {
    return evidence_takes ? evidence_takes(promql) : 1;
  }
  std::vector<Result<ports::Evidence>> evidence(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                                Millis deadline) override;
  std::map<std::string, std::string> why;  // by PromQL that matches nothing
  std::vector<std::string> why_empty(const std::vector<ports::EvidenceQuery>& queries, WallTime at,
                                     Millis deadline) override;
};

class LastReport : public ports::Reporter {
 public:
  ports::CycleReport cycle;
  std::function<void(const ports::CycleReport&)> also;
  void report(const ports::CycleReport& report) override {
    cycle = report;
    if (also) also(report);
  }
};

/// Everything together, with one Deployment "llm" and one AIAutoscaler "llm" that asks "demand".
struct World {
  FakeClock clock;
  FakeCluster cluster{clock};
  FakeMetrics metrics;
  LastReport reporter;
  Settings settings;
  std::optional<Loop> loop;

  World();
  /// An AIAutoscaler in Auto, on Deployment `name` with `replicas` Ready pods, with one Rate entry that asks `query`.
  api::Autoscaler& add(const std::string& name, int replicas, const std::string& query);
  api::AutoscalerSpec& spec(const std::string& name = "llm") { return cluster.objects.at(name).object.spec; }
  const api::AutoscalerStatus& status(const std::string& name = "llm") {
    return cluster.objects.at(name).object.status;
  }
  Deployment& deployment(const std::string& name = "llm") { return cluster.deployments.at(name); }
  const api::Condition& condition(const std::string& type, const std::string& name = "llm");
  int ready(const std::string& name = "llm");
  /// Evidence in which every one of the first `reporting` pods has a sample of `age`.
  std::function<ports::Evidence(WallTime)> pods_report(std::size_t reporting, Millis age,
                                                       const std::string& name = "llm");
  OptionalPorts optional_ports{};
  void restart() { loop.emplace(clock, metrics, cluster, reporter, settings, optional_ports); }
  /// One cycle now.
  void cycle();
  /// Cycles until `duration` has passed.
  void run_for(Millis duration, const std::function<void()>& after_each = {});
};

}  // namespace aia::loop::fakes
