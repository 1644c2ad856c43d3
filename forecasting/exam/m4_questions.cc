// Splitting M4's series into the known part and the judged 48 values, from one file or from two. Lengths are checked
// first, so that a short series is named instead of misread.
#include "forecasting/exam/m4_questions.h"

#include <cstddef>
#include <map>

namespace forecasting::exam {
namespace {

std::string values_of(const std::string& id, std::size_t count) {
  return id + " has " + std::to_string(count) + (count == 1 ? " value" : " values");
}

}  // namespace

M4Questions m4_questions(const M4File& train, const M4File* test, std::size_t skip, const std::set<std::string>& only) {
  const auto fail = [](const std::string& error) { return M4Questions{{}, error}; };
  if (test != nullptr && skip > 0)
    return fail("--skip leaves out the end of --train, which --test does not follow then; give one of the two");
  std::map<std::string, const std::vector<double>*> came;
  for (std::size_t i = 0; test != nullptr && i < test->series.size(); ++i) {
    const auto& [id, values] = test->series[i];
    if (values.size() != kM4Horizon)
      return fail("--test: " + values_of(id, values.size()) + "; 48 are forecast and judged");
    came[id] = &values;
  }
  const std::size_t held_out = test != nullptr ? 0 : skip + kM4Horizon;
  M4Questions questions;
  for (const auto& [id, values] : train.series) {
    if (!only.empty() && !only.contains(id)) continue;
    if (values.size() < held_out + 2 * kM4Day) {
      return fail("--train: " + values_of(id, values.size()) + "; two days are needed" +
                  (held_out > 0 ? " before the " + std::to_string(held_out) + " that are left out" : ""));
    }
    if (test != nullptr && !came.contains(id)) return fail("--test: " + id + " of --train is not there");
    const auto end = values.end() - static_cast<std::ptrdiff_t>(held_out);
    questions.asked.push_back({id, {values.begin(), end}, {}});
    questions.asked.back().truth = test != nullptr ? *came.at(id) : std::vector(end, end + kM4Horizon);
  }
  if (questions.asked.empty()) return fail("--only: none of these ids is in --train");
  return questions;
}

}  // namespace forecasting::exam
