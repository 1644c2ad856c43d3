"""The objects that tests put on a cluster: GPU nodes, and Deployments that start slowly on them.

What: plain dicts, ready for Api.request or Cluster.apply. Why: one place knows what makes a node fake, a
pod slow, and a GPU a resource. Source: kwok's docs on nodes, Kubernetes' on extended resources.
"""
READY_DELAY = "pod-ready.stage.kwok.x-k8s.io/delay"
CRASH_DELAY = "pod-crash.stage.kwok.x-k8s.io/delay"  # of a pod that crashes again and again so long after its start
STARTING = ("node.kubernetes.io/not-ready", "karpenter.sh/unregistered")  # taints of nodes that are not there yet
GPU, GPU_COUNT = "nvidia.com/gpu", "nvidia.com/gpu.count"  # the resource, and the label that comes with it


def gpu_node(name, gpus=8, labels=None):
    """A node with room for many pods, so that GPUs (or the scheduler) are what limits."""
    resources = {"cpu": "256", "memory": "2Ti", "ephemeral-storage": "10Ti", "pods": "1000"}
    if gpus:
        resources[GPU] = str(gpus)
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"},
                         "labels": {"type": "kwok", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
                                    "kubernetes.io/arch": "amd64", **({GPU_COUNT: str(gpus)} if gpus else {}),
                                    **(labels or {})}},
            "status": {"allocatable": resources, "capacity": resources}}


def gpu_deployment(name, replicas, gpus=1, ready_after=None, namespace="default", labels=None, node_selector=None,
                   tolerations=()):
    """A Deployment of an imagined inference server. ready_after: "8s", "2250ms"; None is at once. node_selector: the
    nodes of gpu_node unless given. It has limits and no requests, as most have: the API server adds those to its Pods."""
    labels = {"app": name, **(labels or {})}
    resources = {GPU: str(gpus)} if gpus else {}
    annotations = {READY_DELAY: ready_after} if ready_after else {}
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
                     "template": {"metadata": {"labels": labels, "annotations": annotations},
                                  "spec": {"nodeSelector": node_selector or {"type": "kwok"},
                                           "tolerations": list(tolerations), "terminationGracePeriodSeconds": 0,
                                           "containers": [{"name": "server", "image": "inference-server",
                                                           "resources": {"limits": resources}}]}}}}


def is_ready(node):
    """Whether pods may land on it: Ready, and no longer tainted as not ready or not registered."""
    tainted = any(taint["key"] in STARTING for taint in node["spec"].get("taints", ()))
    return not tainted and any(condition["type"] == "Ready" and condition["status"] == "True"
                               for condition in node["status"].get("conditions", ()))
