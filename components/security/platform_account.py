"""Who a program of the platform is to the API server, and what it may do there (B5)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.rbac import v1 as rbac

from components.objects import Manifest, in_namespace, platform_metadata, policy_rules
from components.tenancy.platform_namespace import PlatformNamespace

RBAC_GROUP: Final = "rbac.authorization.k8s.io"


def account(parent: pulumi.Resource, name: str, program: str, namespace: PlatformNamespace) -> core.ServiceAccount:
    """ServiceAccount `<program>` without rights, whose token no pod gets unasked. name: prefix of the logical name."""
    return core.ServiceAccount(
        f"{name}-account",
        metadata={**platform_metadata(program, program), "namespace": namespace.name},
        automount_service_account_token=False,
        opts=in_namespace(parent, namespace.namespace),
    )


def account_with_rights(
    parent: pulumi.Resource, name: str, program: str, namespace: PlatformNamespace, rules: Iterable[Mapping[str, Any]]
) -> list[pulumi.Resource]:
    """ServiceAccount `<program>` with ClusterRole and ClusterRoleBinding `tenantplane-<program>` of these rules.

    rules: in the words of the API. Returns what its pods come after.
    """
    title = role_name(program)
    role = rbac.ClusterRole(
        f"{name}-role",
        metadata=platform_metadata(title, program),
        rules=policy_rules(rules),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    binding = rbac.ClusterRoleBinding(
        f"{name}-binding",
        metadata=platform_metadata(title, program),
        role_ref={"api_group": RBAC_GROUP, "kind": "ClusterRole", "name": title},
        subjects=[subject(program, namespace)],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[role]),
    )
    return [account(parent, name, program, namespace), binding]


def role_name(program: str) -> str:
    """Name of the ClusterRole of a program, and of its binding."""
    return f"tenantplane-{program}"


def subject(program: str, namespace: PlatformNamespace) -> Manifest:
    """The account, as bindings name it."""
    return {"kind": "ServiceAccount", "name": program, "namespace": namespace.name}
