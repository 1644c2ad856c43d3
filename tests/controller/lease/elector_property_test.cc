// Several electors against one Lease in virtual time: requests and answers are delayed or lost, processes pause between
// deciding and sending, crash and come back, clocks start anywhere and run up to 10 % fast or slow. Never do two lead
// at once; when one is gone the next one leads in the time that is promised.
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <queue>
#include <random>

#include "controller/lease/elector.h"
#include "tests/sanitized.h"

namespace aia::lease {
namespace {

using namespace std::chrono_literals;

struct Faults {
  double lost = 0;  // share of requests, and of answers
  double slow = 0;  // share that takes up to `slowest` instead of up to 20 ms
  Millis slowest{0};
  double paused = 0;       // share of moments at which a process sleeps up to 15 s
  double clock_error = 0;  // most that a clock runs fast or slow
  Millis request_deadline{5s};
};

/// One Lease, its clients and the network between them.
class World {
 public:
  World(Faults faults, std::uint64_t seed) : faults_(faults), draw_(seed) {}

  /// A new process; its first step comes at once.
  std::size_t start() {
    processes_.push_back(std::make_unique<Process>("process-" + std::to_string(processes_.size())));
    auto& made = *processes_.back();
    made.offset = Millis(static_cast<std::int64_t>(1'000'000 * share()));
    made.rate = 1 + faults_.clock_error * (2 * share() - 1);
    const auto index = processes_.size() - 1;
    at(now_, [this, index] { step(index); });
    return index;
  }
  void make(std::size_t index, Fitness fitness) { processes_[index]->fitness = fitness; }
  void crash(std::size_t index) { processes_[index]->alive = false; }

  void release(std::size_t index) {
    auto& process = *processes_[index];
    const auto lease = process.elector.release({});
    process.alive = false;
    if (lease) static_cast<void>(store(*lease));
  }

  void run_until(Millis end) {
    while (!events_.empty() && events_.top().at <= end) {
      const auto event = events_.top();
      events_.pop();
      now_ = event.at;
      event.what();
    }
    now_ = end;
  }

  [[nodiscard]] std::optional<std::size_t> leader() const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      if (leads(i)) found = i;
    }
    return found;
  }
  [[nodiscard]] Millis now() const { return now_; }
  [[nodiscard]] int most_leaders() const { return most_leaders_; }
  [[nodiscard]] int takeovers() const { return takeovers_; }
  double share() { return static_cast<double>(draw_() >> 11U) * 0x1p-53; }

 private:
  struct Process {
    explicit Process(const std::string& name) : elector(name, {}) {}
    Elector elector;
    bool alive = true;
    Millis offset{0};  // of its clock
    double rate = 1;
    std::uint64_t request = 0;  // the one it waits for
    bool led = false;
    Fitness fitness = Fitness::Good;
  };
  struct Event {
    Millis at;
    std::uint64_t number;
    std::function<void()> what;
    bool operator<(const Event& other) const { return std::tie(at, number) > std::tie(other.at, other.number); }
  };

