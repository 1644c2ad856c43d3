// The states that faults make: each refresh() reads the plan and sets every switch of services, targets, AIAutoscalers,
// node pool and controllers. A fault that is over leaves its switch at the default.
#include "simulation/faults/stage.h"

#include <algorithm>

namespace aia::simulation {

Stage::Stage(World& world, const FaultPlan& plan, const Population& population,
             const std::vector<Inhabitant>& inhabitants, const std::vector<Controller*>& controllers)
    : world_(world), plan_(plan), population_(population), inhabitants_(inhabitants), controllers_(controllers) {}

void Stage::set_up() {
  // Services that are added after the pool live on its nodes, so services without a pool are added first.
  for (const bool pooled : {false, true}) {
    if (pooled && population_.pool) world_.add_pool(*population_.pool, population_.nodes);
    for (const auto& one : inhabitants_) {
      if (one.spec.node_pool.has_value() == pooled) world_.add_service(one.key, one.service, one.replicas);
    }
  }
  refresh();
  for (const auto& fault : plan_.faults) {
    world_.at(fault.from, [this, &fault] {
      refresh();
      act_once(fault);
    });
    world_.at(fault.to, [this, &fault] {
      refresh();
      end(fault);
    });
  }
}

void Stage::refresh() {
  for (int i = 0; i < static_cast<int>(inhabitants_.size()); ++i) {
    refresh_service(i);
    refresh_object(i);
  }
  refresh_pool();
  for (std::size_t i = 0; i < controllers_.size(); ++i) {
    const auto* jump = plan_.of_controller(FaultKind::ClockJump, static_cast<int>(i), world_.now());
    controllers_[i]->set_skew(jump == nullptr ? Millis(0) : skew_of(*jump));
    controllers_[i]->update_watches();
  }
}

void Stage::refresh_pool() {
  if (world_.pool() == nullptr) return;
  auto& machines = world_.pool()->machines;
  const auto* stuck = lasts(FaultKind::NodesStuck, -1);
  machines.set_lead_factor(stuck == nullptr ? 1 : stuck->severity < 0.5 ? 0 : 5);
  const auto* broken = lasts(FaultKind::GpusLost, -1);
  machines.break_gpus(broken == nullptr ? 0 : 1 + static_cast<int>(2 * broken->severity));
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
  const auto* bad = lasts(FaultKind::BadSamples, index);
  service.set_bad_factor(bad == nullptr ? 1 : bad_factor_of(*bad));
  const auto* stuck = lasts(FaultKind::RolloutStuck, index);
  const bool room = stuck == nullptr || stuck->severity >= 0.5;
  service.set_stuck_share(stuck == nullptr ? 0 : room ? 0.25 : 1, room);
  target.has_selector =
      inhabitants_.at(static_cast<std::size_t>(index)).has_selector && lasts(FaultKind::NoSelector, index) == nullptr;
  target.busy = lasts(FaultKind::VersionMoves, index) != nullptr;
  const bool rolls = stuck != nullptr || target.busy || lasts(FaultKind::Rollout, index) != nullptr;
  target.rollout = rolls ? "1 of 3 replicas updated" : "";
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

}  // namespace aia::simulation
