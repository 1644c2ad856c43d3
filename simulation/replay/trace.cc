// Reading a trace; see trace.h. Times become whole milliseconds, so that bins are compared exactly.
#include "simulation/replay/trace.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/decimal.h"

namespace aia::simulation {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kLatestS = 253'402'300'799;  // the last second of the year 9999

struct Row {
  WallTime time{};
  double value = 0;
};

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

/// The first line off the front of `text`, without its end.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trimmed(line);
}

/// What is quoted in messages: a binary file must not fill the terminal.
std::string quoted(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 40)) shown += c >= ' ' && c <= '~' ? c : '?';
  return '"' + shown + (text.size() > 40 ? "…\"" : "\"");
}

Error wrong(int line, const std::string& message) {
  return {ErrorKind::Invalid, "line " + std::to_string(line) + ": " + message, {}};
}

bool is_rfc3339(std::string_view text) {
  return text.find('T') != std::string_view::npos || text.find('t') != std::string_view::npos;
}

Result<WallTime> read_time(std::string_view text, int line) {
  if (is_rfc3339(text)) {
    const auto time = parse_rfc3339(text);
    if (!time) return wrong(line, "field 1 (time): " + time.error().message);
    return *time;
  }
  const auto seconds = parse_decimal(text);
  if (!seconds || std::abs(*seconds) > kLatestS) {
    return wrong(line, "field 1 (time): " + quoted(text) + " is neither seconds nor RFC 3339 (2026-11-21T08:30:00Z)");
  }
  return WallTime(Millis(std::llround(*seconds * 1000)));
}

Result<double> read_value(std::string_view text, int line) {
  if (text.empty() || text == "NaN" || text == "nan") return kMissing;
  const auto value = parse_decimal(text);
  if (!value) return wrong(line, "field 2 (value): " + quoted(text) + " is not a number; leave a missing value empty");
  if (*value < 0) return wrong(line, "field 2 (value): " + quoted(text) + " is negative; it must be requests a second");
  return *value;
}

Result<Row> read_row(std::string_view text, int line) {
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) return wrong(line, quoted(text) + " has no comma; write time,value");
  if (text.find(',', comma + 1) != std::string_view::npos)
    return wrong(line, quoted(text) + " has more than two fields; write time,value");
  const auto time = read_time(trimmed(text.substr(0, comma)), line);
  if (!time) return time.error();
  const auto value = read_value(trimmed(text.substr(comma + 1)), line);
  if (!value) return value.error();
  return Row{*time, *value};
}

/// Puts a row at its place on the grid; bins between it and the last one are missing.
Status place(Trace& trace, const Row& row, int line) {
  if (trace.values.empty()) {
    trace.start = row.time;
  } else {
    const Millis since = row.time - trace.start;
    if (trace.step == Millis(0)) trace.step = since;
    const WallTime last = trace.end() - trace.step;
    if (since <= Millis(0) || row.time <= last) return wrong(line, "field 1 (time): not later than the line before");
    if (since % trace.step != Millis(0)) {
      return wrong(line, "field 1 (time): is not a whole number of steps (" + format_duration(trace.step) +
                             ", as between the first two lines) after the first; leave missing bins out");
    }
    const auto index = static_cast<std::size_t>(since / trace.step);
    if (index >= kMaxTraceBins)
      return wrong(line, "more than " + std::to_string(kMaxTraceBins) + " steps after the first line");
    trace.values.resize(index, kMissing);
  }
  trace.values.push_back(row.value);
  return done;
}

}  // namespace

double Trace::at(WallTime time) const {
  if (time < start || time >= end()) return kMissing;
  return values[static_cast<std::size_t>((time - start) / step)];
}

Trace Trace::between(WallTime from, WallTime to) const {
  const auto bin = [&](WallTime time) {
    return std::clamp<std::int64_t>((time - start) / step, 0, static_cast<std::int64_t>(values.size()));
  };
  const auto first = bin(from), last = std::max(bin(from), bin(to));
  return {name, start + step * first, step, {values.begin() + first, values.begin() + last}};
}

Trace Trace::filled() const {
  Trace whole = *this;
  const auto first = std::find_if(values.begin(), values.end(), [](double value) { return !std::isnan(value); });
  double last = first == values.end() ? 0 : *first;
  for (auto& value : whole.values) value = last = std::isnan(value) ? last : value;
  return whole;
}

Result<Trace> read_trace(std::string_view csv, std::string name) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  Trace trace;
  trace.name = std::move(name);
  int line = 1;
  std::optional<bool> dated;
  const auto header = take_line(csv);
  const auto first = header.substr(0, header.find(','));
  if (header.empty() || parse_decimal(trimmed(first)).ok() || parse_rfc3339(trimmed(first)).ok())
    return wrong(1, "must be a header, for example t_s,value; is " + quoted(header));
  while (!csv.empty()) {
    ++line;
    const auto text = take_line(csv);
    if (text.empty() && trimmed(csv).empty()) break;
    const auto row = read_row(text, line);
    if (!row) return row.error();
    if (dated && *dated != is_rfc3339(text)) return wrong(line, "field 1 (time): seconds and RFC 3339 in one file");
    dated = is_rfc3339(text);
    const auto placed = place(trace, *row, line);
    if (!placed) return placed.error();
  }
  if (trace.values.size() < 2) return wrong(line, "ends here: at least two lines of time,value are needed");
  return trace;
}

}  // namespace aia::simulation
