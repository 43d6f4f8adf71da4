"""What a person is told of an unfinished run that was settled, or could not be."""

import json
from collections.abc import Iterable, Mapping

from fleet.state import PendingOperation

_LONGEST = 300


def told(forgotten: Iterable[str], looked_for: Mapping[str, str]) -> str:
    """What was done about an unfinished run, in plain words. forgotten: URNs. looked_for: ids by URN."""
    parts: list[str] = []
    if names := [urn.rsplit("::", 1)[-1] for urn in forgotten]:
        parts.append(f"forgot {len(names)} creation(s) under way ({', '.join(names)}): they are made or adopted anew")
    if looked_for:
        listed = ", ".join(looked_for.values())
        parts.append(f"looked for {len(looked_for)} thing(s) whose creation was under way ({listed})")
    return "an earlier run was stopped half-way: " + "; ".join(parts)


def only_a_person(stack: str, pending: Iterable[PendingOperation], why: Mapping[str, str]) -> str:
    """What a person has to look for and run where nobody here can know whether something was made. why: by URN."""
    lines = [
        f"stack {stack!r}: an earlier run was stopped while it created these, and nobody here can know whether they "
        "exist:"
    ]
    for each in pending:
        inputs = {key: value for key, value in each.inputs.items() if key != "__defaults"}
        lines.append(f"  {each.urn}")
        lines.append(f"    {why[each.urn] or 'its type is in no table of fleet/recovery'}")
        lines.append(f"    look for {each.type} made of {json.dumps(inputs)[:_LONGEST]}")
        lines.append(
            f"    if one is there: `pulumi import {each.type} {each.urn.rpartition('::')[2]} <its id> -s {stack}`"
        )
    lines.append(f"Before that, and where nothing is there: `pulumi refresh -s {stack} --clear-pending-creates --yes`")
    return "\n".join(lines)
