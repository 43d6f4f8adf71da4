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
from settings.audit import audit_policy

Document = dict[str, Any]

_NODES = "tenantplane:kwok"
_CONTROLLERS = (_NODES, "tenantplane:agent-sandbox", "tenantplane:kueue")
"""Users of what runs beside the API server and watches all of it, for the audit log to leave out their reading."""


def write_configuration(layout: Layout, ports: dict[str, int]) -> None:
    """Write every file a part reads; what is generated once (the encryption key) is kept."""
    server = f"https://{HOST}:{ports[API_SERVER]}"
    write_whole(layout.kubeconfig, kubeconfig(layout, server, "admin", layout.name))
    for part in (CONTROLLERS, SCHEDULER, KWOK):
        write_whole(layout.part_kubeconfig(part), kubeconfig(layout, server, part, layout.name))
    _write(layout, "audit-policy.yaml", audit_policy(controllers=_CONTROLLERS, kubelets=(_NODES,)))
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
