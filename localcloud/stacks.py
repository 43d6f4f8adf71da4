"""Pulumi stacks that lived on a local cluster end with it.

A checkpoint that outlives its cluster is worse than none: the engine would believe that everything it lists is there,
and the next `pulumi up` would change nothing on a cluster that is empty.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.paths import checkout
from settings.aws import LOCAL_ACCOUNT

_KUBERNETES_PROVIDER = "pulumi:providers:kubernetes"
_AWS_PROVIDER = "pulumi:providers:aws"
_LOCAL_ARN = f":{LOCAL_ACCOUNT}:"
"""In the names of everything that the local AWS makes."""


@dataclass(frozen=True)
class _Stack:
    project: str
    name: str
    checkpoint: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything the file backend keeps of a stack."""
        pulumi = self.checkpoint.parents[2]
        beside = tuple(self.checkpoint.parent.glob(f"{self.name}.json*"))
        folders = (
            pulumi / "history" / self.project / self.name,
            pulumi / "backups" / self.project / self.name,
            pulumi / "locks" / "organization" / self.project / self.name,
        )
        return (*beside, *(folder for folder in folders if folder.exists()))


def forget_stacks(state_dir: Path, kubeconfig: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Remove the stacks that lived on the deleted cluster of `kubeconfig` and nowhere else.

    Returns the names of the removed, and of those left because they use other clusters as well.
    """
    removed: list[str] = []
    left: list[str] = []
    for stack in _stacks(state_dir):
        used = _kubeconfigs(stack.checkpoint)
        if kubeconfig.resolve() not in used:
            continue
        if used == {kubeconfig.resolve()}:
            for file in stack.files:
                _remove(file)
            removed.append(stack.name)
        else:
            left.append(stack.name)
    return tuple(removed), tuple(left)


def forget_aws_stacks(state_dir: Path) -> tuple[str, ...]:
    """Remove the stacks of what lived on the local AWS, which has been forgotten; returns their names."""
    removed: list[str] = []
    for stack in _stacks(state_dir):
        text = stack.checkpoint.read_text()
        if f'"{_AWS_PROVIDER}"' in text and _LOCAL_ARN in text:
            for file in stack.files:
                _remove(file)
            removed.append(stack.name)
    return tuple(removed)


def clear(state_dir: Path) -> bool:
    """Remove what localcloud made for Pulumi once no stack is left; False when there still is one."""
    if any(_stacks(state_dir)):
        return False
    for name in ("state", "pulumi", "passphrase"):
        _remove(state_dir / name)
    if state_dir.is_dir() and not any(state_dir.iterdir()):
        state_dir.rmdir()
    return True


def _stacks(state_dir: Path) -> Iterator[_Stack]:
    for checkpoint in sorted((state_dir / "state" / ".pulumi" / "stacks").glob("*/*.json")):
        yield _Stack(checkpoint.parent.name, checkpoint.stem, checkpoint)


def _kubeconfigs(checkpoint: Path) -> set[Path | None]:
    """Kubeconfig files of a checkpoint's Kubernetes providers; None for one that is given in another way."""
    try:
        data: Any = json.loads(checkpoint.read_text())
        resources = data["checkpoint"]["latest"].get("resources") or []
    except (ValueError, KeyError, AttributeError, TypeError):
        return {None}  # not ours to judge, so not ours to delete
    used: set[Path | None] = set()
    for resource in resources:
        if resource.get("type") == _KUBERNETES_PROVIDER:
            given = resource.get("inputs", {}).get("kubeconfig")
            used.add((checkout() / given).resolve() if _is_path(given) else None)
    return used


def _is_path(given: object) -> bool:
    return isinstance(given, str) and len(given) < 4096 and "\n" not in given and not given.startswith("{")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
