// Chooses the trace (a file, or the generated chat service) and the output: terminal text as wide as the terminal,
// JSON, or an HTML file. Colour only on a terminal, and not with NO_COLOR.
#include "cli/replay.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/demand_file.h"
#include "cli/input.h"
#include "simulation/replay/chat_service.h"
#include "simulation/replay/replay.h"
#include "simulation/replay/report_html.h"
#include "simulation/replay/report_json.h"
#include "simulation/replay/report_text.h"

namespace aia {
namespace {

constexpr int kPlainWidth = 100;

Result<simulation::Trace> trace_of(const ReplayOptions& options) {
  const auto& scenario = options.scenario;
  if (options.input.empty()) {
    simulation::ChatServiceOptions made;
    made.seed = scenario.seed;
    made.length = std::chrono::ceil<std::chrono::days>(scenario.history + scenario.play);
    return simulation::chat_service(made);
  }
  const auto text = read_input("--input", options.input);
  if (!text) return text.error();
  const auto name = input_name(options.input);
  auto series = read_demand_file(*text);
  if (!series) return series.error().in("--input: " + name);
  return simulation::Trace{name, series->start, series->step, std::move(series->values)};
}

simulation::TextOptions terminal() {
  simulation::TextOptions options;
  winsize size{};
  const bool is_terminal = isatty(STDOUT_FILENO) == 1;
  const bool sized = is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  options.width = sized ? size.ws_col : kPlainWidth;
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org
  options.coloured = is_terminal && (no_colour == nullptr || *no_colour == '\0');
  return options;
}

}  // namespace

Status replay(const ReplayOptions& options) {
  auto scenario = options.scenario;
  auto trace = trace_of(options);
  if (!trace) return trace.error();
  scenario.trace = std::move(trace).value();
  if (options.with_nodes.value_or(options.input.empty())) scenario.nodes = options.nodes;
  const auto valid = simulation::validate(scenario);
  if (!valid) return valid;
  const auto played = simulation::replay(scenario, simulation::policies(scenario));
  if (!played) return played.error();
  if (!options.report.empty()) {
    const auto written = write_output("--report", options.report, simulation::report_html(*played, options.command));
    if (!written) return written;
  }
  auto text = options.json ? simulation::report_json(*played) : simulation::report_text(*played, terminal());
  if (!options.json && !options.report.empty()) text += "\nThe same with plots: " + options.report + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0) return Error{ErrorKind::Unavailable, "standard output cannot be written", {}};
  return done;
}

}  // namespace aia
