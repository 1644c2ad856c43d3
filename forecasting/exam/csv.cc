// Reading a series field by field and placing its lines on the grid. Times become whole milliseconds first, so that the
// grid is compared exactly and no rounding moves a line to a neighbouring step.
#include "forecasting/exam/csv.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "forecasting/exam/missing.h"
#include "forecasting/exam/rfc3339.h"
#include "forecasting/values/words.h"

namespace forecasting::exam {
namespace {

constexpr double kLatestS = 253'402'300'799;  // the last second of the year 9999
constexpr double kMost = 1e30;                // what the forecaster takes for demand
constexpr std::size_t kShown = 40;            // of a field, in a message: a binary file must not fill the terminal

struct Row {
  TimePoint time{};
  double value = 0;
  long line = 0;
};

/// Without blanks and one pair of quotes around it.
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
  return '"' + shown + (text.size() > kShown ? "…\"" : "\"");
}

/// Unset for anything but a decimal number: `inf` and `nan` are words here, 1e999 is out of range.
std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool begins = !text.empty() && (std::isdigit(static_cast<unsigned char>(text.front())) != 0 ||
                                        text.front() == '.' || text.front() == '-');
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!begins || error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool is_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](unsigned char a, char b) { return std::tolower(a) == b; });
}

bool is_infinite(std::string_view text) {
  return is_word(text, "inf") || is_word(text, "+inf") || is_word(text, "-inf") || is_word(text, "infinity") ||
         is_word(text, "-infinity");
}

/// Names of columns: the first field is no time and the rest no value. Were one of the two, a line of data with a
/// mistake in it would be dropped without a word.
bool is_header(std::string_view first, std::string_view second) {
  const bool time = parse_rfc3339(first) || number(first);
  const bool value = second.empty() || is_word(second, "nan") || is_infinite(second) || number(second);
  return !time && !value;
}

