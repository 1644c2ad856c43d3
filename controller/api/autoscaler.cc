// Maps AIAutoscaler's enumerations to the names that the CRD spells (a test compares them), and orders AIAutoscalers by
// age. Age decides which of two owners wins, so equal ages are ordered by name.
#include "controller/api/autoscaler.h"

#include <tuple>

namespace aia::api {

bool is_older(const Autoscaler& a, const Autoscaler& b) {
  return std::tie(a.meta.created, a.meta.name) < std::tie(b.meta.created, b.meta.name);
}

const char* to_string(Mode mode) {
  switch (mode) {
    case Mode::Recommend: return "Recommend";
    case Mode::Auto: return "Auto";
    case Mode::Paused: return "Paused";
  }
  return "Recommend";
}

const char* to_string(DemandKind kind) {
  switch (kind) {
    case DemandKind::Rate: return "Rate";
    case DemandKind::Concurrency: return "Concurrency";
    case DemandKind::Queue: return "Queue";
    case DemandKind::Utilization: return "Utilization";
  }
  return "Rate";
}

const char* to_string(ModelChoice model) {
  switch (model) {
    case ModelChoice::Auto: return "Auto";
    case ModelChoice::LastValue: return "LastValue";
    case ModelChoice::SeasonalNaive: return "SeasonalNaive";
    case ModelChoice::HoltWinters: return "HoltWinters";
    case ModelChoice::Off: return "None";
  }
  return "Auto";
}

const char* to_string(LeadTimeSource source) {
  switch (source) {
    case LeadTimeSource::Default: return "Default";
    case LeadTimeSource::Observed: return "Observed";
    case LeadTimeSource::Measured: return "Measured";
    case LeadTimeSource::Configured: return "Configured";
  }
  return "Default";
}

}  // namespace aia::api
