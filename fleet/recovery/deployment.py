"""A stack's deployment with open creations settled.

The engine's own `refresh --import-pending-creates` asks for an id and then forgets the creation all the same (3.259:
nothing reads the operations that it marks as imports), so that what was made stays behind. Here such a thing becomes a
resource of the state under its id, without outputs; a refresh of it reads them, and takes it out where it is not there.
"""

from collections.abc import Mapping
from typing import Any

Deployment = Mapping[str, Any]
_Resource = Mapping[str, Any]


def settled(deployment: Deployment, forgotten: frozenset[str], adopted: Mapping[str, str]) -> dict[str, Any]:
    """The deployment without the open creations of these URNs; those of `adopted` are resources under that id."""
    resources: list[_Resource] = list(deployment.get("resources") or [])
    left = []
    for operation in deployment.get("pending_operations") or []:
        urn = operation["resource"]["urn"]
        if operation["type"] != "creating" or (urn not in forgotten and urn not in adopted):
            left.append(operation)
        elif urn in adopted:
            resources = _with(resources, operation["resource"], adopted[urn])
    return {**deployment, "resources": resources, "pending_operations": left}


def surplus(deployment: Deployment, adopted: Mapping[str, str]) -> frozenset[str]:
    """URNs of those that have another resource in the state which lives: what was made beside it is to go again."""
    live = _live(deployment.get("resources") or [])
    return frozenset(urn for urn, identifier in adopted.items() if urn in live and live[urn].get("id") != identifier)


def _with(resources: list[_Resource], made: _Resource, identifier: str) -> list[_Resource]:
    old = _live(resources).get(made["urn"])
    if old is None:
        # One that was deleted to be made anew has given way to this one.
        kept = [each for each in resources if each["urn"] != made["urn"] or not each.get("pendingReplacement")]
        return [*kept, {**made, "id": identifier, "outputs": {}}]
    if old.get("id") == identifier:
        return resources
    # Made to replace one that is in use still, or once more by a run that did not know: it goes with the next update.
    return [*resources, {**made, "id": identifier, "outputs": made.get("inputs") or {}, "delete": True}]


def _live(resources: list[_Resource]) -> dict[str, _Resource]:
    return {each["urn"]: each for each in resources if not each.get("delete") and not each.get("pendingReplacement")}