  void at(Millis when, std::function<void()> what) { events_.push({when, ++number_, std::move(what)}); }
  [[nodiscard]] Millis clock(const Process& process) const {
    return process.offset + Millis(static_cast<std::int64_t>(static_cast<double>(now_.count()) * process.rate));
  }
  [[nodiscard]] bool leads(std::size_t index) const {
    const auto& process = *processes_[index];
    return process.alive && process.elector.leading(clock(process));
  }
  Millis travel() {
    const auto most = share() < faults_.slow ? faults_.slowest : Millis(20ms);
    return 1ms + Millis(static_cast<std::int64_t>(share() * static_cast<double>(most.count())));
  }
  Millis pause() { return share() < faults_.paused ? Millis(static_cast<std::int64_t>(share() * 15'000)) : 0ms; }

  void step(std::size_t index) {
    auto& process = *processes_[index];
    if (!process.alive) return;
    const auto next = process.elector.next(clock(process), WallTime(now_), process.fitness);
    if (next.what == Step::Do::Wait) {
      if (next.wait <= 0ms) FAIL("a wait that is none");  // a REQUIRE would cost most of the time here
      at(now_ + next.wait + pause(), [this, index] { step(index); });
    } else {
      at(now_ + pause(), [this, index, next] { send(index, next); });
    }
  }

  void send(std::size_t index, const Step& what) {
    auto& process = *processes_[index];
    const auto request = ++process.request;
    const Millis sent = clock(process);
    const Error timeout{ErrorKind::Timeout, "no answer", {}};
    at(now_ + faults_.request_deadline, [=, this] { answer(index, request, sent, what, timeout); });
    if (share() < faults_.lost) return;
    at(now_ + travel() + pause() / 4, [=, this] {
      const auto outcome = what.what == Step::Do::Read ? Result<Lease>(lease_) : store(what.lease);
      if (share() < faults_.lost) return;
      at(now_ + travel(), [=, this] { answer(index, request, sent, what, outcome); });
    });
  }

  /// The server: a write must carry the resourceVersion that is stored.
  Result<Lease> store(Lease lease) {
    if (lease.resource_version != lease_.resource_version) return Error{ErrorKind::Conflict, "written since", {}};
    lease_ = std::move(lease);
    lease_.resource_version = std::to_string(++writes_);
    return lease_;
  }

  void answer(std::size_t index, std::uint64_t request, Millis sent, const Step& what, const Result<Lease>& outcome) {
    auto& process = *processes_[index];
    if (!process.alive || process.request != request) return;  // it timed out before, or was answered
    ++process.request;
    if (what.what == Step::Do::Write) {
      process.elector.was_written(outcome, sent, clock(process));
    } else if (!outcome) {
      process.elector.was_read(outcome.error(), clock(process));
    } else {
      const bool exists = !outcome->resource_version.empty();
      process.elector.was_read(exists ? std::optional(*outcome) : std::nullopt, clock(process));
    }
    count_leaders(index);
    step(index);
  }

  /// Leading begins with an answer and only there; so this is where two could be seen.
  void count_leaders(std::size_t index) {
    int leaders = 0;
    for (std::size_t i = 0; i < processes_.size(); ++i) leaders += leads(i) ? 1 : 0;
    most_leaders_ = std::max(most_leaders_, leaders);
    takeovers_ += leads(index) && last_leader_ != index ? 1 : 0;
    if (leads(index)) last_leader_ = index;
  }

  const Faults faults_;
  std::mt19937_64 draw_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::priority_queue<Event> events_;
  std::uint64_t number_ = 0;
  Millis now_{0};
  Lease lease_;
  int writes_ = 0;
  int most_leaders_ = 0;
  int takeovers_ = 0;
  std::size_t last_leader_ = 99;
};

constexpr std::uint64_t kSeeds = aia::testing::tries(100);

TEST_CASE("never do two lead at once, whatever is lost, late, paused, crashed or skewed") {
  int takeovers = 0;
  for (std::uint64_t seed = 1; seed <= 3 * kSeeds; ++seed) {
    World world({0.1, 0.2, 4s, 0.03, 0.1}, seed);
    world.start();
    world.start();
    for (int minute = 1; minute <= 30; ++minute) {
      world.run_until(minute * Millis(1min));
      if (world.share() > 0.3) continue;
      if (const auto leader = world.leader()) {
        if (world.share() < 0.5)
          world.release(*leader);
        else
          world.crash(*leader);
        world.start();
      }
    }
    INFO("seed " << seed);
    REQUIRE(world.most_leaders() == 1);
    takeovers += world.takeovers();
  }
  CHECK(takeovers > 30 * static_cast<int>(kSeeds));  // there was something to see
}

TEST_CASE("whoever sees most leads, where all see little, one does nearly all the time, and never two") {
  constexpr Fitness kAny[] = {Fitness::None, Fitness::Poor, Fitness::Good};
  const Settings settings;
  double led = 0, poor = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    World world({0, 0.05, 2s, 0, 0.02}, seed);
    const auto a = world.start(), b = world.start();
    for (int change = 0; change < 20; ++change) {
      const auto of_a = kAny[static_cast<int>(3 * world.share())], of_b = kAny[static_cast<int>(3 * world.share())];
      world.make(a, of_a);
      world.make(b, of_b);
      world.run_until(world.now() + (Elector::kPoorTerm + 6) * settings.duration);  // one may be in its term
      INFO("seed " << seed << ", change " << change);
      for (int second = 0; second < 300; ++second) {
        world.run_until(world.now() + 1s);
        const auto leader = world.leader();
        const auto best = std::max(of_a, of_b);
        if (best == Fitness::None && leader) FAIL("who sees nothing leads");
        if (leader && best == Fitness::Good && (*leader == a ? of_a : of_b) != Fitness::Good)
          FAIL("who sees less leads");
        poor += best == Fitness::Poor ? 1 : 0;
        led += best == Fitness::Poor && leader ? 1 : 0;
      }
    }
    REQUIRE(world.most_leaders() == 1);
  }
  CHECK(led > 0.9 * poor);
}

TEST_CASE("after a crash the next one leads within the duration and two retries, after a release within one") {
  const bool released = GENERATE(true, false);
  const Settings settings;
  for (std::uint64_t seed = 1; seed <= 2 * kSeeds; ++seed) {
    INFO("seed " << seed);
    World world({}, seed);
    world.start();
    world.start();
    world.run_until(Millis(20s) + Millis(static_cast<std::int64_t>(world.share() * 3000)));
    const auto leader = world.leader();
    REQUIRE(leader);
    if (released)
      world.release(*leader);
    else
      world.crash(*leader);
    const Millis promised = released ? settings.retry : settings.duration + 2 * settings.retry;
    const Millis travels = 100ms;  // a read and a write, there and back
    world.run_until(world.now() + promised + travels);
    CHECK(world.leader().has_value());
    if (!released) continue;
    CHECK(world.leader() != leader);
  }
}

}  // namespace
}  // namespace aia::lease
