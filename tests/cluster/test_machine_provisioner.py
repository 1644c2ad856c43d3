"""Tests of the stand-in for Cluster API: upstream's objects, nodes whose GPUs come late, and what goes first.

What: a MachineDeployment up and down through /scale, with a pod on one of its nodes. Why: plays of node plans trust the
stand-in to hurt where the real thing does. Times are from the audit log.
"""
import unittest

from cluster import Cluster
from machine_provisioner import DELETE_FIRST, GROUP, MachineProvisioner
from node_pools import machine_deployment
from nodes import gpu_deployment

NODE_S, GPU_S = 1.0, 1.5
OBJECTS = f"{GROUP}/namespaces/default"
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


class MachineProvisionerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("machines").up()
        cls.addClassCleanup(cls.cluster.down)

    def test_gpus_come_after_ready_and_pods_only_then(self):
        pod = self.three_nodes("a")
        for machine in self.cluster.audit.lives("machines", pool="a").values():
            node = next(node for node in self.nodes("a", 3) if node.name == machine.name)
            self.assertGreaterEqual(node.created - machine.created, NODE_S)
            self.assertLess(node.ready, node.gpu)
            self.assertGreaterEqual(node.gpu - node.created, GPU_S)
            if node.name == pod.node:
                self.assertGreater(pod.bound, node.gpu)
        write, = self.cluster.audit.scale_writes(name="a")
        self.assertEqual((write.replicas, write.resource), (3, "machinedeployments.cluster.x-k8s.io"))
        status = self.cluster.api.get(f"{OBJECTS}/machinedeployments/a/scale")["status"]
        self.assertEqual(status, {"replicas": 3, "selector": "cluster.x-k8s.io/cluster-name=c,"
                                                             "cluster.x-k8s.io/deployment-name=a"})

    def test_empty_nodes_go_first_and_the_last_is_drained(self):
        pod = self.three_nodes("b")
        self.cluster.kubectl("scale", "machinedeployment/b", "--replicas=1")
        kept, = self.nodes("b", 1)
        self.assertEqual((kept.name, self.pod("b").deleting), (pod.node, None))
        self.cluster.kubectl("scale", "machinedeployment/b", "--replicas=0")
        self.nodes("b", 0)
        machines = lambda: self.cluster.audit.lives("machines", pool="b").values()
        self.cluster.wait_for(lambda: all(machine.deleted for machine in machines()), "Machines gone")
        gone = max(node.deleted for node in self.cluster.audit.nodes(pool="b").values())
        self.assertLess(self.pod("b").deleted, gone)
        self.assertNotIn("replicas", self.cluster.api.get(f"{OBJECTS}/machinedeployments/b/scale")["spec"])  # that is zero

    def test_without_an_autoscaler_pods_do_not_count_and_a_mark_does(self):
        pod = self.three_nodes("c", empty_first=False)
        self.cluster.api.request("PATCH", f"{OBJECTS}/machines/{pod.node}", {"metadata": {"annotations": {DELETE_FIRST: ""}}})
        self.cluster.kubectl("scale", "machinedeployment/c", "--replicas=2")
        self.assertNotIn(pod.node, [node.name for node in self.nodes("c", 2)])

    def three_nodes(self, name, **options):
        """A MachineDeployment of three nodes and a Deployment of one pod on them, from zero; the pod once it is Ready."""
        provisioner = MachineProvisioner(self.cluster, NODE_S, GPU_S, **options).up()
        self.addCleanup(provisioner.down)
        self.cluster.apply(machine_deployment(name, 0, taints=[TAINT]), gpu_deployment(
            name, 1, gpus=8, node_selector={"pool": name}, tolerations=[TOLERATION]))
        self.cluster.kubectl("scale", f"machinedeployment/{name}", "--replicas=3")
        self.nodes(name, 3)
        return self.cluster.wait_for(lambda: (pod := self.pod(name)).ready and pod, "the pod Ready")

    def pod(self, app):
        """Its first pod."""
        return next(iter(self.cluster.audit.pods(app=app).values()))

    def nodes(self, pool, count):
        """The lives of a pool's nodes that have GPUs and are not gone, once so many of them do."""
        def enough():
            lives = [life for life in self.cluster.audit.nodes(pool=pool).values() if life.gpu and not life.deleted]
            return (lives, ) if len(lives) == count else None
        return self.cluster.wait_for(enough, f"{count} nodes of {pool} with GPUs")[0]


if __name__ == "__main__":
    unittest.main()
