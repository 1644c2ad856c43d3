// The queue is a list of parcels: the arrivals of a step with their arrival time. A step never crosses a scrape or the
// moment at which a pod becomes Ready, so that both happen on time whatever the length of a step.
#include "simulation/service.h"

#include <algorithm>

#include "simulation/virtual_clock.h"

namespace aia::simulation {
namespace {

double seconds(Millis duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Service::Service(api::ObjectKey key, ServiceOptions options, int replicas, WallTime start, Random random)
    : key_(std::move(key)), options_(std::move(options)), random_(random), now_(start), replicas_(replicas) {
  for (int i = 0; i < replicas; ++i) {
    create_pod();
    auto& pod = pods_.back();
    pod.pod.created = stamp(start) - std::chrono::hours(24);
    pod.ready_at = pod.pod.created + options_.lead_max;
  }
  become_ready();
  while (next_gateway_ < options_.gateways) gateways_.push_back({next_gateway_++, start});
  for (auto& pod : pods_) pod.scraped = start;
  first_scrape_ = newest_scrape(start) + 1;
}

void Service::advance_to(WallTime to) {
  while (now_ < to) {
    const WallTime next_scrape = WallTime((newest_scrape(now_) + 1) * options_.scrape_interval);
    // Steps end on a grid of their own, so that the same demand gives nearly the same arrivals whatever the pods do.
    const WallTime next_step = now_ - now_.time_since_epoch() % options_.step + options_.step;
    step_to(std::min({to, next_step, next_ready_, next_scrape}));
    if (next_ready_ <= now_) become_ready();
    if (now_ == next_scrape) scrape();
  }
}

void Service::step_to(WallTime to) {
  const Millis took = to - now_;
  const double dt = seconds(took);
  const WallTime middle = now_ + took / 2;
  const double arriving = std::max(0.0, options_.demand_rps(middle)) * dt;
  totals_.arrived += arriving;
  arrived_since_scrape_ += arriving;
  const double started_before = totals_.started;
  serve(arriving, ready_ * options_.per_replica_rps * dt, middle);
  started_since_scrape_ += totals_.started - started_before;
  totals_.worst_queue = std::max(totals_.worst_queue, queue_);
  const double pods = static_cast<double>(pods_.size());
  totals_.replica_seconds += pods * dt;
  totals_.ready_seconds += ready_ * dt;
  totals_.gpu_seconds += (pods - waiting_pods_) * options_.gpus_per_replica * dt;
  now_ = to;
}

/// First come, first served. Requests that arrive while no request waits and capacity is left start at once.
void Service::serve(double arriving, double capacity, WallTime middle) {
  if (!waiting_.empty()) totals_.longest_wait = std::max(totals_.longest_wait, middle - waiting_.front().arrived);
  while (capacity > 0 && !waiting_.empty()) {
    auto& first = waiting_.front();
    const double served = std::min(first.amount, capacity);
    capacity -= served;
    first.amount -= served;
    queue_ -= served;
    totals_.started += served;
    if (middle - first.arrived <= options_.slo_wait) totals_.started_in_slo += served;
    if (first.amount <= 0) waiting_.pop_front();
  }
  if (waiting_.empty()) queue_ = 0;  // drops rounding errors
  const double at_once = std::min(arriving, capacity);
  totals_.started += at_once;
  totals_.started_in_slo += at_once;
  if (arriving > at_once) {
    waiting_.push_back({middle, arriving - at_once});
    queue_ += arriving - at_once;
  }
}

}  // namespace aia::simulation
