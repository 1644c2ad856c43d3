"""A stand-in for Cluster API and a cloud below it: MachineDeployments become Machines, and those, later, Nodes with GPUs.

What: a thread that follows spec.replicas, creates Machines, after a delay their Nodes, and after another the Nodes' GPUs,
as device plugins do; it drains and deletes, and keeps the status that /scale needs. Why: Cluster API's controllers need
a cloud; what an autoscaler meets is the objects. The CRDs are upstream's (their bases have no conversion webhook, so the
API server's strategy is None: v1beta1 is served with the fields of the stored v1beta2 that it knows by the same name).
All else is ours: no MachineSets, and node labels straight from the template. Source: Cluster API's MachineSet controller;
of its order of deletion (machineset_deletion_order.go): marked ones, then those without a node, then by name.
"""
import random, string, threading, time, traceback

import build
from api import ApiError
from node_pools import DEPLOYMENT_NAME, GPUS_OF_NEW_NODES
from nodes import GPU, GPU_COUNT, gpu_node, is_ready

GROUP = "/apis/cluster.x-k8s.io/v1beta2"
KINDS = ("machinedeployments", "machines", "machinesets", "machinepools")
DELETE_FIRST, MACHINE, PAUSED = (f"cluster.x-k8s.io/{word}" for word in ("delete-machine", "machine", "paused"))
FINALIZER = "machine.cluster.x-k8s.io"
POLL_S = .2


def install(cluster):
    """Applies the CRDs alone."""
    for kind in KINDS:
        cluster.apply(build.location("cluster-api") / f"crds/cluster.x-k8s.io_{kind}.yaml")
    cluster.kubectl("wait", "--for=condition=Established", "customresourcedefinitions", "--all")


def create_machine(api, deployment, finalizers=()):
    """One more Machine of a MachineDeployment as read, without a Node."""
    meta, template = deployment["metadata"], deployment["spec"]["template"]
    name = f"{meta['name']}-{''.join(random.choices(string.ascii_lowercase + string.digits, k=5))}"
    annotations = {GPUS_OF_NEW_NODES: meta.get("annotations", {}).get(GPUS_OF_NEW_NODES, "0")}
    owner = {"apiVersion": deployment["apiVersion"], "kind": "MachineDeployment", "name": meta["name"],
             "uid": meta["uid"], "controller": True}
    api.request("POST", f"{GROUP}/namespaces/{meta['namespace']}/machines", {
        "apiVersion": deployment["apiVersion"], "kind": "Machine", "spec": template["spec"],
        "metadata": {"name": name, "labels": template["metadata"]["labels"], "annotations": annotations,
                     "finalizers": list(finalizers), "ownerReferences": [owner]}})


