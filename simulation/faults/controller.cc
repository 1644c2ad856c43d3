// A cycle is a fiber: while its requests take time, the world, the other controller and the lease of this controller go
// on. Steps of a process that died (`life_` changed) are dropped when they come due.
#include "simulation/faults/controller.h"

#include <algorithm>
#include <utility>

#include "controller/loop/cycle/unseen.h"

namespace aia::simulation {
namespace {

using namespace std::chrono_literals;

}  // namespace

Controller::Controller(World& world, const FaultPlan& plan, int index, std::vector<api::ObjectKey> services,
                       const ControllerOptions& options, std::uint64_t seed)
    : world_(world),
      plan_(plan),
      index_(index),
      services_(services),
      options_(options),
      clock_(world.clock()),
      network_(plan, index, Random(seed).split(10 + index)),
      lease_network_(plan, index, Random(seed).split(20 + index)),
      prometheus_(world, options.metrics),
      metrics_(world, prometheus_, plan, index, std::move(services), Random(seed).split(30 + index)),
      pool_random_(Random(seed).split(40 + index)) {
  metrics_.after_wait = [this] { sleep_if_stopped(); };
}

void Controller::build() {
  loop_.reset();  // the old loop refers to the ports that are replaced now
  identity_ = std::string(1, static_cast<char>('a' + index_)) + "-" + std::to_string(life_);
  cluster_ = std::make_unique<VirtualCluster>(world_, identity_);
  elector_.emplace(identity_, options_.lease);
  cluster_->set_synced(false);
  cluster_->lease_left = [this] { return elector_->time_left(world_.clock().steady()); };
  cluster_->network = [this](const std::string& verb, Millis deadline) { return on_the_way(verb, deadline); };
  cluster_->doubt = [this](const api::ObjectKey& target) { return doubt(target); };
  if (options_.planted.configure) options_.planted.configure(*cluster_);
  if (options_.planted.cluster) planted_cluster_ = options_.planted.cluster(*cluster_, world_);
  if (options_.planted.metrics) planted_metrics_ = options_.planted.metrics(metrics_);
  if (options_.planted.clock) planted_clock_ = options_.planted.clock(clock_);
  build_pools();
  loop::OptionalPorts optional_ports;
  optional_ports.pools = planted_pools_ ? planted_pools_.get() : pools_.get();
  loop_.emplace(planted_clock_ ? *planted_clock_ : clock_, planted_metrics_ ? *planted_metrics_ : metrics_,
                planted_cluster_ ? *planted_cluster_ : *cluster_, *this, options_.loop, optional_ports);
}

void Controller::build_pools() {
  if (world_.pool() == nullptr) return;
  pools_ = std::make_unique<VirtualPools>(world_, identity_);
  pools_->leads = [this] { return alive_ && cluster_->leading(); };
  pools_->fails = [this](const std::string& verb) { return pool_failure(verb); };
  if (options_.planted.pools) planted_pools_ = options_.planted.pools(*pools_);
}

std::optional<Error> Controller::pool_failure(const std::string& verb) {
  const auto now = world_.now();
  const auto lasts = [&](FaultKind kind) { return plan_.of_controller(kind, index_, now) != nullptr; };
  if (network_.cut(now)) return Error{ErrorKind::Unavailable, "the API server: connection refused", {}};
  if (lasts(FaultKind::PoolAway)) return Error{ErrorKind::Unavailable, "the provider's API: 503", {}};
  const bool writes = verb == "size" || verb == "buffer";
  if (writes && lasts(FaultKind::PoolRefused)) return Error{ErrorKind::Forbidden, "patch of the scale: forbidden", {}};
  if (writes && lasts(FaultKind::PoolConflicts) && pool_random_.chance(0.8))
    return Error{ErrorKind::Conflict, "the object has been modified", {}};
  return std::nullopt;
}

void Controller::start() {
  if (alive_) return;
  if (in_cycle_) return later(1s, &Controller::start);  // the dead process's cycle has not returned yet
  alive_ = true;
  ++life_;
  started_ = world_.now();
  metrics_.forget();
  build();
  update_watches();
  later(2s, &Controller::sync);
  later(100ms, &Controller::lease_step);
  later(3s, &Controller::cycle);
}

void Controller::crash() {
  alive_ = false;
  paused_until_ = pause_in_write_until_ = {};
  ++life_;  // drops all scheduled steps
}

void Controller::later(Millis after, void (Controller::*what)()) {
  world_.at(world_.now() + after, [this, what, life = life_] {
    if (life != life_) return;
    if (stopped()) return later(paused_until_ - world_.now(), what);
    (this->*what)();
  });
}

void Controller::update_watches() {
  if (!alive_) return;
  const auto now = world_.now();
  const bool cut = network_.cut(now) || plan_.of_controller(FaultKind::WatchesCut, index_, now) != nullptr;
  if (cut)
    cluster_->freeze();
  else
    cluster_->thaw();
}

void Controller::sync() {
  if (network_.cut(world_.now())) return later(5s, &Controller::sync);
  cluster_->set_synced(true);
}

void Controller::sleep_if_stopped() {
  if (alive_ && stopped()) world_.advance_to(paused_until_);
}

Fate Controller::on_the_way(const std::string& verb, Millis deadline) {
  if (!alive_) return {0ms, Error{ErrorKind::Unavailable, "the process is dead", {}}, std::nullopt};
  if (verb != "get" && world_.now() < pause_in_write_until_) {
    paused_until_ = std::exchange(pause_in_write_until_, WallTime{});
    sleep_if_stopped();
  }
  Fate fate = network_.fate(verb, deadline, world_.now());
  if (fate.takes > 0ms && paused_until_ > world_.now() + fate.takes) fate.takes = paused_until_ - world_.now();
  return fate;
}

std::string Controller::doubt(const api::ObjectKey& target) const {
  const auto& truth = metrics_.truth(target);
  if (truth.observed < cycle_begun_) return "not looked at in this cycle";
  if (!truth.wrong.empty()) return truth.wrong;
  if (plan_.of_controller(FaultKind::ClockJump, index_, truth.observed) != nullptr)
    return "";  // the controller asks for another time
  const auto service = static_cast<int>(std::find(services_.begin(), services_.end(), target) - services_.begin());
  const auto at = truth.observed;
  if (const auto* stop = plan_.of_service(FaultKind::ScrapeStops, service, at);
      stop != nullptr && at - stop->from > options_.loop.freshness + 15s)
    return "stale: scraping stopped at " + format_rfc3339(stop->from);
  if (!world_.target(target).rollout.empty() && plan_.of_service(FaultKind::Rollout, service, cycle_begun_) != nullptr)
    return "rollout";
  const auto* partial = plan_.of_service(FaultKind::ScrapePartial, service, at);
  // A new process does not miss sources that were silent before it began (docs/limitations.md).
  if (partial != nullptr && partial->from > started_ + 2 * options_.loop.cycle &&
      at - partial->from > options_.loop.freshness + 15s &&
      world_.service(target)->scraped_missing(world_.service(target)->newest_scrape(at)) > 0)
    return "partial: scraping fails in part since " + format_rfc3339(partial->from);
  std::size_t points = 0;
  for (const auto& [query, answered] : truth.history_points) points = std::max(points, answered);
  const auto due = options_.history_points.find(target);
  return due == options_.history_points.end() || points >= due->second ? "" : "history is not in";
}

void Controller::cycle() {
  in_cycle_ = true;
  world_.begin([this] { run_cycle(); });
}

void Controller::run_cycle() {
  const int life = life_;
  cycle_begun_ = world_.now();
  loop_->run_once();
  in_cycle_ = false;
  if (life != life_) return;
  sleep_if_stopped();
  const Millis pace = loop_->catching_up() ? Millis(1s) : options_.loop.cycle;
  later(std::max<Millis>(1s, pace - (world_.now() - cycle_begun_)), &Controller::cycle);
}

void Controller::report(const ports::CycleReport& cycle) {
  if (!alive_) return;
  CycleRecord record{index_, cycle_begun_, world_.now(), cycle.synced, cluster_->leading(), {}};
  for (const auto& object : cycle.objects) {
    const std::string error = object.errors.empty() ? "" : object.errors.front().message;
    record.objects.push_back({object.key, object.desired, error});
  }
  cycles_.push_back(std::move(record));
}

lease::Fitness Controller::fitness() const {
  const ports::Cluster& seen = planted_cluster_ ? *planted_cluster_ : *cluster_;
  if (!seen.synced()) return lease::Fitness::None;
  const bool blind = !loop::unseen_in_words(seen.watch_ages(), options_.loop.watch_freshness).empty();
  return blind ? lease::Fitness::Poor : lease::Fitness::Good;
}

void Controller::lease_step() {
  const auto step = elector_->next(clock_.steady(), clock_.now(), fitness());
  if (step.what == lease::Step::Do::Wait) return later(std::max<Millis>(step.wait, 1ms), &Controller::lease_step);
  send_lease(step);
}

/// Sends a request for the Lease, which is answered while a cycle goes on. The real elector runs in a thread of its
/// own.
void Controller::send_lease(const lease::Step& step) {
  const bool write = step.what == lease::Step::Do::Write;
  const Millis sent = world_.clock().steady();
  const Fate fate = lease_network_.fate(write ? "lease" : "read-lease", options_.lease.retry, world_.now());
  world_.at(world_.now() + fate.takes, [this, fate, step, write, sent, life = life_] {
    Result<lease::Lease> written = fate.request_lost.value_or(Error{});
    Result<std::optional<lease::Lease>> read = fate.request_lost.value_or(Error{});
    if (!fate.request_lost && write) written = world_.write_lease({identity_, world_.now()}, step.lease);
    if (!fate.request_lost && !write) read = world_.lease();
    if (fate.answer_lost) written = *fate.answer_lost, read = *fate.answer_lost;
    if (life != life_) return;
    const Millis asleep = stopped() ? paused_until_ - world_.now() : Millis(0);
    world_.at(world_.now() + asleep, [this, read, written, write, sent, life] {
      if (life != life_) return;
      if (write)
        elector_->was_written(written, sent, world_.clock().steady());
      else
        elector_->was_read(read, world_.clock().steady());
      later(0ms, &Controller::lease_step);
    });
  });
}

}  // namespace aia::simulation
