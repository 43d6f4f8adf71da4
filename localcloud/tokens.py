"""Tokens for tenants of a local cluster, by the issuer that its gateway believes and no other gateway does (B3)."""

from pathlib import Path

from localcloud.controlplane.gateway import running_gateway
from localcloud.controlplane.layout import Layout
from localcloud.errors import LocalcloudError
from localcloud.paths import checkout, state_directory
from settings import CatalogueError, load_catalogue, plan_tenants
from settings.gateway import entrance_of


def tenant_token(tenant: str, environment: str, catalogue: Path | None = None) -> str:
    """A token with which somebody of a tenant gets in at its host, for an hour.

    Raises LocalcloudError for a tenant that is not there or has no entrance, and when its cluster's gateway does not
    run on this machine.
    """
    try:
        plans = plan_tenants(load_catalogue(catalogue or checkout() / "catalog", environment))
    except CatalogueError as error:
        raise LocalcloudError(f"the catalogue is wrong:\n{error}") from error
    plan = next((each for each in plans if each.tenant.id == tenant), None)
    if plan is None:
        raise LocalcloudError(
            f"{environment} has no tenant {tenant!r}; allowed: {', '.join(p.tenant.id for p in plans)}"
        )
    entrance = entrance_of(plan)
    if entrance is None:
        raise LocalcloudError(f"tenant {tenant!r} has no entrance: it is not active, or runs nothing")
    gateway = running_gateway(Layout(plan.cluster.name, state_directory()))
    if gateway is None or plan.cluster.provider != "localcloud":
        raise LocalcloudError(
            f"no gateway of cluster {plan.cluster.name!r} runs on this machine; start it with: make up"
        )
    return gateway.issuer.token(
        {"iss": entrance.issuer, "aud": entrance.audience, "sub": f"somebody@{tenant}", **entrance.claims}
    )
