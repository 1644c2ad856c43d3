// Scrapes: the figures of a service as Prometheus stores them. Each scrape keeps sums over the sources and the share of
// missing sources, not a series per source, so that a day of scrapes stays small.
#include <algorithm>

#include "simulation/service.h"

namespace aia::simulation {
namespace {

constexpr Millis kRemembered = std::chrono::minutes(15);  // longer than any query looks back

double seconds(Millis duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::int64_t Service::newest_scrape(WallTime at) const {
  return std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch() / options_.scrape_interval;
}

void Service::set_scrape_fault(std::optional<ScrapeFault> fault) {
  scrape_fault_ = fault;
}

void Service::replace_gateway(std::size_t index, bool marked) {
  if (index >= gateways_.size()) return;
  std::erase_if(gone_gateways_, [&](const auto& one) { return one.newest < now_ - kRemembered; });
  if (!marked) gone_gateways_.push_back(gateways_[index]);
  gateways_[index] = {next_gateway_++, WallTime::min()};
}

/// Notes the newest sample of each source that is scraped now. Returns the share of the sources that are not.
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
    note(gateways_[i].newest, (static_cast<double>(i) + 0.5) / static_cast<double>(gateways_.size()));
  }
  if (gateways_.empty()) {
    for (auto& pod : pods_) {
      if (pod.pod.ready_since) note(pod.scraped, pod.lot);
    }
  }
  return scraped == 0 ? 1 : static_cast<double>(all - scraped) / all;
}

void Service::scrape() {
  const double interval = seconds(options_.scrape_interval);
  const double missing = scrape_sources();
  const double present = missing >= 1 ? kNoSample : 1 - missing;
  const double taken = started_since_scrape_ / interval;
  const double used = ready_ > 0 ? std::min(1.0, taken / (ready_ * options_.per_replica_rps)) : kNoSample;
  scrapes_.push_back({present * bad_factor_ * arrived_since_scrape_ / interval, present * queue_, missing,
                      present * bad_factor_ * taken, missing >= 1 ? kNoSample : bad_factor_ * used});
  arrived_since_scrape_ = started_since_scrape_ = 0;
}

std::vector<Source> Service::sources(WallTime at, Millis lookback) const {
  std::vector<Source> sources;
  const WallTime latest(newest_scrape(at) * options_.scrape_interval);
  const auto add = [&](std::string pod, std::string instance, WallTime newest) {
    newest = std::min(newest, latest);  // ignores samples after `at`
    if (newest > at - lookback) sources.push_back({std::move(pod), std::move(instance), newest});
  };
  for (const auto* some : {&gateways_, &gone_gateways_}) {
    for (const auto& one : *some) add("", "gateway-" + std::to_string(one.number), one.newest);
  }
  if (gateways_.empty()) {
    for (const auto& one : pods_) add(one.pod.name, "", one.scraped);
  }
  return sources;
}

/// nullptr: before the start. An index beyond the newest scrape has no sample: the caller's clock is ahead.
const Service::Scrape* Service::scraped(std::int64_t index) const {
  static constexpr Scrape kNothing{kNoSample, kNoSample, 0, kNoSample, kNoSample};
  if (index < first_scrape_) return nullptr;
  const auto at = static_cast<std::size_t>(index - first_scrape_);
  return at < scrapes_.size() ? &scrapes_[at] : &kNothing;
}

double Service::scraped_rps(std::int64_t index) const {
  // The interval that contains the start also shows demand itself.
  if (const auto* one = scraped(index); one != nullptr && index > first_scrape_) return one->rps;
  const WallTime middle(index * options_.scrape_interval - options_.scrape_interval / 2);
  const double rps = (options_.history_rps ? options_.history_rps : options_.demand_rps)(middle);
  return rps < 0 ? 0.0 : rps;
}

double Service::scraped_queue(std::int64_t index) const {
  const auto* one = scraped(index);
  return one == nullptr ? 0 : one->queue;
}

double Service::scraped_missing(std::int64_t index) const {
  const auto* one = scraped(index);
  return one == nullptr ? 0 : one->missing;
}

double Service::scraped_busy(std::int64_t index) const {
  const auto* one = scraped(index);
  return one == nullptr || index == first_scrape_ ? scraped_rps(index) : one->busy;
}

double Service::scraped_utilization(std::int64_t index) const {
  const auto* one = scraped(index);
  if (one != nullptr && index > first_scrape_) return one->utilization;
  return std::min(1.0, scraped_rps(index) / (std::max(1, replicas_) * options_.per_replica_rps));
}

}  // namespace aia::simulation
