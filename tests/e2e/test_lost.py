"""The hour that matters: pods fail at the steepest minute of the morning's ramp, and capacity comes back.

What: the working day of test_daily, twice on the same arrivals. At half past seven a third of `lost`'s Ready pods lose
Ready and stay so; at the same moment `crashing` gets a new version that crashes again and again, by an ordinary rolling
update. Why: overload fails probes; an autoscaler that takes failing pods for starts, or for less demand, makes it worse.
Judged by the API server's own record: Ready capacity covers demand again within two lead times and for two more, nothing
is scaled in until then, and conditions say what happened, since when.
"""
import dataclasses, re, sys, time, unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import play  # first: it knows where the modules are
import daily, objects, pods, record, scorecard
from controller import binary
from daily import DAY_8, HOUR_S, PER_REPLICA
from nodes import CRASH_DELAY

BEGIN, FAULT, END = (DAY_8 + hour * HOUR_S for hour in (4.5, 7.5, 9.75))
LEADS = 2  # within which capacity must be back; for as long again it is watched
NAMES = ("lost", "crashing")
SAID = {"lost": r"CapacityLost: .*not Ready since \d{4}-", "crashing": r"StartupStuck: .*since \d{4}-"}  # of a condition


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class LostTest(unittest.TestCase):
    def test_capacity_comes_back(self):
        scenario = dataclasses.replace(daily.scenario("lost", backlog=False), live_from=BEGIN,
                                       models={name: "Auto" for name in NAMES})
        with play.Play(scenario) as stage:
            stage.until(FAULT)
            self.fault, self.said = time.time(), {name: {} for name in NAMES}
            self.fail_pods(stage)
            stage.until(END, on_tick=lambda: self.listen(stage), tick_s=.5)
            wrong = [complaint for name in NAMES for complaint in self.judge(stage, name)]
            self.assertFalse(wrong, "\n  ".join(["", *wrong]))

    def fail_pods(self, stage):
        api, template = stage.cluster.api, {"metadata": {"annotations": {CRASH_DELAY: "1s"}}}
        api.request("PATCH", "/apis/apps/v1/namespaces/default/deployments/crashing", {"spec": {"template": template}})
        ready = pods.ready(api, "lost")
        pods.lose_ready(api, ready[:len(ready) // 3])
        print(f"{len(ready) // 3} of {len(ready)} pods of lost lose Ready; crashing gets a new version", flush=True)

    def listen(self, stage):
        """Notes each condition's words, and when they were first said."""
        for name in NAMES:
            for kind, condition in objects.conditions(stage.cluster.api, name).items():
                words = f"{kind}={condition['status']} {condition['reason']}: {condition['message']}"
                self.said[name].setdefault(words, time.time() - self.fault)

    def look(self, stage, name):
        """What came of it, for the test's output."""
        kinds = {}
        for words, at in self.said[name].items():
            kinds.setdefault(words.split(":")[0], (at, words))
        for at, words in kinds.values():
            print(f"{name}: +{at:.1f} s {words}", flush=True)
        writes = [(f"+{write.time - self.fault:.1f} s", write.replicas, write.code)
                  for write in stage.cluster.audit.scale_writes("default", name) if write.time > self.fault - 10]
        print(f"{name}: scale writes {writes}", flush=True)

    def judge(self, stage, name):
        """What was not as promised, in words."""
        self.look(stage, name)
        did, points = record.workload(stage.cluster.audit, name), stage.points(FAULT, END)
        lead = record.lead_s(did.lives, since=stage.playback.anchor_wall)
        back, end = self.fault + LEADS * lead, self.fault + 2 * LEADS * lead
        self.assertGreater(points[-1][0], end, "the play is too short to judge")
        share = scorecard.served_share(scorecard.between(points, back, end), did.ready, PER_REPLICA)
        short = [at - self.fault for at, rps in points if did.ready.at(at) * PER_REPLICA < rps]
        deepest, when = min((did.ready.at(at) * PER_REPLICA / rps, at) for at, rps in points)
        print(f"{name}: lead {lead:.1f} s; " + (f"short from +{short[0]:.1f} to +{short[-1]:.1f} s, {len(short)} of {len(points)} "
              f"scrapes; " if short else "never short; ") + f"at worst {deepest:.0%} of demand at +{when - self.fault:.1f} s; from "
              f"+{back - self.fault:.1f} to +{end - self.fault:.1f} s Ready capacity covers {share:.1%} of scrapes", flush=True)
        wrong = []
        if share < .95:
            wrong.append(f"{name}: capacity was not back within {LEADS} leads: {share:.1%} of scrapes served")
        writes = [write for write in stage.cluster.audit.scale_writes("default", name) if write.code < 300 and write.time < back]
        before = [write.replicas for write in writes if write.time <= self.fault]
        for write in record.scale_ins([write for write in writes if write.time > self.fault], before[-1]):
            wrong.append(f"{name}: scaled in to {write.replicas} at +{write.time - self.fault:.1f} s")
        if not any(re.search(SAID[name], words) for words in self.said[name]):
            wrong.append(f"{name}: no condition says {SAID[name]}")
        return wrong


if __name__ == "__main__":
    unittest.main()
