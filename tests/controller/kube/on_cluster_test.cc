// The client against a real control plane, with exactly the rights that manifests/rbac grants. run_on_cluster.py starts
// one and sets the environment; without it every case says that it is skipped. Objects are made with the admin's
// rights.
#include "tests/controller/kube/on_cluster.h"

#include <atomic>
#include <thread>

#include "controller/api/forecast_json.h"
#include "tests/controller/kube/temporary_folder.h"
#include "tests/controller/words.h"

using namespace aia;
using namespace aia::kube;
using namespace aia::kube::tests;

TEST_CASE("a Deployment: its scale, rollout and pods, replicas written with the right and a stale resourceVersion") {
  if (skipped()) return;
  World world;
  world.create_deployment("llama", 3);
  const api::Autoscaler about = world.about("aia", "llama");
  Client client;
  REQUIRE(eventually([&] { return client.cluster.synced(); }));
  REQUIRE(client.sees_pods(about, 3));
  REQUIRE(eventually([&] { return client.target(about)->rollout.empty(); }));

  const auto target = client.target(about);
  CHECK(target->spec_replicas == 3);
  CHECK(target->selector == "app=llama");
  CHECK(target->uid == text_at(world.get(world.deployments() + "/llama"), {"metadata", "uid"}));
  const auto written = client.cluster.write_scale(about, 5, target->resource_version);
  REQUIRE(written.ok());
  const auto stale = client.cluster.write_scale(about, 9, target->resource_version);
  REQUIRE_FALSE(stale.ok());
  CHECK(stale.error().kind == ErrorKind::Conflict);
  REQUIRE(client.sees_pods(about, 5));
  CHECK(client.target(about)->spec_replicas == 5);
  CHECK(client.target(about)->rollout.empty());  // scaling out is no rollout

  const Json managers = world.get(world.deployments() + "/llama")["metadata"]["managedFields"];
  CHECK(std::any_of(managers.begin(), managers.end(), [](const Json& fields) {
    return text_at(fields, {"manager"}) == "aiautoscaler" && text_at(fields, {"subresource"}) == "scale";
  }));
}

TEST_CASE("a rollout is seen from its first moment to its end") {
  if (skipped()) return;
  World world;
  world.create_deployment("llama", 3, "1s");
  const api::Autoscaler about = world.about("aia", "llama");
  Client client;
  REQUIRE(eventually([&] { return client.cluster.synced(); }));
  REQUIRE(eventually([&] { return client.target(about)->rollout.empty(); }, std::chrono::seconds(30)));
  world.patch(world.deployments() + "/llama",
              {{"spec", {{"template", {{"metadata", {{"labels", {{"app", "llama"}, {"version", "2"}}}}}}}}}});
  const std::string rollout = client.target(about)->rollout;
  CHECK_FALSE(rollout.empty());
  INFO(rollout);
  CHECK(eventually([&] { return client.target(about)->rollout.empty(); }, std::chrono::seconds(30)));
  CHECK(client.sees_pods(about, 3));
}

TEST_CASE("AIAutoscalers: seen when created and changed, status applied, our own write wakes nobody") {
  if (skipped()) return;
  World world;
  std::atomic<int> changes = 0;
  KubeClusterOptions options;
  options.ns = world.ns;
  options.on_change = [&] { ++changes; };
  Client client(kController, options);
  REQUIRE(eventually([&] { return client.cluster.synced(); }));
  CHECK(client.cluster.autoscalers().empty());
  CHECK(changes == 0);
  world.create_autoscaler("aia", "llama");
  REQUIRE(eventually([&] { return client.cluster.autoscalers().size() == 1; }));
  CHECK(changes == 1);

  api::Autoscaler seen = client.cluster.autoscalers().front().object;
  CHECK(seen.spec.demand.at(0).capacity_per_replica == 12);
  seen.status.current_replicas = 4;
  seen.status.conditions = {
      {api::ConditionType::Ready, api::ConditionStatus::True, api::Code::Active, "fine", client.clock.now(), 1}};
  const Status written = client.cluster.write_status(seen);
  if (!written) FAIL(written.error().message);
  REQUIRE(eventually([&] { return client.cluster.autoscalers().front().object.status.current_replicas == 4; }));
  CHECK(client.cluster.autoscalers().front().object.status.conditions.at(0).reason == "Active");
  CHECK(changes == 1);
  world.patch(object_path(kAutoscalers, seen.meta.key()), {{"spec", {{"maxReplicas", 20}}}});
  CHECK(eventually([&] { return changes == 2; }));
}

