"""VictoriaMetrics in Prometheus' place: a minute of the morning's ramp, forecast and scaled from it.

What: the daily play's two Deployments from six o'clock on, their metrics scraped, stored and answered by VictoriaMetrics;
then the dashboard's queries on it. Why: it answers differently in places (docs/monitoring.md), and only a play shows that
nothing of that reaches the replicas. One minute: the promise itself is test_daily's.
"""
import dataclasses, sys, unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import play  # first: it knows where the modules are
import daily, dashboards, objects, record, scorecard
from controller import binary
from daily import PER_REPLICA
from victoriametrics import VictoriaMetrics

BEGIN = daily.DAY_8 + 6 * daily.HOUR_S
RATE_WINDOW = "5s"   # a sample is searchable up to two seconds after it was taken: no window may be as short as that
JUDGED, END = BEGIN + daily.HOUR_S, BEGIN + 2 * daily.HOUR_S


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class VictoriaMetricsTest(unittest.TestCase):
    def test_it_forecasts_and_scales_from_it(self):
        scenario = dataclasses.replace(daily.scenario("victoriametrics", backlog=False), engine=VictoriaMetrics,
                                       live_from=BEGIN, rate_window=RATE_WINDOW)
        with play.Play(scenario) as stage:
            dashboards.watch(stage)
            stage.until(END)
            self.judge_data(stage)
            self.judge_capacity(stage)
            dashboards.ask_dashboard(self, stage.prometheus)

    def judge_data(self, stage):
        """What it reads is whole, recent and true, and the past that was imported gave a forecast."""
        stage.cluster.wait_for(lambda: self.condition(stage, "MetricsHealthy")["reason"] == "Whole", "whole data", 20)
        eligible = self.condition(stage, "ForecastEligible")
        self.assertEqual(eligible["status"], "True", eligible["message"])
        now = float(stage.cluster.api.get(f"{objects.API}/forecasts/predictive.requests")["status"]["now"])
        true = stage.scenario.trace.at(stage.trace_s)
        self.assertTrue(.8 * true < now < 1.1 * true, f"demand is {true:.0f}/s, it reads {now:.0f}/s")

    def condition(self, stage, kind):
        return objects.conditions(stage.cluster.api, "predictive")[kind]

    def judge_capacity(self, stage):
        points = stage.points(JUDGED, END)
        share = {name: scorecard.served_share(points, record.workload(stage.cluster.audit, name).ready, PER_REPLICA)
                 for name in ("predictive", "reactive")}
        print(f"Ready capacity covers, of {len(points)} scrapes: {share}", flush=True)
        self.assertGreaterEqual(share["predictive"], .9)
        self.assertLess(share["reactive"], .5, "this ramp shows nothing")


if __name__ == "__main__":
    unittest.main()
