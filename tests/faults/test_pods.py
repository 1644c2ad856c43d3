"""What happens to a workload whose demand grows: its pods lose Ready, its new version crashes, another Deployment's pods carry
its labels, its Deployment is written four times a second, is deleted and created anew; and a kind whose scale has no selector.
Each step of its demand must be answered as fast as on a calm day; in the hour of its rebirth, within two cycles of it."""
import contextlib, threading, time, unittest

from scene import Scene
from fault import Expect, Fault
from api import ApiError
from identities import NAMESPACE, SERVICE_ACCOUNT
from nodes import CRASH_DELAY, gpu_deployment
from pods import NEVER
from query_proxy import SlowAnswer
from stage import DEPLOYMENTS, LOWEST, STEADY_REPLICAS

import objects, pods

MOVING = f"{DEPLOYMENTS}/moving"
PODS = "/api/v1/namespaces/default/pods"
SERVERS = "/apis/demo.example/v1/namespaces/default/servers"
NUMBER = {"type": "object", "properties": {"replicas": {"type": "integer"}}}
CRD = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "servers.demo.example"},
       "spec": {"group": "demo.example", "scope": "Namespaced", "names": {"kind": "Server", "plural": "servers", "singular": "server"},
                "versions": [{"name": "v1", "served": True, "storage": True,
                              "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas",
                                                                       "statusReplicasPath": ".status.replicas"}},
                              "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": NUMBER, "status": NUMBER}}}}]}}
RBAC = "rbac.authorization.k8s.io"
ROLE = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "servers"},
        "rules": [{"apiGroups": ["demo.example"], "resources": ["servers", "servers/scale"], "verbs": ["get", "patch"]}]}
BINDING = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "servers"},
           "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "servers"},
           "subjects": [{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": NAMESPACE}]}


def status(stage, name="moving"):
    return stage.cluster.api.get(f"{objects.API}/aiautoscalers/{name}")["status"]


# ---- Ready lost

def lose_a_third(stage):
    stage.lost = pods.ready(stage.cluster.api, "moving")
    stage.lost = stage.lost[:max(2, len(stage.lost) // 3)]
    pods.lose_ready(stage.cluster.api, stage.lost)


def delete_lost(stage):
    for pod in stage.lost:
        stage.cluster.api.request("DELETE", f"{PODS}/{pod['metadata']['name']}")


# ---- a version that crashes

def roll_out(stage, delay):
    stage.cluster.api.request("PATCH", MOVING, {"spec": {"template": {"metadata": {"annotations": {CRASH_DELAY: delay}}}}})


# ---- a canary whose pods carry the stable version's labels

def canary(name, replicas, ready_after=None):
    made = gpu_deployment(name, replicas, ready_after=ready_after)
    made["spec"]["selector"]["matchLabels"] = {"track": name}
    made["spec"]["template"]["metadata"]["labels"] = {"app": "moving", "track": name}
    return made


def start_canaries(stage):
    stage.cluster.apply(canary("canary", 3), canary("canary-slow", 5, NEVER))


def end_canaries(stage):
    for name in ("canary", "canary-slow"):
        stage.cluster.api.request("DELETE", f"{DEPLOYMENTS}/{name}")


def counts_its_own(stage):
    ready = status(stage)["readyReplicas"]
    own = stage.cluster.api.get(MOVING)["status"]["replicas"]
    return [f"moving has {own} pods, and {ready} of them are said to be Ready"] if ready > own else []


# ---- a Deployment that is written all the time, as in a rollout; a Prometheus that takes its time leaves it room to be

def write_all_the_time(stage):
    stage.query_proxy.inject(SlowAnswer(stage.pace.cycle_s / 6))
    stage.written = threading.Event()

    def write():
        while not stage.written.wait(.25):
            with contextlib.suppress(OSError, ApiError):
                stage.cluster.api.request("PATCH", MOVING, {"metadata": {"annotations": {"tick": str(time.time())}}})
    threading.Thread(target=write, daemon=True).start()


def write_no_more(stage):
    stage.query_proxy.heal()
    stage.written.set()


# ---- a Deployment deleted and created anew, as `kubectl replace --force` does

def bear_again(stage):
    stage.cluster.api.request("DELETE", MOVING, {"propagationPolicy": "Background"})
    stage.cluster.api.request("POST", DEPLOYMENTS, gpu_deployment("moving", 1))


def bear_again_and_again(stage):
    """Twice after a write of ours, which is when replicas count as set back."""
    for _ in range(2):
        bear_again(stage)
        stage.wait(lambda: stage.replicas("moving") == status(stage)["currentReplicas"] == stage.level, "scaled after its rebirth")
    bear_again(stage)


# ---- a scale without a selector

def add_blind(stage):
    stage.demand(STEADY_REPLICAS, "blind")
    stage.cluster.apply(CRD, ROLE, BINDING)
    stage.cluster.kubectl("wait", "--for=condition=Established", "crd/servers.demo.example", "--timeout=20s")
    server = {"apiVersion": "demo.example/v1", "kind": "Server", "metadata": {"name": "blind", "namespace": "default"},
              "spec": {"replicas": STEADY_REPLICAS}}
    stage.cluster.apply(server, stage.autoscaler("blind", target={"apiVersion": "demo.example/v1", "kind": "Server", "name": "blind"}))


def remove_blind(stage):
    stage.cluster.api.request("DELETE", f"{objects.API}/aiautoscalers/blind")
    stage.cluster.api.request("DELETE", f"{SERVERS}/blind")


def invents_nothing(stage):
    said = [f"blind was scaled to {write.replicas}" for write in stage.writes("blind")]
    ready = status(stage, "blind").get("readyReplicas")
    return said + ([] if ready is None else [f"READY {ready} of pods that cannot be seen"])


def moving(kind, status, reason, words=""):
    return (Expect("moving", kind, status, reason, words),)


def own(name, inject, heal, expect=(), **options):
    return Fault(name, inject, heal, expect=expect, writes=True, local=True, **options)


FAULTS = [
    own("none", lambda stage: None, lambda stage: None),
    own("a third of the pods lose Ready", lose_a_third, delete_lost, moving("ReplicasServing", "False", "CapacityLost", r"since \d{4}-"),
        replaces=True, ci_s=10, soak_s=180),
    own("a new version crashes", lambda stage: roll_out(stage, "200ms"), lambda stage: roll_out(stage, None),
        moving("ReplicasServing", "False", "StartupStuck", r"since \d{4}-"), replaces=True, ci_s=10, soak_s=180),
    own("a canary under its selector", start_canaries, end_canaries, also_at_end=counts_its_own),
    own("written 4 × a second", write_all_the_time, write_no_more, ci_s=8),
    Fault("deleted and created anew", bear_again_and_again, lambda stage: None),
    own("a scale without a selector", add_blind, remove_blind, (Expect("blind", "TargetFound", "True", "PodsUnseen", "selector"),),
        also_at_end=invents_nothing),
]


class PodsTest(Scene):
    name = "pods"

    def test_faults(self):
        self.play(*FAULTS)
        self.stage.demand(LOWEST)  # the control: a true fall is followed
        self.stage.wait(lambda: self.stage.replicas("moving") == LOWEST, "scaled in at last", 3 * self.stage.pace.patience_s)


if __name__ == "__main__":
    unittest.main()
