"""One object's misfortune is its own: a query that takes 30 s, an exporter that stands still, a poison object, a Deployment
that is deleted, queries that make no sense. The others' steps are timed and must be as quick as on a calm day."""
import unittest

from scene import Scene
from fault import Expect, Fault
from api import ApiError
from nodes import gpu_deployment
from query_proxy import SlowAnswer
from stage import DEPLOYMENTS, STEADY_REPLICAS

import gateways, objects

CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/aiautoscalers.aiautoscaler.io"
AUTOSCALERS = f"{objects.API}/aiautoscalers"
ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
POISON = {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AIAutoscaler",
          "metadata": {"name": "poison", "namespace": "default"},
          "spec": {"scaleTargetRef": 7, "minReplicas": "many", "maxReplicas": -1, "demand": {"metric": ["?"]}}}
SLOW_S = 30

# name: (query, words of its message)
SENSELESS = {
    "syntax": ("sum(gateway_requests", "parse error"),
    "nan": (gateways.query("moving") + " * NaN", "NaN"),
    "infinite": (gateways.query("moving") + " / 0", "infinite"),
    "several": ('gateway_requests{app="moving"}', "2 series"),
    "text": ('"twelve"', "text where a number"),
}


def victim(kind, reason, words="", status="False"):
    return (Expect("victim", kind, status, reason, words),)


def schema(crd):
    return crd["spec"]["versions"][0]["schema"]


def with_poison(stage):
    """Stored while the schema let anything through; the schema is then as strict as before."""
    api = stage.cluster.api
    crd = api.get(CRD)
    strict, schema(crd)["openAPIV3Schema"] = schema(crd)["openAPIV3Schema"], {
        "type": "object", "properties": {"spec": ANYTHING, "status": ANYTHING}}
    api.request("PUT", CRD, crd)
    try:
        stage.wait(lambda: stored(api), "the poison is stored")
        stage.wait(lambda: stage.conditions("poison").get("Ready", {}).get("reason") == "InvalidSpec", "the poison is named")
    finally:
        crd = api.get(CRD)
        schema(crd)["openAPIV3Schema"] = strict
        api.request("PUT", CRD, crd)


def stored(api):
    try:
        return api.request("POST", AUTOSCALERS, POISON)
    except ApiError as error:
        if error.code in (400, 422):  # the strict schema still serves
            return None
        raise


def without_poison(stage):
    stage.cluster.api.request("DELETE", f"{AUTOSCALERS}/poison")


def delete_deployment(stage):
    stage.cluster.api.request("DELETE", f"{DEPLOYMENTS}/victim")


def create_deployment(stage):
    stage.cluster.api.request("POST", DEPLOYMENTS, gpu_deployment("victim", STEADY_REPLICAS))


def ask_nonsense(stage):
    """A Deployment and an AIAutoscaler for each kind of it."""
    for name, (query, _) in SENSELESS.items():
        stage.cluster.apply(gpu_deployment(name, STEADY_REPLICAS), stage.autoscaler(name, query=query))


def forget_nonsense(stage):
    for name in SENSELESS:
        stage.cluster.api.request("DELETE", f"{AUTOSCALERS}/{name}")
        stage.cluster.api.request("DELETE", f"{DEPLOYMENTS}/{name}")


def nobody_scaled(stage):
    return [f"{write.name} was scaled to {write.replicas}" for name in SENSELESS for write in stage.writes(name)]


def slow(stage):
    stage.query_proxy.inject(SlowAnswer(SLOW_S), r'app="victim"')


def own(name, inject, heal, expect, **options):
    return Fault(name, inject, heal, expect=expect, writes=True, local=True, **options)


FAULTS = [
    own("none", lambda stage: None, lambda stage: None, ()),
    own(f"a query that takes {SLOW_S} s", slow, lambda stage: stage.query_proxy.heal(),
        victim("MetricsHealthy", "MetricsMissing", "timed out"), ci_s=8, soak_s=180),
    own("an exporter stands still", lambda stage: stage.gateways.get_stuck(), lambda stage: stage.gateways.go_on(),
        victim("MetricsHealthy", "MetricsStale", "the newest sample is .* old"), ci_s=8, soak_s=280),
    own("a poison object", with_poison, without_poison, (Expect("poison", "Ready", "False", "InvalidSpec", "scaleTargetRef"),)),
    own("a Deployment deleted", delete_deployment, create_deployment, victim("TargetFound", "TargetNotFound", "victim")),
    own("senseless queries", ask_nonsense, forget_nonsense, also_at_end=nobody_scaled,
        expect=tuple(Expect(name, "MetricsHealthy", "False", "MetricsMissing", words) for name, (_, words) in SENSELESS.items())),
]


class ObjectsTest(Scene):
    name = "objects"

    def test_faults(self):
        self.play(*FAULTS)
        self.end_with_a_true_fall()


if __name__ == "__main__":
    unittest.main()
