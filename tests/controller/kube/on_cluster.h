// What the tests on a real control plane share: three users' kubeconfigs, the admin's hands, the client as the
// controller has it. run_on_cluster.py starts the control plane and sets the environment.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "controller/http/make_transport.h"
#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/credentials/credentials.h"
#include "controller/kube/kube_cluster.h"
#include "tests/controller/kube/eventually.h"

namespace aia::kube::tests {

using aia::tests::eventually;

inline constexpr Millis kDeadline{10'000};
inline const char* const kAdmin = "AIA_KUBECONFIG";                  // may do everything
inline const char* const kController = "AIA_KUBECONFIG_CONTROLLER";  // has the rights of manifests/rbac
inline const char* const kRecommend = "AIA_KUBECONFIG_RECOMMEND";    // those of recommend.yaml alone
inline const char* const kPowerless = "AIA_KUBECONFIG_POWERLESS";    // a ServiceAccount without any

class SystemClock final : public ports::Clock {
 public:
  [[nodiscard]] WallTime now() const override {
    return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  }
  [[nodiscard]] Millis steady() const override {
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
  }
};

inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

inline Credentials credentials(const char* kubeconfig_variable) {
  CredentialsOptions options;
  options.kubeconfig = environment(kubeconfig_variable);
  Result<Credentials> loaded = load_credentials(options, std::make_shared<SystemClock>());
  if (!loaded) FAIL(loaded.error().message);
  return std::move(*loaded);
}

inline std::unique_ptr<http::Transport> connect(const char* kubeconfig_variable) {
  auto transport = http::make_cpprest_transport(credentials(kubeconfig_variable).transport);
  if (!transport) FAIL(transport.error().message);
  return std::move(*transport);
}

/// The admin's hands, and a namespace that is new for each case.
class World {
 public:
  World() : admin(connect(kAdmin)) {
    static int number = 0;
    ns = "kube-" + std::to_string(SystemClock().now().time_since_epoch().count() % 100'000'000) + "-" +
         std::to_string(++number);
    create("/api/v1/namespaces", {{"metadata", {{"name", ns}}}});
  }

  Json create(const std::string& path, const Json& body) {
    return done(admin->send(create_request(path, body), kDeadline));
  }
  Json get(const std::string& path) { return done(admin->send(get_request(path), kDeadline)); }
  Json patch(const std::string& path, const Json& body) {
    return done(admin->send(merge_patch_request(path, body), kDeadline));
  }

  [[nodiscard]] std::string deployments() const { return "/apis/apps/v1/namespaces/" + ns + "/deployments"; }

  void create_deployment(const std::string& name, int replicas, const std::string& delay = "0s") {
    const Json labels = {{"app", name}};
    create(deployments(),
           {{"metadata", {{"name", name}}},
            {"spec",
             {{"replicas", replicas},
              {"selector", {{"matchLabels", labels}}},
              {"template",
               {{"metadata", {{"labels", labels}, {"annotations", {{"pod-ready.stage.kwok.x-k8s.io/delay", delay}}}}},
                {"spec",
                 {{"nodeSelector", {{"type", "kwok"}}},
                  {"terminationGracePeriodSeconds", 0},
                  {"containers", Json::array({{{"name", "server"}, {"image", "inference"}}})}}}}}}}});
  }

  api::Autoscaler create_autoscaler(const std::string& name, const std::string& deployment) {
    const Json made =
        create(collection_path(kAutoscalers, ns),
               {{"apiVersion", api::kApiVersion},
                {"kind", "AIAutoscaler"},
                {"metadata", {{"name", name}}},
                {"spec",
                 {{"scaleTargetRef", {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", deployment}}},
                  {"maxReplicas", 10},
                  {"demand", Json::array({{{"name", "requests"},
                                           {"metric", {{"query", "sum(rate(requests_total[1m]))"}, {"kind", "Rate"}}},
                                           {"capacity", {{"perReplica", "12"}}}}})}}}});
    return about(name, deployment, text_at(made, {"metadata", "uid"}));
  }

  [[nodiscard]] api::Autoscaler about(const std::string& name, const std::string& target, const std::string& uid = "",
                                      const std::string& kind = "Deployment",
                                      const std::string& api_version = "apps/v1") const {
    api::Autoscaler made;
    made.meta.ns = ns;
    made.meta.name = name;
    made.meta.uid = uid;
    made.spec.target = {api_version, kind, target};
    return made;
  }

  std::unique_ptr<http::Transport> admin;
  std::string ns;

 private:
  static Json done(Result<http::Response> response) {
    Result<Json> answer = document(std::move(response));
    if (!answer) FAIL(answer.error().message);
    return std::move(*answer);
  }
};

/// A client as the controller has it, restricted to nothing.
struct Client {
  explicit Client(const char* kubeconfig_variable = kController, KubeClusterOptions options = {})
      : transport(connect(kubeconfig_variable)), cluster(*transport, clock, std::move(options)) {}

  Result<ports::Target> target(const api::Autoscaler& of) { return cluster.targets({of}, kDeadline).front(); }
  bool sees_pods(const api::Autoscaler& of, std::size_t count, bool ready = true) {
    return eventually(
        [&] {
          const auto now = target(of);
          return now && now->pods.size() == count &&
                 (!ready || std::all_of(now->pods.begin(), now->pods.end(), [](const ports::Pod& pod) {
                   return pod.ready_since.has_value() && *pod.ready_since >= pod.created;
                 }));
        },
        std::chrono::seconds(30));
  }

  SystemClock clock;
  std::unique_ptr<http::Transport> transport;
  KubeCluster cluster;
};

inline bool skipped() {
  if (!environment(kAdmin).empty()) return false;
  WARN("skipped: AIA_KUBECONFIG is not set; run tests/controller/kube/run_on_cluster.py");
  return true;
}

}  // namespace aia::kube::tests