/// Reads lines into rows, one after the other; the first mistake ends it.
class Rows {
 public:
  void read(std::string_view text) {
    for (long line = 1; !text.empty() && error.empty(); ++line) {
      const auto end = text.find('\n');
      read_line(text.substr(0, end), line);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }

  std::vector<Row> rows;
  std::string error;
  bool dated = false;

 private:
  void read_line(std::string_view text, long line) {
    if (bare(text).empty()) return;
    const auto comma = text.find(',');
    const auto first = bare(text.substr(0, comma));
    const bool begun = std::exchange(begun_, true);
    if (comma == std::string_view::npos) return fail(line, quoted(bare(text)) + " has no comma; write time,value");
    const auto second = text.substr(comma + 1);
    if (!begun && is_header(first, bare(second))) return;
    if (second.find(',') != std::string_view::npos)
      return fail(line, "has more than two fields; write time,value, one series a file");
    const auto time = read_time(first, line);
    const auto value = time ? read_value(bare(second), line) : std::nullopt;
    if (!value) return;
    if (!rows.empty() && *time <= rows.back().time) return out_of_order(*time, line);
    rows.push_back({*time, *value, line});
  }

  std::optional<TimePoint> read_time(std::string_view text, long line) {
    const auto date = parse_rfc3339(text);
    const auto seconds = date ? std::nullopt : number(text);
    if (!date && (!seconds || std::abs(*seconds) > kLatestS)) {
      fail(line, "field 1 (time): " + quoted(text) + " is neither seconds nor RFC 3339 (2026-11-21T08:30:00Z)");
      return std::nullopt;
    }
    if (!rows.empty() && dated != date.has_value()) {
      fail(line, "field 1 (time): seconds and RFC 3339 in one file; use one of them throughout");
      return std::nullopt;
    }
    dated = date.has_value();
    return date ? *date : TimePoint{Duration{std::llround(*seconds * 1000)}};
  }

  std::optional<double> read_value(std::string_view text, long line) {
    if (text.empty() || is_word(text, "nan")) return kMissing;
    const auto value = number(text);
    if (value && *value >= 0 && *value <= kMost) return *value + 0.0;  // −0 is 0
    fail(line,
         "field 2 (value): " + quoted(text) +
             (value && *value > kMost ? " is above 1e30: no demand is that large; remove it or leave the field empty"
              : value                 ? " is negative; demand is ≥ 0: leave it empty if it was not measured"
              : is_infinite(text)     ? " is infinite; leave it empty if it was not measured"
                                      : " is not a number; leave a missing value empty"));
    return std::nullopt;
  }

  void out_of_order(TimePoint time, long line) {
    const std::string before = "line " + std::to_string(rows.back().line);
    fail(line,
         "field 1 (time): " + (time == rows.back().time ? "the same as in " + before + "; keep one of the two"
                                                        : "earlier than in " + before + "; sort the file by time"));
  }

  void fail(long line, const std::string& message) { error = "line " + std::to_string(line) + ": " + message; }

  bool begun_ = false;
};

/// The most common distance between neighbours, the shortest of equally common ones. Needs two rows.
Duration common_distance(const std::vector<Row>& rows) {
  std::vector<Duration> distances;
  for (std::size_t i = 1; i < rows.size(); ++i) distances.push_back(rows[i].time - rows[i - 1].time);
  std::sort(distances.begin(), distances.end());
  Duration common = distances.front();
  std::size_t most = 0;
  for (std::size_t i = 0, end = 0; i < distances.size(); i = end) {
    while (end < distances.size() && distances[end] == distances[i]) ++end;
    if (end - i <= most) continue;
    most = end - i;
    common = distances[i];
  }
  return common;
}

std::string exact(Duration duration) {
  return duration.count() % 1000 == 0 ? std::to_string(duration.count() / 1000) + "s"
                                      : std::to_string(duration.count()) + "ms";
}

/// Why the rows are no series on a grid of `step`; empty: they are.
std::string obstacle(const std::vector<Row>& rows, Duration step, bool given) {
  const std::string grid = std::string(given ? "the given" : "the detected") + " step of " + exact(step);
  if (rows.size() > 1 && given) {
    Duration closest = rows[1].time - rows[0].time;
    for (std::size_t i = 2; i < rows.size(); ++i) closest = std::min(closest, rows[i].time - rows[i - 1].time);
    if (closest > step)
      return "no two lines are closer than " + exact(closest) + ", farther than " + grid + ": give that as the step";
  }
  for (const Row& row : rows) {
    const Duration since = row.time - rows.front().time;
    if (since % step != Duration{0}) {
      return "line " + std::to_string(row.line) + ": field 1 (time): is " + exact(since % step) + " off the grid of " +
             grid + ", counted from line " + std::to_string(rows.front().line) +
             "; give another step, or resample the file";
    }
    if (since / step >= kMaxSteps) {
      return "line " + std::to_string(row.line) + ": field 1 (time): is " + std::to_string(since / step) +
             " steps after the first (" + grid + "); at most " + std::to_string(kMaxSteps) +
             " are read: cut the file before its gap, or give a longer step";
    }
  }
  return {};
}

}  // namespace

CsvResult read_csv(std::string_view text, std::optional<Duration> step) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Rows in;
  in.read(text);
  if (!in.error.empty()) return {{}, in.error};
  if (in.rows.empty()) return {{}, "holds no data: lines of time,value are needed"};
  if (step && *step <= Duration{0}) return {{}, "the given step must be longer than nothing"};
  if (!step && in.rows.size() < 2) return {{}, "holds one line of data: without a given step two are needed"};
  CsvResult result;
  Series& series = result.series;
  series.step = step ? *step : common_distance(in.rows);
  result.error = obstacle(in.rows, series.step, step.has_value());
  if (!result.ok()) return result;
  series.start = in.rows.front().time;
  series.dated = in.dated;
  const auto index = [&](const Row& row) { return static_cast<std::size_t>((row.time - series.start) / series.step); };
  series.values.assign(index(in.rows.back()) + 1, kMissing);
  for (const Row& row : in.rows) series.values[index(row)] = row.value;
  return result;
}

}  // namespace forecasting::exam
