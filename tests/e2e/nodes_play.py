"""The working day on nodes that have to be brought: four Deployments, each on a pool of its own, all with the same forecast.

What: `buffer` on a dynamic Karpenter pool with a CapacityBuffer ahead, `static` on a static one and `machines` on a Cluster
API MachineDeployment, whose sizes are written, and `plain` on a dynamic pool, where nodes come when pods are Pending. A
replica fills a node. Why: whether a pod finds its node is for the scheduler and Karpenter to say. Source: daily.py.
"""
import dataclasses

import daily, play
from karpenter import Karpenter
from machine_provisioner import MachineProvisioner
from node_pools import machine_deployment, node_class, node_pool
from nodes import gpu_deployment

PER_REPLICA = 7         # so that a ramp has more than twenty new pods a pool, of which one may meet a hiccup of this machine
SPEED = .5              # of daily.py's day: four pools of thirty nodes are as much as two cores bear, and at twice the pace too much
LEAD_S = daily.LEAD_S / SPEED
NODE_S, GPU_S = 20, 4   # a node's delay; of the MachineDeployment's nodes, that of their GPUs after it
POOLS = {"buffer": {"mode": "CapacityBuffer"},
         "static": {"mode": "Scale", "scaleRef": {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "name": "static"}},
         "machines": {"mode": "Scale", "scaleRef": {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "MachineDeployment",
                                                    "name": "machines", "namespace": "default"}}}
NAMES = [*POOLS, "plain"]


def scenario():
    """A cycle of two seconds: with Karpenter and all beside it on two cores, reads take longer than the eighth of one of one."""
    day = daily.scenario("nodes", SPEED, backlog=False)
    return dataclasses.replace(day, per_replica=PER_REPLICA, models={name: "Auto" for name in NAMES}, live_from=daily.DAY_8 + 4.5 * daily.HOUR_S,
                               flags={**day.flags, "cycle": "2s", "default-node-lead-time": f"{NODE_S}s", "node-shrink-window": "30s"})


def pool(name, namespaces=("default",), maximum=60):
    return {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AcceleratorPool", "metadata": {"name": name},
            "spec": {"nodes": {"labels": {"pool": name}, "gpu": {"resource": "nvidia.com/gpu", "perNode": 8}},
                     "maxNodes": maximum, "sizing": POOLS[name], "namespaces": list(namespaces)}}


class NodesPlay(play.Play):
    def bring_nodes(self):
        self.karpenter = self._stack.enter_context(Karpenter(self.cluster, settings={"BATCH_IDLE_DURATION": "0.2s"}))
        self._stack.enter_context(MachineProvisioner(self.cluster, NODE_S, GPU_S))
        self.cluster.apply(node_class("slow", f"{NODE_S}s"), node_pool("buffer", "slow"), node_pool("plain", "slow"),
                           node_pool("static", "slow", replicas=self.initial), machine_deployment("machines", self.initial))

    def deployment(self, name):
        return gpu_deployment(name, self.initial, gpus=8, ready_after=self.scenario.pod_ready_after,
                              node_selector={"pool": name})

    def autoscaler(self, name):
        made = super().autoscaler(name)
        if name in POOLS:
            self.cluster.apply(pool(name))
            made["spec"]["nodePoolRefs"] = [{"name": name}]
        return made
