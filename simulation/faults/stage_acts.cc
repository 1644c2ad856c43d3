// Acts of faults at their begin and end, and acts that repeat while a fault lasts. Every repeated act schedules its
// next run, until the fault is over.
#include <algorithm>
#include <cmath>

#include "simulation/faults/stage.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNever = WallTime::max();

/// The pause between two replacements: SourcesChurn replaces the gateways singly, several while the fault lasts.
Millis between_gateways(const Fault& fault) {
  return 3min + std::chrono::duration_cast<Millis>(fault.severity * 6min);
}

std::size_t part_of(const Service& service, double share) {
  return static_cast<std::size_t>(std::ceil(share * static_cast<double>(service.pods().size())));
}

}  // namespace

void Stage::act_once(const Fault& fault) {
  if (fault.controller >= 0) {
    auto& controller = *controllers_.at(static_cast<std::size_t>(fault.controller));
    if (fault.kind == FaultKind::Crash) controller.crash();
    if (fault.kind == FaultKind::Pause && fault.severity <= 0.5) controller.pause(fault.to);
    if (fault.kind == FaultKind::Pause && fault.severity > 0.5) controller.pause_in_next_write(fault.to);
  }
  if (fault.service >= 0) act_on(fault, *world_.service(inhabitants_.at(static_cast<std::size_t>(fault.service)).key));
}

void Stage::act_on(const Fault& fault, Service& service) {
  const auto pods = service.pods().size();
  const auto hit = static_cast<std::size_t>(fault.severity * static_cast<double>(pods));
  switch (fault.kind) {
    case FaultKind::PodsFlap:
      for (std::size_t i = 0; i <= hit; ++i) service.lose_pod(i, fault.to, true);
      return;
    case FaultKind::PodsEvicted:
      for (std::size_t i = 0; i <= hit / 2; ++i) service.replace_pod(i);
      return;
    case FaultKind::ReadyLost:
      for (std::size_t i = 0; i <= hit; ++i) service.lose_pod(i, fault.to, false);
      return go_on_later(fault, 30s);
    case FaultKind::CrashLoop:
      for (std::size_t i = 0; i <= hit && i < pods; ++i) crashes_[&fault][service.pods()[i].pod.uid] = 0;
      return go_on(fault, service);
    case FaultKind::NodeLost: return lose_node(fault, service);
    case FaultKind::RolloutStuck: return get_stuck(fault, service);
    case FaultKind::SourcesChurn:
      if (fault.severity < 0.5) world_.scale_by_hand(service.key(), service.replicas() + 8);
      return go_on_later(fault, between_gateways(fault));
    case FaultKind::Rebirth:
      for (const auto at : rebirths_of(fault)) world_.at(at, [this, &service] { world_.be_reborn(service.key(), 1); });
      return;
    case FaultKind::ScaleByHand: world_.scale_by_hand(service.key(), 1 + static_cast<int>(30 * fault.severity)); return;
    default: return;
  }
}

void Stage::end(const Fault& fault) {
  if (fault.kind == FaultKind::Crash) controllers_.at(static_cast<std::size_t>(fault.controller))->start();
  if (fault.kind == FaultKind::StartsStuck || fault.kind == FaultKind::RolloutStuck)
    world_.service(inhabitants_.at(static_cast<std::size_t>(fault.service)).key)->hasten_starts();
  if (fault.kind == FaultKind::NodesStuck && world_.pool() != nullptr) world_.pool()->machines.hasten(world_.now());
}

void Stage::go_on_later(const Fault& fault, Millis after) {
  world_.at(world_.now() + after, [this, &fault] {
    if (!fault.lasts(world_.now())) return;
    go_on(fault, *world_.service(inhabitants_.at(static_cast<std::size_t>(fault.service)).key));
  });
}

void Stage::go_on(const Fault& fault, Service& service) {
  if (fault.kind == FaultKind::SourcesChurn) {
    const auto gateways = static_cast<std::int64_t>(std::max(1, service.options().gateways));
    const auto turn = (world_.now() - fault.from) / between_gateways(fault);
    service.replace_gateway(static_cast<std::size_t>(turn % gateways),
                            fault.severity * 10 - std::floor(fault.severity * 10) < 0.5);
    return go_on_later(fault, between_gateways(fault));
  }
  if (fault.kind == FaultKind::ReadyLost && fault.severity > 0.6 && service.queue() > 0) {
    // Probes fail under load, for at most half of the pods: each failing pod leaves more work to the Ready pods.
    for (std::size_t i = 0; i < service.pods().size() && 2 * service.ready() > service.replicas(); ++i) {
      if (!service.pods()[i].pod.ready_since) continue;
      service.lose_pod(i, std::min(fault.to, world_.now() + 2min), false);
      break;
    }
  }
  if (fault.kind == FaultKind::CrashLoop) crash_again(fault, service);
  go_on_later(fault, 30s);
}

/// Crashes the fault's pods that are Ready. The back-off doubles with each crash of a pod, up to five minutes.
void Stage::crash_again(const Fault& fault, Service& service) {
  auto& crashes = crashes_[&fault];
  for (std::size_t i = 0; i < service.pods().size(); ++i) {
    const auto found = crashes.find(service.pods()[i].pod.uid);
    if (found == crashes.end() || !service.pods()[i].pod.ready_since) continue;
    service.lose_pod(i, world_.now() + std::min<Millis>(5min, 10s * (1 << std::min(found->second++, 5))), true);
  }
}

/// Takes at most a third of the pods, or with a node pool the pods of a node.
void Stage::lose_node(const Fault& fault, Service& service) {
  std::string node;
  const bool on_nodes = world_.pool() != nullptr && !service.pods().empty() && !service.pods().front().pod.node.empty();
  if (on_nodes) node = world_.pool()->machines.lose(static_cast<std::size_t>(fault.severity * 3));
  if (on_nodes && node.empty()) return;
  std::vector<std::string> gone;
  for (std::size_t i = 0; i < service.pods().size(); ++i) {
    const auto& pod = service.pods()[i].pod;
    const bool hit = on_nodes ? pod.node == node : i < part_of(service, 0.33 * fault.severity);
    if (hit) gone.push_back(pod.uid);
    if (hit) service.lose_pod(i, kNever, false);
  }
  world_.at(fault.from + 5min, [this, &service, gone, node] {
    if (!node.empty()) world_.pool()->machines.forget(node, world_.now());
    for (const auto& uid : gone) {
      const auto& pods = service.pods();
      const auto at = std::find_if(pods.begin(), pods.end(), [&](const auto& one) { return one.pod.uid == uid; });
      service.replace_pod(static_cast<std::size_t>(at - pods.begin()));
    }
  });
}

/// Either the manifest asks for 8 replicas more than there is room for, or a quarter of the pods are of the new
/// version.
void Stage::get_stuck(const Fault& fault, Service& service) {
  if (fault.severity < 0.5) return world_.scale_by_hand(service.key(), service.replicas() + 8);
  for (auto i = part_of(service, 0.25); i-- > 0;) {
    service.set_stuck_share(1);
    service.replace_pod(0);
  }
  service.set_stuck_share(0.25);
}

}  // namespace aia::simulation
