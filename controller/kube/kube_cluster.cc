// Reads objects from the stores and sends all writes through the LeaseGuard, so that no write is possible without the
// lease. Owners are collected from two sources: an HPA made by KEDA is reported as its ScaledObject, because KEDA would
// make a deleted HPA again.
#include "controller/kube/kube_cluster.h"

#include <set>

#include "controller/api/autoscaler_json.h"
#include "controller/api/meta_json.h"
#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/client/scale.h"
#include "controller/kube/lease/host_name.h"

namespace aia::kube {
namespace {

/// Keeps an object that does not decode, with its name and status, so that its condition can say why.
ports::AutoscalerView autoscaler_view(const Json& object) {
  Result<api::Autoscaler> decoded = api::autoscaler_from_json(object);
  if (decoded) return {std::move(*decoded), std::nullopt};
  ports::AutoscalerView view{{}, decoded.error()};
  if (Result<api::ObjectMeta> meta = api::meta_from_json(object)) view.object.meta = std::move(*meta);
  const api::ObjectKey key = key_of(object);
  view.object.meta.ns = key.ns;
  view.object.meta.name = key.name;
  view.object.status = api::status_from_json(object);
  return view;
}

/// For our own kinds: drops metadata that no code reads and only etcd limits in size.
Trim own_trim() {
  return {{}, {"managedFields", "annotations", "labels"}};
}

bool same_spec(const ports::AutoscalerView& a, const ports::AutoscalerView& b) {
  return a.object.meta.uid == b.object.meta.uid && a.object.meta.generation == b.object.meta.generation &&
         a.object.meta.deleting == b.object.meta.deleting;
}

EventRecorderOptions with_instance(EventRecorderOptions options) {
  if (options.instance.empty()) options.instance = host_name();
  return options;
}

Json status_document(const api::Autoscaler& autoscaler) {
  return {{"apiVersion", api::kApiVersion},
          {"kind", "AIAutoscaler"},
          {"metadata", {{"name", autoscaler.meta.name}, {"namespace", autoscaler.meta.ns}}},
          {"status", api::status_to_json(autoscaler.status)}};
}

}  // namespace

KubeCluster::KubeCluster(http::Transport& transport, const ports::Clock& clock, KubeClusterOptions options)
    : transport_(transport),
      clock_(clock),
      options_(std::move(options)),
      writes_(transport, options_.time_left),
      autoscalers_(autoscaler_view,
                   [this](const api::ObjectKey&, const auto* before, const auto* after) {
                     const bool same = before != nullptr && after != nullptr && same_spec(*before, *after);
                     if (!same && options_.on_change) options_.on_change();
                   }),
      forecasts_(stored_forecast_from_json,
                 [this](const api::ObjectKey& key, const auto*, const auto* after) {
                   if (after == nullptr) forecast_writer_.forget(key);
                 }),
      hpas_(hpa_from_json),
      pods_(pod_from_json),
      discovery_(transport, clock),
      target_reader_(transport, clock, discovery_, pods_),
      scaled_objects_(transport, clock, discovery_, options_.ns),
      forecast_writer_(writes_, forecasts_),
      event_recorder_(writes_, clock, with_instance(options_.events)) {
  reflectors_.push_back(reflect(kAutoscalers, own_trim(), autoscalers_));
  reflectors_.push_back(reflect(kForecasts, forecast_trim(), forecasts_));
  reflectors_.push_back(reflect(kHorizontalPodAutoscalers, owner_trim(), hpas_));
  reflectors_.push_back(reflect(kPods, pod_trim(), pods_));
  if (!options_.ns.empty()) return;
  pools_ = std::make_unique<KubePools>(writes_, clock_, discovery_, pods_, event_recorder_,
                                       KubePoolsOptions{options_.write_deadline, options_.on_change});
  reflectors_.push_back(reflect(kNodes, node_trim(), pools_->nodes()));
  reflectors_.push_back(reflect(kAcceleratorPools, own_trim(), pools_->views()));
}

KubeCluster::~KubeCluster() {
  for (const auto& reflector : reflectors_) reflector->request_stop();  // all stop at once; their destructors then wait
}

std::unique_ptr<Reflector> KubeCluster::reflect(const Resource& resource, Trim trim, ChangeSink& store) {
  ReflectorOptions options = options_.watch;
  options.watcher.resource = resource;
  options.watcher.ns = options_.ns;
  options.watcher.trim = std::move(trim);
  options.watcher.seed = options_.seed + 1000 * reflectors_.size();
  return std::make_unique<Reflector>(transport_, clock_, store, std::move(options));
}

bool KubeCluster::synced() const {
  return autoscalers_.synced() && forecasts_.synced() && hpas_.synced() && pods_.synced() &&
         (pools_ == nullptr || pools_->synced());
}

/// Forecasts decide nothing: a stale cache of Forecasts costs at most a repeated write or deletion.
std::vector<ports::WatchAge> KubeCluster::watch_ages() const {
  std::vector<ports::WatchAge> ages;
  for (const auto& reflector : reflectors_) {
    ages.push_back(reflector->age());
    ages.back().decides = ages.back().resource != kForecasts.plural;
  }
  return ages;
}

bool KubeCluster::leading() const {
  return writes_.leading();
}

std::string KubeCluster::problem() const {
  std::string all;
  for (const auto& reflector : reflectors_) {
    const std::string one = reflector->problem();
    if (!one.empty()) all += (all.empty() ? "" : "; ") + one;
  }
  return all;
}

std::string KubeCluster::unseen_owners() const {
  return scaled_objects_.problem();
}

std::vector<ports::AutoscalerView> KubeCluster::autoscalers() {
  std::vector<ports::AutoscalerView> views;
  autoscalers_.visit_from({}, [&](const api::ObjectKey&, const ports::AutoscalerView& view) {
    views.push_back(view);
    return true;
  });
  return views;
}

std::vector<Result<ports::Target>> KubeCluster::targets(const std::vector<api::Autoscaler>& autoscalers,
                                                        Millis deadline) {
  const Millis began = clock_.steady();
  auto targets = target_reader_.read(autoscalers, deadline);
  if (const Millis left = deadline - (clock_.steady() - began); left > Millis(0)) scaled_objects_.refresh(left);
  return targets;
}

std::vector<ports::Owner> KubeCluster::other_owners(const std::string& ns, const api::TargetRef& target) {
  constexpr Millis kFirstLook{3'000};
  scaled_objects_.look_first(kFirstLook);
  std::vector<ports::Owner> owners;
  std::set<std::string> scaled_objects;
  for (const std::string& name : scaled_objects_.that_scale(ns, target)) scaled_objects.insert(name);
  hpas_.visit_from({ns, ""}, [&](const api::ObjectKey& key, const HorizontalPodAutoscaler& hpa) {
    if (key.ns != ns) return false;
    if (hpa.ours || !same_object(hpa.target, target)) return true;
    if (hpa.scaled_object.empty())
      owners.push_back({"HorizontalPodAutoscaler", key.name});
    else
      scaled_objects.insert(hpa.scaled_object);
    return true;
  });
  for (const std::string& name : scaled_objects) owners.push_back({"ScaledObject", name});
  return owners;
}

std::vector<std::string> KubeCluster::forecasts_of(const api::Autoscaler& autoscaler) {
  std::vector<std::string> names;
  const std::string prefix = autoscaler.meta.name + ".";  // each Forecast's name begins so
  forecasts_.visit_from({autoscaler.meta.ns, prefix}, [&](const api::ObjectKey& key, const StoredForecast& stored) {
    if (key.ns != autoscaler.meta.ns || key.name.compare(0, prefix.size(), prefix) != 0) return false;
    if (stored.owner_uid == autoscaler.meta.uid) names.push_back(key.name);
    return true;
  });
  return names;
}

Result<ports::ScaleView> KubeCluster::read_scale(const api::Autoscaler& autoscaler) {
  const api::TargetRef& target = autoscaler.spec.target;
  const auto resource = std::move(discovery_.scale_resources({target}, options_.write_deadline).front());
  if (!resource) return resource.error();
  const std::string path = object_path(*resource, {autoscaler.meta.ns, target.name}, "scale");
  const Result<Json> read = document(transport_.send(get_request(path), options_.write_deadline));
  if (!read) return read.error().in("scale of " + target.to_string());
  Result<Scale> scale = scale_from_json(*read);
  if (!scale) return scale.error().in("scale of " + target.to_string());
  return ports::ScaleView{scale->spec_replicas, std::move(scale->resource_version), std::move(scale->uid)};
}

Result<std::string> KubeCluster::write_scale(const api::Autoscaler& autoscaler, int replicas,
                                             const std::string& resource_version) {
  const api::TargetRef& target = autoscaler.spec.target;
  const auto resource = std::move(discovery_.scale_resources({target}, options_.write_deadline).front());
  if (!resource) return resource.error();
  const std::string path = object_path(*resource, {autoscaler.meta.ns, target.name}, "scale");
  const http::Request request = merge_patch_request(path, scale_patch(replicas, resource_version));
  const Result<Json> written = document(writes_.send(request, options_.write_deadline));
  if (!written) return written.error().in("scale of " + target.to_string());
  return text_at(*written, {"metadata", "resourceVersion"});
}

Status KubeCluster::write_forecast(const api::Forecast& forecast) {
  return forecast_writer_.write(forecast, options_.write_deadline);
}

Status KubeCluster::delete_forecast(const api::ObjectKey& key) {
  return forecast_writer_.remove(key, options_.write_deadline);
}

Status KubeCluster::write_status(const api::Autoscaler& autoscaler) {
  const std::string path = object_path(kAutoscalers, autoscaler.meta.key(), "status");
  const http::Request request = apply_request(path, status_document(autoscaler));
  const Result<Json> written = document(writes_.send(request, options_.write_deadline));
  if (!written) return written.error().in("status of AIAutoscaler " + autoscaler.meta.key().to_string());
  return done;
}

Status KubeCluster::write_event(const api::Autoscaler& about, const ports::Event& event) {
  return event_recorder_.write(regarding(about), event, options_.write_deadline);
}

}  // namespace aia::kube
