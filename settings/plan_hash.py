"""What a stack is to be, as one short text: equal texts mean that an update would have nothing new to do (I2).

The program records it as the stack output `planHash` once everything is applied, `fleet` compares it with that of the
catalogue at hand, and so a preview of one changed tenant costs one shard and not the fleet.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from settings.catalogue import Catalogue
from settings.planning import plan_tenants
from settings.stack_config import StackConfig

OUTPUT: Final = "planHash"
"""The stack output that holds it."""

PROGRAM: Final = ("__main__.py", "Pulumi.yaml", "requirements.txt", "components", "settings", "stacks")
"""Files and folders of the checkout whose change may change any stack: the program, and the versions of its
libraries."""


def plan_hash(catalogue: Catalogue, config: StackConfig, root: Path) -> str:
    """Hash of everything a stack is made from, 32 hexadecimal digits.

    Tenants: the merged plans of those the stack holds. Platform: all of the catalogue but its tenants, and those too
    where the cluster watches them or queues their Jobs. Program: the files of PROGRAM under `root`, the project's
    folder. Configuration: where the cluster is. Neither the place of
    the checkout nor that of the catalogue counts. Drift on the cluster does not either: that is what refresh is for.

    Raises KeyError for a cluster that the topology does not have.
    """
    made = hashlib.sha256()
    for part in (*_settings(catalogue, config), *_program(root)):
        made.update(part)
        made.update(b"\0")
    return made.hexdigest()[:32]


def _settings(catalogue: Catalogue, config: StackConfig) -> Iterable[bytes]:
    # repr of frozen models and dataclasses names every field, and dictionaries keep the order of the file.
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
                for plan in plan_tenants(catalogue, cluster.name):
                    yield repr(plan).encode()
    if config.has_tenants:
        for plan in plan_tenants(catalogue, config.cluster, config.shard):
            yield repr(plan).encode()


def _program(root: Path) -> Iterable[bytes]:
    for name in PROGRAM:
        path = root / name
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                yield file.relative_to(root).as_posix().encode()
                yield file.read_bytes()
