"""Tests of the Prometheus helper: a back-filled past and a scraped present make one series.

What: two hours of history at half a second, then live scrapes; changed targets; clear errors. Why:
forecasts in tests learn from the past and act on the present, and a seam between them would look like a
change of demand. Also with the binary named by AIA_PROMETHEUS_2 (Debian's 2.42), if that is set.
"""
import http.server, os, threading, time, unittest
from pathlib import Path

from prometheus import Job, Prometheus, PrometheusError, Target

RPS = 7.0


class Counter(http.server.ThreadingHTTPServer):
    """A target whose counter grows by RPS a second since `origin`."""

    def __init__(self, origin):
        super().__init__(("127.0.0.1", 0), CounterPage)
        self.origin, self.address = origin, f"127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class CounterPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(f"# TYPE requests counter\nrequests_total {RPS * (time.time() - self.server.origin)}\n".encode())

    def log_message(self, *_):
        pass


def history(address, origin, now):
    """Two hours of the same counter, every 0.5 s until now."""
    yield "# TYPE requests counter\n"
    for i in range(2 * 7200 + 1):
        t = now - 7200 + i / 2
        yield f'requests_total{{job="vllm",instance="{address}",namespace="serving"}} {RPS * (t - origin)} {t:.3f}\n'
    yield "# EOF\n"


class PrometheusTest(unittest.TestCase):
    binary = promtool = None

    def test_past_and_present_are_one_series(self):
        origin = time.time() - 7300
        counter = Counter(origin)
        self.addCleanup(counter.close)
        job = Job("vllm", [Target(counter.address, {"namespace": "serving"})], interval="500ms")
        prometheus = Prometheus([job], binary=self.binary, promtool=self.promtool)
        self.addCleanup(prometheus.down)
        prometheus.backfill(history(counter.address, origin, seam := time.time()))
        prometheus.up()
        while (prometheus.value("timestamp(requests_total)") or 0) < seam + 7:
            self.assertLess(time.time(), seam + 60, "no live samples")
            time.sleep(0.2)
        series, = prometheus.query("requests_total[10m]")
        times = [float(t) for t, _ in series["values"]]
        gaps = [b - a for a, b in zip(times, times[1:])]
        gap = max(gaps)  # at the seam: back-filling, starting, and up to 5 s until 2.42 scrapes at all
        self.assertLess(gap, 4 if self.binary is None else 12)
        self.assertLess(sorted(gaps)[-2], 1.5)
        now = time.time()
        self.assertAlmostEqual(prometheus.value("rate(requests_total[2h])", now), RPS, delta=0.05)
        for rate in prometheus.query_range("rate(requests_total[30s])", seam + gap + 1, now, 0.5):
            for _, value in rate["values"]:
                self.assertAlmostEqual(float(value), RPS, delta=0.15)

    def test_targets_change_while_it_runs(self):
        first, second = Counter(0), Counter(0)
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        with Prometheus([Job("vllm", [Target(first.address)], interval="100ms")], binary=self.binary,
                        promtool=self.promtool, lookback_delta="2s") as prometheus:
            seen = lambda: {s["metric"]["instance"] for s in prometheus.query("up == 1")}
            self.wait(lambda: seen() == {first.address})
            prometheus.set_targets("vllm", [Target(second.address)])
            self.wait(lambda: seen() == {second.address})

    def test_errors_say_what_was_said(self):
        prometheus = Prometheus(binary=self.binary, promtool=self.promtool, flags=["--no-such-flag"])
        self.addCleanup(prometheus.down)
        with self.assertRaisesRegex(PrometheusError, "no-such-flag"):
            prometheus.up()
        with self.assertRaisesRegex(PrometheusError, "EOF"):
            prometheus.backfill("requests_total 1 1.0\n")

    def wait(self, condition, timeout_s=30):
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)


@unittest.skipUnless(os.environ.get("AIA_PROMETHEUS_2"), "AIA_PROMETHEUS_2 does not name a Prometheus 2 binary")
class Prometheus2Test(PrometheusTest):
    binary = os.environ.get("AIA_PROMETHEUS_2")
    promtool = binary and Path(binary).with_name("promtool")


if __name__ == "__main__":
    unittest.main()
