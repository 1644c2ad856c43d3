"""The objects that tests put on a cluster: GPU nodes, and Deployments that start slowly on them.

What: plain dicts, ready for Api.request or Cluster.apply. Why: one place knows what makes a node fake, a
pod slow, and a GPU a resource. Source: kwok's docs on nodes, Kubernetes' on extended resources.
"""
READY_DELAY = "pod-ready.stage.kwok.x-k8s.io/delay"


def gpu_node(name, gpus=8, labels=None):
    """A node with room for many pods, so that GPUs (or the scheduler) are what limits."""
    resources = {"cpu": "256", "memory": "2Ti", "ephemeral-storage": "10Ti", "pods": "1000"}
    if gpus:
        resources["nvidia.com/gpu"] = str(gpus)
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"},
                         "labels": {"type": "kwok", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
                                    "kubernetes.io/arch": "amd64", "nvidia.com/gpu.count": str(gpus),
                                    **(labels or {})}},
            "status": {"allocatable": resources, "capacity": resources}}


def gpu_deployment(name, replicas, gpus=1, ready_after=None, namespace="default", labels=None):
    """A Deployment of an imagined inference server. ready_after: "8s", "2250ms"; None is at once."""
    labels = {"app": name, **(labels or {})}
    resources = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    annotations = {READY_DELAY: ready_after} if ready_after else {}
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
                     "template": {"metadata": {"labels": labels, "annotations": annotations},
                                  "spec": {"nodeSelector": {"type": "kwok"}, "terminationGracePeriodSeconds": 0,
                                           "containers": [{"name": "server", "image": "inference-server",
                                                           "resources": {"limits": resources}}]}}}}


def is_ready(node):
    """Whether pods may land on it: Ready, and no longer tainted as not ready."""
    tainted = any(taint["key"] == "node.kubernetes.io/not-ready" for taint in node["spec"].get("taints", ()))
    return not tainted and any(condition["type"] == "Ready" and condition["status"] == "True"
                               for condition in node["status"].get("conditions", ()))
