"""The rules of a cluster, in objects that its API server takes however many tenants it has (G1-G3, G6).

What is the same for all tenants is one object. What names a tenant is in objects by a hash of the tenant's id, each
with its own small part of them: a change of a tenant changes one object, and no object grows without bound.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from settings.cost.metered import Metered
from settings.monitoring.alerts import alerting_groups
from settings.monitoring.metering import metering_groups, tenant_metering_groups
from settings.monitoring.recording import recording_groups, tenants_group
from settings.plan import TenantPlan

Group = dict[str, Any]

MOST_BYTES: Final = 400_000
"""Of an object's groups as JSON. etcd takes 1.5 MB, of which the API server's own notes need a part."""
OF_ALL: Final = "tenantplane"
"""Name of the object with the rules that are the same for all tenants."""
OF_TENANTS: Final = "tenantplane-tenants"
"""Of the objects with those that name one; the hash's first bits follow where there are several."""


def rule_groups(plans: Iterable[TenantPlan], metered: Mapping[str, Metered]) -> list[Group]:
    """Groups of a rule file for these tenants, as Prometheus reads them: those of all objects."""
    return [group for groups in rule_objects(plans, metered).values() for group in groups]


def rule_objects(
    plans: Iterable[TenantPlan], metered: Mapping[str, Metered], most_bytes: int = MOST_BYTES
) -> dict[str, list[Group]]:
    """Groups by the name of the PrometheusRule that holds them.

    metered: by tenant, what its month is held against; of nobody where the catalogue has no prices. most_bytes: of the
    groups of tenants in one object; a single tenant has about 500 bytes and is never divided.
    """
    # Tenants come first, as the others read what they record, which matters to who evaluates them by turns.
    made = {
        f"{OF_TENANTS}{f'-{part.bits}' if part.bits else ''}": part.groups(metered)
        for part in _parts(_Part("", tuple(plans)), metered, most_bytes)
    }
    shared = [*recording_groups(), *(metering_groups() if metered else []), *alerting_groups()]
    return {**made, OF_ALL: shared}


@dataclass(frozen=True)
class _Part:
    """Tenants whose hash begins with these bits."""

    bits: str
    plans: tuple[TenantPlan, ...]

    def groups(self, metered: Mapping[str, Metered]) -> list[Group]:
        """Groups of their rules; named apart from those of other parts."""
        known = {plan.tenant.id: metered[plan.tenant.id] for plan in self.plans if plan.tenant.id in metered}
        made = [tenants_group(self.plans), *tenant_metering_groups(known)]
        return [{**group, "name": f"{group['name']}{f'-{self.bits}' if self.bits else ''}"} for group in made]

    def halves(self) -> "tuple[_Part, _Part]":
        """By the next bit of the hash."""
        at = len(self.bits)
        zero = tuple(plan for plan in self.plans if _hash(plan)[at] == "0")
        one = tuple(plan for plan in self.plans if _hash(plan)[at] == "1")
        return _Part(f"{self.bits}0", zero), _Part(f"{self.bits}1", one)


def _parts(part: _Part, metered: Mapping[str, Metered], most_bytes: int) -> Iterator[_Part]:
    """The part, or as many as are needed: halved again and again, so that who was in the other half is not touched."""
    if len(part.plans) <= 1 or len(json.dumps(part.groups(metered))) <= most_bytes:
        yield part
        return
    for half in part.halves():
        yield from _parts(half, metered, most_bytes)


def _hash(plan: TenantPlan) -> str:
    return f"{int(hashlib.sha256(plan.tenant.id.encode()).hexdigest(), 16):0256b}"
