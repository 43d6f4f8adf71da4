"""Sandboxes of somebody else, without end, or of another make (C5). What controllers do about a claim is watched in
tests/cluster/test_agent_sandboxes.py."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cluster.attacks.attack import (
    EXTENSIONS,
    HOME,
    NEXT_DOOR,
    RBAC,
    Attack,
    Control,
    Request,
    Who,
    at,
    changed,
    delete,
    get,
    named,
    patch,
    policy,
    post,
)

CLAIM_POLICY = policy("tenantplane-sandbox-claims")
CLAIMS = at(HOME, "sandboxclaims", EXTENSIONS)
SPEC, LIFECYCLE = ("spec",), ("spec", "lifecycle")


def in_minutes(minutes: int) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


USED, UNUSED, LATE = in_minutes(20), in_minutes(180), "2099-01-01T00:00:00Z"
"""When a claim of tier team may end, which lets a sandbox be idle for half an hour and live for four: a lease that is
renewed; one that outlasts the idle time alone, however long this session of tests takes; one that outlasts both."""


def claim() -> dict[str, Any]:
    """A claim that every tenant with sandboxes may make: it ends within the idle time."""
    lifecycle = {"shutdownPolicy": "Delete", "shutdownTime": USED, "ttlSecondsAfterFinished": 60}
    return {
        "apiVersion": "extensions.agents.x-k8s.io/v1beta1",
        "kind": "SandboxClaim",
        **named(spec={"warmPoolRef": {"name": "sandboxes"}, "lifecycle": lifecycle}),
    }


def without(key: str) -> dict[str, Any]:
    made = claim()
    del made["spec"]["lifecycle"][key]
    return made


def _row(
    id_: str,
    title: str,
    flip: Any,
    words: str,
    *sources: str,
    control: Control = CLAIM_POLICY,
    twin: Any = None,
    who: Who = "developers",
) -> Attack:
    asked = twin or post(CLAIMS, claim())
    return Attack(id=id_, title=title, sources=sources, who=who, twin=asked, flip=flip, control=control, words=words)


CLAIM_ROWS = tuple(
    _row(f"claim-{id_}", title, post(CLAIMS, flip), words, "C5")
    for id_, title, flip, words in (
        ("endless", "a claim that says nothing of its end", changed(claim(), LIFECYCLE, {}), "shutdownPolicy"),
        ("retained", "a claim that stays when it is over", changed(claim(), (*LIFECYCLE, "shutdownPolicy"), "Retain"),
         "shutdownPolicy"),
        ("left-to-default", "the same, left to the default", without("shutdownPolicy"), "shutdownPolicy"),
        ("no-time", "a claim without a time to end", without("shutdownTime"), "shutdownTime"),
        ("far-time", "a claim that ends in another age", changed(claim(), (*LIFECYCLE, "shutdownTime"),
         LATE), "tier lets a sandbox live"),
        ("unused", "a claim that outlasts the idle time", changed(claim(), (*LIFECYCLE, "shutdownTime"), UNUSED),
         "that nobody uses ends soon"),
        ("no-ttl", "a finished claim that stays", without("ttlSecondsAfterFinished"), "ttlSecondsAfterFinished"),
        ("long-ttl", "a finished claim that stays a day", changed(claim(), (*LIFECYCLE, "ttlSecondsAfterFinished"),
         86_400), "ttlSecondsAfterFinished"),
        ("environment", "a sandbox with variables of the claim's", changed(claim(), (*SPEC, "env"), [{"name": "A",
         "value": "b"}]), "env"),
        ("labels", "a sandbox with another tenant's label", changed(claim(), (*SPEC, "additionalPodMetadata"),
         {"labels": {"tenant": "acme-robotics"}}), "additionalPodMetadata"),
        ("annotations", "a sandbox with another runtime's settings", changed(claim(), (*SPEC, "additionalPodMetadata"),
         {"annotations": {"dev.gvisor.internal.network": "host"}}), "additionalPodMetadata"),
    )
)  # fmt: skip

RENEWED = at(HOME, "sandboxclaims/{claim}", EXTENSIONS)


def entry(manager: str) -> dict[str, Any]:
    """What a client says of earlier changes: that somebody made them in another age. Of shutdownTime nobody believes
    it; what else the entry owns keeps it there."""
    owned: dict[str, Any] = {"f:spec": {"f:lifecycle": {"f:shutdownTime": {}}, "f:warmPoolRef": {"f:name": {}}}}
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "extensions.agents.x-k8s.io/v1beta1",
        "time": LATE,
        "fieldsType": "FieldsV1",
        "fieldsV1": owned,
    }


def renewal(ends: str | None, **metadata: Any) -> dict[str, Any]:
    return {"metadata": metadata, "spec": {"lifecycle": {"shutdownTime": ends}}}


def applied(ends: str) -> Request:
    """By server-side apply, as the field's new owner."""
    body = {
        "apiVersion": "extensions.agents.x-k8s.io/v1beta1",
        "kind": "SandboxClaim",
        "metadata": {"name": "{claim}"},
        "spec": {"lifecycle": {"shutdownTime": ends}},
    }
    return Request("PATCH", f"{RENEWED}?fieldManager=front&force=true", body, "application/apply-patch+yaml")


