"""Whether what guards a tenant is the same in two stacks: quota, policies, rights and secrets (H3)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fleet.events import TENANT_TYPE
from settings.database.files import AUTHORITY, SECRET, SERVICES_FILE

GUARDS: Final = (
    "kubernetes:core/v1:ResourceQuota",
    "kubernetes:core/v1:LimitRange",
    "kubernetes:core/v1:Secret",
    "kubernetes:core/v1:ServiceAccount",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:projectcalico.org/v3:GlobalNetworkPolicy",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
)
"""Types of the objects that say what a tenant may: their kinds are compared, whatever version they are in."""
WHERE: Final = ("host", "port", SERVICES_FILE, AUTHORITY)
"""Of the Secret of a tenant's database: where its server is, which is another one on each side. Who it is and by what
credential is in the rest."""


@dataclass(frozen=True, kw_only=True)
class Sameness:
    """What a comparison found. same: objects alike on both sides, by kind. different: a line for each other object."""

    same: Mapping[str, int]
    different: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether there was something to compare, and all of it is alike."""
        return bool(self.same) and not self.different

    @property
    def counts(self) -> str:
        """How many objects of each kind are alike."""
        return ", ".join(f"{count} {kind}" for kind, count in self.same.items()) or "nothing"


def compared(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    tenant: str,
    databases: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> Sameness:
    """Compare the guards of a tenant in two deployments, secrets in the clear. No value is kept or told.

    databases: the ranges of Auroras on each side, in the same order: policies name them, and what is the one there has
    to be the other here.
    """
    left, right = _guards(before, tenant, databases[0]), _guards(after, tenant, databases[1])
    same: dict[str, int] = {}
    different: list[str] = []
    for place in sorted(left.keys() | right.keys()):
        kind = place[0]
        if place not in right:
            different.append(f"{kind} {place[1]} is missing")
        elif place not in left:
            different.append(f"{kind} {place[1]} is new")
        elif left[place] != right[place]:
            different.append(f"{kind} {place[1]} is not the same")
        else:
            same[kind] = same.get(kind, 0) + 1
    return Sameness(same=same, different=tuple(different))


def _guards(deployment: Mapping[str, Any], tenant: str, databases: Sequence[str]) -> dict[tuple[str, str], str]:
    """Digest of each guard by its kind and name."""
    called = {each: f"databases {number}" for number, each in enumerate(databases)}
    resources = deployment.get("resources") or []
    parents = {each["urn"]: each.get("parent") or "" for each in resources}
    kinds = {each.rsplit(":", 1)[-1] for each in GUARDS}
    found: dict[tuple[str, str], str] = {}
    for each in resources:
        kind = each["type"].rsplit(":", 1)[-1]
        if (
            not each["type"].startswith("kubernetes:")
            or kind not in kinds
            or not _belongs(each["urn"], tenant, parents)
        ):
            continue
        inputs = _renamed(_plain(each.get("inputs") or {}), called)
        metadata = inputs.get("metadata") or {}
        if kind == "Secret" and metadata.get("name") == SECRET:
            for part in ("stringData", "data"):  # as the program says it, and as the official provider keeps it
                held = inputs.get(part) or {}
                inputs[part] = {key: value for key, value in held.items() if key not in WHERE}
        name = "/".join(filter(None, (metadata.get("namespace"), metadata.get("name"))))
        found[kind, name] = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return found


def _belongs(urn: str, tenant: str, parents: Mapping[str, str]) -> bool:
    while urn:
        type_, name = urn.split("::")[2].rsplit("$", 1)[-1], urn.rsplit("::", 1)[-1]
        if type_ == TENANT_TYPE:
            return name == tenant
        if name == f"{tenant}-guard-rail":
            return True
        urn = parents.get(urn, "")
    return False


def _renamed(value: Any, called: Mapping[str, str]) -> Any:
    """The value with some texts in it, whole ones, called otherwise."""
    if isinstance(value, dict):
        return {key: _renamed(each, called) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, called) for each in value]
    return called.get(value, value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """The value without the wrapping of secrets."""
    if isinstance(value, dict):
        if "plaintext" in value and len(value) == 2:
            return json.loads(value["plaintext"])
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
