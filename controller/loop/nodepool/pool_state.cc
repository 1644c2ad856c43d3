// When a stored status replaces ours: until our first write as leader, and when the recorded original size is gone.
#include "controller/loop/nodepool/pool_state.h"

namespace aia::loop {

bool PoolState::has_news(const api::AcceleratorPoolStatus& seen) {
  if (!confirmed) return seen != status.stored;
  if (!status.last.before) shown.reset();
  if (seen.before && status.last.before && seen.before->nodes == status.last.before->nodes) shown = seen.before->nodes;
  return status.last.before && shown == status.last.before->nodes && !seen.before;
}

void PoolState::adopt(const api::AcceleratorPoolStatus& of_leader, WallTime now) {
  if (!of_leader.before) asks.expect(0, now);  // without a recorded size we wrote no scale, so no request is ours
  if (of_leader != status.stored) lead.adopt(of_leader.lead_time.samples);
  status.adopt(of_leader);
  confirmed = false;
  events.forget();
}

void PoolState::shift(Millis by) {
  asks.shift(by);
  for (auto& past : recommendations) past.at += by;
}

void MemberState::follow(const api::TargetRef& now) {
  if (target && *target != now) need.reset(), room.reset(), rooms.clear();
  target = now;
}

void MemberState::shift(Millis by) {
  for (auto& past : rooms) past.at += by;
}

}  // namespace aia::loop