TEST_CASE("Forecasts: applied, seen, healed, deleted") {
  if (skipped()) return;
  World world;
  const api::Autoscaler owner = world.create_autoscaler("aia", "llama");
  Client client;
  REQUIRE(eventually([&] { return client.cluster.synced(); }));
  api::Forecast forecast;
  forecast.meta.ns = world.ns;
  forecast.meta.name = "aia.requests";
  forecast.autoscaler = "aia";
  forecast.autoscaler_uid = owner.meta.uid;
  forecast.demand = "requests";
  forecast.target = owner.spec.target;
  forecast.status.now = 118;
  forecast.status.model = "LastValue";
  forecast.status.why = "nothing better yet";
  forecast.status.quantiles = {0.5, 0.95};
  forecast.status.fan = {{std::chrono::minutes(1), {118, 140}}};
  forecast.status.origin = client.clock.now();
  forecast.status.expires = client.clock.now() + std::chrono::minutes(5);
  const auto write = [&] {
    const Status written = client.cluster.write_forecast(forecast);
    if (!written) FAIL(written.error().message);
  };
  write();
  const std::string path = object_path(kForecasts, forecast.meta.key());
  REQUIRE(eventually([&] { return client.cluster.forecasts_of(owner) == std::vector<std::string>{"aia.requests"}; }));
  const Json stored = world.get(path);
  CHECK(stored["metadata"]["labels"]["aiautoscaler.io/autoscaler"] == "aia");
  const auto decoded = api::forecast_from_json(stored);
  REQUIRE(decoded.ok());
  CHECK(decoded->autoscaler_uid == owner.meta.uid);
  CHECK(decoded->status.now == 118);

  forecast.status.now = 120;
  write();
  CHECK(world.get(path)["status"]["now"] == "120");
  CHECK(world.get(path)["metadata"]["generation"] == 1);

  world.patch(path, {{"spec", {{"demand", "tampered"}}}});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // until the watch has brought it
  write();
  CHECK(world.get(path)["spec"]["demand"] == "requests");

  CHECK(client.cluster.delete_forecast(forecast.meta.key()).ok());
  CHECK(eventually([&] { return client.cluster.forecasts_of(owner).empty(); }));
  CHECK(client.cluster.delete_forecast(forecast.meta.key()).ok());
  write();
  CHECK(world.get(path)["status"]["now"] == "120");
}

TEST_CASE("events: seen, and repeated as a series") {
  if (skipped()) return;
  World world;
  const api::Autoscaler about = world.create_autoscaler("aia", "llama");
  Client client;
  for (int i = 0; i < 3; ++i) {
    const Status written = client.cluster.write_event(
        about, {true, api::Code::MetricsMissing, api::EventAction::Reconcile, "no data for 5m"});
    if (!written) FAIL(written.error().message);
  }
  const Json events = world.get(collection_path(kEvents, world.ns))["items"];
  REQUIRE(events.size() == 1);
  CHECK(events[0]["note"] == "no data for 5m");
  CHECK(events[0]["type"] == "Warning");
  CHECK(events[0]["regarding"]["uid"] == about.meta.uid);
  CHECK(events[0]["series"]["count"] == 3);
}

