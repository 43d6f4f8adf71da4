"""Rules about what every tenant has, over the whole stack (B2, B3, C1, C9, D1, D4, E1, E2, F1, G1, I1)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from policies.expected import Expected, known
from policies.kubernetes.network import METADATA, RAILS
from policies.objects import KubernetesObject
from policies.rule import Stack, Wrong, stack_rule
from settings import names
from settings.quantities import format_bytes, format_cpu, parse_bytes, parse_count, parse_cpu

COUNTED: Final = (
    "requests.cpu", "limits.cpu", "requests.memory", "limits.memory", "requests.storage",
    "requests.ephemeral-storage", "limits.ephemeral-storage", "pods", "services", "services.nodeports",
    "services.loadbalancers", "configmaps", "secrets", "persistentvolumeclaims", "resourcequotas",
    "replicationcontrollers",
)  # fmt: skip
"""What a tenant's quotas bound together (C1, and the multi-tenancy benchmark's object quotas)."""
DATABASE: Final = "database"
SCALED: Final = ("Deployment", "StatefulSet")
"""What serves while it is scaled. A warm pool makes its sandboxes anew."""


def _hard(stack: Stack, namespace: str) -> set[str]:
    return {key for quota in stack.inside(namespace, "ResourceQuota") for key in quota.at("spec", "hard") or {}}


def quotas_everywhere(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Every tenant namespace bounds everything that tenants share (C1)."""
    for each in stack.tenant_namespaces():
        if missing := [key for key in COUNTED if key not in _hard(stack, each.namespace)]:
            yield Wrong(f"namespace {each.namespace!r} has no quota of {', '.join(missing)}", each)


