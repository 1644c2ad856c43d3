"""The promise on days of a real service: ServeGen's m-small, two weeks in bins of ten minutes.

What: two days are played, the one with the trace's highest peak and the next, after eleven days of history; with AIA_SOAK=1
the whole second week after the first. Offline the two days give the week's figures (.978 of bins served, .78 of the steepest
tenth). One bin takes 0.75 s, missing bins are failed scrapes; a replica needs three bins from creation to Ready. Judged from
the API server's own record over these days and over the tenth of them where demand rises most within a lead. Beside
`predictive` and `reactive` plays `headroom`: the reactive rule with constant headroom. The forecast must cost less than the
least headroom that serves as well in both figures; how much of it that is, and what it costs, is told from the one that was
played (headroom.as_good). Skipped where the trace is not beside the project (its source: alibaba/ServeGen).
"""
import os, sys, unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import headroom, objects, play, record, scorecard
from controller import binary
from play import Play, Scenario
from trace import Trace

FILE = play.ROOT / "../shared/data/servegen/servegen_language_m-small_total_nan.csv"
SOAK = os.environ.get("AIA_SOAK") == "1"
DAY_BINS, BIN_S, REAL_BIN_S, LEAD_BINS = 144, 600, .75, 3
FIRST_BIN, END_BIN = (day * DAY_BINS for day in ((7, 14) if SOAK else (11, 13)))
PER_REPLICA = 100       # 16 replicas at the peak of a quiet day, 39 at that of the busiest
HOLD_S = 2
HEADROOM = 1.55         # serves about as well as the forecast, and must cost more
BEGIN, FIRST, END = (bins * BIN_S for bins in (FIRST_BIN - 30, FIRST_BIN, END_BIN))


def scenario():
    return Scenario(
        "servegen", Trace.read(FILE), compression=BIN_S / REAL_BIN_S, live_from=BEGIN, per_replica=PER_REPLICA,
        pod_ready_after=f"{LEAD_BINS * REAL_BIN_S * 1000:.0f}ms", lead=f"{LEAD_BINS * REAL_BIN_S:g}s",
        season=f"{DAY_BINS * REAL_BIN_S:g}s", history=f"{7 * DAY_BINS * REAL_BIN_S:g}s", hold_s=HOLD_S, rate_window="750ms",
        models={"predictive": "Auto", "reactive": objects.NO_FORECAST, "headroom": objects.NO_FORECAST},
        headroom={"headroom": HEADROOM}, gpu_nodes=24,
        # Ten minutes of memory would be five days of such a week, and let it be doubted as a whole.
        flags={"leader-elect": "false", "cycle": "375ms", "grid-step": "750ms", "freshness": "2s", "source-memory": "3s",
               "default-lead-time": "2s", "scale-down-stabilization": f"{HOLD_S}s", "drain": "2s"})


@unittest.skipUnless(FILE.is_file(), f"the trace is not there: {FILE.name}")
@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class ServeGenTest(unittest.TestCase):
    def test_real_days(self):
        with Play(scenario()) as stage:
            stage.until(END, every_s=30)
            self.judge(stage)

    def judge(self, stage):
        points = stage.points(FIRST, END)
        steep = scorecard.steepest(points, LEAD_BINS * REAL_BIN_S)
        ideal = scorecard.clairvoyant_s(points, PER_REPLICA, longest_s=1)
        served, served_steep, hours = {}, {}, {}
        for name in stage.scenario.models:
            did = record.workload(stage.cluster.audit, name)
            served[name] = scorecard.served_share(points, did.ready, PER_REPLICA)
            served_steep[name] = scorecard.served_share(steep, did.ready, PER_REPLICA)
            paid = sum(did.existing.seconds(start, end) for start, end in scorecard.known_s(points, longest_s=1))
            hours[name] = paid / ideal
            service = stage.server.services[name]
            print(f"{name}: Ready capacity covers {served[name]:.1%} of {len(points)} scrapes and {served_steep[name]:.1%} "
                  f"of the steepest tenth; {hours[name]:.2f} times the clairvoyant's replica-hours; pods Ready after "
                  f"{record.lead_s(did.lives):.2f} s; worst queue {service.worst_waiting:.0f}", flush=True)
        self.assertGreaterEqual(served["predictive"], .95)
        self.assertGreaterEqual(served_steep["predictive"], served_steep["reactive"] + .4)
        self.assertLessEqual(hours["predictive"], 1.85)
        self.assertLess(hours["predictive"], hours["headroom"])
        outcomes = {name: headroom.Outcome(HEADROOM, served[name], served_steep[name], hours[name]) for name in served}
        rule = headroom.as_good(stage.scenario.trace.values[:END_BIN], FIRST_BIN, PER_REPLICA, LEAD_BINS, round(HOLD_S / REAL_BIN_S),
                                outcomes["headroom"], outcomes["predictive"])
        print("constant headroom over the last value: " + (
            f"{rule.factor:.2f} times serves as well as predictive, for {rule.hours_ratio:.2f} times the clairvoyant's "
            "replica-hours" if rule else "not even four times the demand serves as well as predictive"), flush=True)
        self.assertTrue(rule is None or hours["predictive"] < rule.hours_ratio)


if __name__ == "__main__":
    unittest.main()
