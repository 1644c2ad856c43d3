// Reads the object in round 0 and its scale in round 1. An unknown kind is read but not sized: its provider
// would delete busy nodes when the size is lowered.
#include "controller/kube/nodepool/actuator_scale.h"

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/nodepool/actuators.h"

namespace aia::kube {
namespace {

constexpr int kNotFound = 404;

std::string path_of(const PoolReading& reading, const char* subresource) {
  const api::ScaleRef& ref = *reading.pool.spec.scale_ref;
  return object_path(*reading.resource, {ref.ns, ref.name}, subresource);
}

void take_scale(PoolReading& reading, Result<http::Response> answer) {
  const Result<Scale> scale = scale_in(std::move(answer));
  if (!scale) {
    Error error = scale.error().in("scale of " + reading.pool.spec.scale_ref->to_string());
    if (error.kind == ErrorKind::NotFound) error.kind = ErrorKind::Unavailable;  // the object existed a moment ago
    return reading.trouble(error);
  }
  reading.supply.size = scale->spec_replicas;
  reading.supply.size_version = scale->resource_version;
}

class AnyScale final : public ScaleActuator {
 public:
  explicit AnyScale(const ActuatorPorts& ports) : ScaleActuator(ports) {}

  [[nodiscard]] bool sizes(const api::AcceleratorPoolSpec& spec) const override {
    return spec.sizing == api::Sizing::Scale;
  }

 protected:
  [[nodiscard]] std::optional<api::Reason> refusal_of(const api::ScaleRef& ref, const Json&) const override {
    return api::Reason{api::Code::KindNotKnown,
                       ref.to_string() + " is of a kind of which we do not know how to spare busy nodes when it is " +
                           "lowered: use a static NodePool, a MachineDeployment, or sizing.mode " + "CapacityBuffer"};
  }
};

}  // namespace

std::unique_ptr<Actuator> any_scale(const ActuatorPorts& ports) {
  return std::make_unique<AnyScale>(ports);
}

bool is_scaled_by(const api::AcceleratorPoolSpec& spec, std::string_view group, std::string_view kind) {
  return spec.scale_ref && spec.scale_ref->kind == kind &&
         split_api_version(spec.scale_ref->api_version).first == group;
}

std::optional<api::Reason> deletion_of(const api::ScaleRef& ref, const Json& object) {
  if (find_at(object, {"metadata", "deletionTimestamp"}) == nullptr) return std::nullopt;
  return api::Reason{api::Code::PoolDeleting,
                     ref.to_string() + " is being deleted: delete the AcceleratorPool, or name another scaleRef"};
}

Result<Scale> scale_in(Result<http::Response> answer) {
  const Result<Json> object = document(std::move(answer));
  return object ? scale_from_json(*object) : Result<Scale>(object.error());
}

/// Discovers the resources of all scaleRefs in one batch.
void ScaleActuator::prepare(const std::vector<PoolReading*>& readings, Millis deadline) {
  std::vector<PoolReading*> of;
  std::vector<ScaledKind> kinds;
  for (PoolReading* reading : readings) {
    if (!reading->pool.spec.scale_ref) continue;
    of.push_back(reading);
    kinds.push_back(scaled_kind(*reading->pool.spec.scale_ref));
  }
  if (kinds.empty()) return;
  const std::vector<Result<Resource>> resources = discovery_.scale_resources(kinds, deadline);
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (resources[i])
      of[i]->resource = *resources[i];
    else
      of[i]->trouble(resources[i].error());
  }
}

std::optional<http::Request> ScaleActuator::question(const PoolReading& reading, int round) const {
  if (!reading.resource) return std::nullopt;
  return get_request(path_of(reading, round == 0 ? "" : "scale"));
}

/// A 404 that does not name the object means that its API is gone. The object may still exist, so the error is then
/// Unavailable, not NotFound.
bool ScaleActuator::take(PoolReading& reading, int round, Result<http::Response> answer) {
  if (round > 0) {
    take_scale(reading, std::move(answer));
    return false;
  }
  const api::ScaleRef& ref = *reading.pool.spec.scale_ref;
  if (answer && answer->status == kNotFound && !names_object(*answer, ref.name)) {
    discovery_.forget(ref.api_version);
    reading.trouble({ErrorKind::Unavailable, ref.to_string() + ": its API is not served as it was a moment ago", {}});
    return false;
  }
  const Result<Json> object = document(std::move(answer));
  if (!object) {
    reading.trouble(object.error().in(ref.to_string()));
    return false;
  }
  reading.supply.refusal = refusal_of(ref, *object);
  reading.supply.rolling = rolling_of(ref, *object);
  return has_size(*object);
}

Status ScaleActuator::write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& write,
                                 const std::set<std::string>& busy, Millis deadline) {
  if (!pool.spec.scale_ref) return Actuator::write_size(pool, write, busy, deadline);
  const Result<std::string> path = scale_path(*pool.spec.scale_ref, deadline);
  return path ? write_scale(*pool.spec.scale_ref, *path, write, deadline) : path.error();
}

Result<std::string> ScaleActuator::scale_path(const api::ScaleRef& ref, Millis deadline) {
  const std::vector<Result<Resource>> resources = discovery_.scale_resources(std::vector{scaled_kind(ref)}, deadline);
  if (!resources.front()) return resources.front().error();
  return object_path(*resources.front(), {ref.ns, ref.name}, "scale");
}

Status ScaleActuator::write_scale(const api::ScaleRef& ref, const std::string& path, const ports::SizeWrite& write,
                                  Millis deadline) {
  const http::Request patch = merge_patch_request(path, scale_patch(write.to, write.version));
  const Result<Json> written = document(transport_.send(patch, deadline));
  if (!written) return written.error().in("scale of " + ref.to_string());
  return done;
}

}  // namespace aia::kube
