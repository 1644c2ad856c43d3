"""When the objects of a cluster came, were ready and went, each followed through the audit log by its uid.

What: Life of any object, PodLife and NodeLife with what matters of theirs, and `enter`, which puts one write on record.
Why: names return (a StatefulSet's pods do), and a fast scheduler's binding may be on record before the creation that it
answers. Source: audit.k8s.io/v1 Event; the API conventions on deletion and finalizers.
"""
from dataclasses import dataclass, field

from nodes import GPU, is_ready


@dataclass
class Life:
    name: str
    namespace: str = None
    labels: dict = field(default_factory=dict)
    created: float = None
    deleting: float = None   # deletion was asked for
    deleted: float = None    # it was gone, the last finalizer with it


@dataclass
class PodLife(Life):
    bound: float = None      # the scheduler placed it
    ready: float = None      # its first Ready
    node: str = None


@dataclass
class NodeLife(Life):
    ready: float = None      # pods could first land on it: Ready, and none of the taints of a start
    gpu: float = None        # GPUs were first allocatable


KINDS = {"pods": PodLife, "nodes": NodeLife, "nodeclaims": Life, "machines": Life}


def enter(resource, ref, event, time, lives):
    """One accepted write on a pod, node, NodeClaim or Machine."""
    asked, answered = event.get("requestObject") or {}, event.get("responseObject") or {}
    verb, subresource = event["verb"], ref.get("subresource")
    if subresource == "eviction":  # it names its pod, and has no uid
        life = next((life for life in reversed(lives.values()) if not life.deleting and
                     (life.name, life.namespace) == (ref["name"], ref.get("namespace"))), None)
        if life:
            life.deleting = life.deleted = time
        return
    meta = (asked if subresource == "binding" else answered).get("metadata", {})
    uid = meta.get("uid") or answered.get("details", {}).get("uid")
    if not uid:
        return
    life = lives.setdefault(uid, KINDS[resource](ref.get("name"), ref.get("namespace")))
    if subresource == "binding":
        life.bound, life.node = time, asked["target"]["name"]
        return
    created = verb == "create" or event["responseStatus"]["code"] == 201  # server-side apply creates by PATCH
    if created and not subresource:
        life.name, life.created = meta["name"], time
    if verb == "delete":
        life.deleting = life.deleting or time
    if "labels" in meta:
        life.labels = meta["labels"]
    if _gone(verb, resource, answered):
        life.deleted = time
    if resource == "pods" and not life.ready and _pod_is_ready(answered):
        life.ready = time
    if resource == "nodes" and "spec" in answered:  # else it is a deletion's answer
        if not life.ready and is_ready(answered):
            life.ready = time
        if not life.gpu and answered["status"].get("allocatable", {}).get(GPU, "0") != "0":
            life.gpu = time


def _gone(verb, resource, answered):
    """Whether this write was the one that ended it: a DELETE that nothing held up, or the last finalizer's removal."""
    meta = answered.get("metadata", {})
    if verb == "delete":  # a pod's is followed by its kubelet's, which counts: the later one
        return resource == "pods" or not meta.get("finalizers")
    return bool(meta.get("deletionTimestamp")) and not meta.get("finalizers") and resource != "pods"


def _pod_is_ready(answered):
    return any(condition["type"] == "Ready" and condition["status"] == "True"
               for condition in answered.get("status", {}).get("conditions", ()))
