"""Tags in the forms that AWS's services have them."""

from collections.abc import Mapping
from typing import Any

from localcloud.aws.model import Tags


def in_form(tags: Mapping[str, str], form: str) -> Any:
    """Tags as a map, or as pairs of Key and Value, or of TagKey and TagValue."""
    if form == "map":
        return dict(tags)
    key, value = ("TagKey", "TagValue") if form == "kms" else ("Key", "Value")
    return [{key: name, value: text} for name, text in sorted(tags.items())]


def from_form(found: Any) -> dict[str, str]:
    """Tags from any of these forms, without AWS's own."""
    if isinstance(found, Mapping):
        pairs = dict(found)
    else:
        pairs = {each.get("Key", each.get("TagKey")): each.get("Value", each.get("TagValue")) for each in found or ()}
    return {str(key): str(value) for key, value in pairs.items() if not str(key).startswith("aws:")}


def at_creation(tags: Tags | None, wanted: Mapping[str, str]) -> dict[str, Any]:
    """The argument of the creating call."""
    if tags is None or not tags.create or not wanted:
        return {}
    if tags.specification:
        return {tags.create: [{"ResourceType": tags.specification, "Tags": in_form(wanted, tags.form)}]}
    return {tags.create: in_form(wanted, tags.form)}


def change(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Tags to set, and keys to remove."""
    return {key: text for key, text in new.items() if old.get(key) != text}, sorted(set(old) - set(new))
