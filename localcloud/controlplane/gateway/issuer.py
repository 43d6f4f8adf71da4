"""An issuer of tokens for one local cluster, whose keys never leave its directory (B3, I5).

It exists for a gateway on loopback that reads its public keys from a file. No other gateway has ever heard of it.
"""

import base64
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from localcloud.errors import LocalcloudError
from localcloud.files import explain_full_disk, write_whole

LIFETIME_S = 3600
KEY_ID = "local"
_ALGORITHM = "RS256"


@dataclass(frozen=True)
class Issuer:
    """keys: file with the public keys, a JWKS."""

    keys: Path
    private_key: rsa.RSAPrivateKey = field(repr=False, compare=False)

    def token(self, claims: dict[str, Any], lifetime_s: int = LIFETIME_S) -> str:
        """A signed token with these claims, valid from now on for `lifetime_s` seconds."""
        now = int(time.time())
        head = {"alg": _ALGORITHM, "typ": "JWT", "kid": KEY_ID}
        signed = f"{encoded(head)}.{encoded({'iat': now, 'exp': now + lifetime_s, **claims})}"
        signature = self.private_key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"


def local_issuer(folder: Path) -> Issuer:
    """The issuer of a local cluster; its key is made when it is not there. folder: readable by its owner alone."""
    private, public = folder / "issuer.key", folder / "issuer-keys.json"
    with explain_full_disk(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not private.is_file():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        write_whole(private, made.private_bytes(*form))
    key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise LocalcloudError(f"{private} is no RSA key; delete it")
    write_whole(public, json.dumps({"keys": [_public(key)]}))
    return Issuer(public, key)


def encoded(part: dict[str, Any]) -> str:
    """A part of a token."""
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _public(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    return {
        "kty": "RSA",
        "kid": KEY_ID,
        "use": "sig",
        "alg": _ALGORITHM,
        "n": _base64(numbers.n.to_bytes(size, "big")),
        "e": _base64(numbers.e.to_bytes(3, "big")),
    }


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
