"""Who gives way to whom on a full node: lowest priority first, and never the other way (C8, D5)."""

from typing import Any

import pytest

from tests.cluster.acting import Caller
from tests.cluster.scheduling import ANYWHERE, PODS, Manifest, node, placed, reason_of_waiting, small_pod
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("scheduling")]

HOME = "default"


def pod(name: str, group: str, priority: str | None, cpu_m: int = 1000) -> Manifest:
    more: dict[str, Any] = {} if priority is None else {"priorityClassName": priority}
    selector = {"test/set": group}
    return small_pod(name, cpu_m=cpu_m, memory_mi=16, nodeSelector=selector, tolerations=ANYWHERE, **more)


def on(caller: Caller, name: str) -> set[str]:
    """Names of the pods on a node, without the group's prefix."""
    return {pod.split(".")[1] for pod, where in placed(caller, HOME).items() if where == name}


def filled(caller: Caller, group: str, *priorities: str) -> str:
    """A node of one core for each pod, full with one pod of each priority."""
    caller.create("/api/v1/nodes", node(f"{group}-0", cpu_m=1000 * len(priorities), labels={"test/set": group}))
    for each in priorities:
        caller.create(PODS.format(HOME), pod(f"{group}.{each}", group, each))
    until(lambda: on(caller, f"{group}-0") == set(priorities), f"{group} is full")
    return f"{group}-0"


def test_the_lowest_gives_way_first_and_equals_never(operator: Caller) -> None:
    name = filled(operator, "order", "placeholder", "batch", "free", "team", "enterprise")
    left = ["placeholder", "batch", "free", "team", "enterprise"]
    for index, victim in enumerate(("placeholder", "batch", "free", "team")):
        left.remove(victim)
        operator.create(PODS.format(HOME), pod(f"order.new{index}", "order", "enterprise"))
        expected = {*left, *(f"new{each}" for each in range(index + 1))}
        until(lambda expected=expected: on(operator, name) == expected, f"{victim} gave way")  # type: ignore[misc]
    before = on(operator, name)
    operator.create(PODS.format(HOME), pod("order.equal", "order", "enterprise"))
    said = until(lambda: reason_of_waiting(operator, HOME, "order.equal"), "the scheduler says why")
    assert "Insufficient cpu" in said
    assert "No preemption victims found for incoming pod" in said
    assert on(operator, name) == before

    operator.create(PODS.format(HOME), pod("order.critical", "order", "critical"))
    until(lambda: "critical" in on(operator, name), "a service of the platform runs")
    assert len(on(operator, name) & before) == len(before) - 1


@pytest.mark.parametrize("patient", ["batch", "placeholder"])
def test_batch_work_and_placeholders_evict_nobody(operator: Caller, patient: str) -> None:
    """preemptionPolicy Never: not even what is below it."""
    name = filled(operator, f"patient-{patient}", "placeholder", "free")
    operator.create(PODS.format(HOME), pod(f"patient-{patient}.new", f"patient-{patient}", patient))
    said = until(lambda: reason_of_waiting(operator, HOME, f"patient-{patient}.new"), "the scheduler says why")
    assert "Insufficient cpu" in said
    assert on(operator, name) == {"placeholder", "free"}
    operator.create(PODS.format(HOME), pod(f"patient-{patient}.twin", f"patient-{patient}", "free"))
    until(lambda: on(operator, name) == {"free", "twin"}, "a class that may evict takes the placeholder's room")


def test_a_low_pod_does_not_evict_a_higher_one(operator: Caller) -> None:
    name = filled(operator, "low", "team", "enterprise")
    operator.create(PODS.format(HOME), pod("low.free", "low", "free"))
    operator.create(PODS.format(HOME), pod("low.nameless", "low", None))
    for each in ("free", "nameless"):
        said = until(lambda each=each: reason_of_waiting(operator, HOME, f"low.{each}"), "the scheduler says why")  # type: ignore[misc]
        assert "No preemption victims found for incoming pod" in said
    assert on(operator, name) == {"team", "enterprise"}


def test_no_more_give_way_than_must(operator: Caller) -> None:
    """A pod of two cores takes the two lowest of four, and leaves the others."""
    name = filled(operator, "two", "batch", "free", "team", "enterprise")
    operator.create(PODS.format(HOME), pod("two.new", "two", "enterprise", cpu_m=2000))
    until(lambda: on(operator, name) == {"team", "enterprise", "new"}, "batch and free gave way")
