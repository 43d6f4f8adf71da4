"""Ends what runs in a throw-away cluster before its stacks are removed.

A namespace that still holds pods with a grace period is not looked at again for half of it: the namespace controller
waits 16 s where pods may take 30 s to end. Nobody waits for the pods of a local cluster, which are simulated, so
they are ended at once and the namespaces go in a second.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import urllib3
from kubernetes import client

from fleet.clusters import api_client, reaches
from fleet.stacks import Stack
from fleet.status import PART_OF_SELECTOR
from settings import Catalogue

_WORKERS: Final = 8


def end_workloads(catalogue: Catalogue, stacks: Iterable[Stack], root: Path) -> int:
    """Deletes every Deployment and pod in our namespaces on an environment's clusters, without grace; how many
    namespaces.

    Raises FleetError for a cluster that does not answer.
    """
    by_cluster = {stack.config.cluster: stack for stack in stacks}
    ended = 0
    for cluster in catalogue.topology.clusters:
        api = api_client(cluster, by_cluster.get(cluster.name) or by_cluster[None], root)
        core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
        try:
            found = core.list_namespace(label_selector=PART_OF_SELECTOR).items
            names = [each.metadata.name for each in found if each.metadata.deletion_timestamp is None]

            def end(namespace: str, core: client.CoreV1Api = core, apps: client.AppsV1Api = apps) -> None:
                apps.delete_collection_namespaced_deployment(namespace, propagation_policy="Background")
                core.delete_collection_namespaced_pod(namespace, grace_period_seconds=0)

            with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
                ended += len(list(pool.map(end, names)))
        except (client.ApiException, urllib3.exceptions.HTTPError) as error:
            raise reaches(error, cluster.name) from None
    return ended
