// Time moves from event to event: scheduled events run in order, and before each event the services and the node pool
// advance to its time. The audit log notes a write before its version is checked, so that conflicts show, too.
#include "simulation/world.h"

#include <utility>

#include "simulation/digest.h"

namespace aia::simulation {
namespace {

constexpr const char* kPerson = "person";

Error not_found(const std::string& what) {
  return {ErrorKind::NotFound, what + " does not exist", {}};
}

}  // namespace

World::World(WallTime start, std::uint64_t seed) : clock_(start), random_(seed) {}

void World::at(WallTime when, std::function<void()> what) {
  due_.emplace(Due{std::max(when, now()), order_++}, std::move(what));
}

void World::live_until(WallTime to) {
  tend_nodes();
  while (pool_ && pool_->machines.next_event() < to) {
    const WallTime event = pool_->machines.next_event();
    for (auto& [key, service] : services_) service->advance_to(event);
    clock_.set(event);
    tend_nodes();
  }
  for (auto& [key, service] : services_) service->advance_to(to);
  clock_.set(to);
  tend_nodes();
}

void World::advance_to(WallTime to) {
  if (auto* sleeper = Fiber::current()) {
    at(to, [this, sleeper] { go_on(sleeper); });
    return sleeper->suspend();
  }
  while (!due_.empty() && due_.begin()->first.when <= to) {
    auto next = due_.extract(due_.begin());
    if (next.key().when > now()) live_until(next.key().when);
    next.mapped()();
  }
  if (to > now()) live_until(to);
}

void World::begin(std::function<void()> body) {
  fibers_.push_back(std::make_unique<Fiber>(std::move(body)));
  go_on(fibers_.back().get());
}

void World::go_on(Fiber* fiber) {
  fiber->resume();
  if (fiber->ended()) std::erase_if(fibers_, [&](const auto& one) { return one.get() == fiber; });
}

Service& World::add_service(const api::ObjectKey& key, ServiceOptions options, int replicas) {
  auto service = std::make_unique<Service>(key, std::move(options), replicas, now(), random_.split(++uids_));
  auto& kept = services_[key] = std::move(service);
  if (pool_) pool_->machines.settle(*kept);
  auto& target = targets_[key];
  target.uid = "uid-" + std::to_string(uids_);
  target.resource_version = next_version();
  return *kept;
}

Service* World::service(const api::ObjectKey& key) {
  const auto found = services_.find(key);
  return found == services_.end() ? nullptr : found->second.get();
}

void World::note(const Writer& who, const char* kind, const api::ObjectKey& object, std::string value,
                 std::string version, const std::string& outcome, int before) {
  audit_.add({now(), who.name, kind, object, std::move(value), std::move(version), outcome, who.sent.value_or(now()),
              who.view, before, who.doubt, who.answered, who.looked});
}

void World::create(api::Autoscaler object) {
  object.meta.uid = "uid-" + std::to_string(++uids_);
  object.meta.created = stamp(now());
  object.meta.generation = 1;
  object.meta.resource_version = next_version();
  const auto key = object.meta.key();
  note({kPerson, now()}, "Create", key, object.meta.uid);
  spec_changes_.push_back({now(), key, object.spec});
  autoscalers_[key] = {std::move(object), std::nullopt};
}

void World::edit(const api::ObjectKey& key, const std::function<void(api::AutoscalerSpec&)>& change) {
  const auto found = autoscalers_.find(key);
  if (found == autoscalers_.end()) return;
  auto& meta = found->second.object.meta;
  change(found->second.object.spec);
  ++meta.generation;
  meta.resource_version = next_version();
  note({kPerson, now()}, "Spec", key, std::to_string(meta.generation));
  spec_changes_.push_back({now(), key, found->second.object.spec});
}

void World::poison(const api::ObjectKey& key, std::optional<Error> problem) {
  const auto found = autoscalers_.find(key);
  if (found == autoscalers_.end()) return;
  found->second.problem = std::move(problem);
  edit(key, [](api::AutoscalerSpec&) {});
}

void World::remove(const api::ObjectKey& key) {
  if (autoscalers_.erase(key) == 0) return;
  note({kPerson, now()}, "Delete", key, "");
  spec_changes_.push_back({now(), key, std::nullopt});
  collect_garbage();
}

void World::collect_garbage() {
  for (auto at = forecasts_.begin(); at != forecasts_.end();) {
    const auto owner = autoscalers_.find({at->second.meta.ns, at->second.autoscaler});
    const bool owned = owner != autoscalers_.end() && owner->second.object.meta.uid == at->second.autoscaler_uid;
    if (owned) {
      ++at;
      continue;
    }
    note({"cluster", now()}, "DeleteForecast", at->first, "");
    at = forecasts_.erase(at);
  }
  collect_buffers();
}

void World::scale_by_hand(const api::ObjectKey& target, int replicas) {
  static_cast<void>(write_scale({kPerson, now()}, target, replicas, ""));
}

void World::be_reborn(const api::ObjectKey& target, int replicas) {
  auto& state = targets_.at(target);
  state.uid = "uid-" + std::to_string(++uids_);
  state.resource_version = next_version();
  auto& stands = *service(target);
  stands.advance_to(now());
  note({kPerson, now()}, "Reborn", target, std::to_string(replicas), {}, "ok", stands.replicas());
  stands.be_reborn(replicas);
  tend_nodes();
}

void World::note_read(const api::ObjectKey& target, bool at_once) {
  const auto found = targets_.find(target);
  if (found == targets_.end() || !found->second.busy) return;
  if (!at_once || ++found->second.reads % 4 == 0) found->second.resource_version = next_version();
}

Result<std::string> World::write_scale(const Writer& who, const api::ObjectKey& target, int replicas,
                                       const std::string& version) {
  auto* stands = service(target);
  if (stands == nullptr || !targets_.at(target).exists) return not_found(target.to_string());
  auto& state = targets_.at(target);
  if (!state.has_scale) return Error{ErrorKind::Invalid, target.to_string() + " has no scale subresource", {}};
  if (state.refuses_scale) return Error{ErrorKind::Unavailable, "failed calling webhook (HTTP 500)", {}, true};
  const bool fits = version.empty() || version == state.resource_version;
  stands->advance_to(now());
  note(who, "Scale", target, std::to_string(replicas), version, fits ? "ok" : "conflict", stands->replicas());
  audit_.note_pods(stands->ready(), stands->lost());
  if (!fits) return Error{ErrorKind::Conflict, "the object has been modified", {}};
  stands->set_replicas(replicas);
  tend_nodes();
  state.resource_version = next_version();
  return state.resource_version;
}

Status World::write_status(const Writer& who, const api::Autoscaler& object) {
  const auto key = object.meta.key();
  const auto found = autoscalers_.find(key);
  if (found == autoscalers_.end()) return not_found("AIAutoscaler " + key.to_string());
  auto& stored = found->second.object;
  note(who, "Status", key, digest_of(object.status).hex());
  stored.status = object.status;
  stored.meta.resource_version = next_version();
  return done;
}

Status World::write_forecast(const Writer& who, const api::Forecast& forecast) {
  const auto key = forecast.meta.key();
  note(who, "Forecast", key, digest_of(forecast.status).hex());
  forecasts_[key] = forecast;
  collect_garbage();
  return done;
}

Status World::delete_forecast(const Writer& who, const api::ObjectKey& key) {
  const bool there = forecasts_.erase(key) > 0;
  note(who, "DeleteForecast", key, "", "", there ? "ok" : "not-found");
  if (!there) return not_found("Forecast " + key.to_string());
  return done;
}

Status World::write_event(const Writer& who, const api::Autoscaler& about, const ports::Event& event) {
  note(who, "Event", about.meta.key(), to_string(event.reason));
  return done;
}

Result<lease::Lease> World::write_lease(const Writer& who, lease::Lease lease) {
  const std::string stored = lease_ ? lease_->resource_version : "";
  const bool fits = lease.resource_version == stored;
  // Only changes of the holder and conflicts are noted: there are thousands of renewals, and they say nothing.
  if (!fits || !lease_ || lease_->holder != lease.holder)
    note(who, "Lease", {"aiautoscaler", "aiautoscaler"}, lease.holder, lease.resource_version,
         fits ? "ok" : "conflict");
  if (!fits) return Error{ErrorKind::Conflict, "the Lease has been modified", {}};
  lease.resource_version = next_version();
  lease_ = std::move(lease);
  return *lease_;
}

}  // namespace aia::simulation
