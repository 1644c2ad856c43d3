"""An installation as docs/install.md has users make it: an overlay of their own on the shipped ones, applied with -k.

What: Overlay (a folder with a kustomization.yaml, as a user would write it) and what of a cluster is there. Why: what
is tested must be what is shipped, changed in no other way than the documentation says. Source: docs/install.md.
"""
import json, os, re, shlex, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cluster"), str(ROOT / "tests/e2e")]

NAMESPACE, NAME = "aiautoscaler-system", "aiautoscaler"
OVERLAYS = ROOT / "manifests/overlays"


class Overlay:
    """A user's own folder. on: the shipped overlay it builds on; flags of the controller beside the shipped ones."""

    def __init__(self, cluster, folder, on, prometheus_url, flags=()):
        self._cluster, self.folder = cluster, Path(folder)
        self.folder.mkdir()
        patch = [{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": flag} for flag in flags]
        (self.folder / "kustomization.yaml").write_text(json.dumps({
            "resources": [os.path.relpath(OVERLAYS / on, self.folder.resolve())],
            "configMapGenerator": [{"name": f"{NAME}-settings", "namespace": NAMESPACE, "behavior": "merge",
                                    "literals": [f"PROMETHEUS_URL={prometheus_url}"]}],
            "patches": [{"target": {"kind": "Deployment", "name": NAME}, "patch": json.dumps(patch)}] if patch else []}))

    def apply(self):
        self._cluster.kubectl("apply", "-k", self.folder)


def uninstall(cluster):
    """By the one command that docs/install.md has for it."""
    section = (ROOT / "docs/install.md").read_text().split("\n## Uninstall\n")[1]
    command, = re.findall(r"(?m)^kubectl (delete .*)$", section)
    cluster.kubectl(*shlex.split(command), "--timeout=60s")


def pods(cluster):
    """The controller's pods that are Ready and not going, by name."""
    listed = cluster.api.get(f"/api/v1/namespaces/{NAMESPACE}/pods?labelSelector=app.kubernetes.io/name={NAME}")["items"]
    return sorted((pod for pod in listed if "deletionTimestamp" not in pod["metadata"] and any(
        c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", ()))),
        key=lambda pod: pod["metadata"]["name"])


def rolled_out(cluster):
    """Its two pods once the Deployment is out; None before."""
    deployment = cluster.api.get(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{NAME}")
    status = deployment.get("status", {})
    done = status.get("observedGeneration") == deployment["metadata"]["generation"] and \
        status.get("updatedReplicas") == status.get("replicas") == status.get("availableReplicas") == 2
    found = pods(cluster)
    return found if done and len(found) == 2 else None


def everything(cluster):
    """Names of all objects of all kinds on the cluster, Events and what Kubernetes makes by itself aside."""
    kinds = cluster.kubectl("api-resources", "--verbs=list", "-o", "name").split()
    listed = cluster.kubectl("get", ",".join(kind for kind in kinds if not kind.startswith("events")), "-A", "-o", "name",
                             "--ignore-not-found")
    return set(listed.split())
