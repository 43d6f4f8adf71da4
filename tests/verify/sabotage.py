"""The shape of a sabotage: what is broken on the live cluster, and what verify has to say of it and of nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fleet.verify.place import Place
from fleet.verify.probes import flips
from fleet.verify.refuser import policy
from tests.verify.hands import Hands

OWN, BESIDE = "pelican-games", "northwind-bank"
"""The tenant in whose namespace things are broken, and the one that tries to reach it: its stranger is the other."""
HOME = f"tenant-{OWN}"

Told = tuple[str, str, str]
"""Tenant, or "" of the whole cluster; control; probe."""


@dataclass(frozen=True)
class Expect:
    """What has to be told: probes of a control, of a tenant, or of the cluster."""

    control: str
    probes: tuple[str, ...]
    tenant: str = OWN


@dataclass(frozen=True)
class Sabotage:
    """One thing broken. policies: admission policies that no longer refuse, with whose flips all of them are told; the
    look at all policies is told where it can see it. words: a part of some reason that is given."""

    name: str
    do: Callable[[Hands], object]
    expects: tuple[Expect, ...] = ()
    policies: tuple[str, ...] = ()
    words: str = ""

    def told(self, places: Iterable[Place]) -> set[Told]:
        """All that has to be told of these places."""
        here = {place.tenant: place for place in places}
        made = {(each.tenant, each.control, probe) for each in self.expects for probe in each.probes}
        names = {policy(each).name for each in self.policies}
        for tenant, place in here.items():
            made |= {(tenant, flip.control, flip.id) for flip in flips(place) if flip.by.name in names}
        return made


@dataclass(frozen=True)
class Wave:
    """Sabotages that are told apart by what they break, so that one run shows all of them. tenants: who is asked. asks:
    "all", or "reads" where no request has to be made to see it, or "databases"."""

    name: str
    sabotages: tuple[Sabotage, ...]
    tenants: tuple[str, ...] = field(default=(OWN,))
    asks: str = "all"
