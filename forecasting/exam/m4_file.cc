// Reading M4's lines: a cell at a time, quoted or not. Values end at the first empty cell; a value behind an empty cell
// is a mistake and is named.
#include "forecasting/exam/m4_file.h"

#include <charconv>
#include <cmath>

namespace forecasting::exam {
namespace {

/// Takes the text before `end` off the front, and `end` with it; the whole text when there is no `end`.
std::string_view take(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

std::string_view unquoted(std::string_view cell) {
  while (!cell.empty() && (cell.back() == '\r' || cell.back() == ' ')) cell.remove_suffix(1);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') return cell.substr(1, cell.size() - 2);
  return cell;
}

/// Empty when `line` is good.
std::string read_line(std::string_view line, M4Series& series) {
  series.id = unquoted(take(line, ','));
  std::size_t ended = 0;  // the first empty field
  for (std::size_t field = 2; !line.empty(); ++field) {
    const std::string_view cell = unquoted(take(line, ','));
    if (cell.empty() || cell == "NA") {
      if (ended == 0) ended = field;
      continue;
    }
    double value = 0;
    const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (code != std::errc{} || end != cell.data() + cell.size() || !std::isfinite(value)) {
      return "field " + std::to_string(field) + ": \"" + std::string(cell) + "\" is no number";
    }
    if (ended != 0) return "field " + std::to_string(ended) + " is empty, but values follow";
    series.values.push_back(value);
  }
  if (series.values.empty()) return "no values after the id";
  return "";
}

}  // namespace

M4File read_m4(std::string_view text) {
  M4File file;
  take(text, '\n');
  for (std::size_t number = 2; !text.empty(); ++number) {
    const std::string_view line = take(text, '\n');
    if (unquoted(line).empty()) continue;
    const std::string mistake = read_line(line, file.series.emplace_back());
    if (!mistake.empty()) return {{}, "line " + std::to_string(number) + ": " + mistake};
  }
  if (file.series.empty()) file.error = "no series: a header and lines id,value,value… are expected";
  return file;
}

}  // namespace forecasting::exam
