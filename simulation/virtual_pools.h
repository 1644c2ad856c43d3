// A controller's ports::Pools over the world: the AcceleratorPool, its nodes and node requests, size and buffers.
// Requests take no time. The caller says which requests fail, and no write is done without the lease.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "simulation/world.h"

namespace aia::simulation {

class VirtualPools : public ports::Pools {
 public:
  VirtualPools(World& world, std::string identity) : world_(world), identity_(std::move(identity)) {}

  /// Whether this controller may write now; unset: always (there is no election).
  std::function<bool()> leads;
  /// The error of a request with this verb ("read", "size", "buffer", "status"); unset: no request fails.
  std::function<std::optional<Error>(const std::string& verb)> fails;

  std::vector<ports::PoolView> pools() override;
  std::vector<ports::PoolSupply> supplies(const std::vector<api::AcceleratorPool>& pools, Millis deadline) override;
  Result<std::vector<ports::Buffer>> buffers(Millis deadline) override;
  Status write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& size) override;
  Status write_buffer(const ports::BufferWrite& write) override;
  Status delete_buffer(const ports::Buffer& buffer) override;
  Status hold(const api::AcceleratorPool& pool, bool held) override;
  Status write_status(const api::AcceleratorPool& pool) override;
  Status write_event(const api::AcceleratorPool& about, const ports::Event& event) override;

 private:
  [[nodiscard]] Writer self() const { return {identity_, world_.now()}; }
  [[nodiscard]] std::optional<Error> failure(const char* verb) const { return fails ? fails(verb) : std::nullopt; }
  template <class Apply>
  Status write(const char* verb, Apply apply);

  World& world_;
  std::string identity_;
};

}  // namespace aia::simulation
