"""Takes what exists in a stack's state alone, a tenant's made-up secrets, into another stack (I5).

A password is made once and lives in the state of its stack. A tenant that is made anew by another stack would get new
ones, and everybody who holds the old ones would be locked out. So its records are written into the other state before
the tenant is made there. `pulumi state move` would take them out of the first, where they may still be needed, and
takes objects of the cluster with them. Secrets pass from one command of the engine to the next and touch no disk in the
clear.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from fleet.engine import Engine
from fleet.stacks import Stack

MADE_UP: Final = ("random:", "tls:")
"""Types of resources that exist in the state alone."""
TENANT: Final = "tenantplane:tenancy:Tenant"
ROOT: Final = "pulumi:pulumi:Stack"

Record = dict[str, Any]


def carry(engine: Engine, tenant: str, source: Stack, target: Stack) -> int:
    """Copies a tenant's made-up values from one stack's state into another's; how many were not there yet."""
    records = made_up(engine.deployment_in_clear(source).get("resources") or [], tenant)
    if not records:
        return 0
    if not engine.state(target).exists:
        engine.make(target)
    document = json.loads(engine.output("stack", "export", "--show-secrets", "--stack", target.name))
    deployment = document.get("deployment") or {}
    there = list(deployment.get("resources") or [])
    missing = missing_records(records, there, source.name, target.name)
    if not missing:
        return 0
    document["deployment"] = {**deployment, "resources": ordered([*there, *missing])}
    engine.output("stack", "import", "--stack", target.name, given=json.dumps(document))
    return sum(each["type"].startswith(MADE_UP) for each in missing)


def made_up(resources: Iterable[Record], tenant: str) -> list[Record]:
    """A tenant's records that exist in the state alone, after what they hang on: components and providers."""
    by_urn = {each["urn"]: each for each in resources}
    wanted: dict[str, Record] = {}
    for each in by_urn.values():
        above = list(_above(each, by_urn))
        if not each["type"].startswith(MADE_UP) or not any(_is_tenant(one, tenant) for one in above):
            continue
        provider = by_urn.get(str(each.get("provider", "")).rpartition("::")[0])
        for one in (*reversed(above), *([provider] if provider else ()), each):
            wanted[one["urn"]] = one
    return list(wanted.values())


def missing_records(records: Iterable[Record], there: Iterable[Record], source: str, target: str) -> list[Record]:
    """Records of one stack as those of another, those left out that it has."""
    present = {each["urn"]: each for each in there}
    made: list[Record] = []
    for each in records:
        urn = _renamed(each["urn"], source, target)
        if urn in present:
            continue
        moved = {**each, "urn": urn}
        # What they depend on is decided anew by the program; here it would name objects that are not there yet.
        for gone in ("dependencies", "propertyDependencies", "deletedWith"):
            moved.pop(gone, None)
        if each["type"] == ROOT:
            moved.pop("outputs", None)
        if parent := each.get("parent"):
            moved["parent"] = _renamed(parent, source, target)
        if provider := each.get("provider"):
            name, _, given = str(provider).rpartition("::")
            known = present.get(_renamed(name, source, target))
            moved["provider"] = f"{_renamed(name, source, target)}::{known['id'] if known else given}"
        made.append(moved)
    return made


def ordered(resources: Iterable[Record]) -> list[Record]:
    """Records so that each comes after its parent and its provider, as the engine wants them."""
    waiting = {each["urn"]: each for each in resources}
    done: list[Record] = []

    def settle(urn: str) -> None:
        each = waiting.pop(urn, None)
        if each is None:
            return
        for needed in (each.get("parent") or "", str(each.get("provider", "")).rpartition("::")[0]):
            settle(needed)
        for needed in each.get("dependencies") or ():
            settle(needed)
        done.append(each)

    for urn in list(waiting):
        settle(urn)
    return done


def _above(record: Record, by_urn: Mapping[str, Record]) -> Iterator[Record]:
    """The parents of a resource, nearest first."""
    while record := by_urn.get(record.get("parent") or "", {}):
        yield record


def _is_tenant(record: Record, tenant: str) -> bool:
    return (record["type"], str(record["urn"]).rsplit("::", 1)[-1]) == (TENANT, tenant)


def _renamed(urn: str, source: str, target: str) -> str:
    """The URN that a resource of one stack has in another: the root bears the stack's name twice."""
    head, _, rest = urn.partition("::")
    project, _, place = rest.partition("::")
    if place == f"{ROOT}::{project}-{source}":
        place = f"{ROOT}::{project}-{target}"
    return f"{head.removesuffix(source)}{target}::{project}::{place}"
