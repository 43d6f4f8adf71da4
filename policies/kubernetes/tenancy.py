"""Rules about tenants' namespaces, their identity and their entrance (A7, B1-B3, C1)."""

from collections.abc import Iterator
from typing import Final

from policies.expected import Expected, known
from policies.objects import POD_KINDS, TENANT_PREFIX, KubernetesObject
from policies.rule import rule
from settings import names

CAPABILITIES_PREFIX: Final = "capabilities.tenantplane.dev/"
"""Annotation of a namespace whose reviewed file states capabilities (C4)."""
GATEWAY: Final = "tenantplane"
"""Name of the platform's gateway (components.gateway.envoy.NAME)."""
_MODES: Final = ("enforce", "audit", "warn")
_MANAGED: Final = {"app.kubernetes.io/part-of": names.PART_OF, "app.kubernetes.io/managed-by": names.MANAGED_BY}


def data_are_protected(found: KubernetesObject, expected: Expected) -> Iterator[str]:
    """A tenant's namespace cannot be deleted before its off-boarding, or the approved end of the namespace (A7)."""
    if found.tenant is None or found.protect:
        return
    if not {found.tenant, found.namespace} & known(expected.leaving, "who is off-boarded"):
        yield "the namespace is not protected"


def carries_its_tenant(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """An object in a tenant's namespace says whose it is (B1)."""
    if found.tenant is not None and found.labels.get(names.TENANT_LABEL) != found.tenant:
        yield f"label `tenant` is {found.labels.get(names.TENANT_LABEL)!r}, not {found.tenant!r}"


def says_who_manages_it(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Labels that admission and drift detection go by (B1)."""
    for key, value in _MANAGED.items():
        if found.labels.get(key) != value:
            yield f"label {key!r} is {found.labels.get(key)!r}, not {value!r}"


def pods_carry_their_tenant(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Pods that an object of a tenant makes say whose they are (B1, G1)."""
    if found.tenant is None or found.pod is None:
        return
    if found.pod_labels.get(names.TENANT_LABEL) != found.tenant:
        yield f"label `tenant` of its pods is {found.pod_labels.get(names.TENANT_LABEL)!r}, not {found.tenant!r}"


def namespace_enforces_restricted(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A tenant's namespace enforces, audits and warns at level `restricted` (C1)."""
    if found.tenant_namespace is None:
        return
    for mode in _MODES:
        level = found.labels.get(f"pod-security.kubernetes.io/{mode}")
        # Who states capabilities has `restricted` with that one exception, by RootedAdmission.
        excepted = mode == "enforce" and level == "baseline" and found.annotated(CAPABILITIES_PREFIX)
        if level != "restricted" and not excepted:
            yield f"Pod Security `{mode}` is {level!r}"


def no_ports_on_nodes(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A tenant's quota admits no node ports and a number of load balancers (C1)."""
    if found.tenant_namespace is None or found.at("spec", "scopeSelector") or found.at("spec", "scopes"):
        return
    hard = found.at("spec", "hard") or {}
    if str(hard.get("services.nodeports")) != "0":
        yield f"services.nodeports is {hard.get('services.nodeports')!r}, not '0'"
    if hard.get("services.loadbalancers") is None:
        yield "services.loadbalancers has no bound"


def not_in_default(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Nothing is in the namespace default (C1)."""
    if found.metadata.get("namespace") == "default":
        yield "it is in namespace 'default'"


def routes_are_their_own(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A route of a tenant attaches to the platform's gateway and sends to Services of its own namespace, as they are
    (B2, B3)."""
    if found.tenant is None:
        return
    for each in found.every("spec", "parentRefs"):
        where = str(each.get("namespace") or "")
        own = not where or where.startswith(TENANT_PREFIX)
        if own or each.get("kind", "Gateway") != "Gateway" or each.get("name") != GATEWAY:
            yield f"it attaches to {each.get('kind', 'Gateway')} {where or found.namespace}/{each.get('name')}"
    for each in found.every("spec", "rules"):
        for to in each.get("backendRefs") or []:
            if to.get("kind", "Service") != "Service" or to.get("namespace") not in (None, found.tenant_namespace):
                yield f"it sends to {to.get('kind', 'Service')} {to.get('namespace') or ''}/{to.get('name')}"
            if to.get("filters"):
                yield f"it has filters on the way to {to.get('name')}"


TENANCY = (
    rule("TP-A7-01", ("Namespace",), data_are_protected),
    rule("TP-B1-01", (), carries_its_tenant),
    rule("TP-B1-02", (), says_who_manages_it),
    rule("TP-B1-04", POD_KINDS, pods_carry_their_tenant),
    rule("TP-B2-01", ("HTTPRoute",), routes_are_their_own),
    rule("TP-C1-03", ("Namespace",), namespace_enforces_restricted),
    rule("TP-C1-04", ("ResourceQuota",), no_ports_on_nodes),
    rule("TP-C1-05", (), not_in_default),
)
