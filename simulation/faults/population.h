// Who lives in the virtual cluster, drawn from the seed: services with a daily rhythm and bursts, each with an
// AIAutoscaler of another make, so that every kind of evidence and of history occurs; in some seeds a target that
// starts its pods one after another, one whose scale has no selector, and a node pool.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "simulation/node_pool.h"
#include "simulation/service.h"

namespace aia::simulation {

struct Inhabitant {
  api::ObjectKey key;  ///< of the target and of its AIAutoscaler
  ServiceOptions service;
  int replicas = 1;
  api::AutoscalerSpec spec;
  bool has_selector = true;
  std::optional<WallTime> steep{};  ///< ordered starts: when its daily demand has risen many times, in a few minutes
};

struct Population {
  std::vector<Inhabitant> inhabitants;
  std::optional<api::AcceleratorPool> pool;  ///< of those that name it
  NodeOptions nodes;
};

/// What some seeds have, for those that are to have it; unset: as drawn.
struct PopulationOptions {
  std::optional<bool> ordered{}, unseen{}, pool{};
};

Population draw_population(std::uint64_t seed, WallTime start, Millis length, const PopulationOptions& options);

}  // namespace aia::simulation
