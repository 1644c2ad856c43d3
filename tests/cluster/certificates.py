"""The cluster's certificates: one authority, one administrator, one key pair for ServiceAccount tokens.

What: files made by the openssl command. Why: a real API server wants TLS everywhere; the administrator's
certificate serves as client and as server certificate of every component. Source: the Kubernetes docs on
PKI; the token pair is SEC1, since --service-account-key-file does not read PKCS#8 EC keys.
"""
import shutil, subprocess
from dataclasses import dataclass
from pathlib import Path

ADMIN = "kubernetes-admin"
CONFIG = f"""[req]
distinguished_name = name
prompt = no
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[admin]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:localhost, DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc, IP:127.0.0.1
"""


@dataclass(frozen=True)
class Certificates:
    folder: Path

    def __getattr__(self, name):  # ca_crt -> folder/ca.crt
        if name in ("ca_crt", "ca_key", "admin_crt", "admin_key", "token_key", "token_pub"):
            return self.folder / name.replace("_", ".")
        raise AttributeError(name)


def create(folder):
    """Makes all files in the folder."""
    if not shutil.which("openssl"):
        raise RuntimeError("the openssl command is needed to make certificates: apt-get install openssl")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made, config = Certificates(folder), folder / "openssl.cnf"
    config.write_text(CONFIG)
    new = ("req", "-x509", "-config", config, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
           "-nodes", "-days", "3650")
    _openssl(*new, "-extensions", "authority", "-subj", "/CN=cluster-ca", "-keyout", made.ca_key, "-out", made.ca_crt)
    _openssl(*new, "-extensions", "admin", "-subj", f"/O=system:masters/CN={ADMIN}", "-CA", made.ca_crt,
             "-CAkey", made.ca_key, "-keyout", made.admin_key, "-out", made.admin_crt)
    _openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", made.token_key)
    _openssl("ec", "-in", made.token_key, "-pubout", "-out", made.token_pub)
    return made


def _openssl(*args):
    done = subprocess.run(["openssl", *map(str, args)], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(f"openssl {args[0]} failed:\n{done.stdout}")
