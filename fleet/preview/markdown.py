"""A review as Markdown: what cannot be taken back first, then what breaks a rule, figures, then everything (I2)."""

from collections.abc import Sequence
from typing import Final

from fleet.diff import property_lines
from fleet.events import PLATFORM, Change, Op
from fleet.preview.review import Delta, Entry, Finding, Review
from fleet.preview.sheet import LIMIT, Section, Sheet, block, cell, code, folded, plural

_VERBS: Final = {"create": "creates", "update": "changes", "replace": "replaces", "delete": "deletes", "same": "keeps"}
_TO: Final[dict[Op, str]] = {"create": "create", "update": "change", "replace": "replace", "delete": "delete"}
_SIGNS: Final = {"create": "+", "update": "!", "replace": "-+", "delete": "-", "same": " "}
_HEADLINES: Final = {
    "nothing dangerous": "nothing dangerous",
    "needs approval": "⛔ needs approval",
    "refused": "⛔ refused",
    "failed": "⛔ failed",
}
_SHOWN_PROPERTIES: Final = 6
"""Lines of changed properties with an entry in the first sections; the folded part has all."""
_PROPERTIES: Final = 25
"""Lines of changed properties with an entry of the folded part; the full text has all."""
_BLOCK: Final = 8_000
"""Characters of one tenant's folded part in the comment; the full text has no such bound."""
LIMITS_OF_OFFLINE: Final = (
    "Compared offline, without a cluster: what was changed behind the catalogue's back, what a server would refuse and "
    "values that only a cloud knows are not seen."
)


def marker(environment: str) -> str:
    """First line of the text, by which a comment is found again and updated in place."""
    return f"<!-- tenantplane preview {environment} -->"


def markdown(review: Review, limit: int | None = LIMIT) -> str:
    """The text, at most `limit` characters long, whatever the change; all of it for None."""
    sheet = Sheet(limit=limit)
    text = sheet.text(_head(review), _sections(review, limit), _foot(review))
    if limit is not None and len(text) > limit:  # a head that alone is too long: thousands of new tenants
        text = text[: limit - 1] + "…"
    return text


def _sections(review: Review, limit: int | None) -> list[Section]:
    return [
        Section(title="Cannot be previewed", entries=[f"- {code(each)}" for each in review.problems], noun="problem"),
        Section(title="Refused", entries=[f"- {code(each)}" for each in review.refusals], noun="refusal"),
        Section(
            title="Data loss",
            entries=[
                *(f"- {_whose(tenant)}: {why}" for tenant, why in review.dangers),
                *map(_entry, review.at("data loss")),
            ],
        ),
        Section(title="Replacements", entries=[_entry(each) for each in review.at("replacement")]),
        Section(title="Deletions", entries=[_entry(each) for each in review.at("deletion")]),
        Section(title="Policy findings", entries=[_finding(each) for each in review.findings], noun="finding"),
        Section(title="Quota", entries=_rows(review.quotas), noun="line", before=_TABLE),
        Section(title="Cost", entries=_rows(review.costs), noun="line", before=_TABLE),
        Section(title="Look at", entries=[f"- {code(each)}" for each in review.warnings], noun="remark"),
        Section(
            title="Rules that could not be asked",
            entries=[f"- {code(each)}" for each in review.unevaluated],
            noun="rule",
        ),
        Section(title="Tenants' files", entries=_rows(review.about), noun="line", before=_TABLE),
        Section(title="Everything, by tenant", entries=_tenants(review, limit), noun="tenant"),
    ]


_TABLE: Final = "| tenant | what | before | after |\n|---|---|---|---|\n"


def _head(review: Review) -> str:
    counts = review.counts()
    changed = ", ".join(f"{counts[op]:,} to {word}" for op, word in _TO.items() if counts[op])
    lines = [
        marker(review.environment),
        f"## Preview of {code(review.environment)}: {_HEADLINES[review.verdict]}",
        "",
        f"{changed or 'No resource changes'}; {len(review.stacks)} of {plural(review.all_stacks, 'stack')} affected.",
    ]
    lines += [
        f"{what}: {', '.join(map(code, tenants[:_NAMED]))}" + (f" and {len(tenants) - _NAMED:,} more." if
                                                               len(tenants) > _NAMED else ".")
        for what, tenants in (("New tenants", review.tenants_new), ("Tenants that go", review.tenants_gone))
        if tenants
    ]  # fmt: skip
    return "\n".join(lines)


_NAMED: Final = 20
"""Tenants named in the head."""


def _foot(review: Review) -> str:
    if review.live:
        return f"Base {code(review.base)}; compared with what is really there.\n"
    return f"Base {code(review.base)}. {LIMITS_OF_OFFLINE}\n"


def _entry(entry: Entry) -> str:
    change = entry.change
    lines = property_lines(change)
    # What forces the replacement first: it is what a reviewer looks for.
    lines.sort(key=lambda line: not line.endswith("(forces replacement)"))
    shown = [f"  - {code(line)}" for line in lines[:_SHOWN_PROPERTIES]]
    if len(lines) > _SHOWN_PROPERTIES:
        shown.append(f"  - and {plural(len(lines) - _SHOWN_PROPERTIES, 'more property')}")
    why = f": {entry.why}" if entry.why else ""
    return "\n".join([f"- {_whose(change.tenant)} {_VERBS[change.op]} {code(named(change))}{why}", *shown])


def named(change: Change) -> str:
    """A resource as people call it: "Namespace acme"."""
    kind = change.type.rpartition(":")[2]
    return f"{'Provider ' if change.type.startswith('pulumi:providers:') else ''}{kind} {change.name}"


def _finding(finding: Finding) -> str:
    return (
        f"- {finding.outcome}: {_whose(finding.tenant)} {code(finding.resource)} breaks {code(finding.control)} "
        f"({finding.severity}): "
        f"{code(finding.text)}"
    )


def _rows(deltas: Sequence[Delta]) -> list[str]:
    return [
        f"| {_whose(each.tenant)} | {code(each.what)} | {cell(_figure(each.before))} | {cell(_figure(each.after))} |"
        for each in deltas
    ]


def _figure(value: object) -> object:
    return f"{value:,.2f}" if isinstance(value, float) else value


def _tenants(review: Review, limit: int | None) -> list[str]:
    made: list[str] = []
    for tenant, entries in review.by_tenant().items():
        lines: list[str] = []
        used = missing = 0
        for entry in entries:
            own = _lines(entry, limit)
            used += sum(map(len, own)) + len(own)
            if limit is not None and used > _BLOCK:
                missing += 1
            else:
                lines += own
        if missing:
            lines.append(f"  and {plural(missing, 'more resource')}, in the full text")
        name = "(platform)" if tenant == PLATFORM else tenant
        made.append(folded(f"{name}: {plural(len(entries), 'change')}", block(lines)))
    return made


def _lines(entry: Entry, limit: int | None) -> list[str]:
    change = entry.change
    properties = property_lines(change)
    kept = properties if limit is None else properties[:_PROPERTIES]
    if left := len(properties) - len(kept):
        kept = [*kept, f"and {plural(left, 'more property')}, in the full text"]
    return [f"{_SIGNS[change.op]} {change.type} {change.name}", *(f"    {each}" for each in kept)]


def _whose(tenant: str) -> str:
    return "platform" if tenant == PLATFORM else code(tenant)
