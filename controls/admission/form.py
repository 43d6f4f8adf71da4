"""What a policy at admission is: what it is asked about, and what it refuses, in plain data (I1).

Expressions are CEL as the API server has them. `{{name}}` stands for a name or a value that the program fills in:
labels, which settings.names owns, and what the catalogue says, such as the classes of its tiers.
"""

from dataclasses import dataclass
from typing import Final, Literal

from controls.admission.cel import text
from controls.admission.claim import Claim

TENANT: Final = ("{{tenant_label}}", "Exists", ())
"""Of the selector that chooses the namespaces of tenants: key, operator and values."""
PODS: Final = ("pods",)
"""Stands for every kind of object that is a pod or makes some."""


@dataclass(frozen=True)
class Asked:
    """What a policy is asked about: resources of an API group, in some versions, when they are made or changed.

    namespaced: leaves out kinds that lie in no namespace, which a selector of namespaces would not pass over.
    """

    group: str
    resources: tuple[str, ...]
    versions: tuple[str, ...] = ("v1",)
    operations: tuple[str, ...] = ("CREATE", "UPDATE")
    namespaced: bool = False


@dataclass(frozen=True)
class Variable:
    """A named expression. given: the value without which it is left out."""

    name: str
    expression: str
    given: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """How the same claim is asked at preview. kinds: of object. wrong: the finding about what breaks it; it may name
    `name`, `kind`, `kinds` of the item, `value` and `values` of the claim's first field, `told` and `allowed` of what
    that is compared with, and `tenant`. everywhere: outside of tenants' namespaces as well."""

    kinds: tuple[str, ...] = PODS
    wrong: str
    everywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One rule of a policy.

    control: id of what it enforces, which ends what is said to whoever is refused. holds: what has to: a claim, of
    which the pack's rule is made as well, or CEL where only the API server can know (who asks, what was there before).
    message: what is said. said: CEL of the same, where it names what is wrong. given: the value without which the rule
    is left out. preview: how a claim is asked there.
    reason: "Forbidden" is a warning at the engine's preview, since rights may come with the same update; "Invalid" is
    for rules about what the engine applies as well, and fails the preview.
    """

    control: str
    holds: Claim | str
    message: str
    said: str = ""
    reason: Literal["Forbidden", "Invalid"] = "Forbidden"
    given: str = ""
    preview: Preview | None = None

    def __post_init__(self) -> None:
        if self.preview is not None and isinstance(self.holds, str):
            raise ValueError(f"{self.control}: CEL alone cannot be asked at preview")

    @property
    def expression(self) -> str:
        """What has to hold, in CEL."""
        return self.holds if isinstance(self.holds, str) else text(self.holds)


@dataclass(frozen=True, kw_only=True)
class AdmissionPolicy:
    """A ValidatingAdmissionPolicy and its binding, of the same name. It fails closed.

    asked: what about; or the name of a value that says it. where: the namespaces, by their labels. conditions: names
    and CEL of what has to be so for it to be asked at all. parameters: the ConfigMap that it reads, without which
    nothing is admitted. actions: of the binding.
    """

    name: str
    asked: tuple[Asked, ...] | str
    refusals: tuple[Refusal, ...]
    where: tuple[tuple[str, str, tuple[str, ...]], ...] = (TENANT,)
    conditions: tuple[tuple[str, str], ...] = ()
    variables: tuple[Variable, ...] = ()
    parameters: str = ""
    actions: tuple[str, ...] = ("Deny",)

    @property
    def controls(self) -> frozenset[str]:
        """Ids of what it enforces."""
        return frozenset(each.control for each in self.refusals)
