"""Which rights a ServiceAccount has by its roles, which it used, and what it was refused, by the audit log.

What: granted() from the bindings, requests() from the record, both by Right. Why: a right that nothing uses is one that an intruder gets for
nothing; one that is missing is found by users otherwise. Source: rbac.authorization.k8s.io/v1; audit.k8s.io/v1 Event.
"""
from typing import NamedTuple

RBAC = "/apis/rbac.authorization.k8s.io/v1"
# What AcceleratorPools are made of; with their /status and /scale. e2e.release sees each right on them used.
OF_POOLS = {"acceleratorpools", "capacitybuffers", "podtemplates", "nodepools", "nodeclaims", "machinedeployments", "machines"}


class Right(NamedTuple):
    group: str       # "" is the core group
    resource: str    # with its subresource: deployments/scale
    verb: str

    @property
    def is_of_pools(self):
        return self.resource.partition("/")[0] in OF_POOLS

    def __str__(self):
        return f"{self.verb} {self.resource}{'.' + self.group if self.group else ''}"


def granted(api, namespace, account):
    """{Right: name of the first role that grants it}, from all bindings on the cluster that name the ServiceAccount."""
    rights = {}
    for kind in ("clusterrolebindings", "rolebindings"):
        for binding in api.get(f"{RBAC}/{kind}")["items"]:
            if not any((subject["kind"], subject.get("namespace"), subject["name"]) == ("ServiceAccount", namespace, account)
                       for subject in binding.get("subjects", ())):
                continue
            role = binding["roleRef"]
            where = "clusterroles" if role["kind"] == "ClusterRole" else f"namespaces/{binding['metadata']['namespace']}/roles"
            for rule in api.get(f"{RBAC}/{where}/{role['name']}")["rules"]:
                for right in of_rule(rule):
                    rights.setdefault(right, role["name"])
    return rights


def of_rule(rule):
    return (Right(group, resource, verb) for group in rule["apiGroups"] for resource in rule["resources"]
            for verb in rule["verbs"])


def requests(audit, namespace, account):
    """[(Right, HTTP status, path)] of what it asked for, discovery aside, oldest first. An apply that found nothing there
    asked for two: to patch, and to create."""
    user = f"system:serviceaccount:{namespace}:{account}"
    found = []
    for event in audit.events():
        ref = event.get("objectRef", {})
        if event["user"]["username"] == user and "resource" in ref:
            resource = "/".join(filter(None, (ref["resource"], ref.get("subresource"))))
            code = event["responseStatus"]["code"]
            verbs = [event["verb"], *(["create"] if (event["verb"], code) == ("patch", 201) else [])]
            found += [(Right(ref.get("apiGroup", ""), resource, verb), code, event["requestURI"]) for verb in verbs]
    return found
