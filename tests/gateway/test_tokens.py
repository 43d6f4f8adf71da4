"""Whom a real gateway lets in: a tenant's own token on its own host, and nothing that only looks like one (B3)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from localcloud.controlplane.gateway.issuer import KEY_ID, encoded
from tests.gateway.client import Front, first_path, request
from tests.gateway.conftest import TOKEN, claims_of
from tests.gateway.objects import FORGOTTEN, entrance
from tests.gateway.running import Gateway
from tests.unit.components.local_stack import catalogue

pytestmark = pytest.mark.xdist_group("gateway")

OWN, OTHER = "acme-robotics", "pelican-games"
Forge = Callable[[Gateway, TOKEN], str | None]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _timed(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iat": now, "exp": now + 600, **claims_of(OWN, **changed)}


def unsigned(algorithm: str, signature: str = "") -> str:
    return f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{encoded(_timed())}.{signature}"


def by_secret(secret: bytes) -> str:
    """Signed by HMAC: a verifier that takes the algorithm from the token, and the key as it is, believes it."""
    signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': KEY_ID})}.{encoded(_timed())}"
    return f"{signed}.{_text(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def by_own_key(**header: Any) -> str:
    """Signed by a key that nobody knows, as the header says."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "RSA", "n": _text(numbers.n.to_bytes(256, "big")), "e": "AQAB"}
    head = {
        "alg": "RS256",
        "typ": "JWT",
        "kid": KEY_ID,
        **({"jwk": jwk} if header.pop("inside", None) else {}),
        **header,
    }
    signed = f"{encoded(head)}.{encoded(_timed())}"
    return f"{signed}.{_text(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def public_pem(gateway: Gateway) -> bytes:
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return gateway.issuer.private_key.public_key().public_bytes(*form)


def tampered(token: str, **changed: Any) -> str:
    """A right token with other claims under the old signature."""
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==="))
    return f"{head}.{encoded({**claims, **changed})}.{signature}"


NOT_VERIFIED = "Jwt verification fails"
REFUSED: dict[str, tuple[Forge, int, str]] = {
    "no token": (lambda *_: None, 401, "Jwt is missing"),
    "no token but words": (lambda *_: "let-me-in", 401, "Jwt is not in the form of Header.Payload.Signature"),
    "expired": (lambda _, t: t(OWN, lifetime_s=-600), 401, "Jwt is expired"),
    "not valid yet": (lambda _, t: t(OWN, nbf=int(time.time()) + 3600), 401, "Jwt not yet valid"),
    "algorithm none": (lambda *_: unsigned("none"), 401, "Jwt"),
    "algorithm none with a signature": (lambda *_: unsigned("none", "AAAA"), 401, "Jwt header [alg] is not supported"),
    "algorithm None": (lambda *_: unsigned("None", "AAAA"), 401, "Jwt header [alg] is not supported"),
    "public key as a secret": (lambda g, _: by_secret(public_pem(g)), 401, "Jwks doesn't have key to match kid or alg"),
    "set of keys as a secret": (lambda g, _: by_secret(g.issuer.keys.read_bytes()), 401, "Jwks doesn't have key"),
    "key of somebody else": (lambda *_: by_own_key(), 401, NOT_VERIFIED),
    "key inside the token": (lambda *_: by_own_key(inside=True), 401, NOT_VERIFIED),
    "key at an address": (lambda *_: by_own_key(jku="https://keys.example/", kid="x"), 401, "Jwks doesn't have key"),
    "other claims, old signature": (lambda _, t: tampered(t(OTHER), tenant=OWN), 401, NOT_VERIFIED),
    "another issuer": (lambda _, t: t(OWN, iss="https://identity.example"), 401, "Jwt issuer is not configured"),
    "no issuer": (lambda _, t: t(OWN, iss=None), 401, "Jwt"),
    "another audience": (lambda _, t: t(OWN, aud="billing"), 403, "Audiences in Jwt are not allowed"),
    "no audience": (lambda _, t: t(OWN, aud=None), 403, "Audiences in Jwt are not allowed"),
    "another tenant's": (lambda _, t: t(OTHER), 403, "RBAC: access denied"),
    "another tenant's name": (lambda _, t: t(OWN, tenant=OTHER), 403, "RBAC: access denied"),
    "no tenant": (lambda _, t: t(OWN, tenant=None), 403, "RBAC: access denied"),
    "two tenants": (lambda _, t: t(OWN, tenant=[OWN, OTHER]), 403, "RBAC: access denied"),
    "its name in capitals": (lambda _, t: t(OWN, tenant=OWN.upper()), 403, "RBAC: access denied"),
    "the beginning of its name": (lambda _, t: t(OWN, tenant=OWN[:-1]), 403, "RBAC: access denied"),
    "any tenant": (lambda _, t: t(OWN, tenant="*"), 403, "RBAC: access denied"),
    "another tier": (lambda _, t: t(OWN, tier="free"), 403, "RBAC: access denied"),
    "no tier": (lambda _, t: t(OWN, tier=None), 403, "RBAC: access denied"),
}  # fmt: skip


