"""What a stack is to be, as one short text: equal texts mean that an update would have nothing new to do (I2).

The program records it as the stack output `planHash` once everything is applied, `fleet` compares it with that of the
catalogue at hand, and so a preview of one changed tenant costs one shard and not the fleet.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from settings.catalogue import Catalogue
from settings.plan import TenantPlan
from settings.planning import plan_tenants
from settings.stack_config import StackConfig

OUTPUT: Final = "planHash"
"""The stack output that holds it."""

PROGRAM: Final = ("__main__.py", "Pulumi.yaml", "requirements.txt", "components", "settings", "stacks")
"""Files and folders of the checkout whose change may change any stack: the program, and the versions of its
libraries."""


_Plans = Callable[[str | None, int | None], Iterable[bytes]]
"""The plans of the tenants of a cluster and a shard, as they are hashed; of all where one is None."""


def plan_hash(catalogue: Catalogue, config: StackConfig, root: Path) -> str:
    """Hash of everything a stack is made from, 32 hexadecimal digits.

    Tenants: the merged plans of those the stack holds. Platform: all of the catalogue but its tenants, and those too
    where the cluster watches them or queues their Jobs. Program: the files of PROGRAM under `root`, the project's
    folder. Configuration: where the cluster is. Neither the place of
    the checkout nor that of the catalogue counts. Drift on the cluster does not either: that is what refresh is for.

    Raises KeyError for a cluster that the topology does not have.
    """

    def plans(cluster: str | None, shard: int | None) -> Iterable[bytes]:
        return map(_digest, plan_tenants(catalogue, cluster, shard))

    return _hash(catalogue, config, plans, _program(root))


class StackPlans:
    """The plans and hashes of all stacks of a catalogue: each tenant is planned once, and the program read once,
    however many stacks there are. root: the project's folder."""

    def __init__(self, catalogue: Catalogue, root: Path) -> None:
        self._catalogue = catalogue
        self._program = _program(root)
        self._plans: dict[tuple[str, int], list[TenantPlan]] = defaultdict(list)
        self._digests: dict[str, bytes] = {}
        for plan in plan_tenants(catalogue):
            self._plans[plan.cluster.name, plan.shard].append(plan)
            self._digests[plan.tenant.id] = _digest(plan)

    def tenants(self, config: StackConfig) -> tuple[TenantPlan, ...]:
        """Those that a stack holds, sorted by id. Raises KeyError for a cluster that the topology does not have."""
        return self._of(config.cluster, config.shard) if config.has_tenants else ()

    def hash(self, config: StackConfig) -> str:
        """As plan_hash."""

        def plans(cluster: str | None, shard: int | None) -> Iterable[bytes]:
            return (self._digests[each.tenant.id] for each in self._of(cluster, shard))

        return _hash(self._catalogue, config, plans, self._program)

    def _of(self, cluster: str | None, shard: int | None) -> tuple[TenantPlan, ...]:
        if cluster is not None and cluster not in {each.name for each in self._catalogue.topology.clusters}:
            raise KeyError(cluster)
        if cluster is not None and shard is not None:
            return tuple(self._plans.get((cluster, shard), ()))
        found = [
            plan
            for (on, part), plans in self._plans.items()
            if cluster in (None, on) and shard in (None, part)
            for plan in plans
        ]
        return tuple(sorted(found, key=lambda each: each.tenant.id))


def _hash(catalogue: Catalogue, config: StackConfig, plans: _Plans, program: bytes) -> str:
    made = hashlib.sha256()
    for part in (*_settings(catalogue, config, plans), program):
        made.update(part)
        made.update(b"\0")
    return made.hexdigest()[:32]


def _digest(plan: TenantPlan) -> bytes:
    # repr of frozen models and dataclasses names every field, and dictionaries keep the order of the file.
    return hashlib.sha256(repr(plan).encode()).digest()


def _settings(catalogue: Catalogue, config: StackConfig, plans: _Plans) -> Iterable[bytes]:
    yield repr(config.model_dump(exclude={"catalog"})).encode()
    if config.is_of_the_cloud:
        clusters = [each for each in catalogue.topology.clusters if config.region in (None, each.region)]
        mine = catalogue.topology.model_copy(update={"clusters": tuple(clusters)})
        yield repr((dict(catalogue.tiers), dict(catalogue.runtimes), mine)).encode()
    if config.has_platform:
        topology = catalogue.topology
        own = [each for each in topology.clusters if config.cluster in (None, each.name)]
        if not own:
            raise KeyError(config.cluster)
        # Another cluster of the topology may change, or be lost, without any effect on this one.
        mine = topology.model_copy(update={"clusters": tuple(own)})
        yield repr((dict(catalogue.tiers), dict(catalogue.runtimes), mine, catalogue.prices)).encode()
        # What a cluster has once is in part about all of its tenants: rules and dashboards, what queues may lend.
        for cluster in own:
            if cluster.has_monitoring or cluster.has_queues:
                yield from plans(cluster.name, None)
    if config.has_tenants:
        yield from plans(config.cluster, config.shard)


def _program(root: Path) -> bytes:
    made = hashlib.sha256()
    for name in PROGRAM:
        path = root / name
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                for part in (file.relative_to(root).as_posix().encode(), file.read_bytes()):
                    made.update(part)
                    made.update(b"\0")
    return made.digest()
