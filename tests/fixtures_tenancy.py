"""The `local` stack on the session's control plane, applied once, and its people."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.controlplane import ControlPlane
from settings import TenantPlan, load_catalogue, plan_tenants
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT, TenancyStack

Person = Callable[..., Caller]


@pytest.fixture(scope="session")
def local_stack(cluster: ControlPlane, state_dir: Path) -> TenancyStack:
    """The stack `local` with the repository's catalogue, up. A second worker waits for the first and finds it there."""
    del cluster
    with (state_dir / "tenancy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stack = TenancyStack("local", state_dir / "tenancy", {"environment": "local"})
        stack.up()
    return stack


@pytest.fixture(scope="session")
def plans(local_stack: TenancyStack) -> dict[str, TenantPlan]:
    """The tenants that are on the cluster, by id."""
    del local_stack
    return {plan.tenant.id: plan for plan in plan_tenants(load_catalogue(ROOT / "catalog", "local"))}


@pytest.fixture(scope="session")
def admin(cluster: ControlPlane) -> Caller:
    """The cluster's administrator."""
    return Caller.of(cluster.kubeconfig)


@pytest.fixture(scope="session")
def person(admin: Caller, plans: dict[str, TenantPlan]) -> Person:
    """Somebody of a tenant: `person("acme-robotics", "developers")` is in the first group of that role."""

    def acting(tenant: str, role: str) -> Caller:
        groups = getattr(plans[tenant].tenant.groups, role)
        return admin.acting_as(f"somebody@{tenant}.example", groups[0])

    return acting
