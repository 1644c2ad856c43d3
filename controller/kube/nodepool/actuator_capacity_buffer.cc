// sizing.mode CapacityBuffer: a node autoscaler keeps room free for the buffers that we write, and sizes the pool
// itself. So the pool has no size to read, only the question whether the cluster has the API. Source: see
// buffer_document.h.
#include "controller/kube/nodepool/actuators.h"

namespace aia::kube {
namespace {

class CapacityBuffer final : public Actuator {
 public:
  explicit CapacityBuffer(const ActuatorPorts& ports) : client_(ports.transport, ports.clock, ports.discovery) {}

  [[nodiscard]] bool sizes(const api::AcceleratorPoolSpec& spec) const override {
    return spec.sizing == api::Sizing::CapacityBuffer;
  }

  /// Asks once for all pools whether the cluster serves the API.
  void prepare(const std::vector<PoolReading*>& readings, Millis deadline) override {
    const Result<std::optional<api::Reason>> refusal = client_.refusal(deadline);
    for (PoolReading* reading : readings) {
      if (refusal)
        reading->supply.refusal = *refusal;
      else
        reading->trouble(refusal.error());
    }
  }

  BufferClient* buffers() override { return &client_; }

 private:
  BufferClient client_;
};

}  // namespace

std::unique_ptr<Actuator> capacity_buffer(const ActuatorPorts& ports) {
  return std::make_unique<CapacityBuffer>(ports);
}

}  // namespace aia::kube
