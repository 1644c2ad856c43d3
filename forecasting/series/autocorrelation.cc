// Products at every lag by two Fourier transforms, of the values and of the mask of known values: the quotient of both
// leaves gaps out (Wiener and Khinchin). The transform is a plain radix 2: a library would be one more dependency for
// thirty lines.
#include "forecasting/series/autocorrelation.h"

#include <bit>
#include <cmath>
#include <complex>
#include <cstddef>
#include <utility>

namespace forecasting {
namespace {

using Complex = std::complex<double>;

/// In place, radix 2; the size is a power of two.
void transform(std::vector<Complex>& x) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (std::size_t length = 2; length <= n; length *= 2) {
    std::vector<Complex> roots(length / 2);
    for (std::size_t k = 0; k < roots.size(); ++k) {
      roots[k] = std::polar(1.0, -2 * M_PI * static_cast<double>(k) / static_cast<double>(length));
    }
    for (std::size_t block = 0; block < n; block += length) {
      for (std::size_t k = 0; k < roots.size(); ++k) {
        const Complex even = x[block + k], odd = roots[k] * x[block + k + roots.size()];
        x[block + k] = even + odd;
        x[block + k + roots.size()] = even - odd;
      }
    }
  }
}

/// Σ_t x(t) x(t − lag) for every lag.
std::vector<double> products(const std::vector<double>& values) {
  std::vector<Complex> x(std::bit_ceil(2 * values.size()));
  for (std::size_t t = 0; t < values.size(); ++t) x[t] = values[t];
  transform(x);
  for (Complex& bin : x) bin = std::norm(bin);
  transform(x);  // its own inverse on an even, real sequence, up to the size
  std::vector<double> sums(values.size());
  for (std::size_t t = 0; t < sums.size(); ++t) sums[t] = x[t].real() / static_cast<double>(x.size());
  return sums;
}

}  // namespace

std::vector<double> autocorrelation(const std::vector<double>& values, int lag_max) {
  std::vector<double> centred(values.size()), mask(values.size());
  double mean = 0;
  int seen = 0;
  for (const double value : values) {
    if (!std::isnan(value)) mean += (value - mean) / ++seen;
  }
  for (std::size_t t = 0; t < values.size(); ++t) {
    mask[t] = std::isnan(values[t]) ? 0 : 1;
    centred[t] = std::isnan(values[t]) ? 0 : values[t] - mean;
  }
  std::vector<double> r(static_cast<std::size_t>(lag_max) + 1);
  if (seen == 0) return r;
  const std::vector<double> sums = products(centred), pairs = products(mask);
  const double variance = sums[0] / seen;
  for (std::size_t lag = 0; lag < r.size(); ++lag) {
    const double possible = static_cast<double>(values.size() - lag);
    if (variance > 0 && pairs[lag] > 0.1 * possible) r[lag] = sums[lag] / pairs[lag] / variance;
  }
  return r;
}

}  // namespace forecasting
