"""Karpenter's part in clusters of the local AWS: nodes that come for pods which fit nowhere, and go when empty (C6)."""

import contextlib
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from localcloud.aws.karpenter import (
    POOL_LABEL,
    Launch,
    Template,
    empty_after_s,
    fits_nowhere,
    instance_type,
    launches,
    template_of,
)
from localcloud.aws.provider.session import AwsError, Session, Settings
from localcloud.controlplane.client import ApiError, Client
from localcloud.controlplane.health import admin
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import API_SERVER
from localcloud.controlplane.state import read_ports
from localcloud.errors import LocalcloudError
from localcloud.nodes import generate_nodes
from localcloud.nodes.generate import OWNER_LABEL, Pool, Taint, node_manifest
from localcloud.nodes.reconcile import remove_node
from settings.aws.addons import named_in

NAME: Final = "karpenter"
"""In a cluster's tag, and the owner of the nodes made here."""
EVERY_S: Final = 1.0
NOMINATED_S: Final = 20.0
"""For so long no second node is made for a pod: the scheduler needs a moment to see the first."""
_POOLS: Final = "/apis/karpenter.sh/v1/nodepools"
_CLASSES: Final = "/apis/karpenter.k8s.aws/v1/ec2nodeclasses"
_UNPLACED: Final = "/api/v1/pods?fieldSelector=spec.nodeName%3D,status.phase%3DPending"


@dataclass
class _Memory:
    """Of a cluster, between two looks. Times are of the monotonic clock."""

    nominated: dict[str, float] = field(default_factory=dict)
    empty: dict[str, float] = field(default_factory=dict)


class Karpenter:
    """Looks at every cluster whose tag names it, once a second. state_dir: where control planes are.

    A cluster that does not answer is left for the next look: it may be starting, or going.
    """

    def __init__(self, endpoint: str, state_dir: Path) -> None:
        self._endpoint, self._state_dir = endpoint, state_dir
        self._memories: dict[str, _Memory] = {}
        self._types: dict[tuple[str, str], Mapping[str, Any]] = {}

    def run(self, ended: threading.Event) -> None:
        """Until `ended` is set."""
        while not ended.wait(EVERY_S):
            for cluster, region in tagged():
                with contextlib.suppress(OSError, ApiError, AwsError):
                    try:
                        self._look(cluster, region)
                    except (LocalcloudError, KeyError, ValueError, TypeError) as error:
                        print(f"karpenter: {cluster}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)

    def _look(self, cluster: str, region: str) -> None:
        layout = Layout(cluster, self._state_dir)
        ports = read_ports(layout)
        if ports is None:
            return
        memory = self._memories.setdefault(cluster, _Memory())
        with Client(ports[API_SERVER], admin(layout)) as api:
            pools = {each["metadata"]["name"]: each for each in api.request("GET", _POOLS)["items"]}
            nodes = _nodes(api)
            if not pools and not nodes:
                return
            self._remove(api, memory, pools, nodes)
            now = time.monotonic()
            memory.nominated = {pod: at for pod, at in memory.nominated.items() if now - at < NOMINATED_S}
            pods = [each for each in api.request("GET", _UNPLACED)["items"] if fits_nowhere(each)]
            pods = [each for each in pods if each["metadata"]["uid"] not in memory.nominated]
            if not pods:
                return
            existing: dict[str, int] = {}
            for pool in nodes.values():
                existing[pool] = existing.get(pool, 0) + 1
            taken = set(nodes)
            for launch in launches(pods, list(self._templates(api, pools, region)), existing):
                taken.add(_make(api, launch, taken))
                memory.nominated |= dict.fromkeys(launch.pods, now)

    def _templates(self, api: Client, pools: Mapping[str, Any], region: str) -> Iterator[Template]:
        classes = {each["metadata"]["name"]: each for each in api.request("GET", _CLASSES)["items"]}
        for pool in pools.values():
            node_class = classes.get(pool["spec"]["template"]["spec"]["nodeClassRef"]["name"])
            named = instance_type(pool)
            if node_class is not None and named is not None:
                yield template_of(pool, node_class, self._instance(region, named), region)

    def _instance(self, region: str, named: str) -> Mapping[str, Any]:
        if (region, named) not in self._types:
            session = Session(Settings(self._endpoint, region))
            asked = {"InstanceTypes": [named]}
            self._types[region, named] = session.call("ec2", "describe_instance_types", asked)["InstanceTypes"][0]
        return self._types[region, named]

    @staticmethod
    def _remove(api: Client, memory: _Memory, pools: Mapping[str, Any], nodes: Mapping[str, str]) -> None:
        """Nodes whose pool is gone, and those that have been empty for as long as their pool says."""
        now = time.monotonic()
        for name, pool in nodes.items():
            if pool not in pools:
                remove_node(api, name)
                continue
            if api.request("GET", f"/api/v1/pods?fieldSelector=spec.nodeName%3D{name}&limit=1")["items"]:
                memory.empty.pop(name, None)
            elif now - memory.empty.setdefault(name, now) > empty_after_s(pools[pool]):
                remove_node(api, name)


def tagged() -> list[tuple[str, str]]:
    """Name and region of each cluster in which Karpenter is expected."""
    from moto.eks.models import eks_backends  # noqa: PLC0415  only the server has its memory

    found = [
        (name, region)
        for backend in list(eks_backends.values())
        for region, own in list(backend.items())
        for name, cluster in list(own.clusters.items())
        if NAME in named_in(cluster.tags)
    ]
    return sorted(found)


def _nodes(api: Client) -> dict[str, str]:
    """The nodes that were made here, each with its pool."""
    items = api.request("GET", f"/api/v1/nodes?labelSelector={OWNER_LABEL}%3D{NAME}")["items"]
    return {each["metadata"]["name"]: each["metadata"]["labels"].get(POOL_LABEL, "") for each in items}


def _make(api: Client, launch: Launch, taken: Collection[str]) -> str:
    """Make a node, and its name. taken: those of the nodes that there are."""
    template = launch.template
    number = next(each for each in range(len(taken) + 1) if f"{template.pool}-{each}" not in taken)
    pool = Pool(
        name=template.pool,
        nodes=number + 1,
        labels=template.labels,
        taints=tuple(Taint(each["key"], each.get("value") or "", each["effect"]) for each in template.taints),
        size=template.size,
        zones=(launch.zone,),
    )
    node = generate_nodes([pool])[number]
    api.request("POST", "/api/v1/nodes", node_manifest(replace(node, labels={**node.labels, OWNER_LABEL: NAME})))
    return node.name
