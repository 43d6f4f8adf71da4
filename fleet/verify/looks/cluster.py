"""What a cluster has once and every tenant stands on: policies, roles, classes, the gateway's own rules (B2, C2,
C8)."""

from collections.abc import Iterator
from typing import Final

from components.gateway.envoy import NAME as GATEWAY_NAME
from components.gateway.envoy import closed_policy_spec
from components.network.calico import TIER, TIER_ORDER
from components.network.guard_rails import policies as shared_rails
from components.network.guard_rails import rails_of
from components.observability.prometheus import prometheus_spec
from components.scheduling.priority_classes import PRIORITIES
from components.security import (
    gateway_admission,
    object_admission,
    queue_admission,
    quota_admission,
    rooted_admission,
    runtime_admission,
    sandbox_admission,
    tenant_admission,
    virtual_admission,
)
from components.security.runtime_admission import PARAMETERS, parameters
from components.security.tenant_roles import ROLES, role_name, role_rules
from fleet.verify.live import Live
from fleet.verify.looks.comparing import as_api, differences
from fleet.verify.looks.mesh import everywhere
from fleet.verify.looks.rights import everybodys_rights, tenants_rights
from fleet.verify.place import Site
from fleet.verify.probe import WideLook
from settings import names


def admission_policies(site: Site) -> tuple[str, ...]:
    """Names of the ValidatingAdmissionPolicies that a cluster has to have."""
    cluster = site.cluster
    return (
        tenant_admission.POD_POLICY,
        tenant_admission.SERVICE_POLICY,
        object_admission.OBJECT_POLICY,
        object_admission.PLATFORM_POLICY,
        object_admission.BINDING_POLICY,
        object_admission.CLAIM_POLICY,
        object_admission.SCALER_POLICY,
        runtime_admission.RUNTIME_POLICY,
        rooted_admission.ROOTED_POLICY,
        quota_admission.QUOTA_POLICY,
        virtual_admission.POD_POLICY,
        virtual_admission.SET_POLICY,
        *((sandbox_admission.CLAIM_POLICY,) if cluster.has_sandboxes else ()),
        *((queue_admission.JOB_POLICY, queue_admission.POD_POLICY) if cluster.has_queues else ()),
        *((gateway_admission.ROUTE_POLICY, gateway_admission.KIND_POLICY) if _gateway(site) else ()),
    )


def _gateway(site: Site) -> bool:
    return site.cluster.has_gateway and site.cluster.front_door is not None


def _policies(site: Site, live: Live) -> Iterator[str]:
    bindings = live.of["ValidatingAdmissionPolicyBinding"]
    for name in admission_policies(site):
        found = live.named("ValidatingAdmissionPolicy", name)
        if found is None:
            yield f"there is no policy {name}"
            continue
        if found["spec"].get("failurePolicy") != "Fail":
            yield f"policy {name} lets pass what it cannot decide"
        if not found["spec"].get("validations"):
            yield f"policy {name} has no rules"
        bound = [each for each in bindings if each["spec"]["policyName"] == name]
        denying = [each for each in bound if "Deny" in each["spec"].get("validationActions", ())]
        if not denying:
            yield f"policy {name} is not bound" if not bound else f"policy {name} is bound and does not deny"
        elif all(each["spec"].get("matchResources") for each in denying):
            yield f"policy {name} is bound for a part of the namespaces"


def _runtimes(site: Site, live: Live) -> Iterator[str]:
    found = live.named("ConfigMap", PARAMETERS, site.cluster.system_namespace)
    wanted = parameters(site.catalogue.runtimes)
    held = (found or {}).get("data") or {}
    for key in sorted({*wanted, *held}):
        if wanted.get(key, "") != held.get(key, ""):
            yield f"{key} of ConfigMap {PARAMETERS} is {held.get(key)!r} and not {wanted.get(key)!r}"


def _classes(site: Site, live: Live) -> Iterator[str]:
    for runtime in site.catalogue.runtimes.values():
        found = live.named("RuntimeClass", runtime.id)
        if found is None or found["handler"] != runtime.handler:
            yield f"RuntimeClass {runtime.id} has no handler {runtime.handler}"
        elif runtime.overhead is not None and not (found.get("overhead") or {}).get("podFixed"):
            yield f"RuntimeClass {runtime.id} counts no overhead"


def _priorities(site: Site, live: Live) -> Iterator[str]:
    del site
    for each in PRIORITIES:
        found = live.named("PriorityClass", each.name)
        if found is None or found["value"] != each.value:
            yield f"PriorityClass {each.name} is not {each.value}"
    yield from (
        f"PriorityClass {each['metadata']['name']} is everybody's default"
        for each in live.of["PriorityClass"]
        if each.get("globalDefault")
    )


def _roles(site: Site, live: Live) -> Iterator[str]:
    for role in ROLES:
        found = live.named("ClusterRole", role_name(role))
        if found is None:
            yield f"there is no ClusterRole {role_name(role)}"
            continue
        wanted = [as_api(each) for each in role_rules(role, guard_rails=site.cluster.has_guard_rails)]
        yield from differences(wanted, found.get("rules"), f"ClusterRole {role_name(role)}: rules")
        if found.get("aggregationRule"):
            yield f"ClusterRole {role_name(role)} grows with others"


