"""Tests of the CRDs on a real API server: what is accepted, what is refused, and that the refusal helps.

What: tables of specs applied with kubectl, the examples, the columns, kubectl explain. Why: CEL rules, defaults and
printer columns exist only in the API server. Every refusal must name the field and say what to write instead.
"""
import copy, json, re, unittest
from pathlib import Path

from cluster import Cluster, ClusterError

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AIAutoscaler",
    "metadata": {"name": "llama-70b", "namespace": "default"},
    "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "llama-70b"},
        "maxReplicas": 40,
        "demand": [{"name": "requests", "metric": {"query": "sum(rate(r[1m]))", "kind": "Rate"},
                    "capacity": {"perReplica": "12"}}]}}
POOL = {
    "apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AcceleratorPool", "metadata": {"name": "h100"},
    "spec": {
        "nodes": {"labels": {"pool": "h100"}, "gpu": {"resource": "nvidia.com/gpu", "perNode": 8}}, "maxNodes": 10,
        "sizing": {"mode": "CapacityBuffer"}, "namespaces": ["serving"]}}
SCALE = {"mode": "Scale", "scaleRef": {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "name": "h100"}}
ABSENT = object()
DEMAND = ("spec", "demand", 0)
LIKE_ENTRY = GOOD["spec"]["demand"][0]

# (where, what to put there), …
ACCEPTED = [
    [],
    [(("spec", "mode"), "Auto"), (("spec", "leadTime"), "7m10s"), (("spec", "minReplicas"), 40)],
    [(("spec", "leadTime"), "1s"), (("spec", "forecast"), {"seasons": ["1.5s"], "history": "10s", "quantile": "0.501"})],
    [(("spec", "forecast"), {"seasons": [], "history": "1h30m", "model": "None"})],
    [(("spec", "forecast"), {"seasons": ["744h"], "history": "8784h"})],
    [((*DEMAND, "backlog"), {"query": "b"}), ((*DEMAND, "metric", "kind"), "Concurrency")],
    [((*DEMAND, "metric", "decompose"), {"label": "client"}), ((*DEMAND, "metric", "kind"), "Concurrency")],
    [((*DEMAND, "metric", "kind"), "Utilization"), ((*DEMAND, "capacity", "perReplica"), "0.8")],
    [((*DEMAND, "metric", "query"), "a" * 4096), ((*DEMAND, "name"), "a" * 40)],
    [(("spec", "behavior"), {"scaleUp": {"tolerance": "0.05"}, "scaleDown": {"stabilizationWindowSeconds": 0}})],
    [(("spec", "demand"), [{**LIKE_ENTRY, "name": f"d{i}"} for i in range(8)])],
    [(("metadata", "name"), "a" * 200)],
    [(("spec", "nodePoolRefs"), [{"name": "h100"}])],
]

