"""What to do about the operations that an engine had begun when it was killed.

Updates and deletions that had begun are simply decided anew by the next update. A creation that had begun may or may
not have happened, and the engine keeps asking about it.

Kubernetes objects of ours have names that follow from the tenant, and creating them is a server-side apply that
takes over what is there, so that dropping the memory of such a creation is safe: the next update makes or adopts
that very object. An object whose name was made up must be looked for instead, or it would stay behind. Random values
live in the state only. Of what is at AWS the type says (aws_types.py): most has an id that follows from what was asked
for, some has to be asked for at AWS, and of a few creating it twice is creating it once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fleet.recovery.aws_lookups import LOOKUPS
from fleet.recovery.aws_types import AGAIN, named_id
from fleet.state import PendingOperation

AUTONAMED: Final = "pulumi.com/autonamed"
_OF_THE_STATE: Final = ("random:", "pulumi:", "tenantplane:")


@dataclass(frozen=True, kw_only=True)
class RecoveryPlan:
    """What to do about operations left open.

    drop: creations that are safe to forget. adopt: URN to id of what is to be looked for under that id. ask: creations
    whose id AWS has to be asked for. unknown: creations only a person can judge. again: operations the next update
    decides anew.
    """

    drop: tuple[str, ...] = ()
    adopt: Mapping[str, str] = field(default_factory=dict)
    ask: tuple[PendingOperation, ...] = ()
    unknown: tuple[PendingOperation, ...] = ()
    again: tuple[str, ...] = ()

    @property
    def needed(self) -> bool:
        """Whether a creation is open, so that something has to be settled before the next update."""
        return bool(self.drop or self.adopt or self.ask or self.unknown)


def recovery_plan(pending: Iterable[PendingOperation]) -> RecoveryPlan:
    """What to do about the operations that a state lists as begun."""
    drop: list[str] = []
    adopt: dict[str, str] = {}
    ask: list[PendingOperation] = []
    unknown: list[PendingOperation] = []
    again: list[str] = []
    for operation in pending:
        known = _id(operation)
        if operation.kind != "creating":
            again.append(operation.urn)
        elif known is not None:
            adopt[operation.urn] = known
        elif operation.type.startswith((*_OF_THE_STATE, "kubernetes:")) or operation.type in AGAIN:
            drop.append(operation.urn)
        elif operation.type in LOOKUPS:
            ask.append(operation)
        else:
            unknown.append(operation)
    return RecoveryPlan(drop=tuple(drop), adopt=adopt, ask=tuple(ask), unknown=tuple(unknown), again=tuple(again))


def _id(operation: PendingOperation) -> str | None:
    """The id that follows from what was asked for, where one does."""
    if operation.type.startswith("kubernetes:"):
        return made_up_id(operation.inputs)
    return named_id(operation.type, operation.inputs)


def made_up_id(inputs: Mapping[str, Any]) -> str | None:
    """Id (`namespace/name` or `name`) of an object whose name the provider made up; None for one named by the
    program."""
    metadata = inputs.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    annotations = metadata.get("annotations")
    if not isinstance(annotations, Mapping) or str(annotations.get(AUTONAMED, "")).lower() != "true":
        return None
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str):
        return None
    return f"{namespace}/{name}" if isinstance(namespace, str) else name
