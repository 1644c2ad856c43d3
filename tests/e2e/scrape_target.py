"""A scrape target: whatever a function of the time says, served at /metrics on loopback.

What: ScrapeTarget(port, text_at); None fails the scrape with 503, as a monitoring that is down does. Why: the
stand-in and the bad-input tests both need one. Source: the Prometheus docs on exposition formats.
"""
import contextlib, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from openmetrics import CONTENT_TYPE


class ScrapeTarget:
    def __init__(self, port, text_at, content_type=CONTENT_TYPE):
        self.address, self.text_at, self.content_type = f"127.0.0.1:{port}", text_at, content_type
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": .1}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _handler(target):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            text = target.text_at(time.time()) if self.path == "/metrics" else None
            if text is None:
                self.send_error(503 if self.path == "/metrics" else 404)
                return
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", target.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the scrape timed out: Prometheus has left
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler
