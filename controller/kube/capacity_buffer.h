// CapacityBuffers and their PodTemplates as documents: what we write for an AIAutoscaler, and what is read back of it.
// A replica of several kinds of pods has a buffer for each, "aia-<autoscaler>" and "aia-<autoscaler>-workers". Source:
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/proposals/buffers.md
#pragma once

#include <string>
#include <vector>

#include "controller/kube/buffer_template.h"
#include "controller/kube/resource.h"
#include "controller/ports/pools.h"

namespace aia::kube {

inline constexpr const char* kOursSelector = "app.kubernetes.io/managed-by=aiautoscaler";

/// A part as read: what ports::Buffer::version holds of it.
struct HeldPart {
  std::string name, resource_version;
  int replicas = 0;  ///< of the target
  int pods = 1;      ///< of this kind in a replica
};
std::string version_of(const std::vector<HeldPart>& parts);

/// Nothing of a text that is no version.
std::vector<HeldPart> parts_of(const std::string& version);

/// One for each AIAutoscaler that owns parts in this list. Its first part says how many replicas: it is written last,
/// so that what was cut off in the middle is written again.
std::vector<ports::Buffer> buffers_from(const Json& list);

/// metadata.uid of the AIAutoscaler that is its controller; empty: it is not ours.
std::string owner_uid(const Json& object);

std::string part_name(const std::string& autoscaler, const std::string& suffix);

/// The whole CapacityBuffer of one part of `parts`.
Json buffer_document(const Resource& resource, const ports::BufferWrite& write, const std::vector<BufferPart>& parts,
                     const BufferPart& part);

/// The merge patch that makes what is at `resource_version` that document.
Json buffer_patch(const Json& document, const std::string& resource_version);

/// The merge patch that only changes how many replicas, for how long.
Json replicas_patch(const ports::BufferWrite& write, const HeldPart& part);

/// The PodTemplate of a part, with an annotation that tells it from any other.
Json template_document(const ports::BufferWrite& write, const BufferPart& part);

/// Whether `stored` is what this document made of it.
bool same_template(const Json& stored, const Json& document);

}  // namespace aia::kube
