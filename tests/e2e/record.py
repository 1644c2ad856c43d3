"""What a workload had at any moment, by the API server's own record.

What: Timelines, made from the lives of pods in the audit log: how many were Ready, how many existed; and the lead
times that pods really took. Why: figures must not depend on what a test happened to see.
Source: tests/cluster/audit.py.
"""
import statistics
from dataclasses import dataclass

from audit import completed
from timeline import Timeline


@dataclass
class Workload:
    lives: list              # of PodLife
    ready: Timeline          # pods that could serve
    existing: Timeline       # pods that were paid for, from creation to deletion


def workload(audit, app, namespace="default"):
    """Everything that the record says about the pods labelled app=…"""
    lives = audit.pods(namespace, app)
    ready, existing = [], []
    for uid, changes in _readiness(audit, lives).items():
        end = lives[uid].deleting or lives[uid].deleted
        existing += [(lives[uid].created, 1), *([(end, -1)] if end else [])]
        if end:  # a pod that is being deleted serves no more
            changes = [change for change in changes if change[0] < end] + [(end, False)]
        was = False
        for time, is_ready in changes:
            if is_ready != was:
                ready.append((time, 1 if is_ready else -1))
                was = is_ready
    return Workload(list(lives.values()), Timeline(ready), Timeline(existing))


def _readiness(audit, lives):
    """{uid: [(time, whether it was Ready then)]} from all writes of a pod's status: a node that is lost takes it back."""
    changes = {uid: [] for uid in lives}
    for event in audit.events():
        ref, body = event.get("objectRef", {}), event.get("responseObject")
        if ref.get("resource") == "pods" and ref.get("subresource") == "status" and event["responseStatus"]["code"] < 300:
            uid = body["metadata"]["uid"]
            if uid in changes:
                is_ready = any(condition["type"] == "Ready" and condition["status"] == "True"
                               for condition in body["status"].get("conditions", ()))
                changes[uid].append((completed(event), is_ready))
    return changes


def lead_s(lives, since=0.0):
    """The median time from creation to Ready of pods created since a moment."""
    taken = [life.ready - life.created for life in lives if life.ready and life.created >= since]
    return statistics.median(taken) if taken else None


def scale_ins(writes, initial):
    """Those writes of scale that lowered it. writes: in order; initial: replicas before the first."""
    lowered = []
    for write in writes:
        if write.code < 300:
            if write.replicas < initial:
                lowered.append(write)
            initial = write.replicas
    return lowered

