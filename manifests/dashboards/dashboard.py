#!/usr/bin/env python3
"""Writes aiautoscaler.json, the Grafana dashboard: dashboard.py [--check].

What: panels as (title, what it tells the engineer on call, unit, queries), laid out in rows of 24 columns. Why: two
thousand lines of JSON say the same thing for every panel; here is only what differs. A test holds the file to this.
Source: Grafana's dashboard JSON model, schema 39 (Grafana 10.4 and later read it).
"""
import json, sys
from pathlib import Path

FILE = Path(__file__).with_name("aiautoscaler.json")
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
OBJECT = 'namespace="$namespace",autoscaler="$autoscaler"'
DEMAND = OBJECT + ',demand="$demand"'
POOL = 'pool="$pool"'
GREEN, YELLOW, RED, BLUE, GREY = "green", "yellow", "red", "blue", "gray"


# ---- what a panel is made of

def query(expr, legend="", instant=False, table=False):
    """One target; every replica of the controller shows every object, so expressions aggregate with max or sum."""
    return {"datasource": SOURCE, "expr": expr, "legendFormat": legend or "__auto", "instant": instant, "range": not instant,
            "format": "table" if table else "time_series", "editorMode": "code"}


def panel(kind, title, description, width, height, targets, unit="short", options=None, defaults=None, overrides=()):
    for index, target in enumerate(targets):
        target["refId"] = chr(ord("A") + index)
    return {"type": kind, "title": title, "description": description, "datasource": SOURCE, "targets": targets,
            "gridPos": {"w": width, "h": height}, "options": options or {},
            "fieldConfig": {"defaults": {"unit": unit, **(defaults or {})}, "overrides": list(overrides)}}


def graph(title, description, width, targets, unit="short", height=8, overrides=(), **defaults):
    custom = {"drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 1, "fillOpacity": 0, "showPoints": "never",
              "spanNulls": False}  # a gap is missing data, which is not zero: it stays a gap
    return panel("timeseries", title, description, width, height, targets, unit,
                 {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                  "tooltip": {"mode": "multi", "sort": "none"}},
                 {"custom": custom, "color": {"mode": "palette-classic"}, **defaults}, overrides)


def stat(title, description, expr, unit="short", steps=((GREEN, None),), legend="", text="value", width=4):
    return panel("stat", title, description, width, 4, [query(expr, legend, instant=True)], unit,
                 {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "background",
                  "graphMode": "none", "textMode": text, "orientation": "auto"}, {"thresholds": thresholds(steps)})


def timeline(title, description, width, targets, mappings, height=8):
    return panel("state-timeline", title, description, width, height, targets, "short",
                 {"mergeValues": True, "showValue": "auto", "rowHeight": 0.8,
                  "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []}},
                 {"mappings": [{"type": "value", "options": {
                     str(value): {"text": text, "color": color, "index": index}
                     for index, (value, (text, color)) in enumerate(mappings.items())}}],
                  "color": {"mode": "thresholds"}, "thresholds": thresholds(((GREY, None),)),
                  "custom": {"fillOpacity": 80, "lineWidth": 0}})


def table(title, description, width, height, targets, transformations, overrides=()):
    made = panel("table", title, description, width, height, targets, "short",
                 {"showHeader": True, "cellHeight": "sm"}, {"custom": {"align": "auto"}}, overrides)
    return {**made, "transformations": transformations}


def conditions(title, description, metric, labels):
    """A condition a line; its series is 1 while it is so."""
    tidy = [{"id": "organize", "options": {
        "excludeByName": {"Time": True, "Value": True},
        "indexByName": {"type": 0, "status": 1, "reason": 2},
        "renameByName": {"type": "condition"}}}]
    return table(title, description, 12, 8,
                 [query(f"max by (type, status, reason) (aiautoscaler_{metric}{{{labels}}})", instant=True, table=True)],
                 tidy, [style("status", **{"custom.width": 100})])


def row(title):
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": {"w": 24, "h": 1}}


def thresholds(steps):
    return {"mode": "absolute", "steps": [{"color": color, "value": value} for color, value in steps]}


def style(name, **properties):
    """An override for the series or the column of that name: style("now", color=BLUE, **{"custom.lineWidth": 2})."""
    if "color" in properties:
        properties["color"] = {"mode": "fixed", "fixedColor": properties["color"]}
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key, "value": value} for key, value in properties.items()]}


