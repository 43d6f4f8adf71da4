"""The table that a person wants at the end, a line for each tenant."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleet.status.tenants import TenantStatus
from settings import TenantPlan
from settings.gateway import entrance_of
from settings.nodepool import TENANT_NODE_LABEL
from settings.quantities import parse_bytes, parse_cpu


def print_statuses(console: Console, statuses: list[TenantStatus], environment: str) -> None:
    """Prints the table, and how to get in."""
    table = Table(box=None, padding=(0, 2), header_style="bold")
    queued = any(status.plan.queue is not None for status in statuses)
    for heading in (
        "tenant",
        "tier",
        "runtime@pool",
        "cpu used/quota",
        "memory",
        "gpu",
        "pods run/want/quota",
        "sandboxes warm",
        *(["jobs wait/run"] if queued else []),
        "policies",
        "routes",
    ):
        table.add_column(heading, overflow="fold")
    for status in statuses:
        table.add_row(*_row(status, queued=queued))
    console.print(table)
    if statuses:
        first = statuses[0].plan.tenant.id
        command = f"python -m fleet kubeconfig {environment} {first}"
        console.print(f"as a tenant:  {command}   (prints the path of a kubeconfig, valid for an hour)")


def _row(status: TenantStatus, *, queued: bool) -> list[Text]:
    plan = status.plan
    if not status.present:
        rest = [Text("")] * (8 if queued else 7)
        return [_name(plan), Text(plan.tier.id), Text("not applied yet", style="yellow"), *rest]
    hard, used = status.hard, status.used
    short = status.running < status.wanted
    gpus = [
        f"{used.get(key, '0')}/{value} {key.removeprefix('requests.nvidia.com/')}"
        for key, value in hard.items()
        if key.startswith("requests.nvidia.com/") and value != "0"
    ]
    return [
        _name(plan),
        Text(plan.tier.id),
        Text(_places(plan)),
        Text(_share(used.get("requests.cpu"), hard.get("requests.cpu"), _cores)),
        Text(_share(used.get("requests.memory"), hard.get("requests.memory"), _gib)),
        Text(" ".join(gpus) or "-"),
        Text(f"{status.running}/{status.wanted}/{hard.get('pods', '-')}", style="yellow" if short else ""),
        Text(f"{status.warm}/{status.kept}" if plan.sandboxes else "-"),
        *([Text(f"{status.waiting}/{status.admitted}" if plan.queue else "-")] if queued else []),
        Text(str(status.policies)),
        _hosts(status),
    ]


def _hosts(status: TenantStatus) -> Text:
    """By how many routes it is reached under its host, `<tenant>.<domain>`, and what the gateway refuses of them; any
    other host by its name."""
    if not status.hosts:
        missing = expects_host(status.plan)
        return Text("none" if missing else "-", style="yellow" if missing else "")
    made = Text()
    for host in status.hosts:
        made.append(" " if made else "")
        own = host.name.startswith(f"{status.plan.tenant.id}.")
        made.append(str(len(host.paths)) if own else f"{host.name} ({len(host.paths)})")
        if host.refused:
            made.append(f" {host.refused}", style="yellow")
    return made


def expects_host(plan: TenantPlan) -> bool:
    """Whether the catalogue has it reached from outside."""
    if plan.cluster.has_gateway:
        return entrance_of(plan) is not None
    return plan.child is None and plan.active and bool(plan.workloads)


def _places(plan: TenantPlan) -> str:
    """Which runtimes its pods are in, and on which pools: a pool's name or kind, or its own."""
    placed = [(each.runtime, each.node_selector) for each in plan.workloads]
    if plan.sandboxes:
        placed.append((plan.sandboxes.runtime, plan.sandboxes.node_selector))
    made: dict[str, None] = {}
    for runtime, selector in placed:
        pool = "own" if TENANT_NODE_LABEL in selector else next(iter(selector.values()), "any")
        made[f"{runtime.id if runtime else 'default'}@{pool}"] = None
    return " ".join(made) or "-"


def _name(plan: TenantPlan) -> Text:
    """Whose it is: the tenant, or indented one of the namespaces that it has beside its home."""
    name = Text(f"  {plan.child}" if plan.child else plan.tenant.id)
    if not plan.active:
        name.append(f" ({'retiring' if plan.retiring else plan.tenant.lifecycle})", style="dim")
    return name


def _share(used: str | None, hard: str | None, unit: Any) -> str:
    if hard is None:
        return "-"
    return f"{unit(used or '0')}/{unit(hard)}"


def _cores(quantity: str) -> str:
    return f"{parse_cpu(quantity) / 1000:g}"


def _gib(quantity: str) -> str:
    return f"{parse_bytes(quantity) / 2**30:.3g}Gi"
