"""Quantities are exact, ordered and printed as the API server prints them (A2, A3, A4)."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.quantities import (
    MAX_BYTES,
    MAX_COUNT,
    MAX_CPU_M,
    QuantityError,
    format_bytes,
    format_count,
    format_cpu,
    parse_bytes,
    parse_count,
    parse_cpu,
)

SUFFIXES = {
    "m": Fraction(1, 1000),
    "": Fraction(1),
    "k": Fraction(10**3),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
    "Ki": Fraction(2**10),
    "Mi": Fraction(2**20),
    "Gi": Fraction(2**30),
    "e3": Fraction(10**3),
    "E-2": Fraction(1, 100),
}

# What k8s.io/apimachinery v0.34.1 prints for the same amounts: resource.MustParse(text).String()
CANONICAL_CPU = {1: "1m", 500: "500m", 1000: "1", 1500: "1500m", 16000: "16", 1_000_000: "1k", 1_500_000: "1500"}
CANONICAL_BYTES = {
    0: "0",
    512: "512",
    1024: "1Ki",
    1500: "1500",
    1536: "1536",
    2000: "2k",
    2**20: "1Mi",
    1536 * 2**20: "1536Mi",
    2**30: "1Gi",
    10**10: "10G",
    10**12: "1T",
    2**40: "1Ti",
}


@pytest.mark.parametrize(("millicores", "text"), CANONICAL_CPU.items())
def test_cpu_is_printed_as_the_api_server_does(millicores: int, text: str) -> None:
    assert format_cpu(millicores) == text


@pytest.mark.parametrize(("count", "text"), CANONICAL_BYTES.items())
def test_bytes_are_printed_as_the_api_server_does(count: int, text: str) -> None:
    assert format_bytes(count) == text


@given(st.integers(0, MAX_CPU_M))
def test_cpu_round_trips(millicores: int) -> None:
    assert parse_cpu(format_cpu(millicores)) == millicores


@given(st.integers(0, MAX_BYTES))
def test_bytes_round_trip(count: int) -> None:
    assert parse_bytes(format_bytes(count)) == count


@given(st.integers(0, MAX_COUNT))
def test_counts_round_trip(count: int) -> None:
    assert parse_count(format_count(count)) == count


@given(st.integers(0, 9999), st.integers(0, 999), st.sampled_from(sorted(SUFFIXES)))
def test_a_quantity_is_its_number_times_its_suffix_or_refused(whole: int, part: int, suffix: str) -> None:
    exact = (whole + Fraction(part, 1000)) * SUFFIXES[suffix]
    text = f"{whole}.{part:03}{suffix}"

    if exact.denominator == 1 and exact <= MAX_BYTES:
        assert parse_bytes(text) == exact
    else:
        with pytest.raises(QuantityError):
            parse_bytes(text)


@given(st.integers(0, MAX_CPU_M), st.integers(0, MAX_CPU_M))
def test_order_survives_the_text(one: int, other: int) -> None:
    assert (parse_cpu(format_cpu(one)) < parse_cpu(format_cpu(other))) == (one < other)


@given(st.integers(0, 100_000))
def test_a_number_of_cores_needs_no_quotes(millicores: int) -> None:
    assert parse_cpu(millicores / 1000) == parse_cpu(f"{millicores / 1000:.3f}") == millicores


@given(st.text(max_size=12) | st.floats() | st.none() | st.booleans() | st.integers())
def test_anything_else_is_refused_and_nothing_breaks(value: object) -> None:
    for parse, most in ((parse_cpu, MAX_CPU_M), (parse_bytes, MAX_BYTES), (parse_count, MAX_COUNT)):
        with contextlib.suppress(QuantityError):
            assert 0 <= parse(value) <= most  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-1", "'-1' is negative"),
        ("-0.5", "'-0.5' is negative"),
        ("NaN", "'NaN' is not a quantity"),
        ("inf", "'inf' is not a quantity"),
        ("", "'' is not a quantity"),
        (" 1", "' 1' is not a quantity"),
        ("1 ", "'1 ' is not a quantity"),
        ("1\n", "'1\\n' is not a quantity"),
        ("1,5", "'1,5' is not a quantity"),
        ("0x10", "'0x10' is not a quantity"),
        ("1_000", "'1_000' is not a quantity"),
        ("1K", "'1K' is not a quantity"),
        ("1kB", "'1kB' is not a quantity"),
        ("1GiB", "'1GiB' is not a quantity"),
        ("1e", "'1e' is not a quantity"),
        ("1e999", "'1e999' is absurdly large"),
        ("٣", "'٣' is not a quantity"),
        ("9" * 100, "'" + "9" * 39 + "... is not a quantity"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_reason(text: str, why: str) -> None:
    assert parse_bytes("1") == 1  # the twin

    with pytest.raises(QuantityError) as caught:
        parse_bytes(text)

    assert str(caught.value) == why


@pytest.mark.parametrize(("parse", "text"), [(parse_cpu, "0.0001"), (parse_bytes, "1m"), (parse_count, "0.5")])
def test_nothing_is_rounded(parse: object, text: str) -> None:
    assert callable(parse)
    with pytest.raises(QuantityError):
        parse(text)


def test_a_negative_amount_is_never_printed() -> None:
    with pytest.raises(QuantityError, match="-1 is negative"):
        format_cpu(-1)
