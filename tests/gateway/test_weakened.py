"""The tests of this folder notice a control that is gone: on a gateway without it, what they see refused comes through.

One gateway has all controls taken away at once that do not hide each other.
"""

import ssl
from collections.abc import Iterator

import pytest

from localcloud.controlplane.gateway import Issuer
from settings.gateway import TENANT_HEADER
from tests.gateway.client import Front, first_path, request
from tests.gateway.conftest import claims_of
from tests.gateway.objects import FORGOTTEN, Manifest, entrance, forgotten, objects, one
from tests.gateway.running import Gateway, running_gateway, services_of
from tests.unit.components.local_stack import catalogue

pytestmark = pytest.mark.xdist_group("gateway")

OWN, OTHER, LIMITED = "acme-robotics", "pelican-games", "hedgehog-cli"
SERVED = (OWN, OTHER, LIMITED, "gearbox-labs")


def weakened(among: list[Manifest]) -> list[Manifest]:
    """Anybody's token of any audience at one host, no limits at another; and for all of them older TLS, headers as they
    are sent and none of the token's, and routes without a policy open."""
    clients = one(among, "ClientTrafficPolicy", "tenantplane-gateway")["spec"]
    clients["tls"] |= {"minVersion": "1.2"}
    del clients["headers"]["earlyRequestHeaders"]
    clients["headers"]["withUnderscoresAction"] = "Allow"
    anybody = one(among, "SecurityPolicy", f"tenant-{OWN}")["spec"]
    del anybody["authorization"]
    del anybody["jwt"]["providers"][0]["audiences"]
    # Of all: Envoy takes a header away from everybody's requests when any provider writes it.
    for each in (each["spec"] for each in among if each["kind"] == "SecurityPolicy" and "jwt" in each["spec"]):
        del each["jwt"]["providers"][0]["claimToHeaders"]
    limits = one(among, "BackendTrafficPolicy", f"tenant-{LIMITED}")["spec"]
    del limits["rateLimit"], limits["requestBuffer"]
    closed = one(among, "SecurityPolicy", "tenantplane-gateway")
    return [each for each in among if each is not closed]


@pytest.fixture(scope="module")
def weak(gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, Issuer]]:
    """The weakened gateway, and the issuer that it takes tokens of."""
    del gateway  # which skips where there is no Envoy
    services = {where: called.partition("/")[0] for where, called in services_of(SERVED).items()}
    (service,) = (path.service for path in entrance("gearbox-labs").paths[:1])
    services[f"tenant-{FORGOTTEN}/{service}"] = FORGOTTEN
    folder = tmp_path_factory.mktemp("weak")
    with running_gateway("weak", folder, [*weakened(objects()), *forgotten()], services) as made:
        yield made.front, made.issuer


def test_another_tenants_token_of_another_audience_gets_in(weak: tuple[Front, Issuer]) -> None:
    front, issuer = weak
    assert front.ask(OWN, issuer.token(claims_of(OTHER, aud="billing"))).status == 200


def test_a_forged_identity_arrives(weak: tuple[Front, Issuer]) -> None:
    front, issuer = weak
    answer = front.ask(OTHER, issuer.token(claims_of(OTHER)), headers=[(TENANT_HEADER, OWN), ("x_tenant_id", OWN)])
    assert answer.upstream_values(TENANT_HEADER) == [OWN]
    assert answer.upstream_values("x_tenant_id") == [OWN]


def test_a_route_that_somebody_forgot_is_open(weak: tuple[Front, Issuer]) -> None:
    host = f"{FORGOTTEN}.{catalogue().topology.domain}"
    assert weak[0].said(host, request(host, first_path("gearbox-labs"), None)).status == 200


def test_nothing_is_too_much(weak: tuple[Front, Issuer]) -> None:
    front, issuer = weak
    own = entrance(LIMITED)
    answer = front.ask(LIMITED, issuer.token(claims_of(LIMITED)), body=b"x" * (own.body_bytes + 1))
    assert answer.echo["size"] == own.body_bytes + 1
    assert "x-ratelimit-limit" not in answer.headers


def test_older_tls_is_spoken(weak: tuple[Front, Issuer]) -> None:
    host = entrance(OWN).host
    # The policy's upper bound stays 1.3, and this client's is below it.
    with weak[0].connection(host, ssl.TLSVersion.TLSv1_2) as secured:
        assert secured.version() == "TLSv1.2"
