"""Waits until what a killed removal had begun to delete is gone."""

import time
from pathlib import Path
from typing import Final

import urllib3
from kubernetes import client

from fleet.clusters import api_client, cluster_of, reaches
from fleet.stacks import Stack
from settings import Catalogue

WITHIN_S: Final = 120.0
"""Most that a namespace takes: its pods' grace period and the controllers' rounds. One that is stuck is for the engine
to tell of."""
_LOOK_EVERY_S: Final = 0.5


def await_removals(catalogue: Catalogue, stack: Stack, root: Path, within_s: float = WITHIN_S) -> None:
    """Return once no namespace of the stack's cluster is being deleted, or after `within_s` seconds.

    Until then a look at the cluster would find namespaces which are gone when something is to be made in them.
    Raises FleetError for a cluster that does not answer.
    """
    cluster = cluster_of(catalogue, stack)
    ends = time.monotonic() + within_s
    try:
        core = client.CoreV1Api(api_client(cluster, stack, root))
        while _going(core) and time.monotonic() < ends:
            time.sleep(_LOOK_EVERY_S)
    except (client.ApiException, urllib3.exceptions.HTTPError) as error:
        raise reaches(error, cluster.name) from None


def _going(core: client.CoreV1Api) -> bool:
    return any(each.metadata.deletion_timestamp is not None for each in core.list_namespace().items)
