"""The API server hangs, dies, loses its etcd, is slow, cuts answers off, swallows them, or no longer knows our token."""
import unittest

from scene import Scene
from fault import Fault
from identities import NAMESPACE, SERVICE_ACCOUNT
from pace import PACE
from relay import BlackHole, Cut, Delay, Throttle
from stage import TOKEN_SECRET


def relayed(name, fault, **options):
    def set_to(value):
        return lambda stage: setattr(stage.api_relay, "fault", value)
    return Fault(name, set_to(fault), set_to(None), **options)


def server(stage, name="kube-apiserver"):
    return stage.cluster.processes[name]


def back(stage, *actions):
    for action in actions:
        action()
    stage.wait(stage.answers, "the API server answers", 60)


def expire_token(stage):
    """Deletes what the token is bound to, and returns when the API server's cache has noticed."""
    api, token = stage.cluster.api, stage.token_path.read_text()
    api.request("DELETE", f"/api/v1/namespaces/{NAMESPACE}/secrets/{TOKEN_SECRET}")
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    stage.wait(lambda: not api.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)["status"]
               .get("authenticated"), "the token expired", 30)


def new_token(stage):
    stage.cluster.rotate_token(stage.token_path, SERVICE_ACCOUNT, NAMESPACE, bound_to=TOKEN_SECRET)


FAULTS = [
    Fault("none", lambda stage: None, lambda stage: None, writes=True, local=True),
    relayed("API server slow", Delay(PACE.cycle_s / 15), writes=True),
    relayed("API server throttled", Throttle(24_000 / PACE.cycle_s), writes=True),
    relayed("API server cuts answers", Cut(2_000)),
    relayed("API server swallows", BlackHole()),
    Fault("API server stopped", lambda stage: server(stage).pause(), lambda stage: back(stage, server(stage).resume),
          ci_s=8, soak_s=120),
    Fault("API server killed", lambda stage: server(stage).kill(), lambda stage: back(stage, server(stage).start), soak_s=120),
    Fault("etcd killed", lambda stage: server(stage, "etcd").kill(), lambda stage: back(stage, server(stage, "etcd").start)),
    Fault("token expired", expire_token, new_token),
]


class ApiServerTest(Scene):
    name = "api-server"

    def test_faults(self):
        self.play(*FAULTS)
        self.end_with_a_true_fall()


if __name__ == "__main__":
    unittest.main()
