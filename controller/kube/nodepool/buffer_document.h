// CapacityBuffers and their PodTemplates as documents: the documents that we write for an AIAutoscaler, and how to read
// them back. Each kind of pod in a replica has a buffer, "aia-<autoscaler>" and "aia-<autoscaler>-workers". Source:
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/proposals/buffers.md
#pragma once

#include <string>
#include <vector>

#include "controller/kube/client/resource.h"
#include "controller/kube/nodepool/buffer_template.h"
#include "controller/ports/pools.h"

namespace aia::kube {

inline constexpr const char* kOursSelector = "app.kubernetes.io/managed-by=aiautoscaler";

/// One buffer of an AIAutoscaler as read. ports::Buffer::version holds a list of these.
struct HeldPart {
  std::string name, resource_version;
  int replicas = 0;  ///< of the target
  int pods = 1;      ///< pods of this kind in a replica
};
std::string version_of(const std::vector<HeldPart>& parts);

/// The reverse of version_of(). Empty where `version` does not parse.
std::vector<HeldPart> parts_of(const std::string& version);

/// A Buffer for each AIAutoscaler that owns parts in this list. Its replicas are those of the first part, or 0 where
/// the first part is missing: the first part is written last, so the loop repeats a write that was cut off.
std::vector<ports::Buffer> buffers_from(const Json& list);

/// metadata.uid of the AIAutoscaler that is the object's controller; empty: the object is not ours.
std::string owner_uid(const Json& object);

std::string part_name(const std::string& autoscaler, const std::string& suffix);

/// The whole CapacityBuffer of one part of `parts`.
Json buffer_document(const Resource& resource, const ports::BufferWrite& write, const std::vector<BufferPart>& parts,
                     const BufferPart& part);

/// The merge patch that turns the buffer at `resource_version` into `document`.
Json buffer_patch(const Json& document, const std::string& resource_version);

/// The merge patch that changes only the number of replicas and the expiry.
Json replicas_patch(const ports::BufferWrite& write, const HeldPart& part);

/// The PodTemplate of a part, with its own fingerprint as an annotation.
Json template_document(const ports::BufferWrite& write, const BufferPart& part);

/// Whether `stored` was written from a document equal to `document`.
bool same_template(const Json& stored, const Json& document);

}  // namespace aia::kube
