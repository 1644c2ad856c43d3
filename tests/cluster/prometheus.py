"""A real Prometheus for tests: static targets, a back-filled past, queries.

What: `with Prometheus([Job("vllm", [Target("127.0.0.1:9000")], interval="500ms")]) as prometheus:`.
Why: what the controller reads must have been scraped, stored and evaluated by the real thing, with days of
history that no test can wait for. Takes Prometheus 3 from the cache, or any binary (Debian's 2.42).
Source: Prometheus docs, `promtool tsdb create-blocks-from openmetrics`.
"""
import json, shutil, subprocess, tempfile, time, urllib.error, urllib.parse, urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import build
from ports import Ports
from process import Process

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback only, whatever http_proxy says


@dataclass(frozen=True)
class Target:
    address: str                               # host:port
    labels: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    name: str
    targets: list                              # of Target; set_targets changes them while it runs
    interval: str = "1s"                       # down to 100ms
    path: str = "/metrics"
    honor_labels: bool = False                 # whether the target's own labels win over those given to it


class PrometheusError(RuntimeError):
    """Prometheus or promtool refused; the message has what it said."""


class Prometheus:
    def __init__(self, jobs=(), folder=None, binary=None, promtool=None, retention="30d", lookback_delta=None,
                 detached=False, flags=(), rules=()):
        """folder: made and removed again if not given. lookback_delta: how long a sample stays current ("5m").
        rules: rule files, evaluated every 5 s."""
        self.binary, self.promtool = self._programs(binary, promtool)
        self.jobs, self.detached = list(jobs), detached
        self._temporary = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix="aiautoscaler-prometheus-") if folder is None else folder).resolve()
        self.data = self.folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.rules = [str(Path(file).resolve()) for file in rules]
        self._flags = [f"--storage.tsdb.retention.time={retention}", *flags]
        self._flags += [f"--query.lookback-delta={lookback_delta}"] if lookback_delta else []
        self.process, self.url = None, None

    def __enter__(self):
        return self.up()

    def __exit__(self, kind, error, trace):
        self.down(keep=error is not None)

    # ---- life

    def up(self):
        """Starts it and returns when it answers queries."""
        for job in self.jobs:
            self.set_targets(job.name, job.targets)
        config = self.folder / "prometheus.yaml"
        config.write_text(json.dumps({"global": {"evaluation_interval": "5s"}, "rule_files": self.rules,
                                      "scrape_configs": [self._scrape_config(job) for job in self.jobs]}))
        for attempt in (1, 2, 3):
            ports = Ports("http")
            address = f"127.0.0.1:{ports['http']}"
            self.url = f"http://{address}"
            self.process = Process("prometheus", self._command(address, config), self.folder / "prometheus.log")
            self.process.start(self.detached, keep=[ports.lock])
            ports.release()
            if self._becomes_ready():
                return self
            said = self.process.tail()
            self.down(keep=True)
            if attempt == 3 or "address already in use" not in said:
                raise PrometheusError(f"{self.binary} did not start; it said:\n{said}")

    def down(self, keep=False):
        """Ends it and returns when it is gone; keep leaves its folder, and up() goes on with the data."""
        if self.process:
            self.process.kill()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def set_targets(self, job_name, targets):
        """Replaces a job's targets; a running Prometheus follows within a second or two."""
        partial, path = self.folder / f".{job_name}.partial", self.folder / f"targets-{job_name}.json"
        partial.write_text(json.dumps([{"targets": [t.address], "labels": t.labels} for t in targets]))
        partial.rename(path)

    # ---- the past

    def backfill(self, openmetrics):
        """Stores history before up(): a path, a text, or an iterable of lines with timestamps in seconds, oldest
        first within a family. Give the series the job and instance labels that scraping will give them, and end
        at (or before) now: the seam is then an ordinary gap of the seconds in between."""
        if self.process and self.process.alive():
            raise PrometheusError("back-fill before up(): a running Prometheus does not see new blocks at once")
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            path = openmetrics
            if not isinstance(openmetrics, Path):
                path = Path(scratch) / "history.txt"
                with open(path, "w") as file:
                    file.writelines([openmetrics] if isinstance(openmetrics, str) else openmetrics)
            done = subprocess.run([self.promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", path, self.data],
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise PrometheusError(f"promtool took none of this history: {done.stdout.strip()}")

    # ---- queries

    def query(self, expression, time_s=None):
        """The result of an instant query: [{"metric": {…}, "value": [time, "1.5"]}, …]."""
        return self.get("query", query=expression, **({} if time_s is None else {"time": time_s}))["result"]

    def query_range(self, expression, start_s, end_s, step_s):
        """[{"metric": {…}, "values": [[time, "1.5"], …]}, …]."""
        return self.get("query_range", query=expression, start=start_s, end=end_s, step=step_s)["result"]

    def value(self, expression, time_s=None):
        """The one number an instant query gives; None for an empty result."""
        result = self.query(expression, time_s)
        if len(result) > 1:
            raise PrometheusError(f"{expression}: {len(result)} series, where one was expected")
        return float(result[0]["value"][1]) if result else None

    def get(self, endpoint, **parameters):
        url = f"{self.url}/api/v1/{endpoint}?{urllib.parse.urlencode(parameters, doseq=True)}"
        try:
            with OPENER.open(url, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise PrometheusError(f"{url}: {error.code} {error.read().decode()[:500]}") from None

    def _programs(self, binary, promtool):
        programs = {} if binary and promtool else build.ensure("prometheus")
        return binary or programs["prometheus"], promtool or programs["promtool"]

    def _command(self, address, config):
        return [self.binary, f"--config.file={config}", f"--storage.tsdb.path={self.data}",
                f"--web.listen-address={address}", "--web.enable-lifecycle", "--web.enable-admin-api",
                "--scrape.discovery-reload-interval=100ms", "--log.level=warn", *self._flags]

    def _becomes_ready(self, timeout_s=60):
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and self.process.alive():
            try:
                with OPENER.open(f"{self.url}/-/ready", timeout=5):
                    return True
            except OSError:
                time.sleep(0.05)
        return False

    def _scrape_config(self, job):
        return {"job_name": job.name, "scrape_interval": job.interval, "scrape_timeout": job.interval,
                "metrics_path": job.path, "honor_labels": job.honor_labels,
                "file_sd_configs": [{"files": [str(self.folder / f"targets-{job.name}.json")]}]}
