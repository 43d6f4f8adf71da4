"""Rules about the mesh's objects (E3)."""

import re
from collections.abc import Iterator
from typing import Any, Final

from policies.expected import Expected
from policies.objects import TENANT_PREFIX, KubernetesObject
from policies.rule import rule

_PRINCIPAL: Final = re.compile(r"(?P<domain>[a-z0-9.-]+)/ns/(?P<namespace>[a-z0-9-]+)/sa/[a-z0-9.*-]+")
"""Whole names: with a wildcard for the account alone."""


def nobody_without_a_certificate(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """STRICT, for every port (E3, F5)."""
    modes = {"mtls": found.at("spec", "mtls"), **(found.at("spec", "portLevelMtls") or {})}
    for where, held in modes.items():
        mode = held.get("mode") if held else None
        if mode != "STRICT":
            yield f"{where}.mode is {mode!r}"


def let_in_by_name(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Each source of a tenant's policy is a whole name, of its own tenant or of the platform (E3)."""
    if found.tenant is None or found.at("spec", "action") not in (None, "ALLOW"):
        return
    for index, each in enumerate(found.every("spec", "rules")):
        if not each.get("from"):
            yield f"rule {index} lets everybody in"
        for one in each.get("from") or []:
            yield from _wrong(f"rule {index}", found.tenant, one.get("source") or {})


def _wrong(where: str, tenant: str, source: dict[str, Any]) -> Iterator[str]:
    if not source.get("principals"):
        yield f"{where} names no principals"
    for principal in source.get("principals") or []:
        named = _PRINCIPAL.fullmatch(principal)
        if named is None or named["domain"] == "cluster.local":
            yield f"{where} lets in {principal!r}, which is no identity of one namespace of one mesh"
            continue
        home = named["namespace"].partition("--")[0]
        if home.startswith(TENANT_PREFIX) and home != f"{TENANT_PREFIX}{tenant}":
            yield f"{where} lets in {principal!r}, of another tenant"


def nobody_everywhere(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """What is in no tenant's namespace may be in the root namespace of the mesh (E3)."""
    if found.tenant is None and found.at("spec", "action") in (None, "ALLOW") and found.every("spec", "rules"):
        yield "it lets somebody in to every namespace"


MESH = (
    rule("TP-E3-01", ("PeerAuthentication",), nobody_without_a_certificate),
    rule("TP-E3-02", ("AuthorizationPolicy",), let_in_by_name),
    rule("TP-E3-03", ("AuthorizationPolicy",), nobody_everywhere),
)
