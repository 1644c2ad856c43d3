"""A play: a trace acted out in compressed time on a real control plane, two Deployments side by side.

What: Scenario (what is played) and Play (cluster, Prometheus with a back-filled past, the stand-in, the controller
with the rights that its manifests grant, `predictive` and `reactive` fed by the same arrivals). Why: the promise is
about Ready capacity in a cluster, so a cluster must say whether it held. Everything lies in one folder, which stays
when something fails; several plays may run side by side.
"""
import contextlib, shutil, sys, tempfile, time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cluster"), str(ROOT / "tests/e2e")]

from cluster import Cluster
from nodes import gpu_deployment
from ports import Ports
from prometheus import Job, Prometheus, Target

import objects, scorecard
from controller import Controller
from inference_server import InferenceServer
from pod_watch import PodWatch
from trace import Arrivals, Playback, Trace

MANIFESTS = [ROOT / "crds", ROOT / "manifests/rbac"]
CONTROLLER_LABELS = {"namespace": "aiautoscaler-system", "pod": "aiautoscaler-0"}  # as manifests/monitoring gives them


@dataclass
class Scenario:
    name: str
    trace: Trace
    compression: float                # seconds of the trace in a real second
    live_from: float                  # trace time at which the play begins; what lies before is back-filled
    per_replica: float                # requests a second that one replica serves
    pod_ready_after: str              # "15s"
    season: str                       # real durations from here on
    history: str = "2h"
    quantile: str = "0.95"
    lead: str = None                  # spec.leadTime; None: measured
    hold_s: int = 15                  # stabilisation of scale-in
    scrape_s: float = .25
    rate_window: str = "2s"
    backlog: bool = True              # whether the objects name a backlog query
    models: dict = field(default_factory=lambda: {"predictive": "Auto", "reactive": objects.NO_FORECAST})
    headroom: dict = field(default_factory=dict)  # by name: replicas are asked for as if each served so many times less
    maximum: int = 60
    engine: type = Prometheus         # or VictoriaMetrics
    rules: tuple = ()                 # rule files that Prometheus evaluates meanwhile
    gpu_nodes: int = 12
    flags: dict = field(default_factory=dict)  # of `aiautoscaler run`


