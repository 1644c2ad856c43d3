"""The stand-in over real HTTP: names, failed scrapes, and the seam between back-filled and live counters."""
import math, re, sys, unittest, urllib.error, urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cluster"), str(HERE)]

from inference_server import InferenceServer
from ports import Ports
from trace import Arrivals, Playback, Trace

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class InferenceServerTest(unittest.TestCase):
    def setUp(self):
        ports = Ports("metrics")
        self.addCleanup(ports.release)
        self.playback = Playback(Trace([100, 200, math.nan, 100], 60), 60, anchor_wall=1000, anchor_trace=0)
        self.ready = {"chat": ["chat-a", "chat-b"]}
        self.server = InferenceServer(self.playback, Arrivals(self.playback), lambda name: self.ready[name],
                                      {"chat": 30}, ports["metrics"])

    def value(self, text, name, **labels):
        """The sum of the samples with these labels."""
        lines = [line for line in text.splitlines() if line.startswith(name + "{")]
        return sum(float(line.split()[-1]) for line in lines
                   if all(f'{key}="{value}"' in line for key, value in labels.items()))

    def test_vllm_names_for_each_ready_pod(self):
        for tick in range(21):
            self.server.step(1000 + tick * .05)
        text = self.server.metrics(1001 - 1e-6)
        self.assertAlmostEqual(self.value(text, "llm_d_epp_request_total", model_name="chat"), 100, delta=5)
        self.assertAlmostEqual(self.value(text, "vllm:num_requests_waiting", pod="chat-a"), 20, delta=3)
        self.assertAlmostEqual(self.value(text, "vllm:request_success_total", finished_reason="stop"), 60, delta=.1)
        counted = self.value(text, "vllm:request_queue_time_seconds_bucket", le="+Inf")
        self.assertAlmostEqual(counted, self.value(text, "vllm:request_queue_time_seconds_count"))
        self.assertGreater(counted, self.value(text, "vllm:request_queue_time_seconds_bucket", le="0.3"))
        self.assertTrue(text.endswith("# EOF\n"))

    def test_no_pods_no_vllm_series_but_the_gateway_counts_on(self):
        self.ready["chat"] = []
        self.server.step(1000), self.server.step(1001)
        text = self.server.metrics(1000.9)
        self.assertNotIn("vllm:num_requests_waiting{", text)
        self.assertGreater(self.value(text, "llm_d_epp_request_total"), 80)

    def test_a_missing_bin_fails_the_scrape(self):
        self.assertIsNone(self.server.metrics(1002.5))
        self.assertEqual(self.server.scrapes, [])

    def test_over_http(self):
        with self.server:   # its clock shows a time after the trace's end: nothing to be had
            with self.assertRaises(urllib.error.HTTPError) as failed:
                OPENER.open(f"http://{self.server.address}/metrics", timeout=5)
            self.assertEqual(failed.exception.code, 503)
            self.server.playback = Playback(Trace([1, 1], 1e12), 1, anchor_wall=0, anchor_trace=0)
            with OPENER.open(f"http://{self.server.address}/metrics", timeout=5) as answer:
                self.assertIn("openmetrics", answer.headers["Content-Type"])
                self.assertIn("# TYPE llm_d_epp_request counter", answer.read().decode())

    def test_history_is_the_same_counter_and_has_the_same_gaps(self):
        lines = [line for line in self.server.history(1000, 1003.5, .5) if "chat" in line]
        times = [float(line.split()[-1]) for line in lines]
        self.assertEqual(times, [1000, 1000.5, 1001, 1001.5, 1003, 1003.5])
        live = re.search(r"llm_d_epp_request_total{.*} (\S+)", self.server.metrics(1001.5))
        self.assertEqual(lines[3].split()[-2], live[1])
        self.assertIn('job="inference"', lines[0])


if __name__ == "__main__":
    unittest.main()
