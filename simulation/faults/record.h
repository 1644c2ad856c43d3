// What a run leaves to be judged: the audit log, the plan of faults, what the world was at chosen moments. Nothing in
// it is the loop's own opinion, but for what it reported per cycle, which is judged for being there at all.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulation/faults/controller.h"
#include "simulation/faults/population.h"

namespace aia::simulation {

/// The stored objects and the truth at a moment.
struct Probe {
  enum class Why {
    FaultEnds,  ///< just before `fault` ends: conditions must name it
    Recovered,  ///< every fault is over since two cycles and a lease
    Settled     ///< … for long enough that replicas must have come down, too
  };
  struct Object {
    api::AutoscalerSpec spec;
    api::AutoscalerStatus status;
    int replicas = 0, ready = 0;
    double least_rps = 0, largest_rps = 0;  ///< true demand over the last few minutes, and over those to come as well
    double queued = 0;                      ///< the longest queue of the last half hour
    double missing = 0;                     ///< share of the sources that the newest scrape missed
    bool young = false;                     ///< a pod is Ready that was not scraped before
  };
  struct Forecast {
    api::ObjectKey key;
    bool owned = false;  ///< its AIAutoscaler exists and has such a demand entry
  };
  WallTime at{};
  Why why = Why::Recovered;
  std::size_t fault = 0;
  std::map<api::ObjectKey, Object> objects;  ///< those that decode
  std::vector<Forecast> forecasts;
};

/// A service as it truly was, twice a minute.
struct Moment {
  WallTime at{};
  int replicas = 0, ready = 0, lost = 0;
  int waiting = 0;      ///< pods without a node that need one
  bool queued = false;  ///< requests wait
  bool said = false;    ///< a condition of its AIAutoscaler tells of trouble
};

struct Record {
  WallTime start{}, end{};
  FaultPlan plan;
  std::vector<Inhabitant> inhabitants;
  std::optional<api::AcceleratorPool> pool;
  ControllerOptions options;
  std::vector<Write> writes;
  std::vector<SpecChange> specs;
  std::vector<CycleRecord> cycles;
  std::vector<Probe> probes;
  std::vector<Fluke> flukes;                 ///< in the order of time for each controller
  std::vector<std::vector<Moment>> moments;  ///< by inhabitant

  [[nodiscard]] int index_of(const api::ObjectKey& key) const;  ///< -1: none
  [[nodiscard]] const Inhabitant& inhabitant(int index) const {
    return inhabitants.at(static_cast<std::size_t>(index));
  }
  /// A fault of any kind that `matters` overlaps [from, to].
  template <class Matters>
  [[nodiscard]] bool disturbed(WallTime from, WallTime to, Matters matters) const {
    for (const auto& fault : plan.faults) {
      if (fault.from <= to && fault.to >= from && matters(fault)) return true;
    }
    return false;
  }
};

}  // namespace aia::simulation
