"""What a person is told of an unfinished run that was settled, or could not be."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from fleet.state import PendingOperation

_LONGEST: Final = 300
_NOTHING: Final = "nothing"


def told(forgotten: Iterable[str], looked_for: Mapping[str, str]) -> str:
    """What was done about an unfinished run, in plain words. forgotten: URNs. looked_for: ids by URN."""
    parts: list[str] = []
    if names := [urn.rsplit("::", 1)[-1] for urn in forgotten]:
        parts.append(f"forgot {len(names)} creation(s) under way ({', '.join(names)}): they are made or adopted anew")
    if looked_for:
        listed = ", ".join(looked_for.values())
        parts.append(f"looked for {len(looked_for)} thing(s) whose creation was under way ({listed})")
    return "an earlier run was stopped half-way: " + "; ".join(parts)


def only_a_person(stack: str, pending: Iterable[PendingOperation], why: Mapping[str, str], file: Path) -> str:
    """What a person has to look for and write down where nobody here can know whether something was made. why: by URN.
    file: for the answers."""
    lines = [
        f"stack {stack!r}: an earlier run was stopped while it created these, and nobody here can know whether they "
        "exist; nothing was changed:"
    ]
    for each in pending:
        inputs = {key: value for key, value in each.inputs.items() if key != "__defaults"}
        lines.append(f"  {each.urn}")
        lines.append(f"    {why[each.urn] or 'its type is in no table of fleet/recovery'}")
        lines.append(f"    look for {each.type} made of {json.dumps(inputs)[:_LONGEST]}")
    lines.append(f"Write a line for each into {file}, and run the same command: the URN, a space, and the id that")
    lines.append(f"`pulumi import` takes for what is there, or `{_NOTHING}`")
    return "\n".join(lines)


def answers(text: str) -> dict[str, str | None]:
    """What a person has written down of open creations: ids by URN; None of what is not there."""
    found = (line.rpartition(" ") for line in map(str.strip, text.splitlines()) if line)
    return {urn.strip(): None if identifier == _NOTHING else identifier for urn, _, identifier in found if urn}
