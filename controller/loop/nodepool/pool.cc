// Questions about a pool, asked by several steps.
#include "controller/loop/nodepool/pool.h"

#include <algorithm>

namespace aia::loop {

int PoolObservation::ready_nodes() const {
  return static_cast<int>(std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return node.usable; }));
}

bool Pool::can_size() const {
  const Error* error = refused();
  return usable() && !seen.supply.refusal && !(seen.supply.problem && seen.supply.problem->is_lasting()) &&
         !(error != nullptr && error->is_lasting());
}

const Error* Pool::refused() const {
  if (state->write_error) return &*state->write_error;
  const Error* first = nullptr;
  for (const auto& member : members) {
    if (!member.state->need || !member.state->need->acts) continue;
    if (!member.state->buffer_error) return nullptr;
    if (first == nullptr) first = &*member.state->buffer_error;
  }
  return first;
}

bool Pool::any_counts() const {
  return any(&NodeNeed::acts) || any(&NodeNeed::stays);
}

bool Pool::any(bool NodeNeed::*what) const {
  return std::any_of(members.begin(), members.end(),
                     [&](const PoolMember& member) { return member.state->need && (*member.state->need).*what; });
}

std::string NodePools::unknown_need(const Pool& pool) const {
  if (!unread.empty()) return "an AIAutoscaler that cannot be read may need it";
  for (const auto& member : pool.members)
    if (!member.state->need || !member.state->need->is_known())
      return "what " + member.meta.key().to_string() + " asks of a node is not known";
  return "";
}

const ports::Buffer* NodePools::buffer_of(const Pool& pool, const std::string& uid) const {
  const auto found = std::find_if(buffers.begin(), buffers.end(), [&](const ports::Buffer& buffer) {
    return buffer.autoscaler_uid == uid && buffer.pool == pool.object.meta.name;
  });
  return found == buffers.end() ? nullptr : &*found;
}

}  // namespace aia::loop
