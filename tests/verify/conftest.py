"""Runs of verify on the session's cluster in the process of the test, over the same connections."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from kubernetes import config

from fleet.databases import make_databases
from fleet.stacks import stacks_of
from fleet.verify.api import Api, Rate
from fleet.verify.database_servers import ask_databases
from fleet.verify.databases import QUESTIONS as DATABASES
from fleet.verify.databases import WIDE as DATABASE_LOOKS
from fleet.verify.finding import HELD, Finding
from fleet.verify.flipping import ask_flips
from fleet.verify.live import read_live
from fleet.verify.looking import look
from fleet.verify.network import judge_network
from fleet.verify.place import Place, Site, places
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import DatabaseServer, NoPostgresError, start_database
from settings import TenantPlan, load_catalogue
from tests.cluster.tenancy_stack import ROOT, TenancyStack


@dataclass(frozen=True)
class Asked:
    """One run: whom it was about, and what it found."""

    places: tuple[Place, ...]
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """What did not hold."""
        return tuple(each for each in self.findings if each.state != HELD)


Verify = Callable[..., Asked]


@pytest.fixture(scope="session")
def databases(cluster: ControlPlane, local_stack: TenancyStack) -> DatabaseServer:
    """The PostgreSQL beside the session's cluster, with every tenant in it; skips where there is none."""
    state_dir = cluster.directory.parent.parent
    try:
        server = start_database(Layout(cluster.name, state_dir))
    except NoPostgresError as error:
        pytest.skip(str(error))
    catalogue = load_catalogue(ROOT / "catalog", "local")
    make_databases(catalogue, stacks_of(catalogue, ROOT), ROOT)
    return server


@pytest.fixture(scope="session")
def site(cluster: ControlPlane, plans: dict[str, TenantPlan]) -> Site:
    """The session's cluster, as a run sees it."""
    catalogue = load_catalogue(ROOT / "catalog", "local")
    return Site(
        cluster=catalogue.topology.clusters[0],
        catalogue=catalogue,
        plans=tuple(plans[each] for each in sorted(plans)),
        run="tenantplane-verify-tests",
        own="tenantplane-verify-tests",
    )


@pytest.fixture(scope="session")
def api(cluster: ControlPlane) -> Iterator[Api]:
    """The session's API server."""
    made = Api(config.new_client_from_config(config_file=str(Path(cluster.kubeconfig))), Rate(2000), 8)
    yield made
    made.close()


@pytest.fixture(scope="session")
def verify(site: Site, api: Api) -> Iterator[Verify]:
    """Asks: `verify("pelican-games", asks="reads", only=("quota-cpu",))`. asks: "all" but databases, "reads",
    "entrance", "databases"."""
    with ThreadPoolExecutor(8) as pool:

        def asked(*tenants: str, asks: str = "all", only: Collection[str] = ()) -> Asked:
            live = read_live(api, pool, site.cluster.system_namespace)
            here = tuple(place for place in places(site, live) if place.tenant in tenants and place.plan.child is None)
            found: list[Finding] = []
            if asks == "databases":
                found += ask_databases(site, here, api, pool, only or {*DATABASES, *DATABASE_LOOKS})
            else:
                found += look(site, here, live, only)
                found += judge_network(site, here, live, only)
            if asks in ("all", "entrance"):
                found += ask_flips(here, api, pool, only or ({"TP-B3-01"} if asks == "entrance" else ()))
            assert found
            return Asked(here, tuple(found))

        yield asked
