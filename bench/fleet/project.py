"""A project of three clusters by tier, with synthetic tenants: phase two, as `catalog/topology/staging.yaml` has it."""

from pathlib import Path
from typing import Any, Final

import yaml

from bench.onboarding.project import ENVIRONMENT, TENANTS_PER_SHARD, make_project

CLUSTERS: Final = {
    "starter": ("free", "basic"),
    "team": ("team", "advanced"),
    "enterprise": ("enterprise", "campus"),
}
"""Tiers by cluster. Synthetic tenants have the six tiers in turn, so that each cluster has a third of them."""


def shards_of(tenants: int) -> int:
    """Stacks of each cluster's tenants."""
    return max(1, min(64, -(-tenants // (len(CLUSTERS) * TENANTS_PER_SHARD))))


def make_fleet_project(folder: Path, tenants: int) -> Path:
    """A project folder with the program of this checkout, three local clusters and `tenants` tenants on them."""
    root = make_project(folder, tenants, workloads=0, shards=1)
    file = root / "catalog" / "topology" / f"{ENVIRONMENT}.yaml"
    topology: dict[str, Any] = yaml.safe_load(file.read_text())
    (only,) = topology["clusters"]
    lines = ["environment: bench", "phase: two", "domain: bench.localhost", "clusters:"]
    for name, tiers in CLUSTERS.items():
        cluster = {**only, "name": name, "tiers": list(tiers), "shards": shards_of(tenants)}
        text = yaml.safe_dump([cluster], sort_keys=False)
        lines += [f"  {line}" for line in text.splitlines()]
    file.write_text("\n".join(lines) + "\n")
    return root
