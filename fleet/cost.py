"""What a stack costs, tenant by tenant, before anything is deployed: the catalogue and its prices are enough (G6)."""

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleet.errors import FleetError
from settings import Catalogue
from settings.cost import ClusterCost, StackCost, TenantCost, cents, stack_cost
from settings.cost.opencost import custom_pricing

GROUPS: Final = {
    "services": "services",
    "warm sandboxes": "sandboxes",
    "jobs and growth": "jobs, growth",
    "GPUs": "GPUs",
    "own nodes": "own nodes",
    "volumes": "volumes",
    "database": "database",
}
"""Columns of the table: how the items of a bill begin that are summed into one, and its heading."""


def bill_of(catalogue: Catalogue, tenant: str | None = None) -> StackCost:
    """The bill of an environment. Raises FleetError without a price table, and for a tenant that is not there."""
    if catalogue.prices is None:
        raise FleetError("the catalogue has no prices.yaml: copy that of the repository and put your prices in")
    bill = stack_cost(catalogue)
    known = [each.plan.tenant.id for each in bill.tenants]
    if tenant is not None and tenant not in known:
        raise FleetError(
            f"tenant {tenant!r} is not in the catalogue of {catalogue.environment!r}; allowed: {', '.join(known)}"
        )
    return bill


def print_cost(console: Console, catalogue: Catalogue, tenant: str | None) -> None:
    """Prints the table; of one tenant every line of its bill."""
    bill = bill_of(catalogue, tenant)
    if tenant is None:
        _print_stack(console, bill)
    else:
        _print_tenant(console, bill, next(each for each in bill.tenants if each.plan.tenant.id == tenant))
    for line in notes(bill):
        console.print(line, style="dim", soft_wrap=True)


def cost_json(catalogue: Catalogue, tenant: str | None) -> str:
    """The same as JSON; amounts in dollars, those of a month in cents that add up."""
    bill = bill_of(catalogue, tenant)
    made = cost_data(bill)
    if tenant is not None:
        made["tenants"] = [each for each in made["tenants"] if each["tenant"] == tenant]
    return json.dumps(made, indent=2)


def opencost_json(catalogue: Catalogue) -> str:
    """OpenCost's custom pricing of every cluster, by its name."""
    bill = bill_of(catalogue)
    return json.dumps({each.cluster.name: custom_pricing(each, bill.prices) for each in bill.clusters}, indent=2)


def cost_data(bill: StackCost) -> dict[str, Any]:
    """A bill as plain data."""
    hours = bill.prices.hours_per_month
    tenants, platform, idle = bill.tenants, _platform(bill), _idle(bill)
    # Cents add up over the three that make the price: what tenants cause, the platform, what is idle.
    parts = [*(each.own for each in tenants), *(item[1] for item in platform), *(item[1] for item in idle)]
    monthly = [amount / 100 for amount in cents([part * hours for part in parts])]
    totals = [amount / 100 for amount in cents([each.hourly * hours for each in tenants])]
    own, rest = monthly[: len(tenants)], monthly[len(tenants) :]
    return {
        "currency": bill.prices.currency,
        "prices": {"date": bill.prices.date.isoformat(), "region": bill.prices.region, "hours_per_month": hours},
        "price": {"hourly": float(bill.price), "monthly": round(sum(monthly), 2)},
        "tenants": [
            {
                "tenant": each.plan.tenant.id,
                "tier": each.plan.tier.id,
                "cluster": each.plan.cluster.name,
                "items": {item.what: float(item.hourly * hours) for item in each.items},
                "own": {"hourly": float(each.own), "monthly": own[index]},
                "platform_share": {"hourly": float(each.platform), "monthly": float(round(each.platform * hours, 2))},
                "total": {"hourly": float(each.hourly), "monthly": totals[index]},
                "budget_monthly": each.plan.tenant.budget.monthly_usd,
            }
            for index, each in enumerate(tenants)
        ],
        "platform": [_line(*item, rest[index]) for index, item in enumerate(platform)],
        "idle": [_line(*item, rest[len(platform) + index]) for index, item in enumerate(idle)],
        "unpriced": [{"cluster": each.cluster, "part": each.part, "why": each.why} for each in bill.unpriced],
        "examples": list(bill.prices.examples()),
    }


