"""What the judges of manifests are shown: every object of the stack `local`, as its engine would send it (I1)."""

from typing import Any

from tests.gateway.objects import whole
from tests.unit.components.local_stack import local_stack
from tests.unit.policies.recorded import open_secrets


def manifests() -> list[dict[str, Any]]:
    """Every object of the stack `local`; a patch is a part of one that is there."""
    return [
        whole(open_secrets(each.inputs))
        for each in local_stack().resources
        if each.custom and each.type.startswith("kubernetes:") and not each.type.endswith("Patch")
    ]