def own(metric, labels=DEMAND, how="max", more=""):
    """An object's or a pool's series, one whatever the number of controllers."""
    return f"{how}(aiautoscaler_{metric}{{{labels}{more}}})"


def count(kind, status, more=""):
    """How many objects have a condition; 0, not nothing, where none has."""
    return (f'count(max by (namespace, autoscaler) (aiautoscaler_condition{{type="{kind}",status{status}{more}}})) '
            'or vector(0)')


NOW = style("now", color=BLUE, **{"custom.lineWidth": 2})
STEP = {"custom.lineInterpolation": "stepAfter"}
BAND = {"custom.lineStyle": {"fill": "dash", "dash": [6, 4]}}
MEDIAN = style("expected", color="orange", **BAND)
UPPER = style("planned for", color=RED, **BAND, **{"custom.fillBelowTo": "expected", "custom.fillOpacity": 12})


# ---- the panels

def at_a_glance():
    trouble = ((GREEN, None), (YELLOW, 1))
    return [
        stat("Leaders", "Controllers that hold the Lease. One: all is well. None: nothing is scaled. Two for longer than a "
             "handover: take one away.", "sum(aiautoscaler_leader)", "none", ((RED, None), (GREEN, 1), (RED, 2))),
        stat("Since the newest cycle", "How long ago a controller last began to look at everything. It should stay below a "
             "few cycles; when it grows, the loop hangs or its caches never came in.",
             "time() - max(aiautoscaler_last_cycle_timestamp_seconds)", "s", ((GREEN, None), (YELLOW, 60), (RED, 120))),
        stat("Autoscalers", "AIAutoscaler objects that the controller looks after, in all namespaces.",
             "count(max by (namespace, autoscaler) (aiautoscaler_condition{type=\"Ready\"})) or vector(0)", "none",
             ((BLUE, None),)),
        stat("Not Ready", "Objects whose condition Ready is not True: in conflict, invalid, forbidden, without a target or "
             "without data. The table below names them and the reason.", count("Ready", '!="True"'), "none", trouble),
        stat("Data not whole", "Objects with demand or backlog that is missing, stale or partial. Their replicas may be raised, "
             "never lowered.", count("MetricsHealthy", '="False"'), "none", trouble),
        stat("At maxReplicas", "Objects that need more replicas than they may have. If their queue grows, users wait.",
             count("ScalingLimited", '="True"', ',reason="MaxReplicas"'), "none", trouble),
    ]


def fan():
    labels = f"{DEMAND},quantile"
    return [
        graph("Demand, and what had been forecast for it",
              "Blue is what came. The band is what the forecast said about this very moment one lead time earlier, when a replica "
              "had to be started to be ready now: its median and the quantile that is planned for. Blue above the band means "
              "that replicas came too late.", 12,
              [query(own("demand"), "now"), query(f'max(aiautoscaler_forecast_then{{{labels}="0.5"}})', "expected"),
               query(f'max(aiautoscaler_forecast_then{{{labels}!="0.5"}})', "planned for")],
              height=9, overrides=[NOW, MEDIAN, UPPER], min=0),
        graph("Demand, and what is expected one lead time ahead",
              "What the controller believes now about the moment at which a replica started now would be Ready. Where the "
              "band leaves blue behind, replicas are started ahead of demand.", 12,
              [query(own("demand"), "now"), query(f'max(aiautoscaler_forecast{{{labels}="0.5"}})', "expected"),
               query(f'max(aiautoscaler_forecast{{{labels}!="0.5"}})', "planned for")],
              height=9, overrides=[NOW, MEDIAN, UPPER], min=0),
    ]


