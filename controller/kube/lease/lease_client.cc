// Rounds the duration up to whole seconds, the unit of leaseDurationSeconds, and clamps the numbers of foreign Leases
// to 32 bits. Errors say how to allow the access or name the namespace.
#include "controller/kube/lease/lease_client.h"

#include <algorithm>
#include <limits>

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"

namespace aia::kube {
namespace {

const Resource kLeases{"coordination.k8s.io", "v1", "leases"};

int bounded(std::int64_t value) {
  return static_cast<int>(std::clamp<std::int64_t>(value, 0, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

Json lease_document(const api::ObjectKey& key, const lease::Lease& lease) {
  Json metadata = {{"namespace", key.ns}, {"name", key.name}};
  if (!lease.resource_version.empty()) metadata["resourceVersion"] = lease.resource_version;
  return {{"apiVersion", "coordination.k8s.io/v1"},
          {"kind", "Lease"},
          {"metadata", std::move(metadata)},
          {"spec",
           {{"holderIdentity", lease.holder},
            {"leaseDurationSeconds", std::chrono::ceil<std::chrono::seconds>(lease.duration).count()},
            {"acquireTime", format_rfc3339_micro(lease.acquired)},
            {"renewTime", format_rfc3339_micro(lease.renewed)},
            {"leaseTransitions", lease.transitions}}}};
}

Result<lease::Lease> lease_from_json(const Json& document) {
  lease::Lease lease;
  lease.resource_version = text_at(document, {"metadata", "resourceVersion"});
  if (text_at(document, {"kind"}) != "Lease" || lease.resource_version.empty())
    return Error{ErrorKind::Unavailable, "the answer is not a Lease", {}};
  lease.holder = text_at(document, {"spec", "holderIdentity"});
  lease.duration = std::chrono::seconds(bounded(int_at(document, {"spec", "leaseDurationSeconds"})));
  lease.acquired = time_at(document, {"spec", "acquireTime"}).value_or(WallTime{});
  lease.renewed = time_at(document, {"spec", "renewTime"}).value_or(WallTime{});
  lease.transitions = bounded(int_at(document, {"spec", "leaseTransitions"}));
  return lease;
}

Result<std::optional<lease::Lease>> LeaseClient::read(Millis deadline) {
  const Result<Json> found = document(transport_.send(get_request(object_path(kLeases, key_)), deadline));
  if (!found && found.error().kind == ErrorKind::NotFound) return std::optional<lease::Lease>();
  if (!found) return explained(found.error());
  auto lease = lease_from_json(*found);
  if (!lease) return explained(lease.error());
  return std::optional(std::move(*lease));
}

Result<lease::Lease> LeaseClient::write(const lease::Lease& lease, Millis deadline) {
  const bool create = lease.resource_version.empty();
  const Json body = lease_document(key_, lease);
  const Result<Json> written = document(transport_.send(create ? create_request(collection_path(kLeases, key_.ns), body)
                                                               : update_request(object_path(kLeases, key_), body),
                                                        deadline));
  if (!written) return explained(written.error());
  auto stored = lease_from_json(*written);
  if (!stored) return explained(stored.error());
  return stored;
}

/// Adds the Lease's name, and the remedy for Forbidden and NotFound.
Error LeaseClient::explained(const Error& error) const {
  Error told = error.in("Lease " + key_.to_string());
  if (error.kind == ErrorKind::Forbidden) told.message += "; allow it (manifests/rbac/lease.yaml)";
  if (error.kind == ErrorKind::NotFound)
    told.message += "; create namespace " + key_.ns + ", or name another with --lease-namespace";
  return told;
}

}  // namespace aia::kube
