"""What the objects of a tenant's namespace have to be: what no request shows, because nobody refuses it (B1, B5,
C1)."""

from collections.abc import Callable, Iterator
from typing import Final

from components.gateway.envoy import ROUTE, limits_policy_spec, route_spec, token_policy_spec
from components.network.calico import TIER
from components.network.policy import CLOSED
from components.network.tenant_guard_rail import own_traffic, policy_name
from components.network.tenant_network import (
    ALLOW_NAME,
    DENY_NAME,
    SANDBOX_NAME,
    allowed_traffic,
    sandbox_traffic,
)
from components.observability.tenant_monitoring import pod_monitor_spec
from components.scheduling.kueue import QUEUE
from components.scheduling.tenant_queue import cluster_queue_spec
from components.security.tenant_roles import RULES, SELF_SERVICE, role_name
from components.tenancy.access import WORKLOAD_ACCOUNT
from components.tenancy.namespace import GROUPS, WORKLOADS, pod_security_labels, stated_capabilities
from components.tenancy.quota import LIMITS_NAME, QUOTA_NAME, STANDING_NAME
from fleet.verify.live import Live, Object, annotations, labels
from fleet.verify.looks.comparing import as_api, differences
from fleet.verify.looks.mesh import opening
from fleet.verify.place import Place
from fleet.verify.probe import Look
from settings import names
from settings.gateway import entrance_of

Wrong = Callable[[Place, Live], Iterator[str]]


def _namespace(place: Place, live: Live) -> Object | None:
    return live.named("Namespace", place.namespace)


def _present(place: Place, live: Live) -> Iterator[str]:
    if _namespace(place, live) is None:
        yield "there is no such namespace"


def _identity(place: Place, live: Live) -> Iterator[str]:
    found = _namespace(place, live)
    held = labels(found) if found else {}
    for key, value in place.plan.namespace_labels.items():
        if held.get(key) != value:
            yield f"the namespace's label {key} is {held.get(key)!r} and not {value!r}"
    for kind in ("ResourceQuota", "LimitRange", "NetworkPolicy", "RoleBinding", "ServiceAccount", "Pod", "Deployment"):
        for each in live.within(place.namespace, kind):
            said = labels(each).get(names.TENANT_LABEL, place.tenant)
            if said != place.tenant:
                yield f"{kind} {each['metadata']['name']} carries the label of {said!r}"


def _pod_security(place: Place, live: Live) -> Iterator[str]:
    found = _namespace(place, live)
    held = labels(found) if found else {}
    for key, value in pod_security_labels("baseline" if stated_capabilities(place.plan) else "restricted").items():
        if held.get(key) != value:
            yield f"label {key} is {held.get(key)!r} and not {value!r}"


def _reviewed(place: Place, live: Live) -> Iterator[str]:
    found = _namespace(place, live)
    held = annotations(found) if found else {}
    kinds = sorted({each.kind for each in place.plan.workloads})
    wanted: dict[str, list[str]] = {GROUPS: sorted(set(place.groups)), WORKLOADS: list(kinds)}
    for key, value in wanted.items():
        if held.get(key, "") != ",".join(value):
            yield f"annotation {key} is {held.get(key)!r} and not {','.join(value)!r}"


def _quota(place: Place, live: Live) -> Iterator[str]:
    wanted = {QUOTA_NAME: place.plan.quota.hard()}
    if place.plan.quota.has_standing:
        wanted[STANDING_NAME] = place.plan.quota.standing()
    for name, hard in wanted.items():
        found = live.named("ResourceQuota", name, place.namespace)
        if found is None:
            yield f"there is no ResourceQuota {name}"
            continue
        spec = found["spec"]
        if name == QUOTA_NAME and (spec.get("scopes") or spec.get("scopeSelector")):
            yield f"ResourceQuota {name} is about a part of the pods"
        for resource in sorted({*hard, *spec["hard"]}):
            if spec["hard"].get(resource) != hard.get(resource):
                yield f"{resource} of ResourceQuota {name} is {spec['hard'].get(resource)} and not {hard.get(resource)}"


