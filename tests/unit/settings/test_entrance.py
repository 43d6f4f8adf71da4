"""What a tenant's entrance is, from its plan (B2, B3)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import TenantPlan
from settings.gateway import Entrance, Path, entrance_of
from tests.unit.components.local_stack import plan


def of(tenant: str = "acme-robotics") -> Entrance:
    found = entrance_of(plan(tenant))
    assert found is not None
    return found


def elsewhere(**changes: object) -> TenantPlan:
    made = plan("acme-robotics")
    return replace(made, cluster=made.cluster.model_copy(update=changes))


def test_an_entrance_is_the_tenants_alone() -> None:
    own = of()
    assert own.host == "acme-robotics.tenants.localhost"
    assert own.claims == {"tenant": "acme-robotics", "tier": "enterprise"}
    assert (own.issuer, own.audience) == ("https://identity.tenants.localhost", "tenants.localhost")
    assert own.requests_per_minute == 20_000
    assert {path.prefix: path.service for path in own.paths} == {
        "/agent-sessions": "agent-sessions",
        "/code-review": "code-review",
    }


def test_a_thousand_a_minute_unless_the_tier_says_otherwise() -> None:
    assert of("hedgehog-cli").requests_per_minute == 1000


@pytest.mark.parametrize("lifecycle", ["suspended", "offboarding"])
def test_who_is_not_active_has_no_entrance(lifecycle: str) -> None:
    assert entrance_of(plan("acme-robotics", lifecycle=lifecycle)) is None


def test_nor_has_who_runs_nothing_or_a_namespace_beside_the_home() -> None:
    assert entrance_of(plan("acme-robotics", workloads=())) is None
    home = plan("bayview-university")
    assert entrance_of(home) is not None
    assert [entrance_of(each) for each in home.children] == [None] * len(home.children)


def test_nor_a_cluster_without_a_gateway() -> None:
    assert entrance_of(elsewhere(addons=())) is None
    assert entrance_of(elsewhere(front_door=None)) is None


@given(st.integers(1, 1_000_000), st.integers(1, 50))
def test_the_parts_of_all_paths_never_exceed_the_whole_by_more_than_their_number(rate: int, count: int) -> None:
    paths = tuple(Path(prefix=f"/p{index}", service=f"p{index}", port=80) for index in range(count))
    own = replace(of(), requests_per_minute=rate, paths=paths)
    part = own.requests_per_minute_of_a_path
    assert part >= 1
    assert part * count <= max(rate, count)
    assert (part + 1) * count > rate


@given(st.lists(st.from_regex(r"[a-z](-?[a-z0-9]){0,8}", fullmatch=True), min_size=1, max_size=6, unique=True))
def test_a_longer_path_comes_before_its_beginning(names: list[str]) -> None:
    made = plan("acme-robotics")
    workloads = tuple(replace(made.workloads[0], name=name) for name in names)
    own = entrance_of(replace(made, workloads=workloads))
    assert own is not None
    prefixes = [path.prefix for path in own.paths]
    for index, prefix in enumerate(prefixes):
        assert not any(later.startswith(prefix) for later in prefixes[index + 1 :])
