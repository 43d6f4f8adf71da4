"""All flips of a place."""

from collections.abc import Iterator

from fleet.verify.place import Place
from fleet.verify.probe import Flip
from fleet.verify.probes import access, cluster, entrances, objects, pods, sandboxes, shares

ALWAYS = (access.strangers, cluster.cluster, shares.shares, pods.pods, pods.runtimes, objects.services)
"""Whoever writes in the namespace."""
OF_PEOPLE = (access.roles, access.lesser, access.identities, objects.metadata, objects.policies, objects.scaling,
     pods.running,
             entrances.entrances, sandboxes.sandboxes, sandboxes.queues)  # fmt: skip
"""Where the tenant's people work on the host itself; those of a virtual control plane only look there (A6)."""


def flips(place: Place) -> Iterator[Flip]:
    """Every flip that concerns a place."""
    for theme in (*ALWAYS, *(() if place.virtual else OF_PEOPLE)):
        yield from theme(place)
