// Reads answer from the frozen view where there is one; writes go to the world after the network's delay. A write
// checks the lease only when it is sent, as a real client does: the lease may be lost while the request travels.
#include "simulation/virtual_cluster.h"

#include <algorithm>

namespace aia::simulation {
namespace {

api::ObjectKey target_key(const api::Autoscaler& autoscaler) {
  return {autoscaler.meta.ns, autoscaler.spec.target.name};
}

std::vector<ports::Pod> pods_of(const Service& service) {
  std::vector<ports::Pod> pods;
  for (const auto& one : service.pods()) pods.push_back(one.pod);
  return pods;
}

}  // namespace

VirtualCluster::VirtualCluster(World& world, std::string identity) : world_(world), identity_(std::move(identity)) {}

VirtualCluster::View VirtualCluster::look() const {
  View view;
  view.at = world_.now();
  for (const auto& [key, one] : world_.autoscalers()) view.autoscalers.push_back(one);
  for (const auto& [key, service] : world_.services()) {
    view.pods[key] = pods_of(*service);
    view.owners[key] = world_.target(key).owners;
  }
  for (const auto& [key, forecast] : world_.forecasts()) view.forecasts[forecast.autoscaler_uid].push_back(key.name);
  return view;
}

void VirtualCluster::freeze() {
  if (!frozen_) frozen_ = look();
}

std::vector<ports::WatchAge> VirtualCluster::watch_ages() const {
  return {{"aiautoscalers", frozen_ ? world_.now() - frozen_->at : Millis(0), true, ""}};
}

std::vector<ports::AutoscalerView> VirtualCluster::autoscalers() {
  looked_ = world_.now();
  seen_ = frozen_ ? frozen_->at : world_.now();
  if (frozen_) return frozen_->autoscalers;
  std::vector<ports::AutoscalerView> views;
  for (const auto& [key, one] : world_.autoscalers()) views.push_back(one);
  return views;
}

Result<ports::Target> VirtualCluster::target_of(const api::Autoscaler& autoscaler) {
  const auto key = target_key(autoscaler);
  const auto* service = world_.service(key);
  const auto what = autoscaler.spec.target.to_string();
  if (service == nullptr || !world_.target(key).exists) {
    return Error{ErrorKind::NotFound, what + " does not exist", {}};
  }
  const auto& state = world_.target(key);
  if (!state.has_scale) return Error{ErrorKind::Invalid, what + " has no scale subresource", {}};
  ports::Target target;
  target.spec_replicas = service->replicas();
  target.resource_version = state.resource_version;
  target.uid = state.uid;
  target.status_replicas = static_cast<int>(service->pods().size());
  target.ordered = service->options().ordered;
  if (target.ordered) target.removal = ports::Removal::HighestRank;
  target.rollout = state.rollout;
  target.replica = api::ReplicaShape{{{{{"nvidia.com/gpu", service->gpus_per_replica()}}, 1}}};
  if (state.has_selector) {
    target.selector = "app=" + key.name;
    target.pods = frozen_ ? frozen_->pods[key] : pods_of(*service);
  } else {
    target.pods_unseen = "its scale publishes no selector";
  }
  return target;
}

std::vector<Result<ports::Target>> VirtualCluster::targets(const std::vector<api::Autoscaler>& of, Millis deadline) {
  std::vector<Fate> fates(of.size());
  Millis takes{0};
  for (auto& fate : fates) {
    if (network) fate = network("get", deadline);
    takes = std::max(takes, fate.takes);  // requests run side by side
  }
  if (takes > Millis(0)) world_.advance(takes);
  std::vector<Result<ports::Target>> targets;
  targets.reserve(of.size());
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto& lost = fates[i].request_lost ? fates[i].request_lost : fates[i].answer_lost;
    targets.push_back(lost ? Result<ports::Target>(*lost) : target_of(of[i]));
    world_.note_read(target_key(of[i]), false);
  }
  return targets;
}

std::vector<ports::Owner> VirtualCluster::other_owners(const std::string& ns, const api::TargetRef& target) {
  const api::ObjectKey key{ns, target.name};
  if (frozen_) return frozen_->owners[key];
  return world_.service(key) == nullptr ? std::vector<ports::Owner>{} : world_.target(key).owners;
}

std::vector<std::string> VirtualCluster::forecasts_of(const api::Autoscaler& autoscaler) {
  if (frozen_) return frozen_->forecasts[autoscaler.meta.uid];
  std::vector<std::string> names;
  for (const auto& [key, forecast] : world_.forecasts()) {
    if (forecast.autoscaler_uid == autoscaler.meta.uid) names.push_back(key.name);
  }
  return names;
}

/// Sends a write if this controller leads. The request then arrives even if the lease is lost on the way.
template <class Answer, class Apply>
Answer VirtualCluster::write(const char* verb, const api::ObjectKey* scaled, Apply apply) {
  const Millis left = lease_left ? lease_left() : write_deadline;
  if (left < std::min(least_time, write_deadline))
    return Error{ErrorKind::NotLeading, "the lease is not held, or not for long enough", {}};
  Writer self{identity_, seen_, world_.now(), scaled != nullptr && doubt ? doubt(*scaled) : "", true, looked_};
  const Fate fate = network ? network(verb, std::min(write_deadline, left)) : Fate{};
  if (fate.takes > Millis(0)) world_.advance(fate.takes);
  if (fate.request_lost) return *fate.request_lost;
  self.answered = !fate.answer_lost;
  Answer answer = apply(self);
  if (fate.answer_lost) return *fate.answer_lost;
  return answer;
}

Result<ports::ScaleView> VirtualCluster::read_scale(const api::Autoscaler& autoscaler) {
  const Fate fate = network ? network("get", write_deadline) : Fate{};
  if (fate.takes > Millis(0)) world_.advance(fate.takes);
  if (const auto& lost = fate.request_lost ? fate.request_lost : fate.answer_lost) return *lost;
  const auto target = target_of(autoscaler);
  if (!target) return target.error();
  world_.note_read(target_key(autoscaler), true);
  return ports::ScaleView{target->spec_replicas, target->resource_version, target->uid};
}

Result<std::string> VirtualCluster::write_scale(const api::Autoscaler& autoscaler, int replicas,
                                                const std::string& version) {
  const auto key = target_key(autoscaler);
  return write<Result<std::string>>(
      "scale", &key, [&](const Writer& self) { return world_.write_scale(self, key, replicas, version); });
}

Status VirtualCluster::write_forecast(const api::Forecast& forecast) {
  return write<Status>("forecast", nullptr, [&](const Writer& self) { return world_.write_forecast(self, forecast); });
}

Status VirtualCluster::delete_forecast(const api::ObjectKey& key) {
  return write<Status>("delete", nullptr, [&](const Writer& self) { return world_.delete_forecast(self, key); });
}

Status VirtualCluster::write_status(const api::Autoscaler& autoscaler) {
  return write<Status>("status", nullptr, [&](const Writer& self) { return world_.write_status(self, autoscaler); });
}

Status VirtualCluster::write_event(const api::Autoscaler& about, const ports::Event& event) {
  return write<Status>("event", nullptr, [&](const Writer& self) { return world_.write_event(self, about, event); });
}

}  // namespace aia::simulation
