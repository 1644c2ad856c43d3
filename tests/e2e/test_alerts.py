"""Every alert fires when it should and is silent on a healthy day, by Prometheus' own promtool.

What: alerts_test.yaml, and that it forgets no alert. Why: an alert that never fires is found in the outage. Source: the
Prometheus docs on unit testing for rules.
"""
import re, subprocess, sys, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE)]

import build
from dashboards import ALERTS

TESTS = HERE / "alerts_test.yaml"


class AlertsTest(unittest.TestCase):
    def promtool(self, *arguments):
        done = subprocess.run([build.ensure("prometheus")["promtool"], *arguments], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_rules_are_well_formed(self):
        self.promtool("check", "rules", "--lint=all", "--lint-fatal", ALERTS)

    def test_each_fires_when_it_should_and_not_before(self):
        self.promtool("test", "rules", TESTS)

    def test_none_is_forgotten(self):
        alerts = set(re.findall(r"- alert: (\w+)", ALERTS.read_text()))
        healthy, *troubles = TESTS.read_text().split("\n- name: ")[1:]
        self.assertEqual(set(re.findall(r"alertname: (\w+)\}", healthy)), alerts)
        self.assertEqual(set(re.findall(r"alertname: (\w+)\n    exp_alerts:", "".join(troubles))), alerts)


if __name__ == "__main__":
    unittest.main()
