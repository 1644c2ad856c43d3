// Series files as the M4 competition publishes them, and as they arrive: cut off, re-saved by a spreadsheet. What is
// read holds finite values under its id and reads the same when written again; what is refused is refused with a line's
// number.
#include "forecasting/exam/m4_file.h"

#include <array>
#include <charconv>
#include <cmath>

#include "tests/fuzz/fuzz.h"

using namespace forecasting::exam;
using aia::fuzz::require;

namespace {

std::string written(const M4File& file) {
  std::string text = "V1,V2\n";
  std::array<char, 64> figure{};
  for (const M4Series& series : file.series) {
    text += '"' + series.id + '"';
    for (const double value : series.values) {
      const auto end = std::to_chars(figure.data(), figure.data() + figure.size(), value);
      text.append(1, ',').append(figure.data(), end.ptr);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = aia::fuzz::text_of(data, size);
  const M4File file = read_m4(text);
  if (!file.ok()) {
    require(file.series.empty(), "what is refused is not there", text);
    require(file.error.starts_with("line ") || file.error.starts_with("no series"), "says where", file.error);
    return 0;
  }
  require(!file.series.empty(), "a file that is read has a series", text);
  for (const M4Series& series : file.series) {
    require(!series.values.empty(), "a series has values", text);
    for (const double value : series.values) require(std::isfinite(value), "values are finite", text);
  }
  const M4File again = read_m4(written(file));
  require(again.ok() && again.series.size() == file.series.size(), "reads back", text);
  for (std::size_t i = 0; i < file.series.size(); ++i) {
    require(again.series[i].id == file.series[i].id, "id", text);
    require(again.series[i].values == file.series[i].values, "values", text);
  }
  return 0;
}
