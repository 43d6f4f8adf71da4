"""A project of its own for a measurement: the program as it is, and the tenants of `local` many times over."""

import re
import shutil
import sys
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import yaml

CHECKOUT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENT: Final = "local"
_PROGRAM: Final = ("__main__.py", "requirements.txt", "components", "controls", "settings", "stacks", "catalog")


def make_project(folder: Path, tenants: int, shards: int) -> Path:
    """A project folder with a catalogue of `tenants` tenants: those of `local`, then more like each of them in turn,
    with as many nodes more. Tenants with nodes of their own, or with a share of a GPU, are there once.

    shards: stacks the tenants are spread over.
    """
    folder.mkdir(parents=True)
    for name in _PROGRAM:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    project = (CHECKOUT / "Pulumi.yaml").read_text()
    # The virtual environment of this very run, wherever it lies.
    (folder / "Pulumi.yaml").write_text(re.sub(r"virtualenv: .*", f"virtualenv: {sys.prefix}", project))
    shutil.copy(CHECKOUT / f"Pulumi.{ENVIRONMENT}.yaml", folder)
    own = sorted((folder / "catalog" / "tenants").glob("*.yaml"))
    documents = [yaml.safe_load(file.read_text()) for file in own]
    like = [each for each in documents if each.get("isolation") != "dedicated-pool" and not _has_gpus(each)]
    for number, base in zip(range(tenants - len(own)), cycle(like), strict=False):
        _write(folder / "catalog" / "tenants" / f"more-{number:03d}.yaml", _another(base, number))
    topology = folder / "catalog" / "topology" / f"{ENVIRONMENT}.yaml"
    _write(topology, _larger(yaml.safe_load(topology.read_text()), -(-tenants // len(own)), shards))
    return folder


def _has_gpus(tenant: dict[str, Any]) -> bool:
    return tenant["tier"] == "enterprise" or bool((tenant.get("quota") or {}).get("gpus"))


def _another(base: dict[str, Any], number: int) -> dict[str, Any]:
    """The same with an id and groups of its own."""
    groups = {role: [f"more-{number:03d}:{role}"] for role in base["groups"]}
    return {**base, "id": f"more-{number:03d}", "display_name": f"Another {number}", "groups": groups}


def _larger(topology: dict[str, Any], times: int, shards: int) -> dict[str, Any]:
    for cluster in topology["clusters"]:
        cluster["shards"] = shards
        for pool in cluster["node_pools"]:
            if "tenant" not in pool:
                for key in ("nodes", "min_nodes", "max_nodes"):
                    if key in pool:
                        pool[key] *= times
    return topology


def _write(file: Path, document: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(document, sort_keys=False))
