"""Which events a TracingPolicy tells of: our reading of Tetragon's selectors, of the parts that the policies use.

Written from Tetragon's documentation (concepts/tracing-policy/selectors.md of 1.7): selectors are ORed, the filters of
one are ANDed, the values of one filter are ORed, but for the operators that begin with Not.
"""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from tests.detection.recorded import Connection, Event

Spec = Mapping[str, Any]


def told(policies: Mapping[str, Spec], event: Event, pod: Mapping[str, str]) -> list[str]:
    """Names of the policies that tell of it. pod: labels, with the namespace under Tetragon's key."""
    return [name for name, spec in policies.items() if chooses(spec["podSelector"], pod) and hooked(spec, event)]


def hooked(spec: Spec, event: Event) -> bool:
    """Whether any of its hooks tells of the event, whoever's it is."""
    hooks = (each for each in spec["kprobes"] if each["call"] == event.call)
    return any(any(_selected(selector, event) for selector in hook["selectors"]) for hook in hooks)


def chooses(selector: Spec, labels: Mapping[str, str]) -> bool:
    """A label selector, as Kubernetes has it: NotIn holds of what lacks the label."""
    return all(_expression(each, labels) for each in selector["matchExpressions"])


def _expression(each: Spec, labels: Mapping[str, str]) -> bool:
    value = labels.get(each["key"])
    match each["operator"]:
        case "In":
            return value in each["values"]
        case "NotIn":
            return value not in each["values"]
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    raise AssertionError(each["operator"])


def _selected(selector: Spec, event: Event) -> bool:
    known = {"matchArgs", "matchCapabilities", "matchCapabilityChanges", "matchActions"}
    assert selector.keys() <= known, selector.keys() - known
    if any(not _argument(each, event) for each in selector.get("matchArgs", ())):
        return False
    for each in selector.get("matchCapabilities", ()):
        assert (each["type"], each["operator"]) == ("Effective", "NotIn")
        if event.capabilities & set(each["values"]):
            return False
    for each in selector.get("matchCapabilityChanges", ()):
        assert (each["type"], each["operator"]) == ("Effective", "In")
        if not (event.capabilities - event.at_start) & set(each["values"]):
            return False
    return [each["action"] for each in selector["matchActions"]] == ["Post"]


def _argument(each: Spec, event: Event) -> bool:  # noqa: PLR0911  one for each operator
    value, values = event.arguments[each["index"]], each["values"]
    match each["operator"], value:
        case "Equal", int() | str():
            return str(value) in values
        case "Prefix", str():
            return any(value.startswith(one) for one in values)
        case "Postfix", str():
            return any(value.endswith(one) for one in values)
        case "NotPostfix", str():
            return not any(value.endswith(one) for one in values)
        case "Mask", int():
            return any(value & int(one, 0) for one in values)
        case "DAddr", Connection():
            address = ip_address(value.address)
            return any(address in ip_network(one) for one in values)
        case "DPort", Connection():
            return str(value.port) in values
    raise AssertionError((each["operator"], value))
