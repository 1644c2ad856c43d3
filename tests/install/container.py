"""A container of a Pod, run from our image as a kubelet would have it run: by an OCI runtime, without an engine.

What: the image's rootfs unpacked by umoci, an OCI runtime configuration made of the image's and the Pod's own words,
crun. Why: user, read-only root, capabilities and the mounted token are promises of the manifests, and only a run shows
whether the program can live with them. Not as in a pod: the network is the machine's, where it listens on loopback
only, and there are no cgroups. Source: the OCI runtime specification 1.0; Kubernetes' Pod v1.
"""
import json, os, re, shutil, signal, subprocess, time
from pathlib import Path

from controller import PROBES, ask
from process import Process

SECRETS = "/var/run/secrets/kubernetes.io/serviceaccount"
# In namespaces of its own, so that everything dies with it; crun wants a cgroup file system of one version.
RUN = "mount -t cgroup2 none /sys/fs/cgroup && exec crun --root={0}/crun --cgroup-manager=disabled run --bundle={0} {1}"


def missing():
    """What keeps containers from running here; empty when nothing does."""
    absent = [tool for tool in ("umoci", "crun", "unshare") if not shutil.which(tool)]
    if absent:
        return f"{', '.join(absent)}: not installed"
    return "" if os.geteuid() == 0 else "crun and the mounts need root"


def unpack(archive, folder):
    """An OCI archive as a bundle: folder/rootfs and folder/config.json. Returns the folder."""
    layout = Path(f"{folder}.layout")
    layout.mkdir()
    subprocess.run(["tar", "-xf", archive, "-C", layout], check=True)
    index = json.loads((layout / "index.json").read_text())
    tag = index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"]
    subprocess.run(["umoci", "unpack", "--image", f"{layout}:{tag}", folder], check=True, stdout=subprocess.DEVNULL)
    return Path(folder)


class Container:
    def __init__(self, cluster, archive, pod, port, health_port, folder):
        """pod: as the API server has it. port, health_port: on loopback, instead of those in the Pod."""
        self.name, self.pod, self._port, self._health_port = pod["metadata"]["name"], pod, port, health_port
        self._cluster, self.bundle = cluster, unpack(archive, folder)
        (self.bundle / "hosts").write_text("127.0.0.1 localhost\n")
        self._mount_identity()
        image = json.loads((self.bundle / "config.json").read_text())
        (self.bundle / "config.json").write_text(json.dumps(self._configuration(image)))
        self.process = Process(self.name, ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private",
                                           "sh", "-c", RUN.format(self.bundle, self.name)], self.bundle / "log")

    def start(self):
        self.process.start()

    def kill(self):
        if self.process.pid:
            self.process.kill()

    def stop(self, timeout_s=10):
        """SIGTERM to the program, as a kubelet sends it. Returns how long it took to end."""
        start = time.monotonic()
        os.kill(self.program(), signal.SIGTERM)
        while self.process.alive():
            if time.monotonic() - start > timeout_s:
                raise TimeoutError(f"{self.name} does not end; its last lines:\n{self.process.tail()}")
            time.sleep(.01)
        return time.monotonic() - start

    def program(self):
        """The process id of the program itself, seen from outside."""
        waiting = [self.process.pid]
        while waiting:
            pid = waiting.pop()
            if Path(f"/proc/{pid}/comm").read_text().strip() == "aiautoscaler":
                return pid
            waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        raise RuntimeError(f"{self.name} has no program running; its last lines:\n{self.process.tail()}")

    def get(self, path):
        return ask(f"http://127.0.0.1:{self._health_port if path in PROBES else self._port}{path}")

    # ---- what a kubelet does

    def _mount_identity(self):
        """The projected token volume: a token bound to this Pod, readable for its user only."""
        meta, folder = self.pod["metadata"], self.bundle / "identity"
        folder.mkdir()
        accounts = f"/api/v1/namespaces/{meta['namespace']}/serviceaccounts/{self.pod['spec']['serviceAccountName']}"
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        token = self._cluster.api.request("POST", f"{accounts}/token", {"spec": {
            "expirationSeconds": 3607, "boundObjectRef": bound}})["status"]["token"]
        root_ca = self._cluster.api.get(f"/api/v1/namespaces/{meta['namespace']}/configmaps/kube-root-ca.crt")
        for name, text in (("token", token), ("ca.crt", root_ca["data"]["ca.crt"]), ("namespace", meta["namespace"])):
            path = folder / name
            path.write_text(text)
            path.chmod(0o600)
            os.chown(path, self._user()["uid"], self._user()["gid"])

    def _user(self):
        of_pod = self.pod["spec"]["securityContext"]
        return {"uid": of_pod["runAsUser"], "gid": of_pod["runAsGroup"]}

    def _environment(self):
        server = self._cluster.server.removeprefix("https://").split(":")
        found = {"KUBERNETES_SERVICE_HOST": server[0], "KUBERNETES_SERVICE_PORT": server[1], "HOSTNAME": self.name}
        meta, (container,) = self.pod["metadata"], self.pod["spec"]["containers"]
        for source in container.get("envFrom", ()):
            path = f"/api/v1/namespaces/{meta['namespace']}/configmaps/{source['configMapRef']['name']}"
            found.update(self._cluster.api.get(path)["data"])
        return found

    def _configuration(self, config):
        """The image's runtime configuration with what the Pod says."""
        container, = self.pod["spec"]["containers"]
        limits, environment = container["securityContext"], self._environment()
        assert limits["capabilities"] == {"drop": ["ALL"]}, limits
        process = config["process"]
        expand = lambda word: re.sub(r"\$\((\w+)\)", lambda name: environment[name[1]], word)
        process["args"] += [*map(expand, container["args"]), f"--listen=127.0.0.1:{self._port}",
                            f"--health-listen=127.0.0.1:{self._health_port}"]
        process["env"] += [f"{name}={value}" for name, value in environment.items()]
        process.update(terminal=False, user=self._user(), capabilities={}, noNewPrivileges=not limits["allowPrivilegeEscalation"])
        config["root"]["readonly"] = limits["readOnlyRootFilesystem"]
        config["hostname"] = self.name
        config["linux"]["namespaces"] = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
        config["linux"].pop("resources")
        bind = lambda source, target, how="ro": {"destination": str(target), "type": "bind", "source": str(source),
                                                 "options": ["bind", how]}
        config["mounts"] = [mount for mount in config["mounts"] if mount["type"] not in ("cgroup", "mqueue")]
        config["mounts"] += [bind(self.bundle / "hosts", "/etc/hosts")]
        if any(mount["mountPath"] == SECRETS for mount in container.get("volumeMounts", ())):
            config["mounts"] += [bind(self.bundle / "identity", SECRETS)]
        for volume in self.pod["spec"].get("volumes", ()):
            for mount in container.get("volumeMounts", ()):
                if "emptyDir" in volume and mount["name"] == volume["name"]:
                    folder = self.bundle / "volumes" / volume["name"]
                    folder.mkdir(parents=True, exist_ok=True)
                    folder.chmod(0o777)  # as the kubelet makes it
                    config["mounts"] += [bind(folder, mount["mountPath"], "rw")]
        return config
