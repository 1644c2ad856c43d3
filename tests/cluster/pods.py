"""What happens to pods that serve: they lose Ready.

What: lose_ready(api, pods). Why: a probe that fails under load and a node that is lost look alike to a controller: the
condition Ready turns False with a new transition time, while the pod stays. Source: Pod lifecycle in the Kubernetes docs.
"""
import time

from nodes import READY_DELAY

NEVER = "10h"  # a delay that no test outlasts: kwok leaves such a pod as it is


def ready(api, app, namespace="default"):
    """The pods labelled app=… that are Ready and stay, oldest first."""
    pods = api.get(f"/api/v1/namespaces/{namespace}/pods?labelSelector=app%3D{app}")["items"]
    return sorted((pod for pod in pods if "deletionTimestamp" not in pod["metadata"] and is_ready(pod)),
                  key=lambda pod: (pod["metadata"]["creationTimestamp"], pod["metadata"]["name"]))


def is_ready(pod):
    return any(condition["type"] == "Ready" and condition["status"] == "True"
               for condition in pod.get("status", {}).get("conditions", ()))


def lose_ready(api, pods, reason="ContainersNotReady"):
    """They are not Ready from now on, and kwok does not heal them."""
    for pod in pods:
        api.request("PATCH", _path(pod), {"metadata": {"annotations": {READY_DELAY: NEVER}}})
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for pod in pods:
        kept = [condition for condition in pod["status"]["conditions"] if condition["type"] not in ("Ready", "ContainersReady")]
        lost = [{"type": kind, "status": "False", "reason": reason, "lastTransitionTime": now} for kind in ("Ready", "ContainersReady")]
        containers = [{**container, "ready": False} for container in pod["status"].get("containerStatuses", ())]
        api.request("PATCH", f"{_path(pod)}/status", {"status": {"conditions": kept + lost, "containerStatuses": containers}})


def _path(pod):
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
