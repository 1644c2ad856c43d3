"""Whatever goes first: after `aiautoscaler release --all` nothing of ours is left in the cluster.

What: AIAutoscaler, AcceleratorPool, workload and controller go in all twenty-four orders, for a pool with a CapacityBuffer
and for one with a scale (a MachineDeployment's, in each round once a static NodePool's); a round for each place of the
controller, the other orders side by side in it. Then what the controller asked for is held against what its roles grant for
pools. The CRDs are upstream's; nobody brings nodes, so that only what we leave is seen. Why: a floor that is forgotten is the
most expensive bug that there is here. Source: docs/pools.md, "Undoing".
"""
import contextlib, itertools, math, subprocess, sys, time, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE.parent / "install"), str(HERE)]

from cluster import Cluster
from identities import NAMESPACE, SERVICE_ACCOUNT
from karpenter import install
from kept import KeptFolder
from machine_provisioner import create_machine, install as install_machines
from node_pools import machine_deployment, node_pool
from nodes import gpu_deployment
from ports import Ports
from prometheus import Job, Prometheus, Target

import objects, play, rights
from controller import Controller, binary
from openmetrics import Family, exposition
from scrape_target import ScrapeTarget

SEASON_S, SIZE_BEFORE, MIN_NODES = 20, 1, 3
POOLS = "/apis/aiautoscaler.io/v1alpha1/acceleratorpools"
BUFFERS = "/apis/autoscaling.x-k8s.io/v1beta1/capacitybuffers"
SCALED = {"machines": "/apis/cluster.x-k8s.io/v1beta2/namespaces/default/machinedeployments",
          "static": "/apis/karpenter.sh/v1/nodepools"}
OURS = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Daiautoscaler"
ORDERS = ["".join(order) for order in itertools.permutations("apw")]  # AIAutoscaler, pool, workload


def demand(at):
    """Requests a second: up and down each season, so that more will be wanted soon than is now."""
    return 40 + 30 * math.sin(2 * math.pi * at / SEASON_S)


def metrics(at):
    family = Family("requests", "gauge", "Requests a second.")
    family.add({"app": "all"}, demand(at))
    return exposition([family])


def history(until, length_s=600):
    lines = [f'requests{{app="all"}} {demand(at):.3f} {at:.3f}' for at in range(int(until - length_s), int(until))]
    return "\n".join(["# HELP requests Requests a second.", "# TYPE requests gauge", *lines, "# EOF", ""])


def kind_of(name):
    return name.partition("-")[0]


def scaled(name):
    """What a pool's size is written to."""
    if kind_of(name) == "machines":
        return machine_deployment(name, SIZE_BEFORE)
    return node_pool(name, "nobody", replicas=SIZE_BEFORE if kind_of(name) == "static" else None)


def pool(name):
    sizing = {"mode": "CapacityBuffer"}
    if kind_of(name) != "buffer":
        made = scaled(name)
        ref = {"apiVersion": made["apiVersion"], "kind": made["kind"], "name": name}
        if "namespace" in made["metadata"]:
            ref["namespace"] = "default"
        sizing = {"mode": "Scale", "scaleRef": ref}
    return {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AcceleratorPool", "metadata": {"name": name},
            "spec": {"nodes": {"labels": {"pool": name}, "gpu": {"resource": "nvidia.com/gpu", "perNode": 8}},
                     **({"minNodes": MIN_NODES} if "scaleRef" in sizing else {}), "maxNodes": 40, "sizing": sizing, "leadTime": "6s",
                     "namespaces": ["default"]}}


