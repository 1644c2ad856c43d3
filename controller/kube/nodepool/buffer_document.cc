// Annotations hold the pool, the expiry, the pods per replica and the template's fingerprint, so that a restarted
// controller and `release --expired` need no state of their own. The annotation of replicas is for people and is never
// read back.
#include "controller/kube/nodepool/buffer_document.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>

#include "controller/kube/client/selector.h"

namespace aia::kube {
namespace {

constexpr const char* kPool = "aiautoscaler.io/pool";
constexpr const char* kExpires = "aiautoscaler.io/expires";
constexpr const char* kReplicas = "aiautoscaler.io/replicas";
constexpr const char* kPodsPerReplica = "aiautoscaler.io/pods-per-replica";
constexpr const char* kShape = "aiautoscaler.io/shape";

const Json* owner_of(const Json& object) {
  for (const Json& owner : list_at(object, {"metadata", "ownerReferences"})) {
    const bool ours = split_api_version(text_at(owner, {"apiVersion"})).first == api::kGroup;
    if (ours && bool_at(owner, {"controller"}) && text_at(owner, {"kind"}) == "AIAutoscaler") return &owner;
  }
  return nullptr;
}

/// FNV-1a: equal in every build, unlike std::hash.
std::string fingerprint(const std::string& text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash));
  return hex;
}

Json metadata_of(const ports::BufferWrite& write, const std::string& name) {
  const api::ObjectMeta& owner = write.autoscaler->meta;
  return {{"name", name},
          {"namespace", owner.ns},
          {"labels",
           {{"app.kubernetes.io/managed-by", "aiautoscaler"},
            {"aiautoscaler.io/autoscaler", label_value(owner.name)},
            {kPool, label_value(write.pool)}}},
          {"annotations", {{kPool, write.pool}}},
          {"ownerReferences", Json::array({{{"apiVersion", api::kApiVersion},
                                            {"kind", "AIAutoscaler"},
                                            {"name", owner.name},
                                            {"uid", owner.uid},
                                            {"controller", true},
                                            {"blockOwnerDeletion", true}}})}};
}

int pods_of(int replicas, int pods) {
  return static_cast<int>(std::min<std::int64_t>(api::times(replicas, pods), std::numeric_limits<int>::max()));
}

/// The part's share of the GPUs that all parts together may hold. Shares are rounded down, so that their sum never
/// exceeds `most_gpus`.
std::int64_t most_gpus_of(const ports::BufferWrite& write, const std::vector<BufferPart>& parts,
                          const BufferPart& part) {
  const auto gpus = [&](const BufferPart& one) {
    return static_cast<long double>(api::times(api::amount(one.requests, write.gpu_resource), one.pods));
  };
  long double all = 0;
  for (const BufferPart& one : parts) all += gpus(one);
  if (all <= 0) return write.most_gpus;
  return static_cast<std::int64_t>(static_cast<long double>(write.most_gpus) * gpus(part) / all);
}

/// The count at `path` if an int holds the value, else 0.
int count_at(const Json& json, Path path) {
  const std::int64_t count = int_at(json, path);
  return count >= 0 && count <= std::numeric_limits<int>::max() ? static_cast<int>(count) : 0;
}

/// Counts the replicas that the buffer's spec has room for and ignores the annotation of replicas, because somebody may
/// have changed the spec.
HeldPart held_part(const Json& object) {
  const std::optional<Json> pods = parse_json(text_at(object, {"metadata", "annotations", kPodsPerReplica}));
  HeldPart part{text_at(object, {"metadata", "name"}), text_at(object, {"metadata", "resourceVersion"}), 0, 1};
  if (pods) part.pods = std::max(count_at({{"pods", *pods}}, {"pods"}), 1);
  part.replicas = count_at(object, {"spec", "replicas"}) / part.pods;
  return part;
}

}  // namespace

std::string version_of(const std::vector<HeldPart>& parts) {
  Json version = Json::array();
  for (const HeldPart& part : parts)
    version.push_back(
        {{"name", part.name}, {"at", part.resource_version}, {"replicas", part.replicas}, {"pods", part.pods}});
  return parts.empty() ? "" : dump_json(version);
}

std::vector<HeldPart> parts_of(const std::string& version) {
  std::vector<HeldPart> parts;
  const std::optional<Json> list = parse_json(version);
  if (!list || !list->is_array()) return parts;
  for (const Json& one : *list) {
    parts.push_back({text_at(one, {"name"}), text_at(one, {"at"}), count_at(one, {"replicas"}),
                     std::max(count_at(one, {"pods"}), 1)});
  }
  return parts;
}

