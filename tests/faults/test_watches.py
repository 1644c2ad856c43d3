"""A controller that can no longer see: the right to list and watch is taken from it while everything else works. What it has
cached stays, and may be wrong by now: it must not scale in on it, and not keep the lease from one that sees."""
import dataclasses, signal, time, unittest

from scene import Scene
import objects
from controller import Controller
from fault import Expect, Fault
from identities import NAMESPACE
from pace import PACE
from stage import Stage

RBAC = "/apis/rbac.authorization.k8s.io/v1"
READER = f"{RBAC}/clusterroles/aiautoscaler-recommend"
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases/aiautoscaler"
FRESHNESS = "30s" if PACE.soak else "3s"


def refuse(stage):
    """No AIAutoscaler may be listed or watched, streams included; then somebody sets mode Paused."""
    api = stage.cluster.api
    stage.rules = api.get(READER)["rules"]
    api.request("PATCH", READER, {"rules": [rule for rule in stage.rules if rule["resources"] != ["aiautoscalers"]]})
    time.sleep(.5)   # until the API server's own cache has it
    stage.api_relay.reset()
    set_mode(stage, "Paused")


def allow(stage):
    set_mode(stage, "Auto")
    stage.cluster.api.request("PATCH", READER, {"rules": stage.rules})


def set_mode(stage, mode):
    stage.cluster.api.request("PATCH", f"{objects.API}/aiautoscalers/moving", {"spec": {"mode": mode}})


def said_on_readyz(stage):
    code, words = stage.controller.get("/readyz")
    return [] if code == 503 and "nothing was heard of aiautoscalers" in words else [f"/readyz {code}: {words}"]


WORDS = f"nothing was heard of aiautoscalers for more than {FRESHNESS} .*403"
REFUSED = Fault("the watch refused", refuse, allow, blind=True, ci_s=20, soak_s=300, also_at_end=said_on_readyz,
                expect=(Expect("moving", "Ready", "Unknown", "WatchStale", WORDS),
                        Expect("moving", "ScalingLimited", "True", "WatchStale", WORDS)))


class WatchesTest(Scene):
    name = "watches"

    @classmethod
    def make_stage(cls):
        stage = Stage(cls.name)
        stage.pace = dataclasses.replace(PACE, flags={**PACE.flags, "watch-freshness": FRESHNESS})
        return stage

    def test_1_nothing_is_scaled_in_on_what_it_last_saw(self):
        self.play(REFUSED)

    def test_2_who_never_saw_anything_does_not_lead(self):
        stage, blind = self.stage, self.candidate("blind", [("Role", "aiautoscaler-lease")])
        stage.wait(lambda: "the caches are not in yet" in blind.get("/readyz")[1], "one that sees nothing")
        stage.controller.process._signal(signal.SIGTERM)
        stage.wait(lambda: self.holder() == "", "the lease is given back")
        try:
            for _ in range(30):
                self.assertEqual(self.holder(), "")
                self.assertFalse(leads(blind))
                time.sleep(.2)
        finally:
            stage.controller.start()
        stage.wait(lambda: leads(stage.controller), "the one that sees leads")
        blind.__exit__()

    def test_3_who_sees_no_more_gives_way_to_one_that_does(self):
        stage, second = self.stage, self.candidate("second", [("Role", "aiautoscaler-lease"),
                                                              ("ClusterRole", "aiautoscaler-recommend"),
                                                              ("ClusterRole", "aiautoscaler-act")])
        stage.wait(lambda: second.ready() and leads(stage.controller), "two that see, and the first leads")
        self.cluster_binding("aiautoscaler-recommend", "DELETE")
        time.sleep(.5)
        stage.api_relay.reset()
        stage.wait(lambda: leads(second), "the second leads")
        stage.wait(lambda: not leads(stage.controller), "the first does not")
        stage.cluster.apply(self.binding)
        stage.wait(stage.controller_ready, "the first sees again")
        self.assertTrue(leads(second))
        second.__exit__()
        stage.wait(lambda: leads(stage.controller) and not stage.unclean(), "the first leads again")

    # ---- candidates

    def candidate(self, name, roles):
        """A further controller, with a ServiceAccount that has these roles."""
        cluster, api = self.stage.cluster, self.stage.cluster.api
        kubeconfig = cluster.kubeconfig_for(name)
        for kind, role in roles:
            scope = f"namespaces/{NAMESPACE}/rolebindings" if kind == "Role" else "clusterrolebindings"
            api.create(f"{RBAC}/{scope}", {
                "metadata": {"name": f"{name}-{role}"},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
                "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}]})
        made = Controller(kubeconfig, f"http://{self.stage.query_relay.address}", self.stage.folder / f"{name}.log",
                          self.stage.pace.flags)
        self.addCleanup(made.__exit__)
        return made.start()

    def cluster_binding(self, name, verb):
        path = f"{RBAC}/clusterrolebindings/{name}"
        found = self.stage.cluster.api.get(path)
        self.binding = {key: found[key] for key in ("apiVersion", "kind", "roleRef", "subjects")}
        self.binding["metadata"] = {"name": name}
        self.stage.cluster.api.request(verb, path)

    def holder(self):
        return self.stage.cluster.api.get(LEASE)["spec"].get("holderIdentity", "")


def leads(controller):
    return "\naiautoscaler_leader 1\n" in controller.get("/metrics")[1]


if __name__ == "__main__":
    unittest.main()
