"""Brings the gateways of local clusters up to date with the clusters' own objects after `up` (B2, B3).

In production Envoy Gateway does that, from inside the cluster; here its translation is run, and Envoy beside the
cluster.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client

from fleet.clusters import api_client, reaches
from fleet.stacks import Stack
from localcloud.controlplane.gateway import KINDS, GatewayServer, NoEnvoyError, serve_gateway
from localcloud.controlplane.layout import Layout
from localcloud.paths import state_directory
from settings import Catalogue, names


def serve_gateways(
    catalogue: Catalogue, stacks: Iterable[Stack], root: Path
) -> tuple[dict[str, GatewayServer], list[str]]:
    """Lets the gateway of each local cluster of these stacks serve what the cluster's objects say.

    Returns the gateways by cluster, and what could not be for want of Envoy. One whose objects are as they were is left
    alone. Raises FleetError for a cluster that does not answer, LocalcloudError for a gateway that does not start.
    """
    held: dict[str, Stack] = {}
    for stack in stacks:
        for cluster in catalogue.topology.clusters:
            if (
                cluster.provider == "localcloud"
                and cluster.has_gateway
                and stack.config.cluster in (None, cluster.name)
            ):
                held.setdefault(cluster.name, stack)
    served: dict[str, GatewayServer] = {}
    missing: list[str] = []
    for cluster in (each for each in catalogue.topology.clusters if each.name in held):
        try:
            objects = list(_objects(api_client(cluster, held[cluster.name], root)))
        except (client.ApiException, urllib3.exceptions.HTTPError) as error:
            raise reaches(error, cluster.name) from None
        if not any(each["kind"] == "Gateway" for each in objects):
            continue
        try:
            served[cluster.name] = serve_gateway(Layout(cluster.name, state_directory()), objects)
        except NoEnvoyError as error:
            missing.append(str(error))
    return served, missing


def _objects(api: client.ApiClient) -> Iterator[dict[str, Any]]:
    """What the entrances of a cluster are made of, as its API server has it."""
    custom, core = client.CustomObjectsApi(api), client.CoreV1Api(api)
    for plural, (group, version) in KINDS.items():
        yield from custom.list_cluster_custom_object(group, version, plural)["items"]
    chosen = {"label_selector": names.TENANT_LABEL, "_preload_content": False}
    for kind, answer in (
        ("Namespace", core.list_namespace(**chosen)),
        ("Service", core.list_service_for_all_namespaces(**chosen)),
    ):
        for each in json.loads(answer.data)["items"]:
            yield {"apiVersion": "v1", "kind": kind, **each}
