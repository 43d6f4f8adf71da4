"""A project of two local clusters, `home` and `spare`, of which the second stands by for the first."""

# ruff: noqa: S608  names are quoted by the product

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.onboarding.project import CHECKOUT, ENVIRONMENT, make_project
from fleet.engine import Engine
from fleet.environment import engine_environment
from fleet.run import Fleet
from fleet.stacks import stacks_of
from localcloud import controlplane
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import DatabaseServer, running_database, start_database
from localcloud.controlplane.postgres.sql import connect
from settings import Catalogue, load_catalogue, names, plan_tenants
from settings.database import database_of
from tests.fixtures_cluster import Kubectl
from tests.polling import until

HOME, SPARE = "home", "spare"
MOVED, LEFT = "bench-0000", "bench-0002"
GUARDS = "resourcequotas,limitranges,networkpolicies,rolebindings,serviceaccounts,secrets"
BOUND = "bench-0001"
"""A tenant whose data may be in the region of `home` alone."""


@dataclass
class TwoClusters:
    """The project and its clusters. root: the project's folder. state: where the clusters are."""

    root: Path
    state: Path

    @classmethod
    def make(cls, folder: Path, tenants: int) -> "TwoClusters":
        """Two running clusters with a database server each, and a project that was not applied to them yet."""
        made = cls(make_project(folder / "project", tenants, workloads=0, shards=1), folder)
        file = made.catalogue_file("topology", ENVIRONMENT)
        topology = yaml.safe_load(file.read_text())
        (only,) = topology["clusters"]
        lines = ["environment: bench", "phase: two", "domain: bench.localhost", "clusters:"]
        for name, region, more in ((HOME, "eu-central-1", ""), (SPARE, "eu-west-1", f"    stands_by_for: [{HOME}]\n")):
            text = yaml.safe_dump([{**only, "name": name, "region": region, "databases": "local"}], sort_keys=False)
            lines.append(re.sub(r"^(?=.)", "  ", text, flags=re.MULTILINE) + more)
        file.write_text("\n".join(lines))
        for each in sorted((made.root / "catalog" / "tenants").glob("*.yaml")):
            regions = ["eu-central-1"] if each.stem == BOUND else ["eu-central-1", "eu-west-1"]
            made.edit("tenants", each.stem, residency=regions)
        for name in (HOME, SPARE):
            made.start_cluster(name)
        return made

    def start_cluster(self, name: str) -> None:
        """Start a cluster, or what of it does not run, with its database server."""
        controlplane.start(name, (), addons=(), state_dir=self.state)
        start_database(Layout(name, self.state))

    def catalogue_file(self, kind: str, name: str) -> Path:
        return self.root / "catalog" / kind / f"{name}.yaml"

    def change_tiers(self, note: str) -> None:
        """Change the tiers, so that the platform of each cluster has something to do."""
        file = self.root / "catalog" / "tiers.yaml"
        document = yaml.safe_load(file.read_text())
        document["tiers"][0]["title"] = f"Free {note}"
        file.write_text(yaml.safe_dump(document, sort_keys=False))

    def edit(self, kind: str, name: str, **values: Any) -> None:
        """Write values into a file of the catalogue."""
        file = self.catalogue_file(kind, name)
        file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | values, sort_keys=False))

    @property
    def catalogue(self) -> Catalogue:
        return load_catalogue(self.root / "catalog", ENVIRONMENT)

    def read(self) -> Fleet:
        """The fleet as its files have it now."""
        return Fleet(self.root, self.catalogue)

    @property
    def engine(self) -> Engine:
        return self.read().engine

    def fleet(self, verb: str, *arguments: str, good: bool = True) -> str:
        """A command of fleet; what it printed. AssertionError when it fails, or does not fail where it has to."""
        running = self.start(verb, *arguments)
        said, _ = running.communicate()
        assert (running.returncode == 0) == good, said
        return said

    def start(self, verb: str, *arguments: str) -> "subprocess.Popen[str]":
        """A command of fleet, under way."""
        # What the policies say of the bench's tenants is asked elsewhere, and takes seconds each time.
        flags = ("--no-policies",) if verb in ("preview", "up") else ()
        command = [sys.executable, "-m", "fleet", verb, ENVIRONMENT, *arguments, *flags, "--project", str(self.root)]
        return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def pulumi(self, *arguments: str) -> str:
        """A command of the engine; what it printed. AssertionError when it fails."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.root,
            env=engine_environment(self.root, self.catalogue.topology),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kubectl(self, cluster: str) -> Kubectl:
        return Kubectl(Layout(cluster, self.state).kubeconfig)

    def server(self, cluster: str) -> DatabaseServer:
        found = running_database(Layout(cluster, self.state))
        assert found is not None
        return found

    def stacks(self) -> dict[str, tuple[str, ...]]:
        """Tenants of each stack, by the catalogue."""
        return {stack.name: stack.tenants for stack in stacks_of(self.catalogue, self.root)}

    def rows(self, cluster: str, tenant: str) -> list[str]:
        """The repositories of a tenant's sessions on a cluster's server, sorted."""
        place = self._sessions(tenant)
        where = f" WHERE tenant_id = '{tenant}'" if place.kind == "shared" else ""
        with connect(self.server(cluster), place.database) as session:
            return sorted(row[0] for row in session.execute(f"SELECT repository FROM {place.named}{where}").fetchall())

    def write(self, cluster: str, tenant: str, *repositories: str) -> None:
        """Write sessions, as the administrator of the server."""
        place = self._sessions(tenant)
        columns = "(tenant_id, repository)" if place.kind == "shared" else "(repository)"
        with connect(self.server(cluster), place.database) as session:
            for each in repositories:
                values = (tenant, each) if place.kind == "shared" else (each,)
                marks = ", ".join(["%s"] * len(values))
                session.execute(f"INSERT INTO {place.named} {columns} VALUES ({marks})", values)

    def _sessions(self, tenant: str) -> Any:
        plan = next(each for each in plan_tenants(self.catalogue) if each.tenant.id == tenant)
        return next(place for place in database_of(plan).places if place.table.name == "session")

    def control_plane(self, cluster: str) -> "ControlPlane":
        """The processes of a cluster as they run now."""
        return ControlPlane.of(cluster, self.state)

    def kill(self, cluster: str) -> None:
        """End a cluster's control plane as a fire would; its database server goes on."""
        self.control_plane(cluster).send(signal.SIGKILL)

    @contextmanager
    def under_way(
        self, stack: str, cluster: str, *arguments: str
    ) -> "Iterator[tuple[subprocess.Popen[str], ControlPlane]]":
        """An `up` that is in the middle of a stack, and that stack's cluster, which answers nothing until it is thawed
        or killed: a stack of three tenants is over within a second otherwise, sooner than a test can look.
        """
        events = self.state / "fleet" / ENVIRONMENT / "logs" / f"{stack}.up.events"
        events.unlink(missing_ok=True)
        held = self.control_plane(cluster)
        running = self.start("up", *arguments)
        try:
            until(lambda: events.is_file() and events.stat().st_size, f"{stack} has begun", longest_pause_s=0.1)
            held.send(signal.SIGSTOP)
            until(lambda: b"resourcePreEvent" in events.read_bytes(), f"{stack} has begun with a resource")
            yield running, held
        finally:
            held.send(signal.SIGCONT)


@dataclass(frozen=True)
class ControlPlane:
    """The processes of a cluster but its database server's."""

    pids: list[int]

    @classmethod
    def of(cls, cluster: str, state: Path) -> "ControlPlane":
        """Those that run now."""
        status = controlplane.status(cluster, state_dir=state)
        assert status is not None
        pids = [part.pid for part in status.parts if part.pid and not part.name.startswith("postgres")]
        assert pids
        return cls(pids)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to those that are there."""
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def guards(kubectl: Kubectl, tenant: str) -> dict[tuple[str, str], Any]:
    """What the API server has of a tenant's quota, policies, rights and secrets, by kind and name."""
    listed = json.loads(kubectl("get", GUARDS, "-n", names.namespace(tenant), "-o", "json"))["items"]
    keys = ("spec", "data", "type", "roleRef", "subjects", "automountServiceAccountToken")
    return {
        (each["kind"], each["metadata"]["name"]): (
            {key: each[key] for key in keys if key in each},
            each["metadata"].get("labels"),
        )
        for each in listed
    }
