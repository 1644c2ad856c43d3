"""One server process: started with a log of its own, found again by a later command, ended for sure.

What: spawn, alive, pause, kill, log tail. Why: servers owned by a test must die with it even when it is
killed, servers started from the command line must outlive it, and a process id may have been reused by
the time `down` reads it, so it is kept with its start time. Source: prctl(2) PR_SET_PDEATHSIG, proc(5).
"""
import ctypes, os, signal, subprocess, time
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Process:
    def __init__(self, name, command, log, pid=None, started=None):
        self.name, self.command, self.log = name, [str(word) for word in command], Path(log)
        self.pid, self.started = pid, started
        self._child = None

    def start(self, detached=False, keep=(), env=None):
        """Runs the command. Not detached: it dies with the thread that called. keep: descriptors it inherits."""
        parent = os.getpid()

        def die_with_parent():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # the parent died in between
                os._exit(1)

        with open(self.log, "ab") as log:
            self._child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                pass_fds=tuple(keep), env=env, preexec_fn=None if detached else die_with_parent)
        self.pid, self.started = self._child.pid, _start_time(self._child.pid)
        return self

    def alive(self):
        if self._child is not None:
            return self._child.poll() is None
        return self.pid is not None and _start_time(self.pid) == self.started

    def pause(self):
        """Stops it without ending it, as a machine that hangs."""
        self._signal(signal.SIGSTOP)

    def resume(self):
        self._signal(signal.SIGCONT)

    def kill(self, timeout_s=10):
        """Ends it and returns when it is gone."""
        self._signal(signal.SIGKILL)
        deadline = time.monotonic() + timeout_s
        while self.alive():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} (process {self.pid}) does not end")
            time.sleep(0.01)

    def tail(self, lines=15):
        """The last lines it logged."""
        try:
            with open(self.log, "rb") as log:
                log.seek(max(0, self.log.stat().st_size - 64 * 1024))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return "(no log)"

    def record(self):
        """What a later command needs to find it again: Process(**record)."""
        return {"name": self.name, "command": self.command, "log": str(self.log),
                "pid": self.pid, "started": self.started}

    def _signal(self, number):
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass


def _start_time(pid):
    """Clock ticks since boot at which the process started; None if it is gone (or a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])
