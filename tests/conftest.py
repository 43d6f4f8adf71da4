"""Fixtures that every suite may ask for, and what a whole session needs."""

import gc
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.fixtures_cluster", "tests.fixtures_tenancy", "tests.watching")

# A loaded machine makes inputs slowly, and every test takes its time: neither is a mistake of the code.
settings.register_profile("tenantplane", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tenantplane")

# A worker keeps some million objects of rendered stacks, and looking through them all was a fifth of its time.
gc.set_threshold(50_000, 20, 100)

_TOGETHER: Final = {
    "tests/unit/components/test_aws_": "rendered-aws",
    "tests/unit/stacks/test_phase_two.py": "rendered-aws",
    "tests/unit/policies/test_other_stacks.py": "rendered-aws",
    "tests/preview/test_danger.py": "rendered-aws",
    "tests/unit/components/": "rendered",
    "tests/unit/controls/": "rendered-stacks",
    "tests/unit/policies/": "rendered-stacks",
    "tests/unit/stacks/": "rendered-stacks",
}
"""Groups by how a test's id begins, the first that fits: each renders what it reads once for its worker, in ten to
twenty seconds, and a group is one worker's."""


_LONGEST: Final = (
    "tenancy",
    "phase-two",
    "tests/engine/test_crash.py",
    "tests/engine/test_onboarding.py",
    "two-clusters",
    "aws",
    "tests/engine/",
    "rendered-aws",
    "observability",
    "scheduling",
    "real-node",
    "tests/preview/",
)
"""Groups, or how a test's id begins, by how many seconds they take: what is begun last must be short, or one worker
goes on for minutes when the others are done."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests on one worker that share what is dear to make, wherever they do not say so themselves; what takes
    long comes first."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None and (group := _group(item)) is not None:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    marker = item.get_closest_marker("xdist_group")
    group = str(marker.args[0]) if marker else ""
    return next(
        (rank for rank, each in enumerate(_LONGEST) if each == group or item.nodeid.startswith(each)), len(_LONGEST)
    )


def _group(item: pytest.Item) -> str | None:
    """That of the table, or that of a file's own fixtures; None for a test that may run anywhere."""
    for start, name in _TOGETHER.items():
        if item.nodeid.startswith(start):
            return name
    file = item.nodeid.partition("::")[0]
    asked = getattr(item, "_fixtureinfo", None)
    for definitions in asked.name2fixturedefs.values() if asked else ():
        if any(each.baseid == file and each.scope != "function" for each in definitions):
            return file
    return None
