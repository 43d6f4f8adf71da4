"""One run over the clusters of an environment: what it will do, and doing it (I4)."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fleet.clusters import api_client
from fleet.errors import FleetError
from fleet.stacks import Stack
from fleet.verify.api import Api, Rate, UnansweredError
from fleet.verify.audited import ask_audit, log_of, size_of
from fleet.verify.database_servers import ask_databases
from fleet.verify.finding import UNKNOWN, Finding
from fleet.verify.flipping import ask_flips
from fleet.verify.live import Live, read_live
from fleet.verify.looking import look
from fleet.verify.network import judge_network
from fleet.verify.own_namespace import ask_own, asks_own, own_namespace, remove_leftovers, run_name
from fleet.verify.place import Place, Site, places
from fleet.verify.result import Result, now
from fleet.verify.wanted import Wanted
from settings import Catalogue, Cluster, plan_tenants

WRITES_IN_EARNEST: Final = 7
"""Requests in the run's own namespace: the namespace, three pods, an account, its token, and the end of it all."""

REACHED: Final = "TP-I1-01"
"""Control under which a cluster is told that does not answer: without its API server nothing is refused or admitted."""

Tell = Callable[[str], None]


@dataclass
class Run:
    """A run over clusters, each once."""

    catalogue: Catalogue
    stacks: tuple[Stack, ...]
    root: Path
    wanted: Wanted
    tell: Tell = lambda _: None
    name: str = field(default_factory=run_name)

    def sites(self) -> Iterator[Site]:
        """The clusters that hold tenants which are asked about. Raises FleetError for a tenant that is on none."""
        found = False
        for cluster in self.catalogue.topology.clusters:
            plans = plan_tenants(self.catalogue, cluster.name)
            if plans and (self.wanted.tenant is None or any(each.tenant.id == self.wanted.tenant for each in plans)):
                found = True
                yield Site(cluster=cluster, catalogue=self.catalogue, plans=plans, run=self.name, own=self.name)
        if not found and self.wanted.tenant is not None:
            raise FleetError(f"tenant {self.wanted.tenant!r} is on no cluster of {self.catalogue.environment!r}")

    def connected(self, cluster: Cluster) -> Api:
        """A way to the API server of a cluster."""
        by_cluster = {stack.config.cluster: stack for stack in self.stacks}
        stack = by_cluster.get(cluster.name) or by_cluster[None]
        return Api(api_client(cluster, stack, self.root), Rate(self.wanted.rate), self.wanted.jobs)

    def done(self) -> Result:
        """Asks everything. A cluster that does not answer at all is told as one that could not be judged. Raises
        FleetError for a tenant that is on none."""
        began = time.monotonic()
        findings: list[Finding] = []
        notes: list[str] = []
        requests = 0
        asked: set[str] = set()
        for site in self.sites():
            try:
                api = self.connected(site.cluster)
            except FleetError as error:
                findings.append(_unanswered(site, error))
                continue
            here = Asking(site, api, self.wanted, self.tell)
            try:
                findings += here.findings()
                asked |= {each.tenant for each in here.places}
            except UnansweredError as error:
                findings.append(_unanswered(site, error))
            finally:
                notes += here.notes
                requests += api.count
                api.close()
        return Result(
            environment=self.catalogue.environment,
            at=now(),
            seconds=time.monotonic() - began,
            requests=requests,
            asked=tuple(sorted(asked)),
            only=tuple(sorted(self.wanted.only)),
            findings=tuple(findings),
            notes=tuple(notes),
        )


def _unanswered(site: Site, error: FleetError) -> Finding:
    name = site.cluster.name
    return Finding(
        control=REACHED, probe="cluster", title="the API server answers", cluster=name, state=UNKNOWN, why=str(error)
    )


class Asking:
    """Everything that is asked of one cluster. places: whose, once it was read. notes: what was not asked, and why."""

    def __init__(self, site: Site, api: Api, wanted: Wanted, tell: Tell) -> None:
        self.site = site
        self._api, self._wanted, self._tell = api, wanted, tell
        self.notes: list[str] = []
        self.places: tuple[Place, ...] = ()

    def findings(self) -> list[Finding]:
        """All of them. What has been begun in the cluster is ended whatever happens."""
        site, api, only = self.site, self._api, self._wanted.only
        for name in remove_leftovers(api):
            self.notes.append(f"{site.cluster.name}: removed {name}, which an earlier run left")
        begin = size_of(log_of(site))
        with _pool(self._wanted.jobs) as pool:
            self._tell(f"{site.cluster.name}: reading what is there")
            live = read_live(api, pool, site.cluster.system_namespace)
            self.places = places(site, live, self._wanted.tenant)
            self._say_what_is_not_asked()
            self._tell(f"{site.cluster.name}: {len(self.places)} namespaces of tenants")
            with own_namespace(api, site) if self._needs_its_own() else nullcontext():
                return [*self._asked(live, pool, only), *self._audited(begin)]

    def _asked(self, live: Live, pool: ThreadPoolExecutor, only: Collection[str]) -> Iterator[Finding]:
        yield from look(self.site, self.places, live, only)
        yield from judge_network(self.site, self.places, live, only)
        yield from ask_own(self.site, self._api, only)
        yield from ask_flips(self.places, self._api, pool, only)
        yield from ask_databases(self.site, self.places, self._api, pool, only)

    def _needs_its_own(self) -> bool:
        return asks_own(self._wanted.only) or any(each.stranger == self.site.own for each in self.places)

    def _audited(self, begin: int) -> Iterable[Finding]:
        who, _ = self.places[0].identity("admin") if self.places else (None, ())
        return list(ask_audit(self.site, begin, who, self._wanted.only)) if who else []

    def _say_what_is_not_asked(self) -> None:
        cluster = self.site.cluster
        if log_of(self.site) is None:
            self.notes.append(f"{cluster.name}: the audit log is not where this command can read it, and was not asked")
        if cluster.has_databases and not cluster.has_reachable_databases:
            self.notes.append(f"{cluster.name}: its databases cannot be reached from here, and were not asked")


@contextmanager
def _pool(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Threads of a run; when it is broken off, what they have not begun is not begun."""
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="verify")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
