// Everything fits the width of the terminal: charts get as many columns as there is room, text is wrapped at words, and
// a table that is too wide is turned on its side.
#include "simulation/replay/report_text.h"

#include <algorithm>

#include "simulation/replay/columns.h"
#include "simulation/replay/figures.h"
#include "simulation/replay/table.h"
#include "simulation/replay/terminal_chart.h"
#include "simulation/replay/verdict.h"

namespace aia::simulation {
namespace {

constexpr int kNarrowest = 52, kWidest = 120;
constexpr int kNarrowestNodes = 68;  // nodes add a policy to the table

/// The number of characters in UTF-8 text, each a column wide.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string aligned(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, width_of(text)), ' ');
  return right ? blanks + text : text + blanks;
}

/// A line per row of the table; where a line would be too wide, a line per figure instead.
std::string table_text(const Table& table, std::size_t width) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.heads.size(); ++i) {
    widths.push_back(width_of(table.heads[i]));
    for (const auto& row : table.rows) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::size_t total = 0;
  for (const auto one : widths) total += one + 2;
  const bool turned = total > width;
  std::string text;
  const auto add = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      text += aligned(cells[i], widths[i], i > 0) + (i + 1 < cells.size() ? "  " : "\n");
  };
  if (!turned) {
    add(table.heads);
    for (const auto& row : table.rows) add(row);
    return text;
  }
  for (std::size_t i = 0; i < table.heads.size(); ++i) {
    text += aligned(table.heads[i], 16, false);
    for (const auto& row : table.rows) text += aligned(row[i], std::max<std::size_t>(12, width_of(row[0]) + 1), true);
    text += "\n";
  }
  return text;
}

std::string wrapped(const std::string& text, std::size_t width) {
  std::string out, line;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    const auto word = text.substr(at, end - at);
    if (!line.empty() && width_of(line) + 1 + width_of(word) > width) {
      out += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    at = end + 1;
  }
  return out + line + "\n";
}

std::string title(const Scenario& s) {
  return s.trace.name + ": " + span(s.play) + " played after " + span(s.known_history()) + " of history; " +
         figure(s.per_replica_rps) + " requests/s and " + std::to_string(s.gpus_per_replica) +
         " GPUs a replica, Ready " + span(s.lead_min) + " to " + span(s.lead_max) + " after it " +
         (s.nodes ? "has a node; nodes of " + std::to_string(s.nodes->gpus_per_node) + " GPUs, Ready " +
                        span(s.nodes->lead_min) + " to " + span(s.nodes->lead_max) + " after they were asked for."
                  : "was asked for.");
}

}  // namespace

std::string report_text(const Replay& replay, const TextOptions& options) {
  const auto& scenario = replay.scenario;
  const auto width =
      static_cast<std::size_t>(std::clamp(options.width, scenario.nodes ? kNarrowestNodes : kNarrowest, kWidest));
  TerminalChart chart;
  chart.coloured = options.coloured;
  chart.slo_wait = scenario.slo_wait;
  chart.from = scenario.play_from();
  chart.to = scenario.trace.end();
  std::vector<std::vector<Column>> drawn;
  double top = 0, queue = 1;
  for (const auto& outcome : replay.outcomes) {
    drawn.push_back(columns(outcome, scenario.per_replica_rps, chart.from, chart.to,
                            static_cast<int>(width) - TerminalChart::kGutter));
    for (const auto& column : drawn.back()) {
      top = std::max({top, column.demand_rps, column.capacity_rps});
      queue = std::max(queue, column.queue);
    }
  }
  chart.top_rps = round_up(top);
  chart.top_queue = queue;
  std::string text = wrapped(sentence(title(scenario)), width) + "\n";
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    text += sentence(replay.outcomes[i].policy.name) + ", requests/s\n";
    for (const auto& line : chart.draw(drawn[i])) text += line + "\n";
  }
  for (const auto& line : terminal_legend(scenario.slo_wait, options.coloured))
    text += std::string(TerminalChart::kGutter, ' ') + line + "\n";
  text += "\n";
  text += table_text(table_of(replay), width) + "\n";
  for (const auto& one : verdict(replay)) text += wrapped(one, width);
  return text;
}

}  // namespace aia::simulation
