// Reads and writes CapacityBuffers and their PodTemplates, in the version of the API that the cluster has. Lowering a
// buffer takes one request per part, because the node autoscaler refills used room within seconds. The client needs no
// watches. Source: see buffer_document.h.
#pragma once

#include <optional>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/client/discovery.h"
#include "controller/kube/nodepool/buffer_document.h"

namespace aia::kube {

class BufferClient {
 public:
  /// `transport`, `clock` and `discovery` outlive the client.
  BufferClient(http::Transport& transport, const ports::Clock& clock, Discovery& discovery)
      : transport_(transport), clock_(clock), discovery_(discovery) {}

  /// NoBufferApi with the remedy where the cluster has no CapacityBuffers; nullopt where it has.
  Result<std::optional<api::Reason>> refusal(Millis deadline);

  /// As in ports::Pools. `deadline` bounds list() as a whole; in write() and remove() it bounds each request.
  Result<std::vector<ports::Buffer>> list(Millis deadline);
  Status write(const ports::BufferWrite& write, Millis deadline);
  Status remove(const ports::Buffer& buffer, Millis deadline);

 private:
  /// The parts to write, and the stored PodTemplates of the first part and of the workers.
  struct Wanted {
    std::vector<BufferPart> parts;
    Result<Json> stored, stored_workers;
  };
  Result<std::optional<Resource>> resource(Millis deadline);
  Result<Wanted> read_wanted(const ports::BufferWrite& write, Millis deadline);
  Status remove_unwanted(const Resource& resource, const ports::BufferWrite& write, const std::vector<HeldPart>& held,
                         const std::vector<BufferPart>& parts, Millis deadline);
  Status lower(const Resource& resource, const ports::BufferWrite& write, const std::vector<HeldPart>& held,
               Millis deadline);
  Status write_template(const ports::BufferWrite& write, const BufferPart& part, const Result<Json>& stored,
                        Millis deadline);
  Status write_part(const Resource& resource, const Json& document, const std::string& owner, const HeldPart* held,
                    Millis deadline);
  Status remove_part(const std::optional<Resource>& resource, const api::ObjectKey& key, Millis deadline);

  http::Transport& transport_;
  const ports::Clock& clock_;
  Discovery& discovery_;
};

}  // namespace aia::kube
