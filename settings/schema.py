"""JSON Schemas of the catalogue's files, for editors; made from the models, so they cannot say something else."""

import json
from pathlib import Path

from pydantic import BaseModel

from settings.policy import EnvironmentPolicy
from settings.prices import Prices
from settings.runtime import RegionsFile, RuntimesFile
from settings.tenant import Tenant
from settings.tier import TiersFile
from settings.topology import Topology

FILES: dict[str, type[BaseModel]] = {
    "tenant": Tenant,
    "tiers": TiersFile,
    "topology": Topology,
    "runtimes": RuntimesFile,
    "regions": RegionsFile,
    "prices": Prices,
    "policy": EnvironmentPolicy,
}


def schemas() -> dict[str, str]:
    """Text of every schema by its file name, `<kind>.schema.json`."""
    made: dict[str, str] = {}
    for kind, model in FILES.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema(by_alias=True)
        made[f"{kind}.schema.json"] = json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return made


def stale(folder: Path) -> list[str]:
    """Names of schemas in the folder that are missing, different, or of nothing any more."""
    wanted = schemas()
    have = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | have.keys() if wanted.get(name) != have.get(name))


def write(folder: Path) -> list[str]:
    """Makes the folder's schemas current; returns the names of those that changed."""
    changed = stale(folder)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = schemas()
    for name in changed:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed
