// Builds every part, starts the threads (loop, probes, metrics, reach) and waits for a signal. Order matters: the
// process becomes a candidate for the lease before its caches fill, with a fitness of None until the first cycle.
#include "cli/run.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "cli/ending.h"
#include "controller/host/background_worker.h"
#include "controller/host/file_checkpoints.h"
#include "controller/host/system_clock.h"
#include "controller/host/thread_report.h"
#include "controller/host/watchdog.h"
#include "controller/http/make_transport.h"
#include "controller/http/url.h"
#include "controller/kube/credentials/credentials.h"
#include "controller/kube/kube_cluster.h"
#include "controller/loop/cycle/unseen.h"
#include "controller/loop/loop.h"
#include "controller/loop/pacer.h"
#include "controller/prometheus/source.h"
#include "controller/serve/health.h"
#include "controller/serve/http_server.h"
#include "controller/serve/json_log.h"
#include "controller/serve/log_reporter.h"
#include "controller/serve/metrics_reporter.h"
#include "controller/serve/routes.h"
#include "controller/serve/warm_up.h"

namespace aia {
namespace {

constexpr Millis kLastWrite{1'200};  // for the write under way, of the two seconds that an end may take
constexpr Millis kRelease{400};      // for giving the lease back, of the same two seconds
constexpr Millis kMoment{1'000};  // the shortest deadline or back-off of the API server's client, and deadline of the
                                  // first look at Prometheus
constexpr Millis kPatience{10'000};  // the longest deadline or back-off of the API server's client
constexpr int kSilentCycles = 10;    // a loop that is silent for longer is not alive
constexpr Millis kSilence{30'000};   // but a silence shorter than this is never an error
constexpr int kColdCycles = 8;       // after so many cycles missing histories no longer delay readiness

/// Hands one report to several reporters.
class FanOut : public ports::Reporter {
 public:
  explicit FanOut(std::vector<ports::Reporter*> reporters) : reporters_(std::move(reporters)) {}
  void report(const ports::CycleReport& cycle) override {
    for (auto* reporter : reporters_) reporter->report(cycle);
  }

 private:
  std::vector<ports::Reporter*> reporters_;
};

/// Blocks the signals in all threads that start later; only wait_for_signal takes a signal.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  return signals;
}

void wait_for_signal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  serve::log_line(serve::LogLevel::Info, "stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
}

/// Logs a problem of the watches, or of seeing KEDA's ScaledObjects, when the problem changes.
class WatchLog {
 public:
  void look(const kube::KubeCluster& cluster) {
    say(cluster.problem(), watches_, "a watch does not work", "all watches work");
    say(cluster.unseen_owners(), owners_, "KEDA's ScaledObjects are not seen", "KEDA's ScaledObjects are seen");
  }

 private:
  static void say(const std::string& problem, std::string& told, const char* bad, const char* good) {
    if (problem == told) return;
    if (problem.empty()) serve::log_line(serve::LogLevel::Info, good);
    if (!problem.empty()) serve::log_line(serve::LogLevel::Warning, bad, {{"error", problem}});
    told = problem;
  }
  std::string watches_, owners_;
};

/// Empty when ready. A follower is ready, too, if its caches are synced and fresh, its histories are read, and it could
/// lead.
std::string why_not_ready(const kube::KubeCluster& cluster, const Candidacy* candidacy, const serve::WarmUp& warm_up,
                          Millis watch_freshness) {
  const auto lease = candidacy != nullptr ? candidacy->problem() : "";
  if (!lease.empty()) return "it can never lead: " + lease;
  const auto problem = cluster.problem();
  if (!cluster.synced()) return "the caches are not in yet" + (problem.empty() ? "" : ": " + problem);
  const auto unseen = loop::unseen_in_words(cluster.watch_ages(), watch_freshness);
  if (!unseen.empty()) return unseen;
  return warm_up.done() ? "" : "history is being read";
}

/// The server of --prometheus-url for messages, without the query part: the query chooses a tenant, which may be a
/// secret.
std::string prometheus_server(const RunOptions& options) {
  return options.prometheus.url.substr(0, options.prometheus.url.find('?'));
}

/// Why Prometheus is not reached; empty if Prometheus answers. Without the server's name, which the caller prints
/// already.
std::string why_unreached(const prometheus::PrometheusSource& source, const RunOptions& options) {
  auto why = source.unreached();
  const auto url = http::parse_base_url(prometheus_server(options));
  if (const auto server = (url ? url->origin() : "") + ": "; why.starts_with(server)) why.erase(0, server.size());
  return why;
}

/// Queries Prometheus once a cycle until any query is answered, from the loop or from this thread. Logs each new reason
/// for a missing answer once.
void reach_prometheus(const std::stop_token& stop, prometheus::PrometheusSource& source, const RunOptions& options) {
  ::pthread_setname_np(::pthread_self(), "reach");
  const Millis deadline = std::clamp<Millis>(options.loop.cycle / 2, kMoment, kPatience);
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::string told;
  while (!stop.stop_requested()) {
    static_cast<void>(source.reach(SystemClock().now(), deadline));
    const auto why = why_unreached(source, options);
    if (why.empty()) {
      const auto manners = source.manners();
      return serve::log_line(serve::LogLevel::Info, "Prometheus is reached",
                             {{"prometheus", prometheus_server(options)},
                              {"optional_parameters", manners ? prometheus::in_words(*manners) : "not known yet"}});
    }
    if (why != told)
      serve::log_line(serve::LogLevel::Warning, "Prometheus is not reached",
                      {{"prometheus", prometheus_server(options)}, {"error", why}});
    told = why;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, options.loop.cycle, [] { return false; });
  }
}

/// A controller without synced caches must not hold the lease while another could lead. A controller with stale watches
/// leads only while no controller has fresh ones.
lease::Fitness fitness_of(const kube::KubeCluster& cluster, Millis watch_freshness) {
  if (!cluster.synced()) return lease::Fitness::None;
  const bool blind = !loop::unseen_in_words(cluster.watch_ages(), watch_freshness).empty();
  return blind ? lease::Fitness::Poor : lease::Fitness::Good;
}

/// Runs cycles until stopped. Calls `before_each` at the start of each cycle.
void cycle_until(const std::stop_token& stop, loop::Loop& loop, loop::Pacer& pacer, const kube::KubeCluster& cluster,
                 const std::function<void()>& before_each) {
  ::pthread_setname_np(::pthread_self(), "loop");
  WatchLog log;
  try {
    while (pacer.wait(loop.catching_up() || !cluster.synced(), stop)) {
      before_each();
      loop.run_once(stop);
      log.look(cluster);
    }
  } catch (const std::exception& failure) {
    end_broken_process(failure.what());
  }
}

std::uint64_t seed_of(const ports::Clock& clock) {
  return static_cast<std::uint64_t>(clock.now().time_since_epoch().count()) * 2'654'435'761U +
         static_cast<std::uint64_t>(::getpid());
}

kube::KubeClusterOptions cluster_options_of(const RunOptions& options, const ports::Clock& clock) {
  const auto& settings = options.loop;
  kube::KubeClusterOptions made;
  made.ns = options.ns;
  made.seed = seed_of(clock);
  // After any outage the watches notice the API server again within a cycle, even if their first attempt comes before
  // the API server's own caches are ready. A hanging write takes half a cycle at most.
  made.watch.watcher.backoff.longest = std::clamp(settings.cycle / 2, kMoment, kPatience);
  made.write_deadline = std::clamp<Millis>(settings.cycle / 2, kMoment, kPatience);
  // Half of the time that a watch may be silent: a relist in between keeps a quiet watch from counting as stale.
  made.watch.watch_inactivity = std::min(made.watch.watch_inactivity, settings.watch_freshness / 2);
  return made;
}

/// Ends the write under way first, then gives the lease back: the next leader must find no write of ours on its way.
void end_orderly(kube::KubeCluster& cluster, Candidacy* candidacy) {
  const bool ended = cluster.end_writes(kLastWrite);
  if (!ended) serve::log_line(serve::LogLevel::Warning, "a write is still under way: the lease is left to expire");
  if (ended && candidacy != nullptr) candidacy->release(kRelease);
}

/// Each server has a thread of its own, so that load on /metrics never delays the probes.
struct Servers {
  std::unique_ptr<serve::HttpServer> health, metrics;
};

Result<Servers> serve_to(const RunOptions& options, const serve::HttpHandler& health,
                         const serve::MetricsReporter& metrics) {
  serve::HttpServerOptions of_health, of_metrics;
  of_health.listen = options.health_listen;
  of_health.thread = "serve health";
  of_metrics.listen = options.listen;
  auto first = serve::HttpServer::start(of_health, health);
  if (!first) return first.error().in("--health-listen");
  auto second = serve::HttpServer::start(of_metrics, serve::routes(metrics, health));
  if (!second) return second.error().in("--listen");
  return Servers{std::move(*first), std::move(*second)};
}

/// The options of the command line, plus the process's clock and log for signing.
prometheus::PrometheusOptions prometheus_options_of(const RunOptions& options,
                                                    const std::shared_ptr<const ports::Clock>& clock) {
  auto made = options.prometheus;
  made.sigv4.clock = clock;
  made.sigv4.on_problem = [](const std::string& problem) {
    if (problem.empty()) return serve::log_line(serve::LogLevel::Info, "AWS credentials are renewed again");
    serve::log_line(serve::LogLevel::Warning, "AWS credentials are not renewed", {{"error", problem}});
  };
  return made;
}

void log_start(const RunOptions& options, const kube::Credentials& credentials, const Servers& servers) {
  serve::log_line(serve::LogLevel::Info, "starting",
                  {{"version", options.version},
                   {"api_server", credentials.transport.base_url},
                   {"credentials", credentials.source},
                   {"prometheus", prometheus_server(options)},
                   {"namespace", options.ns.empty() ? "all" : options.ns},
                   {"port", servers.metrics->port()},
                   {"health_port", servers.health->port()},
                   {"cycle", format_duration(options.loop.cycle)},
                   {"grid_step", format_duration(options.loop.grid_step)}});
}

}  // namespace

Status run(const RunOptions& options) {
  end_on_unexpected();
  const auto signals = block_signals();
  const auto clock = std::make_shared<const SystemClock>();
  kube::CredentialsOptions credentials_options;
  credentials_options.kubeconfig = options.kubeconfig;
  credentials_options.context = options.context;
  const auto credentials = kube::load_credentials(credentials_options, clock);
  if (!credentials) return credentials.error();
  const auto transport = http::make_api_server_transport(credentials->transport);
  if (!transport) return transport.error().in(credentials->source);
  const auto metrics_source = prometheus::make_prometheus_source(prometheus_options_of(options, clock));
  if (!metrics_source) return metrics_source.error();

  std::unique_ptr<FileCheckpoints> checkpoints;
  if (!options.state_dir.empty()) {
    auto opened = FileCheckpoints::open(options.state_dir);
    if (!opened) return opened.error().in("--state-dir");
    checkpoints = std::move(*opened);
  }
  auto* const journal = open_journal(options.state_dir, options.version, clock->now());

  const auto& settings = options.loop;
  loop::Pacer pacer(settings.cycle, std::min<Millis>(settings.cycle, std::chrono::seconds(1)));
  serve::LogReporter log;
  serve::MetricsReporter metrics(options.version);
  const Millis silence = std::max<Millis>(kSilentCycles * settings.cycle, kSilence);
  serve::Health health(*clock, silence);
  serve::WarmUp warm_up(*clock, kColdCycles * settings.cycle);
  prepare_thread_report();
  Watchdog watchdog(silence, [silence] { end_stuck_process(silence); });
  FanOut reporters({&log, &metrics, &health, &warm_up, &watchdog});

  // None until the first cycle begins, with caches synced and the listen addresses bound. A process that fails at
  // either of these must not have held the lease.
  std::atomic<lease::Fitness> fitness = lease::Fitness::None;
  std::unique_ptr<Candidacy> candidacy;
  if (options.lease.elect) {
    const auto on_change = [&](const kube::Leadership& now) {
      metrics.set_leadership(now.leading, now.transitions);
      if (now.leading) pacer.hurry();  // a new leader acts at once
    };
    auto started = Candidacy::start(
        options.lease, *credentials, *clock, [&] { return fitness.load(); }, on_change);
    if (!started) return started.error();
    candidacy = std::move(*started);
  } else {
    metrics.set_leadership(true, 0);
  }

  auto cluster_options = cluster_options_of(options, *clock);
  if (candidacy) cluster_options.time_left = [&candidacy] { return candidacy->time_left(); };
  cluster_options.on_change = [&pacer] { pacer.poke(); };
  kube::KubeCluster cluster(**transport, *clock, cluster_options);

  const auto health_routes = serve::health_routes(health, [&] {
    const auto unreached = why_unreached(**metrics_source, options);
    const auto prometheus = unreached.empty() ? "" : "Prometheus at " + prometheus_server(options) + ": " + unreached;
    const auto rest = why_not_ready(cluster, candidacy.get(), warm_up, settings.watch_freshness);
    return prometheus + (prometheus.empty() || rest.empty() ? "" : "; ") + rest;
  });
  const auto servers = serve_to(options, health_routes, metrics);
  if (!servers) return servers.error();
  log_start(options, *credentials, *servers);

  SystemClock loop_clock;
  BackgroundWorker background;
  loop::Loop loop(loop_clock, **metrics_source, cluster, reporters, settings,
                  {&background, checkpoints.get(), cluster.pools(), journal});
  const auto before_each = [&] {
    fitness = fitness_of(cluster, settings.watch_freshness);
    metrics.set_watches(cluster.watch_ages());
  };
  std::jthread reach([&](const std::stop_token& stop) { reach_prometheus(stop, **metrics_source, options); });
  std::jthread cycles([&](const std::stop_token& stop) { cycle_until(stop, loop, pacer, cluster, before_each); });
  wait_for_signal(signals);
  if (journal != nullptr) journal->orderly_end();
  end_in_time();
  cycles.request_stop();
  reach.request_stop();
  end_orderly(cluster, candidacy.get());
  return done;
}

}  // namespace aia