def replicas_and_queue():
    return [
        graph("Replicas", "Desired is what should exist, current what is asked for (spec.replicas), ready what serves. Desired apart "
              "from current: the mode is not Auto, or something holds it (see the conditions). Ready below current for long: "
              "pods do not start.", 12,
              [query(own("desired_replicas", OBJECT), "desired"), query(own("current_replicas", OBJECT), "current"),
               query(own("ready_replicas", OBJECT), "ready"), query(own("min_replicas", OBJECT), "min"),
               query(own("max_replicas", OBJECT), "max")], "none",
              overrides=[style("desired", color="orange", **STEP), style("current", color=BLUE, **STEP),
                         style("ready", color=GREEN, **STEP, **{"custom.lineWidth": 2}),
                         style("min", color=GREY, **STEP, **BAND), style("max", color=GREY, **STEP, **BAND)], min=0),
        graph("Queue", "Requests waiting; what had been expected one lead time ago for now; and what is expected one lead time "
              "ahead if nothing is changed. Empty without a backlog query.", 12,
              [query(own("queue"), "now"), query(own("queue_expected_then"), "had been expected"),
               query(own("queue_expected"), "expected ahead")],
              overrides=[NOW, style("had been expected", color="orange", **BAND),
                         style("expected ahead", color=RED, **BAND)], min=0),
    ]


def trust():
    rate = "sum(rate(aiautoscaler_forecast_{}_total{{" + DEMAND + "}}[1h]))"
    return [
        graph("Coverage", "The share of cycles in the last hour in which demand stayed within what was planned for, beside the "
              "quantile that promises it. Far below it: the forecast is too low. Always 1: it may be too high.", 6,
              [query(f"{rate.format('covered')} / {rate.format('judged')}", "covered"),
               query(own("planning_quantile", OBJECT), "promised")], "percentunit",
              overrides=[style("covered", color=BLUE), style("promised", color="orange", **BAND)], max=1),
        graph("Skill", "How much smaller the forecast's loss is than that of simply taking the last value. Above 0: forecasting "
              "helps. About 0: the last value serves, which is no fault.", 6,
              [query(own("skill"), "skill")], "percentunit", overrides=[style("skill", color=BLUE)]),
        graph("Lead time", "How far ahead the forecast looks: from a pod's creation to Ready (P90) plus the age of the data. When "
              "it grows, replicas are started earlier; look at images, nodes and weights.", 6,
              [query(own("lead_seconds"), "lead time"), query(own("data_age_seconds"), "age of the data")], "s",
              overrides=[style("lead time", color=BLUE), style("age of the data", color="orange")], min=0),
        timeline("Trust in the data", "Whether the demand's data is whole. Partial: some pods or series are missing. Stale: the "
                 "newest sample is too old. Anything but whole may raise replicas, never lower them.", 6,
                 [query(own("data_trust", how="min"), "data")],
                 {3: ("whole", GREEN), 2: ("partial", YELLOW), 1: ("stale", "orange"), 0: ("missing", RED)}),
    ]


def says():
    return [
        conditions("Conditions", "The conditions of the object's status, as kubectl describe shows them: what it cannot do, and "
                   "the reason in one word. The runbook has a line for each.", "condition", OBJECT),
        graph("Decisions", "Decisions a minute by action: one a cycle. ScaleIn and ScaleOut that alternate mean flapping; a longer "
              "scaleDown stabilisation helps.", 12,
              [query(f"60 * max by (action) (rate(aiautoscaler_decisions_total{{{OBJECT}}}[$__rate_interval]))", "{{action}}")],
              "opm", min=0),
    ]


