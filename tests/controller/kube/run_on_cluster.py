#!/usr/bin/env python3
"""Runs kube_on_cluster_test against a real control plane: run_on_cluster.py PROGRAM [Catch2 arguments].

What: a cluster with our CRDs and RBAC, upstream's CRDs of node pools, two nodes, and four kubeconfigs: the admin's, the
controller's (exactly the rights of manifests/rbac), Recommend's and one without rights. CapacityBuffers are served in both
versions, then, for the cases about them, in the older one alone. Why: SSA, 409, CEL, watches and Forbidden are the server's
to decide.
"""
import os, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "cluster"))
import karpenter, machine_provisioner  # noqa: E402
from cluster import Cluster  # noqa: E402


def main():
    with Cluster("kube") as cluster:
        cluster.apply(ROOT / "crds", ROOT / "manifests" / "rbac")
        karpenter.install(cluster, ["v1beta1", "v1alpha1"])
        machine_provisioner.install(cluster)
        cluster.kubectl("create", "clusterrolebinding", "looks", "--clusterrole=aiautoscaler-recommend", "--serviceaccount=default:looks")
        cluster.add_gpu_nodes(2)
        other_ca = cluster.folder / "other-ca.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=stranger",
                        "-keyout", os.devnull, "-out", other_ca], check=True, capture_output=True)
        env = {**os.environ, "AIA_KUBECONFIG": str(cluster.admin_kubeconfig),
               "AIA_KUBECONFIG_CONTROLLER": str(cluster.controller_kubeconfig),
               "AIA_KUBECONFIG_RECOMMEND": str(cluster.kubeconfig_for("looks", "default")),
               "AIA_KUBECONFIG_POWERLESS": str(cluster.kubeconfig_for("powerless", "default")),
               "AIA_OTHER_CA": str(other_ca)}
        code = subprocess.run(sys.argv[1:], env={**env, "AIA_BUFFERS": "v1beta1"}).returncode
        karpenter.serve_buffers(cluster, ["v1alpha1"])
        return code or subprocess.run([sys.argv[1], "[buffers]"], env={**env, "AIA_BUFFERS": "v1alpha1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