# where, what to put there, what the refusal must say
REFUSED = [
    (("spec", "minReplicas"), 41, "lower minReplicas or raise maxReplicas"),
    (("spec", "nodePoolRefs"), [{"name": "a"}, {"name": "b"}], "must have at most 1 item"),
    (("spec", "minReplicas"), 0, "should be greater than or equal to 1"),
    (("spec", "maxReplicas"), 1000000, "should be less than or equal to 100000"),
    (("spec", "maxReplicas"), ABSENT, "spec.maxReplicas: Required value"),
    (("spec", "maxReplicas"), "40", "must be of type integer"),
    (("spec", "mode"), "auto", 'supported values: "Recommend", "Auto", "Paused"'),
    (("spec", "scaleTargetRef", "name"), "", "spec.scaleTargetRef.name"),
    (("spec", "scaleTargetRef", "kind"), ABSENT, "spec.scaleTargetRef.kind: Required value"),
    (("spec", "scaleTargetRef", "apiVersion"), "apps/v1/../../..", "apiVersion must be a version, or a group and a version"),
    (("spec", "scaleTargetRef", "apiVersion"), "../", "apiVersion must be a version, or a group and a version"),
    (("spec", "scaleTargetRef", "apiVersion"), "apps/v1\n", "apiVersion must be a version, or a group and a version"),
    (("spec", "scaleTargetRef", "kind"), "Deployment/scale", "kind must be letters, digits or -"),
    (("spec", "scaleTargetRef", "name"), "..", "name must be the name of an object"),
    (("spec", "scaleTargetRef", "name"), "../../../tenant-b/deployments/web", "name must be the name of an object"),
    (("spec", "scaleTargetRef", "name"), "a%2fb", "name must be the name of an object"),
    (("spec", "scaleTargetRef", "name"), "web\nx", "name must be the name of an object"),
    (("spec", "demand"), [], "should have at least 1 items"),
    (("spec", "demand"), [{**LIKE_ENTRY, "name": f"d{i}"} for i in range(9)], "must have at most 8 items"),
    (("spec", "demand"), [LIKE_ENTRY, LIKE_ENTRY], "Duplicate value"),
    ((*DEMAND, "name"), "a.b", "no dots"),
    ((*DEMAND, "name"), "-a", "start and end with a letter or digit"),
    ((*DEMAND, "name"), "a" * 41, "may not be more than 40"),
    ((*DEMAND, "metric", "query"), "\n \t\n", "query is blank: write a PromQL query"),
    ((*DEMAND, "metric", "query"), "", "spec.demand[0].metric.query"),
    ((*DEMAND, "metric", "query"), "a" * 4097, "may not be more than 4096"),
    ((*DEMAND, "metric", "kind"), "Gauge", 'supported values: "Rate", "Concurrency", "Queue", "Utilization"'),
    ((*DEMAND, "backlog"), {"query": "\n"}, "or remove backlog"),
    ((*DEMAND, "metric", "decompose"), {"label": "by client"}, "letters, digits or _"),
    ((*DEMAND, "metric", "decompose"), {"label": "client", "heaviest": 9}, "should be less than or equal to 8"),
    ((*DEMAND, "metric", "decompose"), {"heaviest": 2}, "decompose.label"),
    ((*DEMAND, "capacity", "perReplica"), "0", "greater than 0"),
    ((*DEMAND, "capacity", "perReplica"), "-1", "greater than 0"),
    ((*DEMAND, "capacity", "perReplica"), "12m", 'e.g. "12" or "0.5"'),
    ((*DEMAND, "capacity", "perReplica"), 12, "must be of type string"),
    (("spec", "forecast"), {"model": "Off"}, '"None"'),
    (("spec", "forecast"), {"seasons": ["24h", "168h"]}, "must have at most 1 item"),
    (("spec", "forecast"), {"seasons": ["1d"]}, "a season must be a duration from 1s to 744h"),
    (("spec", "forecast"), {"seasons": ["500ms"]}, "a season must be a duration from 1s to 744h"),
    (("spec", "forecast"), {"history": "47h"}, "history must hold at least two seasons"),
    (("spec", "forecast"), {"history": "9s", "seasons": []}, "history must be a duration from 10s to 8784h"),
    (("spec", "forecast"), {"history": "999999h"}, "history must be a duration from 10s to 8784h"),
    (("spec", "forecast"), {"quantile": "0.5"}, "greater than 0.5 and less than 1"),
    (("spec", "forecast"), {"quantile": "95"}, "greater than 0.5 and less than 1"),
    (("spec", "forecast"), {"quantile": 0.95}, "must be of type string"),
    (("spec", "leadTime"), "soon", "leadTime must be Auto (measured), or a duration from 1s to 2h"),
    (("spec", "leadTime"), "3h", "leadTime must be Auto (measured), or a duration from 1s to 2h"),
    (("spec", "leadTime"), "0s", "leadTime must be Auto (measured), or a duration from 1s to 2h"),
    (("spec", "leadTime"), "-5m", "leadTime must be Auto (measured), or a duration from 1s to 2h"),
    (("spec", "behavior"), {"scaleDown": {"tolerance": "10%"}}, "tolerance must be a decimal number from 0 to 1"),
    (("spec", "behavior"), {"scaleDown": {"tolerance": "1.1"}}, "tolerance must be a decimal number from 0 to 1"),
    (("spec", "behavior"), {"scaleUp": {"stabilizationWindowSeconds": 3601}}, "less than or equal to 3600"),
    (("metadata", "name"), "a" * 201, "shorten the name"),
]


def changed(*changes):
    """GOOD with each (path, value) put in place; ABSENT removes."""
    manifest = copy.deepcopy(GOOD)
    for path, value in changes:
        place = manifest
        for key in path[:-1]:
            place = place[key]
        if value is ABSENT:
            del place[path[-1]]
        else:
            place[path[-1]] = value
    return manifest


