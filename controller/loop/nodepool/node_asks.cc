// Matching requests for nodes to the nodes that come. No API links our write of a size to the node it brings, so a new
// node request answers the oldest open request of ours, and a new node without a node request does the same. A wrong
// match only makes a measured lead time longer.
#include "controller/loop/nodepool/node_asks.h"

#include <algorithm>

#include "controller/api/validate.h"

namespace aia::loop {

std::vector<Start> NodeAsks::observe(const ports::PoolSupply& supply, const std::vector<bool>& is_usable, WallTime now,
                                     Millis late) {
  std::vector<Start> starts;
  const auto asked_at = observe_requests(supply.requests, now, starts);
  std::map<std::string, Known> known;
  for (std::size_t i = 0; i < supply.nodes.size(); ++i) {
    const auto& node = supply.nodes[i];
    const auto asked = asked_at.find(node.name);
    const auto seen = observe_node(node, is_usable[i],
                                   asked == asked_at.end() ? std::nullopt : std::optional(asked->second), now, late);
    const bool is_starting = !is_usable[i] && !seen.usable_since && !node.cordoned && !node.deleting;
    const auto since = is_usable[i] ? seen.usable_since : std::nullopt;
    starts.push_back({node.uid, seen.began, now, since, is_starting, seen.measures});
    known.emplace(node.uid, seen);
  }
  known_ = std::move(known);
  first_look_ = false;
  return starts;
}

/// Returns when nodes were requested, by node name, and adds a start for each node request without a node.
std::map<std::string, WallTime> NodeAsks::observe_requests(const std::vector<ports::NodeRequest>& requests,
                                                           WallTime now, std::vector<Start>& starts) {
  std::map<std::string, WallTime> asked_at;
  std::set<std::string> uids;
  for (const auto& request : requests) {
    if (uids.insert(request.uid).second && !requests_.contains(request.uid)) answered();
    if (!request.node.empty()) asked_at[request.node] = request.created;
    if (request.node.empty() && !request.deleting) starts.push_back({request.uid, request.created, now, {}, true});
  }
  requests_ = std::move(uids);
  return asked_at;
}

/// A known or new node, updated by this look. `asked`: creation of its node request, if there is one.
NodeAsks::Known NodeAsks::observe_node(const ports::Node& node, bool is_usable, std::optional<WallTime> asked,
                                       WallTime now, Millis late) {
  const auto before = known_.find(node.uid);
  Known seen = before == known_.end() ? meet(node, is_usable, asked.has_value(), now, late) : before->second;
  if (asked) seen.began = *asked;
  if (is_usable && !seen.usable_since) seen.usable_since = seen.was_bare || !node.ready_since ? now : *node.ready_since;
  seen.was_bare = seen.was_bare || (node.ready_since && !is_usable);
  seen.measures = seen.measures && measures(seen, node);
  return seen;
}

/// A node that the last look did not have. Unless a node request did so already, the node answers our oldest open
/// request.
NodeAsks::Known NodeAsks::meet(const ports::Node& node, bool is_usable, bool has_request, WallTime now, Millis late) {
  Known met{node.created};
  if (first_look_) {
    met.was_found_broken = !is_usable && now - node.created > late;
    met.measures = !is_usable;  // nobody knows when a usable node was requested
  } else if (!waiting_.empty() && !has_request) {
    met.began = std::min(waiting_.front(), node.created);
    answered();
  }
  return met;
}

/// Whether the node's start counts as a measured lead time.
bool NodeAsks::measures(const Known& seen, const ports::Node& node) {
  if (seen.was_found_broken) return false;
  if (!seen.usable_since) return !node.cordoned;  // pods were kept away until now: no lead time
  const Millis took = *seen.usable_since - seen.began;
  return took > Millis(0) && took <= api::kLongestLead;  // 0: the node is Ready, but says not since when
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

}  // namespace aia::loop
