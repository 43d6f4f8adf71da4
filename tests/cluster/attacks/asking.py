"""Rows asked of a live API server."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from components.tenancy.virtual_names import SYNCER_ACCOUNT
from settings import names
from tests.cluster.acting import Answer, Caller
from tests.cluster.attacks.attack import EXTENSIONS, HOME, NEXT_DOOR, Attack, Request, Who, at
from tests.polling import until

Asking = Callable[[str, Who, Request], Answer]
"""Asks as somebody of a tenant."""


ACCOUNTS: Mapping[Who, str] = {"account": "workload", "syncer": SYNCER_ACCOUNT}


def account(namespace: str, name: str) -> tuple[str, ...]:
    """User and groups by which the API server knows an account."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
    return (f"system:serviceaccount:{namespace}:{name}", *groups)


SERVICE, SANDBOX = "app=agent-sessions", f"{names.SANDBOX_LABEL}=true"


def running_pod(admin: Caller, namespace: str, labels: str = SERVICE) -> str:
    """A pod of a tenant's service, or one with other labels."""

    def found() -> str | None:
        items = admin.get(f"/api/v1/namespaces/{namespace}/pods?labelSelector={quote(labels)}")["items"]
        here = [each for each in items if "deletionTimestamp" not in each["metadata"]]
        return str(here[0]["metadata"]["name"]) if here else None

    return str(until(found, f"{namespace} has a pod"))


@contextmanager
def standing_claim(admin: Caller) -> Iterator[str]:
    """The name of a claim of the attacker's for as long as the block runs, of a pool that does not exist: it gets no
    sandbox, and is admitted like any other."""
    claims, name = at(HOME, "sandboxclaims", EXTENSIONS), f"standing-{uuid.uuid4().hex[:8]}"
    ends = (datetime.now(UTC) + timedelta(minutes=29)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lifecycle = {"shutdownPolicy": "Delete", "shutdownTime": ends, "ttlSecondsAfterFinished": 60}
    spec = {"warmPoolRef": {"name": "none"}, "lifecycle": lifecycle}
    kind = {"apiVersion": "extensions.agents.x-k8s.io/v1beta1", "kind": "SandboxClaim"}
    admin.create(claims, {**kind, "metadata": {"name": name}, "spec": spec})
    try:
        yield name
    finally:
        admin.ask("DELETE", f"{claims}/{name}")


def asking_as(admin: Caller, person: Callable[..., Caller], claim: str) -> Asking:
    """Asks with the names of what is there: pods, and the standing claim. person: gives somebody of a tenant by the
    tenant and the role."""
    there = {
        "{pod}": running_pod(admin, HOME),
        "{foreign_pod}": running_pod(admin, NEXT_DOOR),
        "{sandbox}": running_pod(admin, HOME, SANDBOX),
        "{claim}": claim,
    }

    def named(text: str) -> str:
        for placeholder, name in there.items():
            text = text.replace(placeholder, name)
        return text

    def caller(tenant: str, who: Who) -> Caller:
        if who == "platform":
            return admin
        if who in ACCOUNTS:
            return admin.acting_as(*account(f"tenant-{tenant}", ACCOUNTS[who]))
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