class MachineProvisioner:
    def __init__(self, cluster, node_delay_s=2.0, gpu_delay_s=1.0, empty_first=True):
        """node_delay_s: from a Machine to its Node; gpu_delay_s: from there to its GPUs. empty_first: nodes without pods go
        before others; upstream takes no notice of pods, so False is what a Cluster API without an autoscaler does."""
        self.cluster, self.api = cluster, cluster.api
        self.node_delay_s, self.gpu_delay_s, self.empty_first = node_delay_s, gpu_delay_s, empty_first
        self._since, self._stop = {}, threading.Event()  # when a Machine, a Node was first seen, by uid
        self._thread = threading.Thread(target=self._run, name="machine-provisioner", daemon=True)

    def __enter__(self):
        return self.up()

    def __exit__(self, *_):
        self.down()

    def up(self):
        install(self.cluster)
        self._thread.start()
        return self

    def down(self):
        """Ends it; Machines and Nodes stay as they are."""
        self._stop.set()
        self._thread.join()

    def _run(self):
        with open(self.cluster.folder / "logs/machine-provisioner.log", "a", buffering=1) as log:
            while not self._stop.wait(POLL_S):
                try:
                    self._step()
                except (ApiError, OSError):  # a conflict, or an API server that is away: the next step sees what is
                    traceback.print_exc(file=log)

    def _step(self):
        machines = self.api.get(f"{GROUP}/machines")["items"]
        nodes = {node["metadata"]["name"]: node for node in self.api.get("/api/v1/nodes")["items"]} if machines else {}
        for machine in machines:
            if "deletionTimestamp" in machine["metadata"]:
                self._take_down(machine, nodes.get(machine["metadata"]["name"]))
            else:
                self._bring_up(machine, nodes.get(machine["metadata"]["name"]))
        for deployment in self.api.get(f"{GROUP}/machinedeployments")["items"]:
            meta = deployment["metadata"]
            own = [machine for machine in machines if "deletionTimestamp" not in machine["metadata"]
                   and machine["metadata"]["namespace"] == meta["namespace"]
                   and machine["metadata"]["labels"].get(DEPLOYMENT_NAME) == meta["name"]]
            self._report(deployment, own, nodes)
            if "deletionTimestamp" not in meta and PAUSED not in meta.get("annotations", {}):
                self._resize(deployment, own)

    def _resize(self, deployment, own):
        surplus = len(own) - deployment["spec"].get("replicas", 1)
        for _ in range(-surplus):
            self._create(deployment)
        if surplus > 0:
            busy = {pod["spec"].get("nodeName") for pod in self._pods()} if self.empty_first else ()
            def last(machine):
                meta = machine["metadata"]
                return (DELETE_FIRST not in meta.get("annotations", {}), "nodeRef" in machine.get("status", {}),
                        meta["name"] in busy, meta["name"])
            for machine in sorted(own, key=last)[:surplus]:
                self.api.request("DELETE", _path(machine))

    def _create(self, deployment):
        create_machine(self.api, deployment, [FINALIZER])

    def _bring_up(self, machine, node):
        meta, gpus = machine["metadata"], machine["metadata"]["annotations"].get(GPUS_OF_NEW_NODES, "0")
        if node is None and self._passed(meta, self.node_delay_s):
            node = gpu_node(meta["name"], gpus=0, labels=meta["labels"])
            node["metadata"]["annotations"][MACHINE] = meta["name"]
            node["spec"] = {"providerID": f"stand-in://{meta['name']}", "taints": [
                {key: value for key, value in taint.items() if key != "propagation"}
                for taint in machine["spec"].get("taints", ())]}
            self.api.create("/api/v1/nodes", node)
            self.api.request("PATCH", f"{_path(machine)}/status",
                             {"status": {"phase": "Running", "nodeRef": {"name": meta["name"]}}})
        elif node and gpus != "0" and GPU not in node["status"]["allocatable"] and self._passed(
                node["metadata"], self.gpu_delay_s):
            self.api.request("PATCH", f"/api/v1/nodes/{meta['name']}/status",
                             {"status": {"capacity": {GPU: gpus}, "allocatable": {GPU: gpus}}})
            self.api.request("PATCH", f"/api/v1/nodes/{meta['name']}", {"metadata": {"labels": {GPU_COUNT: gpus}}})

    def _take_down(self, machine, node):
        """Cordons, evicts all but daemons' pods, and when those are gone deletes the Node and lets the Machine go."""
        if node:
            name = node["metadata"]["name"]
            if not node["spec"].get("unschedulable"):
                self.api.request("PATCH", f"/api/v1/nodes/{name}", {"spec": {"unschedulable": True}})
            if left := [pod for pod in self._pods() if pod["spec"].get("nodeName") == name]:
                for pod in left:
                    self._evict(pod["metadata"])
                return
            self.api.request("DELETE", f"/api/v1/nodes/{name}")
        self.api.request("PATCH", _path(machine), {"metadata": {"finalizers": []}})

    def _evict(self, pod):
        try:
            self.api.request("POST", f"/api/v1/namespaces/{pod['namespace']}/pods/{pod['name']}/eviction",
                             {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod["name"]}})
        except ApiError as error:
            if error.code not in (404, 429):  # gone already; a disruption budget says not yet
                raise

    def _pods(self):
        return [pod for pod in self.api.get("/api/v1/pods")["items"]
                if not any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences", ()))]

    def _report(self, deployment, own, nodes):
        meta = deployment["metadata"]
        ready = sum(machine["metadata"]["name"] in nodes and is_ready(nodes[machine["metadata"]["name"]]) for machine in own)
        labels = deployment["spec"]["selector"]["matchLabels"]
        status = {"replicas": len(own), "upToDateReplicas": len(own), "readyReplicas": ready, "availableReplicas": ready,
                  "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
                  "observedGeneration": meta["generation"]}
        if any(deployment.get("status", {}).get(field) != value for field, value in status.items()):
            self.api.request("PATCH", f"{_path(deployment)}/status", {"status": status})

    def _passed(self, meta, delay_s):
        """Whether an object has been there for so long: by our own clock, creationTimestamp has whole seconds only."""
        return time.monotonic() - self._since.setdefault(meta["uid"], time.monotonic()) >= delay_s


def _path(item):
    meta = item["metadata"]
    return f"{GROUP}/namespaces/{meta['namespace']}/{item['kind'].lower()}s/{meta['name']}"
