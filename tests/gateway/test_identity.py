"""As whom a request arrives: under the names that the gateway has verified, whatever the client says (B3, B4)."""

import pytest

from settings.gateway import TENANT_HEADER, TIER_HEADER
from tests.gateway.client import Front, first_path, request
from tests.gateway.conftest import TOKEN
from tests.gateway.objects import entrance
from tests.gateway.running import Gateway

pytestmark = pytest.mark.xdist_group("gateway")

OWN, OTHER = "acme-robotics", "pelican-games"

FORGED = {
    "nothing sent": [],
    "another tenant": [(TENANT_HEADER, OTHER)],
    "another tier": [(TIER_HEADER, "free")],
    "both": [(TENANT_HEADER, OTHER), (TIER_HEADER, "free")],
    "in capitals": [(TENANT_HEADER.upper(), OTHER), (TIER_HEADER.title(), "free")],
    "twice": [(TENANT_HEADER, OTHER), (TENANT_HEADER, OWN)],
    "a list": [(TENANT_HEADER, f"{OTHER}, {OWN}")],
    "empty": [(TENANT_HEADER, "")],
    "to be dropped on the way": [("Connection", f"close, {TENANT_HEADER}"), (TENANT_HEADER, OTHER)],
}


@pytest.mark.parametrize("case", FORGED)
def test_a_service_gets_the_verified_identity_exactly_once(front: Front, token: TOKEN, case: str) -> None:
    answer = front.ask(OWN, token(OWN), headers=FORGED[case])
    assert answer.upstream_values(TENANT_HEADER) == [OWN]
    assert answer.upstream_values(TIER_HEADER) == [entrance(OWN).tier]


@pytest.mark.parametrize("name", ["x_tenant_id", "X_Tenant_Id", "x-tenant_id"])
def test_a_name_that_a_service_would_read_as_the_header_is_refused(gateway: Gateway, token: TOKEN, name: str) -> None:
    before = gateway.asked()
    assert gateway.front.ask(OWN, token(OWN), headers=[(name, OTHER)]).status == 400
    assert gateway.asked() == before


def test_a_forged_identity_without_a_token_is_no_identity(front: Front) -> None:
    assert front.ask(OWN, None, headers=[(TENANT_HEADER, OWN), (TIER_HEADER, "enterprise")]).status == 401


def test_the_host_that_is_asked_decides_and_not_the_one_that_was_dialled(front: Front, token: TOKEN) -> None:
    """One certificate is for all hosts, so that a connection for one tenant can carry requests for another."""
    other = entrance(OTHER).host
    assert front.ask(OWN, token(OWN), sni=other).upstream_values(TENANT_HEADER) == [OWN]
    assert front.ask(OWN, token(OWN), host=other, path=first_path(OTHER)).status == 403


@pytest.mark.parametrize(
    "text",
    [
        "GET {path} HTTP/1.1\r\nHost: {own}\r\nHost: {other}\r\nAuthorization: Bearer {token}\r\n\r\n",
        "GET {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n",
        "GET {path} HTTP/1.1\r\nHost: {own}\r\n{header} : {other}\r\nAuthorization: Bearer {token}\r\n\r\n",
        "GET {path} HTTP/1.1\r\nHost: {own}\r\nA: b\r\n\t{header}: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked"
        "\r\nAuthorization: Bearer {token}\r\n\r\n0\r\n\r\n",
    ],
    ids=["two hosts", "no host", "space before the colon", "two lengths"],
)
def test_a_request_that_can_be_read_in_two_ways_is_refused(gateway: Gateway, token: TOKEN, text: str) -> None:
    own, other, before = entrance(OWN).host, entrance(OTHER).host, gateway.asked()
    words = {"path": first_path(OWN), "own": own, "other": other, "token": token(OWN), "header": TENANT_HEADER}
    assert gateway.front.said(own, text.format(**words).encode()).status in (400, 404)
    assert gateway.asked() == before


def test_a_whole_address_goes_to_the_host_it_names(front: Front, token: TOKEN) -> None:
    own, other = entrance(OWN).host, entrance(OTHER).host
    said = request(own, f"https://{other}{first_path(OTHER)}", token(OWN))
    assert front.said(own, said).status == 403


@pytest.mark.parametrize("name", ["x-forwarded-host", "x-original-host", "forwarded", "x-envoy-original-path"])
def test_what_a_client_says_of_other_proxies_changes_no_route(front: Front, token: TOKEN, name: str) -> None:
    value = f"host={entrance(OTHER).host}" if name == "forwarded" else entrance(OTHER).host
    answer = front.ask(OWN, token(OWN), headers=[(name, value), ("x-forwarded-for", "10.0.0.1")])
    assert answer.upstream_values(TENANT_HEADER) == [OWN]
    assert answer.echo["service"].startswith(f"{OWN}/")


def test_each_path_leads_to_its_own_service(front: Front, token: TOKEN) -> None:
    for path in entrance(OWN).paths:
        assert front.ask(OWN, token(OWN), f"{path.prefix}/x?y=1").echo["service"] == f"{OWN}/{path.service}"
        assert front.ask(OWN, token(OWN), path.prefix).echo["path"] == path.prefix
        assert front.ask(OWN, token(OWN), f"{path.prefix}x").status == 404


def test_a_path_is_judged_as_it_will_be_read(front: Front, token: TOKEN) -> None:
    first, second = entrance(OWN).paths
    assert front.ask(OWN, token(OWN), f"{first.prefix}/../{second.service}/x").echo["path"] == f"{second.prefix}/x"
    assert front.ask(OWN, token(OWN), f"{first.prefix}/%2e%2e/{second.service}/x").echo["path"] == f"{second.prefix}/x"
    for hidden in ("%2f..%2f", "%5c..%5c", "%2F"):
        assert front.ask(OWN, token(OWN), f"{first.prefix}/{hidden}x").status == 400
    assert front.ask(OWN, token(OWN), "/").status == 404


def test_an_unknown_host_is_nobodys(front: Front, token: TOKEN) -> None:
    host = entrance(OWN).host.replace(OWN, "nobody-here")
    assert front.said(host, request(host, first_path(OWN), token(OWN))).status == 404
    assert front.ask(OWN, token(OWN), host="other.example").status == 404
