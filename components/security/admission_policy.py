"""A ValidatingAdmissionPolicy and its binding, from the table of controls."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pulumi
from pulumi_kubernetes.admissionregistration import v1 as admission

from components.objects import Manifest, platform_metadata
from components.scheduling.priority_classes import TENANT_SELF_SERVICE
from components.tenancy.namespace import CAPABILITIES_PREFIX, GROUPS, POOLS, WORKLOADS
from controls import control
from controls.admission import AdmissionPolicy, Asked, Refusal
from settings import Tier
from settings.admission_names import NAMES, filled

WORDS: Final[Mapping[str, str]] = {
    **NAMES,
    "batch_class": TENANT_SELF_SERVICE,
    "capabilities_annotation": CAPABILITIES_PREFIX,
    "groups_annotation": GROUPS,
    "pools_annotation": POOLS,
    "workloads_annotation": WORKLOADS,
}
"""What any rule may leave open: names of ours. A component adds what its own rules leave open."""

Values = Mapping[str, str | tuple[Asked, ...]]
"""Values that a component adds, by the name that the table has for them. One that is not there leaves out the rules
and variables that are given by it."""


def classes(tiers: Iterable[Tier]) -> str:
    """Value `classes`: the priority classes that a tier's tenants may have, by tier."""
    return json.dumps({tier.id: sorted({tier.priority_class, TENANT_SELF_SERVICE}) for tier in tiers}, sort_keys=True)


def rendered(policy: AdmissionPolicy, values: Values | None = None) -> Manifest:
    """Spec of a policy. Raises KeyError for a value that its rules leave open and nobody gives."""
    given = values or {}
    words = {**WORDS, **{key: value for key, value in given.items() if isinstance(value, str)}}

    def there(name: str) -> bool:
        return not name or name in given

    asked = given[policy.asked] if isinstance(policy.asked, str) else policy.asked
    spec: Manifest = {
        "failure_policy": "Fail",
        "match_constraints": {
            "namespace_selector": {"match_expressions": [_selects(each, words) for each in policy.where]},
            "resource_rules": [_about(each) for each in asked if isinstance(each, Asked)],
        },
        "validations": [_refusal(each, words) for each in policy.refusals if there(each.given)],
    }
    if policy.conditions:
        spec["match_conditions"] = [
            {"name": name, "expression": filled(expression, words)} for name, expression in policy.conditions
        ]
    if variables := [each for each in policy.variables if there(each.given)]:
        spec["variables"] = [{"name": each.name, "expression": filled(each.expression, words)} for each in variables]
    if policy.parameters:
        spec["param_kind"] = {"api_version": "v1", "kind": "ConfigMap"}
    return spec


def _selects(expression: tuple[str, str, tuple[str, ...]], words: Mapping[str, str]) -> Manifest:
    key, operator, values = expression
    return {"key": filled(key, words), "operator": operator, **({"values": list(values)} if values else {})}


def _about(asked: Asked) -> Manifest:
    return {
        "api_groups": [asked.group],
        "api_versions": list(asked.versions),
        "operations": list(asked.operations),
        "resources": list(asked.resources),
        **({"scope": "Namespaced"} if asked.namespaced else {}),
    }


def _refusal(rule: Refusal, words: Mapping[str, str]) -> dict[str, Any]:
    """What is said to who is refused ends with the control's id, as a finding at preview begins with it:
    docs/policies.md has why and what to do."""
    named = f"[{control(rule.control).id}]"
    made = {
        "expression": filled(rule.expression, words),
        "message": f"{filled(rule.message, words)} {named}",
        "reason": rule.reason,
    }
    if rule.said:
        made["message_expression"] = f"{filled(rule.said, words)} + ' {named}'"
    return made


def admission_policy(
    parent: pulumi.Resource,
    name: str,
    policy: AdmissionPolicy,
    *,
    component: str,
    values: Values | None = None,
    parameters: tuple[pulumi.Input[str], pulumi.Resource] | None = None,
) -> None:
    """A policy of the table, which fails closed, and the binding of its name.

    name: logical name of the policy; that of its binding ends in `-binding`. component: label of both. values: what
    its rules leave open. parameters: the namespace of the ConfigMap that a policy with parameters reads, and the
    ConfigMap; without it nothing is admitted.
    """
    child = pulumi.ResourceOptions(parent=parent)
    metadata = platform_metadata(policy.name, component)
    admission.ValidatingAdmissionPolicy(name, metadata=metadata, spec=rendered(policy, values), opts=child)
    binding: Manifest = {"policy_name": policy.name, "validation_actions": list(policy.actions)}
    if parameters is not None:
        namespace, held = parameters
        binding["param_ref"] = {
            "name": policy.parameters,
            "namespace": namespace,
            "parameter_not_found_action": "Deny",
        }
        child = pulumi.ResourceOptions(parent=parent, depends_on=[held])
    admission.ValidatingAdmissionPolicyBinding(
        f"{name}-binding", metadata=platform_metadata(policy.name, component), spec=binding, opts=child
    )