def _hosts(site: Site, live: Live) -> Iterator[str]:
    """A tenant's host is on no route but its own, in whatever namespace."""
    domain = site.catalogue.topology.domain
    homes = {plan.namespace: plan.host for plan in site.plans}
    for each in live.of["HTTPRoute"]:
        namespace, name = each["metadata"]["namespace"], each["metadata"]["name"]
        for host in each["spec"].get("hostnames") or ("every host",):
            if host != homes.get(namespace) and (host.endswith(domain) or host == "every host"):
                yield f"HTTPRoute {namespace}/{name} takes {host}"


def _closed_gateway(site: Site, live: Live) -> Iterator[str]:
    found = live.named("SecurityPolicy", GATEWAY_NAME, site.cluster.gateway_namespace)
    if found is None:
        yield "the gateway lets in by a route without a policy of its own: its SecurityPolicy is gone"
    else:
        yield from differences(closed_policy_spec(), found["spec"], "SecurityPolicy of the gateway: spec")


def _tier(site: Site, live: Live) -> Iterator[str]:
    del site
    found = live.named("Tier", TIER)
    if found is None:
        yield f"there is no Tier {TIER}"
    else:
        yield from differences({"order": TIER_ORDER, "defaultAction": "Deny"}, found["spec"], f"Tier {TIER}: spec")


def _rails(site: Site, live: Live) -> Iterator[str]:
    for name, spec in shared_rails(rails_of(site.catalogue.topology, site.cluster)).items():
        found = live.named("GlobalNetworkPolicy", f"{TIER}.{name}")
        if found is None:
            yield f"there is no GlobalNetworkPolicy {TIER}.{name}"
        else:
            yield from differences({"tier": TIER, **spec}, found["spec"], f"{TIER}.{name}: spec")


def _prometheus(site: Site, live: Live) -> Iterator[str]:
    """What a tenant's monitors could ask of it and may not; by the component's own list."""
    guarded = ("enforcedNamespaceLabel", "ignoreNamespaceSelectors", "overrideHonorLabels", "overrideHonorTimestamps",
               "arbitraryFSAccessThroughSMs", "enforcedSampleLimit", "ruleNamespaceSelector")  # fmt: skip
    held = live.within(site.cluster.system_namespace, "Prometheus")
    if not held:
        yield "there is no Prometheus"
    wanted = prometheus_spec(site.cluster, "")
    for each in held:
        for key in guarded:
            yield from differences(wanted[key], each["spec"].get(key), f"Prometheus: {key}")


def _queues(site: Site, live: Live) -> Iterator[str]:
    """No queue takes Jobs of more than one tenant."""
    homes = {plan.namespace: plan.tenant.id for plan in site.plans}
    for each in live.of["ClusterQueue"]:
        name, selector = each["metadata"]["name"], each["spec"].get("namespaceSelector")
        if name in homes and (selector or {}).get("matchLabels") != {names.TENANT_LABEL: homes[name]}:
            yield f"ClusterQueue {name} takes Jobs of other namespaces"


WIDE: Final = (
    WideLook(id="policies-deny", control="TP-I1-01", title="admission policies deny and fail closed", wrong=_policies),
    WideLook(id="runtimes-of-catalogue", control="TP-C3-01", title="the runtimes that admission goes by",
         wrong=_runtimes),
    WideLook(id="runtime-classes", control="TP-C2-01", title="runtime classes", wrong=_classes),
    WideLook(id="priority-classes", control="TP-C8-01", title="priority classes", wrong=_priorities),
    WideLook(id="roles-of-tenants", control="TP-B5-04", title="what the roles of tenants may", wrong=_roles),
    WideLook(id="rights-of-everybody", control="TP-B5-05", title="what everybody may", wrong=everybodys_rights),
    WideLook(id="rights-elsewhere", control="TP-B5-02", title="what tenants may elsewhere", wrong=tenants_rights),
    WideLook(id="hosts", control="TP-B2-01", title="whose host is on whose route", wrong=_hosts,
             about=lambda site: site.cluster.has_gateway),
    WideLook(id="closed-gateway", control="TP-B3-01", title="what a route without a policy lets in",
         wrong=_closed_gateway,
             about=_gateway),
    WideLook(id="tier", control="TP-E2-02", title="the tier of the guard-rails", wrong=_tier,
             about=lambda site: site.cluster.has_guard_rails),
    WideLook(id="guard-rails", control="TP-E2-02", title="the guard-rails of all tenants", wrong=_rails,
             about=lambda site: site.cluster.has_guard_rails),
    WideLook(id="prometheus", control="TP-G1-02", title="what monitors of tenants may ask", wrong=_prometheus,
             about=lambda site: site.cluster.has_monitoring and site.cluster.images.prometheus is not None),
    WideLook(id="queues-of-tenants", control="TP-D1-01", title="whose Jobs a queue takes", wrong=_queues,
             about=lambda site: site.cluster.has_queues),
    WideLook(id="mesh-closed", control="TP-E3-03", title="whom services hear without a policy of their own",
             wrong=everywhere, about=lambda site: site.cluster.mesh is not None),
)  # fmt: skip
