"""An honest object beside tenants that cost what they can, on the real control plane and a real Prometheus.

What: all of tenants.py at once; the honest object, in a namespace of its own, must be decided on whole data at least in every
second cycle, its replicas must follow demand, no probe may be missed, memory, log and queries stay within their bounds. Why:
each bound has a test of its own; that they hold together, for ten minutes, only a play shows. Source: docs/tenancy.md.
"""
import contextlib, re, time, unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from stage import DEPLOYMENTS, MANIFESTS, PER_REPLICA   # first: it finds the other folders
from cluster import Cluster
from kept import KeptFolder
from nodes import gpu_deployment
from ports import Ports
from prometheus import OPENER, Job, Prometheus, Target

import objects, tenants
from api import ApiError
from controller import Controller, binary
from openmetrics import Family, sample
from pace import PACE
from scrape_target import ScrapeTarget

HONEST = "honest"
API = "/apis/aiautoscaler.io/v1alpha1/namespaces"
MOST_MIB = 512
MOST_QUERIES = 10_000                    # of a cycle: --max-queries
LINE_BYTES, LINES = 8 << 10, 50          # of the log: one line, and a cycle's of one namespace
COUNTED = re.compile(r'^aiautoscaler_cycle_seconds_count (\S+)', re.M)
DECIDED = re.compile(rf'^aiautoscaler_decisions_total{{namespace="{HONEST}",autoscaler="{HONEST}",action="\w+"}} (\S+)', re.M)
TRUST = re.compile(rf'^aiautoscaler_data_trust{{namespace="{HONEST}",autoscaler="{HONEST}",demand="requests"}} (\S+)', re.M)
WHOLE = 3
ASKED = re.compile(r'^prometheus_http_requests_total{code="\d+",handler="/api/v1/query(?:_range)?"} (\S+)', re.M)


@dataclass(frozen=True)
class Play:
    size: tenants.Size
    cycle_s: float
    play_s: float
    step_s: float            # demand changes this often
    hold_s: int              # stabilisation of scale-in
    most_apart: int          # cycles from one decision on whole data to the next
    most_missed: int         # probes
    flags: dict = field(default_factory=dict)


CI = Play(tenants.Size(floods=12, dense=30, many=200, fat_pods=6, fat_kib=100, crowded_pods=50, labels=100, label_bytes=2000,
                       bomb_mib=8, error_mib=1, slow=1, deaf=2),
          cycle_s=5, play_s=90, step_s=25, hold_s=5, most_apart=4, most_missed=2, flags={"cycle": "5s"})
SOAK = Play(tenants.Size(floods=12, dense=300, many=2000, fat_pods=60, fat_kib=200, crowded_pods=1000, labels=500,
                         label_bytes=8000, bomb_mib=15, error_mib=2, slow=3, deaf=2),
            cycle_s=15, play_s=600, step_s=75, hold_s=15, most_apart=2, most_missed=0)
PLAY = SOAK if PACE.soak else CI
LEVELS = (3, 5, 8, 6, 4, 7, 5, 4)        # replicas that demand needs, one after the other; never halved: that is a collapse
FEW = 3                                  # cycles within which replicas follow, beside what stabilises
LATE_S = 3                               # of a busy machine


@dataclass
class Cycles:
    """What /metrics says of the honest object, cycle by cycle."""
    first: float = None
    newest: float = None
    began: float = field(default_factory=time.time)
    decisions: float = 0
    whole: list = field(default_factory=list)     # (number, time) of cycles decided on whole data
    unanswered: int = 0

    def look(self, text):
        number = float(COUNTED.search(text)[1])
        if number == self.newest:
            return
        decisions = sum(map(float, DECIDED.findall(text)))
        trust = TRUST.search(text)
        if decisions > self.decisions and trust and float(trust[1]) == WHOLE:
            self.whole.append((number, time.time()))
        self.first = number if self.first is None else self.first
        self.newest, self.decisions = number, decisions

    def apart(self):
        """The most cycles, and the longest time, from one decision on whole data to the next, beginning and end included."""
        ends = [(self.first - 1, self.began), *self.whole, (self.newest + 1, time.time())]
        return max(b[0] - a[0] for a, b in zip(ends, ends[1:])), max(b[1] - a[1] for a, b in zip(ends, ends[1:]))


