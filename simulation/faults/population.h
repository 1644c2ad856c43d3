// The inhabitants of the virtual cluster, drawn from the seed: services with a daily rhythm and bursts. Each has an
// AIAutoscaler of another make, so that every kind of evidence and of history occurs. Some seeds also have a target
// that starts its pods one after another, a target whose scale has no selector, or a node pool.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "simulation/node_pool.h"
#include "simulation/service.h"

namespace aia::simulation {

struct Inhabitant {
  api::ObjectKey key;  ///< of the target and of its AIAutoscaler alike
  ServiceOptions service;
  int replicas = 1;
  api::AutoscalerSpec spec;
  bool has_selector = true;
  std::optional<WallTime> steep{};  ///< with ordered starts: when its daily steep rise (5 times in 5 minutes) ends
};

struct Population {
  std::vector<Inhabitant> inhabitants;
  std::optional<api::AcceleratorPool> pool;  ///< for the inhabitants that name this pool
  NodeOptions nodes;
};

/// Forces or forbids a feature that only some seeds have; unset: as drawn.
struct PopulationOptions {
  std::optional<bool> ordered{}, unseen{}, pool{};
};

Population draw_population(std::uint64_t seed, WallTime start, Millis length, const PopulationOptions& options);

}  // namespace aia::simulation
