"""What the live API server holds of the network, who asks it, and a control plane for the scheduler."""

from collections.abc import Iterator

import pytest

from components.scheduling.priority_classes import PRIORITIES
from fleet.reachability import Endpoint
from localcloud import controlplane
from localcloud.controlplane import ControlPlane
from settings import TenantPlan
from tests.cluster.acting import Caller
from tests.cluster.attacks.asking import Asking, asking_as, standing_claim
from tests.cluster.guarded import World, namespaces_of, parties, some, world_of
from tests.fixtures_tenancy import Person


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
