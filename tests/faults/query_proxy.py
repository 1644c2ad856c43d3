"""An HTTP proxy in front of Prometheus that misbehaves on demand, for all queries or for those that match.

What: QueryProxy, and the ways an answer may go wrong: SlowAnswer, Trickle, HalfAnswer, Canned, Silence. Why: between us and
Prometheus are gateways, load balancers and login pages; each answers in its own way, often with 200. Source: RFC 9110 on
status and Retry-After, the Prometheus HTTP API for what should have come.
"""
import contextlib, http.client, random, re, threading, time, urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class SlowAnswer:
    seconds: float


@dataclass(frozen=True)
class Trickle:
    bytes_per_s: float


@dataclass(frozen=True)
class HalfAnswer:
    """Half of the promised body, then the connection ends."""


@dataclass(frozen=True)
class Silence:
    """Accepts and never answers."""


@dataclass(frozen=True)
class Canned:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple = ()


HTML = Canned(200, b"<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>", "text/html")
GARBAGE = Canned(200, random.Random(4).randbytes(4096))
TOO_MANY = Canned(429, b"slow down\n", "text/plain", (("Retry-After", "1"),))
BROKEN = Canned(500, b'{"status":"error","errorType":"internal","error":"the head block is broken"}')
OVERLOADED = Canned(503, b"no healthy upstream", "text/plain", (("Retry-After", "1"),))


@dataclass
class QueryProxy:
    port: int
    target: str                                   # host:port
    fault: object = None
    only: str = ""                                # regular expression; the fault hits queries in which it is found
    asked: list = field(default_factory=list)     # (time, query) of those that were hit

    def __enter__(self):
        self._ended = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": .1}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._http.shutdown()
        self._http.server_close()

    def inject(self, fault, only=""):
        self.only, self.fault = only, fault

    def heal(self):
        self.fault = None

    def fault_of(self, path, body):
        fault = self.fault
        if fault is None:
            return None
        parameters = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query + "&" + body.decode(errors="replace"))
        query = parameters.get("query", [""])[0]
        if not re.search(self.only, query):
            return None
        self.asked.append((time.time(), query))
        return fault

    def wait(self, seconds, fault):
        """Lets time pass until the fault is over, the time or the proxy has ended."""
        deadline = time.monotonic() + seconds
        while self.fault is fault and time.monotonic() < deadline and not self._ended.wait(.02):
            pass


def _handler(proxy):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = proxy.fault_of(self.path, body)
            with contextlib.suppress(OSError):      # whoever asked has left
                if isinstance(fault, Silence):
                    proxy.wait(3600, fault)
                    self.close_connection = True
                elif isinstance(fault, Canned):
                    self.answer(fault.status, [("Content-Type", fault.content_type), *fault.headers], fault.body)
                else:
                    if isinstance(fault, SlowAnswer):
                        proxy.wait(fault.seconds, fault)
                    self.forward(body, fault)

        do_POST = do_GET

        def forward(self, body, fault):
            upstream = http.client.HTTPConnection(proxy.target, timeout=60)
            try:
                headers = {name: self.headers[name] for name in ("Content-Type", "Accept") if name in self.headers}
                upstream.request(self.command, self.path, body or None, headers)
                answer = upstream.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                self.close_connection = True        # as if we were not there
                return
            finally:
                upstream.close()
            kept = [(name, value) for name, value in answer.getheaders() if name in ("Content-Type", "Retry-After")]
            self.answer(answer.status, kept, text, fault)

        def answer(self, status, headers, body, fault=None):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if isinstance(fault, HalfAnswer):
                self.wfile.write(body[:len(body) // 2])
                self.close_connection = True
            elif isinstance(fault, Trickle):
                size = max(1, round(fault.bytes_per_s / 20))
                for start in range(0, len(body), size):
                    self.wfile.write(body[start:start + size])
                    proxy.wait(size / fault.bytes_per_s, fault)
            else:
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler
