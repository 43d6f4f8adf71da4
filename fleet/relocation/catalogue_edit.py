"""Small edits of the catalogue's files that leave everything else in them as people wrote it, comments included."""

import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from fleet.errors import FleetError
from localcloud.files import write_whole

Data = dict[str, Any]


def mark_lost(file: Path, cluster: str) -> bool:
    """Writes `lost: true` under a cluster of a topology; whether it was not there. Raises FleetError for a file in
    which there is no place for it."""

    def wanted(data: Data) -> None:
        next(each for each in data["clusters"] if each["name"] == cluster)["lost"] = True

    name = re.compile(rf"^(\s*)- name:\s*['\"]?{re.escape(cluster)}['\"]?\s*(#.*)?$")

    def edited(lines: list[str]) -> list[str]:
        at = [index for index, line in enumerate(lines) if name.match(line)]
        for index in at[:1]:
            indent = " " * (len(lines[index]) - len(lines[index].lstrip()) + 2)
            return [*lines[: index + 1], f"{indent}lost: true", *lines[index + 1 :]]
        return lines

    return _edit(file, wanted, edited, f"`lost: true` on cluster {cluster}")


def place(file: Path, environment: str, cluster: str) -> bool:
    """Writes a tenant's placement in an environment into its file; whether it was another one. Raises FleetError for a
    file in which there is no place for it."""

    def wanted(data: Data) -> None:
        data["placement"] = {**(data.get("placement") or {}), environment: cluster}

    entry = re.compile(rf"(\b{re.escape(environment)}\s*:\s*)[a-z0-9-]+")

    def edited(lines: list[str]) -> list[str]:
        for index, line in enumerate(lines):
            if not re.match(r"placement\s*:", line):
                continue
            end = index + 1
            while end < len(lines) and lines[end].startswith((" ", "\t")):
                end += 1
            for inner in range(index, end):
                if entry.search(lines[inner]):
                    changed = entry.sub(rf"\g<1>{cluster}", lines[inner], count=1)
                    return [*lines[:inner], changed, *lines[inner + 1 :]]
            if "{" in line:
                more = re.sub(r"\s*}", f", {environment}: {cluster}}}", line, count=1)
                return [*lines[:index], more, *lines[index + 1 :]]
            return [*lines[: index + 1], f"  {environment}: {cluster}", *lines[index + 1 :]]
        at = next((index for index, line in enumerate(lines) if re.match(r"region\s*:", line)), len(lines) - 1)
        return [*lines[: at + 1], f"placement: {{{environment}: {cluster}}}", *lines[at + 1 :]]

    return _edit(file, wanted, edited, f"`placement` with {environment}: {cluster}")


def set_shards(file: Path, cluster: str, shards: int) -> bool:
    """Writes a cluster's number of shards into its topology; whether it was another one. Raises FleetError for a file
    that has no place for it."""

    def wanted(data: Data) -> None:
        next(each for each in data["clusters"] if each["name"] == cluster)["shards"] = shards

    name = re.compile(rf"^(\s*)- name:\s*['\"]?{re.escape(cluster)}['\"]?\s*(#.*)?$")

    def edited(lines: list[str]) -> list[str]:
        start = next((index for index, line in enumerate(lines) if name.match(line)), None)
        if start is None:
            return lines
        indent = " " * (len(lines[start]) - len(lines[start].lstrip()) + 2)
        for index in range(start + 1, len(lines)):
            if lines[index].strip() and not lines[index].startswith(indent):
                break
            if re.match(rf"{indent}shards\s*:", lines[index]):
                changed = re.sub(r"(shards\s*:\s*)\d+", rf"\g<1>{shards}", lines[index])
                return [*lines[:index], changed, *lines[index + 1 :]]
        return [*lines[: start + 1], f"{indent}shards: {shards}", *lines[start + 1 :]]

    return _edit(file, wanted, edited, f"`shards: {shards}` on cluster {cluster}")


def _edit(file: Path, change: Callable[[Data], None], edited: Callable[[list[str]], list[str]], what: str) -> bool:
    text = file.read_text(encoding="utf-8")
    before: Mapping[str, Any] = yaml.safe_load(text)
    after = yaml.safe_load(text)
    change(after)
    if before == after:
        return False
    made = "\n".join(edited(text.split("\n")))
    if yaml.safe_load(made) != after:  # written in a way that the edit does not know
        raise FleetError(f"{file.name} cannot be edited from here; write {what} there yourself, then run this again")
    write_whole(file, made, mode=stat.S_IMODE(file.stat().st_mode))
    return True
