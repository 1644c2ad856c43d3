"""What can be said of the dashboard and the alerts without a play: their form, their words, and what they name.

What: the dashboard's JSON is what dashboard.py writes and what Grafana wants; every alert has its section in the runbook
and names only reasons that the controller gives. Why: a panel that overlaps another or an alert without a runbook is
found by the engineer on call. Its queries are run in test_daily, the alerts' conditions in test_alerts.
"""
import re, subprocess, sys, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE)]

import dashboards
from dashboards import ALERTS, ROOT, Dashboard

GRID = 24
DISPLAYED = {"stat", "timeseries", "state-timeline", "table"}


class DashboardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dashboard = Dashboard()

    def test_it_is_what_its_script_writes(self):
        script = ROOT / "manifests/dashboards/dashboard.py"
        done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_names_no_data_source_but_its_variable(self):
        self.assertEqual(self.dashboard.json["templating"]["list"][0]["type"], "datasource")
        self.assertIsNone(self.dashboard.json.get("uid"))
        for panel in self.dashboard.panels:
            with self.subTest(panel["title"]):
                for asked in (panel, *panel["targets"]):
                    self.assertEqual(asked["datasource"], {"type": "prometheus", "uid": "${datasource}"})
        for variable in self.dashboard.json["templating"]["list"][1:]:
            self.assertEqual(variable["datasource"]["uid"], "${datasource}")

    def test_panels_have_words_a_unit_and_queries(self):
        for panel in self.dashboard.panels:
            with self.subTest(panel["title"]):
                self.assertIn(panel["type"], DISPLAYED)
                self.assertGreater(len(panel["description"].split()), 8)
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertEqual(len({target["refId"] for target in panel["targets"]}), len(panel["targets"]))
                self.assertTrue(all(target["expr"] for target in panel["targets"]))
                self.assertTrue(panel["title"] and len(panel["title"]) <= 50)

    def test_ids_are_unique_and_panels_do_not_overlap(self):
        panels = self.dashboard.json["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = {}
        for panel in panels:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], GRID, panel["title"])
            self.assertGreaterEqual(at["w"], 4, f"{panel['title']} is too narrow to be read at 1440 pixels")
            for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
                self.assertNotIn(cell, taken, f"{panel['title']} lies on {taken.get(cell)}")
                taken[cell] = panel["title"]

    def test_an_override_names_a_series_that_the_panel_has(self):
        for panel in self.dashboard.panels:
            with self.subTest(panel["title"]):
                if panel["type"] == "timeseries":
                    legends = {target["legendFormat"] for target in panel["targets"]}
                    for override in panel["fieldConfig"]["overrides"]:
                        self.assertIn(override["matcher"]["options"], legends)
                        for one in override["properties"]:
                            if one["id"] == "custom.fillBelowTo":
                                self.assertIn(one["value"], legends)

    def test_objects_are_aggregated(self):
        """Every replica of the controller shows every object: a bare series would be drawn twice."""
        for title, expression, _ in self.dashboard.queries():
            self.assertRegex(expression, r"\b(max|min|sum|count)\b", title)

    def test_variables_are_all_filled_in(self):
        for _, expression, _ in self.dashboard.queries():
            self.assertNotIn("$", expression)
        self.assertEqual(set(self.dashboard.variables()), {"namespace", "autoscaler", "demand", "pool"})


class AlertsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = ALERTS.read_text()
        cls.alerts = {match[1]: match[0] for match in re.finditer(r"  - alert: (\w+)\n(?:    .*\n|\n(?=    ))+", cls.text)}

    def test_all_are_looked_at(self):
        self.assertEqual(len(self.alerts), self.text.count("- alert:"))

    def test_each_has_words_and_a_section_in_the_runbook(self):
        runbook = (ROOT / "docs/runbook.md").read_text()
        # The one placeholder, in the command that puts a place of one's own there.
        place, = re.findall(r"sed -i 's\|(https://[^|]+)\|", (ROOT / "docs/monitoring.md").read_text())
        for name, text in self.alerts.items():
            with self.subTest(name):
                for key in ("summary:", "description:", "for:"):
                    self.assertIn(key, text)
                self.assertRegex(text, r"severity: (critical|warning)\b")
                self.assertIn(f"runbook_url: {place}/runbook.md#{name.lower()}\n", text)
                self.assertRegex(runbook, rf"(?m)^## {name}$")

    def test_they_name_only_kinds_of_errors_that_there_are(self):
        """Types and reasons of conditions: tests/house/test_codes.py."""
        kinds = re.findall(r'return "([a-z-]+)"', (ROOT / "base/result.h").read_text())
        for name, text in self.alerts.items():
            with self.subTest(name):
                for values in re.findall(r'\bkind[!=~]+"([^"]*)"', text):
                    for value in values.split("|"):
                        self.assertIn(value, kinds)

    def test_the_operator_s_rule_is_the_same(self):
        """manifests/monitoring has the rules as a PrometheusRule, too: its groups are this file's, indented."""
        rule = (ROOT / "manifests/monitoring/prometheus-operator/prometheus-rule.yaml").read_text()
        groups = self.text[self.text.index("groups:"):]
        self.assertEqual(rule[rule.index("  groups:"):], "".join(f"  {line}" if line.strip() else line
                                                                   for line in groups.splitlines(keepends=True)))

    def test_a_misspelt_selector_would_be_asked_for(self):
        self.assertEqual(dashboards.relaxed("a", '{type="Ready", status!="True", reason!~"Metrics.*|X"}'),
                         'a{type="Ready", status!="", reason!=""}')


class DocumentationTest(unittest.TestCase):
    def test_every_metric_that_is_asked_for_is_documented(self):
        known = dashboards.documented()
        text = ALERTS.read_text() + dashboards.DASHBOARD.read_text()
        for name in set(re.findall(r"aiautoscaler_\w+", text)):
            self.assertIn(re.sub(r"_seconds_(sum|count|bucket)$", "_seconds", name), known)


if __name__ == "__main__":
    unittest.main()
