// What the planner remembers of a workload from one decision to the next: since when each long hold stands, and what it
// began with. A value that goes in with the input and comes out with the decision, so that the planner stays pure. A
// restart loses it, but for collapses, which the status holds; replicas are then held longer, and a jump waits for a
// second sample. Rules 4-6.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "controller/api/codes.h"

namespace aia::plan {

struct Memory {
  /// Most recent starts do not come up: since when, and when the next try to start more is due.
  struct StuckStarts {
    WallTime since{}, next_try{};
    int tries = 0;
  };
  /// Pods that were Ready are not: since when, how many replicas were wanted before, and how many pods.
  struct LostPods {
    WallTime since{};
    int wanted = 0;
    int count = 0;
  };
  /// Pods fail, and others are started in their place: replicas when that began, and when one last failed.
  struct Replaced {
    int from = 0;
    WallTime last{};
  };
  /// Demand fell far below its forecast: since when, and with how many replicas.
  struct Collapse {
    WallTime since{};
    int from = 0;
  };
  /// Demand jumped beyond what a second sample confirms: replicas before, and when it last did.
  struct Jump {
    int from = 0;
    WallTime last{};
  };
  /// What holds a scale-in now, by its reason's code, and since when.
  struct Hold {
    api::Code code = api::Code::Unknown;
    WallTime since{};
  };

  std::optional<StuckStarts> stuck{};
  std::optional<LostPods> lost{};
  std::optional<WallTime> not_serving_since{};  ///< pods that should serve do not
  std::optional<Replaced> replaced{};
  std::map<std::string, Collapse> collapses{};  ///< by the demand's name
  std::optional<Jump> jump{};
  std::optional<Hold> hold{};

  /// The wall clock was set by so much: every moment stays as far from now as it was.
  void shift(Millis by);
};

/// A scale-in that does not happen: why, and what it costs.
struct Held {
  api::Code code = api::Code::Unknown;  ///< of the reason that holds it
  std::string message;                  ///< since when, what it costs an hour, why, and how a person ends it
  WallTime since{};
  int replicas = 0;  ///< kept that nobody needs
};

}  // namespace aia::plan
