"""The small catalogue with a price table."""

from collections.abc import Mapping

from tests.unit.settings import small_catalogue

PRICES = """\
currency: USD
region: north
date: 2026-01-31
hours_per_month: 730
sources:
  - {id: list, title: The list of a provider}
  - {id: example, title: Nobody's price at all, example: true}
nodes:
  - {instance_type: plain, hourly: 1, source: list}
  - {instance_type: costly, hourly: 10.5, spot_hourly: 3, source: list}
spot: {percent: 50, source: example}
control_plane: {hourly: 0.1, source: list}
volumes: {gib_month: 0.1, source: list}
databases: {server_hourly: 0.4, connections: 100, gib_month: 0.2, storage_percent: 10, source: list}
split: {core: 0.03, gib: 0.004, source: list}
"""

MACHINES = small_catalogue.TOPOLOGY.replace(
    "        capacity: {cpu: 8,", "        instance_type: plain\n        capacity: {cpu: 8,"
)
FILES: Mapping[str, str] = {
    **small_catalogue.WITH_SANDBOXES,
    "prices.yaml": PRICES,
    "topology/test.yaml": MACHINES + "    databases: local\n    addons: [agent-sandbox]\n",
    "tenants/big-corp.yaml": small_catalogue.WITH_SANDBOXES["tenants/big-corp.yaml"].replace(
        "quota:\n", "quota:\n  gpus: 1\n"
    ),
}
"""Every pool costs 1 a node and hour; big-corp has sandboxes and a GPU, and shares its nodes."""
