"""Nodes from pools, and the requests that bring a cluster's nodes in line (C6, C7)."""

import copy
import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from localcloud.errors import LocalcloudError
from localcloud.nodes import Node, Pool, Taint, generate_nodes, node_manifest, reconcile_nodes, stages
from localcloud.topology import at_aws, local_clusters

NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
VALUES = st.from_regex(r"[a-z0-9]{0,8}", fullmatch=True)
TAINTS = st.builds(
    Taint, NAMES.map("example.com/{}".format), VALUES, st.sampled_from(["NoSchedule", "PreferNoSchedule", "NoExecute"])
)
POOLS = st.lists(
    st.builds(
        Pool,
        name=NAMES,
        nodes=st.integers(0, 4),
        labels=st.dictionaries(NAMES.map("example.com/{}".format), VALUES, max_size=3),
        taints=st.lists(TAINTS, max_size=2, unique_by=lambda taint: (taint.key, taint.effect)).map(tuple),
        size=st.fixed_dictionaries(
            {
                "cpu": st.integers(1, 96).map(str),
                "memory": st.integers(1, 512).map("{}Gi".format),
                "pods": st.just("110"),
            },
            optional={"nvidia.com/gpu": st.integers(1, 8).map(str), "nvidia.com/mig-1g.10gb": st.just("7")},
        ),
        zones=st.lists(NAMES, max_size=3, unique=True).map(tuple),
    ),
    max_size=4,
    unique_by=lambda pool: pool.name,
)


class FakeApi:
    """Keeps nodes as the API server does, for what reconcile_nodes asks of it."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.pods: list[dict[str, Any]] = []
        self.writes: list[str] = []

    def request(
        self, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> dict[str, Any]:
        name = re.sub(r"^/api/v1/nodes/([^/?]+).*$", r"\1", path)
        if method == "GET":
            return {"items": self.pods if "/pods" in path else list(self.nodes.values())}
        self.writes.append(f"{method} {path}")
        if method == "POST":
            assert isinstance(body, dict)
            taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
            made = copy.deepcopy(body)
            made["spec"]["taints"].append(taint)
            self.nodes[body["metadata"]["name"]] = made
        elif method == "DELETE" and "/pods/" not in path:
            del self.nodes[name]
        elif method == "PATCH":
            assert content_type == "application/merge-patch+json"
            _merge(self.nodes[name], body)
        return {}


def _merge(target: dict[str, Any], patch: object) -> None:
    assert isinstance(patch, dict)
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            _merge(target.setdefault(key, {}), value)
        else:
            target[key] = value


def seen(api: FakeApi) -> dict[str, Any]:
    """What the nodes are, without the taints that belong to the system."""
    return {
        name: {
            "labels": node["metadata"]["labels"],
            "taints": [one for one in node["spec"]["taints"] if not one["key"].startswith("node.kubernetes.io/")],
            "capacity": node["status"]["capacity"],
            "allocatable": node["status"]["allocatable"],
        }
        for name, node in api.nodes.items()
    }


def wanted(nodes: tuple[Node, ...]) -> dict[str, Any]:
    manifests = map(node_manifest, nodes)
    return {
        one["metadata"]["name"]: {
            "labels": one["metadata"]["labels"],
            "taints": one["spec"]["taints"],
            "capacity": one["status"]["capacity"],
            "allocatable": one["status"]["allocatable"],
        }
        for one in manifests
    }


def nodes_of(pools: list[Pool]) -> tuple[Node, ...]:
    try:
        return generate_nodes(pools)
    except LocalcloudError:
        return ()


@settings(deadline=None)  # whatever else the machine does
@given(POOLS, POOLS)
def test_from_any_pools_to_any_others_the_nodes_become_what_they_shall_be(
    before: list[Pool], after: list[Pool]
) -> None:
    api = FakeApi()
    reconcile_nodes(api, nodes_of(before))
    assert seen(api) == wanted(nodes_of(before))
    change = reconcile_nodes(api, nodes_of(after))
    assert seen(api) == wanted(nodes_of(after))
    assert bool(change) == (wanted(nodes_of(before)) != wanted(nodes_of(after)))
    api.writes.clear()
    assert not reconcile_nodes(api, nodes_of(after))
    assert api.writes == []
    for node in api.nodes.values():  # the node controller's taint was left alone
        assert {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"} in node["spec"]["taints"]


@settings(deadline=None)
@given(POOLS)
def test_every_node_has_a_name_of_its_own_its_pool_and_a_zone_in_turn(pools: list[Pool]) -> None:
    nodes = nodes_of(pools)
    assert len({node.name for node in nodes}) == len(nodes)
    for node in nodes:
        pool = next(one for one in pools if one.name == node.labels["tenantplane.dev/pool"])
        index = int(node.name.removeprefix(f"{pool.name}-"))
        assert node.labels["kubernetes.io/hostname"] == node.name
        assert node.annotations["kwok.x-k8s.io/node"] == "fake"
        if pool.zones:
            assert node.labels["topology.kubernetes.io/zone"] == pool.zones[index % len(pool.zones)]


def test_two_pools_of_one_name_are_refused() -> None:
    with pytest.raises(LocalcloudError, match="two node pools make the same node cpu-0; give each pool its own name"):
        generate_nodes([Pool("cpu"), Pool("cpu")])


def test_a_node_that_goes_is_emptied_first() -> None:
    api = FakeApi()
    reconcile_nodes(api, generate_nodes([Pool("cpu")]))
    api.pods = [{"metadata": {"namespace": "a", "name": "p"}}]
    api.writes.clear()
    reconcile_nodes(api, ())
    assert api.writes == ["DELETE /api/v1/namespaces/a/pods/p", "DELETE /api/v1/nodes/cpu-0"]


def test_the_local_topology_has_every_kind_of_node() -> None:
    nodes = {node.name: node for node in generate_nodes(local_clusters("local")["local"].pools)}
    extended = {key for node in nodes.values() for key in node.size if key.startswith("nvidia.com/")}
    assert extended == {"nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.10gb"}
    lifecycles = {node.labels["tenantplane.dev/lifecycle"] for node in nodes.values()}
    assert lifecycles == {"spot", "on-demand"}
    kinds = {node.labels["tenantplane.dev/pool-kind"] for node in nodes.values()}
    assert kinds == {"system", "cpu", "sandbox", "gpu", "spot", "dedicated"}
    assert nodes["northwind-0"].labels["node-restriction.kubernetes.io/tenant"] == "northwind-bank"
    assert any(taint.value == "northwind-bank" for taint in nodes["northwind-0"].taints)


def test_a_wrong_catalogue_starts_nothing_and_says_why() -> None:
    with pytest.raises(
        LocalcloudError, match=r"the catalogue is wrong, so nothing was started:\n  topology/nowhere.yaml"
    ):
        local_clusters("nowhere")


def test_the_stages_cover_the_life_of_nodes_and_pods() -> None:
    names = [one["metadata"]["name"] for one in yaml.safe_load_all(stages())]
    assert names == ["node-ready", "node-heartbeat", "pod-ready", "pod-complete", "pod-delete"]


def test_an_environment_at_aws_has_no_cluster_to_start_here() -> None:
    """H1: its clusters are made by its stacks, on the local AWS as on another."""
    there = at_aws("staging")
    assert there is not None
    assert there.here
    assert set(there.clusters) == {
        f"tp-staging-{name}" for name in ("starter", "team", "enterprise", "enterprise-west")
    }
    assert dict(local_clusters("staging")) == {}
    assert at_aws("local") is None
