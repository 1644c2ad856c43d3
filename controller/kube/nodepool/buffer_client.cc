// Writes the PodTemplate before its buffer and the first part last, because readers take the number of replicas from
// the first part: a write that was cut off then reads as the old size and is repeated. Removal deletes the PodTemplate
// first, because only its buffer leads to it.
#include "controller/kube/nodepool/buffer_client.h"

#include <algorithm>
#include <tuple>

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/watch/list.h"

namespace aia::kube {
namespace {

const std::vector<std::string> kVersions{"autoscaling.x-k8s.io/v1beta1", "autoscaling.x-k8s.io/v1alpha1"};

const api::Reason kNoBufferApi{
    api::Code::NoBufferApi,
    "the cluster has no CapacityBuffers (autoscaling.x-k8s.io v1beta1 or v1alpha1): turn them "
    "on in Karpenter (from 1.13) or Cluster Autoscaler, or use sizing.mode Scale"};

std::string of(const api::ObjectKey& key) {
  return "CapacityBuffer " + key.to_string();
}

/// Lists the CapacityBuffers with our label, without their status.
Result<Json> list_ours(http::Transport& transport, const ports::Clock& clock, const Resource& resource,
                       const std::string& ns, const std::function<Millis()>& left) {
  struct Items : ChangeSink {
    Json list = {{"items", Json::array()}};
    void apply(const Change& change) override {
      if (std::holds_alternative<ListBegan>(change)) list["items"].clear();
      if (const auto* one = std::get_if<Listed>(&change)) list["items"].push_back(one->object);
    }
  } items;
  WatcherOptions what;
  what.resource = resource;
  what.ns = ns;
  what.selector = kOursSelector;
  what.trim = {{"status"}};
  if (const Status listed = list_into(items, transport, clock, what, left); !listed) return listed.error();
  return std::move(items.list);
}

Status done_or(const Result<Json>& answer, const std::string& where) {
  if (!answer) return answer.error().in(where);
  return done;
}

const HeldPart* part_named(const std::vector<HeldPart>& held, const std::string& name) {
  const auto found = std::find_if(held.begin(), held.end(), [&](const HeldPart& part) { return part.name == name; });
  return found == held.end() ? nullptr : &*found;
}

/// True if the API server did not make the object. After other errors the object may exist.
bool is_refused(ErrorKind kind) {
  return kind == ErrorKind::Forbidden || kind == ErrorKind::Invalid || kind == ErrorKind::NotFound ||
         kind == ErrorKind::Throttled;
}

Error not_ours(const std::string& what) {
  return {ErrorKind::Invalid, what + ": there is one of that name that is not ours: delete or rename it", {}};
}

}  // namespace

/// The group's versions also serve other kinds (ProvisioningRequest), so each version is asked for CapacityBuffer.
Result<std::optional<Resource>> BufferClient::resource(Millis deadline) {
  return discovery_.first_served(kVersions, "CapacityBuffer", deadline);
}

Result<std::optional<api::Reason>> BufferClient::refusal(Millis deadline) {
  const Result<std::optional<Resource>> found = resource(deadline);
  if (!found) return found.error();
  return *found ? std::nullopt : std::optional(kNoBufferApi);
}

Result<std::vector<ports::Buffer>> BufferClient::list(Millis deadline) {
  const Millis began = clock_.steady();
  const auto left = [&] { return std::max(deadline - (clock_.steady() - began), Millis(1)); };
  for (bool again = false;; again = true) {
    const Result<std::optional<Resource>> found = resource(left());
    if (!found) return found.error();
    if (!*found) return std::vector<ports::Buffer>{};
    const Result<Json> list = list_ours(transport_, clock_, **found, "", left);
    if (list) return buffers_from(*list);
    if (again || list.error().kind != ErrorKind::NotFound) return list.error().in("CapacityBuffers");
    for (const std::string& version : kVersions) discovery_.forget(version);  // its CRD is gone or changed
  }
}

Status BufferClient::write(const ports::BufferWrite& write, Millis deadline) {
  const Result<std::optional<Resource>> buffers = resource(deadline);
  if (!buffers) return buffers.error();
  if (!*buffers) return Error{ErrorKind::Invalid, kNoBufferApi.message, {}};
  const std::vector<HeldPart> held = parts_of(write.version);
  const bool lowers =
      std::all_of(held.begin(), held.end(), [&](const auto& one) { return one.replicas > write.replicas; });
  if (!held.empty() && lowers) return lower(**buffers, write, held, deadline);

  const Result<Wanted> wanted = read_wanted(write, deadline);
  if (!wanted) return wanted.error();
  const std::string& name = write.autoscaler->meta.name;
  for (std::size_t i = wanted->parts.size(); i-- > 0;) {  // the first part last: its replicas are read back
    const BufferPart& part = wanted->parts[i];
    const Result<Json>& stored = part.suffix.empty() ? wanted->stored : wanted->stored_workers;
    if (const Status one = write_template(write, part, stored, deadline); !one) return one;
    const Json document = buffer_document(**buffers, write, wanted->parts, part);
    const HeldPart* before = part_named(held, key_of(document).name);
    const Status one = write_part(**buffers, document, write.autoscaler->meta.uid, before, deadline);
    // Only its buffer leads to a template, so remove a new template whose buffer was refused.
    if (!one && before == nullptr && !stored && is_refused(one.error().kind))
      std::ignore = remove_part(std::nullopt, {write.autoscaler->meta.ns, part_name(name, part.suffix)}, deadline);
    if (!one) return one;
  }
  return remove_unwanted(**buffers, write, held, wanted->parts, deadline);
}

/// Reads the target, for the parts of a replica, and the stored templates.
Result<BufferClient::Wanted> BufferClient::read_wanted(const ports::BufferWrite& write, Millis deadline) {
  const api::Autoscaler& autoscaler = *write.autoscaler;
  const std::string& ns = autoscaler.meta.ns;
  const api::TargetRef& ref = autoscaler.spec.target;
  const auto target = std::move(discovery_.scale_resources(std::vector{ref}, deadline).front());
  if (!target) return target.error();
  const auto template_path = [&](const char* suffix) {
    return object_path(kPodTemplates, {ns, part_name(autoscaler.meta.name, suffix)});
  };
  auto answers = transport_.send_all({get_request(object_path(*target, {ns, ref.name})), get_request(template_path("")),
                                      get_request(template_path("-workers"))},
                                     deadline);
  const Result<Json> object = document(std::move(answers[0]));
  if (!object) return object.error().in(ref.to_string());
  Result<std::vector<BufferPart>> parts = buffer_parts_of(kind_of(ref.api_version, ref.kind), *object);
  if (!parts) return parts.error().in(ref.to_string());
  return Wanted{std::move(*parts), document(std::move(answers[1])), document(std::move(answers[2]))};
}

/// Removes buffers of sorts of pods which the target no longer has.
Status BufferClient::remove_unwanted(const Resource& resource, const ports::BufferWrite& write,
                                     const std::vector<HeldPart>& held, const std::vector<BufferPart>& parts,
                                     Millis deadline) {
  const api::ObjectMeta& owner = write.autoscaler->meta;
  for (const HeldPart& part : held) {
    const bool wanted = std::any_of(parts.begin(), parts.end(), [&](const BufferPart& one) {
      return part_name(owner.name, one.suffix) == part.name;
    });
    if (wanted) continue;
    if (const Status gone = remove_part(resource, {owner.ns, part.name}, deadline); !gone) return gone;
  }
  return done;
}

/// Patches the numbers only: reads neither the target nor the templates.
Status BufferClient::lower(const Resource& resource, const ports::BufferWrite& write, const std::vector<HeldPart>& held,
                           Millis deadline) {
  for (auto part = held.rbegin(); part != held.rend(); ++part) {
    const api::ObjectKey key{write.autoscaler->meta.ns, part->name};
    const http::Request request = merge_patch_request(object_path(resource, key), replicas_patch(write, *part));
    if (const Status one = done_or(document(transport_.send(request, deadline)), of(key)); !one) return one;
  }
  return done;
}

Status BufferClient::write_template(const ports::BufferWrite& write, const BufferPart& part, const Result<Json>& stored,
                                    Millis deadline) {
  const Json document = template_document(write, part);
  const api::ObjectKey key = key_of(document);
  const std::string what = "PodTemplate " + key.to_string();
  if (!stored && stored.error().kind != ErrorKind::NotFound) return stored.error().in(what);
  if (stored && owner_uid(*stored) != write.autoscaler->meta.uid) return not_ours(what);
  if (stored && same_template(*stored, document)) return done;
  return done_or(kube::document(transport_.send(apply_request(object_path(kPodTemplates, key), document), deadline)),
                 what);
}

Status BufferClient::write_part(const Resource& resource, const Json& document, const std::string& owner,
                                const HeldPart* held, Millis deadline) {
  const api::ObjectKey key = key_of(document);
  if (held != nullptr) {
    const Json patch = buffer_patch(document, held->resource_version);
    return done_or(kube::document(transport_.send(merge_patch_request(object_path(resource, key), patch), deadline)),
                   of(key));
  }
  const http::Request create = create_request(collection_path(resource, key.ns), document);
  const Result<Json> created = kube::document(transport_.send(create, deadline));
  if (created || created.error().kind != ErrorKind::Conflict) return done_or(created, of(key));
  const Result<Json> ours =
      list_ours(transport_, clock_, resource, key.ns, [&] { return deadline; });  // find the owner of the name
  if (!ours) return ours.error().in(of(key));
  for (const Json& object : list_at(*ours, {"items"})) {
    if (key_of(object).name == key.name && owner_uid(object) == owner) return created.error().in(of(key));
  }
  return not_ours(of(key));
}

Status BufferClient::remove(const ports::Buffer& buffer, Millis deadline) {
  const Result<std::optional<Resource>> found = resource(deadline);
  if (!found) return found.error();
  for (const HeldPart& part : parts_of(buffer.version)) {
    if (const Status gone = remove_part(*found, {buffer.autoscaler.ns, part.name}, deadline); !gone) return gone;
  }
  return done;
}

/// Deletes the template first, because only its buffer leads to it.
Status BufferClient::remove_part(const std::optional<Resource>& resource, const api::ObjectKey& key, Millis deadline) {
  for (const std::optional<Resource>& one : {std::optional(kPodTemplates), resource}) {
    if (!one) continue;
    const Result<Json> gone = document(transport_.send(delete_request(object_path(*one, key)), deadline));
    if (!gone && gone.error().kind != ErrorKind::NotFound) return gone.error().in(one->plural + " " + key.to_string());
  }
  return done;
}

}  // namespace aia::kube
