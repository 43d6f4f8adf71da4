"""Every probe of `fleet verify` on the cluster `local`, made without one (I4)."""

from functools import cache
from typing import Any

from fleet.verify.audited import CONTROL as AUDIT
from fleet.verify.databases import QUESTIONS as DATABASES
from fleet.verify.databases import WIDE as DATABASE_LOOKS
from fleet.verify.live import Live
from fleet.verify.looks import LOOKS, WIDE
from fleet.verify.network import QUESTIONS as NETWORK
from fleet.verify.own_namespace import QUESTIONS as OWN
from fleet.verify.place import Place, Site, places
from fleet.verify.planning import EMPTY
from fleet.verify.probe import Flip
from fleet.verify.probes import flips
from settings import names, plan_tenants
from tests.unit.components.local_stack import catalogue


@cache
def site() -> Site:
    held = catalogue()
    return Site(
        cluster=held.topology.clusters[0], catalogue=held, plans=plan_tenants(held), run="run", own="own-namespace"
    )


def live() -> Live:
    """Pods of services and sandboxes, routes and bindings, as far as flips are made of them."""
    of: dict[str, list[dict[str, Any]]] = {kind: [] for kind in EMPTY.of}
    for plan in site().plans:
        here = {"namespace": plan.namespace}
        of["Pod"] += [
            {"metadata": {"name": "service", "labels": {names.WORKLOAD_LABEL: "any"}, **here}},
            {"metadata": {"name": "box", "labels": {names.SANDBOX_LABEL: "true"}, **here}},
        ]
        of["HTTPRoute"].append({"metadata": {"name": "tenant", **here}})
        of["RoleBinding"].append({"metadata": {"name": "tenant-admin", **here}})
    return Live.made_of(of)


@cache
def asked() -> tuple[tuple[Place, Flip], ...]:
    return tuple((place, flip) for place in places(site(), live()) for flip in flips(place))


@cache
def probes() -> tuple[tuple[str, str], ...]:
    """Id and control of each."""
    return (
        *sorted({(flip.id, flip.control) for _, flip in asked()}),
        *((each.id, each.control) for each in (*LOOKS, *WIDE, *NETWORK)),
        *((name, control) for table in (DATABASES, DATABASE_LOOKS, OWN) for name, (control, _) in table.items()),
        ("audited", AUDIT),
    )
