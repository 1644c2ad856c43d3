"""The manifests on a real API server: every kustomization renders and is admitted, and so is what the documentation says.

What: each overlay and each kustomization in docs/install.md is built by the pinned kubectl and sent as a server-side dry run
in which everything else of it is there; the Deployment against the restricted Pod Security Standard; Recommend's roles
against the right to scale. Why: a manifest that nobody applied is a guess.
"""
import copy, json, re, shutil, sys, tempfile, unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import installation
from installation import NAME, NAMESPACE, OVERLAYS, ROOT

from cluster import Cluster, ClusterError

import rights

WRITES = {"create", "update", "patch", "delete", "deletecollection", "*"}
REPORTS = {"aiautoscalers/status", "aiautoscalers/finalizers", "forecasts", "forecasts/status", "acceleratorpools/status"}


class ManifestsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("manifests").up()
        cls.addClassCleanup(cls.cluster.down)
        for namespace in ("serving", "batch"):
            cls.cluster.kubectl("create", "namespace", namespace)
        cls.cluster.kubectl("apply", "-k", OVERLAYS / "act")

    def dry_run(self, *what):
        """Everything but storing it; ClusterError with the API server's refusal."""
        self.cluster.kubectl("apply", "--server-side", "--force-conflicts", "--dry-run=server", *what)

    def render(self, folder):
        """{kind/name: object}"""
        text = self.cluster.kubectl("create", "--dry-run=client", "-o", "json", "-k", folder)
        items = json.loads("[" + text.replace("\n}\n{", "\n},{") + "]")
        return {f"{item['kind']}/{item['metadata']['name']}": item for item in items}

    def pod(self):
        """One as the Deployment makes it."""
        found = self.cluster.api.get(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{NAME}")
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "trial", "namespace": NAMESPACE},
                "spec": copy.deepcopy(found["spec"]["template"]["spec"])}

    def test_every_overlay_is_admitted(self):
        overlays = sorted(path.parent for path in OVERLAYS.glob("*/kustomization.yaml"))
        self.assertEqual([overlay.name for overlay in overlays], ["act", "one-namespace", "recommend"])
        for overlay in overlays:
            with self.subTest(overlay.name):
                self.dry_run("-k", overlay)

    def test_what_the_documentation_shows_is_admitted(self):
        shown = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/install.md").read_text(), re.S)
        self.assertGreaterEqual(len(shown), 4)
        with tempfile.TemporaryDirectory() as folder:
            mine = Path(folder) / "my-folder"   # beside manifests, as the documentation has it
            for shipped in ("crds", "manifests"):
                shutil.copytree(ROOT / shipped, Path(folder) / shipped)
            for number, block in enumerate(shown):
                with self.subTest(f"block {number + 1}"):
                    mine.mkdir()
                    kustomization = "kind: Kustomization" in block
                    (mine / ("kustomization.yaml" if kustomization else "shown.yaml")).write_text(block)
                    for file in ("token", "ca.crt"):
                        (mine / file).write_text("secret")
                    self.dry_run("-k" if kustomization else "-f", mine)
                    if "secretGenerator" in block:
                        self.secret_is_mounted(self.render(mine))
                shutil.rmtree(mine)

    def secret_is_mounted(self, objects):
        volume, = (one for one in objects[f"Deployment/{NAME}"]["spec"]["template"]["spec"]["volumes"] if "secret" in one)
        self.assertIn(f"Secret/{volume['secret']['secretName']}", objects)

    def test_examples_are_admitted(self):
        self.cluster.kubectl("apply", "--dry-run=server", "-f", ROOT / "manifests/examples")

    def test_the_files_can_be_applied_without_kustomize(self):
        """As README and the test cluster do: a Kustomization beside them must not be taken for an object."""
        self.dry_run("-f", ROOT / "crds", "-f", ROOT / "manifests/rbac")

    def test_pods_are_restricted(self):
        pod = self.pod()
        self.cluster.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))
        container, = pod["spec"]["containers"]
        for loosen in (lambda: pod["spec"]["securityContext"].pop("seccompProfile"),
                       lambda: container["securityContext"].pop("capabilities")):
            loosen()   # the standard is enforced, or the line above would say nothing
            with self.assertRaisesRegex(ClusterError, "violates PodSecurity"):
                self.cluster.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))

    def test_beyond_the_restricted_standard(self):
        pod = self.pod()
        container, = pod["spec"]["containers"]
        self.assertTrue(container["securityContext"]["readOnlyRootFilesystem"])
        self.assertGreater(pod["spec"]["securityContext"]["runAsUser"], 0)
        self.assertEqual(pod["spec"]["volumes"], [{"name": "state", "emptyDir": {}}], "nothing else to write to")
        self.assertIn("memory", container["resources"]["limits"])

    def test_probes_have_a_port_of_their_own(self):
        container, = self.pod()["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        self.assertEqual(ports, {"metrics": 8080, "health": 8081})
        self.assertEqual({container[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe")}, {"health"})

    def test_recommend_cannot_scale_and_one_namespace_stays_in_it(self):
        act, recommend = self.render(OVERLAYS / "act"), self.render(OVERLAYS / "recommend")
        self.assertEqual(set(act) - set(recommend), {"ClusterRole/aiautoscaler-act", "ClusterRoleBinding/aiautoscaler-act"})
        writes = [right for item in recommend.values() if item["kind"] in ("ClusterRole", "Role")
                  for rule in item["rules"] for right in rights.of_rule(rule) if right.verb in WRITES]
        outside = [right for right in writes if right.group not in ("aiautoscaler.io", "events.k8s.io", "coordination.k8s.io")]
        self.assertEqual(outside, [], "Recommend writes nobody else's objects")
        ours = {right.resource for right in writes if right.group == "aiautoscaler.io"}
        self.assertEqual(ours, REPORTS, "Recommend reports: it changes no AIAutoscaler and no AcceleratorPool")
        small = self.render(OVERLAYS / "one-namespace")
        self.assertFalse([name for name in small if name.startswith("ClusterRoleBinding/")])
        self.assertEqual(small["RoleBinding/aiautoscaler-recommend"]["metadata"]["namespace"], "serving")


if __name__ == "__main__":
    unittest.main()
