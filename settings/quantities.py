"""Kubernetes quantities as exact integers, and back to the text the API server prints.

CPU is held in millicores, memory and storage in bytes, everything else as a plain count. Parsing is exact: a value that
is no whole number of its unit is refused instead of rounded. Formatting gives the canonical form of
`k8s.io/apimachinery` (no fraction, the largest suffix that keeps the number whole), so that what we send is what a
refresh reads back.
"""

import re

MAX_CPU_M = 100_000 * 1000
"""Most CPU one quantity may name: 100,000 cores. More is a slip of the unit."""
MAX_BYTES = 1 << 60
"""Most bytes one quantity may name: 1 Ei."""
MAX_COUNT = 1_000_000_000
"""Largest plain count."""

_BINARY = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BY_EXPONENT = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?:(?P<whole>[0-9]+)(?:\.(?P<part>[0-9]*))?|\.(?P<only>[0-9]+))"
    r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{1,3}))?"
)
_LONGEST = 40

Quantity = str | int | float


class QuantityError(ValueError):
    """A quantity that cannot be used; the message says why in one line."""


def parse_cpu(value: Quantity) -> int:
    """Millicores of a CPU quantity: "500m", 0.5 and "0.5" are all 500.

    Raises QuantityError when it is no quantity, negative, finer than a millicore or above MAX_CPU_M.
    """
    numerator, denominator = _exact(value)
    millis, rest = divmod(numerator * 1000, denominator)
    if rest:
        raise QuantityError(f"{_shown(value)} is finer than a thousandth of a core")
    return _bounded(millis, MAX_CPU_M, value)


def parse_bytes(value: Quantity) -> int:
    """Bytes of a memory or storage quantity: "1Gi" is 1073741824, "1G" is 1000000000.

    Raises QuantityError when it is no quantity, negative, no whole number of bytes or above MAX_BYTES.
    """
    numerator, denominator = _exact(value)
    whole, rest = divmod(numerator, denominator)
    if rest:
        hint = "; m is a thousandth, M or Mi is a million" if isinstance(value, str) and value.endswith("m") else ""
        raise QuantityError(f"{_shown(value)} is not a whole number of bytes{hint}")
    return _bounded(whole, MAX_BYTES, value)


def parse_count(value: Quantity) -> int:
    """A whole number of things, from "10", 10 or "1k". Raises QuantityError as parse_bytes does, above MAX_COUNT."""
    numerator, denominator = _exact(value)
    whole, rest = divmod(numerator, denominator)
    if rest:
        raise QuantityError(f"{_shown(value)} is not a whole number")
    return _bounded(whole, MAX_COUNT, value)


def format_cpu(millicores: int) -> str:
    """Canonical CPU quantity: 500 -> "500m", 2000 -> "2", 1000000 -> "1k"."""
    return _decimal(millicores, -3)


def format_count(count: int) -> str:
    """Canonical count: 10 -> "10", 1000 -> "1k"."""
    return _decimal(count, 0)


def format_bytes(count: int) -> str:
    """Canonical bytes, binary or decimal, whichever is shorter: 2**30 -> "1Gi", 10**10 -> "10G".

    Both spellings are canonical to the API server, which keeps the one it was given.
    """
    decimal = _decimal(count, 0)
    if count < 1024:  # the API server turns small binary quantities into decimal ones
        return decimal
    binary = _binary(count)
    return binary if len(binary) <= len(decimal) else decimal


def _exact(value: Quantity) -> tuple[int, int]:
    """The value as a fraction of integers, not reduced; never rounded."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise QuantityError(f"{_shown(value)} is not a quantity")
    text = value if isinstance(value, str) else repr(value)
    found = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST and text.isascii() else None
    if found is None:
        raise QuantityError(f"{_shown(value)} is not a quantity")
    part = found["only"] or found["part"] or ""
    numerator = int((found["whole"] or "") + part or "0")
    if found["sign"] == "-" and numerator:
        raise QuantityError(f"{_shown(value)} is negative")
    suffix = found["suffix"] or ""
    if suffix in _BINARY:
        return numerator * _BINARY[suffix], 10 ** len(part)
    exponent = int(found["exponent"]) if found["exponent"] else _DECIMAL[suffix]
    exponent -= len(part)
    return (numerator * 10**exponent, 1) if exponent >= 0 else (numerator, 10**-exponent)


def _bounded(number: int, largest: int, value: Quantity) -> int:
    if number > largest:
        raise QuantityError(f"{_shown(value)} is absurdly large")
    return number


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST + 2 else text[:_LONGEST] + "..."


def _decimal(number: int, exponent: int) -> str:
    if number < 0:
        raise QuantityError(f"{number} is negative")
    if number == 0:
        return "0"
    while exponent < 18 and number % 1000 == 0:
        number //= 1000
        exponent += 3
    return f"{number}{_BY_EXPONENT[exponent]}"


def _binary(number: int) -> str:
    suffix = ""
    for larger in _BINARY:
        if number % 1024:
            break
        number //= 1024
        suffix = larger
    return f"{number}{suffix}"
