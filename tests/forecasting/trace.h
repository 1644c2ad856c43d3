// Traces of shared/data for the forecasting exams: facts from public sources that the project does not commit, so every
// user of this file must do without them.
#pragma once

#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace forecasting::testing {

/// Column `value` of data/<path>; empty cells and "nan" are NaN. Unset when the file is absent.
inline std::optional<std::vector<double>> read_trace(const std::string& path) {
  std::ifstream file(std::string(AIA_SOURCE_DIR) + "/../shared/data/" + path);
  if (!file) return std::nullopt;
  std::vector<double> values;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t comma = line.find(',');
    const std::string cell = comma == std::string::npos ? "" : line.substr(comma + 1);
    const bool missing = cell.empty() || cell[0] == 'n' || cell[0] == 'N' || cell[0] == '\r';
    values.push_back(missing ? std::numeric_limits<double>::quiet_NaN() : std::stod(cell));
  }
  return values;
}

}  // namespace forecasting::testing
