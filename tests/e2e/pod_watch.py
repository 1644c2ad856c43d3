"""Which pods are Ready right now: a watch on one namespace, in a thread of its own.

What: PodWatch.ready(app) → names, at most some milliseconds old. Why: the stand-in may only serve with replicas
that the cluster holds Ready; a poll would be late. Source: the Kubernetes API conventions on watches.
"""
import http.client, json, threading

from api import ApiError
from pods import is_ready


class PodWatch:
    def __init__(self, api, namespace="default"):
        self.api, self.path = api, f"/api/v1/namespaces/{namespace}/pods"
        self.pods, self.lock, self._ended = {}, threading.Lock(), threading.Event()
        self._connection, self._thread = None, threading.Thread(target=self._follow, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        if self._connection and self._connection.sock:
            self._connection.sock.close()

    def ready(self, app):
        with self.lock:
            return [name for name, (label, is_ready) in self.pods.items() if is_ready and label == app]

    def count(self, app):
        """(Ready, all) pods of an app."""
        with self.lock:
            states = [is_ready for label, is_ready in self.pods.values() if label == app]
        return sum(states), len(states)

    def _follow(self):
        while not self._ended.is_set():
            try:
                listed = self.api.get(self.path)
                with self.lock:
                    self.pods = {pod["metadata"]["name"]: _state(pod) for pod in listed["items"]}
                self._watch(listed["metadata"]["resourceVersion"])
            except (OSError, http.client.HTTPException, ApiError, ValueError, AttributeError):
                self._ended.wait(.2)  # the server went away or the socket was closed: list again

    def _watch(self, version):
        self._connection = http.client.HTTPSConnection("127.0.0.1", self.api.port, context=self.api.tls, timeout=600)
        self._connection.request("GET", f"{self.path}?watch=1&resourceVersion={version}")
        for line in self._connection.getresponse():
            event = json.loads(line)
            if event["type"] == "ERROR":
                return
            with self.lock:
                name = event["object"]["metadata"]["name"]
                if event["type"] == "DELETED":
                    self.pods.pop(name, None)
                else:
                    self.pods[name] = _state(event["object"])


def _state(pod):
    """(its label app, whether it is Ready and stays)."""
    stays = "deletionTimestamp" not in pod["metadata"]
    return pod["metadata"].get("labels", {}).get("app"), stays and is_ready(pod)
