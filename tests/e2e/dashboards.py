"""Every query of the dashboard and the alerts, run on real Prometheus at the end of a play.

What: Dashboard (the shipped JSON as queries), watch() (two more objects and a pool, so that every series exists) and judge():
what the dashboard asks returns numbers, every selector of an alert matches a series, every rule evaluates, and
docs/monitoring.md names exactly the metrics that are served. Why: a misspelt metric looks like a quiet day. Source:
Prometheus' HTTP API.
"""
import json, math, re, time
from pathlib import Path

import objects
from nodes import GPU, gpu_deployment

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD, ALERTS = ROOT / "manifests/dashboards/aiautoscaler.json", ROOT / "manifests/alerts/aiautoscaler.yaml"
MONITORING = ROOT / "docs/monitoring.md"
SELECTOR = re.compile(r"\b(aiautoscaler_\w+)(\{[^}]*\})?")
WATCHED, BROKEN, POOL = "watched", "broken", "watched"
SHOWN = {"$namespace": "default", "$autoscaler": WATCHED, "$demand": "requests", "$pool": POOL, "$__rate_interval": "10s"}
OURS = re.compile(f'autoscaler="({WATCHED}|{BROKEN})"|pool="{POOL}"')
# An alert asks for what is wrong, a play goes well: of these labels only the presence is asked for, their values elsewhere.
TROUBLE = ("status", "reason", "kind")


class Dashboard:
    def __init__(self, file=DASHBOARD):
        self.json = json.loads(file.read_text())
        self.panels = [panel for panel in self.json["panels"] if panel["type"] != "row"]

    def queries(self):
        """[(panel's title, PromQL with the variables of SHOWN filled in, whether it is asked for one moment)]."""
        return [(panel["title"], filled_in(target["expr"]), target["instant"])
                for panel in self.panels for target in panel["targets"]]

    def variables(self):
        """{name: (selector, label)} of the variables that Prometheus fills."""
        found = {variable["name"]: re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
                 for variable in self.json["templating"]["list"] if variable["type"] == "query"}
        return {name: (filled_in(match[1]), match[2]) for name, match in found.items()}


def filled_in(expression):
    for variable, value in sorted(SHOWN.items(), key=lambda pair: -len(pair[0])):
        expression = expression.replace(variable, value)
    return expression


def relaxed(name, matchers):
    """A selector that matches whatever the trouble: {kind=~"timeout|…"} becomes {kind!=""}."""
    return name + re.sub(r"\b(%s)\s*(=~|!~|!=|=)\s*\"[^\"]*\"" % "|".join(TROUBLE), r'\1!=""', matchers or "")


def documented():
    """Names in the first column of the table of metrics in docs/monitoring.md."""
    table = MONITORING.read_text().split("<!-- metrics -->")[1]
    return {name for line in table.splitlines() if line.startswith("| `")
            for name in re.findall(r"`(aiautoscaler_\w+)", line.split("|")[1])}


# ---- on a stage

def pool(lead):
    """Of the nodes that a play has. Nothing is asked for: who names it only looks, and the cluster has no buffers. lead: a
    duration of the play's, because the default would be half a day in it."""
    return {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AcceleratorPool", "metadata": {"name": POOL},
            "spec": {"nodes": {"labels": {"type": "kwok"}, "gpu": {"resource": GPU, "perNode": 8}, "pricePerHour": "98.32"},
                     "maxNodes": 40, "sizing": {"mode": "CapacityBuffer"}, "leadTime": lead, "namespaces": ["default"]}}


def watch(stage):
    """Two more objects, on a Deployment of their own: one that only looks, at a queue and a pool too, and one whose query is
    wrong."""
    s, of_reactive = stage.scenario, 'namespace="default",model_name="reactive"'
    stage.cluster.apply(gpu_deployment(WATCHED, 1), pool(s.pod_ready_after))
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": WATCHED}
    watched = objects.autoscaler(
        WATCHED, f"sum(rate(llm_d_epp_request_total{{{of_reactive}}}[{s.rate_window}]))", s.per_replica, mode="Recommend",
        backlog=f"sum(vllm:num_requests_waiting{{{of_reactive}}})", maximum=s.maximum,
        forecast={"seasons": [s.season], "history": s.history, "quantile": s.quantile})
    watched["spec"]["nodePoolRefs"] = [{"name": POOL}]
    stage.cluster.apply(watched, objects.autoscaler(BROKEN, "sum(requests", s.per_replica, target=target, mode="Recommend"))


def judge(test, stage):
    """Fails the test where a query has nothing to say. Takes objects and pool away again: their series must go, too."""
    ask_dashboard(test, stage.prometheus)
    ask_alerts(test, stage.prometheus)
    with test.subTest("the table in docs/monitoring.md"):
        served = set()   # over some cycles: what is not known in one is absent

        def look():
            served.update(re.findall(r"^# HELP (\w+) ", stage.controller.get("/metrics")[1], re.M))
            return served >= documented()

        eventually(look)
        test.assertEqual(documented(), served)
    for name in (WATCHED, BROKEN):
        stage.cluster.api.request("DELETE", f"{objects.API}/aiautoscalers/{name}")
    stage.cluster.api.request("DELETE", f"{objects.POOLS}/{POOL}")
    stage.cluster.wait_for(lambda: not OURS.search(stage.controller.get("/metrics")[1]),
                           "the series of deleted objects gone", 20)


def ask_dashboard(test, prometheus):
    dashboard = Dashboard()
    for title, expression, instant in dashboard.queries():
        with test.subTest(f"dashboard: {title}", query=expression):
            test.assertTrue(eventually(lambda: numbers(prometheus, expression, instant)), "no series with a number")
    for name, (selector, label) in dashboard.variables().items():
        with test.subTest(f"dashboard: variable {name}"):
            values = prometheus.get(f"label/{label}/values", **{"match[]": selector})
            test.assertIn(SHOWN[f"${name}"], values)


def ask_alerts(test, prometheus):
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
    names = re.findall(r"- alert: (\w+)", ALERTS.read_text())
    test.assertEqual([rule["name"] for rule in rules], names, "Prometheus did not load every alert")
    for rule in rules:
        with test.subTest(f"alert: {rule['name']}"):
            test.assertEqual(rule["health"], "ok", rule.get("lastError"))
            for name, matchers in SELECTOR.findall(rule["query"]):
                test.assertTrue(eventually(lambda: prometheus.query(relaxed(name, matchers))),
                                f"{name}{matchers} matches no series")


def numbers(prometheus, expression, instant):
    """The finite numbers that Grafana would show of the last minute, or of this moment."""
    now = time.time()
    series = prometheus.query(expression, now) if instant else prometheus.query_range(expression, now - 60, now, 2)
    values = [float(value) for one in series for _, value in one.get("values") or [one["value"]]]
    return [value for value in values if math.isfinite(value)]


def eventually(ask, patience_s=10):
    """The first answer that is not empty: in a cycle that could not read a target its replicas are absent."""
    deadline = time.monotonic() + patience_s
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(.5)
    return answer
