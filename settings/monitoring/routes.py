"""Who is told of an alert: the tenant of its own, the platform of all (G2).

Mail alone: an address cannot be made to reach into the platform's network, as a webhook of a tenant's could.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from settings.alert_mail import AlertMail
from settings.plan import TenantPlan
from settings.tier import Tier

PAGE, TICKET = "platform-page", "platform-ticket"
PAGED: Final = frozenset({"enterprise", "team"})
"""Priority classes of tiers whose tenants' pages wake somebody; those of the others wait for the morning."""
GROUPED: Final = ("alertname", "tenant", "slo")
QUIETER: Final = ("Fast", "Steady", "Slow")
"""While a budget burns fast nobody is told that it burns slowly as well."""


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """A label that an alert must have with this value, or with operator `=~` one that matches; "" is none."""

    label: str
    value: str
    operator: str = "="

    def prometheus(self) -> str:
        """As Alertmanager's own configuration has it."""
        return f'{self.label}{self.operator}"{self.value}"'

    def operated(self) -> dict[str, str]:
        """As an AlertmanagerConfig has it."""
        return {"name": self.label, "value": self.value, "matchType": self.operator}


@dataclass(frozen=True, kw_only=True)
class Route:
    """Alerts that match all of `matchers` go to `receiver`; and to what comes after too, where `goes_on`."""

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    goes_on: bool = False

    def prometheus(self) -> dict[str, Any]:
        """As Alertmanager's own configuration has it."""
        made: dict[str, Any] = {"receiver": self.receiver, "matchers": [each.prometheus() for each in self.matchers]}
        return {**made, "group_by": list(GROUPED), "continue": self.goes_on}

    def operated(self) -> dict[str, Any]:
        """As an AlertmanagerConfig has it."""
        made: dict[str, Any] = {"receiver": self.receiver, "matchers": [each.operated() for each in self.matchers]}
        return {**made, "groupBy": list(GROUPED), "continue": self.goes_on}


def tenant_receiver(tenant: str) -> str:
    """Name of the receiver of a tenant's people."""
    return f"tenant-{tenant}"


def tenant_route(plan: TenantPlan) -> Route | None:
    """The route of a tenant to its own people; None where its file names none. It is before those of the platform."""
    if plan.tenant.alerts is None:
        return None
    own = Matcher(label="tenant", value=plan.tenant.id)
    return Route(receiver=tenant_receiver(plan.tenant.id), matchers=(own,), goes_on=True)


def platform_routes(tiers: Iterable[Tier]) -> tuple[Route, ...]:
    """Routes to the platform's people: pages of the platform itself and of tiers that are paid for it; the rest."""
    paged = "|".join(sorted(tier.id for tier in tiers if tier.priority_class in PAGED))
    page = Matcher(label="severity", value="page")
    return (
        Route(receiver=PAGE, matchers=(page, Matcher(label="tenant", value=""))),
        Route(receiver=PAGE, matchers=(page, Matcher(label="tier", value=paged, operator="=~"))),
        # Said and not left to the root, which is asked only when no route has matched, as a tenant's own has.
        Route(receiver=TICKET),
    )


def quieted() -> Iterable[tuple[tuple[Matcher, ...], tuple[Matcher, ...]]]:
    """Pairs of alerts: while the first is on, the second of the same tenant and objective is not told."""
    for position, faster in enumerate(QUIETER[:-1]):
        slower = "|".join(QUIETER[position + 1 :])
        yield (
            (Matcher(label="alertname", value=f"Slo.+Burns{faster}", operator="=~"),),
            (Matcher(label="alertname", value=f"Slo.+Burns({slower})", operator="=~"),),
        )


def mail_of(plan: TenantPlan) -> tuple[str, ...]:
    """Addresses of a tenant's people."""
    return () if plan.tenant.alerts is None else plan.tenant.alerts.mail


def alertmanager(plans: Iterable[TenantPlan], tiers: Mapping[str, Tier], mail: AlertMail) -> dict[str, Any]:
    """Alertmanager's own configuration, as the operator puts it together from its objects."""
    plans = tuple(plans)
    routes = [route for plan in plans if (route := tenant_route(plan)) is not None]
    receivers = {tenant_receiver(plan.tenant.id): mail_of(plan) for plan in plans if plan.tenant.alerts is not None}
    receivers |= {PAGE: (mail.on_call,), TICKET: (mail.on_call,)}
    return {
        "global": {"smtp_smarthost": f"{mail.smarthost}:{mail.port}", "smtp_from": mail.sender},
        "route": {
            "receiver": TICKET,
            "group_by": list(GROUPED),
            "routes": [each.prometheus() for each in (*routes, *platform_routes(tiers.values()))],
        },
        "inhibit_rules": [
            {
                "source_matchers": [each.prometheus() for each in source],
                "target_matchers": [each.prometheus() for each in target],
                "equal": ["tenant", "slo"],
            }
            for source, target in quieted()
        ],
        "receivers": [
            {"name": name, "email_configs": [{"to": to, "send_resolved": True} for to in addresses]}
            for name, addresses in receivers.items()
        ],
    }
