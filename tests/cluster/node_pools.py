"""The objects that bring nodes: pools of Karpenter and of Cluster API, and buffers of capacity ahead of pods.

What: plain dicts, ready for Cluster.apply. Why: a play should show what is particular about its pool and nothing else.
Source: the CRDs of Karpenter 1.14 and Cluster API 1.14.
"""
import copy

from nodes import GPU

CLUSTER_NAME, DEPLOYMENT_NAME = "cluster.x-k8s.io/cluster-name", "cluster.x-k8s.io/deployment-name"
GPUS_OF_NEW_NODES = "capacity.cluster-autoscaler.kubernetes.io/gpu-count"  # as Cluster Autoscaler reads it at zero nodes

ZONE = [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["zone-a"]},
        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]}]


def instance_type(name, gpus, price, cpu="256", memory="2Ti"):
    """An entry of the file that Karpenter's kwok provider reads. price: per hour."""
    return {"name": name, "architecture": "amd64", "operatingSystems": ["linux"],
            "resources": {"cpu": cpu, "memory": memory, "ephemeral-storage": "10Ti", "pods": "1000", GPU: str(gpus)},
            "offerings": [{"Price": price, "Available": True, "Requirements": ZONE}]}


INSTANCE_TYPES = [instance_type("gpu-8", 8, 80.0), instance_type("gpu-1", 1, 11.0, "32", "256Gi")]


def node_class(name, delay="8s"):
    """delay: whole seconds from the NodeClaim to its Node; the lead time of every pool that names this class."""
    return {"apiVersion": "karpenter.kwok.sh/v1alpha1", "kind": "KWOKNodeClass", "metadata": {"name": name},
            "spec": {"nodeRegistrationDelay": delay}}


def node_pool(name, node_class, instance="gpu-8", replicas=None, labels=None, taints=(), consolidate_after="0s",
              consolidation="WhenEmpty", at_once="100%", limits=None):
    """A Karpenter NodePool: static with replicas, else it follows pods. labels: of its nodes; {"pool": name} unless given.
    consolidate_after: how long a node is left alone after its last pod; "Never" keeps it. at_once: how many nodes may
    go together (upstream's default, 10%, is one of few)."""
    pool = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": name},
            "spec": {"template": {
                "metadata": {"labels": labels or {"pool": name}},
                "spec": {"nodeClassRef": {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass", "name": node_class},
                         "requirements": [{"key": "node.kubernetes.io/instance-type", "operator": "In",
                                           "values": [instance]}],
                         "taints": list(taints), "expireAfter": "Never"}}}}
    if limits:
        pool["spec"]["limits"] = limits
    if replicas is None:
        pool["spec"]["disruption"] = {"consolidationPolicy": consolidation, "consolidateAfter": consolidate_after,
                                      "budgets": [{"nodes": at_once}]}
    else:
        pool["spec"]["replicas"] = replicas
    return pool


def pod_template(name, deployment, with_requests=True):
    """A PodTemplate of a Deployment's pods. without requests it is the trap: the API server adds them to Pods alone."""
    template = copy.deepcopy(deployment["spec"]["template"])
    for container in template["spec"]["containers"] if with_requests else ():
        container["resources"]["requests"] = dict(container["resources"]["limits"])
    return {"apiVersion": "v1", "kind": "PodTemplate", "template": template,
            "metadata": {"name": name, "namespace": deployment["metadata"]["namespace"]}}


def capacity_buffer(name, replicas, template, namespace="default", version="v1beta1"):
    """Room for so many pods of a PodTemplate, kept free."""
    return {"apiVersion": f"autoscaling.x-k8s.io/{version}", "kind": "CapacityBuffer",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"replicas": replicas, "podTemplateRef": {"name": template}}}


def machine_deployment(name, replicas, gpus=8, labels=None, taints=(), annotations=None, namespace="default", cluster="c"):
    """A Cluster API MachineDeployment. labels: of its nodes; {"pool": name} unless given."""
    own = {CLUSTER_NAME: cluster, DEPLOYMENT_NAME: name}
    machine = {"clusterName": cluster, "bootstrap": {"dataSecretName": "stand-in"},
               "infrastructureRef": {"apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "StandInMachineTemplate",
                                     "name": name}}
    if taints:
        machine["taints"] = [{**taint, "propagation": "Always"} for taint in taints]
    return {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "MachineDeployment",
            "metadata": {"name": name, "namespace": namespace, "labels": {CLUSTER_NAME: cluster},
                         "annotations": {GPUS_OF_NEW_NODES: str(gpus), **(annotations or {})}},
            "spec": {"clusterName": cluster, "replicas": replicas, "selector": {"matchLabels": own},
                     "template": {"metadata": {"labels": {**own, **(labels or {"pool": name})}}, "spec": machine}}}
