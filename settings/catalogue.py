"""A valid catalogue of one environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from settings.burst import EndedBurst
from settings.prices import Prices
from settings.runtime import Region, Runtime
from settings.tenant import Tenant
from settings.tier import Tier
from settings.topology import Topology


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A valid catalogue of one environment.

    tenants: those that exist in the environment, sorted by id. prices: None where the catalogue has no price table.
    ended: bursts that were over on the day of the catalogue, and that no tenant of it has.
    """

    environment: str
    tiers: Mapping[str, Tier]
    runtimes: Mapping[str, Runtime]
    regions: Mapping[str, Region]
    topology: Topology
    tenants: tuple[Tenant, ...]
    prices: Prices | None = None
    ended: tuple[EndedBurst, ...] = ()

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant of an id. Raises KeyError."""
        for tenant in self.tenants:
            if tenant.id == tenant_id:
                return tenant
        raise KeyError(tenant_id)
