// Delegates to the pools' actuators and to the reader of supplies. Its own work is to repeat a raise of the size after
// a Conflict, and to edit the list of finalizers.
#include "controller/kube/kube_pools.h"

#include <algorithm>

#include "controller/api/accelerator_pool_json.h"
#include "controller/api/meta_json.h"
#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/watch/list.h"

namespace aia::kube {
namespace {

/// Keeps an object that does not decode, with its name, status and our finalizer, so that its condition can say why.
ports::PoolView pool_view(const Json& object) {
  Result<api::AcceleratorPool> decoded = api::accelerator_pool_from_json(object);
  if (decoded) return {std::move(*decoded), std::nullopt};
  ports::PoolView view{{}, decoded.error()};
  if (Result<api::ObjectMeta> meta = api::meta_from_json(object)) view.object.meta = std::move(*meta);
  view.object.meta.name = key_of(object).name;
  const Json& finalizers = list_at(object, {"metadata", "finalizers"});
  view.object.held = std::find(finalizers.begin(), finalizers.end(), Json(api::kPoolFinalizer)) != finalizers.end();
  view.object.status = api::pool_status_from_json(object);
  return view;
}

bool same_spec(const ports::PoolView& a, const ports::PoolView& b) {
  return a.object.meta.uid == b.object.meta.uid && a.object.meta.generation == b.object.meta.generation &&
         a.object.meta.deleting == b.object.meta.deleting;
}

Json status_document(const api::AcceleratorPool& pool) {
  Json metadata = {{"name", pool.meta.name}};
  if (!pool.meta.resource_version.empty()) metadata["resourceVersion"] = pool.meta.resource_version;
  return {{"apiVersion", api::kApiVersion},
          {"kind", "AcceleratorPool"},
          {"metadata", std::move(metadata)},
          {"status", api::pool_status_to_json(pool.status)}};
}

}  // namespace

KubePools::KubePools(http::Transport& transport, const ports::Clock& clock, Discovery& discovery,
                     Store<LabelledPod>& pods, EventRecorder& events, KubePoolsOptions options)
    : transport_(transport),
      clock_(clock),
      pods_(pods),
      events_(events),
      options_(std::move(options)),
      nodes_(node_from_json),
      views_(pool_view,
             [this](const api::ObjectKey&, const auto* before, const auto* after) {
               const bool same = before != nullptr && after != nullptr && same_spec(*before, *after);
               if (!same && options_.on_change) options_.on_change();
             }),
      actuators_({transport, clock, discovery}),
      supplies_(transport, clock, actuators_, nodes_, pods) {}

Status KubePools::load(Millis deadline_of_page) {
  const auto list = [&](ChangeSink& sink, const Resource& resource, Trim trim) {
    WatcherOptions what;
    what.resource = resource;
    what.trim = std::move(trim);
    const Status listed = list_into(sink, transport_, clock_, what, [&] { return deadline_of_page; });
    return listed ? done : Status(listed.error().in(resource.plural));
  };
  if (const Status listed = list(views_, kAcceleratorPools, {}); !listed) return listed;
  if (const Status listed = list(nodes_, kNodes, node_trim()); !listed) return listed;
  return list(pods_, kPods, pod_trim());
}

std::vector<ports::PoolView> KubePools::pools() {
  std::vector<ports::PoolView> all;
  views_.visit_from({}, [&](const api::ObjectKey&, const ports::PoolView& view) {
    all.push_back(view);
    return true;
  });
  return all;
}

std::vector<ports::PoolSupply> KubePools::supplies(const std::vector<api::AcceleratorPool>& pools, Millis deadline) {
  return supplies_.read(pools, deadline);
}

Result<std::vector<ports::Buffer>> KubePools::buffers(Millis deadline) {
  return actuators_.buffers().list(deadline);
}

Status KubePools::write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& write) {
  const auto to = [&](const std::string& version) {
    ports::SizeWrite one = write;
    one.version = version;
    return actuators_.of(pool.spec).write_size(pool, one, busy_nodes(pods_), options_.write_deadline);
  };
  Status written = to(write.version);
  if (written || written.error().kind != ErrorKind::Conflict || write.to <= write.from) return written;
  // The node provider writes its status to the same object whenever a node comes, so a Conflict need not concern the
  // size. Raise once more if the size is still `write.from`.
  const ports::PoolSupply now = supplies_.read({pool}, options_.write_deadline).front();
  return !now.problem && !now.refusal && now.size == write.from ? to(now.size_version) : written;
}

Status KubePools::write_buffer(const ports::BufferWrite& write) {
  return actuators_.buffers().write(write, options_.write_deadline);
}

Status KubePools::delete_buffer(const ports::Buffer& buffer) {
  return actuators_.buffers().remove(buffer, options_.write_deadline);
}

/// Reads the object first, because a merge patch replaces the whole list of finalizers and must keep the foreign
/// finalizers.
Status KubePools::hold(const api::AcceleratorPool& pool, bool held) {
  const std::string what = "finalizer of AcceleratorPool " + pool.meta.name;
  const std::string path = object_path(kAcceleratorPools, {"", pool.meta.name});
  const Result<Json> object = document(transport_.send(get_request(path), options_.write_deadline));
  if (!object && !held && object.error().kind == ErrorKind::NotFound) return done;
  if (!object) return object.error().in(what);
  const std::string& expected = pool.meta.resource_version;
  if (!expected.empty() && expected != text_at(*object, {"metadata", "resourceVersion"}))
    return Error{ErrorKind::Conflict, what + ": the object was changed since it was read", {}};
  Json finalizers = Json::array();
  for (const Json& one : list_at(*object, {"metadata", "finalizers"})) {
    if (one != api::kPoolFinalizer) finalizers.push_back(one);
  }
  const bool is_held = finalizers.size() < list_at(*object, {"metadata", "finalizers"}).size();
  if (is_held == held) return done;
  if (held) finalizers.push_back(api::kPoolFinalizer);
  const Json patch = {{"metadata",
                       {{"resourceVersion", text_at(*object, {"metadata", "resourceVersion"})},
                        {"finalizers", std::move(finalizers)}}}};
  const Result<Json> written = document(transport_.send(merge_patch_request(path, patch), options_.write_deadline));
  if (!written) return written.error().in(what);
  return done;
}

Status KubePools::write_status(const api::AcceleratorPool& pool) {
  const std::string path = object_path(kAcceleratorPools, {"", pool.meta.name}, "status");
  const Result<Json> written =
      document(transport_.send(apply_request(path, status_document(pool)), options_.write_deadline));
  if (!written) return written.error().in("status of AcceleratorPool " + pool.meta.name);
  return done;
}

Status KubePools::write_event(const api::AcceleratorPool& about, const ports::Event& event) {
  return events_.write(regarding(about), event, options_.write_deadline);
}

}  // namespace aia::kube
