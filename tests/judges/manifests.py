"""What the judges of manifests are shown: every object of the stack `local`, as its engine would send it (I1)."""

from typing import Any

from tests.unit.components.local_stack import local_stack
from tests.unit.policies.recorded import open_secrets


def whole(value: Any) -> Any:
    """Numbers as people write them: the engine has no integers."""
    if isinstance(value, dict):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def manifests() -> list[dict[str, Any]]:
    """Every object of the stack `local`; a patch is a part of one that is there."""
    return [
        whole(open_secrets(each.inputs))
        for each in local_stack().resources
        if each.custom and each.type.startswith("kubernetes:") and not each.type.endswith("Patch")
    ]
