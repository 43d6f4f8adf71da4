"""What Calico's objects have in common here: the tier of the guard-rails, and rules as its API wants them (E2).

A CustomResource's spec reaches the API server as it is: keys are in the API's own spelling, not in the SDK's.
"""

import ipaddress
from collections.abc import Iterable

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.objects import Manifest
from settings import names

API_VERSION = "projectcalico.org/v3"
TIER = "tenantplane-guardrails"
TIER_ORDER = 100
"""Before Calico's `kube-admin` (1000) and its `default` (1000000), where every NetworkPolicy is."""

OF_A_TENANT = f"has({names.TENANT_LABEL})"
"""Namespaces of tenants. The label is on the Namespace, which no role of a tenant may write; that of a pod is not
asked."""


def of_tenant(tenant: str) -> str:
    """Namespaces of one tenant."""
    return f"{names.TENANT_LABEL} == '{tenant}'"


def named(namespace: str) -> str:
    """The namespace of this name, by the label that the API server itself puts there."""
    return f"kubernetes.io/metadata.name == '{namespace}'"


def to(action: str, **destination: object) -> Manifest:
    """An egress rule for everything that goes to the destination."""
    return {"action": action, "destination": destination}


def from_(action: str, **source: object) -> Manifest:
    """An ingress rule for everything that comes from the source."""
    return {"action": action, "source": source}


def to_ranges(action: str, ranges: Iterable[str]) -> list[Manifest]:
    """Egress rules for address ranges: one for each family that occurs, because Calico refuses a rule with both.

    Raises ValueError for what is not a range, or one with bits set beyond its length.
    """
    parsed = [ipaddress.ip_network(each) for each in ranges]
    rules: list[Manifest] = []
    for version in (4, 6):
        nets = list(dict.fromkeys(str(each) for each in parsed if each.version == version))
        if nets:
            rules.append(to(action, nets=nets))
    return rules


def global_policy(
    logical: str, name: str, labels: dict[str, str], spec: Manifest, opts: pulumi.ResourceOptions
) -> CustomResource:
    """A GlobalNetworkPolicy in the tier. name: without the tier's, which Calico wants before it.

    spec: without `tier`; with `types`, which Calico would otherwise guess, and `namespaceSelector`, without which the
    nodes themselves would be meant.
    """
    return CustomResource(
        logical,
        api_version=API_VERSION,
        kind="GlobalNetworkPolicy",
        metadata={"name": f"{TIER}.{name}", "labels": labels},
        spec={"tier": TIER, **spec},
        opts=opts,
    )