def limits_everywhere(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Every tenant namespace has defaults for containers (C1)."""
    for each in stack.tenant_namespaces():
        limits = [
            limit
            for held in stack.inside(each.namespace, "LimitRange")
            for limit in held.every("spec", "limits")
            if limit.get("type") == "Container" and limit.get("default") and limit.get("defaultRequest")
        ]
        if not limits:
            yield Wrong(f"namespace {each.namespace!r} has no LimitRange with defaults for containers", each)


def _denies(policy: KubernetesObject) -> bool:
    spec = policy.at("spec") or {}
    closed = set(spec.get("policyTypes") or []) == {"Ingress", "Egress"} and not (
        spec.get("ingress") or spec.get("egress")
    )
    return closed and not (spec.get("podSelector") or {})


def _open(stack: Stack, namespaces: Iterable[KubernetesObject]) -> Iterator[Wrong]:
    for each in namespaces:
        if not any(_denies(policy) for policy in stack.inside(each.namespace, "NetworkPolicy")):
            yield Wrong(f"namespace {each.namespace!r} has no NetworkPolicy that denies all, in and out", each)


def tenants_deny_by_default(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Every tenant namespace (E1)."""
    yield from _open(stack, stack.tenant_namespaces())


def the_platform_denies_by_default(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Every other namespace that the stack makes (E1)."""
    yield from _open(stack, [each for each in stack.objects("Namespace") if each.tenant_namespace is None])


def rails_everywhere(stack: Stack, expected: Expected) -> Iterator[Wrong]:
    """On a cluster with guard-rails each tenant has its own (E2)."""
    rails = [each for each in stack.objects("GlobalNetworkPolicy") if each.at("spec", "tier") == RAILS]
    having = {each.labels.get(names.TENANT_LABEL) for each in rails}
    for each in (
        stack.tenant_namespaces() if "guard-rails" in known(expected.addons, "whether there are guard-rails") else ()
    ):
        if each.tenant not in having:
            yield Wrong(f"tenant {each.tenant!r} has no guard-rail", each)


def metadata_is_closed(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """The guard-rails close the cloud's metadata service, IPv4 and IPv6 (E2)."""
    if not (tiers := [each for each in stack.objects("Tier") if each.metadata.get("name") == RAILS]):
        return
    closed = {
        net
        for policy in stack.objects("GlobalNetworkPolicy")
        for each in policy.every("spec", "egress")
        if policy.at("spec", "tier") == RAILS and each.get("action") == "Deny"
        for net in (each.get("destination") or {}).get("nets") or []
    }
    for address in METADATA:
        if address not in closed:
            yield Wrong(f"no guard-rail denies {address}", tiers[0])


def _for_route(stack: Stack, route: KubernetesObject, kind: str) -> list[KubernetesObject]:
    name = route.metadata.get("name")
    return [
        each
        for each in stack.inside(route.namespace, kind)
        if any(to.get("kind") == "HTTPRoute" and to.get("name") == name for to in each.every("spec", "targetRefs"))
    ]


def routes_are_limited(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Every route of a tenant has a rate limit (B2)."""
    for route in stack.objects("HTTPRoute"):
        held = _for_route(stack, route, "BackendTrafficPolicy")
        if route.tenant is not None and not any(each.at("spec", "rateLimit") for each in held):
            yield Wrong(f"route {route.metadata.get('name')!r} of tenant {route.tenant!r} has no rate limit", route)


def routes_ask_for_tokens(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Every route of a tenant verifies tokens and lets in nobody else (B3)."""
    for route in stack.objects("HTTPRoute"):
        if route.tenant is None:
            continue
        held = _for_route(stack, route, "SecurityPolicy")
        if not any(
            each.every("spec", "jwt", "providers") and each.at("spec", "authorization", "defaultAction") == "Deny"
            for each in held
        ):
            yield Wrong(f"route {route.metadata.get('name')!r} of tenant {route.tenant!r} asks for no token", route)


def _everyone(stack: Stack, expected: Expected, addon: str, kind: str, what: str) -> Iterator[Wrong]:
    """Who has none of a kind, on a cluster with the add-on that it is for."""
    for each in stack.tenant_namespaces() if addon in known(expected.addons, f"whether there is {addon}") else ():
        if not stack.inside(each.namespace, kind):
            yield Wrong(f"namespace {each.namespace!r} has no {what}", each)


def queues_everywhere(stack: Stack, expected: Expected) -> Iterator[Wrong]:
    """A LocalQueue for every tenant namespace (D1)."""
    yield from _everyone(stack, expected, "queues", "LocalQueue", "queue")


def scrapes_everywhere(stack: Stack, expected: Expected) -> Iterator[Wrong]:
    """A PodMonitor for every tenant namespace (G1)."""
    yield from _everyone(stack, expected, "monitoring", "PodMonitor", "PodMonitor")


def guarantees_fit(stack: Stack, expected: Expected) -> Iterator[Wrong]:
    """The guarantees of all tenants are at most what the pools have (D4)."""
    quotas = [
        each
        for each in stack.objects("ResourceQuota")
        if each.tenant is not None and not each.at("spec", "scopeSelector")
    ]
    if not quotas:
        return
    have = known(expected.capacity, "the capacity of the pools")
    want = [0, 0]
    for each in quotas:
        hard = each.at("spec", "hard") or {}
        want[0] += parse_cpu(hard.get("requests.cpu", 0))
        want[1] += parse_bytes(hard.get("requests.memory", 0))
    for what, wanted, held, written in zip(("cpu", "memory"), want, have, (format_cpu, format_bytes), strict=True):
        if wanted > held:
            yield Wrong(
                f"tenants are guaranteed {what} {written(wanted)}, and all pools at their most have {written(held)}"
            )


def scaling_fits(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """No autoscaler of a tenant asks for more pods than the quota admits (C9)."""
    for each in stack.objects("HorizontalPodAutoscaler"):
        bounds = [
            parse_count(quota.at("spec", "hard")["pods"])
            for quota in stack.inside(each.namespace, "ResourceQuota")
            if "pods" in (quota.at("spec", "hard") or {})
        ]
        most = each.at("spec", "maxReplicas") or 0
        if each.tenant is not None and bounds and 0 < min(bounds) < most:
            yield Wrong(f"maxReplicas is {most:g}, and the quota admits {min(bounds)} pods", each)


def scaled_pods_have_a_budget(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """What an autoscaler scales has a budget for disruptions (C9)."""
    for each in stack.objects("HorizontalPodAutoscaler"):
        kind, name = each.at("spec", "scaleTargetRef", "kind"), each.at("spec", "scaleTargetRef", "name")
        for target in stack.inside(each.namespace, kind) if kind in SCALED else ():
            if target.metadata.get("name") != name:
                continue
            chosen = [
                budget.at("spec", "selector", "matchLabels") or {}
                for budget in stack.inside(each.namespace, "PodDisruptionBudget")
            ]
            if not any(labels and labels.items() <= dict(target.pod_labels).items() for labels in chosen):
                yield Wrong(f"pods of {kind} {name!r} have no PodDisruptionBudget", each)


def credentials_are_their_own(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """No two tenants have the same user of a database (F1)."""
    held = [
        each for each in stack.objects("Secret") if each.tenant is not None and each.metadata.get("name") == DATABASE
    ]
    users = Counter(
        (each.at("stringData", "user") or each.at("data", "user"), each.at("stringData", "host")) for each in held
    )
    for each in held:
        user = each.at("stringData", "user") or each.at("data", "user")
        if not user:
            yield Wrong(f"tenant {each.tenant!r} has a credential without a user", each)
        elif users[user, each.at("stringData", "host")] > 1:
            yield Wrong(f"tenant {each.tenant!r} has user {user!r} of another tenant", each)


def policies_are_bound(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Every admission policy has a binding (I1)."""
    bound = {each.at("spec", "policyName") for each in stack.objects("ValidatingAdmissionPolicyBinding")}
    for each in stack.objects("ValidatingAdmissionPolicy"):
        if each.metadata.get("name") not in bound:
            yield Wrong(f"policy {each.metadata.get('name')!r} has no binding", each)


TENANTS = (
    stack_rule("TP-B2-02", routes_are_limited),
    stack_rule("TP-B3-01", routes_ask_for_tokens),
    stack_rule("TP-C1-01", quotas_everywhere),
    stack_rule("TP-C1-02", limits_everywhere),
    stack_rule("TP-C9-01", scaling_fits),
    stack_rule("TP-C9-02", scaled_pods_have_a_budget),
    stack_rule("TP-D1-03", queues_everywhere),
    stack_rule("TP-D4-01", guarantees_fit),
    stack_rule("TP-E1-01", tenants_deny_by_default),
    stack_rule("TP-E1-04", the_platform_denies_by_default),
    stack_rule("TP-E2-01", rails_everywhere),
    stack_rule("TP-E2-03", metadata_is_closed),
    stack_rule("TP-F1-02", credentials_are_their_own),
    stack_rule("TP-G1-01", scrapes_everywhere),
    stack_rule("TP-I1-01", policies_are_bound),
)
