"""Kubeconfig files: for the administrator's certificate, for a token, for a token file that rotates.

What: text in, file out. Why: the controller under test reads what a user's would read, and the three
kinds exercise its three ways to authenticate. Source: the kubeconfig v1 reference.
"""
import base64, os
from pathlib import Path

TEMPLATE = """apiVersion: v1
kind: Config
clusters:
- name: {name}
  cluster:
    server: {server}
    certificate-authority-data: {authority}
users:
- name: {user}
  user:
{credentials}
contexts:
- name: {name}
  context:
    cluster: {name}
    user: {user}
    namespace: {namespace}
current-context: {name}
"""


def with_certificate(path, name, server, certificates):
    credentials = (f"    client-certificate-data: {_encoded(certificates.admin_crt)}\n"
                   f"    client-key-data: {_encoded(certificates.admin_key)}")
    return _write(path, name, server, certificates, "admin", "default", credentials)


def with_token(path, name, server, certificates, user, namespace, token):
    return _write(path, name, server, certificates, user, namespace, f"    token: {token}")


def with_token_file(path, name, server, certificates, user, namespace, token_path):
    return _write(path, name, server, certificates, user, namespace, f"    tokenFile: {token_path}")


def replace(path, text):
    """Writes a secret so that a reader sees the old or the new content, never half."""
    partial = Path(f"{path}.partial")
    with open(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    partial.rename(path)
    return Path(path)


def _write(path, name, server, certificates, user, namespace, credentials):
    return replace(path, TEMPLATE.format(name=name, server=server, authority=_encoded(certificates.ca_crt), user=user,
                                         namespace=namespace, credentials=credentials))


def _encoded(path):
    return base64.b64encode(path.read_bytes()).decode()
