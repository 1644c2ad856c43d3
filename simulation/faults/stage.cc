// See stage.h.
#include "simulation/faults/stage.h"

#include <algorithm>

namespace aia::simulation {

Stage::Stage(World& world, const FaultPlan& plan, const std::vector<Inhabitant>& inhabitants,
             const std::vector<Controller*>& controllers)
    : world_(world), plan_(plan), inhabitants_(inhabitants), controllers_(controllers) {}

void Stage::set_up() {
  for (const auto& one : inhabitants_) world_.add_service(one.key, one.service, one.replicas);
  refresh();
  for (const auto& fault : plan_.faults) {
    world_.at(fault.from, [this, &fault] {
      refresh();
      act_once(fault);
    });
    world_.at(fault.to, [this, &fault] {
      if (fault.kind == FaultKind::Crash) controllers_.at(static_cast<std::size_t>(fault.controller))->start();
      if (fault.kind == FaultKind::StartsStuck) world_.service(inhabitants_.at(fault.service).key)->hasten_starts();
      refresh();
    });
  }
}

void Stage::refresh() {
  for (int i = 0; i < static_cast<int>(inhabitants_.size()); ++i) {
    refresh_service(i);
    refresh_object(i);
  }
  for (auto* controller : controllers_) controller->update_watches();
}

void Stage::refresh_service(int index) {
  const auto& key = inhabitants_.at(static_cast<std::size_t>(index)).key;
  auto& service = *world_.service(key);
  auto& target = world_.target(key);
  std::optional<ScrapeFault> scrape;
  if (const auto* partial = lasts(FaultKind::ScrapePartial, index))
    scrape = ScrapeFault{0.2 + 0.6 * partial->severity, partial->from.time_since_epoch().count() % 2 == 0};
  if (const auto* stops = lasts(FaultKind::ScrapeStops, index)) scrape = ScrapeFault{1, stops->severity < 0.5};
  service.set_scrape_fault(scrape);
  service.set_lead_factor(lasts(FaultKind::StartsStuck, index) != nullptr ? 10 : 1);
  target.exists = lasts(FaultKind::TargetGone, index) == nullptr;
  target.has_scale = lasts(FaultKind::NoScale, index) == nullptr;
  target.refuses_scale = lasts(FaultKind::WriteRefused, index) != nullptr;
  target.rollout = lasts(FaultKind::Rollout, index) != nullptr ? "1 of 3 replicas updated" : "";
  target.owners.clear();
  if (lasts(FaultKind::OwnerAppears, index) != nullptr)
    target.owners.push_back({"HorizontalPodAutoscaler", key.name + "-hpa"});
}

void edit_bounds(api::AutoscalerSpec& spec, double severity) {
  if (severity < 0.4) {
    spec.max_replicas = 2 + static_cast<int>(20 * severity);
    spec.min_replicas = std::min(spec.min_replicas, spec.max_replicas);
  } else {
    spec.min_replicas = std::min(spec.max_replicas, static_cast<int>(20 * severity));
  }
}

api::AutoscalerSpec Stage::spec_now(int index) const {
  auto spec = inhabitants_.at(static_cast<std::size_t>(index)).spec;
  if (const auto* bounds = lasts(FaultKind::EditBounds, index)) edit_bounds(spec, bounds->severity);
  if (const auto* mode = lasts(FaultKind::EditMode, index))
    spec.mode = mode->severity < 0.5 ? api::Mode::Paused : api::Mode::Recommend;
  if (lasts(FaultKind::RenameDemand, index) != nullptr) spec.demand.front().name = "renamed";
  return spec;
}

void Stage::refresh_object(int index) {
  const auto& key = inhabitants_.at(static_cast<std::size_t>(index)).key;
  const auto found = world_.autoscalers().find(key);
  const bool there = found != world_.autoscalers().end();
  if (lasts(FaultKind::Recreate, index) != nullptr) {
    if (there) world_.remove(key);
    return;
  }
  const auto spec = spec_now(index);
  if (!there) {
    api::Autoscaler object;
    object.meta.ns = key.ns;
    object.meta.name = key.name;
    object.spec = spec;
    world_.create(std::move(object));
  } else if (!(found->second.object.spec == spec)) {
    world_.edit(key, [&](api::AutoscalerSpec& stored) { stored = spec; });
  }
  const bool poisoned = lasts(FaultKind::Poison, index) != nullptr;
  const auto& problem = world_.autoscalers().at(key).problem;
  if (poisoned != problem.has_value()) {
    const Error error{ErrorKind::Invalid, "spec.maxReplicas: must be a number", {}};
    world_.poison(key, poisoned ? std::optional<Error>(error) : std::nullopt);
  }
}

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
      for (std::size_t i = 0; i <= hit; ++i) service.flap_pod(i, fault.to);
      return;
    case FaultKind::PodsEvicted:
      for (std::size_t i = 0; i <= hit / 2; ++i) service.replace_pod(i);
      return;
    case FaultKind::ScaleByHand: world_.scale_by_hand(service.key(), 1 + static_cast<int>(30 * fault.severity)); return;
    default: return;
  }
}

}  // namespace aia::simulation
