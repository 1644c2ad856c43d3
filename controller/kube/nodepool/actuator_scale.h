// sizing.mode Scale: the number of nodes is written to the scale subresource of the object in scaleRef. A
// provider derives from ScaleActuator and says which kind it is, why a size must not be written, and what its objects
// show. The object is read before its scale, because GET on the scale of a dynamic Karpenter NodePool answers 500.
#pragma once

#include "controller/kube/client/scale.h"
#include "controller/kube/nodepool/actuator.h"

namespace aia::kube {

class ScaleActuator : public Actuator {
 public:
  void prepare(const std::vector<PoolReading*>& readings, Millis deadline) override;
  [[nodiscard]] std::optional<http::Request> question(const PoolReading& reading, int round) const override;
  bool take(PoolReading& reading, int round, Result<http::Response> answer) override;

  /// Writes the size in one patch.
  Status write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& write, const std::set<std::string>& busy,
                    Millis deadline) override;

 protected:
  explicit ScaleActuator(const ActuatorPorts& ports) : transport_(ports.transport), discovery_(ports.discovery) {}

  /// Why we must not write the size, naming the owner and the remedy. nullopt: we may write.
  [[nodiscard]] virtual std::optional<api::Reason> refusal_of(const api::ScaleRef& ref, const Json& object) const = 0;

  /// The rollout of the object, with counts; empty if no rollout is under way. Meanwhile the size is not lowered.
  [[nodiscard]] virtual std::string rolling_of(const api::ScaleRef& /*ref*/, const Json& /*object*/) const {
    return {};
  }

  /// Whether the object has a size, so that its scale can be read.
  [[nodiscard]] virtual bool has_size(const Json& /*object*/) const { return true; }

  /// The path of the object's scale. Errors: as Discovery::scale_resources.
  Result<std::string> scale_path(const api::ScaleRef& ref, Millis deadline);
  Status write_scale(const api::ScaleRef& ref, const std::string& path, const ports::SizeWrite& write, Millis deadline);

  http::Transport& transport_;
  Discovery& discovery_;
};

/// True if the spec has a scaleRef of this group, in any version, and kind.
bool is_scaled_by(const api::AcceleratorPoolSpec& spec, std::string_view group, std::string_view kind);

/// PoolDeleting if the object is being deleted, whatever its kind.
std::optional<api::Reason> deletion_of(const api::ScaleRef& ref, const Json& object);

/// The Scale in an answer to GET. Errors: of the server; Unavailable when the answer is no Scale.
Result<Scale> scale_in(Result<http::Response> answer);

}  // namespace aia::kube
