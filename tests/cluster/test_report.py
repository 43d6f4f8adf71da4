"""The page about a running stack: every control of every tenant is found on the live API server (G6)."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from fleet.clusters import api_client
from fleet.report import page
from fleet.report.data import report_data
from fleet.report.live import live_objects
from fleet.report.objectives import measured
from fleet.stacks import Stack
from fleet.status import statuses
from localcloud.controlplane import ControlPlane
from settings import Catalogue, load_catalogue, plan_tenants
from settings.gateway import entrance_of
from settings.stack_config import StackConfig
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT, TenancyStack
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

Read = Callable[[], dict[str, dict[str, tuple[str, str]]]]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "catalog", "local")


@pytest.fixture(scope="module")
def stack(local_stack: TenancyStack, cluster: ControlPlane, catalogue: Catalogue) -> Stack:
    return Stack(
        name="local",
        config=StackConfig(environment="local", kubeconfig=str(cluster.kubeconfig)),
        file=local_stack.file,
        tenants=tuple(each.id for each in catalogue.tenants),
        plan="",
    )


@pytest.fixture(scope="module")
def read(stack: Stack, catalogue: Catalogue) -> Callable[[], dict[str, object]]:
    """Data of the page, as things are now."""

    def now() -> dict[str, object]:
        (cluster,) = catalogue.topology.clusters
        live = {cluster.name: live_objects(cluster, api_client(cluster, stack, ROOT))}
        return report_data(catalogue, statuses(catalogue, [stack], ROOT), live, measured(None), datetime.now(UTC))

    return now


def test_the_host_of_every_tenant_is_its_entrance(stack: Stack, catalogue: Catalogue) -> None:
    """B2: `fleet status` tells what the API server has, and of whom nothing is served."""
    _, found = statuses(catalogue, [stack], ROOT)
    assert found
    for each in found:
        wanted = entrance_of(each.plan)
        told = {host.name: host.paths for host in each.hosts}
        assert told == ({} if wanted is None else {wanted.host: tuple(sorted(path.prefix for path in wanted.paths))})


def wrong(data: dict[str, object]) -> dict[tuple[str, str], str]:
    """What does not hold, and why."""
    tenants = data["tenants"]
    assert isinstance(tenants, list)
    return {
        (tenant["id"], name): why
        for tenant in tenants
        for name, (state, why) in tenant["controls"].items()
        if state not in ("holds", "none")
    }


def test_every_control_holds_for_every_tenant(read: Callable[[], dict[str, object]], catalogue: Catalogue) -> None:
    data = read()
    assert wrong(data) == {}
    tenants, clusters = data["tenants"], data["clusters"]
    assert isinstance(tenants, list)
    assert isinstance(clusters, list)
    assert [each["id"] for each in tenants] == [each.tenant.id for each in plan_tenants(catalogue)]
    assert all(each["present"] for each in tenants)
    bound = {each["name"]: each["bindings"] for each in clusters[0]["policies"]}
    assert len(bound) >= 10
    assert all(bound.values()), bound
    assert page(data).startswith("<!doctype html>")


def test_a_control_that_is_taken_away_is_seen_for_that_tenant(
    read: Callable[[], dict[str, object]], admin: Caller
) -> None:
    """Somebody with all rights binds a role to an account; nobody else's controls are touched."""
    bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-pelican-games/rolebindings"
    labels = {"tenant": "pelican-games", "app.kubernetes.io/part-of": "tenantplane"}
    admin.create(
        bindings,
        {
            "metadata": {"name": "back-door", "labels": labels},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
            "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "tenant-pelican-games"}],
        },
    )
    try:
        assert wrong(read()) == {
            ("pelican-games", "people"): "tenant-pelican-games: RoleBinding back-door is not of its groups alone"
        }
    finally:
        admin.ask("DELETE", f"{bindings}/back-door")
    until(lambda: not wrong(read()), "all controls hold again")
