"""Tests of nodes that a real Karpenter brings: after their delay, ahead of pods, by number; and gives back when empty.

What: a dynamic pool, a CapacityBuffer, a static pool, with the traps that an autoscaler must know, on one cluster. Why:
plays of node plans trust these nodes, and a new Karpenter may change what we count on. Times are from the audit log.
"""
import unittest

from cluster import Cluster
from karpenter import Karpenter, install
from node_pools import capacity_buffer, node_class, node_pool, pod_template
from nodes import gpu_deployment

DELAY_S = 3
LATE_S = 3          # allowed over the delay; 0.1 s on idle cores
EMPTIED_S = 60      # until an empty node is gone: up to 10 s until it is looked at, 15 s until it is sure, 5 s of draining
BUFFERS = "/apis/autoscaling.x-k8s.io/v1beta1/namespaces/default/capacitybuffers"
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


class KarpenterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("karpenter").up()
        cls.addClassCleanup(cls.cluster.down)
        cls.karpenter = Karpenter(cls.cluster).up()
        cls.cluster.apply(node_class("slow", f"{DELAY_S}s"), node_pool("fixed", "slow", replicas=2))

    def test_a_pending_pod_brings_a_node_after_the_delay(self):
        self.cluster.apply(node_pool("dynamic", "slow", taints=[TAINT]), self.deployment("pending", 1, "dynamic"))
        pod, = self.pods("pending", 1, "ready")
        node, = self.nodes("dynamic", 1)
        claim, = self.cluster.audit.lives("nodeclaims", pool="dynamic").values()
        self.assertGreater(claim.created, pod.created)
        self.assertGreaterEqual(node.created - claim.created, DELAY_S)
        self.assertLess(node.ready - claim.created, DELAY_S + LATE_S)
        self.assertLess(node.ready, pod.bound)
        self.assertEqual((pod.node, node.gpu), (node.name, node.created))

    def test_a_buffer_brings_nodes_before_pods(self):
        deployment = self.deployment("ahead", 0, "buffered")
        self.cluster.apply(node_pool("buffered", "slow", taints=[TAINT]), deployment, pod_template("ahead", deployment),
                           capacity_buffer("ahead", 2, "ahead"))
        before = self.nodes("buffered", 2)
        self.cluster.kubectl("scale", "deployment/ahead", "--replicas=1")
        self.buffer("ahead", 0)
        pod, = self.pods("ahead", 1, "bound")
        self.assertLess(pod.bound - pod.created, 2)
        kept, = self.nodes("buffered", 1, EMPTIED_S)
        self.assertEqual(kept.name, pod.node)
        self.assertEqual({life.name for life in self.cluster.audit.nodes(pool="buffered").values()},
                         {life.name for life in before})  # the buffer was not filled again
        self.assertEqual([(w.verb, w.replicas) for w in self.cluster.audit.writes("capacitybuffers", name="ahead")],
                         [("patch", 2), ("patch", 0)])

    def test_a_buffer_of_a_template_without_requests_brings_nothing(self):
        self.nodes("fixed", 2)
        deployment = self.deployment("trap", 0, "fixed")
        self.cluster.apply(deployment, pod_template("trap", deployment, with_requests=False),
                           capacity_buffer("trap", 5, "trap"))
        def provisioning():
            status = self.cluster.api.get(f"{BUFFERS}/trap").get("status", {})
            return next((c for c in status.get("conditions", ()) if c["type"] == "Provisioning"), None)
        condition = self.cluster.wait_for(provisioning, "condition Provisioning")
        self.assertEqual((condition["status"], condition["reason"]), ("True", "FitsExistingCapacity"))  # 40 GPUs on 2 nodes
        self.assertEqual(len(self.nodes("fixed", 2)), 2)

    def test_a_static_pool_follows_its_scale_and_gives_up_empty_nodes_first(self):
        self.nodes("fixed", 2)
        self.cluster.apply(self.deployment("steady", 1, "fixed"))
        pod, = self.pods("steady", 1, "bound")
        self.cluster.kubectl("scale", "nodepool/fixed", "--replicas=3")
        new = max(self.nodes("fixed", 3), key=lambda node: node.created)
        up, = self.cluster.audit.scale_writes(name="fixed")
        self.assertGreaterEqual(new.created - up.time, DELAY_S)
        self.cluster.kubectl("scale", "nodepool/fixed", "--replicas=1")
        kept, = self.nodes("fixed", 1)
        self.assertEqual(kept.name, pod.node)
        self.assertIsNone(self.pods("steady", 1, "bound")[0].deleting)
        self.cluster.kubectl("scale", "nodepool/fixed", "--replicas=2")  # as it was
        self.nodes("fixed", 2)

    def test_a_start_that_was_given_up_leaves_a_node_to_sweep_away(self):
        self.cluster.apply(node_pool("undecided", "slow", replicas=1))
        self.cluster.wait_for(lambda: self.cluster.audit.lives("nodeclaims", pool="undecided"), "a NodeClaim")
        self.cluster.kubectl("scale", "nodepool/undecided", "--replicas=0")
        orphan, = self.cluster.wait_for(lambda: self.cluster.audit.nodes(pool="undecided"), "a Node without NodeClaim").values()
        self.assertIsNone(orphan.ready)
        self.karpenter.sweep()
        orphan, = self.cluster.audit.nodes(pool="undecided").values()
        self.assertIsNotNone(orphan.deleted)

    def deployment(self, name, replicas, pool):
        self.addCleanup(self.cluster.kubectl, "delete", "--ignore-not-found", f"deployment/{name}", f"capacitybuffer/{name}")
        return gpu_deployment(name, replicas, gpus=8, node_selector={"pool": pool}, tolerations=[TOLERATION])

    def buffer(self, name, replicas):
        self.cluster.api.request("PATCH", f"{BUFFERS}/{name}", {"spec": {"replicas": replicas}})

    def nodes(self, pool, count, timeout_s=30):
        """The lives of a pool's nodes that are Ready and not going, once so many of them are."""
        def enough():
            lives = [life for life in self.cluster.audit.nodes(pool=pool).values() if life.ready and not life.deleting]
            return lives if len(lives) == count else None
        return self.cluster.wait_for(enough, f"{count} nodes of {pool} Ready", timeout_s)

    def pods(self, app, count, what):
        """The lives of an app's pods, once so many of them are bound, or ready."""
        def enough():
            lives = [life for life in self.cluster.audit.pods(app=app).values() if getattr(life, what)]
            return lives if len(lives) == count else None
        return self.cluster.wait_for(enough, f"{count} pods of {app} {what}")



class OlderBuffersTest(unittest.TestCase):
    def test_buffers_may_be_served_as_v1alpha1_alone(self):
        with Cluster("buffers") as cluster:
            install(cluster, ["v1alpha1"])
            cluster.apply(capacity_buffer("old", 2, "template", version="v1alpha1"))
            buffer = cluster.api.get("/apis/autoscaling.x-k8s.io/v1alpha1/namespaces/default/capacitybuffers/old")
            self.assertEqual(buffer["spec"]["replicas"], 2)


if __name__ == "__main__":
    unittest.main()
