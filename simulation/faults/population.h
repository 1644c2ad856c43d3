// Who lives in the virtual cluster, drawn from the seed: services with a daily rhythm and bursts, each with an
// AIAutoscaler of another make, so that every kind of evidence and of history occurs.
#pragma once

#include <cstdint>
#include <vector>

#include "simulation/service.h"

namespace aia::simulation {

struct Inhabitant {
  api::ObjectKey key;  ///< of the target and of its AIAutoscaler
  ServiceOptions service;
  int replicas = 1;
  api::AutoscalerSpec spec;
};

std::vector<Inhabitant> draw_population(std::uint64_t seed, WallTime start, Millis length);

}  // namespace aia::simulation
