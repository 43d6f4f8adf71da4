"""Drift as text, Markdown and JSON, by tenant."""

import json
from collections.abc import Sequence
from typing import Any

from fleet.diff import shown
from fleet.drift.differences import MISSING, Difference
from fleet.drift.findings import Drift, Drifted
from fleet.events import PLATFORM
from fleet.preview.sheet import Section, Sheet, block, code, plural


def text(drift: Drift) -> str:
    """For people at a terminal."""
    lines: list[str] = []
    for tenant, resources in by_tenant(drift.drifted).items():
        lines.append("(platform)" if tenant == PLATFORM else f"tenant {tenant}")
        for each in resources:
            lines.append(f"  {'-' if each.gone else '~'} {each.type} {each.name}{': is gone' if each.gone else ''}")
            lines += [f"       {line}" for line in changed_lines(each)]
    lines += [f"error: {each}" for each in drift.problems]
    return "\n".join([*lines, closing(drift)]) + "\n"


def markdown(drift: Drift, limit: int | None = None) -> str:
    """For a comment, an issue or the summary of a job. limit: characters; all of it when None."""
    sections = [
        Section(title="Could not be looked at", entries=[f"- {code(each)}" for each in drift.problems], noun="stack"),
        *(
            Section(
                title="Platform" if tenant == PLATFORM else f"Tenant {code(tenant)}",
                entries=[_entry(each) for each in resources],
                noun="resource",
            )
            for tenant, resources in by_tenant(drift.drifted).items()
        ),
    ]
    head = f"<!-- tenantplane drift {drift.environment} -->\n## Drift of {code(drift.environment)}"
    return Sheet(limit=limit).text(head, sections, closing(drift) + "\n")


def as_json(drift: Drift) -> str:
    """For other programs. `before` and `after` are left out where there is no value."""
    return json.dumps(
        {
            "environment": drift.environment,
            "stacks": list(drift.stacks),
            "resources": drift.resources,
            "exit_code": drift.exit_code,
            "problems": list(drift.problems),
            "passed_over": dict(sorted(drift.passed_over.items())),
            "drifted": [
                {
                    "tenant": each.tenant,
                    "type": each.type,
                    "name": each.name,
                    "urn": each.urn,
                    "gone": each.gone,
                    "changed": [_data(one) for one in each.changed],
                }
                for each in drift.drifted
            ],
        },
        indent=2,
    )


def closing(drift: Drift) -> str:
    """The result in a sentence."""
    tenants = {each.tenant for each in drift.drifted} - {PLATFORM}
    over = sum(drift.passed_over.values())
    what = (
        f"{plural(len(drift.drifted), 'resource')} of {plural(len(tenants), 'tenant')} not as last applied"
        if drift.drifted
        else "everything is as last applied"
    )
    passed = f"; {plural(over, 'difference')} that may be" if over else ""
    return f"{plural(len(drift.stacks), 'stack')}, {plural(drift.resources, 'resource')}: {what}{passed}"


def by_tenant(drifted: Sequence[Drifted]) -> dict[str, list[Drifted]]:
    """The resources by tenant, those of the platform first, those that are gone first in each."""
    made: dict[str, list[Drifted]] = {}
    for each in sorted(drifted, key=lambda one: (one.tenant != PLATFORM, one.tenant, not one.gone, one.type, one.name)):
        made.setdefault(each.tenant, []).append(each)
    return made


def _entry(drifted: Drifted) -> str:
    named = code(f"{drifted.type.rpartition(':')[2]} {drifted.name}")
    return f"- {named} is gone" if drifted.gone else f"- {named}\n\n{block(changed_lines(drifted), 'text')}\n"


def changed_lines(drifted: Drifted) -> list[str]:
    """Each value of a resource that differs, on a line."""
    return [f"{each.where}: {_value(each.before)} -> {_value(each.after)}" for each in drifted.changed]


def _value(value: Any) -> str:
    return "nothing" if value is MISSING else shown(value)


def _data(difference: Difference) -> dict[str, Any]:
    both = {"before": difference.before, "after": difference.after}
    return {"path": difference.where, **{key: value for key, value in both.items() if value is not MISSING}}
