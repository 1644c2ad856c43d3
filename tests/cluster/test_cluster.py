"""Tests of the control plane itself: it starts, keeps time, keeps apart, and leaves nothing behind.

What: unittest over Cluster and its command line. Why: every test that runs on it trusts its clock, its
identities and its cleaning up. Times are read from the audit log. Run: python3 -m unittest discover tests/cluster
"""
import json, os, signal, statistics, subprocess, sys, tempfile, time, unittest
from pathlib import Path

import pods
from api import ApiError
from cluster import Cluster, ClusterError
from nodes import CRASH_DELAY, gpu_deployment, gpu_node
from process import Process

HERE = Path(__file__).resolve().parent
PODS = "/api/v1/namespaces/default/pods"


class OnOneCluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        start = time.monotonic()
        cls.cluster = Cluster().up(manifests=[HERE.parent.parent / "manifests/rbac"])
        cls.addClassCleanup(cls.cluster.down)
        cls.up_s = time.monotonic() - start
        cls.cluster.add_gpu_nodes(4)

    def deploy(self, app, *args, **kwargs):
        self.cluster.apply(gpu_deployment(app, *args, **kwargs))
        self.addCleanup(self.delete, app)

    def ready(self, app, count):
        """The lives of an app's pods, once so many of them are Ready."""
        def enough():
            lives = [life for life in self.cluster.audit.pods(app=app).values() if life.ready]
            return lives if len(lives) == count else None
        return self.cluster.wait_for(enough, f"{count} pods of {app} Ready")

    def delete(self, app):
        """Does nothing when it is gone already."""
        deployment = f"/apis/apps/v1/namespaces/default/deployments/{app}"
        if self.cluster.api.exists(deployment):
            self.cluster.api.request("DELETE", deployment, {"propagationPolicy": "Background"})
        self.cluster.wait_for(lambda: not self.cluster.api.get(f"{PODS}?labelSelector=app={app}")["items"], "pods gone")

    def test_starts_in_seconds(self):
        self.assertLess(self.up_s, 20)  # 3 s on two idle cores
        self.cluster.check()

    def test_listens_on_loopback_only(self):
        for process in self.cluster.processes.values():
            addresses = listening(process.pid)
            self.assertTrue(addresses, process.name)
            self.assertEqual(addresses, {"127.0.0.1"}, process.name)

    def test_pods_become_ready_after_their_delay(self):
        self.deploy("slow", 24, ready_after="1500ms")
        delays = sorted(life.ready - life.bound for life in self.ready("slow", 24))
        self.delete("slow")
        self.assertGreaterEqual(delays[0], 1.5)  # never early: 1.5 s after the scheduler placed it
        self.assertLess(statistics.median(delays), 2.5)  # 1.6 s on idle cores
        life = next(iter(self.cluster.audit.pods(app="slow").values()))
        self.assertLess(life.created, life.bound)
        self.assertLess(life.ready, life.deleting)

    def test_pods_without_a_delay_are_ready_at_once(self):
        self.deploy("fast", 4)
        delays = [life.ready - life.bound for life in self.ready("fast", 4)]
        self.assertLess(statistics.median(delays), 1.0)  # 0.1 s on idle cores

    def test_pods_that_lose_ready_stay_so(self):
        self.deploy("lost", 4)
        self.ready("lost", 4)
        pods.lose_ready(self.cluster.api, pods.ready(self.cluster.api, "lost")[:1])
        time.sleep(1)
        self.assertEqual(len(pods.ready(self.cluster.api, "lost")), 3)

    def test_pods_that_crash_never_become_ready(self):
        crashing = gpu_deployment("crashing", 2)
        crashing["spec"]["template"]["metadata"]["annotations"][CRASH_DELAY] = "200ms"
        self.cluster.apply(crashing)
        self.addCleanup(self.delete, "crashing")

        def states():
            found = self.cluster.api.get(f"{PODS}?labelSelector=app=crashing")["items"]
            return [status["state"] for pod in found for status in pod["status"].get("containerStatuses", ())]
        self.cluster.wait_for(lambda: len(states()) == 2 and all("waiting" in state for state in states()), "both crash")
        time.sleep(1)
        self.assertEqual(pods.ready(self.cluster.api, "crashing"), [])

    def test_a_pod_without_a_free_gpu_waits_for_a_node(self):
        self.deploy("wide", 5, gpus=8)  # four nodes of eight GPUs
        placed = self.ready("wide", 4)
        self.assertEqual(len({life.node for life in placed}), 4)
        waiting, = (life for life in self.cluster.audit.pods(app="wide").values() if not life.bound)
        node, = self.cluster.add_gpu_nodes(1, prefix="late")
        self.addCleanup(self.cluster.api.request, "DELETE", f"/api/v1/nodes/{node}")
        self.assertEqual({life.node for life in self.ready("wide", 5)} - {life.node for life in placed}, {node})
        self.assertIsNone(waiting.ready)

    def test_scale_writes_are_on_record(self):
        self.deploy("scaled", 0)
        self.cluster.kubectl("scale", "deployment/scaled", "--replicas=3")
        self.ready("scaled", 3)
        path = "/apis/apps/v1/namespaces/default/deployments/scaled/scale"
        with self.assertRaises(ApiError) as refused:
            self.cluster.api.request("PATCH", path, {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 9}})
        self.assertEqual(refused.exception.code, 409)
        writes = self.cluster.audit.scale_writes("default", "scaled")
        self.assertEqual([(w.replicas, w.code, w.resource) for w in writes],
                         [(3, 200, "deployments.apps"), (9, 409, "deployments.apps")])
        self.assertEqual(writes[0].user, "kubernetes-admin")

    def test_identities_have_exactly_their_rights(self):
        def may(kubeconfig, *what):
            done = subprocess.run([self.cluster.program("kubectl"), f"--kubeconfig={kubeconfig}", "auth", "can-i", *what],
                                  text=True, capture_output=True)
            return done.stdout.strip()
        controller = self.cluster.controller_kubeconfig
        self.assertEqual(may(controller, "list", "pods", "--namespace=default"), "yes")
        self.assertEqual(may(controller, "delete", "pods", "--namespace=default"), "no")
        self.assertEqual(may(self.cluster.kubeconfig_for("nobody", "elsewhere"), "list", "pods"), "no")

    def test_a_token_file_is_read_anew(self):
        path, token_path = self.cluster.token_file_kubeconfig_for("rotated")
        kubectl = [self.cluster.program("kubectl"), f"--kubeconfig={path}", "auth", "whoami", "-o", "name"]
        self.assertEqual(subprocess.run(kubectl, capture_output=True).returncode, 0)
        first = token_path.read_text()
        token_path.write_text("worthless")
        self.assertNotEqual(subprocess.run(kubectl, capture_output=True).returncode, 0)
        self.cluster.rotate_token(token_path, "rotated")
        self.assertNotEqual(first, token_path.read_text())
        self.assertEqual(subprocess.run(kubectl, capture_output=True).returncode, 0)

    def test_another_cluster_beside_it(self):
        with Cluster("beside") as beside:
            beside.api.request("POST", "/api/v1/nodes", gpu_node("only-there"))
            self.assertFalse(self.cluster.api.exists("/api/v1/nodes/only-there"))
            self.assertTrue(self.cluster.api.exists("/api/v1/nodes/gpu-0"))
            beside.processes["etcd"].kill()
            with self.assertRaisesRegex(ClusterError, "etcd has ended"):
                beside.check()
        self.assertFalse(any(process.alive() for process in beside.processes.values()))
        self.assertFalse(beside.folder.exists())
        self.cluster.check()


