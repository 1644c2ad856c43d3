// Refits beside the loop, and what is kept over a restart: done in place or in a background that takes so many, the
// busiest first; a checkpoint continues where it was, one that does not fit is told.
#include "controller/loop/demand/refits.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "controller/loop/demand/checkpointing.h"

namespace aia::loop {
namespace {

using namespace std::chrono_literals;

const WallTime kOrigin{Millis(1'800'000'000'000)};
constexpr int kDay = 288;
constexpr Millis kStep = 5min;

class Later : public ports::Background {
 public:
  explicit Later(std::size_t most) : most_(most) {}
  bool offer(std::function<void()> job) override {
    if (jobs.size() >= most_) return false;
    jobs.push_back(std::move(job));
    return true;
  }
  std::vector<std::function<void()>> jobs;

 private:
  std::size_t most_;
};

class InMemory : public ports::Checkpoints {
 public:
  std::optional<Bytes> load(const std::string& key) override {
    const auto found = kept.find(key);
    return found == kept.end() ? std::nullopt : std::optional(found->second);
  }
  void store(const std::string& key, const Bytes& bytes) override { kept[key] = bytes; }
  void refused(const std::string& /*key*/, const std::string& reason) override { refusals.push_back(reason); }
  std::map<std::string, Bytes> kept;
  std::vector<std::string> refusals;
};

SeriesIdentity identity(const std::string& query = "demand") {
  SeriesIdentity identity;
  identity.query = query;
  identity.step = kStep;
  identity.forecast.seasons = {kDay * kStep};
  return identity;
}

double demand_at(int t) {
  return 100 + 50 * std::sin(2 * M_PI * t / kDay) + 3 * std::sin(1.7 * t);
}

/// Feeds steps [from, to) as the loop does: asked for, answered, fed.
void feed(DemandState& state, int from, int to) {
  Settings settings;
  settings.grid_step = kStep;
  while (from < to) {
    const WallTime now = kOrigin + (to - 1) * kStep + settings.settle();
    auto range = state.history().due(now, 100'000, settings);
    if (!range) return;
    range->first = std::max(range->first, kOrigin + from * kStep);
    std::vector<double> values;
    for (WallTime at = range->first; at <= range->last; at += kStep) {
      values.push_back(demand_at(static_cast<int>((at - kOrigin) / kStep)));
    }
    state.feed(*range, values, 20min, settings.source_memory);
    from = static_cast<int>((range->last - kOrigin) / kStep) + 1;
  }
}

TEST_CASE("refits: due after a day, done in place without a background") {
  DemandState state(identity());
  feed(state, 0, kDay / 2);
  CHECK_FALSE(state.refit_due());
  feed(state, kDay / 2, 2 * kDay);
  REQUIRE(state.refit_due());
  Refits refits;
  refits.tend(state, 1);
  refits.begin(nullptr);
  CHECK_FALSE(state.refit_due());
  state.refresh(20min);
  CHECK(state.summary().why.find("trees need") == std::string::npos);
}

TEST_CASE("refits: the busiest first, as many as are taken, used once they are done") {
  std::vector<DemandState> states;
  for (int i = 0; i < 3; ++i) states.emplace_back(identity()), feed(states.back(), 0, 2 * kDay);
  Later background(2);
  const auto cycle = [&] {
    Refits refits;
    for (std::size_t i = 0; i < states.size(); ++i) refits.tend(states[i], i == 1 ? 1 : 10);
    refits.begin(&background);
  };
  cycle();
  CHECK(background.jobs.size() == 2);
  CHECK_FALSE(states[0].refit_due());
  CHECK(states[1].refit_due());  // the least busy waits
  CHECK_FALSE(states[2].refit_due());
  const auto jobs = std::exchange(background.jobs, {});
  cycle();  // theirs is under way, and not begun again
  CHECK(background.jobs.size() == 1);
  states[0].refresh(20min);
  CHECK(states[0].summary().why.find("trees need") != std::string::npos);
  for (const auto& job : jobs) job();
  feed(states[0], 2 * kDay, 2 * kDay + 3);  // what is fed meanwhile is not lost
  cycle();
  states[0].refresh(20min);
  CHECK(states[0].summary().why.find("trees need") == std::string::npos);
  CHECK(states[0].newest_value() == kOrigin + (2 * kDay + 2) * kStep);
}

TEST_CASE("keep: a restart continues where the checkpoint was") {
  InMemory files;
  const OptionalPorts optional_ports{nullptr, &files};
  DemandState before(identity());
  feed(before, 0, 3 * kDay);
  const WallTime then = kOrigin + 3 * kDay * kStep;
  save_checkpoint_if_due(before, "key", optional_ports, then);
  REQUIRE(files.kept.size() == 1);
  files.kept.clear();
  save_checkpoint_if_due(before, "key", optional_ports, then);  // its moment has passed
  CHECK(files.kept.empty());
  save_checkpoint_if_due(before, "key", optional_ports, then + kCheckpointInterval);
  REQUIRE(files.kept.size() == 1);

  DemandState after(identity());
  restore_checkpoint(after, "key", optional_ports, then + 1h);
  CHECK(files.refusals.empty());
  CHECK(after.newest_value() == before.newest_value());
  Settings settings;
  settings.grid_step = kStep;
  const auto due = after.history().due(then + 1h, 100'000, settings);
  REQUIRE(due);
  CHECK(due->first == then);  // minutes, not weeks
  feed(before, 3 * kDay, 3 * kDay + 12), feed(after, 3 * kDay, 3 * kDay + 12);
  before.refresh(20min), after.refresh(20min);
  CHECK(before.fan().values == after.fan().values);
  CHECK(before.summary().why == after.summary().why);
}

TEST_CASE("keep: what does not fit is told, and history is read instead") {
  InMemory files;
  const OptionalPorts optional_ports{nullptr, &files};
  DemandState before(identity());
  feed(before, 0, 3 * kDay);
  const WallTime then = kOrigin + 3 * kDay * kStep;
  save_checkpoint_if_due(before, "key", optional_ports, then);
  const auto refusal = [&](SeriesIdentity of, WallTime now) {
    files.refusals.clear();
    DemandState after(std::move(of));
    restore_checkpoint(after, "key", optional_ports, now);
    REQUIRE(files.refusals.size() == 1);
    CHECK_FALSE(after.newest_value());
    CHECK_FALSE(after.history().last());
    return files.refusals.front();
  };
  CHECK(refusal(identity("another"), then).find("another query") != std::string::npos);
  CHECK(refusal(identity(), then + 25h).find("old") != std::string::npos);
  CHECK(refusal(identity(), then - 1h).find("from the future") != std::string::npos);
  auto coarse = identity();
  coarse.forecast.seasons = {kDay / 2 * kStep};
  CHECK(refusal(coarse, then).find("season of 288 steps") != std::string::npos);
  files.kept["key"].resize(100);
  CHECK(refusal(identity(), then).find("checksum") != std::string::npos);
}

}  // namespace
}  // namespace aia::loop
