"""What a tenant's entrance lets in, and as whom: everything a gateway has to be told about one tenant (B2, B3)."""

from dataclasses import dataclass
from typing import Final

from settings.plan import TenantPlan

TENANT_CLAIM: Final = "tenant"
TIER_CLAIM: Final = "tier"
TENANT_HEADER: Final = "x-tenant-id"
TIER_HEADER: Final = "x-tenant-tier"
IDENTITY_HEADERS: Final = {TENANT_CLAIM: TENANT_HEADER, TIER_CLAIM: TIER_HEADER}
"""Which claim becomes which header. What a client sends under these names is taken away first."""

RETRY_AFTER_S: Final = 60
"""What a refused client is told to wait: limits are per minute, so that it is enough, whenever the minute began."""
RECEIVE_TIMEOUT_S: Final = 30
"""A whole request has arrived by then, or it is given up: slow senders hold no place for long."""
HEADERS_TIMEOUT_S: Final = 10
"""The same for its headers alone."""


@dataclass(frozen=True, kw_only=True)
class Path:
    """Requests under a path, and the Service of the tenant's namespace that answers them. port: of the Service."""

    prefix: str
    service: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """One tenant's entrance.

    host: the only name it is reached under. issuer, keys, audience: whose tokens for whom count, and where the keys are
    that they are verified with. claims: what a token must say of its bearer, literally. headers: claim to header, for
    the services behind. requests_per_minute: of the tenant, all paths together. body_bytes: of one request.
    answer_timeout_s: how long one answer may take, in whole. paths: in order; a longer one comes before its beginning.
    """

    tenant: str
    tier: str
    host: str
    issuer: str
    keys: str
    audience: str
    claims: dict[str, str]
    headers: dict[str, str]
    requests_per_minute: int
    body_bytes: int
    answer_timeout_s: int
    paths: tuple[Path, ...]

    @property
    def requests_per_minute_of_a_path(self) -> int:
        """A path's equal part, rounded down, at least one: for a gateway that counts for each path by itself, so that
        the sum never is above the tenant's limit by more than one request for each path."""
        return max(1, self.requests_per_minute // len(self.paths))


def entrance_of(plan: TenantPlan) -> Entrance | None:
    """The entrance of a tenant; None where its cluster has no gateway, in a namespace beside its home, for a tenant
    that is not active (A7), and for one that has nothing behind it."""
    door = plan.cluster.front_door
    if not plan.cluster.has_gateway or door is None or plan.child is not None or not plan.active or not plan.workloads:
        return None
    domain = plan.host.split(".", 1)[1]
    paths = [Path(prefix=f"/{each.name}", service=each.name, port=80) for each in plan.workloads]
    return Entrance(
        tenant=plan.tenant.id,
        tier=plan.tier.id,
        host=plan.host,
        issuer=door.issuer,
        keys=door.keys,
        audience=door.audience or domain,
        claims={TENANT_CLAIM: plan.tenant.id, TIER_CLAIM: plan.tier.id},
        headers=dict(IDENTITY_HEADERS),
        requests_per_minute=plan.quota.requests_per_minute,
        body_bytes=plan.tier.request_body_bytes,
        answer_timeout_s=plan.tier.answer_timeout_s,
        paths=tuple(sorted(paths, key=lambda each: each.prefix, reverse=True)),
    )
