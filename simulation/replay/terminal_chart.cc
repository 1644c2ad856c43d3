// Each cell of the chart is decided alone, from the heights of demand and capacity in its column. ANSI colours are set
// only where the colour changes, which keeps the text short.
#include "simulation/replay/terminal_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "simulation/replay/figures.h"

namespace aia::simulation {
namespace {

enum class Cell { Empty, Served, Short, Idle };

struct Sign {
  const char* sign;
  const char* colour;
};

constexpr std::array<Sign, 4> kSigns = {{{" ", ""}, {"█", "\x1b[34m"}, {"╳", "\x1b[1;31m"}, {"░", "\x1b[90m"}}};
constexpr std::array<const char*, 9> kLevels = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr const char* kPlain = "\x1b[0m";

/// Joins cells, and sets a colour only at a change of colour.
class Painter {
 public:
  explicit Painter(bool coloured) : coloured_(coloured) {}
  void put(const char* sign, const char* colour) {
    if (coloured_ && colour_ != colour) text_ += std::string(kPlain) + colour;
    colour_ = colour;
    text_ += sign;
  }
  std::string text() { return coloured_ ? text_ + kPlain : text_; }

 private:
  bool coloured_;
  std::string text_, colour_;
};

std::string gutter(const std::string& label, const char* edge) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%*s ", TerminalChart::kGutter - 2, label.c_str());
  return text.data() + std::string(edge);
}

/// The number of rows that `value` fills from the bottom; any value above 0 fills at least a row.
int height(double value, double top, int rows) {
  if (!(value > 0)) return 0;
  return std::clamp(static_cast<int>(std::lround(value / top * rows)), 1, rows);
}

Cell cell(const Column& column, int row, double top, int rows) {
  const int demand = height(column.demand_rps, top, rows), capacity = height(column.capacity_rps, top, rows);
  // A shortage of less than a row is still drawn as a row.
  const int served = column.is_short() ? std::min(capacity, demand - 1) : demand;
  if (row < served) return Cell::Served;
  if (row < demand) return Cell::Short;
  return row < capacity ? Cell::Idle : Cell::Empty;
}

/// The times below the columns, where there is room: every 3 hours, or every day where the chart spans over 36 hours.
std::string hours(WallTime from, WallTime to, std::size_t count) {
  std::string line(count, ' ');
  const auto span = to - from;
  const auto every = span > std::chrono::hours(36) ? std::chrono::hours(24) : std::chrono::hours(3);
  auto mark = std::chrono::ceil<std::chrono::hours>(from);
  while (mark.time_since_epoch() % every != Millis(0)) mark += std::chrono::hours(1);
  std::size_t free = 0;
  for (; mark < to; mark += every) {
    const auto at = static_cast<std::size_t>((mark - from) * static_cast<std::int64_t>(count) / span);
    const auto text = clock_of(mark);
    if (at < free || at + text.size() > count) continue;
    line.replace(at, text.size(), text);
    free = at + text.size() + 1;
  }
  return line;
}

}  // namespace

std::vector<std::string> TerminalChart::draw(const std::vector<Column>& columns) const {
  std::vector<std::string> lines;
  for (int row = rows - 1; row >= 0; --row) {
    const bool labelled = row == rows - 1 || row == (rows - 1) / 2;
    Painter painter(coloured);
    for (const auto& column : columns) {
      const auto& sign = kSigns[static_cast<std::size_t>(cell(column, row, top_rps, rows))];
      painter.put(sign.sign, sign.colour);
    }
    lines.push_back(gutter(labelled ? figure(std::round(top_rps * (row + 1) / rows)) : "", labelled ? "┤" : "│") +
                    painter.text());
  }
  Painter queue(coloured);
  for (const auto& column : columns) {
    const bool late = column.queue > column.capacity_rps * std::chrono::duration<double>(slo_wait).count();
    const int level = late ? height(column.queue, top_queue, 8) : 0;
    queue.put(kLevels[static_cast<std::size_t>(level)], kSigns[static_cast<std::size_t>(Cell::Short)].colour);
  }
  lines.push_back(gutter("queue", "│") + queue.text());
  lines.push_back(std::string(kGutter, ' ') + hours(from, to, columns.size()));
  return lines;
}

std::vector<std::string> terminal_legend(Millis slo_wait, bool coloured) {
  const auto key = [&](const char* sign, Cell like, const std::string& word) {
    Painter painter(coloured);
    painter.put(sign, kSigns[static_cast<std::size_t>(like)].colour);
    painter.put((" " + word).c_str(), "");
    return painter.text();
  };
  const auto sign = [](Cell cell) { return kSigns[static_cast<std::size_t>(cell)].sign; };
  return {
      key(sign(Cell::Served), Cell::Served, "served   ") + key(sign(Cell::Short), Cell::Short, "above Ready capacity"),
      key(sign(Cell::Idle), Cell::Idle, "idle     ") + key("▃", Cell::Short, "waits longer than " + span(slo_wait))};
}

}  // namespace aia::simulation