class Endings(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def test_dies_with_its_owner(self):
        script = f"import json; from cluster import Cluster; c = Cluster('owned', '{self.folder}/cluster').up();" \
                 "print(json.dumps([p.record() for p in c.processes.values()]), flush=True);" \
                 "import time; time.sleep(600)"
        owner = subprocess.Popen([sys.executable, "-c", script], cwd=HERE, stdout=subprocess.PIPE, text=True)
        with owner:
            processes = [Process(**record) for record in json.loads(owner.stdout.readline())]
            self.assertTrue(all(process.alive() for process in processes))
            os.kill(owner.pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while any(process.alive() for process in processes) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual([process.name for process in processes if process.alive()], [])

    def test_from_the_command_line_it_stays_until_down(self):
        folder = self.folder / "cluster"
        def run(*words):
            return subprocess.run([sys.executable, HERE / "cluster.py", "--dir", folder, *words],
                                  text=True, capture_output=True)
        self.assertIn("no cluster in", run("status").stderr)
        self.assertEqual(run("up", "--gpu-nodes", "1").returncode, 0)
        processes = Cluster.attach(folder).processes.values()
        try:
            self.assertIn("is running in", run("up").stderr)
            self.assertIn("gpu-0", run("kubectl", "get", "nodes").stdout)
            self.assertEqual(run("status").returncode, 0)
        finally:
            self.assertEqual(run("down").returncode, 0)
        self.assertFalse(any(process.alive() for process in processes))
        self.assertFalse(folder.exists())

    def test_a_folder_with_other_things_is_left_alone(self):
        (self.folder / "precious").touch()
        with self.assertRaisesRegex(ClusterError, "something else"):
            Cluster(folder=self.folder).up()
        self.assertTrue((self.folder / "precious").exists())


def listening(pid):
    """The IPv4 and IPv6 addresses a process listens on, as text."""
    sockets = {os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in sockets:
                address = words[1].rpartition(":")[0]
                found.add("127.0.0.1" if address == "0100007F" else address)
    return found


if __name__ == "__main__":
    unittest.main()
