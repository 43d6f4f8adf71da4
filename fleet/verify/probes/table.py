"""All flips of a place."""

from collections.abc import Iterator

from fleet.verify.place import Place
from fleet.verify.probe import Flip
from fleet.verify.probes import access, cluster, entrances, objects, pods, sandboxes, shares

OF_A_TENANT = (access.strangers, cluster.cluster)
"""Asked once for a tenant, from its home: its people are the same in the namespaces that it has beside it."""
ALWAYS = (shares.shares, pods.pods, pods.runtimes, objects.services)
"""Whoever writes in the namespace."""
OF_PEOPLE = (access.roles, access.lesser, access.identities, objects.metadata, objects.policies, objects.scaling,
     pods.running,
             entrances.entrances, sandboxes.sandboxes, sandboxes.queues)  # fmt: skip
"""Where the tenant's people work on the host itself; those of a virtual control plane only look there (A6)."""


def flips(place: Place) -> Iterator[Flip]:
    """Every flip that concerns a place."""
    once = OF_A_TENANT if place.plan.child is None else ()
    for theme in (*once, *ALWAYS, *(() if place.virtual else OF_PEOPLE)):
        yield from theme(place)
