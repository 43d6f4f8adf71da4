"""Who reaches whom by the policies that the API server holds, all tenants against all (E1, E2, E4).

Nobody sends a packet: the live objects are judged by the reference evaluator of fleet.reachability. Each tenant is
asked about twice: as its policies are, and with every tenant allowing everything, which is the most it could write.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from components.network.tenant_network import DATABASE_PORT
from fleet.reachability import Calico, Endpoint, outside
from fleet.verify.finding import FAILED, HELD, UNKNOWN, WORDS, Finding, State
from fleet.verify.live import Live, labels
from fleet.verify.named_ports import by_number
from fleet.verify.place import Place, Site
from settings import TenantPlan, names
from settings.ports import SERVICE_PORT

API_PORT: Final = 443
METADATA: Final = {
    "metadata": "169.254.169.254",
    "metadata-v6": "fd00:ec2::254",
    "credentials": "169.254.170.2",
    "link-local-v6": "fe80::1",
}
INTERNET: Final = {"internet": "203.0.113.7", "internet-v6": "2001:db8::7"}
"""Addresses for documentation: no file grants them."""
DNS_PORT: Final = 53
SHOWN: Final = 3


@dataclass(frozen=True)
class Ends:
    """What there is of one tenant: a pod of its services, one that passes for the next tenant's, a sandbox, and where
    its database is. sandbox: None where it has none."""

    plan: TenantPlan
    service: Endpoint
    impostor: Endpoint
    sandbox: Endpoint | None
    database: Endpoint

    @property
    def pods(self) -> tuple[Endpoint, ...]:
        """All that run code of the tenant's."""
        return (self.service, self.impostor, *((self.sandbox,) if self.sandbox else ()))


@dataclass
class Network:
    """A cluster's network. delivered: as its objects are; opened: with every tenant allowing everything."""

    site: Site
    live: Live
    ends: Mapping[str, Ends]
    delivered: Calico
    opened: Calico
    dns: Endpoint
    api: Endpoint
    _known: dict[tuple[int, str, str, int], bool] = field(default_factory=dict)

    def passes(self, world: Calico, source: Endpoint, target: Endpoint, port: int) -> bool:
        """Whether a TCP connection passes; asked once."""
        key = (id(world), source.name, target.name, port)
        if key not in self._known:
            self._known[key] = world.reaches(source, target, "TCP", port)
        return self._known[key]


def network_of(site: Site, live: Live) -> Network:
    """The network of a cluster. Raises NotImplementedError or ValueError for policies that cannot be judged here."""
    held = {each["metadata"]["name"]: labels(each) for each in live.of["Namespace"]}
    addresses = (f"10.128.{each // 250}.{each % 250 + 1}" for each in itertools.count())

    def pod(name: str, namespace: str, of: Mapping[str, str]) -> Endpoint:
        here = held.get(namespace, {"kubernetes.io/metadata.name": namespace})
        return Endpoint(name, namespace, here, of, next(addresses))

    ends: dict[str, Ends] = {}
    for index, plan in enumerate(site.plans):
        tenant, neighbour = plan.tenant.id, site.plans[(index + 1) % len(site.plans)]
        ends[tenant] = Ends(
            plan=plan,
            service=pod(tenant, plan.namespace, {**plan.labels, "app": "any"}),
            impostor=pod(f"{tenant}, labelled as {neighbour.tenant.id}", plan.namespace, neighbour.labels),
            sandbox=pod(f"sandbox of {tenant}", plan.namespace, plan.sandboxes.labels) if plan.sandboxes else None,
            database=pod(f"database of {tenant}", site.cluster.database_namespace, {names.TENANT_LABEL: tenant}),
        )
    policies = [by_number(each) for each in live.of["NetworkPolicy"]]
    mine = {each.namespace for plan in site.plans for each in (plan, *plan.children)}
    spec: Any = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [{}], "egress": [{}]}
    everything = [{"metadata": {"name": "opened", "namespace": each}, "spec": spec} for each in sorted(mine)]
    tiers = [each for each in live.of["Tier"] if each["metadata"]["name"] != "default"]
    rails = live.of["GlobalNetworkPolicy"]
    return Network(
        site=site,
        live=live,
        ends=ends,
        delivered=Calico(tiers, rails, policies),
        opened=Calico(tiers, rails, [*policies, *everything]),
        dns=pod("DNS", "kube-system", {"k8s-app": "kube-dns"}),
        api=outside("the API server", "192.0.2.10", ("default/kubernetes", "TCP", API_PORT)),
    )


Wrong = Callable[[Network, Ends], Iterator[str]]


def _through(
    network: Network, world: Calico, sources: Iterable[Endpoint], target: Endpoint, port: int
) -> Iterator[str]:
    for source in sources:
        if network.passes(world, source, target, port):
            yield f"{source.name} reaches {target.name} on {port}"


