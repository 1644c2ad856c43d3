// Polynomials in the lag operator by their non-zero terms: the product of a seasonal and a plain ARMA factor at a
// season of 1440 has a dozen terms among thousands of lags, and a dozen is what a step then costs.
#pragma once

#include <vector>

namespace forecasting {

/// coefficient · B^lag.
struct Term {
  int lag = 1;
  double coefficient = 0;
};

/// 1 + Σ terms; lags ≥ 1, ascending, each once.
using Polynomial = std::vector<Term>;

/// 1 + sign · Σ coefficients[i] · B^((i+1)·step).
Polynomial polynomial(const std::vector<double>& coefficients, int step, double sign);

Polynomial product(const Polynomial& a, const Polynomial& b);

/// (1 − B)^plain · (1 − B^season_steps)^seasonal.
Polynomial differencing(int plain, int seasonal, int season_steps);

/// The largest lag; 0 for the polynomial 1.
int degree(const Polynomial& polynomial);

/// The polynomial applied to values, from the first value that has all its lags: degree() shorter than `values`; NaN
/// spreads.
std::vector<double> filtered(const Polynomial& polynomial, const std::vector<double>& values);

/// The polynomial at B = 1.
double sum(const Polynomial& polynomial);

}  // namespace forecasting
