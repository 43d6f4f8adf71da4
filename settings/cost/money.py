"""Amounts as people read them."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def cents(amounts: Sequence[Fraction]) -> list[int]:
    """Amounts in whole cents that add up to their sum in whole cents: the largest remainders are rounded up."""
    exact = [amount * 100 for amount in amounts]
    made = [floor(amount) for amount in exact]
    missing = floor(sum(exact, Fraction(0)) + Fraction(1, 2)) - sum(made)
    by_remainder = sorted(range(len(exact)), key=lambda index: made[index] - exact[index])
    for index in by_remainder[: max(0, missing)]:
        made[index] += 1
    return made
