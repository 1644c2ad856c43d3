// The controller's own metrics in Prometheus' text format, all prefixed aiautoscaler_: figures per object
// (object_series.h), errors, and how long cycles and their steps take.
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

  /// Whether this process leads, and how often the Lease has changed hands. From any thread.
  void set_leadership(bool leading, int transitions);

  /// How long ago each watch was last heard. From any thread.
  void set_watches(const std::vector<ports::WatchAge>& ages);

  /// Everything, as /metrics answers it; written anew only after a change, however often it is asked for. From any
  /// thread; never null.
  [[nodiscard]] std::shared_ptr<const std::string> text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aia::serve
