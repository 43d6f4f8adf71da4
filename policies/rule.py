"""What a rule is: a control, what it is about, and a pure function that says what is wrong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from controls import Control, control
from policies.expected import Expected
from policies.objects import AwsResource, KubernetesObject, Resource

Check = Callable[[Any, Expected], Iterator[str]]
StackCheck = Callable[["Stack", Expected], Iterator["Wrong"]]


@dataclass(frozen=True)
class Wrong:
    """Something wrong with a stack. what: in a few words. about: the resource it is said of; None for the stack."""

    what: str
    about: Resource | None = None


class Stack:
    """All resources of a stack."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(resources)
        self._by_kind: dict[str, list[Resource]] = {}
        for each in self.resources:
            self._by_kind.setdefault(each.kind, []).append(each)

    def objects(self, *kinds: str) -> list[KubernetesObject]:
        """The Kubernetes objects of some kinds."""
        return [each for kind in kinds for each in self._by_kind.get(kind, []) if isinstance(each, KubernetesObject)]

    def aws(self, *kinds: str) -> list[AwsResource]:
        """The resources of AWS of some kinds."""
        return [each for kind in kinds for each in self._by_kind.get(kind, []) if isinstance(each, AwsResource)]

    def tenant_namespaces(self) -> list[KubernetesObject]:
        """The namespaces of tenants."""
        return [each for each in self.objects("Namespace") if each.tenant_namespace is not None]

    def inside(self, namespace: str, kind: str) -> list[KubernetesObject]:
        """The objects of a kind in a namespace."""
        return [each for each in self.objects(kind) if each.namespace == namespace]

    def beside(self, resource: Resource, kind: str, key: str) -> list[AwsResource]:
        """The resources of a kind that are about another: they refer to it, or have its name as their `key`."""
        return [
            each
            for each in self.aws(kind)
            if resource.urn in each.depends or (not each.depends and each.at(key) == resource.at(key) is not None)
        ]


@dataclass(frozen=True)
class Rule:
    """A rule about one resource.

    control: what has to hold. kinds: what it is about; empty for every Kubernetes object. check: what is wrong, one
    line for each thing; nothing for what it does not concern.
    """

    control: Control
    kinds: frozenset[str]
    check: Check


@dataclass(frozen=True)
class StackRule:
    """A rule about all resources of a stack together."""

    control: Control
    check: StackCheck


def rule(control_id: str, kinds: Iterable[str], check: Check) -> Rule:
    """The rule of a control."""
    return Rule(control(control_id), frozenset(kinds), check)


def stack_rule(control_id: str, check: StackCheck) -> StackRule:
    """The rule of a control about a whole stack."""
    return StackRule(control(control_id), check)
