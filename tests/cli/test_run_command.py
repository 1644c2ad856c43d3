#!/usr/bin/env python3
"""The top of the command line and `run` as a person calls them who made a mistake: what is wrong with a flag is said in
one short line, whether or not there is a cluster.

Needs the built controller in AIA_BINARY. What `run` does with right flags is tested on a real control plane.
"""
import contextlib, fcntl, http.client, http.server, json, os, socket, subprocess, tempfile, threading, time, unittest
from pathlib import Path

BINARY = os.environ["AIA_BINARY"]
KUBECONFIG = """{apiVersion: v1, kind: Config, current-context: c, users: [],
clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}], contexts: [{name: c, context: {cluster: c}}]}"""
ANYWHERE = ("--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0")
URL = ("--prometheus-url", "http://localhost:9090")


def aiautoscaler(*arguments, **variables):
    with tempfile.TemporaryDirectory() as home:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("KUBE", "AWS_"))}
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=60,
                              env={**env, "HOME": home, **variables}, stdin=subprocess.DEVNULL)


class Mistakes(unittest.TestCase):
    def refused(self, says, *arguments, **variables):
        done = aiautoscaler(*arguments, **variables)
        with self.subTest(arguments):
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, r"\Aaiautoscaler: [^\n]*" + says + r"[^\n]*\n\Z")
            self.assertLess(len(done.stderr), 250)

    def test_without_a_cluster_flags_are_looked_at_first(self):
        self.refused(r"no way to the cluster", "run", *URL)
        for flags, says in (
                (("--listen", "8080"), r"--listen: .*\"8080\""), (("--listen", "localhost:http"), r"--listen: "),
                (("--health-listen", "8081"), r"--health-listen: .*\"8081\""),
                (("--tenant-label", "name space"), r"--tenant-label: 'name space'"),
                (("--lease-renew-deadline", "20s"), r"--lease-renew-deadline"),
                (("--lease-duration", "1500ms"), r"--lease-duration")):
            self.refused(says, "run", *URL, *flags)
        self.refused(r"--prometheus-url: .*localhost:9090.* http://", "run", "--prometheus-url", "localhost:9090")
        self.refused(r"no way to the cluster", "run", "--prometheus-url", "http://localhost:9090/prefix?tenant=a")
        self.refused(r"--prometheus-url: every query sets 'limit' itself", "run", "--prometheus-url", "http://localhost?limit=1")
        # Who is not elected needs no times for it.
        self.refused(r"no way to the cluster", "run", *URL, "--leader-elect=false", "--lease-renew-deadline", "20s")

    def test_a_number_that_does_not_do_is_told_what_does(self):
        for flag in ("--max-series", "--max-samples", "--max-body-bytes"):
            for value in ("0", "-1", "many", "1.5"):
                self.refused(rf'{flag}: must be a whole number, at least 1, not "{value}"', "run", *URL, f"{flag}={value}")

    def test_queries_are_signed_only_where_the_environment_has_credentials(self):
        region = ("run", *URL, "--prometheus-sigv4-region")
        self.refused(r"--prometheus-sigv4-region: there are no AWS credentials: give the ServiceAccount a role", *region, "eu-west-1")
        self.refused(r"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together", *region, "eu-west-1", AWS_ACCESS_KEY_ID="a")
        self.refused(r"'EU West' is no name such as eu-central-1", *region, "EU West")
        self.refused(r"--prometheus-sigv4-service: 'a/b' is no name such as aps", *region, "eu-west-1",
                     "--prometheus-sigv4-service=a/b")
        for flag, more in (("--prometheus-sigv4-region", ()), ("--prometheus-username", ("--prometheus-password-file=/dev/null",))):
            self.refused(rf"{flag}: must not be empty", "run", *URL, flag, "", *more)
        self.refused(r"--prometheus-sigv4-service requires --prometheus-sigv4-region", "run", *URL, "--prometheus-sigv4-service=aps")
        self.refused(r"no way to the cluster", *region, "eu-west-1", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
        for flag in ("--prometheus-bearer-token-file=/dev/null", "--prometheus-username=u"):
            more = ("--prometheus-password-file=/dev/null",) if "username" in flag else ()
            self.refused(r"--prometheus-\S+ excludes --prometheus-\S+", *region, "eu-west-1", flag, *more)

    def test_headers_are_written_and_are_not_ours(self):
        header = ("run", *URL, "--prometheus-header")
        self.refused(r"--prometheus-header: a header is written NAME=VALUE", *header, "team-a")
        self.refused(r"--prometheus-header: 'Authorization': give a bearer token", *header, "Authorization: Basic eDp5")
        self.refused(r"--prometheus-header: 'X-Team': its value holds a line break", *header, "X-Team=a\nHost: b")
        self.refused(r"no way to the cluster", *header, "X-Scope-OrgID=team-a", "--prometheus-header", "X-Team: b")

    def test_the_top_of_the_command_line(self):
        self.refused(r"there is no subcommand 'foo' \(see `aiautoscaler --help`\)", "foo")
        self.refused(r"[Ss]ubcommand is required")
        one, other = aiautoscaler("--version"), aiautoscaler("version")
        self.assertEqual((one.returncode, one.stderr), (0, ""))
        self.assertRegex(one.stdout, r"\Aaiautoscaler \d+\.\d+\.\d+\n\Z")
        self.assertEqual(one.stdout, other.stdout)


class Probes(unittest.TestCase):
    def test_they_are_answered_whatever_is_done_to_the_metrics(self):
        """Two hundred connections to --listen that say nothing, half a line, or read nothing of what they ask for."""
        with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
            api = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            Path(home, "config").write_text(KUBECONFIG % api.getsockname()[1])
            run = stack.enter_context(subprocess.Popen(
                [BINARY, "run", *URL, "--kubeconfig", f"{home}/config", "--leader-elect=false", *ANYWHERE],
                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL))
            stack.callback(run.kill)
            started = json.loads(next(line for line in run.stderr if b'"starting"' in line))
            for say in (b"", b"GET /heal", b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 50, b"GET /metr") * 50:
                silent = stack.enter_context(socket.create_connection(("127.0.0.1", started["port"])))
                with contextlib.suppress(OSError):   # it may have had to go
                    silent.sendall(say)
            for port, path, status in (("health_port", "/healthz", 200), ("health_port", "/readyz", 503),
                                       ("health_port", "/metrics", 404), ("port", "/healthz", 200),
                                       ("port", "/readyz", 503), ("port", "/metrics", 200)):
                with self.subTest(port=port, path=path):
                    self.assertEqual(asked(started[port], path), status)
            # The two share no limit: nobody who asks for health has to go for those who scrape.
            probe = stack.enter_context(socket.create_connection(("127.0.0.1", started["health_port"])))
            for _ in range(100):
                stack.enter_context(socket.create_connection(("127.0.0.1", started["port"])))
            self.assertEqual(asked(started["port"], "/healthz"), 200)
            probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertIn(b"200 OK", probe.recv(4096))

    def test_both_addresses_must_be_free(self):
        with tempfile.TemporaryDirectory() as home, socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            Path(home, "config").write_text(KUBECONFIG % port)
            for flag in ("--listen", "--health-listen"):
                addresses = {**dict(zip(ANYWHERE[::2], ANYWHERE[1::2])), flag: f"127.0.0.1:{port}"}
                done = aiautoscaler("run", *URL, "--kubeconfig", f"{home}/config", "--leader-elect=false",
                                    *(word for pair in addresses.items() for word in pair))
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, rf"aiautoscaler: {flag}: cannot listen on [^\n]* in use\n\Z")


