"""A ValidatingAdmissionPolicy and its binding, for the namespaces of tenants."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes.admissionregistration import v1 as admission

from components.objects import Manifest, platform_metadata
from components.scheduling.priority_classes import TENANT_SELF_SERVICE
from controls import control
from settings import Tier, names

IN_TENANTS: Mapping[str, Any] = {"match_expressions": [names.of_tenants()]}
"""Selector of the namespaces of tenants."""


SAYS_SOMETHING_NEW = "request.operation == 'CREATE' || object.spec != oldObject.spec"
"""CEL: what controllers write on objects that are there already, such as finalizers and labels, leaves the spec."""


def something_new(expression: str = SAYS_SOMETHING_NEW) -> list[Manifest]:
    """The match conditions of a policy that is asked about what is new alone."""
    return [{"name": "says-something-new", "expression": expression}]


def asked_in_tenants(*rules: Mapping[str, Any]) -> Manifest:
    """The part of a policy that says what it is asked about: these, in the namespaces of tenants."""
    return {"match_constraints": {"namespace_selector": IN_TENANTS, "resource_rules": list(rules)}}


def tier_variable() -> Manifest:
    """Named expression `tier`: that of the namespace, or ''."""
    return {"name": "tier", "expression": f"namespaceObject.metadata.labels[?'{names.TIER_LABEL}'].orValue('')"}


def class_variables(tiers: Iterable[Tier]) -> list[Manifest]:
    """Named expressions `tier` and `classes`: the priority classes that the tier of the namespace may have."""
    classes = {tier.id: sorted({tier.priority_class, TENANT_SELF_SERVICE}) for tier in tiers}
    listed = f"{json.dumps(classes, sort_keys=True)}[?variables.tier].orValue([])"
    return [tier_variable(), {"name": "classes", "expression": listed}]


def annotated(key: str) -> str:
    """CEL: a comma-separated list in an annotation of the namespace, which tenants cannot write. key: in CEL."""
    return f"namespaceObject.metadata.?annotations[?{key}].orValue('').split(',').filter(each, each != '')"


class Refusal(dict[str, Any]):
    """One rule of a policy as the API server has it, and the control that it enforces, by its id in `controls`. What is
    said to who is refused ends with that id, as a finding at preview begins with it: docs/policies.md has why and what
    to do. Raises KeyError for a control that is none."""

    def __init__(self, control_id: str, rule: Manifest) -> None:
        super().__init__(rule)
        self.control = control(control_id)
        self["message"] += f" [{control_id}]"
        if "message_expression" in rule:
            self["message_expression"] += f" + ' [{control_id}]'"


def validation(control_id: str, expression: str, message: str) -> Refusal:
    """One rule of a policy: its control, what must hold, in CEL, and what is said when it does not."""
    return Refusal(control_id, {"expression": expression, "message": message, "reason": "Forbidden"})


def mistake(control_id: str, expression: str, message: str) -> Refusal:
    """One rule about what the engine applies as well. "Forbidden" is a warning at the engine's preview, since rights
    may come with the same update; this fails the preview."""
    return Refusal(control_id, {"expression": expression, "message": message, "reason": "Invalid"})


def unnamed(policy: str, rules: Iterable[Refusal]) -> list[str]:
    """Ids of controls that have rules in a policy, while the table of controls does not say that it enforces them."""
    return sorted({each.control.id for each in rules if policy not in each.control.admission})


CLUSTER_WIDE = (
    "authorizer.group(request.resource.group).resource(request.resource.resource).check(request.operation == 'CREATE' ?"
    " 'create' : request.operation == 'DELETE' ? 'delete' : 'update').allowed()"
    " || request.operation == 'UPDATE'"
    " && authorizer.group(request.resource.group).resource(request.resource.resource).check('patch').allowed()"
)
"""CEL: whether who asks may do the same in every namespace. That holds for the platform's engine and operators and for
the controllers that work for all, by whatever names they go, and never for tenants, whose rights are of a namespace:
nobody has to be listed, and who is forgotten is refused."""


def rule(group: str, *resources: str, versions: Sequence[str] = ("v1",)) -> Manifest:
    """What a policy is asked about: these resources of an API group, when they are made or changed."""
    return {
        "api_groups": [group],
        "api_versions": list(versions),
        "operations": ["CREATE", "UPDATE"],
        "resources": list(resources),
    }


def admission_policy(
    parent: pulumi.Resource,
    name: str,
    spec: Mapping[str, Any],
    *,
    policy: str,
    component: str,
    parameters: tuple[str, pulumi.Resource, str] | None = None,
) -> None:
    """Policy `policy`, which fails closed, and the binding of its name, which denies.

    name: logical name of the policy; that of its binding ends in `-binding`. component: label of both. spec: the
    policy's, in which `match_constraints` choose what it is asked about.
    parameters: the namespace and the object with its parameters, and that object's name; without the object nothing is
    admitted.

    Raises ValueError for a rule whose control does not name the policy, so that what a reviewer reads in the table of
    controls is what the API server refuses (I1).
    """
    if missing := unnamed(policy, spec["validations"]):
        raise ValueError(f"policy {policy!r} enforces {', '.join(missing)}, whose rows in controls/ do not name it")
    child = pulumi.ResourceOptions(parent=parent)
    admission.ValidatingAdmissionPolicy(
        name,
        metadata=platform_metadata(policy, component),
        spec={"failure_policy": "Fail", **spec},
        opts=child,
    )
    binding: Manifest = {"policy_name": policy, "validation_actions": ["Deny"]}
    if parameters is not None:
        namespace, held, held_name = parameters
        binding["param_ref"] = {
            "name": held_name,
            "namespace": namespace,
            "parameter_not_found_action": "Deny",
        }
        child = pulumi.ResourceOptions(parent=parent, depends_on=[held])
    admission.ValidatingAdmissionPolicyBinding(
        f"{name}-binding", metadata=platform_metadata(policy, component), spec=binding, opts=child
    )
