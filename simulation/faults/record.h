// The record of a run, from which the checkers judge: the audit log, the plan of faults, and the true state of the
// world at chosen moments. The record holds no opinion of the loop except its reports per cycle. Of these, checkers
// judge errors and missing decisions only.
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
    FaultEnds,  ///< just before `fault` ends: conditions must name the fault
    Recovered,  ///< every fault has been over for soon_after()
    Settled     ///< every fault has been over long enough for replicas to come down, too
  };
  struct Object {
    api::AutoscalerSpec spec;
    api::AutoscalerStatus status;
    int replicas = 0, ready = 0;
    double least_rps = 0, largest_rps = 0;  ///< true demand: the least of the last three cycles; the largest in sight
    double queued = 0;                      ///< the longest queue of the last half hour
    double missing = 0;                     ///< share of the sources that the newest scrape missed
    bool young = false;                     ///< a pod became Ready too recently to show in every query
  };
  struct Forecast {
    api::ObjectKey key;
    bool owned = false;  ///< its AIAutoscaler exists and has this demand entry
  };
  WallTime at{};
  Why why = Why::Recovered;
  std::size_t fault = 0;
  std::map<api::ObjectKey, Object> objects;  ///< all AIAutoscalers
  std::vector<Forecast> forecasts;
};

/// The true state of a service, twice a minute.
struct Moment {
  WallTime at{};
  int replicas = 0, ready = 0, lost = 0;
  int waiting = 0;      ///< pods that wait for a node
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
  std::vector<Fluke> flukes;                 ///< in the order of time, controller after controller
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
