"""Tenants that cost what they can: each has a namespace of its own and attacks what the namespaces share.

What: crowd(size): {namespace: its AIAutoscalers}, deployments() with fat pods and with many, malformed() (references that the
API server must refuse), long_labels() (an exporter's text), SilentConnections; and the Probe that must not notice. Why: what
one tenant may cost is bounded for each; this is all of them at once. Source: docs/tenancy.md and docs/operations.md, each
bound of which is met or gone beyond by one tenant.
"""
import contextlib, http.client, itertools, socket, string, threading, time
from dataclasses import dataclass

from nodes import gpu_deployment
from openmetrics import Family, sample

MEBIBYTE = 1 << 20
LONGEST_QUERY = 4096          # characters, by the CRD
MOST_DEMANDS = 8              # of one object, by the CRD
MOST_SELECTORS = 32           # of one query: its evidence is asked for up to so many
WORDS = {"and", "avg", "bool", "by", "inf", "max", "min", "nan", "on", "or", "sum"}   # of PromQL: no metric is called so
SLOW_QUERY = f"max_over_time(({'+'.join(200 * ['vector(time())%{0}'])})[6h:1s])"   # ends by the time limit, and heeds it
# Prometheus goes on with both when their time is over: as long as is allowed, and ten times as long, which is not asked.
DEAF_QUERIES = [f"max_over_time(quantile_over_time(0.{{0}}, (vector(time()) % 997)[6h:1s])[{steps}s:1s])" for steps in (430, 4300)]
NUMBER = "vector(time() % 997)"

# a Scale of any of these would be another path of the API server's
MALFORMED = [("apps/v1/../../..", "Deployment", "web"), ("../", "Deployment", "web"), ("apps%2fv1", "Deployment", "web"),
             ("apps/v1?watch=1", "Deployment", "web"), ("apps/v1", "Deployment/scale", "web"), ("apps/v1", "Deployment", ".."),
             ("apps/v1", "Deployment", "../../honest/deployments/honest"), ("apps/v1", "Deployment", "%2e%2e"),
             ("apps/v1", "Deployment", "web/scale"), ("apps/v1", "Deployment", "web\r\nX-Remote-User: admin")]


@dataclass(frozen=True)
class Size:
    """How much of each there is."""
    floods: int             # objects whose queries have a thousand selectors
    dense: int              # objects that use all selectors which are asked about
    many: int               # objects: each third names the fat Deployment, the crowded one, or the fat one by an invented version
    fat_pods: int
    fat_kib: int            # of annotations, and of the environment twice as much
    crowded_pods: int
    labels: int             # values of the label that is decomposed by
    label_bytes: int
    bomb_mib: int           # of one label; Prometheus has none of more than 16
    error_mib: int          # of each label that an error repeats, and of another object's a fifth
    slow: int               # objects whose queries end by the time limit
    deaf: int               # objects whose queries Prometheus goes on with when their time is over


