// ports::Pools of one controller over the world: its one AcceleratorPool, the nodes and what asked for them, sizes and
// buffers. Good weather: requests take no time and are not lost; all it may not do is write without the lease.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "simulation/world.h"

namespace aia::simulation {

class VirtualPools : public ports::Pools {
 public:
  VirtualPools(World& world, std::string identity) : world_(world), identity_(std::move(identity)) {}

  /// Whether this controller may write now; unset: it always may (there is no election).
  std::function<bool()> leads;

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
  template <class Apply>
  Status write(Apply apply);

  World& world_;
  std::string identity_;
};

}  // namespace aia::simulation
