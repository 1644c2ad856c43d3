"""The stage on which faults are played: a control plane, Prometheus, two gateways, the controller, and three objects.

What: Stage. `moving`'s demand keeps growing, so that there is always a decision to be made; `steady` never changes and is
forecast; `victim` is the one to which private misfortunes happen. Between the controller and its two servers stand relays.
A bystander, a second controller that looks after a namespace of its own, is what SIGTERM is sent to. Why: a fault is judged
by what happens to the others. Source: tests/e2e/play.py, whose parts are used here.
"""
import contextlib, shutil, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cluster"), str(ROOT / "tests/e2e")]

from cluster import Cluster
from identities import NAMESPACE, SERVICE_ACCOUNT
from nodes import gpu_deployment
from ports import Ports
from prometheus import Prometheus, PrometheusError

import gateways, objects
from api import ApiError
from controller import Controller
from pace import PACE
from query_proxy import QueryProxy
from relay import Relay, listen

MANIFESTS = [ROOT / "crds", ROOT / "manifests/rbac"]
PER_REPLICA = 10
TARGETS = ("moving", "steady", "victim")
STEADY_REPLICAS, LOWEST, HIGHEST = 4, 2, 40
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
TOKEN_SECRET = "token-anchor"
# a controller's condition types that must be True for an object to be called clean
CLEAN = ("Ready", "TargetFound", "MetricsHealthy", "AbleToScale")


