"""No secret leaves a preview, marked as one or not (I5)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fleet.events import Change
from fleet.preview.danger import kind_of

SECRET: Final = "[secret]"  # noqa: S105 - what is shown in place of one
SECRET_KINDS: Final = ("kubernetes:core:Secret", "kubernetes:core:SecretPatch")
SECRET_FIELDS: Final = ("data", "stringData")
"""What is secret of them, marked or not."""


def masked(token: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a resource without anything that a Secret holds, and without the digests that a rendering has in
    the place of secrets."""
    whole = kind_of(token) in SECRET_KINDS
    return {key: _masked(value, whole and key in SECRET_FIELDS) for key, value in inputs.items()}


def masked_change(change: Change) -> Change:
    """The same of a change."""
    return replace(change, old=masked(change.type, change.old), new=masked(change.type, change.new))


def _masked(value: Any, every: bool) -> Any:
    if isinstance(value, dict):
        return {key: _masked(each, every) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked(each, every) for each in value]
    return SECRET if every or (isinstance(value, str) and value.startswith(SECRET)) else value
