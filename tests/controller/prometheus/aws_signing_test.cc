// Signed queries from end to end on loopback: credentials fetched from a server, a signature that a server verifies,
// and what becomes of queries while credentials cannot be had.
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "controller/http/make_transport.h"
#include "controller/prometheus/aws_credentials_keeper.h"
#include "controller/prometheus/source.h"
#include "tests/controller/http/test_server.h"
#include "tests/controller/kube/eventually.h"
#include "tests/controller/kube/manual_clock.h"
#include "tests/wall_time.h"

using namespace aia;
using namespace aia::prometheus;
using namespace std::chrono_literals;
using http::Peer;
using http::Seen;
using http::TestServer;
using testing::kPatience;
using tests::eventually;
using tests::ManualClock;

namespace {

/// Sets variables for a test and takes them back.
class SetVariables {
 public:
  explicit SetVariables(std::vector<std::pair<std::string, std::string>> variables) : variables_(std::move(variables)) {
    for (const auto& [name, value] : variables_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~SetVariables() {
    for (const auto& [name, value] : variables_) ::unsetenv(name.c_str());
  }
  SetVariables(const SetVariables&) = delete;
  SetVariables& operator=(const SetVariables&) = delete;

 private:
  const std::vector<std::pair<std::string, std::string>> variables_;
};

AwsCredentials session(const std::string& id, std::optional<WallTime> expires) {
  return {id, "secret-of-" + id, "session-of-" + id, expires};
}

/// What Amazon's end does: the signature is made again from what has arrived, and must be the same.
bool is_signed_by(const Seen& seen, const AwsCredentials& credentials, WallTime now) {
  http::Request arrived{seen.method, seen.target, {}, seen.body};
  for (const auto& [name, value] : seen.headers)
    if (name == "content-type") arrived.headers.emplace_back(name, value);
  for (const auto& [name, value] : sign(arrived, seen.headers.at("host"), credentials, {"eu-central-1", "aps"}, now)) {
    const std::string lower = name == "Authorization" ? "authorization"
                              : name == "X-Amz-Date"  ? "x-amz-date"
                                                      : "x-amz-security-token";
    if (seen.headers.count(lower) == 0 || seen.headers.at(lower) != value) return false;
  }
  return true;
}

std::string vector_of_one() {
  return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}})";
}

/// A keeper of what `fetch` gives, in a time that a test moves.
struct KeeperRig {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::atomic<int> fetches{0};
  std::mutex mutex;
  std::vector<std::string> told;
  std::function<Result<AwsCredentials>(int nth)> gives;
  std::unique_ptr<AwsCredentialsKeeper> keeper;

  void start() {
    keeper = std::make_unique<AwsCredentialsKeeper>([this] { return gives(++fetches); }, clock,
                                                    [this](const std::string& problem) {
                                                      const std::lock_guard lock(mutex);
                                                      told.push_back(problem);
                                                    });
  }
  std::string id() { return keeper->credentials()->access_key_id; }
  std::vector<std::string> problems() {
    const std::lock_guard lock(mutex);
    return told;
  }
};

}  // namespace

