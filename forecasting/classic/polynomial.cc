// Sparse polynomials by ordered terms. Products go through a map from lag to coefficient, which merges equal lags and
// keeps the terms ascending.
#include "forecasting/classic/polynomial.h"

#include <cstddef>
#include <map>

namespace forecasting {

Polynomial polynomial(const std::vector<double>& coefficients, int step, double sign) {
  Polynomial result;
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    if (coefficients[i] != 0) result.push_back({static_cast<int>(i + 1) * step, sign * coefficients[i]});
  }
  return result;
}

Polynomial product(const Polynomial& a, const Polynomial& b) {
  std::map<int, double> terms;
  for (const Term& term : a) terms[term.lag] += term.coefficient;
  for (const Term& term : b) {
    terms[term.lag] += term.coefficient;
    for (const Term& other : a) terms[term.lag + other.lag] += term.coefficient * other.coefficient;
  }
  Polynomial result;
  for (const auto& [lag, coefficient] : terms) {
    if (coefficient != 0) result.push_back({lag, coefficient});
  }
  return result;
}

Polynomial differencing(int plain, int seasonal, int season_steps) {
  Polynomial result;
  for (int i = 0; i < plain; ++i) result = product(result, {{1, -1}});
  for (int i = 0; i < seasonal; ++i) result = product(result, {{season_steps, -1}});
  return result;
}

int degree(const Polynomial& polynomial) {
  return polynomial.empty() ? 0 : polynomial.back().lag;
}

std::vector<double> filtered(const Polynomial& polynomial, const std::vector<double>& values) {
  const auto from = static_cast<std::size_t>(degree(polynomial));
  if (values.size() <= from) return {};
  std::vector<double> result(values.begin() + static_cast<std::ptrdiff_t>(from), values.end());
  for (const Term& term : polynomial) {
    const std::size_t shift = from - static_cast<std::size_t>(term.lag);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] += term.coefficient * values[i + shift];
  }
  return result;
}

double sum(const Polynomial& polynomial) {
  double total = 1;
  for (const Term& term : polynomial) total += term.coefficient;
  return total;
}

}  // namespace forecasting
