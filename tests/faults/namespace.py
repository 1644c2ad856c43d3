"""A network namespace whose cable can be pulled.

What: NetworkNamespace: run a program inside, make sockets inside, cut and heal. Why: a cut must take away packets, not
processes: connections that exist hang half-open in the kernel, and new ones fail. The namespace has nothing but its
loopback, on which relays listen whose sockets were made inside while they connect outside. Source: network_namespaces(7),
setns(2), ip-netns(8).
"""
import ctypes, os, shutil, subprocess, threading

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def why_not():
    """Why namespaces cannot be had here; empty when they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    return "" if shutil.which("ip") else "the ip command is missing: apt-get install iproute2"


class NetworkNamespace:
    def __init__(self, name):
        self.name = f"{name}-{os.getpid()}"
        self.prefix = ["ip", "netns", "exec", self.name]   # of a command that is to run inside

    def __enter__(self):
        _ip("netns", "add", self.name)
        self.heal()
        return self

    def __exit__(self, *_):
        _ip("netns", "del", self.name)

    def cut(self):
        _ip("-n", self.name, "link", "set", "lo", "down")

    def heal(self):
        _ip("-n", self.name, "link", "set", "lo", "up")

    def call(self, function, *arguments):
        """function(*arguments) by a thread that has entered; a socket that it makes stays inside wherever it is used."""
        outcome = []

        def enter_and_call():
            try:
                with open(f"/run/netns/{self.name}") as door:
                    if LIBC.setns(door.fileno(), CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), "setns")
                outcome.append((function(*arguments), None))
            except BaseException as error:
                outcome.append((None, error))

        thread = threading.Thread(target=enter_and_call)
        thread.start()
        thread.join()
        value, error = outcome[0]
        if error:
            raise error
        return value


def _ip(*arguments):
    done = subprocess.run(["ip", *arguments], text=True, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
