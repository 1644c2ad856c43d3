// Series as the M4 competition publishes them: a line each, an id and then any number of values. Pure; an
// error is a sentence with line and field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forecasting::exam {

struct M4Series {
  std::string id;
  std::vector<double> values;  ///< oldest first
};

struct M4File {
  std::vector<M4Series> series;
  std::string error;  ///< empty: series are good

  [[nodiscard]] bool ok() const { return error.empty(); }
};

/// `text`: a header, then lines `id,value,value…`, cells quoted or not; empty cells or NA only after the last value.
M4File read_m4(std::string_view text);

}  // namespace forecasting::exam