TEST_CASE("a query by GET and one by POST arrive with signatures that verify") {
  const auto clock = std::make_shared<ManualClock>();
  const auto file = (std::filesystem::temp_directory_path() / ("aia-irsa-" + std::to_string(getpid()))).string();
  std::ofstream(file) << "web.identity.token";
  const AwsCredentials given = session("ASIA1", std::nullopt);
  std::atomic<int> asked{0}, verified{0}, posts{0};
  TestServer sts([&](const Seen& seen, Peer& peer) {
    ++asked;
    const bool is_right = seen.method == "POST" && seen.headers.at("accept") == "application/json" &&
                          seen.body.find("WebIdentityToken=web.identity.token") != std::string::npos;
    if (!is_right) return peer.respond(400, "");
    return peer.respond(
        200,
        R"({"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{"AccessKeyId":")" +
            given.access_key_id + R"(","SecretAccessKey":")" + given.secret_access_key + R"(","SessionToken":")" +
            given.session_token + R"(","Expiration":1.795003600E9}}}})");
  });
  TestServer amp([&](const Seen& seen, Peer& peer) {
    if (seen.method == "POST") ++posts;
    if (!is_signed_by(seen, given, clock->now())) return peer.respond(403, R"({"message":"does not match"})");
    ++verified;
    return peer.respond(200, vector_of_one());
  });
  const SetVariables variables({{"AWS_ROLE_ARN", "arn:aws:iam::1:role/r"},
                                {"AWS_WEB_IDENTITY_TOKEN_FILE", file},
                                {"AWS_ENDPOINT_URL_STS", sts.url()}});
  PrometheusOptions options;
  options.url = amp.url() + "/workspaces/ws-1";
  options.headers = {{"X-Scope-OrgID", "team-a"}};
  options.sigv4.region = "eu-central-1";
  options.sigv4.clock = clock;
  const auto source = make_prometheus_source(options);
  REQUIRE(source.ok());
  const std::string long_query = "sum(rate(a{b=\"" + std::string(3'000, 'c') + "\"}[5m])) + \"ü +%\"";
  const auto answers = (*source)->query({{"up{a=\"ü +%/\"}", clock->now()}, {long_query, clock->now()}}, kPatience);
  for (const auto& answer : answers) {
    INFO((answer ? "" : answer.error().message));
    CHECK(answer.ok());
  }
  CHECK(verified == 3);  // with the one that finds out which parameters are taken
  CHECK(posts == 1);
  CHECK(asked == 1);
  clock->advance(10min);  // a signature of then would no longer do
  CHECK((*source)->query({{"up", clock->now()}}, kPatience)[0].ok());
  CHECK(asked == 1);
  std::filesystem::remove(file);
}

TEST_CASE("an endpoint that floods, or refuses, costs an error that says which") {
  TestServer agent([&](const Seen& seen, Peer& peer) {
    if (seen.target == "/flood") return peer.respond(200, std::string(1U << 17U, 'x'));
    return peer.respond(401, "no such pod");
  });
  const std::string path = GENERATE("/flood", "/refuse");
  const SetVariables variables({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url() + path}});
  PrometheusOptions options;
  options.url = "http://127.0.0.1:9";
  options.sigv4.region = "eu-central-1";
  options.sigv4.clock = std::make_shared<ManualClock>();
  const auto source = make_prometheus_source(options);
  REQUIRE(source.ok());
  const auto answers = (*source)->query({{"up", options.sigv4.clock->now()}}, kPatience);
  REQUIRE_FALSE(answers[0].ok());
  CHECK_THAT(answers[0].error().message,
             Catch::Contains("AWS credentials: container credentials, asked of " + agent.url()) &&
                 Catch::Contains(path == "/flood" ? "too large" : "HTTP 401: 'no such pod'"));
}

TEST_CASE("credentials that expire are fetched again before, beside queries that go on with those at hand") {
  KeeperRig rig;
  std::promise<void> let_go;
  auto released = let_go.get_future().share();
  const WallTime start = rig.clock->now();
  rig.gives = [&](int nth) -> Result<AwsCredentials> {
    if (nth == 2) released.wait();
    return session("ASIA" + std::to_string(nth), start + nth * 60min);
  };
  rig.start();
  REQUIRE(rig.keeper->await(kPatience).ok());
  CHECK(rig.id() == "ASIA1");
  rig.clock->advance(54min);
  REQUIRE(rig.keeper->await(kPatience).ok());
  CHECK(rig.fetches == 1);
  rig.clock->advance(2min);
  REQUIRE(rig.keeper->await(kPatience).ok());  // the second fetch hangs, and nobody waits for it
  CHECK(rig.id() == "ASIA1");
  REQUIRE(eventually([&] { return rig.fetches == 2; }));
  for (int i = 0; i < 10; ++i) REQUIRE(rig.keeper->await(kPatience).ok());
  let_go.set_value();
  CHECK(eventually([&] { return rig.id() == "ASIA2"; }));
  CHECK(rig.fetches == 2);
  CHECK(rig.problems().empty());
}

