"""A kubeconfig with which a person acts as a member of a tenant, signed by the cluster itself (B5)."""

import base64
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import urllib3
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kubernetes import client

from fleet.clusters import api_client, kubeconfig_of, reaches
from fleet.errors import FleetError
from fleet.roles import Role
from fleet.stacks import Stack
from settings import TenantPlan

VALID_S: Final = 3600
"""How long a certificate is valid. The API server's least is 600 s; the cluster cannot take one back, so it is
short."""
SIGNED_WITHIN_S: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class TenantKubeconfig:
    """A kubeconfig that was written. user, group: whom the API server takes its bearer for."""

    path: Path
    user: str
    group: str


def tenant_kubeconfig(plan: TenantPlan, role: Role, stack: Stack, root: Path, folder: Path) -> TenantKubeconfig:
    """Writes a kubeconfig for the first group that has a role of a tenant, in `folder`, readable by its owner alone.

    The key is made here and never leaves; the cluster signs a request for it, as user `<tenant>:<role>` in that
    group, valid for an hour. What the bearer may do follows from the group's role bindings, as with a login by OIDC.
    Raises FleetError when the role has no group, or the cluster does not sign.
    """
    groups = getattr(plan.tenant.groups, f"{role}s")
    if not groups:
        raise FleetError(f"tenant {plan.tenant.id!r} names no group of {role}s")
    user, group = f"{plan.tenant.id}:{role}", groups[0]
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, user), x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    try:
        api = api_client(plan.cluster, stack, root)
        certificate = _signed(
            client.CertificatesV1Api(api), plan.tenant.id, request.public_bytes(serialization.Encoding.PEM)
        )
    except (client.ApiException, urllib3.exceptions.HTTPError) as error:
        raise reaches(error, plan.cluster.name) from None
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    document = _document(
        yaml.safe_load(kubeconfig_of(plan.cluster, stack, root).read_text()),
        stack.config.context or plan.cluster.context,
        plan,
        user,
        {"client-certificate-data": certificate, "client-key-data": base64.b64encode(private).decode()},
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{plan.cluster.name}-{plan.tenant.id}-{role}.kubeconfig"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return TenantKubeconfig(path=path, user=user, group=group)


def _signed(certificates: client.CertificatesV1Api, tenant: str, request: bytes) -> str:
    """The certificate, base64, for a signing request that is made, approved, and removed again."""
    made = certificates.create_certificate_signing_request(
        {
            "metadata": {"generateName": f"tenantplane-{tenant}-", "labels": {"tenant": tenant}},
            "spec": {
                "request": base64.b64encode(request).decode(),
                "signerName": "kubernetes.io/kube-apiserver-client",
                "expirationSeconds": VALID_S,
                "usages": ["client auth"],
            },
        }
    )
    name = made.metadata.name
    try:
        approval = {
            "type": "Approved",
            "status": "True",
            "reason": "TenantAccess",
            "message": "asked for by the operator through fleet kubeconfig",
        }
        certificates.patch_certificate_signing_request_approval(name, {"status": {"conditions": [approval]}})
        deadline = time.monotonic() + SIGNED_WITHIN_S
        while time.monotonic() < deadline:
            found = certificates.read_certificate_signing_request(name)
            if found.status and found.status.certificate:
                return str(found.status.certificate)
            for condition in (found.status and found.status.conditions) or ():
                if condition.type in ("Failed", "Denied"):
                    raise FleetError(f"the cluster does not sign: {condition.message}")
            time.sleep(0.1)
        raise FleetError(f"the cluster did not sign within {SIGNED_WITHIN_S:.0f} s: does its controller manager sign?")
    finally:
        certificates.delete_certificate_signing_request(name)


def _document(
    source: dict[str, Any], context: str | None, plan: TenantPlan, user: str, credentials: dict[str, str]
) -> dict[str, Any]:
    """A kubeconfig for one user, with the address and the authority of the cluster that `source` names."""
    wanted = context or source.get("current-context")
    contexts = {each["name"]: each["context"] for each in source.get("contexts") or []}
    clusters = {each["name"]: each["cluster"] for each in source.get("clusters") or []}
    if wanted not in contexts or contexts[wanted]["cluster"] not in clusters:
        raise FleetError(f"the kubeconfig of cluster {plan.cluster.name!r} has no context {wanted!r}")
    name = f"{plan.cluster.name}-{plan.tenant.id}"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": plan.cluster.name, "cluster": clusters[contexts[wanted]["cluster"]]}],
        "users": [{"name": user, "user": credentials}],
        "contexts": [
            {"name": name, "context": {"cluster": plan.cluster.name, "user": user, "namespace": plan.namespace}}
        ],
        "current-context": name,
    }
