"""Two clusters for the tests of many, started once: they go on from each other, in the order of their files."""

from collections.abc import Iterator

import pytest

from localcloud import controlplane
from localcloud.controlplane.postgres import NoPostgresError
from tests.engine.two_clusters import BOUND, HOME, LEFT, MOVED, TwoClusters


@pytest.fixture(scope="session")
def two_clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClusters]:
    """Three tenants on `home`, applied, with rows of their own; nobody on `spare`."""
    folder = tmp_path_factory.mktemp("two-clusters")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENANTPLANE_STATE", str(folder))
        try:
            made = TwoClusters.make(folder, 3)
            made.fleet("up", "--no-table")
            for tenant in (MOVED, BOUND, LEFT):
                made.write(HOME, tenant, f"{tenant}-a", f"{tenant}-b")
            yield made
        except NoPostgresError as error:
            pytest.skip(str(error))
        finally:
            for name in controlplane.clusters(folder):
                controlplane.stop(name, state_dir=folder)
