"""The configuration files of a control plane: kubeconfigs, audit policy, encryption at rest, scheduler, KWOK stages."""

import base64
import secrets
from typing import Any

import yaml

from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import API_SERVER, CONTROLLERS, KWOK, SCHEDULER
from localcloud.controlplane.pki import CLUSTER
from localcloud.controlplane.ports import HOST
from localcloud.controlplane.scheduler import scheduler_document, scheduler_file
from localcloud.files import write_whole
from localcloud.nodes import stages

Document = dict[str, Any]


def write_configuration(layout: Layout, ports: dict[str, int]) -> None:
    """Write every file a part reads; what is generated once (the encryption key) is kept."""
    server = f"https://{HOST}:{ports[API_SERVER]}"
    write_whole(layout.kubeconfig, kubeconfig(layout, server, "admin", layout.name))
    for part in (CONTROLLERS, SCHEDULER, KWOK):
        write_whole(layout.part_kubeconfig(part), kubeconfig(layout, server, part, layout.name))
    _write(layout, "audit-policy.yaml", audit_policy())
    write_whole(scheduler_file(layout), scheduler_document(layout))
    write_whole(layout.config / "kwok.yaml", stages())
    if not (layout.config / "encryption.yaml").exists():
        _write(layout, "encryption.yaml", _encryption())


def kubeconfig(layout: Layout, server: str, identity: str, context: str) -> str:
    """A self-contained kubeconfig that logs in with the key pair `identity` of the cluster's PKI."""
    return kubeconfig_of(
        layout,
        server,
        context,
        user=identity,
        certificate=layout.certificate(identity).read_bytes(),
        key=layout.key(identity).read_bytes(),
    )


def kubeconfig_of(layout: Layout, server: str, context: str, *, user: str, certificate: bytes, key: bytes) -> str:
    """A self-contained kubeconfig from a PEM certificate and key."""
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "clusters": [
                {
                    "name": layout.name,
                    "cluster": {
                        "server": server,
                        "certificate-authority-data": _base64(layout.certificate(CLUSTER).read_bytes()),
                    },
                }
            ],
            "users": [
                {
                    "name": user,
                    "user": {"client-certificate-data": _base64(certificate), "client-key-data": _base64(key)},
                }
            ],
            "contexts": [{"name": context, "context": {"cluster": layout.name, "user": user}}],
        },
        sort_keys=False,
    )


def audit_policy() -> Document:
    """Who did what to what (G5): bodies never of secrets and tokens, always of what guards a tenant."""
    guarded: list[Document] = [
        {"group": "", "resources": ["namespaces", "resourcequotas", "limitranges", "serviceaccounts"]},
        {"group": "rbac.authorization.k8s.io"},
        {"group": "networking.k8s.io"},
        {"group": "admissionregistration.k8s.io"},
    ]
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "omitManagedFields": True,
        "rules": [
            # The heartbeat of the machine, nobody's decision: leases, node and pod status, endpoints, events.
            {
                "level": "None",
                "userGroups": ["system:serviceaccounts:kube-system"],
                "verbs": ["get", "list", "watch"],
            },
            {
                "level": "None",
                "users": [
                    "system:kube-scheduler",
                    "system:kube-controller-manager",
                    "tenantplane:kwok",
                    "tenantplane:agent-sandbox",
                    "tenantplane:kueue",
                ],
                "verbs": ["get", "list", "watch"],
            },
            {
                "level": "None",
                "users": ["tenantplane:kwok"],
                "resources": [
                    {"group": "", "resources": ["nodes/status", "pods/status"]},
                    {"group": "coordination.k8s.io", "resources": ["leases"]},
                ],
            },
            {
                "level": "None",
                "resources": [
                    {"group": "", "resources": ["events"]},
                    {"group": "events.k8s.io", "resources": ["events"]},
                ],
            },
            {"level": "None", "nonResourceURLs": ["/readyz*", "/livez*", "/healthz*", "/version", "/openapi*"]},
            {
                "level": "Metadata",
                "resources": [
                    {"group": "", "resources": ["secrets", "configmaps", "serviceaccounts/token"]},
                    {"group": "authentication.k8s.io", "resources": ["tokenreviews"]},
                ],
            },
            {"level": "Request", "verbs": ["create", "update", "patch", "delete"], "resources": guarded},
            {"level": "Metadata"},
        ],
    }


def _encryption() -> Document:
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [
            {
                "resources": ["secrets"],
                "providers": [
                    {"secretbox": {"keys": [{"name": "key1", "secret": _base64(secrets.token_bytes(32))}]}},
                    {"identity": {}},
                ],
            }
        ],
    }


def _write(layout: Layout, name: str, document: Document) -> None:
    write_whole(layout.config / name, yaml.safe_dump(document, sort_keys=False))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
