"""The AIAutoscaler objects that tests apply.

What: one function that makes a manifest from keyword arguments. Why: a test should show what is particular about
its object and nothing else. Source: crds/.
"""
NO_FORECAST = "None"   # spec.forecast.model: the plain reactive rule
API = "/apis/aiautoscaler.io/v1alpha1/namespaces/default"
POOLS = "/apis/aiautoscaler.io/v1alpha1/acceleratorpools"


def autoscaler(name, query, per_replica, kind="Rate", target=None, backlog=None, mode="Auto", model="Auto",
               minimum=1, maximum=40, lead=None, forecast=None, scale_down=None):
    """target: {apiVersion, kind, name}, or nothing for the Deployment of the same name. lead: a duration;
    forecast and scale_down: more fields of spec.forecast and spec.behavior.scaleDown."""
    demand = {"name": "requests", "metric": {"query": query, "kind": kind},
              "capacity": {"perReplica": f"{per_replica:g}"}}
    if backlog:
        demand["backlog"] = {"query": backlog}
    spec = {"scaleTargetRef": target or {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": minimum, "maxReplicas": maximum, "mode": mode, "demand": [demand],
            "forecast": {"model": model, **(forecast or {})}}
    if lead:
        spec["leadTime"] = lead
    if scale_down:
        spec["behavior"] = {"scaleDown": scale_down}
    return {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AIAutoscaler",
            "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def conditions(api, name):
    """{type: condition} of an AIAutoscaler."""
    status = api.get(f"{API}/aiautoscalers/{name}").get("status", {})
    return {condition["type"]: condition for condition in status.get("conditions", ())}
