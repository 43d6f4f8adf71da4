"""What NVIDIA's DaemonSets are told agrees with what nodes offer and quotas count (C7)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import NodePool, load_catalogue
from settings.gpu_sharing import device_plugin_config, gpu_pools, mig_config
from settings.nodepool import MIG_PROFILES

ROOT = Path(__file__).resolve().parents[3]
SIZE = {"cpu": 8, "memory": "64Gi", "ephemeral_storage": "100Gi"}


def pool(**gpu: object) -> NodePool:
    given_gpu = {"model": "a100", "product": "NVIDIA-A100-SXM4-80GB", "count": 2, **gpu}
    entry = {"name": "g", "kind": "gpu", "min_nodes": 1, "max_nodes": 2, "capacity": SIZE, "gpu": given_gpu}
    return NodePool.model_validate(entry)


@given(
    st.sampled_from(sorted(MIG_PROFILES)).flatmap(
        lambda product: st.tuples(st.just(product), st.sampled_from(sorted(MIG_PROFILES[product])))
    ),
    st.integers(1, 16),
    st.data(),
)
def test_slices_of_a_mig_pool_are_what_its_nodes_offer(kind: tuple[str, str], count: int, data: st.DataObject) -> None:
    product, profile = kind
    fewer = data.draw(st.none() | st.integers(1, MIG_PROFILES[product][profile]))
    made = pool(product=product, count=count, sharing="mig", profile=profile, replicas=fewer)
    (devices,) = mig_config([made])["mig-configs"]["g"]
    assert devices["devices"] == "all"
    assert devices["mig-enabled"] is True
    ((named, each),) = devices["mig-devices"].items()
    assert {f"nvidia.com/mig-{named}": str(each * count)}.items() <= made.allocatable().items()
    assert device_plugin_config(made) == {"version": "v1", "flags": {"migStrategy": "mixed"}}
    assert made.node_labels()["nvidia.com/mig.config"] == "g"


@given(st.integers(2, 48), st.integers(1, 16))
def test_slots_of_a_shared_pool_are_what_its_nodes_offer(replicas: int, count: int) -> None:
    made = pool(count=count, sharing="time-slicing", replicas=replicas)
    config = device_plugin_config(made)
    slicing = config["sharing"]["timeSlicing"]
    (resource,) = slicing["resources"]
    assert slicing["renameByDefault"], "slots would pass for whole devices"
    assert slicing["failRequestsGreaterThanOne"]
    assert made.allocatable()[f"{resource['name']}.shared"] == str(resource["replicas"] * count)
    assert mig_config([made])["mig-configs"]["g"] == [{"devices": "all", "mig-enabled": False}]


def test_a_whole_device_is_neither_split_nor_shared() -> None:
    made = pool()
    assert device_plugin_config(made) == {"version": "v1", "flags": {"migStrategy": "none"}}
    assert mig_config([made])["mig-configs"]["g"] == [{"devices": "all", "mig-enabled": False}]
    assert made.allocatable()["nvidia.com/gpu"] == "2"


def test_every_gpu_pool_of_the_repository_has_the_entries_that_its_nodes_name() -> None:
    pools = [
        pool for cluster in load_catalogue(ROOT / "catalog", "local").topology.clusters for pool in cluster.node_pools
    ]
    entries = mig_config(pools)["mig-configs"]
    assert {each.node_labels()["nvidia.com/mig.config"] for each in gpu_pools(pools)} == set(entries)
    assert len(entries) == 3


def test_a_pool_without_gpus_has_no_configuration() -> None:
    entry = {"name": "c", "kind": "cpu", "min_nodes": 1, "max_nodes": 2, "capacity": SIZE}
    with pytest.raises(ValueError, match="has no GPU"):
        device_plugin_config(NodePool.model_validate(entry))
