"""A real Envoy, told what Envoy Gateway makes of the objects of the stack `local`, with real services behind it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.controlplane.gateway import NoEnvoyError, find_envoy
from tests.gateway.client import Front
from tests.gateway.objects import Manifest, entrance, forgotten, objects, one
from tests.gateway.running import Gateway, running_gateway, services_of

TOKEN = Callable[..., str]

SERVED = ("acme-robotics", "bayview-university", "gearbox-labs", "hedgehog-cli", "pelican-games")
"""Tenants that have services behind their entrance here. hedgehog-cli is of tier free, 1,000 requests a minute."""
FEW = 10
"""Requests a minute of `bayview-university` here, so that a bucket is soon empty and slow to fill."""


def quick(among: list[Manifest]) -> list[Manifest]:
    """The same objects, with times that a test can wait for and one small limit; nothing else is changed."""
    clients = one(among, "ClientTrafficPolicy", "tenantplane-gateway")["spec"]["timeout"]["http"]
    clients["requestReceivedTimeout"] = clients["requestHeadersReceivedTimeout"] = "2s"
    gearbox = one(among, "BackendTrafficPolicy", "tenant-gearbox-labs")["spec"]
    gearbox["timeout"]["http"]["requestTimeout"] = "1s"
    bayview = one(among, "BackendTrafficPolicy", "tenant-bayview-university")["spec"]
    bayview["rateLimit"]["local"]["rules"][0]["limit"]["requests"] = FEW
    return among


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway of the session; skips where there is no Envoy."""
    try:
        find_envoy()
    except NoEnvoyError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway("gateway", folder, [*quick(objects()), *forgotten()], services_of(SERVED)) as made:
        yield made


@pytest.fixture(scope="session")
def front(gateway: Gateway) -> Front:
    return gateway.front


def claims_of(tenant: str, /, **changed: Any) -> dict[str, Any]:
    """What a right token of a tenant says, with claims changed; None takes one out."""
    own = entrance(tenant)
    right = {"iss": own.issuer, "aud": own.audience, "sub": f"somebody@{tenant}.example", **own.claims}
    return {key: value for key, value in {**right, **changed}.items() if value is not None}


@pytest.fixture(scope="session")
def token(gateway: Gateway) -> TOKEN:
    """A token of the issuer: `token("acme-robotics")`, with other claims, or with another life."""

    def issued(tenant: str, /, lifetime_s: int = 600, **changed: Any) -> str:
        return gateway.issuer.token(claims_of(tenant, **changed), lifetime_s)

    return issued
