// Series files as people write them. What is read is a series on its grid, and reads the same when written again; what
// is refused is refused with a reason. The first byte chooses whether a step is given.
#include <array>
#include <charconv>
#include <cmath>

#include "base/demand_file.h"
#include "tests/fuzz/fuzz.h"

using aia::DemandSeries;
using aia::fuzz::require;

namespace {

std::string written(const DemandSeries& series) {
  std::string text = "t_s,value\n";
  std::array<char, 64> figure{};
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const auto ms = series.at(i).time_since_epoch().count();
    const auto seconds = std::to_chars(figure.data(), figure.data() + figure.size(), static_cast<double>(ms) / 1000);
    text.append(figure.data(), seconds.ptr) += ',';
    const auto value = std::to_chars(figure.data(), figure.data() + figure.size(), series.values[i]);
    text.append(figure.data(), value.ptr) += '\n';
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = aia::fuzz::text_of(data, size);
  const unsigned choice = aia::fuzz::take(text);
  const auto step = choice % 4 == 0 ? std::optional(aia::Millis{choice * 1000}) : std::nullopt;
  const auto read = aia::read_demand_file(text, step);
  if (!read) {
    require(!read.error().message.empty(), "what is refused has a reason", text);
    return 0;
  }
  const DemandSeries& series = *read;
  require(series.step > aia::Millis{0}, "a step is longer than nothing", text);
  require(!step || series.step == *step, "a given step is taken", text);
  require(!series.values.empty() && series.values.size() <= static_cast<std::size_t>(aia::kMaxDemandSteps), "bounded",
          text);
  for (const double value : series.values)
    require(std::isnan(value) || (std::isfinite(value) && value >= 0), "values are demand, or missing", text);
  if (series.values.size() > 1000) return 0;  // long gaps would only slow this down
  const auto again = aia::read_demand_file(written(series), series.step);
  require(again.ok() && again->start == series.start && again->values.size() == series.values.size(),
          "reads back as it was", text);
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const bool missing = std::isnan(series.values[i]);
    require(missing ? std::isnan(again->values[i]) : again->values[i] == series.values[i], "value", text);
  }
  return 0;
}
