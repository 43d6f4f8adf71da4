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


_WHO = ("aws:source", "aws:principal", "kms:calleraccount", "s3:dataaccesspointaccount")
"""Beginnings of keys of conditions that say who asks, or from where; others, such as TLS, everybody can meet."""


def _says_who(statement: Statement) -> bool:
    keys = [key for test in (statement.get("Condition") or {}).values() for key in test]
    return any(key.lower().startswith(_WHO) for key in keys)


def open_to_all(document: object) -> Iterator[str]:
    """Statements of a resource's policy that give everybody a right, without a condition that says who."""
    try:
        found = statements(document)
    except ValueError as error:
        yield f"its policy cannot be read: {error}"
        return
    for each in found:
        anybody = "*" in principals(each) or "NotPrincipal" in each
        if allows(each) and anybody and not _says_who(each):
            yield f"statement {each.get('Sid', '')!r} lets everybody {', '.join(listed(each.get('Action')))}"
