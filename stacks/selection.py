"""Leaves out tenants that a comparison of two revisions has found to be equal (I2).

A process that renders a program for such a comparison names those that matter; no variable, flag or file can: an update
that left out a tenant would delete it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from settings import TenantPlan

_ONLY: Final[ContextVar[frozenset[str] | None]] = ContextVar("only", default=None)


@contextmanager
def only(tenants: Iterable[str] | None) -> Iterator[None]:
    """Within the context only these tenants, by id, are made; every one for None."""
    before = _ONLY.set(None if tenants is None else frozenset(tenants))
    try:
        yield
    finally:
        _ONLY.reset(before)


def selected(plans: Iterable[TenantPlan]) -> Iterator[TenantPlan]:
    """Those of the plans that are to be made, in their order."""
    chosen = _ONLY.get()
    return (plan for plan in plans if chosen is None or plan.tenant.id in chosen)
