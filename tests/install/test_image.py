"""The image on the real control plane, with the manifests as shipped and no right more than they grant.

What: the image built from the program, its archive unpacked and run by an OCI runtime as each of the Deployment's two
pods says; everything installed with `kubectl apply -k`. First overlays/recommend: it leads, forecasts, and is refused when
an object says Auto; then overlays/act: it scales. Then what it asked for is held against what its roles grant, and
the uninstallation against what was there before. Why: this is what a user gets.
"""
import contextlib, subprocess, sys, time, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import installation
from installation import NAME, NAMESPACE, ROOT, Overlay

from build import location
from cluster import Cluster
from kept import KeptFolder
from nodes import gpu_deployment
from ports import Ports
from prometheus import Job, Prometheus, Target

import container, objects, rights
from controller import binary
from openmetrics import Family, exposition
from rights import Right
from scrape_target import ScrapeTarget

CYCLE_S = 2
FLAGS = (f"--cycle={CYCLE_S}s", "--grid-step=15s", "--default-lead-time=1s", "--scale-down-stabilization=2s")
BUILD = ROOT / "manifests/image/build"
EXAMPLE = ROOT / "manifests/examples/recommend-first.yaml"
STATEFUL = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "stateful"}
AUTOSCALERS = "/apis/aiautoscaler.io/v1alpha1/namespaces/{}/aiautoscalers/{}"

# Rights that this test cannot see used, and why they are granted all the same.
UNSEEN = {
    Right("aiautoscaler.io", "aiautoscalers/finalizers", "update"):
        "asked for by OwnerReferencesPermissionEnforcement, on here, when a Forecast names its owner; not a request",
    Right("keda.sh", "scaledobjects", "list"):
        "asked for where discovery shows KEDA, which is not installed here",
}