def _limits(place: Place, live: Live) -> Iterator[str]:
    found = live.named("LimitRange", LIMITS_NAME, place.namespace)
    if found is None:
        yield f"there is no LimitRange {LIMITS_NAME}"
    elif found["spec"].get("limits") != place.plan.limit_range.limits():
        yield from list(differences(place.plan.limit_range.limits(), found["spec"].get("limits"), "limits")) or [
            "limits has more than was reviewed"
        ]


def _policies(place: Place, live: Live) -> Iterator[str]:
    wanted = {DENY_NAME: CLOSED, ALLOW_NAME: allowed_traffic(place.plan)}
    if place.plan.sandboxes is not None:
        wanted[SANDBOX_NAME] = sandbox_traffic(place.plan)
    for name, spec in wanted.items():
        found = live.named("NetworkPolicy", name, place.namespace)
        if found is None:
            yield f"there is no NetworkPolicy {name}"
        else:
            yield from differences(as_api(spec), found["spec"], f"NetworkPolicy {name}: spec")
            if spec.get("pod_selector") == {} and found["spec"].get("podSelector"):
                yield f"NetworkPolicy {name} does not choose every pod"


def _bindings(place: Place, live: Live) -> Iterator[str]:
    ours = {role_name(role) for role in RULES}
    bound = set()
    for each in live.within(place.namespace, "RoleBinding"):
        name, role = each["metadata"]["name"], each["roleRef"]
        for subject in each.get("subjects") or ():
            own_group = subject["kind"] == "Group" and subject["name"] in place.groups
            own_account = subject["kind"] == "ServiceAccount" and subject.get("namespace") == place.namespace
            if not own_group and not own_account:
                yield f"RoleBinding {name} is for {subject['kind']} {subject['name']}"
            elif own_group:
                bound.add(subject["name"])
        if role["kind"] == "ClusterRole" and role["name"] not in ours:
            yield f"RoleBinding {name} is to ClusterRole {role['name']}"
    if missing := sorted(set(place.groups) - bound):
        yield f"nothing is bound to {', '.join(missing)}"


def _roles(place: Place, live: Live) -> Iterator[str]:
    """A Role of the namespace holds no more than the tenant's admin, who could not have made it."""
    for each in live.within(place.namespace, "Role"):
        if labels(each).get("app.kubernetes.io/managed-by") == names.MANAGED_BY and place.virtual:
            continue  # of the syncer, which the platform made
        for rule in each.get("rules") or ():
            for beyond in _beyond_admin(rule):
                yield f"Role {each['metadata']['name']} may {beyond}"


def _beyond_admin(rule: Object) -> Iterator[str]:
    held = {
        (group, resource, verb)
        for each in (*RULES["tenant-admin"], *SELF_SERVICE)
        for group in each["api_groups"]
        for resource in each["resources"]
        for verb in each["verbs"]
    }
    if rule.get("nonResourceURLs"):
        yield f"reach {', '.join(rule['nonResourceURLs'])}"
    for group in rule.get("apiGroups") or ():
        for resource in rule.get("resources") or ():
            for verb in rule.get("verbs") or ():
                if (group, resource, verb) not in held:
                    yield f"{verb} {resource} of {group or 'the core'}"


def _accounts(place: Place, live: Live) -> Iterator[str]:
    for name in ("default", WORKLOAD_ACCOUNT):
        found = live.named("ServiceAccount", name, place.namespace)
        if found is None:
            yield f"there is no ServiceAccount {name}"
        elif found.get("automountServiceAccountToken") is not False:
            yield f"ServiceAccount {name} mounts its token"


def _entrance(kind: str) -> Wrong:
    def wrong(place: Place, live: Live) -> Iterator[str]:
        entrance = entrance_of(place.plan)
        found = live.within(place.namespace, kind)
        if entrance is None:
            yield from (f"{kind} {each['metadata']['name']} is there, and it has no entrance" for each in found)
            return
        wanted = {
            "HTTPRoute": lambda: route_spec(entrance, place.site.cluster.gateway_namespace),
            "SecurityPolicy": lambda: token_policy_spec(entrance),
            "BackendTrafficPolicy": lambda: limits_policy_spec(entrance),
        }[kind]()
        held = {each["metadata"]["name"]: each["spec"] for each in found}
        if ROUTE not in held:
            yield f"there is no {kind} {ROUTE}"
        else:
            yield from differences(wanted, held[ROUTE], f"{kind} {ROUTE}: spec")
        yield from (f"{kind} {name} is not the platform's" for name in sorted(set(held) - {ROUTE}))

    return wrong


