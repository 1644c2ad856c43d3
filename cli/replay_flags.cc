// Besides the flags, this file writes the command line back as text, so that a report says how to reproduce the report.
#include "cli/replay_flags.h"

#include "base/decimal.h"
#include "cli/duration_flag.h"
#include "cli/number_flag.h"

namespace aia {
namespace {

/// Reads "6m..8m", or a single duration as both ends.
void set_range(const char* flag, const std::string& text, Millis& least, Millis& most) {
  const auto dots = text.find("..");
  const auto low = parse_flag_duration(text.substr(0, dots));
  const auto high = dots == std::string::npos ? low : parse_flag_duration(text.substr(dots + 2));
  if (!low || !high) throw CLI::ValidationError(flag, (low ? high : low).error().message);
  least = *low;
  most = *high;
}

void add_node_flags(CLI::App& app, ReplayOptions& options) {
  const auto set = [&options](const std::string& text) {
    options.with_nodes = text != "none";
    if (*options.with_nodes) set_range("--node-lead", text, options.nodes.lead_min, options.nodes.lead_max);
  };
  app.add_option_function<std::string>(
         "--node-lead", set,
         "time from requesting a node to Ready: MIN..MAX, drawn for each node, or one duration; none: every pod finds "
         "room at once (the default with --input)")
      ->type_name("DURATION")
      ->default_str(format_duration(options.nodes.lead_min) + ".." + format_duration(options.nodes.lead_max));
  app.add_option("--gpus-per-node", options.nodes.gpus_per_node,
                 "GPUs that a node has for replicas; used only with nodes")
      ->check(whole_number(1));
}

void add_service_flags(CLI::App& app, simulation::Scenario& scenario) {
  app.add_option_function<std::string>(
         "--lead-time",
         [&scenario](const std::string& text) { set_range("--lead-time", text, scenario.lead_min, scenario.lead_max); },
         "time from pod creation (with nodes: from binding to a node) to Ready: MIN..MAX, drawn for each pod, or one "
         "duration")
      ->type_name("DURATION")
      ->default_str(format_duration(scenario.lead_min) + ".." + format_duration(scenario.lead_max));
  app.add_option("--gpus-per-replica", scenario.gpus_per_replica, "GPUs of one replica, for the GPU-hours")
      ->check(whole_number(1));
  add_duration(app, "--slo-wait", scenario.slo_wait, "a request that waits longer than this misses the SLO", Millis(0));
  app.add_option("--min-replicas", scenario.min_replicas, "spec.minReplicas of the replayed autoscaler")
      ->check(whole_number(1));
  app.add_option(
         "--max-replicas", scenario.max_replicas,
         "spec.maxReplicas of the replayed autoscaler; default: twice the replicas that the highest demand needs")
      ->check(whole_number(1));
}

/// Quoted for a shell, unless the text is plain.
std::string quoted(const std::string& text) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:=+-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

void add_replay_flags(CLI::App& app, ReplayOptions& options) {
  auto& scenario = options.scenario;
  auto* input =
      app.add_option("--input", options.input,
                     "your demand: CSV lines time,value, with a header or without; time in seconds or RFC 3339, value "
                     "in requests/s, empty if missing; - is standard input. Default: a chat service's "
                     "working days, generated from the seed");
  auto* capacity = app.add_option("--per-replica", scenario.per_replica_rps,
                                  "requests/s that ONE replica sustains within your latency objective; needed with "
                                  "--input, else " +
                                      format_decimal(scenario.per_replica_rps));
  capacity->check(positive_number())->default_str("");  // with --input there is none
  input->type_name("FILE")->needs(capacity);
  add_duration(app, "--history", scenario.history,
               "length of the demand before the replayed part that the controller knows at the start", Millis(0));
  add_duration(app, "--play", scenario.play, "length of the replayed part, at the end of the trace",
               std::chrono::seconds(1));
  add_service_flags(app, scenario);
  add_node_flags(app, options);
  app.add_option("--seed", scenario.seed,
                 "seed of the generated trace, of the scatter of arrivals and of the lead times")
      ->check(whole_number<std::uint64_t>(0));  // else -1 becomes the largest number
  app.add_option("--report", options.report, "write the report with plots to this HTML file")
      ->type_name("FILE")
      ->take_last();  // `./dev demo --report X` gives this flag twice
  app.add_option_function<std::string>(
         "--format", [&options](const std::string& format) { options.json = format == "json"; },
         "output: a table and a drawing, or JSON (docs/replay.md)")
      ->check(CLI::IsMember({"table", "json"}))
      ->default_str("table");
}

std::string replay_command(const CLI::App& app) {
  std::string command = "aiautoscaler replay";
  for (const auto* option : app.get_options()) {
    const auto name = option->get_name();
    if (name == "--seed" && option->count() == 0) command += " --seed " + option->get_default_str();
    if (option->count() == 0 || name == "--report" || name == "--format") continue;
    for (const auto& value : option->results()) command += " " + name + " " + quoted(value);
  }
  return command;
}

}  // namespace aia
