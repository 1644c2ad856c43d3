#!/usr/bin/env python3
"""A real Kubernetes control plane without containers: etcd, API server, controllers, scheduler, kwok nodes.

What: `with Cluster() as cluster:` in a test, `cluster.py up | down | status | env | kubectl` by hand.
Why: a mock agrees with whoever wrote it; this is the code users run, and starts in seconds.
Several clusters run side by side; each keeps everything it has in one folder. A cluster made by a test
dies with the test (with the thread that made it, to be exact); one made by `up` stays until `down`.
Source: "Running Kubernetes components" in the Kubernetes docs, kwok's binary installation.
"""
import json, shutil, subprocess, tempfile, time
from pathlib import Path

import build, certificates, components, kubeconfig
from api import Api, ApiError
from audit import AuditLog
from identities import NAMESPACE, SERVICE_ACCOUNT, Identities
from nodes import gpu_node, is_ready
from ports import Ports
from process import Process

HERE = Path(__file__).resolve().parent
STATE = "cluster.json"
START_S = 60


class ClusterError(RuntimeError):
    """The cluster cannot go on; the message says why, with the log's last lines."""


class Cluster(Identities):
    """Attributes for tests: api, audit, folder, processes{name: Process}, server, admin_kubeconfig,
    controller_kubeconfig."""

    def __init__(self, name="test", folder=None, detached=False, flags=None, stages=()):
        """folder: made and removed again if not given. flags: {server: [more flags]}.
        stages: more kwok stage files."""
        self.name, self.detached, self.flags = name, detached, flags or {}
        self._temporary = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix=f"aiautoscaler-{name}-") if folder is None else folder).resolve()
        self.admin_kubeconfig = self.folder / "admin.kubeconfig"
        self.controller_kubeconfig = self.folder / "controller.kubeconfig"
        self.audit = AuditLog(self.folder / "audit.log")
        self.processes, self._stages = {}, list(stages)

    def __enter__(self):
        return self.up()

    def __exit__(self, kind, error, trace):
        self.down(keep=error is not None)

    # ---- life

    def up(self, manifests=()):
        """Starts everything, applies manifests (files or folders) and writes the kubeconfigs."""
        self._programs = build.ensure(*build.CONTROL_PLANE)
        self._prepare_folder()
        try:
            self._certificates = certificates.create(self.folder / "certificates")
            for attempt in (1, 2, 3):
                try:
                    self._start()
                    break
                except ClusterError as error:
                    self._end_processes()
                    if attempt == 3 or "address already in use" not in str(error):
                        raise
            self.api.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
            self.apply(*manifests)
            self.kubeconfig_for(SERVICE_ACCOUNT, NAMESPACE, "24h", path=self.controller_kubeconfig)
        except BaseException:
            self.down(keep=True)
            raise
        return self

    def down(self, keep=False):
        """Ends all servers and returns when they are gone. keep: leave logs and records for reading."""
        self._end_processes()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        elif self._temporary:
            print(f"cluster {self.name}: logs and audit.log are kept in {self.folder}", flush=True)

    @classmethod
    def attach(cls, folder):
        """The cluster that an earlier `up` left running in this folder; ClusterError if there is none."""
        try:
            state = json.loads((Path(folder) / STATE).read_text())
        except FileNotFoundError:
            raise ClusterError(f"no cluster in {folder}; start one with `up`") from None
        cluster = cls(state["name"], folder, detached=True)
        cluster.processes = {record["name"]: Process(**record) for record in state["processes"]}
        cluster._programs = {name: Path(path) for name, path in state["programs"].items()}
        cluster._certificates = certificates.Certificates(cluster.folder / "certificates")
        cluster._connect(state["port"])
        return cluster

    def check(self):
        """Raises ClusterError with the log's last lines if a server has ended."""
        for process in self.processes.values():
            if process.pid and not process.alive():
                raise ClusterError(f"{process.name} has ended; last lines of {process.log}:\n{process.tail()}")

    def wait_for(self, condition, what, timeout_s=30.0, poll_s=0.05):
        """Returns condition()'s first true value."""
        deadline = time.monotonic() + timeout_s
        while not (value := condition()):
            self.check()
            if time.monotonic() > deadline:
                raise ClusterError(f"cluster {self.name}: {what}: not within {timeout_s:g} s; logs in {self.folder}")
            time.sleep(poll_s)
        return value

    # ---- use

    def kubectl(self, *args, stdin=None):
        """Its output; ClusterError with what it said when it fails."""
        done = subprocess.run([self._programs["kubectl"], f"--kubeconfig={self.admin_kubeconfig}", *map(str, args)],
                              input=stdin, text=True, capture_output=True)
        if done.returncode:
            raise ClusterError(f"kubectl {' '.join(map(str, args))} failed:\n{done.stderr.strip()}")
        return done.stdout

    def program(self, name):
        """Path of one of the programs: kubectl, kube-apiserver, …"""
        return self._programs[name]

    def apply(self, *manifests):
        """Applies files, folders or objects (dicts), in order."""
        for manifest in manifests:
            if isinstance(manifest, dict):
                self.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(manifest))
            else:
                self.kubectl("apply", "--server-side", "--recursive", "-f", manifest)

    def add_gpu_nodes(self, count, gpus=8, prefix="gpu", labels=None, wait=True):
        """Creates nodes <prefix>-0… (numbers that are free) and waits until pods may land on them."""
        taken = {node["metadata"]["name"] for node in self.api.get("/api/v1/nodes")["items"]}
        names = [name for i in range(len(taken) + count) if (name := f"{prefix}-{i}") not in taken][:count]
        for name in names:
            self.api.request("POST", "/api/v1/nodes", gpu_node(name, gpus, labels))
        if wait:
            self.wait_for(lambda: all(is_ready(self.api.get(f"/api/v1/nodes/{name}")) for name in names),
                          f"{count} nodes Ready")
        return names

    # ---- starting and ending

    def _prepare_folder(self):
        state = self.folder / STATE
        if state.exists():
            earlier = Cluster.attach(self.folder)
            if any(process.alive() for process in earlier.processes.values()):
                raise ClusterError(f"a cluster is running in {self.folder}; end it with `down` first")
            shutil.rmtree(self.folder)
        elif self.folder.exists() and any(self.folder.iterdir()):
            raise ClusterError(f"{self.folder} holds something else than a cluster; choose another folder")
        (self.folder / "logs").mkdir(parents=True)
        shutil.copyfile(HERE / "audit-policy.yaml", self.folder / "audit-policy.yaml")
        state.write_text(json.dumps({"name": self.name, "port": 0, "programs": {}, "processes": []}))

    def _start(self):
        ports = Ports(*components.PORTS)
        self._connect(ports["apiserver"])
        kubeconfig.with_certificate(self.admin_kubeconfig, self.name, self.server, self._certificates)
        commands = components.commands(self._programs, self.folder, ports, self._certificates, self._stage_files(),
                                       self.admin_kubeconfig)
        logs = self.folder / "logs"
        self.processes = {name: Process(name, [*command, *self.flags.get(name, ())], logs / f"{name}.log")
                          for name, command in commands.items()}
        try:
            self._launch("etcd", ports)
            self._launch("kube-apiserver", ports)
            self.wait_for(lambda: self._answers("/readyz"), "API server ready", START_S)
            for name in ("kube-controller-manager", "kube-scheduler", "kwok"):
                self._launch(name, ports)  # only now: they give up when they find no API server
            self.wait_for(lambda: self.api.exists("/api/v1/namespaces/default/serviceaccounts/default"),
                          "controllers at work", START_S)
            self.check()
        finally:
            ports.release()

    def _stage_files(self):
        nodes = build.location("kwok") / "stages/node"  # kwok's own
        return [*sorted((HERE / "stages").glob("*.yaml")), nodes / "fast/node-initialize.yaml",
                nodes / "heartbeat-with-lease/node-heartbeat-with-lease.yaml", *self._stages]

    def _launch(self, name, ports):
        self.processes[name].start(self.detached, keep=[ports.lock])
        running = [process for process in self.processes.values() if process.pid]
        kubeconfig.replace(self.folder / STATE, json.dumps({
            "name": self.name, "port": ports["apiserver"], "processes": [process.record() for process in running],
            "programs": {program: str(path) for program, path in self._programs.items()}}))

    def _connect(self, port):
        self.server = f"https://127.0.0.1:{port}"
        self.api = Api(port, self._certificates) if port else None

    def _answers(self, path):
        try:
            return self.api.request("GET", path) == "ok"
        except (OSError, ApiError):
            return False

    def _end_processes(self):
        for process in reversed(list(self.processes.values())):
            process.kill()


if __name__ == "__main__":
    from cli import main
    main()