TEST_CASE("while fetching fails the old ones serve until they expire, and it is said once") {
  KeeperRig rig;
  const WallTime start = rig.clock->now();
  std::atomic<bool> works{true};
  rig.gives = [&](int nth) -> Result<AwsCredentials> {
    if (works) return session("ASIA" + std::to_string(nth), start + nth * 60min);
    return Error{ErrorKind::Unavailable, "STS is away"};
  };
  rig.start();
  REQUIRE(rig.keeper->await(kPatience).ok());
  works = false;
  rig.clock->advance(56min);
  for (int i = 1; i <= 3; ++i) {  // one after the other, each after a pause
    CHECK(rig.keeper->await(kPatience).ok());
    REQUIRE(eventually([&] { return rig.fetches == 1 + i && rig.problems().size() == 1; }));
    CHECK(rig.keeper->await(kPatience).ok());
    std::this_thread::sleep_for(20ms);
    CHECK(rig.fetches == 1 + i);
    rig.clock->advance(31s);
  }
  CHECK_THAT(rig.problems()[0], Catch::StartsWith("STS is away; those at hand are valid until 20"));

  rig.clock->advance(5min);
  const auto expired = rig.keeper->await(kPatience);
  REQUIRE_FALSE(expired.ok());
  CHECK(expired.error().message == "STS is away");
  CHECK_FALSE(rig.keeper->credentials().ok());
  const int before = rig.fetches;
  CHECK_FALSE(rig.keeper->await(kPatience).ok());  // in the pause: at once, without another fetch
  CHECK(rig.fetches == before);

  works = true;
  rig.clock->advance(31s);
  CHECK(rig.keeper->await(kPatience).ok());
  REQUIRE(eventually([&] { return rig.problems().size() == 3; }));
  CHECK(rig.problems()[1] == "STS is away");
  CHECK(rig.problems()[2].empty());
}

TEST_CASE("nobody waits longer than they may for a fetch that hangs") {
  KeeperRig rig;
  std::promise<void> let_go;
  auto released = let_go.get_future().share();
  rig.gives = [&](int) -> Result<AwsCredentials> {
    released.wait();
    return session("ASIA1", std::nullopt);
  };
  rig.start();
  const auto waited = rig.keeper->await(10ms);
  REQUIRE_FALSE(waited.ok());
  CHECK(waited.error().kind == ErrorKind::Timeout);
  std::atomic<bool> came{false};
  std::jthread other([&] { came = rig.keeper->await(kPatience).ok(); });
  let_go.set_value();
  other.join();
  CHECK(came);
  CHECK(rig.fetches == 1);
  rig.clock->advance(24h * 365);
  CHECK(rig.keeper->await(kPatience).ok());  // these never expire
  CHECK(rig.fetches == 1);
}

TEST_CASE(
    "credentials that have expired when they come point at the clock, and short ones are not fetched without pause") {
  KeeperRig rig;
  const WallTime start = rig.clock->now();
  rig.gives = [&](int nth) -> Result<AwsCredentials> { return session("ASIA", start + (nth == 1 ? -1s : 1s)); };
  rig.start();
  const auto expired = rig.keeper->await(kPatience);
  REQUIRE_FALSE(expired.ok());
  CHECK_THAT(expired.error().message, Catch::Contains("is this machine's clock right?"));
  KeeperRig brief;
  brief.gives = [&](int) -> Result<AwsCredentials> { return session("ASIA", brief.clock->now() + 100ms); };
  brief.start();
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(brief.keeper->await(kPatience));
    brief.clock->advance(20ms);
  }
  CHECK(brief.fetches == 1);
}
