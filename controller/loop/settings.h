// The loop's durations. All of them are ordinary settings, so that a demo or a test compresses a day into minutes by
// scaling them together; there is no test mode.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace aia::loop {

struct Settings {
  Millis cycle{std::chrono::seconds(15)};
  Millis grid_step{std::chrono::seconds(60)};         ///< demand is sampled at multiples of it since the epoch
  Millis freshness{std::chrono::seconds(180)};        ///< a newest sample older than this is stale: raise, never lower
  Millis watch_freshness{std::chrono::seconds(180)};  ///< objects last heard of longer ago: raise, never lower
  Millis source_memory{std::chrono::minutes(10)};     ///< a source silent for less makes a value partial
  Millis default_lead_time{std::chrono::minutes(10)};
  Millis default_node_lead_time{std::chrono::minutes(5)};  ///< of a node, until measured
  Millis node_shrink_window{std::chrono::minutes(10)};     ///< fewer nodes must do for so long before one is given back
  Millis hold_expiry{std::chrono::hours(1)};  ///< what we leave at nodes may be undone by anybody this long after our
                                              ///< last word
  int min_lead_samples = 3;                   ///< until so many starts were measured, the default serves
  Millis scale_down_stabilization{std::chrono::seconds(300)};
  Millis drain{std::chrono::seconds(60)};          ///< a backlog is gone so long after capacity for it is ready
  Millis revert_window{std::chrono::minutes(10)};  ///< two reverts within it are a conflict, for as long
  int history_page_points = 10'080;                ///< most grid points asked of one series at once
  int history_budget_points = 100'000;  ///< most grid points asked in one cycle, over all objects: each costs
                                        ///< a forecaster some 30 µs
  int max_objects = 2'000;              ///< AIAutoscalers that are looked after: namespaces share them
  int max_queries = 10'000;             ///< most queries of one cycle, over all objects: namespaces share them
  int threads = 1;                      ///< that forecasters are fed on; results are the same

  /// What has not answered by then is stale for its own objects only.
  [[nodiscard]] Millis observation_deadline() const { return cycle / 2; }

  /// A grid point is asked for once it is this old: its samples are scraped and stored by then.
  [[nodiscard]] Millis settle() const { return std::min<Millis>(grid_step / 2, std::chrono::seconds(15)); }

  /// A forecast whose newest point is older than this no longer counts.
  [[nodiscard]] Millis forecast_expiry() const { return freshness + grid_step; }
};

}  // namespace aia::loop