def test_envoy_gateway_takes_every_object_of_the_stack(gateway: Gateway) -> None:
    assert gateway.refusals == ()


@pytest.mark.parametrize("tenant", [OWN, OTHER, "hedgehog-cli"])
def test_a_tenants_own_token_reaches_its_own_service(front: Front, token: TOKEN, tenant: str) -> None:
    own = entrance(tenant)
    assert front.ask(tenant, token(tenant)).echo["service"] == f"{tenant}/{own.paths[0].service}"


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_else_is_let_in(gateway: Gateway, token: TOKEN, case: str) -> None:
    forge, status, words = REFUSED[case]
    before = gateway.asked()
    answer = gateway.front.ask(OWN, forge(gateway, token))
    assert (answer.status, words in answer.body) == (status, True), f"{answer.status}: {answer.body}"
    assert gateway.asked() == before, "a service was asked"


def test_a_token_is_no_use_at_another_tenants_host(gateway: Gateway, token: TOKEN) -> None:
    """Replayed as it is to every other host, and let in at its own in between."""
    own = token(OWN)
    for other in ("bayview-university", "gearbox-labs", "hedgehog-cli", OTHER):
        assert gateway.front.ask(OWN, own).status == 200
        assert gateway.front.ask(other, own).status == 403


def test_a_token_counts_in_its_header_alone(gateway: Gateway, token: TOKEN) -> None:
    """Not where it would be written into logs and histories, or sent by a browser unasked."""
    right = token(OWN)
    path = first_path(OWN)
    assert gateway.front.ask(OWN, None, f"{path}?access_token={right}").status == 401
    assert gateway.front.ask(OWN, None, headers=[("Cookie", f"access_token={right}")]).status == 401
    assert gateway.front.ask(OWN, None, headers=[("Proxy-Authorization", f"Bearer {right}")]).status == 401
    assert gateway.front.ask(OWN, None, headers=[("Authorization", f"Basic {right}")]).status == 401


def test_of_two_tokens_the_wrong_one_is_not_passed_over(gateway: Gateway, token: TOKEN) -> None:
    before = gateway.asked()
    for headers in ([("Authorization", f"Bearer {token(OTHER)}")], [("Authorization", "Bearer a.b.c")]):
        assert gateway.front.ask(OWN, token(OWN), headers=headers).status in (400, 401, 403)
    assert gateway.asked() == before


def test_a_route_without_a_policy_lets_nobody_in(gateway: Gateway, token: TOKEN) -> None:
    host = f"{FORGOTTEN}.{catalogue().topology.domain}"
    for made in (None, token(OWN), token("gearbox-labs", tenant=FORGOTTEN)):
        answer = gateway.front.said(host, request(host, first_path("gearbox-labs"), made))
        assert (answer.status, answer.body) == (403, "RBAC: access denied")


def test_a_suspended_tenant_has_no_entrance(gateway: Gateway, token: TOKEN) -> None:
    host = f"lantern-notes.{catalogue().topology.domain}"
    right = token(OWN, tenant="lantern-notes", tier="free")
    assert gateway.front.said(host, request(host, "/agent-sessions/", right)).status == 404
