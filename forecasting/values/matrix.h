// A table of figures in row-major order: what fans and scenario paths hold. A value type of a few lines instead of a
// linear algebra library's, so that the loop and the plan, which only read figures, do not compile 39,000 lines for
// them.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

namespace forecasting {

class Matrix {
 public:
  Matrix() = default;
  /// All figures are 0.
  Matrix(std::size_t rows, std::size_t cols) : rows_(rows), cols_(cols), figures_(rows * cols) {}
  /// From equally long rows: Matrix{{1, 2}, {3, 4}}.
  Matrix(std::initializer_list<std::initializer_list<double>> rows)
      : rows_(rows.size()), cols_(rows.size() == 0 ? 0 : rows.begin()->size()) {
    for (const auto& row : rows) figures_.insert(figures_.end(), row);
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t cols() const { return cols_; }
  [[nodiscard]] bool empty() const { return figures_.empty(); }

  /// Precondition, of all that follow: indices below rows() and cols().
  [[nodiscard]] double& operator()(std::size_t row, std::size_t col) { return figures_[row * cols_ + col]; }
  [[nodiscard]] double operator()(std::size_t row, std::size_t col) const { return figures_[row * cols_ + col]; }
  [[nodiscard]] std::span<double> row(std::size_t row) { return std::span(figures_).subspan(row * cols_, cols_); }
  [[nodiscard]] std::span<const double> row(std::size_t row) const {
    return std::span(figures_).subspan(row * cols_, cols_);
  }

  /// All figures, row after row.
  [[nodiscard]] std::span<const double> figures() const { return figures_; }

  bool operator==(const Matrix&) const = default;

 private:
  std::size_t rows_ = 0, cols_ = 0;
  std::vector<double> figures_;
};

}  // namespace forecasting
