"""A real Karpenter for tests, with its kwok provider: NodeClaims become simulated Nodes after a delay.

What: `with Karpenter(cluster):` runs it as one more process of a Cluster, with its CRDs and feature gates. Why: what
brings and takes nodes has rules of its own, and a stand-in would have those of whoever wrote it. Stand-ins are left in
two places: the provider's instances, which cost nothing and never fail, and the delay, which has no spread. Source:
the README of kwok/ and pkg/operator/options of the module; pinned in the folder of the same name.
"""
import json, os, urllib.request

import build
from node_pools import INSTANCE_TYPES
from ports import Ports
from process import Process

BUFFER_CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/capacitybuffers.autoscaling.x-k8s.io"
BUFFER_GROUP = "/apis/autoscaling.x-k8s.io"
GATES = {"NodeRepair": False, "ReservedCapacity": True, "SpotToSpotConsolidation": False, "NodeOverlay": False,
         "StaticCapacity": True, "CapacityBuffer": True}
START_S = 60


class Karpenter:
    """Its process is cluster.processes["karpenter"], with pause(), kill() and the log; it ends with the cluster."""

    def __init__(self, cluster, instance_types=INSTANCE_TYPES, settings=None):
        """settings: more environment variables, such as {"BATCH_IDLE_DURATION": "1s"}."""
        self.cluster, self.instance_types, self.settings = cluster, instance_types, settings or {}

    def __enter__(self):
        return self.up()

    def __exit__(self, *_):
        self.down()

    def up(self):
        """Returns when it is at work."""
        program = build.ensure("karpenter")["karpenter"]
        install(self.cluster)
        types = self.cluster.folder / "instance-types.json"
        types.write_text(json.dumps(self.instance_types))
        ports = Ports("metrics", "health")
        process = Process("karpenter", [program], self.cluster.folder / "logs/karpenter.log")
        process.start(keep=[ports.lock], env=self._environment(types, ports))
        ports.release()
        self.cluster.processes["karpenter"] = process
        self.cluster.wait_for(lambda: _ready(ports["health"]), "Karpenter ready", START_S)
        return self

    def down(self):
        """Ends it. Its nodes stay; they and their NodeClaims have finalizers that nobody takes off any more."""
        self.cluster.processes.pop("karpenter").kill()

    def sweep(self):
        """Deletes Nodes whose NodeClaim went before them. A cloud ends the instance of a claim that is given up while it
        starts; the kwok provider makes its Node all the same, and nobody takes it away. A long play calls this."""
        claims = {claim["metadata"]["name"] for claim in self.cluster.api.get("/apis/karpenter.sh/v1/nodeclaims")["items"]}
        for node in self.cluster.api.get("/api/v1/nodes")["items"]:
            name, labels = node["metadata"]["name"], node["metadata"]["labels"]
            if "karpenter.sh/nodepool" in labels and labels["kubernetes.io/hostname"] not in claims:
                self.cluster.api.request("DELETE", f"/api/v1/nodes/{name}")

    def _environment(self, instance_types, ports):
        return os.environ | {
            "KUBECONFIG": str(self.cluster.admin_kubeconfig), "DISABLE_LEADER_ELECTION": "true",
            "KARPENTER_SERVICE": "karpenter", "SYSTEM_NAMESPACE": "kube-system",
            "METRICS_PORT": str(ports["metrics"]), "HEALTH_PROBE_PORT": str(ports["health"]),
            "FEATURE_GATES": ",".join(f"{gate}={str(on).lower()}" for gate, on in GATES.items()),
            "INSTANCE_TYPES_FILE_PATH": str(instance_types)} | self.settings


def install(cluster, buffers=("v1beta1",)):
    """Applies the CRDs alone. buffers: as serve_buffers; Karpenter itself needs v1beta1."""
    build.ensure("karpenter")
    cluster.apply(build.location("karpenter") / "crds")
    cluster.kubectl("wait", "--for=condition=Established", "customresourcedefinitions", "--all")
    serve_buffers(cluster, buffers)


def serve_buffers(cluster, versions):
    """CapacityBuffers in these versions and no other. Karpenter's module has v1beta1 alone: "v1alpha1", which older Cluster
    Autoscalers serve, gets the same schema here, as the fields of both are the same upstream."""
    crd = cluster.api.get(BUFFER_CRD)
    stored = next(version for version in crd["spec"]["versions"] if version["storage"])
    crd["spec"]["versions"] = [{**stored, "name": name, "storage": name == stored["name"], "served": name in versions}
                               for name in {stored["name"]: 0, **dict.fromkeys(versions)}]
    cluster.api.request("PUT", BUFFER_CRD, crd)
    def served():
        group = cluster.api.exists(BUFFER_GROUP) and cluster.api.get(BUFFER_GROUP)
        return group and {version["version"] for version in group["versions"]} == set(versions)
    cluster.wait_for(served, "CapacityBuffers served")


def _ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False