def _queue(place: Place, live: Live) -> Iterator[str]:
    local = live.named("LocalQueue", QUEUE, place.namespace)
    if local is None or local["spec"].get("clusterQueue") != place.home.namespace:
        yield f"LocalQueue {QUEUE} does not lead to ClusterQueue {place.home.namespace}"
    yield from (
        f"LocalQueue {each['metadata']['name']} leads to {each['spec'].get('clusterQueue')}"
        for each in live.within(place.namespace, "LocalQueue")
        if each["spec"].get("clusterQueue") != place.home.namespace
    )
    found = live.named("ClusterQueue", place.home.namespace)
    if found is None or place.home.queue is None:
        yield f"there is no ClusterQueue {place.home.namespace}"
    elif place.plan.child is None:
        wanted = cluster_queue_spec(place.home, place.home.queue)
        for part in ("namespaceSelector", "cohortName", "preemption"):
            yield from differences(wanted[part], found["spec"].get(part), f"ClusterQueue: {part}")


def _monitor(place: Place, live: Live) -> Iterator[str]:
    held = {each["metadata"]["name"]: each["spec"] for each in live.within(place.namespace, "PodMonitor")}
    if "tenant" not in held:
        yield "there is no PodMonitor tenant"
    else:
        yield from differences(pod_monitor_spec(place.plan), held["tenant"], "PodMonitor tenant: spec")
    yield from (f"PodMonitor {name} is not the platform's" for name in sorted(set(held) - {"tenant"}))


def _rail(place: Place, live: Live) -> Iterator[str]:
    name = f"{TIER}.{policy_name(place.tenant)}"
    found = live.named("GlobalNetworkPolicy", name)
    if found is None:
        yield f"there is no GlobalNetworkPolicy {name}"
    else:
        yield from differences({"tier": TIER, **own_traffic(place.home)}, found["spec"], f"{name}: spec")


def _gateway(place: Place) -> bool:
    return place.site.cluster.has_gateway


LOOKS: Final = (
    Look(id="namespace", control="TP-A7-01", title="its namespace", wrong=_present),
    Look(id="identity", control="TP-B1-01", title="labels of the namespace, and of what is in it", wrong=_identity),
    Look(id="pod-security-level", control="TP-C1-03", title="the level of Pod Security", wrong=_pod_security),
    Look(id="reviewed-annotations", control="TP-B5-02", title="groups and kinds that its file lists", wrong=_reviewed),
    Look(id="quota-of-plan", control="TP-C1-01", title="its quota, as the catalogue has it", wrong=_quota),
    Look(id="limits-of-plan", control="TP-C1-02", title="its limits, as the catalogue has them", wrong=_limits),
    Look(id="network-policies", control="TP-E1-01", title="its network policies", wrong=_policies),
    Look(id="bindings-of-people", control="TP-B5-02", title="who has which role", wrong=_bindings),
    Look(id="roles-made", control="TP-B5-03", title="roles in its namespace", wrong=_roles),
    Look(id="accounts", control="TP-B5-07", title="accounts without tokens", wrong=_accounts),
    Look(id="route", control="TP-B2-01", title="its route", wrong=_entrance("HTTPRoute"), about=_gateway),
    Look(id="tokens", control="TP-B3-01", title="whose tokens it takes", wrong=_entrance("SecurityPolicy"),
         about=_gateway),
    Look(id="rate", control="TP-B2-02", title="how many requests it takes", wrong=_entrance("BackendTrafficPolicy"),
         about=_gateway),
    Look(id="monitor", control="TP-G1-01", title="how its pods are scraped", wrong=_monitor,
         about=lambda place: place.site.cluster.has_monitoring and place.plan.active),
    Look(id="guard-rail", control="TP-E2-01", title="its guard-rail", wrong=_rail,
         about=lambda place: place.site.cluster.has_guard_rails and place.plan.child is None),
    Look(id="queue", control="TP-D1-01", title="the queue of its Jobs", wrong=_queue,
         about=lambda place: place.home.queue is not None),
    Look(id="mesh-opening", control="TP-E3-02", title="whom its services let in", wrong=opening,
         about=lambda place: place.plan.trust_domain is not None),
)  # fmt: skip
