"""The control plane of a test session: one, started when the first test asks for it, shared by all workers.

Its state lies in a temporary directory and never in the checkout's `.localcloud`: tests do not touch the cluster that
a person works with. To keep it between runs, name a directory in TENANTPLANE_TEST_STATE; stop it then with
`TENANTPLANE_STATE=<directory> python -m localcloud stop --all`.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from localcloud import controlplane
from localcloud.aws import stop_aws
from localcloud.controlplane import ControlPlane
from localcloud.paths import STATE_VARIABLE
from localcloud.toolchain import tool
from localcloud.topology import local_clusters

KEEP_VARIABLE = "TENANTPLANE_TEST_STATE"
_SHARED_VARIABLE = "TENANTPLANE_TEST_SESSION"
CLUSTER = "local"
"""As in the topology `local`, so that a program that looks for that cluster's kubeconfig finds this one's."""


def pytest_configure(config: pytest.Config) -> None:
    """Give the session its state directory; xdist's workers inherit it from the process that starts them."""
    if hasattr(config, "workerinput"):
        return
    kept = os.environ.get(KEEP_VARIABLE)
    directory = kept or tempfile.mkdtemp(prefix="tenantplane-test-")
    os.environ[STATE_VARIABLE] = str(Path(directory).absolute())
    if not kept:
        os.environ[_SHARED_VARIABLE] = directory


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop whatever the session's tests have started and left, once all workers are done."""
    if hasattr(config, "workerinput") or _SHARED_VARIABLE not in os.environ:
        return
    directory = Path(os.environ.pop(_SHARED_VARIABLE))
    for name in controlplane.clusters(directory):
        controlplane.stop(name, state_dir=directory)
    stop_aws(directory)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def state_dir() -> Path:
    """The session's state directory, which TENANTPLANE_STATE names as well."""
    return Path(os.environ[STATE_VARIABLE])


@pytest.fixture(scope="session")
def cluster(state_dir: Path) -> ControlPlane:
    """A running control plane with the nodes and add-ons of the topology `local`; keep to namespaces of your own."""
    wanted = local_clusters("local")[CLUSTER]
    return controlplane.start(CLUSTER, wanted.pools, addons=wanted.addons, state_dir=state_dir)


@dataclass(frozen=True)
class Kubectl:
    """Runs kubectl as the administrator of one cluster, or as somebody else by impersonation or another kubeconfig."""

    kubeconfig: Path
    flags: tuple[str, ...] = field(default=())

    def __call__(self, *arguments: str, manifest: str | None = None, check: bool = True) -> str:
        """Standard output and, when the command may fail (check=False), standard error after it.

        Raises AssertionError with kubectl's words when it fails and check is set.
        """
        done = subprocess.run(
            [str(tool("kubectl")), f"--kubeconfig={self.kubeconfig}", *self.flags, *arguments],
            input=manifest,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "KUBECACHEDIR": str(self.kubeconfig.parent / "kubectl-cache")},
        )
        assert not check or done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout if check else done.stdout + done.stderr

    def acting_as(self, user: str, *groups: str) -> "Kubectl":
        """The same cluster as another user, by impersonation."""
        return Kubectl(self.kubeconfig, (f"--as={user}", *(f"--as-group={group}" for group in groups)))

    def refusal(self, *arguments: str, manifest: str | None = None) -> str:
        """The API server's words for refusing a command; AssertionError when it is not refused."""
        said = self(*arguments, manifest=manifest, check=False)
        assert "Error" in said or "error" in said, f"kubectl {' '.join(arguments)} was not refused: {said}"
        return said


@pytest.fixture(scope="session")
def kubectl(cluster: ControlPlane) -> Kubectl:
    """kubectl as the administrator of the session's cluster."""
    return Kubectl(cluster.kubeconfig)


@pytest.fixture
def namespace(kubectl: Kubectl, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace for one test, deleted afterwards without waiting for it to be gone."""
    name = f"test-{abs(hash(request.node.nodeid)) % 10**10}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


Starter = Callable[..., ControlPlane]


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Starter]:
    """Starts clusters that belong to one test, which may break them: `own_cluster("a", pools)`."""
    yield lambda name, pools=(), addons=(): controlplane.start(name, pools, addons=addons, state_dir=tmp_path)
    for name in controlplane.clusters(tmp_path):
        controlplane.stop(name, state_dir=tmp_path)
