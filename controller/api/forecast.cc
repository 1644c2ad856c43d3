// The figures of `kubectl get forecasts`.
#include "controller/api/forecast.h"

#include <cmath>

#include "base/decimal.h"

namespace aia::api {

std::optional<std::string> figure(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? std::optional(format_figure(*value)) : std::nullopt;
}

std::optional<std::string> percent(double share) {
  if (!std::isfinite(share)) return std::nullopt;
  const double rounded = std::round(share * 100);
  return (rounded > 0 ? "+" : "") + format_decimal(rounded) + "%";
}

}  // namespace aia::api
