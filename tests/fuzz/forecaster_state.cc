// A forecaster's saved state, as somebody may have left it on a disk, and series from hell. A state is refused with a
// reason, and the forecaster is as it was; or it is taken up, and then updates, refits, paths and saving go well and
// every fan is finite, ≥ 0 and monotone. What was saved after any series is taken up again. The first byte chooses: the
// rest as it is, sealed (the checksum must not shield the parser), as changes of a real state's content, or as a
// series.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "forecasting/engine/checkpoint.h"
#include "forecasting/engine/forecaster.h"
#include "tests/fuzz/fuzz.h"

using namespace forecasting;
using aia::fuzz::require;
using aia::fuzz::take;
using Bytes = std::vector<std::byte>;

namespace {

constexpr int kDay = 12;
constexpr int kFirst = 1'000'000;  // step of the first update
constexpr int kSaved = 15 * kDay;  // of the real state

Options short_season() {
  Options options;
  options.season_steps = kDay;
  options.levels = {0.5, 0.9};
  return options;
}

TimePoint at(int step) {
  return TimePoint{(kFirst + step) * short_season().step};
}

double wave(int step) {
  return step % 41 == 7 ? std::numeric_limits<double>::quiet_NaN()
                        : 100 + 60 * std::sin(step * 2 * M_PI / kDay) + step % 7;
}

Forecaster fresh() {
  Forecaster forecaster(short_season());
  forecaster.set_planning_horizon(std::chrono::minutes(2));
  return forecaster;
}

/// Of two weeks, with trees.
const Bytes& real_state() {
  static const Bytes state = [] {
    Forecaster forecaster = fresh();
    for (int step = 0; step < kSaved; ++step) {
      forecaster.update(at(step), wave(step));
      if (step == 14 * kDay) forecaster.adopt(forecaster.refit_job().run());
    }
    return forecaster.save();
  }();
  return state;
}

/// One that has seen nothing, or two weeks.
Forecaster some_forecaster(unsigned choice) {
  Forecaster forecaster = fresh();
  if (choice % 2 == 1) require(!forecaster.restore(real_state()), "a real state is taken up");
  return forecaster;
}

/// What such states are sealed with: the refusal of another one says it.
const std::string& kind() {
  static const std::string words = [] {
    const std::string refusal = Forecaster(short_season()).restore(seal({}, "")).value_or("");
    return refusal.substr(refusal.find(", not ") + 6);
  }();
  return words;
}

void require_sound(const Fan& fan) {
  require(std::isfinite(fan.latest) && fan.latest >= 0, "the newest value is one");
  for (std::size_t k = 0; k < fan.values.rows(); ++k) {
    for (std::size_t q = 0; q < fan.values.cols(); ++q) {
      const double value = fan.values(k, q), below = q > 0 ? fan.values(k, q - 1) : 0;
      require(std::isfinite(value) && value >= below, "a fan is finite, non-negative, monotone", std::to_string(value));
    }
  }
  for (const double margin : fan.window_margins.figures()) require(std::isfinite(margin), "margins are finite");
  if (fan.empty()) return;
  const double most = fan.window_max(fan.origin, fan.origin + std::chrono::minutes(7), 0.95);
  require(std::isfinite(most) && most >= 0, "so are maxima");
}

void require_sound(const Forecaster& forecaster) {
  require_sound(forecaster.fan());
  const Scenarios paths = forecaster.scenarios(std::chrono::hours(1));
  for (const double value : paths.paths.figures())
    require(std::isfinite(value) && value >= 0, "paths are finite and non-negative");
  require(!forecaster.summary().why.empty(), "it says why");
}

void go_on(Forecaster& forecaster, unsigned choice) {
  require_sound(forecaster);
  for (int step = kSaved + 200; step < kSaved + 206; ++step) {
    forecaster.update(at(step), wave(step));
    if (step % 5 == 3 && choice % 8 == 0) forecaster.adopt(forecaster.refit_job().run());
    require_sound(forecaster);
  }
  require(!forecaster.save().empty(), "it can be saved");
}

void take_up(const Bytes& state, unsigned choice) {
  Forecaster forecaster = some_forecaster(choice / 8);
  const Bytes before = forecaster.save();
  if (const auto refusal = forecaster.restore(state)) {
    require(!refusal->empty(), "a refusal has words");
    require(forecaster.save() == before, "refused, it is as it was", *refusal);
    return;
  }
  go_on(forecaster, choice);
}

std::size_t place_of(std::string_view& changes) {
  const unsigned high = take(changes);
  return high << 8 | take(changes);
}

/// Two bytes a place, one that says what is put there, then as many as it takes. Two bytes at the end: it is cut there.
Bytes changed(std::string_view changes) {
  const auto content = open(real_state(), kind()).content;
  Bytes bytes(content.begin(), content.end());
  constexpr double kBig = std::numeric_limits<double>::max(), kInf = std::numeric_limits<double>::infinity();
  constexpr std::array kDoubles{kBig, -kBig, kInf, -kInf, 1e-320, 1e99, -1.0, std::numeric_limits<double>::quiet_NaN()};
  while (changes.size() > 2) {
    const std::size_t place = place_of(changes) % (bytes.size() - sizeof(double));
    const unsigned what = take(changes);
    const double figure = kDoubles[what / 4 % kDoubles.size()];
    const auto single = static_cast<float>(std::clamp(figure, -3.4e38, 3.4e38));
    const std::size_t size = std::min(changes.size(), what % 2 == 0 ? sizeof(double) : sizeof(float));
    if (what % 4 == 2) std::memcpy(&bytes[place], &figure, sizeof figure);
    if (what % 4 == 3) std::memcpy(&bytes[place], &single, sizeof single);
    if (what % 4 >= 2) continue;
    std::memcpy(&bytes[place], changes.data(), size);
    changes.remove_prefix(size);
  }
  if (changes.size() == 2) bytes.resize(place_of(changes) % bytes.size());
  return bytes;
}

/// A byte says what comes and how often.
void live_through(std::string_view series, unsigned choice) {
  constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
  constexpr std::array kValues{kGap, 0.0, 1.0, 1e30, 1e-30, 5e-324, 1e-310, 1e12, 7.0, 1e29, 3e38, 1e-45, 1e300, -1.0};
  Forecaster one = some_forecaster(choice / 8);
  int step = kSaved;
  const int last = step + 60;
  double value = 0;
  while (!series.empty() && step < last) {
    const unsigned next = take(series), what = next % 16;
    if (what < kValues.size()) value = kValues[what];
    for (unsigned times = 0; times < 1 + next / 16 && step < last; ++times) {
      if (what == 14) value *= 1000;
      if (what == 15) value /= 1000;
      one.update(at(step++), value);
    }
    require_sound(one);
  }
  const Bytes state = one.save();
  Forecaster other = fresh();
  require(!other.restore(state), "what was saved is taken up");
  require(other.save() == state, "as it was");
  go_on(one, choice), go_on(other, choice);
  require(one.save() == other.save(), "both go on alike");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = aia::fuzz::text_of(data, size);
  const unsigned choice = take(rest), how = choice / 4;
  const auto* const bytes = reinterpret_cast<const std::byte*>(rest.data());
  switch (choice % 4) {
    case 0: take_up({bytes, bytes + rest.size()}, how); break;
    case 1: take_up(seal({bytes, rest.size()}, kind()), how); break;
    case 2: take_up(seal(changed(rest), kind()), how); break;
    default: live_through(rest, how);
  }
  return 0;
}
