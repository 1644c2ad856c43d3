"""The tools of the fault tests: each fault does what it says, and the judge finds what is planted."""
import http.client, socket, threading, time, unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stage   # first: it finds the other folders
import gateways, judge, query_proxy
from audit import Write
from fault import Fault
from pace import CI
from ports import Ports
from relay import BlackHole, Cut, Delay, Relay, Throttle, listen
from trial import Verdict

TEXT = b"0123456789" * 100


class Upstream(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT)

    def log_message(self, *_):
        pass


class WithUpstream(unittest.TestCase):
    def setUp(self):
        self.upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        self.upstream.daemon_threads = True
        threading.Thread(target=self.upstream.serve_forever, kwargs={"poll_interval": .05}, daemon=True).start()
        self.addCleanup(self.upstream.server_close)
        self.addCleanup(self.upstream.shutdown)

    def get(self, address, path="/", timeout=5):
        connection = http.client.HTTPConnection(address, timeout=timeout)
        self.addCleanup(connection.close)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


class RelayTest(WithUpstream):
    def setUp(self):
        super().setUp()
        self.relay = Relay(listen(), self.upstream.server_address)
        self.relay.__enter__()
        self.addCleanup(self.relay.__exit__)

    def seconds(self):
        begun = time.monotonic()
        self.assertEqual(self.get(self.relay.address), (200, TEXT))
        return time.monotonic() - begun

    def test_nothing_is_wrong_without_a_fault(self):
        self.assertLess(self.seconds(), 1)

    def test_a_delay_counts_each_way(self):
        self.relay.fault = Delay(.2)
        self.assertGreaterEqual(self.seconds(), .4)

    def test_a_throttle_takes_its_time(self):
        self.relay.fault = Throttle(2_000)
        self.assertGreaterEqual(self.seconds(), .4)

    def test_a_cut_ends_the_connection_within_the_answer(self):
        self.relay.fault = Cut(300)
        with self.assertRaises((ConnectionError, http.client.HTTPException)):
            self.get(self.relay.address)

    def test_a_black_hole_swallows_until_it_is_healed(self):
        self.relay.fault = BlackHole()
        with self.assertRaises(TimeoutError):
            self.get(self.relay.address, timeout=.3)
        threading.Timer(.3, lambda: setattr(self.relay, "fault", None)).start()
        self.assertGreaterEqual(self.seconds(), .2)

    def test_a_server_that_is_gone_is_refused(self):
        relay = Relay(listen(), ("127.0.0.1", 1))
        with relay, self.assertRaises((ConnectionError, http.client.HTTPException)):
            self.get(relay.address)


class QueryProxyTest(WithUpstream):
    def setUp(self):
        super().setUp()
        ports = Ports("queries")
        self.addCleanup(ports.release)
        self.proxy = query_proxy.QueryProxy(ports["queries"], "%s:%d" % self.upstream.server_address)
        self.proxy.__enter__()
        self.addCleanup(self.proxy.__exit__)

    def ask(self, query="up", timeout=5):
        return self.get(f"127.0.0.1:{self.proxy.port}", f"/api/v1/query?query={query}", timeout)

    def test_it_forwards(self):
        self.assertEqual(self.ask(), (200, TEXT))

    def test_only_what_matches_is_hit(self):
        self.proxy.inject(query_proxy.BROKEN, "victim")
        self.assertEqual(self.ask("moving")[0], 200)
        self.assertEqual(self.ask("victim")[0], 500)
        self.assertEqual([query for _, query in self.proxy.asked], ["victim"])

    def test_slow_answers_come_late_and_at_once_when_healed(self):
        self.proxy.inject(query_proxy.SlowAnswer(30))
        threading.Timer(.3, self.proxy.heal).start()
        begun = time.monotonic()
        self.assertEqual(self.ask(), (200, TEXT))
        self.assertTrue(.2 < time.monotonic() - begun < 5)

    def test_half_an_answer(self):
        self.proxy.inject(query_proxy.HalfAnswer())
        with self.assertRaises(http.client.IncompleteRead):
            self.ask()

    def test_silence(self):
        self.proxy.inject(query_proxy.Silence())
        with self.assertRaises(TimeoutError):
            self.ask(timeout=.3)

    def test_a_trickle(self):
        self.proxy.inject(query_proxy.Trickle(2_000))
        begun = time.monotonic()
        self.assertEqual(self.ask(), (200, TEXT))
        self.assertGreater(time.monotonic() - begun, .4)


class GatewaysTest(unittest.TestCase):
    def test_halves_silence_and_standing_still(self):
        two = gateways.Gateways({"moving": 30, "victim": 10}, stamped=["victim"])
        self.assertIn('gateway_requests{app="moving"} 15\n', two.text("gateway-a", 100.0))
        self.assertIn('gateway_requests{app="victim"} 5 100.000\n', two.text("gateway-b", 100.0))
        two.silent.add("gateway-a")
        self.assertIsNone(two.text("gateway-a", 100.0))
        two.stuck_at = 90.0
        self.assertIn('gateway_requests{app="victim"} 5 90.000\n', two.text("gateway-b", 100.0))


class JudgeTest(unittest.TestCase):
    LOCAL = Fault("planted", None, None, local=True)

    def said(self, fault=LOCAL, **wrong):
        good = dict(scale_s=1.0, clean_s=1.0, noticed_s=1.0, delays_s=[1.0], term_s=.1, memory_mib=30)
        return judge.complaints(Verdict("planted", **{**good, **wrong}), fault, CI, 25)

    def test_what_is_good_is_not_complained_about(self):
        self.assertEqual(self.said(), [])

    def test_each_promise_is_held(self):
        scale_in = Write(0, "patch", "default", "deployments.apps", "scale", "steady", "user", "agent", 200,
                         {"spec": {"replicas": 1}})
        late = judge.CYCLES * CI.cycle_s + judge.BUSIEST_S + 1
        for wrong, words in (({"scale_s": late}, "scale write"), ({"scale_s": None}, "scale write.*never"),
                             ({"clean_s": late}, "clean conditions"), ({"noticed_s": late}, "changed spec"),
                             ({"term_s": 2.1}, "SIGTERM"), ({"scale_ins": [scale_in]}, "scaled in: steady to 1"),
                             ({"memory_mib": 100}, "memory"), ({"delays_s": [1, 9.0]}, "a step of moving"),
                             ({"delays_s": []}, "never"), ({"missed": 1}, "not written"),
                             ({"complaints": ["the controller has ended"]}, "has ended")):
            with self.subTest(words):
                self.assertRegex("; ".join(self.said(**wrong)), words)

    def test_a_cut_may_hold_an_event_back_as_long_again(self):
        cut = Fault("planted", None, None, half_open=True)
        self.assertEqual(self.said(cut, held_s=8, noticed_s=9.0), [])
        self.assertRegex("; ".join(self.said(cut, held_s=8, noticed_s=14.0)), "changed spec")
        self.assertRegex("; ".join(self.said(cut, held_s=8, clean_s=9.0)), "clean conditions")
        self.assertRegex("; ".join(self.said(cut, held_s=20, noticed_s=9.0)), "changed spec")

    def test_the_table_has_a_line_a_fault(self):
        verdict = Verdict("planted", held_s=5, scale_s=1.5, term_s=.1)
        self.assertRegex(judge.table([verdict], CI), r"planted .* 5s +1.00 never never")


if __name__ == "__main__":
    unittest.main()
