"""What happened on a cluster, by the API server's own record, to the microsecond.

What: the lives of pods, nodes, NodeClaims and Machines, and the writes of scale, of pools and of capacity buffers, read
from audit.log. Why: a test's watch or poll sees things late and may miss some; the audit log is written before the API
server answers. Times are Unix seconds at which the server had completed the request. Source: audit.k8s.io/v1 Event.
"""
import json, re
from dataclasses import dataclass, replace
from datetime import datetime

import lives

WRITTEN = ("capacitybuffers", "podtemplates", "nodepools", "machinedeployments")  # kept as Writes; /scale of anything is
RELEVANT = re.compile(rb'"resource": ?"(%s)"|"subresource": ?"scale"' % "|".join([*lives.KINDS, *WRITTEN]).encode())


@dataclass(frozen=True)
class Write:
    time: float
    verb: str                # create, update, patch, delete
    namespace: str
    resource: str            # deployments.apps
    subresource: str         # scale, or nothing
    name: str
    user: str
    agent: str
    code: int                # HTTP status; a refused write is a record too
    body: dict               # the object as it was after the write; of a refused one what was asked for

    @property
    def spec(self):
        return self.body.get("spec", {})

    @property
    def replicas(self):
        return self.spec.get("replicas", 0)


class AuditLog:
    """Follows the file: each call reads only what is new, so that it may be asked in a loop."""

    def __init__(self, path):
        self.path = path
        self._offset, self._writes = 0, []
        self._lives = {resource: {} for resource in lives.KINDS}

    def events(self):
        """All completed requests, oldest first, as the API server wrote them."""
        for line in self._lines(0):
            event = json.loads(line)
            if event["stage"] == "ResponseComplete":
                yield event

    def pods(self, namespace=None, app=None):
        """{uid: PodLife} as of now, of all pods ever created, restricted to a namespace or a label app=…"""
        return {uid: life for uid, life in self.lives("pods").items()
                if namespace in (None, life.namespace) and app in (None, life.labels.get("app"))}

    def nodes(self, **labels):
        """{uid: NodeLife} of all nodes ever created, with these labels as last written: nodes(pool="gpu")."""
        return self.lives("nodes", **labels)

    def lives(self, resource, **labels):
        """The same of pods, nodes, nodeclaims or machines, in the order of their first record."""
        self._follow()
        return {uid: replace(life) for uid, life in self._lives[resource].items()
                if life.created and labels.items() <= life.labels.items()}

    def writes(self, resource=None, namespace=None, name=None):
        """[Write] to capacitybuffers, podtemplates, nodepools, machinedeployments (all four unless one is named) and to
        their /scale, refused ones included; not those of status."""
        self._follow()
        return [w for w in self._writes if w.resource.partition(".")[0] in (WRITTEN if resource is None else (resource,))
                and namespace in (None, w.namespace) and name in (None, w.name)]

    def scale_writes(self, namespace=None, name=None):
        """[Write] of all writes to a /scale subresource, refused ones included."""
        self._follow()
        return [w for w in self._writes
                if w.subresource == "scale" and namespace in (None, w.namespace) and name in (None, w.name)]

    def _follow(self):
        for line in self._lines(self._offset):
            self._offset += len(line)
            if not RELEVANT.search(line):
                continue
            event = json.loads(line)
            ref, written = event.get("objectRef", {}), event["verb"] not in ("get", "list", "watch")
            if event["stage"] != "ResponseComplete" or not written:
                continue
            resource, subresource = ref.get("resource"), ref.get("subresource")
            if subresource == "scale" or resource in WRITTEN and not subresource:
                self._writes.append(_write(event, ref))
            elif resource in lives.KINDS and event["responseStatus"]["code"] < 300:
                lives.enter(resource, ref, event, completed(event), self._lives[resource])

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


def _write(event, ref):
    code = event["responseStatus"]["code"]
    body = event.get("responseObject" if code < 300 else "requestObject") or {}
    resource = ".".join(filter(None, (ref["resource"], ref.get("apiGroup"))))
    return Write(completed(event), event["verb"], ref.get("namespace"), resource, ref.get("subresource"),
                 ref.get("name") or body.get("metadata", {}).get("name"), event["user"]["username"],
                 event.get("userAgent", ""), code, body)
