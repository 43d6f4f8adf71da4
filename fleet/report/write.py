"""Reads a running environment and writes its page."""

from datetime import UTC, datetime
from pathlib import Path

import urllib3
from kubernetes import client
from rich.console import Console

from fleet.clusters import api_client, reaches
from fleet.errors import FleetError
from fleet.report.data import report_data
from fleet.report.live import Live, live_objects
from fleet.report.objectives import measured
from fleet.report.page import page
from fleet.run import Fleet
from fleet.status import require, statuses
from fleet.verify.result import read_result


def write_report(fleet: Fleet, file: Path, prometheus: str | None, console: Console) -> None:
    """Writes the page to a file, which is replaced as a whole. Raises FleetError when a cluster does not answer, or the
    file cannot be written."""
    console.print("reading nodes, tenants and quotas", style="dim")
    pools, found = statuses(fleet.catalogue, fleet.stacks, fleet.root)
    require(found)
    console.print("reading isolation controls", style="dim")
    live = {name: _live(fleet, name) for name in (each.name for each in fleet.catalogue.topology.clusters)}
    data = report_data(
        fleet.catalogue,
        (pools, found),
        live,
        measured(prometheus),
        datetime.now(UTC),
        verified=read_result(fleet.folder / "verify.json"),
    )
    text = page(data)
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise FleetError(f"the report cannot be written to {file}: {error.strerror}") from None
    tenants = len(data["tenants"])
    console.print(f"{file}: {tenants} tenant{'s' if tenants > 1 else ''}, {len(text.encode()) // 1024} KiB")


def _live(fleet: Fleet, name: str) -> Live:
    cluster = next(each for each in fleet.catalogue.topology.clusters if each.name == name)
    by_cluster = {stack.config.cluster: stack for stack in fleet.stacks}
    try:
        return live_objects(cluster, api_client(cluster, by_cluster.get(name) or by_cluster[None], fleet.root))
    except (client.ApiException, urllib3.exceptions.HTTPError) as error:
        raise reaches(error, name) from None
