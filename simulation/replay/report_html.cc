// The page begins with cards and the verdict, for a reader with ten seconds, then shows plots, all figures, the
// scenario, the limits of the simulation and the command. All foreign text passes escaped() (html.h).
#include "simulation/replay/report_html.h"

#include <cmath>

#include "simulation/replay/figures.h"
#include "simulation/replay/html.h"
#include "simulation/replay/plot.h"
#include "simulation/replay/report_plots.h"
#include "simulation/replay/report_style.h"
#include "simulation/replay/table.h"
#include "simulation/replay/verdict.h"

namespace aia::simulation {
namespace {

std::string element(const char* name, const std::string& text) {
  return "<" + std::string(name) + ">" + escaped(text) + "</" + name + ">";
}

/// A card for each of the most important figures of the table, with all policies.
std::string cards(const Replay& replay, const Table& table) {
  std::string html;
  std::vector<std::size_t> figures = {1, 3, 4, 5};
  if (replay.scenario.nodes) figures = {1, 3, 4, 5, 8, 9};
  for (const std::size_t figure_at : figures) {
    html += "<div class=\"card\">" + element("h3", sentence(table.heads[figure_at])) + "<dl>";
    for (std::size_t i = 0; i < replay.outcomes.size(); ++i) {
      const std::string css = i == 0 ? " class=\"first\"" : "";
      html += "<dt" + css + ">" + escaped(table.rows[i][0]) + "</dt><dd" + css + ">" +
              escaped(table.rows[i][figure_at]) + "</dd>";
    }
    html += "</dl></div>";
  }
  return "<div class=\"cards\">" + html + "</div>\n";
}

/// The table with a row per figure, to fit a telephone.
std::string table_html(const Table& table) {
  std::string html = "<div class=\"scroll\"><table><thead><tr><th></th>";
  for (const auto& row : table.rows) html += element("th", row[0]);
  html += "</tr></thead><tbody>";
  for (std::size_t i = 1; i < table.heads.size(); ++i) {
    html += "<tr>" + element("td", table.heads[i]);
    for (const auto& row : table.rows) html += element("td", row[i]);
    html += "</tr>";
  }
  return html + "</tbody></table></div>\n";
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string html = "<table class=\"facts\"><tbody>";
  for (const auto& [name, value] : rows) html += "<tr>" + element("th", name) + element("td", value) + "</tr>";
  return html + "</tbody></table>\n";
}

std::string scenario_html(const Replay& replay) {
  const auto& s = replay.scenario;
  const auto& forecaster = replay.outcomes.front();
  const auto skill = forecaster.skill ? ", skill " + percent(*forecaster.skill) + " against the last value" : "";
  const auto nodes = !s.nodes
                         ? "there is always room"
                         : "of " + std::to_string(s.nodes->gpus_per_node) + " GPUs, Ready " + span(s.nodes->lead_min) +
                               " to " + span(s.nodes->lead_max) + " after they were asked for, drawn for each";
  return facts({
      {"Demand", s.trace.name + ", in steps of " + span(s.trace.step)},
      {"Played", moment_of(s.play_from()) + " to " + moment_of(s.trace.end()) + ", after " + span(s.known_history()) +
                     " of history"},
      {"One replica serves",
       figure(s.per_replica_rps) + " requests/s on " + std::to_string(s.gpus_per_replica) + " GPUs"},
      {"Nodes", nodes},
      {s.nodes ? "Binding of a pod to Ready" : "Pod creation to Ready",
       span(s.lead_min) + " to " + span(s.lead_max) + ", drawn for each pod"},
      {"SLO", "a request begins to be served within " + span(s.slo_wait)},
      {"Replicas", std::to_string(s.min_replicas) + " to " + std::to_string(s.highest())},
      {"Controller", "a cycle every " + span(s.loop.cycle) + ", demand on a grid of " + span(s.loop.grid_step) +
                         ", scale-in after " + span(s.loop.scale_down_stabilization)},
      {"Model at the end", forecaster.model + skill},
      {"Seed", std::to_string(s.seed)},
  });
}

constexpr const char* kHow = R"html(<h2>What is simulated, and what is not</h2>
<p><b>Real:</b> the controller's loop, the one that runs in a cluster: observing, forecasting, planning, acting and its
conditions, through the same interfaces. <b>Virtual:</b> time, the pods, the queue, what a Prometheus would have scraped
every 15 s, and the API server.</p>
<p>Requests wait in one first-in-first-out queue and are served as a fluid by the replicas that are Ready, each at the
rate given above; within a step of the trace they arrive scattered by the second, as independent requests do. Every policy
gets the same arrivals. GPU-hours count from a pod's creation to its deletion, because a GPU is paid for while it loads.
<b>Late by</b> is the median, over the replicas that the rise to the peak asked for, of the time from when demand needed a
replica to when it was Ready, in lead times. <b>Clairvoyant</b> is the cost of exactly the replicas needed at every step,
known in advance and started in no time: a bound, not a policy.</p>
<p><b>Not simulated:</b> requests that differ in size, retries and clients that give up, pods that fail, and metrics that
lie. A burst that nothing announced is in the demand, and no forecast sees it.</p>
)html";

constexpr const char* kNodes = R"html(<p><b>Nodes</b> become Ready a lead after they were asked for; a pod that finds no
room waits for one, and starts once it is bound. A node autoscaler that behaves as Karpenter does asks for nodes when pods
wait, or when the room that the controller wants kept free (a CapacityBuffer) is not there, and removes nodes that stay
empty for a minute. Node-hours count from asking to removal; GPU-hours from a pod's binding. <b>Found a node</b> is the
share of the new pods that were bound within 2 s, <b>wait for one</b> the P90 of how long they waited.</p>
)html";

constexpr const char* kNoNodes = "<p>Nodes that must be started first are not part of this replay (--node-lead).</p>\n";

}  // namespace

std::string report_html(const Replay& replay, const std::string& command) {
  const auto table = table_of(replay);
  const auto& s = replay.scenario;
  std::string html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>AIAutoscaler replay: " +
                     escaped(s.trace.name) +
                     "</title>\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<style>" +
                     kReportStyle + "</style></head><body>\n<h1>AIAutoscaler replay</h1>\n";
  html += "<p class=\"lead\">" +
          escaped(sentence(s.trace.name) + ": " + span(s.play) + " in virtual time, " +
                  std::to_string(replay.outcomes.size()) + " policies on the same arrivals.") +
          "</p>\n";
  html += cards(replay, table);
  for (const auto& one : verdict(replay)) html += element("p", one) + "\n";
  html += "<h2>The day</h2>\n";
  for (const auto& plot : report_plots(replay)) html += simulation::html(plot);
  html += "<h2>All figures</h2>\n" + table_html(table) + "<h2>The scenario</h2>\n" + scenario_html(replay) + kHow;
  html += s.nodes ? kNodes : kNoNodes;
  html += "<h2>Do it again</h2>\n<pre>" + escaped(command) +
          "</pre>\n<p>The same command gives the same report, to the byte.</p>\n";
  return html + "</body></html>\n";
}

}  // namespace aia::simulation
