"""Starts an Envoy with what Envoy Gateway makes of some objects, and services behind it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from localcloud.controlplane.gateway import Issuer, end_gateway, serve_gateway
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import ensure_pki
from tests.gateway.client import Front
from tests.gateway.objects import Manifest, entrance
from tests.gateway.upstream import Upstream, upstream


@dataclass(frozen=True)
class Gateway:
    """layout: where its files are. front: how it is reached. issuer: whose tokens it takes. services: behind it, by
    `<namespace>/<service>`."""

    layout: Layout
    front: Front
    issuer: Issuer
    services: dict[str, Upstream]
    refusals: tuple[str, ...]

    def asked(self) -> int:
        """How many requests came through to any service."""
        return sum(len(each.asked) for each in self.services.values())


def services_of(tenants: Iterable[str]) -> dict[str, str]:
    """All services behind the entrances of tenants, by `<namespace>/<service>`, each called `<tenant>/<service>`."""
    return {
        f"tenant-{tenant}/{path.service}": f"{tenant}/{path.service}"
        for tenant in tenants
        for path in entrance(tenant).paths
    }


@contextmanager
def running_gateway(name: str, folder: Path, among: list[Manifest], services: Mapping[str, str]) -> Iterator[Gateway]:
    """A gateway until the end of the context. services: what each says that it is, by `<namespace>/<service>`."""
    layout = Layout(name, folder)
    layout.directory.mkdir(parents=True, mode=0o700)
    ensure_pki(layout)
    with ExitStack() as running:
        behind = {where: running.enter_context(upstream(called)) for where, called in services.items()}
        running.callback(end_gateway, layout)
        made = serve_gateway(layout, among, {where: each.port for where, each in behind.items()})
        yield Gateway(layout, Front(made.port, made.authority), made.issuer, behind, made.refusals)
