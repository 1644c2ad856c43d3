"""The command line: up, down, status, env, kubectl, nodes; what `./dev cluster` calls.

What: a thin shell over Cluster. Why: by hand one wants the same cluster that the tests use. Clusters made
here stay until `down`. Source: none; see README.md.
"""
import argparse, os, sys, time
from pathlib import Path

from cluster import Cluster, ClusterError
from toolchain import BuildError, cache_dir


def main():
    parser = argparse.ArgumentParser(prog="cluster", description="A real Kubernetes control plane with simulated nodes.")
    parser.add_argument("--name", default="default", help="which cluster, if you want several")
    parser.add_argument("--dir", type=Path, help="its folder (default: in the cache, by name)")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start it")
    up.add_argument("--manifest", action="append", default=[], metavar="PATH", help="apply a file or folder (repeatable)")
    up.add_argument("--gpu-nodes", type=int, default=2, metavar="N", help="nodes with 8 GPUs each (default: %(default)s)")
    down = commands.add_parser("down", help="end it and remove its folder")
    down.add_argument("--keep", action="store_true", help="leave its logs and audit.log")
    commands.add_parser("status", help="say what runs; exit status 1 if something does not")
    commands.add_parser("env", help="print shell lines: eval \"$(… env)\"")
    kubectl = commands.add_parser("kubectl", help="run kubectl on it")
    kubectl.add_argument("args", nargs=argparse.REMAINDER)
    for command in (up, down):  # --name and --dir may also follow the command
        command.add_argument("--name", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        command.add_argument("--dir", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = (args.dir or cache_dir() / "clusters" / args.name).resolve()
    try:
        sys.exit({"up": _up, "down": _down, "status": _status, "env": _env, "kubectl": _kubectl}[args.command](args, folder))
    except (ClusterError, BuildError) as error:
        sys.exit(f"cluster: {error}")


def _up(args, folder):
    start = time.monotonic()
    cluster = Cluster(args.name, folder, detached=True).up(args.manifest)
    if args.gpu_nodes:
        cluster.add_gpu_nodes(args.gpu_nodes)
    print(f"up in {time.monotonic() - start:.1f} s: {cluster.server}, {folder}")


def _down(args, folder):
    Cluster.attach(folder).down(keep=args.keep)
    print("down")


def _status(args, folder):
    cluster = Cluster.attach(folder)
    for name, process in cluster.processes.items():
        print(f"{name:24} {'running' if process.alive() else 'ENDED':8} process {process.pid}  {process.log}")
    cluster.check()
    print(f"{'server':24} {cluster.server}")
    print(f"{'nodes':24} {len(cluster.api.get('/api/v1/nodes')['items'])}")


def _env(args, folder):
    cluster = Cluster.attach(folder)
    print(f"export KUBECONFIG={cluster.admin_kubeconfig}")
    print(f"export PATH={cluster.program('kubectl').parent}:$PATH")


def _kubectl(args, folder):
    cluster = Cluster.attach(folder)
    program = cluster.program("kubectl")
    os.execv(program, [str(program), f"--kubeconfig={cluster.admin_kubeconfig}", *args.args])