std::vector<ports::Buffer> buffers_from(const Json& list) {
  struct Found {
    ports::Buffer buffer;
    std::map<std::string, HeldPart> parts;  // by name: the first part's name is a prefix of all, so it sorts first
  };
  std::map<std::string, Found> found;  // by the owner's uid
  for (const Json& object : list_at(list, {"items"})) {
    const Json* owner = owner_of(object);
    if (owner == nullptr) continue;
    const HeldPart part = held_part(object);
    Found& of = found[text_at(*owner, {"uid"})];
    of.parts.insert_or_assign(part.name, part);
    if (part.name != of.parts.begin()->first) continue;
    of.buffer.autoscaler = {key_of(object).ns, text_at(*owner, {"name"})};
    of.buffer.autoscaler_uid = text_at(*owner, {"uid"});
    of.buffer.pool = text_at(object, {"metadata", "annotations", kPool});
    // The first part is written last. Without the first part the buffer is incomplete, and 0 makes the loop write
    // again.
    of.buffer.replicas = part.name == part_name(of.buffer.autoscaler.name, "") ? part.replicas : 0;
    of.buffer.expires = time_at(object, {"metadata", "annotations", kExpires});
  }
  std::vector<ports::Buffer> buffers;
  for (auto& [uid, of] : found) {
    std::vector<HeldPart> parts;
    for (const auto& [name, part] : of.parts) parts.push_back(part);
    of.buffer.version = version_of(parts);
    buffers.push_back(std::move(of.buffer));
  }
  std::sort(buffers.begin(), buffers.end(), [](const auto& a, const auto& b) { return a.autoscaler < b.autoscaler; });
  return buffers;
}

std::string owner_uid(const Json& object) {
  const Json* owner = owner_of(object);
  return owner == nullptr ? "" : text_at(*owner, {"uid"});
}

std::string part_name(const std::string& autoscaler, const std::string& suffix) {
  return "aia-" + autoscaler + suffix;
}

Json buffer_document(const Resource& resource, const ports::BufferWrite& write, const std::vector<BufferPart>& parts,
                     const BufferPart& part) {
  const std::string name = part_name(write.autoscaler->meta.name, part.suffix);
  Json document = {{"apiVersion", resource.group + "/" + resource.version},
                   {"kind", "CapacityBuffer"},
                   {"metadata", metadata_of(write, name)},
                   {"spec",
                    {{"provisioningStrategy", "buffer.x-k8s.io/active-capacity"},
                     {"podTemplateRef", {{"name", name}}},
                     {"replicas", pods_of(write.replicas, part.pods)},
                     {"limits", {{write.gpu_resource, std::to_string(most_gpus_of(write, parts, part))}}}}}};
  Json& annotations = document["metadata"]["annotations"];
  annotations[kExpires] = format_rfc3339(write.expires);
  annotations[kReplicas] = std::to_string(write.replicas);
  annotations[kPodsPerReplica] = std::to_string(part.pods);
  return document;
}

Json buffer_patch(const Json& document, const std::string& resource_version) {
  const Json& metadata = document.at("metadata");
  return {{"metadata",
           {{"resourceVersion", resource_version},
            {"labels", metadata.at("labels")},
            {"annotations", metadata.at("annotations")}}},
          {"spec", document.at("spec")}};
}

Json replicas_patch(const ports::BufferWrite& write, const HeldPart& part) {
  return {{"metadata",
           {{"resourceVersion", part.resource_version},
            {"annotations", {{kExpires, format_rfc3339(write.expires)}, {kReplicas, std::to_string(write.replicas)}}}}},
          {"spec", {{"replicas", pods_of(write.replicas, part.pods)}}}};
}

Json template_document(const ports::BufferWrite& write, const BufferPart& part) {
  Json document = {{"apiVersion", "v1"},
                   {"kind", "PodTemplate"},
                   {"metadata", metadata_of(write, part_name(write.autoscaler->meta.name, part.suffix))},
                   {"template", part.pod_template}};
  document["metadata"]["annotations"][kShape] = fingerprint(dump_json(document));
  return document;
}

/// Compares fingerprints, not documents: the API server adds defaults and reformats quantities, so the documents
/// themselves differ.
bool same_template(const Json& stored, const Json& document) {
  const std::string shape = text_at(document, {"metadata", "annotations", kShape});
  return text_at(stored, {"metadata", "annotations", kShape}) == shape;
}

}  // namespace aia::kube
