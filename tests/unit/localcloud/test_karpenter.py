"""Nodes that come for pods which fit nowhere, as many as they need and no more (C6)."""

from typing import Any

import pytest

from localcloud.aws.instances import divided, size_of
from localcloud.aws.karpenter import Template, empty_after_s, fits_nowhere, launches, template_of, wants
from settings.aws.karpenter import node_pool_spec
from settings.aws.node_pools import autoscaler_tags
from tests.unit.components.aws_environment import environment

ZONES = ("eu-central-1a", "eu-central-1b")
TAINT = {"key": "tenantplane.dev/tenant", "value": "acme", "effect": "NoSchedule"}
TOLERATION = {"key": TAINT["key"], "operator": "Equal", "value": "acme", "effect": "NoSchedule"}
MACHINE = {
    "InstanceType": "m6i.xlarge",
    "VCpuInfo": {"DefaultVCpus": 4},
    "MemoryInfo": {"SizeInMiB": 16384},
    "NetworkInfo": {"MaximumNetworkInterfaces": 4, "Ipv4AddressesPerInterface": 15},
}


def template(**changes: Any) -> Template:
    given = {
        "pool": "acme",
        "labels": {"pool": "acme"},
        "taints": (TAINT,),
        "zones": ZONES,
        "size": {"cpu": "4", "memory": "16Gi", "pods": "10"},
        "nodes": 3,
        "cpu_m": None,
    }
    return Template(**{**given, **changes})


def pod(name: str = "one", cpu: str = "1", **spec: Any) -> dict[str, Any]:
    own = {"nodeSelector": {"pool": "acme"}, "tolerations": [TOLERATION]}
    container = {"resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}
    return {
        "metadata": {"uid": name},
        "spec": {**own, "containers": [container], **spec},
        "status": {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]},
    }


def made(*pods: dict[str, Any], existing: int = 0, **changes: Any) -> list[tuple[str, list[str]]]:
    found = launches(pods, [template(**changes)], {"acme": existing})
    return [(each.zone[-1], each.pods) for each in found]


def test_pods_share_nodes_and_zones_take_turns() -> None:
    assert made(pod()) == [("a", ["one"])]
    assert made(pod(), existing=1) == [("b", ["one"])]
    assert made(*(pod(f"{n}", "2") for n in range(3))) == [("a", ["0", "1"]), ("b", ["2"])]


def test_no_more_nodes_than_the_pool_may_have() -> None:
    many = [pod(str(n), "3") for n in range(9)]
    assert len(made(*many)) == 3
    assert len(made(*many, existing=2)) == 1
    assert len(made(*many, nodes=None, cpu_m=8000)) == 2
    assert made(pod(cpu="5")) == [], "no node of the pool would hold it"


@pytest.mark.parametrize(
    ("spec", "comes"),
    [
        ({}, True),
        ({"tolerations": [{"operator": "Exists"}]}, True),
        ({"tolerations": [{**TOLERATION, "operator": "Exists", "effect": ""}]}, True),
        ({"tolerations": []}, False),
        ({"tolerations": [{**TOLERATION, "value": "other"}]}, False),
        ({"tolerations": [{**TOLERATION, "effect": "NoExecute"}]}, False),
        ({"nodeSelector": {"pool": "other"}}, False),
        ({"nodeSelector": {"topology.kubernetes.io/zone": "eu-central-1b"}}, True),
        ({"nodeSelector": {"topology.kubernetes.io/zone": "eu-central-1c"}}, False),
    ],
)
def test_only_for_pods_that_could_be_there(spec: dict[str, Any], comes: bool) -> None:
    assert bool(made(pod(**spec))) is comes


@pytest.mark.parametrize(
    ("operator", "values", "comes"),
    [("In", ["acme"], True), ("In", ["x"], False), ("NotIn", ["x"], True), ("Exists", [], True),
     ("DoesNotExist", [], False), ("Gt", ["1"], False)],
)  # fmt: skip
def test_required_affinity_is_kept(operator: str, values: list[str], comes: bool) -> None:
    term = {"matchExpressions": [{"key": "pool", "operator": operator, "values": values}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    assert bool(made(pod(affinity={"nodeAffinity": required}))) is comes


def test_what_a_pod_takes_counts_its_runtime_and_its_first_containers() -> None:
    first = [{"resources": {"requests": {"cpu": "3"}}}]
    took = wants(pod(cpu="500m", initContainers=first, overhead={"cpu": "250m", "memory": "160Mi"}))
    assert took == {"cpu": 3250, "memory": (1024 + 160) << 20, "pods": 1}


def test_only_what_the_scheduler_gave_up() -> None:
    assert fits_nowhere(pod())
    assert not fits_nowhere({**pod(), "status": {}})
    assert not fits_nowhere(pod(nodeName="there"))


def test_a_pool_of_the_platform_becomes_nodes_of_its_machine() -> None:
    wanted = environment()
    pool = next(each for each in wanted.cluster.node_pools if each.kind == "dedicated")
    spec = node_pool_spec(pool, wanted.site("eu-central-1"))
    there = {"metadata": {"name": pool.name}, "spec": spec}
    disk = {"deviceName": "/dev/xvda", "rootVolume": True, "ebs": {"volumeSize": "480Gi"}}
    found = template_of(there, {"spec": {"blockDeviceMappings": [disk]}}, MACHINE, "eu-central-1")
    assert found.size == {"cpu": "4", "memory": "16384Mi", "ephemeral-storage": "480Gi", "pods": "58"}
    assert found.labels["node-restriction.kubernetes.io/tenant"] == pool.tenant
    assert found.labels["karpenter.sh/nodepool"] == pool.name
    assert {each["value"] for each in found.taints} >= {pool.tenant}
    assert found.nodes == pool.max_nodes
    assert empty_after_s(there) == 300
    assert empty_after_s({"spec": {"disruption": {"consolidateAfter": "Never"}}}) == float("inf")


@pytest.mark.parametrize(
    ("labels", "devices"),
    [
        ({}, {"nvidia.com/gpu": "8"}),
        ({"nvidia.com/mig.config": "all-1g.10gb"}, {"nvidia.com/mig-1g.10gb": "56"}),
        ({"nvidia.com/mig.config": "all-3g.40gb"}, {"nvidia.com/mig-3g.40gb": "16"}),
        ({"nvidia.com/mig.config": "gpu-a100-mig"}, {"nvidia.com/gpu": "8"}),
    ],
)
def test_gpus_are_whole_or_the_parts_that_a_label_asks_for(labels: dict[str, str], devices: dict[str, str]) -> None:
    """C7."""
    gpus = {"Gpus": [{"Manufacturer": "NVIDIA", "Count": 8}]}
    size = size_of({**MACHINE, "GpuInfo": gpus}, 100, labels)
    assert {key: value for key, value in size.items() if key.startswith("nvidia.com/")} == devices


def test_a_group_s_tags_say_what_a_configuration_of_ours_makes_of_its_gpus() -> None:
    """C7: the platform's pools of divided GPUs name a configuration, not a profile."""
    pool = next(each for each in environment().cluster.node_pools if each.gpu and each.gpu.sharing == "mig")
    tags = autoscaler_tags(pool)
    size = divided({"cpu": "96", "nvidia.com/gpu": "8"}, tags)
    assert size == {"cpu": "96", pool.gpu.resource: pool.allocatable()[pool.gpu.resource]}  # type: ignore[union-attr]
    assert divided({"cpu": "4", "nvidia.com/gpu": "8"}, {"a": "b"}) == {"cpu": "4", "nvidia.com/gpu": "8"}
