// Writing a pool's size: one patch, and before a MachineDeployment is lowered the marks on those machines that may go.
#include "controller/kube/nodepool/actuator.h"

#include <catch2/catch.hpp>

#include "tests/controller/kube/pool_rig.h"

using namespace aia;
using namespace aia::kube;
using namespace aia::kube::tests;

namespace {

const std::string kNodePool = "/apis/karpenter.sh/v1/nodepools/h100";
const std::string kCapi = "/apis/cluster.x-k8s.io/v1beta2/namespaces/capi/";
const std::string kDeployment = kCapi + "machinedeployments/md";
const char* const kDelete = "cluster.x-k8s.io/delete-machine";
const char* const kMarked = "aiautoscaler.io/marked";

struct Rig : PoolRig {
  Actuators actuators{{transport, clock, discovery}};
  api::AcceleratorPool machines = scaled_pool("p", {"cluster.x-k8s.io/v1beta2", "MachineDeployment", "md", "capi"});
  Json list = Json::array();

  Rig() {
    says("PATCH " + kDeployment + "/scale", Json::object());
    scale(kDeployment, 4, "77");
  }
  void machine(const std::string& name, const std::string& node, const Json& annotations = Json::object()) {
    Json made = {{"metadata", {{"name", name}, {"annotations", annotations}}}};
    if (!node.empty()) made["status"]["nodeRef"]["name"] = node;
    list.push_back(made);
    says("GET " + kCapi + "machines", {{"items", list}});
    says("PATCH " + kCapi + "machines/" + name, Json::object());
  }
  Status write(const api::AcceleratorPool& pool, const ports::SizeWrite& write, const std::set<std::string>& busy) {
    return actuators.of(pool.spec).write_size(pool, write, busy, Millis(1000));
  }
  /// Writes, and says which patches that took: the machine and its mark, or the scale.
  std::string write(int nodes, const std::set<std::string>& busy, const std::string& version = "77",
                    bool drains = false) {
    const std::size_t before = asked("PATCH").size();
    const Status status = write(machines, {0, nodes, version, drains}, busy);
    std::string all;
    for (const auto& request : asked("PATCH", before)) {
      const std::string path = request.target.substr(0, request.target.find('?'));
      const Json body = *parse_json(request.body);
      const Json* mark = find_at(body, {"metadata", "annotations", kDelete});
      all += path.substr(path.rfind('/') + 1) + (mark == nullptr ? "" : mark->is_null() ? "-" : "+") + " ";
    }
    return all + (status ? "" : std::string(to_string(status.error().kind)) + ": " + status.error().message);
  }
};

}  // namespace

TEST_CASE("a size is a merge patch with the resourceVersion, to the letter") {
  Rig rig;
  rig.says("PATCH " + kNodePool + "/scale", Json::object());
  const api::AcceleratorPool h100 = scaled_pool("p", {"karpenter.sh/v1", "NodePool", "h100", ""});
  CHECK(rig.write(h100, {0, 3, "77"}, {"n1"}).ok());
  const auto asked = rig.asked();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].method == "PATCH");
  CHECK(asked[0].target == kNodePool + "/scale?fieldManager=aiautoscaler");
  CHECK(asked[0].headers.back().second == "application/merge-patch+json");
  CHECK(asked[0].body == R"({"metadata":{"resourceVersion":"77"},"spec":{"replicas":3}})");
  rig.refuses("PATCH " + kNodePool + "/scale", 409, "Conflict");
  const Status conflict = rig.write(h100, {0, 3, "77"}, {});
  CHECK(conflict.error().kind == ErrorKind::Conflict);
  CHECK(conflict.error().message == "scale of karpenter.sh/v1 NodePool h100: no (HTTP 409)");
  CHECK(rig.write(pool("p"), {0, 3, "77"}, {}).error().kind == ErrorKind::Invalid);
}

TEST_CASE("where nodes may be drained idle machines go first all the same") {
  Rig rig;
  rig.machine("m1", "busy-1");
  rig.machine("m2", "busy-2");
  rig.machine("m3", "idle-1");
  rig.machine("m4", "idle-2");
  CHECK(rig.write(2, {"busy-1", "busy-2"}, "77", true) == "m3+ m4+ scale ");
  CHECK(rig.write(1, {"busy-1", "busy-2"}, "77", true) == "m3+ m4+ m1+ scale ");
}

