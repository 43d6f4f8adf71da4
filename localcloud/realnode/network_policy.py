"""Enforces NetworkPolicy on a real node: kube-router's firewall, and nothing else of it (E1)."""

import subprocess
from pathlib import Path
from typing import Any

from localcloud.controlplane.client import Client
from localcloud.controlplane.configuration import kubeconfig_of
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import SERVICE_RANGE
from localcloud.controlplane.pki import issue_client
from localcloud.files import write_whole
from localcloud.nodehost.places import Places

USER = "tenantplane:network-policy"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("pods", "namespaces", "nodes", "services", "endpoints")),
    ("networking.k8s.io", ("networkpolicies",)),
    ("discovery.k8s.io", ("endpointslices",)),
)


def grant(layout: Layout, places: Places, api: Client, server: str) -> None:
    """Give the enforcer a certificate of its own and the right to read what it enforces."""
    version = "rbac.authorization.k8s.io/v1"
    rules = [
        {"apiGroups": [group], "resources": list(resources), "verbs": ["get", "list", "watch"]}
        for group, resources in _RULES
    ]
    _apply(api, "clusterroles", {"apiVersion": version, "kind": "ClusterRole", "rules": rules})
    binding: dict[str, Any] = {"apiVersion": version, "kind": "ClusterRoleBinding"}
    binding["roleRef"] = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": USER}
    binding["subjects"] = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": USER}]
    _apply(api, "clusterrolebindings", binding)
    target = places.etc / "network-policy.kubeconfig"
    if not target.exists():
        certificate, key = issue_client(layout, USER)
        write_whole(target, kubeconfig_of(layout, server, layout.name, user=USER, certificate=certificate, key=key))


def command(program: Path, places: Places, node: str) -> tuple[str, ...]:
    """kube-router without routes, without Services, without anything that it would serve."""
    return (
        str(program),
        f"--kubeconfig={places.etc / 'network-policy.kubeconfig'}",
        f"--hostname-override={node}",
        "--run-firewall=true",
        "--run-router=false",
        "--run-service-proxy=false",
        "--enable-cni=false",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--health-port=0",
        "--metrics-port=0",
    )


def enforces() -> bool:
    """Whether the rules are on this machine."""
    asked = ["/usr/sbin/iptables", "-w", "10", "-S", "KUBE-ROUTER-FORWARD"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _apply(api: Client, kind: str, manifest: dict[str, Any]) -> None:
    path = f"{_RBAC}/{kind}/{USER}?fieldManager=localcloud&force=true"
    api.request("PATCH", path, {**manifest, "metadata": {"name": USER}}, "application/apply-patch+yaml")
