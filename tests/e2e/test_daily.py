"""The promise on a working day: a morning's ramp, acted out on a real control plane in five minutes.

What: eight days of history, then the shipped trace at 120 times its speed, one replica 15 s (half an hour) from
creation to Ready. `predictive` and `reactive` get the same arrivals. Judged from the API server's own record over
one window, from the reactive Deployment's first deficit in the rise to the peak of demand. On the way the controller
is killed and started again; at the end every query of the dashboard and the alerts is run on what Prometheus scraped of it
(dashboards.py), and its objects are looked at and deleted. No backlog query here: with one the
reactive rule buys more later on to drain its queue, and one would measure that instead of how late it is.
AIA_E2E_DISABLE_FORECAST=1 gives `predictive` the reactive rule too: then the test must fail.
"""
import dataclasses, os, sys, time, unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import play  # first: it knows where the modules are
import daily, dashboards, objects, record, scorecard
from controller import binary
from daily import END, PER_REPLICA, WARM

RESTART = daily.DAY_8 + 7.5 * daily.HOUR_S
FORECAST_COLUMNS = ["NAME", "TARGET", "NOW", "AHEAD", "UPPER", "LEAD", "QUEUE", "REPLICAS", "GPUS", "MODEL", "SKILL", "AGE"]
AUTOSCALER_COLUMNS = ["NAME", "TARGET", "MODE", "MIN", "MAX", "REPLICAS", "READY", "DESIRED", "LEAD", "STATUS", "AGE"]


@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class DailyTest(unittest.TestCase):
    def test_capacity_is_ready_before_the_demand(self):
        forecast = os.environ.get("AIA_E2E_DISABLE_FORECAST") != "1"
        scenario = dataclasses.replace(daily.scenario(forecast=forecast, backlog=False), rules=(dashboards.ALERTS,))
        with play.Play(scenario) as stage:
            stage.until(RESTART)
            restarted = time.time()
            stage.controller.restart()
            dashboards.watch(stage)
            stage.until(END)
            dashboards.judge(self, stage)
            words = self.look(stage)
            self.judge_ramp(stage)
            self.judge_restart(stage, restarted)
            self.judge_objects(stage, words)

    def look(self, stage):
        """What a user sees at the end; goes into the test's output."""
        words = {kind: stage.cluster.kubectl("get", kind) for kind in ("forecasts", "aia")}
        for kind, text in words.items():
            print(f"\n$ kubectl get {kind}\n{text}", flush=True)
        return words

    def judge_ramp(self, stage):
        points = stage.points(WARM, END)
        did = {name: record.workload(stage.cluster.audit, name) for name in ("predictive", "reactive")}
        foot, top = scorecard.rise(points)
        start = scorecard.first_deficit(scorecard.between(points, foot, top), did["reactive"].ready, PER_REPLICA)
        self.assertIsNotNone(start, "the reactive Deployment was never short: this ramp shows nothing")
        ramp = scorecard.between(points, start, top)
        print(f"ramp {play.clock(stage.playback.trace_s(start))} to {play.clock(stage.playback.trace_s(top))}: "
              f"{len(ramp)} scrapes, {ramp[0][1]:.0f} to {ramp[-1][1]:.0f} requests/s")
        share, late = {}, {}
        for name, workload in did.items():
            lead = record.lead_s(workload.lives, since=stage.playback.anchor_wall)
            share[name] = scorecard.served_share(ramp, workload.ready, PER_REPLICA)
            late[name] = scorecard.lateness_s(ramp, workload.ready, PER_REPLICA) / lead
            service = stage.server.services[name]
            print(f"{name}: Ready capacity covers {share[name]:.1%} of the ramp's scrapes, {late[name]:.2f} leads of "
                  f"{lead:.1f} s late; worst queue {service.worst_waiting:.0f}, {service.waited_over_1s:.0f} requests "
                  f"waited over 1 s; {workload.existing.seconds(start, top):.0f} replica-seconds of "
                  f"{scorecard.clairvoyant_s(ramp, PER_REPLICA, 1):.0f} clairvoyant", flush=True)
        self.assertGreaterEqual(share["predictive"], .95)
        self.assertTrue(.8 <= late["reactive"] <= 1.5, f"the reactive rule is {late['reactive']:.2f} leads late")

    def judge_restart(self, stage, restarted):
        """In the rise nothing may be taken away, whatever a controller that has just begun believes."""
        for name in ("predictive", "reactive"):
            writes = stage.cluster.audit.scale_writes("default", name)
            before = [write.replicas for write in writes if write.time <= restarted and write.code < 300]
            after = [write for write in writes if restarted < write.time < restarted + 30]
            self.assertEqual(record.scale_ins(after, before[-1]), [], f"{name} was scaled in after the restart")
        self.assertTrue(any(write.code < 300 for write in after), "the restarted controller wrote nothing")

    def judge_objects(self, stage, words):
        """kubectl shows the columns; deleting an AIAutoscaler takes its Forecasts along and leaves the replicas."""
        self.assertEqual(words["forecasts"].split("\n")[0].split(), FORECAST_COLUMNS)
        self.assertEqual(words["aia"].split("\n")[0].split(), AUTOSCALER_COLUMNS)
        line = next(line for line in words["forecasts"].split("\n") if line.startswith("predictive.requests"))
        row = dict(zip(FORECAST_COLUMNS, line.split()))  # as far as LEAD: QUEUE is empty, as nobody measures one
        self.assertEqual(row["TARGET"], "predictive")
        self.assertTrue(float(row["NOW"]) > 100 and float(row["UPPER"]) >= float(row["AHEAD"]) > 100, row)
        self.assertRegex(line, r"Learned\(12m\)")
        api, deployment = stage.cluster.api, "/apis/apps/v1/namespaces/default/deployments/predictive"
        api.request("DELETE", f"{objects.API}/aiautoscalers/predictive")
        stage.cluster.wait_for(lambda: not api.exists(f"{objects.API}/forecasts/predictive.requests"),
                               "its Forecast gone with the AIAutoscaler", 60)
        replicas = api.get(deployment)["spec"]["replicas"]
        time.sleep(5)
        self.assertEqual(api.get(deployment)["spec"]["replicas"], replicas)
        self.assertGreater(replicas * PER_REPLICA, 200)
        self.assertTrue(api.exists(f"{objects.API}/forecasts/reactive.requests"), "another one's Forecast went too")


if __name__ == "__main__":
    unittest.main()