class Crds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("crds").up(manifests=[ROOT / "crds"])
        cls.addClassCleanup(cls.cluster.down)

    def dry_run(self, manifest):
        """What the API server makes of it, defaults included; ClusterError with its refusal."""
        return json.loads(self.cluster.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-",
                                               stdin=json.dumps(manifest)))

    def test_accepts(self):
        for changes in ACCEPTED:
            with self.subTest(changes=str(changes)[:100]):
                self.dry_run(changed(*changes))

    def test_refuses_and_says_what_to_change(self):
        for path, value, message in REFUSED:
            with self.subTest(path=path, value=str(value)[:60]):
                with self.assertRaises(ClusterError) as refused:
                    self.dry_run(changed((path, value)))
                self.assertIn(message, str(refused.exception))
                self.assertNotIn("evaluat", str(refused.exception))  # a rule that failed to run helps nobody

    def test_refuses_what_only_goes_wrong_together(self):
        for kind in ("Queue", "Utilization"):
            with self.assertRaisesRegex(ClusterError, "backlog is only for metrics of kind Rate or Concurrency"):
                self.dry_run(changed(((*DEMAND, "metric", "kind"), kind), ((*DEMAND, "backlog"), {"query": "b"}),
                                     ((*DEMAND, "capacity", "perReplica"), "1")))
            with self.assertRaisesRegex(ClusterError, "decompose is only for metrics of kind Rate or Concurrency"):
                self.dry_run(changed(((*DEMAND, "metric", "kind"), kind), ((*DEMAND, "capacity", "perReplica"), "1"),
                                     ((*DEMAND, "metric", "decompose"), {"label": "client"})))
        with self.assertRaisesRegex(ClusterError, "decompose needs forecast.model Auto"):
            self.dry_run(changed((("spec", "forecast"), {"model": "None"}),
                                 ((*DEMAND, "metric", "decompose"), {"label": "client"})))
        with self.assertRaisesRegex(ClusterError, "target share of one replica"):
            self.dry_run(changed(((*DEMAND, "metric", "kind"), "Utilization")))

    def test_fills_in_defaults(self):
        spec = self.dry_run(GOOD)["spec"]
        self.assertEqual((spec["minReplicas"], spec["mode"], spec["leadTime"]), (1, "Recommend", "Auto"))
        self.assertEqual(spec["forecast"], {"model": "Auto", "seasons": ["24h"], "history": "336h", "quantile": "0.95"})
        self.assertEqual(self.dry_run(changed((("spec", "forecast"), {"seasons": []})))["spec"]["forecast"]["seasons"], [])

    def test_examples_apply(self):
        examples = sorted((ROOT / "manifests/examples").glob("*.yaml"))
        self.assertGreaterEqual(len(examples), 3)
        for namespace in ("serving", "batch"):
            self.cluster.api.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
        for example in examples:
            with self.subTest(example=example.name):
                self.cluster.kubectl("apply", "-f", example)

    def test_columns(self):
        forecast = {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "Forecast",
                    "metadata": {"name": "shown.requests", "namespace": "default"},
                    "spec": {"autoscaler": "shown", "demand": "requests", "scaleTargetRef": GOOD["spec"]["scaleTargetRef"]}}
        self.cluster.apply(changed((("metadata", "name"), "shown")), forecast)
        self.patch_status("aiautoscalers", "shown", {
            "currentReplicas": 10, "readyReplicas": 9, "desiredReplicas": 16,
            "leadTime": {"source": "Measured", "p90": "7m10s", "samples": []},
            "conditions": [{"type": "Ready", "status": "True", "reason": "ScaledOut", "message": "",
                            "lastTransitionTime": "2026-11-21T08:30:00Z"}]})
        self.patch_status("forecasts", "shown.requests", {
            "summary": {"now": "118", "ahead": "164", "upper": "187", "lead": "7m10s", "queue": "42", "skill": "+38%"},
            "replicas": 16, "gpus": 128, "model": "HoltWinters(1d)"})
        self.assertEqual(self.table("aia", "shown"), [
            ["NAME", "TARGET", "MODE", "MIN", "MAX", "REPLICAS", "READY", "DESIRED", "LEAD", "STATUS", "AGE"],
            ["shown", "llama-70b", "Recommend", "1", "40", "10", "9", "16", "7m10s", "ScaledOut"]])
        self.assertEqual(self.table("fc", "shown.requests"), [
            ["NAME", "TARGET", "NOW", "AHEAD", "UPPER", "LEAD", "QUEUE", "REPLICAS", "GPUS", "MODEL", "SKILL", "AGE"],
            ["shown.requests", "llama-70b", "118", "164", "187", "7m10s", "42", "16", "128", "HoltWinters(1d)", "+38%"]])

    def test_pools(self):
        """What is refused, and the columns."""
        self.cluster.apply({**POOL, "metadata": {"name": "sized"}, "spec": {**POOL["spec"], "sizing": SCALE, "minNodes": 2, "leadTime": "8m"}})
        refused = [({"minNodes": 1}, "minNodes is only for sizing.mode Scale"),
                   ({"minNodes": 11, "sizing": SCALE}, "lower minNodes or raise maxNodes"),
                   ({"sizing": {"mode": "Scale"}}, "add or remove scaleRef"),
                   ({"sizing": {**SCALE, "mode": "CapacityBuffer"}}, "add or remove scaleRef"),
                   ({"nodes": {**POOL["spec"]["nodes"], "gpu": {"resource": "gpu", "perNode": 8}}}, "e.g. nvidia.com/gpu"),
                   ({"nodes": {**POOL["spec"]["nodes"], "labels": {}}}, "spec.nodes.labels"),
                   ({"leadTime": "3h"}, "leadTime must be Auto"), ({"namespaces": []}, "spec.namespaces")]
        for change, says in refused:
            with self.subTest(change=change), self.assertRaisesRegex(ClusterError, re.escape(says)):
                self.cluster.apply({**POOL, "metadata": {"name": "bad"}, "spec": {**POOL["spec"], **change}})
        self.patch_status("acceleratorpools", "sized", {"sizeBefore": {"nodes": 1, "expires": "2026-11-21T08:30:00Z"}})
        held = {**POOL, "metadata": {"name": "sized"}}
        with self.assertRaisesRegex(ClusterError, "cannot be changed before the size in status.sizeBefore is put back"):
            self.cluster.apply(held)
        self.cluster.apply({**held, "spec": {**POOL["spec"], "sizing": SCALE, "maxNodes": 12}})  # anything else can
        self.cluster.apply({**POOL, "metadata": {"name": "shown"}})
        self.patch_status("acceleratorpools", "shown", {
            "nodes": 5, "readyNodes": 4, "plannedNodes": 6, "summary": {"gpus": "24/32"},
            "leadTime": {"source": "Measured", "p90": "6m", "samples": []},
            "conditions": [{"type": "Ready", "status": "True", "reason": "Active", "message": "",
                            "lastTransitionTime": "2026-11-21T08:30:00Z"}]})
        self.assertEqual(self.table("apool", "shown"), [
            ["NAME", "SIZING", "MIN", "MAX", "NODES", "READY", "PLANNED", "GPUS", "LEAD", "STATUS", "AGE"],
            ["shown", "CapacityBuffer", "0", "10", "5", "4", "6", "24/32", "6m", "Active"]])

    def test_explains_every_field(self):
        for plural in ("aiautoscalers", "forecasts", "acceleratorpools"):
            version = self.cluster.api.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}."
                                           "aiautoscaler.io")["spec"]["versions"][0]
            schema = version["schema"]["openAPIV3Schema"]["properties"]
            for part in ("spec", "status"):
                self.assertEqual(list(undescribed(schema[part], part)), [])
        self.assertIn("quantile", self.cluster.kubectl("explain", "aia.spec.forecast"))

    def patch_status(self, plural, name, status):
        self.cluster.kubectl("patch", plural, name, "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))

    def table(self, plural, name):
        """Header and row of `kubectl get`, the row without its age."""
        header, row = self.cluster.kubectl("get", plural, name).splitlines()
        return [header.split(), row.split()[:-1]]


def undescribed(schema, path):
    """Paths of fields without a description."""
    if "description" not in schema:
        yield path
    for name, child in schema.get("properties", {}).items():
        yield from undescribed(child, f"{path}.{name}")
    for name, child in schema.get("items", {}).get("properties", {}).items():
        yield from undescribed(child, f"{path}[].{name}")


if __name__ == "__main__":
    unittest.main()
