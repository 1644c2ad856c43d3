"""What happened on a cluster, by the API server's own record, to the microsecond.

What: pod lives (created, bound, Ready, deleted) and writes of scale, read from audit.log. Why: a test's
watch or poll sees things late and may miss some; the audit log is written before the API server answers.
Times are Unix seconds at which the server had completed the request. Source: audit.k8s.io/v1 Event.
"""
import json
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass
class PodLife:
    name: str
    namespace: str
    labels: dict = field(default_factory=dict)
    created: float = None
    bound: float = None      # the scheduler placed it
    ready: float = None      # its first Ready
    deleting: float = None   # deletion was asked for
    deleted: float = None    # it was gone
    node: str = None


@dataclass(frozen=True)
class ScaleWrite:
    time: float
    namespace: str
    resource: str            # deployments.apps
    name: str
    replicas: int
    user: str
    agent: str
    code: int                # HTTP status; a refused write is a record too


class AuditLog:
    """Follows the file: each call reads only what is new, so that it may be asked in a loop."""

    def __init__(self, path):
        self.path = path
        self._offset, self._lives, self._writes = 0, {}, []

    def events(self):
        """All completed requests, oldest first, as the API server wrote them."""
        for line in self._lines(0):
            event = json.loads(line)
            if event["stage"] == "ResponseComplete":
                yield event

    def pods(self, namespace=None, app=None):
        """{uid: PodLife} as of now, of all pods ever created, restricted to a namespace or a label app=…"""
        self._follow()
        return {uid: replace(life) for uid, life in self._lives.items()
                if life.created and namespace in (None, life.namespace) and app in (None, life.labels.get("app"))}

    def scale_writes(self, namespace=None, name=None):
        """[ScaleWrite] of all writes to a /scale subresource, refused ones included."""
        self._follow()
        return [w for w in self._writes if namespace in (None, w.namespace) and name in (None, w.name)]

    def _follow(self):
        for line in self._lines(self._offset):
            self._offset += len(line)
            if b'"pods"' not in line and b'"scale"' not in line:
                continue
            event = json.loads(line)
            ref, written = event.get("objectRef", {}), event["verb"] not in ("get", "list", "watch")
            if event["stage"] != "ResponseComplete" or not written:
                continue
            if ref.get("subresource") == "scale":
                self._writes.append(_scale_write(event, ref))
            elif ref.get("resource") == "pods" and event["responseStatus"]["code"] < 300:
                _record(event, ref, self._lives)

    def _lines(self, offset):
        """Whole lines from an offset on; one that is being written is left for the next call."""
        if not self.path.exists():
            return
        with open(self.path, "rb") as log:
            log.seek(offset)
            for line in log:
                if not line.endswith(b"\n"):
                    return
                yield line


def completed(event):
    """When the server had carried out an event's request, in Unix seconds."""
    return datetime.fromisoformat(event["stageTimestamp"].replace("Z", "+00:00")).timestamp()


def _scale_write(event, ref):
    code = event["responseStatus"]["code"]
    body = event.get("responseObject" if code < 300 else "requestObject") or {}
    resource = ".".join(filter(None, (ref["resource"], ref.get("apiGroup"))))
    return ScaleWrite(completed(event), ref.get("namespace"), resource, ref["name"],
                      body.get("spec", {}).get("replicas", 0), event["user"]["username"],
                      event.get("userAgent", ""), code)


def _record(event, ref, lives):
    """Enters one write on a pod, found by its uid: a fast scheduler's binding may be on record before the
    creation it answers, and a StatefulSet's pods come back under their names."""
    verb, subresource, time = event["verb"], ref.get("subresource"), completed(event)
    asked, answered = event.get("requestObject") or {}, event.get("responseObject") or {}
    meta = (asked if subresource == "binding" else answered).get("metadata", {})
    uid = meta.get("uid") or answered.get("details", {}).get("uid")
    life = lives.setdefault(uid, PodLife(ref.get("name"), ref.get("namespace")))
    if verb == "create" and not subresource:
        life.name, life.labels, life.created = meta["name"], meta.get("labels", {}), time
    elif verb == "create" and subresource == "binding":
        life.bound, life.node = time, asked["target"]["name"]
    elif verb == "delete" and not subresource:
        life.deleting, life.deleted = life.deleting or time, time
    elif subresource == "status" and not life.ready and any(
            condition["type"] == "Ready" and condition["status"] == "True"
            for condition in answered.get("status", {}).get("conditions", ())):
        life.ready = time
