"""The `local` stack on the session's control plane, applied once, and its people."""

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from components.scheduling.priority_classes import PRIORITIES
from fleet.reachability import Endpoint
from localcloud import controlplane
from localcloud.controlplane import ControlPlane
from settings import TenantPlan, load_catalogue, plan_tenants
from tests.cluster.acting import Caller
from tests.cluster.attacks.asking import Asking, asking_as, standing_claim
from tests.cluster.guarded import World, namespaces_of, parties, some, world_of
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


@pytest.fixture(scope="module")
def asking(admin: Caller, person: Person) -> Iterator[Asking]:
    """Asks the API server what the table of attacks says, as whom it says."""
    with standing_claim(admin) as claim:
        yield asking_as(admin, person, claim)


@pytest.fixture(scope="module")
def live(admin: Caller, plans: dict[str, TenantPlan]) -> World:
    """What the API server holds of the network after `pulumi up`."""
    assert plans
    return world_of(admin)


@pytest.fixture(scope="module")
def who(admin: Caller, plans: dict[str, TenantPlan]) -> dict[str, Endpoint]:
    """Everybody there is to reach, or to be reached by."""
    return parties(plans, namespaces_of(admin))


@pytest.fixture(scope="module")
def few(who: dict[str, Endpoint]) -> dict[str, Endpoint]:
    """The same of three tenants."""
    return some(who)


@pytest.fixture(scope="session")
def scheduling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane without nodes, for tests of the scheduler: each adds nodes with a label of its own."""
    state = tmp_path_factory.mktemp("scheduling")
    made = controlplane.start("scheduling", state_dir=state)
    caller = Caller.of(made.kubeconfig)
    for each in PRIORITIES:
        policy = "PreemptLowerPriority" if each.preempts else "Never"
        body = {"metadata": {"name": each.name}, "value": each.value, "preemptionPolicy": policy}
        caller.create("/apis/scheduling.k8s.io/v1/priorityclasses", body)
    yield made
    controlplane.stop("scheduling", state_dir=state)


@pytest.fixture(scope="session")
def operator(scheduling: ControlPlane) -> Caller:
    """The administrator of the control plane `scheduling`."""
    return Caller.of(scheduling.kubeconfig)