@dataclass
class Step:
    """A change of demand, and when replicas followed it."""
    at: float
    before: int
    level: int
    followed_s: float = None

    def most_s(self):
        return FEW * PLAY.cycle_s + (PLAY.hold_s if self.level < self.before else 0)

    def late(self, now):
        """Not at all within what it had; at full length not soon enough."""
        if self.followed_s is None:
            return now - self.at > (self.most_s() if PACE.soak else PLAY.step_s)
        return PACE.soak and self.followed_s > self.most_s()


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class TenantsTest(KeptFolder, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(cls.clear)
        cls.make_folder("tenants")

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.level = LEVELS[0]
        self.cluster = Cluster("tenants", self.folder / "cluster")
        self.stack.callback(self.cluster.down, keep=True)
        self.cluster.up(MANIFESTS)
        self.cluster.add_gpu_nodes(4)
        self.start_metrics()
        self.create_namespace(HONEST)
        self.cluster.apply(gpu_deployment(HONEST, self.level, namespace=HONEST), self.honest())
        flags = {"raw-promql": "RestrictToNamespace", **PLAY.flags}
        self.controller = self.stack.enter_context(
            Controller(self.cluster.controller_kubeconfig, self.prometheus.url, self.folder / "controller.log", flags))
        self.cluster.wait_for(lambda: self.controller.ready() and self.replicas() == self.level, "the controller ready", 60)

    def test_the_honest_object_is_served_as_on_a_calm_day(self):
        cycles, steps = Cycles(), []
        http, health = self.controller.address, self.controller.health
        hostile = tenants.SilentConnections(http), tenants.SilentConnections(health)
        with tenants.Probe(health) as probe, hostile[0], hostile[1]:
            asked, logged, began = self.queries(), self.log_bytes(), time.time()
            arrival = ThreadPoolExecutor(1).submit(self.bring_tenants)
            end = None
            while end is None or time.time() < end:
                if end is None and arrival.done():
                    refused, made = arrival.result()
                    end = time.time() + PLAY.play_s
                    print(f"{made} objects of tenants within {time.time() - began:.0f} s, {refused} refused", flush=True)
                self.look(cycles)
                self.move(steps)
                self.cluster.check()
                self.assertTrue(self.controller.alive(), self.controller.process.tail())
                time.sleep(.5)
        ended, count, (most_apart, apart_s) = time.time(), cycles.newest - cycles.first + 1, cycles.apart()
        figures = {
            "cycles": count, "cycles_that_were_due": (time.time() - began) / PLAY.cycle_s,
            "decided_on_whole_data": len(cycles.whole), "most_cycles_apart": most_apart, "longest_apart_s": apart_s,
            "metrics_unanswered": cycles.unanswered,
            "peak_mib": self.peak_mib(), "probes_answered": probe.answered, "probes_missed": len(probe.missed),
            "slowest_probe_s": probe.slowest_s, "silent_connections": sum(one.opened for one in hostile),
            "log_bytes_a_cycle": (self.log_bytes() - logged) / count, "queries_a_cycle": (self.queries() - asked) / count}
        print("\n".join(f"{name:<24} {value:12.1f}" for name, value in figures.items()))
        for step in steps:
            followed = "no time seen" if step.followed_s is None else f"{step.followed_s:.1f} s"
            print(f"from {step.before} to {step.level} replicas: followed after {followed}, at most {step.most_s():g} s")
        self.judge(figures, steps, refused, probe, len(tenants.crowd(PLAY.size, PLAY.cycle_s)), ended)

    def judge(self, figures, steps, refused, probe, namespaces, ended):
        self.assertEqual(refused, len(tenants.MALFORMED))
        self.assertLessEqual(figures["most_cycles_apart"], PLAY.most_apart)
        if PACE.soak:
            self.assertLessEqual(figures["longest_apart_s"], PLAY.most_apart * PLAY.cycle_s + LATE_S)
        self.assertLessEqual(figures["peak_mib"], MOST_MIB)
        self.assertLessEqual(len(probe.missed), PLAY.most_missed, probe.missed)
        self.assertLessEqual(figures["log_bytes_a_cycle"], namespaces * LINES * LINE_BYTES)
        self.assertLessEqual(figures["queries_a_cycle"], MOST_QUERIES)
        self.assertEqual([step for step in steps if step.late(ended)], [])

    # ---- what is

    def look(self, cycles):
        status, text = self.controller.get("/metrics")
        if status == 200:
            cycles.look(text)
        else:
            cycles.unanswered += 1

    def replicas(self):
        return self.cluster.api.get(f"{DEPLOYMENTS.replace('/default/', f'/{HONEST}/')}/{HONEST}")["spec"]["replicas"]

    def peak_mib(self):
        status = Path(f"/proc/{self.controller.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def log_bytes(self):
        return self.controller.process.log.stat().st_size

    def queries(self):
        """That Prometheus has been asked so far; nobody else asks it."""
        with OPENER.open(f"{self.prometheus.url}/metrics", timeout=30) as answer:
            return sum(map(float, ASKED.findall(answer.read().decode())))

    # ---- what happens

    def move(self, steps):
        """Demand changes, once replicas have had their time to follow."""
        now = time.time()
        if steps and steps[-1].followed_s is None and self.replicas() == self.level:
            steps[-1].followed_s = now - steps[-1].at
        if not steps or now - steps[-1].at >= PLAY.step_s:
            before, self.level = self.level, LEVELS[(len(steps) + 1) % len(LEVELS)]
            steps.append(Step(now, before, self.level))

    def bring_tenants(self):
        """(how many objects were refused, how many are there)."""
        crowd, api = tenants.crowd(PLAY.size, PLAY.cycle_s), self.cluster.api
        for namespace in crowd:
            self.create_namespace(namespace)
            self.cluster.apply(gpu_deployment("web", 1, gpus=0, namespace=namespace))
        for made in tenants.deployments(PLAY.size):
            api.request("POST", DEPLOYMENTS.replace("default", "many"), made)
        refused = sum(not self.create(made) for made in tenants.malformed("many"))
        wanted = [made for made_of_one in crowd.values() for made in made_of_one]
        with ThreadPoolExecutor(4) as pool:
            made = sum(pool.map(self.create, wanted))
        if made != len(wanted):
            raise RuntimeError(f"{len(wanted) - made} of {len(wanted)} objects were refused")
        return refused, made

    def create(self, made):
        """Whether the API server took it."""
        try:
            self.cluster.api.request("POST", f"{API}/{made['metadata']['namespace']}/aiautoscalers", made)
        except ApiError as error:
            if error.code == 422:
                return False
            raise
        return True

    def create_namespace(self, name):
        self.cluster.api.create("/api/v1/namespaces", {"metadata": {"name": name}})

    # ---- the stage

    def honest(self):
        made = objects.autoscaler(HONEST, f'sum(gateway_requests{{app="{HONEST}"}})', PER_REPLICA, model=objects.NO_FORECAST,
                                  scale_down={"stabilizationWindowSeconds": PLAY.hold_s, "tolerance": "0"})
        made["metadata"]["namespace"] = HONEST
        return made

    def start_metrics(self):
        ports = Ports("gateway", "fat")
        self.stack.callback(ports.release)
        fat_text = tenants.long_labels(PLAY.size.labels, PLAY.size.label_bytes)
        gateway = self.stack.enter_context(ScrapeTarget(ports["gateway"], self.gateway_text))
        fat = self.stack.enter_context(ScrapeTarget(ports["fat"], lambda now: fat_text))
        self.prometheus = Prometheus([Job("gateway", [Target(gateway.address, {"namespace": HONEST})], interval="1s"),
                                      Job("fat", [Target(fat.address, {"namespace": "labels"})], interval="10s")],
                                     folder=self.folder / "prometheus")
        self.stack.callback(self.prometheus.down, keep=True)
        self.prometheus.up()

    def gateway_text(self, now):
        """Half a replica of slack keeps rounding out of the play."""
        family = Family("gateway_requests", "gauge", "Requests a second.")
        return family.head() + sample(family.name, {"app": HONEST}, (self.level - .5) * PER_REPLICA) + "# EOF\n"


if __name__ == "__main__":
    unittest.main()
