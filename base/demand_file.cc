// Times become whole milliseconds, so that the grid is compared exactly. The first mistake ends the reading.
#include "base/demand_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/decimal.h"

namespace aia {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kLatestS = 253'402'300'799;  // the last second of the year 9999
constexpr double kMost = 1e30;                // the most that the forecaster takes for demand
constexpr std::size_t kShown = 40;  // characters of a field in a message: a binary file must not fill the terminal

struct Row {
  WallTime time{};
  double value = 0;
  long line = 0;
};

Error invalid(const std::string& message) {
  return {ErrorKind::Invalid, message};
}

Error wrong(long line, const std::string& message) {
  return invalid(fmt::format("line {}: {}", line, message));
}

Error wrong_time(long line, const std::string& message) {
  return wrong(line, "field 1 (time): " + message);
}

/// The text without blanks around it and without one pair of quotes.
std::string_view bare(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  text = text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
  const bool in_quotes = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return in_quotes ? text.substr(1, text.size() - 2) : text;
}

std::string quoted(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, kShown)) shown += c >= ' ' && c <= '~' ? c : '?';
  return fmt::format(R"("{}{}")", shown, text.size() > kShown ? "…" : "");
}

/// Unset for anything but a decimal number: `inf` and `nan` are words here, 1e999 is out of range.
std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('+')) return std::nullopt;
  const auto value = parse_decimal(text);
  return value ? std::optional(*value) : std::nullopt;
}

bool is_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](unsigned char a, char b) { return std::tolower(a) == b; });
}

bool is_infinite(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return is_word(text, "inf") || is_word(text, "infinity");
}

/// Names of columns: the first field is no time and the second no value. A line with a time or a value is data with a
/// mistake, and must not be dropped silently.
bool is_header(std::string_view first, std::string_view second) {
  const bool time = parse_rfc3339(first).ok() || number(first);
  const bool value = second.empty() || is_word(second, "nan") || is_infinite(second) || number(second);
  return !time && !value;
}

/// A time, and the kind of its text: a file has one kind.
struct Time {
  WallTime at{};
  bool dated = false;
};

Result<Time> read_time(std::string_view text, long line) {
  if (const auto date = parse_rfc3339(text)) return Time{*date, true};
  const auto seconds = number(text);
  if (!seconds || std::abs(*seconds) > kLatestS)
    return wrong_time(line, quoted(text) + " is neither seconds nor RFC 3339 (2026-11-21T08:30:00Z)");
  return Time{WallTime{Millis{std::llround(*seconds * 1000)}}, false};
}

Result<double> read_value(std::string_view text, long line) {
  if (text.empty() || is_word(text, "nan")) return kMissing;
  const auto value = number(text);
  if (value && *value >= 0 && *value <= kMost) return *value + 0.0;  // −0 is 0
  const char* why = value && *value > kMost
                        ? " is above 1e30: no demand is that large; remove it or leave the field empty"
                    : value             ? " is negative; demand is ≥ 0: leave it empty if it was not measured"
                    : is_infinite(text) ? " is infinite; leave it empty if it was not measured"
                                        : " is not a number; leave a missing value empty";
  return wrong(line, "field 2 (value): " + quoted(text) + why);
}

struct Rows {
  std::vector<Row> rows;
  bool dated = false;
};

/// Adds the row of a line that is not blank. `begun`: the file had a line before.
Status read_line(std::string_view text, long line, bool begun, Rows& in) {
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) return wrong(line, quoted(bare(text)) + " has no comma; write time,value");
  const auto first = bare(text.substr(0, comma)), rest = text.substr(comma + 1);
  if (!begun && is_header(first, bare(rest))) return done;
  if (rest.find(',') != std::string_view::npos)
    return wrong(line, "has more than two fields; write time,value, one series a file");
  const auto time = read_time(first, line);
  if (!time) return time.error();
  if (!in.rows.empty() && in.dated != time->dated)
    return wrong_time(line, "seconds and RFC 3339 in one file; use one of them throughout");
  const auto value = read_value(bare(rest), line);
  if (!value) return value.error();
  if (!in.rows.empty() && time->at <= in.rows.back().time) {
    const long before = in.rows.back().line;
    return wrong_time(line, time->at == in.rows.back().time
                                ? fmt::format("the same as in line {}; keep one of the two", before)
                                : fmt::format("earlier than in line {}; sort the file by time", before));
  }
  in.dated = time->dated;
  in.rows.push_back({time->at, *value, line});
  return done;
}

Result<Rows> read_rows(std::string_view text) {
  Rows in;
  bool begun = false;
  for (long line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    if (const auto whole = text.substr(0, end); !bare(whole).empty()) {
      if (const auto read = read_line(whole, line, std::exchange(begun, true), in); !read) return read.error();
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return in;
}

/// The most common distance between neighbours, the shortest of equally common ones. Needs two rows.
Millis common_distance(const std::vector<Row>& rows) {
  std::vector<Millis> distances;
  for (std::size_t i = 1; i < rows.size(); ++i) distances.push_back(rows[i].time - rows[i - 1].time);
  std::sort(distances.begin(), distances.end());
  Millis common = distances.front();
  std::size_t most = 0;
  for (std::size_t i = 0, end = 0; i < distances.size(); i = end) {
    while (end < distances.size() && distances[end] == distances[i]) ++end;
    if (end - i <= most) continue;
    most = end - i;
    common = distances[i];
  }
  return common;
}

/// Checks that the rows lie on a grid of `step`. Errors: Invalid, naming the line off the grid.
Status check_grid(const std::vector<Row>& rows, Millis step, bool given) {
  const auto grid = fmt::format("the {} step of {}", given ? "given" : "detected", format_duration(step));
  if (rows.size() > 1 && given) {
    Millis closest = rows[1].time - rows[0].time;
    for (std::size_t i = 2; i < rows.size(); ++i) closest = std::min(closest, rows[i].time - rows[i - 1].time);
    if (closest > step)
      return invalid(fmt::format("no two lines are closer than {}, farther than {}: give that as the step",
                                 format_duration(closest), grid));
  }
  for (const Row& row : rows) {
    const Millis since = row.time - rows.front().time;
    if (since % step != Millis{0})
      return wrong_time(row.line, fmt::format("is {} off the grid of {}, counted from line {}; give another step, or "
                                              "resample the file",
                                              format_duration(since % step), grid, rows.front().line));
    if (since / step >= kMaxDemandSteps)
      return wrong_time(row.line, fmt::format("is {} steps after the first ({}); at most {} are read: cut the file "
                                              "before its gap, or give a longer step",
                                              since / step, grid, kMaxDemandSteps));
  }
  return done;
}

}  // namespace

Result<DemandSeries> read_demand_file(std::string_view text, std::optional<Millis> step) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto in = read_rows(text);
  if (!in) return in.error();
  const auto& rows = in->rows;
  if (rows.empty()) return invalid("holds no data: lines of time,value are needed");
  if (step && *step <= Millis{0}) return invalid("the given step must be longer than nothing");
  if (!step && rows.size() < 2) return invalid("holds one line of data: without a given step two are needed");
  DemandSeries series{rows.front().time, step ? *step : common_distance(rows), {}, in->dated};
  if (const auto fits = check_grid(rows, series.step, step.has_value()); !fits) return fits.error();
  const auto index = [&](const Row& row) { return static_cast<std::size_t>((row.time - series.start) / series.step); };
  series.values.assign(index(rows.back()) + 1, kMissing);
  for (const Row& row : rows) series.values[index(row)] = row.value;
  return series;
}

}  // namespace aia