def _own(network: Network, mine: Ends) -> Iterator[str]:
    """The twin of all others: what has to pass does, so that the rest is not closed by chance."""
    open_ = mine.plan.active
    for world, target, port in (
        (network.delivered, mine.service, SERVICE_PORT),
        (network.delivered, network.dns, DNS_PORT),
        (network.delivered, mine.database, DATABASE_PORT),
        (network.opened, mine.service, API_PORT),
    ):
        if network.passes(world, mine.service, target, port) is not open_:
            yield f"{target.name} on {port} is {'closed to its own pods' if open_ else 'open though it is not active'}"


def _strangers(world: str) -> Wrong:
    def wrong(network: Network, mine: Ends) -> Iterator[str]:
        judged: Calico = getattr(network, world)
        for other in network.ends.values():
            if other is mine:
                continue
            for port in (SERVICE_PORT, API_PORT):
                yield from _through(network, judged, (mine.service,), other.service, port)
                yield from _through(network, judged, (other.service,), mine.service, port)
        # Of what passes for somebody else, and of sandboxes, one neighbour is as good as all.
        neighbour = _next(network, mine)
        if neighbour is not None:
            for target in neighbour.pods:
                yield from _through(network, judged, mine.pods, target, SERVICE_PORT)

    return wrong


def _next(network: Network, mine: Ends) -> Ends | None:
    every = list(network.ends.values())
    other = every[(every.index(mine) + 1) % len(every)]
    return None if other is mine else other


def _metadata(network: Network, mine: Ends) -> Iterator[str]:
    for name, address in METADATA.items():
        for port in (80, API_PORT):
            yield from _through(network, network.opened, mine.pods, outside(name, address), port)


def _api_server(network: Network, mine: Ends) -> Iterator[str]:
    sources = (mine.sandbox,) if mine.sandbox else ()
    yield from _through(network, network.opened, sources, network.api, API_PORT)


def _outside(network: Network, mine: Ends) -> Iterator[str]:
    for name, address in INTERNET.items():
        yield from _through(network, network.opened, mine.pods, outside(name, address), API_PORT)


def _databases(network: Network, mine: Ends) -> Iterator[str]:
    for other in network.ends.values():
        if other is not mine:
            yield from _through(network, network.opened, (mine.service,), other.database, DATABASE_PORT)
    sources = (mine.sandbox,) if mine.sandbox else ()
    yield from _through(network, network.opened, sources, mine.database, DATABASE_PORT)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A probe of the network. rails: whether it is about what no tenant can open, which needs guard-rails."""

    id: str
    control: str
    title: str
    wrong: Wrong
    rails: bool = True


QUESTIONS: Final = (
    Question(id="reach-own", control="TP-E1-02", title="its own pods, DNS and database", wrong=_own, rails=False),
    Question(id="reach-strangers", control="TP-E1-02", title="other tenants' pods, as its policies are",
             wrong=_strangers("delivered"), rails=False),
    Question(id="reach-strangers-opened", control="TP-E2-02", title="other tenants' pods, whatever anybody allows",
             wrong=_strangers("opened")),
    Question(id="reach-metadata", control="TP-E2-03", title="the cloud's metadata service", wrong=_metadata),
    Question(id="reach-api-server", control="TP-C5-02", title="the API server from sandboxes", wrong=_api_server),
    Question(id="reach-outside", control="TP-E1-05", title="addresses that its file does not grant", wrong=_outside),
    Question(id="reach-databases", control="TP-E2-01", title="other tenants' databases", wrong=_databases),
)  # fmt: skip


def judge_network(site: Site, places: Iterable[Place], live: Live, only: Collection[str] = ()) -> Iterator[Finding]:
    """What the network of each tenant's home opens."""
    asked = [
        each
        for each in QUESTIONS
        if (not only or each.id in only or each.control in only) and (site.cluster.has_guard_rails or not each.rails)
    ]
    homes = [place for place in places if place.plan.child is None]
    if not asked or not homes:
        return
    try:
        network: Network | str = network_of(site, live)
    except (NotImplementedError, ValueError, KeyError) as error:
        network = f"the policies cannot be judged: {type(error).__name__} {error}"
    for place in homes:
        for each in asked:
            state, why = _judged(network, each, place.tenant)
            yield Finding(
                control=each.control, probe=each.id, title=each.title, cluster=site.cluster.name, tenant=place.tenant,
                namespace=place.namespace, state=state, why=why,
            )  # fmt: skip


def _judged(network: Network | str, question: Question, tenant: str) -> tuple[State, str]:
    """network: or why it cannot be judged."""
    if isinstance(network, str):
        return UNKNOWN, network
    try:
        found = list(question.wrong(network, network.ends[tenant]))
    except (NotImplementedError, ValueError, KeyError) as error:
        return UNKNOWN, f"the policies cannot be judged: {type(error).__name__} {error}"
    if not found:
        return HELD, ""
    rest = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return FAILED, ("; ".join(found[:SHOWN]) + rest)[:WORDS]
