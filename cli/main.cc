// The command line: flags of all subcommands, and the exit codes. A mistake is one line on stderr and a non-zero exit.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <new>
#include <thread>

#include "cli/duration_flag.h"
#include "cli/exam_flags.h"
#include "cli/number_flag.h"
#include "cli/release.h"
#include "cli/replay_flags.h"
#include "cli/run.h"
#include "controller/serve/http_server.h"
#include "controller/serve/json_log.h"

namespace {

using aia::add_duration;
using aia::Millis;
using aia::RunOptions;
using aia::whole_number;

void add_cluster_flags(CLI::App& app, RunOptions& options) {
  app.add_option("--kubeconfig", options.kubeconfig,
                 "kubeconfig file; default: $KUBECONFIG, the pod's service account, or ~/.kube/config")
      ->check(CLI::ExistingFile);
  app.add_option("--context", options.context, "context of the kubeconfig; default: its current context");
  app.add_option("--namespace", options.ns, "manage AIAutoscalers of this namespace only; default: all namespaces");
}

/// Refuses an empty value. An empty value comes from an unset variable; if accepted, queries would go out without
/// credentials.
std::string not_empty(const std::string& value) {
  return value.empty() ? "must not be empty: give a value, or leave the flag out" : "";
}

void add_prometheus_flags(CLI::App& app, RunOptions& options, std::string& password_file) {
  auto& prometheus = options.prometheus;
  const auto file = [&](const std::string& flag, std::string& path, const std::string& help) {
    return app.add_option(flag, path, help)->check(CLI::ExistingFile);
  };
  app.add_option("--prometheus-url", prometheus.url,
                 "URL of the Prometheus that demand is read from, e.g. http://prometheus:9090")
      ->required();
  auto* token = file("--prometheus-bearer-token-file", prometheus.bearer_token_file,
                     "file with a bearer token; the file is read for every query");
  auto* user = app.add_option("--prometheus-username", prometheus.username, "user name for basic authentication")
                   ->check(not_empty, "")
                   ->excludes(token);
  auto* password =
      file("--prometheus-password-file", password_file, "file with the password of --prometheus-username")->needs(user);
  user->needs(password);
  auto* region =
      app.add_option(
             "--prometheus-sigv4-region", prometheus.sigv4.region,
             "AWS region that queries are signed for, e.g. eu-central-1; AWS credentials come from the environment")
          ->check(not_empty, "")
          ->excludes(token)
          ->excludes(user);
  app.add_option("--prometheus-sigv4-service", prometheus.sigv4.service, "AWS service that queries are signed for")
      ->needs(region);
  const auto set_headers = [&prometheus](const std::vector<std::string>& texts) {
    auto headers = aia::prometheus::parse_headers(texts);
    if (!headers) throw CLI::ValidationError("--prometheus-header", headers.error().message);
    prometheus.headers = std::move(*headers);
  };
  app.add_option_function<std::vector<std::string>>(
         "--prometheus-header", set_headers, "header NAME=VALUE for every query, e.g. X-Scope-OrgID=team-a; repeatable")
      ->allow_extra_args(false);
  file("--prometheus-ca", prometheus.tls.ca_file, "file with the only CA to trust; default: the system's CAs");
  auto* cert = file("--prometheus-cert", prometheus.tls.cert_file, "file with the client certificate");
  auto* key =
      file("--prometheus-key", prometheus.tls.key_file, "file with the key of the client certificate")->needs(cert);
  cert->needs(key);
}

/// Limits on the series and the cost of a tenant's queries.
void add_tenancy_flags(CLI::App& app, aia::prometheus::PrometheusOptions& prometheus) {
  using aia::prometheus::RawPromql;
  static const std::map<std::string, RawPromql> kModes{{"Allow", RawPromql::Allow},
                                                       {"RestrictToNamespace", RawPromql::RestrictToNamespace},
                                                       {"Forbid", RawPromql::Forbid}};
  const auto set_mode = [&prometheus](const std::string& mode) { prometheus.tenancy.raw_promql = kModes.at(mode); };
  app.add_option_function<std::string>(
         "--raw-promql", set_mode,
         "series that a tenant's PromQL may read. Allow: all that the controller may read; "
         "RestrictToNamespace: those of the object's own namespace; Forbid: none")
      ->check(CLI::IsMember(kModes))
      ->default_str("Allow");
  app.add_option("--tenant-label", prometheus.tenancy.label, "label that holds the namespace of a series");
  app.add_option("--max-series", prometheus.max_series, "most series that one query may return")
      ->check(whole_number(1));
  app.add_option("--max-samples", prometheus.max_samples,
                 "most samples (series times points) that one query may return")
      ->check(whole_number<std::int64_t>(1));
  app.add_option("--max-body-bytes", prometheus.max_body_bytes, "most bytes that one answer of Prometheus may have")
      ->check(whole_number<std::size_t>(1));
  add_duration(app, "--query-timeout", prometheus.query_timeout,
               "how long Prometheus may work on one query; at most half a cycle", Millis(1));
}

/// Flags for the leader election among several controllers.
void add_lease_flags(CLI::App& app, aia::LeaseOptions& lease) {
  constexpr Millis kMoment(100);
  app.add_flag("--leader-elect", lease.elect,
               "elect a leader, so that only one of several controllers writes; with =false run exactly one controller")
      ->default_str("true");
  app.add_option("--lease-name", lease.name, "name of the Lease");
  app.add_option("--lease-namespace", lease.ns,
                 "namespace of the Lease; default: the pod's own namespace, outside a pod aiautoscaler-system");
  add_duration(app, "--lease-duration", lease.settings.duration,
               "another controller takes over when the Lease was not renewed for this long", kMoment);
  add_duration(app, "--lease-renew-deadline", lease.settings.renew_deadline,
               "the leader stops writing when it could not renew the Lease for this long", kMoment);
  add_duration(app, "--lease-retry", lease.settings.retry, "time between two tries to take or renew the Lease",
               kMoment);
  app.add_option("--identity", lease.identity,
                 "name of this controller in the Lease; default: host, process and a number");
}

void add_loop_flags(CLI::App& app, aia::loop::Settings& loop) {
  constexpr Millis kMoment(100);
  add_duration(app, "--cycle", loop.cycle,
               "period in which the controller observes, plans and acts on all objects once", kMoment);
  add_duration(app, "--grid-step", loop.grid_step, "step of the grid on which demand is sampled and forecast", kMoment);
  add_duration(app, "--freshness", loop.freshness,
               "a value whose newest sample is older than this may raise replicas, never lower them", kMoment);
  add_duration(app, "--watch-freshness", loop.watch_freshness,
               "when a watch on the API server is silent for longer than this, replicas are raised, never lowered",
               Millis(1'000));
  add_duration(
      app, "--source-memory", loop.source_memory,
      "a gateway or exporter that reported within this time and is silent now makes a value partial: it may raise "
      "replicas, never lower them",
      Millis(0));
  add_duration(app, "--default-lead-time", loop.default_lead_time,
               "time from pod creation to Ready, until starts are measured", Millis(0));
  add_duration(app, "--default-node-lead-time", loop.default_node_lead_time,
               "time from requesting a node of a pool to Ready with its GPUs, until nodes are measured", Millis(0));
  add_duration(app, "--node-shrink-window", loop.node_shrink_window,
               "how long fewer nodes must be enough before a node is removed", Millis(0));
  add_duration(app, "--hold-expiry", loop.hold_expiry,
               "how long after the controller's last renewal `release --expired` may undo its changes to node pools",
               kMoment);
  add_duration(app, "--scale-down-stabilization", loop.scale_down_stabilization,
               "how long fewer replicas must be enough before replicas are removed", Millis(0));
  add_duration(app, "--drain", loop.drain, "time in which a backlog is to be drained once replicas for it are Ready",
               kMoment);
  app.add_option("--max-objects", loop.max_objects,
                 "most AIAutoscalers that the controller serves; namespaces share this number")
      ->check(whole_number(1));
  app.add_option(
         "--max-queries", loop.max_queries,
         "most queries of one cycle over all objects; namespaces share this number, and queries that are left out come "
         "first in the next cycle")
      ->check(whole_number(1));
  constexpr int kUsefulThreads = 4, kMostThreads = 64;
  loop.threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kUsefulThreads);
  app.add_option("--threads", loop.threads, "threads on which forecasters learn; default: one per core, at most 4")
      ->check(CLI::Range(1, kMostThreads));
}

void add_release_flags(CLI::App& app, aia::ReleaseCommand& command) {
  app.add_option("--kubeconfig", command.kubeconfig,
                 "kubeconfig file; default: $KUBECONFIG, the pod's service account, or ~/.kube/config")
      ->check(CLI::ExistingFile);
  app.add_option("--context", command.context, "context of the kubeconfig; default: its current context");
  app.add_flag("--all", command.options.all,
               "undo all changes to node pools; first stop the controller, or set its AIAutoscalers to Recommend");
  app.add_flag("--expired", command.expired, "undo only changes that no controller renewed for --hold-expiry");
  app.add_flag(
      "--force", command.options.force,
      "put sizes back even if that drains nodes on which pods run; forget sizes of scales that the API server no "
      "longer serves");
  add_duration(app, "--timeout", command.options.deadline, "how long each answer of the API server may take",
               Millis(100));
  app.add_flag("--dry-run", command.options.dry_run, "only print what would be undone");
}

/// Reads a password file without the line breaks at its end, which editors and shells add.
aia::Result<std::string> read_password(const std::string& path) {
  std::ifstream in(path);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (!in || text.empty()) {
    return aia::Error{
        aia::ErrorKind::Invalid, "--prometheus-password-file: " + path + " cannot be read or is empty", {}};
  }
  return text;
}

/// Checks the flags by themselves before anything else: an unreachable cluster must not hide a wrong flag.
aia::Status check(const RunOptions& options) {
  if (const auto address = aia::prometheus::address_of(options.prometheus.url); !address) return address.error();
  if (auto tenancy = aia::prometheus::check(options.prometheus.tenancy); !tenancy) return tenancy;
  if (auto sigv4 = aia::prometheus::check(options.prometheus.sigv4); !sigv4) return sigv4;
  if (auto address = aia::serve::HttpServer::check(options.listen); !address) return address.error().in("--listen");
  if (auto address = aia::serve::HttpServer::check(options.health_listen); !address)
    return address.error().in("--health-listen");
  return options.lease.elect ? aia::lease::validate(options.lease.settings) : aia::done;
}

aia::Status run(RunOptions options, const std::string& password_file) {
  if (auto valid = check(options); !valid) return valid;
  options.version = AIA_VERSION;
  if (!password_file.empty()) {
    const auto password = read_password(password_file);
    if (!password) return password.error();
    options.prometheus.password = *password;
  }
  return aia::run(options);
}

int fail(std::string message) {
  for (auto& c : message) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  std::fprintf(stderr, "aiautoscaler: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Scales AI inference on Kubernetes ahead of demand.", "aiautoscaler");
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default();
  app.set_version_flag("--version", "aiautoscaler " AIA_VERSION);
  RunOptions options;
  std::string password_file;

  auto* run_command = app.add_subcommand("run", "run the controller until SIGTERM");
  add_cluster_flags(*run_command, options);
  add_prometheus_flags(*run_command, options, password_file);
  add_tenancy_flags(*run_command, options.prometheus);
  add_loop_flags(*run_command, options.loop);
  add_lease_flags(*run_command, options.lease);
  run_command->add_option("--listen", options.listen, "address that serves /metrics, /healthz and /readyz");
  run_command->add_option("--health-listen", options.health_listen,
                          "address that serves only /healthz and /readyz, for probes: load on --listen does not delay "
                          "probes here");
  run_command->add_option(
      "--state-dir", options.state_dir,
      "directory for checkpoints of the forecasters, so that a restart reads minutes of history and "
      "not weeks; default: no checkpoints");
  const auto set_level = [](const std::string& level) { aia::serve::set_log_level(level); };
  run_command->add_option_function<std::string>("--log-level", set_level, "least severity of log lines")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->default_str("info");
  aia::ReplayOptions replay_options;
  auto* replay_command = app.add_subcommand("replay", "replay a day of demand through the controller in virtual time");
  aia::add_replay_flags(*replay_command, replay_options);
  add_loop_flags(*replay_command, replay_options.scenario.loop);
  aia::ForecastOptions forecast_options;
  auto* forecast_command = app.add_subcommand("forecast", "forecast the demand in a file");
  aia::add_forecast_flags(*forecast_command, forecast_options);
  aia::BacktestOptions backtest_options;
  auto* backtest_command = app.add_subcommand("backtest", "measure the accuracy of forecasts of the demand in a file");
  aia::add_backtest_flags(*backtest_command, backtest_options);
  aia::ReleaseCommand release_command;
  auto* release_app = app.add_subcommand("release", "undo the controller's changes to node pools");
  add_release_flags(*release_app, release_command);
  app.add_subcommand("version", "print the version")->callback([] { std::puts("aiautoscaler " AIA_VERSION); });

  const auto is_named = [&](const CLI::App* command) { return argc > 1 && command->get_name() == argv[1]; };
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(is_named).empty())
    return fail("there is no subcommand '" + std::string(argv[1]) + "' (see `aiautoscaler --help`)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& mistake) {
    const auto given = app.get_subcommands();
    const std::string command = given.empty() ? "" : given.front()->get_name() + " ";
    return fail(std::string(mistake.what()) + " (see `aiautoscaler " + command + "--help`)");
  }
  const auto outcome = [&]() -> aia::Status {
    if (run_command->parsed()) return run(options, password_file);
    if (release_app->parsed()) return aia::release(release_command);
    if (forecast_command->parsed()) return aia::forecast(forecast_options);
    if (backtest_command->parsed()) return aia::backtest(backtest_options);
    if (!replay_command->parsed()) return aia::done;
    replay_options.command = aia::replay_command(*replay_command);
    return aia::replay(replay_options);
  };
  try {
    const auto done = outcome();
    return done ? 0 : fail(done.error().message);
  } catch (const std::bad_alloc&) {
    return fail("out of memory; give less data, a shorter horizon or shorter seasons");
  } catch (const std::exception& fault) {
    return fail(std::string("ended by a fault of its own, please report it: ") + fault.what());
  }
}
