"""The controller under test: one process with a log, that can be ended and started again.

What: `aiautoscaler run` with the flags of a compressed world. Why: restarts and crashes are part of what is
tested. The binary is $AIA_BINARY or the development build. Source: `aiautoscaler run --help`.
"""
import os, urllib.error, urllib.request
from pathlib import Path

from ports import Ports
from process import Process

ROOT = Path(__file__).resolve().parents[2]
PROBES = ("/healthz", "/readyz")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def binary():
    """Path of the program; None where it has not been built."""
    path = Path(os.environ.get("AIA_BINARY") or ROOT / "build/dev/controller/aiautoscaler")
    return path if os.access(path, os.X_OK) else None


def ask(url):
    """(status, text) of a controller's own HTTP server; (0, why) when it does not answer."""
    try:
        with OPENER.open(url, timeout=2) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


class Controller:
    def __init__(self, kubeconfig, prometheus_url, log, flags):
        """flags: {name without dashes: value}."""
        ports = Ports("http", "health")
        self.address, self._lock = f"127.0.0.1:{ports['http']}", ports
        self.health = f"127.0.0.1:{ports['health']}"
        command = [binary(), "run", f"--kubeconfig={kubeconfig}", f"--prometheus-url={prometheus_url}",
                   f"--listen={self.address}", f"--health-listen={self.health}", *(f"--{name}={value}" for name, value in flags.items())]
        self.process = Process("aiautoscaler", command, log)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
        self._lock.release()

    def start(self):
        self.process.start()
        return self

    def kill(self):
        """As a crash: nothing is said good-bye to."""
        if self.process.pid:
            self.process.kill()

    def restart(self):
        self.kill()
        self.start()

    def alive(self):
        return self.process.alive()

    def ready(self):
        """Whether /readyz says so."""
        return self.get("/readyz")[0] == 200

    def get(self, path):
        return ask(f"http://{self.health if path in PROBES else self.address}{path}")
