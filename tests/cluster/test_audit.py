"""The reading of an audit log: lives of pods and nodes, writes of pools and buffers, from lines as an API server writes
them. No cluster is needed; test_karpenter.py meets real ones."""
import json, tempfile, unittest
from pathlib import Path

from audit import AuditLog
from timeline import Timeline

MINUTE = 1795852800.0  # 2026-11-28T08:00:00Z


def stamp(second):
    return f"2026-11-28T08:00:{second:09.6f}Z"


def event(verb, resource, name, second, asked=None, answered=None, code=200, subresource=None, group=None, namespace=None):
    return {"stage": "ResponseComplete", "verb": verb, "stageTimestamp": stamp(second), "user": {"username": "someone"},
            "userAgent": "test", "responseStatus": {"code": code}, "requestObject": asked, "responseObject": answered,
            "objectRef": {"resource": resource, "name": name, "apiGroup": group, "namespace": namespace,
                          "subresource": subresource}}


def node(ready=False, gpus=None, taints=(), labels=None, **meta):
    return {"metadata": {"name": "n", "uid": "u", "labels": labels or {"pool": "gpu"}} | meta,
            "spec": {"taints": [{"key": key} for key in taints]},
            "status": {"allocatable": {"cpu": "8", **({"nvidia.com/gpu": gpus} if gpus else {})},
                       "conditions": [{"type": "Ready", "status": "True" if ready else "False"}]}}


def pod(name, **meta):
    return {"metadata": {"name": name, "uid": f"uid-{name}", "labels": {"app": "chat"}, **meta}}


class AuditTest(unittest.TestCase):
    def log(self, *events):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "audit.log"
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return AuditLog(path)

    def life(self, *events, resource="nodes"):
        """The only life on record, its times as seconds of the minute."""
        life, = self.log(*events).lives(resource).values()
        for key, value in vars(life).items():
            if isinstance(value, float):
                setattr(life, key, round(value - MINUTE, 3))
        return life

    def test_a_node_is_ready_before_its_gpus_are_there(self):
        life = self.life(event("create", "nodes", "n", 1, answered=node(), code=201),
                         event("patch", "nodes", "n", 2, answered=node(ready=True), subresource="status"),
                         event("patch", "nodes", "n", 3, answered=node(ready=True, gpus="0"), subresource="status"),
                         event("patch", "nodes", "n", 4, answered=node(ready=True, gpus="8"), subresource="status"),
                         event("patch", "nodes", "n", 5, answered=node(labels={"pool": "other"})))
        self.assertEqual((life.name, life.created, life.ready, life.gpu), ("n", 1, 2, 4))
        self.assertEqual((life.labels, life.deleting), ({"pool": "other"}, None))

    def test_a_node_that_is_not_registered_is_not_ready(self):
        tainted = node(ready=True, gpus="8", taints=["karpenter.sh/unregistered"])
        life = self.life(event("create", "nodes", "n", 1, answered=tainted, code=201),
                         event("patch", "nodes", "n", 3, answered=node(ready=True, gpus="8", taints=["nvidia.com/gpu"])))
        self.assertEqual((life.gpu, life.ready), (1, 3))

    def test_a_node_without_finalizers_goes_at_once(self):
        life = self.life(event("create", "nodes", "n", 1, answered=node(ready=True, gpus="8"), code=201),
                         event("delete", "nodes", "n", 7, answered={"kind": "Status", "details": {"uid": "u"}}))
        self.assertEqual((life.created, life.ready, life.gpu, life.deleting, life.deleted), (1, 1, 1, 7, 7))

    def test_finalizers_hold_it_until_the_last_is_gone(self):
        going = {"deletionTimestamp": stamp(5)}
        life = self.life(event("create", "nodeclaims", "n", 1, answered=node(finalizers=["a", "b"]), code=201),
                         event("delete", "nodeclaims", "n", 5, answered=node(finalizers=["a", "b"], **going)),
                         event("delete", "nodeclaims", "n", 6, answered=node(finalizers=["a", "b"], **going)),
                         event("patch", "nodeclaims", "n", 7, answered=node(finalizers=["b"], **going)),
                         event("update", "nodeclaims", "n", 9, answered=node(**going)), resource="nodeclaims")
        self.assertEqual((life.created, life.deleting, life.deleted), (1, 5, 9))

    def test_what_server_side_apply_made_was_created(self):
        life = self.life(event("patch", "machines", "n", 1, answered=node(), code=201),
                         event("patch", "machines", "n", 2, answered=node()), resource="machines")
        self.assertEqual(life.created, 1)

    def test_refused_writes_change_no_life(self):
        life = self.life(event("create", "nodes", "n", 1, answered=node(), code=201),
                         event("create", "nodes", "n", 2, answered={"kind": "Status"}, code=409),
                         event("delete", "nodes", "n", 3, answered={"kind": "Status"}, code=403))
        self.assertEqual((life.created, life.deleting, life.deleted), (1, None, None))

    def test_an_evicted_pod_is_found_by_its_name(self):
        log = self.log(event("create", "pods", None, 1, answered=pod("a"), code=201),
                       event("create", "pods", "a", 2, asked={"metadata": {"name": "a"}}, answered={"kind": "Status"},
                             code=201, subresource="eviction"))
        life, = log.pods(app="chat").values()
        self.assertEqual((life.deleting, life.deleted), (MINUTE + 2, MINUTE + 2))

    def test_nodes_are_told_apart_by_labels(self):
        other = node(name="m", uid="v", labels={"pool": "cpu"})
        log = self.log(event("create", "nodes", "n", 1, answered=node(), code=201),
                       event("create", "nodes", "m", 2, answered=other, code=201))
        self.assertEqual([life.name for life in log.nodes(pool="cpu").values()], ["m"])
        self.assertEqual([life.name for life in log.nodes().values()], ["n", "m"])

    def test_writes_of_pools_and_buffers_are_kept_with_their_object(self):
        buffer = {"metadata": {"name": "b"}, "spec": {"replicas": 3}}
        scale = {"spec": {"replicas": 2}}
        log = self.log(
            event("create", "capacitybuffers", None, 1, answered=buffer, code=201, group="autoscaling.x-k8s.io", namespace="x"),
            event("patch", "capacitybuffers", "b", 2, answered=buffer, subresource="status", namespace="x"),
            event("patch", "capacitybuffers", "b", 3, asked={"spec": {"replicas": 9}}, answered={}, code=403, namespace="x"),
            event("delete", "capacitybuffers", "b", 4, answered={"kind": "Status"}, namespace="x"),
            event("patch", "nodepools", "gpu", 5, answered=scale, subresource="scale", group="karpenter.sh"),
            event("patch", "deployments", "chat", 6, answered=scale, subresource="scale", group="apps", namespace="x"))
        writes = log.writes("capacitybuffers", name="b")
        self.assertEqual([(w.verb, w.code, w.replicas) for w in writes],
                         [("create", 201, 3), ("patch", 403, 9), ("delete", 200, 0)])
        self.assertEqual((writes[0].user, writes[0].resource), ("someone", "capacitybuffers.autoscaling.x-k8s.io"))
        self.assertEqual([w.resource for w in log.scale_writes()], ["nodepools.karpenter.sh", "deployments.apps"])
        self.assertEqual([w.name for w in log.writes()], ["b", "b", "b", "gpu"])

    def test_node_hours_are_the_integral_of_nodes_existing(self):
        log = self.log(event("create", "nodes", "n", 10, answered=node(), code=201),
                       event("create", "nodes", "m", 20, answered=node(name="m", uid="v"), code=201),
                       event("delete", "nodes", "n", 40, answered={"details": {"uid": "u"}}))
        existing = Timeline.of(log.nodes().values())
        self.assertEqual([existing.at(MINUTE + second) for second in (5, 10, 25, 40, 50)], [0, 1, 2, 1, 1])
        self.assertEqual(existing.seconds(MINUTE, MINUTE + 50), 30 + 30)


if __name__ == "__main__":
    unittest.main()
