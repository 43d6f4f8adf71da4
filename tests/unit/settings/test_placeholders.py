"""How much room is held, and in which pools (D5)."""

from hypothesis import given
from hypothesis import strategies as st

from settings import Cluster
from settings.placeholders import placeholders

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 128), st.integers(1, 512))


def pool(name: str, kind: str, size: tuple[int, int, int], **more: object) -> dict[str, object]:
    nodes, cpu, memory = size
    capacity = {"cpu": cpu, "memory": f"{memory}Gi", "ephemeral_storage": "100Gi"}
    return {"name": name, "kind": kind, "min_nodes": nodes, "max_nodes": nodes, "capacity": capacity, **more}


def cluster(*pools: dict[str, object]) -> Cluster:
    return Cluster.model_validate(
        {"name": "one", "provider": "localcloud", "region": "here", "tiers": ["free"], "node_pools": list(pools)}
    )


@given(sizes=st.lists(SIZES, min_size=1, max_size=3))
def test_never_more_than_5_percent_is_held_and_hardly_less(sizes: list[tuple[int, int, int]]) -> None:
    (made,) = placeholders(cluster(*(pool(f"cpu-{index}", "cpu", size) for index, size in enumerate(sizes))))
    total_m, total = sum(n * cpu * 1000 for n, cpu, _ in sizes), sum(n * memory << 30 for n, _, memory in sizes)
    assert made.replicas == sum(nodes for nodes, _, _ in sizes)
    held_m, held = made.replicas * made.each.cpu_m, made.replicas * made.each.memory_bytes
    assert total_m / 20 - made.replicas < held_m <= total_m / 20
    assert total / 20 - (made.replicas << 20) < held <= total / 20


def test_only_shared_pools_with_nodes_hold_room() -> None:
    some = (2, 16, 64)
    made = placeholders(
        cluster(
            pool("general", "cpu", some),
            pool("agents", "sandbox", some),
            pool("machines", "system", some),
            pool("cheap", "spot", some),
            pool("own", "dedicated", some, tenant="acme-robotics"),
        )
    )
    assert [(each.kind, each.replicas) for each in made] == [("cpu", 2), ("sandbox", 2)]
    assert made[0].tolerations == ()
    assert [each["value"] for each in made[1].tolerations] == ["sandbox"]
    empty = {**pool("general", "cpu", some), "min_nodes": 0, "nodes": 0}
    assert placeholders(cluster(empty)) == ()
