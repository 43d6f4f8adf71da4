"""What fail-over and a planned move of a tenant have in common."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kubernetes import client
from rich.console import Console

from fleet.clusters import api_client
from fleet.errors import FleetError
from fleet.run import Fleet
from fleet.stacks import Stack
from settings import Cluster, names

ANSWERS_WITHIN_S = 5.0

FleetOf = Callable[[], Fleet]
"""Reads the catalogue anew: it is edited on the way."""


@dataclass
class Steps:
    """What was done, and how long it took; told as it happens."""

    console: Console
    done: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step. It is in the account once it has ended well."""
        self.console.print(f"{len(self.done) + 1}. {title}")
        began = time.monotonic()
        yield
        self.done.append((title, time.monotonic() - began))

    def account(self, what: str) -> None:
        """Print every step with its time, and the whole."""
        self.console.print(f"{what}:", style="bold")
        for number, (title, seconds) in enumerate(self.done, 1):
            self.console.print(f"  {number}. {title}: {seconds:.1f} s")
        self.console.print(f"  in all {sum(seconds for _, seconds in self.done):.1f} s", style="bold")


def cluster_of(fleet: Fleet, name: str) -> Cluster:
    """A cluster of the topology. Raises FleetError for one that is not there."""
    clusters = {each.name: each for each in fleet.catalogue.topology.clusters}
    if name not in clusters:
        raise FleetError(f"cluster {name!r} is not in the topology; allowed: {', '.join(sorted(clusters))}")
    return clusters[name]


def stack_of(fleet: Fleet, tenant: str, cluster: Cluster) -> Stack:
    """The stack that holds, or would hold, a tenant on a cluster."""
    shard = names.shard(tenant, cluster.shards)
    for stack in fleet.stacks:
        config = stack.config
        if config.has_tenants and config.cluster in (None, cluster.name) and config.shard in (None, shard):
            return stack
    raise FleetError(f"cluster {cluster.name!r} has no stack for tenants")


def answers(cluster: Cluster, stack: Stack, root: Path) -> bool:
    """Whether the cluster's API server answers within 5 s."""
    try:
        api = api_client(cluster, stack, root)
        api.rest_client.pool_manager.connection_pool_kw["retries"] = False
        client.VersionApi(api).get_code(_request_timeout=ANSWERS_WITHIN_S)
    except client.ApiException:
        return True  # it refuses, so it is there
    except Exception:  # no kubeconfig, no route, no TLS: whatever the reason, it does not answer
        return False
    return True
