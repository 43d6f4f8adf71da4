"""Looks for secrets in what was written or said, in each way in which one is written down (I5)."""

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

READ = 6_000_000
"""Bytes of either end of a file that are searched."""
LEAST = 12
"""Characters of a secret that is looked for: a shorter one would be found anywhere."""


def forms(secret: str) -> dict[str, bytes]:
    """How a secret may be written down. Of a longer text it is a part, so that base64 has it at three offsets, without
    the characters at either end that depend on what is beside it."""
    raw = secret.encode()
    made = {
        "as it is": raw,
        "in JSON": json.dumps(secret)[1:-1].encode(),
        "in JSON in JSON": json.dumps(json.dumps(secret)[1:-1])[1:-1].encode(),
        "in an address": quote(secret, safe="").encode(),
        "in an address, slashes kept": quote(secret).encode(),
        "in a form": quote_plus(secret).encode(),
        "in hexadecimal": raw.hex().encode(),
    }
    for offset in range(3):
        for name, code in (("base64", base64.b64encode), ("base64 for addresses", base64.urlsafe_b64encode)):
            inner = code(b"x" * offset + raw).rstrip(b"=")
            made[f"in {name} at {offset}"] = inner[2 * offset : -2] if offset else inner[:-2]
    return made


def needles(secrets: Mapping[str, str]) -> dict[bytes, str]:
    """What to look for, and what each would be."""
    made: dict[bytes, str] = {}
    for name, secret in secrets.items():
        assert len(secret) >= LEAST, f"{name} is too short to be looked for"
        for form, needle in forms(secret).items():
            made.setdefault(needle, f"{name}, {form}")
    return made


def leaked(content: bytes, sought: Mapping[bytes, str]) -> list[str]:
    """Which secrets are in it."""
    return [what for needle, what in sought.items() if needle in content]


def leaked_in_files(files: Iterable[Path], sought: Mapping[bytes, str]) -> dict[str, list[str]]:
    """Which secrets are in which file; those without any are left out."""
    found = {str(file): leaked(_ends(file), sought) for file in files if file.is_file()}
    return {file: what for file, what in found.items() if what}


def _ends(file: Path) -> bytes:
    """What is in it; of a very long log the beginning, when the stack was made, and the end, which a test has seen
    written."""
    with file.open("rb") as content:
        begins = content.read(READ)
        content.seek(max(READ, file.stat().st_size - READ))
        return begins + content.read()
