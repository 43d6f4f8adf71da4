"""Every attempt of a tenant on the live API server: the twin passes, the flip is refused by its control (B5, C1-C9).

The rows are in tests/cluster/attacks/. docs/controls.md lists them by what they show.
"""

import json
from collections.abc import Callable

import pytest

from settings import TenantPlan
from tests.cluster.acting import Answer, Caller
from tests.cluster.attacks import ATTACKS
from tests.cluster.attacks.attack import HOME, NEXT_DOOR, Attack, Request, Who
from tests.cluster.conftest import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

Asking = Callable[[str, Who, Request], Answer]


def running_pod(admin: Caller, namespace: str) -> str:
    """A pod of a tenant's service."""

    def found() -> str | None:
        items = admin.get(f"/api/v1/namespaces/{namespace}/pods?labelSelector=app%3Dagent-sessions")["items"]
        here = [each for each in items if "deletionTimestamp" not in each["metadata"]]
        return str(here[0]["metadata"]["name"]) if here else None

    return str(until(found, f"{namespace} has a pod"))


@pytest.fixture(scope="module")
def asking(admin: Caller, person: Person, plans: dict[str, TenantPlan]) -> Asking:
    """Asks as somebody of a tenant, with the names of pods that are there."""
    assert plans
    there = {"{pod}": running_pod(admin, HOME), "{foreign_pod}": running_pod(admin, NEXT_DOOR)}

    def named(text: str) -> str:
        for placeholder, name in there.items():
            text = text.replace(placeholder, name)
        return text

    def asked(tenant: str, who: Who, request: Request) -> Answer:
        if who == "platform":
            caller = admin
        elif who == "account":
            home = f"tenant-{tenant}"
            caller = admin.acting_as(
                f"system:serviceaccount:{home}:workload", "system:serviceaccounts", f"system:serviceaccounts:{home}"
            )
        else:
            caller = person(tenant, who)
        body = None if request.body is None else json.loads(named(json.dumps(request.body)))
        return caller.ask(request.method, named(request.url), body, request.kind)

    return asked


def wrong(attack: Attack, asking: Asking) -> str | None:
    """What is wrong with how the API server took a row; None when it is as it should be."""
    twin = asking(attack.tenant, attack.twin_by or attack.who, attack.twin)
    if twin.status >= 300:
        return f"its twin is refused: {twin.status} {twin.message}"
    flip = asking(attack.tenant, attack.who, attack.flip)
    return attack.refusal(flip.status, flip.message)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda each: each.id)
def test_a_tenant_is_refused(attack: Attack, asking: Asking) -> None:
    said = wrong(attack, asking)
    assert said is None, f"{attack.title}: {said}"
