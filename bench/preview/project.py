"""A repository with this checkout's program and its `local` environment, grown to many tenants."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from bench.onboarding.project import tenant

CHECKOUT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENT: Final = "local"
_FILES: Final = ("__main__.py", "Pulumi.yaml", "Pulumi.local.yaml", "requirements.txt")
_FOLDERS: Final = ("catalog", "components", "controls", "fleet", "localcloud", "policies", "settings", "stacks")


def make_repository(folder: Path, tenants: int = 0) -> Path:
    """A git repository with one commit. tenants: as many as there are to be; those of the checkout for 0."""
    folder.mkdir(parents=True)
    for name in _FILES:
        shutil.copy(CHECKOUT / name, folder / name)
    for name in _FOLDERS:
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "modules"))
    project = (CHECKOUT / "Pulumi.yaml").read_text()
    # The virtual environment of this very run, wherever it lies.
    (folder / "Pulumi.yaml").write_text(re.sub(r"virtualenv: .*", f"virtualenv: {sys.prefix}", project))
    (folder / ".gitignore").write_text("__pycache__/\n.localcloud/\n")
    _grow(folder, tenants)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    commit(folder, "Begin")
    return folder


def commit(folder: Path, message: str) -> None:
    """Commits everything that is there."""
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    who = ["-c", "user.name=bench", "-c", "user.email=bench@tenantplane.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "commit", "--quiet", "--message", message], cwd=folder, check=True)


def edit(file: Path, **fields: Any) -> None:
    """Changes fields of a YAML file as a person would."""
    document = yaml.safe_load(file.read_text())
    document.update(fields)
    file.write_text(yaml.safe_dump(document, sort_keys=False))


def _grow(folder: Path, tenants: int) -> None:
    place = folder / "catalog" / "tenants"
    present = len(list(place.glob("*.yaml")))
    for number in range(max(0, tenants - present)):
        made = tenant(number, 1)
        (place / f"{made['id']}.yaml").write_text(yaml.safe_dump(made, sort_keys=False))
    if tenants > present:
        file = folder / "catalog" / "topology" / f"{ENVIRONMENT}.yaml"
        topology = yaml.safe_load(file.read_text())
        for pool in topology["clusters"][0]["node_pools"]:
            if pool["kind"] in ("cpu", "sandbox", "gpu"):
                pool.update(max_nodes=4 * tenants, min_nodes=tenants // 2, nodes=tenants // 2)
        file.write_text(yaml.safe_dump(topology, sort_keys=False))