def autoscaler(name):
    made = objects.autoscaler(name, "sum(requests)", 10, lead="2s", forecast={"seasons": [f"{SEASON_S}s"], "history": "10m"},
                              scale_down={"stabilizationWindowSeconds": 4})  # each season asks for nodes anew
    made["spec"]["nodePoolRefs"] = [{"name": name}]
    return made


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class ReleaseTest(KeptFolder, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._stack = contextlib.ExitStack()
        cls.addClassCleanup(cls._stack.close)
        cls.make_folder("release")
        cls._stack.callback(cls.clear)
        flags = {"kube-apiserver": ["--enable-admission-plugins=OwnerReferencesPermissionEnforcement"]}  # buffers have owners
        cls.cluster = Cluster("release", cls.folder / "cluster", flags=flags)
        cls._stack.callback(cls.cluster.down, keep=True)
        cls.cluster.up(play.MANIFESTS)
        cls.cluster.add_gpu_nodes(16)
        install(cls.cluster)
        install_machines(cls.cluster)
        ports = Ports("metrics")
        cls._stack.callback(ports.release)
        target = cls._stack.enter_context(ScrapeTarget(ports["metrics"], metrics))
        cls.prometheus = Prometheus([Job("inference", [Target(target.address)], interval="500ms")], lookback_delta="5s",
                                    folder=cls.folder / "prometheus")
        cls._stack.callback(cls.prometheus.down, keep=True)
        cls.prometheus.backfill(history(time.time()))
        cls.prometheus.up()

    def test_1_every_order_of_going(self):
        for place in range(4):
            with self.subTest(controller_goes_at=place):
                self.round(place)

    def round(self, place):
        names = {f"{kind}-{order}-{place}": order for order in ORDERS
                 for kind in ("buffer", "static" if order == ORDERS[place] else "machines")}
        self.cluster.apply(*(scaled(name) for name in names if kind_of(name) in SCALED),
                           *(made for name in names for made in (gpu_deployment(name, 4), pool(name), autoscaler(name))))
        with self.controller(f"controller-{place}.log") as controller:
            self.cluster.wait_for(lambda: all(self.has_grown(name) for name in names), "nodes asked for everywhere", 180, poll_s=.5)
            if place == 0:  # that its size may be changed is tried, too (test 3), however soon the rest goes
                self.cluster.wait_for(self.changed_a_buffer, "a buffer of another size", 120, poll_s=1)
            for name in names:
                if kind_of(name) == "machines":
                    self.make_machines(name)
            for step in range(4):
                if step == place:
                    controller.kill()
                if step == 3:
                    break
                for name, order in names.items():
                    self.take_away(order[step], name)
                if step < place:
                    time.sleep(6)  # it has some cycles to see it
        # As a person does it, and as the controller's own account may (docs/pools.md, "Undoing").
        self.release(self.cluster.controller_kubeconfig if place % 2 else self.cluster.admin_kubeconfig)
        self.assertEqual(self.api.get(f"{BUFFERS}?{OURS}")["items"], [])
        self.assertEqual(self.api.get(f"/api/v1/podtemplates?{OURS}")["items"], [])
        self.assertEqual(self.api.get(POOLS)["items"], [])
        sizes = {name: self.size(name) for name in names if kind_of(name) in SCALED}
        self.assertEqual(set(sizes.values()), {SIZE_BEFORE}, sizes)

    def test_2_what_karpenter_sizes_is_left_alone(self):
        self.cluster.apply(scaled("dynamic"), gpu_deployment("dynamic", 4), pool("dynamic"), autoscaler("dynamic"))
        def refusal():
            conditions = self.api.get(f"{POOLS}/dynamic").get("status", {}).get("conditions", ())
            return next((c["reason"] for c in conditions if c["type"] == "AbleToSize" and c["status"] == "False"), None)
        with self.controller("controller-dynamic.log"):
            self.cluster.wait_for(refusal, "a word about it")
            time.sleep(8)   # it has some cycles to do it all the same
        self.assertEqual(refusal(), "DynamicNodePool")
        self.assertEqual([write.user for write in self.cluster.audit.writes("nodepools", name="dynamic")], ["kubernetes-admin"])
        self.assertFalse(self.api.get(f"{POOLS}/dynamic")["metadata"].get("finalizers"))

    def test_3_it_asked_for_what_it_may_and_may_what_it_asks(self):
        made = rights.requests(self.cluster.audit, NAMESPACE, SERVICE_ACCOUNT)
        self.assertEqual({(str(right), path) for right, code, path in made if code == 403}, set())
        granted = {right for right in rights.granted(self.api, NAMESPACE, SERVICE_ACCOUNT) if right.is_of_pools}
        self.assertEqual({right.resource.partition("/")[0] for right in granted}, rights.OF_POOLS)
        # Looking for what is not there yet is a use of `get`; a write counts where it was done.
        used = {right for right, code, _ in made if code < 300 or (code == 404 and right.verb == "get")}
        self.assertEqual(sorted(map(str, granted - used)), [], "granted and never used")

    def controller(self, log):
        return Controller(self.cluster.controller_kubeconfig, self.prometheus.url, self.folder / log,
                          {"cycle": "2s", "grid-step": "1s", "leader-elect": "false", "freshness": "8s"})

    @property
    def api(self):
        return self.cluster.api

    def size(self, name):
        return self.api.get(f"{SCALED[kind_of(name)]}/{name}/scale")["spec"].get("replicas", 0)

    def make_machines(self, name):
        """As many as are asked for: of those that are there, the ones to go are marked before the size is lowered."""
        deployment = self.api.get(f"{SCALED['machines']}/{name}")
        for _ in range(deployment["spec"]["replicas"]):
            create_machine(self.api, deployment)

    def has_grown(self, name):
        if not self.api.get(f"{POOLS}/{name}")["metadata"].get("finalizers"):
            return False
        if kind_of(name) in SCALED:
            return self.size(name) >= MIN_NODES
        buffers = self.api.get(f"{BUFFERS}?{OURS}")["items"]
        return any(name in buffer["metadata"]["name"] for buffer in buffers)

    def changed_a_buffer(self):
        return any(write.verb == "patch" for write in self.cluster.audit.writes("capacitybuffers"))

    def take_away(self, what, name):
        path = {"a": f"{objects.API}/aiautoscalers/{name}", "p": f"{POOLS}/{name}",
                "w": f"/apis/apps/v1/namespaces/default/deployments/{name}"}[what]
        self.api.request("DELETE", path, {"propagationPolicy": "Background"})

    def release(self, kubeconfig):
        done = subprocess.run([binary(), "release", "--all", f"--kubeconfig={kubeconfig}"], text=True, capture_output=True)
        print(done.stdout, done.stderr, flush=True)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
