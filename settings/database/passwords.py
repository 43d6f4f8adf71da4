"""Passwords as PostgreSQL keeps them, so that no statement and no server log ever holds one in clear (I5)."""

import base64
import hashlib
import hmac

_ITERATIONS = 4096
"""PostgreSQL's own number. Ours have 190 random bits and more, so that guessing them is hopeless at any number."""


def scram_verifier(role: str, password: str) -> str:
    """The SCRAM-SHA-256 verifier of a role's password (RFC 5803), which ALTER ROLE stores as it is.

    The salt is made from role and password: the same password gives the same verifier, and a second run changes
    nothing. password: ASCII, so that SASLprep leaves it alone; ValueError otherwise.
    """
    if not password.isascii() or not password.isprintable():
        raise ValueError("a generated password is printable ASCII")
    secret = password.encode()
    salt = hashlib.sha256(f"tenantplane:{role}:".encode() + secret).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", secret, salt, _ITERATIONS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored, server = hashlib.sha256(client).digest(), hmac.digest(salted, b"Server Key", "sha256")
    text = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{text[0]}${text[1]}:{text[2]}"
