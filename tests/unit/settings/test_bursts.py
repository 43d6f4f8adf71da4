"""A paid burst adds to quota and queue until its last day is over, and the day decides, not the clock (G6)."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from settings import Catalogue, TenantPlan, load_catalogue, plan_tenants
from settings.cost import stack_cost
from settings.dates import VARIABLE, today
from settings.plan_hash import plan_hash
from settings.stack_config import StackConfig
from tests.unit.settings import small_catalogue
from tests.unit.settings.flips_of_bursts import WITH_BURST
from tests.unit.settings.priced import PRICES

LAST = date(2026, 6, 30)
AFTER = date(2026, 7, 1)
ROOT = Path(__file__).resolve().parents[3]
FILES = {
    **WITH_BURST,
    "prices.yaml": PRICES,
    "topology/test.yaml": small_catalogue.TOPOLOGY.replace(
        "        capacity: {cpu: 8,", "        instance_type: plain\n        capacity: {cpu: 8,"
    )
    + "    addons: [kueue]\n",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_catalogue.write(tmp_path_factory.mktemp("burst"), FILES)


def plan_on(root: Path, day: date | None) -> tuple[Catalogue, TenantPlan]:
    catalogue = load_catalogue(root, "test", day)
    return catalogue, next(plan for plan in plan_tenants(catalogue) if plan.tenant.id == "big-corp")


@pytest.mark.parametrize("day", [LAST, date(2020, 1, 1), None])
def test_it_adds_to_quota_limits_and_queue_until_its_last_day_is_over(root: Path, day: date | None) -> None:
    catalogue, plan = plan_on(root, day)
    hard = plan.quota.hard()
    assert (hard["limits.cpu"], hard["limits.memory"], hard["pods"]) == ("12", "20Gi", "60")
    assert plan.quota.standing()["requests.cpu"] == "6"
    assert catalogue.ended == ()


def test_after_that_it_is_as_if_it_were_not_there(root: Path, tmp_path: Path) -> None:
    catalogue, plan = plan_on(root, AFTER)
    without = {**FILES, "tenants/big-corp.yaml": FILES["tenants/big-corp.yaml"].split("burst:")[0]}
    _, twin = plan_on(small_catalogue.write(tmp_path, without), AFTER)
    assert plan == twin
    assert list(map(str, catalogue.ended)) == [
        "the burst of big-corp ended with 2026-06-30 and counts for nothing; remove it from its file"
    ]


def test_the_queue_has_it_too(root: Path) -> None:
    nominal = [
        sum(share.nominal["cpu"] for share in plan.queue.shares)
        for day in (LAST, AFTER)
        if (plan := plan_on(root, day)[1]).queue is not None
    ]
    assert nominal[0] - nominal[1] == 2000


def test_it_is_paid_for(root: Path) -> None:
    during, after = (
        next(each.own for each in stack_cost(plan_on(root, day)[0]).tenants if each.plan.tenant.id == "big-corp")
        for day in (LAST, AFTER)
    )
    assert during > after


def test_the_plan_of_a_day_is_the_same_whenever_it_is_made(root: Path) -> None:
    """Its end is a change of the plan by itself: the next `up` finds it."""
    config = StackConfig(environment="test")
    hashes = [plan_hash(plan_on(root, day)[0], config, ROOT) for day in (LAST, LAST, AFTER, AFTER)]
    assert hashes[0] == hashes[1] != hashes[2] == hashes[3]


def test_an_ended_burst_that_no_longer_fits_is_no_mistake(tmp_path: Path) -> None:
    """Its nodes may be somebody else's by then."""
    large = WITH_BURST["tenants/big-corp.yaml"].replace(
        "  ceiling: {cpu: 10,", "  guaranteed: {cpu: 46, memory: 8Gi}\n  ceiling: {cpu: 46,"
    )
    root = small_catalogue.write(tmp_path, {**WITH_BURST, "tenants/big-corp.yaml": large})
    assert load_catalogue(root, "test", AFTER).ended


def test_today_is_the_days_in_utc_or_the_one_that_is_given() -> None:
    late = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)
    assert today({}, late) == LAST
    assert today({VARIABLE: "2026-07-01"}, late) == AFTER
    with pytest.raises(ValueError, match="TENANTPLANE_TODAY is 'tomorrow'; allowed: a day such as 2026-12-31"):
        today({VARIABLE: "tomorrow"}, late)
