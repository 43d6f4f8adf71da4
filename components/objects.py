"""What every object of a tenant has in common: metadata, and the options that tie it to its namespace."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import pulumi

from settings import Compute, TenantPlan, names
from settings.quantities import format_bytes, format_cpu

Manifest: TypeAlias = Any
"""Part of a Kubernetes object, as nested dicts in the SDK's snake_case. The SDK types it as a TypedDict with every key
of the API, which a dict that is put together cannot satisfy; the API server checks it at preview."""

PATCH_FORCE = {"pulumi.com/patchForce": "true"}
"""Annotation: take over a field that another manager has set."""


def tenant_metadata(
    plan: TenantPlan, name: str, *, component: str | None = None, annotations: Mapping[str, str] | None = None
) -> Manifest:
    """Metadata of an object called `name` in the tenant's namespace, with the tenant's identity on it (B1).

    component: name of the workload it belongs to; adds `app` and `app.kubernetes.io/name`.
    annotations: added only when there are any, so that none is written as an empty map.
    """
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": plan.namespace,
        "labels": plan.labels if component is None else names.labels(plan.tenant.id, plan.tier.id, component),
    }
    if annotations:
        metadata["annotations"] = dict(annotations)
    return metadata


def platform_metadata(name: str, component: str) -> Manifest:
    """Metadata of a cluster-wide object that belongs to the platform and to no tenant (B1).

    component: what it is a part of, such as "tenant-roles".
    """
    return {"name": name, "labels": names.platform_labels(component)}


def policy_rules(rules: Iterable[Mapping[str, Any]]) -> list[Manifest]:
    """Rules of a role, written in the words of the API, as the SDK has them."""
    return [{"api_groups" if key == "apiGroups" else key: value for key, value in each.items()} for each in rules]


def compute(amount: Compute) -> dict[str, str]:
    """An amount of CPU and memory as Kubernetes writes it."""
    return {"cpu": format_cpu(amount.cpu_m), "memory": format_bytes(amount.memory_bytes)}


def in_namespace(
    parent: pulumi.Resource, namespace: pulumi.Resource, *prerequisites: pulumi.Resource
) -> pulumi.ResourceOptions:
    """Options of an object that lives and dies with a namespace, and waits for further resources where it needs them.

    depends_on orders the creation while the namespace's name stays a plain string, which is known at preview and costs
    no Output. deleted_with makes the deletion of a tenant one request for the namespace instead of one for each
    object. It also means that a refused deletion of a protected namespace has not emptied it first (A7).
    """
    return pulumi.ResourceOptions(parent=parent, depends_on=[namespace, *prerequisites], deleted_with=namespace)


def running_in_namespace(
    parent: pulumi.Resource, namespace: pulumi.Resource, *prerequisites: pulumi.Resource
) -> pulumi.ResourceOptions:
    """Options of what has pods: as `in_namespace`, but ended before its namespace is.

    Its pods then end while quota and network policies are still around them, and the namespace has none left to wait
    for: with pods in it the namespace controller looks again only after half of their grace period, 6 to 31 s later.
    """
    return pulumi.ResourceOptions(parent=parent, depends_on=[namespace, *prerequisites])


def keeps_data(parent: pulumi.Resource, plan: TenantPlan, *after: pulumi.Resource) -> pulumi.ResourceOptions:
    """Options of what holds a tenant's data: protected until its off-boarding is approved (A7). after: what it is made
    after and deleted before."""
    return pulumi.ResourceOptions(parent=parent, protect=plan.protected, depends_on=list(after))


def keeps_everybodys_data(parent: pulumi.Resource, *after: pulumi.Resource) -> pulumi.ResourceOptions:
    """Options of what holds data of the platform or of many tenants: protected, whatever a catalogue says. after: what
    it is made after and deleted before."""
    return pulumi.ResourceOptions(parent=parent, protect=True, depends_on=list(after))
