"""Getting a stack going again after its engine was killed.

Two things are left behind then: a lock, and operations that had begun. Updates and deletions that had begun are
simply decided anew by the next update. A creation that had begun may or may not have happened, and the engine keeps
asking about it.

Kubernetes objects of ours have names that follow from the tenant, and creating them is a server-side apply that
takes over what is there, so that dropping the memory of such a creation is safe: the next update makes or adopts
that very object. An object whose name was made up must be looked for instead, or it would stay behind: it is
imported under the name it was given. Random values live in the state only. Of anything else we cannot know whether
it exists, and say so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fleet.state import PendingOperation

AUTONAMED = "pulumi.com/autonamed"


@dataclass(frozen=True, kw_only=True)
class RecoveryPlan:
    """What to do about operations left open.

    drop: creations that are safe to forget. adopt: URN to id of objects to look for under the name they were given.
    unknown: creations only a person can judge. again: operations the next update decides anew.
    """

    drop: tuple[str, ...] = ()
    adopt: Mapping[str, str] | None = None
    unknown: tuple[str, ...] = ()
    again: tuple[str, ...] = ()

    @property
    def needed(self) -> bool:
        """Whether the state has to be touched before the next update."""
        return bool(self.drop or self.adopt)


def recovery_plan(pending: Iterable[PendingOperation]) -> RecoveryPlan:
    """What to do about the operations that a state lists as begun."""
    drop: list[str] = []
    adopt: dict[str, str] = {}
    unknown: list[str] = []
    again: list[str] = []
    for operation in pending:
        if operation.kind != "creating":
            again.append(operation.urn)
        elif operation.type.startswith("kubernetes:"):
            if (given := made_up_id(operation.inputs)) is not None:
                adopt[operation.urn] = given
            else:
                drop.append(operation.urn)
        elif operation.type.startswith(("random:", "pulumi:", "tenantplane:")):
            drop.append(operation.urn)
        else:
            unknown.append(operation.urn)
    return RecoveryPlan(drop=tuple(drop), adopt=adopt, unknown=tuple(unknown), again=tuple(again))


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


def told(plan: RecoveryPlan) -> str:
    """What was done about an unfinished run, in plain words."""
    parts: list[str] = []
    if plan.drop:
        names = ", ".join(urn.rsplit("::", 1)[-1] for urn in plan.drop)
        parts.append(f"forgot {len(plan.drop)} creation(s) under way ({names}): they are made or adopted anew")
    if plan.adopt:
        names = ", ".join(plan.adopt.values())
        parts.append(f"looked for {len(plan.adopt)} object(s) whose creation was under way ({names})")
    return "an earlier run was stopped half-way: " + "; ".join(parts)
