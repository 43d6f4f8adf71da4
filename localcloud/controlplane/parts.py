"""The six processes of a control plane and their command lines: pure functions of paths and ports."""

from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import CLUSTER, ETCD, FRONT_PROXY
from localcloud.controlplane.ports import HOST
from localcloud.controlplane.scheduler import PART, scheduler_file

SERVICE_RANGE = "10.96.0.0/16"
POD_RANGE = "10.128.0.0/12"
"""A /24 for each node: 4096 nodes."""

ETCD_PART, API_SERVER, CONTROLLERS, SCHEDULER, KWOK = "etcd", "apiserver", "controller-manager", PART, "kwok"

PORT_NAMES = (ETCD_PART, "etcd-peer", API_SERVER, CONTROLLERS, SCHEDULER)

ADMISSION_PLUGINS = ("NodeRestriction",)
"""Beyond those that are on by default, which include PodSecurity, ResourceQuota, LimitRanger, Priority, RuntimeClass,
DefaultTolerationSeconds, the webhooks and ValidatingAdmissionPolicy. It is what managed control planes (EKS, GKE, AKS)
have on as well: a plugin that they lack would hide here a mistake that shows there."""


@dataclass(frozen=True)
class Part:
    """One process.

    tool: what the toolchain calls its program.
    arguments: everything after the program. One of them holds the cluster's directory, which is how a process is
        recognised as ours.
    port, probe: `https://127.0.0.1:<port><probe>` answers 200 once the part works; a port of None serves nothing, and
        such a part works as long as its process runs.
    authority, client: certificates for that request; client None when the probe needs no identity.
    environment: added to the starter's.
    """

    name: str
    tool: str
    arguments: tuple[str, ...]
    port: int | None
    probe: str = ""
    authority: str = CLUSTER
    client: str | None = None
    environment: tuple[tuple[str, str], ...] = ()


def parts(layout: Layout, ports: Mapping[str, int], api_server_memory: str | None = None) -> tuple[Part, ...]:
    """The parts in the order they are started; stopped in reverse."""
    return (
        _etcd(layout, ports),
        _api_server(layout, ports, api_server_memory),
        _controller_manager(layout, ports),
        _scheduler(layout, ports),
        _kwok(layout),
    )


def used_ports(part: Part, ports: Mapping[str, int]) -> tuple[int, ...]:
    """Ports that must be free before the part starts."""
    if part.port is None:
        return ()
    return (part.port, ports["etcd-peer"]) if part.name == ETCD_PART else (part.port,)


def _etcd(layout: Layout, ports: Mapping[str, int]) -> Part:
    client, peer = (f"https://{HOST}:{ports[name]}" for name in (ETCD_PART, "etcd-peer"))
    certificate, key = str(layout.certificate("etcd-server")), str(layout.key("etcd-server"))
    authority = str(layout.certificate(ETCD))
    return Part(
        name=ETCD_PART,
        tool="etcd",
        arguments=(
            f"--name={layout.name}",
            f"--data-dir={layout.etcd_data}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster={layout.name}={peer}",
            f"--cert-file={certificate}",
            f"--key-file={key}",
            f"--trusted-ca-file={authority}",
            "--client-cert-auth=true",
            f"--peer-cert-file={certificate}",
            f"--peer-key-file={key}",
            f"--peer-trusted-ca-file={authority}",
            "--peer-client-cert-auth=true",
            # The cluster is thrown away with `stop`. A killed process loses nothing, for the page cache stays.
            "--unsafe-no-fsync=true",
            "--auto-compaction-retention=5m",
            "--quota-backend-bytes=4294967296",
            "--log-level=warn",
        ),
        port=ports[ETCD_PART],
        probe="/health",
        authority=ETCD,
        client="etcd-client",
    )


