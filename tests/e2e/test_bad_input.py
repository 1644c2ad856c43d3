"""Bad input on real parts: every mistake gets a condition that names it, and none takes a replica away.

What: one cluster, one Prometheus, one controller; a Deployment of four for each mistake, whose demand would need one
replica only, so that whoever believes the data scales in. `sound` is the control: it is right in everything and must
be scaled in, or the rest would show nothing. Why: most days a controller meets other people's mistakes.
"""
import base64, contextlib, json, re, sys, time, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE)]

from cluster import Cluster
from kept import KeptFolder
from nodes import gpu_deployment
from ports import Ports
from prometheus import Job, Prometheus, Target

import certificates, objects, play, record
from controller import Controller, binary
from openmetrics import Family, exposition
from scrape_target import ScrapeTarget

WAIT_S = 60   # a machine that does other things beside it is slow
REPLICAS, NEED_ONE = 4, 'sum(requests{app="sound"})'
HALF = 'sum(requests_of_pods{app="half"})'
SOUND = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "sound"}
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "name": "settings"}
HPA = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "other", "namespace": "default"},
       "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "owned"}, "minReplicas": REPLICAS,
                "maxReplicas": REPLICAS + 1, "metrics": [{"type": "Resource", "resource": {
                    "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}}

# name: (spec, condition, its status and reason, words that its message must hold)
CASES = {
    "syntax": ({"query": "sum(requests"}, "MetricsHealthy", "False", "MetricsMissing", ["parse error"]),
    "fails": ({"query": "requests_of_pods / on(app) requests_of_pods"}, "MetricsHealthy", "False", "MetricsMissing",
              ["many-to-many|duplicate series"]),
    "several": ({"query": "requests"}, "MetricsHealthy", "False", "MetricsMissing", ["2 series", r"sum\(\)"]),
    "text": ({"query": '"twelve"'}, "MetricsHealthy", "False", "MetricsMissing", ["text where a number"]),
    "nothing": ({"query": "sum(no_such_metric)"}, "MetricsHealthy", "False", "MetricsMissing", ["matched nothing", "not zero"]),
    "nan": ({"query": "sum(requests) * NaN"}, "MetricsHealthy", "False", "MetricsMissing", ["NaN"]),
    "old": ({"query": 'sum(old_requests)'}, "MetricsHealthy", "False", "MetricsStale", ["old", "4m"]),
    "half": ({"query": HALF}, "MetricsHealthy", "False", "MetricsPartial", [f"2 of {REPLICAS} Ready pods"]),
    "backlog": ({"query": NEED_ONE, "backlog": "sum(no_such_metric)"}, "MetricsHealthy", "False", "BacklogMissing", ["backlog"]),
    "nowhere": ({"query": NEED_ONE}, "TargetFound", "False", "TargetNotFound", ["nowhere", "scaleTargetRef"]),
    "settings": ({"query": NEED_ONE, "target": CONFIG_MAP}, "TargetFound", "False", "NoScaleSubresource", ["ConfigMap", "/scale"]),
    "owned": ({"query": NEED_ONE}, "AbleToScale", "False", "Conflict", ["HorizontalPodAutoscaler other"]),
    "advice": ({"query": NEED_ONE, "mode": "Recommend"}, "Ready", "True", "Recommending", ["Recommend"]),
    "sound": ({"query": NEED_ONE}, "Ready", "True", "Active", []),
}
WITHOUT_DEPLOYMENT = ("nowhere", "settings")


def metrics(pods_of_half):
    """What is scraped: two apps' requests, two of half's four pods, and samples that are four minutes old."""
    requests = Family("requests", "gauge", "Requests a second.")
    for app in ("sound", "unsound"):
        requests.add({"app": app}, 5)
    of_pods = Family("requests_of_pods", "gauge", "Requests a second of each pod.")
    for pod in pods_of_half[:REPLICAS // 2]:
        of_pods.add({"app": "half", "namespace": "default", "pod": pod}, 2)
    old = f"# TYPE old_requests gauge\nold_requests 5 {time.time() - 240:.3f}\n"
    return exposition([requests, of_pods]).replace("# EOF\n", old + "# EOF\n")


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class BadInputTest(KeptFolder, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._stack = contextlib.ExitStack()
        cls.addClassCleanup(cls._stack.close)
        enter = cls._stack.enter_context
        cls.make_folder("bad-input")
        cls._stack.callback(cls.clear)
        cls.cluster = Cluster("bad-input", cls.folder / "cluster")
        cls._stack.callback(cls.cluster.down, keep=True)
        cls.cluster.up(play.MANIFESTS)
        cls.cluster.add_gpu_nodes(8)
        cls.cluster.apply(*(gpu_deployment(name, REPLICAS) for name in CASES if name not in WITHOUT_DEPLOYMENT), HPA)
        pods = cls.cluster.wait_for(cls.ready_pods, "all pods Ready")
        ports = Ports("metrics")
        cls._stack.callback(ports.release)
        half = [name for name, app in pods if app == "half"]
        target = enter(ScrapeTarget(ports["metrics"], lambda now: metrics(half)))
        cls.prometheus = Prometheus([Job("inference", [Target(target.address)], interval="500ms")],
                                    folder=cls.folder / "prometheus")
        cls._stack.callback(cls.prometheus.down, keep=True)
        cls.prometheus.up()
        cls.controller = enter(cls.start(cls.cluster.controller_kubeconfig, "controller.log"))
        for name, (spec, *_) in CASES.items():
            cls.cluster.apply(objects.autoscaler(name, per_replica=10, model=objects.NO_FORECAST,
                                                 scale_down={"stabilizationWindowSeconds": 2}, **spec))

    @classmethod
    def start(cls, kubeconfig_path, log):
        return Controller(kubeconfig_path, cls.prometheus.url, cls.folder / log,
                          {"cycle": "2s", "grid-step": "1s", "default-lead-time": "1s"})

    @classmethod
    def ready_pods(cls):
        """[(pod, app)] once all are Ready."""
        pods = cls.cluster.api.get("/api/v1/namespaces/default/pods")["items"]
        ready = [(pod["metadata"]["name"], pod["metadata"]["labels"]["app"]) for pod in pods
                 if any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", ()))]
        return ready if len(ready) == REPLICAS * (len(CASES) - len(WITHOUT_DEPLOYMENT)) else None

    def condition(self, name, kind, status, reason):
        """Waits until a condition has this status and reason; fails with what it is instead."""
        found = {}

        def has_come():
            found.update(objects.conditions(self.cluster.api, name))
            return (found.get(kind, {}).get("status"), found.get(kind, {}).get("reason")) == (status, reason)

        deadline = time.monotonic() + WAIT_S
        while not has_come():
            if time.monotonic() > deadline:
                self.fail(f"{name}: {kind} is not {status}/{reason}; conditions: {json.dumps(found, indent=1)}\n"
                          f"the controller's last lines:\n{self.controller.process.tail()}")
            time.sleep(.1)
        return found[kind]["message"]

    def lowered(self):
        """Names of Deployments that were scaled in, by the audit log."""
        writes = self.cluster.audit.scale_writes
        return {name for name in CASES if record.scale_ins(writes("default", name), REPLICAS)}

    def test_1_each_mistake_has_its_condition(self):
        for name, (_, kind, status, reason, words) in CASES.items():
            with self.subTest(name):
                message = self.condition(name, kind, status, reason)
                for word in words:
                    self.assertRegex(message, word)

    def test_2_only_the_sound_one_was_scaled_in(self):
        self.cluster.wait_for(lambda: "sound" in self.lowered(), "the control scaled in", WAIT_S)
        time.sleep(6)   # longer than the stabilisation of the others
        self.assertEqual(self.lowered(), {"sound"})

    def test_3_recommend_writes_nothing_and_says_what_it_would_do(self):
        status = self.cluster.api.get(f"{objects.API}/aiautoscalers/advice")["status"]
        self.assertEqual((status["currentReplicas"], status["desiredReplicas"]), (REPLICAS, 1))
        self.assertEqual(self.cluster.audit.scale_writes("default", "advice"), [])

    def test_4_a_younger_autoscaler_of_the_same_target_stands_back(self):
        self.cluster.apply(objects.autoscaler("zz-younger", NEED_ONE, 1, target=SOUND,
                                              model=objects.NO_FORECAST))
        message = self.condition("zz-younger", "AbleToScale", "False", "Conflict")
        self.assertIn("AIAutoscaler sound", message)
        self.assertEqual(self.cluster.api.get("/apis/apps/v1/namespaces/default/deployments/sound")["spec"]["replicas"], 1)

    def test_5_a_wrong_authority_is_named(self):
        """A kubeconfig with somebody else's certificate authority: it never gets ready and says where to look."""
        other = certificates.create(self.folder / "other-authority")
        right = self.cluster.controller_kubeconfig.read_text()
        wrong = self.folder / "wrong.kubeconfig"
        wrong.write_text(re.sub(r"(certificate-authority-data: ).*",
                                lambda found: found[1] + base64.b64encode(other.ca_crt.read_bytes()).decode(), right))
        with self.start(wrong, "wrong-authority.log") as controller:
            self.cluster.wait_for(lambda: "certificate" in controller.get("/readyz")[1] or not controller.alive(),
                                  "a word about the certificate", WAIT_S)
            status, said = controller.get("/readyz") if controller.alive() else (503, controller.process.tail())
            self.assertEqual(status, 503)
            self.assertRegex(said, f"{self.cluster.server}.*certificate.*issuer")

    def test_6_prometheus_down_holds_everything(self):
        self.prometheus.process.kill()
        for name in ("sound", "backlog"):
            self.condition(name, "MetricsHealthy", "False", "MetricsMissing")
        self.assertEqual(self.lowered(), {"sound"})
        self.prometheus.process.start()
        self.condition("sound", "MetricsHealthy", "True", "Whole")


if __name__ == "__main__":
    unittest.main()
