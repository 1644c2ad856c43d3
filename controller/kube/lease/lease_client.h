// Reads and writes the Lease object: a GET, a POST to create the Lease, and a PUT with the resourceVersion of the last
// read. Of two processes that write at the same time, only the first succeeds. Source:
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
#pragma once

#include <optional>

#include "controller/http/transport.h"
#include "controller/kube/client/json.h"
#include "controller/lease/elector.h"

namespace aia::kube {

/// The body of a write; without a resourceVersion the body creates the Lease.
Json lease_document(const api::ObjectKey& key, const lease::Lease& lease);

/// Errors: Unavailable when `document` is no Lease, because a proxy's own answer must not pass for a free Lease.
Result<lease::Lease> lease_from_json(const Json& document);

class LeaseClient {
 public:
  /// `transport` outlives the client.
  LeaseClient(http::Transport& transport, api::ObjectKey key) : transport_(transport), key_(std::move(key)) {}

  /// The stored Lease; nullopt: none exists. Errors: Forbidden, and those of the transport and server.
  Result<std::optional<lease::Lease>> read(Millis deadline);

  /// Creates or updates the Lease, and returns the Lease as stored. Errors: Conflict (another process wrote first),
  /// NotFound (the namespace does not exist, or the Lease was deleted since), Forbidden, and those of the transport and
  /// server. After Timeout or Unavailable the API server may have stored the Lease all the same.
  Result<lease::Lease> write(const lease::Lease& lease, Millis deadline);

 private:
  [[nodiscard]] Error explained(const Error& error) const;

  http::Transport& transport_;
  const api::ObjectKey key_;
};

}  // namespace aia::kube
