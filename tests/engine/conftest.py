"""Two clusters for the tests of many, started once: they go on from each other, in the order of their files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud import controlplane
from localcloud.controlplane.postgres import NoPostgresError
from localcloud.paths import STATE_VARIABLE
from tests.engine.two_clusters import BOUND, HOME, LEFT, MOVED, TwoClusters


@pytest.fixture(scope="package")
def started_two_clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClusters]:
    """Three tenants on `home`, applied, with rows of their own; nobody on `spare`."""
    folder = tmp_path_factory.mktemp("two-clusters")
    try:
        with within(folder):
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


@pytest.fixture
def two_clusters(started_two_clusters: TwoClusters) -> Iterator[TwoClusters]:
    """The two clusters. Only while a test has them does the process take them for its own: other tests that the same
    worker runs in between have the session's."""
    with within(started_two_clusters.state):
        yield started_two_clusters


@contextmanager
def within(folder: Path) -> Iterator[None]:
    """The process's state directory is this folder, for as long as it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_VARIABLE, str(folder))
        yield
