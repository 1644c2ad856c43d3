"""One fault, played and measured: injected, held, healed, until everything is as before.

What: Trial.run() → Verdict. What it measures comes from the audit log (scale writes) and from the objects (conditions,
observedGeneration), never from what the test merely did. Why: one place knows the order of events: demand grows all the
while; where a fault blinds the controller it falls in the middle, a trap for whoever takes old or missing data for demand.
"""
import contextlib, re, signal, time
from dataclasses import dataclass, field

import objects, record
from api import ApiError
from stage import HIGHEST, LOWEST, TARGETS

TICK_S = .1


@dataclass
class Verdict:
    """What came of a fault; times in seconds, counted from the heal."""
    name: str
    timed: bool = False        # whether steps of demand could be answered meanwhile
    held_s: float = 0
    scale_s: float = None      # the first write of what demand needs
    clean_s: float = None      # all conditions clean and /readyz ok
    noticed_s: float = None    # a change of a spec, made at the heal, is in the status
    scale_ins: list = field(default_factory=list)
    delays_s: list = field(default_factory=list)   # from a step of demand to its write, meanwhile
    missed: int = 0            # steps older than two cycles at the heal, and not written
    term_s: float = None       # from SIGTERM to the end of the bystander
    memory_mib: float = 0
    said: dict = field(default_factory=dict)       # {Expect: message}
    complaints: list = field(default_factory=list)


class Trial:
    def __init__(self, stage, fault):
        self.stage, self.fault, self.pace = stage, fault, stage.pace
        self.verdict, self._steps = Verdict(fault.name, fault.writes), []

    def run(self):
        stage, fault, verdict = self.stage, self.fault, self.verdict
        self._calm()
        self._bystander_up()
        pid, before = stage.controller.process.pid, {name: stage.replicas(name) for name in TARGETS}
        injected = time.time()
        fault.inject(stage)
        self._hold(time.time())
        fault.heal(stage)
        healed = time.time()
        verdict.held_s = healed - injected
        stage.revive()
        self._recover(healed)
        judged = healed if fault.replaces else time.time()
        for name in TARGETS:
            writes = [write for write in stage.writes(name) if injected <= write.time <= judged]
            verdict.scale_ins += record.scale_ins(writes, before[name])
        self._time_steps(healed)
        verdict.memory_mib = stage.memory_mib()
        if not stage.controller.alive() or stage.controller.process.pid != pid:
            verdict.complaints.append("the controller has ended:\n" + stage.controller.process.tail())
        return verdict

    # ---- the parts

    def _calm(self):
        """Room for steps, replicas as demand needs them, everything clean."""
        stage = self.stage
        if stage.level > HIGHEST:
            stage.demand(LOWEST)
        stage.wait(lambda: stage.replicas("moving") == stage.level and not stage.unclean(),
                   f"calm before {self.fault.name} ({stage.level} replicas; {stage.unclean()})", 3 * self.pace.patience_s)

    def _bystander_up(self):
        self.stage.bystander.start()
        self.stage.wait(self.stage.bystander_ready, "the bystander ready")

    def _hold(self, begun):
        """Lets the fault last: demand grows, and falls in the middle where it cannot be seen."""
        stage, fault, verdict = self.stage, self.fault, self.verdict
        seconds, top, seen = self.pace.seconds(fault), stage.level, set()
        next_step, dipped, risen, ended = begun, False, False, False
        while (at := (time.time() - begun) / seconds) < 1:
            if fault.blind and at > .2 and not dipped:
                stage.demand(LOWEST)
                dipped = True
            if dipped and at > .9 and not risen:
                stage.demand(top)
                risen = True
            if not dipped and at < .85 and time.time() >= next_step:
                top += 1
                stage.demand(top)
                self._steps.append((time.time(), top))
                next_step = time.time() + self.pace.step_s
            if at > .5 and not ended:
                verdict.term_s, ended = self._end_bystander(), True
            self._look(seen)
            time.sleep(TICK_S)
        for expect in set(fault.expect) - seen:
            verdict.complaints.append(f"{expect}: not seen; conditions: {self._conditions_in_words(expect.name)}")
        if fault.also_at_end:
            verdict.complaints += fault.also_at_end(stage)

    def _look(self, seen):
        """Notes which of the expected conditions are there."""
        for expect in set(self.fault.expect) - seen:
            with contextlib.suppress(OSError, ApiError):
                found = self.stage.conditions(expect.name).get(expect.kind, {})
                if (found.get("status"), found.get("reason")) == (expect.status, expect.reason) and \
                        re.search(expect.words, found["message"]):
                    seen.add(expect)
                    self.verdict.said[expect] = found["message"]

    def _conditions_in_words(self, name):
        with contextlib.suppress(OSError, ApiError):
            return "; ".join(f"{kind} {c['status']} {c['reason']}: {c['message']}"
                             for kind, c in self.stage.conditions(name).items())
        return "not to be had"

    def _end_bystander(self):
        process, begun = self.stage.bystander.process, time.monotonic()
        process._signal(signal.SIGTERM)
        while process.alive() and time.monotonic() - begun < 10:
            time.sleep(.01)
        taken = time.monotonic() - begun
        process.kill()
        return taken

    def _recover(self, healed):
        """Waits until all is as before; what is measured is bounded by whoever judges."""
        stage, verdict = self.stage, self.verdict
        stage.demand(stage.level + 2)
        need, generation = stage.level, None
        deadline = healed + 20 * self.pace.cycle_s + 60
        while time.time() < deadline and None in (verdict.scale_s, verdict.clean_s, verdict.noticed_s):
            if verdict.scale_s is None:
                verdict.scale_s = next((write.time - healed for write in stage.writes("moving")
                                        if write.time >= healed and write.replicas >= need), None)
                if self.fault.replaces and stage.replicas("moving") >= need:  # what stood in for others is enough
                    verdict.scale_s = min(verdict.scale_s or float("inf"), time.time() - healed)
            with contextlib.suppress(OSError, ApiError):
                if generation is None:
                    generation = self._touch_steady()
                if verdict.clean_s is None and not stage.unclean() and stage.controller_ready():
                    verdict.clean_s = time.time() - healed
                ready = stage.conditions("steady").get("Ready", {})
                if verdict.noticed_s is None and generation and ready.get("observedGeneration", 0) >= generation:
                    verdict.noticed_s = time.time() - healed
            time.sleep(TICK_S)

    def _touch_steady(self):
        """A change without consequences; returns the generation that the status must come to name."""
        path = f"{objects.API}/aiautoscalers/steady"
        now = self.stage.cluster.api.get(path)["spec"]["maxReplicas"]
        spec = {"spec": {"maxReplicas": 200 if now != 200 else 199}}
        return self.stage.cluster.api.request("PATCH", path, spec)["metadata"]["generation"]

    def _time_steps(self, healed):
        """From each step of demand to the write that answered it."""
        writes = self.stage.writes("moving")
        for step, need in self._steps:
            written = next((write.time for write in writes if write.time >= step and write.replicas >= need), None)
            if written is not None and written < healed:
                self.verdict.delays_s.append(written - step)
            elif step < healed - 2 * self.pace.cycle_s:
                self.verdict.missed += 1