TEST_CASE("a MachineDeployment is lowered by idle machines, those without a node first") {
  Rig rig;
  rig.machine("m1", "busy");
  rig.machine("m2", "idle-1");
  rig.machine("m3", "idle-2");
  rig.machine("m4", "");
  CHECK(rig.write(5, {"busy"}) == "scale ");
  CHECK(rig.write(4, {"busy"}) == "scale ");
  CHECK(rig.write(2, {"busy"}) == "m4+ m2+ scale ");
  CHECK(rig.write(1, {"busy"}) == "m4+ m2+ m3+ scale ");
  CHECK_THAT(rig.write(0, {"busy"}),
             Catch::StartsWith("conflict: machines of cluster.x-k8s.io/v1beta2 MachineDeployment "
                               "capi/md: 1 too few are idle to go"));
  CHECK(rig.write(2, {"busy"}, "76") ==
        "conflict: scale of cluster.x-k8s.io/v1beta2 MachineDeployment capi/md was written since it was read");
  const Json patch = *parse_json(rig.asked("PATCH")[2].body);
  CHECK(patch == Json{{"metadata", {{"annotations", {{kDelete, "yes"}, {kMarked, "true"}}}}}});
}

TEST_CASE("machines that were not made yet go without a mark, those that the list lacks are none to go") {
  Rig rig;
  rig.machine("m1", "busy");
  rig.machine("m2", "idle");
  rig.scale(kDeployment, 4, "77", 2);
  CHECK(rig.write(2, {"busy"}) == "scale ");
  CHECK(rig.write(1, {"busy"}) == "m2+ scale ");
  rig.scale(kDeployment, 4, "77", 4);  // their labels are not what we look for
  CHECK_THAT(rig.write(2, {"busy"}), Catch::EndsWith("1 too few are idle to go"));
}

TEST_CASE("marks of before count, and go from machines that have become busy") {
  Rig rig;
  rig.machine("m1", "n1", {{kDelete, "yes"}, {kMarked, "true"}});
  rig.machine("m2", "n2", {{kDelete, "yes"}, {kMarked, "true"}});
  rig.machine("m3", "n3");
  rig.machine("m4", "n4");
  CHECK(rig.write(3, {"n1"}) == "m1- scale ");
  CHECK(rig.write(2, {"n1", "n4"}) == "m1- m3+ scale ");
  CHECK(rig.write(3, {}) == "m2- scale ");  // one goes: no more are marked than that

  Rig foreign;
  foreign.machine("m1", "n1", {{kDelete, ""}});
  foreign.machine("m2", "n2");
  CHECK(foreign.write(3, {"n1"}) ==
        "conflict: machine m1 has somebody else's annotation cluster.x-k8s.io/delete-machine, "
        "and its node n1 is busy: nothing is lowered");
  CHECK(foreign.write(3, {"n2"}) == "scale ");
}

TEST_CASE("no mark of ours stays on a machine that does not go") {
  Rig rig;
  rig.machine("m1", "n1");
  rig.machine("m2", "n2", {{kDelete, "yes"}, {kMarked, "true"}});
  rig.machine("m3", "n3");
  rig.machine("m4", "n4", {{kDelete, ""}});  // somebody else's
  CHECK(rig.write(6, {}) == "scale m2- ");
  CHECK(rig.write(4, {}) == "scale m2- ");
  CHECK_THAT(rig.write(1, {"n1", "n2"}),
             Catch::StartsWith("m2- conflict: ") && Catch::EndsWith("1 too few are idle to go"));
  rig.refuses("PATCH " + kDeployment + "/scale", 409, "Conflict");
  CHECK_THAT(rig.write(1, {"n2"}), Catch::StartsWith("m2- m1+ m3+ scale m1- m3- conflict: "));
  CHECK_THAT(rig.write(6, {}), Catch::StartsWith("scale conflict: "));
  rig.answers.erase("GET " + kCapi + "machines");
  rig.says("PATCH " + kDeployment + "/scale", Json::object());
  CHECK(rig.write(6, {}) == "scale ");  // a raise waits for no list
}

TEST_CASE("marks stay where a lowering may have been done, or is under way") {
  Rig rig;
  for (const char* one : {"1", "2", "3", "4"}) rig.machine(std::string("m") + one, std::string("n") + one);
  rig.refuses("PATCH " + kDeployment + "/scale", 503, "");
  CHECK_THAT(rig.write(3, {}), Catch::StartsWith("m1+ scale unavailable: "));

  Rig later;  // it was done: three are asked for, and of four one is still to go
  later.scale(kDeployment, 3, "78");
  later.machine("m1", "n1", {{kDelete, "yes"}, {kMarked, "true"}});
  for (const char* one : {"2", "3", "4"}) later.machine(std::string("m") + one, std::string("n") + one);
  CHECK(later.write(3, {}, "78") == "scale ");
  CHECK(later.write(4, {}, "78") == "scale m1- ");
}

TEST_CASE("what cannot be marked is not lowered") {
  Rig rig;
  rig.machine("m1", "n1");
  rig.refuses("PATCH " + kCapi + "machines/m1", 403, "Forbidden");
  CHECK(rig.write(0, {}) == "m1+ m1- forbidden: machine m1: no (HTTP 403)");
  rig.answers.erase("GET " + kCapi + "machines");
  CHECK_THAT(rig.write(3, {}), Catch::StartsWith("not-found: machines of"));
}
