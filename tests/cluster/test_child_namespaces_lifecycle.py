"""The life of a namespace beside the home, as reviewed changes with the real engine (A6, A7)."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from localcloud.controlplane import ControlPlane
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import TenancyStack
from tests.cluster.test_tenancy_lifecycle import Life

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.xdist_group("tenancy")]

TENANT = "fig-school"
CORE = "/api/v1/namespaces"
APPROVAL = {"approved_by": "ops@tenantplane.example", "final_snapshot": "snap-1", "reason": "The trial has ended"}


@pytest.fixture(scope="module")
def life(local_stack: TenancyStack, cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A stack of its own with one tenant, on the platform layer of the `local` one."""
    del local_stack
    made = Life(tmp_path_factory.mktemp("children"), cluster.kubeconfig)
    yield made
    made.stack.destroy()


def write(life: Life, *children: dict[str, Any]) -> None:
    life.write(TENANT, tier="team", isolation="namespaces", namespaces={"jobs_share": 20, "children": list(children)})


def identity(admin: Caller, name: str) -> str:
    return str(admin.get(f"{CORE}/{name}")["metadata"]["uid"])


def test_a_namespace_is_added_kept_retired_and_only_then_removed(life: Life, admin: Caller) -> None:
    """A7: each step one reviewed change; what is beside it stays what it was."""
    home, staging, lab = (f"tenant-{TENANT}{each}" for each in ("", "--staging", "--lab"))
    write(life, {"name": "staging", "share": 20}, {"name": "lab", "share": 20})
    life.stack.up()
    before = {each: identity(admin, each) for each in (home, staging, lab)}
    admin.create(f"{CORE}/{lab}/configmaps", {"metadata": {"name": "data"}, "data": {"of": "the tenant"}})

    # Its entry alone is not enough, nor is another isolation, which would take all of them.
    for change in (
        partial(write, life, {"name": "staging", "share": 20}),
        partial(life.write, TENANT, tier="team"),
    ):
        change()
        refused = life.stack.up(check=False)
        assert refused.code != 0
        assert f"namespace 'lab' of tenant '{TENANT}' is kept in this stack" in refused.said
        assert "first apply `retire` with an approval" in refused.said
    assert {each: identity(admin, each) for each in before} == before
    assert admin.get(f"{CORE}/{lab}/configmaps/data")["data"] == {"of": "the tenant"}

    write(life, {"name": "staging", "share": 20}, {"name": "lab", "share": 20, "retire": APPROVAL})
    life.stack.up()
    assert admin.get(f"{CORE}/{lab}/resourcequotas/tenant")["spec"]["hard"]["pods"] == "0"
    assert admin.get(f"{CORE}/{staging}/resourcequotas/tenant")["spec"]["hard"]["pods"] != "0"
    assert admin.get(f"{CORE}/{lab}/configmaps/data")["data"] == {"of": "the tenant"}

    write(life, {"name": "staging", "share": 20})
    life.stack.up()
    assert admin.ask("GET", f"{CORE}/{lab}").status == 404
    assert {each: identity(admin, each) for each in (home, staging)} == {each: before[each] for each in (home, staging)}
    assert set(life.stack.up("--expect-no-changes").changes) == {"unchanged"}
