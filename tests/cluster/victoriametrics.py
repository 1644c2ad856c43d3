"""A real VictoriaMetrics for tests, used like Prometheus: static targets, a back-filled past, queries.

What: the same class with another server in it: one process that scrapes, stores and answers, single node. Why: many run
it in Prometheus' place, and it differs where it hurts (docs/monitoring.md). Source: VictoriaMetrics' docs on
-promscrape.config, /api/v1/import/prometheus and -search.latencyOffset; pinned in the folder of the same name.
"""
import shutil, urllib.error, urllib.request

import build
from prometheus import OPENER, Prometheus, PrometheusError


class VictoriaMetrics(Prometheus):
    """No rules: those are vmalert's. A killed one loses the newest seconds, which it held in memory."""

    def __init__(self, jobs=(), folder=None, rules=(), **options):
        if rules:
            raise PrometheusError("VictoriaMetrics evaluates no rules")
        super().__init__(jobs, folder, **options)
        self._past = []

    def up(self):
        super().up()
        for file in self._past:
            self._post("/api/v1/import/prometheus", file)
        if self._past:
            self._post("/internal/force_flush")   # else it is searchable a second or two later
            self._past = []
        return self

    def backfill(self, openmetrics):
        """Keeps the history for up(), which imports it: this one takes it while it runs."""
        file = self.folder / f"history-{len(self._past)}.txt"
        if hasattr(openmetrics, "read_text"):
            shutil.copyfile(openmetrics, file)
        else:
            with open(file, "w") as lines:
                lines.writelines([openmetrics] if isinstance(openmetrics, str) else openmetrics)
        self._past.append(file)

    def get(self, endpoint, **parameters):
        """Without its cache, and with the newest 30 s, which it hides unless asked."""
        return super().get(endpoint, nocache=1, latency_offset="1ms", **parameters)

    def _programs(self, binary, promtool):
        return binary or build.ensure("victoriametrics")["victoria-metrics"], None

    def _command(self, address, config):
        as_here = {"--storage.tsdb.retention.time": "-retentionPeriod", "--query.lookback-delta": "-search.maxLookback"}
        flags = [f"{as_here.get(name, name)}={value}" for name, _, value in (flag.partition("=") for flag in self._flags)]
        return [self.binary, f"-storageDataPath={self.data}", f"-httpListenAddr={address}", f"-promscrape.config={config}",
                "-promscrape.config.strictParse=false", "-promscrape.fileSDCheckInterval=1s", "-loggerLevel=WARN", *flags]

    def _post(self, path, file=None):
        request = urllib.request.Request(self.url + path, data=file.read_bytes() if file else b"", method="POST")
        try:
            OPENER.open(request, timeout=120).close()
        except urllib.error.HTTPError as error:
            raise PrometheusError(f"{path}: {error.code} {error.read().decode()[:500]}") from None
