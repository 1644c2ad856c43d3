// An API server of paths and answers for the tests of node pools: what is not there is a 404 as the server words it,
// and what was asked is kept as "METHOD path".
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "controller/api/accelerator_pool.h"
#include "controller/kube/client/discovery.h"
#include "controller/kube/client/json.h"
#include "tests/controller/http/fake_transport.h"
#include "tests/controller/kube/manual_clock.h"

namespace aia::kube::tests {

struct PoolRig {
  http::FakeTransport transport;
  aia::tests::ManualClock clock;
  Discovery discovery{transport, clock};
  std::map<std::string, Result<http::Response>> answers;  ///< by "METHOD path", the query left out

  http::FakeTransport::Rule first{};  ///< asked before `answers`

  PoolRig() {
    transport.on([this](const http::Request& request) -> std::optional<Result<http::Response>> {
      if (auto answer = first ? first(request) : std::nullopt) return answer;
      const auto found = answers.find(request.method + " " + request.target.substr(0, request.target.find('?')));
      if (found != answers.end()) return found->second;
      if (request.method != "GET") return std::nullopt;
      return http::FakeTransport::json(R"({"kind":"Status","code":404,"reason":"NotFound","message":"not found"})",
                                       404);
    });
    serves("autoscaling.x-k8s.io/v1beta1", "capacitybuffers", "CapacityBuffer", true);
    serves("apps/v1", "deployments", "Deployment", true);
    serves("karpenter.sh/v1", "nodepools", "NodePool", false);
    serves("cluster.x-k8s.io/v1beta2", "machinedeployments", "MachineDeployment", true);
  }
  void serves(const std::string& api_version, const std::string& plural, const std::string& kind, bool namespaced) {
    says("GET /apis/" + api_version,
         {{"resources", Json::array({{{"name", plural}, {"kind", kind}, {"namespaced", namespaced}},
                                     {{"name", plural + "/scale"}, {"kind", "Scale"}}})}});
  }
  void says(const std::string& what, const Json& body, int status = 200) {
    answers.insert_or_assign(what, http::FakeTransport::json(dump_json(body), status));
  }
  void refuses(const std::string& what, int status, const std::string& reason) {
    says(what, {{"kind", "Status"}, {"code", status}, {"reason", reason}, {"message", "no"}}, status);
  }
  void scale(const std::string& of, int replicas, const std::string& version, int there = 0) {
    says("GET " + of + "/scale", {{"kind", "Scale"},
                                  {"metadata", {{"resourceVersion", version}}},
                                  {"spec", {{"replicas", replicas}}},
                                  {"status", {{"replicas", there}}}});
  }
  /// What was asked beyond discovery, from the `from`th request on.
  [[nodiscard]] std::vector<http::Request> asked(const std::string& method = "", std::size_t from = 0) const {
    std::vector<http::Request> all;
    for (const auto& sent : transport.sent()) {
      const std::string& target = sent.request.target;
      const bool discovery_document =
          std::count(target.begin(), target.end(), '/') == 3 && target.rfind("/apis/", 0) == 0;
      if (!discovery_document && (method.empty() || sent.request.method == method)) all.push_back(sent.request);
    }
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(from, all.size())));
    return all;
  }
};

inline api::AcceleratorPool pool(const std::string& name) {
  api::AcceleratorPool made;
  made.meta.name = name;
  made.spec.node_labels = {{"pool", name}};
  made.spec.gpu_resource = "nvidia.com/gpu";
  made.spec.gpus_per_node = 8;
  made.spec.max_nodes = 10;
  return made;
}

inline api::AcceleratorPool scaled_pool(const std::string& name, const api::ScaleRef& ref) {
  api::AcceleratorPool made = pool(name);
  made.spec.sizing = api::Sizing::Scale;
  made.spec.scale_ref = ref;
  return made;
}

}  // namespace aia::kube::tests
