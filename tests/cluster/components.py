"""The command lines of the control plane's five servers.

What: one function a server, all gathered in `commands`. Why: the flags are the part that a new Kubernetes
version changes. Everything listens on loopback; clients get room to create dozens of pods within a second;
nothing elects a leader; nothing is synced to disk, since the data is thrown away.
Source: the servers' --help at the pinned versions.
"""
from certificates import ADMIN

PORTS = ("etcd", "etcd-peer", "apiserver", "controller-manager", "scheduler", "kwok")
FAST_CLIENT = ("--kube-api-qps=500", "--kube-api-burst=1000")


def commands(programs, folder, ports, certificates, stages, kubeconfig):
    """{server: command line}, in the order of starting."""
    return {
        "etcd": etcd(programs, folder, ports),
        "kube-apiserver": apiserver(programs, folder, ports, certificates),
        "kube-controller-manager": controller_manager(programs, ports, certificates, kubeconfig),
        "kube-scheduler": scheduler(programs, ports, kubeconfig),
        "kwok": kwok(programs, ports, certificates, stages, kubeconfig),
    }


def etcd(programs, folder, ports):
    client, peer = f"http://127.0.0.1:{ports['etcd']}", f"http://127.0.0.1:{ports['etcd-peer']}"
    return [programs["etcd"], f"--data-dir={folder / 'etcd'}", "--unsafe-no-fsync=true", "--log-level=warn",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}"]


def apiserver(programs, folder, ports, certificates):
    c = certificates
    return [programs["kube-apiserver"], f"--etcd-servers=http://127.0.0.1:{ports['etcd']}",
            "--bind-address=127.0.0.1", f"--secure-port={ports['apiserver']}",
            f"--tls-cert-file={c.admin_crt}", f"--tls-private-key-file={c.admin_key}", f"--client-ca-file={c.ca_crt}",
            f"--service-account-key-file={c.token_pub}", f"--service-account-signing-key-file={c.token_key}",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            "--authorization-mode=Node,RBAC", "--allow-privileged=true",
            "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.0.0.0/24",
            # aggregated APIs (external metrics) are called with the administrator's certificate
            f"--proxy-client-cert-file={c.admin_crt}", f"--proxy-client-key-file={c.admin_key}",
            f"--requestheader-client-ca-file={c.ca_crt}", f"--requestheader-allowed-names={ADMIN}",
            "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            # the record that tests read: complete, in order, on disk before the answer is sent
            f"--audit-policy-file={folder / 'audit-policy.yaml'}", f"--audit-log-path={folder / 'audit.log'}",
            "--audit-log-mode=blocking", "--audit-log-format=json", "--audit-log-maxsize=4096"]


def controller_manager(programs, ports, certificates, kubeconfig):
    return [programs["kube-controller-manager"], f"--kubeconfig={kubeconfig}",
            f"--root-ca-file={certificates.ca_crt}", f"--service-account-private-key-file={certificates.token_key}",
            "--bind-address=127.0.0.1", f"--secure-port={ports['controller-manager']}", "--leader-elect=false",
            "--use-service-account-credentials=true", "--concurrent-deployment-syncs=10",
            "--concurrent-replicaset-syncs=10", "--node-monitor-period=1s", *FAST_CLIENT]


def scheduler(programs, ports, kubeconfig):
    return [programs["kube-scheduler"], f"--kubeconfig={kubeconfig}", "--bind-address=127.0.0.1",
            f"--secure-port={ports['scheduler']}", "--leader-elect=false", *FAST_CLIENT]


def kwok(programs, ports, certificates, stages, kubeconfig):
    return [programs["kwok"], f"--kubeconfig={kubeconfig}", *(f"--config={path}" for path in stages),
            "--manage-all-nodes=true", f"--tls-cert-file={certificates.admin_crt}",
            f"--tls-private-key-file={certificates.admin_key}", "--cidr=10.64.0.1/10", "--node-ip=127.0.0.1",
            f"--node-port={ports['kwok']}", f"--server-address=127.0.0.1:{ports['kwok']}"]
