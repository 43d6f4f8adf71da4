"""Names that the provider makes up: the resource's, with an ending that lets a successor live beside it."""

import hashlib
import secrets
from typing import Any, Final

_DIGITS: Final = 7
"""As the official provider's."""


def generated(name: str, longest: int, seed: bytes, options: Any) -> str:
    """A name of at most `longest` characters. seed: the engine's, so that two tries of one step agree.

    options: the engine's proposal, which the stack's configuration may have made.
    """
    if options is not None and options.proposed_name:
        return str(options.proposed_name)
    ending = hashlib.sha256(seed or secrets.token_bytes(32)).hexdigest()[:_DIGITS]
    return f"{name[: longest - _DIGITS - 1]}-{ending}".lower()
