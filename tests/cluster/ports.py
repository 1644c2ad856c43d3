"""Loopback ports that stay ours for as long as the servers on them live.

What: a block of consecutive ports, locked by a file whose descriptor the servers inherit, so that the
reservation ends with the last of them. Why: tests start clusters side by side; asking the kernel for a
free port and using it later is a race, also against outgoing connections, which is why the blocks lie
below the ephemeral range (32768 on Linux). Source: flock(2), ip(7).
"""
import fcntl, os, random, socket, tempfile
from pathlib import Path

FIRST, LAST, SIZE = 20000, 32000, 10


class Ports:
    """Up to SIZE ports, by name: Ports("etcd", "apiserver")["etcd"]."""

    def __init__(self, *names):
        assert len(names) <= SIZE
        folder = Path(tempfile.gettempdir()) / f"aiautoscaler-ports-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        blocks = list(range(FIRST, LAST, SIZE))
        random.shuffle(blocks)
        for base in blocks:
            lock = os.open(folder / str(base), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            if all(_bindable(base + i) for i in range(len(names))):
                self.lock = lock
                self.numbers = {name: base + i for i, name in enumerate(names)}
                return
            os.close(lock)
        raise OSError(f"no {len(names)} free loopback ports between {FIRST} and {LAST}")

    def __getitem__(self, name):
        return self.numbers[name]

    def release(self):
        """Drops our hold; servers that inherited the lock keep theirs until they end."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def _bindable(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False
