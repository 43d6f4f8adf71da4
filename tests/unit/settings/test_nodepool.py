"""Pools bring the labels, taints and resources of their kind (C6, C7)."""

from typing import Any

import pytest
from pydantic import ValidationError

from settings import NodePool

CAPACITY = {"cpu": 96, "memory": "1152Gi", "ephemeral_storage": "1T", "pods": 110}
A100 = {"model": "a100", "product": "NVIDIA-A100-SXM4-80GB", "count": 8}


def pool(kind: str, **more: Any) -> NodePool:
    return NodePool.model_validate(
        {"name": "p", "kind": kind, "min_nodes": 1, "max_nodes": 3, "capacity": CAPACITY, **more}
    )


def taints(made: NodePool) -> list[str]:
    return [f"{taint.key}={taint.value}:{taint.effect}" for taint in made.node_taints()]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (pool("cpu"), []),
        (pool("system"), ["tenantplane.dev/pool-kind=system:NoSchedule"]),
        (pool("sandbox"), ["tenantplane.dev/pool-kind=sandbox:NoSchedule"]),
        (pool("spot"), ["tenantplane.dev/lifecycle=spot:NoSchedule"]),
        (pool("gpu", gpu=A100), ["nvidia.com/gpu=present:NoSchedule"]),
        (
            pool("gpu", gpu=A100, lifecycle="spot"),
            ["tenantplane.dev/lifecycle=spot:NoSchedule", "nvidia.com/gpu=present:NoSchedule"],
        ),
        (
            pool("dedicated", tenant="acme", taints=[{"key": "own", "effect": "NoExecute"}]),
            ["tenantplane.dev/tenant=acme:NoSchedule", "own=:NoExecute"],
        ),
    ],
)
def test_taints_follow_the_kind(made: NodePool, expected: list[str]) -> None:
    assert taints(made) == expected


@pytest.mark.parametrize("kind", ["cpu", "system", "sandbox", "spot"])
def test_tolerations_cover_every_taint(kind: str) -> None:
    made = pool(kind, taints=[{"key": "own", "value": "x", "effect": "NoExecute"}])

    covered = {(each["key"], each["value"], each["effect"]) for each in made.tolerations()}
    assert covered == {(taint.key, taint.value, taint.effect) for taint in made.node_taints()}


@pytest.mark.parametrize(
    ("gpu", "resource", "count"),
    [
        (A100, "nvidia.com/gpu", "8"),
        ({**A100, "sharing": "mig", "profile": "1g.10gb"}, "nvidia.com/mig-1g.10gb", "56"),
        ({**A100, "sharing": "mig", "profile": "3g.40gb", "replicas": 1}, "nvidia.com/mig-3g.40gb", "8"),
        ({**A100, "sharing": "time-slicing", "replicas": 4}, "nvidia.com/gpu.shared", "32"),
    ],
)
def test_the_extended_resource_follows_the_sharing(gpu: dict[str, Any], resource: str, count: str) -> None:
    assert pool("gpu", gpu=gpu).allocatable() == {
        "cpu": "96",
        "memory": "1152Gi",
        "ephemeral-storage": "1T",
        "pods": "110",
        resource: count,
    }


def test_labels_say_what_a_node_is() -> None:
    made = pool(
        "gpu",
        gpu={**A100, "sharing": "mig", "profile": "1g.10gb"},
        zones=["a", "b"],
        instance_type="p4de",
        labels={"team": "x"},
    )

    assert made.node_labels(3) == {
        "team": "x",
        "tenantplane.dev/pool": "p",
        "tenantplane.dev/pool-kind": "gpu",
        "tenantplane.dev/lifecycle": "on-demand",
        "topology.kubernetes.io/zone": "b",
        "node.kubernetes.io/instance-type": "p4de",
        "nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB",
        "nvidia.com/gpu.count": "8",
        "nvidia.com/mig.config": "p",
        "nvidia.com/device-plugin.config": "p",
    }


def test_a_dedicated_node_cannot_relabel_itself_into_another_pool() -> None:
    label = "node-restriction.kubernetes.io/tenant"

    assert pool("dedicated", tenant="acme").node_labels()[label] == "acme"
    assert label not in pool("cpu").node_labels()


@pytest.mark.parametrize("label", ["tenantplane.dev/pool", "node-restriction.kubernetes.io/tenant"])
def test_a_pool_cannot_forge_a_label_of_the_platform(label: str) -> None:
    assert pool("cpu", labels={"mine": "x"}).node_labels()["mine"] == "x"  # the twin

    with pytest.raises(ValidationError, match="is set by the platform"):
        pool("cpu", labels={label: "x"})


def test_a_local_cluster_runs_the_least_nodes_unless_told() -> None:
    assert pool("cpu").nodes == 1
    assert pool("cpu", nodes=2).nodes == 2
    assert (pool("spot").lifecycle, pool("cpu").lifecycle) == ("spot", "on-demand")