def _api_server(layout: Layout, ports: Mapping[str, int], memory: str | None) -> Part:
    return Part(
        name=API_SERVER,
        tool="kube-apiserver",
        arguments=(
            f"--bind-address={HOST}",
            # No pod runs for real, so nothing in the cluster needs an endpoint of the `kubernetes` Service, and a
            # loopback address may not be one.
            f"--advertise-address={HOST}",
            "--endpoint-reconciler-type=none",
            f"--secure-port={ports[API_SERVER]}",
            f"--tls-cert-file={layout.certificate('apiserver')}",
            f"--tls-private-key-file={layout.key('apiserver')}",
            f"--client-ca-file={layout.certificate(CLUSTER)}",
            f"--kubelet-certificate-authority={layout.certificate(CLUSTER)}",
            f"--kubelet-client-certificate={layout.certificate('apiserver-kubelet-client')}",
            f"--kubelet-client-key={layout.key('apiserver-kubelet-client')}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--etcd-servers=https://{HOST}:{ports[ETCD_PART]}",
            f"--etcd-cafile={layout.certificate(ETCD)}",
            f"--etcd-certfile={layout.certificate('etcd-client')}",
            f"--etcd-keyfile={layout.key('etcd-client')}",
            f"--encryption-provider-config={layout.config / 'encryption.yaml'}",
            f"--service-account-issuer=https://{HOST}:{ports[API_SERVER]}",
            # As managed control planes have it: whoever may ask for a token may not ask for one that outlives him (C4).
            "--service-account-max-token-expiration=24h",
            f"--service-account-key-file={layout.pki / 'service-account.pub'}",
            f"--service-account-signing-key-file={layout.key('service-account')}",
            f"--requestheader-client-ca-file={layout.certificate(FRONT_PROXY)}",
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={layout.certificate('front-proxy-client')}",
            f"--proxy-client-key-file={layout.key('front-proxy-client')}",
            "--anonymous-auth=false",
            "--authorization-mode=Node,RBAC",
            f"--enable-admission-plugins={','.join(ADMISSION_PLUGINS)}",
            f"--service-cluster-ip-range={SERVICE_RANGE}",
            f"--audit-policy-file={layout.config / 'audit-policy.yaml'}",
            f"--audit-log-path={layout.audit_log}",
            "--audit-log-maxsize=100",
            "--audit-log-maxbackup=3",
            "--profiling=false",
            "--allow-privileged=true",
            # One person's machine: the fleet's own parallelism is the limit, not the fairness between users.
            "--max-requests-inflight=800",
            "--max-mutating-requests-inflight=400",
        ),
        port=ports[API_SERVER],
        probe="/readyz",
        client="admin",
        # Measured while applying 1,200 objects: 14 % less CPU than at Go's default of 100, for 70 MB more memory.
        environment=(("GOGC", "200"),) if memory is None else (("GOGC", "off"), ("GOMEMLIMIT", memory)),
    )


def _controller_manager(layout: Layout, ports: Mapping[str, int]) -> Part:
    return Part(
        name=CONTROLLERS,
        tool="kube-controller-manager",
        arguments=(
            *_served(layout, CONTROLLERS, ports[CONTROLLERS]),
            f"--kubeconfig={layout.part_kubeconfig(CONTROLLERS)}",
            f"--root-ca-file={layout.certificate(CLUSTER)}",
            f"--cluster-signing-cert-file={layout.certificate(CLUSTER)}",
            f"--cluster-signing-key-file={layout.key(CLUSTER)}",
            f"--service-account-private-key-file={layout.key('service-account')}",
            "--use-service-account-credentials=true",
            f"--cluster-name={layout.name}",
            "--allocate-node-cidrs=true",
            f"--cluster-cidr={POD_RANGE}",
            f"--service-cluster-ip-range={SERVICE_RANGE}",
            "--node-cidr-mask-size=24",
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            # A namespace takes some 60 requests in a row to empty; 100 of them queue for 20 s at the default of 10.
            "--concurrent-namespace-syncs=20",
            # What an object that was refused after its quota was charged has taken (one that exists already, for one)
            # comes back only when all is counted anew, every five minutes by default.
            "--resource-quota-sync-period=30s",
        ),
        port=ports[CONTROLLERS],
        probe="/healthz",
    )


def _scheduler(layout: Layout, ports: Mapping[str, int]) -> Part:
    return Part(
        name=SCHEDULER,
        tool="kube-scheduler",
        arguments=(
            *_served(layout, SCHEDULER, ports[SCHEDULER]),
            f"--config={scheduler_file(layout)}",
        ),
        port=ports[SCHEDULER],
        probe="/healthz",
    )


def _kwok(layout: Layout) -> Part:
    return Part(
        name=KWOK,
        tool="kwok",
        arguments=(
            f"--kubeconfig={layout.part_kubeconfig(KWOK)}",
            f"--config={layout.config / 'kwok.yaml'}",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
            "--node-lease-duration-seconds=40",
            f"--node-ip={HOST}",
            # No --server-address: its server would answer plain HTTP as well, and the simulator has nothing to serve.
        ),
        port=None,
    )


def _served(layout: Layout, name: str, port: int) -> tuple[str, ...]:
    """What controller-manager and scheduler share: their own secure port, delegated authentication, one replica."""
    return (
        f"--bind-address={HOST}",
        f"--secure-port={port}",
        f"--tls-cert-file={layout.certificate(f'{name}-server')}",
        f"--tls-private-key-file={layout.key(f'{name}-server')}",
        f"--client-ca-file={layout.certificate(CLUSTER)}",
        f"--requestheader-client-ca-file={layout.certificate(FRONT_PROXY)}",
        "--requestheader-allowed-names=front-proxy-client",
        f"--authentication-kubeconfig={layout.part_kubeconfig(name)}",
        f"--authorization-kubeconfig={layout.part_kubeconfig(name)}",
        "--leader-elect=false",
        "--profiling=false",
    )
