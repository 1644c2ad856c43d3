// The questions of an M4 file: the values that follow each series' known values, held out of the file or in a second
// file. Pure; an error is a sentence with the responsible flag of bench/m4.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "forecasting/exam/m4_file.h"

namespace forecasting::exam {

inline constexpr std::size_t kM4Day = 24, kM4Horizon = 48;  // of the hourly series

/// The known values of a series, and the values to forecast.
struct M4Question {
  std::string id;
  std::vector<double> train, truth;
};

struct M4Questions {
  std::vector<M4Question> asked;
  std::string error;  ///< empty: there is at least one question

  [[nodiscard]] bool ok() const { return error.empty(); }
};

/// Of `train` the last 48 values but `skip` are held out; with a `test` (not nullptr) its 48 follow on all of train,
/// and `skip` must be 0. `only`: ids; empty: all.
M4Questions m4_questions(const M4File& train, const M4File* test, std::size_t skip, const std::set<std::string>& only);

}  // namespace forecasting::exam
