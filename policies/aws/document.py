"""Policy documents of AWS: what a statement says, whoever wrote it as text or as one string instead of a list."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Statement = Mapping[str, Any]


def statements(document: object) -> list[Statement]:
    """The statements of a document; none of a missing one. Raises ValueError for what is no document."""
    if not document:
        return []
    read = json.loads(document) if isinstance(document, str) else document
    found = read.get("Statement") if isinstance(read, Mapping) else None
    if found is None:
        raise ValueError("a policy document without a Statement")
    return [found] if isinstance(found, Mapping) else list(found)


def listed(value: object) -> list[str]:
    """One string or many, as many."""
    return [value] if isinstance(value, str) else [str(each) for each in value or ()]  # type: ignore[attr-defined]


def principals(statement: Statement) -> list[str]:
    """Whom a statement is about, over all kinds of principal."""
    told = statement.get("Principal")
    if isinstance(told, Mapping):
        return [each for values in told.values() for each in listed(values)]
    return listed(told)


def allows(statement: Statement) -> bool:
    """Whether it gives rights instead of taking them."""
    return statement.get("Effect") == "Allow"


def open_to_all(document: object) -> Iterator[str]:
    """Statements of a resource's policy that give everybody a right, without a condition."""
    try:
        found = statements(document)
    except ValueError as error:
        yield f"its policy cannot be read: {error}"
        return
    for each in found:
        if allows(each) and "*" in principals(each) and not each.get("Condition"):
            yield f"statement {each.get('Sid', '')!r} lets everybody {', '.join(listed(each.get('Action')))}"
