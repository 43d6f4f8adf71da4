"""The gateway behind a load balancer of AWS, which says no server name, and says in a header who asked it (B2, B3)."""

import ssl
from collections.abc import Iterator

import pytest

from components.gateway.envoy import client_policy_spec, gateway_spec
from localcloud.controlplane.gateway import Issuer
from tests.gateway.client import Answer, Front, first_path, read_answer, request
from tests.gateway.conftest import claims_of
from tests.gateway.objects import Manifest, entrance, objects, one
from tests.gateway.running import Gateway, running_gateway, services_of
from tests.unit.components.local_stack import catalogue

pytestmark = pytest.mark.xdist_group("gateway")

OWN, OTHER = "acme-robotics", "pelican-games"
CLIENT, ANOTHER = "203.0.113.7", "198.51.100.1"


def balanced(among: list[Manifest]) -> list[Manifest]:
    """The objects as clusters of EKS have them; and one tenant's host open to one address alone, by which it is seen
    whom the gateway takes for the client."""
    gateway = one(among, "Gateway", "tenantplane-gateway")
    (listener,) = gateway["spec"]["listeners"]
    (certificate,) = listener["tls"]["certificateRefs"]
    gateway["spec"] = gateway_spec(catalogue().topology.domain, certificate["name"], balanced=True)
    one(among, "ClientTrafficPolicy", "tenantplane-gateway")["spec"] = client_policy_spec(balanced=True)
    (rule,) = one(among, "SecurityPolicy", f"tenant-{OWN}")["spec"]["authorization"]["rules"]
    rule["principal"]["clientCIDRs"] = [f"{CLIENT}/32"]
    return among


@pytest.fixture(scope="module")
def behind(gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, Issuer]]:
    """The gateway that is asked by a load balancer, and the issuer that it takes tokens of."""
    del gateway  # which skips where there is no Envoy
    folder = tmp_path_factory.mktemp("balanced")
    with running_gateway("balanced", folder, balanced(objects()), services_of((OWN, OTHER))) as made:
        assert made.refusals == ()
        yield made.front, made.issuer


def asked(behind: tuple[Front, Issuer], tenant: str, addresses: str, host: str = "") -> Answer:
    """A request with a tenant's token. addresses: its X-Forwarded-For, the last of them the load balancer's word."""
    front, issuer = behind
    text = request(
        host or entrance(tenant).host,
        first_path(tenant),
        issuer.token(claims_of(tenant)),
        [("X-Forwarded-For", addresses)],
    )
    with front.nameless() as secured:
        secured.sendall(text)
        return read_answer(secured)


def test_without_a_server_name_a_request_goes_to_the_host_that_it_asks_and_to_no_other(
    behind: tuple[Front, Issuer],
) -> None:
    assert asked(behind, OWN, CLIENT).echo["service"].startswith(f"{OWN}/")
    assert asked(behind, OTHER, CLIENT).echo["service"].startswith(f"{OTHER}/")
    assert asked(behind, OWN, CLIENT, host=entrance(OTHER).host).status in (403, 404)
    assert asked(behind, OWN, CLIENT, host="nobody-here.example").status == 404


def test_elsewhere_such_a_connection_is_refused(gateway: Gateway) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)), gateway.front.nameless():
        pass


def test_the_client_is_whom_the_load_balancer_says_and_nobody_that_the_client_names(
    behind: tuple[Front, Issuer],
) -> None:
    assert asked(behind, OWN, CLIENT).status == 200
    assert asked(behind, OWN, f"{ANOTHER}, {CLIENT}").status == 200
    assert asked(behind, OWN, f"{CLIENT}, {ANOTHER}").status == 403
    assert asked(behind, OWN, f"{CLIENT}, {CLIENT}, {ANOTHER}").status == 403
