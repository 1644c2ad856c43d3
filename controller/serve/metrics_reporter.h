// Keeps the controller's own metrics in Prometheus' text format, all prefixed aiautoscaler_: figures per object
// (object_series.h) and per pool (pool_series.h), errors, and the duration of cycles and their steps.
#pragma once

#include <memory>
#include <string>

#include "controller/ports/cluster.h"
#include "controller/ports/reporter.h"

namespace aia::serve {

class MetricsReporter : public ports::Reporter {
 public:
  explicit MetricsReporter(const std::string& version);
  ~MetricsReporter() override;

  void report(const ports::CycleReport& cycle) override;

  /// Sets whether this process leads, and how often the Lease has changed hands. From any thread.
  void set_leadership(bool leading, int transitions);

  /// Sets the age of each watch: the time since its last message. From any thread.
  void set_watches(const std::vector<ports::WatchAge>& ages);

  /// All metrics, as /metrics returns them. The text is written only after a change, however often clients ask. From
  /// any thread; never null.
  [[nodiscard]] std::shared_ptr<const std::string> text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aia::serve