class Unreached(unittest.TestCase):
    """A --prometheus-url that leads nowhere is said by the log and by /readyz before there is an object."""

    def said(self, url, says, then=None):
        """What /readyz says of it until `then`, which mends it, was called; the log says the same."""
        with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
            api = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            Path(home, "config").write_text(KUBECONFIG % api.getsockname()[1])
            run = stack.enter_context(subprocess.Popen(
                [BINARY, "run", "--prometheus-url", url + "?secret=s", "--kubeconfig", f"{home}/config", "--cycle", "1s",
                 "--leader-elect=false", *ANYWHERE], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL))
            stack.callback(run.kill)
            lines = map(json.loads, run.stderr)
            port = next(line for line in lines if line["message"] == "starting")["health_port"]
            line = next(line for line in lines if "Prometheus" in line["message"])
            self.assertEqual((line["message"], line["prometheus"]), ("Prometheus is not reached", url))
            self.assertRegex(line["error"], says)
            status, words = answer_of(port, "/readyz")
            self.assertEqual(status, 503)
            self.assertRegex(words, rf"\APrometheus at {url}: .*{says.removeprefix(chr(92) + 'A')}.*; the caches are not in yet")
            self.assertNotIn("secret", words)
            if then:
                then()
                line = next(line for line in lines if line["message"] == "Prometheus is reached")
                self.assertEqual(line["optional_parameters"], "timeout, limit")
                self.assertRegex(answer_of(port, "/readyz")[1], r"\Athe caches are not in yet")
            run.terminate()
            self.assertEqual(run.wait(60), 0)

    def test_the_usual_mistakes_have_words(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.said(f"http://127.0.0.1:{port}", r"\Acannot connect: .*refused")
        self.said("http://there-is-no-such-host.invalid:9090", "cannot resolve the host's name")
        for status, headers, body, says in (
                (404, {}, "404 page not found", "HTTP 404 .*no query API at this URL: check its prefix"),
                (200, {}, "<html><title>Grafana</title></html>", "a web page is there"),
                (401, {}, "no org id", "HTTP 401 .*look at the credentials"), (403, {}, "", "HTTP 403 .*look at the credentials"),
                (302, {"Location": "https://sso.example.org/"}, "", "redirects are not followed.*https://sso.example.org/")):
            with self.subTest(status=status, body=body), Prometheus() as server:
                server.answer = (status, headers, body)
                self.said(server.url, says, server.mend)
        with Prometheus() as plain:
            self.said(plain.url.replace("http:", "https:"), "TLS handshake failed")

    def test_one_that_never_answers_does_not_keep_the_process(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.said(f"http://127.0.0.1:{silent.getsockname()[1]}", "no answer|within")


class Prometheus(http.server.ThreadingHTTPServer):
    """Answers every query with `answer`; once it is mended with 1, unless it has a parameter of VictoriaMetrics'."""
    answer = None

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, headers, body = self.server.answer or (
                    (400, {}, "unknown parameter") if "nocache" in self.path else
                    (200, {}, '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}'))
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def mend(self):
        self.answer = None

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def asked(port, path):
    """The status that a new connection is answered with."""
    return answer_of(port, path)[0]


def answer_of(port, path):
    """The status and the text that a new connection is answered with."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class StandingStill(unittest.TestCase):
    def test_a_loop_that_waits_for_ever_ends_the_process(self):
        """Nobody reads the log any more, so that the loop waits within a line of it: after thirty seconds (ten cycles, but
        no less) the process is gone, although it cannot say why."""
        api, (take, give) = socket.create_server(("127.0.0.1", 0)), os.pipe()
        with tempfile.TemporaryDirectory() as home:
            Path(home, "config").write_text(KUBECONFIG % api.getsockname()[1])
            flags = ("--kubeconfig", f"{home}/config", "--cycle", "1s", "--leader-elect=false", *ANYWHERE)
            run = subprocess.Popen([BINARY, "run", *URL, *flags], stderr=give, stdin=subprocess.DEVNULL)
            try:
                said = b""
                while b'"starting"' not in said:
                    said += os.read(take, 4096)
                fcntl.fcntl(give, fcntl.F_SETFL, os.O_NONBLOCK)
                with self.assertRaises(BlockingIOError):
                    while True:
                        os.write(give, b"x")
                fcntl.fcntl(give, fcntl.F_SETFL, 0)
                api.close()  # which is worth a line
                began = time.monotonic()
                self.assertEqual(run.wait(120), 75)
                self.assertGreater(time.monotonic() - began, 20)
            finally:
                run.kill()
                run.wait()
                os.close(take), os.close(give)


if __name__ == "__main__":
    unittest.main()
