"""Who may talk to the cluster: ServiceAccount tokens, in kubeconfigs and in files that rotate.

What: the part of Cluster that makes tokens. Why: the controller must be tested with exactly the rights that
its manifests grant, and with credentials that change under it. Source: the TokenRequest API.
"""
import kubeconfig

NAMESPACE, SERVICE_ACCOUNT = "aiautoscaler-system", "aiautoscaler"


class Identities:
    """Base of Cluster; uses its api, name, folder, server and _certificates."""

    def token(self, service_account, namespace=NAMESPACE, duration="1h", bound_to=None):
        """A fresh token of a ServiceAccount (made, without any rights, if missing). At least 10m. bound_to: name of a
        Secret (made if missing); when it is deleted the token expires, within the API server's cache of 10 s."""
        self.api.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
        accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        self.api.create(accounts, {"metadata": {"name": service_account}})
        seconds = int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600}[duration[-1]]
        spec = {"expirationSeconds": seconds}
        if bound_to:
            secrets = f"/api/v1/namespaces/{namespace}/secrets"
            self.api.create(secrets, {"metadata": {"name": bound_to}})
            uid = self.api.get(f"{secrets}/{bound_to}")["metadata"]["uid"]
            spec["boundObjectRef"] = {"apiVersion": "v1", "kind": "Secret", "name": bound_to, "uid": uid}
        return self.api.request("POST", f"{accounts}/{service_account}/token", {"spec": spec})["status"]["token"]

    def kubeconfig_for(self, service_account, namespace=NAMESPACE, duration="1h", path=None):
        """A kubeconfig with a token inside. Returns its path."""
        path = path or self.folder / f"{namespace}.{service_account}.kubeconfig"
        return kubeconfig.with_token(path, self.name, self.server, self._certificates, service_account, namespace,
                                     self.token(service_account, namespace, duration))

    def token_file_kubeconfig_for(self, service_account, namespace=NAMESPACE, duration="1h", bound_to=None, server=None):
        """A kubeconfig that names a token file. Returns both paths; rotate_token writes the file anew. server: another
        way to the API server, e.g. through a relay on loopback."""
        token_path = self.folder / f"{namespace}.{service_account}.token"
        self.rotate_token(token_path, service_account, namespace, duration, bound_to)
        path = self.folder / f"{namespace}.{service_account}.tokenfile.kubeconfig"
        return kubeconfig.with_token_file(path, self.name, server or self.server, self._certificates, service_account,
                                          namespace, token_path), token_path

    def rotate_token(self, token_path, service_account, namespace=NAMESPACE, duration="1h", bound_to=None):
        kubeconfig.replace(token_path, self.token(service_account, namespace, duration, bound_to))
