"""How much and how long: the limits of a tenant on a real gateway, and its TLS (B2, F5)."""

import contextlib
import math
import socket
import ssl
import time

import pytest

from settings.gateway import RETRY_AFTER_S
from tests.gateway.client import Answer, Front, first_path, read_answer, request
from tests.gateway.conftest import FEW, TOKEN
from tests.gateway.objects import entrance
from tests.gateway.running import Gateway
from tests.gateway.upstream import NEVER

pytestmark = pytest.mark.xdist_group("gateway")

OWN = "acme-robotics"
THOUSAND = "hedgehog-cli"
"""Of tier free: the default of 1,000 requests a minute."""


def in_a_row(front: Front, tenant: str, token: str, count: int) -> list[Answer]:
    """Answers to requests over one connection, until one is refused for too many."""
    made: list[Answer] = []
    with front.connection(entrance(tenant).host) as secured:
        said = request(entrance(tenant).host, first_path(tenant), token)
        while len(made) < count and (not made or made[-1].status != 429):
            secured.sendall(said)
            made.append(read_answer(secured))
    return made


def test_the_tenant_over_its_limit_is_refused_and_told_when_to_come_again(gateway: Gateway, token: TOKEN) -> None:
    """1,000 at once, and what has come back meanwhile at 1,000 a minute; then 429. Nobody else notices."""
    assert entrance(THOUSAND).requests_per_minute == 1000
    front, right, began = gateway.front, token(THOUSAND), time.monotonic()
    answers = in_a_row(front, THOUSAND, right, 5000)
    refilled = math.ceil((time.monotonic() - began) * 1000 / 60) + 1
    allowed = sum(answer.status == 200 for answer in answers)
    assert 1000 <= allowed <= 1000 + refilled
    refused = answers[-1]
    assert (refused.status, refused.headers["retry-after"]) == (429, str(RETRY_AFTER_S))
    before = gateway.asked()
    assert front.ask(OWN, token(OWN)).status == 200
    assert gateway.asked() == before + 1


def test_the_request_after_the_last_is_the_first_that_is_refused(front: Front, token: TOKEN) -> None:
    """Exactly, with a bucket that takes 12 s to give one back. A path has its part of the tenant's limit."""
    answers = in_a_row(front, "bayview-university", token("bayview-university"), 5 * FEW)
    assert [each.status for each in answers] == [200] * FEW + [429]
    assert all("retry-after" not in each.headers for each in answers[:-1])


def test_who_is_refused_uses_up_nothing_of_the_tenant(front: Front, token: TOKEN) -> None:
    """Or anybody could close a tenant's entrance without any token."""
    left = [front.ask("pelican-games", token("pelican-games")).headers["x-ratelimit-remaining"]]
    for forged in (None, token(OWN), "a.b.c"):
        assert front.ask("pelican-games", forged).status in (401, 403)
    left.append(front.ask("pelican-games", token("pelican-games")).headers["x-ratelimit-remaining"])
    assert int(left[1]) >= int(left[0]) - 1


def test_a_body_of_the_limit_passes_and_one_byte_more_does_not(front: Front, token: TOKEN) -> None:
    limit = entrance(OWN).body_bytes
    assert front.ask(OWN, token(OWN), body=b"x" * limit).echo["size"] == limit
    assert front.ask(OWN, token(OWN), body=b"x" * (limit + 1)).status == 413


def test_a_body_that_says_no_length_is_counted_as_it_comes(gateway: Gateway, token: TOKEN) -> None:
    before = gateway.asked()
    own, chunk = entrance(OWN), b"x" * 65536
    with gateway.front.connection(own.host) as secured:
        head = request(own.host, first_path(OWN), token(OWN), [("Transfer-Encoding", "chunked")])
        secured.sendall(head.replace(b"GET", b"POST", 1))
        with contextlib.suppress(OSError):  # it has answered already, and listens no longer
            for _ in range(own.body_bytes // len(chunk) + 1):
                secured.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        assert read_answer(secured).status == 413
    assert gateway.asked() == before


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_slow_sender_is_given_up(gateway: Gateway, token: TOKEN, part: str) -> None:
    """After 30 s, and 10 s for the headers; 2 s here."""
    before = gateway.asked()
    own = entrance(OWN)
    said = request(own.host, first_path(OWN), token(OWN), body=b"x" * 100)
    with gateway.front.connection(own.host) as secured:
        secured.sendall(said[:40] if part == "headers" else said[:-1])
        assert read_answer(secured).status == 408
    assert gateway.asked() == before


def test_a_service_that_does_not_answer_is_not_waited_for(front: Front, token: TOKEN) -> None:
    """After 60 s; 1 s here."""
    slow = f"{entrance('gearbox-labs').paths[0].prefix}{NEVER}"
    assert front.ask("gearbox-labs", token("gearbox-labs"), slow).status == 504


def test_tls_before_1_3_is_refused(front: Front) -> None:
    host = entrance(OWN).host
    with front.connection(host) as secured:
        assert secured.version() == "TLSv1.3"
    older = front.connection(host, ssl.TLSVersion.TLSv1_2)
    with pytest.raises(ssl.SSLError, match="alert protocol version"), older:
        pass


def test_nothing_is_said_in_clear(front: Front, token: TOKEN) -> None:
    with socket.create_connection(("127.0.0.1", front.port), timeout=30) as plain:
        plain.sendall(request(entrance(OWN).host, first_path(OWN), token(OWN)))
        with contextlib.suppress(ConnectionResetError):
            assert plain.recv(100) == b""


def test_a_connection_for_a_host_of_nobody_is_not_taken(front: Front) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)), front.connection("tenants.example"):
        pass
