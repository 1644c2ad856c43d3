"""The promise about nodes: the pool grows before the pods need it, on real Karpenter.

What: the morning's ramp of daily.py, played once on four pools side by side (nodes_play.py). Judged from the API server's
own record: how soon new pods of the ramp were bound, when nodes were asked for, how many node-hours there were with and
without, that a buffer never doubled the pool, and that pools shrink afterwards. At the end everything is deleted and
`aiautoscaler release --all` leaves nothing of ours. Why: replica counts alone buy nothing where a node takes ten minutes.
"""
import math, os, subprocess, sys, time, unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import play  # first: it knows where the modules are
import daily, nodes_play, objects, scorecard
from controller import binary
from timeline import Timeline


@unittest.skipUnless(os.environ.get("AIA_SOAK") == "1", "eight minutes of both cores: ./dev test --soak -R e2e.nodes")
@unittest.skipUnless(binary(), "the controller is not built: ./dev build")
class NodesTest(unittest.TestCase):
    def test_nodes_are_there_before_the_pods(self):
        with nodes_play.NodesPlay(nodes_play.scenario()) as stage:
            stage.until(daily.END)
            self.look(stage)
            self.judge_ramp(stage)
            self.judge_asking(stage)
            self.judge_refill(stage)
            self.judge_shrinking(stage)
            self.undo(stage)

    def look(self, stage):
        for kind in ("acceleratorpools", "aia", "forecasts"):
            print(f"\n$ kubectl get {kind}\n{stage.cluster.kubectl('get', kind)}", flush=True)

    def ramp(self, stage):
        points = stage.points(daily.WARM, daily.END)
        return scorecard.rise(points)

    def judge_ramp(self, stage):
        start, end = self.ramp(stage)
        hours = stage.scenario.compression / 3600
        spent, share, pending = {}, {}, {}
        for name in nodes_play.NAMES:
            pods = stage.cluster.audit.pods("default", name).values()
            waits = self.waits(pods, start, end)
            share[name] = sum(wait <= 2 for wait in waits) / len(waits)
            # Not of the ramp's pods alone, nor their share: a pod that is created as a node comes takes it from one that
            # has waited, perhaps since before the ramp, and that waits on. All together wait as long as nodes take.
            since_warm = self.waits(pods, self.whole(stage)[0], end)
            pending[name] = sum(since_warm) / len(since_warm)
            nodes = Timeline.of(stage.cluster.audit.nodes(pool=name).values())
            spent[name] = nodes.seconds(*self.whole(stage)) * hours
            waits.sort()
            print(f"{name}: {len(waits)} new pods in the ramp, {share[name]:.1%} bound within 2 s, mean {sum(waits) / len(waits):.1f} s "
                  f"(since {daily.WARM / 3600 % 24:.0f} o'clock {pending[name]:.1f} s), median {waits[len(waits) // 2]:.1f} s, longest {waits[-1]:.1f} s; {spent[name]:.0f} node-hours, {spent[name] / spent.get('plain', spent[name]):.2f}", flush=True)
            self.assertGreaterEqual(len(waits), 8, f"{name}: this ramp shows nothing")
        for name in nodes_play.POOLS:
            print(f"{name}: {spent[name] / spent['plain']:.2f} times the node-hours of plain", flush=True)
        for name in nodes_play.POOLS:
            self.assertGreaterEqual(share[name], .95, name)
            self.assertLessEqual(spent[name], 1.25 * spent["plain"], name)
        self.assertGreaterEqual(pending["plain"], .9 * nodes_play.NODE_S)

    def waits(self, pods, start, end):
        """Of the pods that were created then: seconds until each was bound, or until now."""
        return [(life.bound or time.time()) - life.created for life in pods if start <= life.created <= end]

    def whole(self, stage):
        points = stage.points(daily.WARM, daily.END)
        return points[0][0], points[-1][0]

    def judge_asking(self, stage):
        """Each further node of the ramp was asked for at least a node lead and a pod lead before its replica was needed."""
        start, end = self.ramp(stage)
        points = scorecard.between(stage.points(daily.WARM, daily.END), start, end)
        for name in nodes_play.POOLS:
            kind = "machines" if name == "machines" else "nodeclaims"
            asked = Timeline.of(stage.cluster.audit.lives(kind).values() if name == "machines"
                                else stage.cluster.audit.lives(kind, pool=name).values())
            ahead, level = [], scorecard.needed(points[0][1], nodes_play.PER_REPLICA)
            for at, rps in points:
                while rps > level * nodes_play.PER_REPLICA:
                    level += 1
                    since = asked.first_at_least(level, start - 240)
                    ahead.append(at - since if since else 0.0)
            ahead.sort()
            node_s = nodes_play.NODE_S + (nodes_play.GPU_S if name == "machines" else 0)
            print(f"{name}: nodes of the ramp were asked for {ahead[len(ahead) // 2]:.1f} s before the need (median), "
                  f"at least {ahead[0]:.1f} s; node lead {node_s} s, pod lead {nodes_play.LEAD_S} s", flush=True)
            self.assertTrue(ahead, f"{name}: demand never needed one more")
            self.assertGreaterEqual(ahead[0], node_s + nodes_play.LEAD_S, name)

    def judge_refill(self, stage):
        """Whenever Karpenter made a node, it had at most one beyond what pods and the buffer asked for."""
        start, end = self.whole(stage)
        lives = stage.cluster.audit.lives("nodeclaims", pool="buffer").values()
        claims = Timeline.of(lives, end="deleting")
        pods = Timeline.of(stage.cluster.audit.pods("default", "buffer").values())
        held, buffer = [], 0
        for write in stage.cluster.audit.writes("capacitybuffers"):
            if write.code < 300 and write.replicas is not None and write.user.endswith("aiautoscaler"):
                buffer = write.replicas
                held.append((write.time, buffer))
        self.assertTrue(held, "no buffer was written")
        beyond = 0
        for at in sorted(life.created for life in lives):
            if start <= at <= end:
                asked = next((replicas for time_, replicas in reversed(held) if time_ <= at), 0)
                beyond = max(beyond, claims.at(at) - pods.at(at) - asked)
        print(f"buffer: at most {beyond} nodes beyond pods and buffer", flush=True)
        self.assertLessEqual(beyond, 1)

    def judge_shrinking(self, stage):
        """After its peak a pool gives nodes back, and none on which a pod still is."""
        end = self.whole(stage)[1]
        for name in nodes_play.POOLS:
            nodes = stage.cluster.audit.nodes(pool=name).values()
            pods = list(stage.cluster.audit.pods("default", name).values())
            count = Timeline.of(nodes)
            peak, last = max(count.counts), count.at(end)
            print(f"{name}: {peak} nodes at its peak, {last} at the end, for {Timeline.of(pods).at(end)} pods", flush=True)
            self.assertLess(last, peak, f"{name}: no node was given back")
            for node in nodes:
                left = [pod.name for pod in pods if pod.node == node.name and (pod.deleted or math.inf) > (node.deleted or math.inf)]
                self.assertEqual(left, [], f"{name}: node {node.name} went with pods on it")

    def undo(self, stage):
        """Deleted in another order for each pool; then nothing of ours is left, and sizes are as they were."""
        api, cluster = stage.cluster.api, stage.cluster
        pools = "/apis/aiautoscaler.io/v1alpha1/acceleratorpools"
        cluster.kubectl("delete", "deployment", "buffer", "static", "--wait=false")
        api.request("DELETE", f"{objects.API}/aiautoscalers/buffer")
        api.request("DELETE", f"{pools}/static")
        cluster.wait_for(lambda: not api.exists(f"{pools}/static"), "the static pool gone, its size as it was", 90)
        size = api.get("/apis/karpenter.sh/v1/nodepools/static/scale")["spec"].get("replicas", 0)
        self.assertEqual(size, stage.initial)
        stage.controller.kill()
        cluster.kubectl("delete", "deployment", "machines", "--wait=false")  # not before: its size would be put back at once
        cluster.wait_for(lambda: not api.get("/api/v1/namespaces/default/pods?labelSelector=app%3Dmachines")["items"], "its pods gone", 60)
        api.request("DELETE", f"{objects.API}/aiautoscalers/machines")
        api.request("DELETE", f"{pools}/machines")
        time.sleep(2)
        self.assertTrue(api.exists(f"{pools}/machines"), "the pool went before its size was put back")
        done = subprocess.run([binary(), "release", "--all", f"--kubeconfig={cluster.admin_kubeconfig}"], text=True, capture_output=True)
        print(done.stdout, done.stderr, flush=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(api.exists(f"{pools}/machines"))
        path = "/apis/cluster.x-k8s.io/v1beta2/namespaces/default/machinedeployments/machines/scale"
        self.assertEqual(api.get(path)["spec"].get("replicas", 0), stage.initial)
        ours = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Daiautoscaler"
        self.assertEqual(api.get(f"/apis/autoscaling.x-k8s.io/v1beta1/capacitybuffers?{ours}")["items"], [])
        self.assertEqual(api.get(f"/api/v1/podtemplates?{ours}")["items"], [])


if __name__ == "__main__":
    unittest.main()
