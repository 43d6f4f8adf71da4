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


def in_hours(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def claim() -> dict[str, Any]:
    """A claim that every tenant with sandboxes may make: it ends within the four hours of tier team."""
    lifecycle = {"shutdownPolicy": "Delete", "shutdownTime": in_hours(2), "ttlSecondsAfterFinished": 60}
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
         "2099-01-01T00:00:00Z"), "shutdownTime"),
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

ROWS = (*CLAIM_ROWS, *OTHER_ROWS)
