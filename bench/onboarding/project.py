"""A project of its own for a measurement: the program as it is, and a catalogue of synthetic tenants."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import yaml

CHECKOUT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENT: Final = "bench"
CLUSTER: Final = "bench"
REGION: Final = "eu-central-1"
TIERS: Final = ("free", "basic", "team", "advanced", "campus", "enterprise")
"""The mix of tenants, in turn: as many of each of the six tiers."""

TENANTS_PER_SHARD: Final = 5
"""Tenants in one stack. The whole state of a stack is written twice for every resource, so that the cost of an update
grows with the square of the tenants in it; one more stack costs 0.6 s of one core. Measured from 3 to 50: 5 is the
least."""

PODS_PER_NODE: Final = 250

_IMAGE: Final = "registry.tenantplane.example/{}@sha256:" + "0123456789abcdef" * 4
_PROGRAM: Final = ("__main__.py", "requirements.txt", "components", "controls", "policies", "settings", "stacks")


def make_project(folder: Path, tenants: int, *, workloads: int, shards: int, warm: int = 0) -> Path:
    """A project folder with the program of this checkout and a catalogue of `tenants` tenants.

    workloads: for each tenant, 0 or 1. shards: stacks the tenants are spread over. warm: sandboxes that each tenant
    keeps warm; any make all tenants enterprise ones, since tiers bound them.
    """
    folder.mkdir(parents=True)
    for name in _PROGRAM:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    project = (CHECKOUT / "Pulumi.yaml").read_text()
    # The virtual environment of this very run, wherever it lies.
    (folder / "Pulumi.yaml").write_text(re.sub(r"virtualenv: .*", f"virtualenv: {sys.prefix}", project))
    local = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    _write(folder / f"Pulumi.{ENVIRONMENT}.yaml", {**local, "config": {"tenantplane:environment": ENVIRONMENT}})
    catalogue = folder / "catalog"
    (catalogue / "topology").mkdir(parents=True)
    (catalogue / "tenants").mkdir()
    for name in ("tiers.yaml", "runtimes.yaml", "regions.yaml"):
        shutil.copy(CHECKOUT / "catalog" / name, catalogue / name)
    _write(catalogue / "topology" / f"{ENVIRONMENT}.yaml", topology(tenants, shards, tenants * warm))
    for number in range(tenants):
        made = tenant(number, workloads)
        if warm:
            made |= {"tier": "enterprise", "sandboxes": {"image": _IMAGE.format("agent"), "warm": warm}}
        _write(catalogue / "tenants" / f"{made['id']}.yaml", made)
    return folder


def change_one_tenant(project: Path) -> str:
    """Edits one tenant's file as a person would, one more group of viewers; its id."""
    file = sorted((project / "catalog" / "tenants").glob("*.yaml"))[0]
    made = yaml.safe_load(file.read_text())
    made["groups"]["viewers"] = [f"{made['id']}:auditors"]
    _write(file, made)
    return str(made["id"])


def tenant(number: int, workloads: int) -> dict[str, Any]:
    """One synthetic tenant."""
    tier = TIERS[number % len(TIERS)]
    kind = "homework-correction" if tier in ("basic", "advanced", "campus") else "agent-sessions"
    made: dict[str, Any] = {
        "id": f"bench-{number:04d}",
        "display_name": f"Synthetic tenant {number}",
        "tier": tier,
        "region": REGION,
        "residency": [REGION],
        "groups": {"admins": [f"bench-{number:04d}:admins"]},
        "budget": {"monthly_usd": 100},
    }
    if workloads:
        made["workloads"] = [
            {
                "name": kind,
                "kind": kind,
                "image": _IMAGE.format(kind),
                "replicas": {"min": 1, "max": 2},
                "requests": {"cpu": "50m", "memory": "64Mi"},
                "limits": {"cpu": "100m", "memory": "128Mi"},
            }
        ]
    return made


def topology(tenants: int, shards: int, warm: int = 0) -> dict[str, Any]:
    """A cluster whose pools hold what the tenants are guaranteed, and three times as many sandboxes as are kept warm:
    those, as many that are claimed, and those that end."""

    def pool(name: str, kind: str, nodes: int, **more: Any) -> dict[str, Any]:
        capacity = {"cpu": 96, "memory": "768Gi", "ephemeral_storage": "2000Gi", "pods": PODS_PER_NODE}
        return {"name": name, "kind": kind, "min_nodes": nodes, "max_nodes": 200, "capacity": capacity, **more}

    gpu = {"model": "a100", "product": "NVIDIA-A100-SXM4-40GB", "count": 8}
    return {
        "environment": ENVIRONMENT,
        "phase": "one",
        "domain": "bench.localhost",
        "clusters": [
            {
                "name": CLUSTER,
                "provider": "localcloud",
                "region": REGION,
                "tiers": list(TIERS),
                "shards": shards,
                **({"addons": ["agent-sandbox"]} if warm else {}),
                "node_pools": [
                    pool("system", "system", 1),
                    pool("general", "cpu", 1 + tenants // 50),
                    pool("sandbox", "sandbox", 1 + tenants // 50 + 3 * warm // PODS_PER_NODE),
                    pool("gpu", "gpu", 1 + tenants // 48, gpu=gpu),
                ],
            }
        ],
    }


def _write(file: Path, document: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(document, sort_keys=False))