def build_image(output):
    return subprocess.run([BUILD, "--binary", binary(), "--output", output], check=True, text=True, capture_output=True).stdout


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
@unittest.skipIf(container.missing(), f"no container can run here: {container.missing()}")
class ImageTest(KeptFolder, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.make_folder("install")
        cls.stack.callback(cls.clear)
        cls.archive = cls.folder / "image.tar"
        cls.said = build_image(cls.archive)
        enter = cls.stack.enter_context
        flags = {"kube-apiserver": ["--enable-admission-plugins=OwnerReferencesPermissionEnforcement"]}
        # kwok's own stage for pods that take their time to end: ours have a grace period
        stages = [location("kwok") / "stages/pod/fast/pod-delete.yaml"]
        cls.cluster = Cluster("install", cls.folder / "cluster", flags=flags, stages=stages)
        cls.stack.callback(cls.cluster.down, keep=True)
        cls.cluster.up()
        cls.cluster.kubectl("delete", "namespace", NAMESPACE)  # the test cluster's own; we install ours
        cls.cluster.add_gpu_nodes(2)
        cls.cluster.kubectl("create", "namespace", "serving")
        cls.before = installation.everything(cls.cluster)
        ports = Ports("metrics", "one", "one health", "two", "two health")
        cls.stack.callback(ports.release)
        target = enter(ScrapeTarget(ports["metrics"], cls.metrics))
        cls.prometheus = Prometheus([Job("inference", [Target(target.address)], interval="250ms")],
                                    folder=cls.folder / "prometheus")
        cls.stack.callback(cls.prometheus.down, keep=True)
        cls.prometheus.up()
        cls.overlay("recommend").apply()
        pods = cls.cluster.wait_for(lambda: installation.rolled_out(cls.cluster), "the Deployment rolled out", 60)
        cls.containers = [container.Container(cls.cluster, cls.archive, pod, ports[port], ports[f"{port} health"], cls.folder / port)
                          for pod, port in zip(pods, ("one", "two"))]
        for one in cls.containers:
            cls.stack.callback(one.kill)
        cls.cluster.apply(gpu_deployment("llama-70b", 2, namespace="serving"), gpu_deployment("web", 4),
                          *stateful(4))

    @classmethod
    def overlay(cls, on):
        url = cls.prometheus.url.replace("127.0.0.1", "localhost")  # a name: the image must be able to resolve
        return Overlay(cls.cluster, cls.folder / f"my-{on}", on, url, FLAGS)

    @classmethod
    def metrics(cls, _now):
        """Ten requests for whoever asks, and for each of the example's pods what vLLM would say."""
        families = [Family(name, "gauge", name) for name in ("requests", "vllm:num_requests_running", "vllm:num_requests_waiting")]
        families[0].add({}, 10)
        for pod in cls.cluster.api.get("/api/v1/namespaces/serving/pods")["items"]:
            labels = {"namespace": "serving", "pod": pod["metadata"]["name"]}
            families[1].add(labels, 40)
            families[2].add(labels, 5)
        return exposition(families)

    def conditions(self, namespace, name):
        status = self.cluster.api.get(AUTOSCALERS.format(namespace, name)).get("status", {})
        return {condition["type"]: condition for condition in status.get("conditions", ())}

    def eventually(self, condition, what, timeout_s=30):
        """condition()'s first true value; fails with the containers' last lines."""
        deadline = time.monotonic() + timeout_s
        while not (value := condition()):
            if time.monotonic() > deadline:
                self.fail(f"{what}: not within {timeout_s} s\n" +
                          "\n".join(f"{one.name}: {one.process.tail()}" for one in self.containers))
            time.sleep(.1)
        return value

    def test_1_the_same_program_gives_the_same_bytes(self):
        time.sleep(1)   # a time stamp in it would differ
        self.assertEqual(build_image(self.folder / "again.tar").splitlines()[1], self.said.splitlines()[1])   # the digest
        self.assertEqual(self.archive.read_bytes(), (self.folder / "again.tar").read_bytes())

    def test_2_it_holds_what_it_needs_and_no_more(self):
        root = container.unpack(self.archive, self.folder / "as-built") / "rootfs"
        self.assertEqual({path.name for path in root.iterdir()}, {"aiautoscaler", "etc", "lib", "lib64", "usr", "var"})
        programs = [path for path in root.rglob("*") if path.is_file() and path.stat().st_mode & 0o111 and ".so" not in path.name]
        self.assertEqual([path.name for path in programs], ["aiautoscaler"])
        writable = [path for path in root.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o022]
        self.assertEqual(writable, [])
        version = subprocess.run([binary(), "version"], text=True, capture_output=True).stdout.split()[1]
        self.assertIn(f"newTag: {version}\n", (installation.OVERLAYS / "recommend/kustomization.yaml").read_text())
        # where OpenSSL looks for authorities when it is told none
        crypto, = root.rglob("libcrypto.so.3")
        self.assertIn(b'OPENSSLDIR: "/usr/lib/ssl"', crypto.read_bytes())
        self.assertGreater((root / "usr/lib/ssl/cert.pem").read_text().count("BEGIN CERTIFICATE"), 100)

    def test_3_both_become_ready_and_one_leads(self):
        for one in self.containers:
            one.start()
        for one in self.containers:
            self.eventually(lambda: one.get("/readyz")[0] == 200, f"{one.name} ready")
            self.assertEqual(one.get("/healthz")[0], 200)
            self.assertIn("aiautoscaler_", one.get("/metrics")[1])
            status = Path(f"/proc/{one.program()}/status").read_text()
            for line in ("Uid:\t65532", "Gid:\t65532", "NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"):
                self.assertIn(line, status)
        self.eventually(lambda: self.holder() in {one.name for one in self.containers}, "one leads")

    def test_4_recommend_forecasts_and_scales_nothing(self):
        self.cluster.apply(EXAMPLE)
        forecast = self.eventually(lambda: self.forecast("serving", "llama-70b.requests"), "a forecast of the example")
        self.assertEqual(forecast["summary"]["now"], "90")
        self.eventually(lambda: self.conditions("serving", "llama-70b").get("Ready", {}).get("reason") == "Recommending",
                        "the example is looked after")
        self.assertEqual(self.cluster.audit.scale_writes("serving"), [])

    def test_5_auto_is_refused_and_says_what_to_apply(self):
        for name, target in (("web", None), ("stateful", STATEFUL)):
            self.cluster.apply(objects.autoscaler(name, "sum(requests)", per_replica=2, target=target, model=objects.NO_FORECAST))
            condition = self.eventually(lambda: self.refusal(name), f"{name} is refused")
            self.assertIn("manifests/rbac/act.yaml", condition["message"])
        self.assertEqual({write.code for write in self.cluster.audit.scale_writes()}, {403})
        self.assertEqual([self.replicas(kind) for kind in ("deployments/web", "statefulsets/stateful")], [4, 4])

    def test_6_with_the_right_to_act_it_scales(self):
        before = {pod["metadata"]["name"] for pod in installation.pods(self.cluster)}
        self.overlay("act").apply()
        for kind in ("deployments/web", "statefulsets/stateful"):
            self.eventually(lambda: self.replicas(kind) == 5, f"{kind} scaled to five")
        # neither role nor binding is a reason to restart
        self.assertEqual({pod["metadata"]["name"] for pod in installation.pods(self.cluster)}, before)

    def test_7_what_comes_and_goes(self):
        """A demand that is renamed takes its Forecast along; the same trouble twice is one Event that counts."""
        path = AUTOSCALERS.format("default", "web")
        self.eventually(lambda: self.forecast("default", "web.requests"), "a forecast of web")
        demand, = self.cluster.api.get(path)["spec"]["demand"]
        for query in ("sum(no_such_metric)", "sum(requests)", "sum(no_such_metric)", "sum(requests)"):
            renamed = {**demand, "name": "renamed", "metric": {**demand["metric"], "query": query}}
            self.cluster.api.request("PATCH", path, {"spec": {"demand": [renamed]}})
            wanted = "MetricsMissing" if "no_such" in query else "Whole"
            self.eventually(lambda: self.conditions("default", "web")["MetricsHealthy"]["reason"] == wanted, f"{query}: {wanted}")
            if wanted == "Whole":
                time.sleep(11 * CYCLE_S)  # the same trouble is told again after ten cycles
        self.eventually(lambda: self.forecast("default", "web.renamed") and not self.forecast("default", "web.requests"),
                        "the renamed demand's forecast")
        events = self.cluster.api.get("/apis/events.k8s.io/v1/namespaces/default/events")["items"]
        counts = [event.get("series", {}).get("count") for event in events if event["reason"] == "MetricsMissing"]
        self.assertEqual(counts, [2])

    def test_8_it_ends_in_time_and_the_other_leads(self):
        first, = (one for one in self.containers if one.name == self.holder())
        self.assertLess(first.stop(), 2)
        self.eventually(lambda: self.holder() not in ("", first.name), "the other leads", 15)
        other, = (one for one in self.containers if one is not first)
        other.stop()

    def test_9_it_asked_for_what_it_may_and_may_what_it_asks(self):
        granted, made = rights.granted(self.cluster.api, NAMESPACE, NAME), \
            rights.requests(self.cluster.audit, NAMESPACE, NAME)
        refused = {(str(right), path) for right, code, path in made if code == 403 and right.resource.split("/")[-1] != "scale"}
        self.assertEqual(refused, set())
        used = {right for right, code, _ in made if code != 403}
        # No AcceleratorPool is declared here: e2e.release sees each of those rights used.
        unused = {right for right in granted if right not in used and not right.is_of_pools}
        print("granted, not seen used: " + "; ".join(f"{right} ({UNSEEN.get(right, 'WHY?')})" for right in sorted(unused)))
        self.assertEqual(sorted(str(right) for right in unused if right not in UNSEEN), [], "granted and never used")
        self.assertEqual(sorted(str(right) for right in UNSEEN if right not in unused), [], "no longer to be excused")

    def test_a_nothing_stays_behind(self):
        installation.uninstall(self.cluster)
        ours = "deployment.apps/llama-70b deployment.apps/web statefulset.apps/stateful".split()
        def left():
            return {name for name in installation.everything(self.cluster) - self.before
                    if not name.split("/")[1].startswith(("llama-70b", "web", "stateful"))}
        self.cluster.wait_for(lambda: not left(), "everything gone", 30) if left() else None
        self.assertTrue(set(ours) <= installation.everything(self.cluster))

    # ---- looks

    def holder(self):
        """The name of the pod that leads."""
        path = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases/{NAME}"
        identity = self.cluster.api.exists(path) and self.cluster.api.get(path)["spec"].get("holderIdentity") or ""
        return next((one.name for one in self.containers if identity.startswith(one.name)), identity)

    def forecast(self, namespace, name):
        path = f"/apis/aiautoscaler.io/v1alpha1/namespaces/{namespace}/forecasts/{name}"
        return self.cluster.api.exists(path) and self.cluster.api.get(path).get("status")

    def refusal(self, name):
        condition = self.conditions("default", name).get("AbleToScale", {})
        return condition if (condition.get("status"), condition.get("reason")) == ("False", "Forbidden") else None

    def replicas(self, kind):
        return self.cluster.api.get(f"/apis/apps/v1/namespaces/default/{kind}")["spec"]["replicas"]


def stateful(replicas):
    """A StatefulSet and the Service it wants."""
    template = gpu_deployment("stateful", replicas)["spec"]["template"]
    return ({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "stateful", "namespace": "default"},
             "spec": {"clusterIP": "None", "selector": {"app": "stateful"}, "ports": [{"port": 80}]}},
            {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "stateful", "namespace": "default"},
             "spec": {"replicas": replicas, "serviceName": "stateful", "podManagementPolicy": "Parallel",
                      "selector": {"matchLabels": {"app": "stateful"}}, "template": template}})


if __name__ == "__main__":
    unittest.main()