class Stage:
    """Attributes: cluster, prometheus, gateways, api_relay, query_proxy, controller, bystander, token_path, level."""

    def __init__(self, name, namespace=None):
        """namespace: a NetworkNamespace in which the controllers live; without one they live where the servers do."""
        self.name, self.pace = name, PACE
        self.within = namespace.call if namespace else lambda function, *arguments: function(*arguments)
        self._prefix = namespace.prefix if namespace else []
        self.folder = Path(tempfile.mkdtemp(prefix=f"aiautoscaler-faults-{name}-"))
        self._stack, self.failed = contextlib.ExitStack(), False

    def __enter__(self):
        try:
            self._set_up()
        except BaseException:
            self.failed = True
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()
        if self.failed:
            print(f"faults {self.name}: logs and audit.log are kept in {self.folder}", flush=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- demand

    def demand(self, replicas, app="moving"):
        """From now on this app needs so many replicas; half a replica of slack keeps rounding out of the play."""
        if app == "moving":
            self.level = max(replicas, LOWEST)
        self.gateways.demand[app] = (replicas - .5) * PER_REPLICA

    # ---- what is

    def conditions(self, name):
        """{type: condition}; nothing where the object has none yet."""
        try:
            return objects.conditions(self.cluster.api, name)
        except ApiError as error:
            if error.code == 404:
                return {}
            raise

    def replicas(self, name):
        return self.cluster.api.get(f"{DEPLOYMENTS}/{name}")["spec"]["replicas"]

    def unclean(self):
        """What is not as it should be on a calm day, in words; empty when all is well."""
        for name in TARGETS:
            found = self.conditions(name)
            for kind in CLEAN:
                if found.get(kind, {}).get("status") != "True":
                    condition = found.get(kind, {})
                    return f"{name}: {kind} {condition.get('status')} {condition.get('reason')}: {condition.get('message')}"
        return ""

    def writes(self, name=None):
        """Scale writes that were carried out, by the audit log."""
        return [write for write in self.cluster.audit.scale_writes("default", name) if write.code < 300]

    def memory_mib(self):
        """Resident memory of the controller."""
        status = Path(f"/proc/{self.controller.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def wait(self, condition, what, timeout_s=None):
        """Until condition() is true; what a server refuses, or does not answer, counts as not yet."""
        deadline = time.monotonic() + (timeout_s or self.pace.patience_s)
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ApiError, PrometheusError):
                if value := condition():
                    return value
            time.sleep(.1)
        raise TimeoutError(f"{self.name}: {what}: not within {timeout_s or self.pace.patience_s:g} s; "
                           f"the controller's last lines:\n{self.controller.process.tail()}")

    def controller_ready(self):
        """Whether /readyz says so; asked where the controller lives."""
        return self.within(self.controller.ready)

    def bystander_ready(self):
        return self.within(self.bystander.ready)

    def answers(self):
        """Whether the API server is well, asked around the relay."""
        return self.cluster._answers("/readyz")

    def revive(self):
        """Starts again what gave up without an API server."""
        for process in self.cluster.processes.values():
            if not process.alive():
                process.start()

    # ---- the stage

    def _set_up(self):
        self.cluster = Cluster(f"faults-{self.name}", self.folder / "cluster")
        self._stack.callback(self.cluster.down, keep=True)
        self.cluster.up(MANIFESTS)
        self.cluster.add_gpu_nodes(16)
        self.cluster.api.create("/api/v1/namespaces", {"metadata": {"name": "aside"}})
        self.cluster.apply(gpu_deployment("moving", 3), gpu_deployment("steady", STEADY_REPLICAS),
                           gpu_deployment("victim", STEADY_REPLICAS),
                           gpu_deployment("aside", 1, namespace="aside"))
        self._start_metrics()
        self._start_controllers()
        for name in TARGETS:
            self.cluster.apply(self.autoscaler(name))
        aside = self.autoscaler("aside", mode="Recommend")
        aside["metadata"]["namespace"] = "aside"
        self.cluster.apply(aside)
        self.wait(lambda: not self.unclean(), "all objects Ready")

    def autoscaler(self, name, **options):
        """moving follows the plain reactive rule, so that a step of demand is a write; the others are forecast."""
        options.setdefault("query", gateways.query(name))
        if name == "moving":
            options["model"] = objects.NO_FORECAST
        return objects.autoscaler(name, per_replica=PER_REPLICA, maximum=200,
                                  forecast={"seasons": ["10m"], "history": "30m"} if name != "moving" else None,
                                  scale_down={"stabilizationWindowSeconds": self.pace.hold_s, "tolerance": "0"}, **options)

    def _start_metrics(self):
        self.gateways = gateways.Gateways({}, stamped=["victim"])
        for name, replicas in (("moving", 3), ("steady", STEADY_REPLICAS), ("victim", STEADY_REPLICAS), ("aside", 1)):
            self.demand(replicas, name)
        self._stack.enter_context(self.gateways)
        self.prometheus = Prometheus([self.gateways.job(self.pace.scrape_s)], folder=self.folder / "prometheus",
                                     lookback_delta=self.pace.lookback)
        self._stack.callback(self.prometheus.down, keep=True)
        self.prometheus.up()
        ports = Ports("queries")
        self._stack.callback(ports.release)
        self.query_proxy = self._stack.enter_context(QueryProxy(ports["queries"], self.prometheus.url.split("//")[1]))

    def _relay(self, url):
        host, port = url.split("//")[1].split(":")
        return self._stack.enter_context(Relay(self.within(listen), (host, int(port))))

    def _start_controllers(self):
        self.api_relay, self.query_relay = self._relay(self.cluster.server), self._relay(self.query_proxy.url)
        kubeconfig, self.token_path = self.cluster.token_file_kubeconfig_for(
            SERVICE_ACCOUNT, NAMESPACE, bound_to=TOKEN_SECRET, server=f"https://{self.api_relay.address}")

        def controller(log, **flags):
            made = Controller(kubeconfig, f"http://{self.query_relay.address}", self.folder / log, {**self.pace.flags, **flags})
            made.process.command[:0] = self._prefix
            self._stack.callback(made.__exit__)
            return made

        self.controller = controller("controller.log").start()
        self.bystander = controller("bystander.log", namespace="aside", **{"leader-elect": "false"})
