// Forecasters side by side: the whole, each part, and the remainder of the series. Parts are updated first, because the
// whole takes their summed paths as a member of its combination.
#include "forecasting/engine/decomposed.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "forecasting/learner/spans.h"

namespace forecasting {
namespace {

using Size = std::uint64_t;

double of_part(double value) {
  return std::isfinite(value) && value > 0 ? value : 0;
}

}  // namespace

Decomposed::Decomposed(const Options& options, std::size_t parts) : options_(options), whole_(options) {
  for (std::size_t part = 0; part < parts; ++part) add_part();
}

Forecaster Decomposed::fresh() const {
  Forecaster forecaster(options_);
  if (horizon_) forecaster.set_planning_horizon(*horizon_);
  return forecaster;
}

void Decomposed::add_part() {
  if (parts_.empty()) {
    parts_.push_back(fresh());
  } else {
    parts_.back() = fresh();  // the remainder is smaller from now on
  }
  parts_.insert(parts_.end() - 1, fresh());
}

void Decomposed::renew_part(std::size_t part) {
  parts_[part] = fresh();
  parts_.back() = fresh();
}

void Decomposed::set_planning_horizon(Duration horizon) {
  horizon_ = horizon;
  for (std::size_t place = 0; place < places(); ++place) at(place).set_planning_horizon(horizon);
}

void Decomposed::update(TimePoint at, double value, std::span<const double> parts, Observed observed) {
  if (parts_.empty()) return whole_.update(at, value, observed);
  constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
  // A lower bound of the whole bounds none of its parts, nor do the parts' values add up to a bound. The parts get a
  // gap.
  const bool usable = std::isfinite(value) && value >= 0 && observed == Observed::Whole;
  double rest = value;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    parts_[part].update(at, usable ? of_part(parts[part]) : kGap);
    rest -= of_part(parts[part]);
  }
  parts_.back().update(
      at, usable ? std::max(0.0, rest) : kGap);  // parts and whole come from two queries, which may be a moment apart
  const Duration furthest = Spans::of(options_.season_steps).four_hours * options_.step;
  std::vector<Scenarios> paths;
  for (const Forecaster& part : parts_) paths.push_back(part.scenarios(furthest));
  const Scenarios total = sum(paths);
  whole_.update(at, value, observed, &total);
}

bool Decomposed::refit_due() const {
  return whole_.refit_due() ||
         std::any_of(parts_.begin(), parts_.end(), [](const Forecaster& part) { return part.refit_due(); });
}

Decomposed::RefitJobs Decomposed::refit_jobs() const {
  RefitJobs jobs;
  for (std::size_t place = 0; place < places(); ++place) {
    if (at(place).refit_due()) jobs.jobs.emplace_back(place, at(place).refit_job());
  }
  return jobs;
}

Decomposed::Refits Decomposed::RefitJobs::run() const {
  Refits refits;
  for (const auto& [place, job] : jobs) refits.found.emplace_back(place, job.run());
  return refits;
}

void Decomposed::adopt(Refits refits) {
  for (auto& [place, refit] : refits.found) at(place).adopt(std::move(refit));
}

std::size_t Decomposed::state_bytes() const {
  std::size_t bytes = 0;
  for (std::size_t place = 0; place < places(); ++place) bytes += at(place).state_bytes();
  return bytes;
}

std::vector<std::byte> Decomposed::save() const {
  std::vector<std::byte> all;
  for (std::size_t place = 0; place < places(); ++place) {
    const auto state = at(place).save();
    if (state.empty()) return {};
    const Size size = state.size();
    const auto* const begin = reinterpret_cast<const std::byte*>(&size);
    all.insert(all.end(), begin, begin + sizeof size);
    all.insert(all.end(), state.begin(), state.end());
  }
  return all;
}

std::optional<std::string> Decomposed::restore(std::span<const std::byte> state) {
  std::vector<Forecaster> restored;
  for (std::size_t place = 0; place < places(); ++place) {
    Size size = 0;
    if (state.size() < sizeof size) return "it was cut short";
    std::memcpy(&size, state.data(), sizeof size);
    state = state.subspan(sizeof size);
    if (state.size() < size) return "it was cut short";
    if (auto refusal = restored.emplace_back(fresh()).restore(state.first(size))) return refusal;
    state = state.subspan(size);
  }
  if (!state.empty()) return "it holds more than this";
  whole_ = std::move(restored.front());
  std::move(restored.begin() + 1, restored.end(), parts_.begin());
  return std::nullopt;
}

}  // namespace forecasting