def pool():
    def of(metric):
        return own(f"pool_{metric}", POOL)

    return [
        graph("Nodes", "Planned is what should be, whatever the mode; there, nodes that exist or are asked for; ready, those that "
              "have their GPUs and take pods. Ready below there for longer than the lead time: nodes do not come. Planned "
              "above there for long: they are not asked for, and the conditions say why.", 12,
              [query(of("planned_nodes"), "planned"), query(of("nodes"), "there"), query(of("ready_nodes"), "ready"),
               query(of("min_nodes"), "min"), query(of("max_nodes"), "max")], "none",
              overrides=[style("planned", color="orange", **STEP), style("there", color=BLUE, **STEP),
                         style("ready", color=GREEN, **STEP, **{"custom.lineWidth": 2}),
                         style("min", color=GREY, **STEP, **BAND), style("max", color=GREY, **STEP, **BAND)], min=0),
        graph("GPUs, and room that is kept", "GPUs of the Ready nodes, and how many of them pods hold; beside them the replicas "
              "that buffers keep room for. Used near total: the next replica waits for a node.", 12,
              [query(of("gpus"), "total"), query(of("used_gpus"), "used"), query(of("buffered_replicas"), "buffered replicas")],
              "none", overrides=[style("total", color=GREY, **STEP, **BAND),
                                 style("used", color=BLUE, **STEP, **{"custom.lineWidth": 2}),
                                 style("buffered replicas", color="orange", **STEP)], min=0),
        graph("Node lead time", "From asking for a node to its being Ready with its GPUs (P90): so long before their replicas "
              "nodes are asked for. When it grows, look at capacity and the device plugin. A node that takes twice as long is "
              "stuck.", 6,
              [query(of("lead_seconds"), "lead time")], "s", overrides=[style("lead time", color=BLUE)], min=0),
        graph("Cost an hour", "Nodes times spec.nodes.pricePerHour, in whatever currency that is: of the nodes that are there, and "
              "if there were as many as planned. Empty without a price.", 6,
              [query(f"{of('nodes')} * {of('node_price_per_hour')}", "now"),
               query(f"{of('planned_nodes')} * {of('node_price_per_hour')}", "as planned")],
              overrides=[NOW, style("as planned", color="orange", **BAND)], min=0),
        conditions("Conditions of the pool", "The conditions of the pool's status, as kubectl describe shows them: whether its "
                   "nodes are found, arrive and may be asked for, and the reason in one word.", "pool_condition", POOL),
    ]


def controller():
    each = "by (job, instance)"
    sum_of, count_of = (f"sum {{}} (rate(aiautoscaler_{{}}_seconds_{end}[$__rate_interval]))" for end in ("sum", "count"))
    return [
        graph("Cycle: duration against period", "How long a pass over all objects takes on average, beside the time there is for it. "
              "A cycle that takes longer than its period makes every decision late.", 8,
              [query(f"{sum_of.format(each, 'cycle')} / {count_of.format(each, 'cycle')}", "{{instance}}"),
               query("max(aiautoscaler_cycle_period_seconds)", "period")], "s", overrides=[style("period", color=GREY, **BAND)],
              min=0),
        graph("Cycle: where the time goes", "Seconds a cycle spends in each step, on average. Observe waits for Prometheus, act and "
              "report for the API server; forecast and plan are the controller's own.", 8,
              [query(f"{sum_of.format('by (step)', 'step')} / {count_of.format('by (step)', 'step')}", "{{step}}")], "s", min=0),
        graph("Errors by step and kind", "What did not work, a second. unavailable, timeout, throttled: the server's; unauthorized, "
              "forbidden: credentials and RBAC; invalid: one object's own mistake.", 8,
              [query("sum by (step, kind) (rate(aiautoscaler_errors_total[$__rate_interval]))", "{{step}}: {{kind}}")], "cps",
              min=0),
        timeline("Who leads", "Which controller holds the Lease. A gap is a time without a leader.", 12,
                 [query("max by (instance) (aiautoscaler_leader)", "{{instance}}")],
                 {1: ("leads", GREEN), 0: ("follows", GREY)}, height=6),
        table("Versions", "Which version runs where. Two for longer than a roll-out: one replica did not follow.", 12, 6,
              [query("max by (instance, version) (aiautoscaler_build_info)", instant=True, table=True)],
              [{"id": "organize", "options": {"excludeByName": {"Time": True, "Value": True}, "indexByName": {},
                                              "renameByName": {}}}]),
    ]


