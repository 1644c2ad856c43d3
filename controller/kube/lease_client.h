// The Lease object on the wire: one GET, one POST to create it, one PUT that carries the resourceVersion it was read
// with, so that of two who write only one can succeed. Source:
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
#pragma once

#include <optional>

#include "controller/http/transport.h"
#include "controller/kube/json.h"
#include "controller/lease/elector.h"

namespace aia::kube {

/// What is sent; without a resourceVersion it is to be created.
Json lease_document(const api::ObjectKey& key, const lease::Lease& lease);

/// Errors: Unavailable when it is no Lease: what a proxy made up must not pass for one that is free.
Result<lease::Lease> lease_from_json(const Json& document);

class LeaseClient {
 public:
  /// `transport` outlives it.
  LeaseClient(http::Transport& transport, api::ObjectKey key) : transport_(transport), key_(std::move(key)) {}

  /// Unset: there is none. Errors: Forbidden, and those of the transport and server.
  Result<std::optional<lease::Lease>> read(Millis deadline);

  /// As stored. Errors: Conflict (somebody else wrote first), NotFound (no such namespace, or deleted since),
  /// Forbidden, and those of the transport and server; after Timeout and Unavailable it may have been stored all the
  /// same.
  Result<lease::Lease> write(const lease::Lease& lease, Millis deadline);

 private:
  [[nodiscard]] Error explained(const Error& error) const;

  http::Transport& transport_;
  const api::ObjectKey key_;
};

}  // namespace aia::kube
