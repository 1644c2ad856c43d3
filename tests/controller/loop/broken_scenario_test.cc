// Golden scenarios: the controller itself is wrong. What breaks in one object's step withholds that object's writes and
// nothing else; what breaks in what all share ends the cycle before the next write.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {
namespace {

/// Notes what is worked on, and has set aside what it is told to.
class FakeJournal : public ports::CrashJournal {
 public:
  std::set<std::string> aside;            // uids
  std::multiset<std::string> working_on;  // uids, now
  std::set<std::string> seen;
  int begin(const std::string& uid, std::int64_t, Work) override {
    working_on.insert(uid);
    seen.insert(uid);
    uids_.push_back(uid);
    return static_cast<int>(uids_.size()) - 1;
  }
  void end(int note) override { working_on.erase(working_on.find(uids_[static_cast<std::size_t>(note)])); }
  [[nodiscard]] std::optional<std::string> set_aside(const std::string& uid, std::int64_t) const override {
    if (!aside.contains(uid)) return std::nullopt;
    return "the process ended twice";
  }

 private:
  std::vector<std::string> uids_;
};

/// "bad" and "llm" both need more replicas at once.
struct TwoObjects : World {
  FakeJournal journal;

  TwoObjects() {
    add("bad", 2, "bad demand");
    for (const char* name : {"llm", "bad"}) spec(name).forecast.model = api::ModelChoice::Off;
    optional_ports.journal = &journal;
    restart();
    run_for(1min);
    for (const char* query : {"demand", "bad demand"}) metrics.series[query].value = [](WallTime) { return 35.0; };
    cluster.scale_writes.clear();
    cluster.forecast_writes = 0;
    clock.time += settings.grid_step;
  }
  [[nodiscard]] int writes_of(const std::string& name) const {
    return static_cast<int>(std::count_if(cluster.scale_writes.begin(), cluster.scale_writes.end(),
                                          [&](const auto& one) { return one.target == name; }));
  }
  [[nodiscard]] const ports::ObjectReport& reported(const std::string& name) const {
    return *std::find_if(reporter.cycle.objects.begin(), reporter.cycle.objects.end(),
                         [&](const auto& one) { return one.key.name == name; });
  }
};

/// A value where there is an error: what the controller did for "bad" until now, and still tries to.
[[noreturn]] Result<std::string> break_an_invariant() {
  Result<std::string> failed = Error{ErrorKind::Invalid, "planted", {}};
  static_cast<void>(failed.value().size());
  throw std::runtime_error("the result gave a value that it does not have");
}

TEST_CASE_METHOD(TwoObjects,
                 "one object's broken invariant withholds its writes, is said, and is over when it is mended") {
  bool broken = true;
  metrics.admission = [&](const std::string& promql, const std::string&) -> Result<std::string> {
    if (broken && promql == "bad demand") return break_an_invariant();
    return promql;
  };
  cycle();
  CHECK(writes_of("llm") == 1);
  CHECK(writes_of("bad") == 0);
  const auto& ready = condition("Ready", "bad");
  CHECK(ready.status == api::ConditionStatus::False);
  CHECK(ready.reason == "InternalError");
  CHECK_THAT(ready.message, Catch::Contains("planted") && Catch::Contains("report it"));
  CHECK(condition("Ready").reason == "Active");
  REQUIRE_FALSE(reported("bad").errors.empty());
  CHECK(reported("bad").errors.front().kind == ErrorKind::Internal);
  CHECK(reported("bad").action == api::Action::Hold);
  const auto& told = cluster.events;
  CHECK(std::any_of(told.begin(), told.end(),
                    [](const auto& event) { return event.first == "bad" && event.second.reason == "InternalError"; }));
  CHECK(journal.working_on.empty());

  broken = false;
  run_for(1min);
  CHECK(writes_of("bad") == 1);
  CHECK(condition("Ready", "bad").reason == "Active");
}

TEST_CASE_METHOD(TwoObjects, "any other exception in an object's step is treated alike") {
  cluster.on_write = [](const std::string& target) {
    if (target == "bad") throw std::out_of_range("planted");
  };
  cycle();
  CHECK(writes_of("llm") == 1);
  CHECK(writes_of("bad") == 0);
  CHECK(condition("Ready", "bad").reason == "InternalError");
}

TEST_CASE_METHOD(TwoObjects, "a broken invariant of what all share ends the cycle before any other write") {
  cluster.on_write = [](const std::string&) { ensure_shared(false, "planted"); };
  const auto statuses = cluster.status_writes;
  CHECK_THROWS_AS(cycle(), BrokenShared);
  CHECK(cluster.scale_writes.empty());
  CHECK(cluster.status_writes == statuses);
  CHECK(cluster.forecast_writes == 0);
  CHECK(journal.working_on.size() == 1);  // the next process reads during which object it was
}

TEST_CASE_METHOD(TwoObjects, "so does one while targets are read or demand is asked for, for all at once") {
  SECTION("targets") {
    cluster.on_targets = [] { ensure_shared(false, "planted"); };
  }
  SECTION("demand") {
    metrics.on_query = [](Millis) { ensure_shared(false, "planted"); };
  }
  CHECK_THROWS_AS(cycle(), BrokenShared);
  CHECK(cluster.scale_writes.empty());
}

TEST_CASE_METHOD(TwoObjects, "an object that is set aside gets a condition and nothing else") {
  const std::string uid = cluster.objects.at("bad").object.meta.uid;
  CHECK(journal.seen.contains(uid));
  journal.aside = {uid};
  journal.seen.clear();
  run_for(1min);
  CHECK(writes_of("llm") == 1);
  CHECK(writes_of("bad") == 0);
  CHECK(condition("Ready", "bad").status == api::ConditionStatus::False);
  CHECK(condition("Ready", "bad").reason == "SetAside");
  CHECK_THAT(condition("Ready", "bad").message, Catch::Contains("ended twice"));
  CHECK(reported("bad").errors.front().kind == ErrorKind::Internal);
  journal.aside.clear();
  run_for(1min);
  CHECK(writes_of("bad") == 1);
}

}  // namespace
}  // namespace aia::loop::fakes
