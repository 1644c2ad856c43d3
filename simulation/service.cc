// The fluid queue and its pods; see service.h. A step never crosses a scrape or a pod's becoming Ready, so that both
// happen when they should whatever the step is.
#include "simulation/service.h"

#include <algorithm>
#include <limits>

namespace aia::simulation {
namespace {

double seconds(Millis duration) {
  return std::chrono::duration<double>(duration).count();
}

/// The API server's timestamps have whole seconds.
WallTime stamp(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time);
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
  gateways_.assign(static_cast<std::size_t>(options_.gateways), start);
  for (auto& pod : pods_) pod.scraped = start;
  first_scrape_ = newest_scrape(start) + 1;
}

std::int64_t Service::newest_scrape(WallTime at) const {
  return std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch() / options_.scrape_interval;
}

void Service::create_pod() {
  ServicePod one;
  const int number = next_pod_++;
  one.pod.name = key_.name + "-" + std::to_string(number);
  one.pod.uid = key_.to_string() + "-" + std::to_string(number);
  one.pod.created = stamp(now_);
  const auto lead = random_.uniform(options_.lead_min, options_.lead_max);
  one.asked = now_;
  one.lead = std::chrono::duration_cast<Millis>(lead * lead_factor_);
  one.ready_at = on_nodes_ ? WallTime::max() : now_ + one.lead;
  waiting_pods_ += on_nodes_ ? 1 : 0;
  one.lot = random_.uniform();
  next_ready_ = std::min(next_ready_, one.ready_at);
  pods_.push_back(std::move(one));
}

void Service::remove_pod(std::size_t index) {
  const auto& one = pods_[index];
  if (one.pod.ready_since) --ready_;
  if (waits_for_node(one)) {
    --waiting_pods_;
    totals_.node_waits.push_back(now_ - one.asked);
  }
  pods_.erase(pods_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Service::set_replicas(int replicas) {
  replicas_ = replicas;
  const auto wanted = static_cast<std::size_t>(std::max(0, replicas));
  while (pods_.size() < wanted) create_pod();
  while (pods_.size() > wanted) {
    const auto worth = [&](const ServicePod& one) { return waits_for_node(one) ? 0 : one.pod.ready_since ? 2 : 1; };
    std::size_t victim = pods_.size() - 1;
    for (std::size_t i = victim; i-- > 0;) {
      if (worth(pods_[i]) < worth(pods_[victim])) victim = i;
    }
    remove_pod(victim);
  }
  become_ready();
}

void Service::replace_pod(std::size_t index) {
  if (index >= pods_.size()) return;
  remove_pod(index);
  create_pod();
}

void Service::flap_pod(std::size_t index, WallTime until) {
  if (index >= pods_.size() || !pods_[index].pod.ready_since) return;
  auto& pod = pods_[index];
  pod.pod.ready_since.reset();
  pod.pod.restarted = true;
  pod.ready_at = until;
  --ready_;
  next_ready_ = std::min(next_ready_, until);
}

void Service::hasten_starts() {
  for (auto& pod : pods_) {
    if (!pod.pod.ready_since && !waits_for_node(pod)) pod.ready_at = std::min(pod.ready_at, now_ + options_.lead_max);
  }
  become_ready();
}

void Service::live_on(const std::vector<std::string>& nodes) {
  on_nodes_ = true;
  for (std::size_t i = 0; i < pods_.size(); ++i) {
    pods_[i].pod.node = nodes.at(i);
    pods_[i].pod.bound_since = pods_[i].pod.created;
  }
}

void Service::bind_pod(std::size_t index, const std::string& node) {
  auto& one = pods_.at(index);
  one.pod.node = node;
  one.pod.bound_since = stamp(now_);
  one.ready_at = now_ + one.lead;
  next_ready_ = std::min(next_ready_, one.ready_at);
  --waiting_pods_;
  totals_.node_waits.push_back(now_ - one.asked);
}

std::vector<Millis> Service::node_waits() const {
  auto waits = totals_.node_waits;
  for (const auto& one : pods_) {
    if (waits_for_node(one)) waits.push_back(now_ - one.asked);
  }
  return waits;
}

void Service::become_ready() {
  next_ready_ = WallTime::max();
  for (auto& pod : pods_) {
    if (pod.pod.ready_since) continue;
    if (pod.ready_at <= now_) {
      pod.pod.ready_since = stamp(pod.ready_at);
      ++ready_;
    } else {
      next_ready_ = std::min(next_ready_, pod.ready_at);
    }
  }
}

void Service::advance_to(WallTime to) {
  while (now_ < to) {
    const WallTime next_scrape = WallTime((newest_scrape(now_) + 1) * options_.scrape_interval);
    // Steps end on a grid of their own, so that the same demand gives the same arrivals whatever the pods do.
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
  serve(arriving, ready_ * options_.per_replica_rps * dt, middle);
  totals_.worst_queue = std::max(totals_.worst_queue, queue_);
  const double pods = static_cast<double>(pods_.size());
  totals_.replica_seconds += pods * dt;
  totals_.ready_seconds += ready_ * dt;
  totals_.gpu_seconds += (pods - waiting_pods_) * options_.gpus_per_replica * dt;
  now_ = to;
}

/// First come, first served. Those who arrive while nobody waits and capacity is left start at once.
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
  if (waiting_.empty()) queue_ = 0;  // no residue of rounding
  const double at_once = std::min(arriving, capacity);
  totals_.started += at_once;
  totals_.started_in_slo += at_once;
  if (arriving > at_once) {
    waiting_.push_back({middle, arriving - at_once});
    queue_ += arriving - at_once;
  }
}

void Service::set_scrape_fault(std::optional<ScrapeFault> fault) {
  scrape_fault_ = fault;
}

/// Marks who is scraped now; the share of all that is not.
double Service::scrape_sources() {
  int all = 0, scraped = 0;
  const auto note = [&](WallTime& newest, double lot) {
    ++all;
    const bool fails = scrape_fault_ && lot < scrape_fault_->share;
    if (!fails) newest = now_;
    if (fails && scrape_fault_->marked) newest = WallTime::min();
    scraped += fails ? 0 : 1;
  };
  for (std::size_t i = 0; i < gateways_.size(); ++i) {
    note(gateways_[i], (static_cast<double>(i) + 0.5) / static_cast<double>(gateways_.size()));
  }
  if (gateways_.empty()) {
    for (auto& pod : pods_) {
      if (pod.pod.ready_since) note(pod.scraped, pod.lot);
    }
  }
  return scraped == 0 ? 1 : static_cast<double>(all - scraped) / all;
}

void Service::scrape() {
  const double missing = scrape_sources();
  const double present = missing >= 1 ? std::numeric_limits<double>::quiet_NaN() : 1 - missing;
  scrapes_.push_back({present * arrived_since_scrape_ / seconds(options_.scrape_interval), present * queue_, missing});
  arrived_since_scrape_ = 0;
}

std::vector<Source> Service::sources(WallTime at, Millis lookback) const {
  std::vector<Source> sources;
  const auto add = [&](std::string pod, std::string instance, WallTime newest) {
    if (newest > at - lookback) sources.push_back({std::move(pod), std::move(instance), newest});
  };
  for (std::size_t i = 0; i < gateways_.size(); ++i) add("", "gateway-" + std::to_string(i), gateways_[i]);
  if (gateways_.empty()) {
    for (const auto& one : pods_) add(one.pod.name, "", one.scraped);
  }
  return sources;
}

double Service::scraped_rps(std::int64_t index) const {
  if (index > first_scrape_) return scrapes_.at(static_cast<std::size_t>(index - first_scrape_)).rps;
  // Before the start, and for the interval in which it lies.
  const WallTime middle(index * options_.scrape_interval - options_.scrape_interval / 2);
  const double rps = (options_.history_rps ? options_.history_rps : options_.demand_rps)(middle);
  return rps < 0 ? 0.0 : rps;
}

double Service::scraped_queue(std::int64_t index) const {
  return index >= first_scrape_ ? scrapes_.at(static_cast<std::size_t>(index - first_scrape_)).queue : 0;
}

double Service::scraped_missing(std::int64_t index) const {
  return index >= first_scrape_ ? scrapes_.at(static_cast<std::size_t>(index - first_scrape_)).missing : 0;
}

}  // namespace aia::simulation
