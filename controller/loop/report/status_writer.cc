// Which differences of a status are worth a write of their own. Conditions are compared without their messages.
#include "controller/loop/report/status_writer.h"

#include <algorithm>

namespace aia::loop {
namespace {

bool same_states(const std::vector<api::Condition>& a, const std::vector<api::Condition>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const api::Condition& x, const api::Condition& y) {
    return x.type == y.type && x.status == y.status && x.reason == y.reason &&
           x.observed_generation == y.observed_generation;
  });
}

}  // namespace

bool differs_in_substance(const api::AutoscalerStatus& a, const api::AutoscalerStatus& b) {
  return a.observed_generation != b.observed_generation || a.current_replicas != b.current_replicas ||
         a.ready_replicas != b.ready_replicas || a.desired_replicas != b.desired_replicas ||
         a.last_scale_time != b.last_scale_time || a.lead_time.source != b.lead_time.source ||
         a.lead_time.samples != b.lead_time.samples || a.collapses != b.collapses ||
         !same_states(a.conditions, b.conditions);
}

bool differs_in_substance(const api::AcceleratorPoolStatus& a, const api::AcceleratorPoolStatus& b) {
  return a.nodes != b.nodes || a.ready_nodes != b.ready_nodes || a.planned_nodes != b.planned_nodes ||
         a.gpus != b.gpus || a.used_gpus != b.used_gpus || a.observed_generation != b.observed_generation ||
         a.before != b.before || a.lead_time.samples != b.lead_time.samples || !same_states(a.conditions, b.conditions);
}

}  // namespace aia::loop
