"""A TCP relay between the controller and a server, with faults in it.

What: Relay(listener, target) and the ways it may misbehave: Delay, Throttle, Cut, BlackHole. Why: what happens between two
machines happens below TLS, which stays end to end; and a listener may live in another network namespace than the server.
Source: the failure modes of any network: latency, congestion, resets, packets that are dropped without a word.
"""
import contextlib, socket, struct, threading, time
from dataclasses import dataclass

CHUNK_BYTES = 64 * 1024
TICK_S = .02


@dataclass(frozen=True)
class Delay:
    seconds: float             # each way


@dataclass(frozen=True)
class Throttle:
    bytes_per_s: float         # of each connection, each way


@dataclass(frozen=True)
class Cut:
    after_bytes: int           # of the server's answers on a connection; then both ends see a reset


@dataclass(frozen=True)
class BlackHole:
    """Connections are accepted, nothing is carried. What was withheld arrives when the fault ends, as after a pause."""


class Relay:
    """`with Relay(listener, ("127.0.0.1", port)) as relay: relay.fault = Delay(1)`; None is none."""

    def __init__(self, listener, target):
        self.listener, self.target, self.fault = listener, target, None
        self.address = "127.0.0.1:%d" % listener.getsockname()[1]
        self._open, self._lock, self._ended = set(), threading.Lock(), False

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._ended = True
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.reset()

    def reset(self):
        """Ends every connection there is; new ones are carried."""
        with self._lock:
            for connection in list(self._open):
                _reset(connection)

    def _accept(self):
        while not self._ended:
            try:
                inner, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(inner,), daemon=True).start()

    def _serve(self, inner):
        outer = None
        try:
            if not self._wait_while(BlackHole):
                return
            outer = socket.create_connection(self.target, timeout=10)
            outer.settimeout(None)
            for one in (inner, outer):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {inner, outer}
            back = threading.Thread(target=self._pump, args=(outer, inner, True), daemon=True)
            back.start()
            self._pump(inner, outer, False)
            back.join()
        except OSError:
            _reset(inner)  # the server refuses: so do we
        finally:
            with self._lock:
                self._open -= {inner, outer}
            for one in filter(None, (inner, outer)):
                one.close()

    def _pump(self, source, sink, is_answer):
        carried = 0
        try:
            while chunk := source.recv(CHUNK_BYTES):
                if not self._wait_while(BlackHole):
                    return
                fault = self.fault
                if isinstance(fault, Delay):
                    time.sleep(fault.seconds)
                if isinstance(fault, Cut) and is_answer:
                    sink.sendall(chunk[:max(0, fault.after_bytes - carried)])
                    carried += len(chunk)
                    if carried >= fault.after_bytes:
                        _reset(source), _reset(sink)
                        return
                elif isinstance(fault, Throttle):
                    self._trickle(chunk, sink)
                else:
                    sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            _reset(source), _reset(sink)

    def _trickle(self, chunk, sink):
        while chunk:
            fault = self.fault
            size = max(1, int(fault.bytes_per_s * .05)) if isinstance(fault, Throttle) else len(chunk)
            sink.sendall(chunk[:size])
            chunk = chunk[size:]
            if chunk:
                time.sleep(.05)

    def _wait_while(self, kind):
        """Waits as long as the fault is of that kind; false when the relay has ended meanwhile."""
        while isinstance(self.fault, kind) and not self._ended:
            time.sleep(TICK_S)
        return not self._ended


def listen(port=0):
    """A listening socket on loopback, of the calling thread's network namespace."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _reset(connection):
    """Ends a connection the hard way, also under a thread that reads from it."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
