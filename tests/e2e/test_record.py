"""The reading of an audit log: Ready timelines, lead times and scale-ins, from lines as an API server writes them."""
import json, sys, tempfile, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE)]

import record
from audit import AuditLog


def stamp(second):
    return f"2026-11-21T08:00:{second:09.6f}Z"


def pod(verb, name, second, subresource=None, is_ready=False):
    conditions = [{"type": "Ready", "status": "True" if is_ready else "False"}]
    return {"stage": "ResponseComplete", "verb": verb, "stageTimestamp": stamp(second), "user": {"username": "kwok"},
            "responseStatus": {"code": 201 if verb == "create" else 200},
            "objectRef": {"resource": "pods", "namespace": "default", "name": name, "subresource": subresource},
            "responseObject": {"metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}",
                                            "labels": {"app": "chat"}}, "status": {"conditions": conditions}}}


def scale(second, replicas, code=200):
    body = {"spec": {"replicas": replicas}}
    return {"stage": "ResponseComplete", "verb": "patch", "stageTimestamp": stamp(second),
            "user": {"username": "controller"}, "responseStatus": {"code": code},
            "objectRef": {"resource": "deployments", "apiGroup": "apps", "namespace": "default", "name": "chat",
                          "subresource": "scale"}, "responseObject": body, "requestObject": body}


class RecordTest(unittest.TestCase):
    def log(self, *events):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "audit.log"
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return AuditLog(path)

    def test_ready_from_the_first_ready_until_deletion(self):
        log = self.log(pod("create", "a", 1), pod("patch", "a", 2, "status"), pod("create", "b", 3),
                       pod("patch", "a", 4.25, "status", True), pod("patch", "a", 5, "status", True),
                       pod("patch", "b", 6.5, "status", True), pod("delete", "a", 8))
        chat = record.workload(log, "chat")
        minute = chat.existing.times[0] - 1
        self.assertEqual([chat.ready.at(minute + s) for s in (4.2, 4.3, 6.4, 6.6, 7.9, 8.1)], [0, 1, 1, 2, 2, 1])
        self.assertEqual([chat.existing.at(minute + s) for s in (.9, 1.1, 3.1, 8.1)], [0, 1, 2, 1])
        self.assertAlmostEqual(record.lead_s(chat.lives), 3.375, places=5)
        self.assertAlmostEqual(record.lead_s(chat.lives, since=minute + 2), 3.5, places=5)

    def test_a_pod_that_never_became_ready_served_nothing(self):
        chat = record.workload(self.log(pod("create", "a", 1), pod("delete", "a", 2)), "chat")
        self.assertEqual(chat.ready.counts, [])
        self.assertIsNone(record.lead_s(chat.lives))

    def test_a_lost_node_takes_ready_back(self):
        chat = record.workload(self.log(pod("create", "a", 1), pod("patch", "a", 2, "status", True),
                                        pod("update", "a", 3, "status", False), pod("patch", "a", 5, "status", True)),
                               "chat")
        minute = chat.existing.times[0] - 1
        self.assertEqual([chat.ready.at(minute + s) for s in (2.5, 3.5, 5.5)], [1, 0, 1])

    def test_scale_ins_are_writes_that_lowered_and_were_accepted(self):
        writes = self.log(scale(1, 5), scale(2, 7), scale(3, 4, code=409), scale(4, 6), scale(5, 6)).scale_writes()
        self.assertEqual([write.replicas for write in record.scale_ins(writes, 5)], [6])
        self.assertEqual([write.replicas for write in record.scale_ins(writes, 9)], [5, 6])


if __name__ == "__main__":
    unittest.main()
