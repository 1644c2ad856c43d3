// The ring of the transposed direct form: a step takes the front entry as the forecast and adds each polynomial term to
// the entry of its lag. Forecasts and shock effects run a copy of the filter, so no state is disturbed.
#include "forecasting/classic/arima_filter.h"

#include <algorithm>

namespace forecasting {

ArimaFilter::ArimaFilter(const Polynomial& ar, const Polynomial& ma, double constant)
    : ar_(ar), ma_(ma), constant_(constant), ring_(static_cast<std::size_t>(std::max({degree(ar), degree(ma), 1}))) {
  for (Term& term : ar_) term.coefficient = -term.coefficient;
}

void ArimaFilter::start_at(const std::vector<double>& forecasts) {
  next_ = 0;
  for (std::size_t i = 0; i < ring_.size(); ++i) {
    ring_[i] = forecasts[i] - constant_;
    for (const Term& term : ar_) {
      const auto lag = static_cast<std::size_t>(term.lag);
      if (lag <= i) ring_[i] -= term.coefficient * forecasts[i - lag];
    }
  }
}

std::vector<double> ArimaFilter::state() const {
  std::vector<double> state(ring_.begin() + static_cast<std::ptrdiff_t>(next_), ring_.end());
  state.insert(state.end(), ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(next_));
  return state;
}

void ArimaFilter::set_state(const std::vector<double>& state) {
  next_ = 0;
  std::copy_n(state.begin(), ring_.size(), ring_.begin());
}

std::vector<double> ArimaFilter::forecast(int steps) const {
  ArimaFilter ahead = *this;
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(steps));
  for (int i = 0; i < steps; ++i) {
    values.push_back(ahead.expected());
    ahead.gap();
  }
  return values;
}

std::vector<double> ArimaFilter::shock_effects(int steps) const {
  ArimaFilter ahead = *this;
  std::fill(ahead.ring_.begin(), ahead.ring_.end(), 0.0);
  ahead.constant_ = 0;
  ahead.step(1, 1);
  return ahead.forecast(steps);
}

void ArimaFilter::step(double value, double error) {
  const std::size_t size = ring_.size();
  ring_[next_] = 0;
  if (++next_ == size) next_ = 0;
  const auto add = [&](const Polynomial& terms, double factor) {
    for (const Term& term : terms) {
      std::size_t at = next_ + static_cast<std::size_t>(term.lag) - 1;
      if (at >= size) at -= size;
      ring_[at] += term.coefficient * factor;
    }
  };
  add(ar_, value);
  if (error != 0) add(ma_, error);
}

}  // namespace forecasting