RENEWAL_ROWS = tuple(
    _row(f"lease-{id_}", title, flip, words, "C5", twin=twin)
    for id_, title, flip, words, twin in (
        ("long", "a lease renewed for more than the idle time", patch(RENEWED, renewal(UNUSED)),
         "that nobody uses ends soon", patch(RENEWED, renewal(USED))),
        ("applied", "the same by server-side apply", applied(UNUSED), "that nobody uses ends soon", applied(USED)),
        ("past-lifetime", "a lease renewed past the lifetime", patch(RENEWED, renewal(LATE)),
         "tier lets a sandbox live", patch(RENEWED, renewal(USED))),
        ("dropped", "a lease that is taken away", patch(RENEWED, renewal(None)), "set lifecycle.shutdownTime",
         patch(RENEWED, renewal(USED))),
        ("retained", "a claim changed to stay when it is over",
         patch(RENEWED, {"spec": {"lifecycle": {"shutdownPolicy": "Retain"}}}), "shutdownPolicy",
         patch(RENEWED, {"spec": {"lifecycle": {"shutdownPolicy": "DeleteForeground"}}})),
        ("forged-time", "a lease whose renewal is said to be of another age",
         patch(RENEWED, renewal(UNUSED, managedFields=[entry("front")])), "leaving metadata.managedFields alone",
         patch(RENEWED, renewal(USED, managedFields=[entry("front")]))),
        ("no-time", "a lease renewed while no times are kept", patch(RENEWED, renewal(USED, managedFields=[{}])),
         "leaving metadata.managedFields alone", patch(RENEWED, renewal(USED))),
        ("folded-time", "a lease whose renewal is folded into forged ones",
         patch(RENEWED, renewal(UNUSED, managedFields=[entry(f"front-{number}") for number in range(12)])),
         "leaving metadata.managedFields alone", patch(RENEWED, renewal(USED))),
    )
)  # fmt: skip

OTHER_ROWS = (
    _row("claim-next-door", "a sandbox out of another tenant's pool",
         post(at(NEXT_DOOR, "sandboxclaims", EXTENSIONS), claim()), 'cannot create resource "sandboxclaims"', "C5",
         control=RBAC),
    _row("pool-next-door", "another tenant's pool, by looking", get(at(NEXT_DOOR, "sandboxwarmpools", EXTENSIONS)),
         'cannot list resource "sandboxwarmpools"', "C5", control=RBAC,
         twin=get(at(HOME, "sandboxwarmpools", EXTENSIONS))),
    *(_row(f"{kind}-{verb}", f"{words} {kind}", flip, f'cannot {verb} resource "{kind}"', "C5", control=RBAC,
           twin=get(at(HOME, kind, EXTENSIONS)), who="admins")
      for kind in ("sandboxtemplates", "sandboxwarmpools")
      for verb, words, flip in (
          ("create", "one more of its", post(at(HOME, kind, EXTENSIONS), named())),
          ("patch", "a change of its", patch(at(HOME, f"{kind}/sandboxes", EXTENSIONS), {"metadata": {"labels": {
              "a": "b"}}})),
          ("delete", "the deletion of its", delete(at(HOME, f"{kind}/sandboxes", EXTENSIONS))))),
)  # fmt: skip

ROWS = (*CLAIM_ROWS, *RENEWAL_ROWS, *OTHER_ROWS)