class Play:
    def __init__(self, scenario, say=lambda line: print(line, flush=True)):
        self.scenario, self.say = scenario, say
        self.folder = Path(tempfile.mkdtemp(prefix=f"aiautoscaler-{scenario.name}-"))
        self._stack, self._said = contextlib.ExitStack(), 0.0

    def __enter__(self):
        try:
            self._set_up()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, error, trace):
        self._stack.__exit__(kind, error, trace)
        if error is None or kind is KeyboardInterrupt:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.say(f"{self.scenario.name}: logs, audit.log and metrics are kept in {self.folder}")

    # ---- use

    @property
    def trace_s(self):
        return self.playback.trace_s(time.time())

    def until(self, trace_s, on_tick=lambda: None, every_s=15.0, tick_s=.2):
        """Lets the play go on until a time of the trace, with a line of progress now and then."""
        while self.trace_s < trace_s:
            time.sleep(max(0.0, min(tick_s, self.playback.wall(trace_s) - time.time())))
            self._check()
            on_tick()
            if time.monotonic() - self._said > every_s:
                self._said = time.monotonic()
                self.say(self.progress())

    def progress(self):
        demand = self.playback.demand(time.time())
        words = [f"{clock(self.trace_s)} demand " + ("missing" if demand is None else f"{demand:.0f}/s")]
        for name, service in self.server.services.items():
            ready, all_pods = self.pods.count(name)
            words.append(f"{name} {ready} Ready of {all_pods}, {service.waiting:.0f} waiting")
        return f"{self.scenario.name}: " + "; ".join(words)

    def points(self, start, end):
        """Demand at each answered scrape within trace times: [(Unix time, requests a second)]."""
        return [(wall, self.playback.demand(wall)) for wall in list(self.server.scrapes)
                if start <= self.playback.trace_s(wall) < end]

    def autoscaler(self, name):
        s, matchers = self.scenario, f'namespace="default",model_name="{name}"'
        return objects.autoscaler(
            name, f"sum(rate(llm_d_epp_request_total{{{matchers}}}[{s.rate_window}]))",
            s.per_replica / s.headroom.get(name, 1),
            backlog=f"sum(vllm:num_requests_waiting{{{matchers}}})" if s.backlog else None,
            model=s.models[name], maximum=s.maximum, lead=s.lead,
            forecast={"seasons": [s.season], "history": s.history, "quantile": s.quantile},
            scale_down={"stabilizationWindowSeconds": s.hold_s, "tolerance": "0"})

    def bring_nodes(self):
        self.cluster.add_gpu_nodes(self.scenario.gpu_nodes)

    def deployment(self, name):
        return gpu_deployment(name, self.initial, ready_after=self.scenario.pod_ready_after)

    # ---- the stage

    def _set_up(self):
        s, enter = self.scenario, self._stack.enter_context
        self.say(f"{s.name}: starting a control plane")
        self.cluster = Cluster(s.name, self.folder / "cluster")
        self._stack.push(self._end_cluster)
        self.cluster.up(MANIFESTS)
        self.initial = scorecard.needed(s.trace.at(s.live_from), s.per_replica) + 2
        self.bring_nodes()
        for name in s.models:
            self.cluster.apply(self.deployment(name))
        self.pods = enter(PodWatch(self.cluster.api))
        self.cluster.wait_for(lambda: all(self.pods.count(name)[0] == self.initial for name in s.models),
                              "the first replicas Ready", 120)
        self._start_metrics()
        self.controller = enter(Controller(self.cluster.controller_kubeconfig, self.prometheus.url,
                                           self.folder / "controller.log", s.flags))
        self.prometheus.set_targets("aiautoscaler", [Target(self.controller.address, CONTROLLER_LABELS)])
        for name in s.models:
            self.cluster.apply(self.autoscaler(name))
        self.say(f"{s.name}: the controller runs; playing from {clock(self.trace_s)}, {s.compression:g} times as fast")

    def _start_metrics(self):
        s, ports = self.scenario, Ports("metrics")
        self._stack.callback(ports.release)
        self.playback = Playback(s.trace, s.compression, time.time(), s.live_from)
        arrivals = Arrivals(self.playback)
        self.server = self._stack.enter_context(
            InferenceServer(self.playback, arrivals, self.pods.ready, {name: s.per_replica for name in s.models},
                            ports["metrics"]))
        self.prometheus = s.engine(
            [Job("inference", [Target(self.server.address)], interval=f"{round(s.scrape_s * 1000)}ms"),
             Job("aiautoscaler", [], honor_labels=True)],
            folder=self.folder / "prometheus", lookback_delta="5s", rules=s.rules)
        self._stack.push(lambda kind, error, trace: self.prometheus.down(keep=True))
        now = time.time()
        self.say(f"{s.name}: back-filling {(now - self.playback.wall(0)) / 60:.0f} minutes of history")
        self.prometheus.backfill(self.server.history(self.playback.wall(0), now, s.scrape_s))
        self.prometheus.up()

    def _end_cluster(self, kind, error, trace):
        self.cluster.down(keep=True)

    def _check(self):
        self.cluster.check()
        for process in (self.controller.process, self.prometheus.process):
            if not process.alive():
                raise RuntimeError(f"{process.name} has ended; its last lines:\n{process.tail()}")


def clock(trace_s):
    """A time of the trace as day and hour: "day 8, 06:40"."""
    return f"day {int(trace_s // 86400)}, {int(trace_s % 86400 // 3600):02}:{int(trace_s % 3600 // 60):02}"
