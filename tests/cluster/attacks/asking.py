"""Rows asked of a live API server."""

import json
from collections.abc import Callable

from tests.cluster.acting import Answer, Caller
from tests.cluster.attacks.attack import HOME, NEXT_DOOR, Attack, Request, Who
from tests.polling import until

Asking = Callable[[str, Who, Request], Answer]
"""Asks as somebody of a tenant."""


def running_pod(admin: Caller, namespace: str) -> str:
    """A pod of a tenant's service."""

    def found() -> str | None:
        items = admin.get(f"/api/v1/namespaces/{namespace}/pods?labelSelector=app%3Dagent-sessions")["items"]
        here = [each for each in items if "deletionTimestamp" not in each["metadata"]]
        return str(here[0]["metadata"]["name"]) if here else None

    return str(until(found, f"{namespace} has a pod"))


def asking_as(admin: Caller, person: Callable[..., Caller]) -> Asking:
    """Asks with the names of pods that are there. person: gives somebody of a tenant by the tenant and the role."""
    there = {"{pod}": running_pod(admin, HOME), "{foreign_pod}": running_pod(admin, NEXT_DOOR)}

    def named(text: str) -> str:
        for placeholder, name in there.items():
            text = text.replace(placeholder, name)
        return text

    def caller(tenant: str, who: Who) -> Caller:
        if who == "platform":
            return admin
        if who == "account":
            home = f"tenant-{tenant}"
            groups = ("system:serviceaccounts", f"system:serviceaccounts:{home}")
            return admin.acting_as(f"system:serviceaccount:{home}:workload", *groups)
        return person(tenant, who)

    def asked(tenant: str, who: Who, request: Request) -> Answer:
        body = None if request.body is None else json.loads(named(json.dumps(request.body)))
        return caller(tenant, who).ask(request.method, named(request.url), body, request.kind)

    return asked


def wrong(attack: Attack, asking: Asking) -> str | None:
    """What is wrong with how the API server took a row; None when it is as it should be."""
    twin = asking(attack.tenant, attack.twin_by or attack.who, attack.twin)
    if twin.status >= 300:
        return f"its twin is refused: {twin.status} {twin.message}"
    flip = asking(attack.tenant, attack.who, attack.flip)
    return attack.refusal(flip.status, flip.message)
