// The loop's durations and bounds. All are ordinary settings: a demo or a test compresses a day into minutes by scaling
// them together, and needs no test mode.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace aia::loop {

struct Settings {
  Millis cycle{std::chrono::seconds(15)};
  Millis grid_step{std::chrono::seconds(60)};         ///< demand is sampled at multiples of the step since the epoch
  Millis freshness{std::chrono::seconds(180)};        ///< data with an older newest sample is stale: raise, never lower
  Millis watch_freshness{std::chrono::seconds(180)};  ///< a watch silent for longer is stale: raise, never lower
  Millis source_memory{std::chrono::minutes(10)};     ///< a source silent for less makes a value partial
  Millis default_lead_time{std::chrono::minutes(10)};
  Millis default_node_lead_time{std::chrono::minutes(5)};  ///< used for nodes until measured
  Millis node_shrink_window{std::chrono::minutes(10)};     ///< fewer nodes must suffice this long before a node goes
  Millis hold_expiry{std::chrono::hours(1)};  ///< without renewal for this long, anybody may undo our writes to pools
  int min_lead_samples = 3;                   ///< with fewer measured starts, observed starts or the default stand in
  Millis scale_down_stabilization{std::chrono::seconds(300)};
  Millis drain{std::chrono::seconds(60)};          ///< a backlog is to be gone this long after capacity for it is ready
  Millis revert_window{std::chrono::minutes(10)};  ///< two reverts within it are a conflict: stand back for as long
  int history_page_points = 10'080;                ///< most grid points of one query
  /// Most grid points queried in one cycle, over all objects. Each point costs a forecaster some 30 µs.
  int history_budget_points = 100'000;
  int max_objects = 2'000;   ///< most AIAutoscalers that are served: namespaces share them
  int max_queries = 10'000;  ///< most queries of one cycle, over all objects: namespaces share them
  int threads = 1;           ///< threads feeding forecasters; results do not depend on them

  /// Targets and queries without an answer by then are stale, for their own objects only.
  [[nodiscard]] Millis observation_deadline() const { return cycle / 2; }

  /// A grid point is queried once it is this old: by then its samples are scraped and stored.
  [[nodiscard]] Millis settle() const { return std::min<Millis>(grid_step / 2, std::chrono::seconds(15)); }

  /// A forecast whose newest point is older than this no longer counts.
  [[nodiscard]] Millis forecast_expiry() const { return freshness + grid_step; }
};

}  // namespace aia::loop
