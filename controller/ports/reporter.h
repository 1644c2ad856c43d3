// What one cycle came to, as a value: every object with its figures, its decision and why, beside what really happened.
// Logs and metrics are made of it, and a simulation's report can be: the loop computes it once and knows no consumer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/api/autoscaler.h"
#include "controller/api/codes.h"
#include "controller/api/trust.h"

namespace aia::ports {

/// Something that did not work, in the step where it happened.
struct ErrorReport {
  std::string step;  ///< "observe", "forecast", "plan", "act" or "report"
  ErrorKind kind = ErrorKind::Unavailable;
  std::string message;
};

/// What was said earlier about the demand at a moment.
struct Expectation {
  WallTime at{};                ///< the moment that was spoken about
  std::optional<double> ahead;  ///< median
  std::optional<double> upper;  ///< planning quantile
  std::optional<double> queue;  ///< requests waiting if nothing changed
};

/// One demand entry: measured now, expected at the lead time, and what had been expected for now.
struct DemandReport {
  std::string name;
  std::optional<double> now;            ///< unset: missing
  std::optional<double> queue;          ///< measured backlog; unset: no query, or missing
  std::optional<double> ahead, upper;   ///< at the lead time; unset without a forecast
  std::optional<double> queue_at_lead;  ///< requests waiting by then if nothing changed
  std::optional<int> replicas;          ///< that it needs
  std::optional<std::int64_t> gpus;     ///< of those replicas; unset: a replica's pods are not known
  std::optional<Expectation> then;      ///< what was expected a lead time ago for now
  Millis lead{0};                       ///< pod lead time + data age
  api::Trust trust = api::Trust::Missing;
  std::optional<Millis> data_age;  ///< newest sample + half the rate window; unset: missing
  std::string model;               ///< "HoltWinters(24h)", "None"
  std::optional<double> skill;     ///< against the last value; unset until judged
  std::optional<std::size_t>
      left_out;  ///< points of its history that nothing around them supports; unset: none is kept
};

/// One AIAutoscaler: what is, what should be, and why.
struct ObjectReport {
  api::ObjectKey key;
  api::Mode mode = api::Mode::Recommend;
  api::Action action = api::Action::Hold;
  bool warmed_up = true;              ///< all histories are in, or there is nothing to read one for
  bool scaled = false;                ///< the scale was written in this cycle
  std::optional<int> current, ready;  ///< replicas; unset: the target could not be read
  std::optional<int> desired;
  std::optional<int> min, max;  ///< bounds of the spec; unset: the spec does not decode
  double quantile = 0;          ///< of DemandReport::upper
  std::vector<api::Condition> conditions;
  api::Reasons reasons;
  std::vector<DemandReport> demand;
  std::vector<ErrorReport> errors;
};

/// One AcceleratorPool.
struct PoolReport {
  std::string name;
  int nodes = 0, ready = 0;
  std::optional<int> planned;   ///< unset: not known
  std::optional<int> min, max;  ///< unset: the spec does not decode
  std::int64_t gpus = 0, used_gpus = 0;
  Millis lead{0};
  std::optional<double> price_per_node_hour;
  int buffered = 0;  ///< replicas that buffers keep room for
  std::vector<api::Condition> conditions;
  api::Reasons reasons;
  std::vector<std::string> done;  ///< what was changed, in words
  std::vector<ErrorReport> errors;
};

struct StepTime {
  std::string step;
  Millis took{0};
};

struct CycleReport {
  WallTime at{};
  bool synced = false;  ///< false: the caches are not in yet, nothing was looked at
  bool leading = true;  ///< false: a follower's cycle, nothing was written
  Millis period{0};     ///< from one cycle to the next, as set
  Millis took{0};
  Millis clock_off{0};            ///< the wall clock jumped ahead by so much (negative: back), and is not followed yet
  Millis clock_moved{0};          ///< a jump that lasted is followed from this cycle on
  std::vector<StepTime> steps;    ///< in the order of the cycle
  std::vector<PoolReport> pools;  ///< by name
  std::vector<ObjectReport> objects;  ///< by namespace and name; those being deleted are left out
};

class Reporter {
 public:
  virtual ~Reporter() = default;
  /// Called once at the end of every cycle, from the loop's thread. Must not throw.
  virtual void report(const CycleReport& cycle) = 0;
};

}  // namespace aia::ports
