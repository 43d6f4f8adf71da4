"""Which isolation control holds for which tenant, by what the API server has (B1, B5, C1-C4, D1, E1, E2, G7).

Each row looks at live objects and says what is wrong with them. That a control is enforced against somebody who tries
is what the attacks of the tests show; docs/controls.md lists them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from components.network.calico import TIER
from components.network.tenant_guard_rail import policy_name
from fleet.report.live import Live
from policies.kubernetes.tenancy import carries_its_tenant, namespace_enforces_restricted
from policies.objects import KubernetesObject
from policies.table import rules_about
from settings import TenantPlan, names

HOLDS, WRONG, NONE, ABSENT = "holds", "wrong", "none", "absent"
"""A control holds; something is wrong; the tenant has nothing it would be about; the namespace is not there."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One control. by: what enforces it. wrong: what is wrong in a namespace. about: whether it concerns the plan."""

    id: str
    title: str
    requirement: str
    by: str
    wrong: Callable[[TenantPlan, Live], Iterator[str]]
    about: Callable[[TenantPlan], bool] = lambda _: True


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check found. state: HOLDS, WRONG, NONE or ABSENT. why: what is wrong."""

    state: str
    why: str = ""


def verdict(check: Check, plan: TenantPlan, live: Live) -> Verdict:
    """What a check finds of a tenant, all its namespaces taken together."""
    if not check.about(plan):
        return Verdict(state=NONE)
    plans = (plan, *plan.children)
    if any(each.namespace not in live.namespaces for each in plans):
        return Verdict(state=ABSENT)
    found = [f"{each.namespace}: {why}" for each in plans for why in check.wrong(each, live)]
    return Verdict(state=WRONG, why="; ".join(found)[:400]) if found else Verdict(state=HOLDS)


def _of(plan: TenantPlan, live: Live, *kinds: str) -> list[KubernetesObject]:
    return [each for each in live.of.get(plan.namespace, ()) if each.kind in kinds]


def _pod_security(plan: TenantPlan, live: Live) -> Iterator[str]:
    yield from namespace_enforces_restricted(live.namespaces[plan.namespace], live.expected)


def _identity(plan: TenantPlan, live: Live) -> Iterator[str]:
    everything = (live.namespaces[plan.namespace], *live.of.get(plan.namespace, ()))
    for each in everything:
        yield from carries_its_tenant(each, live.expected)
        if each.labels.get(names.TENANT_LABEL) != plan.tenant.id:
            yield f"{each.kind} {each.metadata.get('name')} carries another tenant"


def _quota(plan: TenantPlan, live: Live) -> Iterator[str]:
    quotas = {each.metadata["name"]: each.props["spec"].get("hard") for each in _of(plan, live, "ResourceQuota")}
    if "tenant" not in quotas:
        yield "there is no ResourceQuota"
    elif quotas["tenant"] != plan.quota.hard():
        yield "the ResourceQuota is not what the catalogue says"


def _limits(plan: TenantPlan, live: Live) -> Iterator[str]:
    if not any(each.props["spec"].get("limits") == plan.limit_range.limits() for each in _of(plan, live, "LimitRange")):
        yield "no LimitRange is what the catalogue says"


def _default_deny(plan: TenantPlan, live: Live) -> Iterator[str]:
    for each in _of(plan, live, "NetworkPolicy"):
        spec = each.props["spec"]
        if not spec.get("podSelector") and set(spec.get("policyTypes") or ()) == {"Ingress", "Egress"}:
            return
    yield "no NetworkPolicy is about all pods, in and out"


def _rail(plan: TenantPlan, live: Live) -> Iterator[str]:
    if f"{TIER}.{policy_name(plan.tenant.id)}" not in live.rails:
        yield "there is no guard-rail of its own"


def _people(plan: TenantPlan, live: Live) -> Iterator[str]:
    groups = plan.tenant.groups
    own = {*groups.admins, *groups.developers, *groups.viewers}
    bindings = _of(plan, live, "RoleBinding")
    if not bindings:
        yield "no role is bound to its people"
    for each in bindings:
        subjects = each.props.get("subjects") or ()
        if any(subject["kind"] != "Group" or subject["name"] not in own for subject in subjects):
            yield f"RoleBinding {each.metadata['name']} is not of its groups alone"


def _by(control_id: str) -> Callable[[TenantPlan, Live], Iterator[str]]:
    """What all rules of the pack of a control say of what runs."""

    def wrong(plan: TenantPlan, live: Live) -> Iterator[str]:
        for each in _of(plan, live, "Deployment", "SandboxTemplate"):
            for rule in rules_about(each):
                if rule.control.id == control_id:
                    yield from rule.check(each, live.expected)

    return wrong


def _queue(plan: TenantPlan, live: Live) -> Iterator[str]:
    if names.namespace(plan.tenant.id) not in live.queues:
        yield "its Jobs have no queue"


def _runs_something(plan: TenantPlan) -> bool:
    return bool(plan.workloads) or plan.sandboxes is not None


CHECKS: Final = (
    Check(id="identity", title="Every object carries its tenant", requirement="B1", by="admission", wrong=_identity),
    Check(id="people", title="Roles are bound to its own groups alone", requirement="B5", by="RBAC", wrong=_people),
    Check(id="pod-security", title="Pods are restricted", requirement="C1", by="Pod Security", wrong=_pod_security),
    Check(id="quota", title="The quota is the reviewed one", requirement="C1", by="ResourceQuota", wrong=_quota),
    Check(id="limits", title="No container is without limits", requirement="A4", by="LimitRange", wrong=_limits),
    Check(
        id="runtime",
        title="Each workload is in a runtime that is for it",
        requirement="C3",
        by="RuntimeClass, admission",
        wrong=_by("TP-C3-01"),
        about=_runs_something,
    ),
    Check(
        id="privilege",
        title="No container has or gains privileges",
        requirement="C4",
        by="Pod Security, admission",
        wrong=_by("TP-C4-01"),
        about=_runs_something,
    ),
    Check(
        id="digest",
        title="Images are named by digest",
        requirement="G7",
        by="policy pack",
        wrong=_by("TP-G7-01"),
        about=_runs_something,
    ),
    Check(id="deny", title="Traffic is denied by default", requirement="E1", by="NetworkPolicy", wrong=_default_deny),
    Check(
        id="rail",
        title="A guard-rail it cannot override",
        requirement="E2",
        by="Calico tier",
        wrong=_rail,
        about=lambda plan: plan.cluster.has_guard_rails,
    ),
    Check(
        id="queue",
        title="Jobs wait in a queue of its own",
        requirement="D1",
        by="Kueue",
        wrong=_queue,
        about=lambda plan: plan.queue is not None,
    ),
)
"""The controls, in the order in which they are shown."""


def verdicts(plans: Iterable[TenantPlan], live: Live) -> dict[str, dict[str, Verdict]]:
    """What every check finds of every tenant, by the tenant's id and the check's."""
    return {plan.tenant.id: {check.id: verdict(check, plan, live) for check in CHECKS} for plan in plans}
