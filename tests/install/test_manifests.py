"""The manifests on a real API server: every kustomization renders and is admitted, and so is what the documentation says.

What: each overlay and each kustomization in docs/install.md is built by the pinned kubectl and sent as a server-side dry run
in which everything else of it is there; the Deployment against the restricted Pod Security Standard; Recommend's roles
against the right to scale; monitoring with and without the Prometheus operator's kinds; the documented uninstallation against
what was there before; the examples' regular expressions against their neighbours' pods. Why: a manifest that nobody applied
is a guess.
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
MONITORING = ROOT / "manifests/monitoring"
EXAMPLES = ROOT / "manifests/examples"
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
        self.cluster.kubectl("apply", "--dry-run=server", "-f", EXAMPLES)

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

    def test_monitoring_without_and_with_the_operator(self):
        self.cluster.kubectl("apply", "-k", MONITORING)
        dashboard = self.cluster.api.get(f"/api/v1/namespaces/{NAMESPACE}/configmaps/aiautoscaler-dashboard")
        self.assertEqual(dashboard["metadata"]["labels"]["grafana_dashboard"], "1")
        with self.assertRaisesRegex(ClusterError, "no matches for kind"):
            self.cluster.kubectl("apply", "-k", MONITORING / "prometheus-operator")
        kinds = {"podmonitors": "PodMonitor", "prometheusrules": "PrometheusRule"}
        self.cluster.apply(*(operator_kind(plural, kind) for plural, kind in kinds.items()))
        self.addCleanup(self.cluster.kubectl, "delete", "crd", *(f"{plural}.monitoring.coreos.com" for plural in kinds))
        self.cluster.kubectl("wait", "--for=condition=Established", "crd", *(f"{plural}.monitoring.coreos.com" for plural in kinds))
        self.cluster.kubectl("apply", "-k", MONITORING / "prometheus-operator")
        for plural in kinds:
            self.cluster.api.get(f"/apis/monitoring.coreos.com/v1/namespaces/{NAMESPACE}/{plural}/{NAME}")


class UninstallTest(unittest.TestCase):
    """Installed in each way that the documentation has, uninstalled as it says: nothing is left but what was there before."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("uninstall").up()
        cls.addClassCleanup(cls.cluster.down)
        cls.cluster.kubectl("delete", "namespace", NAMESPACE)  # the test cluster's own
        for namespace in ("serving", "batch"):
            cls.cluster.kubectl("create", "namespace", namespace)
        cls.before = cls.cluster.wait_for(cls.settled, "what Kubernetes makes in a namespace", 30)

    @classmethod
    def settled(cls):
        found = installation.everything(cls.cluster)
        return found if f"namespace/{NAMESPACE}" not in found and "serviceaccount/default" in found else None

    def test_nothing_is_left(self):
        docs = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/install.md").read_text(), re.S)
        of_groups, = (block for block in docs if "aiautoscaler-leaderworkersets" in block)
        ways = {
            "act": lambda apply: apply("-k", OVERLAYS / "act"),
            "recommend, the right to act by itself": lambda apply: (
                apply("-k", OVERLAYS / "recommend"), apply("-f", ROOT / "manifests/rbac/act.yaml"),
                apply("-f", "-", stdin=of_groups)),
            "one namespace": lambda apply: apply("-k", OVERLAYS / "one-namespace"),
            "what it needs outside the cluster, with objects": lambda apply: (
                apply("-k", ROOT / "crds"), apply("-k", ROOT / "manifests/rbac"), apply("-k", MONITORING), self.lease(),
                self.cluster.kubectl("wait", "--for=condition=Established", "crd", "--all"), apply("-f", EXAMPLES)),
        }
        for name, install in ways.items():
            with self.subTest(name):
                install(lambda *what, **options: self.cluster.kubectl("apply", *what, **options))
                self.assertGreater(len(installation.everything(self.cluster) - self.before), 5)
                installation.uninstall(self.cluster)
                self.assertEqual(installation.everything(self.cluster) - self.before, set())

    def lease(self):
        self.cluster.apply({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": {"holderIdentity": "me"},
                            "metadata": {"name": NAME, "namespace": NAMESPACE}})


class ExamplesTest(unittest.TestCase):
    def test_a_regular_expression_matches_the_target_s_pods_only(self):
        texts = [path.read_text() for path in EXAMPLES.glob("*.yaml")] + [
            path.read_text() for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))]
        found = 0
        for block in (part for text in texts for part in re.split(r"\n---\n|```", text)):
            for regex in re.findall(r'pod=~"([^"]*)"', block):
                found += 1
                target, = re.findall(r"kind: Deployment\n? *,? *name: ([\w-]+)", block)
                with self.subTest(regex):
                    for own in ("6d4cf56db6-x2v5k", "7f9-abcde", "5c689d88bb-00000"):
                        self.assertRegex(f"{target}-{own}", rf"\A(?:{regex})\Z")
                    for other in ("", "-0", "-12", "-api-6d4cf56db6-x2v5k", "-api-0", "-v2-6d4cf56db6-x2v5k", "2-6d4cf56db6-x2v5k"):
                        self.assertNotRegex(target + other, rf"\A(?:{regex})\Z")
                    self.assertNotRegex(f"big-{target}-6d4cf56db6-x2v5k", rf"\A(?:{regex})\Z")
        self.assertGreaterEqual(found, 3)


def operator_kind(plural, kind):
    """A CRD of the Prometheus operator's, as far as the API server needs it."""
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.monitoring.coreos.com"},
            "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced",
                     "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
                     "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                         "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}


if __name__ == "__main__":
    unittest.main()