TEST_CASE("HPAs on the target are other owners") {
  if (skipped()) return;
  World world;
  Client client;
  world.create("/apis/autoscaling/v2/namespaces/" + world.ns + "/horizontalpodautoscalers",
               {{"metadata", {{"name", "theirs"}}},
                {"spec",
                 {{"maxReplicas", 3},
                  {"scaleTargetRef", {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", "llama"}}}}}});
  const auto owners = [&](const char* name) {
    return client.cluster.other_owners(world.ns, {"apps/v1", "Deployment", name});
  };
  CHECK(eventually([&] { return owners("llama").size() == 1; }));
  CHECK(owners("other").empty());
}

TEST_CASE("targets that do not work say why") {
  if (skipped()) return;
  World world;
  Client client;
  const auto targets = client.cluster.targets(
      {world.about("a", "absent"), world.about("b", "x", "", "ConfigMap", "v1"),
       world.about("c", "x", "", "Unheard", "apps/v1"), world.about("d", "x", "", "Unheard", "example.com/v1"),
       world.about("e", "x", "", "ReplicationController", "v1")},
      kDeadline);
  CHECK(targets[0].error().kind == ErrorKind::NotFound);
  CHECK(targets[0].error().message == "apps/v1 Deployment absent: deployments.apps \"absent\" not found (HTTP 404)");
  CHECK(targets[1].error().kind == ErrorKind::Invalid);
  CHECK(targets[1].error().message == "apiVersion v1, kind ConfigMap has no scale subresource");
  CHECK(targets[2].error().message == "apiVersion apps/v1, kind Unheard is not served by this cluster");
  CHECK(targets[3].error().message == "apiVersion example.com/v1, kind Unheard is not served by this cluster");
  CHECK(targets[4].error().kind == ErrorKind::Forbidden);  // has scale, but manifests/rbac grants apps only
  CHECK_THAT(targets[4].error().message, Catch::Contains("cannot get resource \"replicationcontrollers/scale\""));
}

TEST_CASE("small pages make the same list") {
  if (skipped()) return;
  World world;
  world.create_deployment("llama", 9);
  const api::Autoscaler about = world.about("aia", "llama");
  Client whole;
  REQUIRE(eventually([&] { return whole.cluster.synced(); }));
  REQUIRE(whole.sees_pods(about, 9));
  KubeClusterOptions options;
  options.watch.watcher.page_limit = 2;
  Client paged(kController, options);
  REQUIRE(eventually([&] { return paged.cluster.synced(); }));
  CHECK(paged.target(about)->pods.size() == 9);
}

TEST_CASE("a watch that the API server closes every second misses nothing") {
  if (skipped()) return;
  World world;
  world.create_deployment("llama", 1);
  const api::Autoscaler about = world.about("aia", "llama");
  KubeClusterOptions options;
  options.watch.watcher.timeout_min = options.watch.watcher.timeout_max = std::chrono::seconds(1);
  Client client(kController, options);
  REQUIRE(eventually([&] { return client.cluster.synced(); }));
  for (const int replicas : {4, 2, 6, 3, 5}) {
    // What the Deployment's status says of the last scaling may come in between: a conflict, and it is read again.
    INFO("to " << replicas << " replicas");
    REQUIRE(eventually([&] {
      const auto target = client.target(about);
      REQUIRE(target.ok());
      const auto written = client.cluster.write_scale(about, replicas, target->resource_version);
      CHECK((written.ok() || written.error().kind == ErrorKind::Conflict));
      return written.ok();
    }));
    CHECK(client.sees_pods(about, static_cast<std::size_t>(replicas)));
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
  }
  CHECK(client.cluster.problem() == "");
}

TEST_CASE("a token without rights: what is forbidden is said, in whose name") {
  if (skipped()) return;
  World world;
  Client client(kPowerless);
  CHECK(eventually([&] {
    return client.cluster.problem().find(
               "pods cannot be listed or watched: pods is forbidden: User "
               "\"system:serviceaccount:") != std::string::npos;
  }));
  CHECK_FALSE(client.cluster.synced());
  world.create_deployment("llama", 1);
  CHECK(client.target(world.about("aia", "llama")).error().kind == ErrorKind::Forbidden);
  CHECK(client.cluster
            .write_event(world.about("aia", "llama"), {false, api::Code::ScaledOut, api::EventAction::ScaleOut, "n"})
            .error()
            .kind == ErrorKind::Forbidden);
}

namespace {

/// A kubeconfig to the real API server whose user is a script that prints the file `answer` and counts its runs.
struct PluginUser {
  aia::tests::TemporaryFolder folder;
  const http::TransportOptions admin = credentials(kAdmin).transport;

  PluginUser() {
    folder.write("ca.crt", pem(admin.tls.ca_pem, admin.tls.ca_file));
    folder.script("plugin", "cd \"${0%/*}\"\necho >>runs\ncat answer\n");
    folder.write("config",
                 "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
                 "clusters: [{name: c, cluster: {server: '" +
                     admin.base_url +
                     "', certificate-authority: ca.crt}}]\n"
                     "users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin,\n"
                     "  interactiveMode: Never, provideClusterInfo: true}}}]\n");
  }
  static std::string pem(const std::string& text, const std::string& file) {
    if (!text.empty()) return text;
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void gives(Json status) const {
    folder.write("answer", dump_json({{"apiVersion", "client.authentication.k8s.io/v1"},
                                      {"kind", "ExecCredential"},
                                      {"status", std::move(status)}}));
  }
  [[nodiscard]] std::size_t runs() const { return folder.read("runs").size(); }
  [[nodiscard]] std::unique_ptr<http::Transport> connect() const {
    CredentialsOptions options;
    options.kubeconfig = folder / "config";
    options.exec.pause = Millis(0);
    const auto loaded = load_credentials(options, std::make_shared<SystemClock>());
    if (!loaded) FAIL(loaded.error().message);
    return std::move(http::make_cpprest_transport(loaded->transport)).value();
  }
};

/// As whom the API server sees us, or what it says instead.
std::string user_of(http::Transport& transport) {
  const http::Request question =
      create_request("/apis/authentication.k8s.io/v1/selfsubjectreviews",
                     {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "SelfSubjectReview"}});
  const Result<Json> answer = document(transport.send(question, kDeadline));
  return answer ? text_at(*answer, {"status", "userInfo", "username"}) : answer.error().message;
}

/// A token of the namespace's ServiceAccount "plugin" that dies with the Secret `name`.
std::string token_bound_to(World& world, const std::string& name) {
  const std::string base = "/api/v1/namespaces/" + world.ns;
  const Json secret = world.create(base + "/secrets", {{"metadata", {{"name", name}}}});
  const Json reference = {
      {"apiVersion", "v1"}, {"kind", "Secret"}, {"name", name}, {"uid", text_at(secret, {"metadata", "uid"})}};
  const Json made = world.create(base + "/serviceaccounts/plugin/token",
                                 {{"spec", {{"expirationSeconds", 3600}, {"boundObjectRef", reference}}}});
  return text_at(made, {"status", "token"});
}

}  // namespace

TEST_CASE("an exec plugin's tokens: one dies, no request fails, one expires, no request fails") {
  if (skipped()) return;
  World world;
  world.create("/api/v1/namespaces/" + world.ns + "/serviceaccounts", {{"metadata", {{"name", "plugin"}}}});
  const std::string user = "system:serviceaccount:" + world.ns + ":plugin";
  const PluginUser plugin;
  plugin.gives({{"token", token_bound_to(world, "first")}});
  const auto transport = plugin.connect();
  CHECK(user_of(*transport) == user);
  CHECK(user_of(*transport) == user);
  CHECK(plugin.runs() == 1);

  const auto soon = SystemClock().now() + std::chrono::seconds(15);
  plugin.gives({{"token", token_bound_to(world, "second")}, {"expirationTimestamp", format_rfc3339(soon)}});
  REQUIRE(world.admin->send(delete_request("/api/v1/namespaces/" + world.ns + "/secrets/first"), kDeadline).ok());
  const auto always = [&](std::size_t runs) {  // the API server remembers a good token for ten seconds
    return eventually(
        [&] {
          REQUIRE(user_of(*transport) == user);
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          return plugin.runs() >= runs;
        },
        std::chrono::seconds(30));
  };
  CHECK(always(2));
  plugin.gives({{"token", token_bound_to(world, "third")}});
  CHECK(always(3));
  CHECK(SystemClock().now() > soon - std::chrono::seconds(4));
  CHECK(plugin.runs() == 3);
}

TEST_CASE("an exec plugin's client certificate, and another one's when it is run again") {
  if (skipped()) return;
  const World world;
  const PluginUser plugin;
  const http::TlsOptions& tls = plugin.admin.tls;
  const Json certificate = {{"clientCertificateData", PluginUser::pem(tls.cert_pem, tls.cert_file)},
                            {"clientKeyData", PluginUser::pem(tls.key_pem, tls.key_file)}};
  Json expiring = certificate;
  expiring["expirationTimestamp"] = format_rfc3339(SystemClock().now() + std::chrono::seconds(3));
  plugin.gives(expiring);
  const auto transport = plugin.connect();
  const std::string user = user_of(*transport);
  CHECK(user == user_of(*connect(kAdmin)));
  CHECK(plugin.runs() == 1);
  plugin.gives(certificate);
  std::this_thread::sleep_for(std::chrono::seconds(4));
  CHECK(user_of(*transport) == user);
  CHECK(plugin.runs() == 2);
}

TEST_CASE("a wrong token is Unauthorized, a wrong CA is named") {
  if (skipped()) return;
  World world;
  Credentials wrong = credentials(kPowerless);
  wrong.transport.authorization = [] { return std::optional<std::string>("Bearer nonsense"); };
  auto transport = http::make_cpprest_transport(wrong.transport);
  REQUIRE(transport.ok());
  CHECK(document((*transport)->send(get_request("/api/v1/pods"), kDeadline)).error().kind == ErrorKind::Unauthorized);

  Credentials stranger = credentials(kAdmin);
  stranger.transport.tls.ca_pem.clear();
  stranger.transport.tls.ca_file = environment("AIA_OTHER_CA");
  transport = http::make_cpprest_transport(stranger.transport);
  REQUIRE(transport.ok());
  const auto refused = (*transport)->send(get_request("/version"), kDeadline);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(refused.error().message, Catch::Contains("certificate", Catch::CaseSensitive::No));
  INFO(refused.error().message);
  CHECK_THAT(refused.error().message, Catch::Contains("CA"));
}

TEST_CASE("it stops within a second") {
  if (skipped()) return;
  auto client = std::make_unique<Client>();
  REQUIRE(eventually([&] { return client->cluster.synced(); }));
  const auto began = std::chrono::steady_clock::now();
  client.reset();
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(1));
}
