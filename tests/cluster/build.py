#!/usr/bin/env python3
"""Builds the control plane's programs from their Go modules into a cache outside the tree.

What: kube-apiserver and friends, etcd, kwok, Karpenter, Prometheus and VictoriaMetrics, and Cluster API's CRDs, each
part pinned by the go.mod and go.sum in its own folder. Why: tests meet the real thing, without containers and without anything
installed by hand; a part is built once per pin and shared by every checkout and every caller.
Source: the modules' own build instructions; versions in the go.mod files.
"""
import argparse, contextlib, fcntl, hashlib, json, os, shutil, subprocess, sys, tempfile, time
from dataclasses import dataclass, field
from pathlib import Path

from toolchain import BuildError, cache_dir, find_go

HERE = Path(__file__).resolve().parent
PROGRESS_S = 10  # a line of progress this often while a build runs


@dataclass(frozen=True)
class Part:
    packages: dict                 # program name -> Go package
    tags: str = ""
    ldflags: str = "-s -w"
    data: dict = field(default_factory=dict)  # folder in the cache -> (module, folder in the module)


VERSION = "k8s.io/component-base/version"
PARTS = {
    "etcd": Part({"etcd": "go.etcd.io/etcd/server/v3"}),
    "kwok": Part({"kwok": "sigs.k8s.io/kwok/cmd/kwok"},
                 data={"stages": ("sigs.k8s.io/kwok", "kustomize/stage")}),
    "kubernetes": Part(
        {name: f"k8s.io/kubernetes/cmd/{name}" for name in
         ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")},
        ldflags=f"-s -w -X {VERSION}.gitVersion=v1.36.3 -X {VERSION}.gitMajor=1 -X {VERSION}.gitMinor=36"),
    "karpenter": Part({"karpenter": "sigs.k8s.io/karpenter/kwok"},
                      ldflags="-s -w -X sigs.k8s.io/karpenter/pkg/operator.Version=v1.14.0",
                      data={"crds/karpenter": ("sigs.k8s.io/karpenter", "pkg/apis/crds"),
                            "crds/kwok": ("sigs.k8s.io/karpenter", "kwok/apis/crds")}),
    "cluster-api": Part({}, data={"crds": ("sigs.k8s.io/cluster-api", "core/config/crd/bases")}),
    "prometheus": Part(
        {name: f"github.com/prometheus/prometheus/cmd/{name}" for name in ("prometheus", "promtool")},
        ldflags="-s -w -X github.com/prometheus/common/version.Version=3.15.0",
        tags="netgo,remove_all_sd,enable_kubernetes_sd"),
    "prometheus-2": Part(  # no tags keep its service discoveries out
        {f"{name}-2": f"github.com/prometheus/prometheus/cmd/{name}" for name in ("prometheus", "promtool")},
        ldflags="-s -w -X github.com/prometheus/common/version.Version=2.53.3",
        tags="netgo"),
    "victoriametrics": Part(
        {"victoria-metrics": "github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics"},
        ldflags="-s -w -X github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version=victoria-metrics-v1.122.0"),
}
CONTROL_PLANE = ("etcd", "kwok", "kubernetes")


def location(name):
    """Where this pin of a part is (or will be) cached."""
    part, digest = PARTS[name], hashlib.sha256()
    for pin in ("go.mod", "go.sum"):
        digest.update((HERE / name / pin).read_bytes())
    digest.update(repr(part).encode())
    return cache_dir() / f"{name}-{digest.hexdigest()[:12]}"


def ensure(*names, say=lambda line: print(line, file=sys.stderr, flush=True)):
    """Builds what is not cached yet. Returns {program: path}."""
    programs = {}
    for name in names or PARTS:
        target = location(name)
        if not target.is_dir():
            with _lock(name, target, say):
                if not target.is_dir():
                    _build(name, target, say)
        programs |= {program: target / "bin" / program for program in PARTS[name].packages}
    return programs


@contextlib.contextmanager
def _lock(name, target, say):
    """One builder per pin; the others wait for its result."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{target}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{name}: another process is building it, waiting")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(name, target, say):
    part, go = PARTS[name], find_go(say)
    work = Path(tempfile.mkdtemp(prefix=f"{target.name}.partial-", dir=target.parent))
    env = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off", "GOTOOLCHAIN": "local"}
    if part.packages:
        say(f"{name}: building {', '.join(part.packages)} from source, once")
    start = time.monotonic()
    try:
        for program, package in part.packages.items():
            command = [go, "build", "-v", "-trimpath", "-buildvcs=false", "-tags", part.tags,
                       "-ldflags", part.ldflags, "-o", str(work / "bin" / program), package]
            _run(name, program, command, env, work / "build.log", start, say)
        for folder, (module, path) in part.data.items():
            shutil.copytree(_module(go, name, module, env) / path, work / folder, copy_function=shutil.copyfile)
        work.chmod(0o755)
        work.rename(target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    say(f"{name}: {'built' if part.packages else 'downloaded'} in {time.monotonic() - start:.0f} s, kept in {target}")


def _module(go, name, module, env):
    """The folder of a module's source, downloaded if need be and checked against go.sum."""
    done = subprocess.run([go, "mod", "download", "-json", module], cwd=HERE / name, env=env, text=True, capture_output=True)
    if done.returncode:
        raise BuildError(f"{name}: {module} could not be downloaded: {(done.stdout + done.stderr).strip()[-500:]}")
    return Path(json.loads(done.stdout)["Dir"])


def _run(name, program, command, env, log, start, say):
    with open(log, "a+") as output:
        process = subprocess.Popen(command, cwd=HERE / name, env=env, stdout=output, stderr=output)
        try:
            while True:
                try:
                    code = process.wait(PROGRESS_S)
                    break
                except subprocess.TimeoutExpired:
                    done = sum("/" in line and " " not in line for line in log.read_text().splitlines())
                    say(f"{name}: {program}, {time.monotonic() - start:.0f} s, {done} packages compiled")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if code:
        tail = "\n".join(log.read_text().splitlines()[-15:])
        raise BuildError(f"{name}: `go build` of {program} failed ({code}). It needs Go modules from the network, "
                         f"about 4 GB of disk and 4 GB of memory. Its last lines:\n{tail}")


def main():
    parser = argparse.ArgumentParser(description="Builds the control plane's programs; does nothing when cached.")
    parser.add_argument("part", nargs="*", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--paths", action="store_true", help="print each program's path")
    args = parser.parse_args()
    unknown = set(args.part) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    try:
        programs = ensure(*args.part)
    except BuildError as error:
        sys.exit(str(error))
    if args.paths:
        for program, path in programs.items():
            print(f"{program} {path}")


if __name__ == "__main__":
    main()
