"""One rule's case: what is compliant, and the one flip that it is about."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.evaluation import Result, evaluate
from policies.expected import Expected
from policies.objects import Resource, found

Path = tuple[str | int, ...]
GONE: Final = object()
"""Stands for the flip that takes the property away."""
FINE: Final = ""
"""Said of a property that may be missing."""
EXPECTED: Final = Expected(
    registries=("registry.example",),
    domain="tenants.example",
    regions={"acme": frozenset({"eu-central-1", "eu-west-1"}), "bolt": frozenset({"us-east-1"})},
    leaving=frozenset({"gone"}),
    classes={"team": frozenset({"team", "batch"})},
    capacity=(100_000, 400 << 30),
    addons=frozenset({"gateway", "guard-rails", "monitoring", "queues"}),
    runtimes={"homework-correction": frozenset({"runc"}), "agent-sessions": frozenset({"gvisor", "kata"})},
    gpu_runtimes=frozenset({"kata-gpu"}),
    capabilities={"acme": {"homework-correction": frozenset({"CHOWN"})}},
    runtime_capabilities={"gvisor": frozenset({"CHOWN", "SETUID"})},
    kinds={"acme": frozenset({"homework-correction", "agent-sessions"}), "bank": frozenset({"homework-correction"})},
    tiers={"acme": "team", "bolt": "team", "bank": "team"},
    groups={"acme": frozenset({"acme:admins"})},
    own_nodes={"bank": frozenset({"gpu"})},
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A rule about one resource.

    control: its id. token, good: a resource that every rule passes. path, bad: the flip; without a path the engine's
    protection is taken away. said: in the finding. missing: said when the property is not there, the same when None;
    FINE where it may be missing. hidden: path of the value that is not known yet, where it is not `path`. also: other
    controls that the same flip breaks. always: every resource of the kind is wrong, so that none is compliant.
    expected: what the rules are told of the environment.
    """

    control: str
    token: str
    good: Mapping[str, Any]
    path: Path
    bad: Any = GONE
    said: str
    missing: str | None = None
    hidden: Path | None = None
    also: frozenset[str] = frozenset()
    always: bool = False
    expected: Expected = EXPECTED

    def __str__(self) -> str:
        return f"{self.control} {self.token.rpartition(':')[2]} {'.'.join(map(str, self.path))}"

    @property
    def flipped(self) -> dict[str, Any]:
        """The compliant one with the flip."""
        return flipped(self.good, self.path, self.bad)


def flipped(props: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy with another value at a path; without it for GONE."""
    made = copy.deepcopy(dict(props))
    if not path:
        return made
    place: Any = made
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    if value is not GONE:
        place[path[-1]] = value
    elif isinstance(place, list):
        place.pop(int(path[-1]))
    else:
        place.pop(path[-1], None)
    return made


def resource(token: str, props: Mapping[str, Any], **more: Any) -> Resource:
    """The resource as the pack would see it: through the SDK's guard against unknown values."""
    guarded = unknown_checking_proxy(copy.deepcopy(dict(props)))
    return found(token, guarded, **{"name": "it", "urn": "urn:it", "protect": True, **more})


def hidden(props: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """A copy in which the value at a path is not known before it is made."""
    return flipped(props, path, UNKNOWN_STRING_VALUE)


def results(token: str, props: Mapping[str, Any], expected: Expected = EXPECTED, **more: Any) -> list[Result]:
    """What all rules say of one resource."""
    return evaluate(resource(token, props, **more), expected)