def notes(bill: StackCost) -> Iterable[str]:
    """What a reader has to know of the figures."""
    prices = bill.prices
    yield f"Prices of {prices.region}, {prices.date}, {prices.currency}, {prices.hours_per_month} hours a month."
    elsewhere = sorted({each.cluster.region for each in bill.clusters} - {prices.region})
    if elsewhere:
        yield f"The table is of {prices.region}; clusters are in {', '.join(elsewhere)}, where prices differ."
    if examples := prices.examples():
        yield f"Examples, to be replaced in prices.yaml: {', '.join(examples)}."
    yield "A tenant pays for what it is guaranteed, used or not, and for the platform in proportion to that."
    for each in bill.unpriced:
        yield f"Unpriced, counted as 0: {each.part} of cluster {each.cluster} {each.why}."


def group_of(what: str) -> str:
    """The column of an item."""
    return next((group for group in GROUPS if what.startswith(group)), "GPUs")


def _print_stack(console: Console, bill: StackCost) -> None:
    data = cost_data(bill)
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for heading in ("tenant", "tier"):
        table.add_column(heading, no_wrap=True)
    for heading in (*GROUPS.values(), "platform", "month", "hour", "of budget"):
        table.add_column(heading, justify="right")
    for each in data["tenants"]:
        table.add_row(*_row(each))
    blank = [Text("")] * (len(GROUPS) + 1)
    tenants = round(sum(each["own"]["monthly"] for each in data["tenants"]), 2)
    platform, idle = _total(data["platform"]), _total(data["idle"])
    table.add_section()
    for name, monthly in (("tenants' own parts", tenants), ("platform", platform), ("idle", idle)):
        hourly = Text(f"{monthly / bill.prices.hours_per_month:,.4f}")
        table.add_row(Text(name), Text(""), *blank, Text(f"{monthly:,.2f}"), hourly, Text(""))
    price = data["price"]
    style = "bold"
    sums = (Text(f"{price['monthly']:,.2f}", style), Text(f"{price['hourly']:,.4f}", style), Text(""))
    table.add_row(Text("price of the stack", style), Text(""), *blank, *sums)
    console.print(table)
    console.print()
    for name in ("platform", "idle"):
        lines = ", ".join(f"{each['what']} {each['monthly']:,.2f}" for each in data[name])
        console.print(f"{name}: {lines or 'nothing'}", soft_wrap=True)


def _row(each: dict[str, Any]) -> list[Text]:
    sums = dict.fromkeys(GROUPS, 0.0)
    for what, amount in each["items"].items():
        sums[group_of(what)] += amount
    used = each["total"]["monthly"] / each["budget_monthly"]
    return [
        Text(each["tenant"]),
        Text(each["tier"]),
        *(Text(f"{amount:,.2f}" if amount else "-") for amount in sums.values()),
        Text(f"{each['platform_share']['monthly']:,.2f}"),
        Text(f"{each['total']['monthly']:,.2f}", "bold"),
        Text(f"{each['total']['hourly']:,.4f}"),
        Text(f"{used:.0%}", style="yellow" if used > 1 else ""),
    ]


def _print_tenant(console: Console, bill: StackCost, cost: TenantCost) -> None:
    hours, budget = bill.prices.hours_per_month, cost.plan.tenant.budget.monthly_usd
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column(f"{cost.plan.tenant.id}, tier {cost.plan.tier.id}, cluster {cost.plan.cluster.name}")
    table.add_column("month", justify="right")
    table.add_column("hour", justify="right")
    lines = [(each.what, each.hourly) for each in cost.items] + [("part of the platform", cost.platform)]
    rounded = cents([amount * hours for _, amount in lines])
    for (what, amount), whole in zip(lines, rounded, strict=True):
        table.add_row(Text(what), Text(f"{whole / 100:,.2f}"), Text(f"{float(amount):,.4f}"))
    monthly = sum(rounded) / 100
    table.add_row(Text("total", "bold"), Text(f"{monthly:,.2f}", "bold"), Text(f"{float(cost.hourly):,.4f}", "bold"))
    table.add_row(Text("budget"), Text(f"{budget:,.2f}"), Text(f"{monthly / budget:.0%} of it"))
    console.print(table)


def _platform(bill: StackCost) -> list[tuple[str, Fraction]]:
    return [(_named(each, item.what, bill), item.hourly) for each in bill.clusters for item in each.platform]


def _idle(bill: StackCost) -> list[tuple[str, Fraction]]:
    return [(_named(each, item.what, bill), item.hourly) for each in bill.clusters for item in each.idle]


def _named(each: ClusterCost, what: str, bill: StackCost) -> str:
    return what if len(bill.clusters) == 1 else f"{each.cluster.name}: {what}"


def _line(what: str, hourly: Fraction, monthly: float) -> dict[str, Any]:
    return {"what": what, "hourly": float(hourly), "monthly": monthly}


def _total(lines: list[dict[str, Any]]) -> float:
    return round(sum(float(each["monthly"]) for each in lines), 2)
