// The result of a cycle as a value: every object with its figures, its decision and the reasons, beside the measured
// outcome. Logs and metrics are made from the report, and a simulation's report can be: the loop computes the report
// once and knows no consumer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/autoscaler.h"
#include "controller/api/codes.h"
#include "controller/api/trust.h"

namespace aia::ports {

/// A failure, in the step where the failure happened.
struct ErrorReport {
  std::string step;  ///< "observe", "forecast", "plan", "act" or "report"
  ErrorKind kind = ErrorKind::Unavailable;
  std::string message;
};

/// An earlier forecast of demand at a moment.
struct Expectation {
  WallTime at{};                ///< the forecast moment
  std::optional<double> ahead;  ///< median
  std::optional<double> upper;  ///< planning quantile
  std::optional<double> queue;  ///< requests waiting if nothing changed
};

/// A demand entry: measured now, forecast at the lead time, and the earlier forecast for now.
struct DemandReport {
  std::string name;
  std::optional<double> now;            ///< unset: missing
  std::optional<double> queue;          ///< measured backlog; unset: no query, or missing
  std::optional<double> ahead, upper;   ///< at the lead time; unset without a forecast
  std::optional<double> queue_at_lead;  ///< requests waiting by then if nothing changed
  std::optional<int> replicas;          ///< replicas that this demand needs
  std::optional<std::int64_t> gpus;     ///< GPUs of these replicas; unset: the pods of a replica are not known
  std::optional<Expectation> then;      ///< the forecast for now from a lead time ago
  Millis lead{0};                       ///< pod lead time + data age
  api::Trust trust = api::Trust::Missing;
  std::optional<Millis> data_age;  ///< newest sample + half the rate window; unset: missing
  std::string model;               ///< "HoltWinters(24h)", "None"
  std::optional<double> skill;     ///< against the last value; unset until judged
  std::optional<std::size_t>
      left_out;  ///< history points left out because no point around supports them; unset: no history is kept
};

/// An AIAutoscaler: state, decision and reasons.
struct ObjectReport {
  api::ObjectKey key;
  api::Mode mode = api::Mode::Recommend;
  api::Action action = api::Action::Hold;
  bool warmed_up = true;              ///< all histories are read, or no demand needs a history
  bool scaled = false;                ///< the scale was written in this cycle
  std::optional<int> current, ready;  ///< replicas; unset: the target could not be read
  std::optional<int> desired;
  std::optional<int> min, max;  ///< bounds of the spec; unset: the spec does not decode
  double quantile = 0;          ///< quantile of DemandReport::upper
  std::vector<api::Condition> conditions;
  api::Reasons reasons;
  std::vector<DemandReport> demand;
  std::vector<ErrorReport> errors;
};

/// An AcceleratorPool: nodes, plan and reasons.
struct PoolReport {
  std::string name;
  int nodes = 0, ready = 0;
  std::optional<int> planned;   ///< planned nodes; unset: not known
  std::optional<int> min, max;  ///< unset: the spec does not decode
  std::int64_t gpus = 0, used_gpus = 0;
  Millis lead{0};
  std::optional<double> price_per_node_hour;
  int buffered = 0;  ///< replicas that buffers keep room for
  std::vector<api::Condition> conditions;
  api::Reasons reasons;
  std::vector<std::string> done;  ///< changes made, in words
  std::vector<ErrorReport> errors;
};

struct StepTime {
  std::string step;
  Millis took{0};
};

struct CycleReport {
  WallTime at{};
  bool synced = false;  ///< false: the caches are not complete yet, and no object was observed
  bool leading = true;  ///< false: a follower's cycle, nothing was written
  Millis period{0};     ///< from a cycle to the next, as set
  Millis took{0};
  Millis clock_off{0};  ///< the wall clock jumped ahead by this much (negative: back), and the loop does not follow yet
  Millis clock_moved{0};              ///< a jump that lasted, followed from this cycle on
  std::vector<StepTime> steps;        ///< in the order of the cycle
  std::vector<PoolReport> pools;      ///< by name
  std::vector<ObjectReport> objects;  ///< by namespace and name, without those being deleted
};

class Reporter {
 public:
  virtual ~Reporter() = default;
  /// Called once at the end of every cycle, from the loop's thread. Must not throw.
  virtual void report(const CycleReport& cycle) = 0;
};

}  // namespace aia::ports