def crowd(size, cycle_s):
    """{namespace: AIAutoscalers}."""
    versions = (f"invented-{i}.example.com/v1" for i in itertools.count())
    targets = itertools.chain.from_iterable(
        ({"target": "fat"}, {"target": "crowded"}, {"target": "fat", "version": version}) for version in versions)
    short, others = metric_names(3), metric_names(4)

    def flood():
        return "+".join(itertools.islice(short, (LONGEST_QUERY + 1) // 4))

    return {
        "evidence": [autoscaler("evidence", f"flood-{i}", [demand(k, flood(), backlog=flood()) for k in range(MOST_DEMANDS)])
                     for i in range(size.floods)],
        "dense": [autoscaler("dense", f"dense-{i}", [demand(k, "+".join(itertools.islice(others, MOST_SELECTORS)))
                                                     for k in range(3)]) for i in range(size.dense)],
        "many": [autoscaler("many", f"many-{i}", [demand(0, NUMBER)], **target)
                 for i, target in zip(range(size.many), targets)],
        "labels": [autoscaler("labels", f"labels-{i}", [demand(k, f"sum by (a) (fat * {k + 1})", decompose="a")
                                                        for k in range(MOST_DEMANDS)]) for i in range(2)],
        "bombs": [autoscaler("bombs", name, [demand(k, bomb(size.bomb_mib * MEBIBYTE)) for k in range(MOST_DEMANDS)])
                  for name, bomb in (("replaced", replaced_bomb), ("joined", joined_bomb))],
        "loud": [autoscaler("loud", f"loud-{i}", [demand(k, loud_error(bytes_, cycle_s)) for k in range(MOST_DEMANDS)])
                 for i, bytes_ in enumerate((size.error_mib * MEBIBYTE, size.error_mib * MEBIBYTE // 5))],
        "slow": [autoscaler("slow", f"slow-{i}", [demand(k, SLOW_QUERY.format(k + 2)) for k in range(MOST_DEMANDS)])
                 for i in range(size.slow)],
        "deaf": [autoscaler("deaf", f"deaf-{i}", [demand(k, DEAF_QUERIES[i % 2].format(k + 1)) for k in range(MOST_DEMANDS)])
                 for i in range(size.deaf)],
    }


def malformed(namespace):
    return [autoscaler(namespace, f"malformed-{i}", [demand(0, NUMBER)], target=name, version=version, kind=kind)
            for i, (version, kind, name) in enumerate(MALFORMED)]


# ---- objects

def autoscaler(namespace, name, demands, target="web", version="apps/v1", kind="Deployment"):
    spec = {"scaleTargetRef": {"apiVersion": version, "kind": kind, "name": target}, "maxReplicas": 5, "demand": demands}
    if not any("decompose" in one["metric"] for one in demands):
        spec["forecast"] = {"model": "None"}
    return {"apiVersion": "aiautoscaler.io/v1alpha1", "kind": "AIAutoscaler",
            "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def demand(number, query, backlog=None, decompose=None):
    assert len(query) <= LONGEST_QUERY
    made = {"name": f"d{number}", "metric": {"query": query, "kind": "Rate"}, "capacity": {"perReplica": "1000"}}
    if backlog:
        made["backlog"] = {"query": backlog}
    if decompose:
        made["metric"]["decompose"] = {"label": decompose, "heaviest": 8}
    return made


def deployments(size):
    """Of namespace `many`. Annotations may have 256 KiB."""
    return (fat_deployment("many", size.fat_pods, size.fat_kib),
            gpu_deployment("crowded", size.crowded_pods, gpus=0, namespace="many"))


def fat_deployment(namespace, pods, kib):
    made = gpu_deployment("fat", pods, gpus=0, namespace=namespace)
    template = made["spec"]["template"]
    template["metadata"]["annotations"]["fat"] = "x" * (kib << 10)
    template["spec"]["containers"][0]["env"] = [{"name": f"FAT_{i}", "value": "x" * (kib << 10)} for i in range(2)]
    return made


# ---- queries

def metric_names(characters):
    """Each once: the shorter they are, the more selectors go into a query."""
    letters = string.ascii_letters + "_"
    names = map("".join, itertools.product(letters, *(characters - 1) * [letters + string.digits + ":"]))
    return (name for name in names if name.lower() not in WORDS)


def replaced_bomb(size_bytes, base=300):
    """A label that grows to about so many bytes: twentyfold, tenfold, and then what is missing."""
    query = f'label_replace(vector(1),"a","{"x" * base}","","")'
    for times in (20, 10, -(-size_bytes // (base * 200))):
        query = f'label_replace({query},"a","{"$1" * times}","a","(.*)")'
    return query


def joined_bomb(size_bytes, base=300):
    """The same by joining a label with itself."""
    query = f'label_replace(vector(1),"a","{"x" * base}","","")'
    for times in (20, 20, -(-size_bytes // (base * 400))):
        query = f'label_join({query},"a","",{",".join(times * [chr(34) + "a" + chr(34)])})'
    return query


def loud_error(size_bytes, cycle_s):
    """Fails every other cycle, with two labels of so many bytes in the error: it is new each time."""
    twice = " or ".join(f'label_replace({replaced_bomb(size_bytes)},"b","{i}","","")' for i in (1, 2))
    return f"(vector(1) and on() (vector(time()) % {2 * cycle_s:g} < {cycle_s:g})) * on(z) ({twice})"


def long_labels(count, size_bytes):
    """What the exporter of namespace `labels` says: a series for each value of the label."""
    family = Family("fat", "gauge", "Series whose label is long.")
    lines = [sample(family.name, {"a": f"{i:05}" + "x" * size_bytes}, i + 1) for i in range(count)]
    return family.head() + "".join(lines) + "# EOF\n"


# ---- connections

class Background:
    """`_run` on a thread of its own, from `with` to its end, which `_ended` tells."""
    def __init__(self):
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


class SilentConnections(Background):
    """`count` connections to an address that say half a request and no more; each is opened again when it ends."""
    SOURCE, PAUSE_S = "127.0.0.2", .1

    def __init__(self, address, count=64):
        super().__init__()
        host, port = address.split(":")
        self._target, self._count, self.opened = (host, int(port)), count, 0
        self._open = []

    def __exit__(self, *_):
        super().__exit__()
        for connection in self._open:
            connection.close()

    def _run(self):
        while not self._ended.wait(self.PAUSE_S):
            self._open = [connection for connection in self._open if _lives(connection)]
            with contextlib.suppress(OSError):
                while len(self._open) < self._count:
                    connection = socket.create_connection(self._target, timeout=1, source_address=(self.SOURCE, 0))
                    self._open.append(connection)
                    self.opened += 1
                    connection.sendall(b"GET /healthz")


def _lives(connection):
    connection.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        try:
            if connection.recv(1):
                return True
        except ConnectionError:
            pass
        connection.close()
        return False
    return True


class Probe(Background):
    """Asks /healthz once a second as a kubelet does: a new connection each time, and a second for the answer."""
    EVERY_S, TIMEOUT_S = 1.0, 1.0

    def __init__(self, address):
        super().__init__()
        self._address, self.answered, self.missed, self.slowest_s = address, 0, [], 0.0

    def _run(self):
        due = time.monotonic()
        while not self._ended.wait(max(0, due - time.monotonic())):
            begun = time.monotonic()
            why = self._ask()
            took = time.monotonic() - begun
            self.slowest_s = max(self.slowest_s, took)
            if why or took > self.TIMEOUT_S:
                self.missed.append((time.time(), why or f"took {took:.2f} s"))
            else:
                self.answered += 1
            due = max(due + self.EVERY_S, time.monotonic())

    def _ask(self):
        """Why it failed; nothing when all is well."""
        connection = http.client.HTTPConnection(self._address, timeout=self.TIMEOUT_S)
        try:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
            return "" if status == 200 else f"status {status}"
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        finally:
            connection.close()
