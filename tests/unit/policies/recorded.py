"""What the pack says of a stack that was rendered without an engine."""

from datetime import date
from typing import Any, Final

from policies.objects import Resource, found
from policies.session import Session, session
from tests.unit.components.local_stack import ROOT
from tests.unit.components.recorder import Recording

TODAY: Final = date(2026, 11, 22)
_SECRET: Final = "4dabf18193072939515e22adb298388d"
"""Key of what marks a secret among a recorded resource's inputs; the SDK takes it away before it asks a pack."""


def open_secrets(value: Any) -> Any:
    """The inputs as the SDK hands them to a pack."""
    if isinstance(value, dict):
        return (
            open_secrets(value["value"]) if _SECRET in value else {k: open_secrets(each) for k, each in value.items()}
        )
    return [open_secrets(each) for each in value] if isinstance(value, list) else value


def resources(made: Recording) -> list[Resource]:
    """What was registered, as the rules see it."""
    return [
        found(each.type, open_secrets(each.inputs), name=each.name, urn=each.urn, protect=each.protect,
              depends=frozenset(each.depends_on))
        for each in made.resources
    ]  # fmt: skip


def asked(made: Recording, environment: str = "local", *, cluster: str | None = None, whole: bool = True) -> Session:
    """A session of the pack in which every rule was asked. cluster: as the stack's configuration names it. whole: those
    about the stack as well."""
    told = {"tenantplane:environment": environment, **({"tenantplane:cluster": cluster} if cluster else {})}
    held = session(ROOT, told, TODAY)
    seen = resources(made)
    for each in seen:
        held.resource(each)
    if whole:
        held.stack(seen)
    return held
