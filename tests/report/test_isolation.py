"""Each check of the page holds for a tenant that has what it needs, and notices when one thing is not so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fleet.report.isolation import ABSENT, CHECKS, HOLDS, NONE, WRONG, verdicts
from fleet.report.live import Live
from policies.expected import expected
from policies.objects import KubernetesObject
from settings import TenantPlan, plan_tenants
from tests.report.synthetic import live, many

TENANT = "acme-robotics"
SPACE = f"tenant-{TENANT}"


@pytest.fixture(scope="module")
def plans() -> tuple[TenantPlan, ...]:
    return plan_tenants(many(10))


@pytest.fixture
def there(plans: tuple[TenantPlan, ...]) -> Live:
    return replace(live(plans), expected=expected(many(10)))


def states(plans: tuple[TenantPlan, ...], found: Live) -> dict[str, str]:
    return {check: verdict.state for check, verdict in verdicts(plans, found)[TENANT].items()}


def test_all_checks_hold_for_tenants_that_are_well(plans: tuple[TenantPlan, ...], there: Live) -> None:
    found = verdicts(plans, there)
    wrong = [
        (tenant, name, each.why) for tenant, some in found.items() for name, each in some.items() if each.state != HOLDS
    ]
    assert wrong == []


def without(kind: str) -> Callable[[Live], Live]:
    return lambda found: replace(found, of={**found.of, SPACE: [x for x in found.of[SPACE] if x.kind != kind]})


def changed(kind: str, **props: Any) -> Callable[[Live], Live]:
    def change(found: Live) -> Live:
        some = [
            KubernetesObject(kind=each.kind, props={**each.props, **props}) if each.kind == kind else each
            for each in found.of[SPACE]
        ]
        return replace(found, of={**found.of, SPACE: some})

    return change


def added(kind: str, pod: dict[str, Any]) -> Callable[[Live], Live]:
    labels = {"tenant": TENANT, "tenantplane.dev/workload": "agent-sessions"}
    props = {
        "metadata": {"name": "x", "namespace": SPACE, "labels": labels},
        "spec": {"template": {"metadata": {"labels": labels}, "spec": pod}},
    }
    return lambda found: replace(
        found, of={**found.of, SPACE: [*found.of[SPACE], KubernetesObject(kind=kind, props=props)]}
    )


GOOD: dict[str, Any] = {
    "runtimeClassName": "gvisor",
    "containers": [
        {
            "name": "c",
            "image": "registry.example/a@sha256:" + "0" * 64,
            "securityContext": {"allowPrivilegeEscalation": False},
        }
    ],
}
CONTAINER = GOOD["containers"][0]
FLIPS: dict[str, Callable[[Live], Live]] = {
    "quota": without("ResourceQuota"),
    "limits": without("LimitRange"),
    "deny": without("NetworkPolicy"),
    "people": changed("RoleBinding", subjects=[{"kind": "Group", "name": "system:authenticated"}]),
    "pod-security": lambda found: replace(
        found,
        namespaces={
            **found.namespaces,
            SPACE: KubernetesObject(
                kind="Namespace", props={"metadata": {"name": SPACE, "labels": {"tenant": TENANT}}}
            ),
        },
    ),
    "identity": changed("LimitRange", metadata={"name": "tenant", "namespace": SPACE, "labels": {"tenant": "other"}}),
    "rail": lambda found: replace(found, rails=frozenset(each for each in found.rails if TENANT not in each)),
    "queue": lambda found: replace(found, queues=found.queues - {SPACE}),
    "runtime": added("Deployment", {**GOOD, "runtimeClassName": "runc"}),
    "privilege": added("Deployment", {**GOOD, "containers": [{**CONTAINER, "securityContext": {"privileged": True}}]}),
    "digest": added("Deployment", {**GOOD, "containers": [{**CONTAINER, "image": "registry.example/a:latest"}]}),
}


def test_every_check_has_a_flip() -> None:
    assert FLIPS.keys() == {check.id for check in CHECKS}


@pytest.mark.parametrize("check", FLIPS)
def test_a_check_notices(check: str, plans: tuple[TenantPlan, ...], there: Live) -> None:
    twin = states(plans, added("Deployment", GOOD)(there))
    assert set(twin.values()) == {HOLDS}
    found = verdicts(plans, FLIPS[check](there))
    assert {name for name, each in found[TENANT].items() if each.state == WRONG} == {check}
    assert found[TENANT][check].why.startswith(SPACE)
    assert {each.state for each in found["pelican-games"].values()} == {HOLDS}


def test_a_quota_that_is_not_the_reviewed_one_is_wrong(plans: tuple[TenantPlan, ...], there: Live) -> None:
    plan = next(each for each in plans if each.tenant.id == TENANT)
    raised = changed("ResourceQuota", spec={"hard": {**plan.quota.hard(), "pods": "100000"}})
    assert states(plans, raised(there))["quota"] == WRONG


def test_a_tenant_that_is_not_there_is_neither_well_nor_wrong(plans: tuple[TenantPlan, ...], there: Live) -> None:
    spaces = {name: each for name, each in there.namespaces.items() if name != SPACE}
    assert set(states(plans, replace(there, namespaces=spaces)).values()) == {ABSENT}


def test_a_control_that_is_about_nothing_of_the_tenant_does_not_count(
    plans: tuple[TenantPlan, ...], there: Live
) -> None:
    idle = tuple(replace(each, workloads=(), sandboxes=None, queue=None) for each in plans)
    found = states(idle, there)
    assert {name for name, state in found.items() if state == NONE} == {"runtime", "privilege", "digest", "queue"}
