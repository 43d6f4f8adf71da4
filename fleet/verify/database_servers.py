"""Which database servers a run asks, and as whom: the cluster's, and those that tenants have to themselves (F1, F2)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from fleet.data.servers import NotReachedError, by_server, server_of, why_not
from fleet.verify.api import Api
from fleet.verify.databases import CATALOGUE, QUESTIONS, WIDE, Server, ask_tenant, judged
from fleet.verify.finding import UNKNOWN, Finding, State
from fleet.verify.place import Place, Site
from localcloud.controlplane.postgres import DatabaseServer
from settings import TenantPlan


def ask_databases(
    site: Site, places: Iterable[Place], api: Api, pool: Executor, only: Collection[str] = ()
) -> Iterator[Finding]:
    """What all tenants with a database find, and each server's own catalogue."""
    every = {**QUESTIONS, **WIDE}
    asked = {name for name, (control, _) in every.items() if not only or name in only or control in only}
    if not asked or not site.cluster.has_reachable_databases:
        return
    homes = [place for place in places if place.plan.child is None]
    for owner, on_it in by_server(site.cluster, site.plans).items():
        residents = {plan.tenant.id: plan for plan in on_it}
        here = tuple(place for place in homes if place.tenant in residents)
        own = None if owner == site.cluster.name else on_it[0]
        if own is None or here:
            yield from _Asked(site, own, residents, here).findings(api, pool, asked)


@dataclass(frozen=True)
class _Asked:
    """One server. own: the tenant that has it to itself. residents: who is on it, by id. homes: of those who ask."""

    site: Site
    own: TenantPlan | None
    residents: Mapping[str, TenantPlan]
    homes: tuple[Place, ...]

    def findings(self, api: Api, pool: Executor, asked: Collection[str]) -> Iterator[Finding]:
        server, why = self._reached()
        there = Server(server, api) if server is not None else None
        for name in sorted(WIDE.keys() & asked):
            yield self._wide(name, there, why)
        if there is not None and QUESTIONS.keys() & asked:
            for found in pool.map(lambda home: list(ask_tenant(there, home, self._beside(home), asked)), self.homes):
                yield from found

    def _reached(self) -> tuple[DatabaseServer | None, str]:
        try:
            found = server_of(self.site.catalogue, self.site.cluster, self.own)
        except NotReachedError as error:
            return None, str(error)
        return found, "" if found else why_not(self.site.cluster)

    def _wide(self, name: str, there: Server | None, why: str) -> Finding:
        control, title = WIDE[name]
        state: State = UNKNOWN
        if there is not None:
            state, why = judged(lambda: CATALOGUE[name](there))
        tenant = self.own.tenant.id if self.own is not None else ""
        cluster = self.site.cluster.name
        return Finding(control=control, probe=name, title=title, cluster=cluster, tenant=tenant, state=state, why=why)

    def _beside(self, place: Place) -> TenantPlan | None:
        """Another tenant on the same server: the next one where the run names one of another server."""
        others = (plan for tenant, plan in sorted(self.residents.items()) if tenant != place.tenant)
        return self.residents.get(place.stranger_id) or next(others, None)
