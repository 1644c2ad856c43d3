// Builds the gauges of each pool at each scrape. The help texts document the metrics; docs/monitoring.md has the
// metrics in a table.
#include "controller/serve/pool_series.h"

#include "controller/serve/metric_family.h"

namespace aia::serve {

void PoolSeries::update(const ports::CycleReport& cycle) {
  if (!cycle.synced) return;  // no pools were observed: the last figures stay
  const std::lock_guard lock(mutex_);
  pools_ = cycle.pools;
}

std::vector<prometheus::MetricFamily> PoolSeries::Collect() const {
  Family nodes{"pool_nodes", "Nodes of the pool that are there, or asked for."};
  Family ready{"pool_ready_nodes", "Nodes that are Ready with their GPUs, and on which pods may land."};
  Family planned{"pool_planned_nodes", "Nodes that should be, whether or not we may ask for them."};
  Family min{"pool_min_nodes", "spec.minNodes."};
  Family max{"pool_max_nodes", "spec.maxNodes: no more are asked for."};
  Family gpus{"pool_gpus", "GPUs of the Ready nodes."};
  Family used{"pool_used_gpus", "GPUs of the Ready nodes that pods hold."};
  Family lead{"pool_lead_seconds", "From asking for a node to its being Ready with its GPUs (P90)."};
  Family buffered{"pool_buffered_replicas", "Replicas that buffers keep room for."};
  Family price{"pool_node_price_per_hour",
               "spec.nodes.pricePerHour; times pool_nodes it is what the pool costs an hour."};
  Family condition{"pool_condition",
                   "1 for each condition of the pool's status, as it is: its type, status and reason."};
  const std::lock_guard lock(mutex_);
  for (const auto& pool : pools_) {
    const Labels labels{{"pool", pool.name}};
    nodes.add(labels, pool.nodes);
    ready.add(labels, pool.ready);
    planned.add_if(labels, pool.planned);
    min.add_if(labels, pool.min);
    max.add_if(labels, pool.max);
    gpus.add(labels, static_cast<double>(pool.gpus));
    used.add(labels, static_cast<double>(pool.used_gpus));
    lead.add(labels, seconds(pool.lead));
    buffered.add(labels, pool.buffered);
    price.add_if(labels, pool.price_per_node_hour);
    for (const auto& one : pool.conditions)
      condition.add(with(with(with(labels, "type", to_string(one.type)), "status", to_string(one.status)), "reason",
                         to_string(one.reason)),
                    1);
  }
  std::vector<prometheus::MetricFamily> families;
  for (auto* one : {&nodes, &ready, &planned, &min, &max, &gpus, &used, &lead, &buffered, &price, &condition})
    if (!one->family.metric.empty()) families.push_back(std::move(one->family));
  return families;
}

}  // namespace aia::serve
