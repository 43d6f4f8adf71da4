"""Which controls a change breaks that were kept before, by the table that the policy pack checks (I1, I2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fleet.events import Change
from fleet.preview.review import Finding
from policies.controls import AWS_CONTROLS, CONTROLS, Control
from policies.objects import AwsResource, KubernetesObject


def findings(changes: Sequence[Change]) -> list[Finding]:
    """Findings about what the changes make, in their order. What was broken before the change is not its doing."""
    made: list[Finding] = []
    for change in changes:
        if change.op == "delete":
            continue
        before = {(control.id, text) for control, text in broken(change.type, change.old)} if change.old else set()
        made += [
            Finding(
                tenant=change.tenant,
                resource=f"{change.type.rpartition(':')[2]} {change.name}",
                text=text,
                severity=control.severity.value,
                control=control.id,
            )
            for control, text in broken(change.type, change.new)
            if (control.id, text) not in before
        ]
    return made


def broken(token: str, inputs: Mapping[str, Any]) -> Iterator[tuple[Control[Any], str]]:
    """Each control that a resource breaks, and how."""
    if (held := KubernetesObject.of(token, inputs)) is not None:
        yield from ((control, text) for control in CONTROLS for text in control.check(held))
    elif (resource := AwsResource.of(token, inputs)) is not None:
        yield from ((control, text) for control in AWS_CONTROLS for text in control.check(resource))
