"""Replicas never go above what the quota admits, all workloads of a tenant taken together (C9)."""

from hypothesis import given
from hypothesis import strategies as st

from settings.replicas import Demand, admitted, room_for_one_more

RESOURCES = ("requests.cpu", "limits.cpu", "pods")
pods = st.fixed_dictionaries({resource: st.integers(0, 20) for resource in RESOURCES})
wishes = st.builds(
    lambda pod, least, more: Demand(pod=pod, least=least, most=least + more), pods, st.integers(1, 4), st.integers(0, 9)
)
quotas = st.fixed_dictionaries({resource: st.integers(0, 200) for resource in RESOURCES})


def used(demands: list[Demand], given_: list[int]) -> dict[str, int]:
    return {
        resource: sum(demand.pod[resource] * count for demand, count in zip(demands, given_, strict=True))
        for resource in RESOURCES
    }


@given(quotas, st.lists(wishes, max_size=4))
def test_all_at_their_most_fit_the_quota(quota: dict[str, int], demands: list[Demand]) -> None:
    most = admitted(quota, demands)
    least = used(demands, [demand.least for demand in demands])

    assert (most is None) == any(least[resource] > quota[resource] for resource in RESOURCES)
    if most is not None:
        assert all(amount <= quota[resource] for resource, amount in used(demands, most).items())
        assert all(demand.least <= count <= demand.most for demand, count in zip(demands, most, strict=True))


@given(quotas, st.lists(wishes, min_size=1, max_size=4))
def test_nothing_that_would_fit_is_kept_back(quota: dict[str, int], demands: list[Demand]) -> None:
    most = admitted(quota, demands)
    if most is None:
        return

    for index, demand in enumerate(demands):
        if most[index] < demand.most:
            assert not room_for_one_more(quota, demands, most, index)


@given(quotas, quotas, st.lists(wishes, max_size=3))
def test_a_larger_quota_admits_no_fewer_pods(
    quota: dict[str, int], more: dict[str, int], demands: list[Demand]
) -> None:
    pod = {"requests.cpu": 3, "limits.cpu": 5, "pods": 1}
    alike = [Demand(pod=pod, least=demand.least, most=demand.most) for demand in demands]
    larger = {resource: quota[resource] + more[resource] for resource in RESOURCES}

    small, large = admitted(quota, alike), admitted(larger, alike)

    if small is not None:
        assert large is not None
        assert sum(small) <= sum(large)


def test_what_is_left_is_shared_in_turn() -> None:
    web = Demand(pod={"limits.cpu": 1000}, least=1, most=10)
    batch = Demand(pod={"limits.cpu": 500}, least=1, most=10)

    assert admitted({"limits.cpu": 4500}, [web, batch]) == [3, 3]


def test_one_that_is_content_leaves_the_rest_to_the_other() -> None:
    web = Demand(pod={"pods": 1}, least=1, most=2)
    batch = Demand(pod={"pods": 1}, least=1, most=10)

    assert admitted({"pods": 9}, [web, batch]) == [2, 7]


def test_a_resource_without_quota_bounds_nothing() -> None:
    assert admitted({}, [Demand(pod={"limits.cpu": 10**9}, least=1, most=7)]) == [7]
