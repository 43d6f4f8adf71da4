"""What the rules say of resources: what is wrong, and what could not be looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pulumi_policy.proxy import UnknownValueError

from controls import Control
from policies.expected import Expected, NotKnownError
from policies.objects import Resource
from policies.rule import Stack, Wrong
from policies.table import STACK_RULES, rules_about


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one rule says. what: in a few words. urn: of the resource; empty for the stack. name: of the same, as
    exceptions name it: `<kind>/<name>`, or `stack`. evaluated: whether the rule could be asked; else `what` is what it
    lacked."""

    control: Control
    what: str
    urn: str
    name: str
    evaluated: bool = True

    def __str__(self) -> str:
        if self.evaluated:
            return self.control.finding(self.what)
        return f"[{self.control.id}] not evaluated: {self.what}. {self.control.title}."


def evaluate(resource: Resource, expected: Expected) -> list[Result]:
    """Every rule about one resource.

    A rule that comes to a value which is not known yet has not been evaluated; what it found before still counts.
    """
    return [
        result
        for rule in rules_about(resource)
        for result in _asked(rule.control, (Wrong(each, resource) for each in rule.check(resource, expected)), resource)
    ]


def evaluate_stack(resources: Iterable[Resource], expected: Expected) -> list[Result]:
    """Every rule about the resources of a stack together."""
    stack = Stack(resources)
    return [result for rule in STACK_RULES for result in _asked(rule.control, rule.check(stack, expected), None)]


def _asked(control: Control, found: Iterator[Wrong], resource: Resource | None) -> Iterator[Result]:
    def result(what: str, about: Resource | None, *, evaluated: bool) -> Result:
        urn, name = (about.urn, str(about)) if about is not None else ("", "stack")
        return Result(control=control, what=what, urn=urn, name=name, evaluated=evaluated)

    try:
        for each in found:
            yield result(each.what, each.about, evaluated=True)
    except UnknownValueError as error:
        yield result(f"{'.'.join(error.props)} is not known before it is made", resource, evaluated=False)
    except NotKnownError as error:
        yield result(str(error), resource, evaluated=False)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # What has another shape than its API says is wrong, whatever the rule would have said of it.
        yield result(f"it cannot be read: {error}", resource, evaluated=True)
