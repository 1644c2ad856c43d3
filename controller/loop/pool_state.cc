// See pool_state.h.
#include "controller/loop/pool_state.h"

#include <algorithm>

#include "controller/api/validate.h"

namespace aia::loop {
std::vector<Start> NodeAsks::observe(const ports::PoolSupply& supply, const std::vector<bool>& is_usable, WallTime now,
                                     Millis late) {
  std::map<std::string, WallTime> asked_at;  // by node
  std::set<std::string> requests;
  std::vector<Start> starts;
  for (const auto& request : supply.requests) {
    if (requests.insert(request.uid).second && !requests_.contains(request.uid)) answered();
    if (!request.node.empty()) asked_at[request.node] = request.created;
    if (request.node.empty() && !request.deleting) starts.push_back({request.uid, request.created, now, {}, true});
  }
  std::map<std::string, Known> known;
  for (std::size_t i = 0; i < supply.nodes.size(); ++i) {
    const auto& node = supply.nodes[i];
    Known one{node.created};
    if (const auto before = known_.find(node.uid); before != known_.end()) {
      one = before->second;
    } else if (first_look_) {
      one.was_found_broken = !is_usable[i] && now - node.created > late;
      one.measures = !is_usable[i];  // when it was asked for is not known
    } else if (!waiting_.empty() && !asked_at.contains(node.name)) {
      one.began = std::min(waiting_.front(), node.created);
      answered();
    }
    if (const auto found = asked_at.find(node.name); found != asked_at.end()) one.began = found->second;
    if (is_usable[i] && !one.usable_since)
      one.usable_since = one.was_bare || !node.ready_since ? now : *node.ready_since;
    one.was_bare = one.was_bare || (node.ready_since && !is_usable[i]);
    const bool kept_away = node.cordoned && !one.usable_since;
    const bool too_long = one.usable_since && *one.usable_since - one.began > api::kLongestLead;
    const bool undated = one.usable_since && *one.usable_since <= one.began;  // Ready, without since when
    one.measures = one.measures && !one.was_found_broken && !kept_away && !too_long && !undated;
    const bool starting = !is_usable[i] && !one.usable_since && !node.cordoned && !node.deleting;
    const auto since = is_usable[i] ? one.usable_since : std::nullopt;
    starts.push_back({node.uid, one.began, now, since, starting, one.measures});
    known.emplace(node.uid, one);
  }
  known_ = std::move(known);
  requests_ = std::move(requests);
  first_look_ = false;
  return starts;
}

void NodeAsks::answered() {
  if (!waiting_.empty() && !first_look_) waiting_.pop_front();
}

std::vector<WallTime> NodeAsks::waiting(WallTime until) const {
  return {waiting_.begin(), std::lower_bound(waiting_.begin(), waiting_.end(), until)};
}

bool NodeAsks::was_found_broken(const std::string& uid) const {
  const auto found = known_.find(uid);
  return found != known_.end() && found->second.was_found_broken;
}

bool PoolState::has_news(const api::AcceleratorPoolStatus& seen) {
  if (!confirmed) return seen != stored;
  if (!status.before) shown.reset();
  if (seen.before && status.before && seen.before->nodes == status.before->nodes) shown = seen.before->nodes;
  return status.before && shown == status.before->nodes && !seen.before;
}

void PoolState::adopt(const api::AcceleratorPoolStatus& of_leader, WallTime now) {
  if (!of_leader.before) asks.expect(0, now);  // no scale is ours to ask of
  if (of_leader != stored) lead.adopt(of_leader.lead_time.samples);
  stored = status = of_leader;
  confirmed = false;
  events.forget();
}

void PoolState::shift(Millis by) {
  asks.shift(by);
  for (auto& past : recommendations) past.at += by;
}

void PoolStates::shift(Millis by) {
  for (auto& [uid, state] : states_) state->shift(by);
}

PoolState& PoolStates::of(const api::AcceleratorPool& object) {
  auto& state = states_[object.meta.uid];
  if (!state) state = std::make_unique<PoolState>(object);
  return *state;
}

void PoolStates::keep_only(const std::set<std::string>& uids) {
  std::erase_if(states_, [&](const auto& entry) { return !uids.contains(entry.first); });
}

}  // namespace aia::loop