def everything():
    by = "max by (namespace, autoscaler)"
    queries = [query(f'max by (namespace, autoscaler, status, reason) (aiautoscaler_condition{{type="Ready"}})',
                     instant=True, table=True),
               *(query(f"{by} (aiautoscaler_{name})", instant=True, table=True)
                 for name in ("current_replicas", "ready_replicas", "desired_replicas", "max_replicas", "queue", "skill"))]
    names = ("current", "ready", "desired", "max", "queue", "skill")
    columns = {f"Value #{chr(ord('B') + index)}": name for index, name in enumerate(names)}
    tidy = [{"id": "merge", "options": {}},
            {"id": "organize", "options": {
                "excludeByName": {"Time": True, "Value #A": True, "Value": True, "status": True}, "renameByName": columns,
                "indexByName": {"namespace": 0, "autoscaler": 1, "reason": 2}}}]
    link = {"matcher": {"id": "byName", "options": "autoscaler"}, "properties": [{"id": "links", "value": [{
        "title": "Show it", "url": "/d/${__dashboard.uid}?var-namespace=${__data.fields.namespace}"
                                   "&var-autoscaler=${__data.fields.autoscaler}&${datasource:queryparam}"}]}]}
    return [table("All autoscalers", "Every object with the reason of its condition Ready, its replicas, its queue and the skill of "
                  "its forecast (several demand entries: the largest). Click a name to see it above.", 24, 10, queries, tidy,
                  [link, style("skill", unit="percentunit")])]


# ---- the dashboard

def variable(name, label, source, refresh=2):
    return {"type": "query", "name": name, "label": label, "datasource": SOURCE, "refresh": refresh, "sort": 1, "hide": 0,
            "definition": source, "query": {"query": source, "refId": f"variable-{name}", "qryType": 1},
            "includeAll": False, "multi": False, "options": []}


def laid_out(rows):
    """Panels side by side while they fit into 24 columns, rows below each other, numbered."""
    panels, y = [], 0
    for made in rows:
        x = line_height = 0
        for one in made:
            if x + one["gridPos"]["w"] > 24:
                x, y, line_height = 0, y + line_height, 0
            one["gridPos"] |= {"x": x, "y": y}
            x, line_height = x + one["gridPos"]["w"], max(line_height, one["gridPos"]["h"])
            panels.append({"id": len(panels) + 1, **one})
        y += line_height
    return panels


def dashboard():
    condition = 'label_values(aiautoscaler_condition{type="Ready"%s}, %s)'
    variables = [
        {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1, "hide": 0,
         "includeAll": False, "multi": False, "options": [], "regex": ""},
        variable("namespace", "Namespace", condition % ("", "namespace")),
        variable("autoscaler", "AIAutoscaler", condition % (',namespace="$namespace"', "autoscaler")),
        variable("demand", "Demand", f"label_values(aiautoscaler_data_trust{{{OBJECT}}}, demand)"),
        variable("pool", "Node pool", "label_values(aiautoscaler_pool_nodes, pool)"),
    ]
    return {"title": "AIAutoscaler", "tags": ["aiautoscaler", "kubernetes"], "schemaVersion": 39, "version": 1,
            "editable": True, "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"}, "timezone": "",
            "description": "Demand against its forecast, replicas, queue, node pools, and the health of the controller.",
            "templating": {"list": variables}, "annotations": {"list": []}, "links": [],
            "panels": laid_out([at_a_glance(), [row("$namespace / $autoscaler")], fan(), replicas_and_queue(), trust(), says(),
                                [row("Node pools")], pool(), [row("The controller")], controller(),
                                [row("All autoscalers")], everything()])}


def text():
    return json.dumps(dashboard(), indent=1) + "\n"


def main():
    if "--check" in sys.argv[1:]:
        sys.exit(None if FILE.read_text() == text() else f"{FILE} is not what {__file__} writes: run it")
    FILE.write_text(text())


if __name__ == "__main__":
    main()
